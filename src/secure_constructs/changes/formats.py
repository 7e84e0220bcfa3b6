"""How changes are printed: as tables, Markdown or JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Console

from secure_constructs.changes.change import Change, Effect
from secure_constructs.changes.stacks import StackChanges
from secure_constructs.changes.text import turn
from secure_constructs.checks.tables import add, new_table, short

_NONE = "No changes."


def as_json(stacks: Iterable[StackChanges]) -> dict[str, Any]:
    """Return *stacks* as scripts read them."""
    return {
        "stacks": [
            {
                "name": each.name,
                "fate": each.fate or "stays",
                "changes": [_object(change) for change in each.changes],
            }
            for each in stacks
        ]
    }


def as_markdown(stacks: Sequence[StackChanges]) -> str:
    """Return *stacks* as the comment of a pull request."""
    lines = [line for each in stacks if each.changes for line in _section(each)]
    return "\n".join([*lines, summed_up(stacks)])


def print_tables(stacks: Sequence[StackChanges], console: Console) -> None:
    """Print *stacks* for people; what is harmless is only counted."""
    for each in stacks:
        found = [change for change in each.changes if change.effect != Effect.HARMLESS]
        if not found:
            continue
        table = new_table("Effect", f"At, in {_title(each)}", "Change", "Why")
        for change in found:
            add(table, _mark(change), _at(change), _turn(change), _why(change))
        console.print(table)
    console.print(summed_up(stacks), highlight=False, soft_wrap=True)


def summed_up(stacks: Iterable[StackChanges]) -> str:
    """Return how many changes there are of each kind."""
    found = [change for each in stacks for change in each.changes]
    counts = Counter(change.effect for change in found)
    said = [f"{each.value}: {counts[each]}" for each in Effect if counts[each]]
    failing = sum(change.fails for change in found)
    return ", ".join([*said, f"dangerous: {failing}"]) if found else _NONE


def _object(change: Change) -> dict[str, Any]:
    return {
        "effect": change.effect.value,
        "dangerous": change.fails,
        "judged": change.judged,
        "logicalId": change.logical_id,
        "type": change.type,
        "constructPath": change.construct,
        "property": change.where,
        "path": list(change.path),
        "old": change.old,
        "new": change.new,
        "why": change.why,
        "wayOut": change.way_out,
    }


def _section(stack: StackChanges) -> Iterator[str]:
    yield f"### {_title(stack)}"
    yield ""
    for effect in Effect:
        found = [each for each in stack.changes if each.effect is effect]
        if not found:
            continue
        folded = effect in (Effect.ADDED, Effect.HARMLESS)
        title = f"{effect.value}: {len(found)}"
        yield from (
            [f"<details><summary>{title}</summary>", ""]
            if folded
            else [f"**{title}**", ""]
        )
        yield from map(_item, found)
        yield from (["", "</details>", ""] if folded else [""])


def _item(change: Change) -> str:
    mark = ":warning: " if change.fails else ""
    turned = f": {_code(_turn(change))}" if change.path else ""
    what = f"{_code(change.place)} ({_code(change.type)})"
    return f"- {mark}{what}{turned}<br>{_why(change)}"


def _code(text: str) -> str:
    """Return *text* as code, whatever is in it."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def _title(stack: StackChanges) -> str:
    return f"{stack.name} ({stack.fate})" if stack.fate else stack.name


def _mark(change: Change) -> str:
    return f"{change.effect.value} (!)" if change.fails else change.effect.value


def _at(change: Change) -> str:
    construct = f"\n{short(change.construct)}" if change.construct else ""
    return f"{change.place}\n{change.type}{construct}"


def _turn(change: Change) -> str:
    return turn(change) if change.path else ""


def _why(change: Change) -> str:
    return (
        f"{change.why}. Way out: {change.way_out}."
        if change.way_out
        else f"{change.why}."
    )
