"""
The cases with AWS Solutions Constructs, as their own documentation begins.

It runs in an environment of its own, which knows nothing of this library.
"""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import aws_events as events, aws_lambda as lambda_
from aws_solutions_constructs.aws_constructs_factories import ConstructsFactories
from aws_solutions_constructs.aws_eventbridge_lambda import EventbridgeToLambda
from aws_solutions_constructs.aws_lambda_dynamodb import LambdaToDynamoDB
from aws_solutions_constructs.aws_lambda_s3 import LambdaToS3
from aws_solutions_constructs.aws_sqs_lambda import SqsToLambda

from benchmarks.given import IN_LINE, Define


def _props() -> lambda_.FunctionProps:
    return lambda_.FunctionProps(
        code=lambda_.Code.from_inline(IN_LINE),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
    )


def _bucket_alone(stack: cdk.Stack, count: int) -> None:
    factories = ConstructsFactories(stack, "Factories")
    for index in range(count):
        factories.s3_bucket_factory(f"Made{index}")


def _bucket(stack: cdk.Stack, count: int) -> None:
    for index in range(count):
        LambdaToS3(stack, f"Made{index}", lambda_function_props=_props())


def _table(stack: cdk.Stack, count: int) -> None:
    for index in range(count):
        LambdaToDynamoDB(stack, f"Made{index}", lambda_function_props=_props())


def _rule(stack: cdk.Stack, count: int) -> None:
    pattern = events.EventPattern(source=["aws.s3"])
    for index in range(count):
        EventbridgeToLambda(
            stack,
            f"Made{index}",
            lambda_function_props=_props(),
            event_rule_props=events.RuleProps(event_pattern=pattern),
        )


def _queue(stack: cdk.Stack, count: int) -> None:
    for index in range(count):
        SqsToLambda(stack, f"Made{index}", lambda_function_props=_props())


CASES: dict[str, Define] = {
    "SecureBucket": _bucket_alone,
    "function and bucket": _bucket,
    "function and table": _table,
    "function and rule": _rule,
    "function and queue": _queue,
}
