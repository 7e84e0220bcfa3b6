"""
Keeps the example's templates of today as those of a release.

    python -m tests.e2e.support.freeze 0.1.0
"""

from __future__ import annotations

import json
import sys

from tests.e2e.support.releases import FIXTURES, STAGE, current


def freeze(version: str) -> None:
    """Write the templates below the directory of *version*."""
    target = FIXTURES / version
    target.mkdir(parents=True, exist_ok=True)
    for name, template in current(STAGE, "production").templates.items():
        text = json.dumps(template, indent=1)
        (target / f"{name}.template.json").write_text(f"{text}\n")


if __name__ == "__main__":
    freeze(sys.argv[1])
