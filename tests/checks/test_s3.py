"""Tests for `secure_constructs.checks.s3`: the rules for what a bucket holds."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Rule, Template, s3
from tests.support.unknowable import INTRINSICS, unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}
KEY = {"SSEAlgorithm": "aws:kms"}
KEPT = {"Encryption": "aws:kms"}
_ON = pytest.mark.parametrize("on", [True, "true"], ids=repr)
_OFF = pytest.mark.parametrize("off", [None, False, "false", NO_VALUE], ids=repr)


def problems(
    rule: Rule, properties: Any = None, statement: Any = None, **body: Any
) -> list[str]:
    """Return where a bucket with *properties* breaks *rule*, and by what."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": properties or {}, **body}
    document = {"Bucket": {"Ref": "Data"}, "PolicyDocument": {"Statement": statement}}
    policy = {"Type": "AWS::S3::BucketPolicy", "Properties": document}
    template = Template({"Resources": {"Data": bucket, "Policy": policy}})
    found = rule.breaches(template.resources["Data"])
    return [f"{each.location}: {each.problem}" for each in found]


class TestPublicAccessBlocked:
    FLAGS = (
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    )

    def found(self, flags: object) -> list[str]:
        """Return what S3-01 finds."""
        properties = {"PublicAccessBlockConfiguration": flags}
        return problems(s3.public_access_blocked, properties)

    @_ON
    def test_by_all_flags(self, on):
        """All four flags keep the promise, also as text."""
        assert [] == self.found(dict.fromkeys(self.FLAGS, on))

    @_OFF
    @pytest.mark.parametrize("flag", FLAGS)
    def test_not_with_one_off(self, flag, off):
        """Each flag is needed."""
        expected = f"Properties.PublicAccessBlockConfiguration.{flag}: {flag} is not on"

        assert [expected] == self.found({**dict.fromkeys(self.FLAGS, True), flag: off})

    @pytest.mark.parametrize("flags", [None, {}, NO_VALUE], ids=str)
    def test_not_without_any(self, flags):
        """What is not written out is not relied on."""
        assert 4 == len(self.found(flags))

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """Neither unknown flags nor an unknown configuration is a breach."""
        flags = dict.fromkeys(self.FLAGS, unknown)

        assert [] == self.found(flags) + self.found(unknown)


class TestEncrypted:
    NONE = "Properties.BucketEncryption: no encryption is declared"
    NO_BUCKET_KEY = (
        "Properties.BucketEncryption: "
        "there is no bucket key, so each object costs a request"
    )
    NOT_BLOCKED = "Properties.BucketEncryption: SSE-C is not blocked"

    def found(self, **changes: Any) -> list[str]:
        """Return what S3-02 finds with *changes* of a good encryption."""
        rule = {
            "ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
            **changes,
        }
        return self.found_with({"ServerSideEncryptionConfiguration": [rule]})

    def found_with(self, encryption: object) -> list[str]:
        """Return what S3-02 finds with that *encryption*."""
        return problems(s3.encrypted, {"BucketEncryption": encryption})

    @pytest.mark.parametrize("algorithm", ["AES256", "aws:kms:dsse"])
    def test_without_a_bucket_key(self, algorithm):
        """Only plain KMS can have a bucket key."""
        default = {"SSEAlgorithm": algorithm}

        assert [] == self.found(ServerSideEncryptionByDefault=default)

    @_ON
    def test_with_a_bucket_key(self, on):
        """With KMS and a bucket key the promise is kept."""
        assert [] == self.found(ServerSideEncryptionByDefault=KEY, BucketKeyEnabled=on)

    @_OFF
    def test_not_by_kms_without_a_bucket_key(self, off):
        """With KMS the bucket key is not optional."""
        assert [self.NO_BUCKET_KEY] == self.found(
            ServerSideEncryptionByDefault=KEY, BucketKeyEnabled=off
        )

    @unknowable
    def test_perhaps_with_a_bucket_key(self, unknown):
        """A bucket key that the deployment decides about is no breach."""
        assert [] == self.found(
            ServerSideEncryptionByDefault=KEY, BucketKeyEnabled=unknown
        )

    @pytest.mark.parametrize(
        "encryption", [None, NO_VALUE, {"ServerSideEncryptionConfiguration": []}]
    )
    def test_not_by_itself(self, encryption):
        """An encryption that is not declared is a breach, and blocks nothing."""
        assert [self.NONE, self.NOT_BLOCKED] == self.found_with(encryption)

    @pytest.mark.parametrize("default", [None, {}, {"KMSMasterKeyID": "key"}])
    def test_not_without_an_algorithm(self, default):
        """A default needs an algorithm."""
        assert [self.NONE] == self.found(ServerSideEncryptionByDefault=default)

    @pytest.mark.parametrize("types", ["SSE-C", ["NONE", "SSE-C"]])
    def test_blocks_sse_c(self, types):
        """It is blocked alone or among others."""
        assert [] == self.found(BlockedEncryptionTypes={"EncryptionType": types})

    @pytest.mark.parametrize(
        "blocked", [None, {}, NO_VALUE, {"EncryptionType": ["NONE"]}], ids=str
    )
    def test_not_without_blocking_sse_c(self, blocked):
        """Keys that only clients have must be blocked by name."""
        assert [self.NOT_BLOCKED] == self.found(BlockedEncryptionTypes=blocked)

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """An unknown part, from the whole down to the algorithm, is no breach."""
        configuration = "ServerSideEncryptionConfiguration"

        assert [] == self.found_with(unknown)
        assert [] == self.found_with({configuration: unknown})
        assert [] == self.found_with({configuration: [unknown]})
        assert [] == self.found(ServerSideEncryptionByDefault=unknown)
        assert [] == self.found(ServerSideEncryptionByDefault={"SSEAlgorithm": unknown})

    @unknowable
    def test_perhaps_blocks_sse_c(self, unknown):
        """Unknown blocked types are no breach, even where only one is unknown."""
        for types in (unknown, ["NONE", unknown]):
            assert [] == self.found(BlockedEncryptionTypes={"EncryptionType": types})


class TestEncryptedWithOnlyItsKey:
    """A bucket that was made with a key keeps to that key."""

    LOST = (
        "Properties.BucketEncryption: "
        "the key it was made with is no longer the only one"
    )
    HEADER = "s3:x-amz-server-side-encryption"

    def found(self, record: Any = KEPT, default: Any = None, **deny: Any) -> list[str]:
        """Return what S3-02 finds, with *deny* as changes of the Deny."""
        key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "Key"}}
        rule = {
            "ServerSideEncryptionByDefault": default or key,
            "BucketKeyEnabled": True,
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
        }
        statement = {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "s3:PutObject",
            "Resource": {"Fn::Sub": "${Data.Arn}/*"},
            "Condition": {
                "Null": {self.HEADER: "false"},
                "StringNotEquals": {f"{self.HEADER}-aws-kms-key-id": {"Ref": "Key"}},
            },
            **deny,
        }
        encryption = {"ServerSideEncryptionConfiguration": [rule]}
        return problems(
            s3.encrypted,
            {"BucketEncryption": encryption},
            statement,
            Metadata={"SecureConstructs": record},
        )

    def test_by_refusing_others(self):
        """The key is the default, and uploads with another are refused."""
        assert [] == self.found()

    def test_by_refusing_them_beside_what_is_unknown(self):
        """The Deny may be about more than is known."""
        resources = [{"Fn::Sub": "${Data.Arn}/*"}, INTRINSICS["import"]]

        assert [] == self.found(Resource=resources)

    def test_not_with_the_key_of_somebody_else(self):
        """A bucket that changed its key is found."""
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "Other"}}

        assert [self.LOST] == self.found(default=default)

    @pytest.mark.parametrize(
        "default", [{"SSEAlgorithm": "AES256"}, {"SSEAlgorithm": "aws:kms"}], ids=str
    )
    def test_not_without_a_key(self, default):
        """S3's key, or AWS's, is not the one it was made with."""
        assert [self.LOST] == self.found(default=default)

    @pytest.mark.parametrize(
        "changes",
        [
            {"Effect": "Allow"},
            {"Principal": {"AWS": "111122223333"}},
            {"Action": "s3:GetObject"},
            {"Resource": {"Fn::Sub": "${Data.Arn}/some/*"}},
            {"Condition": {"Null": {HEADER: "false"}}},
            {"Condition": None},
        ],
        ids=str,
    )
    def test_not_by_refusing_less(self, changes):
        """All uploads of everybody with another key must be refused."""
        assert [self.LOST] == self.found(**changes)

    @pytest.mark.parametrize("record", [None, {"Encryption": "AES256"}], ids=str)
    def test_only_where_it_was_asked_for(self, record):
        """Other buckets may be written to with any key."""
        assert [] == self.found(record, Effect="Allow")


class TestVersioned:
    @pytest.mark.parametrize("status", ["Enabled", *INTRINSICS.values()], ids=str)
    def test_when_enabled(self, status):
        """Versions that are on, or that the deployment decides about, are fine."""
        properties = {"VersioningConfiguration": {"Status": status}}

        assert [] == problems(s3.versioned, properties)

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """An unknown configuration is no breach."""
        assert [] == problems(s3.versioned, {"VersioningConfiguration": unknown})

    @pytest.mark.parametrize(
        "configuration", [None, {}, NO_VALUE, {"Status": "Suspended"}], ids=str
    )
    def test_not_otherwise(self, configuration):
        """Versions that are off or suspended are a breach."""
        expected = "Properties.VersioningConfiguration: versioning is off"
        properties = {"VersioningConfiguration": configuration}

        assert [expected] == problems(s3.versioned, properties)


class TestKept:
    POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")

    def found(self, record: Any = None, **policies: Any) -> list[str]:
        """Return what S3-09 finds."""
        both = dict.fromkeys(self.POLICIES, "Retain")
        metadata = {"SecureConstructs": record}
        return problems(s3.kept, Metadata=metadata, **{**both, **policies})

    @pytest.mark.parametrize("kept", ["Retain", "RetainExceptOnCreate"])
    def test_by_retaining_it(self, kept):
        """The bucket stays, except perhaps after a failed first deployment."""
        assert [] == self.found(DeletionPolicy=kept)

    @pytest.mark.parametrize("policy", POLICIES)
    @pytest.mark.parametrize("value", ["Delete", "Snapshot", None])
    def test_not_otherwise(self, policy, value):
        """Each of the two policies is needed."""
        expected = f"{policy}: {policy} does not keep the bucket"

        assert [expected] == self.found(**{policy: value})

    @pytest.mark.parametrize(("tier", "count"), [("development", 0), ("production", 2)])
    def test_not_needed_in_development(self, tier, count):
        """A bucket that is recorded as development may go."""
        gone = dict.fromkeys(self.POLICIES, "Delete")

        assert count == len(self.found({"Tier": tier}, **gone))

    @unknowable
    @pytest.mark.parametrize("policy", POLICIES)
    def test_perhaps_by_the_deployment(self, policy, unknown):
        """With AWS::LanguageExtensions a policy may be an intrinsic."""
        assert [] == self.found(**{policy: unknown})
