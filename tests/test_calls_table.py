"""What a table costs in calls to CDK's own process, beside code without ours."""

from __future__ import annotations

from collections.abc import Callable

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_dynamodb as dynamodb,
    aws_iam as iam,
    aws_sns as sns,
)

from benchmarks.by_hand.table import table as by_hand
from secure_constructs import AccessPattern, AppKey, TableIndex, Tier, Waived
from tests.support.calls import kernel_calls
from tests.support.synth import new_app, synthesize
from tests.support.tables import table

NOBODY = Waived("the platform team watches all tables")
EVERY = cdk.Duration.minutes(5)
TEXT = dynamodb.AttributeType.STRING
OPERATIONS = ("GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem")
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


def ours(stack: cdk.Stack, name: str, topic: sns.ITopic) -> None:
    """Define a table of ours."""
    table(stack, name, alarm_topic=topic)


def further(define: Callable[[cdk.Stack, str, sns.ITopic], object]) -> int:
    """Return how many calls *define* makes beside a table that is there already."""
    stack = cdk.Stack(new_app(), "Stack")
    topic = sns.Topic(stack, "Topic")
    ours(stack, "First", topic)
    with kernel_calls() as calls:
        define(stack, "Data", topic)
    return len(calls)


class TestBesideCodeByHand:
    def test_renders_the_same(self):
        """Both ways give one template, so that their cost can be compared."""
        templates = []
        for define in (by_hand, ours):
            app = new_app()
            stack = cdk.Stack(app, "Stack")
            define(stack, "Data", sns.Topic(stack, "Topic"))
            templates.append(synthesize(app).templates["Stack.template.json"])

        hand, our = (each["Resources"] for each in templates)
        assert hand == our

    def test_calls_no_more(self):
        """A table of ours takes no more calls than the same one by hand."""
        assert further(ours) <= further(by_hand)


class TestExactly:
    """Numbers that only a decision may raise."""

    def test_in_production(self):
        """With two alarms that tell a topic."""
        assert 20 == further(ours)

    def test_in_development(self):
        """Without alarms: the table, its record, and once whether the stack is safe."""
        assert 6 + 1 == further(
            lambda stack, name, _topic: table(stack, name, tier=Tier.DEVELOPMENT)
        )

    @pytest.mark.parametrize(
        ("options", "calls"),
        [
            ({"partition_key": "id"}, 0),
            ({"indexes": [TableIndex("GSI1")]}, 0),
            ({"access_patterns": [AccessPattern("Own", "TENANT#{tenant}")]}, 0),
            ({"capacity": dynamodb.MaxThroughputProps(max_read_request_units=9)}, 1),
            ({"stream": dynamodb.StreamViewType.NEW_IMAGE}, 0),
            # Of each table of the stack it asks what that is called.
            ({"table_name": "orders"}, 3),
            ({"point_in_time_recovery": cdk.Duration.days(7)}, 1),
            ({"retain": NOBODY}, 0),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_each_option(self, options, calls):
        """What an option costs beside the table itself."""
        without = further(lambda stack, name, _: table(stack, name, alarms=NOBODY))

        assert without + calls == further(
            lambda stack, name, _: table(stack, name, alarms=NOBODY, **options)
        )

    def test_index_with_an_alarm(self):
        """An index costs its alarm, which is on a sum of two metrics."""
        assert 20 + 5 == further(
            lambda stack, name, topic: table(
                stack, name, alarm_topic=topic, indexes=[TableIndex("GSI1")]
            )
        )

    def test_key(self):
        """A key costs its ARN."""
        stack = cdk.Stack(new_app(), "Stack")
        key = AppKey(stack, "Key")
        table(stack, "First", encryption_key=key, tier=Tier.DEVELOPMENT)

        with kernel_calls() as calls:
            table(stack, "Data", encryption_key=key, tier=Tier.DEVELOPMENT)

        assert 6 + 2 == len(calls)

    def test_grant(self):
        """Two statements, for table and index, and once where the grantee stands."""
        stack = cdk.Stack(new_app(), "Stack")
        data = table(stack, indexes=[TableIndex("GSI1")])
        role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())

        with kernel_calls() as calls:
            data.grants.read(role)

        assert 4 + 1 == len(calls)
