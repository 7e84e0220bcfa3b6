"""How a function is called: at once, from cold, and when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii

from aws_cdk import (
    Acknowledgment,
    Duration,
    Validations,
    aws_lambda as lambda_,
    aws_sqs as sqs,
)

from secure_constructs._powertools import IMAGE
from secure_constructs.key import check_no_alias

if TYPE_CHECKING:
    from aws_cdk import Size
    from constructs import Construct

    from secure_constructs._inputs import Inputs

# Set on the L1: CDK's own option warns that only published versions start from
# snapshots, and the alias names one.
FROM_SNAPSHOTS = lambda_.CfnFunction.SnapStartProperty(apply_on="PublishedVersions")
_BUSY = 0.7
_ATTEMPTS = 2
_AGE = Duration.hours(6)
_DESTINATION = (
    "Failed events go to a destination, which a dead-letter queue would only repeat "
    "with less: a destination also gets the error and the number of attempts."
)
_NO_DEAD_LETTERS = [
    Acknowledgment(id=f"{pack}::{pack}-LambdaDLQ", reason=_DESTINATION)
    for pack in ("Serverless", "HIPAA.Security", "NIST.800.53.R5")
]
_MOST = 1_000_000
_DISK_OF_A_SNAPSHOT = 512
_TWICE = 2
# How an error shows these, of which CDK says nothing.
_CHOICES = {"snap_start": "ON_PUBLISHED_VERSIONS", "tenancy_config": "PER_TENANT"}


def check(
    inputs: Inputs,
    *,
    runtime: lambda_.Runtime,
    name: str,
    disk: Size | None,
    reserved: float | None,
    provisioned: float | None,
    highest: float | None,
    snap_start: lambda_.SnapStartConf | None,
    tenancy: lambda_.TenancyConfig | None,
) -> None:
    """Raise if Lambda refuses one of these, or two of them together."""
    inputs.whole("reserved_concurrent_executions", reserved, low=0, high=_MOST)
    inputs.whole("provisioned_concurrency", provisioned, low=1, high=_MOST)
    _check_highest(inputs, reserved, provisioned, highest)
    together = {
        "provisioned_concurrency": provisioned,
        "snap_start": snap_start,
        "tenancy_config": tenancy,
    }
    given = [option for option, value in together.items() if value is not None]
    if len(given) > 1:
        problem = f"does not go with {given[0]}=: Lambda refuses both; choose one"
        raise inputs.wrong(given[1], _CHOICES[given[1]], problem)
    if tenancy is not None and not isinstance(tenancy, lambda_.TenancyConfig):
        problem = "is no TenancyConfig; write lambda_.TenancyConfig.PER_TENANT"
        raise inputs.wrong_kind("tenancy_config", tenancy, problem)
    if snap_start is not None:
        _check_snap_start(inputs, snap_start, runtime, name, disk)


def check_async(
    inputs: Inputs,
    failure_queue: Any,  # noqa: ANN401 - what is none of its kinds is found out here
    on_success: lambda_.IDestination | None,
    retry_attempts: float | None,
    max_event_age: Duration | None,
) -> None:
    """Raise if Lambda cannot handle failed asynchronous calls that way."""
    # Also of a queue that is imported.
    if getattr(failure_queue, "fifo", False):
        problem = "is a FIFO queue, to which Lambda sends no failed events"
        raise inputs.wrong("failure_queue", failure_queue, problem)
    if on_success is not None and not hasattr(on_success, "bind"):
        problem = "is no destination; write for example SqsDestination(queue)"
        raise inputs.wrong_kind("on_success", on_success, problem)
    inputs.whole("retry_attempts", retry_attempts, low=0, high=2)
    if max_event_age is not None:
        inputs.seconds(
            "max_event_age",
            max_event_age,
            low=60,
            high=6 * 3600,
            range_="60 seconds to 6 hours",
        )
    if hasattr(failure_queue, "queue_arn"):
        key = failure_queue.encryption_master_key
        check_no_alias(inputs, "failure_queue", key)
    else:
        inputs.waived(
            "failure_queue",
            failure_queue,
            "failed events (LAM-06)",
            instead="pass a queue, or leave it out for one of the function's own",
        )


def asynchronous(
    failures: sqs.IQueue | None,
    on_success: lambda_.IDestination | None,
    retry_attempts: float | None,
    max_event_age: Duration | None,
) -> dict[str, Any]:
    """
    Return the options for asynchronous calls, of the function or an alias.

    They are written out where failed events are kept, and CDK's own where nobody
    calls the function in that way.
    """
    options: dict[str, Any] = {
        "on_success": on_success,
        "retry_attempts": retry_attempts,
        "max_event_age": max_event_age,
    }
    if failures is not None:
        options["on_failure"] = _Destination(failures.queue_arn)
        if retry_attempts is None:
            options["retry_attempts"] = _ATTEMPTS
        options["max_event_age"] = max_event_age or _AGE
    return options


def acknowledge_destination(function: lambda_.CfnFunction) -> None:
    """Acknowledge what cdk-nag says of a function that keeps what fails elsewhere."""
    Validations.of(function).acknowledge(*_NO_DEAD_LETTERS)


def target(
    function: lambda_.Function,
    asynchronous: dict[str, Any],
    *,
    provisioned: float | None,
    highest: float | None,
    published: bool,
) -> lambda_.IFunction:
    """
    Return what is to be invoked: *function*, or its alias `live`.

    The alias is always the newest version; only versions are provisioned, or start
    from snapshots. How asynchronous calls fail is decided for each alias anew.
    """
    if provisioned is None and not published:
        return function
    alias = function.add_alias(
        "live", provisioned_concurrent_executions=provisioned, **asynchronous
    )
    if provisioned is not None:
        scaling = alias.add_auto_scaling(
            min_capacity=provisioned, max_capacity=highest or provisioned * _TWICE
        )
        scaling.scale_on_utilization(utilization_target=_BUSY)
    return alias


@jsii.implements(lambda_.IDestination)
class _Destination:
    """A queue for failed events, to which the role may send already."""

    def __init__(self, queue_arn: str) -> None:
        self._queue_arn = queue_arn

    def bind(
        self,
        scope: Construct,  # noqa: ARG002 - CDK's signature
        fn: lambda_.IFunction,  # noqa: ARG002 - CDK's signature
        *,
        type: lambda_.DestinationType,  # noqa: A002, ARG002 - CDK's signature
    ) -> lambda_.DestinationConfig:
        """Return where failed events go."""
        return lambda_.DestinationConfig(destination=self._queue_arn)


def _check_highest(
    inputs: Inputs,
    reserved: float | None,
    provisioned: float | None,
    highest: float | None,
) -> None:
    option = "max_provisioned_concurrency"
    inputs.whole(option, highest, low=1, high=_MOST)
    if provisioned is None:
        if highest is not None:
            problem = "needs provisioned_concurrency=, which it is the limit of"
            raise inputs.wrong(option, highest, problem)
        return
    # A token among numbers is negative.
    if highest is None and provisioned < 0:
        problem = (
            "would be twice a provisioned_concurrency= that is only known at "
            "deployment; write it as well"
        )
        raise inputs.wrong(option, highest, problem)
    most = highest or provisioned * _TWICE
    if 0 <= most < provisioned:
        problem = f"is less than provisioned_concurrency={provisioned}"
        raise inputs.wrong(option, highest, problem)
    if reserved is not None and 0 <= reserved < most:
        problem = (
            f"is less than the {most:g} instances that may be provisioned; raise it, "
            "or set max_provisioned_concurrency="
        )
        raise inputs.wrong("reserved_concurrent_executions", reserved, problem)


def _check_snap_start(
    inputs: Inputs,
    snap_start: lambda_.SnapStartConf,
    runtime: lambda_.Runtime,
    name: str,
    disk: Size | None,
) -> None:
    option = "snap_start"
    if not isinstance(snap_start, lambda_.SnapStartConf):
        problem = "is no SnapStartConf; write SnapStartConf.ON_PUBLISHED_VERSIONS"
        raise inputs.wrong_kind(option, snap_start, problem)
    if name == IMAGE or not runtime.supports_snap_start:
        what = "a container image" if name == IMAGE else name
        problem = f"does not go with {what}; Lambda makes no snapshot of it"
        raise inputs.wrong(option, "ON_PUBLISHED_VERSIONS", problem)
    if disk is not None and disk.to_mebibytes() > _DISK_OF_A_SNAPSHOT:
        problem = f"goes with at most {_DISK_OF_A_SNAPSHOT} MiB of ephemeral storage"
        raise inputs.wrong(option, "ON_PUBLISHED_VERSIONS", problem)
