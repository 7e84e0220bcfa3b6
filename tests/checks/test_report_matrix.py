"""Tests for `secure_constructs.checks.report.matrix`."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.checks.findings import judge
from secure_constructs.checks.report.matrix import Family, families
from secure_constructs.checks.report.verdicts import State, Verdicts
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import Resource
from tests.support.reports import AStack, a_stack, resource, sites

GOOD = resource("S3::Bucket", Good=True)
BAD = resource("S3::Bucket")


@rule("S3-02", "AWS::S3::Bucket", why="Why.", fix="Fix.")
def second(_: Resource) -> Iterator[Breach]:
    """Nothing is wrong."""
    yield from ()


@rule("S3-01", "AWS::S3::Bucket", why="Why.", fix="Fix.")
def first(bucket: Resource) -> Iterator[Breach]:
    """Buckets are good."""
    if not bucket.read("Good"):
        yield Breach("Properties", "it is bad")


@rule("EVB-01", "AWS::Events::Rule", "AWS::SQS::Queue", why="Why.", fix="Fix.")
def routed(_: Resource) -> Iterator[Breach]:
    """Nothing is wrong."""
    yield from ()


RULES = (second, routed, first)


def found(*stacks: AStack) -> dict[str, Family]:
    """Return the families of rules over *stacks*."""
    judged = [each for stack in stacks for each in judge(stack, RULES)]
    return {
        each.name: each for each in families(sites(*stacks), Verdicts(RULES, judged))
    }


class TestFamilies:
    def test_are_rules_whose_ids_begin_alike(self):
        """They are in the order of their ids."""
        assert {"S3": (first, second), "EVB": (routed,)} == {
            name: family.rules for name, family in found(a_stack({})).items()
        }

    def test_have_a_row_for_each_resource_that_they_concern(self):
        """What no rule of a family is about is left out."""
        queue = resource("SQS::Queue")
        families_ = found(a_stack({"Good": GOOD, "Bad": BAD, "Queue": queue}))
        ((_, rows),) = families_["S3"].groups

        assert {
            "Shop/Good/Resource": (State.KEPT, State.KEPT),
            "Shop/Bad/Resource": (State.BROKEN, State.KEPT),
        } == {row.place.path: row.states for row in rows}

    def test_have_their_rows_by_stack(self):
        """A stack that they do not concern is left out."""
        one, two = (a_stack({"Good": GOOD}, name=name) for name in ("One", "Two"))
        empty = a_stack({}, name="None")
        groups = found(one, empty, two)["S3"].groups

        assert ["One", "Two"] == [name for name, _ in groups]

    def test_may_concern_nothing(self):
        """A stack may have no bucket."""
        assert () == found(a_stack({}))["S3"].groups


class TestFamily:
    def test_is_about_a_service(self):
        """It is that of the resources' types."""
        assert "S3" == found(a_stack({}))["S3"].about

    def test_is_about_no_service_where_there_are_several(self):
        """Some rules concern everything."""
        assert "" == found(a_stack({}))["EVB"].about

    def test_counts_what_came_of_a_rule(self):
        """Each resource that it applies to counts."""
        family = found(a_stack({"Good": GOOD, "Bad": BAD}))["S3"]

        assert {State.KEPT: 1, State.BROKEN: 1} == family.counted(first)
        assert {State.KEPT: 2} == family.counted(second)


class TestRow:
    def test_says_whether_all_is_kept(self):
        """A rule that does not apply does not matter."""
        ((_, rows),) = found(a_stack({"Good": GOOD, "Bad": BAD}))["S3"].groups

        assert [True, False] == [row.is_kept for row in rows]

    def test_has_its_type_in_words(self):
        """A reader knows no resource by its path alone."""
        ((_, (row,)),) = found(a_stack({"Good": GOOD}))["S3"].groups

        assert "S3 Bucket" == row.type
