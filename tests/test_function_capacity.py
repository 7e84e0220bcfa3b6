"""Tests for how large a function may be, how many there may be, and how they fail."""

from __future__ import annotations

import re

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_lambda as lambda_, aws_sqs as sqs

from secure_constructs import ObservedFunction, Tier, Waived
from tests.support.synth import resources, template_of

seconds = cdk.Duration.seconds
millis = cdk.Duration.millis
mebibytes = cdk.Size.mebibytes
REASON = "watched by the monitoring of our platform team"
ON_VERSIONS = lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS
PER_TENANT = lambda_.TenancyConfig.PER_TENANT
IMAGE = {
    "handler": lambda_.Handler.FROM_IMAGE,
    "runtime": lambda_.Runtime.FROM_IMAGE,
}
MOST = 1_000_000


def function(scope: cdk.Stack, **options: Any) -> ObservedFunction:
    """Return a function with *options*."""
    plain = {
        "code": lambda_.Code.from_inline("def handler(event, context): pass"),
        "handler": "index.handler",
        "runtime": lambda_.Runtime.PYTHON_3_14,
    }
    return ObservedFunction(scope, "Orders", **{**plain, **options})


def says(message: str) -> str:
    """Return the pattern for an error of the function that starts with *message*."""
    return "^" + re.escape(f"ObservedFunction 'Stack/Orders': {message}")


def number(stack: cdk.Stack) -> float:
    """Return a number that is only known at deployment."""
    return cdk.CfnParameter(stack, "Number", type="Number").value_as_number


# Each option with a value of a wrong kind, and what the error says after these two.
WRONG_KINDS: list[tuple[str, object, str]] = [
    ("timeout", 30, "is no Duration; write for example Duration."),
    ("memory_size", "256", "is no number; write 128 to 10240"),
    ("memory_size", True, "is no number; write 128 to 10240"),
    ("ephemeral_storage_size", 1024, "is no Size; write Size.gibibytes(1)"),
    ("retry_attempts", "2", "is no number; write 0 to 2"),
    ("max_event_age", 3600, "is no Duration; write for example Duration."),
    ("reserved_concurrent_executions", "10", "is no number; write 0 to 1000000"),
    ("provisioned_concurrency", True, "is no number; write 1 to 1000000"),
    ("max_provisioned_concurrency", "10", "is no number; write 1 to 1000000"),
    ("snap_start", True, "is no SnapStartConf; write SnapStartConf.ON_PUBLISHED_VERS"),
    (
        "tenancy_config",
        True,
        "is no TenancyConfig; write lambda_.TenancyConfig.PER_TEN",
    ),
    (
        "on_success",
        "done",
        "is no destination; write for example SqsDestination(queue)",
    ),
    ("failure_queue", "failed", "is neither left out nor Waived; pass a queue, or lea"),
]

# Each option with a value out of its range, how it is shown, and the range.
OUT_OF_RANGE: list[tuple[str, object, str, str]] = [
    ("timeout", seconds(0), "'0 seconds'", "is not 1 to 900 seconds"),
    ("timeout", millis(500), "'0.5 seconds'", "is not 1 to 900 seconds"),
    ("timeout", millis(1500), "'1.5 seconds'", "is not 1 to 900 seconds, in whole sec"),
    ("timeout", seconds(901), "'901 seconds'", "is not 1 to 900 seconds"),
    ("memory_size", 127, "127", "is no whole number from 128 to 10,240"),
    ("memory_size", 256.5, "256.5", "is no whole number from 128 to 10,240"),
    ("memory_size", 10_241, "10241", "is no whole number from 128 to 10,240"),
    ("memory_size", 0, "0", "is no whole number from 128 to 10,240"),
    ("ephemeral_storage_size", mebibytes(511), "511", "is no whole number from 512 to"),
    (
        "ephemeral_storage_size",
        mebibytes(10_241),
        "10241",
        "is no whole number from 51",
    ),
    ("ephemeral_storage_size", cdk.Size.gibibytes(0.6), "614.4", "is no whole number"),
    ("retry_attempts", -1, "-1", "is no whole number from 0 to 2"),
    ("retry_attempts", 3, "3", "is no whole number from 0 to 2"),
    ("max_event_age", seconds(59), "'59 seconds'", "is not 60 seconds to 6 hours"),
    ("max_event_age", seconds(21_601), "'21601 seconds'", "is not 60 seconds to 6 hou"),
    ("reserved_concurrent_executions", -1, "-1", "is no whole number from 0 to 1,000,"),
    ("reserved_concurrent_executions", 1.5, "1.5", "is no whole number from 0 to 1,00"),
    (
        "reserved_concurrent_executions",
        MOST + 1,
        "1000001",
        "is no whole number from 0",
    ),
    ("provisioned_concurrency", 0, "0", "is no whole number from 1 to 1,000,000"),
    ("provisioned_concurrency", MOST + 1, "1000001", "is no whole number from 1 to 1,"),
    ("max_provisioned_concurrency", 0, "0", "is no whole number from 1 to 1,000,000"),
    (
        "max_provisioned_concurrency",
        MOST + 1,
        "1000001",
        "is no whole number from 1 to",
    ),
    ("max_provisioned_concurrency", 2, "2", "needs provisioned_concurrency=, which it"),
]


class TestArguments:
    """Sizes and numbers that Lambda does not take."""

    @pytest.mark.parametrize(
        ("option", "value", "problem"),
        WRONG_KINDS,
        ids=[f"{option}={value!r}" for option, value, _ in WRONG_KINDS],
    )
    def test_fails_on_a_wrong_kind(self, stack, option, value, problem):
        """The error names construct, option and value; nothing was created."""
        with pytest.raises(TypeError, match=says(f"{option}={value!r} {problem}")):
            function(stack, **{option: value})

        assert [] == stack.node.children

    @pytest.mark.parametrize(
        ("option", "value", "shown", "problem"),
        OUT_OF_RANGE,
        ids=[f"{option}={shown}" for option, _, shown, _ in OUT_OF_RANGE],
    )
    def test_fails_out_of_range(self, stack, option, value, shown, problem):
        """The error names construct, option and value; nothing was created."""
        with pytest.raises(ValueError, match=says(f"{option}={shown} {problem}")):
            function(stack, **{option: value})

        assert [] == stack.node.children

    @pytest.mark.parametrize("is_imported", [False, True])
    def test_fails_on_a_failure_queue_in_order(self, stack, is_imported):
        """Lambda sends to no FIFO queue."""
        arn = "arn:aws:sqs:eu-west-1:111122223333:failed.fifo"
        if is_imported:
            queue = sqs.Queue.from_queue_arn(stack, "Failed", arn)
        else:
            queue = sqs.Queue(stack, "Failed", fifo=True)

        message = "failure_queue='Stack/Failed' is a FIFO queue, to which Lambda sends"
        with pytest.raises(ValueError, match=says(message)):
            function(stack, failure_queue=queue)


# What is passed at the end of each range, and what of it is in the template.
LIMITS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "lowest": (
        {
            "function_name": "a",
            "timeout": seconds(1),
            "memory_size": 128,
            "ephemeral_storage_size": mebibytes(512),
            "retry_attempts": 0,
            "max_event_age": seconds(60),
            "reserved_concurrent_executions": 0,
        },
        {
            "FunctionName": "a",
            "Timeout": 1,
            "MemorySize": 128,
            "EphemeralStorage": {"Size": 512},
            "ReservedConcurrentExecutions": 0,
        },
        {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
    ),
    "highest": (
        {
            "function_name": "a" * 64,
            "description": "a" * 256,
            "timeout": seconds(900),
            "memory_size": 10_240,
            "ephemeral_storage_size": cdk.Size.gibibytes(10),
            "retry_attempts": 2,
            "max_event_age": cdk.Duration.hours(6),
            "reserved_concurrent_executions": MOST,
        },
        {
            "FunctionName": "a" * 64,
            "Description": "a" * 256,
            "Timeout": 900,
            "MemorySize": 10_240,
            "EphemeralStorage": {"Size": 10_240},
            "ReservedConcurrentExecutions": MOST,
        },
        {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 21_600},
    ),
}


@pytest.mark.parametrize(("options", "expected", "calls"), LIMITS.values(), ids=LIMITS)
def test_takes_the_limits(stack, options, expected, calls):
    """The ends of all ranges belong to them."""
    function(stack, **options)
    template = template_of(stack)
    (found,) = resources(template, "AWS::Lambda::Function").values()
    (invoked,) = resources(template, "AWS::Lambda::EventInvokeConfig").values()

    assert expected.items() <= found["Properties"].items()
    assert calls.items() <= invoked["Properties"].items()


class TestTokens:
    """Numbers that are only known at deployment pass where nothing depends on them."""

    def test_sizes(self, stack):
        """Tokens reach the template as they are."""
        later = number(stack)
        function(
            stack,
            timeout=seconds(later),
            max_event_age=seconds(later),
            memory_size=later,
            ephemeral_storage_size=mebibytes(later),
            retry_attempts=later,
            reserved_concurrent_executions=later,
            provisioned_concurrency=later,
            max_provisioned_concurrency=10,
            tier=Tier.DEVELOPMENT,
        )
        template = template_of(stack)
        (found,) = resources(template, "AWS::Lambda::Function").values()
        properties = found["Properties"]

        assert {"Ref": "Number"} == properties["Timeout"]
        assert {"Ref": "Number"} == properties["MemorySize"]
        assert {"Ref": "Number"} == properties["EphemeralStorage"]["Size"]
        assert {"Ref": "Number"} == properties["ReservedConcurrentExecutions"]

    def test_takes_a_limit_of_instances(self, stack):
        """The number at most may come later than the number always."""
        later = number(stack)

        assert function(
            stack, provisioned_concurrency=5, max_provisioned_concurrency=later
        )

    def test_fails_on_twice_a_token(self, stack):
        """What nothing can compute has to be written."""
        message = (
            "max_provisioned_concurrency=None would be twice a provisioned_concurr"
        )
        with pytest.raises(ValueError, match=says(message)):
            function(stack, provisioned_concurrency=number(stack))

    def test_fails_on_a_disk_in_another_unit(self, stack):
        """CDK cannot convert what is only known later; the error says what to write."""
        later = cdk.Size.gibibytes(number(stack))
        message = says(
            "ephemeral_storage_size='a token' is only known at deployment, a"
        )
        with pytest.raises(ValueError, match=f"{message}.*with Size.mebibytes"):
            function(stack, ephemeral_storage_size=later)

    def test_fails_on_a_timeout_that_an_alarm_needs(self, stack):
        """The error says how to do without; nothing was created."""
        later = seconds(number(stack))
        message = (
            "timeout='a token' is only known at deployment, but the alarm on slow "
            "calls needs it now; write the number, or do without: "
            'alarms=Waived("the reason")'
        )
        with pytest.raises(ValueError, match=says(message)):
            function(stack, timeout=later)

        assert ["Number"] == [each.node.id for each in stack.node.children]

    def test_takes_such_a_timeout_without_alarms(self, stack):
        """Where the alarms are waived, nothing needs the number."""
        later = seconds(number(stack))

        assert function(stack, timeout=later, alarms=Waived(REASON))

    def test_fails_on_a_timeout_in_another_unit(self, stack):
        """CDK cannot convert what is only known later; the error says what to write."""
        later = millis(number(stack))
        message = says("timeout='a token' is only known at deployment, and CDK cannot")
        with pytest.raises(ValueError, match=f"{message}.*with Duration.seconds"):
            function(stack, timeout=later, tier=Tier.DEVELOPMENT)


JAVA = {"runtime": lambda_.Runtime.JAVA_21}
# Numbers of instances that contradict each other.
CONTRADICTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "fewer at most than always": (
        {"provisioned_concurrency": 3, "max_provisioned_concurrency": 2},
        "max_provisioned_concurrency=2 is less than provisioned_concurrency=3",
    ),
    "fewer in all than at most": (
        {
            "provisioned_concurrency": 3,
            "max_provisioned_concurrency": 5,
            "reserved_concurrent_executions": 4,
        },
        "reserved_concurrent_executions=4 is less than the 5 instances that may",
    ),
    "fewer in all than twice as many": (
        {"provisioned_concurrency": 3, "reserved_concurrent_executions": 5},
        "reserved_concurrent_executions=5 is less than the 6 instances that may",
    ),
    "none in all": (
        {"provisioned_concurrency": 1, "reserved_concurrent_executions": 0},
        "reserved_concurrent_executions=0 is less than the 2 instances that may",
    ),
    "snapshots of what is always ready": (
        {**JAVA, "snap_start": ON_VERSIONS, "provisioned_concurrency": 1},
        "snap_start='ON_PUBLISHED_VERSIONS' does not go with provisioned_concurrency=",
    ),
    "tenants in what is always ready": (
        {"tenancy_config": PER_TENANT, "provisioned_concurrency": 1},
        "tenancy_config='PER_TENANT' does not go with provisioned_concurrency=",
    ),
    "snapshots of tenants": (
        {**JAVA, "snap_start": ON_VERSIONS, "tenancy_config": PER_TENANT},
        "tenancy_config='PER_TENANT' does not go with snap_start=: Lambda refuses",
    ),
    "snapshots of a runtime without": (
        {"snap_start": ON_VERSIONS, "runtime": lambda_.Runtime.NODEJS_24_X},
        "snap_start='ON_PUBLISHED_VERSIONS' does not go with nodejs24.x; Lambda",
    ),
    "snapshots of an image": (
        {"snap_start": ON_VERSIONS, **IMAGE},
        "snap_start='ON_PUBLISHED_VERSIONS' does not go with a container image; ",
    ),
    "snapshots with a large disk": (
        {"snap_start": ON_VERSIONS, "ephemeral_storage_size": mebibytes(513)},
        "snap_start='ON_PUBLISHED_VERSIONS' goes with at most 512 MiB of ephemeral",
    ),
}


class TestInstances:
    """Numbers of instances, and how these start."""

    @pytest.mark.parametrize(
        ("options", "message"), CONTRADICTIONS.values(), ids=CONTRADICTIONS
    )
    def test_fails_on_a_contradiction(self, stack, options, message):
        """The error names both options; nothing was created."""
        with pytest.raises(ValueError, match=says(message)):
            function(stack, **options)

        assert [] == stack.node.children

    @pytest.mark.parametrize(
        ("provisioned", "highest", "reserved"),
        [(3, 3, 3), (3, 5, 5), (3, None, 6), (1, 1, None)],
    )
    def test_takes_just_enough(self, stack, provisioned, highest, reserved):
        """All limits may be the same."""
        function(
            stack,
            provisioned_concurrency=provisioned,
            max_provisioned_concurrency=highest,
            reserved_concurrent_executions=reserved,
        )
        targets = resources(
            template_of(stack), "AWS::ApplicationAutoScaling::ScalableTarget"
        )
        (properties,) = [each["Properties"] for each in targets.values()]

        assert provisioned == properties["MinCapacity"]
        assert (highest or 2 * provisioned) == properties["MaxCapacity"]

    def test_takes_snapshots_with_the_smallest_disk(self, stack):
        """512 MiB are what every function has."""
        made = function(
            stack, snap_start=ON_VERSIONS, ephemeral_storage_size=mebibytes(512)
        )

        assert made.function is not made.target
