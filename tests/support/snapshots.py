"""Snapshots of templates that a person can review."""

from __future__ import annotations

import json

from typing import Any

from syrupy.extensions.json import JSONSnapshotExtension

from secure_constructs.checks.template import text

_WIDTH = 88


class TemplateSnapshot(JSONSnapshotExtension):
    """One JSON file for each template, in which what fits on a line is one line."""

    def serialize(self, data: Any, **options: Any) -> str:
        """Write *data* so that a reviewer has little to scroll."""
        return f"{_written(json.loads(super().serialize(data, **options)))}\n"


def readable(template: dict[str, Any]) -> Any:
    """
    Return the resources of *template* with references written as text.

    `{"Fn::Join": ["", [{"Fn::GetAtt": ["Data", "Arn"]}, "/*"]]}` takes ten lines
    to say what `${Data.Arn}/*` says in one. What CDK adds for its bootstrap
    check is the same in every template.
    """
    return _readable(template["Resources"])


def _written(value: Any, indent: str = "") -> str:
    line = json.dumps(value)
    if len(indent) + len(line) < _WIDTH or not isinstance(value, (dict, list)):
        return line
    deeper = f"{indent}  "
    if isinstance(value, dict):
        parts = [
            f"{json.dumps(key)}: {_written(each, deeper)}"
            for key, each in value.items()
        ]
        opened, closed = "{", "}"
    else:
        parts = [_written(each, deeper) for each in value]
        opened, closed = "[", "]"
    inside = f",\n{deeper}".join(parts)
    return f"{opened}\n{deeper}{inside}\n{indent}{closed}"


def _readable(value: Any) -> Any:
    written = text(value)
    if written is not None:
        return written
    if isinstance(value, dict):
        return {key: _readable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_readable(each) for each in value]
    return value
