"""Runs a case in two ways by turns, and sees that both come to the same."""

from __future__ import annotations

import sys

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import equal, runs
from benchmarks.runs import BY_HAND, OURS, Figures, Way
from benchmarks.table import middle, ratio, times


class Unequal(Exception):  # noqa: N818 - it is no error of the program
    """What is to be compared is not the same."""


@dataclass(frozen=True)
class Pair:
    """
    The rounds of a case in two ways, and what came of the last one.

    Attributes:
        ours: What our runs measured.
        theirs: What the others did.
        here: Our assembly.
        there: Theirs.
    """

    ours: list[Figures]
    theirs: list[Figures]
    here: Path
    there: Path

    def cells(self, name: str, write: Callable[[float], str]) -> list[str]:
        """Return three cells for a figure: ours, theirs, and how many times it is."""
        return [
            write(middle(self.ours, name)),
            write(middle(self.theirs, name)),
            times(ratio(self.ours, self.theirs, name)),
        ]

    def ratio(self, name: str) -> float:
        """Return how many times as much ours takes of a figure."""
        return ratio(self.ours, self.theirs, name) or 0


def measure(case: str, copies: int, rounds: int, other: Way, directory: Path) -> Pair:
    """Run a case in our way and in the *other*, by turns, each a number of times."""
    here, there = directory / "ours", directory / "theirs"
    found = Pair([], [], here, there)
    order: list[tuple[Way, Path, list[Figures]]] = [
        (OURS, here, found.ours),
        (other, there, found.theirs),
    ]
    for number in range(rounds):
        tell(f"{case}, {copies} copies, round {number + 1} of {rounds}: {other.name}")
        for way, into, figures in order:
            figures.append(runs.measured(way, case, copies, into))
        order.reverse()
    return found


def measure_equal(case: str, copies: int, rounds: int, directory: Path) -> Pair:
    """
    Run a case in our way and by hand.

    Raises:
        Unequal: The two do not come to the same.
    """
    pair = measure(case, copies, rounds, BY_HAND, directory)
    found = equal.differences(pair.here, pair.there)
    if found:
        raise Unequal("\n".join([f"{case} is not the same by hand:", *found]))
    return pair


@dataclass(frozen=True)
class Section:
    """
    A section of the page.

    Attributes:
        tables: Its tables, as Markdown.
        measured: What the targets are about, by name.
    """

    tables: tuple[str, ...]
    measured: Mapping[str, float]


def tell(what: str) -> None:
    """Say on the terminal what is being done."""
    sys.stderr.write(f"{what}\n")
