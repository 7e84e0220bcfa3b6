"""What the environment has to name, and when that is checked (LAM-13)."""

from __future__ import annotations

import os
import subprocess
import sys

from pathlib import Path

import pytest

from orders.settings import Settings

CODE = Path(__file__).parents[2] / "examples" / "handlers"
REQUIRED = [
    "EVENT_BUS_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
    "TABLE_NAME",
    "TENANT_ROLE_ARN",
    "UPLOADS_BUCKET",
    "UPLOAD_PREFIX",
]

# Run apart from this repository, but for the directory that is deployed.
_LOAD = """
import sys
sys.path.insert(0, ".")
from orders.handler import handler
print(handler.__name__)
"""


class TestSettings:
    def test_come_from_the_environment(self):
        """Each has a variable of its own."""
        assert Settings(
            service="shop",
            event_bus_name="shop",
            uploads_bucket="uploads",
            upload_prefix="incoming/",
            table_name="orders",
            tenant_role_arn="arn:aws:iam::123456789012:role/tenant",
        ) == Settings.from_environment(os.environ)


class TestColdStart:
    @pytest.mark.parametrize("name", REQUIRED)
    def test_fails_for_a_missing_variable(self, monkeypatch, cold_start, name):
        """The module does not load, so that no order is ever tried (LAM-13)."""
        monkeypatch.delenv(name)

        with pytest.raises(RuntimeError, match=f"environment variables: {name}$"):
            cold_start()

    @pytest.mark.parametrize("name", REQUIRED)
    @pytest.mark.parametrize("value", ["", "  "])
    def test_fails_for_an_empty_variable(self, monkeypatch, cold_start, name, value):
        """An empty variable is a mistake as much as a missing one."""
        monkeypatch.setenv(name, value)

        with pytest.raises(RuntimeError, match=f"environment variables: {name}$"):
            cold_start()

    def test_error_names_all_that_are_missing(self, monkeypatch, cold_start):
        """One look at the log is enough."""
        for name in REQUIRED:
            monkeypatch.delenv(name)

        with pytest.raises(RuntimeError, match=", ".join(REQUIRED)):
            cold_start()


def test_loads_by_the_name_that_lambda_uses():
    """The directory is the whole code, and the package in it needs no other."""
    loaded = subprocess.run(  # noqa: S603 - the words are ours
        [sys.executable, "-I", "-c", _LOAD],
        cwd=CODE,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "handler\n" == loaded.stdout, loaded.stderr
