"""The checklist against the resources, a table for each family of rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from secure_constructs.checks.report.parts import plain
from secure_constructs.checks.report.places import Place, Site
from secure_constructs.checks.report.verdicts import State, Verdicts
from secure_constructs.checks.rule import Rule


@dataclass(frozen=True)
class Row:
    """
    One resource, and what came of each rule of a family at it.

    Attributes:
        place: Where the resource stands.
        states: What came of each rule; None where it does not apply.
    """

    place: Place
    states: tuple[State | None, ...]

    @property
    def type(self) -> str:
        """The resource's type in plain words."""
        return plain(self.place.resource.type)

    @property
    def is_kept(self) -> bool:
        """Whether every rule that applies is kept."""
        return set(self.states) <= {State.KEPT, None}


@dataclass(frozen=True)
class Family:
    """
    Rules whose ids begin alike, and the resources that they concern.

    Attributes:
        name: How the ids begin, such as `S3`.
        rules: The rules.
        groups: The resources, by the stack they are in.
    """

    name: str
    rules: tuple[Rule, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]

    @property
    def about(self) -> str:
        """The service that it is about; empty for several."""
        services = {
            plain(type_).split()[0] for rule in self.rules for type_ in rule.types
        }
        return services.pop() if len(services) == 1 else ""

    def counted(self, rule: Rule) -> Counter[State]:
        """Count what came of *rule*."""
        at = self.rules.index(rule)
        rows = (row for _, rows in self.groups for row in rows)
        return Counter(state for row in rows if (state := row.states[at]))


def families(sites: Sequence[Site], verdicts: Verdicts) -> Iterator[Family]:
    """Yield the rules by family, with what came of them in *sites*."""
    by_name: dict[str, list[Rule]] = {}
    for rule in verdicts.rules:
        by_name.setdefault(rule.id.rpartition("-")[0], []).append(rule)
    for name, rules in by_name.items():
        rules.sort(key=lambda rule: rule.id)
        groups: dict[str, list[Row]] = {}
        for site in sites:
            for place in site.places.values():
                states = tuple(verdicts.state(rule, place) for rule in rules)
                if any(states):
                    groups.setdefault(site.name, []).append(Row(place, states))
        found = tuple((source, tuple(rows)) for source, rows in groups.items())
        yield Family(name, tuple(rules), found)
