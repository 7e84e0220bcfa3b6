"""Tests for `secure_constructs.checks.kms`: who may create grants."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Template, kms

OWN = "111122223333"
OWN_ROOT = f"arn:aws:iam::{OWN}:root"
ROLE = {"Fn::GetAtt": ["Role", "Arn"]}
SERVICE = {"Service": "events.amazonaws.com"}
IF = {"Fn::If": ["Production", "a", "b"]}
FOR_SERVICES = "kms:GrantIsForAWSResource"
GRANT_ONLY = {"Action": "kms:CreateGrant", "Resource": "*"}
GRANT = {"Effect": "Allow", "Principal": {"AWS": ROLE}, **GRANT_ONLY}
REFUSAL: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Condition": {"BoolIfExists": {FOR_SERVICES: "false"}},
    **GRANT_ONLY,
}


def problems(policy: object) -> list[str]:
    """Return what KEY-02 finds at a key with that *policy*."""
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}
    resource = Template({"Resources": {"Key": key}}).resources["Key"]
    breaches = kms.used_by_this_account.breaches(resource)
    return [f"{each.location}: {each.problem}" for each in breaches]


class TestGrants:
    """Whoever may create a grant hands the key on, so a Deny is needed as well."""

    OPEN = "Properties.KeyPolicy: lets more than services create grants"

    def found(self, *more: Any, **allow: Any) -> list[str]:
        """Return what KEY-02 finds with an Allow of a role and *more* statements."""
        role = {"Effect": "Allow", "Principal": {"AWS": ROLE}, **allow}
        return problems({"Statement": [role, *more]})

    @pytest.mark.parametrize(
        "actions",
        [
            "*",
            "kms:*",
            "kms:Create*",
            "kms:CreateGrant",
            "KMS:CREATEGRANT",
            ["kms:Decrypt", "kms:CreateGrant"],
            "kms:*Grant",
            "kms:CreateGran?",
        ],
        ids=str,
    )
    def test_not_without_a_deny(self, actions):
        """No action that includes creating grants, in any case or pattern."""
        assert [self.OPEN] == self.found(Action=actions)

    def test_not_by_leaving_the_action_in(self):
        """All actions but some include creating grants."""
        assert [self.OPEN] == self.found(NotAction="kms:ScheduleKeyDeletion")

    def test_not_by_the_root(self):
        """The root hands all it may on to IAM policies."""
        assert [self.OPEN] == self.found(Principal={"AWS": OWN_ROOT}, Action="kms:*")

    def test_said_once(self):
        """One Deny would do for all statements."""
        assert [self.OPEN] == self.found(GRANT, GRANT, Action="kms:*")

    @pytest.mark.parametrize(
        "actions",
        ["kms:Decrypt", "kms:CreateAlias", ["kms:List*", IF], "kms:D*"],
        ids=str,
    )
    def test_not_meant_by_other_actions(self, actions):
        """Other actions, and unknown ones, are fine."""
        assert [] == self.found(Action=actions)

    @pytest.mark.parametrize("but", ["kms:CreateGrant", ["kms:Put*", "kms:*Grant"]])
    def test_not_meant_where_the_action_is_left_out(self, but):
        """All actions but creating grants are fine."""
        assert [] == self.found(NotAction=but)

    @pytest.mark.parametrize("true", [True, "true"])
    def test_for_services(self, true):
        """A grant that only AWS services can have made is fine."""
        condition = {"Bool": {FOR_SERVICES: true}}

        assert [] == self.found(Action="kms:*", Condition=condition)

    @pytest.mark.parametrize(
        "condition",
        [
            {"Bool": {FOR_SERVICES: "false"}},
            {"Bool": {"aws:SecureTransport": "true"}},
            {"BoolIfExists": {FOR_SERVICES: "true"}},
            {"StringEquals": {"kms:CallerAccount": OWN}},
        ],
        ids=str,
    )
    def test_not_under_another_condition(self, condition):
        """Only that condition, without exception, leaves it to services."""
        assert [self.OPEN] == self.found(Action="kms:*", Condition=condition)

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"Principal": {"AWS": "*"}},
            {"Action": ["kms:CreateGrant", "kms:RetireGrant"]},
            {"Action": "kms:Create*"},
            {"Condition": {"Bool": {FOR_SERVICES: False}}},
            {"Condition": {**REFUSAL["Condition"], "Bool": {FOR_SERVICES: "false"}}},
            {"Condition": None},
        ],
        ids=str,
    )
    def test_refused(self, changes):
        """A Deny for everybody, but for services, is enough."""
        assert [] == self.found({**REFUSAL, **changes}, Action="kms:*")

    @pytest.mark.parametrize(
        "changes",
        [
            {"Principal": {"AWS": ROLE}},
            {"Action": "kms:RetireGrant"},
            {"Condition": {"Bool": {FOR_SERVICES: "true"}}},
            {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            {"Condition": {"Null": {FOR_SERVICES: "false"}}},
            {
                "Condition": {
                    **REFUSAL["Condition"],
                    "StringEquals": {"kms:CallerAccount": OWN},
                }
            },
        ],
        ids=str,
    )
    def test_not_refused_by_less(self, changes):
        """A Deny for some, of something else, or under other conditions, is not."""
        assert [self.OPEN] == self.found({**REFUSAL, **changes}, Action="kms:*")

    def test_not_refused_by_an_allow(self):
        """Whatever an Allow says, it refuses nothing."""
        allow = {**REFUSAL, "Effect": "Allow"}

        assert self.OPEN in self.found(allow, Action="kms:*")

    def test_perhaps_for_services(self):
        """A condition that the deployment decides about may leave it to services."""
        assert [] == self.found(Action="kms:*", Condition=IF)

    @pytest.mark.parametrize(
        "refusal",
        [
            IF,
            {**REFUSAL, "Effect": IF},
            {**REFUSAL, "Principal": {"AWS": IF}},
            {**REFUSAL, "Action": [IF]},
            {**REFUSAL, "Action": None, "NotAction": IF},
            {**REFUSAL, "Condition": IF},
        ],
        ids=str,
    )
    def test_perhaps_refused(self, refusal):
        """A statement, or a part, that the deployment decides about may refuse it."""
        assert [] == self.found(refusal, Action="kms:*")

    def test_by_a_service(self):
        """AWS services may create grants, tied to this account."""
        condition = {"StringEquals": {"aws:SourceAccount": OWN}}

        assert [] == self.found(Principal=SERVICE, Condition=condition, **GRANT_ONLY)

    def test_not_refused_by_unknown_parts_of_something_else(self):
        """What is known of a statement may show that it refuses something else."""
        allow = {**GRANT, "Action": "kms:Decrypt", "Principal": {"AWS": IF}}
        deny = {**REFUSAL, "Action": "kms:Decrypt", "Principal": {"AWS": IF}}

        for other in (allow, deny):
            assert [self.OPEN] == self.found(other, Action="kms:*")

    def test_not_by_somebody_unknown(self):
        """Whoever it is, and whoever is beside them, may create grants."""
        assert [self.OPEN] == self.found(Principal={"AWS": [ROLE, IF]}, **GRANT_ONLY)
