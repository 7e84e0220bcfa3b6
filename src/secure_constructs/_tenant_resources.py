"""Tables and buckets that exist already, for the grants of tenants."""

from __future__ import annotations

import re

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam
from constructs import Construct

from secure_constructs import _tenant_bucket_grants, _tenant_grants
from secure_constructs._bucket_grants import check_prefix
from secure_constructs._inputs import Inputs, InputsOf, is_token
from secure_constructs._place import check_nearby
from secure_constructs._table_l2 import key_of
from secure_constructs._tenant_grants import Access, Tenant
from secure_constructs.key import check_no_alias

if TYPE_CHECKING:
    from aws_cdk import aws_s3 as s3
    from constructs import IConstruct

Grant = Callable[[Tenant, Access], iam.Grant]
_INDEX = re.compile(r"[A-Za-z0-9_.-]{3,255}")


def inputs_of(resource: object) -> Inputs:
    """
    Return the checks for *resource*, which name it in errors.

    Raises:
        TypeError: It is neither a table nor a bucket of CDK.
    """
    ours = getattr(resource, "__dict__", {}).get("grants")
    known = is_bucket(resource) or hasattr(type(resource), "table_arn")
    if not known and not (ours and isinstance(resource, Construct)):
        msg = (
            f"TenantGrants.of: resource={resource!r} is neither a table nor a bucket; "
            "pass one of CDK, or import yours with from_table_arn() or "
            "from_bucket_arn()"
        )
        raise TypeError(msg)
    inputs = InputsOf("TenantGrants", cast("IConstruct", resource))
    if hasattr(ours, "tenant_read"):
        problem = "has these grants itself; use .grants of it"
        raise inputs.wrong("resource", resource, problem)
    return inputs


def is_bucket(resource: object) -> bool:
    """Whether *resource* is a bucket of CDK; asking its class costs no call to CDK."""
    return hasattr(type(resource), "bucket_arn")


def check_unused(inputs: Inputs, options: Mapping[str, object], kind: str) -> None:
    """Raise if one of *options* is given, which are not for this *kind*."""
    for option, value in options.items():
        if value is not None:
            raise inputs.wrong(option, value, f"is not for {kind}; leave it out")


def on_bucket(inputs: Inputs, bucket: s3.IBucket, prefix: str | None) -> Grant:
    """Return what grants on *bucket*, whose tenants' folders are under *prefix*."""
    if prefix is None:
        prefix = _tenant_bucket_grants.PREFIX
    check_prefix(inputs, prefix)
    arn, key = bucket.bucket_arn, bucket.encryption_key
    check_no_alias(inputs, "resource", key)
    return lambda tenant, access: _tenant_bucket_grants.grant(
        tenant, bucket, arn, key, access=access, prefix=prefix
    )


def on_table(
    inputs: Inputs,
    table: dynamodb.ITable,
    *,
    indexes: Sequence[str],
    key_format: str,
    compound: bool,
) -> Grant:
    """Return what grants on *table* and its *indexes*."""
    _check_indexes(inputs, indexes)
    _tenant_grants.check_key_format(inputs, key_format)
    inputs.flag("compound_keys", compound)
    arn, key = table.table_arn, key_of(table)
    check_no_alias(inputs, "resource", key)

    def grant(tenant: Tenant, access: Access) -> iam.Grant:
        # Of the other classes CDK names none anew: it raises an error instead.
        if isinstance(table, dynamodb.TableV2):
            check_nearby(inputs, "role", tenant.role, table.stack, named=False)
        found = _tenant_grants.tenant_statements(
            arn,
            [f"{arn}/index/{name}" for name in indexes],
            access=access,
            key_format=key_format,
            tag_key=tenant.tag_key,
            compound=compound,
        )
        found += _tenant_grants.key_statements(
            table, key, access=access, service="dynamodb", tag_key=tenant.tag_key
        )
        return _tenant_grants.allow(tenant, found)

    return grant


def _check_indexes(inputs: Inputs, indexes: Sequence[str]) -> None:
    """Raise if one of *indexes* is not the name of one index."""
    inputs.sequence("indexes", indexes, str)
    for position, name in enumerate(indexes):
        option = f"indexes[{position}]"
        if not is_token(name) and not _INDEX.fullmatch(name):
            problem = (
                "is no name of an index: 3 to 255 letters, digits, _, - and .; name "
                "each whose partition key is the tenant's"
            )
            raise inputs.wrong(option, name, problem)
        if name in indexes[:position]:
            raise inputs.wrong(option, name, "is there twice; leave one out")
