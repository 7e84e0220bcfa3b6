"""Starts ministack as the tests need it; run in the emulator's own environment."""

from __future__ import annotations

import os

from tests.e2e.emulator import GAPS, listeners

# Functions are children of the server: they must not find this repository.
os.environ.pop("PYTHONPATH", None)
if os.environ.get("E2E_GAPS") != "open":
    for gap in GAPS.values():
        gap.fill()
listeners.serve_both()
