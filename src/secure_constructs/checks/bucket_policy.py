"""What the policies of a bucket refuse, and whom they let in."""

from __future__ import annotations

import re

from collections.abc import Callable, Iterator

from secure_constructs.checks.policy import Policy, Statement, read_policy
from secure_constructs.checks.template import Resource, listed, text

_LOWEST_TLS = 1.2
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
        yield from (each for each in policy.statements if each.is_known)


def refuses(bucket: Resource, how: Callable[[Statement], bool]) -> bool:
    """
    Whether statements refuse everybody *how*, for the bucket and its objects.

    Where the deployment decides about a part of the policies, they may.
    """
    if not all(policy.is_known for policy in policies_of(bucket)):
        return True
    covered = {
        arn
        for statement in statements_of(bucket)
        if _denies_everybody_everything(statement) and how(statement)
        for arn in _own_arns(statement, bucket)
    }
    return {"", "/*"} <= covered


def is_plain_http(statement: Statement) -> bool:
    """Whether *statement* is about everything that does not come by TLS."""
    plain = ({"aws:SecureTransport": "false"}, {"aws:SecureTransport": False})
    conditions = statement.conditions
    return list(conditions) == ["Bool"] and conditions["Bool"] in plain


def is_old_tls(statement: Statement) -> bool:
    """Whether *statement* is about everything that comes by TLS below 1.2."""
    if list(statement.conditions) != ["NumericLessThan"]:
        return False
    keys = statement.conditions["NumericLessThan"]
    lowest = listed(keys.get("s3:TlsVersion"))
    return len(keys) == 1 and any(float(each) >= _LOWEST_TLS for each in lowest)


def refuses_other_keys(bucket: Resource, key: object) -> bool:
    """Whether uploads that name another key or encryption than *key* are refused."""
    refused = {"StringNotEquals": {_KEY_ID: key}, "Null": {_ENCRYPTION: "false"}}
    return any(
        not statement.allows
        and statement.is_for_everybody
        and statement.is_about("s3:PutObject")
        and "/*" in _own_arns(statement, bucket)
        and statement.conditions == refused
        for policy in policies_of(bucket)
        for statement in policy.statements
    )


def receives_logs(bucket: Resource) -> bool:
    """Whether S3 delivers access logs into *bucket*, whose own would never end."""
    return any(
        statement.allows
        and "logging.s3.amazonaws.com" in statement.principals.get("Service", [])
        for statement in statements_of(bucket)
    )


def _denies_everybody_everything(statement: Statement) -> bool:
    everything = bool({"*", "s3:*"} & set(statement.actions))
    return not statement.allows and statement.is_for_everybody and everything


def _own_arns(statement: Statement, bucket: Resource) -> set[str]:
    """Return what of *bucket* the statement is about: `""` itself, `/*` its objects."""
    if "*" in statement.resources:
        return {"", "/*"}
    name = text(bucket.read("BucketName"))
    names = [f"${{{bucket.logical_id}}}", *([name] if name else [])]
    spelled = "|".join(map(re.escape, names))
    own = re.compile(rf"(?:{re.escape(bucket.arn)}|arn:[^/]*:s3:::(?:{spelled}))(/\*)?")
    found = (own.fullmatch(each) for each in statement.resources if each)
    return {match[1] or "" for match in found if match}
