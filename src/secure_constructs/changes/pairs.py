"""One resource before and after a change."""

from __future__ import annotations

import functools

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from secure_constructs.changes.change import Path
from secure_constructs.changes.schemas import Schema, schema_of
from secure_constructs.changes.settled import Definitions, World, worlds
from secure_constructs.changes.stateful import held_by
from secure_constructs.changes.values import at, same

Body = Mapping[str, Any]
_PATH = ("Metadata", "aws:cdk:path")


@dataclass(frozen=True)
class View:
    """
    A resource before and after, with the conditions decided.

    Attributes:
        written: With parameters as references.
        filled: With the defaults of parameters.
    """

    written: tuple[Body, Body]
    filled: tuple[Body, Body]

    @property
    def both(self) -> tuple[tuple[Body, Body], tuple[Body, Body]]:
        """Both ways to look at it."""
        return self.written, self.filled

    def values(self, path: Path) -> tuple[Any, Any]:
        """Return what is at *path*, as written where that is what changes."""
        old, new = (at(each, path) for each in self.written)
        if same(old, new):
            return at(self.filled[0], path), at(self.filled[1], path)
        return old, new


@dataclass(frozen=True)
class Pair:
    """
    One resource before and after a change.

    Args:
        logical_id: Its logical id.
        old: Its definition before; empty if it was not there.
        new: Its definition after; empty if it is gone.
        before: What the old template defines beside it.
        after: What the new template defines beside it.
        region: The region whose schemas are asked.
    """

    logical_id: str
    old: Body
    new: Body
    before: Definitions = field(repr=False)
    after: Definitions = field(repr=False)
    region: str

    @property
    def type(self) -> str:
        """The type as it was; of a new resource, as it is."""
        return str((self.old or self.new).get("Type", ""))

    @functools.cached_property
    def schema(self) -> Schema | None:
        """What is known of the type."""
        return schema_of(self.type, self.region)

    @property
    def held(self) -> str:
        """What is lost with the resource, as it was or is; empty if nothing is."""
        body = self.old or self.new
        return held_by(self.type, self.schema, body) or self._held_anew

    @property
    def _held_anew(self) -> str:
        other = str(self.new.get("Type", self.type))
        if other == self.type:
            return ""
        return held_by(other, schema_of(other, self.region))

    @property
    def is_untouched(self) -> bool:
        """Whether nothing about it changes, nor about what it may refer to."""
        return self.old == self.new and self.before.defines_as(self.after)

    @functools.cached_property
    def views(self) -> list[View]:
        """Both definitions, for each way in which conditions may turn out."""
        found: list[View] = []
        for was, will in worlds(self.before, self.after, self.old, self.new):
            view = View(
                written=self._both(was, will, filled=False),
                filled=self._both(was, will, filled=True),
            )
            if view not in found:
                found.append(view)
        return found

    def _both(self, was: World, will: World, *, filled: bool) -> tuple[Body, Body]:
        before = replace(self.before, filled=filled)
        after = replace(self.after, filled=filled)
        return _settled(self.old, before, was), _settled(self.new, after, will)

    @property
    def construct(self) -> str | None:
        """The path of its construct, where the metadata has it."""
        found = at(self.old, _PATH) or at(self.new, _PATH)
        return found if isinstance(found, str) else None


def _settled(body: Body, definitions: Definitions, world: World) -> Body:
    """Return *body* with its conditions decided, and its own spelled out."""
    found = {name: definitions.settle(each, world) for name, each in body.items()}
    if "Condition" in body:
        name = str(body["Condition"])
        found["Condition"] = {"Fn::Condition": [name, definitions.condition(name)]}
    return found
