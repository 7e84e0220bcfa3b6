"""Which metrics of a table the alarms of its template watch."""

from __future__ import annotations

import itertools
import re

from collections.abc import Hashable, Iterator

from secure_constructs.checks.template import Resource, listed

_NAMESPACE = "AWS/DynamoDB"
# What must be watched, and each metric that does.
_WATCHED = {
    "throttled reads": ("ReadThrottleEvents", "ThrottledRequests"),
    "throttled writes": ("WriteThrottleEvents", "ThrottledRequests"),
    "system errors": ("SystemErrors",),
}
# With another dimension, a metric is about an index or a stream of the table only.
_OF_TABLE = {"TableName", "Operation"}
_QUERY = re.compile(r"\s*SELECT\b.*\bAWS/DynamoDB\b", re.IGNORECASE | re.DOTALL)
_ANY = (None, None, None)


def unwatched(table: Resource) -> Iterator[str]:
    """Yield what of *table* no alarm is on, and none may be on."""
    index = table.template.index("AWS::CloudWatch::Alarm", _metrics)
    own = table.template.settled(table.read("TableName"))
    names = (table.ref, own, None)
    for what, metrics in _WATCHED.items():
        keys = itertools.product((_NAMESPACE, None), (*metrics, None), names)
        if not any(key in index for key in keys):
            yield what


def _metrics(alarm: Resource) -> Iterator[Hashable]:
    """
    Yield the metrics that *alarm* is on: namespace, name, and name of the table.

    What only the deployment knows of them is None.
    """
    yield from _metric(alarm)
    for index, _ in enumerate(listed(alarm.known("Metrics"))):
        yield from _metric(alarm, "Metrics", index, "MetricStat", "Metric")
        yield from _queried(alarm, "Metrics", index, "Expression")


def _metric(alarm: Resource, *path: str | int) -> Iterator[Hashable]:
    """Yield the metric at *path*, if it is about a whole table."""
    settled = alarm.template.settled
    # What is unknown counts as one dimension, of which nothing is known.
    tables: dict[str | None, str | None] = {
        settled(alarm.read(*path, "Dimensions", index, "Name")): settled(
            alarm.read(*path, "Dimensions", index, "Value")
        )
        for index, _ in enumerate(listed(alarm.known(*path, "Dimensions")))
    }
    if {"TableName", None} & set(tables) and set(tables) <= {*_OF_TABLE, None}:
        namespace = settled(alarm.read(*path, "Namespace"))
        name = settled(alarm.read(*path, "MetricName"))
        yield namespace, name, tables.get("TableName")


def _queried(alarm: Resource, *path: str | int) -> Iterator[Hashable]:
    """Yield what the expression at *path* asks for, which may be of any table."""
    expression = alarm.read(*path)
    written = alarm.template.settled(expression)
    if written is None:
        if expression is not None:
            yield _ANY
    elif _QUERY.match(written):
        for name in itertools.chain.from_iterable(_WATCHED.values()):
            if name in written:
                yield _NAMESPACE, name, None
