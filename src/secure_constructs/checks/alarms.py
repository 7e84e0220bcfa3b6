"""What the alarms of a template watch."""

from __future__ import annotations

import itertools
import re

from collections.abc import Collection, Hashable, Iterator, Mapping
from typing import Any

from secure_constructs.checks.template import (
    UNKNOWN,
    Resource,
    is_intrinsic,
    listed,
    text,
)

# Stands for every value of a dimension.
ANY = "*"
_ALARM = "AWS::CloudWatch::Alarm"
_WAITING = "ApproximateNumberOfMessagesVisible"
# A query over many metrics at once.
_QUERY = re.compile(
    r"\s*SELECT\s+\w+\(\W*(?P<name>\w+)\W*\)\s+FROM\s+(SCHEMA\()?\W*(?P<space>[\w/]+)",
    re.IGNORECASE,
)


def is_watched(
    watched: Resource,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, Collection[str]],
) -> bool:
    """
    Whether an alarm of the template is, or may be, on a metric of *watched*.

    Args:
        watched: The resource.
        namespace: The namespace of the metric.
        metric: The metric's name.
        dimensions: The texts that each dimension may have; `ANY` for every one.
    """
    index = watched.template.index(_ALARM, _metrics)
    # A query may be on any dimensions, and so may what only the deployment knows.
    exact = itertools.product(
        *([(name, each) for each in (*dimensions[name], None)] for name in dimensions)
    )
    parts = ((namespace, None), (metric, None), (*map(frozenset, exact), None))
    return any(key in index for key in itertools.product(*parts))


def is_queue_watched(queue: Resource) -> bool:
    """Whether an alarm is, or may be, on the messages that wait in *queue*."""
    name = queue.template.settled(queue.read("QueueName"))
    names = [f"${{{queue.logical_id}.QueueName}}", *([name] if name else [])]
    return is_watched(queue, "AWS/SQS", _WAITING, {"QueueName": names})


def _metrics(alarm: Resource) -> Iterator[Hashable]:
    """
    Yield the metrics that *alarm* is on.

    Each is a namespace, a name, and the dimensions with their values, which also
    count as `ANY`; what only the deployment knows of them is None.
    """
    formula = alarm.known("Metrics")
    if formula is UNKNOWN:
        yield (None, None, None)
    terms = [] if formula is UNKNOWN else listed(formula)
    for index in range(len(terms)):
        query = _QUERY.match(text(alarm.read("Metrics", index, "Expression")) or "")
        if query:
            yield (query["space"], query["name"], None)
    settled = alarm.template.settled
    parts = [("Metrics", index, "MetricStat", "Metric") for index in range(len(terms))]
    for part in ((), *parts):
        if alarm.read(*part, "MetricName") is not None:
            space = settled(alarm.read(*part, "Namespace"))
            name = settled(alarm.read(*part, "MetricName"))
            for dimensions in _dimensions(alarm, *part, "Dimensions"):
                yield (space, name, dimensions)


def _dimensions(alarm: Resource, *path: str | int) -> Iterator[Hashable]:
    """Yield the dimensions at *path*, each with its value and with `ANY`."""
    said = alarm.known(*path)
    pairs = [] if said is UNKNOWN else [_pair(alarm, each) for each in listed(said)]
    if said is UNKNOWN or None in pairs:
        yield None
    else:
        exact = [((name, value), (name, ANY)) for name, value in filter(None, pairs)]
        yield from map(frozenset, itertools.product(*exact))


def _pair(alarm: Resource, dimension: Any) -> tuple[str, str | None] | None:  # noqa: ANN401 - templates are untyped
    """Return the name and the value of a *dimension*; None if its name is unknown."""
    settled = alarm.template.settled
    said = {} if is_intrinsic(dimension) else dimension
    name = settled(said.get("Name"))
    return (name, settled(_shown(said.get("Value")))) if name else None


def _shown(value: object) -> object:
    """Return *value*; of a reference that is split, its text and which part it is."""
    match value:
        case {"Fn::Select": [index, {"Fn::Split": [str(at), whole]}]} if text(whole):
            return f"{text(whole)}{at}{index}"
        case _:
            return value
