"""A deployed app with a TenantRole, and the sessions that attack from within it."""

from __future__ import annotations

import copy
import re

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk

from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms

from secure_constructs import (
    SecureBucket,
    TableIndex,
    TenantGrants,
    TenantRole,
    TenantTable,
)
from tests.support.cloud import Cloud
from tests.support.iam import Request
from tests.support.synth import new_app, synthesize

TAG = "aws:PrincipalTag/TenantId"
ASKED = "aws:RequestTag/TenantId"
_SAFE = {"aws:SecureTransport": True, "s3:TlsVersion": 1.3}
_ENV = cdk.Environment(account="111122223333", region="eu-west-1")
_TEXT = dynamodb.AttributeType.STRING
_KEYS: dict[str, Any] = {
    "partition_key": dynamodb.Attribute(name="PK", type=_TEXT),
    "sort_key": dynamodb.Attribute(name="SK", type=_TEXT),
}
_GSI2: dict[str, Any] = {
    "index_name": "GSI2",
    "partition_key": dynamodb.Attribute(name="stage", type=_TEXT),
}
_GSI1: dict[str, Any] = {
    "index_name": "GSI1",
    "partition_key": dynamodb.Attribute(name="GSI1PK", type=_TEXT),
}


def table_v2(stack: cdk.Stack, key: kms.IKey) -> Any:
    """Return a table of CDK's newer class with two indexes."""
    return dynamodb.TableV2(
        stack,
        "Orders",
        **_KEYS,
        encryption=dynamodb.TableEncryptionV2.customer_managed_key(key),
        global_secondary_indexes=[
            dynamodb.GlobalSecondaryIndexPropsV2(**each) for each in (_GSI1, _GSI2)
        ],
        dynamo_stream=dynamodb.StreamViewType.NEW_IMAGE,
    )


def table_v1(stack: cdk.Stack, key: kms.IKey) -> Any:
    """Return a table of CDK's older class with two indexes."""
    table = dynamodb.Table(
        stack,
        "Orders",
        **_KEYS,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        stream=dynamodb.StreamViewType.NEW_IMAGE,
    )
    table.add_global_secondary_index(**_GSI1)
    table.add_global_secondary_index(**_GSI2)
    return table


def imported_v2(stack: cdk.Stack, key: kms.IKey) -> Any:
    """Return a table that is only known by its ARN and key."""
    return dynamodb.TableV2.from_table_attributes(
        stack,
        "Imported",
        table_arn=table_v2(stack, key).table_arn,
        encryption_key=key,
    )


def imported_v1(stack: cdk.Stack, key: kms.IKey) -> Any:
    """Return a table of the older class that is only known by its ARN and key."""
    return dynamodb.Table.from_table_attributes(
        stack,
        "Imported",
        table_arn=table_v1(stack, key).table_arn,
        encryption_key=key,
    )


def tenant_table(stack: cdk.Stack, key: kms.IKey, **options: Any) -> TenantTable:
    """Return a table of ours, one of whose indexes the tenant leads."""
    by_stage = TableIndex("GSI2", partition_key="stage", sort_key=None)
    return TenantTable(
        stack,
        "Orders",
        indexes=[TableIndex("GSI1", tenant_led=True), by_stage],
        encryption_key=key,
        stream=dynamodb.StreamViewType.NEW_IMAGE,
        **options,
    )


TABLES = {
    "TenantTable": tenant_table,
    "TableV2": table_v2,
    "Table": table_v1,
    "TableV2, imported": imported_v2,
    "Table, imported": imported_v1,
}


class World:
    """
    A deployed stack: a broker, the role of tenants, tables and buckets.

    Args:
        flags: The app's feature flags.
        table: Makes the table, in a stack and encrypted with a key.
        access: Which of the grants the role has.
        options: What `TenantGrants.of` is told of the table.
    """

    def __init__(
        self,
        *,
        flags: Any = None,
        table: Any = table_v2,
        access: str = "read_write",
        **options: Any,
    ) -> None:
        app = new_app(flags or {})
        # CDK encrypts a TableV2 with a key of yours only where the region is known.
        stack = cdk.Stack(app, "Stack", env=_ENV)
        lambda_ = iam.ServicePrincipal("lambda.amazonaws.com")
        brokers = [iam.Role(stack, name, assumed_by=lambda_) for name in ("Api", "Job")]
        iam.Role(stack, "Stranger", assumed_by=lambda_).add_to_policy(
            iam.PolicyStatement(actions=["sts:*"], resources=["*"])
        )
        tenant = TenantRole(stack, "Tenant", brokers=brokers)
        key = kms.Key(stack, "Key")
        orders = table(stack, key)
        on_table: Any = getattr(orders, "grants", None)
        if not isinstance(orders, TenantTable):
            on_table = TenantGrants.of(orders, indexes=["GSI1"], **options)
        uploads = SecureBucket(stack, "Uploads", encryption_key=key)
        on_bucket: Any = TenantGrants.of(uploads.bucket)
        if access != "write":
            on_bucket = uploads.grants
        getattr(on_table, f"tenant_{access}")(tenant)
        getattr(on_bucket, f"tenant_{access}")(tenant)
        dynamodb.TableV2(stack, "Invoices", **_KEYS)
        kms.Key(stack, "Seal")
        SecureBucket(stack, "Archive")
        templates = synthesize(app).templates
        self._deploy(templates["Stack.template.json"])

    def with_template(self, template: Mapping[str, Any]) -> World:
        """Return this world as another *template* would deploy it."""
        other = copy.copy(self)
        other._deploy(template)  # noqa: SLF001 - it is one of these
        return other

    def _deploy(self, template: Mapping[str, Any]) -> None:
        self.template = dict(template)
        self.cloud = Cloud.of({"Stack": template})
        # Worked out once: each case asks for them.
        self.of_tenants = self.cloud.role_policies(self.arn("Tenant"))
        self._opened: dict[str, bool] = {}

    def arn(self, name: str) -> str:
        """Return the ARN of the resource that has that id, but for its hash."""
        (found,) = (
            each.arn
            for each in self.cloud.stacks[0].resources.values()
            if re.fullmatch(f"{name}[0-9A-F]{{8}}", each.logical_id)
        )
        return found

    def opens(
        self,
        tag: str | None,
        called: str | None = None,
        *,
        who: str = "Api",
        **more: Any,
    ) -> bool:
        """
        Whether a session of the tenant's role opens for *who*, a role in the stack.

        Args:
            tag: The tenant that is asked for; None for no tag.
            called: The name of the session; defaults to the tenant's.
            who: The role that asks, or an ARN.
            more: Further condition keys, with `__` for `:` and `_` for `/`.
        """
        context = {} if tag is None else {ASKED: tag}
        context["sts:RoleSessionName"] = called or tag or "somebody"
        context.update({_key(name): value for name, value in more.items()})
        caller = who if who.startswith("arn:") else self.arn(who)
        request = Request(caller, "sts:AssumeRole", self.arn("Tenant"), context)
        return self.cloud.decide(request).allowed

    def tenant(self, tag: str) -> Session:
        """Return the session of a tenant, got as its broker gets it."""
        if tag not in self._opened:
            self._opened[tag] = self.opens(tag)
        assert self._opened[tag]
        return self.forged(tag)

    def forged(self, tag: str | None, **more: Any) -> Session:
        """Return a session as if the trust of the role had let it open."""
        tags = {} if tag is None else {TAG: tag}
        return Session(self, {**tags, **{_key(name): more[name] for name in more}})


def _key(name: str) -> str:
    return name.replace("__", ":").replace("_", "/")


@dataclass(frozen=True)
class Session:
    """
    A session of the tenant's role.

    Attributes:
        world: The world that it is in.
        tags: Its tags, as condition keys.
    """

    world: World
    tags: Mapping[str, Any]

    def may(self, action: str, resource: str, **context: Any) -> bool:
        """Whether it may do that, with condition keys as `opens` takes them."""
        arn = self.world.arn("Tenant").replace(":iam:", ":sts:")
        principal = f"{arn.replace(':role/', ':assumed-role/')}/somebody"
        keys = {_key(name): value for name, value in context.items()}
        request = Request(principal, action, resource, {**self.tags, **keys})
        own = self.world.of_tenants
        return self.world.cloud.decide(request, identity=own).allowed

    def item(
        self, action: str, *keys: str, index: str = "", table: str = "Orders"
    ) -> bool:
        """Whether it may use the items of all *keys* in one request."""
        arn = self.world.arn(table) + (f"/index/{index}" if index else "")
        leading = {"dynamodb__LeadingKeys": list(keys)}
        return self.may(f"dynamodb:{action}", arn, **leading)

    def transaction(self, *parts: tuple[str, str]) -> bool:
        """Whether it may do all *parts*, an action and a key each, or none."""
        operation = {"dynamodb__EnclosingOperation": "TransactWriteItems"}
        return all(
            self.may(
                f"dynamodb:{action}",
                self.world.arn("Orders"),
                dynamodb__LeadingKeys=[key],
                **operation,
            )
            for action, key in parts
        )

    def object(self, action: str, key: str, bucket: str = "Uploads") -> bool:
        """Whether it may use the object *key*."""
        arn = f"{self.world.arn(bucket)}/{key}"
        return self._over_tls(f"s3:{action}", arn)

    def listing(
        self, prefix: str | None, action: str = "ListBucket", bucket: str = "Uploads"
    ) -> bool:
        """Whether it may list the objects under *prefix*; None for a list of all."""
        asked = {} if prefix is None else {"s3:prefix": prefix}
        return self._over_tls(f"s3:{action}", self.world.arn(bucket), **asked)

    def decrypts(
        self, via: str | None, action: str = "Decrypt", key: str = "Key"
    ) -> bool:
        """Whether it may use a key, by way of a service or directly."""
        context = {"kms__ViaService": f"{via}.eu-west-1.amazonaws.com"} if via else {}
        return self.may(f"kms:{action}", self.world.arn(key), **context)

    def _over_tls(self, action: str, resource: str, **asked: str) -> bool:
        session = Session(self.world, {**self.tags, **_SAFE, **asked})
        return session.may(action, resource)
