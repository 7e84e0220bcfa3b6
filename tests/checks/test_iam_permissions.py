"""Tests for `secure_constructs.checks.iam`: what a role is allowed to do."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Template, iam
from tests.support.unknowable import unknowable

OURS = {"SecureConstructs": {"Construct": "GitHubOidcRole", "Tier": "production"}}

GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"


def problems(metadata: Any = None, more: Any = None, **properties: Any) -> list[str]:
    """Return what IAM-05 finds at a role, with other resources around it."""
    role = {
        "Type": "AWS::IAM::Role",
        "Metadata": metadata or {},
        "Properties": properties,
    }
    template = Template({"Resources": {"Role": role, **(more or {})}})
    breaches = iam.permissions_named.breaches(template.resources["Role"])
    return [each.problem for each in breaches]


def allowed(**parts: Any) -> dict[str, Any]:
    """Return a policy document with one statement."""
    return {"Statement": {"Effect": "Allow", **parts}}


EVERYTHING = allowed(Action="*", Resource="*")
EVERY_ACTION = "it is allowed every action on every resource"


def attached(kind: str, document: Any) -> dict[str, Any]:
    """Return the options for a role with a policy that is attached that way."""
    named = {"Roles": [{"Ref": "Other"}, {"Ref": "Role"}], "PolicyDocument": document}
    by = {
        "policy": {"Type": "AWS::IAM::Policy", "Properties": named},
        "managed": {"Type": "AWS::IAM::ManagedPolicy", "Properties": named},
        "referenced": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": document},
        },
        "role policy": {
            "Type": "AWS::IAM::RolePolicy",
            "Properties": {"RoleName": {"Ref": "Role"}, "PolicyDocument": document},
        },
    }
    if kind == "inline":
        first = {
            "PolicyName": "a",
            "PolicyDocument": allowed(Action="a:B", Resource="c"),
        }
        return {"Policies": [first, {"PolicyName": "b", "PolicyDocument": document}]}
    arns = {"ManagedPolicyArns": [{"Ref": "Policy"}]} if kind == "referenced" else {}
    return {"more": {"Policy": by[kind]}, **arns}


KINDS = pytest.mark.parametrize(
    "kind", ["inline", "policy", "managed", "referenced", "role policy"]
)


class TestPermissions:
    def found(self, **more: Any) -> list[str]:
        """Return what IAM-05 finds at any role."""
        return problems(**more)

    @KINDS
    def test_not_everything(self, kind):
        """However the policy is attached, everything is too much for any role."""
        assert [EVERY_ACTION] == self.found(**attached(kind, EVERYTHING))

    @pytest.mark.parametrize(
        "document",
        [
            allowed(Action=["s3:GetObject", "*"], Resource=["a", "*"]),
            allowed(Action="*:*", Resource="*"),
            allowed(NotAction="iam:*", Resource="*"),
        ],
        ids=str,
    )
    def test_not_everything_by_other_spellings(self, document):
        """A list with a star, or everything but a little, is everything."""
        assert [EVERY_ACTION] == self.found(**attached("inline", document))

    @pytest.mark.parametrize(
        "document",
        [
            allowed(Action="s3:*", Resource="*"),
            allowed(Action="*", Resource="arn:aws:s3:::a"),
            {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}},
        ],
        ids=str,
    )
    def test_less_is_up_to_roles_of_others(self, document):
        """What cdk-nag finds in finer detail is left to it."""
        assert [] == self.found(**attached("inline", document))

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:iam::aws:policy/AdministratorAccess",
            {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"},
        ],
        ids=str,
    )
    def test_no_administrator(self, arn):
        """Nor by the policy of AWS that allows everything."""
        assert ["it has AdministratorAccess, which is AWS's to change"] == self.found(
            ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess", arn]
        )

    def test_policies_of_other_roles_do_not_count(self):
        """A policy counts for the roles that it names."""
        policy = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"Roles": [{"Ref": "Other"}], "PolicyDocument": EVERYTHING},
        }

        assert [] == self.found(more={"Policy": policy})

    def test_is_found_by_the_name_of_the_role(self):
        """A policy may name the role as CloudFormation will call it."""
        policy = {
            "Type": "AWS::IAM::Policy",
            "Properties": {"Roles": ["deploy"], "PolicyDocument": EVERYTHING},
        }

        assert [EVERY_ACTION] == self.found(more={"Policy": policy}, RoleName="deploy")

    def test_is_said_once(self):
        """A policy that is attached in two ways has one problem."""
        twice = attached("managed", EVERYTHING)

        assert [EVERY_ACTION] == self.found(
            ManagedPolicyArns=[{"Ref": "Policy"}], **twice
        )

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """Policies, actions, resources and roles that are not known may be right."""
        for document in (
            allowed(Action=unknown, Resource="*"),
            allowed(Action="*", Resource=unknown),
            {"Statement": unknown},
            unknown,
        ):
            assert [] == self.found(**attached("inline", document))
        assert [] == self.found(Policies=unknown, ManagedPolicyArns=unknown)
        assert [] == self.found(ManagedPolicyArns=[unknown])


class TestPermissionsOfOurs:
    """A role of ours for GitHub has nothing that is not named."""

    def found(self, **more: Any) -> list[str]:
        """Return what IAM-05 finds at a role of ours."""
        return problems(OURS, **more)

    @KINDS
    def test_however_it_came_there(self, kind):
        """A wildcard is found in each kind of policy."""
        document = allowed(Action="s3:Get*", Resource="arn:aws:s3:::a")

        assert ["it is allowed s3:get*"] == self.found(**attached(kind, document))

    def test_each_wildcard_is_said(self):
        """Actions and resources stand in the finding, each once."""
        document = {
            "Statement": [
                {"Effect": "Allow", "Action": ["s3:*", "sts:*"], "Resource": "*"},
                {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
                {"Effect": "Allow", "NotAction": "a:b", "Resource": "x"},
            ]
        }

        assert [
            "it is allowed s3:*",
            "it is allowed sts:*",
            "it is allowed *",
            "it is allowed every action but some",
        ] == self.found(**attached("inline", document))

    @pytest.mark.parametrize(
        "arn", ["arn:aws:iam::aws:policy/job-function/Billing", "x:iam::aws:policy/A"]
    )
    def test_no_policy_of_aws(self, arn):
        """What AWS allows, AWS may widen, and it has wildcards."""
        name = arn.rpartition("/")[2]

        assert [f"it has {name}, which is AWS's to change"] == self.found(
            ManagedPolicyArns=[arn]
        )

    def test_policies_of_ones_own_are_read(self):
        """A policy of the account is not AWS's."""
        arn = "arn:aws:iam::111122223333:policy/AdministratorAccess"

        assert [] == self.found(ManagedPolicyArns=[arn])

    @pytest.mark.parametrize(
        "resource",
        [
            "arn:aws:s3:::site",
            "arn:aws:s3:::site/*",
            "arn:aws:s3:::site/a/*/b?",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/*",
            "arn:aws:logs:eu-west-1:111122223333:log-group:app:*",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app-??????",
            {"Fn::GetAtt": ["Bucket", "Arn"]},
            {"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/*"]]},
            {"Fn::Sub": "${Bucket.Arn}/x/*"},
            {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Name}/*"},
            {"Fn::Sub": "arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:parameter/a/*"},
        ],
        ids=str,
    )
    def test_a_wildcard_may_stand_behind_a_name(self, resource):
        """The parts of one resource are named by it."""
        document = allowed(Action="a:B", Resource=resource)

        assert [] == self.found(**attached("inline", document))

    @pytest.mark.parametrize(
        "resource",
        [
            "*",
            "?",
            "arn:*",
            "arn:aws:s3:::*",
            "arn:aws:s3:::site*",
            "arn:aws:s3:::si?e/x",
            "arn:aws:s3:::*/x",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::111122223333:role/cdk-*",
            "arn:aws:iam::*:role/deploy",
            "arn:aws:*:eu-west-1:111122223333:table/orders",
            "arn:*:s3:*:111122223333:table/orders",
            "arn:aws:dynamodb:*:111122223333:table/orders",
            "arn:aws:dynamodb:eu-west-1:111122223333:*",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*-??????",
        ],
    )
    def test_a_wildcard_may_not_stand_in_a_name(self, resource):
        """What begins alike is another resource."""
        document = allowed(Action="a:B", Resource=resource)

        assert [f"it is allowed {resource}"] == self.found(
            **attached("inline", document)
        )

    def test_a_wildcard_behind_a_reference(self):
        """Right behind it, it is another name."""
        document = allowed(Action="a:B", Resource={"Fn::Sub": "${Bucket.Arn}*"})

        assert ["it is allowed ${Bucket.Arn}*"] == self.found(
            **attached("inline", document)
        )

    def test_a_refusal_may_be_wide(self):
        """To deny everything is no permission."""
        document = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}

        assert [] == self.found(**attached("inline", document))


class TestPermissionsForGitHub:
    """A role that somebody else made for GitHub is judged as one of ours."""

    WILD = allowed(Action="s3:*", Resource="arn:aws:s3:::site")

    def found(self, provider: Any, document: Any = WILD, **more: Any) -> list[str]:
        """Return what IAM-05 finds at a role that takes tokens of *provider*."""
        trust = allowed(
            Action="sts:AssumeRoleWithWebIdentity", Principal={"Federated": provider}
        )
        by = attached("inline", document)
        return problems(AssumeRolePolicyDocument=trust, **by, **more)

    def test_has_nothing_that_is_not_named(self):
        """Whoever made it, jobs run code of many authors."""
        assert ["it is allowed s3:*"] == self.found(GITHUB)

    def test_has_no_policy_of_aws(self):
        """That AWS may widen what a job may do holds for each of them."""
        arn = "arn:aws:iam::aws:policy/PowerUserAccess"
        named = allowed(Action="s3:GetObject", Resource="arn:aws:s3:::site/*")

        assert ["it has PowerUserAccess, which is AWS's to change"] == self.found(
            GITHUB, named, ManagedPolicyArns=[arn]
        )

    def test_is_not_one_for_another_provider(self):
        """What others than GitHub vouch for is up to those who trust them."""
        assert [] == self.found(GITHUB.replace("token.actions", "login"))

    @unknowable
    def test_reports_nothing_of_an_unknown_provider(self, unknown):
        """Whether it is a role for GitHub may be up to the deployment."""
        assert [] == self.found(unknown)
