"""How the constructs of an app connect: who calls, feeds or may reach whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from secure_constructs.checks.report.parts import Part, plain
from secure_constructs.checks.report.places import Place, Site
from secure_constructs.checks.report.references import References, properties
from secure_constructs.checks.template import listed

_KEY = "AWS::KMS::Key"
# What most constructs share: lines to it would hide all others.
_SHARED: Mapping[tuple[str, str], str] = {
    ("AWS::S3::Bucket", "LoggingConfiguration"): "access log",
    ("AWS::CloudWatch::Alarm", "AlarmActions"): "alarms",
    ("AWS::CloudWatch::Alarm", "OKActions"): "alarms",
    ("AWS::CloudWatch::Alarm", "InsufficientDataActions"): "alarms",
}
# Properties that name where something comes from, and so point against its flow.
_SOURCES = {
    ("AWS::Events::Archive", "SourceArn"),
    ("AWS::Events::Rule", "EventBusName"),
    ("AWS::Lambda::EventSourceMapping", "EventSourceArn"),
    ("AWS::Lambda::Permission", "SourceArn"),
    ("AWS::Pipes::Pipe", "Source"),
    ("AWS::SNS::Subscription", "TopicArn"),
}
_POLICIES = ("PolicyDocument", "AssumeRolePolicyDocument")
# Whose policies say what they may do; all others say who may come in.
_OF_HOLDERS = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")
_ACTIONS_SHOWN = 3

_Ends = tuple[Part, Part]


@dataclass(frozen=True)
class Connection:
    """
    A connection of two constructs.

    Attributes:
        source: Where it begins: who calls, feeds or may reach the other.
        target: Where it ends.
        ways: In which ways, in words.
    """

    source: Part
    target: Part
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Badge:
    """
    Something shared that a construct uses.

    Attributes:
        word: How, such as `key` or `access log`.
        part: The construct that is shared.
    """

    word: str
    part: Part


@dataclass(frozen=True)
class Web:
    """
    The connections of an app.

    Attributes:
        connections: Those that are drawn.
        badges: What each construct shares with others.
    """

    connections: tuple[Connection, ...]
    badges: Mapping[Part, tuple[Badge, ...]]


@dataclass(frozen=True)
class _Line:
    """
    A reference as a line of a drawing.

    Attributes:
        source: Where it begins.
        target: Where it ends.
        way: What it says.
        flows: Whether something is known to go this way, and not the other.
        badge: The word for what is shared; empty for a line that is drawn.
    """

    source: Place
    target: Place
    way: str = ""
    flows: bool = False
    badge: str = ""


def web_of(sites: Iterable[Site], parts: Iterable[Part]) -> Web:
    """Return how the constructs *parts*, whose templates are *sites*, connect."""
    owners = {place: part for part in parts for place in part.places}
    ways: dict[_Ends, dict[str, None]] = defaultdict(dict)
    flows: set[_Ends] = set()
    badges: dict[_Ends, str] = {}
    for line in _lines(list(sites)):
        source, target = owners.get(line.source), owners.get(line.target)
        if source is None or target is None or source == target:
            continue
        ends = source, target
        if line.badge:
            badges.setdefault(ends, line.badge)
            continue
        ways[ends][line.way] = None
        if line.flows:
            flows.add(ends)
    # That a log bucket lets its sources in is said by their badges.
    for ends in flows & badges.keys():
        del ways[ends]
    shared: dict[Part, list[Badge]] = defaultdict(list)
    for (part, other), word in badges.items():
        shared[part].append(Badge(word, other))
    connections = tuple(_merged(ways, flows))
    return Web(connections, {part: tuple(each) for part, each in shared.items()})


def _merged(
    ways: Mapping[_Ends, Mapping[str, None]], flows: set[_Ends]
) -> Iterator[Connection]:
    """
    Yield the connections, one for two constructs where the flow is known.

    A queue feeds a function, which may receive from it: that is one line.
    """
    for (source, target), found in ways.items():
        back = (target, source)
        is_flow, is_back = (source, target) in flows, back in flows
        if is_back and not is_flow and back in ways:
            continue
        more = ways.get(back, {}) if is_flow and not is_back else {}
        yield Connection(source, target, tuple({**found, **more}))


def _lines(sites: list[Site]) -> Iterator[_Line]:
    references = References(sites)
    for site in sites:
        for place in site.places.values():
            for name, value in properties(place.resource):
                for part, way, comes_in in _readings(place.resource.type, name, value):
                    for other in references.of(site, part):
                        yield _line(place, other, name, way, comes_in=comes_in)


def _line(place: Place, other: Place, name: str, way: str, *, comes_in: bool) -> _Line:
    if other.resource.type == _KEY:
        return _Line(place, other, badge="key")
    if place.resource.type == _KEY:
        return _Line(other, place, badge="key")
    shared = _SHARED.get((place.resource.type, name))
    if shared:
        return _Line(place, other, badge=shared)
    if comes_in:
        return _Line(other, place, way, flows=True)
    return _Line(place, other, way)


def _readings(type_: str, name: str, value: object) -> Iterator[tuple[Any, str, bool]]:
    """
    Yield what the property *name* says: in which part, in which words.

    The last of each three is whether what is named there comes in.
    """
    if name == "Policies" and type_ == "AWS::IAM::Role":
        for policy in listed(value):
            yield from _statements(policy, comes_in=False)
    elif name in _POLICIES:
        yield from _statements({name: value}, comes_in=type_ not in _OF_HOLDERS)
    else:
        way = f"{plain(type_).partition(' ')[2]}: {name}"
        yield value, way, (type_, name) in _SOURCES


def _statements(policy: object, *, comes_in: bool) -> Iterator[tuple[Any, str, bool]]:
    """Yield the statements of *policy* that allow something, and what they allow."""
    documents = policy.items() if isinstance(policy, Mapping) else ()
    for name, document in documents:
        statements = document.get("Statement") if isinstance(document, Mapping) else ()
        for each in listed(statements) if name in _POLICIES else ():
            if isinstance(each, Mapping) and each.get("Effect") == "Allow":
                yield each, _allowed(each), comes_in


def _allowed(statement: Mapping[str, Any]) -> str:
    """Return in words what *statement* allows."""
    actions = [str(each) for each in listed(statement.get("Action"))]
    more = len(actions) - _ACTIONS_SHOWN
    shown = ", ".join(actions[:_ACTIONS_SHOWN])
    return f"may {shown}" + (f" and {more} more" if more > 0 else "")
