"""The rules for event buses, and for the rules that pick events from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.checks.alarms import ANY, is_queue_watched, is_watched
from secure_constructs.checks.events_producers import openings_of, parsed
from secure_constructs.checks.events_queues import problems_of, queue_at
from secure_constructs.checks.events_references import (
    DEFAULT,
    bus_at,
    dimensions_of,
    may_name,
    naming,
    shown_names,
)
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import Resource, listed

_BUS = "AWS::Events::EventBus"
_RULE = "AWS::Events::Rule"
_POLICY = "AWS::Events::EventBusPolicy"
_ARCHIVE = "AWS::Events::Archive"
_DISCOVERER = "AWS::EventSchemas::Discoverer"
_METRICS = "AWS/Events"
_LIMITS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
# How the sources of AWS's own events begin. They only ever come on the default bus.
_AWS = "aws."


@rule(
    "EVB-01",
    _RULE,
    why="Everybody in the account who may put events puts them on the default bus; "
    "it has no archive, no schemas and no key of yours.",
    fix="Give the application a bus of its own, and name it in EventBusName.",
    severity="warning",
)
def own_bus(picker: Resource) -> Iterator[Breach]:
    """
    Events of applications are on a bus of their own, not on the default bus.

    A rule of the default bus breaks this where its pattern asks for a source that
    is not AWS. Schedules, and patterns without a source, belong on that bus or may.
    """
    sources = sources_of(parsed(picker.read("EventPattern")))
    is_default = bus_at(picker, "EventBusName") == DEFAULT
    if is_default and any(map(is_of_an_application, sources)):
        problem = "it picks the events of an application from the default bus"
        yield Breach("Properties.EventBusName", problem)


@rule(
    "EVB-02",
    _BUS,
    why="What a target lost, or a new target needs, is gone where nothing kept it; "
    "what is kept for ever is paid for, and a liability, for ever.",
    fix="Define an AWS::Events::Archive of the bus with RetentionDays.",
    controls=("NIST 800-53 CP-9",),
    severity="warning",
)
def archived(bus: Resource) -> Iterator[Breach]:
    """Events are archived, so that they can be replayed, for a finite time."""
    archives = naming(bus, _ARCHIVE)
    if not archives and not may_name(bus, _ARCHIVE):
        yield Breach("Properties", "no archive of this template keeps its events")
    if any(each.known("RetentionDays") in (None, 0, "0") for each in archives):
        yield Breach("Properties", "an archive keeps its events for ever")


@rule(
    "EVB-03",
    _RULE,
    _BUS,
    why="EventBridge drops an event that it cannot deliver; a queue that does not let "
    "it in, or whose key does not, is as good as none.",
    fix="Give each target RetryPolicy and a DeadLetterConfig; let events.amazonaws.com "
    "send to the queue, and use its key, with the rule as aws:SourceArn; refuse plain "
    "http there.",
    nag=("Serverless-EventBusDLQ",),
)
def dead_letters_received(resource: Resource) -> Iterator[Breach]:
    """
    Undelivered events end in a queue that can receive them, after known retries.

    A bus needs such a queue where it has a key: that is what can fail there.
    """
    if resource.type == _BUS:
        yield from _unreceived(resource, "the bus", "DeadLetterConfig")
        return
    for index in range(len(listed(resource.known("Targets")))):
        path = ("Targets", index, "DeadLetterConfig")
        yield from _unreceived(resource, "a target", *path)
        yield from _unlimited(resource, "Targets", index, "RetryPolicy")


@rule(
    "EVB-04",
    _BUS,
    why="Without schemas nobody knows what is in an event but its author.",
    fix="Define an AWS::EventSchemas::Discoverer of the bus; none where it has a key "
    "of your own, with which AWS does not discover.",
    severity="warning",
)
def discovered(bus: Resource) -> Iterator[Breach]:
    """Schemas are discovered, unless the bus has a key, where AWS cannot do that."""
    found = naming(bus, _DISCOVERER)
    if _has_key(bus) is False and not found and not may_name(bus, _DISCOVERER):
        yield Breach("Properties", "no discoverer of this template reads its events")
    if _has_key(bus) and found:
        problem = "its discoverer finds nothing, because the bus has a key"
        yield Breach("Properties.KmsKeyIdentifier", problem)


@rule(
    "EVB-06",
    _BUS,
    _POLICY,
    why="Whoever may put events on the bus makes its targets act.",
    fix="Take the statement out, or name the account or the organization in it; with "
    "AppEventBus pass allowed_accounts or allowed_organization_id.",
    controls=("NIST 800-53 AC-3",),
    nag=("AwsSolutions-EVB1",),
)
def no_foreign_producer(resource: Resource) -> Iterator[Breach]:
    """
    Only this account, and who is named, may put events on the bus.

    What a construct of this library made lets in only the accounts and the
    organization that it recorded. The policies of a bus are judged at the bus; those
    of a bus elsewhere, such as the default bus, each at itself.
    """
    for problem in openings_of(resource):
        yield Breach("Properties", f"its policy {problem}")


@rule(
    "EVB-08",
    _RULE,
    _BUS,
    why="Events that are lost, late or waiting in a queue are noticed by customers "
    "first.",
    fix="Define alarms for the rule's FailedInvocations, the bus's ThrottledRules and "
    "the messages in each dead-letter queue. For the rule of a bus of your own give "
    "EventBusName and RuleName, by the attribute RuleName.",
    controls=("NIST 800-53 SI-4",),
    severity="warning",
)
def alarmed(resource: Resource) -> Iterator[Breach]:
    """
    Alarms watch rules, buses and their queues, unless they are for development.

    Alarms of other templates cannot be seen: a rule or bus without one in its own
    is reported. Throttling is measured by rule and for the whole account; the bus
    needs an alarm on either.
    """
    if resource.is_development:
        return
    metric = "ThrottledRules" if resource.type == _BUS else "FailedInvocations"
    ways = _dimensions(resource)
    if not any(is_watched(resource, _METRICS, metric, each) for each in ways):
        problem = f"no alarm of this template watches its {metric}"
        yield Breach("Properties", problem)
    if not all(map(is_queue_watched, _dead_letter_queues(resource))):
        problem = "no alarm of this template watches its dead-letter queue"
        yield Breach("Properties", problem)


def sources_of(pattern: Any) -> Iterator[Any]:  # noqa: ANN401 - templates are untyped
    """Return the sources that *pattern* asks for, also in its alternatives."""
    if isinstance(pattern, Mapping):
        yield from listed(pattern.get("source"))
        for each in listed(pattern.get("$or")):
            yield from sources_of(each)


def is_of_an_application(source: Any) -> bool:  # noqa: ANN401 - templates are untyped
    """
    Whether *source*, in a pattern, is known to be for events of an application.

    What may be for AWS's events only, or for those of both, is not known to be.
    """
    match source:
        case str(name) | {"equals-ignore-case": str(name)}:
            return not name.lower().startswith(_AWS)
        case {"prefix": str(start)}:
            return not start.startswith(_AWS) and not _AWS.startswith(start)
        case {"anything-but": {"prefix": str(start)}}:
            return _AWS.startswith(start)
        case _:
            return False


RULES = (
    own_bus,
    archived,
    dead_letters_received,
    discovered,
    no_foreign_producer,
    alarmed,
)


def _has_key(bus: Resource) -> bool | None:
    """Whether *bus* has a key; None where only the deployment knows."""
    key = bus.read("KmsKeyIdentifier")
    if key in (None, ""):
        return False
    return True if bus.template.settled(key) else None


def _unreceived(resource: Resource, what: str, *path: str | int) -> Iterator[Breach]:
    """Yield why what is not delivered is not received at *path*."""
    location = ".".join(map(str, ("Properties", *path)))
    needed = resource.type != _BUS or _has_key(resource)
    if needed and resource.read(*path, "Arn") is None:
        yield Breach(location, f"{what} has no dead-letter queue")
    queue = queue_at(resource, *path, "Arn")
    for problem in problems_of(queue, resource) if queue else ():
        yield Breach(location, f"the dead-letter queue of {what} {problem}")


def _unlimited(picker: Resource, *path: str | int) -> Iterator[Breach]:
    """Yield which limits are not set at *path*."""
    location = ".".join(map(str, ("Properties", *path)))
    for limit in _LIMITS:
        if picker.read(*path, limit) is None:
            yield Breach(location, f"{limit} is not set for a target")


def _dimensions(resource: Resource) -> list[Mapping[str, list[str]]]:
    """Return the dimensions of the metrics that tell of *resource*, in each way."""
    if resource.type != _BUS:
        return [*dimensions_of(resource)]
    of_its_rules = {"EventBusName": shown_names(resource), "RuleName": [ANY]}
    return [{}, of_its_rules]


def _dead_letter_queues(resource: Resource) -> list[Resource]:
    """Return the queues of the template that undelivered events of *resource* go to."""
    count = len(listed(resource.known("Targets")))
    paths = [("Targets", index, "DeadLetterConfig", "Arn") for index in range(count)]
    found = [
        queue_at(resource, *path) for path in (("DeadLetterConfig", "Arn"), *paths)
    ]
    return [each for each in found if each]
