"""Tests for `secure_constructs.function`: what a function has, and what options do."""

from __future__ import annotations

import datetime as dt

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_lambda as lambda_,
    aws_lambda_destinations as destinations,
    aws_logs as logs,
    aws_sns as sns,
    aws_sqs as sqs,
)

from secure_constructs import Baseline, StandardTags, Tier, Waived
from tests.support.functions import (
    FUNCTION,
    alarms,
    development,
    environment,
    function,
    only,
    record,
)
from tests.support.nag import ORDINARY, add_packs
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


class TestDefaults:
    """What a user gets who sets no option."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Timeout", 30),
            ("MemorySize", 256),
            ("Architectures", ["arm64"]),
            ("TracingConfig", {"Mode": "Active"}),
            ("RecursiveLoop", "Terminate"),
        ],
    )
    def test_is_written_out(self, stack, name, value):
        """Timeout, memory, architecture, traces and loops are not left to Lambda."""
        function(stack)

        assert value == only(template_of(stack), "Lambda::Function")[name]

    def test_makes_what_the_docs_count(self, stack):
        """Eleven resources in production, as its docstring says."""
        function(stack)

        types = [each["Type"] for each in template_of(stack)["Resources"].values()]
        assert {
            "AWS::CloudWatch::Alarm": 4,
            "AWS::IAM::ManagedPolicy": 1,
            "AWS::IAM::Role": 1,
            "AWS::Lambda::EventInvokeConfig": 1,
            "AWS::Lambda::Function": 1,
            "AWS::Logs::LogGroup": 1,
            "AWS::SQS::Queue": 1,
            "AWS::SQS::QueuePolicy": 1,
        } == {each: types.count(each) for each in types}

    def test_makes_four_at_the_least(self, stack):
        """Function, role, policy and log group, where nothing can fail unseen."""
        development(stack, failure_queue=Waived(REASON))

        assert 4 == len(template_of(stack)["Resources"])


class TestLogs:
    @_FLAGS
    @pytest.mark.parametrize(
        ("tier", "days"), [(Tier.PRODUCTION, 365), (Tier.DEVELOPMENT, 14)]
    )
    def test_has_one_log_group_of_its_own(self, flags, tier, days):
        """Its name is CloudFormation's, so that it cannot exist already (LAM-03)."""
        stack = cdk.Stack(new_app(flags), "Stack")
        function(stack, tier=tier)

        group = only(template_of(stack), "Logs::LogGroup")
        assert {"RetentionInDays": days} == group

    @_FLAGS
    def test_reading_the_log_group_of_the_inner_function_adds_nothing(self, flags):
        """CDK would make a custom resource for a group it does not know."""
        stack = cdk.Stack(new_app(flags), "Stack")
        made = development(stack)
        path = made.function.log_group.node.path

        assert "Stack/Fn/Logs" == path
        assert [] == [
            name
            for name, each in template_of(stack)["Resources"].items()
            if each["Type"].startswith("Custom::")
        ]

    def test_is_made_before_the_function(self, stack):
        """The function refers to the group, and not the other way round."""
        function(stack)

        template = template_of(stack)
        (group,) = resources(template, "AWS::Logs::LogGroup")
        logging = only(template, "Lambda::Function")["LoggingConfig"]
        assert {
            "ApplicationLogLevel": "INFO",
            "LogFormat": "JSON",
            "LogGroup": {"Ref": group},
        } == logging

    @pytest.mark.parametrize(
        ("tier", "policies"),
        [
            (Tier.PRODUCTION, ("RetainExceptOnCreate", "Retain")),
            (Tier.DEVELOPMENT, ("Delete", "Delete")),
        ],
    )
    @pytest.mark.parametrize("type_", ["AWS::Logs::LogGroup", "AWS::SQS::Queue"])
    def test_what_is_recorded_outlives_a_production_stack(
        self, stack, tier, policies, type_
    ):
        """Logs and failed events are kept in production (CDK-02)."""
        function(stack, tier=tier)

        (found,) = resources(template_of(stack), type_).values()
        assert policies == (found["DeletionPolicy"], found["UpdateReplacePolicy"])

    def test_keeps_logs_for_as_long_as_asked(self, stack):
        """The retention is the one that was given."""
        function(stack, log_retention=logs.RetentionDays.THREE_MONTHS)

        assert 90 == only(template_of(stack), "Logs::LogGroup")["RetentionInDays"]

    def test_keeps_logs_for_ever_if_that_is_argued(self, stack):
        """A waiver stands in the record, and neither guard nor packs find anything."""
        development(
            stack, log_retention=Waived("the archive of all payments ever made")
        )
        add_packs(stack.node.root, *ORDINARY)

        assembly = assembly_of(stack)
        template = assembly.templates["Stack.template.json"]
        (group,) = resources(template, "AWS::Logs::LogGroup").values()
        assert "Properties" not in group
        assert "LAM-03" in record(template)["Waivers"]
        assert set() == assembly.findings

    def test_plain_text_logs(self, stack):
        """Text has no levels for Lambda to filter by."""
        function(stack, json_logs=Waived("metric filters match the lines of text"))

        template = template_of(stack)
        (group,) = resources(template, "AWS::Logs::LogGroup")
        assert {"LogFormat": "Text", "LogGroup": {"Ref": group}} == only(
            template, "Lambda::Function"
        )["LoggingConfig"]

    def test_two_waivers_of_one_promise_are_both_on_record(self, stack):
        """Text logs kept for ever have two reasons, and the earlier end."""
        end = dt.date(2031, 1, 31)
        function(
            stack,
            json_logs=Waived("metric filters match text", until=dt.date(2032, 1, 31)),
            log_retention=Waived("the archive of all payments", until=end),
        )

        assert {
            "Reason": "metric filters match text; the archive of all payments",
            "Until": "2031-01-31",
        } == record(template_of(stack))["Waivers"]["LAM-03"]

    def test_uses_a_log_group_of_the_user(self, stack):
        """A given group is the only one."""
        given = logs.LogGroup(stack, "Given")
        made = function(stack, log_group=given)

        template = template_of(stack)
        assert made.log_group is given
        assert ["GivenEA18D9CA"] == list(resources(template, "AWS::Logs::LogGroup"))

    @_FLAGS
    def test_keeps_the_group_of_a_live_function_in_the_template(self, flags):
        """By its name and logical id, the group of a flagged project stays as it is."""
        live = cdk.Stack(new_app(RECOMMENDED), "Stack")
        lambda_.Function(
            live,
            "Fn",
            function_name="orders",
            code=lambda_.Code.from_inline("pass"),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
        )
        stack = cdk.Stack(new_app(flags), "Stack")
        group = logs.LogGroup(stack, "Live", log_group_name="/aws/lambda/orders")
        l1: Any = group.node.default_child
        l1.override_logical_id("FnLogGroup27CC2AC8")
        function(stack, function_name="orders", log_group=group)

        (before,) = resources(template_of(live), "AWS::Logs::LogGroup").items()
        (after,) = resources(template_of(stack), "AWS::Logs::LogGroup").items()
        assert before[0] == after[0]
        # The reference to the function is its name.
        prefix, named = before[1]["Properties"]["LogGroupName"]["Fn::Join"][1]
        assert ("/aws/lambda/", {"Ref": FUNCTION}) == (prefix, named)
        assert "/aws/lambda/orders" == after[1]["Properties"]["LogGroupName"]


class TestPowertools:
    def test_names_the_service(self, stack):
        """Service and namespace are the construct's id, where nothing else is said."""
        function(stack)

        assert {
            "POWERTOOLS_SERVICE_NAME": "Fn",
            "POWERTOOLS_METRICS_NAMESPACE": "Fn",
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "POWERTOOLS_TRACER_CAPTURE_RESPONSE": "false",
        } == environment(template_of(stack))

    def test_takes_the_service_of_the_baseline(self, stack):
        """All functions of a product are one service, as their tags say."""
        tags = StandardTags(env="prod", team="orders", service="shop")
        Baseline(tags=tags).apply_to(stack)
        function(stack)

        found = environment(template_of(stack))
        assert "shop" == found["POWERTOOLS_SERVICE_NAME"]
        assert "shop" == found["POWERTOOLS_METRICS_NAMESPACE"]

    def test_takes_names_of_its_own(self, stack):
        """An option comes before the baseline."""
        function(stack, service="orders", metrics_namespace="Shop/Orders")

        found = environment(template_of(stack))
        assert "orders" == found["POWERTOOLS_SERVICE_NAME"]
        assert "Shop/Orders" == found["POWERTOOLS_METRICS_NAMESPACE"]

    def test_the_users_variables_come_first(self, stack):
        """What is written in environment= is what the function gets."""
        function(stack, environment={"POWERTOOLS_LOG_LEVEL": "ERROR"})

        assert "ERROR" == environment(template_of(stack))["POWERTOOLS_LOG_LEVEL"]

    @pytest.mark.parametrize(
        ("runtime", "level", "name"),
        [
            (lambda_.Runtime.PYTHON_3_14, "WARN", "WARNING"),
            (lambda_.Runtime.PYTHON_3_14, "FATAL", "CRITICAL"),
            (lambda_.Runtime.NODEJS_24_X, "WARN", "WARN"),
            (lambda_.Runtime.NODEJS_24_X, "FATAL", "CRITICAL"),
            (lambda_.Runtime.JAVA_25, "TRACE", "TRACE"),
            (lambda_.Runtime.DOTNET_10, "WARN", "Warning"),
            (lambda_.Runtime.DOTNET_10, "INFO", "Information"),
        ],
    )
    def test_calls_the_level_as_the_language_does(self, stack, runtime, level, name):
        """Each language's logger has names of its own for Lambda's levels."""
        code = lambda_.Code.from_asset("docs")
        wanted = lambda_.ApplicationLogLevel[level]
        development(stack, code=code, runtime=runtime, log_level=wanted)

        template = template_of(stack)
        assert name == environment(template)["POWERTOOLS_LOG_LEVEL"]
        logging = only(template, "Lambda::Function")["LoggingConfig"]
        assert level == logging["ApplicationLogLevel"]

    def test_development_logs_more(self, stack):
        """In development Lambda and Powertools let debug messages through."""
        development(stack)

        template = template_of(stack)
        assert "DEBUG" == environment(template)["POWERTOOLS_LOG_LEVEL"]
        logging = only(template, "Lambda::Function")["LoggingConfig"]
        assert "DEBUG" == logging["ApplicationLogLevel"]

    @pytest.mark.parametrize(
        "runtime", [lambda_.Runtime.PROVIDED_AL2023, lambda_.Runtime.RUBY_3_4]
    )
    def test_sets_nothing_where_there_is_no_powertools(self, stack, runtime):
        """A language without Powertools gets no variables it could not use."""
        development(stack, code=lambda_.Code.from_asset("docs"), runtime=runtime)

        assert "Environment" not in only(template_of(stack), "Lambda::Function")

    @pytest.mark.parametrize(
        ("runtime", "variable"),
        [
            (lambda_.Runtime.PYTHON_3_14, ("POWERTOOLS_TRACE_DISABLED", "true")),
            (lambda_.Runtime.NODEJS_24_X, ("POWERTOOLS_TRACE_ENABLED", "false")),
            (lambda_.Runtime.DOTNET_10, ("POWERTOOLS_TRACE_DISABLED", "true")),
        ],
    )
    def test_is_told_that_there_are_no_traces(self, stack, runtime, variable):
        """Without traces the language's tracer does nothing either."""
        code = lambda_.Code.from_asset("docs")
        development(stack, code=code, runtime=runtime, tracing=Waived(REASON))

        name, value = variable
        assert value == environment(template_of(stack))[name]

    @pytest.mark.parametrize(
        ("runtime", "architecture", "parameter"),
        [
            (
                lambda_.Runtime.PYTHON_3_14,
                lambda_.Architecture.ARM_64,
                "/aws/service/powertools/python/arm64/python3.14/latest",
            ),
            (
                lambda_.Runtime.PYTHON_3_13,
                lambda_.Architecture.X86_64,
                "/aws/service/powertools/python/x86_64/python3.13/latest",
            ),
            (
                lambda_.Runtime.NODEJS_24_X,
                lambda_.Architecture.ARM_64,
                "/aws/service/powertools/typescript/generic/all/latest",
            ),
        ],
    )
    def test_layer(self, stack, runtime, architecture, parameter):
        """AWS's parameter for runtime and architecture names the layer."""
        development(
            stack,
            code=lambda_.Code.from_asset("docs"),
            runtime=runtime,
            architecture=architecture,
            powertools_layer="latest",
        )

        template = template_of(stack)
        ((name, found),) = (
            (name, each)
            for name, each in template["Parameters"].items()
            if each["Default"].startswith("/aws/service")
        )
        assert "AWS::SSM::Parameter::Value<String>" == found["Type"]
        assert parameter == found["Default"]
        assert [{"Ref": name}] == only(template, "Lambda::Function")["Layers"]

    def test_layer_beside_others(self, stack):
        """A pinned version of the layer comes beside layers of the user."""
        arn = "arn:aws:lambda:eu-west-1:111122223333:layer:tools-arm64:1"
        other = lambda_.LayerVersion.from_layer_version_arn(stack, "Other", arn)
        development(stack, layers=[other], powertools_layer="3.23.0")

        template = template_of(stack)
        defaults = [each["Default"] for each in template["Parameters"].values()]
        assert "/aws/service/powertools/python/arm64/python3.14/3.23.0" in defaults
        layers = only(template, "Lambda::Function")["Layers"]
        assert 2 == len(layers)
        assert arn in layers


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
