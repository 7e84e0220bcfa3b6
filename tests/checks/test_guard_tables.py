"""Tests for `secure_constructs.checks.guard`: tables and tenants that were weakened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam

from secure_constructs import (
    AccessPattern,
    SecureBucket,
    TableIndex,
    TenantRole,
    TenantTable,
)
from tests.support.synth import new_app, synthesize

_NEW_IMAGE = dynamodb.StreamViewType.NEW_IMAGE
TABLE = "Stack/Orders/Default/Resource"
ROLE = "Stack/Tenant/Default/Resource"
PATTERNS = [
    AccessPattern("Orders of a tenant", partition="TENANT#{tenant}"),
    AccessPattern("Paid orders of a tenant", "TENANT#{tenant}", index="GSI1"),
]
OVERRIDES: dict[str, list[tuple[str, Any]]] = {
    "DDB-02": [("GlobalSecondaryIndexes.0.IndexName", "GSI9")],
    "DDB-03": [
        (
            "Replicas.0.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
            False,
        )
    ],
    "DDB-04": [("SSESpecification.SSEEnabled", False)],
    "DDB-06": [("TimeToLiveSpecification.Enabled", False)],
    "DDB-07": [("Replicas.0.DeletionProtectionEnabled", False)],
}
TRUST = "AssumeRolePolicyDocument.Statement.0"
TRUSTS: list[tuple[str, Any]] = [
    (f"{TRUST}.Principal", {"AWS": "*"}),
    (f"{TRUST}.Condition.ForAllValues:StringEquals.aws:TagKeys.1", "Plan"),
    (f"{TRUST}.Condition.StringLike.aws:RequestTag/TenantId", "*"),
    (f"{TRUST}.Condition.StringNotLike.aws:RequestTag/TenantId", "*#*"),
    (f"{TRUST}.Condition.Null.sts:TransitiveTagKeys", "false"),
    (f"{TRUST}.Condition.StringLikeIfExists.sts:RoleSessionName", "*"),
]


@pytest.fixture
def app() -> cdk.App:
    """An app that reports findings."""
    return new_app()


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """A stack of that app."""
    return cdk.Stack(app, "Stack")


@pytest.fixture
def table(stack: cdk.Stack) -> TenantTable:
    """A table with an index that tenants query."""
    return TenantTable(
        stack,
        "Orders",
        indexes=[TableIndex("GSI1", tenant_led=True), TableIndex("GSI2")],
        access_patterns=[
            *PATTERNS,
            AccessPattern("All by day", "DAY#{day}", index="GSI2", tenant=False),
        ],
    )


@pytest.fixture
def broker(stack: cdk.Stack) -> iam.Role:
    """The role of a function that acts for tenants."""
    service = iam.ServicePrincipal("lambda.amazonaws.com")
    return iam.Role(stack, "Broker", assumed_by=service)


@pytest.fixture
def tenant(stack: cdk.Stack, broker: iam.Role) -> TenantRole:
    """The role of tenants."""
    return TenantRole(stack, "Tenant", brokers=[broker])


def l1_of(made: TenantTable | TenantRole) -> cdk.CfnResource:
    """Return the L1 resource of what a construct *made*."""
    inner = made.table if isinstance(made, TenantTable) else made.role
    return cast("cdk.CfnResource", inner.node.default_child)


def findings(app: cdk.App) -> set[tuple[str, str]]:
    """Return what the guard finds when *app* is synthesized, and where."""
    return {
        (violation["ruleName"], construct["constructPath"])
        for report in synthesize(app).report
        if report["pluginName"] == "SecureConstructs"
        for violation in report["violations"]
        for construct in violation["violatingConstructs"]
    }


class TestTable:
    def test_as_it_is_made(self, app, table):
        """Nothing weakened it."""
        assert set() == findings(app)

    @pytest.mark.parametrize("rule", OVERRIDES)
    def test_overrides_are_found(self, app, table, rule):
        """A promise that an override breaks is found by its id."""
        for path, value in OVERRIDES[rule]:
            l1_of(table).add_property_override(path, value)

        assert {(rule, TABLE)} == findings(app)

    def test_a_table_that_goes_with_its_stack_is_found(self, app, table):
        """Somebody asked for that behind its back."""
        table.table.apply_removal_policy(cdk.RemovalPolicy.DESTROY)

        assert {("DDB-07", TABLE)} == findings(app)

    def test_an_expiry_that_was_taken_away_is_found(self, app, table):
        """The record knows the attribute."""
        l1_of(table).add_property_deletion_override("TimeToLiveSpecification")

        assert {("DDB-06", TABLE)} == findings(app)

    def test_an_alarm_that_was_taken_away_is_found(self, app, table):
        """Each of them is needed."""
        table.node.try_remove_child("SystemErrors")

        assert {("DDB-10", TABLE)} == findings(app)

    def test_a_policy_for_everybody_is_found(self, app, table):
        """A table's own policy alone lets tenants in."""
        table.table.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["dynamodb:GetItem"],
                resources=["*"],
                principals=[iam.AnyPrincipal()],
            )
        )

        assert {("DDB-08", TABLE)} == findings(app)


class TestTenants:
    def test_as_they_are_granted(self, app, stack, table, tenant):
        """Nothing weakened it."""
        table.grants.tenant_read_write(tenant)
        SecureBucket(stack, "Data").grants.tenant_read_write(tenant)

        assert set() == findings(app)

    @pytest.mark.parametrize(
        "grant",
        [
            lambda table, role: table.grant_read_data(role),
            lambda table, role: table.grant(role, "dynamodb:Scan"),
            lambda table, role: table.grant_stream_read(role),
        ],
        ids=["read", "scan", "stream"],
    )
    def test_grants_of_cdk_are_found(
        self, app, stack, tenant, grant: Callable[..., object]
    ):
        """What CDK grants on a table is granted for all tenants."""
        table = TenantTable(stack, "Orders", stream=_NEW_IMAGE)
        grant(table.table, tenant)

        assert {("DDB-08", ROLE)} == findings(app)

    def test_an_index_that_no_tenant_leads_is_found(self, app, table, tenant):
        """Its leading key may be equal to a tenant's by accident."""
        own = "${aws:PrincipalTag/TenantId}"
        tenant.role.add_to_policy(
            iam.PolicyStatement(
                actions=["dynamodb:Query"],
                resources=[f"{table.table_arn}/index/GSI2"],
                conditions={
                    "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [own]},
                    "Null": {"dynamodb:LeadingKeys": "false"},
                },
            )
        )

        assert {("DDB-08", ROLE)} == findings(app)

    @pytest.mark.parametrize(("path", "value"), TRUSTS, ids=str)
    def test_a_wider_trust_is_found(self, app, tenant, path, value):
        """Whoever else gets in could be any tenant."""
        l1_of(tenant).add_property_override(path, value)

        assert {("DDB-08", ROLE)} == findings(app)

    def test_grants_of_cdk_on_buckets_are_found(self, app, stack, tenant):
        """What CDK grants on a bucket is granted for all tenants."""
        SecureBucket(stack, "Data").bucket.grant_read(tenant)

        assert {("S3-10", ROLE)} == findings(app)

    @pytest.mark.parametrize("reason", ["", "The price list is the same for all."])
    def test_a_folder_of_all_is_found_until_it_is_acknowledged(
        self, app, stack, tenant, reason
    ):
        """What all tenants reach may be meant so, but somebody has to say it."""
        SecureBucket(stack, "Data").grants.read(tenant, prefix="prices/")
        if reason:
            cdk.Validations.of(tenant.role).acknowledge(
                cdk.Acknowledgment(id="SecureConstructs::S3-10", reason=reason)
            )

        assert (set() if reason else {("S3-10", ROLE)}) == findings(app)

    def test_policies_of_buckets_are_found(self, app, stack, tenant):
        """A bucket's own policy alone lets tenants in."""
        bucket = SecureBucket(stack, "Data").bucket
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                resources=[bucket.arn_for_objects("*")],
                principals=[iam.ArnPrincipal(tenant.role_arn)],
            )
        )

        assert {("S3-10", "Stack/Data/Default/Resource")} == findings(app)
