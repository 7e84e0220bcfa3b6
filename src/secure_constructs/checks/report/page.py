"""The report itself: one page of HTML that needs nothing else."""

from __future__ import annotations

import datetime as dt
import hashlib

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secure_constructs.checks.costs import costs_of
from secure_constructs.checks.findings import Finding, Source, Unjudged
from secure_constructs.checks.report.broken import Broken, broken_in
from secure_constructs.checks.report.markup import written
from secure_constructs.checks.report.matrix import families
from secure_constructs.checks.report.parts import Part
from secure_constructs.checks.report.places import Place, sites_of
from secure_constructs.checks.report.stacks import stacks_of
from secure_constructs.checks.report.verdicts import Verdicts, Waiver
from secure_constructs.checks.rule import Rule


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
    cells: Mapping[tuple[str, Place], str]


def rendered(report: Report) -> str:
    """Return the page for *report*."""
    sites = list(sites_of(report.sources))
    verdicts = Verdicts(report.rules, report.found)
    stacks = list(stacks_of(sites, verdicts))
    parts = [node.part for stack in stacks for node in stack.nodes]
    places = [place for site in sites for place in site.places.values()]
    broken = list(broken_in(sites, verdicts))
    waivers = [
        (site, waiver)
        for site in sites
        for place in site.places.values()
        for waiver in verdicts.waivers_at(place)
    ]
    return written(
        report=report,
        stacks=stacks,
        owners={place: part for part in parts for place in part.places},
        anchors=_anchors(parts, broken, [waiver for _, waiver in waivers]),
        families=list(families(sites, verdicts)),
        broken=broken,
        warnings=sum(
            len(each.found) for each in broken if each.rule.severity == "warning"
        ),
        waivers=waivers,
        unjudged=verdicts.unjudged,
        counts=verdicts.counted(places),
        costs=list(costs_of(place.resource for place in places)),
        files=[(site, _fingerprint(site.file)) for site in sites],
    )


def _anchors(
    parts: Sequence[Part], broken: Sequence[Broken], waivers: Sequence[Waiver]
) -> _Anchors:
    """Return where what is linked to is."""
    found = [(each.rule.id, at.place) for each in broken for at in each.found]
    cells = {at: f"finding-{number}" for number, at in enumerate(found, start=1)}
    for number, waiver in enumerate(waivers, start=1):
        rule = waiver.promise.partition("[")[0]
        cells.setdefault((rule, waiver.place), f"waiver-{number}")
    named = enumerate(parts, start=1)
    return _Anchors({part: f"construct-{number}" for number, part in named}, cells)


def _fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
