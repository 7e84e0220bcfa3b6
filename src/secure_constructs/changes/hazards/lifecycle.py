"""Lifecycle rules of buckets, and what they delete."""

from __future__ import annotations

import math
import operator
import re

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from secure_constructs.changes.change import Path, Verdict
from secure_constructs.changes.hazards.hazard import Body, danger, number
from secure_constructs.changes.values import at, canonical
from secure_constructs.checks.template import is_intrinsic

# What a rule deletes is less, the larger each of them is.
Amounts: TypeAlias = tuple[float, ...]

_PATH: Path = ("Properties", "LifecycleConfiguration", "Rules")
_WAY_OUT = (
    "leave the rule out or Disabled, or give it a prefix that nothing needed has; "
    "what it deletes cannot be brought back"
)
# Midnight is the only time that such a date may have.
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def starts_to_delete(old: Body, new: Body) -> Iterator[Verdict]:
    """Yield the rules that delete what no rule deletes today."""
    before, after = at(old, _PATH), at(new, _PATH)
    if canonical(before) == canonical(after) or after is None:
        return
    if not isinstance(after, list):
        yield danger(_PATH, "only the deployment knows which objects expire", _WAY_OUT)
        return
    rules = [each for each in _list(before) if _is_on(each)]
    for index, rule in enumerate(after):
        if not isinstance(rule, Mapping) or is_intrinsic(rule):
            if canonical(rule) not in map(canonical, _list(before)):
                yield danger(
                    (*_PATH, index), "only the deployment knows this rule", _WAY_OUT
                )
        elif _is_on(rule):
            for what, when in _DELETING.items():
                if _deletes_more(rule, rules, when):
                    why = f"the rule starts to delete {what}, also those that are there"
                    yield danger((*_PATH, index), why, _WAY_OUT)


def _deletes_more(
    rule: Mapping[str, Any], others: list[Any], when: Callable[[Any], Amounts]
) -> bool:
    """Whether *rule* deletes something that none of *others* deletes as early."""
    wanted = when(rule)
    return math.inf not in wanted and not any(
        _covers(other, rule) and all(map(operator.le, when(other), wanted))
        for other in others
    )


def _current(rule: Mapping[str, Any]) -> Amounts:
    """Return after how many days *rule* deletes an object."""
    if rule.get("ExpirationDate") is not None:
        return (0,)
    return (_days(rule.get("ExpirationInDays")),)


def _noncurrent(rule: Mapping[str, Any]) -> Amounts:
    """Return after how many days *rule* deletes old versions, and how many it keeps."""
    expiration = rule.get("NoncurrentVersionExpiration")
    if isinstance(expiration, Mapping):
        kept = number(expiration.get("NewerNoncurrentVersions", 0)) or 0
        return _days(expiration.get("NoncurrentDays")), kept
    return _days(rule.get("NoncurrentVersionExpirationInDays")), 0


_DELETING = {"objects": _current, "old versions of objects": _noncurrent}


def _days(value: object) -> float:
    if value is None:
        return math.inf
    found = number(value)
    return -1 if found is None else found


def _covers(other: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    """Whether *other* is about all objects that *rule* is about."""
    if not _not_later(other.get("ExpirationDate"), rule.get("ExpirationDate")):
        return False
    wider = str(rule.get("Prefix", "")).startswith(str(other.get("Prefix", "")))
    tags, wanted = (
        set(map(canonical, _list(each.get("TagFilters")))) for each in (rule, other)
    )
    sizes = _bound(other, "Greater", 0) <= _bound(rule, "Greater", 0)
    limits = _bound(other, "Less", math.inf) >= _bound(rule, "Less", math.inf)
    return wider and wanted <= tags and sizes and limits


def _not_later(date: object, other: object) -> bool:
    """Whether *date* is not after *other*, as far as a template says when that is."""
    dates = str(date), str(other)
    known = all(map(_DATE.match, dates))
    return dates[0][:10] <= dates[1][:10] if known else date == other


def _bound(rule: Mapping[str, Any], which: str, absent: float) -> float:
    found = number(rule.get(f"ObjectSize{which}Than"))
    return absent if found is None else found


def _is_on(rule: object) -> bool:
    return isinstance(rule, Mapping) and rule.get("Status") != "Disabled"


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
