"""Tests for `secure_constructs.checks.guard`: whatever weakens is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import aws_cdk as cdk
import constructs
import jsii
import pytest

from aws_cdk import aws_iam as iam, aws_s3 as s3

from secure_constructs import AppKey, SecureBucket, Waived
from tests.support.synth import new_app, synthesize

OWN, FOREIGN = "111122223333", "999999999999"
ENVIRONMENT = cdk.Environment(account=OWN, region="eu-west-1")
REASON = "rebuilt every night from the data lake"
CORS = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
AT = "Stack/Data/Default/Resource"
LOGS = "Stack/SecureConstructsAccessLogs/Default/Resource"


@pytest.fixture
def app() -> cdk.App:
    """An app that reports findings."""
    return new_app()


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """A stack of that app, for an account that is known."""
    return cdk.Stack(app, "Stack", env=ENVIRONMENT)


def l1_of(bucket: SecureBucket) -> s3.CfnBucket:
    """Return the L1 bucket."""
    return cast("s3.CfnBucket", bucket.bucket.node.default_child)


def allow(bucket: s3.Bucket, principal: iam.IPrincipal, **more: Any) -> None:
    """Let *principal* read what is in *bucket*."""
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["s3:GetObject"],
            resources=[bucket.arn_for_objects("*")],
            principals=[principal],
            **more,
        )
    )


def forget(bucket: SecureBucket) -> None:
    """Take the record of *bucket*, and its versions."""
    l1_of(bucket).cfn_options.metadata = {}
    l1_of(bucket).add_property_deletion_override("VersioningConfiguration")


def findings(app: cdk.App) -> set[tuple[str, str]]:
    """Return what the guard finds when *app* is synthesized, and where."""
    return {
        (violation["ruleName"], construct["constructPath"])
        for report in synthesize(app).report
        if report["pluginName"] == "SecureConstructs"
        for violation in report["violations"]
        for construct in violation["violatingConstructs"]
    }


@jsii.implements(cdk.IAspect)
class Override:
    """Changes one property of every bucket."""

    def __init__(self, path: str, value: object) -> None:
        self._change = path, value

    def visit(self, node: constructs.IConstruct) -> None:
        """Change the property."""
        if isinstance(node, s3.CfnBucket):
            node.add_property_override(*self._change)


@jsii.implements(cdk.IPropertyInjector)
class Injector:
    """Creates every bucket with other options than asked for."""

    def __init__(self, **options: object) -> None:
        self._options = options

    @property
    def construct_unique_id(self) -> str:
        """The class whose options are changed."""
        return s3.Bucket.PROPERTY_INJECTION_ID

    def inject(self, original_props: Any, _context: Any = None, **_: Any) -> Any:
        """Change the options."""
        return {**(original_props or {}), **self._options}


CHANGES = {
    "S3-01": ("PublicAccessBlockConfiguration.BlockPublicPolicy", False),
    "S3-04": ("VersioningConfiguration.Status", "Suspended"),
    "S3-05": ("LifecycleConfiguration.Rules.0.Status", "Disabled"),
    "S3-07": ("AccessControl", "PublicRead"),
    "S3-08": ("CorsConfiguration.CorsRules", [CORS]),
}
DELETIONS = {
    "S3-01": "PublicAccessBlockConfiguration",
    "S3-02": "BucketEncryption",
    "S3-04": "VersioningConfiguration",
    "S3-05": "LifecycleConfiguration",
    "S3-06": "LoggingConfiguration",
    "S3-07": "OwnershipControls",
}


PLACES: dict[str, Callable[[cdk.App], constructs.Construct]] = {
    "nested": lambda app: cdk.NestedStack(cdk.Stack(app, "Top"), "In"),
    "twice nested": lambda app: cdk.NestedStack(
        cdk.NestedStack(cdk.Stack(app, "Top"), "In"), "In"
    ),
    "stage": lambda app: cdk.Stack(cdk.Stage(app, "Prod"), "Top"),
    "nested in stages": lambda app: cdk.NestedStack(
        cdk.Stack(cdk.Stage(cdk.Stage(app, "Prod"), "Blue"), "Top"), "In"
    ),
    "part": lambda app: constructs.Construct(cdk.Stack(app, "Top"), "In"),
}
_EVERYWHERE = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


class TestFindings:
    """Each weakening from outside is exactly the finding with its id, at its bucket."""

    def test_are_none_by_themselves(self, app, stack):
        """What nobody weakened keeps every promise."""
        SecureBucket(stack, "Data")

        assert set() == findings(app)

    @pytest.mark.parametrize(("rule", "change"), CHANGES.items(), ids=CHANGES)
    def test_for_an_override(self, app, stack, rule, change):
        """An override of one bucket is found at that, and not at its neighbour."""
        SecureBucket(stack, "Neighbour")
        l1_of(SecureBucket(stack, "Data")).add_property_override(*change)

        assert {(rule, AT)} == findings(app)

    @pytest.mark.parametrize(("rule", "path"), DELETIONS.items(), ids=DELETIONS)
    def test_for_a_deletion(self, app, stack, rule, path):
        """So is a property that was taken away."""
        l1_of(SecureBucket(stack, "Data")).add_property_deletion_override(path)

        assert {(rule, AT)} == findings(app)

    @pytest.mark.parametrize(("rule", "change"), CHANGES.items(), ids=CHANGES)
    def test_for_an_aspect(self, app, stack, rule, change):
        """An aspect changes all there are, the log bucket as well."""
        SecureBucket(stack, "Data")
        cdk.Aspects.of(app).add(Override(*change))

        assert {(rule, AT), (rule, LOGS)} == findings(app)

    @pytest.mark.parametrize(
        ("rule", "options"),
        [
            ("S3-03", {"enforceSSL": False, "minimumTLSVersion": None}),
            ("S3-04", {"versioned": False}),
            ("S3-07", {"objectOwnership": "ObjectWriter"}),
        ],
    )
    def test_for_an_injector(self, app, stack, rule, options):
        """A property injector changes what a construct asks CDK for."""
        cdk.PropertyInjectors.of(app).add(Injector(**options))
        SecureBucket(stack, "Data")

        assert {(rule, AT), (rule, LOGS)} == findings(app)

    def test_for_an_injector_where_the_key_is_elsewhere(self, app, stack):
        """A policy that names a key of another stack is read all the same."""
        key = AppKey(cdk.Stack(app, "Shared", env=ENVIRONMENT), "Key")
        plain = Injector(enforceSSL=False, minimumTLSVersion=None)
        cdk.PropertyInjectors.of(stack).add(plain)
        SecureBucket(stack, "Data", encryption_key=key, access_logs=Waived(REASON))

        assert {("S3-03", AT)} == findings(app)

    def test_for_a_removed_policy(self, app, stack):
        """Without its policy a bucket answers over plain http."""
        SecureBucket(stack, "Data").bucket.node.try_remove_child("Policy")

        assert {("S3-03", AT)} == findings(app)

    def test_for_a_removal_policy(self, app, stack):
        """What deletes the data with the stack is found."""
        bucket = SecureBucket(stack, "Data").bucket
        bucket.apply_removal_policy(cdk.RemovalPolicy.DESTROY)

        assert {("S3-09", AT)} == findings(app)

    @pytest.mark.parametrize(
        "principal",
        [
            iam.AnyPrincipal(),
            iam.StarPrincipal(),
            iam.AccountPrincipal(FOREIGN),
            iam.ArnPrincipal(f"arn:aws:iam::{FOREIGN}:role/role"),
        ],
        ids=["anybody", "star", "account", "role"],
    )
    def test_for_whoever_is_let_in(self, app, stack, principal):
        """A later statement lets in everybody, or a foreign account."""
        allow(SecureBucket(stack, "Data").bucket, principal)

        assert {("S3-13", AT)} == findings(app)

    @pytest.mark.parametrize(
        ("principal", "more"),
        [
            (iam.AccountPrincipal(OWN), {}),
            (iam.AccountRootPrincipal(), {}),
            (iam.OrganizationPrincipal("o-1234567890"), {}),
            (iam.AccountPrincipal(FOREIGN), {"effect": iam.Effect.DENY}),
        ],
        ids=["account", "root", "organization", "denied"],
    )
    def test_are_none_for_who_belongs_here(self, app, stack, principal, more):
        """The own account and organization may be let in, anybody denied."""
        allow(SecureBucket(stack, "Data").bucket, principal, **more)

        assert set() == findings(app)

    def test_are_none_for_accounts_that_may_be_the_own(self, app):
        """In a stack for any account nobody is known to be foreign."""
        bucket = SecureBucket(cdk.Stack(app, "Anywhere"), "Data").bucket
        allow(bucket, iam.AccountPrincipal(FOREIGN))

        assert set() == findings(app)

    def test_for_a_key(self, app, stack):
        """Keys are watched as buckets are."""
        key = AppKey(stack, "Key").key
        cast("cdk.CfnResource", key.node.default_child).add_property_override(
            "EnableKeyRotation", value=False
        )
        key.grant_decrypt(iam.ArnPrincipal(f"arn:aws:iam::{FOREIGN}:role/role"))

        at = "Stack/Key/Default/Resource"
        assert {("KEY-01", at), ("KEY-02", at)} == findings(app)

    def test_for_a_waiver_that_ended(self, app, stack):
        """A template that was synthesized in time and is read later."""
        until = "Metadata.SecureConstructs.Waivers.S3-04.Until"
        bucket = SecureBucket(stack, "Data", versioning=Waived(REASON))
        l1_of(bucket).add_override(until, "2020-01-01")

        assert {("CDK-06", AT)} == findings(app)


class TestPlaces:
    """A weakening is found wherever the construct stands."""

    @_EVERYWHERE
    def test_findings(self, app, place):
        """The finding is at the one that was weakened."""
        scope = place(app)
        SecureBucket(scope, "Neighbour")
        bucket = SecureBucket(scope, "Data")
        l1_of(bucket).add_property_deletion_override("VersioningConfiguration")

        assert {("S3-04", f"{scope.node.path}/Data/Default/Resource")} == findings(app)

    @_EVERYWHERE
    def test_findings_without_a_record(self, app, place):
        """Whoever takes the record as well gains nothing."""
        scope = place(app)
        SecureBucket(scope, "Neighbour")
        forget(SecureBucket(scope, "Data"))

        assert {("S3-04", f"{scope.node.path}/Data/Default/Resource")} == findings(app)

    @pytest.mark.parametrize("part", ["Part", "Default"])
    def test_findings_in_nested_stacks_that_are_equal(self, app, stack, part):
        """Equal templates share an asset; the finding is at each of them."""
        scope = constructs.Construct(stack, part)
        for name in ("One", "Two"):
            nested = cdk.NestedStack(scope, name)
            bucket = SecureBucket(nested, "Data", access_logs=Waived(REASON))
            l1_of(bucket).add_property_deletion_override("VersioningConfiguration")

        assert {
            ("S3-04", f"Stack/{part}/{name}/Data/Default/Resource")
            for name in ("One", "Two")
        } == findings(app)


class TestRecords:
    def test_taken_by_an_override(self, app, stack):
        """The record may go on the way to the template, and the id change."""
        l1 = l1_of(SecureBucket(stack, "Data"))
        l1.add_deletion_override("Metadata")
        l1.override_logical_id("Renamed")
        l1.add_property_deletion_override("VersioningConfiguration")

        assert {("S3-04", AT)} == findings(app)

    def test_of_a_construct_that_was_removed(self, app, stack):
        """What is not in a template cannot be weak."""
        SecureBucket(stack, "Kept")
        forget(SecureBucket(stack, "Data"))
        stack.node.try_remove_child("Data")

        assert set() == findings(app)

    def test_of_others_are_not_needed(self, app, stack):
        """Plain buckets are left alone, also where a record is missing."""
        s3.Bucket(stack, "Plain")
        forget(SecureBucket(stack, "Data"))

        assert {("S3-04", AT)} == findings(app)
