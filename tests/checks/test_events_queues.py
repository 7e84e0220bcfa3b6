"""Tests for `secure_constructs.checks.events`: where undelivered events end."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_events as events,
    aws_events_targets as targets,
    aws_iam as iam,
    aws_kms as kms,
    aws_sqs as sqs,
)

from secure_constructs.checks import Resource, Template, events as rules, events_queues
from secure_constructs.checks.policy import Policy
from secure_constructs.checks.queue_policy import policy_at
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import INTRINSICS, unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}
QUEUE = {"Fn::GetAtt": ["Failed", "Arn"]}
RULE = {"Fn::GetAtt": ["Rule", "Arn"]}
BUS = {"Fn::GetAtt": ["Bus", "Arn"]}
EVENTS = {"Service": "events.amazonaws.com"}
DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": QUEUE,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
SEND: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": EVENTS,
    "Action": "sqs:SendMessage",
    "Resource": QUEUE,
    "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
}
USE: dict[str, Any] = {
    **SEND,
    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
    "Resource": "*",
}
LIMITS = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}
# What may be in a policy for the rule `Rule`, whose name is `placed`.
ITS_ARNS = [
    RULE,
    {"Fn::Sub": "${Rule.Arn}"},
    {"Fn::Sub": "arn:${AWS::Partition}:events:eu-west-1:1:rule/${Rule}"},
    "arn:aws:events:eu-west-1:111122223333:rule/placed",
    "arn:aws:events:eu-west-1:111122223333:rule/orders/placed",
    "arn:aws:events:eu-west-1:111122223333:rule/*",
    "arn:aws:events:eu-west-1:111122223333:*",
    ["arn:aws:events:eu-west-1:111122223333:rule/other", RULE],
    *INTRINSICS.values(),
]
OTHER_ARNS = [
    {"Fn::GetAtt": ["Other", "Arn"]},
    {"Fn::Sub": "arn:aws:events:eu-west-1:111122223333:rule/${Other}"},
    "arn:aws:events:eu-west-1:111122223333:rule/other",
    "arn:aws:events:eu-west-1:111122223333:rule/placed/other",
    "arn:aws:events:eu-west-1:111122223333:event-bus/*",
]


def target(queue: Any = QUEUE, **changes: Any) -> dict[str, Any]:
    """Return a good target with *changes*."""
    dead_letters = {"DeadLetterConfig": {"Arn": queue}}
    return {"Id": "T", "Arn": "arn:x", **dead_letters, "RetryPolicy": LIMITS, **changes}


def policy(*statements: Any, queues: Any = None) -> dict[str, Any]:
    """Return a policy of the queue `Failed`."""
    properties = {
        "Queues": queues or [{"Ref": "Failed"}],
        "PolicyDocument": {"Statement": list(statements)},
    }
    return {"Type": "AWS::SQS::QueuePolicy", "Properties": properties}


def sending(**changes: Any) -> dict[str, Any]:
    """Return a policy that lets EventBridge send, with *changes*."""
    return policy(DENY, {**SEND, **changes})


def queue(**properties: Any) -> dict[str, Any]:
    """Return a queue."""
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def key(*statements: Any) -> dict[str, Any]:
    """Return a key with a policy."""
    properties = {"KeyPolicy": {"Statement": list(statements)}}
    return {"Type": "AWS::KMS::Key", "Properties": properties}


def problems(*given: Any, at: str = "Rule", **resources: Any) -> list[str]:
    """Return what EVB-03 finds at a rule with the targets *given*."""
    properties = {"Name": "placed", "Targets": list(given or [target()])}
    body = {
        "Rule": {"Type": "AWS::Events::Rule", "Properties": properties},
        "Other": {"Type": "AWS::Events::Rule"},
        "Failed": queue(),
        "Policy": sending(),
        **resources,
    }
    found = rules.dead_letters_received.breaches(
        Template({"Resources": body}).resources[at]
    )
    return [f"{each.location}: {each.problem}" for each in found]


class TestTarget:
    NO_QUEUE = "Properties.Targets.0.DeadLetterConfig: a target has no dead-letter "
    NO_QUEUE += "queue"

    def test_has_a_queue_and_limits(self):
        """A target says what becomes of what it does not take."""
        assert [] == problems()

    @pytest.mark.parametrize("config", [None, {}, {"Arn": NO_VALUE}, NO_VALUE], ids=str)
    def test_not_without_a_queue(self, config):
        """Without a queue the event is dropped."""
        assert [self.NO_QUEUE] == problems(target(DeadLetterConfig=config))

    @pytest.mark.parametrize("limit", LIMITS)
    @pytest.mark.parametrize("value", [None, NO_VALUE], ids=str)
    def test_not_without_a_limit(self, limit, value):
        """Each limit is to be written out."""
        location = "Properties.Targets.0.RetryPolicy"
        expected = f"{location}: {limit} is not set for a target"

        assert [expected] == problems(target(RetryPolicy={**LIMITS, limit: value}))

    def test_not_the_second_one(self):
        """Each target needs its own."""
        expected = self.NO_QUEUE.replace("0", "1")

        assert [expected] == problems(target(), target(DeadLetterConfig=None))

    @pytest.mark.parametrize("zero", [0, *INTRINSICS.values()], ids=str)
    def test_has_any_limits(self, zero):
        """What is written out was thought of."""
        limits = dict.fromkeys(LIMITS, zero)

        assert [] == problems(target(RetryPolicy=limits))

    @unknowable
    def test_perhaps(self, unknown):
        """Each part may be left to the deployment."""
        for each in (
            unknown,
            target(unknown),
            target(DeadLetterConfig=unknown, RetryPolicy=unknown),
        ):
            assert [] == problems(each)
        rule = {"Type": "AWS::Events::Rule", "Properties": {"Targets": unknown}}
        assert [] == problems(Rule=rule)

    def test_may_be_missing(self):
        """A rule without a target has nothing to lose."""
        assert [] == problems(Rule={"Type": "AWS::Events::Rule"})

    @pytest.mark.parametrize("arn", ["arn:aws:sqs:eu-west-1:1:failed", {"Ref": "T"}])
    def test_may_have_a_queue_of_elsewhere(self, arn):
        """Nothing is known of a queue that is not in the template."""
        assert [] == problems(target(arn), T={"Type": "AWS::SNS::Topic"})


class TestQueue:
    LOCATION = "Properties.Targets.0.DeadLetterConfig: the dead-letter queue of a "
    DEAF = f"{LOCATION}target does not let EventBridge send for it"
    OPEN = f"{LOCATION}target does not refuse plain http"

    @pytest.mark.parametrize("arn", ITS_ARNS, ids=str)
    @pytest.mark.parametrize(
        "operator", ["ArnEquals", "ArnLike", "StringEquals", "StringLike"]
    )
    def test_receives(self, arn, operator):
        """The policy may name the rule in several ways."""
        condition = {operator: {"aws:SourceArn": arn}}

        assert [] == problems(Policy=sending(Condition=condition))

    @pytest.mark.parametrize(
        "changes",
        [
            {"Action": "sqs:*"},
            {"Action": ["sqs:GetQueueUrl", "SQS:SendMessage"]},
            {"Principal": {"Service": ["s3.amazonaws.com", "events.amazonaws.com"]}},
            {"Principal": "*"},
            {"Resource": "*"},
            {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}},
        ],
        ids=str,
    )
    def test_receives_by_other_words(self, changes):
        """More may be allowed, and less may be asked."""
        assert [] == problems(Policy=sending(**changes))

    @pytest.mark.parametrize("arn", OTHER_ARNS, ids=str)
    def test_not_for_another_rule(self, arn):
        """What is allowed for one rule is not for another."""
        condition = {"ArnEquals": {"aws:SourceArn": arn}}

        assert [self.DEAF] == problems(Policy=sending(Condition=condition))

    @pytest.mark.parametrize(
        "changes",
        [
            {"Effect": "Deny"},
            {"Principal": {"Service": "sns.amazonaws.com"}},
            {"Principal": {"AWS": "111122223333"}},
            {"Action": "sqs:ReceiveMessage"},
            {"Resource": "arn:aws:sqs:eu-west-1:111122223333:other"},
            *(
                {
                    "Principal": "*",
                    "Condition": {"StringEquals": {key: ["o-abc"]}},
                }
                for key in ("aws:PrincipalOrgID", "aws:SourceVpce")
            ),
        ],
        ids=str,
    )
    def test_not_by_less(self, changes):
        """EventBridge is to send, as a service, to this queue."""
        assert [self.DEAF] == problems(Policy=sending(**changes))

    def test_not_without_a_policy(self):
        """A queue by itself takes messages of its account only."""
        other = policy(DENY, SEND, queues=["https://other"])

        assert [self.DEAF, self.OPEN] == problems(Policy=other)

    def test_not_for_a_name_that_is_made(self):
        """The name of a rule without one ends in what nobody can foresee."""
        rule = {"Type": "AWS::Events::Rule", "Properties": {"Targets": [target()]}}
        condition = {"ArnEquals": {"aws:SourceArn": ITS_ARNS[3]}}
        said = sending(Condition=condition)

        assert [self.DEAF] == problems(Rule=rule, Policy=said)

    @unknowable
    def test_for_an_unknown_name(self, unknown):
        """A rule of an unknown name may be any, but not if nobody may send."""
        properties = {"Name": unknown, "Targets": [target()]}
        rule = {"Type": "AWS::Events::Rule", "Properties": properties}
        condition = {"ArnEquals": {"aws:SourceArn": OTHER_ARNS[2]}}

        assert [] == problems(Rule=rule, Policy=sending(Condition=condition))
        assert [self.DEAF] == problems(Rule=rule, Policy=policy(DENY))

    @unknowable
    def test_perhaps(self, unknown):
        """Each part of the policy may be left to the deployment."""
        for each in (
            policy(DENY, unknown),
            policy(unknown, queues=unknown),
            *(sending(**{part: unknown}) for part in SEND),
        ):
            assert [] == problems(Policy=each)

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({"Condition": None}, "lets a service in for any account"),
            (
                {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:*"}}},
                "lets a service in for any account",
            ),
            ({"Principal": "*", "Condition": None}, "lets everybody in"),
        ],
        ids=str,
    )
    def test_not_from_anybody(self, changes, problem):
        """Without a condition every account's rules can send."""
        expected = f"{self.LOCATION}target {problem}"

        assert [expected] == problems(Policy=sending(**changes))
        assert [expected] == problems(
            Policy=policy(DENY, SEND, {**SEND, **changes}, {**SEND, **changes})
        )

    def test_not_by_plain_http(self):
        """The policy is to refuse what does not come by TLS."""
        assert [self.OPEN] == problems(Policy=policy(SEND))

    @pytest.mark.parametrize("fifo", [True, "true"], ids=repr)
    def test_not_in_order(self, fifo):
        """EventBridge cannot send to a queue that keeps an order."""
        expected = f"{self.LOCATION}target is a FIFO queue, to which EventBridge does "
        expected += "not send"

        assert [expected] == problems(Failed=queue(FifoQueue=fifo))

    @pytest.mark.parametrize("fifo", [False, "false", *INTRINSICS.values()], ids=str)
    def test_may_be_in_no_order(self, fifo):
        """A queue is a standard queue unless it says so."""
        assert [] == problems(Failed=queue(FifoQueue=fifo))


class TestKey:
    LOCKED = f"{TestQueue.LOCATION}target has a key that EventBridge may not use for it"

    def found(self, *statements: Any, **more: Any) -> list[str]:
        """Return what EVB-03 finds where the queue has a key with *statements*."""
        given = {"Key": key(*statements), "Failed": queue(KmsMasterKeyId=self.KEYS[0])}
        return problems(**{**given, **more})

    KEYS = ({"Fn::GetAtt": ["Key", "Arn"]}, {"Ref": "Key"}, {"Fn::Sub": "${Key}"})

    @pytest.mark.parametrize("name", KEYS, ids=str)
    def test_can_be_used(self, name):
        """EventBridge encrypts what it sends."""
        failed = queue(KmsMasterKeyId=name)

        assert [] == self.found(USE, Failed=failed)
        assert [self.LOCKED] == self.found(Failed=failed)

    @pytest.mark.parametrize("arn", ITS_ARNS, ids=str)
    def test_can_be_used_for_the_rule(self, arn):
        """The policy may name the rule in several ways."""
        condition = {"ArnEquals": {"aws:SourceArn": arn}}

        assert [] == self.found({**USE, "Condition": condition})

    @pytest.mark.parametrize(
        "changes",
        [
            {"Action": "kms:*"},
            {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}},
            {
                "Condition": {
                    "StringEquals": {"kms:EncryptionContext:aws:sqs:arn": "arn:x"}
                }
            },
        ],
        ids=str,
    )
    def test_can_be_used_by_other_words(self, changes):
        """More may be allowed, and less may be asked."""
        assert [] == self.found({**USE, **changes})

    def test_can_be_used_by_two_statements(self):
        """Each use may be allowed by itself."""
        each = [{**USE, "Action": action} for action in USE["Action"]]

        assert [] == self.found(*each)

    @pytest.mark.parametrize(
        "changes",
        [
            {"Effect": "Deny"},
            {"Principal": {"Service": "sns.amazonaws.com"}},
            {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
            {"Action": "kms:Decrypt"},
            {"Action": "kms:GenerateDataKey*"},
            *({"Condition": {"ArnEquals": {"aws:SourceArn": a}}} for a in OTHER_ARNS),
            {
                "Condition": {
                    "StringEquals": {
                        "kms:EncryptionContext:aws:events:event-bus:arn": "arn:x"
                    }
                }
            },
        ],
        ids=str,
    )
    def test_cannot_be_used_by_less(self, changes):
        """EventBridge needs two actions, for this rule, for what is in a queue."""
        assert [self.LOCKED] == self.found({**USE, **changes})

    @unknowable
    def test_perhaps_can_be_used(self, unknown):
        """Each part of the policy may be left to the deployment."""
        parts = ("Effect", "Principal", "Action", "Condition")
        for statement in (unknown, *({**USE, part: unknown} for part in parts)):
            assert [] == self.found(statement)
        assert [] == self.found(Failed=queue(KmsMasterKeyId=unknown))

    @pytest.mark.parametrize(
        "name", ["alias/orders", "arn:aws:kms:eu-west-1:1:key/2", {"Ref": "Alias"}]
    )
    def test_may_be_elsewhere(self, name):
        """Nothing is known of a key that is not in the template."""
        failed = queue(KmsMasterKeyId=name)

        assert [] == self.found(Failed=failed, Alias={"Type": "AWS::KMS::Alias"})

    def test_is_not_that_of_sqs(self):
        """The policy of the key that SQS brings lets no service in."""
        failed = queue(KmsMasterKeyId="alias/aws/sqs")
        expected = f"{TestQueue.LOCATION}target has a key of AWS that EventBridge may "
        expected += "not use"

        assert [expected] == self.found(Failed=failed)


class TestBus:
    LOCATION = "Properties.DeadLetterConfig: "

    def found(self, arn: Any = BUS, **properties: Any) -> list[str]:
        """Return what EVB-03 finds at a bus; its queue lets in what is *arn*."""
        bus = {
            "Type": "AWS::Events::EventBus",
            "Properties": {"Name": "aws.partner/acme/orders", **properties},
        }
        said = sending(Condition={"ArnEquals": {"aws:SourceArn": arn}})
        return problems(at="Bus", Bus=bus, Policy=said)

    @pytest.mark.parametrize("key", [None, "", *INTRINSICS.values()], ids=str)
    def test_needs_no_queue(self, key):
        """What can fail at a bus is the use of its key."""
        assert [] == self.found(KmsKeyIdentifier=key)

    @pytest.mark.parametrize("config", [None, {"Arn": NO_VALUE}], ids=str)
    def test_needs_a_queue_with_a_key(self, config):
        """With a key it needs one."""
        bus = {"KmsKeyIdentifier": "alias/orders", "DeadLetterConfig": config}

        assert [f"{self.LOCATION}the bus has no dead-letter queue"] == self.found(**bus)

    @pytest.mark.parametrize(
        "arn",
        [
            BUS,
            {"Fn::Sub": "arn:aws:events:eu-west-1:1:event-bus/${Bus}"},
            OTHER_ARNS[-1],
            "arn:aws:events:eu-west-1:1:event-bus/aws.partner/acme/orders",
        ],
        ids=str,
    )
    def test_has_a_queue_that_receives(self, arn):
        """The queue is to let the bus send."""
        assert [] == self.found(arn, DeadLetterConfig={"Arn": QUEUE})

    @pytest.mark.parametrize("arn", [RULE, *OTHER_ARNS[:-1], ITS_ARNS[5]], ids=str)
    def test_has_no_queue_for_a_rule(self, arn):
        """A queue that receives from a rule does not receive from the bus."""
        problem = (
            "the dead-letter queue of the bus does not let EventBridge send for it"
        )

        assert [f"{self.LOCATION}{problem}"] == (
            self.found(arn, DeadLetterConfig={"Arn": QUEUE})
        )

    @unknowable
    def test_perhaps_has_a_queue(self, unknown):
        """The queue may be left to the deployment."""
        bus = {"KmsKeyIdentifier": "alias/orders", "DeadLetterConfig": unknown}

        assert [] == self.found(**bus)


class TestManyRules:
    def test_read_a_shared_queue_once(self, monkeypatch):
        """The time does not grow with the rules times the statements of their queue."""
        count = 50
        reads = []

        def reading(queue: Resource) -> Policy:
            reads.append(queue)
            return policy_at(queue)

        monkeypatch.setattr(events_queues, "policy_at", reading)
        names = [f"Rule{index}" for index in range(count)]
        statements = [
            {
                **SEND,
                "Condition": {
                    "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [name, "Arn"]}}
                },
            }
            for name in names
        ]
        rule = {"Type": "AWS::Events::Rule", "Properties": {"Targets": [target()]}}
        body = dict.fromkeys(names, rule)
        shared = {"Failed": queue(), "Policy": policy(DENY, *statements)}
        template = Template({"Resources": {**body, **shared}})
        found = [
            breach
            for name in names
            for breach in rules.dead_letters_received.breaches(template.resources[name])
        ]

        assert [] == found
        assert 2 == len(reads)


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
class TestRuleOfCdk:
    AGE = cdk.Duration.hours(24)

    def found(self, stack: cdk.Stack) -> list[str]:
        """Return what is found at the rules and buses that CDK makes."""
        return [
            breach.problem
            for resource in Template(template_of(stack)).resources.values()
            for breach in rules.dead_letters_received.breaches(resource)
        ]

    def test_can_keep_its_events(self, flags):
        """What CDK writes for a rule and its queue is read as it is meant."""
        stack = cdk.Stack(new_app(flags), "Stack")
        failed = sqs.Queue(stack, "Failed", enforce_ssl=True)
        orders = targets.SqsQueue(
            sqs.Queue(stack, "Orders"),
            dead_letter_queue=failed,
            retry_attempts=185,
            max_event_age=self.AGE,
        )
        bus = events.EventBus(stack, "Bus")
        pattern = events.EventPattern(source=["orders"])
        events.Rule(stack, "A", event_pattern=pattern, event_bus=bus, targets=[orders])
        daily = events.Schedule.rate(self.AGE)
        events.Rule(stack, "B", rule_name="daily", schedule=daily, targets=[orders])

        assert [] == self.found(stack)

    def test_does_not_keep_them_by_itself(self, flags):
        """The defaults of CDK drop what fails."""
        stack = cdk.Stack(new_app(flags), "Stack")
        orders = targets.SqsQueue(sqs.Queue(stack, "Orders"))
        daily = events.Schedule.rate(self.AGE)
        events.Rule(stack, "Rule", schedule=daily, targets=[orders])

        assert [
            "a target has no dead-letter queue",
            "MaximumRetryAttempts is not set for a target",
            "MaximumEventAgeInSeconds is not set for a target",
        ] == self.found(stack)

    def test_loses_them_to_the_key(self, flags):
        """CDK lets a rule send to a queue, but not use its key."""
        stack = cdk.Stack(new_app(flags), "Stack")
        own = kms.Key(stack, "Key")
        failed = sqs.Queue(stack, "Failed", enforce_ssl=True, encryption_master_key=own)
        orders = targets.EventBus(
            events.EventBus(stack, "Orders"),
            dead_letter_queue=failed,
        )
        daily = events.Schedule.rate(self.AGE)
        events.Rule(stack, "Rule", schedule=daily, targets=[orders])

        locked = TestKey.LOCKED.partition(": ")[2]

        assert [locked] == [each for each in self.found(stack) if "queue" in each]

    def test_loses_those_of_a_bus(self, flags):
        """CDK does not let a bus send to its queue; its grants let everybody."""
        stack = cdk.Stack(new_app(flags), "Stack")
        failed = sqs.Queue(stack, "Failed", enforce_ssl=True)
        events.EventBus(stack, "Bus", dead_letter_queue=failed)
        prefix = "the dead-letter queue of the bus"

        assert [f"{prefix} does not let EventBridge send for it"] == self.found(stack)

    def test_lets_everybody_send(self, flags):
        """What CDK grants a service has no condition."""
        stack = cdk.Stack(new_app(flags), "Stack")
        failed = sqs.Queue(stack, "Failed", enforce_ssl=True)
        failed.grant_send_messages(iam.ServicePrincipal("events.amazonaws.com"))
        events.EventBus(stack, "Bus", dead_letter_queue=failed)
        prefix = "the dead-letter queue of the bus"

        assert [f"{prefix} lets a service in for any account"] == self.found(stack)
