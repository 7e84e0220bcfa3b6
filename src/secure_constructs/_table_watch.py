"""How a table is watched: alarms for throttling and for errors of DynamoDB (DDB-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secure_constructs._alarms import alarm, metric, sum_of, warn_if_unheard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk import aws_cloudwatch as cloudwatch, aws_sns as sns
    from constructs import Construct

_NAMESPACE = "AWS/DynamoDB"
_THROTTLED = ("ReadThrottleEvents", "WriteThrottleEvents")
# DynamoDB counts these for each operation, and each metric of an alarm is paid for.
# What fails inside DynamoDB fails for all of them alike, so the common ones suffice.
_OPERATIONS = ("GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem")
# An SDK repeats a throttled request within seconds, and an error of DynamoDB several
# times: what goes on for longer than this is felt.
_THROTTLED_FOR = 2
_FAILING_FOR = 3


def watch(
    scope: Construct,
    called: str,
    table_name: str,
    indexes: Iterable[str],
    topic: sns.ITopic | None,
) -> list[cloudwatch.Alarm]:
    """
    Define the alarms of one table, and of each of its *indexes*.

    Args:
        scope: The construct they belong to.
        called: What the user calls the table.
        table_name: The table's name.
        indexes: The names of its indexes.
        topic: Whom they tell, if anybody.
    """
    table = {"TableName": table_name}
    errors = alarm(
        scope,
        "SystemErrors",
        sum_of(
            metric(_NAMESPACE, "SystemErrors", {**table, "Operation": operation})
            for operation in _OPERATIONS
        ),
        threshold=1,
        periods=_FAILING_FOR,
        says=f"DynamoDB fails requests to {called} for 15 minutes. Look at AWS Health "
        "for this region; the SDK repeats such requests by itself.",
        topic=topic,
    )
    throttles = [_throttles(scope, "Throttles", called, table, topic)]
    for name in indexes:
        index = {**table, "GlobalSecondaryIndexName": name}
        what = f"the index {name} of {called}"
        throttles.append(_throttles(scope, f"{name}Throttles", what, index, topic))
    warn_if_unheard(scope, topic)
    return [*throttles, errors]


def _throttles(
    scope: Construct,
    construct_id: str,
    called: str,
    dimensions: dict[str, str],
    topic: sns.ITopic | None,
) -> cloudwatch.Alarm:
    return alarm(
        scope,
        construct_id,
        sum_of(metric(_NAMESPACE, each, dimensions) for each in _THROTTLED),
        threshold=1,
        periods=_THROTTLED_FOR,
        says=f"Requests to {called} are throttled for 10 minutes. Its throttled keys "
        "in Contributor Insights say whether one partition is too hot, or the capacity "
        "or its ceiling too low.",
        topic=topic,
    )
