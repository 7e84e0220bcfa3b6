"""Tests for `secure_constructs._granted_role`: who grants what lands where."""

from __future__ import annotations

import inspect
import json

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam, aws_s3 as s3

from secure_constructs._granted_role import GrantedRole, grant
from tests.support.synth import RECOMMENDED, new_app, resources, synthesize, template_of

TRACING = {"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}
SERVICE = iam.ServicePrincipal("lambda.amazonaws.com")
LONGEST_POLICY = 6144


def role_in(stack: cdk.Stack) -> GrantedRole:
    """Return a role with a permission of its own."""
    return GrantedRole(stack, "Role", assumed_by=SERVICE, own=[TRACING])


def policies(template: dict[str, Any]) -> dict[str, Any]:
    """Return the statements of each managed policy."""
    return {
        name: each["Properties"]["PolicyDocument"]["Statement"]
        for name, each in resources(template, "AWS::IAM::ManagedPolicy").items()
    }


def statement(index: int, length: int = 400) -> dict[str, Any]:
    """Return a statement about a name of that *length*, as IAM's JSON."""
    return {
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{str(index).ljust(length, 'x')}"],
        "Condition": {"Null": {"aws:PrincipalTag/TenantId": "false"}},
    }


def one_by_one(role: GrantedRole, statements: list[dict[str, Any]]) -> None:
    """Add *statements* as constructs of CDK would."""
    for each in statements:
        role.add_to_policy(iam.PolicyStatement.from_json(each))


class TestWhere:
    """What anybody grants is a managed policy, apart from the role's own."""

    def test_its_own_statements_stand_alone(self, stack):
        """A grant does not land beside what the role was made with."""
        role_in(stack).add_to_policy(
            iam.PolicyStatement(actions=["s3:ListAllMyBuckets"], resources=["*"])
        )

        found = policies(template_of(stack))
        assert [TRACING] == found["RoleOwn8C31458E"]
        assert ["s3:ListAllMyBuckets"] == [
            each["Action"] for each in found["RoleGrants07863862"]
        ]

    @pytest.mark.parametrize(
        "grant",
        [
            lambda stack, role: s3.Bucket(stack, "Bucket").grant_read(role),
            lambda stack, role: dynamodb.TableV2(
                stack,
                "Table",
                partition_key=dynamodb.Attribute(
                    name="PK", type=dynamodb.AttributeType.STRING
                ),
            ).grant_read_data(role),
            lambda _stack, role: role.grant_assume_role(role),
        ],
        ids=["bucket", "table", "role"],
    )
    def test_grants_of_cdk_write_no_inline_policy(self, stack, grant):
        """CDK's own constructs grant to it as to any role."""
        grant(stack, role_in(stack))

        template = template_of(stack)
        assert {} == resources(template, "AWS::IAM::Policy")
        assert "RoleGrants07863862" in policies(template)

    def test_without_statements_of_its_own(self, stack):
        """A role that needs nothing yet has no policy."""
        role = GrantedRole(stack, "Role", assumed_by=SERVICE)

        assert role.own is None
        assert {} == policies(template_of(stack))

    def test_what_waits_for_a_grant_waits_for_its_policy(self, stack):
        """`apply_before` makes a resource wait until the permission is there."""
        waiting = cdk.CfnResource(stack, "Waiting", type="AWS::SNS::Topic")
        bucket = s3.Bucket(stack, "Bucket")
        bucket.grant_read(role_in(stack)).apply_before(waiting)

        found = resources(template_of(stack), "AWS::SNS::Topic")
        assert ["RoleGrants07863862"] == found["Waiting"]["DependsOn"]


class TestSize:
    """No policy grows over what IAM takes."""

    @pytest.mark.parametrize("length", [20, 400, 2000])
    def test_policies_are_split_before_they_are_too_long(self, stack, length):
        """Statements of any usual length end in policies that can be deployed."""
        role = role_in(stack)
        for index in range(40):
            name = str(index).ljust(length, "x")
            resource = f"arn:aws:s3:::{name}"
            role.add_to_policy(
                iam.PolicyStatement(actions=["s3:GetObject"], resources=[resource])
            )

        found = policies(template_of(stack))
        written = [json.dumps(each, separators=(",", ":")) for each in found.values()]
        assert max(map(len, written)) < LONGEST_POLICY
        assert 40 + 1 == sum(map(len, found.values()))

    def test_a_reference_counts_as_an_arn(self, stack):
        """Statements that name other resources leave room for what these are called."""
        role = role_in(stack)
        for index in range(40):
            s3.Bucket(stack, f"Bucket{index}").grant_read(role)

        found = policies(template_of(stack))
        most = max(len(statements) for statements in found.values())
        # Two references each, and about 100 characters around them.
        assert most * (100 + 2 * 120) < LONGEST_POLICY

    @pytest.mark.parametrize(("count", "length"), [(1, 20), (1, 400), (3, 400)])
    def test_of_our_grants_are_split_where_those_of_cdk_are(self, count, length):
        """What is granted in one go fills the policies as one by one would."""
        both = []
        for write in (grant, one_by_one):
            stack = cdk.Stack(new_app(), "Stack")
            role = role_in(stack)
            for index in range(0, 90, count):
                numbers = range(index, index + count)
                write(role, [statement(each, length) for each in numbers])
            both.append(policies(template_of(stack)))

        assert both[1] == both[0]
        assert len(both[0]) > 2

    def test_a_grant_over_two_policies_waits_for_both(self, stack):
        """What needs the grant needs each policy that it is in."""
        waiting = cdk.CfnResource(stack, "Waiting", type="AWS::SNS::Topic")
        role = role_in(stack)
        grant(role, [statement(each) for each in range(14)]).apply_before(waiting)

        found = resources(template_of(stack), "AWS::SNS::Topic")
        assert ["RoleGrants07863862", "RoleGrants2C0B18215"] == (
            found["Waiting"]["DependsOn"]
        )

    def test_few_grants_are_one_policy(self, stack):
        """A role can have only ten policies."""
        role = role_in(stack)
        for index in range(5):
            s3.Bucket(stack, f"Bucket{index}").grant_read(role)

        assert {"RoleOwn8C31458E", "RoleGrants07863862"} == set(
            policies(template_of(stack))
        )


def test_overrides_nothing_else():
    """A member that CDK adds one day must not become an override by its name."""
    own = {name for name in vars(GrantedRole) if not name.startswith("_")}

    assert {
        "add_to_principal_policy",
        "allow_in_grants",
        "write_into_grants",
    } == own
    assert {"add_to_principal_policy"} == own & set(dir(iam.Role))
    assert ["self", "statement"] == list(
        inspect.signature(GrantedRole.add_to_principal_policy).parameters
    )
    assert set() == {"home", "own"} & set(dir(iam.Role))


def test_across_stacks():
    """A grant by another stack is written where the role is."""
    app = new_app(RECOMMENDED)
    bucket = s3.Bucket(cdk.Stack(app, "Data"), "Bucket")
    bucket.grant_read(role_in(cdk.Stack(app, "Code")))

    templates = synthesize(app).templates
    assert {} == policies(templates["Data.template.json"])
    assert "RoleGrants07863862" in policies(templates["Code.template.json"])
