"""Tests for `secure_constructs.checks.lambda_`: how a function runs, and its logs."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_lambda, aws_logs

from secure_constructs.checks import Rule, Template, lambda_
from tests.support.synth import FLAGS, NO_FLAGS, new_app, template_of
from tests.support.unknowable import INTRINSICS, unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}
ARN = "arn:aws:logs:eu-west-1:111122223333:log-group:orders"


def problems(
    rule: Rule, properties: Any = None, resources: Any = None, record: Any = None
) -> list[str]:
    """Return where the function `Orders` breaks *rule*, beside other *resources*."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": properties or {},
        "Metadata": {"SecureConstructs": record},
    }
    template = Template({"Resources": {"Orders": function, **(resources or {})}})
    found = rule.breaches(template.resources["Orders"])
    return [f"{each.location}: {each.problem}" for each in found]


class TestTimed:
    MISSING = "Properties.Timeout: no timeout of 1 to 900 seconds is set"

    @pytest.mark.parametrize("seconds", [1, 900, "30"], ids=repr)
    def test_when_written_out(self, seconds):
        """Lambda takes a second to 15 minutes, also as text."""
        assert [] == problems(lambda_.timed, {"Timeout": seconds})

    @pytest.mark.parametrize("seconds", [None, NO_VALUE, 0, 901, "soon"], ids=repr)
    def test_not_otherwise(self, seconds):
        """The default is not relied on, and other values are none."""
        assert [self.MISSING] == problems(lambda_.timed, {"Timeout": seconds})

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """A timeout that the deployment decides about is written out."""
        assert [] == problems(lambda_.timed, {"Timeout": unknown})


class TestSized:
    @pytest.mark.parametrize("size", [128, "128", *INTRINSICS.values()], ids=repr)
    def test_when_written_out(self, size):
        """Any size will do, also one that the deployment decides about."""
        assert [] == problems(lambda_.sized, {"MemorySize": size})

    @pytest.mark.parametrize("size", [None, NO_VALUE])
    def test_not_by_default(self, size):
        """The default is not relied on."""
        expected = "Properties.MemorySize: no memory size is set"

        assert [expected] == problems(lambda_.sized, {"MemorySize": size})


class TestTraced:
    @pytest.mark.parametrize("mode", ["Active", *INTRINSICS.values()], ids=str)
    def test_when_active(self, mode):
        """Tracing is on, or the deployment decides about it."""
        assert [] == problems(lambda_.traced, {"TracingConfig": {"Mode": mode}})

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """An unknown configuration is no breach."""
        assert [] == problems(lambda_.traced, {"TracingConfig": unknown})

    @pytest.mark.parametrize("config", [None, {}, NO_VALUE, {"Mode": "PassThrough"}])
    def test_not_otherwise(self, config):
        """To pass on what callers trace is not to trace."""
        expected = "Properties.TracingConfig: tracing is not active"

        assert [expected] == problems(lambda_.traced, {"TracingConfig": config})


class TestLogged:
    POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
    PLAIN = "Properties.LoggingConfig.LogFormat: its logs are plain text, not JSON"
    MADE = "Properties.LoggingConfig: its log group is made by Lambda and never expires"
    FOREVER = "Properties.LoggingConfig: its log group never expires"

    def found(
        self,
        log_group: Any = None,
        record: Any = None,
        function: Any = None,
        properties: Any = None,
        **group: Any,
    ) -> list[str]:
        """Return what LAM-03 finds beside a good group `Logs` with other parts."""
        config = {"LogFormat": "JSON", "LogGroup": log_group or {"Ref": "Logs"}}
        body = {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"RetentionInDays": 30, **(properties or {})},
            **dict.fromkeys(self.POLICIES, "Retain"),
            **group,
        }
        orders = {"LoggingConfig": config, **(function or {})}
        return problems(lambda_.logged, orders, {"Logs": body}, record)

    def test_into_a_group_of_the_template(self):
        """The group is named by a reference, expires and stays."""
        assert [] == self.found()

    @unknowable
    def test_perhaps_for_some_time(self, unknown):
        """The deployment may decide how long."""
        assert [] == self.found(properties={"RetentionInDays": unknown})

    @pytest.mark.parametrize("days", [None, NO_VALUE])
    def test_not_forever(self, days):
        """Without a retention nothing expires."""
        assert [self.FOREVER] == self.found(properties={"RetentionInDays": days})

    @pytest.mark.parametrize("policy", POLICIES)
    @pytest.mark.parametrize("value", ["Delete", None])
    def test_not_deleted_with_the_stack(self, policy, value):
        """Each of the two policies is needed."""
        problem = f"{policy} does not keep its log group"

        assert [f"Properties.LoggingConfig: {problem}"] == self.found(**{policy: value})

    @pytest.mark.parametrize("value", ["RetainExceptOnCreate", INTRINSICS["if"]])
    def test_kept_as_far_as_is_known(self, value):
        """A first deployment may fail, and a policy may be unknown."""
        assert [] == self.found(DeletionPolicy=value)

    @pytest.mark.parametrize(("tier", "count"), [("development", 0), ("production", 2)])
    def test_not_kept_in_development(self, tier, count):
        """The logs of a function that is recorded as development may go."""
        gone = dict.fromkeys(self.POLICIES, "Delete")

        assert count == len(self.found(record={"Tier": tier}, **gone))

    @pytest.mark.parametrize("log_format", [None, NO_VALUE, "Text"], ids=str)
    def test_not_as_plain_text(self, log_format):
        """Text is what Lambda writes unless it is told otherwise."""
        config = {"LogFormat": log_format, "LogGroup": ARN}

        assert [self.PLAIN] == problems(lambda_.logged, {"LoggingConfig": config})

    @unknowable
    def test_perhaps_as_json(self, unknown):
        """The deployment may decide about the format, or about everything."""
        for config in (unknown, {"LogFormat": unknown, "LogGroup": ARN}):
            assert [] == problems(lambda_.logged, {"LoggingConfig": config})

    @pytest.mark.parametrize(
        "group", ["orders", ARN, *INTRINSICS.values(), {"Ref": "Other"}], ids=str
    )
    def test_into_a_group_elsewhere(self, group):
        """A group of which the template says nothing may be as good."""
        assert [] == self.found(group, DeletionPolicy="Delete")

    def test_into_a_group_of_the_template_by_its_name(self):
        """A group may also be named by the name that the template gives it."""
        properties = {"LogGroupName": "orders", "RetentionInDays": None}

        assert [self.FOREVER] == self.found("orders", properties=properties)

    @pytest.mark.parametrize(
        "name",
        [
            "/aws/lambda/orders",
            {"Fn::Sub": "/aws/lambda/${Orders}"},
            {"Fn::Join": ["/", ["/aws/lambda", {"Ref": "Orders"}]]},
        ],
        ids=str,
    )
    def test_into_the_group_that_lambda_would_make(self, name):
        """Without a group of its own a function writes to that of its name."""
        group = {"LogGroupName": name, "RetentionInDays": None}

        assert [self.FOREVER] == self.found(
            NO_VALUE, function={"FunctionName": "orders"}, properties=group
        )

    @pytest.mark.parametrize(
        "name", [None, NO_VALUE, "/aws/lambda/other", {"Fn::Sub": "/aws/${Orders}"}]
    )
    def test_not_into_one_that_lambda_makes(self, name):
        """A group of another name is of no use."""
        assert [self.MADE] == self.found(NO_VALUE, properties={"LogGroupName": name})

    @unknowable
    def test_perhaps_into_the_group_that_lambda_would_make(self, unknown):
        """A group whose name is unknown may be the one."""
        assert [] == self.found(NO_VALUE, properties={"LogGroupName": unknown})

    @pytest.mark.parametrize(("days", "count"), [(30, 0), (None, 1)])
    def test_into_the_group_of_which_cdk_sets_the_retention(self, days, count):
        """The custom resource of `log_retention` never deletes the group."""
        name = {"Fn::Sub": "/aws/lambda/${Orders}"}

        assert count == len(
            self.found(
                NO_VALUE,
                Type="Custom::LogRetention",
                properties={"LogGroupName": name, "RetentionInDays": days},
                **dict.fromkeys(self.POLICIES, "Delete"),
            )
        )


def synthesized(flags: Any, *, logs: bool = False, **options: Any) -> list[str]:
    """Return the ids of the rules that a function of CDK, perhaps with logs, breaks."""
    stack = cdk.Stack(new_app(flags), "Stack")
    aws_lambda.Function(
        stack,
        "Orders",
        code=aws_lambda.Code.from_inline("-"),
        handler="index.handler",
        runtime=aws_lambda.Runtime.PYTHON_3_13,
        log_group=aws_logs.LogGroup(stack, "Logs") if logs else None,
        **options,
    )
    template = Template(template_of(stack))
    function = next(template.of_type("AWS::Lambda::Function"))
    return [each.id for each in lambda_.RULES if each.breaches(function)]


class TestFunctionOfCdk:
    """What CDK writes is read as it is meant."""

    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_by_itself(self, flags):
        """CDK leaves most to Lambda; with or without a group, logs are plain text."""
        assert ["LAM-01", "LAM-02", "LAM-03", "LAM-05"] == synthesized(flags)

    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_with_everything_said(self, flags):
        """A plain function can keep the promises."""
        assert [] == synthesized(
            flags,
            timeout=cdk.Duration.seconds(30),
            memory_size=256,
            tracing=aws_lambda.Tracing.ACTIVE,
            logging_format=aws_lambda.LoggingFormat.JSON,
            logs=True,
        )

    def test_with_a_group_of_its_own(self):
        """The flag for log groups makes one that expires and stays."""
        flags = {"@aws-cdk/aws-lambda:useCdkManagedLogGroup": True}
        json = aws_lambda.LoggingFormat.JSON

        assert "LAM-03" not in synthesized(flags, logging_format=json)
        assert "LAM-03" in synthesized(NO_FLAGS, logging_format=json)
