"""Values of templates: what is at a path, and whether two of them are the same."""

from __future__ import annotations

import json

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.changes.change import Path
from secure_constructs.checks.template import is_intrinsic, text

# The key that makes an object a policy, in which no list has an order.
_STATEMENTS = "Statement"
_LOOKUP = "Fn::FindInMap"


def same(old: object, new: object) -> bool:
    """Whether two values are the same once deployed, in whichever spelling."""
    if old == new:
        return True
    before = canonical(old)
    return before == canonical(new) or (
        _LOOKUP in before and before == canonical(_looked_up(old, new))
    )


def canonical(value: object) -> str:
    """Return the one spelling of *value* that all equal ones share."""
    return json.dumps(_spelled(value, in_policy=False), sort_keys=True)


def at(body: Mapping[str, Any], path: Path) -> Any:  # noqa: ANN401 - templates are untyped
    """
    Return what *body* has at *path*; None where there is nothing.

    Where a function stands on the way, it is what decides about the rest, and is
    returned.
    """
    value: Any = body
    for step in path:
        if is_intrinsic(value):
            return value
        if isinstance(value, Mapping):
            value = value.get(str(step))
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def known(body: Mapping[str, Any], path: Path) -> Path:
    """Return how far *path* goes in *body* before a function decides about the rest."""
    for length in range(len(path)):
        if is_intrinsic(at(body, path[:length])):
            return path[:length]
    return path


def places(old: object, new: object, pointer: Path) -> Iterator[Path]:
    """Yield *pointer* with each `*` in it as the indices that *old* or *new* has."""
    if "*" not in pointer:
        yield pointer
        return
    star = pointer.index("*")
    before, after = pointer[:star], pointer[star + 1 :]
    lists = [at({"": each}, ("", *before)) for each in (old, new)]
    if any(map(is_intrinsic, lists)):
        yield before
        return
    longest = max(len(each) if isinstance(each, list) else 0 for each in lists)
    for index in range(longest):
        yield from places(old, new, (*before, index, *after))


def plain(value: float | str) -> str:
    """Return a number or truth as the text that CloudFormation takes for the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)


def _looked_up(old: Any, new: Any) -> Any:  # noqa: ANN401 - templates are untyped
    """Return *new* with the mappings of *old* where these only have more keys in it."""
    match old, new:
        case {"Fn::FindInMap": [was, *keys]}, {"Fn::FindInMap": [will, *others]}:
            return old if same(keys, others) and _has(will, was) else new
        case dict(), dict():
            return {name: _looked_up(old.get(name), new[name]) for name in new}
        case list(), list() if len(old) == len(new):
            return list(map(_looked_up, old, new))
    return new


def _has(mapping: object, other: object) -> bool:
    """Whether *mapping* says all that *other* says; what is more, nobody found."""
    if not (isinstance(mapping, Mapping) and isinstance(other, Mapping)):
        return same(mapping, other)
    return all(
        name in mapping and _has(mapping[name], each) for name, each in other.items()
    )


def _spelled(value: Any, *, in_policy: bool) -> Any:  # noqa: ANN401 - templates are untyped
    if isinstance(value, (bool, int, float)):
        return plain(value)
    if isinstance(value, Mapping):
        return _object(value, in_policy=in_policy)
    if isinstance(value, list):
        spelled = [_spelled(each, in_policy=in_policy) for each in value]
        if not in_policy:
            return spelled
        spelled.sort(key=lambda each: json.dumps(each, sort_keys=True))
        return spelled[0] if len(spelled) == 1 else spelled
    return value


def _object(value: Mapping[str, Any], *, in_policy: bool) -> Any:  # noqa: ANN401 - templates are untyped
    if is_intrinsic(value):
        known = text(value)
        if known is not None:
            return {"Fn::Sub": known}
        return {name: _spelled(each, in_policy=False) for name, each in value.items()}
    in_policy = in_policy or _STATEMENTS in value
    return {
        str(name): _spelled(each, in_policy=in_policy) for name, each in value.items()
    }
