"""Tests for what a bus delivers: routes, schedules and replays."""

from __future__ import annotations

import json
import shutil
import subprocess

from typing import Any

import aws_cdk as cdk
import boto3
import pytest

from aws_cdk import aws_sns as sns
from moto import mock_aws

from secure_constructs import AppEventBus, AppKey, Tier, Waived
from tests.support.buses import findings
from tests.support.cloud import Cloud
from tests.support.functions import function, only
from tests.support.synth import resources, synthesize, template_of, the

WAIVED = Waived("the producers can send everything again")
BUS = "BusEA82B648"
ALARM = "AWS::CloudWatch::Alarm"


class TestRoutes:
    def test_stand_below_the_bus(self, app, stack):
        """Where the target is in the bus's stack, and nothing is found."""
        bus = AppEventBus(stack, "Bus")
        bus.route("Paid", to=function(stack), sources=["shop.orders"])
        template = template_of(stack)

        (name,) = resources(template, "AWS::Events::Rule")
        assert name.startswith("BusPaid")
        assert {"Ref": BUS} == the(template, name)["EventBusName"]
        assert set() == findings(app)

    def test_stand_with_their_target(self, app, stack):
        """A function may publish to the bus of another stack and be its target."""
        bus = AppEventBus(stack, "Bus")
        other = cdk.Stack(app, "Other")
        target = function(other)
        bus.grants.publish(target, sources=["shop.orders"])
        bus.route("Paid", to=target, sources=["shop.invoices"])

        assert set() == findings(app)
        assert {} == resources(template_of(stack), "AWS::Events::Rule")
        (name,) = resources(template_of(other), "AWS::Events::Rule")
        assert name.startswith("BusRoutePaid")

    @pytest.mark.parametrize("pick", [lambda bus: bus, lambda bus: bus.bus])
    def test_to_a_bus_elsewhere_stand_below_the_bus(self, app, pick):
        """A rule has to be where its bus is; another region has the target only."""
        account = "111122223333"
        here = cdk.Environment(account=account, region="eu-west-1")
        there = cdk.Environment(account=account, region="us-east-1")
        stack = cdk.Stack(app, "Here", env=here)
        bus = AppEventBus(stack, "Bus")
        far = AppEventBus(
            cdk.Stack(app, "There", env=there), "Far", event_bus_name="far"
        )
        route = bus.route("Copy", to=pick(far), sources=["shop.orders"])

        arn = f":events:us-east-1:{account}:event-bus/far"
        (target,) = only(template_of(stack), "Events::Rule")["Targets"]
        assert "Here/Bus/Copy" == route.node.path
        assert arn in str(target["Arn"])

    def test_to_a_bus_of_another_stack_stand_there(self, app, stack):
        """In the same account and region, as for any target."""
        far = AppEventBus(cdk.Stack(app, "Other"), "Far")
        route = AppEventBus(stack, "Bus").route("Copy", to=far, sources=["shop.orders"])

        assert "Other/BusRouteCopy" == route.node.path

    def test_have_what_the_bus_has(self, stack):
        """Its key, its topic and its tier."""
        topic = sns.Topic(stack, "Topic")
        key = AppKey(stack, "Key")
        bus = AppEventBus(stack, "Bus", encryption_key=key, alarm_topic=topic)
        target = function(stack, alarms=WAIVED)
        route = bus.route("Paid", to=target, sources=["shop.orders"])
        template = template_of(stack)

        (queue,) = (
            each["Properties"]
            for name, each in resources(template, "AWS::SQS::Queue").items()
            if name.startswith("BusPaid")
        )
        assert {"Fn::GetAtt": ["Key961B73FD", "Arn"]} == queue["KmsMasterKeyId"]
        assert route.alarms
        alarms = resources(template, ALARM).values()
        assert all(each["Properties"]["AlarmActions"] for each in alarms)

    def test_are_of_the_tier_of_the_bus(self, stack):
        """A development bus has development routes."""
        bus = AppEventBus(stack, "Bus", tier=Tier.DEVELOPMENT)
        target = function(stack, alarms=WAIVED)

        assert [] == bus.route("Paid", to=target, sources=["shop.orders"]).alarms

    @pytest.mark.parametrize(
        ("options", "pattern"),
        [
            (
                {"sources": ["a"], "detail_types": ["b"], "resources": ["arn:c"]},
                {"source": ["a"], "detail-type": ["b"], "resources": ["arn:c"]},
            ),
            (
                {"sources": ["a"], "detail": {"state": ["new"]}},
                {"source": ["a"], "detail": {"state": ["new"]}},
            ),
            ({"pattern": {"source": ["a"]}}, {"source": ["a"]}),
        ],
        ids=str,
    )
    def test_take_what_was_asked_for(self, stack, options, pattern):
        """Each part of the pattern reaches the rule."""
        AppEventBus(stack, "Bus").route("Paid", to=function(stack), **options)

        assert pattern == only(template_of(stack), "Events::Rule")["EventPattern"]

    def test_may_take_everything(self, stack):
        """On purpose, with a reason."""
        bus = AppEventBus(stack, "Bus")
        bus.route("All", to=function(stack), everything=WAIVED)

        pattern = only(template_of(stack), "Events::Rule")["EventPattern"]
        assert {"source": [{"prefix": ""}]} == pattern

    def test_try_as_often_and_long_as_asked_for(self, stack):
        """The limits reach the target."""
        AppEventBus(stack, "Bus").route(
            "Paid",
            to=function(stack),
            sources=["shop.orders"],
            retry_attempts=3,
            max_event_age=cdk.Duration.hours(1),
        )

        (target,) = only(template_of(stack), "Events::Rule")["Targets"]
        assert {
            "MaximumEventAgeInSeconds": 3600,
            "MaximumRetryAttempts": 3,
        } == target["RetryPolicy"]


class TestSchedules:
    def test_put_an_event_on_the_bus(self, app, stack):
        """Where no other target is named (EVB-10)."""
        bus = AppEventBus(stack, "Bus")
        bus.schedule(
            "Nightly",
            expression="cron(0 3 * * ? *)",
            time_zone="Europe/Berlin",
            source="shop.clock",
            detail_type="NightBegan",
            input=cdk.aws_scheduler.ScheduleTargetInput.from_object({"shop": 1}),
            flexible_window=cdk.Duration.minutes(15),
            retry_attempts=3,
            max_event_age=cdk.Duration.hours(1),
        )
        schedule = only(template_of(stack), "Scheduler::Schedule")

        target = schedule["Target"]
        assert {"Fn::GetAtt": [BUS, "Arn"]} == target["Arn"]
        assert {"DetailType": "NightBegan", "Source": "shop.clock"} == target[
            "EventBridgeParameters"
        ]
        assert '{"shop":1}' == target["Input"]
        assert 3 == target["RetryPolicy"]["MaximumRetryAttempts"]
        assert 3600 == target["RetryPolicy"]["MaximumEventAgeInSeconds"]
        assert 15 == schedule["FlexibleTimeWindow"]["MaximumWindowInMinutes"]
        said = (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"])
        assert ("cron(0 3 * * ? *)", "Europe/Berlin") == said
        assert set() == findings(app)

    def test_stand_with_their_target(self, app, stack):
        """As routes do, with what the bus has."""
        bus = AppEventBus(stack, "Bus", tier=Tier.DEVELOPMENT)
        other = cdk.Stack(app, "Other")
        made = bus.schedule("Often", expression="rate(5 minutes)", to=function(other))

        assert "Other/BusScheduleOften" == made.node.path
        assert [] == made.alarms


class TestReplay:
    """The command of docs/howto/replay.md, as a shell would run it."""

    @staticmethod
    def run(command: str) -> list[str]:
        """Return the arguments that the shell gives to the AWS CLI."""
        bash = shutil.which("bash")
        assert bash
        script = f'aws() {{ printf "%s\\n" "$@"; }}\n{command}'
        times = {"START": "2026-11-21T08:00:00Z", "END": "2026-11-21T09:00:00Z"}
        done = subprocess.run(  # noqa: S603 - our own command
            [bash, "-euc", script],
            capture_output=True,
            check=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", **times},
        )
        return done.stdout.splitlines()

    @staticmethod
    def command(app: cdk.App, stack: cdk.Stack, command: str) -> str:
        """Return the command as the stack shows it after its deployment."""
        cdk.CfnOutput(stack, "Replay", value=command)
        cloud = Cloud.read(synthesize(app).directory)
        (deployed,) = (each for each in cloud.stacks if each.name == "Stack")
        return str(deployed.output("Replay"))

    def test_is_what_the_cli_takes(self, app, stack):
        """AWS starts a replay by these arguments."""
        bus = AppEventBus(stack, "Bus", event_bus_name="orders")
        arguments = self.run(self.command(app, stack, bus.replay_command()))

        assert ["events", "start-replay"] == arguments[:2]
        options = dict(zip(arguments[2::2], arguments[3::2], strict=True))
        archive = "arn:aws:events:eu-west-1:111122223333:archive/"
        assert options["--event-source-arn"].startswith(archive)
        assert options["--replay-name"].startswith("replay-2")
        assert "2026-11-21T08:00:00Z" == options["--event-start-time"]
        assert "2026-11-21T09:00:00Z" == options["--event-end-time"]
        bus_arn = "arn:aws:events:eu-west-1:111122223333:event-bus/orders"
        assert {"Arn": bus_arn} == json.loads(options["--destination"])

    def test_can_be_limited_to_rules(self, app, stack):
        """Only they get the events again."""
        bus = AppEventBus(stack, "Bus", event_bus_name="orders")
        route = bus.route("Paid", to=function(stack), sources=["shop.orders"])
        command = bus.replay_command(rules=[route.rule])
        arguments = self.run(self.command(app, stack, command))

        destination = json.loads(arguments[arguments.index("--destination") + 1])
        (rule,) = destination["FilterArns"]
        assert ":rule/orders/" in rule

    @mock_aws
    def test_replays(self, app, stack, monkeypatch):
        """An AWS in memory starts the replay that the command describes."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
        bus = AppEventBus(stack, "Bus", event_bus_name="orders")
        arguments = self.run(self.command(app, stack, bus.replay_command()))
        options = dict(zip(arguments[2::2], arguments[3::2], strict=True))
        client: Any = boto3.client("events", region_name="eu-west-1")
        source = client.create_event_bus(Name="orders")["EventBusArn"]
        archive = client.create_archive(ArchiveName="orders", EventSourceArn=source)

        client.start_replay(
            ReplayName=options["--replay-name"],
            EventSourceArn=archive["ArchiveArn"],
            EventStartTime=options["--event-start-time"],
            EventEndTime=options["--event-end-time"],
            Destination={"Arn": source},
        )

        (replay,) = client.list_replays()["Replays"]
        assert options["--replay-name"] == replay["ReplayName"]
