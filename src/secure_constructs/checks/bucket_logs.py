"""Which buckets access logs go into, and whether S3 can deliver them there."""

from __future__ import annotations

from secure_constructs.checks.bucket_policy import policies_of, statements_of
from secure_constructs.checks.policy import Statement
from secure_constructs.checks.template import UNKNOWN, Resource, text

_BUCKET = "AWS::S3::Bucket"
_POLICY = "AWS::S3::BucketPolicy"
_DESTINATION = ("LoggingConfiguration", "DestinationBucketName")
_DELIVERY = "logging.s3.amazonaws.com"
# The ACL that lets S3 deliver, from before policies could.
_ACL = "LogDeliveryWrite"


def receives_logs(bucket: Resource) -> bool:
    """Whether access logs go into *bucket*, whose own would never end."""
    index = bucket.template.index(_BUCKET, _destinations)
    names = (bucket.ref, text(bucket.read("BucketName")))
    sources = [each for name in names if name for each in index.get(name, ())]
    return any(each.logical_id != bucket.logical_id for each in sources) or any(
        each.allows and _DELIVERY in each.principals.get("Service", [])
        for each in statements_of(bucket)
    )


def loses_logs(bucket: Resource) -> bool:
    """Whether *bucket* logs into one of the template that is known to refuse that."""
    target = bucket.template.referred(bucket.read(*_DESTINATION))
    return (
        target is not None and target.type == _BUCKET and not _may_let_deliver(target)
    )


def _may_let_deliver(bucket: Resource) -> bool:
    """Whether S3 can deliver into *bucket*, or may be able to by the deployment."""
    policies = policies_of(bucket)
    return (
        bucket.known("AccessControl") in (_ACL, UNKNOWN)
        or None in bucket.template.index(_POLICY, _attached)
        or not all(each.is_whole for each in policies)
        or any(map(_lets_deliver, statements_of(bucket)))
    )


def _lets_deliver(statement: Statement) -> bool:
    """Whether *statement* lets, or may let, S3 deliver logs."""
    services = statement.principals.get("Service", [])
    named = _DELIVERY in services or statement.is_for_everybody
    return (
        statement.may("Effect", is_so=statement.allows)
        and statement.may("Principal", is_so=named)
        and statement.may("Action", is_so=statement.is_about("s3:PutObject"))
    )


def _destinations(bucket: Resource) -> list[str | None]:
    """Return the text of the bucket that *bucket* logs into."""
    return [text(bucket.read(*_DESTINATION))]


def _attached(policy: Resource) -> list[str | None]:
    """Return the text of the bucket that *policy* is of, where that is known."""
    return [policy.template.settled(policy.read("Bucket"))]
