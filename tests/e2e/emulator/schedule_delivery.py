"""
Schedules that put an event: with its own source and type, by their own role.

ministack puts an event of its own, as whoever it is.
"""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, scheduler

from .permissions import role_may, trusts
from .rule_delivery import bury

_invoke = eventbridge._invoke_target


def _deliver(
    target: dict[str, Any],
    event: dict[str, Any],
    rule: dict[str, Any],
    view: Any = None,
) -> None:
    """Put the event of a schedule, or keep it; *rule* is the schedule."""
    wanted = target.get("EventBridgeParameters")
    if not wanted:
        _before(target, event, rule, view)
        return
    made = {**event, "Source": wanted["Source"], "DetailType": wanted["DetailType"]}
    made["Detail"] = target.get("Input", "{}")
    queue = (target.get("DeadLetterConfig") or {}).get("Arn", "")
    role = target["RoleArn"]
    if not trusts(role, "scheduler.amazonaws.com", _group(rule)):
        return
    if role_may(
        role,
        "events:PutEvents",
        target["Arn"],
        events__source=[wanted["Source"]],
        **{"events__detail-type": [wanted["DetailType"]]},
    ):
        bare = {name: each for name, each in target.items() if name != "Input"}
        _invoke(bare, made, rule)
    elif queue and role_may(role, "sqs:SendMessage", queue):
        bury(queue, made, {"ERROR_CODE": "AccessDenied"})


def _group(schedule: dict[str, Any]) -> str:
    """Return the ARN by which the role of *schedule* can know it."""
    group = schedule.get("GroupName", "default")
    place = f"{get_region()}:{get_account_id()}"
    return f"arn:aws:scheduler:{place}:schedule-group/{group}"


_before = _invoke


def fill() -> None:
    """Let schedules put the events that they are made for."""
    global _before  # noqa: PLW0603 - what another module has put there by then
    _before = eventbridge._invoke_target
    eventbridge._invoke_target = _deliver
    scheduler._SCHEDULE_TICK_INTERVAL = 1  # tests wait for it
