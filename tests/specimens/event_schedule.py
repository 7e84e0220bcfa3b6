"""EventSchedule, for the contract."""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import (
    aws_events as events,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_scheduler as scheduler,
    aws_scheduler_targets as targets,
    aws_sns as sns,
)
from constructs import Construct

from secure_constructs import AppKey, EventSchedule, Tier
from tests.specimens.specimen import Adoption, Specimen

NIGHTLY = "cron(0 3 * * ? *)"


def _arn(scope: Construct, service: str, rest: str) -> str:
    stack = cdk.Stack.of(scope)
    return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{rest}"


def _topic(scope: Construct, name: str) -> sns.ITopic:
    """Return the topic of a team that is called at night."""
    arn = _arn(scope, "sns", "on-call")
    return sns.Topic.from_topic_arn(scope, f"{name}Topic", arn)


def _function(scope: Construct, name: str) -> lambda_.IFunction:
    arn = _arn(scope, "lambda", "function:orders")
    return lambda_.Function.from_function_attributes(
        scope, f"{name}Fn", function_arn=arn, same_environment=True
    )


def _schedule(
    scope: Construct, name: str, target: scheduler.IScheduleTarget
) -> scheduler.Schedule:
    when = scheduler.ScheduleExpression.expression(NIGHTLY)
    return scheduler.Schedule(scope, name, schedule=when, target=target)


def _plain(scope: Construct, name: str) -> object:
    arn = f"arn:{cdk.Stack.of(scope).partition}:iam::111122223333:role/scheduler"
    role = iam.Role.from_role_arn(scope, f"{name}Live", arn)
    target = targets.LambdaInvoke(_function(scope, name), role=role)
    return _schedule(scope, name, target)


def _defaults(scope: Construct, name: str) -> object:
    return EventSchedule(
        scope,
        name,
        expression=NIGHTLY,
        to=_function(scope, name),
        alarm_topic=_topic(scope, name),
    )


def _everything(scope: Construct, name: str, key: AppKey) -> object:
    group = scheduler.ScheduleGroup.from_schedule_group_name(
        scope, f"{name}Group", "orders"
    )
    return EventSchedule(
        scope,
        name,
        expression="cron(0/15 8-17 ? * MON-FRI *)",
        to=events.EventBus.from_event_bus_name(scope, f"{name}Bus", "orders"),
        time_zone="Europe/Berlin",
        input=scheduler.ScheduleTargetInput.from_object({"open": True}),
        source="shop.clock",
        detail_type="QuarterHourPassed",
        flexible_window=cdk.Duration.minutes(5),
        schedule_group=group,
        description="Tells the shop the time",
        enabled=False,
        retry_attempts=10,
        max_event_age=cdk.Duration.hours(1),
        encryption_key=key,
        alarm_topic=_topic(scope, name),
        tier=Tier.PRODUCTION,
    )


def _with_a_role_of_cdk(scope: Construct, name: str) -> object:
    return _schedule(scope, name, targets.LambdaInvoke(_function(scope, name)))


def _named(scope: Construct, name: str) -> object:
    group = scheduler.ScheduleGroup.from_schedule_group_name(scope, "Group", "orders")
    return scheduler.Schedule(
        scope,
        name,
        schedule_name="nightly",
        schedule_group=group,
        schedule=scheduler.ScheduleExpression.expression(NIGHTLY),
        target=targets.LambdaInvoke(_function(scope, name)),
    )


def _still_named(scope: Construct, name: str) -> object:
    group = scheduler.ScheduleGroup.from_schedule_group_name(scope, "Group", "orders")
    return EventSchedule(
        scope,
        name,
        schedule_name="nightly",
        schedule_group=group,
        expression=NIGHTLY,
        to=targets.LambdaInvoke(_function(scope, name)),
    )


SPECIMEN = Specimen(
    name="EventSchedule",
    type="AWS::Scheduler::Schedule",
    plain=_plain,
    defaults=_defaults,
    everything=_everything,
    adoptions={
        "bare": Adoption(_plain, _defaults),
        "with the role that CDK makes": Adoption(
            _with_a_role_of_cdk,
            lambda scope, name: EventSchedule(
                scope,
                name,
                expression=NIGHTLY,
                to=targets.LambdaInvoke(_function(scope, name)),
            ),
        ),
        "named, in a group": Adoption(_named, _still_named),
    },
)
