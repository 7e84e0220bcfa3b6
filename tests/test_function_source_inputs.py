"""Tests for the queues and streams that ObservedFunction refuses to work on."""

from __future__ import annotations

import re

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_kinesis as kinesis,
    aws_lambda as lambda_,
    aws_lambda_event_sources as event_sources,
    aws_sqs as sqs,
)

from secure_constructs import ObservedFunction, Tier
from tests.support.ids import plain
from tests.support.synth import resources, template_of

seconds = cdk.Duration.seconds
A_WINDOW = {"max_batching_window": seconds(5)}
STRING = dynamodb.AttributeType.STRING


def function(scope: cdk.Stack, **options: Any) -> ObservedFunction:
    """Return a function with *options*, which times out after 30 seconds."""
    return ObservedFunction(
        scope,
        "Orders",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
        **options,
    )


def says(message: str) -> str:
    """Return the pattern for an error of the function that starts with *message*."""
    return "^" + re.escape(f"ObservedFunction 'Stack/Orders': {message}")


def work(scope: cdk.Stack, visible: cdk.Duration | None = None) -> sqs.Queue:
    """Return a queue that hides its messages for so long."""
    return sqs.Queue(scope, "Work", visibility_timeout=visible)


def stream(scope: cdk.Stack) -> kinesis.Stream:
    """Return a stream."""
    return kinesis.Stream(scope, "Stream")


def paths(stack: cdk.Stack) -> list[str]:
    """Return the path of everything there is."""
    return [each.node.path for each in stack.node.find_all()]


def mapping(stack: cdk.Stack) -> dict[str, Any]:
    """Return the properties of the one event source."""
    found = resources(template_of(stack), "AWS::Lambda::EventSourceMapping")
    (properties,) = [each["Properties"] for each in found.values()]
    return dict(properties)


WRONG_FOR_QUEUES: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no messages": (
        {"batch_size": 0},
        ValueError,
        "batch_size=0 is no whole number fr",
    ),
    "many without a window": (
        {"batch_size": 11},
        ValueError,
        "batch_size=11 is no whole number from 1 to 10",
    ),
    "too many": (
        {"batch_size": 10_001, **A_WINDOW},
        ValueError,
        "batch_size=10001 is no whole number from 1 to 10,000",
    ),
    "many with no time to wait": (
        {"batch_size": 11, "max_batching_window": seconds(0)},
        ValueError,
        "batch_size=11 is no whole number from 1 to 10",
    ),
    "a window too long": (
        {"max_batching_window": seconds(301)},
        ValueError,
        "max_batching_window='301 seconds' is not 0 seconds to 5 minutes",
    ),
    "a window as a number": (
        {"max_batching_window": 5},
        TypeError,
        "max_batching_window=5 is no Duration; write",
    ),
    "as text": ({"batch_size": "9"}, TypeError, "batch_size='9' is no number; write 1"),
    "one at once": (
        {"max_concurrency": 1},
        ValueError,
        "max_concurrency=1 is no whole number from 2 to 1,000",
    ),
    "too many at once": (
        {"max_concurrency": 1001},
        ValueError,
        "max_concurrency=1001 is no whole number from 2 to 1,000",
    ),
}


class TestQueues:
    """Queues, and ways to work on them."""

    def test_fails_on_no_queue(self, stack):
        """The error says what to pass."""
        made = function(stack)
        arn = "arn:aws:sqs:eu-west-1:111122223333:work"

        with pytest.raises(
            TypeError, match=says(f"queue='{arn}' is no queue; pass an")
        ):
            made.add_queue_source(arn)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("options", "error", "message"), WRONG_FOR_QUEUES.values(), ids=WRONG_FOR_QUEUES
    )
    def test_fails_on_a_wrong_number(self, stack, options, error, message):
        """The error names function, option and value; nothing was created."""
        made, queue = function(stack), work(stack, seconds(180))
        before = paths(stack)
        with pytest.raises(error, match=says(message)):
            made.add_queue_source(queue, **options)

        assert before == paths(stack)

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"batch_size": 1}, {"BatchSize": 1}),
            ({"batch_size": 10}, {"BatchSize": 10}),
            ({"batch_size": 11, **A_WINDOW}, {"BatchSize": 11}),
            ({"batch_size": 10_000, **A_WINDOW}, {"BatchSize": 10_000}),
            (
                {"max_batching_window": seconds(300)},
                {"MaximumBatchingWindowInSeconds": 300},
            ),
            ({"max_concurrency": 2}, {"ScalingConfig": {"MaximumConcurrency": 2}}),
            (
                {"max_concurrency": 1000},
                {"ScalingConfig": {"MaximumConcurrency": 1000}},
            ),
        ],
        ids=plain,
    )
    def test_takes_the_limits(self, stack, options, expected):
        """The ends of all ranges belong to them."""
        function(stack).add_queue_source(work(stack, seconds(180)), **options)

        assert expected.items() <= mapping(stack).items()

    def test_fails_on_waiting_for_messages_in_order(self, stack):
        """Lambda takes messages of a FIFO queue as they come."""
        queue = sqs.Queue(stack, "Work", fifo=True, visibility_timeout=seconds(180))
        made = function(stack)

        message = "max_batching_window='5 seconds' does not go with a FIFO queue"
        with pytest.raises(ValueError, match=says(message)):
            made.add_queue_source(queue, max_batching_window=seconds(5))


class TestVisibility:
    """For how long a queue hides a message that is worked on."""

    @pytest.mark.parametrize(
        ("timeout", "visible", "hidden", "needed"),
        [
            (None, None, 30, 180),
            (None, seconds(179), 179, 180),
            (None, seconds(0), 0, 180),
            (seconds(6), None, 30, 36),
            (cdk.Duration.minutes(2), cdk.Duration.minutes(10), 600, 720),
        ],
    )
    def test_fails_on_too_short_a_time(self, stack, timeout, visible, hidden, needed):
        """The error gives what to write; nothing was created."""
        made, queue = function(stack, timeout=timeout), work(stack, visible)
        before = paths(stack)
        start = says(
            f"queue='Stack/Work' hides a message for {hidden} seconds, less th"
        )
        end = re.escape(f"visibility_timeout=Duration.seconds({needed}) to the queue")
        with pytest.raises(ValueError, match=f"{start}.*{end}$"):
            made.add_queue_source(queue)

        assert before == paths(stack)

    @pytest.mark.parametrize(
        ("timeout", "visible"),
        [(None, seconds(180)), (None, seconds(181)), (seconds(5), None)],
        ids=["six times", "more", "six times, by default"],
    )
    def test_takes_six_times_the_timeout(self, stack, timeout, visible):
        """As long as AWS recommends is long enough."""
        made, queue = function(stack, timeout=timeout), work(stack, visible)

        assert made.add_queue_source(queue)

    def test_takes_a_token(self, stack):
        """A time that is only known at deployment is not judged."""
        later = cdk.CfnParameter(stack, "Seconds", type="Number").value_as_number

        assert function(stack).add_queue_source(work(stack, seconds(later)))

    def test_takes_a_timeout_that_is_a_token(self, stack):
        """Neither is one that cannot be compared."""
        later = cdk.CfnParameter(stack, "Seconds", type="Number").value_as_number
        made = function(stack, timeout=seconds(later), tier=Tier.DEVELOPMENT)

        assert made.add_queue_source(work(stack))

    def test_takes_an_imported_queue(self, stack):
        """What another stack says is not known here."""
        arn = "arn:aws:sqs:eu-west-1:111122223333:work"
        queue = sqs.Queue.from_queue_arn(stack, "Work", arn)

        assert function(stack).add_queue_source(queue)


WRONG_FOR_STREAMS: list[tuple[str, object, type[Exception], str]] = [
    ("batch_size", 0, ValueError, "0 is no whole number from 1 to 10,000"),
    ("batch_size", 10_001, ValueError, "10001 is no whole number from 1 to 10,000"),
    ("max_batching_window", seconds(301), ValueError, "'301 seconds' is not 0 seconds"),
    ("retry_attempts", -1, ValueError, "-1 is no whole number from 0 to 10,000"),
    ("retry_attempts", 10_001, ValueError, "10001 is no whole number from 0 to 10,000"),
    (
        "max_record_age",
        seconds(59),
        ValueError,
        "'59 seconds' is not 1 minute to 7 days",
    ),
    (
        "max_record_age",
        seconds(604_801),
        ValueError,
        "'604801 seconds' is not 1 minute",
    ),
    ("max_record_age", 3600, TypeError, "3600 is no Duration; write for example"),
    ("parallelization_factor", 0, ValueError, "0 is no whole number from 1 to 10"),
    ("parallelization_factor", 11, ValueError, "11 is no whole number from 1 to 10"),
    ("parallelization_factor", True, TypeError, "True is no number; write 1 to 10"),
]


class TestStreams:
    """Streams, and ways to work on them."""

    def test_fails_on_a_table_without_a_stream(self, stack):
        """The error says where to turn it on."""
        key = dynamodb.Attribute(name="id", type=STRING)
        table = dynamodb.Table(stack, "Table", partition_key=key)
        made = function(stack)
        before = paths(stack)

        message = (
            "stream='Stack/Table' is a table without a stream; turn it on at the t"
        )
        with pytest.raises(ValueError, match=says(message)):
            made.add_stream_source(table)
        assert before == paths(stack)

    def test_fails_on_what_is_no_stream(self, stack):
        """A queue is added otherwise."""
        made, queue = function(stack), work(stack)

        message = (
            "stream='Stack/Work' is neither a table of DynamoDB nor a stream of Ki"
        )
        with pytest.raises(TypeError, match=says(message)):
            made.add_stream_source(queue)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("option", "value", "error", "message"),
        WRONG_FOR_STREAMS,
        ids=[f"{option}={message:.8}" for option, _, _, message in WRONG_FOR_STREAMS],
    )
    def test_fails_on_a_wrong_number(self, stack, option, value, error, message):
        """The error names function, option and value; nothing was created."""
        made, source = function(stack), stream(stack)
        before = paths(stack)
        with pytest.raises(error, match=says(f"{option}={message}")):
            made.add_stream_source(source, **{option: value})

        assert before == paths(stack)

    @pytest.mark.parametrize(
        ("batch", "attempts", "age", "factor"),
        [(1, 0, 60, 1), (10_000, 10_000, 604_800, 10)],
        ids=["lowest", "highest"],
    )
    def test_takes_the_limits(self, stack, batch, attempts, age, factor):
        """The ends of all ranges belong to them."""
        function(stack).add_stream_source(
            stream(stack),
            batch_size=batch,
            retry_attempts=attempts,
            max_record_age=seconds(age),
            parallelization_factor=factor,
        )
        found = mapping(stack)

        assert batch == found["BatchSize"]
        assert attempts == found["MaximumRetryAttempts"]
        assert age == found["MaximumRecordAgeInSeconds"]
        assert factor == found["ParallelizationFactor"]


class TestTenants:
    """A function that isolates tenants has no event sources."""

    @pytest.mark.parametrize(
        ("method", "kind"),
        [
            ("add_queue_source", "Queue"),
            ("add_stream_source", "Stream"),
            ("add_event_source", "SqsEventSource"),
        ],
    )
    def test_fails_on_any_source(self, stack, method, kind):
        """An event source names no tenant; the error says what to use."""
        made = function(stack, tenancy_config=lambda_.TenancyConfig.PER_TENANT)
        queue = work(stack, seconds(180))
        sources: dict[str, Any] = {
            "Queue": queue,
            "Stream": stream(stack),
            "SqsEventSource": event_sources.SqsEventSource(queue),
        }
        before = paths(stack)

        message = (
            f"{method}()='{kind}' does not go with tenancy_config=: an event sourc"
        )
        with pytest.raises(
            ValueError, match=says(message) + ".*; use a function without"
        ):
            getattr(made, method)(sources[kind])
        assert before == paths(stack)
