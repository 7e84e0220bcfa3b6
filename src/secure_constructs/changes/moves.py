"""Stacks that are to be deployed elsewhere, or that anybody may delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from secure_constructs.changes.change import Change, Effect
from secure_constructs.changes.schemas import schema_of
from secure_constructs.changes.settled import Definitions
from secure_constructs.changes.stateful import held_by
from secure_constructs.changes.values import at

_STACK = "Stack"
# CDK writes it where only the deployment knows the account or the region.
_UNKNOWN = "unknown-"


@dataclass(frozen=True)
class Place:
    """
    Where a stack is deployed, and as what.

    Attributes:
        environment: The account and the region, as CDK writes them.
        stack_name: Its name in CloudFormation.
        protected: Whether it has termination protection.
    """

    environment: str
    stack_name: str
    protected: bool

    @property
    def identity(self) -> tuple[str, str]:
        """What makes it another stack where it differs."""
        return self.environment, self.stack_name


def moves(
    old: Place, new: Place, body: Mapping[str, Any], region: str = "us-east-1"
) -> Iterator[Change]:
    """Yield what a stack with the template *body* loses on its way to *new*."""
    held = dict(_held(body, region))
    if old.identity != new.identity:
        yield from _left_behind(old, new, held)
    if old.protected and not new.protected:
        yield Change(
            effect=Effect.DATA,
            logical_id=_STACK,
            type=_STACK,
            path=("TerminationProtection",),
            old=True,
            new=False,
            why="nothing stops whoever may delete the stack from doing that",
            way_out="keep the protection, and take it off only to delete the stack",
            stateful=bool(held),
        )


def _left_behind(
    old: Place, new: Place, held: Mapping[str, tuple[str, str]]
) -> Iterator[Change]:
    for name, was, will in (
        ("Environment", old.environment, new.environment),
        ("StackName", old.stack_name, new.stack_name),
    ):
        if was != will:
            why = (
                "another stack is made there; the old one stays, and nobody updates it"
            )
            yield _change(_STACK, _STACK, why, (name, was, will))
    where = f"{' '.join(old.identity)} to {' '.join(new.identity)}"
    verb = "may move" if _UNKNOWN in where else "moves"
    for name, (type_, what) in held.items():
        why = (
            f"the stack {verb} from {where}: this is left behind, with {what}, and the "
            "new stack has an empty one"
        )
        yield _change(name, type_, why)


def _held(
    body: Mapping[str, Any], region: str
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the resources that hold something: their types, and what that is."""
    for name, resource in Definitions(body).section("Resources").items():
        type_ = at(resource, ("Type",)) if isinstance(resource, Mapping) else None
        if not isinstance(type_, str):
            continue
        what = held_by(type_, schema_of(type_, region), resource)
        if what:
            yield name, (type_, what)


def _change(
    name: str,
    type_: str,
    why: str,
    turn: tuple[str, str, str] | None = None,
) -> Change:
    path, old, new = turn or (None, None, None)
    return Change(
        effect=Effect.REPLACED,
        logical_id=name,
        type=type_,
        path=(path,) if path else (),
        old=old,
        new=new,
        why=why,
        way_out="keep account, region and stack name; or move the data first, then "
        "delete the old stack by hand",
        stateful=turn is None,
    )
