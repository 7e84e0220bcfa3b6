"""Where CDK says that a text has the hash of an asset."""

from __future__ import annotations

import re

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.changes.values import at, canonical

_HASH = "[0-9a-f]{64}"
# Where CDK keeps assets, with anything but the end of the name behind it.
_STORE = r"cdk-[a-z0-9]+-(?:container-)?assets-"
_NAME = r"(?:\$\{[^}]*\}|[^/:\s\"'$])*"
_STORED = re.compile(rf"{_STORE}{_NAME}[/:][\w./-]*?({_HASH})\b")
_IN_STORE = re.compile(_STORE)
_KEY = re.compile(rf"(?:[\w./-]*/)?({_HASH})(?:\.\w+)*")
_FILE = re.compile(rf".*/({_HASH})\.\w+")
_STAGED = re.compile(rf"asset\.({_HASH})\b.*")
# The older way to name assets: three parameters for each, with its hash in the name.
PARAMETER = re.compile(
    rf"AssetParameters({_HASH})(S3Bucket|S3VersionKey|ArtifactHash)[0-9A-F]{{8}}"
)
_PATH = "aws:asset:path"
_PROPERTY = "aws:asset:property"
# Unpacks assets into a bucket, and says so of none of them.
_DEPLOYMENT = "Custom::CDKBucketDeployment"


def hashes(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield the hashes of the assets that *resource* has, as CDK says of them."""
    said = [(_STAGED, at(resource, ("Metadata", _PATH)))]
    # Where a nested template is staged does not have its hash.
    name = str(at(resource, ("Metadata", _PROPERTY)))
    said += [(_FILE, each) for each in _texts(at(resource, ("Properties", name)))]
    if resource.get("Type") == _DEPLOYMENT:
        keys = at(resource, ("Properties", "SourceObjectKeys"))
        said += [(_KEY, each) for each in _texts(keys)]
    for pattern, text in said:
        match = pattern.fullmatch(str(text))
        if match:
            yield match[1]
    yield from stored(resource.get("Properties"))


def without_hashes(value: object, known: frozenset[str]) -> str:
    """Return *value* as text, without the *known* hashes of assets in it."""
    text = PARAMETER.sub(r"AssetParameters\1\2", canonical(value))
    return re.sub(_HASH, lambda match: "" if match[0] in known else match[0], text)


def stored(value: object) -> Iterator[str]:
    """Yield the hashes in *value* that stand beside the store of assets, or in it."""
    if isinstance(value, Mapping):
        found = [text for each in value.values() for text in _texts(each)]
        if any(map(_IN_STORE.search, found)):
            yield from (match[1] for match in map(_KEY.fullmatch, found) if match)
        for text in found:
            yield from _STORED.findall(text)
            yield from (match[1] for match in PARAMETER.finditer(text))
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from stored(each)


def _texts(value: object) -> list[str]:
    """Return *value* where it is text, or a list of texts, plain or with references."""
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, Mapping) and len(value) == 1:
        value = value.get("Fn::Sub", value.get("Ref"))
    return [value] if isinstance(value, str) else []
