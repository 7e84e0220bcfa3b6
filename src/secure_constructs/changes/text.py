"""Changes as plain text."""

from __future__ import annotations

import json

from collections.abc import Iterable, Iterator
from itertools import groupby

from secure_constructs.changes.change import Change

_LONGEST = 120
_NOTHING = "(nothing)"


def written(changes: Iterable[Change]) -> str:
    """Return *changes* as text: by effect and resource, with the reason of each."""
    return "\n".join(_lines(list(changes))) or "No changes."


def _lines(changes: list[Change]) -> Iterator[str]:
    for effect, group in groupby(changes, lambda each: each.effect):
        yield f"{effect.value[0].upper()}{effect.value[1:]}:"
        for change in group:
            yield from _about(change)


def _about(change: Change) -> Iterator[str]:
    at = f", {change.construct}" if change.construct else ""
    yield f"  {change.logical_id} ({change.type}{at})"
    if change.path:
        yield f"    {change.where}: {shown(change.old)} -> {shown(change.new)}"
    yield f"    Why: {change.why}."
    if change.way_out:
        yield f"    Way out: {change.way_out}."


def shown(value: object) -> str:
    """Return *value* on one line, not longer than can be read."""
    if value is None:
        return _NOTHING
    line = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
