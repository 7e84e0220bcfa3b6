"""The properties of buckets that ministack takes from a template and forgets."""

from __future__ import annotations

import re

from collections.abc import Callable
from functools import partial
from typing import Any

import botocore.session

from botocore.serialize import create_serializer
from ministack.services import s3
from ministack.services.cloudformation import provisioners

_MODEL = botocore.session.get_session().get_service_model("s3")
_WRITER = create_serializer("rest-xml")
# What CloudFormation calls otherwise than S3 does.
_NAMES = {
    "DestinationBucketName": "TargetBucket",
    "ExpirationInDays": "Days",
    "Id": "ID",
    "ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
    "ServerSideEncryptionConfiguration": "Rules",
    "TransitionInDays": "Days",
}


def _renamed(value: Any) -> Any:
    """Return *value* of a template as S3 calls it."""
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    if not isinstance(value, dict):
        return int(value) if re.fullmatch(r"\d+", str(value)) else value
    return {_NAMES.get(name, name): _renamed(each) for name, each in value.items()}


def _body(operation: str, member: str, value: object) -> bytes:
    """Return the body of the request *operation* that sets *value*."""
    request = _WRITER.serialize_to_request(
        {"Bucket": "any", member: value}, _MODEL.operation_model(operation)
    )
    body = request["body"]
    return body if isinstance(body, bytes) else str(body).encode()


def _encryption(value: dict[str, Any]) -> bytes:
    rules = _renamed(value)["Rules"]
    for rule in rules:
        rule.pop("BlockedEncryptionTypes", None)
    return _body(
        "PutBucketEncryption", "ServerSideEncryptionConfiguration", {"Rules": rules}
    )


def _lifecycle(value: dict[str, Any]) -> bytes:
    rules = [_lifecycle_rule(rule) for rule in _renamed(value)["Rules"]]
    return _body(
        "PutBucketLifecycleConfiguration", "LifecycleConfiguration", {"Rules": rules}
    )


def _lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """Return *rule* with what CloudFormation has at its top where S3 has it."""
    days, marker = rule.pop("Days", None), rule.pop("ExpiredObjectDeleteMarker", None)
    if days or marker:
        rule["Expiration"] = (
            {"Days": days} if days else {"ExpiredObjectDeleteMarker": True}
        )
    for each in rule.get("NoncurrentVersionTransitions", []):
        each["NoncurrentDays"] = each.pop("Days")
    return {**rule, "Filter": {"Prefix": rule.pop("Prefix", "")}}


def _logging(value: dict[str, Any]) -> bytes:
    where = {"TargetPrefix": "", **_renamed(value)}
    return _body("PutBucketLogging", "BucketLoggingStatus", {"LoggingEnabled": where})


def _ownership(value: dict[str, Any]) -> bytes:
    return _body("PutBucketOwnershipControls", "OwnershipControls", value)


def _tags(value: list[dict[str, Any]]) -> bytes:
    return _body("PutBucketTagging", "Tagging", {"TagSet": value})


def _no_logging(name: str) -> None:
    s3._put_bucket_logging(name, _body("PutBucketLogging", "BucketLoggingStatus", {}))


def _row(
    property_: str,
    to_xml: Callable[[Any], bytes],
    operation: str,
    *,
    delete: Any = None,
) -> tuple[Any, ...]:
    """Return a row of ministack's own list: what sets a property, what drops it."""
    drop = delete or getattr(s3, f"_delete_bucket_{operation}")
    return property_, to_xml, partial(getattr(s3, f"_put_bucket_{operation}")), drop


def fill() -> None:
    """Let a bucket have what its template says."""
    provisioners._S3_BUCKET_CONFIGURATIONS += (
        _row("BucketEncryption", _encryption, "encryption"),
        _row("LifecycleConfiguration", _lifecycle, "lifecycle"),
        _row("LoggingConfiguration", _logging, "logging", delete=_no_logging),
        _row("OwnershipControls", _ownership, "ownership_controls"),
        _row("Tags", _tags, "tagging"),
    )
