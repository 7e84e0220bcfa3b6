"""Templates to compare, and what the comparison says of one change in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from secure_constructs.changes import Change, compare

NAME = "Orders"
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def template(**resources: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template with *resources*."""
    return {"Resources": resources}


def resource(type_: str, **properties: Any) -> dict[str, Any]:
    """Return a resource that is kept."""
    return {"Type": type_, **KEPT, "Properties": properties}


def changed(type_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return what changes as the properties of one resource become others."""
    return compare(
        template(Orders=resource(type_, **old)), template(Orders=resource(type_, **new))
    )
