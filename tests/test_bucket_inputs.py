"""Tests for what SecureBucket refuses, before it makes anything."""

from __future__ import annotations

import datetime as dt

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_kms as kms, aws_s3 as s3

from secure_constructs import AppKey, SecureBucket, Tier, Waived
from tests.support.synth import new_app, template_of

days = cdk.Duration.days
REASON = "rebuilt every night from the data lake"


def move(storage_class: s3.StorageClass, after: int) -> s3.Transition:
    """Return a transition to *storage_class* after so many days."""
    return s3.Transition(storage_class=storage_class, transition_after=days(after))


def rule(**actions: Any) -> dict[str, Any]:
    """Return the option for one lifecycle rule."""
    return {"lifecycle_rules": [s3.LifecycleRule(**actions)]}


def cors(origin: str) -> dict[str, Any]:
    """Return the option for one allowed origin."""
    methods = [s3.HttpMethods.GET]
    allowed = s3.CorsRule(allowed_methods=methods, allowed_origins=[origin])
    return {"cors": [allowed]}


YESTERDAY = dt.datetime.now(tz=dt.timezone.utc).date() - dt.timedelta(days=1)
GOVERNANCE = s3.ObjectLockRetention.governance(days(1))
IA = s3.StorageClass.INFREQUENT_ACCESS
GLACIER = s3.StorageClass.GLACIER

# What is passed, the kind of error, and what its message has to tell.
REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "a name with capitals": (
        {"bucket_name": "Orders"},
        ValueError,
        "bucket_name='Orders' is no bucket name .*lowercase.*leave it out",
    ),
    "a name too short": (
        {"bucket_name": "ab"},
        ValueError,
        "bucket_name='ab' is no bucket name .*at least 3",
    ),
    "an empty name": (
        {"bucket_name": ""},
        ValueError,
        "bucket_name='' is empty; leave it out to get one made",
    ),
    "a name that is no text": ({"bucket_name": 1}, TypeError, "bucket_name=1 is no te"),
    "False for a waiver": (
        {"versioning": False},
        TypeError,
        r"versioning=False is neither left out nor Waived; .*versions \(S3-04\)",
    ),
    "True for a waiver": (
        {"retain": True},
        TypeError,
        r"retain=True is neither left out nor Waived; .*keeping the data \(S3-09\)",
    ),
    "a waiver that says nothing": (
        {"versioning": Waived("not needed for now")},
        ValueError,
        "versioning=Waived.* does not say why; give an argument",
    ),
    "a waiver of one word": (
        {"access_logs": Waived("unnecessary-and-useless")},
        ValueError,
        "access_logs=Waived.* at least 3 words and 15 characters",
    ),
    "a waiver with blanks for a reason": (
        {"access_logs": Waived("a b c            ")},
        ValueError,
        "access_logs=Waived.* does not say why",
    ),
    "a waiver without text": (
        {"versioning": Waived(None)},  # type: ignore[arg-type]
        TypeError,
        "versioning=Waived.* has no plain text as its reason",
    ),
    "a waiver with a token for a reason": (
        {"versioning": Waived(cdk.Aws.REGION + " is where nobody needs it")},
        TypeError,
        "versioning=Waived.* has no plain text as its reason",
    ),
    "a waiver that ended": (
        {"versioning": Waived(REASON, until=YESTERDAY)},
        ValueError,
        f"versioning=Waived.* ended on {YESTERDAY}; keep the protection, or decide",
    ),
    "a waiver whose end is no day": (
        {"versioning": Waived(REASON, until="2030-01-31")},  # type: ignore[arg-type]
        TypeError,
        "versioning=Waived.* has an end that is no day",
    ),
    "a waiver whose end is an instant": (
        {"versioning": Waived(REASON, until=dt.datetime(2030, 1, 31))},  # noqa: DTZ001
        TypeError,
        "versioning=Waived.* has an end that is no day",
    ),
    "a tier by its name": (
        {"tier": "production"},
        TypeError,
        r"tier='production' is no Tier; use Tier\.PRODUCTION or Tier\.DEVELOPMENT",
    ),
    "a key that is none": (
        {"encryption_key": "alias/orders"},
        TypeError,
        "encryption_key='alias/orders' is no key; pass a kms.Key, an imported key or",
    ),
    "log bucket by its name": (
        {"access_logs": "my-logs"},
        TypeError,
        "access_logs='my-logs' is neither left out nor Waived; pass a bucket .of a Sec",
    ),
    "an origin that is everybody": (
        cors("*"),
        ValueError,
        r"cors\[0\]\.allowed_origins='\*' lets scripts of any website in \(S3-08\)",
    ),
    "an origin that is everybody by https": (cors("https://*"), ValueError, "S3-08"),
    "an origin that is a top-level domain": (
        cors("https://*.com"),
        ValueError,
        "S3-08",
    ),
    "an origin of any scheme's rest": (cors("https:*"), ValueError, "S3-08"),
    "an origin with any end": (cors("https://a.*"), ValueError, "S3-08"),
    "an origin that ends alike": (cors("https://*a.example"), ValueError, "S3-08"),
    "the origin of sandboxed frames": (cors("null"), ValueError, "S3-08"),
    "one CORS rule without a list": (
        {"cors": cors("https://a.example.com")["cors"][0]},
        TypeError,
        "cors=.* is no list of CorsRule",
    ),
    "a CORS rule as a dict": (
        {"cors": [{"allowed_origins": ["https://a.example.com"]}]},
        TypeError,
        r"cors\[0\]=.* is no CorsRule; write CorsRule\(\.\.\.\)",
    ),
    "a number for a duration": (
        {"presigned_url_max_age": 900},
        TypeError,
        r"presigned_url_max_age=900 is no Duration; .* Duration.minutes\(15\)",
    ),
    "a number of days for a duration": (
        {"noncurrent_version_expiration": 90},
        TypeError,
        r"noncurrent_version_expiration=90 is no Duration; .* Duration.days\(30\)",
    ),
    "a signature good for no time": (
        {"presigned_url_max_age": cdk.Duration.millis(999)},
        ValueError,
        "presigned_url_max_age='999 ms' is not 1 second to 7 days",
    ),
    "a signature good for too long": (
        {"presigned_url_max_age": cdk.Duration.minutes(7 * 24 * 60 + 1)},
        ValueError,
        "is not 1 second to 7 days",
    ),
    "half a day": (
        {"noncurrent_version_expiration": cdk.Duration.hours(36)},
        ValueError,
        "noncurrent_version_expiration='1.5 days' is not 1 to 36500 whole days",
    ),
    "no day": (
        {"noncurrent_version_expiration": days(0)},
        ValueError,
        "noncurrent_version_expiration='0 days' is not 1 to 36500 whole days",
    ),
    "moving earlier than S3 does": (
        {"noncurrent_version_transition": days(29)},
        ValueError,
        "noncurrent_version_transition='29 days' is not 30 to 36500 whole days",
    ),
    "moving as True": (
        {"noncurrent_version_transition": True},
        TypeError,
        "noncurrent_version_transition=True is neither .*; pass a Duration, or leave",
    ),
    "expiring before moving": (
        {
            "noncurrent_version_transition": days(60),
            "noncurrent_version_expiration": days(60),
        },
        ValueError,
        "noncurrent_version_expiration='60 days' comes before the move after 60 days",
    ),
    "expiring twice": (
        {
            "noncurrent_version_expiration": days(90),
            **rule(noncurrent_version_expiration=days(60)),
        },
        ValueError,
        "noncurrent_version_expiration=.* is also said by one of lifecycle_rules",
    ),
    "moving twice": (
        {
            "noncurrent_version_transition": days(90),
            **rule(
                noncurrent_version_transitions=[
                    s3.NoncurrentVersionTransition(
                        storage_class=GLACIER, transition_after=days(1)
                    )
                ]
            ),
        },
        ValueError,
        "noncurrent_version_transition=.* is also said by one of lifecycle_rules",
    ),
    "a rule as a dict": (
        {"lifecycle_rules": [{"expiration": days(1)}]},
        TypeError,
        r"lifecycle_rules\[0\]=.* is no LifecycleRule",
    ),
    "a rule that does nothing": (
        rule(prefix="in/"),
        ValueError,
        r"lifecycle_rules\[0\]=LifecycleRule.* does nothing; give it an expiration",
    ),
    "a rule that says how many versions, but not when": (
        rule(noncurrent_versions_to_retain=5),
        ValueError,
        "does nothing; give it an expiration",
    ),
    "rules that are no list": (
        {"lifecycle_rules": {}},
        TypeError,
        "lifecycle_rules={} is no list of LifecycleRule",
    ),
    "a date in no time zone": (
        rule(expiration_date=dt.datetime(2030, 1, 1)),  # noqa: DTZ001
        ValueError,
        "expiration_date=2030-01-01 00:00:00 is in no time zone",
    ),
    "a move on a date in no time zone": (
        rule(
            transitions=[
                s3.Transition(
                    storage_class=GLACIER,
                    transition_date=dt.datetime(2030, 1, 1),  # noqa: DTZ001
                )
            ]
        ),
        ValueError,
        "transition_date=2030-01-01 00:00:00 is in no time zone",
    ),
    "a move at no time": (
        rule(transitions=[s3.Transition(storage_class=GLACIER)]),
        ValueError,
        r"transitions\[0\]=.* says neither after how long nor when",
    ),
    "aborting uploads by tag": (
        rule(
            abort_incomplete_multipart_upload_after=days(1),
            tag_filters={"a": "b"},
        ),
        ValueError,
        "abort_incomplete_multipart_upload_after=.* goes with no tag or size filter",
    ),
    "a rule with our name": (
        rule(id="SecureConstructs", expiration=days(1)),
        ValueError,
        r"lifecycle_rules\[0\]\.id='SecureConstructs' is the id of another rule",
    ),
    "two rules with one name": (
        {
            "lifecycle_rules": [
                s3.LifecycleRule(id="old", expiration=days(1)),
                s3.LifecycleRule(id="old", expiration=days(2)),
            ]
        },
        ValueError,
        r"lifecycle_rules\[0\]\.id='old' is the id of another rule",
    ),
    "a rule that expires what it is to move": (
        rule(expiration=days(30), transitions=[move(IA, 30)]),
        ValueError,
        r"lifecycle_rules\[0\]\.expiration='30 days' comes before the move after 30",
    ),
    "a rule that expires versions it is to move": (
        rule(
            noncurrent_version_expiration=days(5),
            noncurrent_version_transitions=[
                s3.NoncurrentVersionTransition(
                    storage_class=GLACIER, transition_after=days(10)
                )
            ],
        ),
        ValueError,
        r"\[0\]\.noncurrent_version_expiration='5 days' comes before the move",
    ),
    "transitions out of order": (
        rule(transitions=[move(GLACIER, 90), move(IA, 30)]),
        ValueError,
        r"\[0\]\.transitions='\[90, 30\] days' do not come one after the other",
    ),
    "a transition earlier than S3 does": (
        rule(transitions=[move(IA, 7)]),
        ValueError,
        r"transitions\[0\]\.transition_after='7 days' is not 30 to 36500 whole days",
    ),
    "a transition as a dict": (
        rule(transitions=[{"storageClass": IA, "transitionAfter": days(30)}]),
        TypeError,
        r"transitions\[0\]=.* is no transition; write s3\.Transition",
    ),
    "markers together with an expiration": (
        rule(expired_object_delete_marker=True, expiration=days(1)),
        ValueError,
        "expired_object_delete_marker='True' goes with no expiration or tag filter",
    ),
    "aborting uploads at once": (
        rule(abort_incomplete_multipart_upload_after=days(0)),
        ValueError,
        r"abort_incomplete_multipart_upload_after='0 days' is not 1 to 36500",
    ),
    "a lock that is none": (
        {"object_lock_default_retention": days(30)},
        TypeError,
        "object_lock_default_retention=.* is no retention; write s3.ObjectLockReten",
    ),
    "a lock without versions": (
        {"object_lock_default_retention": GOVERNANCE, "versioning": Waived(REASON)},
        ValueError,
        "object_lock_default_retention='GOVERNANCE' locks versions; leave versioning",
    ),
    "a lock in development": (
        {"object_lock_default_retention": GOVERNANCE, "tier": Tier.DEVELOPMENT},
        ValueError,
        "object_lock_default_retention='GOVERNANCE' keeps objects that are to go",
    ),
    "a lock on what is not retained": (
        {"object_lock_default_retention": GOVERNANCE, "retain": Waived(REASON)},
        ValueError,
        "object_lock_default_retention='GOVERNANCE' keeps objects that are to go",
    ),
    "a flag that is none": (
        {"event_bridge_enabled": "yes"},
        TypeError,
        "event_bridge_enabled='yes' is neither True nor False",
    ),
    "a prefix that is no text": (
        {"server_access_logs_prefix": 1},
        TypeError,
        "server_access_logs_prefix=1 is no text",
    ),
    "a prefix for no logs": (
        {"server_access_logs_prefix": "in/", "access_logs": Waived(REASON)},
        ValueError,
        "server_access_logs_prefix='in/' is for access logs, which are waived",
    ),
}


@pytest.mark.parametrize(("options", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_fails_before_anything_is_created(stack, options, error, message):
    """The error names the construct, option and value; the tree stays as it was."""
    with pytest.raises(error, match=f"^SecureBucket 'Stack/Data': .*{message}"):
        SecureBucket(stack, "Data", **options)

    assert [] == stack.node.children


def test_a_failed_bucket_decides_nothing_for_the_next(app):
    """After an error a baseline can still be applied, and no log source is left."""
    stack = cdk.Stack(app, "Stack")
    with pytest.raises(TypeError):
        SecureBucket(stack, "Data", versioning=False)  # type: ignore[arg-type]
    SecureBucket(stack, "Data")

    policies = [
        body["Properties"]["PolicyDocument"]["Statement"]
        for name, body in template_of(stack)["Resources"].items()
        if name.startswith("SecureConstructsAccessLogsPolicy")
    ]
    (source,) = [
        statement["Condition"]["ArnLike"]["aws:SourceArn"]
        for statement in policies[0]
        if "ArnLike" in statement["Condition"]
    ]
    assert [{"Fn::GetAtt": ["Data666C94C7", "Arn"]}] == source


class TestKeys:
    """Keys that cannot encrypt this bucket."""

    def test_fails_on_a_key_in_another_region(self):
        """S3 takes keys of the bucket's own region only."""
        app = new_app()
        stack = cdk.Stack(app, "Stack", env=cdk.Environment(region="eu-west-1"))
        arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
        key = kms.Key.from_key_arn(stack, "Key", arn)

        message = "encryption_key='Stack/Key' is in region us-east-1, but the stack is"
        with pytest.raises(ValueError, match=message):
            SecureBucket(stack, "Data", encryption_key=key)

    def test_takes_a_key_whose_region_is_not_known(self, stack):
        """Without a region on either side there is nothing to compare."""
        arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
        key = kms.Key.from_key_arn(stack, "Key", arn)

        assert SecureBucket(stack, "Data", encryption_key=key).bucket.encryption_key

    def test_takes_a_key_of_the_same_region(self):
        """The same region is the right one."""
        env = cdk.Environment(region="eu-west-1")
        stack = cdk.Stack(new_app(), "Stack", env=env)
        arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
        key = kms.Key.from_key_arn(stack, "Key", arn)

        assert SecureBucket(stack, "Data", encryption_key=key).bucket.encryption_key

    def test_fails_on_an_alias(self, stack):
        """An alias can point to another key tomorrow; the policy pins the key."""
        alias = kms.Alias.from_alias_name(stack, "Alias", "alias/orders")

        with pytest.raises(ValueError, match="is an alias, .* pass the key itself"):
            SecureBucket(stack, "Data", encryption_key=alias)

    @pytest.mark.parametrize(
        ("keys", "data", "message"),
        [
            ({"region": "us-east-1"}, {"region": "eu-west-1"}, "region us-east-1, but"),
            ({}, {"region": "eu-west-1"}, "region unknown, but this stack is in eu-we"),
            ({"region": "eu-west-1"}, {}, "region eu-west-1, but this stack is in unk"),
            (
                {"region": "eu-west-1", "account": "111122223333"},
                {"region": "eu-west-1", "account": "444455556666"},
                "account 111122223333, but this stack is in 444455556666",
            ),
        ],
        ids=["other region", "key without", "bucket without", "other account"],
    )
    def test_fails_on_an_app_key_of_another_environment(self, keys, data, message):
        """A key by ARN has to be in the region and account of what it encrypts."""
        app = new_app()
        keys_stack = cdk.Stack(app, "Keys", env=cdk.Environment(**keys))
        stack = cdk.Stack(app, "Data", env=cdk.Environment(**data))
        key = AppKey(keys_stack, "Key")

        with pytest.raises(ValueError, match=f"{message}.*; give both .* same env="):
            SecureBucket(stack, "Data", encryption_key=key)


class TestLogBuckets:
    """Log buckets that cannot take the logs."""

    def test_fails_on_one_that_a_key_encrypts(self, stack):
        """S3 delivers access logs to no bucket with a customer's key."""
        logs = s3.Bucket(stack, "Logs", encryption=s3.BucketEncryption.KMS)

        message = "access_logs='Stack/Logs' is encrypted with a key.*SSE-S3"
        with pytest.raises(ValueError, match=message):
            SecureBucket(stack, "Data", access_logs=logs)

    def test_fails_on_the_construct_instead_of_its_bucket(self, stack):
        """A SecureBucket is no bucket of CDK's; its attribute is."""
        logs = SecureBucket(stack, "Logs")

        with pytest.raises(TypeError, match="is neither left out nor Waived; pass a b"):
            SecureBucket(stack, "Data", access_logs=logs)  # type: ignore[arg-type]


class TestScopes:
    """Places where no bucket can be."""

    def test_fails_outside_a_stack(self, app):
        """What is in no stack is never deployed."""
        with pytest.raises(ValueError, match="'Data': scope=.* is in no stack; create"):
            SecureBucket(app, "Data")

    def test_fails_on_what_is_no_construct(self):
        """The scope comes first, as everywhere in CDK."""
        with pytest.raises(
            TypeError, match="SecureBucket 'Data': scope is None, which"
        ):
            SecureBucket(None, "Data")  # type: ignore[arg-type]


class TestTokens:
    """Values only known at deployment pass, where no promise depends on them."""

    def test_bucket_name(self, stack):
        """A name with a token in it is not judged."""
        name = f"orders-{cdk.Aws.ACCOUNT_ID}"

        assert name == SecureBucket(stack, "Data", bucket_name=name).bucket_name or name
        assert "Fn::Join" in str(template_of(stack))

    def test_durations(self, stack):
        """A duration with a token in it is not judged."""
        number = cdk.CfnParameter(stack, "Days", type="Number").value_as_number
        later = days(number)
        SecureBucket(
            stack,
            "Data",
            noncurrent_version_expiration=later,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=later,
                    transitions=[
                        s3.Transition(storage_class=IA, transition_after=later)
                    ],
                )
            ],
        )

        assert {"Ref": "Days"} == next(
            each["ExpirationInDays"]
            for each in template_of(stack)["Resources"]["Data666C94C7"]["Properties"][
                "LifecycleConfiguration"
            ]["Rules"]
            if "ExpirationInDays" in each
        )

    def test_origins(self, stack):
        """An origin that is a token, or a list that is one, is not judged."""
        parameter = cdk.CfnParameter(stack, "Origins", type="CommaDelimitedList")
        one = s3.CorsRule(
            allowed_methods=[s3.HttpMethods.GET],
            allowed_origins=[f"https://{cdk.Aws.URL_SUFFIX}"],
        )
        many = s3.CorsRule(
            allowed_methods=[s3.HttpMethods.GET],
            allowed_origins=parameter.value_as_list,
        )
        SecureBucket(stack, "Data", cors=[one, many])

        assert {"Ref": "Origins"} == template_of(stack)["Resources"]["Data666C94C7"][
            "Properties"
        ]["CorsConfiguration"]["CorsRules"][1]["AllowedOrigins"]

    @pytest.mark.parametrize("unit", [cdk.Duration.millis, cdk.Duration.hours])
    def test_fails_on_an_age_that_is_a_token(self, stack, unit):
        """The policy compares milliseconds, which nothing can compute later."""
        number = cdk.CfnParameter(stack, "Age", type="Number").value_as_number

        with pytest.raises(ValueError, match="presigned_url_max_age='a token' is "):
            SecureBucket(stack, "Data", presigned_url_max_age=unit(number))

    def test_fails_on_days_made_of_another_unit(self, stack):
        """CloudFormation cannot turn hours into days."""
        number = cdk.CfnParameter(stack, "Age", type="Number").value_as_number
        later = cdk.Duration.hours(number)

        with pytest.raises(ValueError, match="make it with Duration.days"):
            SecureBucket(stack, "Data", noncurrent_version_expiration=later)
