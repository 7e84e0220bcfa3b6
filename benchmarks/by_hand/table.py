"""A table for tenants by hand, with its alarms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_dynamodb as dynamodb,
    aws_sns as sns,
)
from constructs import Construct

from benchmarks.by_hand.parts import EVERY, KEPT, alarm, put_on_record

_TEXT = dynamodb.AttributeType.STRING
_OPERATIONS = ("GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem")


def table(
    scope: Construct,
    construct_id: str,
    topic: sns.ITopic,
    *,
    indexes: Sequence[str] = (),
    record: dict[str, Any] | None = None,
) -> dynamodb.TableV2:
    """Define a table whose *indexes* have keys that are called after them."""
    inside = Construct(scope, construct_id)
    made = dynamodb.TableV2(
        inside,
        "Default",
        partition_key=dynamodb.Attribute(name="PK", type=_TEXT),
        sort_key=dynamodb.Attribute(name="SK", type=_TEXT),
        global_secondary_indexes=[
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=each,
                partition_key=dynamodb.Attribute(name=f"{each}PK", type=_TEXT),
                sort_key=dynamodb.Attribute(name=f"{each}SK", type=_TEXT),
            )
            for each in indexes
        ],
        encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True, recovery_period_in_days=35
        ),
        contributor_insights_specification=dynamodb.ContributorInsightsSpecification(
            enabled=True, mode=dynamodb.ContributorInsightsMode.THROTTLED_KEYS
        ),
        deletion_protection=True,
        removal_policy=KEPT,
        time_to_live_attribute="ttl",
    )
    put_on_record(made, "TenantTable", TimeToLive="ttl", **record or {})
    _watch(inside, construct_id, made.table_name, indexes, topic)
    return made


def _watch(
    scope: Construct, name: str, of: str, indexes: Sequence[str], topic: sns.ITopic
) -> None:
    errors = [
        _counted("SystemErrors", {"TableName": of, "Operation": each})
        for each in _OPERATIONS
    ]
    says = (
        f"DynamoDB fails requests to {name} for 15 minutes. Look at AWS Health for "
        "this region; the SDK repeats such requests by itself."
    )
    alarm(scope, "SystemErrors", _added_up(errors), topic, says, periods=3)
    throttled = _throttled({"TableName": of})
    says = _too_many(f"Requests to {name}")
    alarm(scope, "Throttles", throttled, topic, says, periods=2)
    for index in indexes:
        throttled = _throttled({"TableName": of, "GlobalSecondaryIndexName": index})
        says = _too_many(f"Requests to the index {index} of {name}")
        alarm(scope, f"{index}Throttles", throttled, topic, says, periods=2)


def _too_many(requests: str) -> str:
    return (
        f"{requests} are throttled for 10 minutes. Its throttled keys in Contributor "
        "Insights say whether one partition is too hot, or the capacity or its ceiling "
        "too low."
    )


def _throttled(dimensions: dict[str, str]) -> cloudwatch.MathExpression:
    names = [f"{each}ThrottleEvents" for each in ("Read", "Write")]
    return _added_up([_counted(each, dimensions) for each in names])


def _counted(name: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/DynamoDB",
        metric_name=name,
        dimensions_map=dimensions,
        statistic="Sum",
        period=EVERY,
    )


def _added_up(metrics: list[cloudwatch.Metric]) -> cloudwatch.MathExpression:
    named = {f"m{number}": each for number, each in enumerate(metrics)}
    filled = ", ".join(f"FILL({each}, 0)" for each in named)
    return cloudwatch.MathExpression(
        expression=f"SUM([{filled}])", using_metrics=named, period=EVERY
    )
