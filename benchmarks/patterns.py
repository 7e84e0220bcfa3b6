"""Compares patterns of ours with those of AWS Solutions Constructs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import contents
from benchmarks.pairs import Section, measure
from benchmarks.runs import SOLUTIONS, Figures
from benchmarks.table import middle, milliseconds, seconds, table, whole

PATTERNS = {
    "SecureBucket": "ConstructsFactories",
    "function and bucket": "LambdaToS3",
    "function and table": "LambdaToDynamoDB",
    "function and rule": "EventbridgeToLambda",
    "function and queue": "SqsToLambda",
}
_MANY = 10


def solutions(rounds: int) -> Section:
    """Compare with AWS Solutions Constructs."""
    rows: list[list[str]] = []
    fewer = better = 0
    for case, pattern in PATTERNS.items():
        with TemporaryDirectory(prefix="bench-") as directory:
            pair = measure(case, _MANY, rounds, SOLUTIONS, Path(directory))
            ours = _pattern(case, pair.here, pair.ours)
            theirs = _pattern(f"`{pattern}`", pair.there, pair.theirs)
        rows += [ours.row, theirs.row]
        fewer += ours.resources < theirs.resources
        better += ours.findings < theirs.findings
    heads = [
        "pattern",
        "resources",
        "of ten",
        "but alarms",
        "findings",
        "AwsSolutions",
        "a month",
    ]
    return Section(
        (table([*heads, "calls, ten", "build, ten", "process"], rows),),
        {
            "patterns with fewer resources than Solutions Constructs": fewer,
            "patterns with fewer findings than Solutions Constructs": better,
        },
    )


@dataclass(frozen=True)
class Pattern:
    """
    A pattern in one way.

    Attributes:
        row: Its row in the table.
        resources: How many resources a stack with ten has.
        findings: How many findings there are with one.
    """

    row: list[str]
    resources: int
    findings: int


def _pattern(words: str, assembly: Path, figures: Sequence[Figures]) -> Pattern:
    one = contents.contents(assembly, "One")
    ten = contents.contents(assembly, "Many")
    own, nag = contents.broken(assembly, "One")
    row = [
        words,
        whole(one.resources),
        whole(ten.resources),
        whole(ten.resources - ten.alarms),
        whole(own),
        whole(nag),
        f"${one.dollars:.2f}",
        whole(middle(figures, "many_calls")),
        milliseconds(middle(figures, "many_seconds")),
        seconds(middle(figures, "whole_seconds")),
    ]
    return Pattern(row, ten.resources, own)
