"""The protections that every bucket of this library has, the log bucket included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy, aws_s3 as s3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

_PRIVATE = s3.BlockPublicAccess.BLOCK_ALL
_SSE_C = s3.BlockedEncryptionType.SSE_C
_LOWEST_TLS = 1.2


def protected_bucket(
    scope: Construct,
    *,
    removal_policy: RemovalPolicy,
    lifecycle_rules: Sequence[s3.LifecycleRule],
    versioned: bool = True,
    encryption_key: kms.IKey | None = None,
    bucket_name: str | None = None,
    cors: Sequence[s3.CorsRule] | None = None,
    object_lock_default_retention: s3.ObjectLockRetention | None = None,
) -> s3.Bucket:
    """
    Define a bucket as the child "Default" of *scope*.

    CDK leaves "Default" out of logical ids, so that the bucket has the id of a
    plain one in the place of *scope*. A bucket that goes with its stack is
    emptied first; CloudFormation deletes no bucket that holds something.
    """
    goes = removal_policy is RemovalPolicy.DESTROY
    return s3.Bucket(
        scope,
        "Default",
        bucket_name=bucket_name,
        block_public_access=_PRIVATE,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=_LOWEST_TLS,
        blocked_encryption_types=[_SSE_C],
        encryption=_encryption(encryption_key),
        encryption_key=encryption_key,
        bucket_key_enabled=True if encryption_key else None,
        versioned=versioned,
        lifecycle_rules=list(lifecycle_rules),
        cors=list(cors) if cors else None,
        object_lock_default_retention=object_lock_default_retention,
        removal_policy=removal_policy,
        auto_delete_objects=True if goes else None,
    )


def _encryption(key: kms.IKey | None) -> s3.BucketEncryption:
    return s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED
