"""SecureBucket: a bucket that is private, encrypted, versioned, logged and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import RemovalPolicy, aws_s3 as s3
from constructs import Construct

from secure_constructs import _bucket_inputs, _bucket_policy, _lifecycle
from secure_constructs._access_logs import access_logs_of, log_access
from secure_constructs._bucket_events import send_events
from secure_constructs._bucket_grants import BucketGrants
from secure_constructs._inputs import Inputs
from secure_constructs._place import place_of
from secure_constructs._promises import given_up, keep_promises, not_given
from secure_constructs._protected_bucket import protected_bucket
from secure_constructs.checks import s3 as rules
from secure_constructs.key import check_key, key_in
from secure_constructs.tier import Tier
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration, aws_kms as kms

    from secure_constructs.key import AppKey


class SecureBucket(Construct):
    """
    Define a bucket that keeps the S3 checklist.

    - Nothing in it is public: all four public access blocks (S3-01), the owner
      owns every object and there are no ACLs (S3-07).
    - Objects are encrypted, by S3 or with *encryption_key*; keys that only the
      client has, and with a key of yours any other, are refused (S3-02). Plain
      http and TLS below 1.2 are refused (S3-03).
    - Old versions are kept, for less money after 30 days, and never deleted
      unless you ask for it (S3-04, S3-05). Uploads that are not finished after
      7 days are removed.
    - Access is logged to one log bucket for the whole stack (S3-06).
    - In production the bucket outlives its stack; in development it goes with
      it, emptied (S3-09).

    The rules S3-01 to S3-09, and S3-13 for foreign principals, are checked again
    in the finished template: an aspect, an override or a policy statement that
    breaks one is a finding.

    Resources: one bucket and its policy; with the first bucket of a deployed
    stack the log bucket and its policy; in development CDK's function that
    empties buckets, and its role. Cost: nothing a month but what is stored and
    requested, the logs included.

    Args:
        scope: The stack or construct this bucket belongs to.
        construct_id: Part of the logical ID, which equals that of a plain
            `s3.Bucket` of the same id; changing it makes a new bucket.
        bucket_name: The bucket's name, 3 to 63 lower-case letters, digits,
            hyphens and dots; defaults to one that CloudFormation makes.
        encryption_key: The key that encrypts the objects, from the bucket's own
            region; defaults to the nearest baseline's, else S3's own (SSE-S3).
        versioning: Give versions up with `Waived`; defaults to keeping them.
        access_logs: Another log bucket, or `Waived`; defaults to the stack's.
            S3 delivers to buckets of the same region and account that S3 itself
            encrypts, without default retention. One of another stack, or an
            imported one, must allow the delivery by itself: a warning says so.
        server_access_logs_prefix: The prefix of the logs' keys, `""` for none,
            which are then one flat list, as CDK's option of that name makes
            them; defaults to keys by account, region, bucket and day.
        lifecycle_rules: Rules beside the one every bucket has; what one of them
            does for all objects, ours leaves to it. See `archiving`.
        noncurrent_version_transition: After how long old versions move to
            Standard-IA, 30 days to 100 years, or `Waived`; defaults to 30 days.
        noncurrent_version_expiration: After how long old versions are deleted,
            1 day to 100 years; defaults to never. With less than 60 days they
            are not moved first, because that costs more.
        cors: Rules for cross-origin requests; defaults to none. Origins must be
            named; `*`, and a wildcard in front of a top-level domain, are
            refused (S3-08).
        presigned_url_max_age: How long after its signature a presigned URL still
            works, 1 second to 7 days; defaults to what its signer chose (S3-11).
        object_lock_default_retention: How long no version can be deleted;
            defaults to none. It can never be taken off the bucket again.
        event_bridge_enabled: Whether events go to EventBridge; defaults to not.
        retain: Let the bucket go with its stack, emptied, in production too,
            with `Waived`; defaults to keeping it.
        tier: What the deployment is worth; defaults to the nearest baseline's.

    Raises:
        ValueError: An argument has a value it must not have, two of them
            contradict each other, or the tier is development in a stack with
            termination protection. Nothing was created then.
        TypeError: An argument is of the wrong kind.

    Attributes:
        bucket: The bucket itself, for what this class does not cover.
        bucket_arn: Its ARN.
        access_log_bucket: Where its access is logged; none if that was waived.
        grants: Grants of exact actions; see `BucketGrants`.

    Example:
        >>> uploads = SecureBucket(stack, "Uploads")
        >>> uploads.grants.put(handler, prefix="incoming/")
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str | None = None,
        encryption_key: kms.IKey | AppKey | None = None,
        versioning: Waived | None = None,
        access_logs: s3.IBucket | Waived | None = None,
        server_access_logs_prefix: str | None = None,
        lifecycle_rules: Sequence[s3.LifecycleRule] | None = None,
        noncurrent_version_transition: Duration | Waived | None = None,
        noncurrent_version_expiration: Duration | None = None,
        cors: Sequence[s3.CorsRule] | None = None,
        presigned_url_max_age: Duration | None = None,
        object_lock_default_retention: s3.ObjectLockRetention | None = None,
        event_bridge_enabled: bool = False,
        retain: Waived | None = None,
        tier: Tier | None = None,
    ) -> None:
        inputs = Inputs("SecureBucket", scope, construct_id)
        place = place_of(inputs, scope)
        by_default = not_given(tier=tier, encryption_key=encryption_key)
        tier = place.tier_for(inputs, tier)
        if encryption_key is None:
            encryption_key = place.encryption_key
        check_key(inputs, place, encryption_key)
        inputs.waived("versioning", versioning, "versions (S3-04)")
        inputs.waived("retain", retain, "keeping the data (S3-09)")
        inputs.flag("event_bridge_enabled", event_bridge_enabled)
        removal = RemovalPolicy.DESTROY if retain else tier.removal_policy
        _bucket_inputs.check_name(inputs, bucket_name)
        _bucket_inputs.check_access_logs(inputs, access_logs, server_access_logs_prefix)
        _bucket_inputs.check_cors(inputs, [] if cors is None else cors)
        _bucket_inputs.check_object_lock(
            inputs,
            object_lock_default_retention,
            versioned=not versioning,
            removal_policy=removal,
        )
        oldest = _bucket_inputs.signature_age(inputs, presigned_url_max_age)
        lifecycle = _lifecycle.with_default_rule(
            inputs,
            [] if lifecycle_rules is None else lifecycle_rules,
            move=noncurrent_version_transition,
            expire=noncurrent_version_expiration,
            versioned=not versioning,
        )
        super().__init__(scope, construct_id)

        key = key_in(place, encryption_key)
        self.bucket = protected_bucket(
            self,
            bucket_name=bucket_name,
            encryption_key=key,
            versioned=not versioning,
            lifecycle_rules=lifecycle,
            cors=cors,
            object_lock_default_retention=object_lock_default_retention,
            removal_policy=removal,
        )
        self.bucket_arn = self.bucket.bucket_arn
        key_arn = key.key_arn if key else ""
        self.grants = BucketGrants(
            self.bucket,
            self.bucket_arn,
            key=key,
            key_arn=key_arn,
            stack=place.stack,
            inputs=inputs,
        )
        l1 = keep_promises(
            self.bucket,
            kind="SecureBucket",
            place=place,
            tier=tier,
            by_default=by_default,
            encryption="aws:kms" if key else None,
            waivers={
                rules.versioned: versioning,
                rules.cleaned_up: given_up(noncurrent_version_transition),
                rules.access_logged: given_up(access_logs),
                rules.kept: retain if tier is Tier.PRODUCTION else None,
            },
        )
        self.access_log_bucket: s3.IBucket | None = None
        if not isinstance(access_logs, Waived):
            self.access_log_bucket = access_logs or access_logs_of(place)
            log_access(
                cast("s3.CfnBucket", l1),
                self.bucket_arn,
                place,
                into=self.access_log_bucket,
                prefix=server_access_logs_prefix,
            )
        if key:
            _bucket_policy.refuse_other_keys(self.bucket, self.bucket_arn, key_arn)
        if oldest:
            _bucket_policy.refuse_old_signatures(self.bucket, self.bucket_arn, oldest)
        if event_bridge_enabled:
            send_events(self.bucket, l1)

    @property
    def bucket_name(self) -> str:
        """The name of the bucket."""
        return self.bucket.bucket_name

    @staticmethod
    def archiving(
        *, prefix: str | None = None, expiration: Duration | None = None
    ) -> s3.LifecycleRule:
        """
        Return a rule for objects that are read less and less (S3-05).

        They move to Standard-IA after 30 days and to Glacier Flexible Retrieval,
        from which getting one takes hours, after 90.

        Args:
            prefix: The start of the keys concerned; defaults to all objects.
            expiration: After how long they are deleted, such as
                `Duration.days(365)`; defaults to never.

        Example:
            >>> colder = SecureBucket.archiving(prefix="reports/")
            >>> SecureBucket(stack, "Documents", lifecycle_rules=[colder])
        """
        return _lifecycle.archiving(prefix, expiration)
