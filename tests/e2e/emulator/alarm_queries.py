"""
Alarms on queries and expressions, which ministack refuses to deploy.

They are kept as they were given, and are never evaluated.
"""

from __future__ import annotations

from typing import Any

from ministack.services.cloudformation import provisioners

_make = provisioners._cw_metric_alarm_record


def _record(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of an alarm."""
    if not properties.get("Metrics"):
        return dict(_make(name, properties))
    rest = {key: value for key, value in properties.items() if key != "Metrics"}
    made = _make(name, {**rest, "MetricName": "-", "Namespace": "-"})
    made |= {"MetricName": None, "Namespace": None, "Metrics": properties["Metrics"]}
    return dict(made)


def fill() -> None:
    """Let alarms have queries."""
    provisioners._cw_metric_alarm_record = _record
