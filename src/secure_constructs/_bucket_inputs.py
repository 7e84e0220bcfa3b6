"""Checks of what only a bucket takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import Duration, RemovalPolicy, aws_s3 as s3

from secure_constructs._inputs import Inputs, is_token
from secure_constructs.checks.s3 import is_anybody
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_SIGNATURE_DAYS = 7
_LONGEST_SIGNATURE = _LONGEST_SIGNATURE_DAYS * 24 * 60 * 60 * 1000


def check_name(inputs: Inputs, name: str | None) -> None:
    """Raise if *name* is no name that S3 takes for a bucket."""
    if name is None:
        return
    if not isinstance(name, str):
        raise inputs.wrong_kind("bucket_name", name, "is no text")
    if is_token(name):
        return
    if not name:
        raise inputs.wrong(
            "bucket_name", name, "is empty; leave it out to get one made"
        )
    try:
        s3.Bucket.validate_bucket_name(name)
    except RuntimeError as error:
        problem = f"is no bucket name ({_reasons(error)}); leave it out to get one made"
        raise inputs.wrong("bucket_name", name, problem) from error


def check_cors(inputs: Inputs, rules: Sequence[s3.CorsRule]) -> None:
    """Raise if one of *rules* opens the bucket to scripts of any website (S3-08)."""
    inputs.sequence("cors", rules, s3.CorsRule)
    for index, rule in enumerate(rules):
        for origin in rule.allowed_origins:
            if not is_token(origin) and is_anybody(origin):
                problem = (
                    "lets scripts of any website in (S3-08); name each origin, as in "
                    "'https://app.example.com' or 'https://*.example.com'"
                )
                raise inputs.wrong(f"cors[{index}].allowed_origins", origin, problem)


def check_access_logs(
    inputs: Inputs, logs: s3.IBucket | Waived | None, prefix: str | None
) -> None:
    """Raise if *logs* cannot take access logs, or none are to get the *prefix*."""
    if prefix is not None and not isinstance(prefix, str):
        problem = "is no text; write for example 'logs/', or '' for no prefix"
        raise inputs.wrong_kind("server_access_logs_prefix", prefix, problem)
    if prefix is not None and isinstance(logs, Waived):
        problem = "is for access logs, which are waived; leave one of the two out"
        raise inputs.wrong("server_access_logs_prefix", prefix, problem)
    if logs is None:
        return
    if isinstance(logs, Waived) or not hasattr(logs, "add_to_resource_policy"):
        way_out = (
            "pass a bucket (of a SecureBucket, its .bucket), or leave it out to share "
            "the stack's log bucket"
        )
        given = cast("Waived", logs)
        inputs.waived("access_logs", given, "access logging (S3-06)", instead=way_out)
    elif logs.encryption_key is not None:
        problem = (
            "is encrypted with a key, and S3 delivers access logs to no such bucket; "
            "pass one that S3 encrypts (SSE-S3)"
        )
        raise inputs.wrong("access_logs", logs.node.path, problem)


def check_object_lock(
    inputs: Inputs,
    retention: s3.ObjectLockRetention | None,
    *,
    versioned: bool,
    removal_policy: RemovalPolicy,
) -> None:
    """Raise if *retention* contradicts what else is asked of the bucket."""
    option = "object_lock_default_retention"
    if retention is None:
        return
    if not isinstance(retention, s3.ObjectLockRetention):
        problem = "is no retention; write s3.ObjectLockRetention.governance(...)"
        raise inputs.wrong_kind(option, retention, problem)
    if not versioned:
        problem = "locks versions; leave versioning on"
        raise inputs.wrong(option, retention.mode.value, problem)
    if removal_policy is RemovalPolicy.DESTROY:
        problem = (
            "keeps objects that are to go with the stack; leave it out in development, "
            "or pass tier=Tier.PRODUCTION"
        )
        raise inputs.wrong(option, retention.mode.value, problem)


def signature_age(inputs: Inputs, longest: Duration | None) -> int | None:
    """Return *longest*, checked, in the milliseconds that S3 counts signatures in."""
    if longest is None:
        return None
    option = "presigned_url_max_age"
    age = inputs.milliseconds(
        option,
        longest,
        low=1000,
        high=_LONGEST_SIGNATURE,
        range_=f"1 second to {_LONGEST_SIGNATURE_DAYS} days",
    )
    if age is None:
        problem = "is compared in the bucket policy; write the number itself"
        raise inputs.wrong(option, "a token", problem)
    return int(age)


def _reasons(error: RuntimeError) -> str:
    """Return what CDK says is wrong with a name, without its first line."""
    lines = str(error).splitlines()[1:]
    return "; ".join(line.strip() for line in lines if line.strip())
