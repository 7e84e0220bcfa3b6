"""What gives a function its work, as methods of the function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam
from constructs import Construct

from secure_constructs import _function_role as roles, _function_sources as sources
from secure_constructs._failure_queue import failure_queue
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import (
        Duration,
        aws_kms as kms,
        aws_lambda as lambda_,
        aws_sqs as sqs,
    )

    from secure_constructs._function_watch import Watch
    from secure_constructs._inputs import Inputs
    from secure_constructs._place import Place
    from secure_constructs.tier import Tier


class EventDriven(Construct):
    """
    The event sources of an `ObservedFunction`, which alone derives from this.

    Attributes:
        failure_queue: Where failed events go; none if that was waived.
        target: What others are to invoke.
    """

    failure_queue: sqs.IQueue | None
    target: lambda_.IFunction
    _inputs: Inputs
    _key: kms.IKey | None
    _name: str
    _place: Place
    _tenancy: lambda_.TenancyConfig | None
    _tier: Tier
    _timeout: float | None
    _watch: Watch

    def add_queue_source(
        self,
        queue: sqs.IQueue,
        *,
        batch_size: int = 10,
        max_batching_window: Duration | None = None,
        max_concurrency: int | None = None,
        filters: Sequence[Mapping[str, Any]] | None = None,
    ) -> lambda_.EventSourceMapping:
        """
        Let the function work on the messages of *queue* (LAM-11).

        The function says which messages of a batch failed, and only these come
        again. A queue of this app without a dead-letter queue gets one, to which a
        message goes after five attempts, and in production an alarm on that.

        Args:
            queue: The queue. Its visibility timeout must be at least six times
                the function's timeout; with an imported one a warning says so.
            batch_size: Messages at once, 1 to 10; to 10,000 with a window.
            max_batching_window: How long to wait for a full batch; not at all.
            max_concurrency: Most batches at once, 2 to 1,000; defaults to no limit.
            filters: Which messages, as `lambda_.FilterCriteria.filter()` gives
                them; defaults to all.

        Raises:
            ValueError: The queue hides its messages for too short a time, a number
                is out of range, or the function isolates tenants.
        """
        self._check_tenancy("add_queue_source", queue)
        sources.check_queue(
            self._inputs,
            queue,
            self._timeout,
            batch_size=batch_size,
            max_batching_window=max_batching_window,
            max_concurrency=max_concurrency,
        )
        mapping, dead_letters = sources.queue_source(
            self.target,
            queue,
            tier=self._tier,
            batch_size=batch_size,
            max_batching_window=max_batching_window,
            max_concurrency=max_concurrency,
            filters=filters,
        )
        if dead_letters is not None:
            self._watch.dead_letters(mapping, dead_letters)
        return mapping

    def add_stream_source(
        self,
        stream: sources.Stream,
        *,
        batch_size: int = 100,
        max_batching_window: Duration | None = None,
        retry_attempts: int | None = None,
        max_record_age: Duration | None = None,
        parallelization_factor: int | None = None,
        starting_position: lambda_.StartingPosition | None = None,
        filters: Sequence[Mapping[str, Any]] | None = None,
    ) -> lambda_.EventSourceMapping:
        """
        Let the function work on the records of *stream* (LAM-11).

        A batch that fails is split to find the record that does. After the last
        attempt the failure queue gets the place of the record in the stream, not
        the record. In production an alarm says when the function falls behind.

        Args:
            stream: A `TenantTable` or a table of CDK with a stream, or a stream of
                Kinesis.
            batch_size: Records at once, 1 to 10,000; defaults to 100.
            max_batching_window: How long to wait for a full batch; not at all.
            retry_attempts: Attempts after the first, 0 to 10,000; defaults to 10.
            max_record_age: When a record is given up, 1 minute to 7 days;
                defaults to 12 hours.
            parallelization_factor: Batches of a shard at once, 1 to 10; 1.
            starting_position: Where to begin, `TRIM_HORIZON` or `LATEST`; defaults
                to the oldest record there is.
            filters: Which records, as `lambda_.FilterCriteria.filter()` gives
                them; defaults to all.

        Raises:
            ValueError: The table has no stream, a number is out of range, or the
                function isolates tenants.
        """
        self._check_tenancy("add_stream_source", stream)
        stream = getattr(stream, "table", stream)
        sources.check_stream(
            self._inputs,
            stream,
            batch_size=batch_size,
            max_batching_window=max_batching_window,
            retry_attempts=retry_attempts,
            max_record_age=max_record_age,
            parallelization_factor=parallelization_factor,
        )
        mapping = sources.stream_source(
            self.target,
            stream,
            failures=self._failures(),
            batch_size=batch_size,
            max_batching_window=max_batching_window,
            retry_attempts=retry_attempts,
            max_record_age=max_record_age,
            parallelization_factor=parallelization_factor,
            starting_position=starting_position,
            filters=filters,
        )
        self._watch.lateness(self, self._name)
        return mapping

    def add_event_source(self, source: lambda_.IEventSource) -> None:
        """
        Add any event source of CDK, as it is.

        Raises:
            ValueError: The function isolates tenants, for which Lambda takes none.
        """
        self._check_tenancy("add_event_source", source)
        self.target.add_event_source(source)

    def _failure_queue_of(self, given: sqs.IQueue | Waived | None) -> sqs.IQueue | None:
        """Return where failed events go; nowhere, where that was waived."""
        if given is not None:
            return None if isinstance(given, Waived) else given
        return failure_queue(self, "FailureQueue", tier=self._tier, key=self._key)

    def _failures(self) -> sqs.IQueue:
        """Return the failure queue; made here for a function that waived its own."""
        if self.failure_queue is None:
            self.failure_queue = failure_queue(
                self, "FailureQueue", tier=self._tier, key=self._key
            )
            for statement in roles.sending_to(self.failure_queue, self._place.stack):
                policy = iam.PolicyStatement.from_json(statement)
                self.target.grant_principal.add_to_principal_policy(policy)
            self._watch.failures(self, self.failure_queue)
        return self.failure_queue

    def _check_tenancy(self, method: str, source: object) -> None:
        if self._tenancy is not None:
            problem = (
                "does not go with tenancy_config=: an event source names no tenant; "
                "use a function without it"
            )
            raise self._inputs.wrong(f"{method}()", type(source).__name__, problem)
