"""What the policies of a bucket refuse, and whom they let in."""

from __future__ import annotations

import re

from collections.abc import Callable, Iterator

from secure_constructs.checks.policy import Policy, Statement, read_policy
from secure_constructs.checks.template import Resource, is_intrinsic, listed, text

_LOWEST_TLS = 1.2
_DECIMAL = re.compile(r"\d+(\.\d+)?")
_ENCRYPTION = "s3:x-amz-server-side-encryption"
_KEY_ID = f"{_ENCRYPTION}-aws-kms-key-id"


def policies_of(bucket: Resource) -> list[Policy]:
    """Return the policies that the template attaches to *bucket*."""
    attached = bucket.template.naming(
        bucket, "AWS::S3::BucketPolicy", "Bucket", name="BucketName"
    )
    return [read_policy(each, "PolicyDocument") for each in attached]


def statements_of(bucket: Resource) -> Iterator[Statement]:
    """Yield the statements of these policies that are written out."""
    for policy in policies_of(bucket):
        yield from policy.statements


def refuses(bucket: Resource, how: Callable[[Statement], bool]) -> bool:
    """
    Whether statements refuse everybody *how*, for the bucket and its objects.

    Where the deployment decides about what could refuse it, they may.
    """
    policies = policies_of(bucket)
    covered = {
        arn
        for policy in policies
        for statement in policy.statements
        if statement.may_refuse_everybody("s3:*") and how(statement)
        for arn in _own_arns(statement, bucket)
    }
    return {"", "/*"} <= covered or not all(policy.is_whole for policy in policies)


def is_old_tls(statement: Statement) -> bool:
    """Whether *statement* may be about everything that comes by TLS below 1.2."""
    lowest = listed(statement.only_condition("NumericLessThan", "s3:TlsVersion"))
    high = [is_intrinsic(each) or _number(each) >= _LOWEST_TLS for each in lowest]
    return statement.may("Condition", is_so=any(high))


def refuses_other_keys(bucket: Resource, key: object) -> bool:
    """Whether uploads that name another key or encryption than *key* are refused."""
    refused = {"StringNotEquals": {_KEY_ID: key}, "Null": {_ENCRYPTION: "false"}}
    return any(
        not statement.allows
        and statement.is_for_everybody
        and statement.is_about("s3:PutObject")
        and "/*" in _own_arns(statement, bucket)
        and statement.conditions == refused
        for statement in statements_of(bucket)
    )


def _number(value: object) -> float:
    """Return *value* as a number, which a policy may write as text."""
    return float(str(value)) if _DECIMAL.fullmatch(str(value)) else 0


def _own_arns(statement: Statement, bucket: Resource) -> set[str]:
    """Return what of *bucket* the statement is about: `""` itself, `/*` its objects."""
    if "*" in statement.resources or "Resource" in statement.open:
        return {"", "/*"}
    name = text(bucket.read("BucketName"))
    names = [bucket.ref, *([name] if name else [])]
    spelled = "|".join(map(re.escape, names))
    own = re.compile(rf"(?:{re.escape(bucket.arn)}|arn:[^/]*:s3:::(?:{spelled}))(/\*)?")
    found = (own.fullmatch(each) for each in statement.resources if each)
    return {match[1] or "" for match in found if match}
