"""Tests for `secure_constructs.checks.report.verdicts`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from secure_constructs.checks.findings import Unjudged, judge
from secure_constructs.checks.report.places import Place
from secure_constructs.checks.report.verdicts import State, Verdicts, Waiver
from secure_constructs.checks.rule import Breach, Rule, rule
from secure_constructs.checks.template import Resource
from tests.support.reports import AStack, a_stack, places, resource

REASON = "rebuilt every night from the lake"
WAIVED = {"Waivers": {"S3-04": {"Reason": REASON, "Until": "2099-12-31"}}}


@rule("S3-04", "AWS::S3::Bucket", why="Why.", fix="Fix.")
def versioned(bucket: Resource) -> Iterator[Breach]:
    """Versions are kept."""
    if not bucket.read("Versions"):
        yield Breach("Properties.Versions", "versions are off")


@rule("CDK-06", "*", why="Why.", fix="Fix.")
def argued(found: Resource) -> Iterator[Breach]:
    """Waivers have a reason."""
    for waiver in found.record.get("Waivers", {}).values():
        if not waiver.get("Reason"):
            yield Breach("Metadata", "there is no reason")


RULES = (versioned, argued)


def bucket(record: object = None, **properties: Any) -> Any:
    """Return a bucket."""
    return resource("S3::Bucket", record, **properties)


def judged(stack: AStack) -> tuple[Verdicts, Place]:
    """Return what came of the rules in *stack*, and its only resource."""
    (place,) = places(stack).values()
    return Verdicts(RULES, list(judge(stack, RULES))), place


def state(found: object, of: Rule = versioned) -> State | None:
    """Return what came of a rule at a resource."""
    verdicts, place = judged(a_stack({"Data": found}))
    return verdicts.state(of, place)


class TestState:
    def test_is_kept(self):
        """Nothing breaks the rule."""
        assert State.KEPT is state(bucket(Versions="on"))

    def test_is_broken(self):
        """The rule found something."""
        assert State.BROKEN is state(bucket())

    def test_is_waived_where_the_template_says_so(self):
        """What was found has a reason there."""
        assert State.WAIVED is state(bucket(WAIVED))

    def test_is_waived_though_nothing_breaks_the_rule(self):
        """A promise that was given up is not kept, only not broken yet."""
        assert State.WAIVED is state(bucket(WAIVED, Versions="on"))

    def test_is_waived_in_part(self):
        """One variable of a function may be given up, which its rule knows."""
        part = {"Waivers": {"S3-04[LOGS]": {"Reason": REASON}}}

        assert State.WAIVED is state(bucket(part, Versions="on"))

    def test_is_broken_where_another_part_is_waived(self):
        """What is found beside it is a finding."""
        part = {"Waivers": {"S3-04[LOGS]": {"Reason": REASON}}}

        assert State.BROKEN is state(bucket(part))

    def test_is_none_for_other_types(self):
        """A rule about buckets does not apply to a queue."""
        assert None is state(resource("SQS::Queue"))

    def test_is_none_for_waivers_where_there_are_none(self):
        """A rule about records applies to what has one."""
        assert None is state(bucket(), argued)

    def test_is_kept_for_waivers_with_a_reason(self):
        """A rule about records is kept there."""
        assert State.KEPT is state(bucket(WAIVED), argued)

    @pytest.mark.parametrize("waivers", [[], None, "text"], ids=str)
    def test_stands_waivers_that_are_none(self, waivers):
        """A template may hold anything anywhere."""
        (place,) = places(a_stack({"Data": bucket({"Waivers": waivers})})).values()

        assert State.KEPT is Verdicts(RULES, []).state(versioned, place)

    def test_is_none_for_helpers_of_cdk(self):
        """Nobody can set them up in another way."""
        name = "CustomS3AutoDeleteObjectsCustomResourceProviderRole3B1BD092"
        stack = a_stack({name: bucket()})

        assert None is judged(stack)[0].state(
            versioned, places(stack)[f"Shop/{name}/Resource"]
        )

    @pytest.mark.parametrize("what", [(), ("Data",), ("Data", versioned)], ids=len)
    def test_is_not_judged(self, what):
        """Of all resources, of one, or of one by one rule."""
        (place,) = places(a_stack({"Data": bucket()})).values()
        unjudged = Unjudged(place.file, "it cannot be seen", *what)

        assert State.UNJUDGED is Verdicts(RULES, [unjudged]).state(versioned, place)

    @pytest.mark.parametrize("what", [("Other",), ("Data", argued)], ids=len)
    def test_is_judged_where_something_else_is_not(self, what):
        """What is not seen elsewhere does not matter here."""
        (place,) = places(a_stack({"Data": bucket()})).values()
        unjudged = Unjudged(place.file, "it cannot be seen", *what)

        assert State.KEPT is Verdicts(RULES, [unjudged]).state(versioned, place)


class TestVerdicts:
    def test_count(self):
        """Each rule at each resource counts where it applies."""
        stack = a_stack({"One": bucket(), "Two": bucket(WAIVED)})
        verdicts = Verdicts(RULES, list(judge(stack, RULES)))

        assert {State.BROKEN: 1, State.WAIVED: 1, State.KEPT: 1} == verdicts.counted(
            places(stack).values()
        )

    def test_know_what_is_not_judged(self):
        """That is not a finding."""
        (place,) = places(a_stack({"Data": bucket()})).values()
        unjudged = Unjudged(place.file, "it cannot be seen", "Data")
        found = judged(a_stack({"Data": bucket()}))[0].found

        assert [unjudged] == Verdicts(RULES, [*found, unjudged]).unjudged


class TestWaiversAt:
    def test_are_read_from_the_record(self):
        """Each has its reason and its end."""
        verdicts, place = judged(a_stack({"Data": bucket(WAIVED)}))

        assert [Waiver("S3-04", place, REASON, "2099-12-31")] == list(
            verdicts.waivers_at(place)
        )

    def test_may_have_no_rule(self):
        """Some promises no template can show; they are given up all the same."""
        record = {"Waivers": {"LAM-07": {"Reason": REASON}}}
        verdicts, place = judged(a_stack({"Data": bucket(record, Versions="on")}))

        assert [Waiver("LAM-07", place, REASON)] == list(verdicts.waivers_at(place))

    def test_may_be_acknowledged_elsewhere(self):
        """The app gave a reason that the template does not have."""
        acknowledged = {"Shop/Data": {"SecureConstructs::S3-04": REASON}}
        stack = a_stack({"Data": bucket()})
        known = AStack("Shop", stack.contents, stack.paths, acknowledged)
        verdicts, place = judged(known)

        assert [Waiver("S3-04", place, REASON, recorded=False)] == list(
            verdicts.waivers_at(place)
        )

    def test_are_none_of_what_is_broken(self):
        """A finding is no waiver."""
        verdicts, place = judged(a_stack({"Data": bucket()}))

        assert [] == list(verdicts.waivers_at(place))

    def test_stand_waivers_that_are_none(self):
        """A waiver without a reason is listed, and found by its own rule."""
        (place,) = places(
            a_stack({"Data": bucket({"Waivers": {"S3-04": "text"}})})
        ).values()

        assert [Waiver("S3-04", place, "")] == list(
            Verdicts(RULES, []).waivers_at(place)
        )
