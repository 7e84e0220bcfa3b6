"""Makes functions for tests, and finds what they made in a template."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_lambda as lambda_

from secure_constructs import ObservedFunction, Tier
from tests.support.synth import resources

# The logical id of the function that `function()` makes by default.
FUNCTION = "Fn9270CBC0"


def function(scope: Any, name: str = "Fn", **options: Any) -> ObservedFunction:
    """Define a function, by default one of Python in a line of text."""
    options = {
        "code": lambda_.Code.from_inline("def handler(event, context): pass"),
        "handler": "index.handler",
        "runtime": lambda_.Runtime.PYTHON_3_14,
        **options,
    }
    return ObservedFunction(scope, name, **options)


def development(scope: Any, **options: Any) -> ObservedFunction:
    """Define a function of a development deployment."""
    return function(scope, tier=Tier.DEVELOPMENT, **options)


def only(template: Any, type_: str) -> Any:
    """Return the properties of the one resource of *type_*."""
    (found,) = resources(template, f"AWS::{type_}").values()
    return found["Properties"]


def environment(template: Any) -> dict[str, Any]:
    """Return the variables of the one function."""
    found: dict[str, Any] = only(template, "Lambda::Function")
    variables: dict[str, Any] = found["Environment"]["Variables"]
    return variables


def alarms(template: Any) -> dict[str, Any]:
    """Return the alarms by their metric."""
    found = resources(template, "AWS::CloudWatch::Alarm").values()
    return {each["Properties"]["MetricName"]: each["Properties"] for each in found}


def record(template: Any, logical_id: str = FUNCTION) -> Any:
    """Return what the function has on record."""
    return template["Resources"][logical_id]["Metadata"]["SecureConstructs"]
