"""What a template says once its parameters, mappings and conditions are filled in."""

from __future__ import annotations

import itertools
import re

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from secure_constructs.changes.values import plain, same
from secure_constructs.checks.template import NO_VALUE

World: TypeAlias = Mapping[str, bool]

# Of so many conditions every combination is looked at, and else one at a time.
_FEW = 4
_DEEPEST = 20
_DEFINING = ("Parameters", "Mappings", "Conditions")
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
# The value is in the parameter store, under the name that the default says.
_STORED = "AWS::SSM::Parameter::Value<"


@dataclass(frozen=True)
class Definitions:
    """
    What the values of a template refer to beside its resources.

    Args:
        body: The template.
        filled: Whether parameters are their defaults; else they stay references.
    """

    body: Mapping[str, Any] = field(repr=False)
    filled: bool = True

    def section(self, name: str) -> Mapping[str, Any]:
        """Return the section *name*; empty if there is none."""
        found = self.body.get(name)
        return found if isinstance(found, Mapping) else {}

    def defines_as(self, other: Definitions) -> bool:
        """Whether *other* defines the same, so that equal values stay equal."""
        return all(self.section(each) == other.section(each) for each in _DEFINING)

    def settle(self, value: Any, world: World) -> Any:  # noqa: ANN401 - templates are untyped
        """Return *value* as it is if the conditions are *world*."""
        if isinstance(value, list):
            elements = [self.settle(each, world) for each in value]
            return [each for each in elements if each != NO_VALUE]
        return self._settled(value, world) if isinstance(value, Mapping) else value

    def _settled(self, value: Mapping[str, Any], world: World) -> Any:  # noqa: ANN401 - likewise
        match dict(value):
            case {"Ref": str(name), **rest} if not rest and self.filled:
                return self._referred(name, value)
            case {"Fn::If": [str(name), yes, no], **rest} if not rest:
                return self.settle(yes if world.get(name) else no, world)
            case {"Fn::FindInMap": [name, *keys], **rest} if not rest:
                return self._found(name, [self.settle(key, world) for key in keys])
            case {"Fn::Sub": str(pattern), **rest} if not rest and self.filled:
                return self._substituted(pattern)
        settled = {name: self.settle(each, world) for name, each in value.items()}
        return {name: each for name, each in settled.items() if each != NO_VALUE}

    def conditions_in(self, value: object) -> Iterator[str]:
        """Yield the conditions that *value* depends on."""
        if isinstance(value, list):
            for each in value:
                yield from self.conditions_in(each)
        elif isinstance(value, Mapping):
            match value.get("Fn::If"):
                case [str(name), *_]:
                    yield name
            for each in value.values():
                yield from self.conditions_in(each)

    def condition(self, name: str, depth: int = 0) -> Any:  # noqa: ANN401 - likewise
        """Return what the condition *name* asks, with all that it refers to."""
        asked = self.section("Conditions").get(name)
        found: Any = self.settle(self._expanded(asked, depth), {})
        return found

    def _expanded(self, value: Any, depth: int) -> Any:  # noqa: ANN401 - likewise
        if isinstance(value, list):
            return [self._expanded(each, depth) for each in value]
        if not isinstance(value, Mapping):
            return value
        inner = value.get("Condition")
        if isinstance(inner, str) and len(value) == 1 and depth < _DEEPEST:
            return self.condition(inner, depth + 1)
        return {name: self._expanded(each, depth) for name, each in value.items()}

    def _referred(self, name: str, value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - likewise
        parameter = self.section("Parameters").get(name)
        if not isinstance(parameter, Mapping) or "Default" not in parameter:
            return value
        if str(parameter.get("Type", "")).startswith(_STORED):
            return {"Fn::Stored": parameter["Default"]}
        return parameter["Default"]

    def _found(self, name: Any, keys: list[Any]) -> Any:  # noqa: ANN401 - likewise
        mapping = self.section("Mappings").get(name) if isinstance(name, str) else None
        found = mapping
        for key in keys:
            known = isinstance(found, Mapping) and isinstance(key, str)
            found = found.get(key) if known and isinstance(found, Mapping) else None
        # Only the deployment knows the keys, so all of the mapping may matter.
        return {"Fn::FindInMap": [mapping or name, *keys]} if found is None else found

    def _substituted(self, pattern: str) -> Any:  # noqa: ANN401 - likewise
        def default(match: re.Match[str]) -> str:
            known = self._referred(match[1], {})
            return match[0] if isinstance(known, Mapping) else plain(known)

        settled = _VARIABLE.sub(default, pattern)
        return {"Fn::Sub": settled} if "${" in settled else settled


def worlds(
    old: Definitions, new: Definitions, before: object, after: object
) -> Iterator[tuple[World, World]]:
    """
    Yield how conditions may turn out for a resource, before and after the change.

    A condition that is defined as before is as it was; another may be anything.
    """
    names = sorted({*old.conditions_in(before), *new.conditions_in(after)})
    moved = [
        each for each in names if not same(old.condition(each), new.condition(each))
    ]
    for was in _combinations(names):
        if not moved:
            yield was, was
            continue
        for change in _combinations(moved):
            yield was, {**was, **change}


def _combinations(names: list[str]) -> Iterator[World]:
    if len(names) <= _FEW:
        for values in itertools.product((True, False), repeat=len(names)):
            yield dict(zip(names, values, strict=True))
        return
    for value in (True, False):
        yield dict.fromkeys(names, value)
        yield from ({**dict.fromkeys(names, value), name: not value} for name in names)
