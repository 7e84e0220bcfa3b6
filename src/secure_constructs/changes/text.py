"""Changes as plain text."""

from __future__ import annotations

import json
import re

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from secure_constructs.changes.change import Change
from secure_constructs.changes.values import canonical

_LONGEST = 120
_NOTHING = "(nothing)"
# What may stand in a template as text and should not stand in a comment as well.
_SECRET = re.compile(
    r"(password|secret|secret_?string|token|private_?key|api_?key)$", re.IGNORECASE
)


def written(changes: Iterable[Change]) -> str:
    """
    Return *changes* as text: by effect and resource, with the reason of each.

    Args:
        changes: What `compare` returns. What looks like a secret is not shown.
    """
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
        yield f"    {change.where}: {turn(change)}"
    yield f"    Why: {change.why}."
    if change.way_out:
        yield f"    Way out: {change.way_out}."


def turn(change: Change) -> str:
    """
    Return what becomes of the value that changes, on one line.

    Of long lists and policies only what differs is shown, and of secrets nothing.
    """
    if _SECRET.search(change.where):
        return "(a secret, which is not shown)"
    return " -> ".join(map(_shown, _apart(change.old, change.new)))


def _apart(old: Any, new: Any) -> tuple[Any, Any]:  # noqa: ANN401 - templates are untyped
    """Return *old* and *new* without the elements that they share."""
    if isinstance(old, list) and isinstance(new, list):
        parts = _without(old, new), _without(new, old)
        return parts if any(parts) else (old, new)
    if isinstance(old, dict) and isinstance(new, dict) and "Statement" in old:
        return _apart(old["Statement"], new.get("Statement"))
    return old, new


def _without(elements: list[Any], others: list[Any]) -> list[Any]:
    known = set(map(canonical, others))
    return [each for each in elements if canonical(each) not in known]


def _shown(value: object) -> str:
    if value is None:
        return _NOTHING
    line = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
