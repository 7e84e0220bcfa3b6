"""The statements by which a tenant reaches its own part of a table, and no other."""

from __future__ import annotations

import re

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aws_cdk import Aws

from secure_constructs._granted_role import grant
from secure_constructs._inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aws_cdk import IResource, aws_iam as iam, aws_kms as kms

Access = Literal["read", "write", "read_write"]

# How the partition keys of a tenant's items begin: all of it, or with compound keys
# the delimiter and anything after it.
KEY_FORMAT = "TENANT#{tenant}"
# The attribute of a TenantRole that tells it from every other role.
TENANT = "_tenant"

_READ = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
_WRITE = [
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
]
# No Scan and no PartiQL: neither has to name a key. Transactions are made of these.
ACTIONS: dict[Access, list[str]] = {
    "read": _READ,
    "write": _WRITE,
    "read_write": sorted([*_READ, *_WRITE]),
}
ON_INDEXES = "dynamodb:Query"
_DECRYPT = ["kms:Decrypt", "kms:DescribeKey"]
_ENCRYPT = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
]
# What DynamoDB asks of a table's key for who reads or writes.
KEY_ACTIONS: dict[Access, list[str]] = {
    "read": _DECRYPT,
    "write": _ENCRYPT,
    "read_write": _ENCRYPT,
}
_LEADING_KEYS = "dynamodb:LeadingKeys"
_PLACEHOLDER = "{tenant}"
# What may stand between a key's parts, and thus in no tenant's id: with it `a` would
# reach the keys of `a/b`. Of these AWS takes `/` and `:` in tags.
DELIMITERS = "/:#|~"
_FORMAT = re.compile(rf"[A-Za-z0-9_.@=+{DELIMITERS}-]*[{DELIMITERS}]\{{tenant\}}")


@dataclass(frozen=True)
class Tenant:
    """
    Whose permissions depend on a tag of the session.

    Attributes:
        role: The role.
        tag_key: The key of the tag.
    """

    role: iam.IRole
    tag_key: str


def tenant_of(inputs: Inputs, role: object) -> Tenant:
    """
    Return whom *role* stands for.

    Raises:
        TypeError: It is no `TenantRole`, and nobody knows who may put which tag on
            its sessions.
    """
    tenant = getattr(role, TENANT, None)
    if not isinstance(tenant, Tenant):
        problem = (
            "is no TenantRole; make one whose brokers are the functions that act for "
            "tenants, because any other role may get its tag from anybody"
        )
        raise inputs.wrong_kind("role", role, problem)
    return tenant


def check_key_format(inputs: Inputs, key_format: str) -> None:
    """Raise if keys of the *key_format* do not tell tenants from all others."""
    option = "key_format"
    if not isinstance(key_format, str):
        problem = f"is no text; write for example {KEY_FORMAT!r}"
        raise inputs.wrong_kind(option, key_format, problem)
    if not _FORMAT.fullmatch(key_format):
        problem = (
            f"does not end with one of {' '.join(DELIMITERS)} and {_PLACEHOLDER}, or "
            "has characters before that which IAM takes for patterns; without a "
            "delimiter a tenant's key could be that of something else; write for "
            f"example {KEY_FORMAT!r}"
        )
        raise inputs.wrong(option, key_format, problem)


def tenant_statements(
    table_arn: str,
    index_arns: Sequence[str],
    *,
    access: Access,
    key_format: str,
    tag_key: str,
    compound: bool,
) -> list[dict[str, Any]]:
    """
    Return what a tenant may do in a table, as IAM's JSON.

    Args:
        table_arn: The ARN of the table.
        index_arns: The ARNs of the indexes whose partition key begins with the
            tenant, in the same format.
        access: What it may do.
        key_format: The partition key of a tenant's items, checked.
        tag_key: The key of the session's tag that says which tenant it is.
        compound: Whether there are keys that go on after the format, with its
            delimiter.
    """
    condition = _own_keys(key_format, tag_key, compound=compound)
    found = [_allow(ACTIONS[access], table_arn, condition)]
    if index_arns and access != "write":
        found.append(_allow(ON_INDEXES, list(index_arns), condition))
    return found


def key_statements(
    resource: IResource,
    key: kms.IKey | None,
    *,
    access: Access,
    service: str,
    tag_key: str,
    actions: Mapping[Access, list[str]] = KEY_ACTIONS,
) -> list[dict[str, Any]]:
    """
    Return how a tenant may use a customer's key: by way of a *service* only.

    Args:
        resource: What the key encrypts.
        key: The key, if there is one.
        access: What the tenant may do with the resource.
        service: The service's name, such as `s3`.
        tag_key: The key of the session's tag that says which tenant it is.
        actions: What the service asks of the key; defaults to what DynamoDB does.
    """
    if key is None:
        return []
    condition = some_tenant(tag_key)
    endpoint = f"{service}.{resource.env.region}.{Aws.URL_SUFFIX}"
    condition["StringEquals"] = {"kms:ViaService": endpoint}
    return [_allow(actions[access], key.key_arn, condition)]


def some_tenant(tag_key: str, *, of: str = "aws:PrincipalTag") -> dict[str, Any]:
    """
    Return the conditions by which there is a tenant, and one whose id escapes nothing.

    Args:
        tag_key: The key of the tag.
        of: Whose tag it is: the principal's, or the session's that is asked for.
    """
    key = f"{of}/{tag_key}"
    return {
        "Null": {key: "false"},
        "StringLike": {key: "?*"},
        "StringNotLike": {key: [f"*{each}*" for each in DELIMITERS]},
    }


def allow(tenant: Tenant, statements: Iterable[dict[str, Any]]) -> iam.Grant:
    """Add *statements* to the policies of the role of *tenant*."""
    return grant(tenant.role, list(statements))


def _own_keys(key_format: str, tag_key: str, *, compound: bool) -> dict[str, Any]:
    """
    Return the conditions by which all keys of a request are the tenant's own.

    `ForAllValues` is true of a request without any key, which `Null` rules out.
    """
    prefix = key_format.removesuffix(_PLACEHOLDER)
    own = f"{prefix}${{aws:PrincipalTag/{tag_key}}}"
    condition = some_tenant(tag_key)
    condition["Null"][_LEADING_KEYS] = "false"
    if compound:
        # The delimiter before the wildcard tells tenant 1 from tenant 10.
        keys = [own, f"{own}{prefix[-1]}*"]
        condition["ForAllValues:StringLike"] = {_LEADING_KEYS: keys}
    else:
        condition["ForAllValues:StringEquals"] = {_LEADING_KEYS: [own]}
    return condition


def _allow(
    action: str | list[str], resource: str | list[str], condition: dict[str, Any]
) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": resource,
        "Condition": condition,
    }
