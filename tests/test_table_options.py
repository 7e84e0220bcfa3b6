"""Tests for what a TenantTable can be asked for: keys, indexes, capacity, copies."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb

from secure_constructs import TableIndex
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.tables import ENV, keys, properties, replica, table, types

NUMBER = dynamodb.AttributeType.NUMBER
BINARY = dynamodb.AttributeType.BINARY
AUTOSCALED = dynamodb.Capacity.autoscaled
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


def attribute(
    name: str, type_: dynamodb.AttributeType = dynamodb.AttributeType.STRING
) -> dynamodb.Attribute:
    """Return an attribute, by default of text."""
    return dynamodb.Attribute(name=name, type=type_)


def index(template: Any, name: str = "GSI1") -> dict[str, Any]:
    """Return an index of the table."""
    (found,) = (
        each
        for each in properties(template)["GlobalSecondaryIndexes"]
        if each["IndexName"] == name
    )
    return dict(found)


class TestKeys:
    """DDB-01."""

    def test_have_other_names(self, stack):
        """A live table keeps the names it has."""
        table(stack, partition_key="customer", sort_key="made")

        template = template_of(stack)
        assert {"": {"HASH": "customer", "RANGE": "made"}} == keys(template)
        assert {"customer": "S", "made": "S"} == types(template)

    def test_have_names_as_long_as_dynamodb_takes(self, stack):
        """A name has up to 255 bytes."""
        table(stack, sort_key="s" * 255)

        assert {"HASH": "PK", "RANGE": "s" * 255} == keys(template_of(stack))[""]

    def test_have_no_sort_key(self, stack):
        """A table can have one item for each partition key."""
        table(stack, partition_key="id", sort_key=None)

        assert {"": {"HASH": "id"}} == keys(template_of(stack))

    def test_have_other_types(self, stack):
        """A sort key can be a number or binary."""
        table(stack, sort_key=attribute("version", NUMBER))

        assert {"PK": "S", "version": "N"} == types(template_of(stack))

    def test_have_names_that_are_known_later(self, stack):
        """A name with a token in it is not judged."""
        name = cdk.CfnParameter(stack, "Key").value_as_string
        table(stack, partition_key=name, ttl_attribute=f"{name}End")

        template = template_of(stack)
        assert str({"Ref": "Key"}) == str(keys(template)[""]["HASH"])
        assert "Ref" in str(properties(template)["TimeToLiveSpecification"])

    def test_have_reserved_names_if_spelled_out(self, stack):
        """A live table may have such a key, so it can be said."""
        table(stack, partition_key=attribute("name"), sort_key=attribute("Date"))

        assert {"": {"HASH": "name", "RANGE": "Date"}} == keys(template_of(stack))


class TestIndexes:
    """DDB-01."""

    @_FLAGS
    def test_have_keys_of_their_name(self, flags):
        """GSI1 has GSI1PK and GSI1SK."""
        stack = cdk.Stack(new_app(flags), "Stack")
        table(stack, indexes=[TableIndex("GSI1"), TableIndex("GSI2")])

        assert {
            "": {"HASH": "PK", "RANGE": "SK"},
            "GSI1": {"HASH": "GSI1PK", "RANGE": "GSI1SK"},
            "GSI2": {"HASH": "GSI2PK", "RANGE": "GSI2SK"},
        } == keys(template_of(stack))

    def test_have_other_keys(self, stack):
        """An index can have keys of any name and type, or one only."""
        by_price = TableIndex("by-price", "shop", attribute("price", NUMBER))
        by_hash = TableIndex("by-hash", attribute("hash", BINARY), sort_key=None)
        table(stack, indexes=[by_price, by_hash])

        template = template_of(stack)
        assert {"HASH": "shop", "RANGE": "price"} == keys(template)["by-price"]
        assert {"HASH": "hash"} == keys(template)["by-hash"]
        assert "N" == types(template)["price"]
        assert "B" == types(template)["hash"]

    def test_share_attributes_with_the_table(self, stack):
        """An index can turn the keys of the table around."""
        table(stack, indexes=[TableIndex("turned", "SK", "PK")])

        template = template_of(stack)
        assert {"HASH": "SK", "RANGE": "PK"} == keys(template)["turned"]
        assert {"PK": "S", "SK": "S"} == types(template)

    def test_copy_all_attributes(self, stack):
        """What is found there need not be read again from the table."""
        table(stack, indexes=[TableIndex("GSI1")])

        assert {"ProjectionType": "ALL"} == index(template_of(stack))["Projection"]

    def test_copy_what_is_asked_for(self, stack):
        """An index of keys, or of a few attributes, is cheaper to write."""
        kinds = dynamodb.ProjectionType
        only_keys = TableIndex("GSI1", projection_type=kinds.KEYS_ONLY)
        few = TableIndex(
            "GSI2", projection_type=kinds.INCLUDE, non_key_attributes=("total",)
        )
        table(stack, indexes=[only_keys, few])

        template = template_of(stack)
        assert {"ProjectionType": "KEYS_ONLY"} == index(template)["Projection"]
        assert {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]} == index(
            template, "GSI2"
        )["Projection"]

    def test_are_up_to_twenty(self, stack):
        """That is DynamoDB's own limit."""
        table(stack, indexes=[TableIndex(f"GSI{number}") for number in range(20)])

        assert 20 == len(properties(template_of(stack))["GlobalSecondaryIndexes"])

    def test_list_their_throttled_keys(self, stack):
        """Contributor Insights are on for each index as for the table."""
        table(stack, indexes=[TableIndex("GSI1")])

        (found,) = replica(template_of(stack))["GlobalSecondaryIndexes"]
        insights = {"Enabled": True, "Mode": "THROTTLED_KEYS"}
        assert insights == found["ContributorInsightsSpecification"]


class TestCapacity:
    """DDB-05."""

    @_FLAGS
    def test_has_ceilings(self, flags):
        """They hold for the table and for each index."""
        stack = cdk.Stack(new_app(flags), "Stack")
        ceilings = dynamodb.MaxThroughputProps(
            max_read_request_units=400, max_write_request_units=100
        )
        table(stack, capacity=ceilings, indexes=[TableIndex("GSI1")])

        template = template_of(stack)
        copy = replica(template)
        reads, writes = {"MaxReadRequestUnits": 400}, {"MaxWriteRequestUnits": 100}
        assert "PAY_PER_REQUEST" == properties(template)["BillingMode"]
        assert writes == properties(template)["WriteOnDemandThroughputSettings"]
        assert writes == index(template)["WriteOnDemandThroughputSettings"]
        assert reads == copy["ReadOnDemandThroughputSettings"]
        (found,) = copy["GlobalSecondaryIndexes"]
        assert reads == found["ReadOnDemandThroughputSettings"]

    def test_has_one_ceiling(self, stack):
        """Reads can have one, and writes none."""
        ceiling = dynamodb.MaxThroughputProps(max_read_request_units=1)
        table(stack, capacity=ceiling)

        template = template_of(stack)
        assert "WriteOnDemandThroughputSettings" not in properties(template)
        assert {"MaxReadRequestUnits": 1} == replica(template)[
            "ReadOnDemandThroughputSettings"
        ]

    def test_takes_a_ceiling_that_is_known_later(self, stack):
        """A parameter decides it at deployment."""
        units = cdk.CfnParameter(stack, "Units", type="Number").value_as_number
        ceiling = dynamodb.MaxThroughputProps(max_write_request_units=units)
        table(stack, capacity=ceiling)

        assert {"MaxWriteRequestUnits": {"Ref": "Units"}} == properties(
            template_of(stack)
        )["WriteOnDemandThroughputSettings"]

    @_FLAGS
    def test_is_provisioned_and_scaled(self, flags):
        """It is scaled to 70 %, in the table and in each index."""
        stack = cdk.Stack(new_app(flags), "Stack")
        provisioned = dynamodb.ThroughputProps(
            read_capacity=AUTOSCALED(min_capacity=5, max_capacity=50),
            write_capacity=AUTOSCALED(min_capacity=2, max_capacity=20),
        )
        table(stack, capacity=provisioned, indexes=[TableIndex("GSI1")])

        template = template_of(stack)
        copy = replica(template)
        (of_index,) = copy["GlobalSecondaryIndexes"]
        target = {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70}}
        reads = {"MinCapacity": 5, "MaxCapacity": 50, **target}
        writes = {"MinCapacity": 2, "MaxCapacity": 20, **target}
        assert "PROVISIONED" == properties(template)["BillingMode"]
        for settings in (copy, of_index):
            found = settings["ReadProvisionedThroughputSettings"]
            assert {"ReadCapacityAutoScalingSettings": reads} == found
        for settings in (properties(template), index(template)):
            found = settings["WriteProvisionedThroughputSettings"]
            assert {"WriteCapacityAutoScalingSettings": writes} == found

    def test_stays_as_it_is(self, stack):
        """A live table with fixed capacity is scaled from it to itself."""
        fixed = AUTOSCALED(min_capacity=10, max_capacity=10)
        provisioned = dynamodb.ThroughputProps(
            read_capacity=fixed, write_capacity=fixed
        )
        table(stack, capacity=provisioned)

        found = replica(template_of(stack))["ReadProvisionedThroughputSettings"]
        scaled = found["ReadCapacityAutoScalingSettings"]
        assert (10, 10) == (scaled["MinCapacity"], scaled["MaxCapacity"])


class TestOthers:
    def test_expires_by_another_attribute(self, stack):
        """A live table keeps the attribute it has (DDB-06)."""
        table(stack, ttl_attribute="expires")

        setting = properties(template_of(stack))["TimeToLiveSpecification"]
        assert {"AttributeName": "expires", "Enabled": True} == setting

    def test_expires_by_a_key_that_is_a_number(self, stack):
        """An index can be sorted by when its items expire."""
        by_end = TableIndex("by-end", sort_key=attribute("end", NUMBER))
        table(stack, ttl_attribute="end", indexes=[by_end])

        setting = properties(template_of(stack))["TimeToLiveSpecification"]
        assert {"AttributeName": "end", "Enabled": True} == setting

    @pytest.mark.parametrize("view", dynamodb.StreamViewType)
    def test_streams_what_is_asked_for(self, stack, view):
        """A stream shows changes as asked (DDB-09)."""
        data = table(stack, stream=view)
        cdk.CfnOutput(stack, "Stream", value=data.table.table_stream_arn or "")

        template = template_of(stack)
        found = properties(template)["StreamSpecification"]
        assert {"StreamViewType": view.value} == found
        assert "StreamArn" in str(template["Outputs"]["Stream"])

    def test_has_a_name(self, stack):
        """A name can be fixed."""
        table(stack, table_name="orders")

        assert "orders" == properties(template_of(stack))["TableName"]

    def test_has_a_name_that_is_known_later(self, stack):
        """A name with a token in it is not judged."""
        table(stack, table_name=f"orders-{cdk.Aws.REGION}")

        assert {"Fn::Join": ["", ["orders-", {"Ref": "AWS::Region"}]]} == properties(
            template_of(stack)
        )["TableName"]

    def test_has_a_class(self, stack):
        """A table that is mostly stored is cheaper in the other class (DDB-12)."""
        class_ = dynamodb.TableClass.STANDARD_INFREQUENT_ACCESS
        table(stack, table_class=class_)

        found = replica(template_of(stack))["TableClass"]
        assert "STANDARD_INFREQUENT_ACCESS" == found


class TestReplicas:
    @pytest.fixture
    def copies(self):
        """The replicas of a table in Ireland, by region."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        table(
            stack,
            replica_regions=("eu-central-1", "us-east-1"),
            indexes=[TableIndex("GSI1")],
            capacity=dynamodb.MaxThroughputProps(max_read_request_units=400),
            table_class=dynamodb.TableClass.STANDARD_INFREQUENT_ACCESS,
        )
        return {
            each.pop("Region"): each
            for each in properties(template_of(stack))["Replicas"]
        }

    def test_are_where_they_were_asked_for(self, copies):
        """The stack's own region is always one."""
        assert {"eu-west-1", "eu-central-1", "us-east-1"} == copies.keys()

    def test_are_all_alike(self, copies):
        """Each is protected, restored, watched and held to ceilings as the table."""
        own = copies.pop("eu-west-1")

        assert [own, own] == list(copies.values())
        assert {
            "ContributorInsightsSpecification",
            "DeletionProtectionEnabled",
            "GlobalSecondaryIndexes",
            "PointInTimeRecoverySpecification",
            "ReadOnDemandThroughputSettings",
            "TableClass",
        } == own.keys()

    def test_are_kept_in_step_by_a_stream(self):
        """DynamoDB needs one with both images, and CDK makes it."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        both = dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
        table(stack, replica_regions=["eu-central-1"], stream=both)
        table(stack, "Other", replica_regions=["eu-central-1"])

        first, second = (
            each["Properties"]["StreamSpecification"]
            for each in template_of(stack)["Resources"].values()
            if each["Type"] == "AWS::DynamoDB::GlobalTable"
        )
        assert {"StreamViewType": "NEW_AND_OLD_IMAGES"} == first
        assert first == second
