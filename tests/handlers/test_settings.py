"""What the environment has to name, and when that is checked (LAM-13)."""

from __future__ import annotations

import os
import subprocess
import sys

from pathlib import Path

import pytest

from examples.handlers.orders.settings import Settings

CODE = Path(__file__).parents[2] / "examples" / "handlers"
REQUIRED = [
    "EVENT_BUS_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
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
        environment = dict(os.environ, TABLE_NAME="orders")

        assert Settings(
            "shop", "uploads", "incoming/", "orders"
        ) == Settings.from_environment(environment)

    def test_table_is_optional(self):
        """Without the variable there is no table."""
        assert Settings.from_environment(os.environ).table_name is None


class TestColdStart:
    @pytest.mark.parametrize("name", REQUIRED)
    def test_fails_for_a_missing_variable(self, monkeypatch, cold_start, name):
        """The module does not load, so that no order is ever tried (LAM-13)."""
        monkeypatch.delenv(name)

        with pytest.raises(RuntimeError, match=f"environment variables: {name}$"):
            cold_start()

    @pytest.mark.parametrize("name", [*REQUIRED, "TABLE_NAME"])
    @pytest.mark.parametrize("value", ["", "  "])
    def test_fails_for_an_empty_variable(self, monkeypatch, cold_start, name, value):
        """An empty variable is a mistake, even one that may be missing."""
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
