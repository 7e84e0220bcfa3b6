"""Compares stacks of one name, and what is nested in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from secure_constructs.changes.change import Change
from secure_constructs.changes.compare import compare, rank
from secure_constructs.changes.handed import Use, followed, uses, with_values
from secure_constructs.changes.moves import Place, moves

# The longest first, because the others are its end.
_SUFFIXES = (
    ".nested.template.json",
    ".template.json",
    ".template.yaml",
    ".template.yml",
    ".template",
    ".json",
    ".yaml",
    ".yml",
)


@dataclass(frozen=True)
class Stack:
    """
    One stack as it was read.

    Attributes:
        body: Its template.
        place: Where it is deployed; None for a nested one.
        is_file: Whether the template was read by itself, so that only its file has
            a name.
        app: The stack of the app that it is, or is nested in.
    """

    body: Mapping[str, Any]
    place: Place | None = None
    is_file: bool = False
    app: str = ""


Stacks: TypeAlias = dict[str, Stack]
_NONE = Stack({"Resources": {}})


@dataclass(frozen=True)
class Comparison:
    """
    The changes of all stacks.

    Args:
        olds: The stacks before, by name.
        news: The stacks after, by name.
    """

    olds: Stacks
    news: Stacks
    _found: dict[str, list[Change]] = field(default_factory=dict)

    def changes(self) -> dict[str, list[Change]]:
        """Return the changes by the names of the stacks, most serious first."""
        names = list(dict.fromkeys([*self.olds, *self.news]))
        # They are read so that those come first that others may be nested in.
        for name in names:
            if name not in self._found:
                self._follow(name)
        return {name: sorted(self._found[name], key=rank) for name in names}

    def _follow(
        self, name: str, use: Use | None = None, above: tuple[str, ...] = ()
    ) -> None:
        old, new = self._both(name)
        before = with_values(old.body, use.old if use else {})
        after = with_values(new.body, use.new if use else {})
        changes = compare(before, after)
        found = self._found.setdefault(name, [])
        for each in uses(before, after, changes):
            child = self._nested(old, new, each)
            if child and child not in (*above, name):
                self._follow(child, each, (*above, name))
                changes = followed(changes, each)
        if old.place and new.place:
            changes += moves(old.place, new.place, old.body)
        found += [each for each in changes if each not in found]

    def _both(self, name: str) -> tuple[Stack, Stack]:
        return self.olds.get(name, _NONE), self.news.get(name, _NONE)

    def _nested(self, old: Stack, new: Stack, use: Use) -> str | None:
        """Return the name of the nested stack in *use*, where both sides have it."""
        was, will = (
            f"{stack.app}/{stem(file)}"
            for stack, file in zip((old, new), use.files, strict=True)
        )
        return was if was == will and was in self.olds and was in self.news else None


def stem(name: str) -> str:
    """Return the file *name* without its ending."""
    suffix = next((each for each in _SUFFIXES if name.endswith(each)), "")
    return name.removesuffix(suffix)
