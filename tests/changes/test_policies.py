"""Deletion policies that keep less than before."""

from __future__ import annotations

import pytest

from secure_constructs.changes import Effect, compare, needs_attention
from tests.support.changes import KEPT, template

POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


def with_policy(
    name: str, value: object, type_: str = "AWS::RDS::DBCluster"
) -> dict[str, object]:
    """Return a resource that says *value* for one policy, and is kept by the other."""
    body = {"Type": type_, **KEPT, name: value}
    return template(Orders={key: each for key, each in body.items() if each})


class TestWeakened:
    @pytest.mark.parametrize("name", POLICIES)
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Retain", "Delete"),
            ("RetainExceptOnCreate", "Delete"),
            ("Snapshot", "Delete"),
            ("Retain", {"Ref": "Policy"}),
        ],
    )
    def test_is_found(self, name, old, new):
        """What no longer is kept is lost the next time."""
        (change,) = needs_attention(
            compare(with_policy(name, old), with_policy(name, new))
        )

        assert Effect.DATA == change.effect
        assert f"Orders.{name}" == change.place
        assert (old, new) == (change.old, change.new)
        assert "it is deleted with its data" in change.why
        assert f"keep {name} as it is (RemovalPolicy.RETAIN" in change.way_out

    @pytest.mark.parametrize("name", POLICIES)
    def test_by_leaving_it_out(self, name):
        """Nothing said means Delete, for nearly all types."""
        old, new = (
            with_policy(name, value, "AWS::S3::Bucket") for value in ("Retain", None)
        )

        (change,) = needs_attention(compare(old, new))

        assert f"Orders.{name}" == change.place

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("DeletionPolicy", "leaves the stack"),
            ("UpdateReplacePolicy", "is replaced"),
        ],
    )
    def test_says_when(self, name, words):
        """One policy is for the end, the other for a replacement."""
        old, new = (with_policy(name, value) for value in ("Retain", "Delete"))

        (change,) = compare(old, new)

        assert f"the next time it {words}, it is deleted" in change.why

    @pytest.mark.parametrize("name", POLICIES)
    def test_to_a_snapshot(self, name):
        """A snapshot is less, and loses nothing."""
        old, new = (with_policy(name, value) for value in ("Retain", "Snapshot"))

        (change,) = compare(old, new)

        assert Effect.BEHAVIOUR == change.effect
        assert "only a snapshot of it is left" in change.why

    def test_by_default_of_rds(self):
        """A cluster of RDS without a policy leaves a snapshot."""
        old, new = (with_policy("DeletionPolicy", each) for each in ("Retain", None))

        (change,) = compare(old, new)

        assert "only a snapshot of it is left" in change.why

    def test_of_what_holds_nothing(self):
        """A role that is no longer kept is no loss."""
        old, new = (
            with_policy("DeletionPolicy", value, "AWS::IAM::Role")
            for value in ("Retain", "Delete")
        )

        assert [] == needs_attention(compare(old, new))


class TestKept:
    @pytest.mark.parametrize("name", POLICIES)
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Delete", "Retain"),
            ("Delete", "Snapshot"),
            ("Snapshot", "RetainExceptOnCreate"),
            ("RetainExceptOnCreate", "Retain"),
            ("Retain", "RetainExceptOnCreate"),
            ({"Ref": "Policy"}, "Retain"),
        ],
    )
    def test_is_harmless(self, name, old, new):
        """What keeps as much, or more, is said and does no harm."""
        (change,) = compare(with_policy(name, old), with_policy(name, new))

        assert Effect.HARMLESS == change.effect
        assert "it keeps as much as before, or more" == change.why
