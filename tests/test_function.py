"""Tests for `secure_constructs.function`: what a function has, and what options do."""

from __future__ import annotations

import datetime as dt

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_lambda as lambda_,
    aws_logs as logs,
)

from secure_constructs import Tier, Waived
from tests.support.functions import (
    FUNCTION,
    development,
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
