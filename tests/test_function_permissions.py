"""Tests for secrets, roles and keys of a function."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_iam as iam,
    aws_kms as kms,
    aws_logs as logs,
    aws_s3 as s3,
    aws_secretsmanager as secretsmanager,
    aws_sqs as sqs,
    aws_ssm as ssm,
)

from secure_constructs import AppKey, SecureBucket, Waived
from tests.support.functions import (
    development,
    environment,
    function,
    only,
    record,
)
from tests.support.nag import ORDINARY, add_packs
from tests.support.synth import (
    RECOMMENDED,
    assembly_of,
    new_app,
    resources,
    template_of,
)

REASON = "nobody calls this function but its own team"
NEEDS_A_ROLE = "secure-constructs:roleOfYours"


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


def statements(template: Any, policy: str) -> dict[str, Any]:
    """Return the statements of a policy of the function's role, by their Sid."""
    (found,) = (
        each["Properties"]["PolicyDocument"]["Statement"]
        for name, each in resources(template, "AWS::IAM::ManagedPolicy").items()
        if name.startswith(f"FnServiceRole{policy}")
    )
    return {each.get("Sid", index): each for index, each in enumerate(found)}


class TestSecrets:
    def test_are_passed_by_reference(self, stack):
        """The variable holds where the secret is, and never what (LAM-10)."""
        secret = secretsmanager.Secret(stack, "Secret")
        parameter = ssm.StringParameter.from_secure_string_parameter_attributes(
            stack, "Parameter", parameter_name="/orders/token"
        )
        secrets = {"DB_PASSWORD": secret, "API_TOKEN": parameter}
        function(stack, secrets=secrets)

        found = environment(template_of(stack))
        assert {"Ref": "SecretA720EF05"} == found["DB_PASSWORD"]
        assert "parameter/orders/token" in str(found["API_TOKEN"])

    def test_only_these_may_be_read(self, stack):
        """Reading is all that is granted, of exactly these."""
        secret = secretsmanager.Secret(stack, "Secret")
        function(stack, secrets={"DB_PASSWORD": secret})

        assert {
            "Sid": "Secrets",
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": {"Ref": "SecretA720EF05"},
        } == statements(template_of(stack), "Own")["Secrets"]

    def test_their_key_may_be_used_for_that(self, stack):
        """A secret with a key of yours can be read, through its service only."""
        key = kms.Key(stack, "Key")
        secret = secretsmanager.Secret(stack, "Secret", encryption_key=key)
        function(stack, secrets={"DB_PASSWORD": secret})

        found = statements(template_of(stack), "Own")["KeysOfSecrets"]
        assert "kms:Decrypt" == found["Action"]
        assert {"Fn::GetAtt": ["Key961B73FD", "Arn"]} == found["Resource"]
        assert ["kms:ViaService"] == list(found["Condition"]["StringEquals"])

    def test_what_only_looks_like_one_is_on_record(self, stack):
        """A waiver by name lets one variable pass, and stands in the template."""
        function(
            stack,
            environment={"TOKEN_KIND": "hexadecimal"},
            plaintext={"TOKEN_KIND": Waived("the kind of a token is no secret")},
        )

        assembly = assembly_of(stack)
        template = assembly.templates["Stack.template.json"]
        assert "hexadecimal" == environment(template)["TOKEN_KIND"]
        assert ["LAM-10[TOKEN_KIND]"] == list(record(template)["Waivers"])
        assert "LAM-10" not in assembly.rules

    def test_that_are_many_are_refused(self, stack):
        """A wildcard in a name would let the function read others' secrets."""
        many = secretsmanager.Secret.from_secret_name_v2(stack, "Many", "orders/*")

        with pytest.raises(ValueError, match="names more than one secret"):
            function(stack, secrets={"DB_PASSWORD": many})

    def test_with_an_alias_for_their_key_are_refused(self, stack):
        """No policy can name a key by its alias, so the function could not read it."""
        alias = kms.Alias.from_alias_name(stack, "Alias", "alias/orders")
        secret = secretsmanager.Secret(stack, "Secret", encryption_key=alias)

        with pytest.raises(ValueError, match="known by an alias only"):
            function(stack, secrets={"DB_PASSWORD": secret})

    def test_one_put_in_later_is_a_finding(self, stack):
        """What goes past the construct is found in the template."""
        made = function(stack)
        made.function.add_environment("DB_PASSWORD", "correct horse")

        assert "LAM-10" in assembly_of(stack).rules


class TestRole:
    def test_of_the_user_is_used_as_it_is(self):
        """Nothing is added to it, and a warning says what it needs."""
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack")
        service = iam.ServicePrincipal("lambda.amazonaws.com")
        role = iam.Role(stack, "Role", assumed_by=service)
        made = function(stack, role=role)

        assembly = assembly_of(stack)
        template = assembly.templates["Stack.template.json"]
        assert made.role is role
        assert {} == resources(template, "AWS::IAM::ManagedPolicy")
        assert {} == resources(template, "AWS::IAM::Policy")
        assert f"Annotation::{NEEDS_A_ROLE}" in assembly.rules

    def test_statements_of_the_user_stand_apart(self, stack):
        """initial_policy= and add_to_role_policy() go where grants go."""
        listing = iam.PolicyStatement(actions=["s3:ListAllMyBuckets"], resources=["*"])
        made = function(stack, initial_policy=[listing])
        made.add_to_role_policy(
            iam.PolicyStatement(actions=["rekognition:DetectFaces"], resources=["*"])
        )

        found = statements(template_of(stack), "Grants").values()
        assert ["s3:ListAllMyBuckets", "rekognition:DetectFaces"] == [
            each["Action"] for each in found
        ]

    def test_log_groups_that_are_many_are_refused(self, stack):
        """A wildcard in a name would let the function write into others' logs."""
        many = logs.LogGroup.from_log_group_name(stack, "Many", "/aws/lambda/*")

        with pytest.raises(ValueError, match="names more than one log group"):
            function(stack, log_group=many)

    def test_failure_queue_with_an_alias_for_its_key_is_refused(self, stack):
        """Failed events would be lost, because the role could not encrypt them."""
        alias = kms.Alias.from_alias_name(stack, "Alias", "alias/orders")
        queue = sqs.Queue(stack, "Failed", encryption_master_key=alias)

        with pytest.raises(ValueError, match="known by an alias only"):
            function(stack, failure_queue=queue)

    def test_streams_of_an_imported_group_are_no_finding(self, stack):
        """The `:*` of a group's streams is argued, for this one group."""
        group = logs.LogGroup.from_log_group_name(stack, "Live", "/aws/lambda/orders")
        development(stack, log_group=group)
        add_packs(stack.node.root, *ORDINARY)

        assert set() == assembly_of(stack).findings

    @pytest.mark.parametrize(
        "grant",
        [
            lambda stack, made: s3.Bucket(stack, "Data").grant_read(made),
            lambda stack, made: SecureBucket(stack, "Data").grants.read(made),
            lambda stack, made: dynamodb.TableV2(
                stack,
                "Data",
                partition_key=dynamodb.Attribute(
                    name="PK", type=dynamodb.AttributeType.STRING
                ),
            ).grant_read_data(made),
            lambda stack, made: secretsmanager.Secret(stack, "Data").grant_read(made),
            lambda stack, made: sqs.Queue(stack, "Data").grant_send_messages(made),
        ],
        ids=["bucket", "secure bucket", "table", "secret", "queue"],
    )
    def test_can_be_granted_to(self, stack, grant):
        """The function is a grantee for CDK's constructs and ours."""
        grant(stack, function(stack))

        template = template_of(stack)
        assert {} == resources(template, "AWS::IAM::Policy")
        assert statements(template, "Grants")


class TestKey:
    def test_encrypts_all_there_is(self, stack):
        """Logs, variables and failed events get the key."""
        function(stack, encryption_key=AppKey(stack, "Key"))

        template = template_of(stack)
        key = {"Fn::GetAtt": ["Key961B73FD", "Arn"]}
        assert key == only(template, "Logs::LogGroup")["KmsKeyId"]
        assert key == only(template, "Lambda::Function")["KmsKeyArn"]
        assert key == only(template, "SQS::Queue")["KmsMasterKeyId"]

    def test_of_the_user_lets_the_logs_in(self, stack):
        """CDK does not, and the deployment would fail; once for all functions."""
        key = kms.Key(stack, "Key")
        function(stack, "One", encryption_key=key)
        function(stack, "Two", encryption_key=key)

        said = only(template_of(stack), "KMS::Key")["KeyPolicy"]["Statement"]
        assert ["LogsOfThisAccount"] == [each["Sid"] for each in said if "Sid" in each]

    def test_that_is_imported_gives_a_warning(self):
        """Its policy is out of reach, so it says what that must allow."""
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack")
        arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-123456"
        function(stack, encryption_key=kms.Key.from_key_arn(stack, "Key", arn))

        rules = assembly_of(stack).rules
        assert "Annotation::secure-constructs:logsKeyPolicy" in rules
