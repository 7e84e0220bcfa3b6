"""TenantTable: a single-table design in which tenants cannot reach each other."""

from __future__ import annotations

import functools

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy, aws_dynamodb as dynamodb
from constructs import Construct

from secure_constructs import _table_inputs as checks, _table_patterns as patterns
from secure_constructs._alarms import check_topic
from secure_constructs._inputs import Inputs
from secure_constructs._place import place_of
from secure_constructs._promises import given_up, keep_promises, not_given
from secure_constructs._table_grants import TableGrants
from secure_constructs._table_keys import check_together, index_keys, table_keys
from secure_constructs._table_l2 import encrypt_later, tenant_table
from secure_constructs._table_watch import watch
from secure_constructs._tenant_grants import KEY_FORMAT, check_key_format
from secure_constructs.checks import dynamodb as rules
from secure_constructs.key import check_key, key_in
from secure_constructs.tier import Tier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import (
        Duration,
        aws_cloudwatch as cloudwatch,
        aws_kms as kms,
        aws_sns as sns,
    )

    from secure_constructs.access_patterns import AccessPattern, TableIndex
    from secure_constructs.key import AppKey
    from secure_constructs.waiver import Waived


class TenantTable(Construct):
    """
    Define a table that keeps the DynamoDB checklist, tenants apart.

    - Keys are `PK` and `SK`, and `GSI1PK` and `GSI1SK` for an index (DDB-01). What it
      is asked for can be written down, and is then checked (DDB-02).
    - Any second of the last 35 days can be restored (DDB-03). Items are encrypted
      with a key in your account: AWS's, or *encryption_key* (DDB-04).
    - Capacity is on demand, with ceilings where you set them, or provisioned and
      scaled to 70 % (DDB-05). Items expire by the attribute `ttl` (DDB-06).
    - In production it is protected against deletion and outlives its stack; in
      development it goes with it (DDB-07).
    - The role of a tenant reaches the items under its own partition keys, in the
      table and in indexes that are led by the tenant, and none else (DDB-08).
    - In production alarms go off when it throttles or DynamoDB fails (DDB-10), and
      Contributor Insights say which keys are throttled.

    The rules are checked again in the finished template.

    Resources: one table; in production two alarms, and one for each index. Cost:
    nothing a month in development. In production $0.70 for the alarms, which are on
    seven metrics, and $0.20 more for each index; and up to $1 for the rules of
    Contributor Insights, as much again for each index.

    Args:
        scope: The stack or construct this table belongs to.
        construct_id: Part of the logical ID, which equals that of a plain
            `dynamodb.TableV2` of the same id; changing it makes a new table.
        partition_key: The attribute of the partition key, which is text; as a
            `dynamodb.Attribute` where its name is a reserved word.
        sort_key: That of the sort key, as a `dynamodb.Attribute` if it is no text;
            None for a table without.
        indexes: Up to 20 global secondary indexes; none.
        access_patterns: What the table is asked for; defaults to not written down.
        key_format: The partition key of a tenant's items. It ends with a delimiter,
            one of `/ : # | ~`, and `{tenant}`.
        compound_keys: Whether a tenant also has partition keys that go on after that
            with the delimiter, as in `TENANT#1#ORDERS`; defaults to not.
        ttl_attribute: The attribute with the second in which an item expires; None
            where nothing expires. **Items that have it already will be deleted.**
        capacity: Ceilings on demand as `dynamodb.MaxThroughputProps`, which hold for
            the table and for each index, or provisioned capacity as
            `dynamodb.ThroughputProps`; defaults to on demand without ceilings.
        stream: What its stream shows of changes; defaults to no stream (DDB-09).
        replica_regions: Where it has copies; nowhere. The region of the stack must be
            known. Grants, roles and alarms are for the stack's own region only.
        replica_key_arns: The key of each replica, by region, with *encryption_key*.
        encryption_key: The key that encrypts the items, from the table's own region;
            defaults to the nearest baseline's, else the one AWS manages for you.
        point_in_time_recovery: For how long it can be restored, 1 to 35 days;
            `Waived` in development only. Defaults to 35 days.
        throttled_keys_insights: Whether Contributor Insights list the keys that are
            throttled; defaults to production only.
        table_name: The name, 3 to 255 letters, digits, `_`, `-` and `.`, and of no
            other table in the stack; defaults to one that CloudFormation makes.
        table_class: `STANDARD_INFREQUENT_ACCESS` for a table that is mostly stored
            (DDB-12); defaults to DynamoDB's own.
        retain: Let the table go with its stack, unprotected, in production too, with
            `Waived`; defaults to keeping it.
        alarms: Do without alarms, with `Waived`.
        alarm_topic: Whom they tell; defaults to the nearest baseline's topic.
        tier: What the deployment is worth; defaults to the nearest baseline's.

    Raises:
        ValueError: An argument has a value it must not have, two of them contradict
            each other, an access pattern is served by no key, or an index serves
            none. Nothing was created then.
        TypeError: An argument is of the wrong kind.

    Attributes:
        table: The table itself, for what this class does not cover.
        table_arn: Its ARN.
        alarms: Its alarms.
        grants: Grants of exact actions; see `TableGrants`.

    Example:
        >>> orders = TenantTable(stack, "Orders", indexes=[TableIndex("GSI1")])
        >>> tenant = TenantRole(stack, "Tenant", brokers=[handler])
        >>> orders.grants.tenant_read_write(tenant)
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        partition_key: str | dynamodb.Attribute = "PK",
        sort_key: str | dynamodb.Attribute | None = "SK",
        indexes: Sequence[TableIndex] = (),
        access_patterns: Sequence[AccessPattern] | None = None,
        key_format: str = KEY_FORMAT,
        compound_keys: bool = False,
        ttl_attribute: str | None = "ttl",
        capacity: dynamodb.MaxThroughputProps | dynamodb.ThroughputProps | None = None,
        stream: dynamodb.StreamViewType | None = None,
        replica_regions: Sequence[str] | None = None,
        replica_key_arns: Mapping[str, str] | None = None,
        encryption_key: kms.IKey | AppKey | None = None,
        point_in_time_recovery: Duration | Waived | None = None,
        throttled_keys_insights: bool | None = None,
        table_name: str | None = None,
        table_class: dynamodb.TableClass | None = None,
        retain: Waived | None = None,
        alarms: Waived | None = None,
        alarm_topic: sns.ITopic | None = None,
        tier: Tier | None = None,
    ) -> None:
        inputs = Inputs("TenantTable", scope, construct_id)
        place = place_of(inputs, scope)
        by_default = not_given(
            tier=tier, encryption_key=encryption_key, alarm_topic=alarm_topic
        )
        tier = place.tier_for(inputs, tier)
        lasting = tier is Tier.PRODUCTION
        encryption_key = encryption_key or place.encryption_key
        check_key(inputs, place, encryption_key)
        keys = [
            table_keys(inputs, partition_key, sort_key),
            *index_keys(inputs, indexes),
        ]
        check_together(inputs, keys, ttl_attribute)
        check_key_format(inputs, key_format)
        inputs.flag("compound_keys", compound_keys)
        patterns.check_patterns(
            inputs,
            access_patterns,
            keys,
            key_format=key_format,
            compound=compound_keys,
        )
        checks.check_name(inputs, place, table_name)
        checks.check_choices(inputs, stream, table_class)
        days = checks.recovery_days(inputs, point_in_time_recovery, tier)
        ceilings = checks.ceilings_of(inputs, capacity)
        checks.check_replicas(
            inputs,
            place,
            replica_regions,
            key=encryption_key,
            key_arns=replica_key_arns,
            stream=stream,
        )
        if throttled_keys_insights is None:
            throttled_keys_insights = lasting
        inputs.flag("throttled_keys_insights", throttled_keys_insights)
        inputs.waived("retain", retain, "keeping the data (DDB-07)")
        inputs.waived("alarms", alarms, "alarms (DDB-10)")
        alarm_topic = alarm_topic or place.alarm_topic
        check_topic(inputs, alarm_topic)
        super().__init__(scope, construct_id)

        key = key_in(place, encryption_key)
        later = key is not None and checks.is_agnostic(place)
        self.table = tenant_table(
            self,
            keys,
            ceilings=ceilings,
            billing=checks.billing(capacity, ceilings),
            key=None if later else key,
            replica_keys=replica_key_arns or {},
            replica_regions=replica_regions or (),
            days=days,
            throttled_keys=throttled_keys_insights,
            deletion_protection=lasting and not retain,
            removal_policy=RemovalPolicy.DESTROY if retain else tier.removal_policy,
            ttl_attribute=ttl_attribute,
            stream=stream,
            table_name=table_name,
            table_class=table_class,
        )
        self.table_arn = self.table.table_arn
        self.grants = TableGrants(
            self.table,
            self.table_arn,
            all_keys=keys,
            key=key,
            key_format=key_format,
            compound=compound_keys,
            named=table_name is not None,
            place=place,
            inputs=inputs,
        )
        self._keys, self._patterns, self._inputs = keys, access_patterns, inputs
        l1 = keep_promises(
            self.table,
            kind="TenantTable",
            place=place,
            tier=tier,
            by_default=by_default,
            encryption="aws:kms" if key else None,
            asked=patterns.on_record(access_patterns, ttl_attribute, keys),
            waivers={
                rules.recoverable: given_up(point_in_time_recovery),
                rules.kept: retain if lasting else None,
                rules.alarmed: alarms if lasting else None,
            },
        )
        if key is not None and later:
            encrypt_later(self.table, l1, key)
        self.alarms: list[cloudwatch.Alarm] = []
        if lasting and not alarms:
            names = [index.name for index in indexes]
            self.alarms = watch(self, construct_id, self.table_name, names, alarm_topic)

    @functools.cached_property
    def table_name(self) -> str:
        """The name of the table."""
        return self.table.table_name

    def access_patterns_markdown(self) -> str:
        """
        Return what the table is asked for, as a table in Markdown.

        Raises:
            ValueError: The access patterns were not written down.
        """
        if self._patterns is None:
            problem = "are not written down; pass access_patterns=[AccessPattern(...)]"
            raise self._inputs.wrong("access_patterns", self._patterns, problem)
        return patterns.markdown(self._patterns, self._keys)
