"""Attacks on routes and schedules: who may do what, by the synthesized policies."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_events as events, aws_kms as kms, aws_sqs as sqs

from secure_constructs import AppKey
from tests.support.cloud import Cloud
from tests.support.iam import ANONYMOUS, Request
from tests.support.routes import a_function, a_machine, route, schedule
from tests.support.synth import new_app, synthesize

ACCOUNT, OTHER = "111122223333", "444455556666"
HERE = f"eu-west-1:{ACCOUNT}"
STRANGER = f"arn:aws:iam::{OTHER}:root"
EVENTS, SCHEDULER = "events.amazonaws.com", "scheduler.amazonaws.com"
RULE_OF_A_STRANGER = f"arn:aws:events:eu-west-1:{OTHER}:rule/Stack-MadeC17AB48A"
RULE_BESIDE = f"arn:aws:events:{HERE}:rule/Stack-MadeC17AB48A-2"
GROUP = f"arn:aws:scheduler:{HERE}:schedule-group/default"


class World:
    """An app with a route or schedule, deployed."""

    def __init__(self, target: str, *, key: str = "", scheduled: bool = False) -> None:
        self.app = new_app()
        self.stack = cdk.Stack(self.app, "Stack")
        options: dict[str, Any] = {"to": self._target(target)}
        if key:
            where = cdk.Stack(self.app, "Keys") if "other" in key else self.stack
            kind: Any = AppKey if "app" in key else kms.Key
            options["encryption_key"] = kind(where, "Key")
        if scheduled and target == "bus":
            options |= {"source": "shop.clock", "detail_type": "DayEnded"}
        (schedule if scheduled else route)(self.stack, **options)
        if not scheduled:
            route(self.stack, "Second", to=a_function(self.stack, "SecondFn"))
        self.cloud = Cloud.read(synthesize(self.app).directory)

    def _target(self, name: str) -> Any:
        if name == "function":
            return a_function(self.stack)
        if name == "machine":
            return a_machine(self.stack)
        if name == "bus":
            return events.EventBus(self.stack, "Bus")
        return sqs.Queue(self.stack, "Target")

    def arn(self, type_: str, part: str = "Made") -> str:
        """Return the ARN of the one resource of *type_* with *part* in its id."""
        (found,) = (
            each.arn
            for each in self.cloud.resources(f"AWS::{type_}")
            if part in each.logical_id
        )
        return found

    def may(self, who: str, action: str, resource: str, **context: Any) -> bool:
        """Whether that is allowed, over TLS if nothing else is said."""
        keys = {"aws:SecureTransport": True}
        keys |= {key.replace("__", ":"): context[key] for key in context}
        return self.cloud.decide(Request(who, action, resource, keys)).allowed

    def send(self, queue: str, rule: str, account: str = ACCOUNT, **more: Any) -> bool:
        """Whether EventBridge may send to *queue* for that rule."""
        context = {"aws__SourceArn": rule, "aws__SourceAccount": account, **more}
        return self.may(EVENTS, "sqs:SendMessage", queue, **context)


@pytest.fixture(params=["dead letters", "target"])
def guarded(request: pytest.FixtureRequest) -> tuple[World, str]:
    """A deployed route, and a queue that only it may fill."""
    world = World("queue")
    part = "MadeDeadLetterQueue" if request.param == "dead letters" else "Target"
    return world, world.arn("SQS::Queue", part)


class TestQueues:
    """Only the rule fills its dead-letter queue, and the queue it sends to (EVB-03)."""

    def test_let_their_rule_in(self, guarded):
        """Over TLS it may send."""
        world, queue = guarded

        assert world.send(queue, world.arn("Events::Rule"))

    @pytest.mark.parametrize("rule", [RULE_BESIDE, RULE_OF_A_STRANGER, ""])
    def test_refuse_another_rule(self, guarded, rule):
        """Neither one with a similar name, nor one elsewhere, nor none."""
        world, queue = guarded

        assert not world.send(queue, rule)

    def test_refuse_the_rule_of_another_route(self, guarded):
        """Not even one of the same stack."""
        world, queue = guarded

        assert not world.send(queue, world.arn("Events::Rule", "Second"))

    @pytest.mark.parametrize("account", [OTHER, ""])
    def test_refuse_another_account(self, guarded, account):
        """The rule's name alone lets nobody in."""
        world, queue = guarded

        assert not world.send(queue, world.arn("Events::Rule"), account)

    @pytest.mark.parametrize(
        "who", [ANONYMOUS, f"arn:aws:iam::{OTHER}:root", SCHEDULER]
    )
    def test_refuse_everybody_else(self, guarded, who):
        """Another principal cannot pretend to be the rule."""
        world, queue = guarded
        rule = world.arn("Events::Rule")
        more = {"aws__SourceArn": rule, "aws__SourceAccount": ACCOUNT}

        assert not world.may(who, "sqs:SendMessage", queue, **more)

    def test_let_nobody_read(self, guarded):
        """EventBridge may send, and nothing else."""
        world, queue = guarded
        rule = world.arn("Events::Rule")
        more = {"aws__SourceArn": rule, "aws__SourceAccount": ACCOUNT}

        assert not any(
            world.may(EVENTS, f"sqs:{action}", queue, **more)
            for action in ("ReceiveMessage", "DeleteMessage", "PurgeQueue")
        )


@pytest.mark.parametrize("scheduled", [False, True], ids=["route", "schedule"])
class TestTransport:
    """Nobody gets at dead letters over plain http."""

    def test_plain_http_is_refused(self, scheduled):
        """Not even an administrator, who may do all over TLS."""
        world = World("function", scheduled=scheduled)
        queue = world.arn("SQS::Queue")
        admin = f"arn:aws:iam::{ACCOUNT}:root"

        for action in ("sqs:SendMessage", "sqs:ReceiveMessage"):
            assert world.may(admin, action, queue)
            assert not world.may(admin, action, queue, aws__SecureTransport=False)

    def test_plain_http_is_refused_to_the_sender(self, scheduled):
        """Neither the rule nor the role of the schedule."""
        world = World("function", scheduled=scheduled)
        queue = world.arn("SQS::Queue")

        if scheduled:
            role = world.arn("IAM::Role")
            assert world.may(role, "sqs:SendMessage", queue)
            assert not world.may(
                role, "sqs:SendMessage", queue, aws__SecureTransport=False
            )
        else:
            rule = world.arn("Events::Rule")
            assert world.send(queue, rule)
            assert not world.send(queue, rule, aws__SecureTransport=False)


class TestFunctions:
    """Only the rule invokes the function."""

    @pytest.fixture
    def world(self) -> World:
        """A route to a function."""
        return World("function")

    def invoke(self, world: World, rule: str, account: str = ACCOUNT) -> bool:
        """Whether EventBridge may invoke the function for that rule."""
        more = {"aws__SourceArn": rule, "aws__SourceAccount": account}
        function = world.arn("Lambda::Function", "Fn9270CBC0")
        return world.may(EVENTS, "lambda:InvokeFunction", function, **more)

    def test_its_rule_may(self, world):
        """It may."""
        assert self.invoke(world, world.arn("Events::Rule"))

    @pytest.mark.parametrize("rule", [RULE_BESIDE, RULE_OF_A_STRANGER, ""])
    def test_another_rule_may_not(self, world, rule):
        """Nor may none."""
        assert not self.invoke(world, rule)

    def test_the_rule_of_another_route_may_not(self, world):
        """Not even one of the same stack."""
        assert not self.invoke(world, world.arn("Events::Rule", "Second"))

    def test_another_account_may_not(self, world):
        """CDK's own permission leaves that open."""
        assert not self.invoke(world, world.arn("Events::Rule"), OTHER)


# What a role could do with each target, by the type of that.
ACTIONS = {
    "function": ("Lambda::Function", "Fn9270CBC0", "lambda:", "InvokeFunction"),
    "queue": ("SQS::Queue", "Target", "sqs:", "SendMessage"),
    "machine": ("StepFunctions::StateMachine", "", "states:", "StartExecution"),
    "bus": ("Events::EventBus", "", "events:", "PutEvents"),
}
OTHERS = (
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "lambda:InvokeFunctionUrl",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:SetQueueAttributes",
    "states:StartExecution",
    "states:StartSyncExecution",
    "states:StopExecution",
    "states:UpdateStateMachine",
    "events:PutEvents",
    "events:PutRule",
    "events:PutPermission",
    "events:DeleteEventBus",
)
EVENT = {"events__source": ["shop.clock"], "events__detail-type": ["DayEnded"]}


class TestRoles:
    """A role can do its one thing, and nothing else."""

    @pytest.mark.parametrize("target", ["machine", "bus"])
    def test_of_a_route(self, target):
        """It has one action on one resource."""
        world = World(target)
        type_, part, prefix, action = ACTIONS[target]
        resource, role = world.arn(type_, part), world.arn("IAM::Role", "MadeRole")

        assert {f"{prefix}{action}"} == {
            each for each in OTHERS if world.may(role, each, resource, **EVENT)
        }
        assert not any(world.may(role, each, "*", **EVENT) for each in OTHERS)
        assert not world.may(role, "sqs:SendMessage", world.arn("SQS::Queue"), **EVENT)

    @pytest.mark.parametrize("target", ACTIONS)
    def test_of_a_schedule(self, target):
        """It may fill its dead-letter queue as well."""
        world = World(target, scheduled=True)
        type_, part, prefix, action = ACTIONS[target]
        resource, role = world.arn(type_, part), world.arn("IAM::Role", "MadeRole")

        assert {f"{prefix}{action}"} == {
            each for each in OTHERS if world.may(role, each, resource, **EVENT)
        }
        assert {"sqs:SendMessage"} == {
            each
            for each in OTHERS
            if world.may(role, each, world.arn("SQS::Queue"), **EVENT)
        }
        assert not any(world.may(role, each, "*", **EVENT) for each in OTHERS)

    @pytest.mark.parametrize(
        "event",
        [
            {"events__source": ["shop.orders"], "events__detail-type": ["DayEnded"]},
            {"events__source": ["shop.clock"], "events__detail-type": ["OrderPaid"]},
            {
                "events__source": ["shop.clock", "shop.orders"],
                "events__detail-type": ["DayEnded"],
            },
            {"events__source": ["shop.clock"]},
            {"events__detail-type": ["DayEnded"]},
            {},
        ],
        ids=["source", "type", "mixed batch", "no type", "no source", "neither"],
    )
    def test_of_a_schedule_puts_no_other_event(self, event):
        """Neither alone, nor in a batch with its own, nor without saying which."""
        world = World("bus", scheduled=True)
        role, bus = world.arn("IAM::Role"), world.arn("Events::EventBus", "Bus")

        assert world.may(role, "events:PutEvents", bus, **EVENT)
        assert not world.may(role, "events:PutEvents", bus, **event)


class TestTrust:
    """Nobody lends a role to others."""

    def assume(self, world: World, who: str, source: str, account: str) -> bool:
        """Whether *who* may assume the role for that rule or group."""
        more = {"aws__SourceArn": source, "aws__SourceAccount": account}
        return world.may(who, "sts:AssumeRole", world.arn("IAM::Role", "Made"), **more)

    def test_of_a_route(self):
        """It is for rules of this account; a rule is no secret, an account is ours."""
        world = World("machine")
        rule = world.arn("Events::Rule")

        assert self.assume(world, EVENTS, rule, ACCOUNT)
        assert not self.assume(world, EVENTS, rule, OTHER)
        assert not self.assume(world, EVENTS, RULE_OF_A_STRANGER, ACCOUNT)
        assert not self.assume(world, EVENTS, GROUP, ACCOUNT)
        assert not self.assume(world, SCHEDULER, rule, ACCOUNT)

    def test_of_a_schedule(self):
        """It is for schedules of its group in this account."""
        world = World("machine", scheduled=True)
        foreign = GROUP.replace(ACCOUNT, OTHER)

        assert self.assume(world, SCHEDULER, GROUP, ACCOUNT)
        assert not self.assume(world, SCHEDULER, GROUP, OTHER)
        assert not self.assume(world, SCHEDULER, foreign, ACCOUNT)
        assert not self.assume(world, SCHEDULER, f"{GROUP}-2", ACCOUNT)
        assert not self.assume(world, EVENTS, GROUP, ACCOUNT)

    @pytest.mark.parametrize("scheduled", [False, True], ids=["route", "schedule"])
    def test_is_not_for_people(self, scheduled):
        """Not even for other roles of the account."""
        world = World("machine", scheduled=scheduled)
        admin = f"arn:aws:iam::{ACCOUNT}:root"

        for who in (admin, STRANGER, ANONYMOUS):
            assert not self.assume(world, who, GROUP, ACCOUNT)


@pytest.mark.parametrize("key", ["app key", "plain key", "app key of other stack"])
class TestKeys:
    """With a key, dead letters can be encrypted, for this account only (EVB-07)."""

    USE = ("kms:Decrypt", "kms:GenerateDataKey")

    def use(self, world: World, who: str, **context: str) -> set[str]:
        """Return what *who* may do with the key."""
        arn = world.arn("KMS::Key", "Key")
        actions = (*self.USE, "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy")
        return {action for action in actions if world.may(who, action, arn, **context)}

    def test_a_rule_can_fill_the_queue(self, key):
        """EventBridge may use the key for this account."""
        world = World("function", key=key)

        assert set(self.USE) == self.use(world, EVENTS, aws__SourceAccount=ACCOUNT)

    @pytest.mark.parametrize("context", [{"aws__SourceAccount": OTHER}, {}], ids=str)
    def test_no_other_account_can(self, key, context):
        """Nor may one that does not say which it is."""
        world = World("function", key=key)

        assert set() == self.use(world, EVENTS, **context)

    def test_a_schedule_can_fill_the_queue(self, key):
        """By its role, which may do no more with the key."""
        world = World("function", key=key, scheduled=True)

        assert set(self.USE) == self.use(world, world.arn("IAM::Role", "MadeRole"))
