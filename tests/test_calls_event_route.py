"""What routes and schedules cost in calls to CDK's process, beside code by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import jsii
import pytest

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_cloudwatch_actions as actions,
    aws_events as events,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_scheduler as scheduler,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from secure_constructs import AppKey, EventRoute, EventSchedule, Waived
from tests.support.calls import kernel_calls
from tests.support.routes import a_function
from tests.support.synth import new_app, synthesize

REASON = "nobody misses an event of this kind"
NOBODY = Waived(REASON)
EVERY = cdk.Duration.minutes(5)
KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
NIGHTLY = "cron(0 3 * * ? *)"


@jsii.implements(events.IRuleTarget)
class Target:
    """A target as code by hand needs it, which lets one rule in and no other."""

    def __init__(self, config: events.RuleTargetConfig) -> None:
        self._config = config

    def bind(self, rule: Any, id: Any = None) -> events.RuleTargetConfig:  # noqa: A002 - CDK's names
        """Describe the target."""
        return self._config


@jsii.implements(scheduler.IScheduleTarget)
class Called:
    """The same for a schedule."""

    def __init__(self, config: scheduler.ScheduleTargetConfig) -> None:
        self._config = config

    def bind(self, _schedule: Any) -> scheduler.ScheduleTargetConfig:
        """Describe the target."""
        return self._config


def dead_letters(scope: Construct) -> sqs.Queue:
    """Define a queue for dead letters, as CDK's documentation writes it."""
    queue = sqs.Queue(
        scope,
        "DeadLetterQueue",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
        removal_policy=KEPT,
    )
    cdk.Validations.of(queue).acknowledge(
        cdk.Acknowledgment(id="AwsSolutions::AwsSolutions-SQS3", reason=REASON)
    )
    return queue


def put_on_record(resource: Any, kind: str) -> Any:
    """Write the metadata that ours writes."""
    l1: Any = resource.node.default_child
    l1.add_metadata("SecureConstructs", {"Construct": kind, "Tier": "production"})
    return l1


def alarm(
    scope: Construct, name: str, metric: cloudwatch.Metric, says: str, topic: sns.ITopic
) -> None:
    """Define an alarm on the first of whatever *metric* counts."""
    made = cloudwatch.Alarm(
        scope,
        name,
        metric=metric,
        threshold=1,
        comparison_operator=AT_LEAST,
        evaluation_periods=1,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_description=says,
    )
    made.add_alarm_action(actions.SnsAction(topic))


def waiting(queue: sqs.Queue) -> cloudwatch.Metric:
    """Return how many messages wait in *queue*."""
    return queue.metric_approximate_number_of_messages_visible(
        period=EVERY, statistic="Maximum"
    )


def route_by_hand(
    stack: cdk.Stack, name: str, function: lambda_.Function, topic: sns.ITopic
) -> None:
    """Define what a route of ours renders."""
    scope = Construct(stack, name)
    queue = dead_letters(scope)
    rule = events.Rule(
        scope, "Default", event_pattern=events.EventPattern(source=["aws.s3"])
    )
    l1 = put_on_record(rule, "EventRoute")
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={
                "ArnEquals": {"aws:SourceArn": rule.rule_arn},
                "StringEquals": {"aws:SourceAccount": stack.account},
            },
        )
    )
    lambda_.CfnPermission(
        scope,
        "Permission",
        action="lambda:InvokeFunction",
        function_name=function.function_arn,
        principal="events.amazonaws.com",
        source_account=stack.account,
        source_arn=rule.rule_arn,
    )
    config = events.RuleTargetConfig(
        arn=function.function_arn,
        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=queue.queue_arn),
        retry_policy=events.CfnRule.RetryPolicyProperty(
            maximum_retry_attempts=185, maximum_event_age_in_seconds=86400
        ),
    )
    rule.add_target(Target(config))
    says = (
        f"Events that {name} could not deliver wait in its dead-letter queue, for 14 "
        "days. Each says why in its attributes. Repair the cause, then send them again."
    )
    failed = cloudwatch.Metric(
        namespace="AWS/Events",
        metric_name="FailedInvocations",
        dimensions_map={"RuleName": l1.attr_rule_name},
        period=EVERY,
        statistic="Sum",
    )
    alarm(scope, "DeadLetters", waiting(queue), says, topic)
    says = (
        f"Events of {name} could not be delivered after the last attempt. Look at the "
        "target: does it exist, throttle, or refuse?"
    )
    alarm(scope, "FailedInvocations", failed, says, topic)


def schedule_by_hand(
    stack: cdk.Stack, name: str, function: lambda_.Function, topic: sns.ITopic
) -> None:
    """Define what a schedule of ours renders."""
    scope = Construct(stack, name)
    queue = dead_letters(scope)
    group = (
        f"arn:{stack.partition}:scheduler:{stack.region}:{stack.account}"
        ":schedule-group/default"
    )
    trusted = {"aws:SourceAccount": stack.account, "aws:SourceArn": group}
    principal = iam.ServicePrincipal(
        "scheduler.amazonaws.com", conditions={"StringEquals": trusted}
    )
    role = iam.Role(scope, "Role", assumed_by=principal)
    own = iam.ManagedPolicy(
        role,
        "Own",
        statements=[
            iam.PolicyStatement(
                sid="Target",
                actions=["lambda:InvokeFunction"],
                resources=[function.function_arn],
            ),
            iam.PolicyStatement(
                sid="DeadLetters",
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
            ),
        ],
    )
    role.add_managed_policy(own)
    config = scheduler.ScheduleTargetConfig(
        arn=function.function_arn,
        role=role,
        dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(
            arn=queue.queue_arn
        ),
        retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
            maximum_retry_attempts=185, maximum_event_age_in_seconds=86400
        ),
    )
    made = scheduler.Schedule(
        scope,
        "Default",
        schedule=scheduler.ScheduleExpression.expression(NIGHTLY),
        target=Called(config),
    )
    put_on_record(made, "EventSchedule")
    says = (
        f"Calls that {name} could not make wait in its dead-letter queue, for 14 days. "
        "Each says why in its attributes. Repair the cause, then make them."
    )
    alarm(scope, "DeadLetters", waiting(queue), says, topic)


def our_route(
    stack: cdk.Stack,
    name: str,
    function: lambda_.Function,
    topic: sns.ITopic,
    **options: Any,
) -> None:
    """Define a route of ours."""
    EventRoute(
        stack, name, to=function, sources=["aws.s3"], alarm_topic=topic, **options
    )


def our_schedule(
    stack: cdk.Stack,
    name: str,
    function: lambda_.Function,
    topic: sns.ITopic,
    **options: Any,
) -> None:
    """Define a schedule of ours."""
    EventSchedule(
        stack, name, expression=NIGHTLY, to=function, alarm_topic=topic, **options
    )


Define = Callable[..., None]
_BOTH = pytest.mark.parametrize(
    ("by_hand", "ours"),
    [(route_by_hand, our_route), (schedule_by_hand, our_schedule)],
    ids=["route", "schedule"],
)


def further(define: Define, first: Define, **options: Any) -> int:
    """Return how many calls *define* makes beside a *first* one that is there."""
    stack = cdk.Stack(new_app(), "Stack")
    topic = sns.Topic(stack, "Topic")
    function = a_function(stack)
    first(stack, "First", function, topic)
    with kernel_calls() as calls:
        define(stack, "Second", function, topic, **options)
    return len(calls)


@_BOTH
class TestBesideCodeByHand:
    def test_renders_the_same(self, by_hand, ours):
        """Both ways give one template, so that their cost can be compared."""
        templates = []
        for define in (by_hand, ours):
            app = new_app()
            stack = cdk.Stack(app, "Stack")
            define(stack, "Made", a_function(stack), sns.Topic(stack, "Topic"))
            templates.append(synthesize(app).templates["Stack.template.json"])

        hand, our = (each["Resources"] for each in templates)
        assert hand == our

    def test_calls_no_more(self, by_hand, ours):
        """One of ours takes no more calls than the same one by hand."""
        assert further(ours, ours) <= further(by_hand, ours)


class TestExactly:
    """Numbers that only a decision may raise."""

    @pytest.mark.parametrize(("define", "calls"), [(our_route, 29), (our_schedule, 27)])
    def test_in_production(self, define, calls):
        """With alarms that tell a topic."""
        assert calls == further(define, define)

    @pytest.mark.parametrize(("define", "calls"), [(our_route, 25), (our_schedule, 24)])
    def test_without_alarms(self, define, calls):
        """In development, or where somebody else watches."""
        assert calls == further(define, define, alarms=NOBODY)

    @pytest.mark.parametrize(("define", "more"), [(our_route, 0), (our_schedule, 4)])
    def test_key(self, define, more):
        """A key costs a schedule its ARN in the policy and at the schedule."""
        stack = cdk.Stack(new_app(), "Stack")
        key, topic, function = (
            AppKey(stack, "Key"),
            sns.Topic(stack, "T"),
            a_function(stack),
        )
        define(stack, "First", function, topic, encryption_key=key)

        with kernel_calls() as calls:
            define(stack, "Second", function, topic, encryption_key=key)

        assert further(define, define) + more == len(calls)
