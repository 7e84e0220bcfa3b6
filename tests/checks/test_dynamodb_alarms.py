"""Tests for `secure_constructs.checks.dynamodb_alarms`: who watches a table."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Template, dynamodb
from tests.support.unknowable import unknowable

READS = "throttled reads"
WRITES = "throttled writes"
ERRORS = "system errors"
BY_NAME = {"Name": "TableName", "Value": {"Ref": "Orders"}}
BY_OPERATION = {"Name": "Operation", "Value": "GetItem"}
BY_INDEX = {"Name": "GlobalSecondaryIndexName", "Value": "GSI1"}
WHAT = {
    "ReadThrottleEvents": READS,
    "WriteThrottleEvents": WRITES,
    "SystemErrors": ERRORS,
}
ALL = tuple(WHAT)


def metric(name: str = "ReadThrottleEvents", **changes: Any) -> dict[str, Any]:
    """Return what says which metric of a table an alarm is on."""
    said = {"Namespace": "AWS/DynamoDB", "MetricName": name, "Dimensions": [BY_NAME]}
    return {**said, **changes}


def alarm(**properties: Any) -> dict[str, Any]:
    """Return an alarm."""
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def formula(*terms: Any) -> dict[str, Any]:
    """Return an alarm on a sum of *terms*."""
    sums = [{"MetricStat": {"Metric": each}} for each in terms]
    return alarm(Metrics=[{"Expression": "m1 + m2"}, *sums])


def query(expression: Any) -> dict[str, Any]:
    """Return an alarm on what an *expression* asks for itself."""
    return alarm(Metrics=[{"Id": "q", "Expression": expression}])


def problems(
    *alarms: Any,
    record: Any = None,
    kind: str = "GlobalTable",
    properties: Any = None,
) -> list[str]:
    """Return what DDB-10 finds with *alarms*."""
    table = {
        "Type": f"AWS::DynamoDB::{kind}",
        "Properties": properties or {},
        "Metadata": {"SecureConstructs": record},
    }
    body = {"Orders": table}
    body |= {f"Alarm{index}": each for index, each in enumerate(alarms)}
    found = dynamodb.alarmed.breaches(Template({"Resources": body}).resources["Orders"])
    return [f"{each.location}: {each.problem}" for each in found]


def unwatched(*what: str) -> list[str]:
    """Return the finding that *what* is not watched."""
    missing = ", ".join(what)
    return [f"Properties: no alarm of this template watches its {missing}"]


OTHERS = [alarm(**metric(name)) for name in ALL[1:]]


@pytest.mark.parametrize("kind", ["GlobalTable", "Table"])
class TestBothKinds:
    def test_are_watched(self, kind):
        """One alarm for each is enough."""
        assert [] == problems(*(alarm(**metric(name)) for name in ALL), kind=kind)

    def test_not_without_alarms(self, kind):
        """What is missing is said at once."""
        assert unwatched(READS, WRITES, ERRORS) == problems(kind=kind)


class TestMetrics:
    @pytest.mark.parametrize(("missing", "what"), WHAT.items())
    def test_each_is_needed(self, missing, what):
        """The one without an alarm is named."""
        alarms = [alarm(**metric(name)) for name in ALL if name != missing]

        assert unwatched(what) == problems(*alarms)

    def test_throttled_requests_are_reads_and_writes(self):
        """One metric counts both, for each operation."""
        requests = metric("ThrottledRequests", Dimensions=[BY_NAME, BY_OPERATION])

        assert unwatched(ERRORS) == problems(alarm(**requests))

    def test_may_be_in_one_formula(self):
        """The sum of several metrics watches all of them."""
        assert [] == problems(formula(*map(metric, ALL)))

    @pytest.mark.parametrize("dimensions", [[BY_NAME, BY_OPERATION], [BY_NAME]])
    def test_may_be_of_one_operation(self, dimensions):
        """Which operations are watched is up to the author of the alarm."""
        assert [] == problems(alarm(**metric(Dimensions=dimensions)), *OTHERS)

    @pytest.mark.parametrize(
        "changes",
        [
            {"Namespace": "AWS/Lambda"},
            {"MetricName": "ConsumedReadCapacityUnits"},
            {"Dimensions": [{"Name": "TableName", "Value": "payments"}]},
            {"Dimensions": [{"Name": "TableName", "Value": {"Ref": "Alarm1"}}]},
            {"Dimensions": [BY_OPERATION]},
            {"Dimensions": [BY_NAME, BY_INDEX]},
            {"Dimensions": []},
            {"Dimensions": None},
        ],
        ids=str,
    )
    def test_not_by_an_alarm_on_something_else(self, changes):
        """Another namespace, metric or table, an index alone, or no table at all."""
        said = metric(**changes)

        assert unwatched(READS) == problems(alarm(**said), *OTHERS)
        assert unwatched(READS) == problems(formula(said), *OTHERS)

    def test_by_the_name_of_the_table(self):
        """A name that is written out on both sides is the same."""
        dimensions = [{"Name": "TableName", "Value": "orders"}]
        alarms = [alarm(**metric(name, Dimensions=dimensions)) for name in ALL]

        assert [] == problems(*alarms, properties={"TableName": "orders"})
        assert 1 == len(problems(*alarms, properties={"TableName": "payments"}))

    def test_not_in_development(self):
        """What is recorded as development wakes nobody."""
        assert [] == problems(record={"Tier": "development"})

    def test_in_recorded_production(self):
        """A record of production asks for what no record asks for."""
        assert 1 == len(problems(record={"Tier": "production"}))


class TestQueries:
    """Metrics Insights ask for metrics themselves."""

    @pytest.mark.parametrize(
        "expression",
        [
            'SELECT MAX(ReadThrottleEvents) FROM "AWS/DynamoDB"',
            'select sum(ReadThrottleEvents)\nfrom SCHEMA("AWS/DynamoDB", TableName)',
            '\n SELECT MAX(ThrottledRequests) FROM "AWS/DynamoDB" GROUP BY TableName',
        ],
    )
    def test_may_be_about_any_table(self, expression):
        """What a query asks for may be all tables."""
        assert [] == problems(query(expression), *OTHERS)

    @pytest.mark.parametrize(
        "expression",
        [
            'SELECT MAX(ReadThrottleEvents) FROM "AWS/Lambda"',
            'SELECT MAX(ConsumedReadCapacityUnits) FROM "AWS/DynamoDB"',
            'SUM(ReadThrottleEvents) FROM "AWS/DynamoDB"',
            "ReadThrottleEvents + WriteThrottleEvents",
            "m1 + m2",
            "",
        ],
    )
    def test_are_about_what_they_name(self, expression):
        """Another namespace or metric, or no query at all."""
        assert unwatched(READS) == problems(query(expression), *OTHERS)


@unknowable
class TestUnknown:
    """What the deployment decides may be right."""

    @pytest.mark.parametrize("part", ["Namespace", "MetricName", "Dimensions"])
    def test_parts_of_a_metric(self, unknown, part):
        """The metric may be the one that is missing."""
        said = metric(**{part: unknown})

        assert [] == problems(alarm(**said), *OTHERS)
        assert [] == problems(formula(said), *OTHERS)

    @pytest.mark.parametrize("part", ["Name", "Value"])
    def test_parts_of_a_dimension(self, unknown, part):
        """The table may be this one."""
        said = metric(Dimensions=[{**BY_NAME, part: unknown}])
        named = {"TableName": "orders"}

        assert [] == problems(alarm(**said), *OTHERS)
        assert [] == problems(alarm(**said), *OTHERS, properties=named)

    def test_whole_dimensions(self, unknown):
        """One dimension of several."""
        for known in ([], [BY_OPERATION], [BY_NAME, BY_OPERATION]):
            said = metric(Dimensions=[*known, unknown])

            assert [] == problems(alarm(**said), *OTHERS)

    def test_formulas(self, unknown):
        """The whole, a term, or what it asks for."""
        assert [] == problems(alarm(Metrics=unknown))
        assert [] == problems(alarm(Metrics=[unknown]))
        assert [] == problems(query(unknown))

    def test_what_is_known_to_be_something_else(self, unknown):
        """An unknown name of a metric of another service is none of a table's."""
        said = metric(Namespace="AWS/Lambda", MetricName=unknown)

        assert unwatched(READS) == problems(alarm(**said), *OTHERS)
