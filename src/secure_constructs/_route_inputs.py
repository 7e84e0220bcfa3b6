"""The checks of a route's arguments that its delivery does not share."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, Any, cast

from aws_cdk import aws_events as events

from secure_constructs._event_targets import (
    Kind,
    check_environment,
    check_receiver,
    home_stack,
)
from secure_constructs._inputs import is_token, without_tokens
from secure_constructs.checks.events import is_of_an_application, sources_of

if TYPE_CHECKING:
    from secure_constructs._event_patterns import Pattern
    from secure_constructs._event_targets import Target
    from secure_constructs._inputs import Inputs
    from secure_constructs._place import Place
    from secure_constructs.waiver import Waived

_DEFAULT_BUS = "default"
_NAME = re.compile(r"[A-Za-z0-9._-]{0,64}")
_LONGEST_DESCRIPTION = 512


def bus_of(inputs: Inputs, place: Place, given: Any) -> events.IEventBus | None:  # noqa: ANN401 - a bus, or what has one
    """Return the bus that *given* is or has; none for the default bus."""
    if given is None:
        return None
    bus = getattr(given, "bus", given)
    if not hasattr(bus, "event_bus_name"):
        problem = (
            "is no event bus; pass an AppEventBus, an events.EventBus or an imported "
            "one, or leave it out for the default bus"
        )
        raise inputs.wrong_kind("event_bus", given, problem)
    check_environment(inputs, place, "event_bus", bus)
    is_default = bus.event_bus_name == _DEFAULT_BUS
    return None if is_default else cast("events.IEventBus", bus)


def check_own_bus(
    inputs: Inputs,
    bus: events.IEventBus | None,
    pattern: Pattern,
    waived: Waived | None,
    option: str,
) -> None:
    """Raise if events of the app's own are taken from the default bus, unwaived."""
    inputs.waived("default_bus", waived, "a bus of their own (EVB-01)")
    if bus is not None:
        if waived is not None:
            problem = "is for routes from the default bus, but event_bus is given"
            raise inputs.wrong("default_bus", waived, problem)
        return
    for source in () if waived else sources_of(pattern):
        # A token may stand in a matcher as well.
        if is_of_an_application(source) and not is_token(str(source)):
            problem = (
                "takes events that are not AWS's, and everybody in the account may put "
                "such events on the default bus; pass event_bus=, or say why not: "
                'default_bus=Waived("the reason")'
            )
            raise inputs.wrong(option, source, problem)


def check_target(
    inputs: Inputs,
    place: Place,
    target: Target | None,
    bus: events.IEventBus | None,
) -> None:
    """Raise if a rule of *place* on *bus* cannot send to *target*."""
    if target is None:
        return
    if target.kind is Kind.BUS:
        same = bus is not None and target.arn == bus.event_bus_arn
        if same or (bus is None and target.resource.event_bus_name == _DEFAULT_BUS):
            problem = "is the bus that the events come from; they would go round"
            raise inputs.wrong("to", target.resource.node.path, problem)
        return
    home = home_stack(target.resource)
    if home is None:
        check_environment(inputs, place, "to", target.resource)
    elif home is not place.stack:
        problem = (
            f"is created in the stack '{home.node.path}', and the two stacks would "
            "depend on each other as soon as it publishes to the bus; create this one "
            "there as well"
        )
        raise inputs.wrong("to", target.resource.node.path, problem)
    if target.queue is not None:
        check_receiver(inputs, "to", target.queue)


def check_input(inputs: Inputs, target: Target | None, given: object) -> None:
    """Raise if *given* is no input, or stands beside a target that has its own."""
    if given is None:
        return
    if not isinstance(given, events.RuleTargetInput):
        problem = "is no input; write events.RuleTargetInput.from_object({...})"
        raise inputs.wrong_kind("input", given, problem)
    if target is None:
        problem = "does not go with a target class of CDK's; pass it to that"
        raise inputs.wrong("input", "given", problem)


def check_identity(
    inputs: Inputs, rule_name: str | None, description: str | None
) -> None:
    """Raise if EventBridge refuses the name or the description."""
    inputs.text("rule_name", rule_name, "orders-paid")
    if rule_name and not _NAME.fullmatch(without_tokens(rule_name)):
        problem = "is no name of a rule: up to 64 letters, digits, ., - or _"
        raise inputs.wrong("rule_name", rule_name, problem)
    inputs.text("description", description, "Sends paid orders to the invoices")
    if description and len(without_tokens(description)) > _LONGEST_DESCRIPTION:
        problem = f"is longer than {_LONGEST_DESCRIPTION} characters"
        raise inputs.wrong("description", description, problem)
