"""How the page is written: its template, and what this makes of values."""

from __future__ import annotations

import base64
import functools
import hashlib
import re

from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2

from markupsafe import Markup, escape

from secure_constructs.checks import costs
from secure_constructs.checks.report import layout, names
from secure_constructs.checks.report.parts import plain
from secure_constructs.checks.report.verdicts import State

# How a state looks where there is no room for its name.
_SIGNS: Mapping[State, str] = {
    State.BROKEN: "✗",
    State.UNJUDGED: "?",
    State.WAIVED: "!",
    State.KEPT: "✓",
}
_BREAKS = re.compile(r"(?<=[/.])|(?<=[a-z0-9])(?=[A-Z])")


def written(**values: object) -> str:
    """Return the page of *values*."""
    style, script = _file("report.css"), _file("report.js")
    template = _environment().get_template("report.html")
    # Nothing but these two may run or be loaded, whatever a template says.
    allowed = f"style-src {_hash(style)}; script-src {_hash(script)}"
    return template.render(values, style=style, script=script, allowed=allowed)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__name__.rpartition(".")[0], "files"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "State": State,
        "NOT_COUNTED": costs.NOT_COUNTED,
        "box": (layout.WIDTH, layout.HEIGHT),
    }
    environment.filters |= {
        "sign": lambda state: _SIGNS[state],
        "css": lambda state: state.value.replace(" ", "-"),
        "curve": curve,
        "label": lambda part, source: names.label(source, part.path),
        "label_of": lambda place, source: names.label(source, place.path),
        "short": names.shortened,
        "breakable": _breakable,
        "type": lambda place: plain(place.resource.type),
        "plural": lambda count, word: f"{count:,} {word}" + ("s" if count != 1 else ""),
        "dollars": lambda amount: f"${amount:,.2f}",
    }
    return environment


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Return the path of a line that leaves and reaches boxes at right angles."""
    (x, y), *others = points
    steps = [f"M{x:g} {y:g}"]
    for to_x, to_y in others:
        middle = (x + to_x) / 2
        steps.append(f"C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}")
        x, y = to_x, to_y
    return "".join(steps)


def _breakable(text: str) -> Markup:
    """Return *text* with places where a line may end: at slashes, dots and humps."""
    return Markup("<wbr>").join(map(escape, _BREAKS.split(text)))


def _file(name: str) -> str:
    return (Path(__file__).parent / "files" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return *text* as a page's security policy names it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
