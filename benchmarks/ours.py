"""The cases with our constructs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk

from aws_cdk import aws_lambda as lambda_, aws_sns as sns, aws_sqs as sqs

from benchmarks.given import (
    IN_LINE,
    NIGHTLY,
    Define,
    a_broker,
    a_function,
    a_table,
    a_topic,
)
from examples import app
from secure_constructs import (
    AppEventBus,
    AppKey,
    EventRoute,
    EventSchedule,
    GitHubOidcRole,
    GitHubSubject,
    ObservedFunction,
    SecureBucket,
    TenantGrants,
    TenantRole,
    TenantTable,
)

# It is written for an app, and a stage does as well.
orders: Callable[[Any], None] = app.orders


def _bucket(stack: cdk.Stack, count: int) -> None:
    for index in range(count):
        SecureBucket(stack, f"Data{index}")


def _key(stack: cdk.Stack, count: int) -> None:
    for index in range(count):
        AppKey(stack, f"Key{index}")


def _table(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        TenantTable(stack, f"Data{index}", alarm_topic=topic)


def _function(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        _worker(stack, f"Fn{index}", topic)


def _event_bus(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        AppEventBus(stack, f"Bus{index}", alarm_topic=topic)


def _event_route(stack: cdk.Stack, count: int) -> None:
    topic, function = a_topic(stack), a_function(stack)
    for index in range(count):
        EventRoute(
            stack,
            f"Made{index}",
            to=function,
            sources=["aws.s3"],
            alarm_topic=topic,
        )


def _event_schedule(stack: cdk.Stack, count: int) -> None:
    topic, function = a_topic(stack), a_function(stack)
    for index in range(count):
        EventSchedule(
            stack,
            f"Made{index}",
            expression=NIGHTLY,
            to=function,
            alarm_topic=topic,
        )


def _tenant_role(stack: cdk.Stack, count: int) -> None:
    grants = TenantGrants.of(a_table(stack), indexes=["GSI1"])
    for index in range(count):
        role = TenantRole(stack, f"Tenant{index}", brokers=[a_broker(stack, index)])
        grants.tenant_read_write(role)


def _github_role(stack: cdk.Stack, count: int) -> None:
    for index in range(count):
        role = GitHubOidcRole(
            stack,
            f"Deploy{index}",
            repository="example/orders",
            owner_id="123456",
            repository_id="7891011",
            subjects=[
                GitHubSubject.branch("main"),
                GitHubSubject.environment("production", branch="main"),
            ],
        )
        role.grant_cdk_deploy()


def _worker(stack: cdk.Stack, name: str, topic: sns.ITopic) -> ObservedFunction:
    return ObservedFunction(
        stack,
        name,
        code=lambda_.Code.from_inline(IN_LINE),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
        alarm_topic=topic,
    )


def _function_and_bucket(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        worker = _worker(stack, f"Made{index}", topic)
        data = SecureBucket(stack, f"Data{index}")
        worker.add_environment("BUCKET", data.bucket_name)
        data.grants.read_write(worker)


def _function_and_table(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        worker = _worker(stack, f"Made{index}", topic)
        data = TenantTable(stack, f"Data{index}", alarm_topic=topic)
        worker.add_environment("TABLE", data.table_name)
        data.grants.read_write(worker)


def _function_and_rule(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        worker = _worker(stack, f"Made{index}", topic)
        EventRoute(
            stack,
            f"Rule{index}",
            to=worker,
            sources=["aws.s3"],
            alarm_topic=topic,
        )


def _function_and_queue(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        queue = sqs.Queue(
            stack,
            f"Queue{index}",
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.minutes(3),
        )
        _worker(stack, f"Made{index}", topic).add_queue_source(queue)


CASES: dict[str, Define] = {
    "SecureBucket": _bucket,
    "AppKey": _key,
    "TenantTable": _table,
    "ObservedFunction": _function,
    "AppEventBus": _event_bus,
    "EventRoute": _event_route,
    "EventSchedule": _event_schedule,
    "TenantRole": _tenant_role,
    "GitHubOidcRole": _github_role,
    "function and bucket": _function_and_bucket,
    "function and table": _function_and_table,
    "function and rule": _function_and_rule,
    "function and queue": _function_and_queue,
}
