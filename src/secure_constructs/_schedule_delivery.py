"""What a schedule tells the service: whom to call, how often, and who watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii

from aws_cdk import aws_scheduler as scheduler

from secure_constructs._alarms import alarm, metric, warn_if_unheard
from secure_constructs._event_delivery import AGE, ATTEMPTS, watch_dead_letters

if TYPE_CHECKING:
    from aws_cdk import (
        Duration,
        aws_cloudwatch as cloudwatch,
        aws_iam as iam,
        aws_sns as sns,
        aws_sqs as sqs,
    )
    from constructs import Construct

    from secure_constructs._inputs import Inputs

_PASSED_ON = (
    "arn",
    "ecs_parameters",
    "event_bridge_parameters",
    "input",
    "kinesis_parameters",
    "role",
    "sage_maker_pipeline_parameters",
    "sqs_parameters",
)


@jsii.implements(scheduler.IScheduleTarget)
class Aim:
    """
    A target with our dead-letter queue and retries.

    Args:
        described: What the target is, or a target class of CDK's that says so.
        queue: Where dead letters go, if anywhere.
        attempts: Further attempts, if given.
        age: For how long they are made, if given.

    Attributes:
        role: The role of the target.
    """

    def __init__(
        self,
        described: dict[str, Any] | scheduler.IScheduleTarget,
        *,
        queue: sqs.IQueue | None,
        attempts: float | None,
        age: Duration | None,
    ) -> None:
        self._described = described
        self._queue, self._attempts, self._age = queue, attempts, age
        self._has_own_queue = False
        self.role: iam.IRole

    def bind(self, schedule: scheduler.ISchedule) -> scheduler.ScheduleTargetConfig:
        """Return the description of the target, with ours in it."""
        described, own = self._described, None
        if not isinstance(described, dict):
            config = described.bind(schedule)
            self._has_own_queue, own = (
                bool(config.dead_letter_config),
                config.retry_policy,
            )
            described = {name: getattr(config, name) for name in _PASSED_ON}
        self.role = described["role"]
        return scheduler.ScheduleTargetConfig(
            dead_letter_config=self._dead_letters(),
            retry_policy=self._retries(own),
            **described,
        )

    def check(self, inputs: Inputs, given: object) -> None:
        """Raise if the target has a dead-letter queue that would get nothing."""
        if self._has_own_queue and not hasattr(given, "queue_arn"):
            problem = (
                "has a dead-letter queue of its own; pass that to the schedule "
                "instead, as dead_letter_queue="
            )
            raise inputs.wrong("to", type(self._described).__name__, problem)

    def _dead_letters(self) -> scheduler.CfnSchedule.DeadLetterConfigProperty | None:
        if self._queue is None:
            return None
        arn = self._queue.queue_arn
        return scheduler.CfnSchedule.DeadLetterConfigProperty(arn=arn)

    def _retries(
        self, own: scheduler.CfnSchedule.RetryPolicyProperty | None
    ) -> scheduler.CfnSchedule.RetryPolicyProperty:
        """Return how often and how long: as asked for, else *own*, else most."""
        attempts, age = self._attempts, None
        if attempts is None:
            attempts = own.maximum_retry_attempts if own is not None else None
        if self._age is not None:
            age = self._age.to_seconds()
        elif own is not None:
            age = own.maximum_event_age_in_seconds
        return scheduler.CfnSchedule.RetryPolicyProperty(
            maximum_retry_attempts=ATTEMPTS if attempts is None else attempts,
            maximum_event_age_in_seconds=age or AGE,
        )


def watch(
    scope: Construct,
    called: str,
    *,
    queue: sqs.IQueue | None,
    group: scheduler.IScheduleGroup | None,
    topic: sns.ITopic | None,
) -> list[cloudwatch.Alarm]:
    """Define the alarms of a schedule (EVB-08): there are metrics only by group."""
    alarms = []
    if queue is not None:
        says = (
            f"Calls that {called} could not make wait in its dead-letter queue, for 14 "
            "days. Each says why in its attributes. Repair the cause, then make them."
        )
        alarms = watch_dead_letters(scope, queue, says, topic)
    if group is not None:
        of = {"ScheduleGroup": group.schedule_group_name}
        dropped = alarm(
            scope,
            "Dropped",
            metric("AWS/Scheduler", "InvocationDroppedCount", of),
            threshold=1,
            says=f"A schedule in the group of {called} gave a call up after the last "
            "attempt. Look at the target: does it exist, throttle, or refuse?",
            topic=topic,
        )
        alarms.append(dropped)
    if alarms:
        warn_if_unheard(scope, topic)
    return alarms
