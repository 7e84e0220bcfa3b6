"""Tests for `secure_constructs.checks.dynamodb_tenants`: what tenants may reach."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Rule, Template, dynamodb, dynamodb_tenants
from tests.support.unknowable import unknowable

TENANT = "${aws:PrincipalTag/TenantId}"
KEYS = "dynamodb:LeadingKeys"
BROKER = "arn:aws:iam::111122223333:role/orders-api"
ORDERS = {"Fn::GetAtt": ["Orders", "Arn"]}
GET = {"Action": "dynamodb:GetItem", "Resource": ORDERS}
OWN = {
    "ForAllValues:StringEquals": {KEYS: [f"TENANT#{TENANT}"]},
    "Null": {KEYS: "false"},
}
OTHERS = "it is allowed items under partition keys that are not the tenant's"
NO_KEY = "it is allowed what names no partition key: Null does not refuse that"
OF_POLICY = "by its policy the role of a tenant may: "
TRUST = {
    "Principal": {"AWS": BROKER},
    "Action": "sts:AssumeRole",
    "Condition": {
        "StringEquals": {"aws:RequestTag/TenantId": ["a", "b"]},
        "ForAllValues:StringEquals": {"aws:TagKeys": "TenantId"},
        "Null": {"sts:TransitiveTagKeys": "true"},
        "StringLike": {"sts:RoleSessionName": "${aws:RequestTag/TenantId}"},
    },
}
TENANT_ROLE = {"Construct": "TenantRole", "Tier": "production"}
TENANT_TABLE = {"Construct": "TenantTable", "Tier": "production"}


def document(*statements: Any) -> dict[str, Any]:
    """Return a policy of *statements*, which allow unless they say otherwise."""
    return {"Statement": [{"Effect": "Allow", **each} for each in statements]}


def resource(kind: str, record: Any = None, **properties: Any) -> dict[str, Any]:
    """Return a resource of a *kind*, with what is on record of it."""
    metadata = {"SecureConstructs": record} if record else {}
    return {"Type": f"AWS::{kind}", "Properties": properties, "Metadata": metadata}


def problems(rule: Rule, name: str, **resources: Any) -> list[str]:
    """Return what *rule* finds at the resource of that *name*."""
    found = rule.breaches(Template({"Resources": resources}).resources[name])
    return [f"{each.location}: {each.problem}" for each in found]


def role(
    *statements: Any, record: Any = TENANT_ROLE, trust: Any = None, **more: Any
) -> dict[str, Any]:
    """Return a role for tenants with an inline policy."""
    trusts = document(TRUST if trust is None else trust)
    policies = [{"PolicyName": "P", "PolicyDocument": document(*statements)}]
    return resource(
        "IAM::Role",
        record,
        AssumeRolePolicyDocument=trusts,
        Policies=policies,
        **more,
    )


def at(*found: str) -> list[str]:
    """Return what was *found*, at the resource as a whole."""
    return [f"Properties: {each}" for each in found]


class TestTenantRole:
    def found(self, *statements: Any, **more: Any) -> list[str]:
        """Return what DDB-08 finds at a role that the construct made."""
        return problems(dynamodb.isolated, "Role", Role=role(*statements, **more))

    def test_reaches_its_own_items(self):
        """As the grants for tenants write it."""
        assert [] == self.found({**GET, "Condition": OWN})

    def test_reaches_nothing_else(self):
        """A grant of CDK's own is for all tenants."""
        assert at(OTHERS, NO_KEY) == self.found({**GET, "Condition": OWN}, GET)

    def test_reports_a_problem_once(self):
        """Two statements with one problem are one finding."""
        assert at(OTHERS, NO_KEY) == self.found(GET, GET)

    def test_may_be_denied_anything(self):
        """A denial lets nobody reach anything."""
        assert [] == self.found({**GET, "Effect": "Deny"})

    def test_is_told_apart_by_its_own_tag(self):
        """No session of it has another tag."""
        condition = {
            "ForAllValues:StringEquals": {KEYS: ["${aws:PrincipalTag/Unit}"]},
            "Null": {KEYS: "false"},
        }

        assert at(OTHERS) == self.found({**GET, "Condition": condition})

    def test_has_no_policy_of_aws(self):
        """AWS adds to them, and they name no tenant."""
        arn = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}

        assert at("it has ReadOnlyAccess, which is AWS's to change") == self.found(
            ManagedPolicyArns=[arn]
        )

    def test_trusts_named_brokers_with_a_tenant(self):
        """Each problem of the trust is found once."""
        trust = {"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        where = "Properties.AssumeRolePolicyDocument"

        assert [
            f"{where}: it lets in others than named brokers",
            f"{where}: it lets in who brings no tenant, or an empty one",
            f"{where}: it lets in tenants whose id has parts, such as a/b",
            f"{where}: it lets in who brings other tags along",
            f"{where}: its sessions may pass the tag on to other roles",
            f"{where}: its sessions may be called after anybody",
        ] == self.found(trust=trust)

    def test_is_reached_by_policies_beside_it(self):
        """What another resource of the template attaches counts as well."""
        policy = resource(
            "IAM::ManagedPolicy", PolicyDocument=document(GET), Roles=[{"Ref": "Role"}]
        )

        assert at(OTHERS, NO_KEY) == problems(
            dynamodb.isolated, "Role", Role=role(), Policy=policy
        )

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """A whole policy, or the condition in it."""
        assert [] == self.found(unknown)
        assert [] == self.found({**GET, "Condition": unknown})


class TestOtherRoles:
    def found(self, *statements: Any, **more: Any) -> list[str]:
        """Return what DDB-08 finds at a role that no construct of ours made."""
        body = role(*statements, record=None, trust={**GET, **TRUST}, **more)
        return problems(dynamodb.isolated, "Role", Role=body)

    def test_may_reach_all_tenants(self):
        """Code that is trusted does."""
        arn = "arn:aws:iam::aws:policy/AdministratorAccess"

        assert [] == self.found(GET, ManagedPolicyArns=[arn])

    def test_are_held_to_what_they_compare_with_a_tag(self):
        """A condition with a tag is to tell tenants apart, so it has to."""
        condition = {"ForAnyValue:StringLike": {KEYS: [f"TENANT#{TENANT}*"]}}

        assert at(OTHERS, NO_KEY) == self.found(GET, {**GET, "Condition": condition})

    def test_may_have_any_tag(self):
        """Nobody said which tag tells them apart."""
        condition = {
            "ForAllValues:StringEquals": {KEYS: ["${aws:PrincipalTag/Unit}"]},
            "Null": {KEYS: "false"},
        }

        assert [] == self.found({**GET, "Condition": condition})

    def test_of_other_constructs_are_others(self):
        """Only the record of a TenantRole says that it is for tenants."""
        record = {"Construct": "ObservedFunction", "Tier": "production"}

        assert [] == problems(
            dynamodb.isolated, "Role", Role=role(GET, record=record, trust=TRUST)
        )


class TestObjects:
    """S3-10."""

    def found(self, *statements: Any, **more: Any) -> list[str]:
        """Return what S3-10 finds at a role."""
        body = role(*statements, **more)
        return problems(dynamodb_tenants.objects_isolated, "Role", Role=body)

    def test_of_the_tenant(self):
        """Under its own prefix."""
        own = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::data/{TENANT}/*"}

        assert [] == self.found(own)

    def test_of_others(self):
        """A grant of CDK's own is for all tenants."""
        whole = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
        problem = "it is allowed s3:getobject on arn:aws:s3:::data/*"

        assert at(problem) == self.found(whole)
        assert [] == self.found(whole, record=None)

    def test_of_others_by_a_prefix_without_a_slash(self):
        """A role that no construct of ours made is held to the tag it compares."""
        arn = f"arn:aws:s3:::data/{TENANT}*"
        statement = {"Action": "s3:GetObject", "Resource": arn}

        assert at(f"it is allowed s3:getobject on {arn}") == self.found(
            statement, record=None
        )

    def test_are_no_items(self):
        """Each rule is about one service, and the trust is the other's."""
        assert [] == self.found(GET, trust={"Action": "sts:AssumeRole"})
        assert [] == problems(
            dynamodb.isolated,
            "Role",
            Role=role({"Action": "s3:GetObject", "Resource": "*"}),
        )

    def by_policy(self, principal: Any, record: Any = None) -> list[str]:
        """Return what is found at a bucket whose policy lets *principal* in."""
        statement = {
            "Principal": principal,
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::data/*",
        }
        return problems(
            dynamodb_tenants.objects_isolated,
            "Data",
            Data=resource("S3::Bucket", record),
            Policy=resource(
                "S3::BucketPolicy",
                Bucket={"Ref": "Data"},
                PolicyDocument=document(statement),
            ),
            Role=role(),
            Other=role(record=None, trust=TRUST),
        )

    def test_are_reached_by_the_policy_of_the_bucket(self):
        """Within an account the bucket's policy alone is enough."""
        problem = "it is allowed s3:getobject on arn:aws:s3:::data/*"
        principal = {"AWS": [BROKER, {"Fn::GetAtt": ["Role", "Arn"]}]}

        assert at(OF_POLICY + problem) == self.by_policy(principal)

    @pytest.mark.parametrize(
        "principal",
        ["*", {"AWS": {"Fn::GetAtt": ["Other", "Arn"]}}, {"Service": "a.aws.com"}],
        ids=str,
    )
    def test_who_else_gets_into_a_bucket_is_another_rules(self, principal):
        """S3-13 finds everybody and foreign accounts."""
        record = {"Construct": "SecureBucket", "Tier": "production"}

        assert [] == self.by_policy(principal, record)


class TestPoliciesOfTables:
    def found(
        self, *statements: Any, kind: str = "GlobalTable", record: Any = TENANT_TABLE
    ) -> list[str]:
        """Return what is found at a table that has a policy of *statements*."""
        policy: dict[str, Any]
        policy = {"ResourcePolicy": {"PolicyDocument": document(*statements)}}
        if kind == "GlobalTable":
            policy = {"Replicas": [{"Region": "eu-west-1"}, policy]}
        return problems(
            dynamodb.isolated,
            "Orders",
            Orders=resource(f"DynamoDB::{kind}", record, **policy),
            Role=role(),
            Other=role(record=None, trust=TRUST),
        )

    @pytest.mark.parametrize("kind", ["GlobalTable", "Table"])
    @pytest.mark.parametrize("record", [TENANT_TABLE, None])
    def test_let_tenants_in_to_their_own(self, kind, record):
        """Within an account the table's policy alone is enough."""
        statement = {
            "Principal": {"AWS": {"Fn::GetAtt": ["Role", "Arn"]}},
            "Action": "dynamodb:GetItem",
            "Resource": "*",
        }
        own = {**statement, "Condition": OWN}

        assert [] == self.found(own, kind=kind, record=record)
        assert at(OF_POLICY + OTHERS, OF_POLICY + NO_KEY) == self.found(
            own, statement, kind=kind, record=record
        )

    def test_let_nobody_in_without_a_name(self):
        """Everybody is every tenant."""
        statement = {"Principal": "*", "Action": "dynamodb:Scan", "Resource": "*"}
        problem = "it is allowed dynamodb:scan, which needs no partition key"

        assert at(*(OF_POLICY + each for each in (problem, OTHERS, NO_KEY))) == (
            self.found(statement)
        )

    @pytest.mark.parametrize(
        ("statement", "record"),
        [
            ({"Principal": "*"}, None),
            ({"Principal": "*", "Effect": "Deny"}, TENANT_TABLE),
            ({"Principal": {"AWS": BROKER}}, TENANT_TABLE),
            ({"Principal": {"AWS": {"Fn::GetAtt": ["Other", "Arn"]}}}, TENANT_TABLE),
            ({"Principal": {"AWS": {"Fn::GetAtt": ["Orders", "Arn"]}}}, TENANT_TABLE),
            (
                {
                    "Principal": "*",
                    "Condition": {"ArnEquals": {"aws:PrincipalArn": BROKER}},
                },
                TENANT_TABLE,
            ),
        ],
        ids=str,
    )
    def test_may_let_others_in(self, statement, record):
        """Whom they name is trusted; other tables may have no tenants."""
        access = {"Action": "dynamodb:Scan", "Resource": "*", **statement}

        assert [] == self.found(access, record=record)

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """The replicas, the policy, or whom it lets in."""
        table = resource("DynamoDB::GlobalTable", TENANT_TABLE, Replicas=unknown)
        access = {"Principal": unknown, "Action": "dynamodb:Scan", "Resource": "*"}

        assert [] == problems(dynamodb.isolated, "Orders", Orders=table)
        assert [] == self.found(access)
        assert [] == self.found(unknown)
