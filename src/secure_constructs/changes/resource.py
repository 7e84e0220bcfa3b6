"""What happens to a resource that stays in the template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from secure_constructs.changes.behaviour import in_place
from secure_constructs.changes.change import Effect, Path, Verdict
from secure_constructs.changes.hazards import hazards
from secure_constructs.changes.hazards.protection import removable
from secure_constructs.changes.pairs import Pair, View
from secure_constructs.changes.policies import weakened
from secure_constructs.changes.refused import refused
from secure_constructs.changes.replacement import replaced
from secure_constructs.changes.values import at, same

_ALL: Path = ("Properties",)


def judge(pair: Pair) -> Iterator[tuple[Verdict, Any, Any]]:
    """Yield what happens to the resource *pair*, beside the values at each place."""
    if pair.is_untouched:
        return
    if pair.old.get("Type") != pair.new.get("Type"):
        yield _retyped(), pair.old.get("Type"), pair.new.get("Type")
        return
    seen: set[tuple[Path, str]] = set()
    for view in pair.views:
        for verdict in _verdicts(pair, view):
            if (verdict.path, verdict.why) not in seen:
                seen.add((verdict.path, verdict.why))
                yield verdict, *view.values(verdict.path)


def _retyped() -> Verdict:
    return Verdict(
        Effect.REPLACED,
        ("Type",),
        "CloudFormation refuses to change the type of a resource under one logical id",
        "give the new resource another id; to keep the data, let go of the old one "
        "with DeletionPolicy: Retain, then import it",
    )


def _verdicts(pair: Pair, view: View) -> Iterator[Verdict]:
    if same(*view.written) and same(*view.filled):
        return
    serious = list(_serious(pair, view))
    yield from serious
    taken = [each.path for each in serious]
    for bodies in view.both:
        for verdict in in_place(pair.type, pair.schema, *bodies):
            if not any(_covers(path, verdict.path) for path in taken):
                yield verdict


def _serious(pair: Pair, view: View) -> Iterator[Verdict]:
    if pair.schema is None:
        yield from _unknown(pair, view)
    else:
        yield from replaced(pair, pair.schema, view)
        yield from refused(pair.type, pair.schema, *view.filled)
    yield from weakened(pair.type, *view.filled)
    yield from hazards(pair.type, *view.filled)
    for bodies in view.both:
        yield from removable(*bodies)


def _unknown(pair: Pair, view: View) -> Iterator[Verdict]:
    changed = any(not same(at(old, _ALL), at(new, _ALL)) for old, new in view.both)
    if pair.held and changed:
        yield Verdict(
            Effect.REPLACED,
            _ALL,
            f"unknown type, any change may replace it: no schema knows {pair.type}",
            "ask its provider what an update does, and accept the change with the "
            "reason",
            judged=False,
        )


def _covers(path: Path, other: Path) -> bool:
    """Whether *other* is *path* or in it."""
    return other[: len(path)] == path
