"""Takes out of a template what the content of its assets decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from secure_constructs.changes.assets import PARAMETER, hashes, stored

_ASSET_METADATA = "aws:asset:"


def without_assets(template: dict[str, Any]) -> dict[str, Any]:
    """
    Return *template* with the names of resources for the hashes of their assets.

    A hash is taken for that of an asset only where CDK says so: in its metadata, in
    a parameter it names, or in the bucket or repository where it keeps assets. Two
    assets stay two, since each is named after the first resource or output that has
    it.
    """
    names = _names(template)
    without: dict[str, Any] = each_text(template, lambda text: _renamed(text, names))
    for resource in without.get("Resources", {}).values():
        metadata = {
            key: value
            for key, value in resource.get("Metadata", {}).items()
            if not key.startswith(_ASSET_METADATA)
        }
        resource.pop("Metadata", None)
        if metadata:
            resource["Metadata"] = metadata
    return without


def _names(template: Mapping[str, Any]) -> dict[str, str]:
    """Return what to call each asset, by its hash."""
    names: dict[str, str] = {}
    used = [(name, hashes(each)) for name, each in _section(template, "Resources")]
    used += [(name, stored(each)) for name, each in _section(template, "Outputs")]
    for name, own in used:
        new = [each for each in dict.fromkeys(own) if each not in names]
        for number, found in enumerate(new, start=1):
            count = "" if number == 1 else f" {number}"
            names[found] = f"asset{count} of {name}"
    return names


def _section(template: Mapping[str, Any], name: str) -> Iterable[tuple[str, Any]]:
    """Return what is in the section called *name*, with its names."""
    section: Mapping[str, Any] = template.get(name, {})
    return section.items()


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Return *text* with *names* for the hashes in it."""
    text = PARAMETER.sub(
        lambda match: f"{_as_id(names.get(match[1], match[1]))}{match[2]}", text
    )
    for found, name in names.items():
        if found in text:
            text = text.replace(found, f"<{name}>")
    return text


def _as_id(name: str) -> str:
    """Return *name* as part of a logical id."""
    return "".join(
        word.capitalize() if word.islower() else word for word in name.split()
    )


def each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON
    """Return a copy of *value* in which each text and each name is changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): each_text(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [each_text(each, change) for each in value]
    return value
