"""
The condition keys of requests that ministack does not know.

- `dynamodb:LeadingKeys`, of all items of a request together, where AWS looks at the
  items of a batch or a transaction one by one.
- `events:source` and `events:detail-type`, of all events of a request.
- `s3:authType`, `s3:signatureAge`, and the key that a write asks for.
"""

from __future__ import annotations

import datetime as dt
import json
import re

from collections.abc import Iterator, Mapping
from typing import Any

from ministack.core import iam_actions
from ministack.services import dynamodb

_of_dynamodb = iam_actions.dynamodb_service_context
_of_tags = iam_actions.request_tag_context
_of_s3 = iam_actions.s3_service_context
_KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def _dynamodb_context(body: bytes) -> dict[str, Any]:
    """Return the keys of a request to DynamoDB."""
    context = dict(_of_dynamodb(body))
    if leading := sorted({*_leading_keys(json.loads(body or b"{}"))}):
        context["dynamodb:LeadingKeys"] = leading
    return context


def _leading_keys(request: Mapping[str, Any]) -> Iterator[str]:
    """Yield the partition keys that *request* names."""
    for each in request.get("TransactItems", []):
        for part in each.values():
            yield from _leading_keys(part)
    for table, wanted in request.get("RequestItems", {}).items():
        parts = wanted if isinstance(wanted, list) else [{"Keys": wanted["Keys"]}]
        for part in parts:
            for inner in [part] if "Keys" in part else part.values():
                for item in inner.get("Keys") or [inner.get("Key") or inner["Item"]]:
                    yield from _leading_keys({"TableName": table, "Key": item})
    if name := _key_name(request):
        item = request.get("Key") or request.get("Item") or {}
        if name in item:
            yield str(next(iter(item[name].values())))
        yield from _queried(request, name)


def _key_name(request: Mapping[str, Any]) -> str | None:
    """Return what the partition key is called in the table or index of *request*."""
    name = str(request.get("TableName", "")).rpartition("/")[2]
    table = dynamodb._tables.get(name)
    if table is None:
        return None
    schemas = [
        index["KeySchema"]
        for index in table["GlobalSecondaryIndexes"] or []
        if index["IndexName"] == request.get("IndexName")
    ]
    for key in (schemas or [table["KeySchema"]])[0]:
        if key["KeyType"] == "HASH":
            return str(key["AttributeName"])
    return None


def _queried(request: Mapping[str, Any], name: str) -> Iterator[str]:
    """Yield the partition key that the condition of a query names."""
    names = request.get("ExpressionAttributeNames", {})
    values = request.get("ExpressionAttributeValues", {})
    condition = request.get("KeyConditionExpression", "")
    for called, value in re.findall(r"([#\w]+)\s*=\s*(:\w+)", condition):
        if names.get(called, called) == name and value in values:
            yield str(next(iter(values[value].values())))


def _tag_context(
    service: str, action: str, body: bytes, parameters: dict[str, Any]
) -> dict[str, Any]:
    """Return the keys of the tags of a request, and of the events that it has."""
    context = dict(_of_tags(service, action, body, parameters))
    if action == "events:PutEvents":
        entries = json.loads(body or b"{}").get("Entries", [])
        context["events:source"] = [each["Source"] for each in entries]
        context["events:detail-type"] = [each["DetailType"] for each in entries]
    return context


def _s3_context(
    action: str,
    parameters: dict[str, Any] | None,
    path: str = "",
    headers: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the keys of a request to S3."""
    context = dict(_of_s3(action, parameters, path, headers))
    signed = _only((parameters or {}).get("X-Amz-Date"))
    context["s3:authType"] = "REST-QUERY-STRING" if signed else "REST-HEADER"
    if signed:
        at = dt.datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(
            tzinfo=dt.timezone.utc
        )
        age = dt.datetime.now(tz=dt.timezone.utc) - at
        context["s3:signatureAge"] = str(int(age.total_seconds() * 1000))
    if key := (headers or {}).get(_KMS_KEY):
        context[f"s3:{_KMS_KEY}"] = key
    return context


def _only(value: Any) -> str | None:
    only = value[0] if isinstance(value, list) else value
    return None if only is None else str(only)


def fill() -> None:
    """Let conditions ask for these keys."""
    iam_actions.dynamodb_service_context = _dynamodb_context
    iam_actions.request_tag_context = _tag_context
    iam_actions.s3_service_context = _s3_context
