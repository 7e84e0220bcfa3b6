"""Tests for `secure_constructs.checks.checklist`: the plugin for whole apps."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3

from secure_constructs import Checklist, SecureBucket, StandardTags, Waived
from secure_constructs.checks import RULES
from secure_constructs.checks.guard import Guard
from tests.support.synth import Assembly, new_app, synthesize

REASON = "rebuilt every night from the data lake"
OWN = "Stack/Data/Default/Resource"
PLAIN = "Stack/Plain/Resource"
# What a plain bucket lacks.
LACKING = {
    *("S3-01", "S3-02", "S3-03", "S3-04", "S3-05", "S3-06", "S3-07", "CDK-01", "CDK-07")
}


@pytest.fixture
def app() -> cdk.App:
    """An app that reports findings."""
    return new_app()


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """A stack of that app."""
    return cdk.Stack(app, "Stack")


def checked(app: cdk.App, **options: Any) -> Assembly:
    """Synthesize *app* with a checklist of *options*."""
    cdk.Validations.of(app).add_plugins(Checklist(**options))
    return synthesize(app)


def times(assembly: Assembly) -> Counter[tuple[str, str]]:
    """Return how often each finding is reported, by rule and path."""
    return Counter(
        (violation["ruleName"], construct["constructPath"])
        for report in assembly.report
        for kind in ("violations", "suppressedViolations")
        for violation in report.get(kind, [])
        for construct in violation["violatingConstructs"]
    )


def weaken(bucket: SecureBucket) -> None:
    """Take the versions of *bucket*."""
    l1 = cast("s3.CfnBucket", bucket.bucket.node.default_child)
    l1.add_property_deletion_override("VersioningConfiguration")


class TestFindings:
    def test_are_at_plain_resources(self, app, stack):
        """A plain bucket breaks what nobody promised for it, each rule once."""
        s3.Bucket(stack, "Plain")

        found = times(checked(app))

        assert {(rule, PLAIN): 1 for rule in LACKING} == found

    def test_are_at_own_resources(self, app, stack):
        """What constructs do not keep by themselves is up to the app."""
        SecureBucket(stack, "Data", access_logs=Waived(REASON))

        found = times(checked(app))

        assert {("CDK-01", OWN): 1, ("CDK-07", OWN): 1, ("S3-06", OWN): 1} == found

    def test_are_none_where_all_is_kept(self, app):
        """An app of constructs, with tags and a protected stack, is clean."""
        StandardTags(env="prod", team="orders", service="shop").apply_to(app)
        SecureBucket(cdk.Stack(app, "Stack", termination_protection=True), "Data")

        assert {} == times(checked(app))

    def test_are_where_the_guard_has_none(self, app, stack):
        """A broken promise is found once, by the guard, and never by both."""
        weaken(SecureBucket(stack, "Data", access_logs=Waived(REASON)))

        assert 1 == times(checked(app))["S3-04", OWN]

    def test_are_where_a_record_was_taken(self, app, stack):
        """A construct without its record is still the guard's."""
        bucket = SecureBucket(stack, "Data", access_logs=Waived(REASON))
        l1 = cast("s3.CfnBucket", bucket.bucket.node.default_child)
        l1.add_deletion_override("Metadata")
        weaken(bucket)

        assert 1 == times(checked(app))["S3-04", OWN]

    def test_are_in_nested_stacks_and_stages(self, app):
        """They are seen wherever the resource stands."""
        stack = cdk.Stack(cdk.Stage(app, "Prod"), "Top")
        s3.Bucket(cdk.NestedStack(stack, "In"), "Plain")

        assert {"Prod/Top/In/Plain/Resource"} == {
            path for _, path in times(checked(app))
        }

    def test_are_none_at_helpers_of_cdk(self, app, stack):
        """What empties a bucket is CDK's own."""
        destroy = cdk.RemovalPolicy.DESTROY
        s3.Bucket(stack, "Plain", removal_policy=destroy, auto_delete_objects=True)

        assert {PLAIN} == {path for _, path in times(checked(app))}

    def test_say_where_and_what(self, app, stack):
        """A violation holds the template, the resource and the property."""
        s3.Bucket(stack, "Plain")
        (report,) = checked(app, rules=["S3-04"]).report
        (violation,) = report["violations"]
        (found,) = violation["violatingConstructs"]

        assert "Here versioning is off." in violation["description"]
        assert "Turn versioning on." == violation["suggestedFix"]
        assert ["Properties.VersioningConfiguration"] == (
            found["cloudFormationResource"]["propertyPaths"]
        )

    def test_of_one_problem_are_one_violation(self, app, stack):
        """Two resources with the same problem are listed together."""
        for name in ("One", "Two"):
            s3.Bucket(stack, name)
        (report,) = checked(app, rules=["S3-04"]).report
        (violation,) = report["violations"]

        assert 2 == len(violation["violatingConstructs"])


class TestAcknowledgements:
    def test_stand_in_the_report(self, app, stack):
        """A finding can be acknowledged at a plain construct, with its reason."""
        plain = s3.Bucket(stack, "Plain")
        acknowledgment = cdk.Acknowledgment(id="SecureConstructs::S3-04", reason=REASON)
        cdk.Validations.of(plain).acknowledge(acknowledgment)

        assembly = checked(app, rules=["S3-04", "S3-01"])

        assert {("S3-01", PLAIN)} == assembly.findings
        assert {("S3-04", PLAIN): REASON} == assembly.acknowledged

    def test_of_waivers_arrive_by_themselves(self, app, stack):
        """A waiver is acknowledged where it was given, and reported once."""
        waived = Waived(REASON)
        SecureBucket(stack, "Data", versioning=waived, access_logs=waived)

        assembly = checked(app, rules=["S3-04"])

        assert {("S3-04", OWN): REASON, ("S3-06", OWN): REASON} == assembly.acknowledged


class TestSelection:
    def test_of_some_rules(self, app, stack):
        """Only these are checked."""
        s3.Bucket(stack, "Plain")

        assert {("S3-04", PLAIN)} == checked(app, rules=["S3-04"]).findings

    def test_of_all_but_some(self, app, stack):
        """The others are."""
        s3.Bucket(stack, "Plain")
        skip = LACKING - {"S3-07"}

        assert {("S3-07", PLAIN)} == checked(app, skip=skip).findings

    def test_is_not_of_what_constructs_promise(self, app, stack):
        """A rule that is left out is still kept where it was promised."""
        weaken(SecureBucket(stack, "Data"))

        assert {("S3-04", OWN)} == checked(app, rules=["S3-01"]).findings

    def test_is_listed(self):
        """The report says which rules were checked."""
        assert ["S3-01", "KEY-01"] == Checklist(rules=["KEY-01", "S3-01"]).rule_ids

    def test_is_of_all_by_default(self):
        """Without options every rule is checked."""
        assert [each.id for each in RULES] == Checklist().rule_ids

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            (
                {"rules": ["S3-4"]},
                "Checklist: there is no rule 'S3-4'; there are S3-04",
            ),
            ({"skip": ["x"]}, "Checklist: there is no rule 'x'"),
            ({"severities": {"S3-99": "error"}}, "there is no rule 'S3-99'"),
            ({"severities": {"S3-04": "bad"}}, "='bad' of S3-04; use 'error' or 'warn"),
            ({"rules": ["S3-04"], "skip": ["S3-04"]}, "skip=.'S3-04'. leaves no rule"),
            ({"rules": []}, "leaves no rule"),
        ],
    )
    def test_fails_on_what_there_is_not(self, options, problem):
        """A misspelt rule would never be checked."""
        with pytest.raises(ValueError, match=problem):
            Checklist(**options)

    @pytest.mark.parametrize("option", ["rules", "skip"])
    def test_fails_on_one_string(self, option):
        """It would be taken for its letters."""
        with pytest.raises(
            TypeError, match=f"Checklist: {option}='S3-04' is one string"
        ):
            Checklist(**cast("Any", {option: "S3-04"}))


class TestSeverities:
    def conclusion(self, app: cdk.App, **options: Any) -> tuple[str, set[str]]:
        """Return how the check ended, and which severities it found."""
        (report,) = checked(app, **options).report
        found = {each["severity"] for each in report["violations"]}
        return report["conclusion"], found

    def test_of_errors_fail_the_synthesis(self, app, stack):
        """Data at risk is an error."""
        s3.Bucket(stack, "Plain")

        assert ("failure", {"error"}) == self.conclusion(app, rules=["S3-04"])

    def test_of_warnings_do_not(self, app, stack):
        """Missing tags are a warning, which is reported."""
        s3.Bucket(stack, "Plain")

        assert ("success", {"warning"}) == self.conclusion(app, rules=["CDK-01"])

    @pytest.mark.parametrize(
        ("rule", "severity", "conclusion"),
        [("S3-04", "warning", "success"), ("CDK-01", "error", "failure")],
    )
    def test_can_be_changed(self, app, stack, rule, severity, conclusion):
        """A team may see a rule in another way."""
        s3.Bucket(stack, "Plain")
        found = self.conclusion(app, rules=[rule], severities={rule: severity})

        assert (conclusion, {severity}) == found

    def test_of_broken_promises_cannot(self, app, stack):
        """What a construct promised is an error, whatever the rule is elsewhere."""
        bucket = SecureBucket(stack, "Data")
        l1 = cast("s3.CfnBucket", bucket.bucket.node.default_child)
        l1.add_property_deletion_override("LoggingConfiguration")
        severities = {"S3-06": "warning"}
        conclusion, found = self.conclusion(app, rules=["S3-06"], severities=severities)

        assert ("failure", {"error"}) == (conclusion, found)


class TestUnjudged:
    def test_fails_the_synthesis(self, app, stack):
        """What a macro may change is not taken for kept."""
        stack.add_transform("Mine")
        s3.Bucket(stack, "Plain")
        (report,) = checked(app).report
        (violation,) = report["violations"]

        assert ("failure", "Unjudged") == (report["conclusion"], violation["ruleName"])
        assert "the macro Mine may change everything" in violation["description"]

    def test_of_one_rule_is_at_the_resource(self, app, stack):
        """What a rule cannot read is reported under its id."""
        s3.CfnBucket(stack, "Plain").add_property_override("Tags", [3])
        (report,) = checked(app, rules=["CDK-01"]).report
        (violation,) = report["violations"]
        (found,) = violation["violatingConstructs"]

        assert ("CDK-01", "error") == (violation["ruleName"], violation["severity"])
        assert "Plain" == found["cloudFormationResource"]["logicalId"]


class TestPlugin:
    def test_is_named_as_its_findings_are_acknowledged(self):
        """The name stands in front of an acknowledged rule's id."""
        assert "SecureConstructs" == Checklist().name

    def test_has_the_version_of_the_library(self):
        """A report says which rules were applied."""
        assert Guard().version == Checklist().version

    def test_works_without_constructs(self, app, stack):
        """An app of plain constructs has no guard."""
        s3.Bucket(stack, "Plain")

        assert 1 == len(checked(app).report)
