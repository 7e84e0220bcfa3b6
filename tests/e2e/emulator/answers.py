"""Asks a service of the emulator from inside, as its own provisioners do."""

from __future__ import annotations

import json

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

_FAILED = 400


def ask(operation: Callable[..., Any], *arguments: object) -> dict[str, Any]:
    """
    Return what *operation* answers, as an object.

    A request to the server's own address would wait for itself: CloudFormation runs
    on the thread that answers requests.

    Raises:
        ValueError: It refuses.
    """
    status, _, body = operation(*arguments)
    text = body.decode() if isinstance(body, bytes) else body
    if status >= _FAILED:
        raise ValueError(text)
    return dict(json.loads(text)) if text[:1] == "{" else {}


def add_type(
    name: str,
    *,
    create: Callable[..., Any],
    delete: Callable[..., Any],
    update: Callable[..., Any],
) -> None:
    """Let CloudFormation make resources of the type *name*."""
    provisioners._RESOURCE_HANDLERS[name] = {
        "create": create,
        "delete": delete,
        "update": update,
    }
