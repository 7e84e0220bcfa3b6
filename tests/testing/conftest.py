"""What the tests of the testing kit share."""

from __future__ import annotations

import pytest

from tests.support.projects import UserTests


@pytest.fixture
def user(pytester: pytest.Pytester) -> UserTests:
    """A user with a folder for an app and its tests."""
    return UserTests(pytester)
