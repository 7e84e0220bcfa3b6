"""How the report calls things, and where on the page they are."""

from __future__ import annotations

_INNER = ("Default", "Resource")
_LONGEST = 22


def label(source: str, path: str) -> str:
    """Return *path* without the stack *source* it is in and without CDK's inner ids."""
    # CDK shows a stack with a name of its own as `Path (name)`.
    own = path.removeprefix(f"{source.partition(' (')[0]}/")
    first, *others = own.split("/")
    return "/".join([first, *(step for step in others if step not in _INNER)])


def shortened(text: str) -> str:
    """Return *text*, or its end where it is too long for a box."""
    return text if len(text) <= _LONGEST else f"…{text[1 - _LONGEST :]}"
