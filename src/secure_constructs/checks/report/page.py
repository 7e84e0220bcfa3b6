"""The report itself: one page of HTML that needs nothing else."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2

from markupsafe import Markup, escape

from secure_constructs.checks import costs
from secure_constructs.checks.findings import Finding, Source, Unjudged
from secure_constructs.checks.report import layout, names
from secure_constructs.checks.report.matrix import families
from secure_constructs.checks.report.parts import Part, plain
from secure_constructs.checks.report.places import Place, Site, sites_of
from secure_constructs.checks.report.stacks import stacks_of
from secure_constructs.checks.report.verdicts import State, Verdicts, Waiver
from secure_constructs.checks.rule import Rule

_BREAKS = re.compile(r"(?<=[/.])|(?<=[a-z0-9])(?=[A-Z])")
# How a state looks where there is no room for its name.
_SIGNS: Mapping[State, str] = {
    State.BROKEN: "✗",
    State.UNJUDGED: "?",
    State.WAIVED: "!",
    State.KEPT: "✓",
}


@dataclass(frozen=True)
class Report:
    """
    What a report is about.

    Attributes:
        title: What was checked, in words.
        sources: The stacks and templates.
        rules: The rules that they were checked by.
        found: What these found, and what they could not judge.
        made: The day on which the report is made.
        version: The version of the library.
        docs: Where the library's documentation is; empty for nowhere.
    """

    title: str
    sources: Sequence[Source]
    rules: Sequence[Rule]
    found: Sequence[Finding | Unjudged]
    made: dt.date
    version: str
    docs: str = ""


@dataclass(frozen=True)
class _Anchors:
    """
    Where things are on the page.

    Attributes:
        parts: The constructs.
        cells: The findings and waivers, by rule and resource.
    """

    parts: Mapping[Part, str]
    cells: Mapping[tuple[str, Place], str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Break:
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
class _Broken:
    """
    A rule, and where it is broken.

    Attributes:
        rule: The rule.
        found: The resources.
    """

    rule: Rule
    found: tuple[_Break, ...]


def rendered(report: Report) -> str:
    """Return the page for *report*."""
    sites = list(sites_of(report.sources))
    verdicts = Verdicts(report.rules, report.found)
    stacks = list(stacks_of(sites, verdicts))
    every = [node.part for stack in stacks for node in stack.nodes]
    broken = list(_broken(sites, verdicts))
    waivers = [(site, each) for site in sites for each in _waivers(site, verdicts)]
    found = [(each.rule.id, at.place) for each in broken for at in each.found]
    cells = {at: f"finding-{number}" for number, at in enumerate(found, start=1)}
    for number, (_, waiver) in enumerate(waivers, start=1):
        rule = waiver.promise.partition("[")[0]
        cells.setdefault((rule, waiver.place), f"waiver-{number}")
    anchors = _Anchors(
        {part: f"construct-{number}" for number, part in enumerate(every, start=1)},
        cells,
    )
    style, script = _file("report.css"), _file("report.js")
    return (
        _environment(anchors)
        .get_template("report.html")
        .render(
            report=report,
            anchors=anchors,
            stacks=stacks,
            families=list(families(sites, verdicts)),
            broken=broken,
            warnings=sum(
                len(each.found) for each in broken if each.rule.severity == "warning"
            ),
            waivers=waivers,
            unjudged=verdicts.unjudged,
            counts=verdicts.counted(
                place for site in sites for place in site.places.values()
            ),
            costs=list(costs.costs_of(_resources(sites))),
            files=[(site, _fingerprint(site.file)) for site in sites],
            style=style,
            script=script,
            allowed=f"style-src {_hash(style)}; script-src {_hash(script)}",
        )
    )


def _broken(sites: Sequence[Site], verdicts: Verdicts) -> Iterator[_Broken]:
    """Yield the rules that are broken, errors first, and where they are."""
    for rule in sorted(verdicts.rules, key=lambda each: each.severity != "error"):
        found = [
            _Break(site.name, place, finding)
            for site in sites
            for place in site.places.values()
            if (finding := verdicts.finding(rule, place)) and finding.waived is None
        ]
        if found:
            yield _Broken(rule, tuple(found))


def _waivers(site: Site, verdicts: Verdicts) -> Iterator[Waiver]:
    for place in site.places.values():
        yield from verdicts.waivers_at(place)


def _resources(sites: Sequence[Site]) -> Iterator[Any]:
    return (place.resource for site in sites for place in site.places.values())


def _environment(anchors: _Anchors) -> jinja2.Environment:
    owners = {place: part for part in anchors.parts for place in part.places}
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__name__.rpartition(".")[0], "files"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "State": State,
        "NOT_COUNTED": costs.NOT_COUNTED,
        "box": (layout.WIDTH, layout.HEIGHT),
        "part_of": owners.get,
    }
    environment.filters |= {
        "sign": lambda state: _SIGNS[state],
        "css": lambda state: state.value.replace(" ", "-"),
        "curve": _curve,
        "label": lambda part, source: names.label(source, part.path),
        "label_of": lambda place, source: names.label(source, place.path),
        "short": names.shortened,
        "breakable": _breakable,
        "type": lambda place: plain(place.resource.type),
        "plural": lambda count, word: f"{count:,} {word}" + ("s" if count != 1 else ""),
        "dollars": lambda amount: f"${amount:,.2f}",
    }
    return environment


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """Return the path of a line that leaves and reaches boxes at right angles."""
    (x, y), *others = points
    steps = [f"M{x:g} {y:g}"]
    for to_x, to_y in others:
        middle = (x + to_x) / 2
        steps.append(f"C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}")
        x, y = to_x, to_y
    return "".join(steps)


def _breakable(text: str) -> Markup:
    """Return *text* with places where a line may end: at slashes, dots and humps."""
    return Markup("<wbr>").join(map(escape, _BREAKS.split(text)))


def _file(name: str) -> str:
    return (Path(__file__).parent / "files" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return *text* as a page's security policy names it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
