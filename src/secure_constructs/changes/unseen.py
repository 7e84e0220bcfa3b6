"""What only the deployment makes of a template, so that no comparison sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.changes.change import Change, Effect
from secure_constructs.changes.settled import Definitions
from secure_constructs.changes.values import same
from secure_constructs.checks.template import FUNCTION, Template
from secure_constructs.checks.unseen import macros_of

_LOOK = (
    "compare the processed templates (aws cloudformation get-template), and accept it"
)

_TRANSFORM = "Fn::Transform"


def unseen(before: Definitions, after: Definitions) -> Iterator[Change]:
    """Yield what changes where nobody can say what becomes of it."""
    macros = {*_macros(before), *_macros(after)}
    if macros and not same(before.body, after.body):
        why = f"the macro {', '.join(sorted(macros))} may make anything of the change"
        yield _change("Transform", "Section", before.body, after.body, why)
    olds, news = before.section("Resources"), after.section("Resources")
    for name in dict.fromkeys([*olds, *news]):
        old, new = olds.get(name), news.get(name)
        if not (is_plain(name, old) and is_plain(name, new)) and not same(old, new):
            why = (
                "only the deployment makes resources of it, and may replace all of them"
            )
            yield _change(name, "no plain resource", old, new, why)


def _macros(definitions: Definitions) -> list[str]:
    """Return the macros, other than those of AWS, that see the whole template."""
    return macros_of(Template({"Transform": definitions.body.get("Transform")}))


def is_plain(name: str, body: object) -> bool:
    """Whether *body* is a resource, or nothing, and no function that makes some."""
    if body is None:
        return True
    if not isinstance(body, Mapping) or name.startswith(FUNCTION):
        return False
    said = body.get("Properties", {})
    whole = isinstance(said, Mapping) and _TRANSFORM not in {*body, *said}
    return whole and isinstance(body.get("Type"), str)


def _change(name: str, kind: str, old: Any, new: Any, why: str) -> Change:  # noqa: ANN401 - templates are untyped
    return Change(
        effect=Effect.REPLACED,
        logical_id=name,
        type=kind,
        path=(),
        old=old,
        new=new,
        why=why,
        way_out=_LOOK,
        stateful=True,
        judged=False,
    )
