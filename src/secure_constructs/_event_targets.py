"""What a route or a schedule invokes: which kinds there are, and what each needs."""

from __future__ import annotations

import enum
import functools

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from aws_cdk import Resource, Stack, aws_sqs as sqs

from secure_constructs._inputs import is_token
from secure_constructs._notes import STACK

if TYPE_CHECKING:
    from aws_cdk import (
        aws_events as events,
        aws_lambda as lambda_,
        aws_stepfunctions as sfn,
    )

    from secure_constructs._inputs import Inputs
    from secure_constructs._place import Place


TAKEN = "is taken by another construct here, or is none that CDK takes; give it another"


class HasTarget(Protocol):
    """What knows which function others are to invoke: an `ObservedFunction`."""

    @property
    def target(self) -> lambda_.IFunction:
        """The function, or its alias."""


class HasBus(Protocol):
    """What has an event bus: an `AppEventBus`."""

    @property
    def bus(self) -> events.IEventBus:
        """The bus."""


Invocable: TypeAlias = (
    "lambda_.IFunction | sqs.IQueue | sfn.IStateMachine | events.IEventBus "
    "| HasTarget | HasBus"
)


class Kind(enum.Enum):
    """The kinds of targets, by the property that holds their ARN."""

    FUNCTION = "function_arn"
    QUEUE = "queue_arn"
    STATE_MACHINE = "state_machine_arn"
    BUS = "event_bus_arn"


@dataclass(frozen=True)
class Target:
    """
    What is invoked.

    Attributes:
        kind: What it is.
        resource: CDK's construct for it.
    """

    kind: Kind
    resource: Any

    @functools.cached_property
    def arn(self) -> str:
        """Its ARN."""
        return str(getattr(self.resource, self.kind.value))

    @property
    def queue(self) -> sqs.IQueue | None:
        """The queue, if it is one."""
        return self.resource if self.kind is Kind.QUEUE else None


def target_of(inputs: Inputs, to: object) -> Target | None:
    """
    Return what *to* stands for; none for what CDK's own target classes describe.

    Raises:
        TypeError: It is nothing that EventBridge invokes.
    """
    for name in ("target", "bus"):
        of = getattr(to, name, None)
        if of is not None and _kind(of):
            to = of
    kind = _kind(to)
    if kind:
        return Target(kind, to)
    if hasattr(to, "bind"):
        return None
    problem = (
        "is nothing that EventBridge invokes; pass a function, a queue, a state "
        "machine, an event bus, or a target of CDK's"
    )
    raise inputs.wrong_kind("to", to, problem)


def _kind(to: object) -> Kind | None:
    """Return the kind of *to*, asking its class where that is enough."""
    for kind in Kind:
        if hasattr(type(to), kind.value) or hasattr(to, kind.value):
            return kind
    return None


def home_stack(resource: Any) -> Stack | None:  # noqa: ANN401 - any resource of CDK
    """Return the stack that creates *resource*; none for what is imported."""
    known: Stack | None = getattr(resource, STACK, None)
    if known:
        return known
    # What CDK knows only by an interface takes no notes, so it is asked each time.
    return Stack.of(resource) if Resource.is_owned_resource(resource) else None


def check_environment(inputs: Inputs, place: Place, option: str, to: Any) -> None:  # noqa: ANN401 - any resource of CDK
    """Raise if *to* is in another region or account than *place*, if that is known."""
    if home_stack(to) is place.stack:
        return
    env = to.env
    for part in ("region", "account"):
        here, there = getattr(place, part), getattr(env, part)
        if here != there and not (is_token(here) or is_token(there)):
            problem = (
                f"is in {part} {there}, but this stack is in {here}; send the events "
                "to an event bus there, and let a route there do the rest"
            )
            raise inputs.wrong(option, to.node.path, problem)


def check_group(inputs: Inputs, target: Target | None, group: object) -> None:
    """Raise if a FIFO queue gets no message group, or something else gets one."""
    inputs.text("message_group_id", group, "orders")
    is_fifo = target is not None and target.queue is not None and target.resource.fifo
    if is_fifo and group is None:
        problem = (
            "is a FIFO queue, which takes no message without a group; pass "
            "message_group_id="
        )
        raise inputs.wrong("to", target and target.resource.node.path, problem)
    if group is not None and not is_fifo:
        problem = "is for FIFO queues only; leave it out"
        raise inputs.wrong("message_group_id", group, problem)


def check_receiver(inputs: Inputs, option: str, queue: sqs.IQueue) -> None:
    """Raise if a service of AWS cannot send to *queue*, as far as that is known."""
    if isinstance(queue, sqs.Queue) and (
        queue.encryption_type is sqs.QueueEncryption.KMS_MANAGED
    ):
        problem = (
            "is encrypted with AWS's key for SQS, which EventBridge may not use; "
            "encrypt it with sqs.QueueEncryption.SQS_MANAGED or a key of yours"
        )
        raise inputs.wrong(option, queue.node.path, problem)
