"""Tests for `secure_constructs.checks.lambda_`: secrets in the environment."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_lambda, aws_secretsmanager as secretsmanager

from secure_constructs.checks import Template, lambda_
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import INTRINSICS, unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}


def problems(properties: Any, record: Any = None) -> list[str]:
    """Return what LAM-10 finds at a function."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": properties,
        "Metadata": {"SecureConstructs": record},
    }
    resource = Template({"Resources": {"Orders": function}}).resources["Orders"]
    found = lambda_.no_plaintext_secrets.breaches(resource)
    return [f"{each.location}: {each.problem}" for each in found]


class TestNoPlaintextSecrets:
    NAMED = (
        "Properties.Environment.Variables.API_TOKEN: "
        "the variable API_TOKEN is named like a secret"
    )

    def found(self, variables: Any, record: Any = None) -> list[str]:
        """Return what is found at a function with these *variables*."""
        return problems({"Environment": {"Variables": variables}}, record)

    @pytest.mark.parametrize("variables", [None, {}, NO_VALUE, *INTRINSICS.values()])
    def test_without_variables(self, variables):
        """What is not there, or not known, holds no secret."""
        assert [] == self.found(variables)

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """Neither an unknown environment nor an unknown value is a breach."""
        assert [] == problems({"Environment": unknown})
        assert [] == self.found({"API_TOKEN": unknown, "PASSWORD": unknown})

    def test_not_a_secret(self):
        """The variable and the reason are named; every variable is looked at."""
        assert [self.NAMED] == self.found({"TABLE": "orders", "API_TOKEN": "abcd"})

    def test_not_of_another_type(self):
        """Numbers and booleans of YAML are no secrets."""
        assert [] == self.found({"PASSWORD": 1234, "TOKEN": True})

    @pytest.mark.parametrize(
        "value",
        [
            {"Ref": "Secret"},
            {"Fn::GetAtt": ["Secret", "Arn"]},
            {"Fn::Sub": "${Secret}"},
            {"Fn::Join": ["", ["postgres://orders:", {"Ref": "Word"}, "@db"]]},
        ],
        ids=str,
    )
    def test_by_reference(self, value):
        """What a reference stands for is not known."""
        assert [] == self.found({"SECRET": value, "DATABASE_URL": value})

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (
                {"Fn::Join": ["", ["a://b:hunter2@", {"Ref": "Host"}]]},
                "is a URL with a password",
            ),
            ({"Fn::Sub": "a://b:hunter2@${Host}"}, "is a URL with a password"),
            (
                {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:p}}"},
                "refers to Secrets Manager, and is resolved into plain text",
            ),
        ],
        ids=str,
    )
    def test_not_beside_references(self, value, reason):
        """What is written out between references is known."""
        expected = f"Properties.Environment.Variables.URL: the variable URL {reason}"

        assert [expected] == self.found({"URL": value})

    def test_where_somebody_said_why(self):
        """A waiver is for one variable."""
        record = {"Waivers": {"LAM-10[TOKEN_KIND]": {"Reason": "The kind only."}}}
        variables = {"TOKEN_KIND": "bearer", "API_TOKEN": "abcd"}

        assert [self.NAMED] == self.found(variables, record)

    def test_where_nothing_was_waived(self):
        """A record without waivers waives nothing."""
        assert [self.NAMED] == self.found({"API_TOKEN": "abcd"}, {"Tier": "production"})

    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_not_one_that_cdk_unwraps(self, flags):
        """CDK writes a secret's value as a dynamic reference, which is resolved."""
        stack = cdk.Stack(new_app(flags), "Stack")
        secret = secretsmanager.Secret(stack, "Secret").secret_value
        aws_lambda.Function(
            stack,
            "Orders",
            code=aws_lambda.Code.from_inline("-"),
            handler="index.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_13,
            environment={"A": secret.unsafe_unwrap(), "B": "orders"},
        )
        function = next(Template(template_of(stack)).of_type("AWS::Lambda::Function"))
        reason = "refers to Secrets Manager, and is resolved into plain text"
        found = [
            each.problem for each in lambda_.no_plaintext_secrets.breaches(function)
        ]

        assert [f"the variable A {reason}"] == found
