"""Tests for `secure_constructs.checks.events`: own bus, archive and schemas."""

from __future__ import annotations

import json

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_events as events, aws_eventschemas as schemas, aws_kms as kms

from secure_constructs.checks import Rule, Template, events as rules
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import INTRINSICS, unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}
# What names the bus `Bus`, whose name is `orders`, as templates do.
ARNS = [
    {"Fn::GetAtt": ["Bus", "Arn"]},
    {"Fn::GetAtt": "Bus.Arn"},
    {"Fn::Sub": "${Bus.Arn}"},
    {"Fn::Sub": "arn:${AWS::Partition}:events:eu-west-1:1:event-bus/${Bus}"},
    {"Fn::Sub": "arn:aws:events:eu-west-1:1:event-bus/${Bus.Name}"},
    "arn:aws:events:eu-west-1:111122223333:event-bus/orders",
]
OTHER_ARNS = [
    {"Fn::GetAtt": ["Other", "Arn"]},
    "arn:aws:events:eu-west-1:111122223333:event-bus/other",
    "arn:aws:events:eu-west-1:111122223333:event-bus/default",
]


def problems(rule: Rule, properties: Any = None, **resources: Any) -> list[str]:
    """Return what *rule* finds at the bus `Bus` beside *resources*."""
    named = {"Name": "orders", **(properties or {})}
    bus = {"Type": "AWS::Events::EventBus", "Properties": named}
    body = {"Bus": bus, "Other": {"Type": "AWS::Events::EventBus"}, **resources}
    found = rule.breaches(Template({"Resources": body}).resources["Bus"])
    return [f"{each.location}: {each.problem}" for each in found]


class TestOwnBus:
    OWN = "Properties.EventBusName: it picks the events of an application from the "
    OWN += "default bus"

    def found(self, **properties: Any) -> list[str]:
        """Return what EVB-01 finds at a rule."""
        rule = {"Type": "AWS::Events::Rule", "Properties": properties}
        body = {"Rule": rule, "Bus": {"Type": "AWS::Events::EventBus"}}
        template = Template({"Resources": body})
        found = rules.own_bus.breaches(template.resources["Rule"])
        return [f"{each.location}: {each.problem}" for each in found]

    @pytest.mark.parametrize(
        "source",
        [
            ["orders"],
            "orders",
            ["aws.s3", "orders"],
            ["awsome"],
            [{"prefix": "com.acme"}],
            [{"prefix": "awsome"}],
            [{"equals-ignore-case": "Orders"}],
            [{"anything-but": {"prefix": "aws."}}],
            [{"anything-but": {"prefix": "aws"}}],
        ],
        ids=str,
    )
    def test_not_the_default_bus(self, source):
        """A pattern that asks for a source that is not AWS is for an application."""
        assert [self.OWN] == self.found(EventPattern={"source": source})

    @pytest.mark.parametrize(
        "bus",
        ["default", NO_VALUE, "arn:aws:events:eu-west-1:1:event-bus/default"],
        ids=str,
    )
    def test_not_the_default_bus_by_any_name(self, bus):
        """The default bus may be named or left out."""
        pattern = {"source": ["orders"]}

        assert [self.OWN] == self.found(EventBusName=bus, EventPattern=pattern)

    def test_not_the_default_bus_in_an_alternative(self):
        """A pattern may ask for sources in each of its alternatives."""
        pattern = {"$or": [{"source": ["aws.s3"]}, {"source": ["orders"]}]}

        assert [self.OWN] == self.found(EventPattern=pattern)

    def test_not_in_a_pattern_as_text(self):
        """A pattern may be written as JSON."""
        pattern = json.dumps({"source": ["orders"]})

        assert [self.OWN] == self.found(EventPattern=pattern)

    @pytest.mark.parametrize(
        "bus",
        ["orders", {"Ref": "Bus"}, {"Fn::GetAtt": ["Bus", "Arn"]}, "default-orders"],
        ids=str,
    )
    def test_of_its_own(self, bus):
        """A bus of any other name is one's own."""
        pattern = {"source": ["orders"]}

        assert [] == self.found(EventBusName=bus, EventPattern=pattern)

    @pytest.mark.parametrize(
        "pattern",
        [
            {"source": ["aws.s3"]},
            {"source": [{"prefix": "aws."}]},
            {"source": [{"prefix": "aws.s3"}]},
            {"source": [{"prefix": "a"}]},
            {"source": [{"prefix": ""}]},
            {"source": [{"equals-ignore-case": "AWS.S3"}]},
            {"source": [{"anything-but": ["aws.s3"]}]},
            {"source": [{"anything-but": {"prefix": "aws.s3"}}]},
            {"source": [{"suffix": "s3"}]},
            {"source": []},
            {"detail-type": ["Object Created"]},
            "no JSON",
            '["source"]',
        ],
        ids=str,
    )
    def test_may_not_be_needed(self, pattern):
        """AWS's own events are on the default bus, and others may be meant."""
        assert [] == self.found(EventPattern=pattern)

    def test_is_not_for_schedules(self):
        """What comes by the clock is no event of an application."""
        assert [] == self.found(ScheduleExpression="rate(1 day)")

    @unknowable
    def test_as_far_as_is_known(self, unknown):
        """Bus, pattern and source may be left to the deployment."""
        pattern = {"source": ["orders"]}
        for properties in (
            {"EventBusName": unknown, "EventPattern": pattern},
            {"EventPattern": unknown},
            {"EventPattern": {"source": unknown}},
            {"EventPattern": {"source": [unknown]}},
            {"EventPattern": {"source": [{"prefix": unknown}]}},
        ):
            assert [] == self.found(**properties)


class TestArchived:
    MISSING = "Properties: no archive of this template keeps its events"
    FOR_EVER = "Properties: an archive keeps its events for ever"

    def found(self, arn: Any = ARNS[0], days: Any = 30, **bus: Any) -> list[str]:
        """Return what EVB-02 finds with an archive of the bus *arn*."""
        properties = {"SourceArn": arn, "RetentionDays": days}
        archive = {"Type": "AWS::Events::Archive", "Properties": properties}
        return problems(rules.archived, bus, Archive=archive)

    @pytest.mark.parametrize("arn", ARNS, ids=str)
    def test_archived(self, arn):
        """An archive names its bus in one way or another."""
        assert [] == self.found(arn)

    def test_archived_for_a_partner(self):
        """The name of a partner's bus has slashes in it."""
        name = "aws.partner/acme/orders"
        arn = f"arn:aws:events:eu-west-1:111122223333:event-bus/{name}"

        assert [] == self.found(arn, Name=name)

    def test_not_by_itself(self):
        """A bus keeps nothing."""
        assert [self.MISSING] == problems(rules.archived)

    @pytest.mark.parametrize("arn", OTHER_ARNS, ids=str)
    def test_not_by_the_archive_of_another(self, arn):
        """The archive of another bus keeps that one's events."""
        assert [self.MISSING] == self.found(arn)

    @pytest.mark.parametrize("days", [None, NO_VALUE, 0, "0"], ids=repr)
    def test_not_for_ever(self, days):
        """No retention, and none of days, is for ever."""
        assert [self.FOR_EVER] == self.found(days=days)

    @pytest.mark.parametrize("days", [1, "30", *INTRINSICS.values()], ids=str)
    def test_for_a_time(self, days):
        """Any number of days is finite, and what is unknown may be."""
        assert [] == self.found(days=days)

    def test_not_for_ever_by_one_of_two(self):
        """A second archive may be the one that never forgets."""
        of_all, of_some = [
            {
                "Type": "AWS::Events::Archive",
                "Properties": {"SourceArn": ARNS[0], "RetentionDays": days},
            }
            for days in (30, 0)
        ]

        assert [self.FOR_EVER] == problems(rules.archived, All=of_all, Some=of_some)

    @unknowable
    def test_perhaps(self, unknown):
        """An archive may be of any bus, and a bus may have any name."""
        assert [] == self.found(unknown, days=0)
        assert [] == self.found(OTHER_ARNS[1], Name=unknown)
        assert [self.MISSING] == problems(rules.archived, {"Name": unknown})


class TestDiscovered:
    MISSING = "Properties: no discoverer of this template reads its events"
    USELESS = "Properties.KmsKeyIdentifier: its discoverer finds nothing, because the "
    USELESS += "bus has a key"
    KEYS = ({"Fn::GetAtt": ["Key", "Arn"]}, "arn:aws:kms:eu-west-1:1:key/2")

    def found(self, arn: Any = ARNS[0], **bus: Any) -> list[str]:
        """Return what EVB-04 finds with a discoverer of the bus *arn*."""
        kind = "AWS::EventSchemas::Discoverer"
        discoverer = {"Type": kind, "Properties": {"SourceArn": arn}}
        key = {"Type": "AWS::KMS::Key"}
        return problems(rules.discovered, bus, Discoverer=discoverer, Key=key)

    @pytest.mark.parametrize("arn", ARNS, ids=str)
    def test_discovered(self, arn):
        """A discoverer names its bus in one way or another."""
        assert [] == self.found(arn)

    @pytest.mark.parametrize("key", [None, NO_VALUE, ""], ids=repr)
    def test_not_by_itself(self, key):
        """A bus without a key can have a discoverer, and has none."""
        bus = {"KmsKeyIdentifier": key}

        assert [self.MISSING] == problems(rules.discovered, bus)

    @pytest.mark.parametrize("arn", OTHER_ARNS, ids=str)
    def test_not_by_the_discoverer_of_another(self, arn):
        """The discoverer of another bus reads that one's events."""
        assert [self.MISSING] == self.found(arn)

    @pytest.mark.parametrize("key", KEYS, ids=str)
    def test_not_with_a_key(self, key):
        """AWS discovers nothing on a bus with a key."""
        body = {"Type": "AWS::KMS::Key"}

        assert [] == problems(rules.discovered, {"KmsKeyIdentifier": key}, Key=body)
        assert [] == self.found(OTHER_ARNS[0], KmsKeyIdentifier=key)

    @pytest.mark.parametrize("key", KEYS, ids=str)
    def test_not_in_vain(self, key):
        """A discoverer beside a key is a mistake."""
        assert [self.USELESS] == self.found(KmsKeyIdentifier=key)

    @unknowable
    def test_perhaps(self, unknown):
        """There may be a key, and a discoverer may be of any bus."""
        assert [] == problems(rules.discovered, {"KmsKeyIdentifier": unknown})
        assert [] == self.found(KmsKeyIdentifier=unknown)
        assert [] == self.found(unknown)


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
class TestBusOfCdk:
    def found(self, stack: cdk.Stack) -> dict[str, list[str]]:
        """Return what is found at what CDK makes, by rule."""
        template = Template(template_of(stack))
        return {
            rule.id: [breach.problem for breach in breaches]
            for rule in (rules.own_bus, rules.archived, rules.discovered)
            for resource in template.resources.values()
            if (breaches := rule.breaches(resource))
        }

    def test_can_keep_its_promises(self, flags):
        """What CDK writes for a bus and what belongs to it is read as it is meant."""
        stack = cdk.Stack(new_app(flags), "Stack")
        bus = events.EventBus(stack, "Bus", event_bus_name="orders")
        pattern = events.EventPattern(source=events.Match.prefix(""))
        bus.archive("Month", event_pattern=pattern, retention=cdk.Duration.days(30))
        schemas.CfnDiscoverer(stack, "Discoverer", source_arn=bus.event_bus_arn)
        placed = events.EventPattern(source=["orders"])
        events.Rule(stack, "Placed", event_bus=bus, event_pattern=placed)

        assert {} == self.found(stack)

    def test_does_not_keep_them_by_itself(self, flags):
        """The defaults of CDK keep for ever, or nothing at all."""
        stack = cdk.Stack(new_app(flags), "Stack")
        bus = events.EventBus(stack, "Bus")
        placed = events.EventPattern(source=["orders"])
        events.Rule(stack, "Placed", event_pattern=placed)
        events.Archive(stack, "All", source_event_bus=bus, event_pattern=placed)

        assert ["EVB-01", "EVB-02", "EVB-04"] == sorted(self.found(stack))

    def test_may_have_a_key(self, flags):
        """A bus with a key is not asked for a discoverer."""
        stack = cdk.Stack(new_app(flags), "Stack")
        events.EventBus(stack, "Bus", kms_key=kms.Key(stack, "Key"))

        assert ["EVB-02"] == list(self.found(stack))
