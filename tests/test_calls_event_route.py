"""What routes and schedules cost in calls to CDK's process, beside code by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_lambda as lambda_,
    aws_sns as sns,
)

from benchmarks.by_hand import event_route, event_schedule
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


def route_by_hand(
    stack: cdk.Stack, name: str, function: lambda_.Function, topic: sns.ITopic
) -> None:
    """Define what a route of ours renders."""
    event_route.route(stack, name, function, topic, sources=["aws.s3"])


def schedule_by_hand(
    stack: cdk.Stack, name: str, function: lambda_.Function, topic: sns.ITopic
) -> None:
    """Define what a schedule of ours renders."""
    event_schedule.calls(stack, name, function, topic, NIGHTLY)


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
