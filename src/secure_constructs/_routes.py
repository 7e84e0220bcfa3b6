"""Where the routes and schedules of a bus stand: with what they invoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import Stack
from constructs import Construct, Node

if TYPE_CHECKING:
    from secure_constructs._place import Place


def home_of(
    bus: Construct, place: Place, kind: str, construct_id: str, to: object
) -> tuple[Construct, str]:
    """
    Return the scope and the id of a route or schedule that a bus is asked for.

    Rule, queue, permission and alarms stand in the stack of the target: a function
    that publishes to the bus, and is invoked by it, then depends on the bus, and
    nothing of the bus on the function. In the bus's own stack they are below the
    bus, elsewhere directly below the stack, as `<bus>Route<id>`.

    A rule has to be where its bus is, so that for another bus, in another account or
    region, stands below its own bus too.

    A bus calls it like this:

        scope, name = home_of(self, self._place, "Route", construct_id, to)
        return EventRoute(scope, name, to=to, event_bus=self.bus, ...)

    Args:
        bus: The construct that is asked.
        place: Where that stands.
        kind: `"Route"` or `"Schedule"`.
        construct_id: What the user calls it.
        to: The target, in any of the forms that `EventRoute` takes.
    """
    if not (isinstance(to, Construct) or isinstance(getattr(to, "node", None), Node)):
        return bus, construct_id  # a target that is no construct stands nowhere
    stack = Stack.of(cast("Construct", to))
    if stack is place.stack or _is_far_bus(to, stack, place.stack):
        return bus, construct_id
    return stack, f"{bus.node.id}{kind}{construct_id}"


def _is_far_bus(to: object, stack: Stack, here: Stack) -> bool:
    """Whether *to* is a bus in another account or region than the stack *here*."""
    is_bus = hasattr(to, "bus") or hasattr(type(to), "event_bus_arn")
    return is_bus and stack.environment != here.environment
