"""The table itself, as CDK makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Token, aws_dynamodb as dynamodb

from secure_constructs._notes import note
from secure_constructs._table_keys import l2_index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import CfnResource, RemovalPolicy, aws_kms as kms
    from constructs import Construct

    from secure_constructs._table_keys import Keys

_KEY_OF_AWS = dynamodb.TableEncryptionV2.aws_managed_key()
_THROTTLED_KEYS = dynamodb.ContributorInsightsSpecification(
    enabled=True, mode=dynamodb.ContributorInsightsMode.THROTTLED_KEYS
)
# Nothing, once it is resolved. Without it CDK gives the table a name as soon as a
# stack of another account or region refers to it, and what is deployed would be
# replaced by an empty table; with it CDK asks for a name instead.
_NO_NAME = Token.as_string(None)
_KEY = "_secure_constructs_key"
_ONLY_REPLICA = "Replicas.0.SSESpecification"


def tenant_table(
    scope: Construct,
    keys: Sequence[Keys],
    *,
    ceilings: dict[str, float],
    billing: dynamodb.Billing | None,
    key: kms.IKey | None,
    replica_keys: Mapping[str, str],
    replica_regions: Sequence[str],
    days: float | None,
    throttled_keys: bool,
    deletion_protection: bool,
    removal_policy: RemovalPolicy,
    ttl_attribute: str | None,
    stream: dynamodb.StreamViewType | None,
    table_name: str | None,
    table_class: dynamodb.TableClass | None,
) -> dynamodb.TableV2:
    """
    Define the table, all of whose replicas are alike.

    Args:
        scope: The construct it is the main resource of.
        keys: The keys of the table, then those of its indexes.
        ceilings: The ceilings of each index.
        billing: Its capacity; None for on demand.
        key: The key that encrypts it; None for the one that AWS manages.
        replica_keys: The keys of the replicas by region.
        replica_regions: The regions of the replicas.
        days: For how many days it can be restored; None for none.
        throttled_keys: Whether Contributor Insights list throttled keys.
        deletion_protection: Whether nobody can delete it.
        removal_policy: What happens to it when it leaves the template.
        ttl_attribute: The attribute by which items expire, if they do.
        stream: What its stream shows, if it has one.
        table_name: Its name, if that is fixed.
        table_class: Its class, if that is not DynamoDB's default.
    """
    table, *indexes = keys
    return dynamodb.TableV2(
        scope,
        "Default",
        partition_key=table.partition,
        sort_key=table.sort,
        global_secondary_indexes=[
            l2_index(each, each.index, ceilings) for each in indexes if each.index
        ]
        or None,
        billing=billing,
        encryption=_encryption(key, replica_keys),
        replicas=[dynamodb.ReplicaTableProps(region=each) for each in replica_regions]
        or None,
        point_in_time_recovery_specification=_recovery(days),
        contributor_insights_specification=_THROTTLED_KEYS if throttled_keys else None,
        deletion_protection=deletion_protection,
        removal_policy=removal_policy,
        time_to_live_attribute=ttl_attribute,
        dynamo_stream=stream,
        table_name=table_name or _NO_NAME,
        table_class=table_class,
    )


def encrypt_later(table: dynamodb.TableV2, l1: CfnResource, key: kms.IKey) -> None:
    """
    Encrypt *table* with *key* in whatever region it is deployed to.

    CDK's own option refuses that, even where there is no other replica. So CDK does
    not know the key, and it is noted for `key_of`.

    Args:
        table: The table.
        l1: The resource in it.
        key: The key.
    """
    l1.add_property_override(_ONLY_REPLICA, {"KMSMasterKeyId": key.key_arn})
    note(table, _KEY, key)


def key_of(table: dynamodb.ITable | dynamodb.ITableV2) -> kms.IKey | None:
    """Return the customer's key that encrypts *table*, if there is one."""
    return getattr(table, _KEY, None) or table.encryption_key


def _encryption(
    key: kms.IKey | None, replica_keys: Mapping[str, str]
) -> dynamodb.TableEncryptionV2:
    if key is None:
        return _KEY_OF_AWS
    return dynamodb.TableEncryptionV2.customer_managed_key(key, dict(replica_keys))


def _recovery(days: float | None) -> dynamodb.PointInTimeRecoverySpecification:
    return dynamodb.PointInTimeRecoverySpecification(
        point_in_time_recovery_enabled=days is not None, recovery_period_in_days=days
    )
