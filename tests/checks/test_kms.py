"""Tests for `secure_constructs.checks.kms`."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Template, kms
from tests.support.unknowable import INTRINSICS, unknowable

OWN, FOREIGN = "111122223333", "999999999999"
OWN_ROOT = f"arn:aws:iam::{OWN}:root"
SERVICE = {"Service": "events.amazonaws.com"}
NO_VALUE = {"Ref": "AWS::NoValue"}


class TestRotatedAndKept:
    POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
    NO_ROTATION = "Properties.EnableKeyRotation: the key does not rotate"

    def found(self, body: Any = None, record: Any = None, **changes: Any) -> list[str]:
        """Return what KEY-01 finds at a good key with *changes* of properties."""
        key = {
            "Type": "AWS::KMS::Key",
            "Properties": {"EnableKeyRotation": True, **changes},
            "Metadata": {"SecureConstructs": record},
            **dict.fromkeys(self.POLICIES, "Retain"),
            **(body or {}),
        }
        resource = Template({"Resources": {"Key": key}}).resources["Key"]
        breaches = kms.rotated_and_kept.breaches(resource)
        return [f"{each.location}: {each.problem}" for each in breaches]

    @pytest.mark.parametrize("on", [True, "true", *INTRINSICS.values()], ids=str)
    def test_by_rotation(self, on):
        """Rotation is on, or the deployment decides about it."""
        assert [] == self.found(EnableKeyRotation=on)

    @pytest.mark.parametrize("off", [None, False, "false", NO_VALUE], ids=str)
    def test_not_without_rotation(self, off):
        """Rotation is off unless it is written out."""
        assert [self.NO_ROTATION] == self.found(EnableKeyRotation=off)

    @pytest.mark.parametrize(
        "kind",
        [
            {"KeySpec": "SYMMETRIC_DEFAULT"},
            {"KeyUsage": "ENCRYPT_DECRYPT"},
            {"Origin": "AWS_KMS"},
        ],
        ids=str,
    )
    def test_not_without_rotation_of_an_ordinary_key(self, kind):
        """What is the default may be written out."""
        assert [self.NO_ROTATION] == self.found(EnableKeyRotation=False, **kind)

    @pytest.mark.parametrize(
        "kind",
        [
            {"KeySpec": "RSA_2048"},
            {"KeyUsage": "SIGN_VERIFY"},
            {"Origin": "EXTERNAL"},
            *({name: INTRINSICS["if"]} for name in ("KeySpec", "KeyUsage", "Origin")),
        ],
        ids=str,
    )
    def test_rotates_only_what_can(self, kind):
        """An asymmetric or imported key cannot rotate; an unknown one perhaps not."""
        assert [] == self.found(EnableKeyRotation=False, **kind)

    @pytest.mark.parametrize(
        ("name", "days"),
        [("RotationPeriodInDays", 365), ("PendingWindowInDays", 30)],
    )
    def test_in_time(self, name, days):
        """A year is the longest period, a month the shortest time before the end."""
        for value in (days, str(days), *INTRINSICS.values()):
            assert [] == self.found(**{name: value})

    @pytest.mark.parametrize("as_", [int, str])
    @pytest.mark.parametrize(
        ("name", "days", "problem"),
        [
            ("RotationPeriodInDays", 366, "rotates every 366 days"),
            ("PendingWindowInDays", 29, "is gone after 29 days"),
        ],
    )
    def test_not_out_of_time(self, name, days, problem, as_):
        """A day more, or less, is a breach, also as text."""
        assert [f"Properties.{name}: {problem}"] == self.found(**{name: as_(days)})

    @pytest.mark.parametrize("kept", ["Retain", "RetainExceptOnCreate"])
    def test_kept(self, kept):
        """The key stays, except perhaps after a failed first deployment."""
        assert [] == self.found({"DeletionPolicy": kept})

    @pytest.mark.parametrize("policy", POLICIES)
    @pytest.mark.parametrize("value", ["Delete", None])
    def test_not_deleted_with_the_stack(self, policy, value):
        """Each of the two policies is needed."""
        expected = f"{policy}: {policy} does not keep the key"

        assert [expected] == self.found({policy: value})

    @pytest.mark.parametrize(("tier", "count"), [("development", 0), ("production", 2)])
    def test_not_kept_in_development(self, tier, count):
        """A key that is recorded as development may go."""
        gone = dict.fromkeys(self.POLICIES, "Delete")

        assert count == len(self.found(gone, {"Tier": tier}))

    @pytest.mark.parametrize("policy", POLICIES)
    def test_perhaps_kept(self, policy):
        """With AWS::LanguageExtensions a policy may be an intrinsic."""
        assert [] == self.found({policy: INTRINSICS["if"]})


def problems(policy: object, *, account: str | None = OWN) -> list[str]:
    """Return what KEY-02 finds at a key with that *policy*."""
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}
    resource = Template({"Resources": {"Key": key}}, account=account).resources["Key"]
    breaches = kms.used_by_this_account.breaches(resource)
    return [f"{each.location}: {each.problem}" for each in breaches]


def problems_with(principal: object, *, account: Any = OWN, **more: Any) -> list[str]:
    """Return what KEY-02 finds with a policy of one statement."""
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "kms:Decrypt",
        "Resource": "*",
        **more,
    }
    return problems({"Statement": [statement]}, account=account)


class TestUsedByThisAccount:
    EVERYBODY = "Properties.KeyPolicy: lets everybody in"
    ACCOUNT = f"Properties.KeyPolicy: lets the account {FOREIGN} in"

    @pytest.mark.parametrize("policy", [None, {}, *INTRINSICS.values()], ids=str)
    def test_without_a_known_policy(self, policy):
        """The policy that KMS makes is fine; one that is unknown is no breach."""
        assert [] == problems(policy)

    @pytest.mark.parametrize("principal", ["*", {"AWS": "*"}], ids=str)
    def test_not_by_everybody(self, principal):
        """Everybody is more than the account."""
        assert [self.EVERYBODY] == problems_with(principal)

    def test_not_by_all_but_a_few(self):
        """Everybody but somebody is everybody else."""
        not_one = {"AWS": OWN_ROOT}

        assert [self.EVERYBODY] == problems_with(None, NotPrincipal=not_one)

    def test_by_everybody_of_the_account(self):
        """A condition on the caller's account keeps everybody else out."""
        condition = {"StringEquals": {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}}

        assert [] == problems_with("*", Condition=condition)

    @unknowable
    def test_perhaps_by_everybody(self, unknown):
        """A condition that the deployment decides about may keep everybody out."""
        assert [] == problems_with("*", Condition=unknown)

    def test_not_by_another_account(self):
        """Another account is foreign, and named in the finding."""
        principal = {"AWS": f"arn:aws:iam::{FOREIGN}:role/role"}

        assert [self.ACCOUNT] == problems_with(principal)

    def test_by_another_account_where_the_own_is_unknown(self):
        """Without a known account there may be none but the own."""
        assert [] == problems_with({"AWS": FOREIGN}, account=None)

    @pytest.mark.parametrize("principal", ["*", {"AWS": FOREIGN}, SERVICE], ids=str)
    def test_denied_to_anybody(self, principal):
        """A Deny lets nobody in."""
        assert [] == problems_with(principal, Effect="Deny", Action="kms:*")

    def test_not_beside_what_is_unknown(self):
        """Everybody, and another account, are let in whoever is beside them."""
        found = problems_with({"AWS": ["*", FOREIGN, INTRINSICS["if"]]})

        assert [self.EVERYBODY, self.ACCOUNT] == found

    def test_by_each_statement(self):
        """Every statement is read, also behind a Deny."""
        kinds = [("Deny", "*"), ("Allow", "*"), ("Allow", {"AWS": FOREIGN})]
        statements = [{"Effect": kind, "Principal": who} for kind, who in kinds]

        assert [self.EVERYBODY, self.ACCOUNT] == problems({"Statement": statements})


class TestServices:
    """A service may use the key for resources of this account."""

    OPEN = "Properties.KeyPolicy: lets a service in for any account"

    @pytest.mark.parametrize(
        "condition",
        [
            {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
            {"ArnLike": {"aws:SourceArn": f"arn:aws:events:*:{OWN}:rule/*"}},
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:*:{OWN}:*"}},
        ],
        ids=str,
    )
    def test_that_is_tied(self, condition):
        """The source's account or ARN, or the encryption context, ties it."""
        assert [] == problems_with(SERVICE, Condition=condition)

    @pytest.mark.parametrize(
        "condition",
        [
            None,
            {"Bool": {"aws:SecureTransport": "true"}},
            {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
            {"StringEquals": {"kms:EncryptionContextKeys": "aws:logs:arn"}},
            {"StringLike": {"aws:SourceAccount": "*"}},
            {"StringLike": {"kms:EncryptionContext:aws:logs:arn": "*"}},
            {"StringNotEquals": {"kms:EncryptionContext:aws:logs:arn": "a"}},
            {"ArnLikeIfExists": {"kms:EncryptionContext:aws:logs:arn": "a"}},
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:*"}},
        ],
        ids=str,
    )
    def test_not_one_that_is_not(self, condition):
        """What does not have to match, or always matches, ties nothing."""
        assert [self.OPEN] == problems_with(SERVICE, Condition=condition)

    def test_not_one_that_is_tied_to_another_account(self):
        """The account that a service acts for has to be this one."""
        condition = {"StringEquals": {"aws:SourceAccount": FOREIGN}}

        assert 1 == len(problems_with(SERVICE, Condition=condition))

    @unknowable
    def test_that_is_perhaps_tied(self, unknown):
        """A condition that the deployment decides about may tie it."""
        assert [] == problems_with(SERVICE, Condition=unknown)
