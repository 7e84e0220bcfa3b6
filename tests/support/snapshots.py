"""Snapshots of templates that a person can review."""

from __future__ import annotations

from typing import Any

from syrupy.extensions.json import JSONSnapshotExtension

from secure_constructs.checks.template import text


class TemplateSnapshot(JSONSnapshotExtension):
    """One JSON file for each template."""


def readable(template: dict[str, Any]) -> Any:
    """
    Return the resources of *template* with references written as text.

    `{"Fn::Join": ["", [{"Fn::GetAtt": ["Data", "Arn"]}, "/*"]]}` takes ten lines
    to say what `${Data.Arn}/*` says in one. What CDK adds for its bootstrap
    check is the same in every template.
    """
    return _readable(template["Resources"])


def _readable(value: Any) -> Any:
    written = text(value)
    if written is not None:
        return written
    if isinstance(value, dict):
        return {key: _readable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_readable(each) for each in value]
    return value
