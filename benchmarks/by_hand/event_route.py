"""A route by hand: a rule, its target, and what happens to what fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
import jsii

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_events as events,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from benchmarks.by_hand.parts import (
    EVERY,
    alarm,
    dead_letters,
    put_on_record,
    waiting,
)


@jsii.implements(events.IRuleTarget)
class _Target:
    """A target whose queue lets one rule in, where CDK's own lets in any."""

    def __init__(self, config: events.RuleTargetConfig) -> None:
        self._config = config

    def bind(
        self,
        rule: Any,  # noqa: ANN401, ARG002 - CDK's signature
        id: Any = None,  # noqa: A002, ANN401, ARG002 - CDK's signature
    ) -> events.RuleTargetConfig:
        """Describe the target."""
        return self._config


def route(
    stack: cdk.Stack,
    construct_id: str,
    function: lambda_.Function,
    topic: sns.ITopic,
    *,
    sources: Sequence[str],
    detail_types: Sequence[str] = (),
    bus: events.IEventBus | None = None,
) -> None:
    """Define a route to *function*, from the default bus if there is no other."""
    scope = Construct(stack, construct_id)
    queue = dead_letters(scope)
    rule = events.Rule(
        scope,
        "Default",
        event_bus=bus,
        event_pattern=events.EventPattern(
            source=list(sources), detail_type=list(detail_types) or None
        ),
    )
    l1 = put_on_record(rule, "EventRoute")
    _let_in(stack, scope, rule, function, queue)
    rule.add_target(_Target(_described(function, queue)))
    dimensions = {"RuleName": l1.attr_rule_name}
    if bus:
        dimensions["EventBusName"] = bus.event_bus_name
    _watch(scope, construct_id, queue, dimensions, topic)


def _let_in(
    stack: cdk.Stack,
    scope: Construct,
    rule: events.Rule,
    function: lambda_.Function,
    queue: sqs.Queue,
) -> None:
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


def _described(function: lambda_.Function, queue: sqs.Queue) -> events.RuleTargetConfig:
    return events.RuleTargetConfig(
        arn=function.function_arn,
        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=queue.queue_arn),
        retry_policy=events.CfnRule.RetryPolicyProperty(
            maximum_retry_attempts=185, maximum_event_age_in_seconds=86400
        ),
    )


def _watch(
    scope: Construct,
    name: str,
    queue: sqs.Queue,
    dimensions: dict[str, str],
    topic: sns.ITopic,
) -> None:
    says = (
        f"Events that {name} could not deliver wait in its dead-letter queue, for 14 "
        "days. Each says why in its attributes. Repair the cause, then send them again."
    )
    alarm(scope, "DeadLetters", waiting(queue), topic, says)
    failed = cloudwatch.Metric(
        namespace="AWS/Events",
        metric_name="FailedInvocations",
        dimensions_map=dimensions,
        period=EVERY,
        statistic="Sum",
    )
    says = (
        f"Events of {name} could not be delivered after the last attempt. Look at the "
        "target: does it exist, throttle, or refuse?"
    )
    alarm(scope, "FailedInvocations", failed, topic, says)
