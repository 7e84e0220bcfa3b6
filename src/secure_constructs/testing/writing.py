"""Templates as JSON that a person can review."""

from __future__ import annotations

import json

from collections.abc import Mapping
from typing import Any

_WIDTH = 88
# What a resource is comes first, and what it is made of last.
_FIRST = ("Type", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy")


def written(template: Mapping[str, Any]) -> str:
    """Return *template* as JSON in a settled order; what is short takes one line."""
    resources = {
        name: _ordered(resource)
        for name, resource in sorted(template.get("Resources", {}).items())
    }
    others = {
        key: _sorted(value)
        for key, value in sorted(template.items())
        if key != "Resources"
    }
    return f"{_lines({**others, 'Resources': resources})}\n"


def _ordered(resource: dict[str, Any]) -> dict[str, Any]:
    first = {key: resource[key] for key in _FIRST if key in resource}
    return {
        key: _sorted(value) for key, value in {**first, **_sorted(resource)}.items()
    }


def _sorted(value: Any) -> Any:  # noqa: ANN401 - templates are untyped
    """Return *value* with its names in order; that of a list says something."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(each) for each in value]
    return value


def _lines(value: Any, indent: str = "") -> str:  # noqa: ANN401 - templates are untyped
    line = json.dumps(value, ensure_ascii=False)
    if (
        len(indent) + len(line) < _WIDTH
        or not isinstance(value, (dict, list))
        or not value
    ):
        return line
    deeper = f"{indent}  "
    if isinstance(value, dict):
        parts = [
            f"{json.dumps(key, ensure_ascii=False)}: {_lines(each, deeper)}"
            for key, each in value.items()
        ]
        opened, closed = "{", "}"
    else:
        parts = [_lines(each, deeper) for each in value]
        opened, closed = "[", "]"
    inside = f",\n{deeper}".join(parts)
    return f"{opened}\n{deeper}{inside}\n{indent}{closed}"
