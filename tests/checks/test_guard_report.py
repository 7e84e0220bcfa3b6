"""Tests for `secure_constructs.checks.guard`: its report, and when it looks."""

from __future__ import annotations

import importlib.metadata

from typing import Any, cast

import aws_cdk as cdk
import constructs
import pytest

from aws_cdk import aws_iam as iam, aws_s3 as s3

from secure_constructs import SecureBucket, Waived
from secure_constructs.checks.guard import Guard, guard_of
from tests.support.synth import new_app, synthesize

REASON = "rebuilt every night from the data lake"
EVERYBODY = iam.PolicyStatement(
    principals=[iam.AnyPrincipal()], actions=["s3:GetObject"], resources=["*"]
)
AT = "Stack/Data/Default/Resource"
LOGS = "Stack/SecureConstructsAccessLogs/Default/Resource"


@pytest.fixture
def app() -> cdk.App:
    """An app that reports findings."""
    return new_app()


def weaken(bucket: SecureBucket, path: str = "VersioningConfiguration") -> None:
    """Take a property of *bucket* away."""
    l1 = cast("s3.CfnBucket", bucket.bucket.node.default_child)
    l1.add_property_deletion_override(path)


def reports(app: cdk.App) -> list[dict[str, Any]]:
    """Return the reports of the guards of *app*."""
    name = "SecureConstructs"
    found = synthesize(app).report
    return [report for report in found if report["pluginName"] == name]


class TestAcknowledgements:
    def test_by_the_user(self, app, stack):
        """A finding can be acknowledged, and stands in the report with its reason."""
        bucket = SecureBucket(stack, "Data")
        bucket.bucket.add_to_resource_policy(EVERYBODY)
        acknowledgment = cdk.Acknowledgment(id="SecureConstructs::S3-13", reason=REASON)
        cdk.Validations.of(bucket).acknowledge(acknowledgment)

        assembly = synthesize(app)

        assert (set(), {("S3-13", AT): REASON}) == (
            assembly.findings,
            assembly.acknowledged,
        )

    def test_by_a_waiver(self, app, stack):
        """A waived promise is not found, and its reason stands in the report."""
        SecureBucket(stack, "Data", versioning=Waived(REASON))

        assembly = synthesize(app)

        assert (set(), {("S3-04", AT): REASON}) == (
            assembly.findings,
            assembly.acknowledged,
        )

    def test_by_a_waiver_of_a_neighbour(self, app, stack):
        """What one bucket waives, another still promises."""
        SecureBucket(stack, "Neighbour", versioning=Waived(REASON))
        weaken(SecureBucket(stack, "Data"))

        assert {("S3-04", AT)} == synthesize(app).findings

    def test_by_a_waiver_of_another_promise(self, app, stack):
        """Who waives one promise keeps the others."""
        weaken(
            SecureBucket(stack, "Data", versioning=Waived(REASON)),
            "LoggingConfiguration",
        )

        assert {("S3-06", AT)} == synthesize(app).findings


class TestReport:
    def test_is_one_for_the_app(self, app, stack):
        """However many constructs there are, one guard looks at them."""
        inside = cdk.Stack(cdk.Stage(app, "Prod"), "Stack")
        for scope in (stack, cdk.NestedStack(stack, "In"), inside):
            weaken(SecureBucket(scope, "One"))
            weaken(SecureBucket(scope, "Two"))

        assert 1 == len(reports(app))

    def test_is_empty_without_findings(self, app, stack):
        """An app that keeps its promises has nothing to read."""
        SecureBucket(stack, "Data")

        assert [] == reports(app)

    def test_says_what_is_wrong_and_what_to_do(self, app, stack):
        """A violation holds the promise, the problem, the reason and the way out."""
        weaken(SecureBucket(stack, "Data"))
        ((violation,),) = [report["violations"] for report in reports(app)]

        assert {
            "ruleName": "S3-04",
            "description": "Overwritten and deleted objects are kept as versions. "
            "Here versioning is off. "
            "Without versions an overwritten or deleted object is gone.",
            "suggestedFix": "Turn versioning on.",
            "severity": "error",
        }.items() <= violation.items()

    def test_says_where(self, app, stack):
        """A violation holds the template, the resource and the property."""
        weaken(SecureBucket(stack, "Data"))
        ((violation,),) = [report["violations"] for report in reports(app)]
        (found,) = violation["violatingConstructs"]

        assert {
            "templatePath": "Stack.template.json",
            "logicalId": "Data666C94C7",
            "propertyPaths": ["Properties.VersioningConfiguration"],
        } == found["cloudFormationResource"]

    def test_says_each_problem_of_a_resource(self, app, stack):
        """Two problems of one promise are one violation with two places."""
        bucket = SecureBucket(stack, "Data")
        for flag in ("BlockPublicAcls", "IgnorePublicAcls"):
            weaken(bucket, f"PublicAccessBlockConfiguration.{flag}")
        ((violation,),) = [report["violations"] for report in reports(app)]
        (found,) = violation["violatingConstructs"]

        problems = "Here BlockPublicAcls is not on; IgnorePublicAcls is not on."
        assert problems in violation["description"]
        assert 2 == len(found["cloudFormationResource"]["propertyPaths"])

    def test_says_the_same_problem_of_several_resources_once(self, app, stack):
        """One problem at two buckets is one violation."""
        weaken(SecureBucket(stack, "One"))
        weaken(SecureBucket(stack, "Two"))
        ((violation,),) = [report["violations"] for report in reports(app)]

        assert 2 == len(violation["violatingConstructs"])

    def test_fails_the_synthesis(self):
        """Without the user's leave a broken promise stops the deployment."""
        app = cdk.App()
        weaken(SecureBucket(cdk.Stack(app, "Stack"), "Data"))

        with pytest.raises(RuntimeError, match="S3-04"):
            app.synth()


class TestFolder:
    @pytest.mark.parametrize("names", [("Before", "After"), ("Data", "Database")])
    def test_may_hold_what_was_synthesized_before(self, tmp_path, names):
        """A template that a renamed nested stack left behind is not looked at."""
        context = {"@aws-cdk/core:failSynthOnValidationErrors": False}
        for name in names:
            app = cdk.App(outdir=str(tmp_path), context=context)
            nested = cdk.NestedStack(cdk.Stack(app, "Stack"), name)
            waived = Waived(REASON)
            SecureBucket(nested, "Data", versioning=waived, access_logs=waived)

            assert set() == synthesize(app).findings


class TestGuard:
    def test_is_named_as_its_findings_are_acknowledged(self):
        """The name stands in front of an acknowledged rule's id."""
        assert "SecureConstructs" == Guard().name

    def test_has_the_version_of_the_library(self):
        """A report says which rules were applied."""
        assert importlib.metadata.version("secure-constructs") == Guard().version

    def test_has_a_version_where_the_library_is_no_package(self, monkeypatch):
        """A copy of the source in somebody's tree is a library as well."""

        def missing(name):
            raise importlib.metadata.PackageNotFoundError(name)

        monkeypatch.setattr(importlib.metadata, "version", missing)

        assert "0.0.0" == Guard().version

    def test_knows_its_rules(self):
        """The rules that constructs keep by themselves, and not the app's own."""
        ids = Guard().rule_ids

        assert {"S3-01", "KEY-02", "EVB-03", "CDK-06"} <= set(ids)
        assert set() == {"CDK-01", "CDK-07"} & set(ids)

    def test_is_the_same_for_all_in_an_app(self, app):
        """The first call makes it, the others find it."""
        assert guard_of([app]) is guard_of([app])

    def test_knows_what_is_below(self, app):
        """What is watched in a scope, and not in one whose name begins the same."""
        for name in ("Stack", "Stack2"):
            SecureBucket(cdk.Stack(app, name), "Data")
        guard = guard_of([app])
        below = guard.below(app.node.find_child("Stack"))

        assert {LOGS: "AccessLogs", AT: "SecureBucket"} == {
            watched.resource.node.path: watched.kind for watched in below
        }
        assert 4 == len(guard.below(app))

    def test_knows_what_is_watched_itself(self, stack):
        """A resource is below itself."""
        l1 = SecureBucket(stack, "Data").bucket.node.default_child
        assert l1 is not None

        below = guard_of(stack.node.scopes).below(l1)

        assert [l1.node.path] == [each.resource.node.path for each in below]


class TestWithoutAnApp:
    def test_nothing_breaks(self):
        """What has no app above it is watched, and never validated."""
        root = constructs.RootConstruct()
        SecureBucket(cdk.Stack(root, "Stack"), "Data")

        assert 2 == len(guard_of([root]).below(root))

    def test_a_stack_makes_its_app(self):
        """A stack without a scope has an app, which has one guard as any other."""
        stack = cdk.Stack()
        SecureBucket(stack, "Data")
        SecureBucket(cdk.NestedStack(stack, "In"), "Data")

        assert 3 == len(guard_of(stack.node.scopes).below(stack))
