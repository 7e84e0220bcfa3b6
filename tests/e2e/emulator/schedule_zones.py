"""The time zone of a schedule, which ministack takes from a template and forgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import scheduler
from ministack.services.cloudformation import provisioners

_ZONE = "ScheduleExpressionTimezone"


def _keeping(make: Callable[..., Any], position: int) -> Callable[..., Any]:
    """Return *make* that keeps the zone; its properties are at *position*."""

    def made(*arguments: Any) -> Any:
        result = make(*arguments)
        properties = arguments[position]
        name = f"{properties.get('GroupName', 'default')}/{result[0]}"
        scheduler._schedules[name][_ZONE] = properties.get(_ZONE, "UTC")
        return result

    return made


def fill() -> None:
    """Let schedules have their zone; none of them waits for its hour here."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::Scheduler::Schedule"]
    handler["create"] = _keeping(handler["create"], 1)
    handler["update"] = _keeping(handler["update"], 2)
