"""The stacks of an app as the report shows them: constructs and connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from secure_constructs.checks.costs import Cost, costs_of
from secure_constructs.checks.report.connections import Badge, Connection, web_of
from secure_constructs.checks.report.layout import Drawing, drawn
from secure_constructs.checks.report.parts import Part, parts_of
from secure_constructs.checks.report.places import Place, Site
from secure_constructs.checks.report.verdicts import State, Verdicts

_NESTED = "AWS::CloudFormation::Stack"
_OF_CDK = "AWS::CDK::Metadata"


@dataclass(frozen=True)
class Node:
    """
    A construct in its stack.

    Attributes:
        part: The construct.
        counts: What came of the rules at its resources.
        connections: The connections that begin here.
        badges: What it shares with others.
    """

    part: Part
    counts: Counter[State]
    connections: tuple[Connection, ...]
    badges: tuple[Badge, ...]

    @property
    def state(self) -> State | None:
        """The worst of what came of the rules; None where none applies."""
        return next((state for state in State if self.counts[state]), None)


@dataclass(frozen=True)
class Stack:
    """
    One stack, or a template that was read by itself.

    Attributes:
        name: Its name.
        places: Its resources, those of nested stacks included.
        account: The account it is deployed to; None where that is not known.
        protected: Whether it has termination protection; None where not known.
        nodes: Its constructs.
        drawing: How they connect, those of other stacks included.
    """

    name: str
    places: tuple[Place, ...] = field(repr=False)
    account: str | None
    protected: bool | None
    nodes: tuple[Node, ...] = field(repr=False)
    drawing: Drawing[Part] = field(repr=False)

    @property
    def by_part(self) -> Mapping[Part, Node]:
        """Its constructs by what they are made of."""
        return {node.part: node for node in self.nodes}

    @property
    def tiers(self) -> list[str]:
        """What its constructs are worth."""
        records = (place.resource.record for place in self.places)
        return sorted({str(each["Tier"]) for each in records if "Tier" in each})

    @property
    def counts(self) -> Counter[State]:
        """What came of the rules at its resources."""
        return sum((node.counts for node in self.nodes), Counter())

    @property
    def costs(self) -> list[Cost]:
        """What it costs each month."""
        return list(costs_of(place.resource for place in self.places))


def stacks_of(sites: Sequence[Site], verdicts: Verdicts) -> Iterator[Stack]:
    """Yield the stacks that *sites* are templates of."""
    by_source: dict[str, list[Site]] = {}
    for site in sites:
        by_source.setdefault(site.name, []).append(site)
    parts = {name: _parts(name, found) for name, found in by_source.items()}
    web = web_of(sites, [part for found in parts.values() for part in found])
    starting: dict[Part, list[Connection]] = {}
    for connection in web.connections:
        starting.setdefault(connection.source, []).append(connection)
    for name, found in by_source.items():
        yield Stack(
            name,
            tuple(place for site in found for place in site.places.values()),
            found[0].template.account,
            found[0].template.protected,
            tuple(
                Node(
                    part,
                    verdicts.counted(part.places),
                    tuple(starting.get(part, ())),
                    web.badges.get(part, ()),
                )
                for part in parts[name]
            ),
            _drawing(name, parts[name], web.connections),
        )


def _parts(source: str, sites: Sequence[Site]) -> list[Part]:
    """Return the constructs of *source*, but not those that stand for others."""
    homes = {site.home for site in sites if site.home}
    places = [
        place
        for site in sites
        for place in site.places.values()
        if place.resource.type != _OF_CDK and not _is_shown_inside(place, homes)
    ]
    return list(parts_of(source, places))


def _is_shown_inside(place: Place, homes: set[str]) -> bool:
    """Whether *place* is a nested stack whose own resources are shown."""
    home = place.path.rpartition(".NestedStack/")[0]
    return place.resource.type == _NESTED and home in homes


def _drawing(
    source: str, parts: Sequence[Part], connections: Sequence[Connection]
) -> Drawing[Part]:
    lines = [
        (each.source, each.target)
        for each in connections
        if source in (each.source.source, each.target.source)
    ]
    names: Mapping[Part, None] = dict.fromkeys(
        [*parts, *(part for line in lines for part in line)]
    )
    return drawn(list(names), lines)
