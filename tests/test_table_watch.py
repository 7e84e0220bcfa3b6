"""Tests for the alarms of a table, whom they tell, and what they cost (DDB-10)."""

from __future__ import annotations

import re

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_sns as sns

from secure_constructs import Baseline, TableIndex, TenantTable, Waived
from tests.support.synth import (
    RECOMMENDED,
    assembly_of,
    new_app,
    resources,
    template_of,
)
from tests.support.tables import TABLE, development, record, table

REASON = "the platform team watches all tables"
ELSEWHERE = Waived(REASON)
TOPIC = "arn:aws:sns:eu-west-1:111122223333:on-call"
OPERATIONS = ["GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"]
INDEX = TableIndex("GSI1")
UNHEARD = ("Annotation::secure-constructs:noAlarmTopic", "Stack/Data")


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


def topic(stack: cdk.Stack) -> sns.ITopic:
    """Return the topic of a team that is called at night."""
    return sns.Topic.from_topic_arn(stack, "Topic", TOPIC)


def alarms(template: Any) -> dict[str, Any]:
    """Return the alarms by their ids in the construct."""
    return {
        name.removeprefix("Data")[:-8]: each["Properties"]
        for name, each in resources(template, "AWS::CloudWatch::Alarm").items()
    }


def metrics(alarm: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the metrics of an alarm by the names its formula gives them."""
    return {each["Id"]: each for each in alarm["Metrics"]}


def watched(alarm: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the metrics of an alarm: name and dimensions."""
    found = [each["MetricStat"]["Metric"] for each in alarm["Metrics"][1:]]
    return [
        (
            each["MetricName"],
            {pair["Name"]: pair["Value"] for pair in each["Dimensions"]},
        )
        for each in found
    ]


class TestAlarms:
    def test_are_two_in_production(self, stack):
        """One is for throttling, one for what fails inside DynamoDB."""
        table(stack)

        assert {"Throttles", "SystemErrors"} == alarms(template_of(stack)).keys()

    def test_are_none_in_development(self, stack):
        """Nobody is called there."""
        assert [] == development(stack).alarms
        assert {} == alarms(template_of(stack))

    def test_are_one_more_for_each_index(self, stack):
        """An index is throttled by itself."""
        data = table(stack, indexes=[INDEX, TableIndex("by-email")])

        template = template_of(stack)
        assert {
            "Throttles",
            "GSI1Throttles",
            "byemailThrottles",
            "SystemErrors",
        } == alarms(template).keys()
        assert 4 == len(data.alarms)

    def test_watch_throttled_reads_and_writes(self, stack):
        """Both count, of the table by itself."""
        table(stack)

        of = {"TableName": {"Ref": TABLE}}
        alarm = alarms(template_of(stack))["Throttles"]
        reads, writes = ("ReadThrottleEvents", of), ("WriteThrottleEvents", of)
        assert [reads, writes] == watched(alarm)

    def test_watch_the_same_of_an_index(self, stack):
        """The metrics of an index have its name."""
        table(stack, indexes=[INDEX])

        of = {"TableName": {"Ref": TABLE}, "GlobalSecondaryIndexName": "GSI1"}
        alarm = alarms(template_of(stack))["GSI1Throttles"]
        reads, writes = ("ReadThrottleEvents", of), ("WriteThrottleEvents", of)
        assert [reads, writes] == watched(alarm)

    def test_watch_errors_of_the_common_operations(self, stack):
        """DynamoDB counts them for each operation."""
        table(stack)

        alarm = alarms(template_of(stack))["SystemErrors"]
        assert [
            ("SystemErrors", {"TableName": {"Ref": TABLE}, "Operation": each})
            for each in OPERATIONS
        ] == watched(alarm)

    def test_count_what_did_not_happen_as_zero(self, stack):
        """A sum with a gap in it would have no value, and never alarm."""
        table(stack)

        for alarm in alarms(template_of(stack)).values():
            total, *parts = metrics(alarm)
            formula = metrics(alarm)[total]["Expression"]
            filled = ", ".join(f"FILL({part}, 0)" for part in parts)
            assert f"SUM([{filled}])" == formula
            assert "notBreaching" == alarm["TreatMissingData"]

    def test_add_up_what_happens_in_five_minutes(self, stack):
        """All metrics are of DynamoDB, and sums of the same periods."""
        table(stack)

        found = {
            (
                each["MetricStat"]["Metric"]["Namespace"],
                each["MetricStat"]["Stat"],
                each["MetricStat"]["Period"],
                each["ReturnData"],
            )
            for alarm in alarms(template_of(stack)).values()
            for each in alarm["Metrics"][1:]
        }
        assert {("AWS/DynamoDB", "Sum", 300, False)} == found

    @pytest.mark.parametrize(
        ("name", "periods"), [("Throttles", 2), ("SystemErrors", 3)]
    )
    def test_go_off_when_it_goes_on(self, stack, name, periods):
        """The SDK repeats what fails once: what goes on for longer is felt."""
        table(stack)

        alarm = alarms(template_of(stack))[name]
        assert 1 == alarm["Threshold"]
        assert "GreaterThanOrEqualToThreshold" == alarm["ComparisonOperator"]
        assert periods == alarm["EvaluationPeriods"]
        assert f"{periods * 5} minutes" in alarm["AlarmDescription"]

    def test_say_what_is_wrong(self, stack):
        """Each names the table, or its index, as the code does."""
        table(stack, "Data", indexes=[INDEX])

        found = alarms(template_of(stack))
        says = {name: each["AlarmDescription"] for name, each in found.items()}
        assert says["Throttles"].startswith("Requests to Data are throttled")
        assert says["GSI1Throttles"].startswith("Requests to the index GSI1 of Data")
        assert says["SystemErrors"].startswith("DynamoDB fails requests to Data")

    def test_can_be_given_up(self, stack):
        """Where somebody else watches, and that is on record."""
        assert [] == table(stack, alarms=ELSEWHERE).alarms

        template = template_of(stack)
        assert {} == alarms(template)
        assert {"DDB-10": {"Reason": REASON}} == record(template)["Waivers"]

    def test_are_nothing_to_give_up_in_development(self, stack):
        """There are none there."""
        development(stack, alarms=ELSEWHERE)

        assert "Waivers" not in record(template_of(stack))


class TestTopic:
    def test_is_told(self, stack):
        """Each alarm has it as its one action."""
        table(stack, alarm_topic=topic(stack), indexes=[INDEX])

        found = alarms(template_of(stack)).values()
        assert [[TOPIC]] * 3 == [each["AlarmActions"] for each in found]

    def test_is_that_of_the_baseline(self, stack):
        """The nearest baseline's topic is told where none is given."""
        Baseline(alarm_topic=topic(stack)).apply_to(stack)
        table(stack)

        found = alarms(template_of(stack)).values()
        assert [[TOPIC]] * 2 == [each["AlarmActions"] for each in found]

    def test_is_missed(self):
        """Alarms that tell nobody are a warning."""
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack")
        table(stack)

        assert {UNHEARD} == assembly_of(stack).findings

    @pytest.mark.parametrize(
        "define",
        [
            development,
            lambda stack: table(stack, alarms=ELSEWHERE),
            lambda stack: table(stack, alarm_topic=topic(stack)),
        ],
        ids=["in development", "without alarms", "with a topic"],
    )
    def test_is_not_missed(self, define):
        """There is nothing to tell, or somebody who is told."""
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack")
        define(stack)

        assert UNHEARD not in assembly_of(stack).findings


class TestCost:
    """What the docstring says of it: ten cents for each metric of an alarm."""

    @pytest.mark.parametrize(
        ("indexes", "said"),
        [
            ([], r"\$(0\.\d0) for the alarms"),
            ([INDEX], r"\$(0\.\d0) more for each index"),
        ],
        ids=["table", "index"],
    )
    def test_of_alarms_is_as_stated(self, stack, indexes, said):
        """Each metric counts, not only each alarm."""
        table(stack, indexes=indexes)
        found = alarms(template_of(stack))
        if indexes:
            found = {"of index": found["GSI1Throttles"]}

        count = sum(len(alarm["Metrics"]) - 1 for alarm in found.values())
        stated = re.search(said, TenantTable.__doc__ or "")
        assert stated
        assert f"{count / 10:.2f}" == stated[1]
