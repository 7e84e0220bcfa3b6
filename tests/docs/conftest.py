"""The site, built once for all tests that look at it."""

from __future__ import annotations

import os
import subprocess
import sys

from pathlib import Path

import pytest

from tests.support.synth import ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, which was built without a warning."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    said = subprocess.run(  # noqa: S603 - our own interpreter
        build, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert (0, "") == (said.returncode, said.stdout), said.stderr
    assert "WARNING" not in said.stderr
    return folder
