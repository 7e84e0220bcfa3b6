"""
Compares what two ways of writing an app come to: templates and acknowledgements.

Both give their constructs the same ids, so templates have to be equal as they are. What
is acknowledged is in CDK's metadata: the rule, and the resource. The reason may differ,
and ours are a construct deeper, in `Default`.
"""

from __future__ import annotations

import json

from collections.abc import Iterator
from pathlib import Path
from typing import Any

_ACKNOWLEDGED = "aws:cdk:acknowledged-rules"
_SHOWN = 120


def differences(one: Path, other: Path) -> list[str]:
    """Return in words where the assemblies *one* and *other* differ."""
    found = list(_differing(templates(one), templates(other), ""))
    rules, others = acknowledgements(one), acknowledgements(other)
    found += [f"only the first acknowledges {each}" for each in sorted(rules - others)]
    found += [f"only the second acknowledges {each}" for each in sorted(others - rules)]
    return found


def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """Return the templates of *assembly* by their paths in it."""
    return {
        str(path.relative_to(assembly)): json.loads(path.read_text())
        for path in sorted(assembly.rglob("*.template.json"))
    }


def acknowledgements(assembly: Path) -> set[tuple[str, str]]:
    """Return which rules *assembly* acknowledges, and where."""
    return {
        (path.replace("/Default", ""), rule)
        for file in sorted(assembly.rglob("*.metadata.json"))
        for path, entries in json.loads(file.read_text()).items()
        for entry in entries
        if entry["type"] == _ACKNOWLEDGED
        for rule in entry["data"]
    }


def _differing(one: Any, other: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from _differing(one.get(name), other.get(name), f"{path}/{name}")
    elif one != other:
        yield f"{path}: {_shown(one)} beside {_shown(other)}"


def _shown(value: Any) -> str:  # noqa: ANN401 - JSON
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
