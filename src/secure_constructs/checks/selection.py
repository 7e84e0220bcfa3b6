"""Which rules are asked for, by their ids."""

from __future__ import annotations

import difflib

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import get_args

from secure_constructs.checks import RULES
from secure_constructs.checks.rule import Rule, Severity


def select(
    rules: Iterable[str] | None = None,
    skip: Iterable[str] = (),
    severities: Mapping[str, Severity] | None = None,
) -> tuple[Rule, ...]:
    """
    Return the rules that are asked for.

    Args:
        rules: The ids of the rules; all of them by default.
        skip: The ids of those to leave out.
        severities: How bad a breach is, by the ids of rules.

    Raises:
        TypeError: One string is given instead of several.
        ValueError: There is no such rule or severity, or no rule is left.
    """
    wanted = {each.id for each in RULES} if rules is None else _ids("rules", rules)
    left_out = _ids("skip", skip)
    bad = dict(severities or {})
    _ids("severities", bad)
    for rule_id, severity in bad.items():
        if severity not in get_args(Severity):
            known = " or ".join(map(repr, get_args(Severity)))
            raise ValueError(f"severities={severity!r} of {rule_id}; use {known}")
    found = tuple(
        replace(each, severity=bad.get(each.id, each.severity))
        for each in RULES
        if each.id in wanted - left_out
    )
    if not found:
        raise ValueError(f"skip={sorted(left_out)!r} leaves no rule; take one out")
    return found


def the_rule(rule_id: str) -> Rule:
    """
    Return the rule with the id *rule_id*, in capitals or not.

    Raises:
        ValueError: There is none.
    """
    rules = {each.id: each for each in RULES}
    found = rules.get(rule_id.upper())
    if found is None:
        close = difflib.get_close_matches(rule_id.upper(), rules, n=3) or list(rules)
        raise ValueError(f"there is no rule {rule_id!r}; there are {', '.join(close)}")
    return found


def _ids(option: str, given: Iterable[str]) -> set[str]:
    if isinstance(given, str):
        raise TypeError(f"{option}={given!r} is one string; use [{given!r}]")
    return {the_rule(each).id for each in given}
