"""A template without what changes by itself, and written so that people can read it."""

from __future__ import annotations

import re

from collections.abc import Mapping
from typing import Any

from secure_constructs.testing.assets import each_text, without_assets

# What CDK adds for itself: for bootstrapping, and to count its users.
_OF_CDK = {
    "Parameters": "BootstrapVersion",
    "Rules": "CheckBootstrapVersion",
    "Resources": "CDKMetadata",
    "Conditions": "CDKMetadataAvailable",
}
# Made anew whenever what they publish changes, by a hash of that in the logical id.
_PUBLISHED = ("AWS::Lambda::Version", "AWS::ApiGateway::Deployment")
_HASHED = re.compile(r"(\w*[0-9A-F]{8})[0-9a-f]{32}")
# Names that CDK makes of such ids for other stacks. They end in a hash of their own.
_DERIVED = re.compile(
    r"\b((?:Exports|Publish)Output(?:Ref|FnGetAtt)\w*?[0-9A-F]{8})[0-9a-f]{32}"
    r"(\w*?)[0-9A-F]{8}\b"
)


def normalize(template: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *template* without what is no decision of the app.

    That are the hashes of assets and of published versions, and what CDK adds for
    itself. What is joined of text and references is written as `Fn::Sub`, so that
    the result is a template still. To normalize it again changes nothing.
    """
    kept = {
        section: {
            name: _readable(each)
            for name, each in value.items()
            if name != _OF_CDK.get(section)
        }
        if isinstance(value, dict)
        else value
        for section, value in template.items()
    }
    filled = {section: value for section, value in kept.items() if value != {}}
    return without_assets(_without_hashes(filled))


def _without_hashes(template: dict[str, Any]) -> dict[str, Any]:
    """Return *template* with ids that say what is published, and not which version."""
    resources = template.get("Resources", {})
    names = {}
    for name, resource in resources.items():
        match = _HASHED.fullmatch(name)
        if match and resource.get("Type") in _PUBLISHED and match[1] not in resources:
            names[name] = match[1]

    def renamed(text: str) -> str:
        text = _DERIVED.sub(r"\1\2", text)
        for old, new in names.items():
            text = text.replace(old, new)
        return text

    changed: dict[str, Any] = each_text(template, renamed)
    return changed


def _readable(value: Any) -> Any:  # noqa: ANN401 - templates are untyped
    """
    Return *value* with `Fn::Sub` in place of `Fn::Join`, where that says the same.

    `{"Fn::Join": ["", [{"Fn::GetAtt": ["Data", "Arn"]}, "/*"]]}` takes ten lines to
    say what `${Data.Arn}/*` says in one.
    """
    if isinstance(value, dict):
        pattern = _pattern(value) if "Fn::Join" in value else None
        if pattern is not None:
            return {"Fn::Sub": pattern} if "${" in pattern else pattern
        return {key: _readable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_readable(each) for each in value]
    return value


def _pattern(value: object) -> str | None:
    """Return *value* as a pattern of `Fn::Sub`; None where that cannot say it."""
    if isinstance(value, str):
        return value.replace("${", "${!")
    # A macro beside the function would be lost.
    if isinstance(value, dict) and len(value) == 1:
        return _pattern_of_function(value)
    return None


def _pattern_of_function(value: Mapping[str, Any]) -> str | None:
    match value:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": str(pattern)}:
            return pattern
        case {"Fn::Join": [str(delimiter), [*parts]]}:
            patterns = [_pattern(part) for part in parts]
            known = [each for each in patterns if each is not None]
            between = str(_pattern(delimiter))
            return between.join(known) if len(known) == len(patterns) else None
    return None
