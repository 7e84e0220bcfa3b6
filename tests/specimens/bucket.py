"""SecureBucket, for the contract."""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import aws_kms as kms, aws_s3 as s3
from constructs import Construct

from secure_constructs import AppKey, SecureBucket, Tier, Waived
from tests.specimens.specimen import Adoption, Specimen

_KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def _plain(scope: Construct, name: str) -> object:
    return s3.Bucket(scope, name)


def _everything(scope: Construct, name: str, key: AppKey) -> object:
    return SecureBucket(
        scope,
        name,
        encryption_key=key,
        lifecycle_rules=[
            SecureBucket.archiving(prefix="reports/", expiration=cdk.Duration.days(365))
        ],
        noncurrent_version_transition=cdk.Duration.days(60),
        noncurrent_version_expiration=cdk.Duration.days(400),
        cors=[
            s3.CorsRule(
                allowed_methods=[s3.HttpMethods.PUT],
                allowed_origins=["https://shop.example.com"],
            )
        ],
        presigned_url_max_age=cdk.Duration.minutes(15),
        object_lock_default_retention=s3.ObjectLockRetention.governance(
            cdk.Duration.days(30)
        ),
        event_bridge_enabled=True,
        tier=Tier.PRODUCTION,
    )


def _hardened(scope: Construct, name: str) -> object:
    return s3.Bucket(
        scope,
        name,
        bucket_name="orders-data",
        versioned=True,
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )


def _expiring_rule() -> s3.LifecycleRule:
    return s3.LifecycleRule(
        expiration=cdk.Duration.days(90),
        noncurrent_version_expiration=cdk.Duration.days(10),
    )


def _expiring(scope: Construct, name: str) -> object:
    return s3.Bucket(scope, name, versioned=True, lifecycle_rules=[_expiring_rule()])


def _own_logs(scope: Construct) -> s3.Bucket:
    return s3.Bucket(
        scope, "Logs", object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED
    )


def _logged(scope: Construct, name: str) -> object:
    # The flag under which CDK permits the delivery by a policy.
    scope.node.set_context("@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy", True)  # noqa: FBT003 - CDK's signature
    return s3.Bucket(
        scope,
        name,
        server_access_logs_bucket=_own_logs(scope),
        server_access_logs_prefix="data/",
    )


def _encrypted(scope: Construct, name: str) -> object:
    key = kms.Key.from_key_arn(scope, "Key", _KEY_ARN)
    return s3.Bucket(
        scope,
        name,
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        event_bridge_enabled=False,
    )


def _sending_events(scope: Construct, name: str) -> object:
    return s3.Bucket(scope, name, event_bridge_enabled=True)


def _still_sending_events(scope: Construct, name: str) -> object:
    # The option of ours would take CDK's handler away, whose last act is to switch
    # the events off.
    data = SecureBucket(scope, name)
    data.bucket.enable_event_bridge_notification()
    return data


def _temporary(scope: Construct, name: str) -> object:
    return s3.Bucket(
        scope,
        name,
        removal_policy=cdk.RemovalPolicy.DESTROY,
        auto_delete_objects=True,
    )


SPECIMEN = Specimen(
    name="SecureBucket",
    type="AWS::S3::Bucket",
    plain=_plain,
    defaults=SecureBucket,
    everything=_everything,
    adoptions={
        "bare": Adoption(_plain, SecureBucket),
        "bare, and to stay unversioned": Adoption(
            _plain,
            lambda scope, name: SecureBucket(
                scope, name, versioning=Waived("every object is written only once")
            ),
        ),
        "hardened, with a name": Adoption(
            _hardened,
            lambda scope, name: SecureBucket(scope, name, bucket_name="orders-data"),
        ),
        "expiring": Adoption(
            _expiring,
            lambda scope, name: SecureBucket(
                scope, name, lifecycle_rules=[_expiring_rule()]
            ),
        ),
        "logged to a bucket of its own": Adoption(
            _logged,
            lambda scope, name: SecureBucket(
                scope,
                name,
                access_logs=_own_logs(scope),
                server_access_logs_prefix="data/",
            ),
        ),
        "encrypted with a key": Adoption(
            _encrypted,
            lambda scope, name: SecureBucket(
                scope,
                name,
                encryption_key=kms.Key.from_key_arn(scope, "Key", _KEY_ARN),
            ),
        ),
        "sending events": Adoption(_sending_events, _still_sending_events),
        "temporary": Adoption(
            _temporary,
            lambda scope, name: SecureBucket(scope, name, tier=Tier.DEVELOPMENT),
        ),
    },
)
