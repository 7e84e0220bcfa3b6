"""Attacks by an ObservedFunction's own code, and by others on its role and failures."""

from __future__ import annotations

import re

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_ec2 as ec2,
    aws_kinesis as kinesis,
    aws_kms as kms,
    aws_secretsmanager as secretsmanager,
    aws_sqs as sqs,
    aws_ssm as ssm,
)

from secure_constructs import AppKey, SecureBucket, Tier, Waived
from tests.support.cloud import Cloud
from tests.support.functions import function
from tests.support.iam import ANONYMOUS, Request, decide
from tests.support.synth import FLAGS, NO_FLAGS, new_app, synthesize

ADMIN = "arn:aws:iam::111122223333:root"
STRANGERS = [ANONYMOUS, "arn:aws:iam::444455556666:root", "sns.amazonaws.com"]
SAFE = {"aws:SecureTransport": True, "s3:TlsVersion": 1.3}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# The policy of a resource that the templates do not have: it leaves all to IAM.
LEFT_TO_IAM = {**EVERYTHING, "Principal": {"AWS": ADMIN}}
HERE = "eu-west-1:111122223333"
SECRET = f"arn:aws:secretsmanager:{HERE}:secret:orders"
STREAM = f"arn:aws:kinesis:{HERE}:stream/clicks"
KEY = f"arn:aws:kms:{HERE}:key/payments"
TRACES = "PutTelemetryRecords PutTraceSegments"
INTERFACES = """
AssignPrivateIpAddresses CreateNetworkInterface DeleteNetworkInterface
DescribeNetworkInterfaces DescribeSubnets UnassignPrivateIpAddresses
"""


def lines(table: str) -> list[list[str]]:
    """Return the words of each line."""
    return [line.split() for line in table.strip().splitlines()]


# What is tried on each resource, by service.
ACTIONS = lines("""
dynamodb BatchGetItem DeleteItem DeleteTable DescribeStream GetItem GetRecords GetShardIterator ListStreams PutItem PutResourcePolicy Query Scan UpdateItem
ec2 CreateTags ModifyNetworkInterfaceAttribute RunInstances AuthorizeSecurityGroupIngress AssignPrivateIpAddresses CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces DescribeSubnets UnassignPrivateIpAddresses
events PutEvents PutRule
iam AttachRolePolicy CreateAccessKey CreatePolicyVersion CreateUser DetachRolePolicy PassRole PutRolePolicy UpdateAssumeRolePolicy
kinesis DeleteStream DescribeStream DescribeStreamConsumer DescribeStreamSummary GetRecords GetShardIterator ListShards ListStreams MergeShards PutRecord PutResourcePolicy SubscribeToShard
kms CreateGrant Decrypt DescribeKey DisableKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext PutKeyPolicy ReEncryptFrom ReEncryptTo ScheduleKeyDeletion
lambda AddPermission DeleteFunction GetFunction InvokeFunction PublishVersion PutFunctionConcurrency UpdateFunctionCode UpdateFunctionConfiguration
logs AssociateKmsKey CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DeleteRetentionPolicy DescribeLogStreams DisassociateKmsKey FilterLogEvents GetLogEvents PutLogEvents PutRetentionPolicy PutSubscriptionFilter StartQuery
s3 AbortMultipartUpload DeleteObject DeleteObjectVersion GetObject ListBucket ListMultipartUploadParts PutBucketPolicy PutObject PutObjectAcl
secretsmanager DeleteSecret DescribeSecret GetSecretValue PutResourcePolicy PutSecretValue RotateSecret UpdateSecret
sqs AddPermission ChangeMessageVisibility DeleteMessage DeleteQueue GetQueueAttributes GetQueueUrl PurgeQueue ReceiveMessage SendMessage SetQueueAttributes StartMessageMoveTask
ssm DeleteParameter GetParameter GetParameterHistory GetParameters GetParametersByPath PutParameter SendCommand
sts AssumeRole AssumeRoleWithWebIdentity TagSession
xray GetTraceSummaries PutTelemetryRecords PutTraceSegments
""")  # noqa: E501 - a table is read by its lines
# What the function may do, and with what.
MAY = lines(f"""
{{OrdersLogs}}:log-stream:x CreateLogStream PutLogEvents
{{OrdersFailureQueue}} SendMessage
{{Db}} GetSecretValue
{SECRET}/mail-AbCdEf GetSecretValue
{SECRET}/payments-QwErTy GetSecretValue
arn:aws:ssm:{HERE}:parameter/orders/url GetParameter
{{Work}} ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes GetQueueUrl
{{Table}}/stream/2026-01-01T00:00:00.000 DescribeStream GetRecords GetShardIterator ListStreams
{STREAM} DescribeStream DescribeStreamConsumer DescribeStreamSummary GetRecords GetShardIterator ListShards ListStreams SubscribeToShard
{{Data}}/out/x PutObject AbortMultipartUpload ListMultipartUploadParts
""")  # noqa: E501 - a table is read by its lines
VIA = ("lambda.eu-west-1", "secretsmanager.eu-west-1", "sqs.eu-west-1")
# By which services it may use which keys.
MAY_VIA = lines(f"""
{{Key}} sqs.eu-west-1 Decrypt GenerateDataKey
{{Key}} lambda.eu-west-1 Decrypt
{{SecretKey}} secretsmanager.eu-west-1 Decrypt
{KEY} secretsmanager.eu-west-1 Decrypt
""")
NOT_VIA = [
    (key, via)
    for key in ("{Key}", "{SecretKey}", KEY, f"{KEY}-2")
    for via in (*VIA, "", "s3.eu-west-1", "sqs.us-east-1", "secretsmanager.us-east-1")
    if [key, via] not in [each[:2] for each in MAY_VIA]
]
# With what it may do nothing.
NEIGHBOURS = f"""
{{OrdersLogs}} {{OrdersLogs}}-2:log-stream:x {{OrdersLogs}}2:log-stream:x
{{BillsLogs}}:log-stream:x arn:aws:logs:{HERE}:log-group:/aws/lambda/orders:log-stream:x
{{OrdersFailureQueue}}-2 {{BillsFailureQueue}} {{WorkDeadLetters}} {{Work}}-2
{{Table}} {{Table}}/index/i {{Table}}/stream/2025-01-01T00:00:00.000
{{Table}}-2/stream/2026-01-01T00:00:00.000 {STREAM}-2
{{Data}} {{Data}}/x {{Data}}/outer/x {{Data}}/OUT/x {{Data}}-2/out/x
{{SecureConstructsAccessLogs}}/out/x
arn:aws:ssm:{HERE}:parameter/orders arn:aws:ssm:{HERE}:parameter/orders/urls
arn:aws:ssm:{HERE}:parameter/orders/url/deeper
{{Orders}} {{Orders}}:1 {{Bills}} {{OrdersServiceRole}} {{BillsServiceRole}}
{{OrdersServiceRoleOwn}} {{OrdersServiceRoleGrants}}
arn:aws:iam::111122223333:role/admin arn:aws:iam::111122223333:user/somebody
{SECRET}/db-QwErTy {SECRET}/db2-AbCdEf {SECRET}/db-prod-AbCdEf
{SECRET}/mail2-AbCdEf {SECRET}/mail-prod-AbCdEf {SECRET}/mail-abcdef-AbCdEf
{SECRET}/mail-AbCdE {SECRET}/mail-AbCdEfG {SECRET}/mail/x-AbCdEf {SECRET}-AbCdEf
{SECRET}/payments-AbCdEf {SECRET}/payments-QwErTy-AbCdEf {SECRET}/db-AbCdEf-QwErTy
"""


class World:
    """A deployed app: `Orders` with all that a function can have, `Bills` with none."""

    def __init__(self, *, flags: Any = NO_FLAGS, key: str = "", **options: Any) -> None:
        app = new_app(flags)
        stack = cdk.Stack(app, "Stack")
        orders = function(
            stack,
            "Orders",
            encryption_key=AppKey(cdk.Stack(app, key) if key else stack, "Key"),
            vpc=ec2.Vpc(stack, "Vpc", restrict_default_security_group=False),
            secrets=_secrets(stack),
            **options,
        )
        visible = cdk.Duration.minutes(3)
        orders.add_queue_source(sqs.Queue(stack, "Work", visibility_timeout=visible))
        orders.add_stream_source(_table(stack))
        clicks = kinesis.Stream.from_stream_arn(stack, "Clicks", STREAM)
        orders.add_stream_source(clicks)
        SecureBucket(stack, "Data").grants.put(orders, "out/")
        function(stack, "Bills", tracing=Waived("nobody looks at these"), **options)
        self.cloud = Cloud.read(synthesize(app).directory)
        self.role = self.arn("OrdersServiceRole")

    def arn(self, name: str) -> str:
        """Return the ARN of the resource that has that id, but for its hash."""
        (found,) = (
            each
            for stack in self.cloud.stacks
            for each in stack.resources.values()
            if re.fullmatch(f"{name}[0-9A-F]{{8}}", each.logical_id)
        )
        return found.arn

    def at(self, pattern: str) -> str:
        """Return *pattern* with ARNs in place of the `{id}` in it."""
        return re.sub(r"\{(\w+)\}", lambda found: self.arn(found[1]), pattern)

    def may(
        self, action: str, resource: str, *, who: str = "", via: str = "", **more: Any
    ) -> bool:
        """
        Whether a principal, by default the role of `Orders`, may do that.

        *via* is the service that does it for the principal.
        """
        named = {key.replace("__", ":"): value for key, value in more.items()}
        if via:
            named["kms:ViaService"] = f"{via}.amazonaws.com"
        request = Request(who or self.role, action, resource, {**SAFE, **named})
        try:
            return self.cloud.decide(request).allowed
        except LookupError:
            own = self.cloud.role_policies(request.principal)
            return decide(request, identity=own, resource_policy=[LEFT_TO_IAM]).allowed

    def allowed(self, resource: str, **options: Any) -> set[str]:
        """Return the actions that are allowed, of those tried on *resource*."""
        services = ".*" if resource == "*" else resource.split(":")[2]
        return {
            action
            for service, *actions in ACTIONS
            for action in actions
            if re.fullmatch(services.replace("iam", "iam|sts"), service)
            and self.may(f"{service}:{action}", resource, **options)
        }


def _table(stack: cdk.Stack) -> dynamodb.TableV2:
    key = dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING)
    seen = dynamodb.StreamViewType.NEW_IMAGE
    return dynamodb.TableV2(stack, "Table", partition_key=key, dynamo_stream=seen)


def _secrets(stack: cdk.Stack) -> dict[str, Any]:
    """Return a secret of the stack, one by its name, one by its ARN; a parameter."""
    made, of = secretsmanager.Secret, kms.Key(stack, "SecretKey")
    return {
        "DB": made(stack, "Db", secret_name="orders/db", encryption_key=of),  # noqa: S106 - the name of a secret
        "MAIL": made.from_secret_name_v2(stack, "Mail", "orders/mail"),
        "PAYMENTS": made.from_secret_attributes(
            stack,
            "Payments",
            secret_complete_arn=f"{SECRET}/payments-QwErTy",
            encryption_key=kms.Key.from_key_arn(stack, "PaymentsKey", KEY),
        ),
        "URL": ssm.StringParameter.from_string_parameter_name(
            stack, "Url", "/orders/url"
        ),
    }


WORLDS: dict[str, dict[str, Any]] = {
    **{name: {"flags": flags} for name, flags in FLAGS.items()},
    "development": {"tier": Tier.DEVELOPMENT},
    "key of another stack": {"key": "Keys"},
}


@pytest.fixture(scope="module", params=list(WORLDS.values()), ids=list(WORLDS))
def world(request) -> World:
    """The deployed app, with either set of flags, in either tier."""
    return World(**request.param)


class TestTrust:
    """Only Lambda acts as the role."""

    def may_assume(self, world: World, who: str, action: str = "AssumeRole") -> bool:
        """Whether *who*, with every permission there is, may act as the role."""
        request = Request(who, f"sts:{action}", world.role)
        return world.cloud.decide(request, identity=[EVERYTHING]).allowed

    def test_lambda_does(self, world):
        """The service that runs the function may."""
        assert self.may_assume(world, "lambda.amazonaws.com")

    @pytest.mark.parametrize(
        "who",
        [
            *STRANGERS,
            ADMIN,
            "arn:aws:iam::111122223333:user/somebody",
            "arn:aws:iam::111122223333:role/admin",
            "edgelambda.amazonaws.com",
            "ec2.amazonaws.com",
        ],
    )
    def test_nobody_else_does(self, world, who):
        """No user, no administrator, no other service and no other account may."""
        assert not self.may_assume(world, who)

    def test_nobody_brings_an_identity(self, world):
        """No web identity is trusted, and no session is tagged."""
        provider = "arn:aws:iam::111122223333:oidc-provider/a.example"

        assert not self.may_assume(world, provider, "AssumeRoleWithWebIdentity")
        assert not self.may_assume(world, "lambda.amazonaws.com", "TagSession")


class TestOwnWork:
    """The function may do its work: all that it needs, and nothing more with that."""

    @pytest.mark.parametrize(("resource", "actions"), [(a, b) for a, *b in MAY])
    def test_allows_exactly(self, world, resource, actions):
        """Logs, failures, secrets, sources and grants: each exact, and only that."""
        assert {*actions} == world.allowed(world.at(resource))

    @pytest.mark.parametrize(
        ("key", "via", "actions"), [(a, b, c) for a, b, *c in MAY_VIA]
    )
    def test_keys_are_used_by_the_services(self, world, key, via, actions):
        """SQS, Lambda and Secrets Manager use the keys for the function."""
        assert {*actions} == world.allowed(world.at(key), via=via)

    def test_lambda_makes_interfaces(self, world):
        """What Lambda itself asks for, in the function's name, has no such key."""
        assert {*f"{TRACES} {INTERFACES}".split()} == world.allowed("*")

    def test_its_code_makes_none(self, world):
        """With the key that is in calls by code, there are only the traces."""
        arn = world.arn("Orders")

        assert {*TRACES.split()} == world.allowed("*", lambda__SourceFunctionArn=arn)


class TestOutOfReach:
    """The function gets at nothing else, however much it looks like its own."""

    @pytest.mark.parametrize("resource", NEIGHBOURS.split())
    def test_allows_nothing(self, world, resource):
        """Nothing at all can be done with neighbours, nor with the function itself."""
        assert set() == world.allowed(world.at(resource))

    def test_a_secret_imported_by_name_is_whichever_has_that_name(self, world):
        """Made anew, with six other characters, it is still this one: no other is."""
        again = f"{SECRET}/mail-QwErTy"

        assert {"GetSecretValue"} == world.allowed(again)
        for elsewhere in ("eu-west-1:444455556666", "us-east-1:111122223333"):
            assert set() == world.allowed(again.replace(HERE, elsewhere))

    @pytest.mark.parametrize(("key", "via"), NOT_VIA)
    def test_keys(self, world, key, via):
        """No key is used by the code itself, for another service, or elsewhere."""
        assert set() == world.allowed(world.at(key), via=via)


class TestLeastOfAll:
    """A function with no VPC, no traces, no key and no secrets has rights to none."""

    def test_has_no_wildcard(self, world):
        """It may do nothing that is on no resource: neither traces nor interfaces."""
        assert set() == world.allowed("*", who=world.arn("BillsServiceRole"))

    @pytest.mark.parametrize(
        "resource",
        ["{Key}", "{Db}", "{Work}", "{OrdersFailureQueue}", "{Data}/out/x"],
    )
    def test_has_none_of_its_neighbours(self, world, resource):
        """What one function is given, the next in the stack is not."""
        who = world.arn("BillsServiceRole")

        for via in ("", "sqs.eu-west-1", "lambda.eu-west-1"):
            assert set() == world.allowed(world.at(resource), who=who, via=via)


class TestFailureQueue:
    """What failed holds whatever was sent to the function: nobody else gets at it."""

    @pytest.mark.parametrize("queue", ["OrdersFailureQueue", "WorkDeadLetters"])
    def test_plain_http_is_refused(self, world, queue):
        """Without TLS even an administrator, who gets at everything, is refused."""
        arn, plain = world.arn(queue), {"aws__SecureTransport": False}

        assert "ReceiveMessage" in world.allowed(arn, who=ADMIN)
        assert set() == world.allowed(arn, who=ADMIN, **plain)
        assert set() == world.allowed(arn, **plain)

    @pytest.mark.parametrize("who", STRANGERS)
    @pytest.mark.parametrize("queue", ["OrdersFailureQueue", "WorkDeadLetters"])
    def test_strangers_are_refused(self, world, queue, who):
        """The public, another account and a service can do nothing."""
        assert set() == world.allowed(world.arn(queue), who=who)
