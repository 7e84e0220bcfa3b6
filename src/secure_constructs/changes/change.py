"""One change between two templates, and what it does to a live stack."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

Path: TypeAlias = tuple["str | int", ...]


class Effect(Enum):
    """What a change does to a live stack, most serious first."""

    REPLACED = "replaced or removed"
    DATA = "data may be lost"
    BEHAVIOUR = "behaviour changes"
    ADDED = "added"
    HARMLESS = "harmless"


@dataclass(frozen=True)
class Change:
    """
    One change of a resource, or of something else that a template has.

    Attributes:
        effect: What it does to a live stack.
        logical_id: The logical id; the section's name for what is no resource.
        type: The resource type as it was, or `Output` and the like.
        path: Where in the resource, such as `("Properties", "TableName")`; empty
            for all of it.
        old: What is there now; None where nothing is.
        new: What is to be there; None where nothing is.
        why: Why it has this effect.
        way_out: What to do instead; empty where nothing has to be done.
        stateful: Whether the resource holds what no deployment can make again.
        construct: The path of its construct, where the metadata has it.
        judged: Whether it is known what happens; False for types without a schema.
    """

    effect: Effect
    logical_id: str
    type: str
    path: Path
    old: Any
    new: Any
    why: str
    way_out: str
    stateful: bool
    construct: str | None = None
    judged: bool = True

    @property
    def fails(self) -> bool:
        """Whether it may cost data: such a change needs somebody who accepts it."""
        return self.effect in (Effect.REPLACED, Effect.DATA) and self.stateful

    @property
    def where(self) -> str:
        """The path in words, such as `Tags.0.Value`; empty for the whole resource."""
        steps = self.path[1:] if self.path[:1] == ("Properties",) else self.path
        return ".".join(map(str, steps))

    @property
    def place(self) -> str:
        """The logical id and the property, as an allowance names them."""
        return ".".join(each for each in (self.logical_id, self.where) if each)


@dataclass(frozen=True)
class Verdict:
    """
    What happens to a resource because of one place in it.

    Attributes:
        effect: The effect.
        path: The place.
        why: Why it has this effect.
        way_out: What to do instead.
        judged: Whether it is known what happens.
    """

    effect: Effect
    path: Path
    why: str
    way_out: str = ""
    judged: bool = True
