"""Tests for what ObservedFunction refuses of variables, secrets and Powertools."""

from __future__ import annotations

import json
import re

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_lambda as lambda_,
    aws_secretsmanager as secretsmanager,
    aws_ssm as ssm,
)

from secure_constructs import ObservedFunction, Waived
from tests.support.synth import new_app, resources, template_of

REASON = "the kind of a token, which is no secret itself"
# What is in the environment already: Powertools' settings.
SETTINGS = {
    "POWERTOOLS_SERVICE_NAME": "Orders",
    "POWERTOOLS_METRICS_NAMESPACE": "Orders",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_TRACER_CAPTURE_RESPONSE": "false",
}
# Lambda measures JSON, in which a variable takes six characters more.
ROOM = 4096 - len(json.dumps(SETTINGS, separators=(",", ":"))) - len('"":"",')
NO_NAME = "is no variable's name: at least two letters, digits and _, with a letter fi"
LAMBDAS_OWN = "is a variable that Lambda sets itself; choose another name"


def function(scope: cdk.Stack, **options: Any) -> ObservedFunction:
    """Return a function with *options*."""
    plain = {
        "code": lambda_.Code.from_inline("def handler(event, context): pass"),
        "handler": "index.handler",
        "runtime": lambda_.Runtime.PYTHON_3_14,
    }
    return ObservedFunction(scope, "Orders", **{**plain, **options})


def says(message: str) -> str:
    """Return the pattern for an error of the function that starts with *message*."""
    return "^" + re.escape(f"ObservedFunction 'Stack/Orders': {message}")


def variables_of(stack: cdk.Stack) -> dict[str, Any]:
    """Return the variables of the one function of *stack*, but Powertools'."""
    (found,) = resources(template_of(stack), "AWS::Lambda::Function").values()
    variables = found["Properties"]["Environment"]["Variables"]
    return {name: variables[name] for name in variables if name not in SETTINGS}


NAMES: dict[object, str] = {
    **dict.fromkeys(["A", "1ST", "_HANDLER", "MY-TABLE", "BÖ", "STAGE\n", 1], NO_NAME),
    **dict.fromkeys(["AWS_REGION", "LAMBDA_TASK_ROOT"], LAMBDAS_OWN),
}
# A variable, the kind of error, and what its message has to tell.
WRONG: list[tuple[object, object, type[Exception], str]] = [
    (
        "RETRIES",
        3,
        TypeError,
        "environment['RETRIES']=... is no text but of the type int; w",
    ),
    (
        "DRY_RUN",
        True,
        TypeError,
        "environment['DRY_RUN']=... is no text but of the type bool",
    ),
    (
        "STAGE",
        None,
        TypeError,
        "environment['STAGE']=... is no text but of the type NoneT",
    ),
    *(
        (name, "1", ValueError, f"environment={name!r} {problem}")
        for name, problem in NAMES.items()
    ),
]
WRONG_IDS = [f"{name!r}={value!r}" for name, value, *_ in WRONG]
# What looks like a secret by its name, or by itself.
SECRETS = {
    "DB_PASSWORD": ("hunter2", "is named like a secret"),
    "STRIPE_API_KEY": ("hunter2", "is named like a secret"),
    "DATABASE_URL": ("postgres://orders:hunter2@db/orders", "is a URL with a password"),
    "ACCOUNT": (f"AKIA{'A2B3' * 4}", "is an access key id of AWS"),
    "SETTINGS": ("Server=db;Password=hunter2", "is a connection string with a passw"),
    "REFERENCE": ("{{resolve:secretsmanager:db}}", "refers to Secrets Manager, and is"),
}


class TestVariables:
    """Variables that a function cannot have, or should not."""

    @pytest.mark.parametrize(("name", "value", "error", "told"), WRONG, ids=WRONG_IDS)
    def test_fails_on_a_wrong_variable(self, stack, name, value, error, told):
        """The error names construct, variable and value; nothing was created."""
        with pytest.raises(error, match=says(told)):
            function(stack, environment={"STAGE_OF_ALL": "test", name: value})

        assert [] == stack.node.children

    @pytest.mark.parametrize("option", ["environment", "plaintext", "secrets"])
    def test_fails_on_what_is_no_mapping(self, stack, option):
        """Variables have names."""
        message = f"{option}=['STAGE'] is no mapping by variable names"
        with pytest.raises(TypeError, match=says(message)):
            function(stack, **{option: ["STAGE"]})

        assert [] == stack.node.children

    @pytest.mark.parametrize(
        ("name", "value"),
        [("AB", "1"), ("a_1", ""), ("T2_", "ü"), ("TEXT", "a" * (ROOM - len("TEXT")))],
        ids=["two letters", "no value", "an umlaut", "all there is room for"],
    )
    def test_takes_others(self, stack, name, value):
        """Lambda takes 4 KB, names and Powertools' settings included."""
        function(stack, environment={name: value})

        assert {name: value} == variables_of(stack)

    def test_takes_tokens(self, stack):
        """What is only known at deployment counts for nothing."""
        text = "a" * (ROOM - len("REGION" + "TEXT" + '"":"",'))
        function(stack, environment={"REGION": cdk.Aws.REGION, "TEXT": text})

        assert {"Ref": "AWS::Region"} == variables_of(stack)["REGION"]

    def test_counts_bytes(self, stack):
        """A letter with an accent takes two."""
        with pytest.raises(ValueError, match=says("environment=4097 bytes are more")):
            function(stack, environment={"TEXT": "é" + "a" * (ROOM - len("TEXT") - 1)})

    def test_fails_on_more(self, stack):
        """The error says how much it is, and where else to put it."""
        message = (
            "environment=4097 bytes are more than the 4096 that Lambda takes; put "
        )
        with pytest.raises(ValueError, match=says(message)):
            function(stack, environment={"TEXT": "a" * (ROOM - len("TEXT") + 1)})

        assert [] == stack.node.children


class TestPlaintext:
    """Values that look like secrets, and the waivers of those that are none."""

    @pytest.mark.parametrize("name", SECRETS)
    def test_fails_on_what_looks_like_a_secret(self, stack, name):
        """The error says both ways out, and nothing of the value."""
        value, problem = SECRETS[name]
        start = says(f"environment[{name!r}]=... {problem}")
        secrets = re.escape(f"secrets={{{name!r}: secret}}")
        plaintext = re.escape(f"plaintext={{{name!r}: Waived('...')}}")
        with pytest.raises(
            ValueError, match=f"{start}.*{secrets}.*{plaintext}"
        ) as error:
            function(stack, environment={name: value})

        assert value not in str(error.value)
        assert [] == stack.node.children

    def test_takes_one_that_is_waived(self, stack):
        """The reason is on record at the function, under the variable's name."""
        function(
            stack,
            environment={"TOKEN_OF": "hexadecimal", "STAGE": "test"},
            plaintext={"TOKEN_OF": Waived(REASON)},
        )
        (found,) = resources(template_of(stack), "AWS::Lambda::Function").values()
        (record,) = [each for each in found["Metadata"].values() if "Tier" in each]

        assert {"LAM-10[TOKEN_OF]": {"Reason": REASON}} == record["Waivers"]
        assert "hexadecimal" == variables_of(stack)["TOKEN_OF"]

    def test_fails_on_another_than_is_waived(self, stack):
        """A waiver is for one variable."""
        both = {"TOKEN_OF": "hexadecimal", "DB_PASSWORD": "hunter2"}
        with pytest.raises(ValueError, match=says("environment['DB_PASSWORD']=... is")):
            function(stack, environment=both, plaintext={"TOKEN_OF": Waived(REASON)})

    @pytest.mark.parametrize(
        ("plaintext", "error", "problem"),
        [
            (
                {"STAGES": Waived(REASON)},
                ValueError,
                "names no variable of environment=",
            ),
            ({"STAGE": None}, TypeError, "is no waiver; leave it out"),
            (
                {"STAGE": True},
                TypeError,
                "is neither left out nor Waived; leave it out",
            ),
            ({"STAGE": Waived("not for now")}, ValueError, "does not say why; give an"),
        ],
        ids=["another variable", "nothing", "no waiver", "saying nothing"],
    )
    def test_fails_on_a_wrong_waiver(self, stack, plaintext, error, problem):
        """A waiver that waives nothing, or does not say why, is a mistake."""
        ((name, waiver),) = plaintext.items()
        with pytest.raises(
            error, match=says(f"plaintext[{name!r}]={waiver} {problem}")
        ):
            function(stack, environment={"STAGE": "test"}, plaintext=plaintext)

        assert [] == stack.node.children


class TestSecrets:
    """What cannot be passed by reference."""

    def test_fails_on_what_is_neither_secret_nor_parameter(self, stack):
        """The error says what can be passed."""
        other = cdk.CfnResource(stack, "Other", type="AWS::SNS::Topic")
        message = (
            "secrets['DB']='Stack/Other' is neither a secret of Secrets Manager nor"
        )
        with pytest.raises(TypeError, match=says(message)):
            function(stack, secrets={"DB": other})

    def test_fails_on_a_name_that_environment_has(self, stack):
        """One of the two would be lost."""
        secret = secretsmanager.Secret.from_secret_name_v2(stack, "Secret", "db")
        message = "secrets['DB']='Stack/Secret' is in environment= as well; keep one"
        with pytest.raises(ValueError, match=says(message)):
            function(stack, environment={"DB": "orders"}, secrets={"DB": secret})

    @pytest.mark.parametrize("value", ["hunter2", b"hunter2"])
    def test_fails_on_the_secret_itself(self, stack, value):
        """The message does not repeat it."""
        with pytest.raises(
            TypeError, match=says("secrets['DB']=... is neither")
        ) as error:
            function(stack, secrets={"DB": value})

        assert "hunter2" not in str(error.value)

    @pytest.mark.parametrize(
        ("name", "problem"), [("A-B", NO_NAME), ("AWS_REGION", LAMBDAS_OWN)]
    )
    def test_fails_on_a_wrong_name(self, stack, name, problem):
        """The names follow the rules of all variables."""
        secret = secretsmanager.Secret.from_secret_name_v2(stack, "Secret", "db")
        with pytest.raises(ValueError, match=says(f"secrets={name!r} {problem}")):
            function(stack, secrets={name: secret})

    def test_takes_both_kinds(self, stack):
        """The name of the variable may sound like a secret: it holds none."""
        secret = secretsmanager.Secret.from_secret_name_v2(stack, "Secret", "db")
        parameter = ssm.StringParameter.from_string_parameter_name(
            stack, "Kind", "kind"
        )
        function(stack, secrets={"DB_PASSWORD": secret, "KIND": parameter})

        assert {"DB_PASSWORD", "KIND"} == variables_of(stack).keys()


class TestAddEnvironment:
    """Variables that are added later."""

    @pytest.mark.parametrize(("name", "value", "error", "told"), WRONG, ids=WRONG_IDS)
    def test_fails_on_a_wrong_variable(self, stack, name, value, error, told):
        """The checks, and their words, are the same."""
        made = function(stack)

        with pytest.raises(error, match=says(told)):
            made.add_environment(name, value)

    def test_fails_on_what_looks_like_a_secret(self, stack):
        """The value stays out of this message as well."""
        made = function(stack)

        with pytest.raises(ValueError, match=r"LAM-10.* Waived\('...'\)}$") as error:
            made.add_environment("DB_PASSWORD", "hunter2")
        assert "hunter2" not in str(error.value)

    def test_fails_on_the_reference_to_a_secret(self, stack):
        """The function would no longer find its secret."""
        secret = secretsmanager.Secret(stack, "Secret")
        made = function(stack, secrets={"DB": secret})

        with pytest.raises(
            ValueError, match=says("environment='DB' is the reference to")
        ):
            made.add_environment("DB", "orders")

    def test_counts_what_is_there(self, stack):
        """What was refused is not there, and what was taken is."""
        made = function(stack, environment={"STAGE": "test"})
        room = ROOM - len("STAGE" + "test" + "TEXT" + "MORE") - 2 * len('"":"",')
        with pytest.raises(
            ValueError, match=says("environment=4097 bytes are more tha")
        ):
            made.add_environment("LOST", "a" * (room + len('MORE"":"",') + 1))
        made.add_environment("TEXT", "a" * room)
        with pytest.raises(
            ValueError, match=says("environment=4097 bytes are more tha")
        ):
            made.add_environment("MORE", "a")
        made.add_environment("MORE", "")

        expected = {"STAGE": "test", "TEXT": "a" * room, "MORE": ""}
        assert expected == variables_of(stack)


# An option of Powertools, a value it must not have, the error, and what it tells.
NO_NAMESPACE = (
    "is no namespace for metrics: 1 to 255 characters that start with neither"
)
NO_VERSION = "is neither 'latest' nor a version such as '3.23.0'"
WRONG_SETTINGS: list[tuple[str, object, type[Exception], str]] = [
    ("service", 1, TypeError, "is no text; write 'orders'"),
    ("service", " ", ValueError, "is empty; write 'orders'"),
    ("service", "AWS/Orders", ValueError, NO_NAMESPACE),
    ("service", ":orders", ValueError, NO_NAMESPACE),
    ("service", "a" * 256, ValueError, NO_NAMESPACE),
    ("metrics_namespace", 1, TypeError, "is no text; write 'Shop/Orders'"),
    ("metrics_namespace", "", ValueError, "is empty; write 'Shop/Orders'"),
    ("metrics_namespace", "AWS/Orders", ValueError, NO_NAMESPACE),
    ("metrics_namespace", ":orders", ValueError, NO_NAMESPACE),
    ("metrics_namespace", "a" * 256, ValueError, NO_NAMESPACE),
    ("powertools_layer", 3, TypeError, "is no text; write 'latest'"),
    ("powertools_layer", "", ValueError, "is empty; write 'latest'"),
    ("powertools_layer", "newest", ValueError, NO_VERSION),
    ("powertools_layer", "3.23", ValueError, NO_VERSION),
    ("powertools_layer", "v3.23.0", ValueError, NO_VERSION),
    ("powertools_layer", "3.23.0-rc", ValueError, NO_VERSION),
]
WITHOUT_LAYER: dict[str, dict[str, Any]] = {
    "java21": {"runtime": lambda_.Runtime.JAVA_21},
    "ruby3.4": {"runtime": lambda_.Runtime.RUBY_3_4},
    "provided.al2023": {"runtime": lambda_.Runtime.PROVIDED_AL2023},
    "FROM_IMAGE": {
        "runtime": lambda_.Runtime.FROM_IMAGE,
        "handler": lambda_.Handler.FROM_IMAGE,
    },
}


class TestPowertools:
    """Settings of Powertools, and versions of its layer."""

    @pytest.mark.parametrize(
        ("option", "value", "error", "problem"),
        WRONG_SETTINGS,
        ids=[f"{option}={value!r:.24}" for option, value, *_ in WRONG_SETTINGS],
    )
    def test_fails_on_a_wrong_setting(self, stack, option, value, error, problem):
        """The error names construct, option and value; nothing was created."""
        with pytest.raises(error, match=says(f"{option}={value!r} {problem}")):
            function(stack, **{option: value})

        assert [] == stack.node.children

    @pytest.mark.parametrize(("runtime", "options"), WITHOUT_LAYER.items())
    def test_fails_on_a_layer_for_another_language(self, stack, runtime, options):
        """The error says what to do without one."""
        message = f"powertools_layer='latest' has no layer for {runtime}: AWS makes one"
        with pytest.raises(ValueError, match=says(message) + ".*; bundle Powertools"):
            function(stack, powertools_layer="latest", **options)

        assert [] == stack.node.children

    @pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1"])
    def test_fails_where_no_layer_can_be_looked_up(self, region):
        """AWS publishes its parameters in one partition."""
        stack = cdk.Stack(new_app(), "Stack", env=cdk.Environment(region=region))
        message = f"powertools_layer='3.23.0' cannot be looked up in {region}: AWS"
        with pytest.raises(ValueError, match=says(message) + ".* in layers="):
            function(stack, powertools_layer="3.23.0")

        assert [] == stack.node.children

    @pytest.mark.parametrize("region", [None, "eu-west-1", "us-east-1"])
    @pytest.mark.parametrize("version", ["latest", "3.23.0"])
    def test_takes_a_layer_elsewhere(self, region, version):
        """Also where the region is not known before the deployment."""
        stack = cdk.Stack(new_app(), "Stack", env=cdk.Environment(region=region))
        function(stack, powertools_layer=version, metrics_namespace="a" * 255)
        (found,) = resources(template_of(stack), "AWS::Lambda::Function").values()

        assert 1 == len(found["Properties"]["Layers"])
