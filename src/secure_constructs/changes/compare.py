"""Compares two templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.changes.change import Change, Effect, Path, Verdict
from secure_constructs.changes.emptying import emptied
from secure_constructs.changes.handed import handed_on
from secure_constructs.changes.pairs import Pair
from secure_constructs.changes.removal import removal, renamed
from secure_constructs.changes.replacement import cascade
from secure_constructs.changes.resource import judge
from secure_constructs.changes.sections import sections
from secure_constructs.changes.settled import Definitions
from secure_constructs.changes.unseen import is_plain, unseen

_ORDER = list(Effect)
# It tells AWS which constructs are in use, and does nothing.
_ONLY_TOLD = ("AWS::CDK::Metadata",)


def compare(
    old: Mapping[str, Any], new: Mapping[str, Any], *, region: str = "us-east-1"
) -> list[Change]:
    """
    Return what changes between two templates, the most serious changes first.

    Args:
        old: The template that is deployed.
        new: The one that is to take its place.
        region: The region whose resource schemas are asked.

    Raises:
        ImportError: The extra with the schemas is not installed.
        ValueError: No schemas are known for *region*.
    """
    before, after = Definitions(old), Definitions(new)
    changes = [
        *_resources(_pairs(before, after, region)),
        *sections(before, after),
        *unseen(before, after),
    ]
    return sorted(changes, key=rank)


def _pairs(before: Definitions, after: Definitions, region: str) -> dict[str, Pair]:
    """Return the resources of both templates, by logical id."""
    olds, news = before.section("Resources"), after.section("Resources")
    found = {}
    for name in dict.fromkeys([*olds, *news]):
        old, new = olds.get(name), news.get(name)
        if is_plain(name, old) and is_plain(name, new):
            found[name] = Pair(name, old or {}, new or {}, before, after, region)
    return found


def _resources(pairs: Mapping[str, Pair]) -> Iterator[Change]:
    gone = [each for each in pairs.values() if not each.new]
    come = [each for each in pairs.values() if not each.old]
    stay = {name: each for name, each in pairs.items() if each.old and each.new}
    names = renamed(gone, come)
    for pair in gone:
        yield _change(pair, removal(pair, names.get(pair.logical_id)), pair.old, None)
    for pair in come:
        yield _change(pair, Verdict(Effect.ADDED, (), "it is new"), None, pair.new)
    for pair, verdict in emptied(gone, come, stay):
        yield _change(pair, verdict, None, None)
    yield from _staying(stay)


def _staying(pairs: Mapping[str, Pair]) -> Iterator[Change]:
    replaced = set()
    for pair in pairs.values():
        for verdict, old, new in judge(pair):
            if verdict.effect is Effect.REPLACED:
                replaced.add(pair.logical_id)
            yield _change(pair, verdict, old, new)
    for pair, verdict in [*cascade(pairs, frozenset(replaced))]:
        replaced.add(pair.logical_id)
        yield _change(pair, verdict, *pair.views[0].values(verdict.path))
    for pair, verdict in handed_on(pairs, replaced):
        yield _change(pair, verdict, *pair.views[0].values(verdict.path))


def _change(pair: Pair, verdict: Verdict, old: object, new: object) -> Change:
    effect = Effect.HARMLESS if pair.type in _ONLY_TOLD else verdict.effect
    return Change(
        effect=effect,
        logical_id=pair.logical_id,
        type=pair.type,
        path=verdict.path,
        old=old,
        new=new,
        why=verdict.why,
        way_out=verdict.way_out,
        stateful=bool(pair.held),
        construct=pair.construct,
        judged=verdict.judged,
    )


def rank(change: Change) -> tuple[int, bool, str, tuple[str, ...]]:
    """Return what sorts *change*: the most serious first, then those that fail."""
    path: Path = change.path
    return (
        _ORDER.index(change.effect),
        not change.fails,
        change.logical_id,
        tuple(map(str, path)),
    )
