"""Lifecycle rules that start to delete what is there."""

from __future__ import annotations

import pytest

from secure_constructs.changes import Effect, needs_attention
from tests.support.changes import changed

BUCKET = "AWS::S3::Bucket"


def rule(**said: object) -> dict[str, object]:
    """Return a rule that is on."""
    return {"Status": "Enabled", **said}


def rules(*found: object) -> dict[str, object]:
    """Return what a bucket says with the rules *found*."""
    return {"LifecycleConfiguration": {"Rules": [*found]}}


def old_versions(**said: object) -> dict[str, object]:
    """Return a rule about old versions."""
    return rule(NoncurrentVersionExpiration=said)


MONTH = rule(ExpirationInDays=30)
LOGS = rule(ExpirationInDays=30, Prefix="logs/")
TAG = {"Key": "keep", "Value": "no"}


class TestStartsToDelete:
    @pytest.mark.parametrize(
        ("old", "new", "what"),
        [
            ({}, rules(MONTH), "objects"),
            ({}, rules(rule(ExpirationInDays="30")), "objects"),
            ({}, rules(rule(ExpirationDate="2030-01-01")), "objects"),
            (
                rules(rule(ExpirationDate="2030-01-01")),
                rules(rule(ExpirationDate="2029-01-01")),
                "objects",
            ),
            (
                rules(rule(ExpirationDate="2030-01-02")),
                rules(rule(ExpirationDate="2030-01-01T00:00:00Z")),
                "objects",
            ),
            (
                rules(rule(ExpirationDate="2030-01-01")),
                rules(rule(ExpirationDate={"Ref": "Date"})),
                "objects",
            ),
            (
                rules(rule(ExpirationDate={"Ref": "Date"})),
                rules(rule(ExpirationDate="2030-01-01")),
                "objects",
            ),
            (
                rules(rule(ExpirationDate="2030-01-01")),
                rules(rule(ExpirationInDays=30)),
                "objects",
            ),
            ({}, rules(old_versions(NoncurrentDays=90)), "old versions of objects"),
            (
                {},
                rules(rule(NoncurrentVersionExpirationInDays=90)),
                "old versions of objects",
            ),
            (rules(MONTH), rules(rule(ExpirationInDays=29)), "objects"),
            (rules(LOGS), rules(MONTH), "objects"),
            (rules(LOGS), rules(rule(ExpirationInDays=30, Prefix="log")), "objects"),
            (rules({**MONTH, "Status": "Disabled"}), rules(MONTH), "objects"),
            (
                rules(rule(ExpirationInDays=30, TagFilters=[TAG])),
                rules(MONTH),
                "objects",
            ),
            (
                rules(rule(ExpirationInDays=30, ObjectSizeGreaterThan=9)),
                rules(rule(ExpirationInDays=30, ObjectSizeGreaterThan=8)),
                "objects",
            ),
            (
                rules(rule(ExpirationInDays=30, ObjectSizeLessThan="9")),
                rules(MONTH),
                "objects",
            ),
            (
                rules(old_versions(NoncurrentDays=30, NewerNoncurrentVersions=5)),
                rules(old_versions(NoncurrentDays=30, NewerNoncurrentVersions=4)),
                "old versions of objects",
            ),
            (
                rules(old_versions(NoncurrentDays=30)),
                rules(old_versions(NoncurrentDays=10, NewerNoncurrentVersions=5)),
                "old versions of objects",
            ),
            (
                rules(MONTH),
                rules(rule(ExpirationInDays={"Ref": "Days"})),
                "objects",
            ),
        ],
    )
    def test_what_nothing_deletes_today(self, old, new, what):
        """The rule is named, and that it is about what is there."""
        (change,) = needs_attention(changed(BUCKET, old, new))

        assert Effect.DATA == change.effect
        assert "Orders.LifecycleConfiguration.Rules.0" == change.place
        assert f"the rule starts to delete {what}, also those" in change.why
        assert "cannot be brought back" in change.way_out

    @pytest.mark.parametrize(
        ("new", "where"),
        [
            ({"LifecycleConfiguration": {"Rules": {"Ref": "Rules"}}}, "Rules"),
            (rules({"Fn::Transform": {"Name": "AWS::Include"}}), "Rules.0"),
        ],
    )
    def test_what_only_the_deployment_knows(self, new, where):
        """A rule that is not in the template may delete anything."""
        (change,) = needs_attention(changed(BUCKET, rules(MONTH), new))

        assert f"Orders.LifecycleConfiguration.{where}" == change.place
        assert "only the deployment knows" in change.why


class TestDeletesNoMore:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (rules(MONTH), {}),
            (rules(MONTH), rules(rule(ExpirationInDays=31))),
            (rules(MONTH), rules(LOGS)),
            (rules(MONTH), rules(rule(ExpirationInDays=30, TagFilters=[TAG]))),
            (
                rules(rule(ExpirationInDays=30, ObjectSizeGreaterThan=8)),
                rules(rule(ExpirationInDays=30, ObjectSizeGreaterThan=9)),
            ),
            (rules(MONTH), rules({**MONTH, "Status": "Disabled"})),
            (rules(MONTH), rules({**MONTH, "Id": "old"})),
            (
                {},
                rules(rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7})),
            ),
            ({}, rules(rule(Transitions=[{"StorageClass": "GLACIER"}]))),
            (
                rules(old_versions(NoncurrentDays=30, NewerNoncurrentVersions=4)),
                rules(old_versions(NoncurrentDays=30, NewerNoncurrentVersions=5)),
            ),
            (
                rules(rule(ExpirationDate="2030-01-01")),
                rules(rule(ExpirationDate="2030-01-01", Id="old")),
            ),
            (
                rules(rule(ExpirationDate="2030-01-01")),
                rules(rule(ExpirationDate="2030-01-02T00:00:00.000Z")),
            ),
            (
                rules(rule(ExpirationDate="2030-01-01")),
                rules(rule(ExpirationDate="2030-01-01T00:00:00.000Z")),
            ),
            (
                rules(rule(ExpirationDate="2030-01-01T00:00:00Z")),
                rules(rule(ExpirationDate="2030-01-01")),
            ),
            (
                rules(rule(ExpirationDate={"Ref": "Date"})),
                rules(rule(ExpirationDate={"Ref": "Date"}, Id="old")),
            ),
            (
                rules({"Ref": "A"}, {"Fn::Transform": "A"}),
                rules({"Fn::Transform": "A"}, {"Ref": "A"}),
            ),
        ],
    )
    def test_is_fine(self, old, new):
        """What is deleted at the same time or later, or not at all, is no news."""
        assert [] == needs_attention(changed(BUCKET, old, new))
