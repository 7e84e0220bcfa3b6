"""Takes out of a template what the content of its assets decides."""

from __future__ import annotations

import re

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

_HASH = "[0-9a-f]{64}"
# Where CDK keeps assets, with anything but the end of the name behind it.
_STORE = r"cdk-[a-z0-9]+-(?:container-)?assets-"
_NAME = r"(?:\$\{[^}]*\}|[^/:\s\"'$])*"
_STORED = re.compile(rf"{_STORE}{_NAME}[/:][\w./-]*?({_HASH})\b")
_IN_STORE = re.compile(_STORE)
_KEY = re.compile(rf"(?:[\w./-]*/)?({_HASH})(?:\.\w+)*")
_STAGED = re.compile(rf"asset\.({_HASH})\b.*")
_FILE = re.compile(rf".*/({_HASH})\.\w+")
# The older way to name assets: three parameters for each, with its hash in the name.
_PARAMETER = re.compile(
    rf"AssetParameters({_HASH})(S3Bucket|S3VersionKey|ArtifactHash)[0-9A-F]{{8}}"
)
_ASSET_METADATA = "aws:asset:"
_PATH = "aws:asset:path"
_PROPERTY = "aws:asset:property"
# Unpacks assets into a bucket, and says so of none of them.
_DEPLOYMENT = "Custom::CDKBucketDeployment"


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
    used = [(name, _hashes(each)) for name, each in _section(template, "Resources")]
    used += [(name, _stored(each)) for name, each in _section(template, "Outputs")]
    for name, hashes in used:
        new = [each for each in dict.fromkeys(hashes) if each not in names]
        for number, found in enumerate(new, start=1):
            count = "" if number == 1 else f" {number}"
            names[found] = f"asset{count} of {name}"
    return names


def _section(template: Mapping[str, Any], name: str) -> Iterable[tuple[str, Any]]:
    """Return what is in the section called *name*, with its names."""
    section: Mapping[str, Any] = template.get(name, {})
    return section.items()


def _hashes(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield the hashes of the assets that *resource* has."""
    metadata, properties = resource.get("Metadata", {}), resource.get("Properties", {})
    said = [(_STAGED, metadata.get(_PATH))]
    # Where a nested template is staged does not have its hash.
    said += [(_FILE, each) for each in _texts(properties.get(metadata.get(_PROPERTY)))]
    if resource.get("Type") == _DEPLOYMENT:
        said += [(_KEY, each) for each in _texts(properties.get("SourceObjectKeys"))]
    for pattern, text in said:
        match = pattern.fullmatch(str(text))
        if match:
            yield match[1]
    yield from _stored(properties)


def _stored(value: object) -> Iterator[str]:
    """Yield the hashes in *value* that stand beside the store of assets, or in it."""
    if isinstance(value, Mapping):
        texts = [text for each in value.values() for text in _texts(each)]
        if any(map(_IN_STORE.search, texts)):
            yield from (match[1] for match in map(_KEY.fullmatch, texts) if match)
        for text in texts:
            yield from _STORED.findall(text)
            yield from (match[1] for match in _PARAMETER.finditer(text))
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _stored(each)


def _texts(value: object) -> list[str]:
    """Return *value* where it is text, or a list of texts, plain or with references."""
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, Mapping) and len(value) == 1:
        value = value.get("Fn::Sub", value.get("Ref"))
    return [value] if isinstance(value, str) else []


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Return *text* with *names* for the hashes in it."""
    text = _PARAMETER.sub(
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
