"""Makes routes and schedules for tests, and what they go to."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from aws_cdk import (
    aws_events as events,
    aws_lambda as lambda_,
    aws_stepfunctions as sfn,
)

from secure_constructs import EventRoute, EventSchedule
from tests.support.synth import resources

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
# The logical id of the route or schedule that is made here by default.
MADE = "MadeC17AB48A"


def a_function(scope: Any, name: str = "Fn") -> lambda_.Function:
    """Define a plain function."""
    return lambda_.Function(
        scope,
        name,
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
    )


def a_bus(scope: Any, name: str = "orders") -> events.IEventBus:
    """Return a bus that is there already."""
    return events.EventBus.from_event_bus_name(scope, f"Bus{name}", name)


def a_machine(scope: Any) -> sfn.StateMachine:
    """Define a state machine."""
    body = sfn.DefinitionBody.from_chainable(sfn.Pass(scope, "Step"))
    return sfn.StateMachine(scope, "Machine", definition_body=body)


def route(scope: Any, name: str = "Made", **options: Any) -> EventRoute:
    """Define a route, by default from the default bus to a function elsewhere."""
    if "to" not in options:
        options["to"] = _elsewhere(scope, name)
    return EventRoute(scope, name, **{"sources": ["aws.s3"], **options})


def schedule(scope: Any, name: str = "Made", **options: Any) -> EventSchedule:
    """Define a schedule, by default of a function elsewhere at night."""
    if "to" not in options:
        options["to"] = _elsewhere(scope, name)
    return EventSchedule(scope, name, **{"expression": "cron(0 3 * * ? *)", **options})


def _elsewhere(scope: Any, name: str) -> lambda_.IFunction:
    return lambda_.Function.from_function_arn(scope, f"{name}Fn", FUNCTION)


def statements(template: Any, logical_id: str) -> list[Any]:
    """Return the statements of the policy document of one resource."""
    properties = template["Resources"][logical_id]["Properties"]
    found: list[Any] = properties["PolicyDocument"]["Statement"]
    return found


def named(template: Any, type_: str, part: str) -> str:
    """Return the logical id of the one resource of *type_* that has *part* in it."""
    (found,) = (name for name in resources(template, f"AWS::{type_}") if part in name)
    return found


def warnings(stack: cdk.Stack) -> set[str]:
    """Return what the constructs of *stack* warn of, by the id to acknowledge."""
    return {
        str(entry.data).rpartition("::")[2].rstrip("]")
        for construct in stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == "aws:cdk:warning"
    }
