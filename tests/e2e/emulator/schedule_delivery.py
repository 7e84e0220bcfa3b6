"""
Schedules that put an event: with its own source and type, by their own role.

ministack puts an event of its own, as whoever it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, scheduler

from .permissions import role_may, trusts
from .rule_delivery import bury

_invoke = eventbridge._invoke_target


def _delivering(otherwise: Callable[..., None]) -> Callable[..., None]:
    """Return what delivers the events of schedules, and others as *otherwise* does."""

    def deliver(
        target: dict[str, Any],
        event: dict[str, Any],
        rule: dict[str, Any],
        view: Any = None,
    ) -> None:
        if "EventBridgeParameters" in target:
            _put(target, event, rule)
        else:
            otherwise(target, event, rule, view)

    return deliver


def _put(
    target: dict[str, Any], event: dict[str, Any], schedule: dict[str, Any]
) -> None:
    """Put the event that *schedule* is for, or keep it."""
    wanted, role = target["EventBridgeParameters"], target["RoleArn"]
    made = {
        **event,
        "Source": wanted["Source"],
        "DetailType": wanted["DetailType"],
        "Detail": target.get("Input", "{}"),
    }
    keys = {
        "events:source": [wanted["Source"]],
        "events:detail-type": [wanted["DetailType"]],
    }
    queue = (target.get("DeadLetterConfig") or {}).get("Arn", "")
    if not trusts(role, "scheduler.amazonaws.com", _group(schedule)):
        return
    if role_may(role, "events:PutEvents", target["Arn"], keys):
        bare = {name: each for name, each in target.items() if name != "Input"}
        _invoke(bare, made, schedule)
    elif queue and role_may(role, "sqs:SendMessage", queue):
        bury(queue, made, {"ERROR_CODE": "AccessDenied"})


def _group(schedule: dict[str, Any]) -> str:
    """Return the ARN by which the role of *schedule* can know it."""
    group = schedule.get("GroupName", "default")
    place = f"{get_region()}:{get_account_id()}"
    return f"arn:aws:scheduler:{place}:schedule-group/{group}"


def fill() -> None:
    """Let schedules put the events that they are made for."""
    eventbridge._invoke_target = _delivering(eventbridge._invoke_target)
    scheduler._SCHEDULE_TICK_INTERVAL = 1  # tests wait for it
