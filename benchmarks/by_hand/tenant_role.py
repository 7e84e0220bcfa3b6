"""The role of tenants by hand, and what it may do with a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk

from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam

from benchmarks.by_hand.parts import put_on_record

_REQUESTED, _OWN = "aws:RequestTag/TenantId", "aws:PrincipalTag/TenantId"
_DELIMITERS = ["*/*", "*:*", "*#*", "*|*", "*~*"]
_ITEMS = [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
]


def _some(key: str) -> dict[str, Any]:
    """Return the conditions by which there is a tenant."""
    return {
        "Null": {key: "false"},
        "StringLike": {key: "?*"},
        "StringNotLike": {key: _DELIMITERS},
    }


def tenant_role(
    stack: cdk.Stack, construct_id: str, brokers: Sequence[iam.Role]
) -> iam.Role:
    """Define a role that *brokers* can assume, once they are allowed to."""
    trust = _some(_REQUESTED)
    trust["Null"]["sts:TransitiveTagKeys"] = "true"
    trust["ForAllValues:StringEquals"] = {"aws:TagKeys": ["TenantId"]}
    names = [f"${{{_REQUESTED}}}", f"*,${{{_REQUESTED}}}"]
    trust["StringLikeIfExists"] = {"sts:RoleSessionName": names}
    arns = [each.role_arn for each in brokers]
    # One statement for all: a trust policy is full with three.
    named = arns[0] if len(arns) == 1 else cdk.Token.as_string(arns)
    role = iam.Role(
        stack,
        construct_id,
        assumed_by=iam.ArnPrincipal(named).with_conditions(trust).with_session_tags(),
        max_session_duration=cdk.Duration.hours(1),
    )
    put_on_record(role, "TenantRole")
    return role


def may_assume(role: iam.Role) -> iam.PolicyStatement:
    """Return what a broker needs to assume *role*."""
    return iam.PolicyStatement(
        actions=["sts:AssumeRole", "sts:TagSession"], resources=[role.role_arn]
    )


def let_use(
    role: iam.Role, table: dynamodb.ITable | dynamodb.TableV2, indexes: Sequence[str]
) -> None:
    """Let each tenant read and write its items in *table*."""
    conditions = _some(_OWN)
    conditions["Null"]["dynamodb:LeadingKeys"] = "false"
    keys = {"dynamodb:LeadingKeys": [f"TENANT#${{{_OWN}}}"]}
    conditions["ForAllValues:StringEquals"] = keys
    arn = table.table_arn
    iam.ManagedPolicy(
        role,
        "Grants",
        roles=[role],
        statements=[
            iam.PolicyStatement(actions=_ITEMS, resources=[arn], conditions=conditions),
            iam.PolicyStatement(
                actions=["dynamodb:Query"],
                resources=[f"{arn}/index/{each}" for each in indexes],
                conditions=conditions,
            ),
        ],
    )
