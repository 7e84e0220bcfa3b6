"""Tests for `secure_constructs.checks.lambda_failures`: who hears of a failure."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_cloudwatch as cloudwatch, aws_lambda

from secure_constructs.checks import Template, lambda_failures
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import INTRINSICS, unknowable

METRICS = ("Errors", "Throttles", "Duration")
FUNCTION = {"Name": "FunctionName", "Value": {"Ref": "Orders"}}
QUEUE_NAME = {"Fn::GetAtt": ["Failed", "QueueName"]}
NOTHING_WATCHED = (
    "Properties: no alarm of this template watches its Errors, Throttles, Duration"
)
NO_ERRORS = "Properties: no alarm of this template watches its Errors"
QUEUE_UNWATCHED = "Properties: no alarm of this template watches its failure queue"


def alarm(**properties: Any) -> dict[str, Any]:
    """Return an alarm."""
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def metric(name: str = "Errors", **changes: Any) -> dict[str, Any]:
    """Return what says which metric of a function an alarm is on."""
    said = {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": [FUNCTION]}
    return {**said, **changes}


def problems(
    *alarms: Any, record: Any = None, properties: Any = None, **resources: Any
) -> list[str]:
    """Return what LAM-08 finds with *alarms*."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": properties or {},
        "Metadata": {"SecureConstructs": record},
    }
    body = {"Orders": function, **resources}
    body |= {f"Alarm{index}": each for index, each in enumerate(alarms)}
    found = lambda_failures.alarmed.breaches(
        Template({"Resources": body}).resources["Orders"]
    )
    return [f"{each.location}: {each.problem}" for each in found]


ALL = [alarm(**metric(name)) for name in METRICS]
OTHERS = ALL[1:]
WAITING = {
    "Namespace": "AWS/SQS",
    "MetricName": "ApproximateNumberOfMessagesVisible",
    "Dimensions": [{"Name": "QueueName", "Value": QUEUE_NAME}],
}


class TestFunction:
    def test_is_watched(self):
        """Three alarms watch a function."""
        assert [] == problems(*ALL)

    def test_not_without_alarms(self):
        """What is missing is said at once."""
        assert [NOTHING_WATCHED] == problems()

    @pytest.mark.parametrize("missing", METRICS)
    def test_not_without_one(self, missing):
        """Each is needed, and named."""
        alarms = [alarm(**metric(name)) for name in METRICS if name != missing]
        expected = f"Properties: no alarm of this template watches its {missing}"

        assert [expected] == problems(*alarms)

    @pytest.mark.parametrize(
        "record", [{"Tier": "production"}, {"Construct": "ObservedFunction"}], ids=str
    )
    def test_not_without_alarms_in_production(self, record):
        """What is not recorded as development is production."""
        assert [NOTHING_WATCHED] == problems(record=record)

    def test_needs_no_alarms_in_development(self):
        """Nobody is woken for a function that is recorded as development."""
        assert [] == problems(record={"Tier": "development"})

    @pytest.mark.parametrize("value", ["orders", {"Ref": "Orders"}], ids=str)
    def test_is_watched_by_name(self, value):
        """A dimension may be the name that the template gives the function."""
        dimensions = [{"Name": "FunctionName", "Value": value}]
        named = {"properties": {"FunctionName": "orders"}}

        assert [] == problems(alarm(**metric(Dimensions=dimensions)), *OTHERS, **named)

    @pytest.mark.parametrize(
        "changes",
        [
            {"Namespace": "Orders"},
            {"MetricName": "Invocations"},
            {"Dimensions": None},
            {"Dimensions": []},
            {"Dimensions": [{"Name": "Resource", "Value": {"Ref": "Orders"}}]},
            {"Dimensions": [{"Name": "FunctionName", "Value": "other"}]},
            {"Dimensions": [FUNCTION, {"Name": "Resource", "Value": "orders:live"}]},
        ],
        ids=str,
    )
    def test_not_by_an_alarm_on_something_else(self, changes):
        """An alarm on another metric, function or only an alias is of no use."""
        other = metric(**changes)

        assert [NO_ERRORS] == problems(alarm(**other), *OTHERS)
        assert [NO_ERRORS] == problems(in_formula(other), *OTHERS)

    def test_not_by_what_is_no_alarm(self):
        """Only alarms are looked at."""
        other = {"Type": "AWS::CloudWatch::AnomalyDetector", "Properties": metric()}

        assert [NO_ERRORS] == problems(other, *OTHERS)

    def test_is_watched_by_a_formula(self):
        """Each metric of a formula is watched, whatever is before it."""
        assert [] == problems(in_formula(metric("Invocations"), metric()), *OTHERS)

    @unknowable
    def test_is_perhaps_watched(self, unknown):
        """An alarm of which the deployment decides may be the one."""
        for changes in (
            {"Namespace": unknown},
            {"MetricName": unknown},
            {"Dimensions": unknown},
            {"Dimensions": [unknown]},
            {"Dimensions": [{"Name": "FunctionName", "Value": unknown}]},
            {"Dimensions": [{"Name": unknown, "Value": {"Ref": "Orders"}}]},
        ):
            perhaps = metric(**changes)

            assert [] == problems(alarm(**perhaps), *OTHERS)
            assert [] == problems(in_formula(perhaps), *OTHERS)

    @unknowable
    def test_is_perhaps_watched_by_a_formula(self, unknown):
        """So may be a formula."""
        for formula in (
            unknown,
            [unknown],
            [{"Id": "a", "MetricStat": unknown}],
            [{"Id": "a", "MetricStat": {"Metric": unknown}}],
        ):
            assert [] == problems(alarm(Metrics=formula))

    @unknowable
    def test_is_not_perhaps_watched_by_an_alarm_on_something_else(self, unknown):
        """What is known of an alarm may be enough to tell."""
        dimensions = [{"Name": "FunctionName", "Value": unknown}]
        other = metric("Invocations", Dimensions=dimensions)

        assert [NO_ERRORS] == problems(alarm(**other), *OTHERS)


class TestFailureQueue:
    def found(self, *alarms: Any, type_: str = "AWS::SQS::Queue", **more: Any) -> Any:
        """Return what LAM-08 finds where failed events go to a queue."""
        destination = {"Destination": {"Fn::GetAtt": ["Failed", "Arn"]}}
        properties = {
            "FunctionName": {"Ref": "Orders"},
            "DestinationConfig": {"OnFailure": destination},
        }
        kind = "AWS::Lambda::EventInvokeConfig"
        failed = {"Type": type_, "Properties": {"QueueName": "failed"}}
        resources = {
            "Failed": failed,
            "Config": {"Type": kind, "Properties": properties},
        }
        return problems(*ALL, *alarms, **resources, **more)

    @pytest.mark.parametrize("value", [QUEUE_NAME, "failed", *INTRINSICS.values()])
    def test_is_watched(self, value):
        """An alarm on the messages in it names it, or perhaps does."""
        dimensions = [{"Name": "QueueName", "Value": value}]

        assert [] == self.found(alarm(**{**WAITING, "Dimensions": dimensions}))

    @pytest.mark.parametrize(
        "changes",
        [
            {"Namespace": "AWS/Lambda"},
            {"MetricName": "ApproximateNumberOfMessagesNotVisible"},
            {"Dimensions": [{"Name": "QueueName", "Value": "other"}]},
            {"Dimensions": [{"Name": "FunctionName", "Value": QUEUE_NAME}]},
        ],
        ids=str,
    )
    def test_not_by_an_alarm_on_something_else(self, changes):
        """An alarm on another metric or queue is of no use."""
        assert [QUEUE_UNWATCHED] == self.found(alarm(**{**WAITING, **changes}))

    def test_not_without_an_alarm(self):
        """Nobody looks into a queue unasked."""
        assert [QUEUE_UNWATCHED] == self.found()

    def test_of_dead_letters(self):
        """A dead-letter queue is a failure queue."""
        dead_letters = {"TargetArn": {"Fn::GetAtt": ["Failed", "Arn"]}}
        failed = {"Type": "AWS::SQS::Queue"}
        properties = {"DeadLetterConfig": dead_letters}

        assert [QUEUE_UNWATCHED] == problems(*ALL, properties=properties, Failed=failed)

    def test_is_a_queue(self):
        """Topics and the like deliver what they get."""
        assert [] == self.found(type_="AWS::SNS::Topic")

    def test_needs_no_alarm_in_development(self):
        """Nor is anybody woken for its queue."""
        assert [] == self.found(record={"Tier": "development"})


class TestFunctionOfCdk:
    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_can_be_watched(self, flags):
        """What CDK writes for alarms is read as it is meant; an alias is not all."""
        stack = cdk.Stack(new_app(flags), "Stack")
        function = aws_lambda.Function(
            stack,
            "Orders",
            code=aws_lambda.Code.from_inline("-"),
            handler="index.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_13,
        )
        rate = cloudwatch.MathExpression(
            expression="throttles / 2",
            using_metrics={"throttles": function.metric_throttles()},
        )
        live = function.add_alias("live")
        alarms: list[cloudwatch.IMetric] = [
            function.metric_errors(),
            rate,
            live.metric_duration(),
        ]
        for index, each in enumerate(alarms):
            cloudwatch.Alarm(
                stack, f"Alarm{index}", metric=each, threshold=1, evaluation_periods=1
            )
        resource = next(Template(template_of(stack)).of_type("AWS::Lambda::Function"))
        found = lambda_failures.alarmed.breaches(resource)

        assert ["no alarm of this template watches its Duration"] == [
            each.problem for each in found
        ]


def in_formula(*metrics: dict[str, Any]) -> dict[str, Any]:
    """Return an alarm on a formula over *metrics*."""
    terms: list[dict[str, Any]] = [{"Id": "rate", "Expression": "100 * m0"}]
    terms += [
        {"Id": f"m{index}", "MetricStat": {"Metric": each, "Stat": "Sum"}}
        for index, each in enumerate(metrics)
    ]
    return alarm(Metrics=terms)
