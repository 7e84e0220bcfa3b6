"""Runs the code blocks of README and docs, each file from top to bottom."""

from __future__ import annotations

import aws_cdk as cdk

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser


def _fresh_app(namespace: dict[str, object]) -> None:
    """Give each file an app and a stack, which every page would begin with."""
    app = cdk.App()
    namespace.update(cdk=cdk, app=app, stack=cdk.Stack(app, "Stack"))


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    setup=_fresh_app,
).pytest()
