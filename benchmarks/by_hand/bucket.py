"""Buckets by hand, and the one bucket that their access is logged into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk

from aws_cdk import aws_iam as iam, aws_kms as kms, aws_s3 as s3
from constructs import Construct

from benchmarks.by_hand.parts import KEPT, acknowledge, put_on_record

_VERSIONING_RULES = (
    "SecureConstructs::S3-04",
    "HIPAA.Security::HIPAA.Security-S3BucketVersioningEnabled",
    "NIST.800.53.R4::NIST.800.53.R4-S3BucketVersioningEnabled",
    "NIST.800.53.R5::NIST.800.53.R5-S3BucketVersioningEnabled",
    "PCI.DSS.321::PCI.DSS.321-S3BucketVersioningEnabled",
    "SecureConstructs::S3-09",
)


def log_bucket(stack: cdk.Stack) -> s3.Bucket:
    """Define the bucket for the logs of all others of *stack*."""
    logs = s3.Bucket(
        stack,
        "SecureConstructsAccessLogs",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        encryption=s3.BucketEncryption.S3_MANAGED,
        blocked_encryption_types=[s3.BlockedEncryptionType.SSE_C],
        versioned=True,
        removal_policy=KEPT,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="SecureConstructs",
                abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                expiration=cdk.Duration.days(365),
                noncurrent_version_expiration=cdk.Duration.days(1),
            )
        ],
    )
    put_on_record(logs, "AccessLogs")
    return logs


def let_log(stack: cdk.Stack, logs: s3.Bucket, sources: Sequence[s3.Bucket]) -> None:
    """Let S3 deliver the logs of *sources* into the bucket *logs*."""
    logs.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
            actions=["s3:PutObject"],
            resources=[logs.arn_for_objects("*")],
            conditions={
                "ArnLike": {"aws:SourceArn": [each.bucket_arn for each in sources]},
                "StringEquals": {"aws:SourceAccount": stack.account},
            },
        )
    )


def bucket(
    scope: Construct,
    construct_id: str,
    logs: s3.Bucket,
    *,
    key: kms.IKey | None = None,
    rules: Sequence[s3.LifecycleRule] = (),
    link_age: int = 0,
    sends_events: bool = False,
    disposable: str = "",
) -> s3.Bucket:
    """Define a bucket; one that is *disposable* for that reason goes with its stack."""
    made = s3.Bucket(
        scope,
        construct_id,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
        encryption_key=key,
        bucket_key_enabled=True if key else None,
        blocked_encryption_types=[s3.BlockedEncryptionType.SSE_C],
        versioned=not disposable,
        removal_policy=cdk.RemovalPolicy.DESTROY if disposable else KEPT,
        auto_delete_objects=True if disposable else None,
        lifecycle_rules=[*rules, _default_rule(versioned=not disposable)],
    )
    record: dict[str, Any] = {"Encryption": "aws:kms"} if key else {}
    if disposable:
        why = {"Reason": disposable}
        record["Waivers"] = {"S3-04": why, "S3-09": why}
    l1 = put_on_record(made, "SecureBucket", **record)
    if disposable:
        acknowledge(l1, disposable, *_VERSIONING_RULES)
    l1.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
        destination_bucket_name=logs.bucket_name,
        target_object_key_format=s3.CfnBucket.TargetObjectKeyFormatProperty(
            partitioned_prefix=s3.CfnBucket.PartitionedPrefixProperty(
                partition_date_source="EventTime"
            )
        ),
    )
    if sends_events:
        # CDK's own option does it by a function that may write to every bucket.
        l1.add_property_override(
            "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled",
            value=True,
        )
    if key:
        _refuse_other_keys(made, key)
    if link_age:
        _refuse_old_links(made, link_age)
    return made


def _default_rule(*, versioned: bool) -> s3.LifecycleRule:
    colder = s3.NoncurrentVersionTransition(
        storage_class=s3.StorageClass.INFREQUENT_ACCESS,
        transition_after=cdk.Duration.days(30),
    )
    return s3.LifecycleRule(
        id="SecureConstructs",
        abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
        expired_object_delete_marker=True,
        noncurrent_version_transitions=[colder] if versioned else None,
    )


def _refuse_other_keys(made: s3.Bucket, key: kms.IKey) -> None:
    asked = "s3:x-amz-server-side-encryption"
    made.add_to_resource_policy(
        iam.PolicyStatement(
            sid="RefuseOtherKeys",
            effect=iam.Effect.DENY,
            principals=[iam.StarPrincipal()],
            actions=["s3:PutObject"],
            resources=[made.arn_for_objects("*")],
            conditions={
                "Null": {asked: "false"},
                "StringNotEquals": {f"{asked}-aws-kms-key-id": key.key_arn},
            },
        )
    )


def _refuse_old_links(made: s3.Bucket, minutes: int) -> None:
    made.add_to_resource_policy(
        iam.PolicyStatement(
            sid="RefuseOldPresignedUrls",
            effect=iam.Effect.DENY,
            principals=[iam.StarPrincipal()],
            actions=["s3:*"],
            resources=[made.arn_for_objects("*")],
            conditions={
                "StringEquals": {"s3:authType": "REST-QUERY-STRING"},
                "NumericGreaterThan": {"s3:signatureAge": minutes * 60_000},
            },
        )
    )
