"""Tests for `secure_constructs.checks.s3`: the rule for encryption in transit."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Template, s3
from tests.support.unknowable import INTRINSICS, unknowable

OWN = "111122223333"
ARN = {"Fn::GetAtt": ["Data", "Arn"]}
OBJECTS = {"Fn::Join": ["", [ARN, "/*"]]}
HTTP = {"Bool": {"aws:SecureTransport": "false"}}
OLD_TLS = {"NumericLessThan": {"s3:TlsVersion": 1.2}}
NO_HTTP = "Properties: its policy does not refuse plain http"
NO_TLS = "Properties: its policy does not refuse TLS below 1.2"


def problems(*policies: Any, name: object = None, of: object = None) -> list[str]:
    """Return what S3-03 finds at a bucket of that *name* with *policies* of it."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    resources: dict[str, Any] = {"Data": bucket}
    for index, policy in enumerate(policies):
        properties = {"Bucket": of or {"Ref": "Data"}, "PolicyDocument": policy}
        body = {"Type": "AWS::S3::BucketPolicy", "Properties": properties}
        resources[f"Policy{index}"] = body
    resource = Template({"Resources": resources}).resources["Data"]
    found = s3.encrypted_in_transit.breaches(resource)
    return [f"{each.location}: {each.problem}" for each in found]


def found_with(*given: object, **options: Any) -> list[str]:
    """Return what S3-03 finds with a policy of *given* statements."""
    return problems({"Statement": list(given)}, **options)


def deny(condition: object = HTTP, **changes: Any) -> dict[str, Any]:
    """Return a statement that denies everybody everything under *condition*."""
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [ARN, OBJECTS],
        "Condition": condition,
        **changes,
    }


class TestEncryptedInTransit:
    def test_by_a_statement_for_each(self):
        """Plain http and old TLS are refused, as CDK writes it."""
        assert [] == found_with(deny(), deny(OLD_TLS))

    def test_not_without_a_policy(self):
        """By itself S3 answers over plain http."""
        assert [NO_HTTP, NO_TLS] == problems()

    @pytest.mark.parametrize(
        ("condition", "expected"), [(HTTP, NO_TLS), (OLD_TLS, NO_HTTP)]
    )
    def test_not_by_one_of_them(self, condition, expected):
        """Each needs a statement of its own: together they would refuse neither."""
        assert [expected] == found_with(deny(condition))

    @pytest.mark.parametrize("false", ["false", False])
    def test_by_either_false(self, false):
        """A truth value may be written as text."""
        condition = {"Bool": {"aws:SecureTransport": false}}

        assert [NO_TLS] == found_with(deny(condition))

    @pytest.mark.parametrize("lowest", [1.2, "1.2", 1.3, ["1.2"]], ids=repr)
    def test_by_a_high_version(self, lowest):
        """The lowest version may be higher, or written as text."""
        condition = {"NumericLessThan": {"s3:TlsVersion": lowest}}

        assert [NO_HTTP] == found_with(deny(condition))

    @pytest.mark.parametrize(
        "condition",
        [
            None,
            {**HTTP, "StringEquals": {"aws:PrincipalAccount": OWN}},
            {"Bool": {**HTTP["Bool"], "aws:ViaAWSService": "false"}},
            {"Bool": {"aws:SecureTransport": "true"}},
            {"Bool": {"aws:ViaAWSService": "false"}},
            {"StringEquals": HTTP["Bool"]},
            {**OLD_TLS, "StringEquals": {"aws:PrincipalAccount": OWN}},
            {"NumericLessThan": {"s3:TlsVersion": 1.2, "s3:signatureAge": 1}},
            {"NumericLessThan": {}},
            {"NumericLessThan": {"s3:TlsVersion": "1.1"}},
            {"NumericLessThan": {"s3:TlsVersion": "TLSv1.2"}},
            {"NumericLessThan": {"s3:signatureAge": 600}},
            {"NumericLessThanEquals": {"s3:TlsVersion": 1.2}},
            HTTP | OLD_TLS,
        ],
        ids=str,
    )
    def test_not_by_another_condition(self, condition):
        """A condition beside it, or of another kind, refuses less."""
        assert [NO_HTTP, NO_TLS] == found_with(deny(condition))

    @pytest.mark.parametrize(
        "changes",
        [
            {"Effect": "Allow"},
            {"Principal": {"AWS": OWN}},
            {"Principal": {"Service": "*"}},
            {"Principal": None, "NotPrincipal": {"AWS": OWN}},
            {"Action": "s3:GetObject"},
            {"Action": None, "NotAction": "s3:GetObject"},
            {"Resource": ARN},
            {"Resource": OBJECTS},
            {"Resource": [OBJECTS, {"Ref": "Other"}]},
            {"Resource": [{"Fn::Sub": "${Other.Arn}"}, {"Fn::Sub": "${Other.Arn}/*"}]},
            {"Resource": ["arn:aws:s3:::None", "arn:aws:s3:::None/*"]},
            {"Resource": None, "NotResource": "arn:aws:s3:::other"},
        ],
        ids=str,
    )
    def test_not_by_less(self, changes):
        """All of everybody, everything, the bucket and its objects are needed."""
        assert [NO_HTTP, NO_TLS] == found_with(
            deny(**changes), deny(OLD_TLS, **changes)
        )

    @pytest.mark.parametrize(
        "changes",
        [
            {"Principal": "*"},
            {"Principal": {"AWS": [OWN, "*"]}},
            {"Action": "*"},
            {"Action": ["s3:*"]},
            {"Action": ["s3:GetObject", "s3:*"]},
            {"Action": "S3:*"},
            {"Resource": "*"},
            {"Resource": [ARN, "*"]},
            {"Resource": [{"Fn::GetAtt": "Data.Arn"}, {"Fn::Sub": "${Data.Arn}/*"}]},
            {
                "Resource": [
                    {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Data}"},
                    {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Data}/*"},
                ]
            },
            {
                "Resource": [
                    {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Data"}, end]]}
                    for end in ("", "/*")
                ]
            },
            {"Resource": [ARN, {"Fn::Sub": "arn:aws:s3:::${Data}/*"}]},
            {"Resource": [ARN, OBJECTS, *INTRINSICS.values()]},
        ],
        ids=str,
    )
    def test_by_every_spelling(self, changes):
        """However it is written, it is the same statement."""
        assert [] == found_with(deny(**changes), deny(OLD_TLS, **changes))

    def test_by_a_statement_for_the_bucket_and_one_for_its_objects(self):
        """Two statements refuse what one of both would."""
        parts = [
            deny(kind, Resource=at) for kind in (HTTP, OLD_TLS) for at in (ARN, OBJECTS)
        ]

        assert [] == found_with(*parts)

    @pytest.mark.parametrize(
        ("name", "written"), [("orders", "orders"), ({"Ref": "Name"}, "${Name}")]
    )
    def test_by_the_name_of_the_bucket(self, name, written):
        """A bucket with a given name can be named by that."""
        both = [{"Fn::Sub": f"arn:aws:s3:::{written}{end}"} for end in ("", "/*")]
        changes = {"Resource": both}

        assert [] == found_with(
            deny(**changes),
            deny(OLD_TLS, **changes),
            name=name,
        )

    def test_by_several_policies(self):
        """Every policy of the bucket is read."""
        policies = [{"Statement": deny()}, {"Statement": deny(OLD_TLS)}]

        assert [] == problems(*policies)

    def test_not_by_the_policy_of_another_bucket(self):
        """A policy concerns the bucket that it names."""
        assert [NO_HTTP, NO_TLS] == found_with(
            deny(), deny(OLD_TLS), of={"Ref": "Other"}
        )

    def test_by_the_policy_of_its_name(self):
        """A policy may name its bucket by the name it is given."""
        found = found_with(deny(), deny(OLD_TLS), name="orders", of="orders")

        assert [] == found

    @unknowable
    def test_perhaps_by_an_unknown_policy(self, unknown):
        """A policy or statements that the deployment decides about are no breach."""
        for policy in (unknown, {"Statement": unknown}, {"Statement": [unknown] * 2}):
            assert [] == problems(policy)

    @pytest.mark.parametrize(
        "part", ["Effect", "Principal", "Action", "Resource", "Condition"]
    )
    def test_perhaps_by_an_unknown_part(self, part):
        """Statements of which the deployment decides a part are no breach."""
        changes = {part: INTRINSICS["if"]}

        assert [] == found_with({**deny(), **changes}, {**deny(OLD_TLS), **changes})

    @unknowable
    def test_perhaps_by_an_unknown_value(self, unknown):
        """A value or version that the deployment decides about is no breach."""
        http = {"Bool": {"aws:SecureTransport": unknown}}
        old_tls = {"NumericLessThan": {"s3:TlsVersion": unknown}}

        assert [] == found_with(deny(http), deny(old_tls))

    @unknowable
    def test_not_by_unknown_parts_of_something_else(self, unknown):
        """What is known of a statement may show that it refuses something else."""
        for other in (
            {"Effect": "Allow", "Principal": {"AWS": unknown}, "Action": "s3:*"},
            deny({"StringNotEquals": {"s3:x-amz-acl": unknown}}),
            deny(Action="s3:PutObject", Resource=unknown),
        ):
            assert [NO_HTTP, NO_TLS] == found_with(other)
