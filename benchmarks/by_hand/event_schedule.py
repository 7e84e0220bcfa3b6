"""A schedule by hand, with its role and what happens to what fails."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import jsii

from aws_cdk import (
    aws_events as events,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_scheduler as scheduler,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from benchmarks.by_hand.parts import alarm, dead_letters, put_on_record, waiting


@jsii.implements(scheduler.IScheduleTarget)
class _Target:
    """A target with a role of its own, where CDK shares one and its policy."""

    def __init__(self, config: scheduler.ScheduleTargetConfig) -> None:
        self._config = config

    def bind(self, _schedule: Any) -> scheduler.ScheduleTargetConfig:  # noqa: ANN401 - CDK's
        """Describe the target."""
        return self._config


def calls(
    stack: cdk.Stack,
    construct_id: str,
    function: lambda_.Function,
    topic: sns.ITopic,
    expression: str,
) -> None:
    """Define a schedule that calls *function*."""
    scope = Construct(stack, construct_id)
    arn = function.function_arn
    may = iam.PolicyStatement(
        sid="Target", actions=["lambda:InvokeFunction"], resources=[arn]
    )
    queue = dead_letters(scope)
    described = {"arn": arn, "role": _role(stack, scope, queue, may)}
    schedule = scheduler.ScheduleExpression.expression(expression)
    _define(scope, construct_id, schedule, described, queue=queue, topic=topic)


def says(
    stack: cdk.Stack,
    scope: Construct,
    construct_id: str,
    bus: events.IEventBus,
    topic: sns.ITopic,
    *,
    expression: str,
    time_zone: str,
    source: str,
    detail_type: str,
) -> None:
    """Define a schedule that puts an event on *bus*."""
    inside = Construct(scope, construct_id)
    arn = bus.event_bus_arn
    pinned = {"events:source": source, "events:detail-type": detail_type}
    may = iam.PolicyStatement(
        sid="Target",
        actions=["events:PutEvents"],
        resources=[arn],
        conditions={
            "ForAllValues:StringEquals": pinned,
            "Null": dict.fromkeys(pinned, "false"),
        },
    )
    queue = dead_letters(inside)
    described: dict[str, Any] = {
        "arn": arn,
        "role": _role(stack, inside, queue, may),
        "input": scheduler.ScheduleTargetInput.from_text("{}"),
        "event_bridge_parameters": scheduler.CfnSchedule.EventBridgeParametersProperty(
            source=source, detail_type=detail_type
        ),
    }
    schedule = scheduler.ScheduleExpression.expression(
        expression, cdk.TimeZone.of(time_zone)
    )
    _define(inside, construct_id, schedule, described, queue=queue, topic=topic)


def _role(
    stack: cdk.Stack, scope: Construct, queue: sqs.Queue, may: iam.PolicyStatement
) -> iam.Role:
    group = (
        f"arn:{stack.partition}:scheduler:{stack.region}:{stack.account}"
        ":schedule-group/default"
    )
    trusted = {"aws:SourceAccount": stack.account, "aws:SourceArn": group}
    principal = iam.ServicePrincipal(
        "scheduler.amazonaws.com", conditions={"StringEquals": trusted}
    )
    role = iam.Role(scope, "Role", assumed_by=principal)
    failed = iam.PolicyStatement(
        sid="DeadLetters", actions=["sqs:SendMessage"], resources=[queue.queue_arn]
    )
    own = iam.ManagedPolicy(role, "Own", statements=[may, failed])
    role.add_managed_policy(own)
    return role


def _define(
    scope: Construct,
    name: str,
    schedule: scheduler.ScheduleExpression,
    described: dict[str, Any],
    *,
    queue: sqs.Queue,
    topic: sns.ITopic,
) -> None:
    config = scheduler.ScheduleTargetConfig(
        dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(
            arn=queue.queue_arn
        ),
        retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
            maximum_retry_attempts=185, maximum_event_age_in_seconds=86400
        ),
        **described,
    )
    made = scheduler.Schedule(
        scope, "Default", schedule=schedule, target=_Target(config)
    )
    put_on_record(made, "EventSchedule")
    text = (
        f"Calls that {name} could not make wait in its dead-letter queue, for 14 days. "
        "Each says why in its attributes. Repair the cause, then make them."
    )
    alarm(scope, "DeadLetters", waiting(queue), topic, text)
