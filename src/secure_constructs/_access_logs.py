"""Access logging: where a bucket's logs go, and who may deliver them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import jsii

from aws_cdk import (
    Duration,
    IStableAnyProducer,
    Lazy,
    Stack,
    Validations,
    aws_iam as iam,
    aws_s3 as s3,
)
from constructs import Construct

from secure_constructs._lifecycle_inputs import OUR_ID
from secure_constructs._place import deployed_stack
from secure_constructs._promises import keep_promises
from secure_constructs._protected_bucket import protected_bucket
from secure_constructs.tier import Tier

if TYPE_CHECKING:
    from secure_constructs._place import Place

_SHARED = "_secure_constructs_access_logs"
_DELIVERY = "_secure_constructs_log_delivery"
_ID = "SecureConstructsAccessLogs"
_EXPIRE_AFTER = {
    Tier.PRODUCTION: Duration.days(365),
    Tier.DEVELOPMENT: Duration.days(14),
}
_ONE_DAY = Duration.days(1)
_ONE_WEEK = Duration.days(7)
_BY_DAY = s3.CfnBucket.TargetObjectKeyFormatProperty(
    partitioned_prefix=s3.CfnBucket.PartitionedPrefixProperty(
        partition_date_source="EventTime"
    )
)
_NOT_OURS = "secure-constructs:accessLogDelivery"
_NOT_OURS_TEXT = (
    "The policy of the given log bucket cannot be written from this stack; make sure "
    "that it lets logging.s3.amazonaws.com put objects for this bucket "
    "(aws:SourceArn) and account (aws:SourceAccount)."
)
_DELIVERER = iam.ServicePrincipal("logging.s3.amazonaws.com")


class AccessLogs(Construct):
    """
    Define where the access logs of one deployed stack go (S3-06).

    One bucket for all, because one for each would be a second bill and a second
    place to look. S3 sorts the logs by account, region, source bucket and day,
    and deletes them after a year (two weeks in development).

    S3 itself encrypts the bucket: it cannot deliver access logs to one that is
    encrypted with a customer's key.

    Resources: one bucket and its policy.

    Attributes:
        bucket: The log bucket.
    """

    def __init__(self, place: Place) -> None:
        super().__init__(place.deployed, _ID)
        # Not that of a nested stack, whose bucket may have been the first.
        tier = Tier.of(place.deployed) if place.is_nested else place.tier
        self.bucket = protected_bucket(
            self,
            removal_policy=tier.removal_policy,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id=OUR_ID,
                    abort_incomplete_multipart_upload_after=_ONE_WEEK,
                    expiration=_EXPIRE_AFTER[tier],
                    noncurrent_version_expiration=_ONE_DAY,
                )
            ],
        )
        setattr(self.bucket, _DELIVERY, _Delivery(self.bucket, place.deployed))
        keep_promises(self.bucket, kind="AccessLogs", place=place, tier=tier)


def access_logs_of(place: Place) -> s3.Bucket:
    """Return the log bucket of the deployed stack; the first call makes it."""
    logs = cast("AccessLogs | None", getattr(place.deployed, _SHARED, None))
    if logs is None:
        logs = AccessLogs(place)
        setattr(place.deployed, _SHARED, logs)
    return logs.bucket


def log_access(
    source: s3.CfnBucket,
    source_arn: str,
    place: Place,
    *,
    into: s3.IBucket,
    prefix: str | None,
) -> None:
    """
    Log the access to *source* into a bucket, and let S3 deliver it there.

    The properties are set on the L1: with CDK's own option the permission is a
    policy or an ACL by the app's feature flags, a statement for each source, and
    with the ACL an error, because the log bucket has none.

    Args:
        source: The bucket whose access is logged.
        source_arn: Its ARN.
        place: Where it stands.
        into: The log bucket.
        prefix: The prefix of a flat list of logs; None for keys by day.
    """
    delivery = cast("_Delivery | None", getattr(into, _DELIVERY, None))
    if delivery is None:
        # The policy of an imported bucket cannot be written from here at all.
        own = isinstance(into, s3.Bucket)
        delivery = _Delivery(into, deployed_stack(into) if own else None)
        setattr(into, _DELIVERY, delivery)
    source.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
        destination_bucket_name=delivery.bucket_name,
        log_file_prefix=prefix or None,
        target_object_key_format=_BY_DAY if prefix is None else None,
    )
    if delivery.is_ours_in(place):
        delivery.allow(source_arn, place)
    else:
        Validations.of(source).add_warning(_NOT_OURS, _NOT_OURS_TEXT)


class _Delivery:
    """
    Who may deliver access logs into one bucket.

    All sources share one statement, which is resolved at the end. A statement
    for each would fill the policy with 54 of them; so it takes more than 200.
    """

    def __init__(self, bucket: s3.IBucket, stack: Stack | None) -> None:
        self.bucket_name = bucket.bucket_name
        self._bucket = bucket
        self._stack = stack
        self._sources = _Sources()

    def is_ours_in(self, place: Place) -> bool:
        """
        Whether the bucket's policy can be written from *place*.

        From another stack it cannot: the two would depend on each other.
        """
        return self._stack is place.deployed

    def allow(self, source_arn: str, place: Place) -> None:
        """Let S3 deliver for the bucket *source_arn* of *place*."""
        if not self._sources.arns:
            statement = self._statement(place.deployed.account)
            self._bucket.add_to_resource_policy(statement)
        self._sources.arns.append(source_arn)

    def _statement(self, account: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            principals=[_DELIVERER],
            actions=["s3:PutObject"],
            resources=[f"{self._bucket.bucket_arn}/*"],
            conditions={
                "ArnLike": {"aws:SourceArn": Lazy.any(self._sources)},
                "StringEquals": {"aws:SourceAccount": account},
            },
        )


@jsii.implements(IStableAnyProducer)
class _Sources:
    """The ARNs of the buckets whose logs one bucket receives."""

    def __init__(self) -> None:
        self.arns: list[str] = []

    def produce(self) -> Any:  # noqa: ANN401 - CDK's signature
        """Return the ARNs known once the whole app is built."""
        return self.arns
