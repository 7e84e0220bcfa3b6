"""One resource before and after a change."""

from __future__ import annotations

import functools

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from secure_constructs.changes.change import Path
from secure_constructs.changes.schemas import Schema, schema_of
from secure_constructs.changes.settled import Definitions, worlds
from secure_constructs.changes.stateful import held_by
from secure_constructs.changes.values import at, same

Body = Mapping[str, Any]


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
        """What is lost with the resource; empty if nothing is."""
        return held_by(self.type, self.schema)

    @functools.cached_property
    def settled(self) -> list[tuple[Body, Body]]:
        """Both definitions with the defaults, for each way conditions may turn out."""
        found: list[tuple[Body, Body]] = []
        for was, will in worlds(self.before, self.after, self.old, self.new):
            pair = self.before.settle(self.old, was), self.after.settle(self.new, will)
            if pair not in found:
                found.append(pair)
        return found

    def values(self, path: Path, settled: tuple[Body, Body]) -> tuple[Any, Any]:
        """Return both values at *path*, as written where that is what changes."""
        written = at(self.old, path), at(self.new, path)
        if same(*written):
            return at(settled[0], path), at(settled[1], path)
        return written

    @property
    def construct(self) -> str | None:
        """The path of its construct, where the metadata has it."""
        found = at(self.old, _PATH) or at(self.new, _PATH)
        return found if isinstance(found, str) else None


_PATH = ("Metadata", "aws:cdk:path")
