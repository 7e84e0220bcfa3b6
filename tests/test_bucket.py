"""Tests for `secure_constructs.bucket`: each promise, and what each option changes."""

from __future__ import annotations

import datetime as dt

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3

from secure_constructs import AppKey, SecureBucket, Tier, Waived
from tests.support.synth import (
    FLAGS,
    new_app,
    resources,
    synthesize,
    template_of,
)

REASON = "rebuilt every night from the data lake"
LOGS = "SecureConstructsAccessLogs4455EC6C"


def bucket_of(stack: cdk.Stack) -> dict[str, Any]:
    """Return the one bucket of *stack* that is no log bucket."""
    (bucket,) = resources(template_of(stack), "AWS::S3::Bucket", but=[LOGS]).values()
    return dict(bucket)


def properties_of(stack: cdk.Stack) -> dict[str, Any]:
    """Return the properties of that bucket."""
    return dict(bucket_of(stack)["Properties"])


def own_rule(stack: cdk.Stack) -> dict[str, Any]:
    """Return the lifecycle rule that every bucket has."""
    rules = properties_of(stack)["LifecycleConfiguration"]["Rules"]
    return next(dict(rule) for rule in rules if rule.get("Id") == "SecureConstructs")


class TestDefaults:
    """What a user gets who sets no option."""

    def test_blocks_public_access(self, stack):
        """All four flags are written out (S3-01)."""
        SecureBucket(stack, "Data")

        assert {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        } == properties_of(stack)["PublicAccessBlockConfiguration"]

    def test_is_encrypted_by_s3(self, stack):
        """Without a key S3 encrypts, and keys of clients are refused (S3-02)."""
        SecureBucket(stack, "Data")

        (rule,) = properties_of(stack)["BucketEncryption"][
            "ServerSideEncryptionConfiguration"
        ]
        assert {
            "ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
        } == rule

    def test_keeps_versions(self, stack):
        """Versioning is on (S3-04)."""
        SecureBucket(stack, "Data")

        assert {"Status": "Enabled"} == properties_of(stack)["VersioningConfiguration"]

    def test_deletes_nothing(self, stack):
        """Old versions get cheaper; only what was never finished is removed (S3-05)."""
        SecureBucket(stack, "Data")

        assert {
            "Id": "SecureConstructs",
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            "ExpiredObjectDeleteMarker": True,
            "NoncurrentVersionTransitions": [
                {"StorageClass": "STANDARD_IA", "TransitionInDays": 30}
            ],
        } == own_rule(stack)

    def test_has_no_acls(self, stack):
        """The owner owns every object (S3-07)."""
        SecureBucket(stack, "Data")

        rules = properties_of(stack)["OwnershipControls"]["Rules"]
        assert [{"ObjectOwnership": "BucketOwnerEnforced"}] == rules

    def test_logs_access_by_day(self, stack):
        """Access is logged to the shared bucket, by source and day (S3-06)."""
        SecureBucket(stack, "Data")

        assert {
            "DestinationBucketName": {"Ref": LOGS},
            "TargetObjectKeyFormat": {
                "PartitionedPrefix": {"PartitionDateSource": "EventTime"}
            },
        } == properties_of(stack)["LoggingConfiguration"]

    def test_outlives_its_stack(self, stack):
        """In production it is kept, unless its first deployment fails (S3-09)."""
        SecureBucket(stack, "Data")

        bucket = bucket_of(stack)
        policies = (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"])
        assert ("RetainExceptOnCreate", "Retain") == policies

    def test_is_on_record(self, stack):
        """The metadata says what made the bucket, and for which tier."""
        SecureBucket(stack, "Data")

        assert {
            "SecureConstructs": {"Construct": "SecureBucket", "Tier": "production"}
        } == bucket_of(stack)["Metadata"]

    def test_offers_the_bucket_and_its_names(self, stack):
        """The L2 bucket, its ARN and its name are attributes."""
        data = SecureBucket(stack, "Data")

        assert isinstance(data.bucket, s3.Bucket)
        assert data.bucket.bucket_arn == data.bucket_arn
        assert data.bucket.bucket_name == data.bucket_name


class TestDevelopment:
    """In development nothing is left behind."""

    def test_goes_with_its_stack_emptied(self, stack):
        """The bucket is deleted, and emptied first (S3-09)."""
        SecureBucket(stack, "Data", tier=Tier.DEVELOPMENT)

        assert "Delete" == bucket_of(stack)["DeletionPolicy"]
        emptied = resources(template_of(stack), "Custom::S3AutoDeleteObjects")
        assert ["DataAutoDeleteObjectsCustomResource914CE2FD"] == list(emptied)

    def test_is_as_well_protected(self, stack):
        """The tier changes nothing but what becomes of the data."""
        SecureBucket(stack, "Data", tier=Tier.DEVELOPMENT)
        other = cdk.Stack(new_app(), "Stack")
        SecureBucket(other, "Data")

        assert properties_of(other) == {
            name: value
            for name, value in properties_of(stack).items()
            if name != "Tags"  # how CDK's function knows which buckets to empty
        }

    def test_fails_on_a_protected_stack(self, app):
        """A protected stack whose data goes with it is a mistake in one of the two."""
        stack = cdk.Stack(app, "Stack", termination_protection=True)

        with pytest.raises(ValueError, match=r"Tier\.DEVELOPMENT.*termination protec"):
            SecureBucket(stack, "Data", tier=Tier.DEVELOPMENT)
        assert [] == stack.node.children

    def test_fails_in_a_stack_nested_in_a_protected_one(self, app):
        """A nested stack is protected by the one that it is deployed with."""
        stack = cdk.Stack(app, "Stack", termination_protection=True)
        nested = cdk.NestedStack(stack, "Nested")

        with pytest.raises(ValueError, match=r"Tier\.DEVELOPMENT.*termination protec"):
            SecureBucket(nested, "Data", tier=Tier.DEVELOPMENT)


class TestWaivers:
    """A protection given up on purpose."""

    def test_versioning(self, stack):
        """The bucket keeps no versions and moves none."""
        SecureBucket(stack, "Data", versioning=Waived(REASON))

        assert "VersioningConfiguration" not in properties_of(stack)
        assert "NoncurrentVersionTransitions" not in own_rule(stack)

    def test_versioning_keeps_what_is_said_of_old_versions(self, stack):
        """A bucket that once had versions can still have them moved."""
        move = cdk.Duration.days(90)
        waived = Waived(REASON)
        SecureBucket(
            stack, "Data", versioning=waived, noncurrent_version_transition=move
        )

        (moved,) = own_rule(stack)["NoncurrentVersionTransitions"]
        assert 90 == moved["TransitionInDays"]

    def test_access_logs(self, stack):
        """No log bucket is made for a stack whose buckets do without."""
        SecureBucket(stack, "Data", access_logs=Waived(REASON))

        assert 1 == len(resources(template_of(stack), "AWS::S3::Bucket"))

    def test_retain(self, stack):
        """The bucket goes with its stack in production too, emptied."""
        SecureBucket(stack, "Data", retain=Waived(REASON))

        assert "Delete" == bucket_of(stack)["DeletionPolicy"]

    def test_moving_old_versions(self, stack):
        """Old versions stay in the class that they were written to."""
        SecureBucket(stack, "Data", noncurrent_version_transition=Waived(REASON))

        assert "NoncurrentVersionTransitions" not in own_rule(stack)

    @pytest.mark.parametrize(
        ("option", "promise"),
        [
            ("versioning", "S3-04"),
            ("noncurrent_version_transition", "S3-05"),
            ("access_logs", "S3-06"),
            ("retain", "S3-09"),
        ],
    )
    def test_reason_is_in_template_and_report(self, option, promise):
        """The auditor reads the reason in the template, and in the report."""
        app = new_app()
        stack = cdk.Stack(app, "Stack")
        options: dict[str, Any] = {option: Waived(REASON)}
        SecureBucket(stack, "Data", **options)

        assembly = synthesize(app)

        template = assembly.templates["Stack.template.json"]
        (bucket,) = resources(template, "AWS::S3::Bucket", but=[LOGS]).values()
        waivers = bucket["Metadata"]["SecureConstructs"]["Waivers"]
        assert {promise: {"Reason": REASON}} == waivers
        at = (promise, "Stack/Data/Default/Resource")
        assert {at: REASON} == assembly.acknowledged
        assert set() == assembly.findings

    def test_holds_on_its_last_day(self, stack):
        """A waiver until today is still one."""
        today = dt.datetime.now(tz=dt.timezone.utc).date()
        SecureBucket(stack, "Data", versioning=Waived(REASON, until=today))

        record = bucket_of(stack)["Metadata"]["SecureConstructs"]
        assert today.isoformat() == record["Waivers"]["S3-04"]["Until"]

    def test_retain_has_nothing_to_waive_in_development(self, stack):
        """A bucket that goes anyway has no waiver on record."""
        waived = Waived(REASON)
        SecureBucket(stack, "Data", retain=waived, tier=Tier.DEVELOPMENT)

        assert "Waivers" not in bucket_of(stack)["Metadata"]["SecureConstructs"]


class TestKey:
    """With a key of one's own."""

    def test_encrypts_with_it(self, stack):
        """Objects get the key by default, by way of a bucket key (S3-02)."""
        key = AppKey(stack, "Key")
        SecureBucket(stack, "Data", encryption_key=key)

        (rule,) = properties_of(stack)["BucketEncryption"][
            "ServerSideEncryptionConfiguration"
        ]
        assert {
            "ServerSideEncryptionByDefault": {
                "SSEAlgorithm": "aws:kms",
                "KMSMasterKeyID": {"Fn::GetAtt": ["Key961B73FD", "Arn"]},
            },
            "BucketKeyEnabled": True,
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
        } == rule

    def test_does_not_encrypt_the_log_bucket_with_it(self, stack):
        """S3 cannot deliver access logs into a bucket with a customer's key."""
        SecureBucket(stack, "Data", encryption_key=AppKey(stack, "Key"))

        logs = template_of(stack)["Resources"][LOGS]["Properties"]
        assert "AES256" in str(logs["BucketEncryption"])

    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_of_another_stack_makes_no_circle(self, flags):
        """The key's stack does not come to depend on the bucket's."""
        app = new_app(flags)
        key = AppKey(cdk.Stack(app, "Keys"), "Key")
        data = cdk.Stack(app, "Data")
        SecureBucket(data, "One", encryption_key=key)
        SecureBucket(data, "Two", encryption_key=key)

        assert set() == synthesize(app).findings
        assert ["Keys"] == [stack.stack_name for stack in data.dependencies]


class TestOptions:
    """What else one can ask for."""

    def test_bucket_name(self, stack):
        """The name is the bucket's."""
        SecureBucket(stack, "Data", bucket_name="orders-data")

        assert "orders-data" == properties_of(stack)["BucketName"]

    def test_event_bridge_needs_no_helper_function(self, stack):
        """Events go out by a property of the bucket itself."""
        SecureBucket(stack, "Data", event_bridge_enabled=True)

        template = template_of(stack)
        assert {} == resources(template, "AWS::Lambda::Function")
        (bucket,) = resources(template, "AWS::S3::Bucket", but=[LOGS]).values()
        assert {"EventBridgeConfiguration": {"EventBridgeEnabled": True}} == bucket[
            "Properties"
        ]["NotificationConfiguration"]

    def test_fails_when_a_notification_would_end_the_events(self, stack):
        """CDK's handler of notifications would switch EventBridge off again."""
        data = SecureBucket(stack, "Data", event_bridge_enabled=True)
        data.bucket.enable_event_bridge_notification()

        with pytest.raises(RuntimeError, match="event_bridge_enabled=True and a notif"):
            template_of(stack)

    def test_object_lock(self, stack):
        """Versions cannot be deleted for as long as was asked."""
        retention = s3.ObjectLockRetention.compliance(cdk.Duration.days(30))
        SecureBucket(stack, "Data", object_lock_default_retention=retention)

        assert {"Mode": "COMPLIANCE", "Days": 30} == properties_of(stack)[
            "ObjectLockConfiguration"
        ]["Rule"]["DefaultRetention"]

    def test_cors(self, stack):
        """Named origins may send cross-origin requests."""
        rule = s3.CorsRule(
            allowed_methods=[s3.HttpMethods.GET],
            allowed_origins=["https://shop.example.com", "https://*.example.com"],
        )
        SecureBucket(stack, "Data", cors=[rule])

        (written,) = properties_of(stack)["CorsConfiguration"]["CorsRules"]
        assert ["https://shop.example.com", "https://*.example.com"] == written[
            "AllowedOrigins"
        ]


class TestLifecycle:
    """Rules of the user's own, beside ours."""

    def test_a_rule_that_expires_old_versions_soon_is_not_preceded_by_a_move(
        self, stack
    ):
        """Moving first would cost more, whoever said that they expire."""
        rule = s3.LifecycleRule(noncurrent_version_expiration=cdk.Duration.days(40))
        SecureBucket(stack, "Data", lifecycle_rules=[rule])

        assert "NoncurrentVersionTransitions" not in own_rule(stack)

    def test_archiving(self, stack):
        """The ready-made rule moves at 30 and 90 days, and deletes when asked."""
        rule = SecureBucket.archiving(
            prefix="reports/", expiration=cdk.Duration.days(365)
        )
        SecureBucket(stack, "Data", lifecycle_rules=[rule])

        written = properties_of(stack)["LifecycleConfiguration"]["Rules"][0]
        assert {
            "Prefix": "reports/",
            "Status": "Enabled",
            "ExpirationInDays": 365,
            "Transitions": [
                {"StorageClass": "STANDARD_IA", "TransitionInDays": 30},
                {"StorageClass": "GLACIER", "TransitionInDays": 90},
            ],
        } == written

    def test_archiving_deletes_nothing_by_itself(self, stack):
        """Without an expiration, objects are kept."""
        SecureBucket(stack, "Data", lifecycle_rules=[SecureBucket.archiving()])

        written = properties_of(stack)["LifecycleConfiguration"]["Rules"][0]
        assert "ExpirationInDays" not in written

    def test_a_transition_may_be_on_a_date(self, stack):
        """A transition on a date has no number of days to be checked."""
        date = dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc)
        move = s3.Transition(
            storage_class=s3.StorageClass.GLACIER, transition_date=date
        )
        rule = s3.LifecycleRule(transitions=[move], expiration=cdk.Duration.days(1))
        SecureBucket(stack, "Data", lifecycle_rules=[rule])

        written = properties_of(stack)["LifecycleConfiguration"]["Rules"][0]
        assert "2030-01-01" in str(written["Transitions"])

    def test_expiring_old_versions_late_moves_them_first(self, stack):
        """Versions that stay for long are worth moving."""
        expire = cdk.Duration.days(60)
        SecureBucket(stack, "Data", noncurrent_version_expiration=expire)

        rule = own_rule(stack)
        assert {"NoncurrentDays": 60} == rule["NoncurrentVersionExpiration"]
        assert 30 == rule["NoncurrentVersionTransitions"][0]["TransitionInDays"]

    def test_expiring_old_versions_soon_does_not_move_them(self, stack):
        """Standard-IA bills 30 days at least, so moving would cost more."""
        expire = cdk.Duration.days(59)
        SecureBucket(stack, "Data", noncurrent_version_expiration=expire)

        assert "NoncurrentVersionTransitions" not in own_rule(stack)

    @pytest.mark.parametrize(
        ("action", "own"),
        [
            (
                {"abort_incomplete_multipart_upload_after": cdk.Duration.days(14)},
                "AbortIncompleteMultipartUpload",
            ),
            ({"expired_object_delete_marker": True}, "ExpiredObjectDeleteMarker"),
            (
                {
                    "noncurrent_version_transitions": [
                        s3.NoncurrentVersionTransition(
                            storage_class=s3.StorageClass.GLACIER,
                            transition_after=cdk.Duration.days(1),
                        )
                    ]
                },
                "NoncurrentVersionTransitions",
            ),
        ],
        ids=["abort", "markers", "move"],
    )
    def test_what_a_rule_does_for_all_ours_leaves_to_it(self, stack, action, own):
        """Of two rules for one thing, S3 would take the earlier: ours gives way."""
        SecureBucket(stack, "Data", lifecycle_rules=[s3.LifecycleRule(**action)])

        rules = properties_of(stack)["LifecycleConfiguration"]["Rules"]
        assert 1 == len([rule for rule in rules if own in rule])

    def test_what_a_rule_does_for_some_ours_does_for_the_rest(self, stack):
        """A rule for one prefix, or one not in force, takes nothing from ours."""
        week = cdk.Duration.days(14)
        some = s3.LifecycleRule(
            prefix="in/", abort_incomplete_multipart_upload_after=week
        )
        off = s3.LifecycleRule(
            enabled=False, abort_incomplete_multipart_upload_after=week
        )
        SecureBucket(stack, "Data", lifecycle_rules=[some, off])

        assert {"DaysAfterInitiation": 7} == own_rule(stack)[
            "AbortIncompleteMultipartUpload"
        ]

    def test_ours_goes_when_nothing_is_left_of_it(self, stack):
        """A rule of the user's that does all of it stands alone."""
        rule = s3.LifecycleRule(
            abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
            expired_object_delete_marker=True,
        )
        waived = Waived(REASON)
        SecureBucket(
            stack, "Data", lifecycle_rules=[rule], noncurrent_version_transition=waived
        )

        assert 1 == len(properties_of(stack)["LifecycleConfiguration"]["Rules"])
