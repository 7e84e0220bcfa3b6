"""What else in a template belongs to an event bus or to a rule of one."""

from __future__ import annotations

import re

from collections.abc import Iterator

from secure_constructs.checks.alarms import ANY
from secure_constructs.checks.template import Resource

BUS = "AWS::Events::EventBus"
DEFAULT = "default"
_POLICY = "AWS::Events::EventBusPolicy"
# A bus may be named by its ARN; a reference may be to one of its attributes.
_NAME = re.compile(r"(?:arn:.+:event-bus/)?(.+)")
_ATTRIBUTE = re.compile(r"(\$\{[^.}]+)\.(?:Arn|Name)\}")


def bus_at(resource: Resource, key: str) -> str | None:
    """
    Return the text of the bus that the property *key* of *resource* names.

    That is a name or a plain reference; the default bus where none is given; None
    where only the deployment knows.
    """
    value = resource.read(key)
    if value is None:
        return DEFAULT
    match = _NAME.fullmatch(resource.template.settled(value) or "")
    return _ATTRIBUTE.sub(r"\1}", match[1]) if match else None


def names_of(bus: Resource) -> list[str]:
    """Return the texts of what names *bus*: a reference, and its name if known."""
    own = bus.template.settled(bus.read("Name"))
    return [bus.ref, *([own] if own else [])]


def naming(bus: Resource, type_: str) -> list[Resource]:
    """Return the resources of *type_* that are for *bus*."""
    index = bus.template.index(type_, _buses)
    return [each for name in names_of(bus) for each in index.get(name, ())]


def may_name(bus: Resource, type_: str) -> bool:
    """Whether one of *type_* may be for *bus*, for all that is known."""
    index = bus.template.index(type_, _buses)
    own = bus.read("Name")
    unknown = own is not None and bus.template.settled(own) is None
    return None in index or (unknown and bool(index))


def policies_of(resource: Resource) -> list[Resource]:
    """
    Return the policies that *resource* answers for.

    A bus answers for all of its own. Where the bus is elsewhere, the policies that
    the template has of it answer for each other.
    """
    if resource.type == BUS:
        return naming(resource, _POLICY)
    name = bus_at(resource, "EventBusName")
    if name in resource.template.index(BUS, names_of):
        return []
    return resource.template.index(_POLICY, _buses)[name]


def policies_of_unknown(resource: Resource) -> list[Resource]:
    """Return the policies of which only the deployment knows for which bus they are."""
    return resource.template.index(_POLICY, _buses).get(None, [])


def dimensions_of(picker: Resource) -> Iterator[dict[str, list[str]]]:
    """
    Yield the dimensions that the metrics of a rule may have.

    Rules of the default bus have their name only. On another bus a reference to the
    rule is not its name: it has the name of the bus in front, and a bar.
    """
    own = picker.template.settled(picker.read("Name"))
    names = [f"${{{picker.logical_id}.RuleName}}", *([own] if own else [])]
    bus = bus_at(picker, "EventBusName")
    if bus in (None, DEFAULT):
        yield {"RuleName": [picker.ref, f"{picker.arn}/1", *names]}
    if bus != DEFAULT:
        buses = picker.template.index(BUS, names_of).get(bus, ())
        said = [each for one in buses for each in shown_names(one)]
        yield {
            "EventBusName": [bus or ANY, *said],
            "RuleName": [f"{picker.ref}|1", f"{picker.arn}/2", *names],
        }


def shown_names(bus: Resource) -> list[str]:
    """Return the texts by which an alarm can name *bus*."""
    return [*names_of(bus), f"${{{bus.logical_id}.Name}}"]


def _buses(resource: Resource) -> list[str | None]:
    """Return the text of the bus that *resource* is for."""
    key = "EventBusName" if resource.type == _POLICY else "SourceArn"
    return [bus_at(resource, key)]
