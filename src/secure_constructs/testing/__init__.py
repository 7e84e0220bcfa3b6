"""
Tests of CDK apps: their templates, findings, logical ids, and updates of live stacks.

pytest finds the fixtures by itself; the functions are imported from here. They are
loaded on first use, so that suites without them pay nothing.
"""

from __future__ import annotations

import importlib

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secure_constructs.testing.app import CdkApp
    from secure_constructs.testing.findings import assert_no_findings
    from secure_constructs.testing.ids import assert_logical_ids
    from secure_constructs.testing.updates import assert_safe_update

__all__ = ["CdkApp", "assert_logical_ids", "assert_no_findings", "assert_safe_update"]

_MODULES = {
    "CdkApp": "app",
    "assert_logical_ids": "ids",
    "assert_no_findings": "findings",
    "assert_safe_update": "updates",
}


def __getattr__(name: str) -> object:
    """Import the module of *name* when it is first asked for."""
    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    return getattr(module, name)
