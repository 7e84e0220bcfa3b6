"""Tests for the grants of a TenantTable: who may do what, by the templates (DDB-08)."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms

from secure_constructs import AppKey, TableIndex, TenantGrants, TenantRole
from tests.support.cloud import Cloud
from tests.support.functions import function
from tests.support.iam import Request
from tests.support.synth import (
    FLAGS,
    new_app,
    resources,
    synthesize,
    template_of,
)
from tests.support.tables import TABLE, properties, table

TEXT = dynamodb.AttributeType.STRING
INDEXES = [TableIndex("GSI1", tenant_led=True), TableIndex("GSI2")]
READ = {"BatchGetItem", "GetItem", "Query"}
WRITE = {
    "BatchWriteItem",
    "ConditionCheckItem",
    "DeleteItem",
    "PutItem",
    "UpdateItem",
}
# What nobody is granted by name: streams, PartiQL, backups and the table itself.
NEVER = {
    "CreateBackup",
    "DeleteTable",
    "DescribeTable",
    "ExportTableToPointInTime",
    "GetRecords",
    "GetShardIterator",
    "ImportTable",
    "PartiQLDelete",
    "PartiQLInsert",
    "PartiQLSelect",
    "PartiQLUpdate",
    "PutResourcePolicy",
    "RestoreTableToPointInTime",
    "UpdateTable",
    "UpdateTimeToLive",
}
ALL = READ | WRITE | NEVER | {"Scan"}
DECRYPT = {"Decrypt", "DescribeKey"}
ENCRYPT = {
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
}
GRANTS = {"read": READ, "write": WRITE, "read_write": READ | WRITE}
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


def role(scope: Any, name: str = "Role") -> iam.Role:
    """Return a role of a function."""
    principal = iam.ServicePrincipal("lambda.amazonaws.com")
    return iam.Role(scope, name, assumed_by=principal)


class BackOffice:
    """A deployed table with two indexes, and a role that has one of the grants."""

    def __init__(
        self, grant: str, *, flags: Any = None, key: str = "", **options: Any
    ) -> None:
        app = new_app(flags or {})
        stack = cdk.Stack(app, "Stack")
        made: dict[str, Any] = {}
        if key:
            where = cdk.Stack(app, "Keys") if key == "other stack" else stack
            made["encryption_key"] = AppKey(where, "Key")
            self._key = where.stack_name
        data = table(stack, indexes=INDEXES, **made)
        table(stack, "Other")
        self.grant = getattr(data.grants, grant)(role(stack), **options)
        self.cloud = Cloud.read(synthesize(app).directory)
        self.table = self.cloud.arn("Stack", TABLE)
        self._role = self.cloud.arn("Stack", "Role1ABCC5F0")

    @property
    def key(self) -> str:
        """The ARN of the table's key."""
        return self.cloud.arn(self._key, "Key961B73FD")

    def may(self, action: str, resource: str, **context: Any) -> bool:
        """Whether the role may do that."""
        keys = {name.replace("__", ":"): context[name] for name in context}
        return self.cloud.decide(Request(self._role, action, resource, keys)).allowed

    def actions(self, resource: str) -> set[str]:
        """Return what the role may do, of all there is, in a table or index."""
        return {each for each in ALL if self.may(f"dynamodb:{each}", resource)}


class TestBackOffice:
    """Grants for code that is trusted with all tenants."""

    @_FLAGS
    @pytest.mark.parametrize("grant", GRANTS)
    def test_allows_what_it_says_on_the_table(self, flags, grant):
        """Exact actions: no scan, no stream, and nothing of the table itself."""
        world = BackOffice(grant, flags=flags)

        assert GRANTS[grant] == world.actions(world.table)

    @pytest.mark.parametrize("grant", ["read", "read_write"])
    @pytest.mark.parametrize("index", ["GSI1", "GSI2"])
    def test_allows_queries_of_each_index(self, grant, index):
        """Tenant-led or not: it is for all of them."""
        world = BackOffice(grant)

        assert {"Query"} == world.actions(f"{world.table}/index/{index}")

    def test_allows_no_writer_to_read_an_index(self):
        """Writing is of the table only."""
        world = BackOffice("write")

        assert set() == world.actions(f"{world.table}/index/GSI1")

    @pytest.mark.parametrize("grant", ["read", "read_write"])
    def test_allows_scans_by_name_only(self, grant):
        """Whoever reads the whole table says so."""
        world = BackOffice(grant, scan=True)

        assert GRANTS[grant] | {"Scan"} == world.actions(world.table)
        assert {"Query", "Scan"} == world.actions(f"{world.table}/index/GSI2")

    @pytest.mark.parametrize("grant", GRANTS)
    def test_allows_nothing_elsewhere(self, grant):
        """Other tables, indexes that there are not, and streams are out of reach."""
        world = BackOffice(grant)
        other = world.cloud.arn("Stack", "Other34654A52")

        for resource in (
            other,
            f"{world.table}/index/GSI3",
            f"{world.table}/stream/2026-01-01T00:00:00.000",
        ):
            assert set() == world.actions(resource)

    @pytest.mark.parametrize("grant", GRANTS)
    def test_returns_a_grant(self, grant):
        """It can be waited for, as those of CDK can."""
        assert BackOffice(grant, key="same stack").grant.success

    def test_has_no_statement_for_indexes_there_are_not(self, stack):
        """An empty list of resources would be refused by IAM."""
        table(stack).grants.read(role(stack))

        (policy,) = resources(template_of(stack), "AWS::IAM::Policy").values()
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert {"Fn::GetAtt": [TABLE, "Arn"]} == statement["Resource"]

    def test_takes_a_function_of_ours(self, stack):
        """Its permissions are in a managed policy of its role."""
        table(stack).grants.read(function(stack))

        policies = resources(template_of(stack), "AWS::IAM::ManagedPolicy").values()
        assert 1 == sum("dynamodb:Query" in str(each) for each in policies)

    def test_takes_a_role_of_another_stack(self, app):
        """The table's stack does not depend on it."""
        data = table(cdk.Stack(app, "Data"))
        stack = cdk.Stack(app, "Stack")
        data.grants.read(role(stack))

        assert "Fn::ImportValue" in str(template_of(stack))


class TestKey:
    """The key that encrypts the table is granted with it."""

    @pytest.mark.parametrize("where", ["same stack", "other stack"])
    @pytest.mark.parametrize(
        ("grant", "actions"),
        [
            ("read", DECRYPT),
            ("write", DECRYPT | ENCRYPT),
            ("read_write", DECRYPT | ENCRYPT),
        ],
    )
    def test_is_used_by_way_of_dynamodb(self, where, grant, actions):
        """As much as reading or writing needs."""
        world = BackOffice(grant, key=where)

        via = "dynamodb.eu-west-1.amazonaws.com"
        allowed = {
            each
            for each in DECRYPT | ENCRYPT | {"CreateGrant", "PutKeyPolicy"}
            if world.may(f"kms:{each}", world.key, kms__ViaService=via)
        }
        assert actions == allowed

    @pytest.mark.parametrize("via", [None, "s3", "dynamodb.us-east-1"])
    def test_is_not_used_in_another_way(self, via):
        """Neither directly nor by another service or region."""
        world = BackOffice("read_write", key="same stack")
        service = f"{via}.amazonaws.com" if via and "." in via else None
        service = service or f"{via}.eu-west-1.amazonaws.com"
        context = {"kms__ViaService": service} if via else {}

        assert not world.may("kms:Decrypt", world.key, **context)


class TestRefused:
    """Grantees that would reach too much, or nothing."""

    @pytest.mark.parametrize("inside", [False, True])
    def test_the_role_of_tenants(self, stack, inside):
        """It would reach the items of all of them, and so would the role inside."""
        tenant = TenantRole(stack, "Tenant", brokers=[role(stack)])

        message = "^TenantTable 'Stack/Data': grantee='Stack/Tenant.* is the role of te"
        with pytest.raises(ValueError, match=message):
            table(stack).grants.read(tenant.role if inside else tenant)

    @pytest.mark.parametrize(
        "principal",
        [
            iam.AnyPrincipal(),
            iam.AccountPrincipal("444455556666"),
            iam.ServicePrincipal("lambda.amazonaws.com"),
        ],
        ids=["everybody", "another account", "a service"],
    )
    def test_who_has_no_policy(self, stack, principal):
        """The table's own policy lets nobody in."""
        with pytest.raises(
            ValueError, match="grantee=.* has no policy of its own, and"
        ):
            table(stack).grants.write(principal)

    def test_what_is_no_grantee(self, stack):
        """An ARN is none."""
        with pytest.raises(TypeError, match="grantee='arn' is no IGrantable; pass a r"):
            table(stack).grants.read("arn")  # type: ignore[arg-type]

    def test_a_scan_that_is_neither_true_nor_false(self, stack):
        """A mistake there would be one about all items."""
        with pytest.raises(TypeError, match="scan='no' is neither True nor False"):
            table(stack).grants.read(role(stack), scan="no")  # type: ignore[arg-type]

    @pytest.mark.parametrize("grant", ["read", "write", "read_write"])
    def test_another_role_as_a_tenants(self, stack, grant):
        """Anybody could put a tag on its sessions."""
        grants = table(stack).grants

        with pytest.raises(TypeError, match="role='Stack/Role' is no TenantRole; make"):
            getattr(grants, f"tenant_{grant}")(role(stack))


def tenant_policy(stack: cdk.Stack) -> Any:
    """Return the statements that a tenant's role was granted."""
    policies = resources(template_of(stack), "AWS::IAM::ManagedPolicy")
    (found,) = (policies[name] for name in policies if name.startswith("TenantGrants"))
    return found["Properties"]["PolicyDocument"]["Statement"]


class TestTenants:
    """
    Grants for the role of tenants.

    `tests/test_tenant_attacks.py` attacks what `TenantGrants` writes for tables of
    CDK. These tests show that it is the same here, statement by statement.
    """

    @_FLAGS
    @pytest.mark.parametrize("grant", GRANTS)
    @pytest.mark.parametrize(
        "options",
        [{}, {"key_format": "t/{tenant}"}, {"compound_keys": True}],
        ids=["default", "format", "compound"],
    )
    def test_are_those_for_tables_of_cdk(self, flags, grant, options):
        """With the indexes that are tenant-led, the format, and the key."""
        app = new_app(flags)
        ours, plain = cdk.Stack(app, "Ours"), cdk.Stack(app, "Plain")
        for stack in (ours, plain):
            key = kms.Key(stack, "Key")
            tenant = TenantRole(stack, "Tenant", brokers=[role(stack)])
            if stack is ours:
                grants: Any = table(
                    stack, indexes=INDEXES, encryption_key=key, **options
                ).grants
            else:
                live = dynamodb.Table(
                    stack,
                    "Data",
                    partition_key=dynamodb.Attribute(name="PK", type=TEXT),
                    encryption_key=key,
                )
                grants = TenantGrants.of(live, indexes=["GSI1"], **options)
            getattr(grants, f"tenant_{grant}")(tenant)
        templates = synthesize(app).templates
        found = [
            each["Properties"]["PolicyDocument"]["Statement"]
            for name in ("Ours", "Plain")
            for each in resources(
                templates[f"{name}.template.json"], "AWS::IAM::ManagedPolicy"
            ).values()
        ]

        first, second = found
        assert first == second
        assert (2 if grant == "write" else 3) == len(first)

    def test_are_for_tenant_led_indexes_only(self, stack):
        """Another index is not even named."""
        tenant = TenantRole(stack, "Tenant", brokers=[role(stack)])
        table(stack, indexes=INDEXES).grants.tenant_read_write(tenant)

        of_table, of_index = tenant_policy(stack)
        assert {"Fn::GetAtt": [TABLE, "Arn"]} == of_table["Resource"]
        arn = {"Fn::Join": ["", [{"Fn::GetAtt": [TABLE, "Arn"]}, "/index/GSI1"]]}
        assert arn == of_index["Resource"]

    def test_need_no_index(self, stack):
        """A table without tenant-led indexes has one statement."""
        tenant = TenantRole(stack, "Tenant", brokers=[role(stack)])
        table(stack, indexes=[TableIndex("GSI2")]).grants.tenant_read(tenant)

        assert 1 == len(tenant_policy(stack))

    def test_hold_for_the_tag_of_the_role(self):
        """Own items by the tag that the role has, and none of others."""
        app = new_app()
        stack = cdk.Stack(app, "Stack")
        tenant = TenantRole(stack, "Tenant", brokers=[role(stack)], tag_key="Org")
        table(stack).grants.tenant_read(tenant)
        cloud = Cloud.read(synthesize(app).directory)
        who, data = cloud.arn("Stack", "Tenant3582C6F5"), cloud.arn("Stack", TABLE)

        def may(key: str, **tags: str) -> bool:
            context: dict[str, Any] = {"dynamodb:LeadingKeys": [key]}
            context |= {f"aws:PrincipalTag/{name}": tags[name] for name in tags}
            request = Request(who, "dynamodb:GetItem", data, context)
            return cloud.decide(request).allowed

        assert may("TENANT#a", Org="a")
        assert not may("TENANT#b", Org="a")
        assert not may("TENANT#a", TenantId="a")


class TestInAnotherPlace:
    """CDK names a table anew for another account or region: that replaces it."""

    HERE = cdk.Environment(account="111122223333", region="eu-west-1")
    ACCOUNT = cdk.Environment(account="444455556666", region="eu-west-1")
    REGION = cdk.Environment(account="111122223333", region="us-east-1")

    @pytest.fixture
    def app(self):
        """An app that reports findings instead of failing on them."""
        return new_app()

    @pytest.mark.parametrize("env", [ACCOUNT, REGION, None], ids=repr)
    @pytest.mark.parametrize("grant", ["read", "tenant_read"])
    def test_nothing_is_granted(self, app, env, grant):
        """To no role there, in the back office or for tenants."""
        made = table(cdk.Stack(app, "Data", env=self.HERE))
        there = cdk.Stack(app, "There", env=env)
        grantee: Any = role(there)
        if grant == "tenant_read":
            grantee = TenantRole(there, "Tenant", brokers=[grantee])

        with pytest.raises(ValueError, match="named anew"):
            getattr(made.grants, grant)(grantee)

        assert "TableName" not in properties(template_of(made.table.stack))

    def test_no_reference_names_it(self, app):
        """CDK asks for a name, where it would have made one and a new table."""
        made = table(cdk.Stack(app, "Data", env=self.HERE))
        there = cdk.Stack(app, "There", env=self.REGION)
        cdk.CfnOutput(there, "Name", value=made.table_name)

        with pytest.raises(RuntimeError, match="physical name must be explicit"):
            synthesize(app)

    def test_of_a_plain_table(self, app):
        """A `TableV2` would be replaced as well."""
        live = dynamodb.TableV2(
            cdk.Stack(app, "Data", env=self.HERE),
            "Data",
            partition_key=dynamodb.Attribute(name="PK", type=TEXT),
        )
        there = cdk.Stack(app, "There", env=self.REGION)
        tenant = TenantRole(there, "Tenant", brokers=[role(there)])

        with pytest.raises(ValueError, match="named anew"):
            TenantGrants.of(live).tenant_read(tenant)

    def test_a_region_may_know_a_fixed_name(self, app):
        """Nothing is named anew then, and the account is the same."""
        made = table(cdk.Stack(app, "Data", env=self.HERE), table_name="orders")
        there = cdk.Stack(app, "There", env=self.REGION)
        made.grants.read(role(there))

        assert ":dynamodb:eu-west-1:111122223333:table/orders" in str(
            template_of(there)
        )

    def test_another_account_may_not(self, app):
        """The table's own policy lets nobody in, whatever its name."""
        made = table(cdk.Stack(app, "Data", env=self.HERE), table_name="orders")
        there = cdk.Stack(app, "There", env=self.ACCOUNT)

        with pytest.raises(ValueError, match="is in aws://444455556666"):
            made.grants.read(role(there))

    def test_another_stack_of_the_same_place(self, app):
        """It is granted as in the table's own stack."""
        made = table(cdk.Stack(app, "Data", env=self.HERE))
        there = cdk.Stack(app, "There", env=self.HERE)
        made.grants.read(role(there))

        assert "dynamodb:GetItem" in str(template_of(there))

    def test_an_imported_role_of_another_account(self, app):
        """CDK says that it granted something there, and has not."""
        stack = cdk.Stack(app, "Data", env=self.HERE)
        arn = "arn:aws:iam::444455556666:role/reports"

        with pytest.raises(ValueError, match="is of account 444455556666"):
            table(stack).grants.read(iam.Role.from_role_arn(stack, "Reports", arn))

    def test_an_imported_role_where_no_account_is_known(self, app):
        """It may be of the account that the stack is deployed to."""
        stack = cdk.Stack(app, "Data")
        arn = "arn:aws:iam::111122223333:role/reports"
        there = iam.Role.from_role_arn(stack, "Reports", arn)

        assert table(stack).grants.read(there).success

    def test_an_imported_role_whose_account_is_not_known(self, app):
        """It may be of the same account; only the deployment knows."""
        stack = cdk.Stack(app, "Here", env=self.HERE)
        arn = cdk.Fn.import_value("role")
        role = iam.Role.from_role_arn(stack, "Role", arn)

        assert table(stack).grants.read(role).success

    def test_an_imported_role_of_the_account(self, app):
        """It gets a policy."""
        stack = cdk.Stack(app, "Data", env=self.HERE)
        made = table(stack)
        made.grants.read(iam.Role.from_role_name(stack, "Reports", "reports"))

        assert "dynamodb:GetItem" in str(template_of(stack))


class TestGrantsOfTheTableInside:
    def test_name_the_key(self, stack):
        """`TenantGrants` of it knows the key, in a stack without a region too."""
        key = kms.Key(stack, "Key")
        made = table(stack, encryption_key=key)
        tenant = TenantRole(stack, "Tenant", brokers=[role(stack)])
        TenantGrants.of(made.table).tenant_read(tenant)

        _, of_key = tenant_policy(stack)
        assert ["kms:Decrypt", "kms:DescribeKey"] == of_key["Action"]
