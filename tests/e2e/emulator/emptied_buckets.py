"""
Buckets that go with their stack: only when they are empty, or are emptied before.

ministack deletes full buckets, and cannot run the function that CDK has for emptying
them, which needs the AWS SDK for JavaScript. What stands here does the same in its
place, to the buckets that have its tag.
"""

from __future__ import annotations

from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from .answers import add_type, ask

_BUCKET = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
_delete_bucket = _BUCKET["delete"]
_TAG = "aws-cdk:auto-delete-objects"


def _create(_: str, properties: dict[str, Any], __: str) -> Any:
    return f"emptied/{properties['BucketName']}", {}


def _update(physical_id: str, _: object, __: object, ___: str) -> Any:
    return physical_id, {}


def _empty(_: str, properties: dict[str, Any]) -> None:
    """Delete what is in a bucket, with all its versions."""
    name = properties["BucketName"]
    tags = s3._bucket_tags.get(name) or {}
    if name not in s3._buckets or str(tags.get(_TAG)) != "true":
        return
    s3._buckets[name]["objects"].clear()
    for bucket, key in [*s3._object_versions]:
        if bucket == name:
            del s3._object_versions[bucket, key]


def _delete(name: str, properties: dict[str, Any]) -> None:
    """Delete the bucket *name*, if it is empty."""
    if name in s3._buckets:
        ask(s3._delete_bucket, name)
    _delete_bucket(name, properties)


def fill() -> None:
    """Let no stack take data with it that nobody wanted deleted."""
    _BUCKET["delete"] = _delete
    add_type(
        "Custom::S3AutoDeleteObjects", create=_create, update=_update, delete=_empty
    )
