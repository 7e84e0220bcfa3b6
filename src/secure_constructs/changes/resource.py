"""What happens to a resource that stays in the template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from secure_constructs.changes.behaviour import in_place
from secure_constructs.changes.change import Effect, Path, Verdict
from secure_constructs.changes.pairs import Body, Pair
from secure_constructs.changes.policies import weakened
from secure_constructs.changes.replacement import replaced
from secure_constructs.changes.values import same


def judge(pair: Pair) -> Iterator[tuple[Verdict, Any, Any]]:
    """Yield what happens to the resource *pair*, beside the values at each place."""
    if pair.old.get("Type") != pair.new.get("Type"):
        yield _retyped(), pair.old.get("Type"), pair.new.get("Type")
        return
    seen: set[tuple[Path, str]] = set()
    for settled in pair.settled:
        for verdict in _verdicts(pair, settled):
            if (verdict.path, verdict.why) not in seen:
                seen.add((verdict.path, verdict.why))
                yield verdict, *pair.values(verdict.path, settled)


def _retyped() -> Verdict:
    why = "CloudFormation refuses to change the type of a resource under one logical id"
    return Verdict(
        Effect.REPLACED,
        ("Type",),
        why,
        "give the new resource another id; to keep the data, let go of the old one "
        "with DeletionPolicy: Retain, then import it",
    )


def _verdicts(pair: Pair, settled: tuple[Body, Body]) -> Iterator[Verdict]:
    written = pair.old, pair.new
    if same(*written) and same(*settled):
        return
    serious = list(_serious(pair, settled))
    yield from serious
    taken = [each.path for each in serious]
    for bodies in (settled, written):
        for verdict in in_place(*bodies, pair.schema):
            if not any(_covers(path, verdict.path) for path in taken):
                yield verdict


def _serious(pair: Pair, settled: tuple[Body, Body]) -> Iterator[Verdict]:
    if pair.schema is None:
        yield from _unknown(pair, settled)
    else:
        yield from replaced(pair, pair.schema, settled)
    yield from weakened(pair.type, *settled)


def _unknown(pair: Pair, settled: tuple[Body, Body]) -> Iterator[Verdict]:
    if not pair.held or same(
        settled[0].get("Properties"), settled[1].get("Properties")
    ):
        return
    yield Verdict(
        Effect.REPLACED,
        ("Properties",),
        f"unknown type, any change may replace it: no schema knows {pair.type}",
        "ask its provider what an update does, and accept the change with the reason",
        judged=False,
    )


def _covers(path: Path, other: Path) -> bool:
    """Whether *other* is *path* or in it."""
    return other[: len(path)] == path
