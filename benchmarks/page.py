"""Writes the page of the benchmarks: the tables in the words of `page.md`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_WORDS = Path(__file__).with_name("page.md")


def page(tables: Mapping[str, str], machine: Mapping[str, str]) -> str:
    """Return the page with *tables*, made with *machine*."""
    made = "\n".join(f"- {name}: {machine[name]}" for name in machine)
    return _WORDS.read_text().format(machine=made, **tables)
