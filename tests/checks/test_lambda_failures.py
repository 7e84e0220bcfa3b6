"""Tests for `secure_constructs.checks.lambda_failures`: what is kept of a failure."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_lambda, aws_lambda_destinations as destinations, aws_sqs as sqs

from secure_constructs.checks import Template, lambda_failures
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import INTRINSICS, unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}
QUEUE = {"Fn::GetAtt": ["Failed", "Arn"]}
DENY = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "sqs:*",
    "Resource": QUEUE,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
LIMITS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
LATEST_LOST = [
    "Properties: events that fail at $LATEST are lost",
    *(f"Properties: {limit} is not set for $LATEST" for limit in LIMITS),
]
LIVE_LOST = [each.replace("$LATEST", "live") for each in LATEST_LOST]


def config(destination: Any = QUEUE, **changes: Any) -> dict[str, Any]:
    """Return a good configuration of `$LATEST` with *changes*."""
    properties = {
        "FunctionName": {"Ref": "Orders"},
        "Qualifier": "$LATEST",
        "DestinationConfig": {"OnFailure": {"Destination": destination}},
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 3600,
        **changes,
    }
    return {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": properties}


def alias(name: Any = "live", function: Any = None) -> dict[str, Any]:
    """Return an alias of the function `Orders`."""
    properties = {"FunctionName": function or {"Ref": "Orders"}, "Name": name}
    return {"Type": "AWS::Lambda::Alias", "Properties": properties}


def queue(**changes: Any) -> dict[str, Any]:
    """Return a good queue with *changes*."""
    properties = {"MessageRetentionPeriod": 1209600, **changes.pop("properties", {})}
    kept = dict.fromkeys(POLICIES, "Retain")
    return {"Type": "AWS::SQS::Queue", "Properties": properties, **kept, **changes}


def policy(statement: Any = DENY, queues: Any = None) -> dict[str, Any]:
    """Return a policy of the queue `Failed`."""
    properties = {
        "Queues": queues or [{"Ref": "Failed"}],
        "PolicyDocument": {"Statement": statement},
    }
    return {"Type": "AWS::SQS::QueuePolicy", "Properties": properties}


def problems(properties: Any = None, record: Any = None, **resources: Any) -> list[str]:
    """Return what LAM-06 finds beside a good queue and *resources*."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": properties or {},
        "Metadata": {"SecureConstructs": record},
    }
    body = {"Orders": function, "Failed": queue(), "Policy": policy(), **resources}
    found = lambda_failures.failures_kept.breaches(
        Template({"Resources": body}).resources["Orders"]
    )
    return [f"{each.location}: {each.problem}" for each in found]


class TestEvents:
    """Whatever way an event comes in, it is kept when it fails."""

    def test_kept(self):
        """A configuration says where failed events go, and when they are given up."""
        assert [] == problems(Latest=config())

    def test_not_by_themselves(self):
        """Without a configuration everything is up to Lambda."""
        assert LATEST_LOST == problems()

    @pytest.mark.parametrize("destination", [None, NO_VALUE])
    def test_not_without_a_destination(self, destination):
        """Retries alone keep nothing."""
        assert LATEST_LOST[:1] == problems(Latest=config(destination))

    @pytest.mark.parametrize("limit", LIMITS)
    @pytest.mark.parametrize("value", [None, NO_VALUE])
    def test_not_without_limits(self, limit, value):
        """Each limit is to be written out."""
        expected = f"Properties: {limit} is not set for $LATEST"

        assert [expected] == problems(Latest=config(**{limit: value}))

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """Each part may be left to the deployment."""
        for changes in (
            {"destination": unknown},
            {"DestinationConfig": unknown},
            {"Qualifier": unknown},
            {"FunctionName": unknown},
            *({limit: unknown} for limit in LIMITS),
        ):
            assert [] == problems(Latest=config(**changes))

    @pytest.mark.parametrize(
        "name",
        [
            "orders",
            "arn:aws:lambda:eu-west-1:111122223333:function:orders",
            {"Fn::GetAtt": ["Orders", "Arn"]},
        ],
        ids=str,
    )
    def test_by_the_name_of_the_function(self, name):
        """A configuration may name the function in several ways."""
        latest = config(FunctionName=name)

        assert [] == problems({"FunctionName": "orders"}, Latest=latest)

    def test_not_by_the_configuration_of_another(self):
        """The configuration of another function is of no use."""
        assert LATEST_LOST == problems(Latest=config(FunctionName="other"))

    def test_not_by_the_configuration_of_another_qualifier(self):
        """A configuration holds for one qualifier only."""
        assert LATEST_LOST == problems(Latest=config(Qualifier="live"))

    @pytest.mark.parametrize("target", [QUEUE, "arn:x", *INTRINSICS.values()], ids=str)
    def test_by_a_dead_letter_queue(self, target):
        """A dead-letter queue keeps the events of all qualifiers, without limits."""
        dead_letters = {"DeadLetterConfig": {"TargetArn": target}}
        expected = LATEST_LOST[1:] + LIVE_LOST[1:]

        assert expected == problems(dead_letters, Live=alias())

    def test_not_by_a_dead_letter_queue_without_a_target(self):
        """A configuration that names none is none."""
        dead_letters = {"DeadLetterConfig": {"TargetArn": NO_VALUE}}

        assert LATEST_LOST == problems(dead_letters)


def cut_out_of(logical_id: str) -> dict[str, Any]:
    """Return the name of an alias as CDK cuts it out of its ARN."""
    return {"Fn::Select": [7, {"Fn::Split": [":", {"Ref": logical_id}]}]}


class TestAliases:
    @pytest.mark.parametrize(
        "qualifier", ["live", cut_out_of("Live"), INTRINSICS["if"]], ids=str
    )
    def test_kept(self, qualifier):
        """An alias has a configuration of its own; CDK names it by its ARN."""
        live = config(Qualifier=qualifier)

        assert [] == problems(Latest=config(), Live=alias(), LiveConfig=live)

    @pytest.mark.parametrize(
        "function", [{"Ref": "Orders"}, {"Fn::GetAtt": ["Orders", "Arn"]}], ids=str
    )
    def test_not_without_one(self, function):
        """What is configured for `$LATEST` does not hold for an alias."""
        found = problems(Latest=config(), Live=alias(function=function))

        assert LIVE_LOST == found

    @pytest.mark.parametrize("qualifier", ["next", cut_out_of("Next")], ids=str)
    def test_not_by_that_of_another_alias(self, qualifier):
        """The configuration of another alias holds for that one."""
        resources = {"Live": alias(), "Next": alias("next")}
        configs = {"Latest": config(), "NextConfig": config(Qualifier=qualifier)}

        assert LIVE_LOST == problems(**resources, **configs)

    def test_of_another_function(self):
        """The alias of another function is not asked about."""
        assert [] == problems(Latest=config(), Live=alias(function={"Ref": "Other"}))

    @unknowable
    def test_of_an_unknown_name(self, unknown):
        """A configuration may be for an alias whose name only the deployment knows."""
        assert [] == problems(Latest=config(), Live=alias(unknown))


class TestFailureQueue:
    OPEN = "Properties: its failure queue does not refuse plain http"
    PLAIN = "Properties: its failure queue is not encrypted"
    SHORT = "Properties: its failure queue does not keep messages for 14 days"

    def found(self, record: Any = None, **resources: Any) -> list[str]:
        """Return what LAM-06 finds with a configuration, and other *resources*."""
        return problems(None, record, Latest=config(), **resources)

    def test_of_a_dead_letter_configuration(self):
        """A dead-letter queue has to be as good, and is not looked at twice."""
        dead_letters = {"DeadLetterConfig": {"TargetArn": QUEUE}}
        failed = queue(properties={"MessageRetentionPeriod": 60})

        assert [self.SHORT] == problems(dead_letters, Latest=config(), Failed=failed)
        assert self.SHORT in problems(dead_letters, Failed=failed)

    def test_is_a_queue(self):
        """Topics and the like are not judged as queues."""
        assert [] == self.found(Failed={"Type": "AWS::SNS::Topic"})

    @pytest.mark.parametrize(
        "properties",
        [
            {"SqsManagedSseEnabled": True},
            {"KmsMasterKeyId": "alias/aws/sqs"},
            {"SqsManagedSseEnabled": False, "KmsMasterKeyId": {"Ref": "Key"}},
            *({"SqsManagedSseEnabled": each} for each in INTRINSICS.values()),
        ],
        ids=str,
    )
    def test_encrypted(self, properties):
        """SQS encrypts by itself, or with a key."""
        assert [] == self.found(Failed=queue(properties=properties))

    @pytest.mark.parametrize("off", [False, "false"], ids=repr)
    def test_not_unencrypted(self, off):
        """Encryption can be turned off only expressly."""
        failed = queue(properties={"SqsManagedSseEnabled": off})

        assert [self.PLAIN] == self.found(Failed=failed)

    @pytest.mark.parametrize("seconds", [1209600, "1209600", *INTRINSICS.values()])
    def test_keeps_messages(self, seconds):
        """Fourteen days are the longest that SQS keeps anything."""
        failed = queue(properties={"MessageRetentionPeriod": seconds})

        assert [] == self.found(Failed=failed)

    @pytest.mark.parametrize("seconds", [None, NO_VALUE, 1209599, "345600"], ids=repr)
    def test_not_for_less(self, seconds):
        """The default is four days."""
        failed = queue(properties={"MessageRetentionPeriod": seconds})

        assert [self.SHORT] == self.found(Failed=failed)

    @pytest.mark.parametrize("name", POLICIES)
    @pytest.mark.parametrize("value", ["Delete", None])
    def test_not_deleted_with_the_stack(self, name, value):
        """Each of the two policies is needed."""
        expected = f"Properties: its failure queue is not kept by its {name}"

        assert [expected] == self.found(Failed=queue(**{name: value}))

    @pytest.mark.parametrize("value", ["RetainExceptOnCreate", INTRINSICS["if"]])
    def test_kept_as_far_as_is_known(self, value):
        """A first deployment may fail, and a policy may be unknown."""
        assert [] == self.found(Failed=queue(DeletionPolicy=value))

    @pytest.mark.parametrize(("tier", "count"), [("development", 0), ("production", 2)])
    def test_not_kept_in_development(self, tier, count):
        """The queue of a function that is recorded as development may go."""
        failed = queue(**dict.fromkeys(POLICIES, "Delete"))

        assert count == len(self.found({"Tier": tier}, Failed=failed))

    @pytest.mark.parametrize("other", [policy([]), {"Type": "Other"}], ids=str)
    def test_not_without_a_policy(self, other):
        """Without a policy SQS takes plain http."""
        assert [self.OPEN] == self.found(Policy=other)


class TestFunctionOfCdk:
    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_can_keep_its_failures(self, flags):
        """What CDK writes for a function and an alias is read as it is meant."""
        stack = cdk.Stack(new_app(flags), "Stack")
        failed = sqs.Queue(
            stack,
            "Failed",
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        function = aws_lambda.Function(
            stack,
            "Orders",
            code=aws_lambda.Code.from_inline("-"),
            handler="index.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_13,
        )
        for each in (function, function.add_alias("live")):
            each.configure_async_invoke(
                on_failure=destinations.SqsDestination(failed),
                retry_attempts=2,
                max_event_age=cdk.Duration.hours(1),
            )
        resource = next(Template(template_of(stack)).of_type("AWS::Lambda::Function"))

        assert [] == lambda_failures.failures_kept.breaches(resource)
