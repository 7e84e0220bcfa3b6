"""Where two definitions of a resource differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.changes.change import Path
from secure_constructs.changes.values import canonical, same
from secure_constructs.checks.template import is_intrinsic


def differences(old: object, new: object, path: Path = ()) -> Iterator[Path]:
    """Yield where *old* and *new* differ, as deeply as that can be said."""
    if same(old, new):
        return
    if _is_open(old, new):
        before: Mapping[str, Any] = old if isinstance(old, Mapping) else {}
        after: Mapping[str, Any] = new if isinstance(new, Mapping) else {}
        for key in dict.fromkeys([*before, *after]):
            yield from differences(before.get(key), after.get(key), (*path, key))
    elif _are_lists(old, new) and not same_elements(old, new):
        yield from _in_lists(old, new, path)
    else:
        yield path


def same_elements(old: object, new: object) -> bool:
    """Whether two lists have the same elements, in any order."""
    if not (isinstance(old, list) and isinstance(new, list)):
        return False
    return sorted(map(canonical, old)) == sorted(map(canonical, new))


def _in_lists(old: Any, new: Any, path: Path) -> Iterator[Path]:  # noqa: ANN401 - templates are untyped
    """Yield the elements that differ, if each has one that it became."""
    if len(old) == len(new) and all(map(_is_one, old, new)):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(before, after, (*path, index))
    else:
        yield path


def _is_one(old: object, new: object) -> bool:
    """Whether *new* is what *old* was or became."""
    return same(old, new) or _is_open(old, new)


def _are_lists(old: object, new: object) -> bool:
    return isinstance(old, list) and isinstance(new, list)


def _is_open(old: object, new: object) -> bool:
    """Whether *old* and *new* are objects, or one is and the other is not there."""
    found = [each for each in (old, new) if each is not None]
    # What is empty on one side and not there on the other has nothing in it to name.
    return any(found) and all(
        isinstance(each, Mapping) and not is_intrinsic(each) and "Statement" not in each
        for each in found
    )
