"""
What the constructs cost in calls to CDK's own process, beside code without them.

Time in CDK goes into these calls, and unlike time they can be counted exactly.
"""

from __future__ import annotations

from collections.abc import Callable

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3

from benchmarks.by_hand.cases import CASES as BY_HAND, orders
from benchmarks.ours import CASES as OURS, orders as define_orders
from secure_constructs import AppKey, SecureBucket, Waived
from tests.support.calls import kernel_calls
from tests.support.example_app import example
from tests.support.synth import RECOMMENDED, new_app, synthesize

REASON = "rebuilt every night from the data lake"
by_hand, ours = BY_HAND["SecureBucket"], OURS["SecureBucket"]


def calls_of(define: Callable[[cdk.Stack], object]) -> int:
    """Return how many calls *define* makes for a stack."""
    stack = cdk.Stack(new_app(), "Stack")
    with kernel_calls() as calls:
        define(stack)
    return len(calls)


def further(define: Callable[[cdk.Stack], object]) -> int:
    """Return how many calls *define* makes beside a bucket that is there already."""
    stack = cdk.Stack(new_app(), "Stack")
    SecureBucket(stack, "First")
    with kernel_calls() as calls:
        define(stack)
    return len(calls)


class TestBesideCodeByHand:
    def test_renders_the_same(self):
        """Both ways give one template, so that their cost can be compared."""
        templates = []
        for define in (by_hand, ours):
            app = new_app()
            define(cdk.Stack(app, "Stack"), 3)
            templates.append(synthesize(app).templates["Stack.template.json"])

        assert templates[0] == templates[1]

    @pytest.mark.parametrize("count", [1, 2, 10])
    def test_calls_no_more(self, count):
        """A stack of ours takes no more calls than the same stack by hand."""
        mine = calls_of(lambda stack: ours(stack, count))

        assert mine <= calls_of(lambda stack: by_hand(stack, count))


class TestExactly:
    """Numbers that only a decision may raise."""

    def test_first_bucket(self):
        """What an app, a stack and its log bucket cost once is in the first."""
        assert 27 == calls_of(lambda stack: SecureBucket(stack, "Data"))

    def test_each_further_bucket(self):
        """Two constructs, their ARN and L1, metadata and logging."""
        assert 7 == further(lambda stack: SecureBucket(stack, "Data"))

    @pytest.mark.parametrize(
        ("option", "calls"),
        [
            ({"versioning": Waived(REASON)}, 2),
            ({"retain": Waived(REASON)}, 2),
            ({"access_logs": Waived(REASON)}, 1),
            ({"presigned_url_max_age": cdk.Duration.minutes(15)}, 5),
            ({"noncurrent_version_expiration": cdk.Duration.days(90)}, 1),
            ({"noncurrent_version_transition": cdk.Duration.days(90)}, 1),
            ({"event_bridge_enabled": True}, 4),
            ({"bucket_name": "orders-data"}, 1),
            ({"cors": [s3.CorsRule(allowed_methods=[], allowed_origins=["a"])]}, 0),
            (
                {
                    "lifecycle_rules": [
                        s3.LifecycleRule(expiration=cdk.Duration.days(9))
                    ]
                },
                1,
            ),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_each_option(self, option, calls):
        """What an option costs beside the bucket itself."""
        assert 7 + calls == further(lambda stack: SecureBucket(stack, "Data", **option))

    def test_key_of_the_same_stack(self):
        """A key costs its ARN and the statement that refuses other keys."""
        stack = cdk.Stack(new_app(), "Stack")
        SecureBucket(stack, "First")
        key = AppKey(stack, "Key")

        with kernel_calls() as calls:
            SecureBucket(stack, "Data", encryption_key=key)

        assert 7 + 5 == len(calls)

    def test_key_of_another_stack(self):
        """
        The second bucket uses the view of the first, and compares nothing again.

        The one call more than for a key of the same stack is jsii's: it asks the
        proxy of an interface for an attribute once to see whether it is there.
        """
        app = new_app()
        key = AppKey(cdk.Stack(app, "Keys"), "Key")
        stack = cdk.Stack(app, "Stack")
        SecureBucket(stack, "First", encryption_key=key)

        with kernel_calls() as calls:
            SecureBucket(stack, "Data", encryption_key=key)

        assert 7 + 6 == len(calls)


class TestWholeApp:
    """The example app, counted from the first call to the last before synthesis."""

    def test_calls_no_more(self):
        """All of its constructs, grants and acknowledgements, as against by hand."""
        with kernel_calls() as made:
            example("production")
        with kernel_calls() as by_hand:
            orders(new_app(RECOMMENDED, tier="production"))

        assert len(made) <= len(by_hand)

    def test_each_further_stage_costs_the_same(self):
        """No stage looks again at what the stages before it hold."""
        app = new_app(RECOMMENDED, tier="production")
        counts = []
        for index in range(3):
            with kernel_calls() as made:
                define_orders(cdk.Stage(app, f"Copy{index}"))
            counts.append(len(made))

        assert counts[1] == counts[2]
