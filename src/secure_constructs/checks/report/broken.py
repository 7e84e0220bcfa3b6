"""The broken rules, and where they are broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from secure_constructs.checks.findings import Finding
from secure_constructs.checks.report.places import Place, Site
from secure_constructs.checks.report.verdicts import Verdicts
from secure_constructs.checks.rule import Rule


@dataclass(frozen=True)
class Break:
    """
    One resource that breaks a rule.

    Attributes:
        name: The stack that it is in.
        place: Where it stands.
        finding: What was found there.
    """

    name: str
    place: Place
    finding: Finding

    @property
    def alike(self) -> tuple[str, ...]:
        """What is the same where the same is wrong."""
        locations = (breach.location for breach in self.finding.breaches)
        return (self.finding.problem, *locations)


@dataclass(frozen=True)
class Broken:
    """
    A rule, and where it is broken.

    Attributes:
        rule: The rule.
        found: The resources.
    """

    rule: Rule
    found: tuple[Break, ...]


def broken_in(sites: Sequence[Site], verdicts: Verdicts) -> Iterator[Broken]:
    """Yield the rules that are broken, errors first, and where they are."""
    for rule in sorted(verdicts.rules, key=lambda each: each.severity != "error"):
        found = [
            Break(site.name, place, finding)
            for site in sites
            for place in site.places.values()
            if (finding := verdicts.finding(rule, place)) and finding.waived is None
        ]
        if found:
            yield Broken(rule, tuple(found))
