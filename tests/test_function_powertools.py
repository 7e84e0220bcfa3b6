"""Tests for the settings and the layer of Powertools."""

from __future__ import annotations

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_lambda as lambda_,
)

from secure_constructs import Baseline, StandardTags, Waived
from tests.support.functions import (
    development,
    environment,
    function,
    only,
)
from tests.support.synth import (
    FLAGS,
    new_app,
    template_of,
)

REASON = "nobody calls this function but its own team"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:on-call"
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


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
