"""Changes outside the resources: outputs, and what resources refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.changes.change import Change, Effect, Path
from secure_constructs.changes.settled import Definitions
from secure_constructs.changes.values import at, canonical, same

_NAME: Path = ("Export", "Name")
_GOES = "its export goes: as long as a stack imports it, the update is refused"
_MOVES = (
    "its export has another value: as long as a stack imports it, the update is refused"
)
_FIRST = (
    "first deploy the other stacks without the import; until then keep the export "
    "(stack.export_value(...) in CDK)"
)
_BY_ITSELF = ("Outputs", "Parameters", "Resources")


def sections(before: Definitions, after: Definitions) -> Iterator[Change]:
    """Yield what changes outside the resources."""
    yield from _outputs(before, after)
    yield from _parameters(before, after)
    for name in dict.fromkeys([*before.body, *after.body]):
        old, new = before.body.get(name), after.body.get(name)
        if name not in _BY_ITSELF and not same(old, new):
            why = "what it changes is said at the resources"
            yield _change(Effect.HARMLESS, name, "Section", (old, new), why)


def _outputs(before: Definitions, after: Definitions) -> Iterator[Change]:
    """Yield the outputs that change; importing stacks do not allow all of it."""
    exported = _exported(after)
    olds, news = before.section("Outputs"), after.section("Outputs")
    for name in dict.fromkeys([*olds, *news]):
        values = olds.get(name), news.get(name)
        key, old = _export(before, name)
        if key is not None and key not in exported:
            yield _change(
                Effect.BEHAVIOUR, name, "Output", values, _GOES, way_out=_FIRST
            )
        elif key is not None and old != exported[key]:
            yield _change(
                Effect.BEHAVIOUR, name, "Output", values, _MOVES, way_out=_FIRST
            )
        elif not same(*values):
            why = "an output changes nothing but what is shown and can be imported"
            yield _change(Effect.HARMLESS, name, "Output", values, why)


def _exported(definitions: Definitions) -> dict[str | None, str | None]:
    """Return the values of all exports by their names."""
    return dict(_export(definitions, name) for name in definitions.section("Outputs"))


def _export(definitions: Definitions, name: str) -> tuple[str | None, str | None]:
    """Return under which name an output is exported, and what it says."""
    output = definitions.settle(definitions.section("Outputs").get(name), {})
    export = at(output, _NAME) if isinstance(output, Mapping) else None
    if export is None:
        return None, None
    return canonical(export), canonical([output.get("Value"), output.get("Condition")])


def _parameters(before: Definitions, after: Definitions) -> Iterator[Change]:
    olds, news = before.section("Parameters"), after.section("Parameters")
    for name in dict.fromkeys([*olds, *news]):
        old, new = olds.get(name), news.get(name)
        if old is None and isinstance(new, Mapping) and "Default" not in new:
            why = "the deployment needs a value for it"
            way_out = "give it a Default, or pass the value with the next deployment"
            values = None, new
            yield _change(
                Effect.BEHAVIOUR, name, "Parameter", values, why, way_out=way_out
            )
        elif not same(old, new):
            why = (
                "what another default changes is said at the resources; a stack keeps "
                "the value that was passed to it"
            )
            yield _change(Effect.HARMLESS, name, "Parameter", (old, new), why)


def _change(
    effect: Effect,
    name: str,
    kind: str,
    values: tuple[Any, Any],
    why: str,
    *,
    way_out: str = "",
) -> Change:
    return Change(
        effect=effect,
        logical_id=name,
        type=kind,
        path=(),
        old=values[0],
        new=values[1],
        why=why,
        way_out=way_out,
        stateful=False,
    )
