"""The key that AWS has for S3, under which `aws:kms` is when no key is named."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
_resolve = s3._resolve_sse_write_headers


def _resolved(headers: dict[str, str], bucket: str) -> Any:
    """Return what is kept of the encryption that a write asks for."""
    if headers.get("x-amz-server-side-encryption") == "aws:kms" and _KEY not in headers:
        place = f"{get_region()}:{get_account_id()}"
        headers = {**headers, _KEY: f"arn:aws:kms:{place}:alias/aws/s3"}
    return _resolve(headers, bucket)


def fill() -> None:
    """Let writes name no key."""
    s3._resolve_sse_write_headers = _resolved
