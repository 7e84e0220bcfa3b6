"""TenantTable, for the contract."""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import aws_dynamodb as dynamodb, aws_sns as sns
from constructs import Construct

from secure_constructs import (
    AccessPattern,
    AppKey,
    TableIndex,
    TenantTable,
    Tier,
    Waived,
)
from tests.specimens.specimen import Adoption, Specimen

_TEXT = dynamodb.AttributeType.STRING
_NUMBER = dynamodb.AttributeType.NUMBER
_ID = dynamodb.Attribute(name="id", type=_TEXT)


def _topic(scope: Construct, name: str) -> sns.ITopic:
    """Return the topic of a team that is called at night."""
    stack = cdk.Stack.of(scope)
    arn = f"arn:{stack.partition}:sns:{stack.region}:{stack.account}:on-call"
    return sns.Topic.from_topic_arn(scope, f"{name}Topic", arn)


def _plain(scope: Construct, name: str) -> object:
    return dynamodb.TableV2(
        scope,
        name,
        partition_key=dynamodb.Attribute(name="PK", type=_TEXT),
        sort_key=dynamodb.Attribute(name="SK", type=_TEXT),
    )


def _defaults(scope: Construct, name: str) -> object:
    return TenantTable(scope, name, alarm_topic=_topic(scope, name))


def _everything(scope: Construct, name: str, key: AppKey) -> object:
    return TenantTable(
        scope,
        name,
        partition_key="Owner_",
        sort_key=dynamodb.Attribute(name="At", type=_NUMBER),
        indexes=[
            TableIndex("ByState", tenant_led=True),
            TableIndex(
                "ByDay",
                partition_key="OnDay",
                sort_key=None,
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=["Total"],
            ),
        ],
        access_patterns=[
            AccessPattern("Orders of a tenant", "T/{tenant}/ORDERS", "> {time}"),
            AccessPattern("Open orders", "T/{tenant}", "= OPEN", index="ByState"),
            AccessPattern("Orders of a day", "{day}", index="ByDay", tenant=False),
        ],
        key_format="T/{tenant}",
        compound_keys=True,
        ttl_attribute="ExpiresAt",
        capacity=dynamodb.MaxThroughputProps(
            max_read_request_units=400, max_write_request_units=100
        ),
        stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        encryption_key=key,
        point_in_time_recovery=cdk.Duration.days(7),
        throttled_keys_insights=False,
        table_class=dynamodb.TableClass.STANDARD_INFREQUENT_ACCESS,
        alarm_topic=_topic(scope, name),
        tier=Tier.PRODUCTION,
    )


def _by_id(scope: Construct, name: str) -> object:
    return dynamodb.TableV2(
        scope, name, partition_key=_ID, removal_policy=cdk.RemovalPolicy.DESTROY
    )


def _indexed(scope: Construct, name: str) -> object:
    return dynamodb.TableV2(
        scope,
        name,
        table_name="orders",
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=True,
        dynamo_stream=dynamodb.StreamViewType.KEYS_ONLY,
        time_to_live_attribute="expires",
        global_secondary_indexes=[
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name="by-email",
                partition_key=dynamodb.Attribute(name="email", type=_TEXT),
            )
        ],
        partition_key=_ID,
    )


def _still_indexed(scope: Construct, name: str) -> object:
    return TenantTable(
        scope,
        name,
        partition_key="id",
        sort_key=None,
        table_name="orders",
        stream=dynamodb.StreamViewType.KEYS_ONLY,
        ttl_attribute="expires",
        indexes=[TableIndex("by-email", partition_key="email", sort_key=None)],
    )


def _capacity() -> dynamodb.ThroughputProps:
    return dynamodb.ThroughputProps(
        read_capacity=dynamodb.Capacity.autoscaled(min_capacity=5, max_capacity=50),
        write_capacity=dynamodb.Capacity.autoscaled(min_capacity=5, max_capacity=50),
    )


def _provisioned(scope: Construct, name: str) -> object:
    capacity = _capacity()
    billing = dynamodb.Billing.provisioned(
        read_capacity=capacity.read_capacity, write_capacity=capacity.write_capacity
    )
    return dynamodb.TableV2(
        scope,
        name,
        billing=billing,
        partition_key=_ID,
        sort_key=dynamodb.Attribute(name="version", type=_NUMBER),
    )


def _still_provisioned(scope: Construct, name: str) -> object:
    return TenantTable(
        scope,
        name,
        partition_key="id",
        sort_key=dynamodb.Attribute(name="version", type=_NUMBER),
        capacity=_capacity(),
        ttl_attribute=None,
    )


SPECIMEN = Specimen(
    name="TenantTable",
    type="AWS::DynamoDB::GlobalTable",
    plain=_plain,
    defaults=_defaults,
    everything=_everything,
    adoptions={
        "bare": Adoption(
            _plain,
            _defaults,
            {"Data666C94C7.TimeToLiveSpecification": "docs/constructs/tenant-table.md"},
        ),
        "bare, and to go with its stack": Adoption(
            _by_id,
            lambda scope, name: TenantTable(
                scope,
                name,
                partition_key="id",
                sort_key=None,
                ttl_attribute=None,
                retain=Waived("filled again from the orders each night"),
            ),
        ),
        "hardened, with a name and an index": Adoption(_indexed, _still_indexed),
        "provisioned": Adoption(_provisioned, _still_provisioned),
    },
)
