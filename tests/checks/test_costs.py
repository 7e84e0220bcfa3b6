"""Tests for `secure_constructs.checks.costs`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from secure_constructs.checks.costs import costs_of
from secure_constructs.checks.template import Template
from tests.support.reports import resource

METRIC = "metric of an alarm"
FAST = "metric of an alarm that looks more often than each minute"
STAT = {"MetricStat": {"Metric": {"MetricName": "Errors"}, "Period": 300}}
FAST_STAT = {"MetricStat": {"Metric": {"MetricName": "Errors"}, "Period": 10}}
MATH = {"Expression": "a + b"}
QUERY = {"Expression": " select MAX(Errors) FROM x"}


def counts(*resources: Any) -> dict[str, int]:
    """Return what is counted in *resources*."""
    body = {"Resources": {str(at): each for at, each in enumerate(resources)}}
    found = costs_of(Template(body).resources.values())
    return {cost.price.unit: cost.count for cost in found}


def alarm(**properties: Any) -> Any:
    """Return an alarm."""
    return resource("CloudWatch::Alarm", **properties)


class TestCosts:
    @pytest.mark.parametrize(
        ("type_", "unit", "dollars"),
        [
            ("CloudWatch::Alarm", METRIC, "0.10"),
            ("CloudWatch::CompositeAlarm", "composite alarm", "0.50"),
            ("CloudWatch::Dashboard", "dashboard", "3.00"),
            ("KMS::Key", "key of your own", "1.00"),
            ("KMS::ReplicaKey", "replica of a key", "1.00"),
            ("SecretsManager::Secret", "secret", "0.40"),
        ],
    )
    def test_have_a_price(self, type_, unit, dollars):
        """Each of these is paid for by the month, used or not."""
        (cost,) = costs_of(
            Template({"Resources": {"A": resource(type_)}}).resources.values()
        )

        assert (unit, Decimal(dollars)) == (cost.price.unit, cost.dollars)

    def test_are_none_for_what_is_paid_by_use(self):
        """A bucket costs what is stored in it."""
        assert {} == counts(resource("S3::Bucket"))

    def test_are_summed_up(self):
        """Three keys cost three times as much as one."""
        keys = {name: resource("KMS::Key") for name in "abc"}
        (cost,) = costs_of(Template({"Resources": keys}).resources.values())

        assert (3, Decimal("3.00")) == (cost.count, cost.dollars)

    def test_of_frequent_metrics_are_higher(self):
        """Metrics below a minute are of high resolution."""
        body = {"Resources": {"A": alarm(Period=10)}}
        (cost,) = costs_of(Template(body).resources.values())

        assert Decimal("0.30") == cost.dollars


class TestMetrics:
    @pytest.mark.parametrize(
        ("metrics", "count"),
        [
            ([STAT], 1),
            ([STAT, STAT, MATH], 2),
            ([QUERY], 1),
            ([STAT, QUERY], 2),
            ([MATH], 1),
            ({"Fn::If": ["a", [], []]}, 1),
            (["text"], 1),
        ],
        ids=str,
    )
    def test_are_what_is_read(self, metrics, count):
        """What only calculates with others is not one, and each alarm has one."""
        assert {METRIC: count} == counts(alarm(Metrics=metrics))

    def test_with_a_band_count_three_times(self):
        """Both ends of what is normal are priced too."""
        assert {METRIC: 3} == counts(alarm(Metrics=[STAT], ThresholdMetricId="band"))

    @pytest.mark.parametrize("period", [60, 300, None, {"Ref": "Period"}], ids=str)
    def test_are_not_frequent(self, period):
        """A minute is the ordinary resolution."""
        assert {METRIC: 1} == counts(alarm(Period=period))

    @pytest.mark.parametrize(
        "properties",
        [
            {"Period": 30},
            {"Period": "10"},
            {"Metrics": [FAST_STAT]},
            {"Metrics": [{**QUERY, "Period": 10}]},
        ],
        ids=str,
    )
    def test_may_be_frequent(self, properties):
        """Wherever the period is written."""
        assert {FAST: 1} == counts(alarm(**properties))

    def test_stand_metrics_that_are_none(self):
        """A template may hold anything anywhere."""
        broken = {"MetricStat": "text", "Period": []}

        assert {METRIC: 1} == counts(alarm(Metrics=[broken, None, 3]))
