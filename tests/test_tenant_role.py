"""Tests for TenantRole and for the policies that its grants write."""

from __future__ import annotations

import json

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_s3 as s3,
)

from secure_constructs import (
    AppKey,
    ObservedFunction,
    SecureBucket,
    TenantGrants,
    TenantRole,
)
from tests.support.cloud import Cloud
from tests.support.iam import Request
from tests.support.synth import assembly_of, new_app, resources, synthesize, the
from tests.support.tenants import ASKED

ROLE = "Tenant3582C6F5"
LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")
CODE: dict[str, Any] = {
    "code": lambda_.Code.from_inline("def handler(event, context): pass"),
    "handler": "index.handler",
    "runtime": lambda_.Runtime.PYTHON_3_14,
}
# What IAM takes of a trust policy, and of a managed one.
LONGEST_TRUST, LONGEST_POLICY = 2048, 6144


def broker(scope: Any, name: str = "Broker") -> iam.Role:
    """Return the role of a broker."""
    return iam.Role(scope, name, assumed_by=LAMBDA)


def tenant_role(stack: cdk.Stack, **options: Any) -> TenantRole:
    """Return a role for tenants."""
    given = options if "brokers" in options else {"brokers": [broker(stack)], **options}
    return TenantRole(stack, "Tenant", **given)


def template_of(stack: cdk.Stack) -> dict[str, Any]:
    """Return the template of *stack*, in which nothing may have been found."""
    assembly = assembly_of(stack)
    assert set() == assembly.findings
    return assembly.templates[stack.template_file]


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack whose app reports its findings."""
    return cdk.Stack(new_app(), "Stack")


def function(stack: cdk.Stack) -> lambda_.Function:
    """Return a function of CDK's."""
    return lambda_.Function(stack, "Broker", **CODE)


def observed(stack: cdk.Stack) -> ObservedFunction:
    """Return a function of ours."""
    return ObservedFunction(stack, "Broker", failure_queue=None, **CODE)


def by_name(stack: cdk.Stack) -> iam.IRole:
    """Return a role that another stack makes."""
    return iam.Role.from_role_name(stack, "Broker", "orders-api")


class TestRole:
    def test_may_do_nothing_at_first(self, stack):
        """The role has no policy until it is granted something."""
        tenant_role(stack)

        assert {} == resources(template_of(stack), "AWS::IAM::ManagedPolicy")

    def test_has_a_session_of_one_hour(self, stack):
        """Which is also the longest that a function's role can open."""
        tenant_role(stack)

        assert 3600 == the(template_of(stack), ROLE)["MaxSessionDuration"]

    def test_takes_what_a_role_has(self, stack):
        """Name, description, boundary and longer sessions are those of the role."""
        boundary = iam.ManagedPolicy.from_managed_policy_arn(
            stack, "Boundary", "arn:aws:iam::111122223333:policy/limits"
        )
        tenant_role(
            stack,
            role_name="tenant",
            description="One tenant of the shop",
            max_session_duration=cdk.Duration.hours(12),
            permissions_boundary=boundary,
        )
        found = the(template_of(stack), ROLE)
        del found["AssumeRolePolicyDocument"]

        assert {
            "RoleName": "tenant",
            "Description": "One tenant of the shop",
            "MaxSessionDuration": 43200,
            "PermissionsBoundary": "arn:aws:iam::111122223333:policy/limits",
        } == found

    def test_says_what_it_is(self, stack):
        """The name and ARN are those of the role inside, which takes grants."""
        tenant = tenant_role(stack)

        assert stack.resolve(tenant.role_arn) == stack.resolve(tenant.role.role_arn)
        assert {"Ref": ROLE} == stack.resolve(tenant.role_name)
        assert tenant.role is tenant.grant_principal
        assert "TenantId" == tenant.tag_key

    def test_is_granted_what_has_nothing_to_do_with_tenants(self, stack):
        """Grants of CDK go into its managed policy, and to all tenants."""
        cdk.aws_sns.Topic(stack, "Topic").grant_publish(tenant_role(stack))

        assert ["TenantGrants78AD67FE"] == [
            *resources(template_of(stack), "AWS::IAM::ManagedPolicy")
        ]

    def test_compares_the_tag_it_is_told(self, stack):
        """Another key takes the place of TenantId everywhere."""
        data = SecureBucket(stack, "Data")
        data.grants.tenant_read(tenant_role(stack, tag_key="shop:tenant"))
        text = json.dumps(template_of(stack))

        assert "aws:RequestTag/shop:tenant" in text
        assert "${aws:PrincipalTag/shop:tenant}" in text
        assert "TenantId" not in text


class TestBrokers:
    @pytest.mark.parametrize("make", [broker, function, observed])
    def test_each_kind_may_assume_the_role(self, stack, make):
        """A role, a function of CDK's and one of ours: each by its role."""
        tenant_role(stack, brokers=[make(stack)])
        directory = assembly_of(stack).directory
        cloud = Cloud.read(directory)
        (api,) = (
            each.arn
            for each in cloud.resources("AWS::IAM::Role")
            if each.logical_id.startswith("Broker")
        )
        session = {ASKED: "a", "sts:RoleSessionName": "a"}
        tenant = cloud.arn("Stack", ROLE)

        decision = cloud.decide(
            Request(api, "sts:AssumeRole", tenant, session), ignore_aws_managed=True
        )

        assert decision.allowed

    def test_get_the_permission_on_this_role_only(self, stack):
        """A boundary or another account asks for it in the broker's own policy."""
        tenant_role(stack)
        (policy,) = resources(template_of(stack), "AWS::IAM::Policy").values()

        assert [
            {
                "Effect": "Allow",
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Resource": {"Fn::GetAtt": [ROLE, "Arn"]},
            }
        ] == policy["Properties"]["PolicyDocument"]["Statement"]

    def test_may_be_made_by_another_stack_if_it_has_a_name(self):
        """What the error about stacks says is a way out is one."""
        app = new_app()
        api = iam.Role(
            cdk.Stack(app, "Api"), "Role", assumed_by=LAMBDA, role_name="orders-api"
        )
        stack = cdk.Stack(app, "Data")
        tenant_role(stack, brokers=[by_name(stack)])

        assert api.node.path
        assert [] == stack.dependencies

    def test_many_share_one_statement(self, stack):
        """A trust policy has little room, and eight brokers fit into it."""
        brokers = [broker(stack, f"Broker{number}") for number in range(8)]
        tenant_role(stack, brokers=brokers)
        cloud = Cloud.read(assembly_of(stack).directory)
        trust = cloud.trust(cloud.arn("Stack", ROLE))
        longest = f"arn:aws-us-gov:iam::111122223333:role/{64 * 'a'}"
        written = json.dumps(trust, separators=(",", ":"))

        assert 1 == len(trust)
        assert 8 == len(trust[0]["Principal"]["AWS"])
        assert LONGEST_TRUST >= len(written) + 8 * (len(longest) - 40)


class TestPolicies:
    @pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1"])
    def test_use_the_key_by_way_of_the_region_of_what_it_encrypts(self, region):
        """The service is named as it is called there, not where the role is."""
        app = new_app()
        env = cdk.Environment(account="111122223333", region=region)
        data = cdk.Stack(app, "Data", env=env)
        key = cdk.aws_kms.Key(data, "Key")
        table = dynamodb.TableV2(
            data,
            "Orders",
            partition_key=dynamodb.Attribute(
                name="PK", type=dynamodb.AttributeType.STRING
            ),
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(key),
        )
        stack = cdk.Stack(app, "Stack", env=env)
        TenantGrants.of(table).tenant_read(tenant_role(stack))

        assert f"dynamodb.{region}." in json.dumps(template_of(stack))

    def test_need_nothing_of_the_other_stack_but_its_name(self):
        """The role's stack depends on that of the table, and not the other way."""
        app = new_app()
        data, stack = cdk.Stack(app, "Data"), cdk.Stack(app, "Stack")
        uploads = SecureBucket(data, "Uploads", encryption_key=AppKey(data, "Key"))
        uploads.grants.tenant_read_write(tenant_role(stack))
        assembly = synthesize(app)

        assert set() == assembly.findings
        assert [data] == stack.dependencies
        assert [] == data.dependencies

    def test_of_four_tables_and_buckets_are_short_enough(self, stack):
        """IAM takes so many characters of a managed policy, and ten policies."""
        tenant = tenant_role(stack)
        for name in ("One", "Two", "Three", "Four"):
            arn = f"arn:aws:dynamodb:eu-west-1:111122223333:table/{name}"
            table = dynamodb.Table.from_table_arn(stack, f"{name}Table", arn)
            grants = TenantGrants.of(table, indexes=["GSI1", "GSI2"])
            grants.tenant_read_write(tenant)
            bucket = s3.Bucket.from_bucket_name(stack, f"{name}Data", name.lower())
            TenantGrants.of(bucket).tenant_read_write(tenant)
        cloud = Cloud.read(assembly_of(stack).directory)
        policies = [
            json.dumps(each.get("PolicyDocument"), separators=(",", ":"))
            for each in cloud.resources("AWS::IAM::ManagedPolicy")
        ]

        assert 2 <= len(policies) <= 3
        assert [] == [each for each in policies if len(each) > LONGEST_POLICY]

    def test_return_a_grant(self, stack):
        """What depends on it can wait for it, as with CDK's grants."""
        bucket = s3.Bucket.from_bucket_name(stack, "Uploads", "uploads")
        grant = TenantGrants.of(bucket).tenant_read_write(tenant_role(stack))
        topic = cdk.aws_sns.Topic(stack, "Topic")
        grant.apply_before(topic)

        assert "TenantGrants78AD67FE" in str(
            template_of(stack)["Resources"]["TopicBFC7AF6E"]["DependsOn"]
        )

    def test_let_a_folder_hold_the_tenants_folders(self, stack):
        """The prefix is that of the objects and of the list."""
        bucket = s3.Bucket.from_bucket_name(stack, "Uploads", "uploads")
        grants = TenantGrants.of(bucket, prefix="shop/customers/")
        grants.tenant_read(tenant_role(stack))
        text = json.dumps(template_of(stack))

        assert 2 == text.count("shop/customers/${aws:PrincipalTag/TenantId}/*")
