"""Tests for what a TenantTable is by default, by tier, and with a key."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms

from secure_constructs import (
    AppKey,
    Baseline,
    TableIndex,
    TenantRole,
    Tier,
    Waived,
)
from tests.support.synth import FLAGS, assembly_of, new_app, template_of
from tests.support.tables import (
    ENV,
    KEY_THERE,
    TABLE,
    development,
    keys,
    properties,
    record,
    replica,
    table,
    types,
)

REASON = "filled again from the lake each night"
NIGHTLY = Waived(REASON)
BY_KMS = {"SSEEnabled": True, "SSEType": "KMS"}
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


class TestTable:
    def test_is_a_table_v2(self, stack):
        """What this class does not cover is done with CDK's own class."""
        assert isinstance(table(stack).table, dynamodb.TableV2)

    def test_has_its_name_and_arn(self, stack):
        """Both are those of the table."""
        data = table(stack)
        cdk.CfnOutput(stack, "Name", value=data.table_name)
        cdk.CfnOutput(stack, "Arn", value=data.table_arn)

        outputs = template_of(stack)["Outputs"]
        assert {"Ref": TABLE} == outputs["Name"]["Value"]
        assert {"Fn::GetAtt": [TABLE, "Arn"]} == outputs["Arn"]["Value"]

    @_FLAGS
    def test_has_partition_and_sort_key(self, flags):
        """They are PK and SK, and text (DDB-01)."""
        stack = cdk.Stack(new_app(flags), "Stack")
        table(stack)

        template = template_of(stack)
        assert {"": {"HASH": "PK", "RANGE": "SK"}} == keys(template)
        assert {"PK": "S", "SK": "S"} == types(template)

    def test_has_no_indexes(self, stack):
        """Each one costs as much as a table, so it is asked for."""
        table(stack)

        assert "GlobalSecondaryIndexes" not in properties(template_of(stack))

    def test_has_capacity_on_demand(self, stack):
        """There is no ceiling unless one is set (DDB-05)."""
        table(stack)

        template = template_of(stack)
        assert "PAY_PER_REQUEST" == properties(template)["BillingMode"]
        assert "WriteOnDemandThroughputSettings" not in properties(template)
        assert "ReadOnDemandThroughputSettings" not in replica(template)

    def test_expires_items(self, stack):
        """Items expire by the attribute ttl (DDB-06)."""
        table(stack)

        setting = properties(template_of(stack))["TimeToLiveSpecification"]
        assert {"AttributeName": "ttl", "Enabled": True} == setting

    def test_has_no_stream(self, stack):
        """A stream is asked for (DDB-09)."""
        table(stack)

        assert "StreamSpecification" not in properties(template_of(stack))

    def test_has_no_name_of_its_own(self, stack):
        """A fixed name would be in the way of a second copy."""
        table(stack)

        assert "TableName" not in properties(template_of(stack))

    def test_has_no_class_of_its_own(self, stack):
        """Most tables are cheapest in DynamoDB's own class (DDB-12)."""
        table(stack)

        assert "TableClass" not in replica(template_of(stack))

    def test_has_one_copy(self, stack):
        """It is in the region of its stack only."""
        table(stack)

        assert {"Ref": "AWS::Region"} == replica(template_of(stack))["Region"]


class TestRecovery:
    """DDB-03."""

    @pytest.mark.parametrize("tier", Tier)
    def test_is_possible_for_35_days(self, stack, tier):
        """Every second of the last 35 days can be restored, in either tier."""
        table(stack, tier=tier)

        recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
        found = replica(template_of(stack))["PointInTimeRecoverySpecification"]
        assert recovery == found

    def test_is_possible_for_as_long_as_asked(self, stack):
        """A shorter time costs the same, but keeps deleted data for less long."""
        table(stack, point_in_time_recovery=cdk.Duration.days(1))

        found = replica(template_of(stack))["PointInTimeRecoverySpecification"]
        assert 1 == found["RecoveryPeriodInDays"]

    def test_can_be_given_up_in_development(self, stack):
        """A table that is filled again need not be restored."""
        development(stack, point_in_time_recovery=NIGHTLY)

        template = template_of(stack)
        found = replica(template)["PointInTimeRecoverySpecification"]
        assert {"PointInTimeRecoveryEnabled": False} == found
        assert {"DDB-03": {"Reason": REASON}} == record(template)["Waivers"]


class TestKeeping:
    """DDB-07."""

    def test_protects_and_keeps_in_production(self, stack):
        """Nobody deletes it, and it outlives its stack."""
        table(stack)

        template = template_of(stack)
        assert replica(template)["DeletionProtectionEnabled"] is True
        resource = template["Resources"][TABLE]
        assert "RetainExceptOnCreate" == resource["DeletionPolicy"]
        assert "Retain" == resource["UpdateReplacePolicy"]

    def test_goes_with_its_stack_in_development(self, stack):
        """Nothing is left behind."""
        development(stack)

        template = template_of(stack)
        assert not replica(template).get("DeletionProtectionEnabled")
        resource = template["Resources"][TABLE]
        assert "Delete" == resource["DeletionPolicy"]
        assert "Delete" == resource["UpdateReplacePolicy"]

    def test_can_be_given_up_in_production(self, stack):
        """A table that need not outlive its stack is not protected either."""
        table(stack, retain=NIGHTLY)

        template = template_of(stack)
        assert not replica(template).get("DeletionProtectionEnabled")
        assert "Delete" == template["Resources"][TABLE]["DeletionPolicy"]
        assert {"DDB-07": {"Reason": REASON}} == record(template)["Waivers"]

    def test_is_nothing_to_give_up_in_development(self, stack):
        """A waiver for both tiers is on record where it changes something."""
        development(stack, retain=NIGHTLY)

        assert "Waivers" not in record(template_of(stack))

    def test_follows_the_baseline(self, stack):
        """The nearest baseline says what the deployment is worth."""
        Baseline(tier=Tier.DEVELOPMENT).apply_to(stack)
        table(stack)

        assert "Delete" == template_of(stack)["Resources"][TABLE]["DeletionPolicy"]


class TestEncryption:
    """DDB-04."""

    @_FLAGS
    def test_is_with_the_key_that_aws_manages(self, flags):
        """It is in the account, where its use can be seen."""
        stack = cdk.Stack(new_app(flags), "Stack")
        table(stack)

        template = template_of(stack)
        assert BY_KMS == properties(template)["SSESpecification"]
        assert "SSESpecification" not in replica(template)
        assert "Encryption" not in record(template)

    @_FLAGS
    @pytest.mark.parametrize("env", [None, ENV], ids=["any region", "one region"])
    def test_is_with_a_key_of_the_customer(self, flags, env):
        """A key encrypts it in whichever region the stack is deployed to."""
        stack = cdk.Stack(new_app(flags), "Stack", env=env)
        table(stack, encryption_key=kms.Key(stack, "Key"))

        template = template_of(stack)
        assert BY_KMS == properties(template)["SSESpecification"]
        key = {"KMSMasterKeyId": {"Fn::GetAtt": ["Key961B73FD", "Arn"]}}
        assert key == replica(template)["SSESpecification"]
        assert "aws:kms" == record(template)["Encryption"]

    @pytest.mark.parametrize("env", [None, ENV], ids=["any region", "one region"])
    def test_is_with_the_key_of_the_app(self, env):
        """An AppKey of another stack is known by its ARN."""
        app = new_app()
        key = AppKey(cdk.Stack(app, "Keys", env=env), "Key")
        stack = cdk.Stack(app, "Stack", env=env)
        table(stack, encryption_key=key)

        found = replica(template_of(stack))["SSESpecification"]["KMSMasterKeyId"]
        assert "Keys:ExportsOutput" in found["Fn::ImportValue"]

    def test_is_with_the_key_of_the_baseline(self, stack):
        """The nearest baseline's key encrypts the tables below it."""
        Baseline(encryption_key=AppKey(stack, "Key")).apply_to(stack)
        table(stack)

        assert "KMSMasterKeyId" in replica(template_of(stack))["SSESpecification"]

    def test_is_with_a_key_that_is_known_later(self):
        """The ARN of a replica's key can be a parameter."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        arn = cdk.CfnParameter(stack, "There").value_as_string
        table(
            stack,
            encryption_key=kms.Key(stack, "Key"),
            replica_regions=["eu-central-1"],
            replica_key_arns={"eu-central-1": arn},
        )

        assert {"Ref": "There"} in [
            each["SSESpecification"]["KMSMasterKeyId"]
            for each in properties(template_of(stack))["Replicas"]
        ]

    def test_is_with_a_key_of_each_region(self):
        """Each replica has the key of its own region."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        table(
            stack,
            encryption_key=kms.Key(stack, "Key"),
            replica_regions=["eu-central-1"],
            replica_key_arns={"eu-central-1": KEY_THERE},
        )

        found = {
            each["Region"]: each["SSESpecification"]["KMSMasterKeyId"]
            for each in properties(template_of(stack))["Replicas"]
        }
        here = {"Fn::GetAtt": ["Key961B73FD", "Arn"]}
        assert {"eu-central-1": KEY_THERE, "eu-west-1": here} == found


class TestInsights:
    """Contributor Insights."""

    def test_list_throttled_keys_in_production(self, stack):
        """What is not throttled is not counted, and costs nothing."""
        table(stack)

        found = replica(template_of(stack))["ContributorInsightsSpecification"]
        assert {"Enabled": True, "Mode": "THROTTLED_KEYS"} == found

    def test_are_off_in_development(self, stack):
        """Nobody looks at them there."""
        development(stack)

        assert "ContributorInsightsSpecification" not in replica(template_of(stack))

    @pytest.mark.parametrize(("tier", "on"), [(Tier.PRODUCTION, 0), ("development", 1)])
    def test_are_on_or_off_as_asked(self, stack, tier, on):
        """The option wins over the tier."""
        table(stack, tier=Tier(tier), throttled_keys_insights=bool(on))

        found = "ContributorInsightsSpecification" in replica(template_of(stack))
        assert bool(on) == found


class TestRecord:
    def test_says_what_the_rules_compare_with(self, stack):
        """What the template alone cannot tell is in its metadata."""
        table(stack)

        assert {
            "Construct": "TenantTable",
            "Tier": "production",
            "TimeToLive": "ttl",
        } == record(template_of(stack))

    def test_has_the_indexes_that_are_tenant_led(self, stack):
        """The rule for tenants' roles then knows which ones are for them."""
        led = TableIndex("GSI1", tenant_led=True)
        table(stack, indexes=[led, TableIndex("GSI2")])

        assert ["GSI1"] == record(template_of(stack))["TenantIndexes"]

    def test_has_no_expiry_where_nothing_expires(self, stack):
        """The rule then asks for none."""
        table(stack, ttl_attribute=None)

        template = template_of(stack)
        assert "TimeToLive" not in record(template)
        assert "TimeToLiveSpecification" not in properties(template)


class TestPromises:
    """What is changed after the construct was made is found."""

    @pytest.mark.parametrize(
        ("path", "value", "rule"),
        [
            (
                "Replicas.0.PointInTimeRecoverySpecification",
                {"PointInTimeRecoveryEnabled": False},
                "DDB-03",
            ),
            ("SSESpecification", {"SSEEnabled": False}, "DDB-04"),
            ("TimeToLiveSpecification.Enabled", False, "DDB-06"),
            ("Replicas.0.DeletionProtectionEnabled", False, "DDB-07"),
        ],
        ids=lambda value: value if str(value).startswith("DDB") else "",
    )
    def test_are_checked_in_the_finished_template(self, stack, path, value, rule):
        """An override that breaks a promise is a finding by its id."""
        l1: Any = table(stack, alarms=NIGHTLY).table.node.default_child
        l1.add_property_override(path, value)

        assert {rule} == assembly_of(stack).rules

    def test_hold_without_changes(self, stack):
        """The guard finds nothing in what was left as it is."""
        table(stack, alarms=NIGHTLY)

        assert set() == assembly_of(stack).rules

    def test_cover_the_key(self, stack):
        """A table that was made with a key keeps it."""
        key = kms.Key(stack, "Key")
        data = table(stack, alarms=NIGHTLY, encryption_key=key)
        l1: Any = data.table.node.default_child
        l1.add_property_deletion_override("Replicas.0.SSESpecification")

        assert {"DDB-04"} == assembly_of(stack).rules

    @pytest.mark.parametrize(
        ("index", "rules"), [("GSI1", set()), ("GSI2", {"DDB-08"})]
    )
    def test_cover_the_indexes_of_tenants(self, stack, index, rules):
        """A role of tenants that may ask another index is a finding."""
        led = TableIndex("GSI1", tenant_led=True)
        data = table(stack, alarms=NIGHTLY, indexes=[led, TableIndex("GSI2")])
        lambda_ = iam.ServicePrincipal("lambda.amazonaws.com")
        broker = iam.Role(stack, "Broker", assumed_by=lambda_)
        tenant = TenantRole(stack, "Tenant", brokers=[broker])
        data.grants.tenant_read(tenant)
        policy: Any = tenant.role.node.find_child("Grants").node.default_child
        arn = f"{data.table_arn}/index/{index}"
        policy.add_property_override("PolicyDocument.Statement.1.Resource", arn)

        assert rules == assembly_of(stack).rules

    def test_cover_the_alarms(self, stack):
        """Without the alarms the table is not watched."""
        table(stack).node.try_remove_child("Throttles")

        assert "DDB-10" in assembly_of(stack).rules
