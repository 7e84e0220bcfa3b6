"""The statements by which a tenant reaches its own folder of a bucket, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from secure_constructs._tenant_grants import (
    Access,
    Tenant,
    allow,
    key_statements,
    some_tenant,
)

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam, aws_kms as kms, aws_s3 as s3

# The folder that holds a folder for each tenant.
PREFIX = "tenants/"

_READ = ["s3:GetObject"]
_WRITE = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
]
# A multipart upload reads its own encrypted parts back.
_ENCRYPT = ["kms:Decrypt", "kms:GenerateDataKey"]
_KEY_ACTIONS: dict[Access, list[str]] = {
    "read": ["kms:Decrypt"],
    "write": _ENCRYPT,
    "read_write": _ENCRYPT,
}
_ACTIONS: dict[Access, list[str]] = {
    "read": _READ,
    "write": _WRITE,
    "read_write": sorted([*_READ, *_WRITE]),
}


def grant(
    tenant: Tenant,
    bucket: s3.IBucket,
    bucket_arn: str,
    key: kms.IKey | None,
    *,
    access: Access,
    prefix: str = PREFIX,
) -> iam.Grant:
    """Let *tenant* reach its folder of *bucket*, and use its *key* by way of S3."""
    tag_key = tenant.tag_key
    found = tenant_statements(bucket_arn, access=access, tag_key=tag_key, prefix=prefix)
    found += key_statements(
        bucket,
        key,
        access=access,
        service="s3",
        tag_key=tag_key,
        actions=_KEY_ACTIONS,
    )
    return allow(tenant, found)


def tenant_statements(
    bucket_arn: str, *, access: Access, tag_key: str, prefix: str
) -> list[dict[str, Any]]:
    """
    Return what a tenant may do in a bucket, as IAM's JSON.

    Args:
        bucket_arn: The ARN of the bucket.
        access: What it may do.
        tag_key: The key of the session's tag that says which tenant it is.
        prefix: The folder of the tenants' folders, ending in `/`.
    """
    own = f"{prefix}${{aws:PrincipalTag/{tag_key}}}/*"
    found = [
        {
            "Effect": "Allow",
            "Action": _ACTIONS[access],
            "Resource": f"{bucket_arn}/{own}",
            "Condition": some_tenant(tag_key),
        }
    ]
    if access != "write":
        # A listing is one of the whole bucket, but for the prefix that it asks for.
        condition = some_tenant(tag_key)
        condition["StringLike"]["s3:prefix"] = own
        found.append(
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": bucket_arn,
                "Condition": condition,
            }
        )
    return found
