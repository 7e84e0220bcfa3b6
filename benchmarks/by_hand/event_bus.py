"""A bus by hand, with its archive, schemas, dead letters and alarms."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_events as events,
    aws_eventschemas as eventschemas,
    aws_iam as iam,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from benchmarks.by_hand.parts import (
    EVERY,
    KEPT,
    alarm,
    dead_letters,
    put_on_record,
    waiting,
)

_SAYS = {
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


class Bus:
    """
    A bus, and the construct it belongs to.

    Attributes:
        bus: The bus itself.
        inside: The construct that all its parts belong to.
    """

    def __init__(self, stack: cdk.Stack, construct_id: str, topic: sns.ITopic) -> None:
        """Define it."""
        self.inside = inside = Construct(stack, construct_id)
        queue = dead_letters(inside)
        self.bus = events.EventBus(inside, "Default", dead_letter_queue=queue)
        put_on_record(self.bus, "AppEventBus").apply_removal_policy(KEPT)
        _take_dead_letters(stack, self.bus, queue)
        _refuse_foreigners(inside, stack, self.bus)
        archive = events.Archive(
            inside,
            "Archive",
            source_event_bus=self.bus,
            event_pattern=events.EventPattern(source=events.Match.prefix("")),
            retention=cdk.Duration.days(30),
        )
        archive.apply_removal_policy(KEPT)
        eventschemas.CfnDiscoverer(
            inside,
            "Discoverer",
            source_arn=self.bus.event_bus_arn,
            cross_account=False,
        )
        _watch(inside, construct_id, self.bus, queue, topic)


def _take_dead_letters(
    stack: cdk.Stack, bus: events.EventBus, queue: sqs.Queue
) -> None:
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


def _refuse_foreigners(scope: Construct, stack: cdk.Stack, bus: Any) -> None:  # noqa: ANN401 - a bus
    # CDK's method for it would write another id into the statement.
    events.CfnEventBusPolicy(
        scope,
        "DenyForeignAccounts",
        statement_id="DenyForeignAccounts",
        event_bus_name=bus.event_bus_name,
        statement={
            "Sid": "DenyForeignAccounts",
            "Resource": bus.event_bus_arn,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "events:PutEvents",
            "Condition": {
                "StringNotEquals": {"aws:PrincipalAccount": [stack.account]},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
    )


def _watch(
    scope: Construct,
    name: str,
    bus: events.EventBus,
    queue: sqs.Queue,
    topic: sns.ITopic,
) -> None:
    schema = 'SCHEMA("AWS/Events", EventBusName, RuleName)'
    where = f"FROM {schema} WHERE EventBusName = '{bus.event_bus_name}'"
    metrics: dict[str, cloudwatch.IMetric] = {
        metric: cloudwatch.MathExpression(
            expression=f"SELECT SUM({metric}) {where}", label=metric, period=EVERY
        )
        for metric in _SAYS
        if metric != "DeadLettersWaiting"
    }
    metrics["DeadLettersWaiting"] = waiting(queue)
    for construct_id, metric in metrics.items():
        alarm(scope, construct_id, metric, topic, _SAYS[construct_id].format(name=name))


def schema(bus: Bus, source: str, detail_type: str, content: str, says: str) -> None:
    """Define the schema of a kind of event in a registry of the bus's own."""
    registry = eventschemas.CfnRegistry(bus.inside, "Registry")
    eventschemas.CfnSchema(
        registry,
        f"{source}@{detail_type}",
        registry_name=registry.attr_registry_name,
        schema_name=f"{source}@{detail_type}",
        type="JSONSchemaDraft4",
        content=content,
        description=says,
    )
