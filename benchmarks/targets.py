"""What the numbers should be, and whether they are."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.table import table

AT_MOST = {
    "calls of ten, dearest construct": 1.0,
    "calls, whole app": 1.0,
    "build, whole app": 1.0,
    "process, whole app": 1.05,
    "calls of a further copy, most beside fewer": 1.1,
    "seconds of a further copy, most beside fewer": 1.1,
}
AT_LEAST = {
    "patterns with fewer resources than Solutions Constructs": 5.0,
    "patterns with fewer findings than Solutions Constructs": 5.0,
}


def judged(measured: Mapping[str, float]) -> str:
    """Return a table of what was *measured*, beside what it should be."""
    rows = [
        [name, f"{sign} {limit:.2f}", f"{measured[name]:.2f}", _kept(kept=kept)]
        for sign, limits in (("at most", AT_MOST), ("at least", AT_LEAST))
        for name, limit in limits.items()
        for kept in [
            measured[name] <= limit if sign == "at most" else measured[name] >= limit
        ]
    ]
    return table(["target", "wanted", "measured", "kept"], rows)


def _kept(*, kept: bool) -> str:
    return "yes" if kept else "no"
