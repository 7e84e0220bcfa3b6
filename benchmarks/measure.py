"""
One measured run, in a process of its own: prints what it took as JSON.

    python -m benchmarks.measure WAY CASE COPIES DIRECTORY

WAY is a module with the cases: `benchmarks.ours`, `benchmarks.by_hand.cases` or
`benchmarks.solutions.cases`. CASE is one of its names, or `app` for the whole example
app, which then is there so many times, each copy in a stage of its own. Any other case
is three stacks: the first of the process, one like it, and one with so many copies.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import sys
import time

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_BEGAN = time.perf_counter()
# CDK's own validation takes seconds in each process, the same for all.
os.environ["CDK_VALIDATION"] = "false"

import aws_cdk as cdk  # noqa: E402 - after what it depends on

from jsii._kernel.providers import process  # noqa: E402

_FLAGS = Path(__file__).parents[1] / "cdk.json"
_KIB = 1024
# CDK's own key, by which findings are reported instead of raised.
_QUIET = {"@aws-cdk/core:failSynthOnValidationErrors": False}


class Calls:
    """
    The calls to the process that CDK runs in.

    Attributes:
        count: How many there were so far.
    """

    def __init__(self) -> None:
        """Count from now on."""
        self.count = 0
        send = process._NodeProcess.send  # noqa: SLF001 - the one place all calls pass

        def counted(at: Any, request: Any, response_type: Any) -> Any:  # noqa: ANN401 - jsii's
            self.count += 1
            return send(at, request, response_type)

        process._NodeProcess.send = counted  # type: ignore[method-assign, assignment] # noqa: SLF001


class Run:
    """
    One measured run.

    Attributes:
        figures: What was measured so far, by name.
    """

    def __init__(self) -> None:
        """Begin to count and to measure."""
        self.figures: dict[str, float] = {}
        self._calls = Calls()

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure what is done inside: calls and seconds."""
        calls, began = self._calls.count, time.perf_counter()
        yield
        self.figures[f"{name}_seconds"] = time.perf_counter() - began
        self.figures[f"{name}_calls"] = self._calls.count - calls

    def memory(self) -> None:
        """Take how much memory this process and Node's have held at most."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        per_unit = 1 if sys.platform == "darwin" else _KIB
        self.figures["python_bytes"] = peak * per_unit
        self.figures["node_bytes"] = sum(map(_peak, _children(os.getpid())))


def _children(pid: int) -> list[int]:
    """Return the processes below *pid*; none where the system does not say."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(each) for each in path.read_text().split()] if path.exists() else []
    return found + [below for each in found for below in _children(each)]


def _peak(pid: int) -> int:
    """Return how much memory process *pid* has held at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (each for each in lines if each.startswith("VmHWM:"))
    return int(line.split()[1]) * _KIB


def new_app(directory: str) -> cdk.App:
    """Return an app as `cdk init` makes one, for production."""
    context = json.loads(_FLAGS.read_text())["context"]
    flags = {name: context[name] for name in context if name.startswith("@aws-cdk/")}
    return cdk.App(
        context={**flags, **_QUIET, "tier": "production"},
        outdir=directory,
        analytics_reporting=False,
    )


def build_copies(app: cdk.App, define: Callable[[Any], object], copies: int) -> None:
    """Define the whole example app so many times."""
    if copies == 1:
        define(app)
        return
    for index in range(copies):
        define(cdk.Stage(app, f"Copy{index}"))


def build_stacks(
    app: cdk.App, define: Callable[[cdk.Stack, int], object], copies: int
) -> None:
    """Define a case in three stacks."""
    for name, count in counts(copies):
        define(cdk.Stack(app, name), count)


def counts(copies: int) -> tuple[tuple[str, int], ...]:
    """Return the three stacks of a case, and how many are in each."""
    return ("First", 1), ("One", 1), ("Many", copies)


def main() -> None:
    """Measure, and print what was measured."""
    way, case, copies, directory = sys.argv[1:]
    run = Run()
    with run.part("all"):
        with run.part("import"):
            module = importlib.import_module(way)
        app = new_app(directory)
        if case == "app":
            with run.part("build"):
                build_copies(app, module.orders, int(copies))
        else:
            define = module.CASES[case]
            for name, count in counts(int(copies)):
                with run.part(name.lower()):
                    define(cdk.Stack(app, name), count)
        with run.part("synth"):
            app.synth()
    run.memory()
    run.figures["process_seconds"] = time.perf_counter() - _BEGAN
    json.dump(run.figures, sys.stdout)


if __name__ == "__main__":
    main()
