"""
The role of a function where Lambda acts for it: at its queue, and with its failures.

ministack reads any queue and writes to any, whatever the role may do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ministack.core.responses import _request_account_id, _request_region
from ministack.services import lambda_svc

from .permissions import role_may

_mappings = lambda_svc._iter_all_esms
_route = lambda_svc._route_async_failure
_READING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def _allowed_mappings() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the event sources that the role of their function may read."""
    for account, region, mapping in _mappings():
        tokens = _request_account_id.set(account), _request_region.set(region)
        try:
            allowed = _may_read(mapping)
        finally:
            _request_account_id.reset(tokens[0])
            _request_region.reset(tokens[1])
        if allowed:
            yield account, region, mapping


def _may_read(mapping: dict[str, Any]) -> bool:
    queue, role = mapping.get("EventSourceArn", ""), _role(mapping["FunctionName"])
    return ":sqs:" not in queue or all(role_may(role, each, queue) for each in _READING)


def _role(function: str) -> str:
    record = lambda_svc._functions.get(function) or {}
    return str(record.get("config", {}).get("Role", ""))


def _route_if_allowed(
    destination: str, function: str, event: Any, result: dict[str, Any]
) -> None:
    """Tell *destination* of a failure, if the role may."""
    if ":sqs:" not in destination or role_may(
        _role(function), "sqs:SendMessage", destination
    ):
        _route(destination, function, event, result)


def fill() -> None:
    """Let the role of a function decide."""
    lambda_svc._iter_all_esms = _allowed_mappings
    lambda_svc._route_async_failure = _route_if_allowed
