"""What a bus costs in calls to CDK's own process, beside code without ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_cloudwatch_actions as actions,
    aws_events as events,
    aws_eventschemas as eventschemas,
    aws_iam as iam,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from secure_constructs import AppEventBus, AppKey, EventSchema, Waived
from tests.support.calls import kernel_calls
from tests.support.synth import new_app, synthesize

REASON = "nobody uses this bus but its own team"
NOBODY = Waived(REASON)
EVERY = cdk.Duration.minutes(5)
KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
PLACED = EventSchema("shop.orders", "OrderPlaced", {"type": "object"})

SAYS = {
    "FailedInvocations": "Targets of rules on {name} fail for good. What they should "
    "have got waits in the dead-letter queue of the rule, if it has one; the messages "
    "there say why.",
    "ThrottledRules": "Rules on {name} are held back: the account invokes more targets "
    "than its quota allows. Events are late; raise the quota, or narrow the patterns.",
    "InvocationsFailedToBeSentToDlq": "Events on {name} are lost: not even the "
    "dead-letter queue of their rule could take them. Look at the policy of the queue "
    "and of its key, then replay the archive for that time.",
    "DeadLettersWaiting": "{name} could not handle events that it took, most often "
    "because its key could not be used; they wait in its dead-letter queue, for 14 "
    "days. Repair the cause, then put them again.",
}


def by_hand(stack: cdk.Stack, name: str, topic: sns.ITopic) -> None:
    """Define what a bus of ours renders, as CDK's documentation writes it."""
    scope = Construct(stack, name)
    queue = sqs.Queue(
        scope,
        "DeadLetterQueue",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
        removal_policy=KEPT,
    )
    rules = ("AwsSolutions::AwsSolutions-SQS3", "Serverless::Serverless-SQSRedrive")
    acknowledgments = [cdk.Acknowledgment(id=each, reason=REASON) for each in rules]
    cdk.Validations.of(queue).acknowledge(*acknowledgments)
    bus = events.EventBus(scope, "Default", dead_letter_queue=queue)
    l1: Any = bus.node.default_child
    record = {"Construct": "AppEventBus", "Tier": "production"}
    l1.add_metadata("SecureConstructs", record)
    l1.apply_removal_policy(KEPT)
    here = f"{stack.region}:{stack.account}"
    of_rules = f"arn:{stack.partition}:events:{here}:rule/{bus.event_bus_name}/*"
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid="DeadLettersOfTheBus",
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={
                "ArnLike": {"aws:SourceArn": [bus.event_bus_arn, of_rules]},
                "StringEquals": {"aws:SourceAccount": stack.account},
            },
        )
    )
    # CDK's method for it would write another id into the statement.
    events.CfnEventBusPolicy(
        scope,
        "DenyForeignAccounts",
        statement_id="DenyForeignAccounts",
        event_bus_name=bus.event_bus_name,
        statement={
            "Sid": "DenyForeignAccounts",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "events:PutEvents",
            "Resource": bus.event_bus_arn,
            "Condition": {
                "StringNotEquals": {"aws:PrincipalAccount": [stack.account]},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
    )
    archive = events.Archive(
        scope,
        "Archive",
        source_event_bus=bus,
        event_pattern=events.EventPattern(source=events.Match.prefix("")),
        retention=cdk.Duration.days(30),
    )
    archive.apply_removal_policy(KEPT)
    eventschemas.CfnDiscoverer(
        scope, "Discoverer", source_arn=bus.event_bus_arn, cross_account=False
    )
    watch(scope, name, bus, queue, topic)


def watch(
    scope: Construct,
    name: str,
    bus: events.EventBus,
    queue: sqs.Queue,
    topic: sns.ITopic,
) -> None:
    """Define the four alarms."""
    schema = 'SCHEMA("AWS/Events", EventBusName, RuleName)'
    where = f"FROM {schema} WHERE EventBusName = '{bus.event_bus_name}'"
    metrics: dict[str, cloudwatch.IMetric] = {
        metric: cloudwatch.MathExpression(
            expression=f"SELECT SUM({metric}) {where}", label=metric, period=EVERY
        )
        for metric in SAYS
        if metric != "DeadLettersWaiting"
    }
    metrics["DeadLettersWaiting"] = queue.metric_approximate_number_of_messages_visible(
        period=EVERY, statistic="Maximum"
    )
    for construct_id, metric in metrics.items():
        alarm = cloudwatch.Alarm(
            scope,
            construct_id,
            metric=metric,
            threshold=1,
            comparison_operator=AT_LEAST,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=SAYS[construct_id].format(name=name),
        )
        alarm.add_alarm_action(actions.SnsAction(topic))


def ours(stack: cdk.Stack, name: str, topic: sns.ITopic) -> None:
    """Define a bus of ours."""
    AppEventBus(stack, name, alarm_topic=topic)


def further(define: Callable[[cdk.Stack, str, sns.ITopic], object]) -> int:
    """Return how many calls *define* makes beside a bus that is there already."""
    stack = cdk.Stack(new_app(), "Stack")
    topic = sns.Topic(stack, "Topic")
    ours(stack, "First", topic)
    with kernel_calls() as calls:
        define(stack, "Bus", topic)
    return len(calls)


class TestBesideCodeByHand:
    def test_renders_the_same(self):
        """Both ways give one template, so that their cost can be compared."""
        templates = []
        for define in (by_hand, ours):
            app = new_app()
            stack = cdk.Stack(app, "Stack")
            define(stack, "Bus", sns.Topic(stack, "Topic"))
            templates.append(synthesize(app).templates["Stack.template.json"])

        hand, our = (each["Resources"] for each in templates)
        assert hand == our

    def test_calls_no_more(self):
        """A bus of ours takes no more calls than the same one by hand."""
        assert further(ours) <= further(by_hand)


class TestExactly:
    """Numbers that only a decision may raise."""

    def test_in_production(self):
        """With four alarms that tell a topic."""
        assert 34 == further(ours)

    @pytest.mark.parametrize(
        ("options", "calls"),
        [
            ({}, 0),
            ({"event_bus_name": "orders"}, 0),
            ({"archive_retention": NOBODY}, -2),
            ({"schema_discovery": NOBODY}, -1),
            ({"schemas": [PLACED]}, 3),
            ({"allowed_accounts": ["444455556666"]}, 2),
            ({"allowed_organization_id": "o-a1b2c3d4e5"}, 2),
            ({"log_level": events.Level.ERROR}, 16),
        ],
        ids=lambda value: next(iter(value), "") if isinstance(value, dict) else "",
    )
    def test_each_option(self, options, calls):
        """What an option costs beside the bus itself, without alarms."""
        assert 24 + calls == further(
            lambda stack, name, _topic: AppEventBus(
                stack, name, alarms=NOBODY, **options
            )
        )

    def test_key(self):
        """A key costs setting it on bus and archive, and saves the discoverer."""
        stack = cdk.Stack(new_app(), "Stack")
        key = AppKey(stack, "Key")
        AppEventBus(stack, "First", encryption_key=key, alarms=NOBODY)

        with kernel_calls() as calls:
            AppEventBus(stack, "Bus", encryption_key=key, alarms=NOBODY)

        assert 24 + 4 == len(calls)
