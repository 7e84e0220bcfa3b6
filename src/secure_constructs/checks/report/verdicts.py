"""What came of each rule at each resource."""

from __future__ import annotations

import enum

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from secure_constructs.checks.findings import Finding, Unjudged, is_of_cdk
from secure_constructs.checks.report.places import Place
from secure_constructs.checks.rule import Rule


class State(enum.Enum):
    """What came of one rule at one resource, worst first."""

    BROKEN = "broken"
    UNJUDGED = "not judged"
    WAIVED = "waived"
    KEPT = "kept"


@dataclass(frozen=True)
class Waiver:
    """
    One promise that was given up.

    Attributes:
        promise: Its id.
        place: Where.
        reason: Why.
        until: The last day on which that holds; empty for no end.
        recorded: Whether the template says so; else it was acknowledged in the app.
    """

    promise: str
    place: Place
    reason: str
    until: str = ""
    recorded: bool = True


@dataclass(frozen=True)
class Verdicts:
    """
    What came of rules at resources.

    Args:
        rules: The rules.
        found: What they found, and what they could not judge.
    """

    rules: Sequence[Rule]
    found: Sequence[Finding | Unjudged] = field(repr=False)
    _findings: Mapping[tuple[Path, str, str], Finding] = field(init=False, repr=False)
    _unjudged: frozenset[tuple[Path, str | None, str | None]] = field(
        init=False, repr=False
    )

    def __post_init__(self) -> None:
        """Make what was found easy to find."""
        findings = {
            (each.file, each.resource.logical_id, each.rule.id): each
            for each in self.found
            if isinstance(each, Finding)
        }
        unjudged = {
            (each.file, each.name, each.rule.id if each.rule else None)
            for each in self.unjudged
        }
        object.__setattr__(self, "_findings", findings)
        object.__setattr__(self, "_unjudged", frozenset(unjudged))

    @property
    def unjudged(self) -> list[Unjudged]:
        """What the rules could not judge."""
        return [each for each in self.found if isinstance(each, Unjudged)]

    def finding(self, rule: Rule, place: Place) -> Finding | None:
        """Return what *rule* found at *place*, waived or not."""
        return self._findings.get((place.file, place.resource.logical_id, rule.id))

    def state(self, rule: Rule, place: Place) -> State | None:
        """Return what came of *rule* at *place*; None where it does not apply."""
        if not rule.concerns(place.resource) or is_of_cdk(place.resource):
            return None
        finding = self.finding(rule, place)
        if finding is not None:
            return State.BROKEN if finding.waived is None else State.WAIVED
        name = place.resource.logical_id
        whats = ((None, None), (name, None), (name, rule.id))
        if any((place.file, *what) in self._unjudged for what in whats):
            return State.UNJUDGED
        if any(_rule_of(each) == rule.id for each in _recorded(place)):
            return State.WAIVED
        # A rule for every type is about what this library's constructs record.
        if "*" in rule.types and not _recorded(place):
            return None
        return State.KEPT

    def counted(self, places: Iterable[Place]) -> Counter[State]:
        """Count what came of all rules at *places*."""
        states = (self.state(rule, place) for place in places for rule in self.rules)
        return Counter(state for state in states if state)

    def waivers_at(self, place: Place) -> Iterator[Waiver]:
        """Yield what was given up at *place*, in its record or elsewhere."""
        recorded = _recorded(place)
        for promise, waiver in recorded.items():
            said = waiver if isinstance(waiver, Mapping) else {}
            reason, until = said.get("Reason", ""), said.get("Until", "")
            yield Waiver(promise, place, str(reason), str(until))
        for rule in self.rules:
            finding = self.finding(rule, place)
            if finding and finding.waived is not None and rule.id not in recorded:
                yield Waiver(rule.id, place, finding.waived, recorded=False)


def _recorded(place: Place) -> Mapping[str, object]:
    waivers = place.resource.record.get("Waivers")
    return waivers if isinstance(waivers, Mapping) else {}


def _rule_of(promise: str) -> str:
    """Return the rule's id: a part of `LAM-10` is given up as `LAM-10[NAME]`."""
    return promise.partition("[")[0]
