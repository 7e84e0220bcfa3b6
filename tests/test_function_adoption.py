"""A function takes the place of a plain one: what changes, property by property."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_lambda as lambda_, aws_logs as logs

from secure_constructs import ObservedFunction, Waived
from tests.support.functions import FUNCTION, function
from tests.support.synth import FLAGS, new_app, template_of

LIVE = "/aws/lambda/Stack-Fn9270CBC0-AbCdEfGhIjKl"
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


def plain(stack: cdk.Stack) -> object:
    """Define a function as many live stacks have it."""
    return lambda_.Function(
        stack,
        "Fn",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
    )


def as_it_is_today(stack: cdk.Stack) -> ObservedFunction:
    """Define one that keeps everything that a live one has, and adds nothing."""
    today = "it stays as it is until its tests have been written"
    return function(
        stack,
        architecture=lambda_.Architecture.X86_64,
        memory_size=128,
        timeout=cdk.Duration.seconds(3),
        log_group=logs.LogGroup.from_log_group_name(stack, "Live", LIVE),
        json_logs=Waived(today),
        tracing=Waived(today),
        failure_queue=Waived(today),
        alarms=Waived(today),
    )


def properties(define: Any, flags: Any) -> dict[str, Any]:
    """Return the properties of the function that *define* makes."""
    stack = cdk.Stack(new_app(flags), "Stack")
    define(stack)
    found: dict[str, Any] = template_of(stack)["Resources"][FUNCTION]["Properties"]
    return found


@_FLAGS
def test_defaults_change_what_the_page_lists(flags):
    """Everything else of a live function stays, its role and code first of all."""
    before, after = properties(plain, flags), properties(function, flags)

    assert {
        "Architectures",
        "Environment",
        "LoggingConfig",
        "MemorySize",
        "RecursiveLoop",
        "Timeout",
        "TracingConfig",
    } == {name for name in before | after if before.get(name) != after.get(name)}


@_FLAGS
def test_as_it_is_today(flags):
    """With a spelling for each default, only what Lambda does anyway is written out."""
    before, after = properties(plain, flags), properties(as_it_is_today, flags)

    new = {name: after[name] for name in after if before.get(name) != after[name]}
    assert before.keys() - {"LoggingConfig"} <= after.keys()
    assert {
        "Architectures": ["x86_64"],
        "Environment": {
            "Variables": {
                "POWERTOOLS_SERVICE_NAME": "Fn",
                "POWERTOOLS_METRICS_NAMESPACE": "Fn",
                "POWERTOOLS_LOG_LEVEL": "INFO",
                "POWERTOOLS_TRACE_DISABLED": "true",
            }
        },
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": LIVE},
        "MemorySize": 128,
        "RecursiveLoop": "Terminate",
        "Timeout": 3,
    } == new


@_FLAGS
def test_as_it_is_today_adds_one_policy(flags):
    """Beside function and role there is the role's own policy, and nothing else."""
    stack = cdk.Stack(new_app(flags), "Stack")
    as_it_is_today(stack)

    assert {
        FUNCTION,
        "FnServiceRoleB9001A96",
        "FnServiceRoleOwnF852E26B",
    } == set(template_of(stack)["Resources"])


@_FLAGS
def test_the_role_keeps_its_id(flags):
    """Whoever trusts the role by its ARN trusts it still."""
    stack = cdk.Stack(new_app(flags), "Stack")
    function(stack)
    live = cdk.Stack(new_app(flags), "Stack")
    plain(live)

    role = "FnServiceRoleB9001A96"
    before, after = (template_of(each)["Resources"][role] for each in (live, stack))
    trust = "AssumeRolePolicyDocument"
    assert before["Properties"][trust] == after["Properties"][trust]
    assert [{"Ref": "FnServiceRoleOwnF852E26B"}] == (
        after["Properties"]["ManagedPolicyArns"]
    )
    assert before["Properties"].keys() == after["Properties"].keys()
