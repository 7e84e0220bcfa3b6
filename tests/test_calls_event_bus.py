"""What a bus costs in calls to CDK's own process, beside code without ours."""

from __future__ import annotations

from collections.abc import Callable

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_events as events,
    aws_sns as sns,
)

from benchmarks.by_hand.event_bus import Bus
from secure_constructs import AppEventBus, AppKey, EventSchema, Waived
from tests.support.calls import kernel_calls
from tests.support.synth import new_app, synthesize

REASON = "nobody uses this bus but its own team"
NOBODY = Waived(REASON)
EVERY = cdk.Duration.minutes(5)
KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
PLACED = EventSchema("shop.orders", "OrderPlaced", {"type": "object"})


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
        for define in (Bus, ours):
            app = new_app()
            stack = cdk.Stack(app, "Stack")
            define(stack, "Bus", sns.Topic(stack, "Topic"))
            templates.append(synthesize(app).templates["Stack.template.json"])

        hand, our = (each["Resources"] for each in templates)
        assert hand == our

    def test_calls_no_more(self):
        """A bus of ours takes no more calls than the same one by hand."""
        assert further(ours) <= further(Bus)


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
