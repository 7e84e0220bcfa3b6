"""
Runs all benchmarks, prints their tables and writes them to docs/benchmarks.md.

    python -m benchmarks [--only CONSTRUCT] [--rounds NUMBER] [--page FILE]

Each measured run is a process of its own, and those that are compared take turns.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import os
import platform
import subprocess
import sys

from pathlib import Path

from benchmarks import (
    growing,
    imports,
    page,
    patterns,
    rules,
    runs,
    sections,
    targets,
)

_PAGE = runs.ROOT / "docs" / "benchmarks.md"
_ROUNDS = 5
_GROWTH = {1: 3, 10: 3, 100: 1}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sections.CONSTRUCTS)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--page", type=Path, default=_PAGE)
    given = parser.parse_args()
    if given.only:
        only = sections.constructs([given.only], given.rounds)
        sys.stdout.write("\n\n".join(only.tables) + "\n")
        return
    found = {
        "constructs": sections.constructs(sections.CONSTRUCTS, given.rounds),
        "application": sections.application(given.rounds + 2),
        "growth": growing.growth(_GROWTH),
        "solutions": patterns.solutions(given.rounds),
    }
    measured = {
        name: each.measured[name] for each in found.values() for name in each.measured
    }
    tables = {
        **{name: "\n\n".join(found[name].tables) for name in found},
        "rules": rules.compared(),
        "imports": imports.compared(given.rounds),
        "targets": targets.judged(measured),
        "constants": f"{measured['constants']:.0f}",
    }
    text = page.page(tables, _machine())
    given.page.write_text(text)
    sys.stdout.write(text)


def _machine() -> dict[str, str]:
    """Return what the numbers were measured with."""
    node = subprocess.run(  # noqa: S603 - the Node of this environment
        [runs.node(), "--version"], check=True, capture_output=True, text=True
    ).stdout.strip()
    packages = ("aws-cdk-lib", "constructs", "jsii", "cdk-nag")
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "date": dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "load at the end": load,
        "Python": platform.python_version(),
        "Node": node,
        **{each: importlib.metadata.version(each) for each in packages},
    }


if __name__ == "__main__":
    main()
