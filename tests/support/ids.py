"""Ids of tests that are the same in every process, as workers have to agree on them."""

from __future__ import annotations

import re


def plain(value: object) -> str:
    """Return *value* as text, without the addresses of objects in memory."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))
