"""What a template says once its parameters, mappings and conditions are filled in."""

from __future__ import annotations

import itertools
import re

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from secure_constructs.changes.values import canonical, plain, same
from secure_constructs.checks.template import NO_VALUE

# None leaves the conditions undecided.
World: TypeAlias = "Mapping[str, bool] | None"

# Of so many questions every combination of answers is looked at, and else some.
_FEW = 6
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
                if world is None:
                    return {"Fn::If": [self.condition(name) or name, yes, no]}
                return self.settle(yes if world.get(name) else no, world)
            case {"Fn::FindInMap": [name, *keys], **rest} if not rest:
                return self._found(name, [self.settle(key, world) for key in keys])
            case {"Fn::Sub": str() | [str(), dict()] as said, **rest} if not rest:
                if self.filled:
                    pattern, own = said if isinstance(said, list) else (said, {})
                    return self._substituted(pattern, self.settle(own, world))
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
        if found is not None:
            return found
        # Only the deployment knows a key, so all that it may find matters.
        return {"Fn::FindInMap": [_findable(mapping, keys) or name, *keys]}

    def _substituted(self, pattern: str, own: Mapping[str, Any]) -> Any:  # noqa: ANN401 - likewise
        """Return the text *pattern*, with the values of its *own* variables in it."""
        left = {}

        def value(match: re.Match[str]) -> str:
            name = match[1]
            known = own[name] if name in own else self._referred(name, {})
            if not isinstance(known, (Mapping, list)):
                return plain(known)
            if name in own:
                left[name] = known
            return match[0]

        settled = _VARIABLE.sub(value, pattern)
        if left:
            return {"Fn::Sub": [settled, left]}
        return {"Fn::Sub": settled} if "${" in settled else settled


def _findable(mapping: Any, keys: list[Any]) -> Any:  # noqa: ANN401 - likewise
    """Return the part of *mapping* that *keys* can find, as far as they are known."""
    if not keys or not isinstance(mapping, Mapping):
        return mapping
    first, *rest = keys
    return {
        name: _findable(each, rest)
        for name, each in mapping.items()
        if name == first or not isinstance(first, str)
    }


@dataclass(frozen=True)
class _Question:
    """
    What a condition asks, whatever it is called.

    Args:
        asked: What it asks, once without and once with the defaults of parameters.
        holds: The answer for which the condition holds.
    """

    asked: str
    holds: bool


Answers: TypeAlias = Mapping[str, bool]


def worlds(
    old: Definitions, new: Definitions, before: object, after: object
) -> Iterator[tuple[World, World]]:
    """
    Yield how conditions may turn out for a resource, before and after the change.

    Conditions that ask the same turn out the same, and others may be anything.
    """
    olds, news = _questions(old, before), _questions(new, after)
    asked = sorted({each.asked for each in [*olds.values(), *news.values()]})
    if len(asked) <= _FEW:
        for answers in _combinations(asked):
            yield _world(olds, answers), _world(news, answers)
        return
    differs = False
    for answers in _sample(asked, [*_ways(before, olds), *_ways(after, news)]):
        was, will = _world(olds, answers), _world(news, answers)
        differs |= not same(old.settle(before, was), new.settle(after, will))
        yield was, will
    if not differs:
        yield None, None


def _questions(definitions: Definitions, value: object) -> dict[str, _Question]:
    """Return what the conditions ask on which *value* depends, by their names."""
    bare = replace(definitions, filled=False)
    found = {}
    for name in definitions.conditions_in(value):
        both, holds = [bare.condition(name), definitions.condition(name)], True
        while all(map(_is_negation, both)):
            both, holds = [each["Fn::Not"][0] for each in both], not holds
        undefined = both[0] is None
        found[name] = _Question(name if undefined else canonical(both), holds)
    return found


def _is_negation(value: object) -> bool:
    match value:
        case {"Fn::Not": [_], **rest} if not rest:
            return True
    return False


def _world(questions: Mapping[str, _Question], answers: Answers) -> World:
    return {name: answers[each.asked] is each.holds for name, each in questions.items()}


def _combinations(asked: list[str]) -> Iterator[Answers]:
    for values in itertools.product((True, False), repeat=len(asked)):
        yield dict(zip(asked, values, strict=True))


def _sample(asked: list[str], ways: list[Answers]) -> Iterator[Answers]:
    """Yield some answers: all yes, all no, and either with those to each branch."""
    for value in (True, False):
        rest = dict.fromkeys(asked, value)
        known = dict.fromkeys(tuple({**rest, **each}.items()) for each in [{}, *ways])
        yield from map(dict, known)


def _ways(
    value: object, questions: Mapping[str, _Question], way: Answers | None = None
) -> Iterator[Answers]:
    """Yield for each branch in *value* the answers that lead to it."""
    way = way or {}
    match value:
        case {"Fn::If": [str(name), yes, no]}:
            asked, holds = questions[name].asked, questions[name].holds
            for answer, branch in ((holds, yes), (not holds, no)):
                there = {**way, asked: answer}
                yield there
                yield from _ways(branch, questions, there)
        case {**items}:
            for each in items.values():
                yield from _ways(each, questions, way)
        case [*elements]:
            for each in elements:
                yield from _ways(each, questions, way)
