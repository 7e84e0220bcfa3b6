"""Follows into nested stacks what the stack that they are in hands to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from secure_constructs.changes.change import Change, Effect, Verdict
from secure_constructs.changes.hazards.nested import (
    NESTED,
    PARAMETERS,
    another_value,
)
from secure_constructs.changes.pairs import Pair
from secure_constructs.changes.references import names_in
from secure_constructs.changes.sentences import sentence
from secure_constructs.changes.settled import Definitions
from secure_constructs.changes.values import at, canonical, same
from secure_constructs.checks.template import is_intrinsic

Body = Mapping[str, Any]
_FILE = ("Metadata", "aws:asset:path")


@dataclass(frozen=True)
class Use:
    """
    A nested stack, as the stack that it is in has it before and after.

    Attributes:
        logical_id: Its logical id there.
        files: The file of its template, before and after.
        old: The values of its parameters before, as far as they matter.
        new: The values after.
        open: The parameters whose values only the deployment knows.
    """

    logical_id: str
    files: tuple[str, str]
    old: Body
    new: Body
    open: frozenset[str]


def handed_on(
    pairs: Mapping[str, Pair], replaced: Collection[str]
) -> Iterator[tuple[Pair, Verdict]]:
    """Yield the nested stacks in *pairs* that get something of what is *replaced*."""
    for pair in pairs.values():
        for name, value in _parameters(pair.new).items():
            named = [each for each in names_in(value) if each in replaced]
            if named and same(value, _parameters(pair.old).get(name)):
                because = f"{named[0]} is replaced, so the nested stack gets"
                yield pair, another_value(name, because)


def uses(old: Body, new: Body, changes: Collection[Change]) -> Iterator[Use]:
    """Yield the nested stacks that are in *old* and in *new*, with these *changes*."""
    before, after = Definitions(old), Definitions(new)
    replaced = {each.logical_id for each in changes if each.effect is Effect.REPLACED}
    olds, news = before.section("Resources"), after.section("Resources")
    for name in olds:
        was, will = olds[name], news.get(name, {})
        files = [at(each, _FILE) for each in (was, will) if isinstance(each, Mapping)]
        if len(files) == 2 and all(isinstance(each, str) for each in files):  # noqa: PLR2004 - before and after
            yield _use(name, files, (before, was), (after, will), replaced)


def with_values(body: Body, values: Body) -> Body:
    """Return the template *body* with *values* as the defaults of its parameters."""
    known = Definitions(body).section("Parameters")
    filled = {
        name: {**each, "Default": values[name]}
        for name, each in known.items()
        if name in values and isinstance(each, Mapping)
    }
    return {**body, "Parameters": {**known, **filled}} if filled else body


def followed(changes: list[Change], use: Use) -> list[Change]:
    """Return *changes* without the danger of what *use* hands on, and others say."""
    return [
        replace(
            each,
            effect=Effect.BEHAVIOUR,
            why=sentence(NESTED, each.path),
            way_out="",
        )
        if each.logical_id == use.logical_id
        and each.effect is Effect.DATA
        and each.path[:-1] == PARAMETERS
        and each.path[-1] not in use.open
        else each
        for each in changes
    ]


def _use(
    name: str,
    files: list[Any],
    before: tuple[Definitions, Body],
    after: tuple[Definitions, Body],
    replaced: Collection[str],
) -> Use:
    old, new, unknown = {}, {}, set()
    for each in dict.fromkeys([*_parameters(before[1]), *_parameters(after[1])]):
        was, will = (
            _value(definitions, _parameters(body).get(each))
            for definitions, body in (before, after)
        )
        if not same(was, will) and (is_intrinsic(was) or is_intrinsic(will)):
            unknown.add(each)
        is_replaced = not set(names_in(will)).isdisjoint(replaced)
        if same(was, will) and is_intrinsic(will) and not is_replaced:
            continue
        old[each] = _plain(was)
        new[each] = f"{_plain(will)} (replaced)" if is_replaced else _plain(will)
    return Use(name, (files[0], files[1]), _given(old), _given(new), frozenset(unknown))


def _given(values: Body) -> Body:
    return {name: each for name, each in values.items() if each is not None}


def _parameters(body: Body) -> Body:
    found = at(body, PARAMETERS) if at(body, ("Type",)) == NESTED else None
    return found if isinstance(found, Mapping) and not is_intrinsic(found) else {}


def _value(definitions: Definitions, value: Any) -> Any:  # noqa: ANN401 - templates are untyped
    is_open = any(definitions.conditions_in(value))
    return value if is_open else definitions.settle(value, {})


def _plain(value: Any) -> Any:  # noqa: ANN401 - likewise
    """Return *value* as text where only the deployment knows it."""
    return canonical(value) if is_intrinsic(value) else value
