"""Attacks by way of what an ObservedFunction is granted, or given, from outside."""

from __future__ import annotations

import re

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_ec2 as ec2,
    aws_iam as iam,
    aws_kms as kms,
    aws_logs as logs,
    aws_secretsmanager as secretsmanager,
    aws_sqs as sqs,
)

from secure_constructs import AppKey, ObservedFunction, SecureBucket
from tests.specimens import SPECIMENS
from tests.support.cloud import Cloud
from tests.support.conditions import texts
from tests.support.everywhere import everywhere
from tests.support.functions import function, only
from tests.support.iam import Request, decide
from tests.support.nag import ORDINARY, add_packs
from tests.support.synth import FLAGS, new_app, resources, synthesize, template_of

WARNINGS = "@aws-cdk/core:annotationsInValidationReport"
SAFE = {"aws:SecureTransport": True, "s3:TlsVersion": 1.3}
LOG_GROUP = "arn:aws:logs:eu-west-1:111122223333:log-group"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/of-somebody"
LOGS = "logs.eu-west-1.amazonaws.com"
GRANTS = "Stack/Fn/ServiceRole/Grants/Resource"
LISTING = iam.PolicyStatement(actions=["s3:ListAllMyBuckets"], resources=["*"])


@pytest.fixture(params=list(FLAGS.values()), ids=list(FLAGS))
def stack(request) -> cdk.Stack:
    """A stack in an app with either set of feature flags, warnings in its report."""
    return cdk.Stack(new_app({**request.param, WARNINGS: True}), "Stack")


class World:
    """What a stack deploys."""

    def __init__(self, stack: Any) -> None:
        self.cloud = Cloud.read(synthesize(stack.node.root).directory)

    def arn(self, name: str) -> str:
        """Return the ARN of the resource that has that id, but for its hash."""
        (found,) = (
            each.arn
            for stack in self.cloud.stacks
            for each in stack.resources.values()
            if re.fullmatch(f"{name}[0-9A-F]{{8}}", each.logical_id)
        )
        return found

    def may(self, who: str, action: str, resource: str, **more: Any) -> bool:
        """Whether a function, or another principal, may do that."""
        role = who if "." in who or ":" in who else self.arn(f"{who}ServiceRole")
        context = {**SAFE, **{key.replace("__", ":"): more[key] for key in more}}
        request = Request(role, action, resource, context)
        return self.cloud.decide(request).allowed


def warning(stack: Any, name: str) -> str:
    """Return the text of the one warning of that name."""
    (found,) = (
        violation["description"]
        for plugin in synthesize(stack.node.root).report
        for violation in plugin["violations"]
        if violation["ruleName"] == f"Annotation::secure-constructs:{name}"
    )
    return str(found)


def live(stack: Any) -> logs.ILogGroup:
    """Return a log group that is not in the app."""
    return logs.LogGroup.from_log_group_name(stack, "Live", "/app/live")


def table(stack: cdk.Stack, name: str) -> dynamodb.TableV2:
    """Define a table."""
    key = dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING)
    return dynamodb.TableV2(stack, name, partition_key=key)


def with_everything(stack: cdk.Stack, **options: Any) -> ObservedFunction:
    """Define a function that needs all from its role that a function can need."""
    vpc = ec2.Vpc(stack, "Vpc", restrict_default_security_group=False)
    secret = secretsmanager.Secret.from_secret_name_v2(stack, "Secret", "orders/db")
    options |= {"vpc": vpc, "secrets": {"DB": secret}}
    return function(stack, encryption_key=AppKey(stack, "Key"), **options)


@pytest.mark.parametrize("grantee", ["the construct", "the function in it"])
class TestLaterGrants:
    """What is granted later reaches the role, and only what the grant names."""

    @pytest.fixture
    def it(self, stack, grantee) -> Any:
        """A function, as it is or as CDK knows it."""
        made = function(stack)
        return made if grantee == "the construct" else made.function

    def test_of_a_bucket(self, stack, it):
        """One may read from the bucket, and neither write nor read from another."""
        data = SecureBucket(stack, "Data")
        SecureBucket(stack, "Other")
        data.grants.read(it)
        world = World(stack)
        bucket, other = world.arn("Data"), world.arn("Other")

        assert world.may("Fn", "s3:GetObject", f"{bucket}/x")
        assert not world.may("Fn", "s3:PutObject", f"{bucket}/x")
        assert not world.may("Fn", "s3:GetObject", f"{other}/x")

    def test_of_a_table(self, stack, it):
        """CDK's own grant is one on that table, and of those actions."""
        table(stack, "Other")
        table(stack, "Data").grant_read_data(it)
        world = World(stack)
        own, other = world.arn("Data"), world.arn("Other")

        assert world.may("Fn", "dynamodb:GetItem", own)
        assert not world.may("Fn", "dynamodb:PutItem", own)
        assert not world.may("Fn", "dynamodb:GetItem", other)

    def test_of_a_function(self, stack, it):
        """It may invoke the other function, not change it, and not a third one."""
        other = function(stack, "Other")
        function(stack, "Third")
        other.target.grant_invoke(it)
        world = World(stack)
        arn = world.arn("Other")

        assert world.may("Fn", "lambda:InvokeFunction", arn)
        assert not world.may("Fn", "lambda:UpdateFunctionCode", arn)
        assert not world.may("Fn", "lambda:InvokeFunction", world.arn("Third"))
        assert not world.may("Fn", "lambda:InvokeFunction", world.arn("Fn"))

    def test_of_a_statement(self, stack, it):
        """A statement of one's own is taken as it is written."""
        statement = iam.PolicyStatement(
            actions=["sqs:PurgeQueue"], resources=[sqs.Queue(stack, "Work").queue_arn]
        )
        sqs.Queue(stack, "Other")
        it.add_to_role_policy(statement)
        world = World(stack)

        assert world.may("Fn", "sqs:PurgeQueue", world.arn("Work"))
        assert not world.may("Fn", "sqs:DeleteMessage", world.arn("Work"))
        assert not world.may("Fn", "sqs:PurgeQueue", world.arn("Other"))


class TestWildcards:
    """A wildcard of the user's is found, beside those that cannot be helped."""

    def findings(self, stack: Any) -> set[tuple[str, str]]:
        """Return what the ordinary packs find in the policies of *stack*."""
        add_packs(stack.node.root, *ORDINARY)
        found = synthesize(stack.node.root).findings
        return {each for each in found if "IAM" in each[0]}

    def test_of_its_own_are_argued(self, stack):
        """Those for traces, interfaces and log streams are acknowledged."""
        with_everything(stack, log_group=live(stack))

        assert set() == self.findings(stack)

    @pytest.mark.parametrize("by", ["method", "option", "CDK"])
    def test_granted_later_are_found(self, stack, by):
        """`Resource: *` is found where it stands, whichever way it came."""
        options = {"initial_policy": [LISTING]} if by == "option" else {}
        made = with_everything(stack, **options)
        if by != "option":
            (made if by == "method" else made.function).add_to_role_policy(LISTING)

        assert {("AwsSolutions-IAM5[Resource::*]", GRANTS)} == self.findings(stack)

    def test_on_its_own_log_group_are_found(self, stack):
        """What is argued for writing the logs is not for deleting them."""
        group = live(stack)
        function(stack, log_group=group).add_to_role_policy(
            iam.PolicyStatement(
                actions=["logs:DeleteLogStream"], resources=[group.log_group_arn]
            )
        )

        assert [GRANTS] == [path for _, path in self.findings(stack)]


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
@pytest.mark.parametrize("specimen", SPECIMENS, ids=str)
def test_all_policies_are_managed_and_ours(specimen, flags):
    """No role has an inline policy, nor one of AWS, which may grow any day."""
    assembly = synthesize(everywhere(specimen.everything, flags=flags))

    for template in assembly.templates.values():
        assert {} == resources(template, "AWS::IAM::Policy")
        ours = resources(template, "AWS::IAM::ManagedPolicy").keys()
        for role in resources(template, "AWS::IAM::Role").values():
            attached = role["Properties"].get("ManagedPolicyArns", [])
            assert "Policies" not in role["Properties"]
            assert ours >= {each.get("Ref") for each in attached}


class TestGivenRole:
    """A role of the user's is left alone, and what it needs is said."""

    @pytest.mark.parametrize("imported", [False, True])
    def test_gets_nothing(self, stack, imported):
        """The constructor writes no policy, whatever the function needs."""
        role = iam.Role.from_role_name(stack, "Imported", "app")
        if not imported:
            role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
        with_everything(stack, role=role)

        expected = [] if imported else [{"AssumeRolePolicyDocument"}]
        assert expected == [
            each["Properties"].keys()
            for each in template_of(stack)["Resources"].values()
            if "::IAM::" in each["Type"]
        ]

    def test_warns_of_all_it_needs(self, stack):
        """The warning names each action that a role made here would have."""
        with_everything(cdk.Stack(stack.node.root, "Plain"))
        with_everything(stack, role=iam.Role.from_role_name(stack, "Role", "app"))

        (own,) = World(stack).cloud.resources("AWS::IAM::ManagedPolicy")
        needed = {
            action
            for each in own.get("PolicyDocument")["Statement"]
            for action in texts(each["Action"])
        }
        assert needed == {*re.findall(r"\w+:\w+", warning(stack, "roleOfYours"))}


class TestGivenLogGroup:
    """With a log group of the user's the function writes to that one, and no other."""

    @pytest.mark.parametrize(
        "given",
        [live, lambda stack: logs.LogGroup(stack, "Live", log_group_name="/app/live")],
        ids=["imported", "of the stack"],
    )
    def test_is_all_it_writes_to(self, stack, given):
        """Neither to one called alike, nor to one that Lambda would make."""
        function(stack, log_group=given(stack))
        who = World(stack).arn("FnServiceRole")
        own = World(stack).cloud.role_policies(who)

        def writes(group: str) -> bool:
            stream = f"{LOG_GROUP}:{group}:log-stream:x"
            request = Request(who, "logs:PutLogEvents", stream)
            return decide(request, identity=own).allowed

        assert writes("/app/live")
        for other in ("/app/live-2", "/app/live/x", "/app", "/aws/lambda/Stack-Fn"):
            assert not writes(other)


class TestKeys:
    """CloudWatch Logs can use the key: of this account, in this region."""

    def test_one_statement_serves_all(self, stack):
        """A key of the user's gets one, however many functions log with it."""
        key = kms.Key(stack, "Key")
        for name in ("One", "Two", "Three"):
            function(stack, name, encryption_key=key)

        statements = only(template_of(stack), "KMS::Key")["KeyPolicy"]["Statement"]
        assert [None, "LogsOfThisAccount"] == [each.get("Sid") for each in statements]

    @pytest.mark.parametrize(
        ("who", "where", "expected"),
        [
            (LOGS, "eu-west-1:111122223333", True),
            (LOGS, "eu-west-1:444455556666", False),
            (LOGS, "us-east-1:111122223333", False),
            ("logs.us-east-1.amazonaws.com", "us-east-1:111122223333", False),
            ("sns.amazonaws.com", "eu-west-1:111122223333", False),
            ("arn:aws:iam::444455556666:root", "eu-west-1:111122223333", False),
        ],
    )
    def test_logs_of_this_account_use_it(self, stack, who, where, expected):
        """Nobody else's logs do, and no other service."""
        function(stack, encryption_key=kms.Key(stack, "Key"))
        world = World(stack)
        name = "kms__EncryptionContext__aws__logs__arn"
        context = {name: f"arn:aws:logs:{where}:log-group:x"}

        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert expected == world.may(who, action, world.arn("Key"), **context)
        for action in ("kms:CreateGrant", "kms:PutKeyPolicy"):
            assert not world.may(who, action, world.arn("Key"), **context)
        assert not world.may(who, "kms:Decrypt", world.arn("Key"))

    def test_an_imported_key_is_warned_of(self, stack):
        """Its policy cannot be written from here, and has to let Logs in."""
        key = kms.Key.from_key_arn(stack, "Key", KEY)
        function(stack, encryption_key=key)

        assert "lets logs.<region>.amazonaws.com" in warning(stack, "logsKeyPolicy")

    def test_an_app_key_stays_as_it_is(self, stack):
        """Its policy is the same with functions, here and elsewhere, and without."""
        app, key = stack.node.root, AppKey(stack, "Key")
        AppKey(cdk.Stack(app, "Unused"), "Key")
        for user in (stack, cdk.Stack(app, "Other")):
            function(user, encryption_key=key)

        used, unused = (
            only(synthesize(app).templates[f"{name}.template.json"], "KMS::Key")
            for name in ("Stack", "Unused")
        )
        assert unused["KeyPolicy"] == used["KeyPolicy"]


class TestSharedQueue:
    """Several functions can keep what failed in one queue of the user's."""

    def test_all_may_send_and_nothing_else(self, stack):
        """Each may send, with the queue's key, and none reads what others sent."""
        key = kms.Key(stack, "Key")
        queue = sqs.Queue(stack, "Failed", enforce_ssl=True, encryption_master_key=key)
        for name in ("One", "Two"):
            function(stack, name, failure_queue=queue)
        world = World(stack)
        arn, of = world.arn("Failed"), world.arn("Key")
        by_sqs = {"kms__ViaService": "sqs.eu-west-1.amazonaws.com"}

        for name in ("One", "Two"):
            assert world.may(name, "sqs:SendMessage", arn)
            assert not world.may(
                name, "sqs:SendMessage", arn, aws__SecureTransport=False
            )
            assert not world.may(name, "sqs:ReceiveMessage", arn)
            for action in ("kms:GenerateDataKey", "kms:Decrypt"):
                assert world.may(name, action, of, **by_sqs)
                assert not world.may(name, action, of)
