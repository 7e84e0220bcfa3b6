"""What a bucket's policy refuses beyond what CDK's own options offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from aws_cdk import aws_s3 as s3

_EVERYBODY = iam.StarPrincipal()


def refuse_other_keys(bucket: s3.Bucket, arn: str, key_arn: str) -> None:
    """
    Refuse uploads that name another key or encryption than the bucket's (S3-02).

    A client that names none gets the bucket's own, so it is left alone. One that
    asks for `aws:kms` without a key would get AWS's.
    """
    header = "s3:x-amz-server-side-encryption"
    _refuse(
        bucket,
        "RefuseOtherKeys",
        "s3:PutObject",
        arn,
        {
            "Null": {header: "false"},
            "StringNotEquals": {f"{header}-aws-kms-key-id": key_arn},
        },
    )


def refuse_old_signatures(bucket: s3.Bucket, arn: str, milliseconds: int) -> None:
    """Refuse presigned URLs that were signed longer ago than that (S3-11)."""
    _refuse(
        bucket,
        "RefuseOldPresignedUrls",
        "s3:*",
        arn,
        {
            "StringEquals": {"s3:authType": "REST-QUERY-STRING"},
            "NumericGreaterThan": {"s3:signatureAge": milliseconds},
        },
    )


def _refuse(
    bucket: s3.Bucket,
    sid: str,
    action: str,
    arn: str,
    conditions: dict[str, dict[str, Any]],
) -> None:
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            principals=[_EVERYBODY],
            actions=[action],
            resources=[f"{arn}/*"],
            conditions=conditions,
        )
    )
