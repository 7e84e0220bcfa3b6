"""Tests for `secure_constructs.checks.events`: who hears of lost and late events."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_events as events,
    aws_events_targets as targets,
    aws_sqs as sqs,
)

from secure_constructs.checks import Template, events as rules
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import INTRINSICS, unknowable

NOT_FAILED = "Properties: no alarm of this template watches its FailedInvocations"
NOT_THROTTLED = "Properties: no alarm of this template watches its ThrottledRules"
NOT_WAITING = "Properties: no alarm of this template watches its dead-letter queue"
QUEUE = {"Fn::GetAtt": ["Failed", "Arn"]}
BUS = {"Ref": "Bus"}
REF = {"Ref": "Rule"}
ARN = {"Fn::GetAtt": ["Rule", "Arn"]}
NAME = {"Fn::GetAtt": ["Rule", "RuleName"]}
WAITING = {"QueueName": {"Fn::GetAtt": ["Failed", "QueueName"]}}


def part(index: Any, at: str, whole: Any) -> dict[str, Any]:
    """Return a part of what is split."""
    return {"Fn::Select": [index, {"Fn::Split": [at, whole]}]}


def alarm(
    *dimensions: dict[str, Any],
    metric: Any = "FailedInvocations",
    namespace: Any = "AWS/Events",
) -> dict[str, Any]:
    """Return an alarm on a *metric* with *dimensions*."""
    said = {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [
            {"Name": name, "Value": value}
            for each in dimensions
            for name, value in each.items()
        ],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": said}


def waiting() -> dict[str, Any]:
    """Return an alarm on the messages in the queue `Failed`."""
    metric = "ApproximateNumberOfMessagesVisible"
    return alarm(WAITING, metric=metric, namespace="AWS/SQS")


def query(text: Any) -> dict[str, Any]:
    """Return an alarm on a query."""
    properties = {"Metrics": [{"Id": "q", "Expression": text}]}
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def problems(
    *alarms: Any,
    at: str = "Rule",
    record: Any = None,
    rule: Any = None,
    bus: Any = None,
) -> list[str]:
    """Return what EVB-08 finds at the rule or bus with *alarms*."""
    metadata = {"SecureConstructs": record}
    body = {
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"EventBusName": BUS, **(rule or {})},
            "Metadata": metadata,
        },
        "Bus": {
            "Type": "AWS::Events::EventBus",
            "Properties": {"Name": "orders", **(bus or {})},
            "Metadata": metadata,
        },
        "Failed": {"Type": "AWS::SQS::Queue"},
        **{f"Alarm{index}": each for index, each in enumerate(alarms)},
    }
    found = rules.alarmed.breaches(Template({"Resources": body}).resources[at])
    return [f"{each.location}: {each.problem}" for each in found]


class TestRule:
    def test_not_by_itself(self):
        """Nobody hears of what is not delivered."""
        assert [NOT_FAILED] == problems()

    @pytest.mark.parametrize(
        "name",
        [NAME, part(1, "|", REF), part("1", "|", REF), part(2, "/", ARN), "placed"],
        ids=str,
    )
    @pytest.mark.parametrize(
        "bus",
        [BUS, {"Fn::GetAtt": ["Bus", "Name"]}, "orders", *INTRINSICS.values()],
        ids=str,
    )
    @pytest.mark.parametrize("of", [BUS, "orders"], ids=str)
    def test_is_watched_on_its_bus(self, name, bus, of):
        """Its metrics have the names of bus and rule, in either order."""
        rule = {"EventBusName": of, "Name": "placed"}
        dimensions = [{"EventBusName": bus}, {"RuleName": name}]

        assert [] == problems(alarm(*dimensions), rule=rule)
        assert [] == problems(alarm(*reversed(dimensions)), rule=rule)

    @pytest.mark.parametrize(
        "dimensions",
        [
            {"RuleName": NAME},
            {"EventBusName": BUS},
            {},
            {"EventBusName": BUS, "RuleName": REF},
            {"EventBusName": BUS, "RuleName": part(0, "|", REF)},
            {"EventBusName": BUS, "RuleName": part(1, "/", ARN)},
            {"EventBusName": BUS, "RuleName": {"Fn::GetAtt": ["Failed", "Name"]}},
            {"EventBusName": BUS, "RuleName": part(1, "|", {"Ref": "Bus"})},
            {"EventBusName": BUS, "RuleName": "other"},
            {"EventBusName": "other", "RuleName": NAME},
            {"EventBusName": "default", "RuleName": NAME},
            {"Bus": BUS, "RuleName": NAME},
            {"EventBusName": BUS, "RuleName": NAME, "Account": "1"},
        ],
        ids=str,
    )
    def test_is_not_watched_by_other_names(self, dimensions):
        """There is no such metric; a reference to the rule has two names in it."""
        rule = {"Name": "placed"}

        assert [NOT_FAILED] == problems(alarm(dimensions), rule=rule)

    @pytest.mark.parametrize(
        "name",
        [REF, NAME, part(1, "/", ARN), "placed", INTRINSICS["parameter"]],
        ids=str,
    )
    @pytest.mark.parametrize("bus", ["default", None])
    def test_is_watched_on_the_default_bus(self, name, bus):
        """There its metrics have the name of the rule only."""
        rule = {"EventBusName": bus, "Name": "placed"}

        assert [] == problems(alarm({"RuleName": name}), rule=rule)

    @pytest.mark.parametrize("name", [REF, NAME, "placed"], ids=str)
    def test_is_not_watched_with_the_default_bus(self, name):
        """The default bus is not in the metrics."""
        rule = {"EventBusName": "default", "Name": "placed"}
        dimensions = {"EventBusName": "default", "RuleName": name}

        assert [NOT_FAILED] == problems(alarm(dimensions), rule=rule)

    @unknowable
    def test_is_watched_on_an_unknown_bus(self, unknown):
        """A bus that only the deployment knows may be either, and have any name."""
        rule = {"EventBusName": unknown}
        for dimensions in (
            {"RuleName": REF},
            {"EventBusName": unknown, "RuleName": NAME},
            {"EventBusName": "orders", "RuleName": NAME},
        ):
            assert [] == problems(alarm(dimensions), rule=rule)
        assert [NOT_FAILED] == problems(alarm({"EventBusName": unknown}), rule=rule)

    @pytest.mark.parametrize(
        "changes", [{"metric": "Invocations"}, {"namespace": "AWS/Lambda"}], ids=str
    )
    def test_is_not_watched_by_something_else(self, changes):
        """An alarm on another metric is of no use."""
        dimensions = {"EventBusName": BUS, "RuleName": NAME}

        assert [NOT_FAILED] == problems(alarm(dimensions, **changes))

    @unknowable
    def test_is_perhaps_watched(self, unknown):
        """Each part of an alarm may be left to the deployment."""
        dimensions = {"EventBusName": BUS, "RuleName": NAME}
        for each in (
            alarm(dimensions, metric=unknown),
            alarm(dimensions, namespace=unknown),
            *(alarm({**dimensions, name: unknown}) for name in dimensions),
            {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": unknown}},
        ):
            assert [] == problems(each)
        for said in (unknown, [unknown], [{"Name": unknown, "Value": "x"}]):
            each = alarm()
            each["Properties"]["Dimensions"] = said
            assert [] == problems(each)

    @pytest.mark.parametrize(
        "text",
        [
            'SELECT SUM(FailedInvocations) FROM "AWS/Events"',
            'select max("FailedInvocations") from SCHEMA("AWS/Events", RuleName)',
            {
                "Fn::Sub": 'SELECT SUM(FailedInvocations) FROM SCHEMA("AWS/Events", '
                "EventBusName, RuleName) WHERE EventBusName = '${Bus}'"
            },
        ],
        ids=str,
    )
    def test_is_watched_by_a_query(self, text):
        """A query can be on all rules of a bus at once."""
        assert [] == problems(query(text))

    @pytest.mark.parametrize(
        "text",
        [
            'SELECT SUM(ThrottledRules) FROM "AWS/Events"',
            'SELECT SUM(FailedInvocations) FROM "AWS/Lambda"',
            "100 * FailedInvocations",
        ],
    )
    def test_is_not_watched_by_another_query(self, text):
        """A query on another metric is of no use."""
        assert [NOT_FAILED] == problems(query(text))

    def test_is_watched_by_a_formula(self):
        """The metric may be one of several in a formula."""
        metric = alarm({"EventBusName": BUS, "RuleName": NAME})["Properties"]
        terms = [{"Expression": "m / 2"}, {"MetricStat": {"Metric": metric}}]
        formula = {"Metrics": terms}

        assert [] == problems({"Type": "AWS::CloudWatch::Alarm", "Properties": formula})

    def test_needs_none_in_development(self):
        """Nobody is woken for a development stack."""
        assert [] == problems(record={"Tier": "development"})
        assert [NOT_FAILED] == problems(record={"Tier": "production"})


class TestBus:
    def test_not_by_itself(self):
        """Nobody hears of rules that wait."""
        assert [NOT_THROTTLED] == problems(at="Bus")

    @pytest.mark.parametrize(
        "dimensions",
        [
            {},
            {"EventBusName": BUS, "RuleName": "any"},
            {"EventBusName": {"Fn::GetAtt": ["Bus", "Name"]}, "RuleName": NAME},
            {"EventBusName": "orders", "RuleName": INTRINSICS["if"]},
        ],
        ids=str,
    )
    def test_is_watched(self, dimensions):
        """Throttling is measured for the account, and for each rule."""
        assert [] == problems(alarm(dimensions, metric="ThrottledRules"), at="Bus")

    @pytest.mark.parametrize(
        "dimensions",
        [
            {"EventBusName": BUS},
            {"RuleName": NAME},
            {"EventBusName": "other", "RuleName": NAME},
        ],
        ids=str,
    )
    def test_is_not_watched_by_other_names(self, dimensions):
        """There is no metric of the bus alone, and other buses have other rules."""
        said = alarm(dimensions, metric="ThrottledRules")

        assert [NOT_THROTTLED] == problems(said, at="Bus")

    def test_is_not_watched_by_another_query(self):
        """A query on something else is of no use."""
        said = query('SELECT SUM(Invocations) FROM "AWS/Events"')

        assert [NOT_THROTTLED] == problems(said, at="Bus")

    def test_is_watched_by_a_query(self):
        """A query can be on all rules of a bus at once."""
        said = query('SELECT SUM(ThrottledRules) FROM "AWS/Events"')

        assert [] == problems(said, at="Bus")

    def test_needs_none_in_development(self):
        """Nobody is woken for a development stack."""
        assert [] == problems(at="Bus", record={"Tier": "development"})


class TestQueue:
    THROTTLED = alarm(metric="ThrottledRules")
    FAILED = alarm({"EventBusName": BUS, "RuleName": NAME})
    TARGETS = (
        {"Id": "A"},
        {"Id": "B", "DeadLetterConfig": {"Arn": QUEUE}},
        {"Id": "C", "DeadLetterConfig": {"Arn": QUEUE}},
    )

    def test_of_a_target_is_watched(self):
        """An alarm on the messages in it."""
        rule = {"Targets": list(self.TARGETS)}

        assert [] == problems(self.FAILED, waiting(), rule=rule)

    def test_of_a_target_is_not_watched_by_itself(self):
        """Nobody looks into a queue unasked; it is said once."""
        rule = {"Targets": list(self.TARGETS)}

        assert [NOT_WAITING] == problems(self.FAILED, rule=rule)

    def test_of_the_bus_is_watched(self):
        """The queue of a bus is one as well."""
        bus = {"DeadLetterConfig": {"Arn": QUEUE}}

        assert [] == problems(self.THROTTLED, waiting(), at="Bus", bus=bus)
        assert [NOT_WAITING] == problems(self.THROTTLED, at="Bus", bus=bus)

    @unknowable
    def test_is_perhaps_none(self, unknown):
        """Targets and queues may be left to the deployment."""
        for given in (unknown, [{"DeadLetterConfig": {"Arn": unknown}}]):
            assert [] == problems(self.FAILED, rule={"Targets": given})


class TestRuleOfCdk:
    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_can_be_watched(self, flags):
        """What CDK writes is read as it is meant; its name of a rule is two."""
        stack = cdk.Stack(new_app(flags), "Stack")
        failed = sqs.Queue(stack, "Failed")
        bus = events.EventBus(stack, "Bus")
        orders = targets.SqsQueue(failed, dead_letter_queue=failed)
        made = []
        for name, of in (("Good", bus), ("Bad", bus), ("Default", None)):
            pattern = events.EventPattern(source=["orders"])
            made.append(
                events.Rule(
                    stack,
                    name,
                    event_pattern=pattern,
                    event_bus=of,
                    targets=[orders],
                )
            )
        good, bad, default = (each.rule_name for each in made)
        named = cdk.Fn.select(1, cdk.Fn.split("|", good))
        metrics: list[cloudwatch.IMetric] = [
            cloudwatch.Metric(
                namespace="AWS/Events",
                metric_name=metric,
                dimensions_map=dimensions,
            )
            for metric, dimensions in (
                (
                    "FailedInvocations",
                    {"EventBusName": bus.event_bus_name, "RuleName": named},
                ),
                (
                    "FailedInvocations",
                    {"EventBusName": bus.event_bus_name, "RuleName": bad},
                ),
                ("FailedInvocations", {"RuleName": default}),
                ("ThrottledRules", {}),
            )
        ]
        metrics.append(failed.metric_approximate_number_of_messages_visible())
        for index, each in enumerate(metrics):
            cloudwatch.Alarm(
                stack, f"Alarm{index}", metric=each, threshold=1, evaluation_periods=1
            )
        found = {
            name[:3]: breach.problem
            for name, resource in Template(template_of(stack)).resources.items()
            for breach in rules.alarmed.breaches(resource)
        }

        assert {"Bad": NOT_FAILED.removeprefix("Properties: ")} == found
