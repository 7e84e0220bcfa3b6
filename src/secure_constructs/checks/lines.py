"""On which lines of a template its resources begin."""

from __future__ import annotations

import functools
import re

from collections.abc import Mapping
from pathlib import Path

_KEY = re.compile(r"""^([ \t]*)["']?([A-Za-z0-9]+)["']?[ \t]*:""", re.MULTILINE)
_RESOURCES = "Resources"


def line_of(file: Path, logical_id: str) -> int:
    """Return the line of *file* on which a resource begins; 1 where it has none."""
    return _lines_of(file).get(logical_id, 1)


@functools.lru_cache(maxsize=1)
def _lines_of(file: Path) -> Mapping[str, int]:
    """
    Return the lines of what is written directly below `Resources`.

    A resource's name is written once at that depth, but may be written deeper too,
    as that of a property.
    """
    found: dict[str, int] = {}
    outer, inner, line, last = None, None, 1, 0
    content = file.read_text(encoding="utf-8-sig")
    for match in _KEY.finditer(content):
        depth, key = len(match[1].expandtabs()), match[2]
        line, last = line + content.count("\n", last, match.start(2)), match.start(2)
        if outer is None:
            outer = depth if key == _RESOURCES and depth <= _OUTERMOST else None
        elif depth <= outer:
            break
        elif inner is None or depth == inner:
            inner = depth
            found[key] = line
    return found


# How deep `Resources` itself may be, in JSON that is indented by much.
_OUTERMOST = 8
