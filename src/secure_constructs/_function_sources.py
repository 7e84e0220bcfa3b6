"""Where a function's work comes from: queues and streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import jsii

from aws_cdk import (
    Acknowledgment,
    Duration,
    Names,
    Validations,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_sqs as sqs,
)

from secure_constructs._failure_queue import failure_queue
from secure_constructs._inputs import has
from secure_constructs._table_l2 import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_dynamodb as dynamodb, aws_kinesis as kinesis
    from constructs import IConstruct

    from secure_constructs._inputs import Inputs
    from secure_constructs.tier import Tier


class HasTable(Protocol):
    """What has a table: a `TenantTable`."""

    @property
    def table(self) -> dynamodb.ITableV2:
        """The table."""


Stream: TypeAlias = "dynamodb.ITable | dynamodb.ITableV2 | kinesis.IStream | HasTable"
_TIMES_THE_TIMEOUT = 6
_DEFAULT_VISIBILITY = 30
_LONGEST_WINDOW = 300
_RECEIVES = 5
_RETRIES = 10
# Half of the day for which a DynamoDB stream keeps its records. The failure queue
# says only where they are; the other half is for reading them there.
_LONGEST_AGE = Duration.hours(12)
_FROM_THE_OLDEST = lambda_.StartingPosition.TRIM_HORIZON
_LARGEST_BATCH, _LARGEST_AT_ONCE = 10_000, 10
_DESTINATION = "Serverless::Serverless-LambdaEventSourceMappingDestination"
_BY_REDRIVE = (
    "The mapping of an SQS queue cannot name a destination for what fails: that goes "
    "to the dead-letter queue in the queue's redrive policy."
)
_NO_REDRIVE = "secure-constructs:queueRedrive"
_NO_REDRIVE_TEXT = (
    "The queue is imported: make sure that it has a dead-letter queue, and hides a "
    "message for at least six times the function's timeout. Acknowledge this warning "
    "when it does."
)
_READ_TABLE_STREAM = [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
]


def check_queue(
    inputs: Inputs,
    queue: sqs.IQueue,
    timeout: float | None,
    *,
    batch_size: float,
    max_batching_window: Duration | None,
    max_concurrency: float | None,
) -> None:
    """Raise if the function cannot work on *queue* that way."""
    if not has(queue, "queue_arn"):
        raise inputs.wrong_kind("queue", queue, "is no queue; pass an sqs.Queue")
    window = _check_window(inputs, max_batching_window)
    in_order = isinstance(queue, sqs.Queue) and queue.fifo
    if in_order and max_batching_window is not None:
        problem = "does not go with a FIFO queue, whose messages wait for no others"
        raise inputs.wrong("max_batching_window", f"{window:g} seconds", problem)
    most = _LARGEST_BATCH if window else _LARGEST_AT_ONCE
    inputs.whole("batch_size", batch_size, low=1, high=most)
    inputs.whole("max_concurrency", max_concurrency, low=2, high=1000)
    if timeout is None or not isinstance(queue, sqs.Queue):
        return
    visible = _l1_of(queue).visibility_timeout
    visible = _DEFAULT_VISIBILITY if visible is None else visible
    needed = timeout * _TIMES_THE_TIMEOUT
    # A token among numbers is negative.
    if 0 <= visible < needed:
        problem = (
            f"hides a message for {visible:g} seconds, less than "
            f"{_TIMES_THE_TIMEOUT} times the function's timeout of {timeout:g}, so "
            "that it comes again while it is worked on; pass "
            f"visibility_timeout=Duration.seconds({needed:g}) to the queue"
        )
        raise inputs.wrong("queue", queue.node.path, problem)


def queue_source(
    target: lambda_.IFunction,
    queue: sqs.IQueue,
    *,
    tier: Tier,
    batch_size: float,
    max_batching_window: Duration | None,
    max_concurrency: float | None,
    filters: Sequence[Mapping[str, Any]] | None,
) -> tuple[lambda_.EventSourceMapping, sqs.Queue | None]:
    """
    Let *target* work on the messages of *queue*.

    Returns:
        The mapping, and the queue's dead-letter queue if it was made here.
    """
    mapping = target.add_event_source_mapping(
        _id("SqsEventSource", queue),
        event_source_arn=queue.queue_arn,
        batch_size=batch_size,
        max_batching_window=max_batching_window,
        max_concurrency=max_concurrency,
        filters=filters,
        report_batch_item_failures=True,
    )
    queue.grant_consume_messages(target)
    acknowledgment = Acknowledgment(id=_DESTINATION, reason=_BY_REDRIVE)
    Validations.of(mapping).acknowledge(acknowledgment)
    if isinstance(queue, sqs.Queue):
        return mapping, _with_redrive(queue, tier)
    Validations.of(mapping).add_warning(_NO_REDRIVE, _NO_REDRIVE_TEXT)
    return mapping, None


def check_stream(
    inputs: Inputs,
    stream: Any,  # noqa: ANN401 - may be nothing of the kind
    *,
    batch_size: float,
    max_batching_window: Duration | None,
    retry_attempts: float | None,
    max_record_age: Duration | None,
    parallelization_factor: float | None,
) -> None:
    """Raise if the function cannot work on *stream* that way."""
    _check_window(inputs, max_batching_window)
    inputs.whole("batch_size", batch_size, low=1, high=_LARGEST_BATCH)
    inputs.whole("retry_attempts", retry_attempts, low=0, high=10_000)
    inputs.whole("parallelization_factor", parallelization_factor, low=1, high=10)
    if max_record_age is not None:
        inputs.seconds(
            "max_record_age",
            max_record_age,
            low=60,
            high=7 * 86_400,
            range_="1 minute to 7 days",
        )
    if hasattr(stream, "stream_arn"):
        return
    if not hasattr(stream, "table_stream_arn"):
        problem = "is neither a table of DynamoDB nor a stream of Kinesis"
        raise inputs.wrong_kind("stream", stream, problem)
    if not stream.table_stream_arn:
        problem = "is a table without a stream; turn it on at the table"
        raise inputs.wrong("stream", stream.node.path, problem)


def _check_window(inputs: Inputs, window: Duration | None) -> float:
    """Return the *window* in seconds, checked; its longest if not yet known."""
    if window is None:
        return 0
    amount = inputs.seconds(
        "max_batching_window",
        window,
        low=0,
        high=_LONGEST_WINDOW,
        range_="0 seconds to 5 minutes",
    )
    return _LONGEST_WINDOW if amount is None else amount


def stream_source(
    target: lambda_.IFunction,
    stream: Any,  # noqa: ANN401 - one of three kinds of CDK, told apart below
    *,
    failures: sqs.IQueue,
    batch_size: float,
    max_batching_window: Duration | None,
    retry_attempts: float | None,
    max_record_age: Duration | None,
    parallelization_factor: float | None,
    starting_position: lambda_.StartingPosition | None,
    filters: Sequence[Mapping[str, Any]] | None,
) -> lambda_.EventSourceMapping:
    """Let *target* work on the records of *stream*."""
    of_kinesis = hasattr(stream, "stream_arn")
    arn = stream.stream_arn if of_kinesis else stream.table_stream_arn
    name = "KinesisEventSource" if of_kinesis else "DynamoDBEventSource"
    mapping = target.add_event_source_mapping(
        _id(name, stream),
        event_source_arn=arn,
        starting_position=starting_position or _FROM_THE_OLDEST,
        batch_size=batch_size,
        max_batching_window=max_batching_window,
        parallelization_factor=parallelization_factor,
        bisect_batch_on_error=True,
        report_batch_item_failures=True,
        retry_attempts=_RETRIES if retry_attempts is None else retry_attempts,
        max_record_age=max_record_age or _LONGEST_AGE,
        on_failure=_Failures(failures.queue_arn),
        filters=filters,
    )
    if of_kinesis:
        stream.grant_read(target)
        return mapping
    # CDK's own grant for the stream of a `Table` lists the streams of all tables.
    iam.Grant.add_to_principal(
        grantee=target, actions=_READ_TABLE_STREAM, resource_arns=[arn]
    )
    key = key_of(stream)
    if key is not None:
        key.grant_decrypt(target)
    return mapping


@jsii.implements(lambda_.IEventSourceDlq)
class _Failures:
    """A queue for records that failed, to which the role may send already."""

    def __init__(self, queue_arn: str) -> None:
        self._queue_arn = queue_arn

    def bind(
        self,
        target: lambda_.IEventSourceMapping,  # noqa: ARG002 - CDK's signature
        target_handler: lambda_.IFunction,  # noqa: ARG002 - CDK's signature
    ) -> lambda_.DlqDestinationConfig:
        """Return where records go that failed."""
        return lambda_.DlqDestinationConfig(destination=self._queue_arn)


def _with_redrive(queue: sqs.Queue, tier: Tier) -> sqs.Queue | None:
    """
    Give *queue* a dead-letter queue, if it has none.

    It is made below the queue, and thus in the queue's stack: in the function's,
    the two stacks would depend on each other.
    """
    l1 = _l1_of(queue)
    if l1.redrive_policy is not None:
        return None
    dead_letters = failure_queue(
        queue,
        "DeadLetters",
        tier=tier,
        key=queue.encryption_master_key,
        fifo=queue.fifo,
    )
    l1.redrive_policy = {
        "deadLetterTargetArn": dead_letters.queue_arn,
        "maxReceiveCount": _RECEIVES,
    }
    return dead_letters


def _l1_of(queue: sqs.Queue) -> Any:  # noqa: ANN401 - CDK says only that it is a construct
    return queue.node.default_child


def _id(kind: str, source: IConstruct) -> str:
    """Return the id that CDK's own event sources give the mapping of *source*."""
    return f"{kind}:{Names.node_unique_id(source.node)}"
