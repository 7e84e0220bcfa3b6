"""Lets the example app grow, and sees what each further copy costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.pairs import Section, measure_equal
from benchmarks.runs import Figures
from benchmarks.table import mebibytes, middle, milliseconds, table, whole


def growth(copies: Mapping[int, int]) -> Section:
    """Let the app grow to so many *copies*, each measured in so many rounds."""
    rows: list[list[str]] = []
    each: list[dict[str, float]] = []
    last = Grown(0, {}, {})
    for number, rounds in copies.items():
        with TemporaryDirectory(prefix="bench-") as directory:
            pair = measure_equal("app", number, rounds, Path(directory))
        now = Grown(number, totals(pair.ours), totals(pair.theirs))
        further = now.beyond(last)
        row = [whole(number)]
        for way, figures in (("ours", pair.ours), ("hand", pair.theirs)):
            row += [
                whole(further[f"{way} calls"]),
                milliseconds(further[f"{way} seconds"]),
                mebibytes(middle(figures, "node_bytes")),
            ]
        rows.append(row)
        each.append(further)
        last = now
    heads = ["calls", "time", "Node"]
    before, after = each[-2:]
    return Section(
        (table(["copies", *heads, *(f"{name}, by hand" for name in heads)], rows),),
        {
            f"{name} of a further copy, most beside fewer": (
                after[f"ours {name}"] / before[f"ours {name}"]
            )
            for name in ("calls", "seconds")
        },
    )


@dataclass(frozen=True)
class Grown:
    """
    What so many copies of the app take in all.

    Attributes:
        copies: How many there are.
        ours: Calls and seconds of ours.
        hand: Those by hand.
    """

    copies: int
    ours: Mapping[str, float]
    hand: Mapping[str, float]

    def beyond(self, last: Grown) -> dict[str, float]:
        """Return what each copy took that there was not at the *last* count."""
        more = self.copies - last.copies
        return {
            f"{way} {name}": (now[name] - then.get(name, 0)) / more
            for way, now, then in (
                ("ours", self.ours, last.ours),
                ("hand", self.hand, last.hand),
            )
            for name in now
        }


def totals(figures: Sequence[Figures]) -> dict[str, float]:
    """Return the calls of all, and the seconds of building and synthesis."""
    parts = [middle(figures, f"{name}_seconds") for name in ("build", "synth")]
    return {"calls": middle(figures, "all_calls"), "seconds": sum(parts)}
