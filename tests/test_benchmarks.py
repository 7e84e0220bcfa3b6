"""Tests for the benchmarks: what they compare is the same, and they run."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from decimal import Decimal
from pathlib import Path

import aws_cdk as cdk
import pytest

from benchmarks import contents, equal, measure, ours, page, runs, table, targets
from benchmarks.by_hand import cases as by_hand
from tests.support.synth import ROOT, synthesize

TABLES = (
    "constructs",
    "application",
    "constants",
    "growth",
    "solutions",
    "rules",
    "imports",
)


def written(define, directory: Path) -> Path:
    """Return the assembly of an app in which *define* defines something."""
    app = measure.new_app(str(directory))
    define(app)
    return synthesize(app).directory


class TestByHand:
    @pytest.mark.parametrize("case", by_hand.CASES)
    def test_constructs_are_the_same(self, case, tmp_path):
        """Templates and acknowledgements are ours, so that costs can be compared."""
        made = [
            written(lambda app: measure.build_stacks(app, way.CASES[case], 2), path)  # noqa: B023 - called at once
            for way, path in ((ours, tmp_path / "a"), (by_hand, tmp_path / "b"))
        ]

        assert [] == equal.differences(*made)

    def test_app_is_the_same(self, tmp_path):
        """The whole example app as well, its metadata and stages included."""
        made = [
            written(lambda app: measure.build_copies(app, way.orders, 2), path)  # noqa: B023 - called at once
            for way, path in ((ours, tmp_path / "a"), (by_hand, tmp_path / "b"))
        ]

        assert [] == equal.differences(*made)
        assert 6 == len(equal.templates(made[0]))


class TestEqual:
    @pytest.fixture
    def assembly(self, tmp_path):
        """What a bucket by hand comes to."""
        case = by_hand.CASES["SecureBucket"]
        return written(lambda app: case(cdk.Stack(app, "One"), 1), tmp_path / "cdk")

    @pytest.mark.parametrize("ending", ["template", "metadata"])
    def test_notices_another_value(self, assembly, tmp_path, ending):
        """A property, or an acknowledgement, that is only in one of them."""
        other = tmp_path / "other"
        other.mkdir()
        for path in assembly.glob("One.*.json"):
            text = path.read_text()
            if ending in path.name:
                text = text.replace("BucketOwnerEnforced", "ObjectWriter")
                added = {"type": "aws:cdk:acknowledged-rules", "data": {"A::B": "C"}}
                body = json.loads(text)
                if ending == "metadata":
                    body["/One/Data0"] = [added]
                text = json.dumps(body)
            (other / path.name).write_text(text)

        found = equal.differences(assembly, other)
        assert len(found) == (2 if ending == "template" else 1)
        assert ("ObjectWriter" if ending == "template" else "A::B") in found[0]


class TestFloor:
    def test_is_the_same(self, tmp_path):
        """The program in JavaScript comes to the templates that it was made from."""
        hand = written(
            lambda app: measure.build_stacks(app, by_hand.CASES["EventSchedule"], 1),
            tmp_path / "hand",
        )
        with runs.floor("EventSchedule", 1) as program:
            figures = runs.measured_floor(program)
            found = equal.differences(hand, program / "cdk.out")

        assert [] == found
        assert 0 < figures["build_seconds"] < figures["whole_seconds"]

    def test_refers_to_what_is_known_later(self, tmp_path):
        """Tokens of the recorded run are variables of the program, not texts."""
        lines = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", _RECORD.format(directory=str(tmp_path))],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=runs.environment(),
        ).stdout

        assert "new (cdk.aws_kms.Key)(" in lines
        assert "Token[" not in lines


_RECORD = """
from benchmarks.floor import record
print("\\n".join(record("AppKey", 1, {directory!r}).lines))
"""


class TestMeasured:
    def test_smallest_form(self):
        """One construct, one round: it prints calls and times, and how they compare."""
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", "--only", "AppKey", "--rounds", "1"],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, **runs.environment()},
        )

        rows = [line for line in done.stdout.splitlines() if "`AppKey`" in line]
        calls = [cell.strip() for cell in rows[0].strip("|").split("|")]
        assert 2 == len(rows)
        assert float(calls[3]) == pytest.approx(int(calls[1]) / int(calls[2]), abs=0.01)
        assert "$1.00" == calls[-1]

    def test_contents(self, tmp_path):
        """Resources and fixed cost are those of the template."""
        case = ours.CASES["AppKey"]
        made = written(lambda app: case(cdk.Stack(app, "One"), 2), tmp_path)

        found = contents.contents(made, "One")
        assert (2, Decimal(2)) == (found.resources, found.dollars)
        assert 0 == contents.contents(made, "Other").resources

    def test_broken(self, tmp_path):
        """A plain bucket breaks rules of ours and of cdk-nag; ours breaks few."""
        made = written(
            lambda app: (
                cdk.aws_s3.Bucket(cdk.Stack(app, "Plain"), "Data"),
                ours.CASES["SecureBucket"](cdk.Stack(app, "One"), 1),
            ),
            tmp_path,
        )

        plain, one = contents.broken(made, "Plain"), contents.broken(made, "One")
        assert plain > (1, 1)
        assert (0, 0) == one


class TestPage:
    def test_ratio_is_of_each_round(self):
        """The median of the ratios, not the ratio of the medians."""
        here = [{"s": each} for each in (1.0, 9.0, 4.0)]
        there = [{"s": each} for each in (2.0, 3.0, 4.0)]

        assert 1.0 == table.ratio(here, there, "s")
        assert table.ratio(here, [{"s": 0.0}] * 3, "s") is None

    def test_aligns_numbers(self):
        """Words to the left, numbers to the right."""
        assert ["| a   |   b |", "| --- | --: |", "| one |  10 |"] == table.table(
            ["a", "b"], [["one", "10"]]
        ).splitlines()

    @pytest.mark.parametrize(("value", "kept"), [(1.0, "yes"), (1.01, "no")])
    def test_judges_targets(self, value, kept):
        """A target is missed by a hundredth as well."""
        measured = dict.fromkeys([*targets.AT_MOST, *targets.AT_LEAST], 4.0)
        found = targets.judged({**measured, "calls, whole app": value})

        (row,) = (each for each in found.splitlines() if "| calls, whole app" in each)
        assert kept in row

    def test_has_all_tables(self):
        """The page has a place for each table, and for what it was made with."""
        tables = {name: f"<{name}>" for name in (*TABLES, "targets")}
        text = page.page(tables, {"date": "<today>"})

        missing = [each for each in (*tables.values(), "<today>") if each not in text]
        assert [] == missing
