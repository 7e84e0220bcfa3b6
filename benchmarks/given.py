"""What each way of writing a case is given: the same objects of CDK."""

from __future__ import annotations

from typing import Protocol

import aws_cdk as cdk

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_sns as sns,
)

IN_LINE = "def handler(event, context): pass"
NIGHTLY = "cron(0 3 * * ? *)"
_ON_CALL = "arn:aws:sns:eu-west-1:111122223333:on-call"
_ORDERS = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"


class Define(Protocol):
    """Defines a number of the same thing in a stack."""

    def __call__(self, stack: cdk.Stack, count: int) -> None:
        """Define so many."""


def a_topic(stack: cdk.Stack) -> sns.ITopic:
    """Return whom alarms tell, which is there already."""
    return sns.Topic.from_topic_arn(stack, "OnCall", _ON_CALL)


def a_function(stack: cdk.Stack) -> lambda_.Function:
    """Define a plain function."""
    return lambda_.Function(
        stack,
        "Called",
        code=lambda_.Code.from_inline(IN_LINE),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
    )


def a_broker(stack: cdk.Stack, index: int) -> iam.Role:
    """Define who may act for tenants."""
    service = iam.ServicePrincipal("lambda.amazonaws.com")
    return iam.Role(stack, f"Broker{index}", assumed_by=service)


def a_table(stack: cdk.Stack) -> dynamodb.ITable:
    """Return a table that is there already."""
    return dynamodb.Table.from_table_arn(stack, "Orders", _ORDERS)
