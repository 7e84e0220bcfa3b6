"""
Updates of a global table that has no name in its template.

ministack makes a new name for it out of its old one, and another table by that.
"""

from __future__ import annotations

from typing import Any

from ministack.services.cloudformation import provisioners

_HANDLER = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"]
_update = _HANDLER["update"]


def _update_in_place(
    name: str, old: dict[str, Any], new: dict[str, Any], stack: str
) -> Any:
    """Update the table *name*, which keeps its name unless its keys change."""
    if "TableName" not in new and old.get("KeySchema") == new.get("KeySchema"):
        old, new = {**old, "TableName": name}, {**new, "TableName": name}
    return _update(name, old, new, stack)


def fill() -> None:
    """Let global tables stay where they are."""
    _HANDLER["update"] = _update_in_place
