"""
The Lambda handler: shows a tenant its orders, newest first.

The index GSI1 has the tenant as its partition key, and the time as its sort key.
Errors of AWS are not caught: they count as errors of the function.
"""

from __future__ import annotations

import json
import os

from collections.abc import Mapping
from typing import Any

import boto3

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from .claims import NoTenantError, tenant_of
from .sessions import TenantSessions, dynamodb

_MOST = 20

logger = Logger()
# With a KeyError, a function that lacks one fails when it starts.
_TABLE_NAME = os.environ["TABLE_NAME"]
sessions = TenantSessions(
    boto3.client("sts"),
    os.environ["TENANT_ROLE_ARN"],
    broker=os.environ["POWERTOOLS_SERVICE_NAME"],
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of an HTTP API."""
    del context
    try:
        tenant = tenant_of(event)
    except NoTenantError as error:
        logger.warning("Refused", detail=str(error))
        return {"statusCode": 403, "body": ""}
    logger.append_keys(tenant=tenant)
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"orders": _orders_of(tenant)}),
    }


def _orders_of(tenant: str) -> list[str]:
    """Return the ids of the newest orders of *tenant*."""
    table = dynamodb(**sessions.credentials(tenant))
    found = table.query(
        TableName=_TABLE_NAME,
        IndexName="GSI1",
        KeyConditionExpression="GSI1PK = :tenant",
        ExpressionAttributeValues={":tenant": {"S": f"TENANT#{tenant}"}},
        ScanIndexForward=False,
        Limit=_MOST,
    )
    return [item["SK"]["S"].removeprefix("ORDER#") for item in found["Items"]]
