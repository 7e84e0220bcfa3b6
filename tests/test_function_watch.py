"""Tests for what watches a function: failures, alarms and a dashboard."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_lambda_destinations as destinations,
    aws_sns as sns,
    aws_sqs as sqs,
)

from secure_constructs import Baseline, Tier, Waived
from tests.support.functions import (
    FUNCTION,
    alarms,
    development,
    function,
    only,
    record,
)
from tests.support.synth import (
    FLAGS,
    RECOMMENDED,
    assembly_of,
    new_app,
    resources,
    template_of,
)

REASON = "nobody calls this function but its own team"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:on-call"
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


class TestFailures:
    def test_are_kept_in_a_queue(self, stack):
        """The queue is encrypted and keeps for 14 days (LAM-06)."""
        function(stack)

        template = template_of(stack)
        (queue,) = resources(template, "AWS::SQS::Queue")
        assert {
            "MessageRetentionPeriod": 1209600,
            "SqsManagedSseEnabled": True,
        } == only(template, "SQS::Queue")
        assert {
            "DestinationConfig": {
                "OnFailure": {"Destination": {"Fn::GetAtt": [queue, "Arn"]}}
            },
            "FunctionName": {"Ref": FUNCTION},
            "MaximumEventAgeInSeconds": 21600,
            "MaximumRetryAttempts": 2,
            "Qualifier": "$LATEST",
        } == only(template, "Lambda::EventInvokeConfig")

    def test_retries_as_asked(self, stack):
        """Attempts and age are those that were given, zero included."""
        age = cdk.Duration.minutes(5)
        development(stack, retry_attempts=0, max_event_age=age)

        config = only(template_of(stack), "Lambda::EventInvokeConfig")
        assert 0 == config["MaximumRetryAttempts"]
        assert 300 == config["MaximumEventAgeInSeconds"]

    def test_go_into_a_queue_of_the_user(self, stack):
        """Functions share a queue, which then has one alarm."""
        first = function(stack, "First")
        second = function(stack, "Second", failure_queue=first.failure_queue)

        template = template_of(stack)
        configs = resources(template, "AWS::Lambda::EventInvokeConfig").values()
        targets = [each["Properties"]["DestinationConfig"] for each in configs]
        assert targets[0] == targets[1]
        assert 1 == len(resources(template, "AWS::SQS::Queue"))
        assert (4, 3) == (len(first.alarms), len(second.alarms))

    def test_a_queue_of_the_user_is_watched_too(self, stack):
        """The first function that is given a queue has its alarm."""
        queue = sqs.Queue(
            stack,
            "Failed",
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        made = function(stack, failure_queue=queue)

        assembly = assembly_of(stack)
        template = assembly.templates["Stack.template.json"]
        assert 4 == len(made.alarms)
        assert "ApproximateNumberOfMessagesVisible" in alarms(template)
        assert set() == {rule for rule, _ in assembly.findings} - {
            "Annotation::secure-constructs:noAlarmTopic"
        }

    def test_a_careless_queue_of_the_user_is_a_finding(self, stack):
        """A queue that forgets in four days does not keep the promise."""
        function(stack, failure_queue=sqs.Queue(stack, "Failed"))

        assert {("LAM-06", "Stack/Fn/Default/Resource")} == {
            each for each in assembly_of(stack).findings if each[0] == "LAM-06"
        }

    def test_nothing_fails_unseen_where_nothing_is_called(self, stack):
        """With a waiver there is no queue, and no invoke configuration."""
        made = function(stack, failure_queue=Waived(REASON))

        template = template_of(stack)
        assert made.failure_queue is None
        assert {} == resources(template, "AWS::SQS::Queue")
        assert {} == resources(template, "AWS::Lambda::EventInvokeConfig")
        assert 3 == len(made.alarms)

    def test_results_go_on(self, stack):
        """on_success= is CDK's own."""
        queue = sqs.Queue(stack, "Done")
        development(stack, on_success=destinations.SqsDestination(queue))

        config = only(template_of(stack), "Lambda::EventInvokeConfig")
        assert {"OnFailure", "OnSuccess"} == set(config["DestinationConfig"])


class TestAlarms:
    def test_in_production(self, stack):
        """Errors, throttles, slow calls and failed events are told (LAM-08)."""
        function(stack, timeout=cdk.Duration.seconds(10))

        found = alarms(template_of(stack))
        assert {
            "Errors": (1, "Sum", 1),
            "Throttles": (1, "Sum", 1),
            "Duration": (8000, "p99", 3),
            "ApproximateNumberOfMessagesVisible": (1, "Maximum", 1),
        } == {
            name: (
                each["Threshold"],
                each.get("Statistic", each.get("ExtendedStatistic")),
                each["EvaluationPeriods"],
            )
            for name, each in found.items()
        }

    def test_silence_is_no_alarm(self, stack):
        """A function that is not called has no data, which is no problem."""
        function(stack)

        found = alarms(template_of(stack)).values()
        assert {"notBreaching"} == {each["TreatMissingData"] for each in found}

    def test_say_what_to_do(self, stack):
        """Each description names the function, and says where to look."""
        function(stack, "Billing")

        said = [
            each["AlarmDescription"] for each in alarms(template_of(stack)).values()
        ]
        assert 4 == len(said)
        assert all("Billing" in each and "." in each for each in said)

    @pytest.mark.parametrize(
        ("options", "said"), [({}, True), ({"failure_queue": Waived(REASON)}, False)]
    )
    def test_name_the_failure_queue_if_there_is_one(self, stack, options, said):
        """Nobody is sent to look into a queue that there is not."""
        function(stack, **options)

        text = alarms(template_of(stack))["Errors"]["AlarmDescription"]
        assert said == ("failure queue" in text)

    def test_none_in_development(self, stack):
        """Nobody is called at night for a development deployment."""
        made = development(stack)

        assert [] == made.alarms
        assert {} == alarms(template_of(stack))

    def test_none_where_they_were_waived(self, stack):
        """The waiver is on record, and the guard is content."""
        made = function(
            stack, alarms=Waived("one alarm on the whole product is enough")
        )

        assembly = assembly_of(stack)
        assert [] == made.alarms
        assert set() == assembly.findings
        template = assembly.templates["Stack.template.json"]
        assert "LAM-08" in record(template)["Waivers"]

    @pytest.mark.parametrize("by", ["option", "baseline"])
    def test_tell_the_topic(self, stack, by):
        """All alarms tell the function's topic, else the baseline's."""
        topic = sns.Topic.from_topic_arn(stack, "Topic", TOPIC)
        if by == "baseline":
            Baseline(alarm_topic=topic).apply_to(stack)
        options: dict[str, Any] = {"alarm_topic": topic} if by == "option" else {}
        function(stack, **options)

        found = alarms(template_of(stack)).values()
        assert [[TOPIC]] * 4 == [each["AlarmActions"] for each in found]

    @pytest.mark.parametrize(
        ("options", "warned"),
        [
            ({}, True),
            ({"tier": Tier.DEVELOPMENT}, False),
            ({"alarms": Waived(REASON)}, False),
        ],
        ids=["production", "development", "waived"],
    )
    def test_without_a_topic_a_warning_says_so(self, options, warned):
        """An alarm that tells nobody is worth a warning (D10)."""
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack")
        function(stack, **options)

        rule = "Annotation::secure-constructs:noAlarmTopic"
        assert warned == (rule in assembly_of(stack).rules)

    def test_a_late_baseline_is_refused(self, stack):
        """A topic that comes after the function would not reach its alarms."""
        function(stack)

        late = Baseline(alarm_topic=sns.Topic.from_topic_arn(stack, "Topic", TOPIC))

        with pytest.raises(ValueError, match="without this alarm_topic"):
            late.apply_to(stack)


class TestDashboard:
    def test_is_there_on_request(self, stack):
        """It shows calls, durations, concurrency, failures and errors (LAM-14)."""
        development(stack, dashboard=True)

        body = str(only(template_of(stack), "CloudWatch::Dashboard"))
        for title in ("Calls", "Duration", "Running", "Failed events", "Latest errors"):
            assert title in body

    def test_without_a_failure_queue(self, stack):
        """What is not there is not shown."""
        development(stack, dashboard=True, failure_queue=Waived(REASON))

        body = str(only(template_of(stack), "CloudWatch::Dashboard"))
        assert "Failed events" not in body

    def test_is_not_there_otherwise(self, stack):
        """A dashboard costs $3 a month."""
        development(stack)

        assert {} == resources(template_of(stack), "AWS::CloudWatch::Dashboard")
