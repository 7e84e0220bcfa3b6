"""Tests for `assert_no_findings`: nothing is open by cdk-nag, CDK or the Checklist."""

from __future__ import annotations

import sys

from typing import Any

import aws_cdk as cdk
import jsii
import pytest

from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks
from constructs import IValidation

from secure_constructs import Checklist, SecureBucket
from secure_constructs.testing import assert_no_findings
from secure_constructs.testing.findings import cdk_rules
from tests.support.projects import APP, load, projects_in, write_app
from tests.support.synth import RECOMMENDED, new_app

# What the tests of one kind of rules leave out.
ONLY_PACKS: dict[str, Any] = {"checklist": False, "cdk_validation": False}
ONLY_CDK: dict[str, Any] = {"checklist": False, "packs": []}
ONLY_CHECKLIST: dict[str, Any] = {"cdk_validation": False, "packs": []}
ONE_RULE = {**ONLY_CHECKLIST, "checklist": Checklist(rules=["S3-04"])}


def message(scope, **options) -> str:
    """Return what is said of *scope*, which has findings."""
    with pytest.raises(AssertionError) as error:
        assert_no_findings(scope, **options)
    return str(error.value)


def acknowledge(construct, rule: str) -> None:
    """Acknowledge *rule* at *construct*."""
    given = cdk.Acknowledgment(id=rule, reason="the files are public anyway")
    cdk.Validations.of(construct).acknowledge(given)


@pytest.fixture
def bucket(stack):
    """A plain bucket, in which every kind of rules finds something."""
    return s3.Bucket(stack, "Data", server_access_logs_prefix="x")


class TestNothing:
    def test_passes_on_what_keeps_all_rules(self):
        """A construct of this library in an app with all flags has no finding."""
        app = new_app(RECOMMENDED)
        stack = cdk.Stack(app, "Stack", termination_protection=True)
        SecureBucket(stack, "Data")
        for key in ("Team", "Service", "Environment"):
            cdk.Tags.of(stack).add(key, "orders")

        assert_no_findings(stack, checklist=Checklist(skip=["CDK-01", "CDK-02"]))

    def test_passes_on_an_empty_app(self, app):
        """Nothing has no findings."""
        assert_no_findings(app, **ONLY_PACKS)

    def test_passes_where_nothing_is_asked(self, bucket, stack):
        """Without rules there are no findings."""
        assert_no_findings(stack, packs=[], checklist=False, cdk_validation=False)


class TestRules:
    def test_finds_what_cdk_nag_finds(self, bucket, stack):
        """The message has the rule, the construct and what is wrong."""
        found = message(stack, **ONLY_PACKS)

        start = "AwsSolutions-S10 at Stack/Data/Resource (error)\n  The S3 Bucket or "
        assert start in found

    @pytest.mark.parametrize(
        "pack",
        ["HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321"],
    )
    def test_takes_other_packs(self, bucket, stack, pack):
        """A pack goes by the name in front of its rules."""
        found = message(stack, **{**ONLY_PACKS, "packs": [pack]})

        assert f"{pack}-S3BucketSSLRequestsOnly at Stack/Data" in found
        assert "AwsSolutions" not in found

    def test_finds_what_the_checklist_finds(self, bucket, stack):
        """The message has the properties and what to do as well."""
        found = message(stack, **ONLY_CHECKLIST)

        place = "Properties.PublicAccessBlockConfiguration.BlockPublicAcls"
        assert "S3-01 at Stack/Data/Resource (error)\n" in found
        assert f"\n  in {place}\n" in found
        assert "\n  fix: " in found
        assert "AwsSolutions" not in found

    def test_takes_a_selection_of_rules(self, bucket, stack):
        """A Checklist of the test's own says which rules there are."""
        found = message(stack, **ONE_RULE)

        assert found.startswith("open findings in Stack (1):\n\nS3-04 at Stack/Data")

    def test_finds_what_cdk_finds(self, stack):
        """CDK's own rules are asked, though CDK_VALIDATION is off."""
        cdk.CfnResource(stack, "Data", type="AWS::S3::Bucket", properties={"No": 1})
        found = message(stack, **ONLY_CDK)

        assert "at Stack/Data (warning)\n" in found
        assert "'No'" in found

    def test_errors_come_first(self, bucket, stack):
        """Warnings follow them."""
        severities = [
            line.rpartition(" ")[2]
            for line in message(stack, **ONLY_CHECKLIST).splitlines()
            if line.endswith(("(error)", "(warning)"))
        ]

        assert sorted(severities) == severities
        assert {"(error)", "(warning)"} == set(severities)

    def test_fails_on_other_packs(self, stack):
        """The error names those that there are."""
        with pytest.raises(ValueError, match=r"packs=\['Nag'\] are none .* Serverless"):
            assert_no_findings(stack, packs=["Nag"])  # type: ignore[list-item]

    def test_says_what_to_install(self, stack, monkeypatch):
        """cdk-nag is part of an extra, which the error names."""
        monkeypatch.setitem(sys.modules, "cdk_nag", None)

        with pytest.raises(ImportError, match=r"'secure-constructs\[testing\]'"):
            assert_no_findings(stack)

    def test_a_failed_plugin_is_a_finding(self, app):
        """A plugin that breaks down has not found that all is well."""
        cdk.Stack(app, "Stack")
        cdk.Validations.of(app).add_plugins(Broken())
        found = message(app, **ONLY_PACKS)

        assert "Broken at the app (error)\n  Validation plugin 'Broken' failed" in found

    def test_counts_a_finding_once(self, bucket, stack):
        """An app may ask cdk-nag itself as well."""
        app = stack.node.root
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))

        assert message(stack, **ONLY_PACKS).startswith("open findings in Stack (1):")

    def test_one_engine_serves_all(self):
        """CDK's plugin is made once in a process, however many apps are checked."""
        assert cdk_rules() is cdk_rules()


@jsii.implements(cdk.IPolicyValidationPlugin)
class Broken:
    """A plugin that cannot do its work."""

    @property
    def name(self):
        """Its name, by which it is acknowledged."""
        return "Broken"

    @property
    def version(self):
        """Its version."""
        return "1"

    @property
    def rule_ids(self):
        """Its rules."""
        return []

    def validate(self, context):
        """Fail."""
        raise LookupError(context)


class TestAcknowledged:
    @pytest.mark.parametrize("namespace", ["", "AwsSolutions::"])
    def test_is_not_open(self, bucket, stack, namespace):
        """What somebody gave a reason for is not open, in either form of the id."""
        acknowledge(bucket, f"{namespace}AwsSolutions-S10")

        assert_no_findings(stack, **ONLY_PACKS)

    @pytest.mark.parametrize("at", ["bucket", "stack", "app"])
    def test_may_be_so_around_it(self, bucket, stack, at):
        """An acknowledgement counts for all that is in its construct."""
        scopes = {"bucket": bucket, "stack": stack, "app": stack.node.root}
        acknowledge(scopes[at], "SecureConstructs::S3-04")

        assert_no_findings(stack, **ONE_RULE)


class TestScope:
    def test_leaves_out_what_is_elsewhere(self, app):
        """Only what is in the scope is asked about."""
        first, second = (cdk.Stack(app, name) for name in ("First", "FirstOther"))
        s3.Bucket(second, "Data")
        SecureBucket(first, "Data")

        assert_no_findings(first, **ONLY_PACKS)
        assert "at FirstOther/Data" in message(second, **ONLY_PACKS)

    def test_may_be_a_construct(self, stack):
        """One construct of a stack can be asked about alone."""
        plain, secure = s3.Bucket(stack, "Plain"), SecureBucket(stack, "Secure")

        assert_no_findings(secure, **ONLY_PACKS)
        assert "findings in Stack/Plain (2):" in message(plain, **ONLY_PACKS)

    def test_reaches_into_stages(self, app):
        """A stack in a stage, and one nested in that, are part of the app."""
        stack = cdk.Stack(cdk.Stage(app, "Dev"), "Orders")
        s3.Bucket(cdk.NestedStack(stack, "Nested"), "Data")

        for scope in (app, stack):
            assert "at Dev/Orders/Nested/Data/Resource" in message(scope, **ONLY_PACKS)

    def test_sees_what_aspects_do(self, bucket, stack):
        """It is the finished app that is checked."""
        SecureBucket(stack, "Secure")
        cdk.Aspects.of(stack).add(Unversioned())

        found = message(stack, **ONLY_CHECKLIST)
        assert "S3-04 at Stack/Secure/Default/Resource" in found

    def test_fails_on_a_template(self):
        """A template has no constructs, and what is found is found at those."""
        with pytest.raises(TypeError, match="is no construct; pass the stack, or its"):
            assert_no_findings({"Resources": {}})  # type: ignore[arg-type]


@jsii.implements(cdk.IAspect)
class Unversioned:
    """An aspect that lets no bucket have versions."""

    def visit(self, node):
        """Take out what makes versions."""
        if isinstance(node, s3.CfnBucket):
            node.add_property_deletion_override("VersioningConfiguration")


class TestAgain:
    """One app may be asked more than once, before and after it was synthesized."""

    def test_after_a_template_was_taken(self, bucket, stack):
        """A test may look at the template first."""
        cdk.assertions.Template.from_stack(stack)

        assert "AwsSolutions-S10" in message(stack, **ONLY_PACKS)

    def test_twice_finds_the_same(self, bucket, stack):
        """The second answer is the first one."""
        assert message(stack) == message(stack)

    def test_with_other_packs(self, bucket, stack):
        """What an earlier question asked for is not in the answer of the next one."""
        message(stack)

        found = message(stack, **{**ONLY_PACKS, "packs": ["HIPAA.Security"]})
        assert {"HIPAA.Security"} == {
            line.partition("-")[0] for line in found.splitlines() if " at Stack" in line
        }

    def test_with_other_packs_after_it_passed(self, stack):
        """A first answer without findings is no answer to the next question."""
        SecureBucket(stack, "Data")
        assert_no_findings(stack, **ONLY_PACKS)

        found = message(stack, **{**ONLY_PACKS, "packs": ["HIPAA.Security"]})
        assert "HIPAA.Security-S3BucketReplicationEnabled at Stack/Data" in found

    def test_fails_with_another_checklist(self, bucket, stack):
        """Rules that were selected stay selected in an app."""
        message(stack, **ONLY_CHECKLIST)

        with pytest.raises(ValueError, match="checklist= differs from the one"):
            assert_no_findings(stack, **{**ONLY_CHECKLIST, "checklist": Checklist()})

    def test_raises_what_is_no_finding(self, stack):
        """An app that cannot be synthesized fails with CDK's own error."""
        stack.node.add_validation(Refusing())

        with pytest.raises(RuntimeError, match="no such tier"):
            assert_no_findings(stack)


@jsii.implements(IValidation)
class Refusing:
    """A validation that lets nothing pass."""

    def validate(self):
        """Say what is wrong."""
        return ["no such tier"]


class TestLoaded:
    def test_checks_a_loaded_app(self, tmp_path):
        """What cdk_app returns is loaded once more, with the rules in it."""
        loaded = load(write_app(tmp_path))

        assert "findings in the app (" in message(loaded, **ONLY_PACKS)
        assert "AwsSolutions-S10 at Orders/Invoices/Resource" in message(loaded)

    def test_leaves_the_loaded_app_alone(self, tmp_path):
        """Other tests see nothing of that."""
        loaded = load(write_app(tmp_path))
        message(loaded)

        assert not (loaded.directory / "validation-report.json").exists()

    def test_a_stack_of_it_can_be_checked(self, tmp_path):
        """So can one stack of a loaded app."""
        projects = projects_in(write_app(tmp_path))

        found = message(projects.load().stack("Orders"), **ONLY_PACKS)
        assert "AwsSolutions-S10 at Orders/Invoices/Resource" in found

    def test_keeps_the_context(self, tmp_path):
        """The app is loaded with the same context as before."""
        source = APP.replace(
            "app.synth()",
            "assert app.node.try_get_context('tier') == 'dev'\n    app.synth()",
        )
        loaded = projects_in(write_app(tmp_path, source)).load(context={"tier": "dev"})

        assert "AwsSolutions-S10" in message(loaded, **ONLY_PACKS)
