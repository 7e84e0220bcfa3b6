"""Tests for `secure_constructs.acknowledge`."""

from __future__ import annotations

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb, aws_s3 as s3

from secure_constructs import SecureBucket, acknowledge_defaults
from secure_constructs.acknowledge import UNMET
from tests.support.nag import ORDINARY, STRICT, STRICT_NAMES, add_packs
from tests.support.synth import new_app, synthesize

REPLICATION = "HIPAA.Security-S3BucketReplicationEnabled"


def strict_app() -> tuple[cdk.App, cdk.Stack]:
    """Return an app with the strict packs on, and a stack."""
    app = new_app()
    add_packs(app, *STRICT)
    return app, cdk.Stack(app, "Stack")


class TestAcknowledgeDefaults:
    def test_shows_every_reason_in_the_report(self):
        """What is acknowledged is still reported, with the reason."""
        app, stack = strict_app()
        SecureBucket(stack, "Data")
        acknowledge_defaults(app, packs=["HIPAA.Security"])

        acknowledged = synthesize(app).acknowledged

        at = (REPLICATION, "Stack/Data/Default/Resource")
        assert UNMET[0].reason == acknowledged[at]

    def test_leaves_resources_of_the_users_alone(self):
        """A plain bucket beside ours is still found."""
        app, stack = strict_app()
        SecureBucket(stack, "Data")
        s3.Bucket(stack, "Plain")
        acknowledge_defaults(app, packs=STRICT_NAMES)

        found = {path for rule, path in synthesize(app).findings if rule == REPLICATION}
        assert {"Stack/Plain/Resource"} == found

    def test_leaves_other_packs_alone(self):
        """Only the packs that were named are acknowledged."""
        app, stack = strict_app()
        SecureBucket(stack, "Data")
        acknowledge_defaults(app, packs=["HIPAA.Security"])

        rules = synthesize(app).rules
        assert REPLICATION not in rules
        assert "PCI.DSS.321-S3BucketReplicationEnabled" in rules

    def test_leaves_what_is_outside_the_scope_alone(self):
        """Only what is below the scope is acknowledged; a name alike is not."""
        app, stack = strict_app()
        SecureBucket(stack, "Data")
        SecureBucket(cdk.Stack(app, "Stack2"), "Data")
        acknowledge_defaults(stack, packs=["HIPAA.Security"])

        found = {path for rule, path in synthesize(app).findings if rule == REPLICATION}
        assert {
            "Stack2/Data/Default/Resource",
            "Stack2/SecureConstructsAccessLogs/Default/Resource",
        } == found

    def test_what_comes_later_stays_found(self):
        """The call acknowledges for what exists, and nothing behind its back."""
        app, stack = strict_app()
        SecureBucket(stack, "Data")
        acknowledge_defaults(app, packs=["HIPAA.Security"])
        SecureBucket(stack, "Later")

        assert (REPLICATION, "Stack/Later/Default/Resource") in synthesize(app).findings

    def test_a_choice_that_meets_the_rule_needs_no_acknowledgement(self):
        """A rule that finds nothing has no entry in the report."""
        app, stack = strict_app()
        retention = s3.ObjectLockRetention.governance(cdk.Duration.days(1))
        SecureBucket(stack, "Data", object_lock_default_retention=retention)
        acknowledge_defaults(app, packs=["NIST.800.53.R4"])

        lock = "NIST.800.53.R4-S3BucketDefaultLockEnabled"
        at = (lock, "Stack/Data/Default/Resource")
        assert at not in synthesize(app).acknowledged


class TestTables:
    """What no pack knows, a clean run does not prove."""

    def found(self, kind: str) -> set[str]:
        """Return which rules of all packs a plain table of that *kind* breaks."""
        app, stack = strict_app()
        add_packs(app, *ORDINARY)
        key = dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING)
        getattr(dynamodb, kind)(stack, "Orders", partition_key=key)
        return {rule for rule in synthesize(app).rules if "DynamoDB" in rule}

    def test_of_the_older_class_are_reported(self):
        """Three packs look at an `AWS::DynamoDB::Table`."""
        rules = ("AutoScalingEnabled", "InBackupPlan", "PITREnabled")
        packs = ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5")

        assert {
            f"{pack}-DynamoDB{rule}" for pack in packs for rule in rules
        } == self.found("Table")

    def test_of_the_newer_class_are_not(self):
        """No pack has a rule for an `AWS::DynamoDB::GlobalTable`."""
        assert set() == self.found("TableV2")

    def test_of_ours_need_no_acknowledgement(self):
        """A reason for a finding that nobody can have would mislead."""
        assert "TenantTable" not in {kind for unmet in UNMET for kind in unmet.kinds}


class TestRefusals:
    def test_fails_on_an_unknown_pack(self, stack):
        """A misspelt pack would acknowledge nothing."""
        SecureBucket(stack, "Data")

        with pytest.raises(
            ValueError, match=r"packs=\['HIPAA'\] name no pack.*use some"
        ):
            acknowledge_defaults(stack, packs=["HIPAA"])  # type: ignore[list-item]

    @pytest.mark.parametrize("packs", ["HIPAA.Security", None])
    def test_fails_on_what_is_no_list(self, stack, packs):
        """One pack alone is a list of one."""
        SecureBucket(stack, "Data")

        with pytest.raises(TypeError, match="packs=.* is no list; use some of"):
            acknowledge_defaults(stack, packs=packs)

    def test_fails_on_no_pack(self, stack):
        """An empty list would acknowledge nothing."""
        SecureBucket(stack, "Data")

        with pytest.raises(ValueError, match="use some of"):
            acknowledge_defaults(stack, packs=[])

    def test_fails_where_nothing_of_ours_is(self, stack):
        """Called first, it would acknowledge nothing."""
        with pytest.raises(ValueError, match="'Stack' holds no construct of this libr"):
            acknowledge_defaults(stack, packs=["HIPAA.Security"])


@pytest.mark.parametrize("unmet", UNMET, ids=lambda unmet: unmet.rule)
def test_every_reason_is_an_argument(unmet):
    """A reason says why, in sentences."""
    assert unmet.reason.endswith(".")
    assert len(unmet.reason.split()) > 15
