"""Tests for `secure_constructs.checks.policy`."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks.policy import Statement, read_policy
from secure_constructs.checks.template import Template

OWN, FOREIGN = "111122223333", "999999999999"
IF = {"Fn::If": ["Production", "a", "b"]}
ORGANIZATION = {"aws:PrincipalOrgID": "o-1234567890"}


def parsed(document: object) -> list[Statement]:
    """Return the statements of a policy *document*."""
    body = {"Type": "T", "Properties": {"Policy": document}}
    resource = Template({"Resources": {"Policy": body}}).resources["Policy"]
    return read_policy(resource, "Policy").statements


def statement(**parts: Any) -> Statement:
    """Return the statement of those *parts*."""
    (found,) = parsed({"Statement": [{"Effect": "Allow", **parts}]})
    return found


class TestStatements:
    def test_are_read_in_order(self):
        """Each statement of the list is one."""
        found = parsed({"Statement": [{"Effect": "Allow"}, {"Effect": "Deny"}]})

        assert [True, False] == [each.allows for each in found]

    def test_may_be_one_without_a_list(self):
        """A list of one can be written as its element."""
        assert 1 == len(parsed({"Statement": {"Effect": "Allow"}}))

    @pytest.mark.parametrize("document", [None, {}, {"Statement": []}])
    def test_may_be_none(self, document):
        """A policy may say nothing."""
        assert [] == parsed(document)

    @pytest.mark.parametrize(
        "document",
        [IF, {"Statement": IF}, {"Statement": [IF, "text", {"Sid": "NoEffect"}]}],
        ids=str,
    )
    def test_are_none_where_unknown(self, document):
        """What the deployment decides, and what is none, is left out."""
        assert [] == parsed(document)

    def test_beside_unknown_ones_are_read(self):
        """One that is unknown does not hide the next."""
        assert 1 == len(parsed({"Statement": [IF, {"Effect": "Allow"}]}))

    def test_allow_nothing_for_certain_by_an_unknown_effect(self):
        """An effect that the deployment decides is no Allow."""
        assert not statement(Effect=IF).allows


class TestParts:
    """Every part that may be a single value is read as a list."""

    @pytest.mark.parametrize("value", ["s3:*", ["s3:*"]])
    def test_actions_and_resources(self, value):
        """One action or resource is a list of one."""
        found = statement(Action=value, Resource=value)

        assert (["s3:*"], ["s3:*"]) == (found.actions, found.resources)

    def test_resources_are_texts(self):
        """References are written as text, and None where that is not possible."""
        arn = {"Fn::GetAtt": ["Data", "Arn"]}

        assert ["${Data.Arn}", None] == statement(Resource=[arn, IF]).resources

    def test_principals_by_kind(self):
        """A single principal is a list of one of its kind."""
        principal = {"AWS": "a", "Service": ["b", {"Ref": "C"}, IF]}

        assert {
            "AWS": ["a"],
            "Service": ["b", "${C}", None],
        } == statement(Principal=principal).principals

    @pytest.mark.parametrize(
        ("parts", "expected"),
        [({}, {}), ({"Principal": {"Ref": "Who"}}, {"AWS": ["${Who}"]})],
    )
    def test_principals_without_a_kind(self, parts, expected):
        """An IAM policy names no principal; a reference may be any."""
        assert expected == statement(**parts).principals

    def test_odd_operators_are_left_out(self):
        """An operator without keys says nothing that can be read."""
        condition = {"Bool": "true", "StringEquals": ORGANIZATION}

        assert {"StringEquals": ORGANIZATION} == (
            statement(Condition=condition).conditions
        )


class TestIsForEverybody:
    @pytest.mark.parametrize(
        "principal", ["*", {"AWS": "*"}, {"AWS": ["arn", "*"]}], ids=str
    )
    def test_with_a_star(self, principal):
        """Everybody is `*`, alone, as an AWS principal or among others."""
        assert statement(Principal=principal).is_for_everybody

    @pytest.mark.parametrize(
        "principal",
        [None, {}, "a", {"AWS": FOREIGN}, {"Service": "*"}, {"AWS": IF}, IF],
        ids=str,
    )
    def test_not_with_less(self, principal):
        """Somebody, a service or an unknown principal is not everybody."""
        assert not statement(Principal=principal).is_for_everybody

    def test_but_a_few(self):
        """An Allow for all but somebody lets everybody else in, unauthenticated too."""
        assert statement(NotPrincipal={"AWS": OWN}).is_for_everybody


class TestIsNarrowed:
    @pytest.mark.parametrize(
        "operator",
        [
            "StringEquals",
            "StringEqualsIgnoreCase",
            "StringLike",
            "ArnEquals",
            "ArnLike",
            "ForAnyValue:StringEquals",
            "ForAnyValue:StringLike",
        ],
    )
    def test_by_what_must_match(self, operator):
        """An operator that fails without the key keeps everybody else out."""
        assert statement(Condition={operator: ORGANIZATION}).is_narrowed

    @pytest.mark.parametrize(
        "operator",
        [
            "StringNotEquals",
            "StringNotLike",
            "ArnNotLike",
            "StringEqualsIfExists",
            "ArnLikeIfExists",
            "ForAllValues:StringEquals",
            "Null",
            "NumericEquals",
        ],
    )
    def test_not_by_what_may_be_missing(self, operator):
        """An operator that holds for all others, or without the key, does not."""
        assert not statement(Condition={operator: ORGANIZATION}).is_narrowed

    @pytest.mark.parametrize(
        "key",
        [
            "aws:PrincipalAccount",
            "aws:PrincipalArn",
            "aws:PrincipalOrgID",
            "aws:PrincipalOrgPaths",
            "aws:SourceAccount",
            "aws:SourceArn",
            "aws:SourceOrgID",
            "aws:SourceVpc",
            "aws:SourceVpce",
            "kms:CallerAccount",
            "AWS:SOURCEACCOUNT",
        ],
    )
    def test_by_who_and_where_from(self, key):
        """Keys that say who calls, or for whom, in any case."""
        assert statement(Condition={"StringEquals": {key: "a"}}).is_narrowed

    @pytest.mark.parametrize("key", ["aws:UserAgent", "aws:Referer", "s3:prefix"])
    def test_not_by_what_anybody_can_say(self, key):
        """Keys whose value the caller chooses keep nobody out."""
        assert not statement(Condition={"StringEquals": {key: "a"}}).is_narrowed

    @pytest.mark.parametrize("value", ["*", ["*"], [OWN, "*"], None])
    def test_not_by_a_star(self, value):
        """What matches everything keeps nobody out, nor does no condition at all."""
        condition = {"StringLike": {"aws:PrincipalAccount": value}} if value else None

        assert not statement(Condition=condition).is_narrowed

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:iam::*:role/Deploy",
            "arn:aws:iam::????????????:root",
            f"arn:aws:iam::*:role/backup-{OWN}",
            {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/Deploy"},
            "arn:aws:iam::*",
            "arn:aws:s3:::*",
            "arn:aws:*",
            "arn:*",
            "**",
        ],
        ids=str,
    )
    def test_not_by_an_arn_of_any_account(self, arn):
        """Anybody can make a role of that name in an account of their own."""
        condition = {"ArnLike": {"aws:PrincipalArn": arn}}

        assert not statement(Condition=condition).is_narrowed

    @pytest.mark.parametrize(
        ("key", "value"),
        [("aws:PrincipalOrgID", "o-*"), ("aws:SourceVpce", "vpce-*")],
    )
    def test_not_by_any_of_a_kind(self, key, value):
        """Every organization and every endpoint has an id that begins like that."""
        assert not statement(Condition={"StringLike": {key: value}}).is_narrowed

    @pytest.mark.parametrize(
        "arn",
        [
            f"arn:*:iam::{OWN}:*",
            {"Fn::Sub": "arn:${AWS::Partition}:logs:*:${AWS::AccountId}:*"},
            "arn:aws:s3:::orders-*",
            [f"arn:aws:iam::{OWN}:role/*", IF],
        ],
        ids=str,
    )
    def test_by_an_arn_of_one_account(self, arn):
        """An ARN may have wildcards behind the account; a bucket's has none at all."""
        condition = {"ArnLike": {"aws:SourceArn": arn}}

        assert statement(Condition=condition).is_narrowed

    @pytest.mark.parametrize("value", [{"Ref": "AWS::AccountId"}, IF, [OWN]], ids=str)
    def test_by_references(self, value):
        """What the deployment fills in is some account, not all."""
        condition = {"StringEquals": {"aws:SourceAccount": value}}

        assert statement(Condition=condition).is_narrowed

    def test_by_a_part_of_an_organization(self):
        """The path of a unit begins with the organization, and ends with all in it."""
        path = {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}

        assert statement(Condition={"ForAnyValue:StringLike": path}).is_narrowed

    def test_by_one_of_several_conditions(self):
        """All conditions must hold, so one is enough."""
        condition = {
            "Bool": {"aws:SecureTransport": "true"},
            "StringEquals": {"aws:RequestedRegion": "eu-west-1", **ORGANIZATION},
        }

        assert statement(Condition=condition).is_narrowed


class TestIsTied:
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ({"StringEquals": {"aws:SourceAccount": OWN}}, True),
            ({"StringEquals": {"kms:EncryptionContext:aws:logs:arn": "a"}}, True),
            ({"Bool": {"aws:SecureTransport": "true"}}, False),
            (None, False),
        ],
        ids=str,
    )
    def test_by_its_source_or_context(self, condition, expected):
        """A service acts for one account where its source or context says so."""
        assert expected is statement(Condition=condition).is_tied


class TestForeignAccounts:
    @pytest.mark.parametrize(
        "principal",
        [
            FOREIGN,
            [OWN, FOREIGN],
            f"arn:aws:iam::{FOREIGN}:root",
            f"arn:aws-cn:iam::{FOREIGN}:user/path/somebody",
            f"arn:aws:sts::{FOREIGN}:assumed-role/role/session",
            {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{FOREIGN}:role/role"},
            int(FOREIGN),
        ],
        ids=str,
    )
    def test_are_those_named(self, principal):
        """An account is named by its number, or by an ARN in it."""
        found = statement(Principal={"AWS": principal})

        assert [FOREIGN] == list(found.foreign_accounts(OWN))

    @pytest.mark.parametrize(
        "principal",
        [
            OWN,
            f"arn:aws:iam::{OWN}:root",
            f"arn:aws:iam::{OWN}:role/role",
            {"Ref": "AWS::AccountId"},
            {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"},
            {"Fn::GetAtt": ["Role", "Arn"]},
            {"Fn::ImportValue": "RoleArn"},
            IF,
            "*",
            "AIDACKCEVSQ6C2EXAMPLE",
            f"{FOREIGN}0",
            f"arn:aws:s3::{FOREIGN}:accesspoint/a",
        ],
        ids=str,
    )
    def test_are_not_the_own_nor_unknown_ones(self, principal):
        """Only what is known to be another account is foreign."""
        found = statement(Principal={"AWS": principal})

        assert [] == list(found.foreign_accounts(OWN))

    @pytest.mark.parametrize(
        ("own", "parts"),
        [
            (None, {"Principal": {"AWS": FOREIGN}}),
            (OWN, {"Principal": {"Service": FOREIGN}}),
            (OWN, {"Condition": {"StringEquals": {"s3:prefix": FOREIGN}}}),
        ],
        ids=str,
    )
    def test_are_only_accounts_that_are_known_to_be(self, own, parts):
        """No service, no other number, and none where the own is unknown."""
        assert [] == list(statement(**parts).foreign_accounts(own))

    @pytest.mark.parametrize(
        "condition",
        [
            {"StringEquals": {"aws:PrincipalAccount": FOREIGN}},
            {"StringEquals": {"kms:CallerAccount": [OWN, FOREIGN]}},
            {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{FOREIGN}:role/*"}},
            {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:eu-west-1:{FOREIGN}:topic"}},
        ],
        ids=str,
    )
    def test_may_be_named_by_a_condition(self, condition):
        """Everybody, if of that account, is that account."""
        found = statement(Principal="*", Condition=condition)

        assert [FOREIGN] == list(found.foreign_accounts(OWN))


class TestOpenings:
    """Whom a statement lets in that does not belong to the account."""

    def test_are_a_user_by_canonical_id(self):
        """The id of an account, as S3 has it, is another account's."""
        found = statement(Principal={"CanonicalUser": "0123456789abcdef" * 4})

        assert ["lets a user of another account in by a canonical id"] == (
            found.openings(OWN)
        )

    def test_are_no_canonical_ids_of_ones_own(self):
        """An access identity of the stack is named by a reference."""
        user = {"Fn::GetAtt": ["Identity", "S3CanonicalUserId"]}

        assert [] == statement(Principal={"CanonicalUser": user}).openings(OWN)

    @pytest.mark.parametrize(
        ("account", "expected"),
        [(FOREIGN, [f"lets the account {FOREIGN} in"]), (OWN, [])],
    )
    def test_are_identity_providers_of_other_accounts(self, account, expected):
        """Whoever runs the provider decides who comes."""
        provider = f"arn:aws:iam::{account}:saml-provider/people"

        assert expected == statement(Principal={"Federated": provider}).openings(OWN)

    def test_are_said_once(self):
        """Two principals of one account are one opening."""
        people = [f"arn:aws:iam::{FOREIGN}:user/{name}" for name in "ab"]
        found = statement(Principal={"AWS": people})

        assert [f"lets the account {FOREIGN} in"] == found.openings(OWN)

    def test_are_none_of_a_deny(self):
        """To deny somebody lets nobody in."""
        assert [] == statement(Effect="Deny", Principal="*").openings(OWN)


class TestRequires:
    """Whether only something in particular matches a key."""

    @pytest.mark.parametrize("key", ["aws:PrincipalArn", "AWS:principalarn"])
    def test_a_key_in_any_case(self, key):
        """AWS does not tell the case of condition keys apart."""
        condition = {"ArnLike": {key: f"arn:aws:iam::{OWN}:role/a"}}

        assert statement(Condition=condition).requires("aws:PrincipalArn")

    @pytest.mark.parametrize(
        "condition",
        [
            None,
            {"ArnLike": {"aws:PrincipalArn": "*"}},
            {"ArnLike": {"aws:SourceArn": f"arn:aws:iam::{OWN}:role/a"}},
            {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/a"}},
        ],
        ids=str,
    )
    def test_not_another_key_or_anything(self, condition):
        """Another key, a star, or what lets through all but one."""
        assert not statement(Condition=condition).requires("aws:PrincipalArn")


class TestCompared:
    def test_by_each_operator(self):
        """A key in any case, with its values as a list."""
        condition = {
            "StringLike": {"s3:prefix": "a", "s3:delimiter": "/"},
            "Null": {"S3:Prefix": ["false"]},
            "Bool": {"aws:SecureTransport": "true"},
        }

        assert [("StringLike", ["a"]), ("Null", ["false"])] == list(
            statement(Condition=condition).compared("s3:PREFIX")
        )
