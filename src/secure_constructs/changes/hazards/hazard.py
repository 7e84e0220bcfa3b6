"""Ways in which a change in place can cost data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from secure_constructs.changes.change import Effect, Path, Verdict
from secure_constructs.changes.values import at, same
from secure_constructs.checks.template import is_intrinsic

Body: TypeAlias = Mapping[str, Any]
# Looks at a resource as it was and as it is to be, and at nothing else.
Find: TypeAlias = Callable[[Body, Body], Iterator[Verdict]]

_ON = ("true", "enabled", "active")
_KEEP = "keep the value that it has"


@dataclass(frozen=True)
class Hazard:
    """
    One way in which a change in place can cost data.

    Args:
        types: The resource types it concerns; none for all of them.
        find: Yields where it does.
    """

    types: tuple[str, ...]
    find: Find


def danger(path: Path, why: str, way_out: str = _KEEP) -> Verdict:
    """Return that the change at *path* may cost data."""
    return Verdict(Effect.DATA, path, why, way_out)


def shorter(
    *names: str, absent: float, why: str, way_out: str = _KEEP, zero: float = 0
) -> Find:
    """
    Return what finds a time that gets shorter.

    Args:
        names: Where the time is.
        absent: How long it is where nothing is said; `inf` for without an end.
        why: What that costs.
        way_out: What to do instead.
        zero: How long 0 is.
    """
    path = ("Properties", *names)

    def find(old: Body, new: Body) -> Iterator[Verdict]:
        before, after = at(old, path), at(new, path)
        if same(before, after):
            return
        was, will = _amount(before, absent, zero), _amount(after, absent, zero)
        if was is None or will is None:
            yield danger(path, f"{why}, if the deployment makes it shorter", way_out)
        elif will < was:
            yield danger(path, why, way_out)

    return find


def switched_off(
    *names: str, absent: bool = False, why: str, way_out: str = _KEEP
) -> Find:
    """Return what finds that something is no longer on; *absent* is the default."""
    path = ("Properties", *names)

    def find(old: Body, new: Body) -> Iterator[Verdict]:
        if goes_off(at(old, path), at(new, path), absent):
            yield danger(path, why, way_out)

    return find


def switched_on(
    *names: str, absent: bool = False, why: str, way_out: str = _KEEP
) -> Find:
    """Return what finds that something is on from now on; *absent* is the default."""
    path = ("Properties", *names)

    def find(old: Body, new: Body) -> Iterator[Verdict]:
        before, after = at(old, path), at(new, path)
        if (
            may_be_on(after, absent)
            and not is_on(before, absent)
            and not same(before, after)
        ):
            yield danger(path, why, way_out)

    return find


def changed(*names: str, why: str, way_out: str = _KEEP) -> Find:
    """Return what finds another value than the one that was there."""
    path = ("Properties", *names)

    def find(old: Body, new: Body) -> Iterator[Verdict]:
        before, after = at(old, path), at(new, path)
        if None not in (before, after) and not same(before, after):
            yield danger(path, why, way_out)

    return find


def differs(*names: str, why: str, way_out: str = _KEEP) -> Find:
    """Return what finds any change, also from or to nothing."""
    path = ("Properties", *names)

    def find(old: Body, new: Body) -> Iterator[Verdict]:
        if not same(at(old, path), at(new, path)):
            yield danger(path, why, way_out)

    return find


def removed(*names: str, why: str, way_out: str = _KEEP) -> Find:
    """Return what finds that there is nothing any more."""
    path = ("Properties", *names)

    def find(old: Body, new: Body) -> Iterator[Verdict]:
        if at(old, path) is not None and at(new, path) is None:
            yield danger(path, why, way_out)

    return find


def is_on(value: object, absent: bool = False) -> bool:  # noqa: FBT001, FBT002 - as dict.get has it
    """Whether *value* says that something is on, in whichever words."""
    return absent if value is None else str(value).lower() in _ON


def may_be_on(value: object, absent: bool = False) -> bool:  # noqa: FBT001, FBT002 - likewise
    """Whether *value* says that something is on, or only the deployment knows."""
    return is_on(value, absent) or is_intrinsic(value)


def goes_off(old: object, new: object, absent: bool = False) -> bool:  # noqa: FBT001, FBT002 - likewise
    """Whether something may be on by *old*, and no longer is by *new*."""
    kept = is_on(new, absent) or same(old, new)
    return may_be_on(old, absent) and not kept


def named(value: object, key: str) -> dict[str, Any]:
    """Return the objects of a list by what each says for *key*."""
    found = value if isinstance(value, list) else []
    return {
        str(each[key]): each
        for each in found
        if isinstance(each, Mapping) and key in each
    }


def number(value: object) -> float | None:
    """Return *value* as a number, which a template may write as text."""
    try:
        return float(str(value))
    except ValueError:
        return None


def _amount(value: object, absent: float, zero: float) -> float | None:
    if value is None:
        return absent
    found = number(value)
    return zero if found == 0 else found
