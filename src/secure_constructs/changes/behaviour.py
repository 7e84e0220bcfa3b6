"""Changes in place: what goes on in another way, and what makes no difference."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.changes.assets import hashes, without_hashes
from secure_constructs.changes.change import Effect, Path, Verdict
from secure_constructs.changes.differences import differences, same_elements
from secure_constructs.changes.pairs import Body
from secure_constructs.changes.schemas import Schema
from secure_constructs.changes.sentences import sentence
from secure_constructs.changes.values import at, same

_DESCRIPTIONS = {"Description", "AlarmDescription"}
# What the helper scripts of CloudFormation read from the metadata.
_READ = {"AWS::CloudFormation::Init", "AWS::CloudFormation::Authentication"}


def in_place(
    type_: str, schema: Schema | None, old: Body, new: Body
) -> Iterator[Verdict]:
    """Yield each change between *old* and *new*, as if nothing was replaced by it."""
    assets = frozenset((*hashes(old), *hashes(new)))
    for path in differences(old, new):
        before, after = at(old, path), at(new, path)
        harmless = _harmless(path, before, after, schema) or _is_asset(
            before, after, assets
        )
        if harmless:
            yield Verdict(Effect.HARMLESS, path, harmless)
        else:
            yield Verdict(Effect.BEHAVIOUR, path, sentence(type_, path))


def _harmless(path: Path, old: object, new: object, schema: Schema | None) -> str:
    """Return why the change at *path* makes no difference; empty if it does."""
    section, *rest = path
    if section == "Metadata":
        return "" if _READ & set(map(str, rest[:1])) else "metadata changes nothing"
    if section == "DependsOn":
        return "only the order of the deployment changes"
    if section in ("DeletionPolicy", "UpdateReplacePolicy"):
        return "it keeps as much as before, or more"
    if path[-1] in _DESCRIPTIONS:
        return "it only describes"
    return _by_schema(path, old, new, schema) if schema else ""


def _is_asset(old: object, new: object, assets: frozenset[str]) -> str:
    """Return that only the content of *assets* changes, which no template has."""
    if without_hashes(old, assets) != without_hashes(new, assets):
        return ""
    return "only the hash of an asset changes; its content is not in the template"


def _by_schema(path: Path, old: object, new: object, schema: Schema) -> str:
    if path[:2] == schema.tags[:2]:
        return "tags of this type change in place"
    if (old is None or new is None) and _is_default(schema.default(path), old, new):
        return "it is the default, written out or left out"
    if schema.is_unordered(path) and same_elements(old, new):
        return "only the order changes, which makes no difference here"
    return ""


def _is_default(default: object, old: object, new: object) -> bool:
    """Whether the one of *old* and *new* that is there says the *default*."""
    return default is not None and same(default, new if old is None else old)
