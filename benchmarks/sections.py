"""Compares the constructs, and the whole example app, with the same by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import contents, equal, runs
from benchmarks.pairs import Section, Unequal, measure_equal, tell
from benchmarks.runs import Figures
from benchmarks.table import (
    mebibytes,
    middle,
    milliseconds,
    seconds,
    table,
    whole,
)

CONSTRUCTS = (
    "SecureBucket",
    "AppKey",
    "TenantTable",
    "ObservedFunction",
    "AppEventBus",
    "EventRoute",
    "EventSchedule",
    "TenantRole",
    "GitHubOidcRole",
)
_MANY = 10


def constructs(cases: Iterable[str], rounds: int) -> Section:
    """Compare the constructs with the same by hand: calls, and times."""
    calls, spent = [], []
    dearest = 0.0
    for case in cases:
        with TemporaryDirectory(prefix="bench-") as directory:
            pair = measure_equal(case, _MANY, rounds, Path(directory))
            held = contents.contents(pair.here, "One")
        one, ten = pair.cells("one_calls", whole), pair.cells("many_calls", whole)
        sizes = [whole(held.resources), whole(held.bytes), f"${held.dollars:.2f}"]
        calls.append([f"`{case}`", *one, *ten, *sizes])
        build = pair.cells("many_seconds", milliseconds)
        process, cpu = (
            pair.cells(f"{each}_seconds", seconds) for each in ("whole", "cpu")
        )
        spent.append([f"`{case}`", *build, *process, *cpu])
        dearest = max(dearest, pair.ratio("many_calls"))
    heads = [each for of in ("one", "ten") for each in (of, "by hand", "ratio")]
    sizes = ["resources", "bytes", "a month"]
    return Section(
        (
            table(["calls", *heads, *sizes], calls),
            table(["time", *_heads("build, ten", "process", "processors")], spent),
        ),
        {"calls of ten, dearest construct": dearest},
    )


def application(rounds: int) -> Section:
    """Compare the whole example app: ours, by hand, and the floor."""
    with TemporaryDirectory(prefix="bench-") as written:
        pair = measure_equal("app", 1, rounds, Path(written))
        held = contents.contents(pair.here)
        lowest = _lowest("app", rounds, pair.here)
    rows = [["calls", *pair.cells("all_calls", whole), "0"]]
    for name in ("import", "build", "synth", "whole", "cpu"):
        figure = f"{name}_seconds"
        words = {"whole": "process", "cpu": "processors"}.get(name, name)
        least = seconds(middle(lowest, figure))
        rows.append([words, *pair.cells(figure, seconds), least])
    for name in ("python", "node"):
        figure = f"{name}_bytes"
        least = mebibytes(middle(lowest, figure)) if figure in lowest[0] else "-"
        rows.append([f"memory, {name.title()}", *pair.cells(figure, mebibytes), least])
    for words, value in (
        ("resources", whole(held.resources)),
        ("bytes of templates", whole(held.bytes)),
        ("a month", f"${held.dollars:.2f}"),
    ):
        rows.append([words, value, value, "1.00", value])
    return Section(
        (table(["example app", "ours", "by hand", "ratio", "JavaScript"], rows),),
        {
            "calls, whole app": pair.ratio("all_calls"),
            "build, whole app": pair.ratio("build_seconds"),
            "process, whole app": pair.ratio("whole_seconds"),
            "constants": middle(pair.ours, "import_calls"),
        },
    )


def _lowest(case: str, rounds: int, here: Path) -> list[Figures]:
    """
    Return what the floor of a case takes.

    Raises:
        Unequal: It does not come to the same as the assembly *here*.
    """
    with runs.floor(case, 1) as program:
        found = []
        for number in range(rounds):
            tell(f"{case}, JavaScript, round {number + 1} of {rounds}")
            found.append(runs.measured_floor(program))
        differences = equal.differences(here, program / "cdk.out")
    if differences:
        raise Unequal("\n".join(["the floor is not the same:", *differences]))
    return found


def _heads(*names: str) -> list[str]:
    return [each for name in names for each in (name, "by hand", "ratio")]
