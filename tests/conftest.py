"""What all tests share: an app, and a stack in it."""

from __future__ import annotations

import aws_cdk as cdk
import pytest


@pytest.fixture
def app() -> cdk.App:
    """An app without feature flags."""
    return cdk.App()


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """A stack of that app, for no account or region in particular."""
    return cdk.Stack(app, "Stack")
