"""Counts the calls to the process that CDK runs in: what time in CDK goes into."""

from __future__ import annotations

import contextlib

from collections.abc import Iterator
from typing import Any

from jsii._kernel.providers import process


@contextlib.contextmanager
def kernel_calls() -> Iterator[list[str]]:
    """Collect a line for each call made inside."""
    calls: list[str] = []
    send = process._NodeProcess.send  # noqa: SLF001 - the one place all calls pass

    def counted(self: Any, request: Any, response_type: Any) -> Any:
        calls.append(_shown(request))
        return send(self, request, response_type)

    process._NodeProcess.send = counted  # type: ignore[method-assign] # noqa: SLF001
    try:
        yield calls
    finally:
        process._NodeProcess.send = send  # type: ignore[method-assign] # noqa: SLF001


def _shown(request: Any) -> str:
    names = ("fqn", "property", "method")
    said = [str(getattr(request, name)) for name in names if hasattr(request, name)]
    return " ".join([type(request).__name__.removesuffix("Request"), *said])
