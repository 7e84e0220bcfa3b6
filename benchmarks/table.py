"""Writes tables as Markdown, which reads well on a terminal too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from benchmarks.runs import Figures

_MIB = 1024 * 1024


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column is words, and the others are numbers."""
    lines = [tuple(heads), *(tuple(row) for row in rows)]
    widths = [max(3, *map(len, column)) for column in zip(*lines, strict=True)]
    written = [_line(line, widths) for line in lines]
    rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([written[0], f"| {' | '.join(rules)} |", *written[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = [
        cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)
    ]
    return f"| {' | '.join([first, *rest])} |"


def middle(rounds: Iterable[Figures], name: str) -> float:
    """Return the median of a figure over *rounds*."""
    return median(each[name] for each in rounds)


def ratio(
    ours: Sequence[Figures], theirs: Sequence[Figures], name: str
) -> float | None:
    """
    Return the median of how many times as much ours takes, round by round.

    Runs of one round follow each other, so that whatever else the machine does slows
    both. There is no ratio to nothing.
    """
    pairs = [(one[name], other[name]) for one, other in zip(ours, theirs, strict=True)]
    if not all(other for _, other in pairs):
        return None
    return median(one / other for one, other in pairs)


def whole(value: float) -> str:
    """Return a number of things."""
    return f"{value:,.0f}"


def times(value: float | None) -> str:
    """Return how many times as much."""
    return "-" if value is None else f"{value:.2f}"


def seconds(value: float) -> str:
    """Return a time in seconds."""
    return f"{value:.2f} s"


def milliseconds(value: float) -> str:
    """Return a time in milliseconds."""
    return f"{value * 1000:,.1f} ms"


def mebibytes(value: float) -> str:
    """Return an amount of memory; a dash where the system does not say."""
    return f"{value / _MIB:,.0f} MiB" if value else "-"
