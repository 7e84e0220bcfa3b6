"""
What a rule may not deliver: it ends in the dead-letter queue of its target.

ministack asks for no permission and has no such queues. What fails for another reason
is not tried for hours here, as it is on AWS.
"""

from __future__ import annotations

import json

from typing import Any

from ministack.core.arn import parse_arn
from ministack.services import eventbridge, lambda_svc, sqs

from .permissions import service_may

_SERVICE = "events.amazonaws.com"
_invoke = eventbridge._invoke_target


def _deliver(
    target: dict[str, Any],
    event: dict[str, Any],
    rule: dict[str, Any],
    view: Any = None,
) -> None:
    """Hand *event* to *target*, or to its dead-letter queue."""
    error = _refusal(target["Arn"], rule.get("Arn", ""))
    if error is None:
        _invoke(target, event, rule, view)
        return
    queue = (target.get("DeadLetterConfig") or {}).get("Arn", "")
    policy = sqs.queue_policy_for_arn(queue) if queue else None
    if policy and service_may(
        policy[0], _SERVICE, "sqs:SendMessage", queue, rule["Arn"]
    ):
        bury(queue, event, {"RULE_ARN": rule["Arn"], "ERROR_CODE": error})


def _refusal(target: str, rule: str) -> str | None:
    """Return why the function *target* cannot be called, or None if it can."""
    if ":lambda:" not in target:
        return None
    found = lambda_svc.function_policy_for_arn(target)
    if found is None:
        return "RESOURCE_NOT_FOUND"
    if service_may(found[0], _SERVICE, "lambda:InvokeFunction", target, rule):
        return None
    return "NO_PERMISSIONS"


def bury(queue: str, event: dict[str, Any], attributes: dict[str, str]) -> None:
    """Put *event* into *queue* as what could not be delivered, and why."""
    view = eventbridge._pattern_event_view(event)
    body = json.dumps(view.event_with_detail())
    eventbridge._dispatch_to_sqs(parse_arn(queue), body)
    sqs._queue_by_arn(queue)["messages"][-1]["message_attributes"] = {
        name: {"DataType": "String", "StringValue": value}
        for name, value in attributes.items()
    }


def fill() -> None:
    """Let rules need a permission, and keep what they cannot deliver."""
    eventbridge._invoke_target = _deliver
