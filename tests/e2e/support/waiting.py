"""Waits for what happens in its own time."""

from __future__ import annotations

import time

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], *, seconds: float = 30) -> T:
    """Return what *look* returns once that is true, or at last."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return found
