"""The cases by hand."""

from __future__ import annotations

import aws_cdk as cdk

from benchmarks.by_hand import app, event_route, event_schedule, github_oidc
from benchmarks.by_hand.bucket import bucket, let_log, log_bucket
from benchmarks.by_hand.event_bus import Bus
from benchmarks.by_hand.function import Function
from benchmarks.by_hand.key import key
from benchmarks.by_hand.table import table
from benchmarks.by_hand.tenant_role import let_use, may_assume, tenant_role
from benchmarks.given import (
    NIGHTLY,
    Define,
    a_broker,
    a_function,
    a_table,
    a_topic,
)

_REPOSITORY = github_oidc.Repository("example", "orders", "123456", "7891011")
_JOBS = (
    github_oidc.Jobs("ref:refs/heads/main"),
    github_oidc.Jobs("environment:production", {"ref": "refs/heads/main"}),
)
orders = app.orders


def _buckets(stack: cdk.Stack, count: int) -> None:
    logs = log_bucket(stack)
    sources = [bucket(stack, f"Data{index}", logs) for index in range(count)]
    let_log(stack, logs, sources)


def _keys(stack: cdk.Stack, count: int) -> None:
    for index in range(count):
        key(stack, f"Key{index}")


def _tables(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        table(stack, f"Data{index}", topic)


def _functions(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        Function(stack, f"Fn{index}", topic)


def _event_buses(stack: cdk.Stack, count: int) -> None:
    topic = a_topic(stack)
    for index in range(count):
        Bus(stack, f"Bus{index}", topic)


def _event_routes(stack: cdk.Stack, count: int) -> None:
    topic, function = a_topic(stack), a_function(stack)
    for index in range(count):
        event_route.route(stack, f"Made{index}", function, topic, sources=["aws.s3"])


def _event_schedules(stack: cdk.Stack, count: int) -> None:
    topic, function = a_topic(stack), a_function(stack)
    for index in range(count):
        event_schedule.calls(stack, f"Made{index}", function, topic, NIGHTLY)


def _tenant_roles(stack: cdk.Stack, count: int) -> None:
    data = a_table(stack)
    for index in range(count):
        broker = a_broker(stack, index)
        role = tenant_role(stack, f"Tenant{index}", [broker])
        broker.add_to_policy(may_assume(role))
        let_use(role, data, ["GSI1"])


def _github_roles(stack: cdk.Stack, count: int) -> None:
    audience = f"sts.{stack.url_suffix}"
    for index in range(count):
        github_oidc.role(
            stack,
            f"Deploy{index}",
            _REPOSITORY,
            _JOBS,
            audience=audience,
            kinds=github_oidc.DEPLOYING,
        )


CASES: dict[str, Define] = {
    "SecureBucket": _buckets,
    "AppKey": _keys,
    "TenantTable": _tables,
    "ObservedFunction": _functions,
    "AppEventBus": _event_buses,
    "EventRoute": _event_routes,
    "EventSchedule": _event_schedules,
    "TenantRole": _tenant_roles,
    "GitHubOidcRole": _github_roles,
}
