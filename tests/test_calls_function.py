"""What a function costs in calls to CDK's own process, beside code without ours."""

from __future__ import annotations

from collections.abc import Callable

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_lambda as lambda_,
    aws_sns as sns,
)

from benchmarks.by_hand.function import Function
from secure_constructs import AppKey, Waived
from tests.support.calls import kernel_calls
from tests.support.functions import function
from tests.support.synth import new_app, synthesize

REASON = "nobody calls this function but its own team"
NOBODY = Waived(REASON)
EVERY = cdk.Duration.minutes(5)
KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


def ours(stack: cdk.Stack, name: str, topic: sns.ITopic) -> None:
    """Define a function of ours."""
    function(stack, name, alarm_topic=topic)


def further(define: Callable[[cdk.Stack, str, sns.ITopic], object]) -> int:
    """Return how many calls *define* makes beside a function that is there already."""
    stack = cdk.Stack(new_app(), "Stack")
    topic = sns.Topic(stack, "Topic")
    ours(stack, "First", topic)
    with kernel_calls() as calls:
        define(stack, "Fn", topic)
    return len(calls)


class TestBesideCodeByHand:
    def test_renders_the_same(self):
        """Both ways give one template, so that their cost can be compared."""
        templates = []
        for define in (Function, ours):
            app = new_app()
            stack = cdk.Stack(app, "Stack")
            define(stack, "Fn", sns.Topic(stack, "Topic"))
            templates.append(synthesize(app).templates["Stack.template.json"])

        hand, our = (each["Resources"] for each in templates)
        assert hand == our

    def test_calls_no_more(self):
        """A function of ours takes no more calls than the same one by hand."""
        assert further(ours) <= further(Function)


class TestExactly:
    """Numbers that only a decision may raise."""

    def test_in_production(self):
        """With four alarms that tell a topic."""
        assert 45 == further(ours)

    def test_without_alarms(self):
        """In development, or where somebody else watches."""
        assert 35 == further(
            lambda stack, name, _topic: function(stack, name, alarms=NOBODY)
        )

    @pytest.mark.parametrize(
        ("options", "calls"),
        [
            ({"timeout": cdk.Duration.seconds(3)}, 1),
            ({"memory_size": 512}, 0),
            ({"architecture": lambda_.Architecture.X86_64}, 1),
            ({"environment": {"STAGE": "test"}}, 0),
            ({"tracing": NOBODY}, -3),
            ({"failure_queue": NOBODY}, -11),
            ({"provisioned_concurrency": 2}, 6),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_each_option(self, options, calls):
        """What an option costs beside the function itself."""
        assert 35 + calls == further(
            lambda stack, name, _topic: function(stack, name, alarms=NOBODY, **options)
        )

    def test_key(self):
        """A key costs its ARN and names in the policy, and what SQS knows of it."""
        stack = cdk.Stack(new_app(), "Stack")
        key = AppKey(stack, "Key")
        function(stack, "First", encryption_key=key, alarms=NOBODY)

        with kernel_calls() as calls:
            function(stack, "Fn", encryption_key=key, alarms=NOBODY)

        assert 35 + 6 == len(calls)
