"""Tests for `secure_constructs.checks.tenant_trust`: who may be a tenant."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Resource, Template
from secure_constructs.checks.tenant_trust import tags_of, ways_in
from tests.support.unknowable import unknowable

BROKER = "arn:aws:iam::111122223333:role/orders-api"
TAG = "aws:RequestTag/TenantId"
PARTS = ["*/*", "*:*"]
STRANGERS = "it lets in others than named brokers"
NOBODY = "it lets in who brings no tenant, or an empty one"
NESTED = "it lets in tenants whose id has parts, such as a/b"
MORE_TAGS = "it lets in who brings other tags along"
PASSED_ON = "its sessions may pass the tag on to other roles"
ANY_NAME = "its sessions may be called after anybody"
SOME = {"StringLike": {TAG: "?*"}}
NO_PARTS = {"StringNotLike": {TAG: PARTS}}
ONE_TAG = {"ForAllValues:StringEquals": {"aws:TagKeys": ["TenantId"]}}
KEPT = {"Null": {"sts:TransitiveTagKeys": "true"}}
NAMED = {"StringLikeIfExists": {"sts:RoleSessionName": ["${aws:RequestTag/TenantId}"]}}
TRACED = {**KEPT, **NAMED}
RIGHT: dict[str, Any] = {**SOME, **NO_PARTS, **ONE_TAG, **TRACED}


def trust(condition: Any = None, **changes: Any) -> dict[str, Any]:
    """Return a statement that lets a broker be a tenant, on the right condition."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": BROKER},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": RIGHT if condition is None else condition,
        **changes,
    }


def role(*statements: Any) -> Resource:
    """Return a role that trusts by *statements*."""
    body = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Statement": list(statements)}},
    }
    return Template({"Resources": {"Tenant": body}}).resources["Tenant"]


def found(*statements: Any) -> list[str]:
    """Return who gets in by *statements* that should not."""
    return list(ways_in(role(*statements)))


class TestBrokers:
    @pytest.mark.parametrize(
        "principal",
        [
            BROKER,
            [BROKER, f"{BROKER}-2"],
            {"Fn::GetAtt": ["Broker", "Arn"]},
            {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/orders-api"},
        ],
        ids=str,
    )
    def test_are_named(self, principal):
        """Roles by their ARN, or by reference."""
        assert [] == found(trust(Principal={"AWS": principal}))

    @pytest.mark.parametrize(
        "principal",
        [
            "*",
            {"AWS": "*"},
            {"AWS": "111122223333"},
            {"AWS": 111122223333},
            {"AWS": {"Ref": "AWS::AccountId"}},
            {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
            {"AWS": [BROKER, "arn:aws:iam::111122223333:root"]},
            {"Service": "lambda.amazonaws.com"},
            {"AWS": BROKER, "Federated": "cognito-identity.amazonaws.com"},
        ],
        ids=str,
    )
    def test_are_not_everybody(self, principal):
        """An account is everybody in it, and a service acts for many."""
        assert [STRANGERS] == found(trust(Principal=principal))

    def test_may_be_named_by_a_condition(self):
        """Of the account, only who has that ARN."""
        named = {"ArnEquals": {"aws:PrincipalArn": BROKER}}

        assert [] == found(trust({**RIGHT, **named}, Principal={"AWS": "111122223333"}))

    def test_are_not_named_by_a_star(self):
        """What matches everybody names nobody."""
        anyone = {"ArnLike": {"aws:PrincipalArn": "*"}}
        statement = trust({**RIGHT, **anyone}, Principal={"AWS": "111122223333"})

        assert [STRANGERS] == found(statement)

    @pytest.mark.parametrize(
        "action",
        [
            "sts:AssumeRoleWithWebIdentity",
            "sts:AssumeRoleWithSAML",
            "sts:*",
            "STS:assumerole*",
        ],
    )
    def test_by_each_way_to_assume(self, action):
        """A token of an identity provider is no broker."""
        statement = trust(Action=action, Principal={"Federated": "arn:idp"})

        assert [STRANGERS] == found(trust(), statement)

    @pytest.mark.parametrize(
        "changes",
        [
            {"Effect": "Deny"},
            {"Action": "sts:TagSession"},
            {"Action": "sts:SetSourceIdentity"},
        ],
        ids=str,
    )
    def test_only_matter_where_they_get_in(self, changes):
        """A denial, or an action that alone gives no session."""
        assert [] == found(trust({}, Principal="*", **changes))


class TestTenant:
    @pytest.mark.parametrize(
        "condition",
        [
            {"StringLike": {TAG: "?*"}},
            {"StringEquals": {TAG: ["a", "b"]}},
            {"StringLike": {"AWS:REQUESTTAG/tenantid": "t-*"}},
        ],
        ids=str,
    )
    def test_has_to_be_there(self, condition):
        """Operators that fail without the tag, and values that are some."""
        assert [] == found(trust({**TRACED, **condition, **NO_PARTS, **ONE_TAG}))

    @pytest.mark.parametrize(
        "condition",
        [
            {},
            {"StringLike": {TAG: "*"}},
            {"StringLike": {TAG: ["?*", "*"]}},
            {"StringEquals": {TAG: ["a", ""]}},
            {"StringEqualsIfExists": {TAG: "a"}},
            {"ForAllValues:StringLike": {TAG: "?*"}},
            {"Null": {TAG: "false", **KEPT["Null"]}},
            {"StringLike": {"aws:PrincipalTag/TenantId": "?*"}},
        ],
        ids=str,
    )
    def test_must_not_be_missing_or_empty(self, condition):
        """The empty text is a value that AWS takes."""
        statement = trust({**KEPT, **NAMED, **NO_PARTS, **ONE_TAG, **condition})

        assert [NOBODY] == found(statement)

    @pytest.mark.parametrize(
        "condition",
        [
            {**SOME, "StringNotLike": {TAG: [*PARTS, "*#*"]}},
            {"StringEquals": {TAG: "a"}},
            {"StringLike": {TAG: ["a", "b"]}},
        ],
        ids=str,
    )
    def test_has_no_parts(self, condition):
        """Slash and colon are refused, or the ids are written out."""
        assert [] == found(trust({**condition, **ONE_TAG, **TRACED}))

    @pytest.mark.parametrize(
        "condition",
        [
            SOME,
            {"StringLike": {TAG: ["a", "b*"]}},
            {**SOME, "StringNotLike": {TAG: "*/*"}},
            {**SOME, "StringNotLike": {TAG: "*:*"}},
            {**SOME, "StringNotLike": {TAG: "a/b"}},
            {**SOME, "StringNotEquals": {TAG: PARTS}},
            {**SOME, "StringNotLike": {"aws:PrincipalTag/TenantId": PARTS}},
        ],
        ids=str,
    )
    def test_must_not_have_parts(self, condition):
        """What belongs to `a/b` begins as what belongs to `a`."""
        assert [NESTED] == found(trust({**condition, **ONE_TAG, **TRACED}))

    @pytest.mark.parametrize(
        "condition",
        [
            {},
            {"ForAllValues:StringEquals": {"aws:TagKeys": ["TenantId", "Plan"]}},
            {"ForAllValues:StringLike": {"aws:TagKeys": ["Tenant*"]}},
            {"ForAnyValue:StringEquals": {"aws:TagKeys": ["TenantId"]}},
            {"StringEquals": {"aws:TagKeys": ["TenantId"]}},
        ],
        ids=str,
    )
    def test_comes_alone(self, condition):
        """Another tag may be what another policy trusts."""
        assert [MORE_TAGS] == found(trust({**SOME, **NO_PARTS, **TRACED, **condition}))

    @pytest.mark.parametrize("value", [True, ["TRUE"]], ids=str)
    def test_keeps_its_tag(self, value):
        """There is no list of tags that are passed on, in any spelling."""
        kept = {"Null": {"STS:TransitiveTagKeys": value}}

        assert [] == found(trust({**RIGHT, **kept}))

    @pytest.mark.parametrize(
        "condition",
        [
            {"Null": {}},
            {"Null": {"sts:TransitiveTagKeys": "false"}},
            {"Null": {"aws:TagKeys": "true"}},
            {"Null": {}, "Bool": {"sts:TransitiveTagKeys": "true"}},
        ],
        ids=str,
    )
    def test_must_not_pass_its_tag_on(self, condition):
        """With it, the next role would take the session for that tenant."""
        assert [PASSED_ON] == found(trust({**RIGHT, **condition}))

    @pytest.mark.parametrize(
        "operator",
        ["StringEquals", "StringLike", "StringEqualsIfExists", "StringLikeIfExists"],
    )
    def test_is_what_the_session_is_called(self, operator):
        """The name may be compared where there is one: there always is."""
        other = {key: RIGHT[key] for key in RIGHT if key not in NAMED}
        called = {**other.get(operator, {}), **NAMED["StringLikeIfExists"]}

        assert [] == found(trust({**other, operator: called}))

    @pytest.mark.parametrize(
        "condition",
        [
            {"StringLikeIfExists": {}},
            {"StringLikeIfExists": {"sts:RoleSessionName": "*"}},
            {"StringLikeIfExists": {"sts:RoleSessionName": ["${a:b}", "api"]}},
            {"StringLikeIfExists": {"sts:SourceIdentity": "${a:b}"}},
            {
                "StringLikeIfExists": {},
                "StringNotLike": {
                    **NO_PARTS["StringNotLike"],
                    "sts:RoleSessionName": "${a:b}",
                },
            },
        ],
        ids=str,
    )
    def test_must_be_what_the_session_is_called(self, condition):
        """CloudTrail shows the name in each entry, and the tag in the first only."""
        assert [ANY_NAME] == found(trust({**RIGHT, **condition}))

    def test_is_checked_in_each_statement(self):
        """One statement without is enough to get in."""
        assert [NOBODY, NESTED, MORE_TAGS, PASSED_ON, ANY_NAME] == found(
            trust(), trust({})
        )


class TestTags:
    def test_are_those_that_have_to_be_there(self):
        """In lower case, because AWS does not tell the case of condition keys."""
        assert {"tenantid"} == tags_of(role(trust()))

    def test_of_each_statement(self):
        """Two ways in may have two tags."""
        other = trust({"StringEquals": {"aws:RequestTag/Unit": "a"}})

        assert {"tenantid", "unit"} == tags_of(role(trust(), other))

    @pytest.mark.parametrize(
        "condition", [{}, NO_PARTS, {"StringLike": {TAG: "*"}}], ids=str
    )
    def test_are_none_where_none_has_to(self, condition):
        """What may be missing tells nobody apart."""
        assert frozenset() == tags_of(role(trust(condition)))


@unknowable
class TestUnknown:
    """What the deployment decides may be right."""

    def test_principals(self, unknown):
        """Whoever it is, it is named somewhere."""
        assert [] == found(trust(Principal=unknown))
        assert [] == found(trust(Principal={"AWS": unknown}))

    @pytest.mark.parametrize("operator", RIGHT)
    def test_parts_of_the_condition(self, unknown, operator):
        """One value, one operator, or all of it."""
        key = next(iter(RIGHT[operator]))

        assert [] == found(trust({**RIGHT, operator: {key: unknown}}))
        assert [] == found(trust({**RIGHT, operator: {key: [unknown]}}))
        assert [] == found(trust({**RIGHT, operator: unknown}))
        assert [] == found(trust(unknown))

    def test_one_of_the_parts_that_are_refused(self, unknown):
        """It may be what is missing beside the one that is known."""
        parts = {"StringNotLike": {TAG: ["*/*", unknown]}}

        assert [] == found(trust({**RIGHT, **parts}))

    def test_but_not_who_else_gets_in(self, unknown):
        """The principals are known."""
        assert [STRANGERS] == found(trust(unknown, Principal="*"))

    def test_actions_and_whole_policies(self, unknown):
        """A statement that may be about something else."""
        assert [] == found(trust({}, Action=unknown))
        assert [] == found(unknown)
