"""The page on comparing templates shows what is printed."""

from __future__ import annotations

import re

import aws_cdk as cdk

from tests.support.synth import ROOT, new_app

PAGE = (ROOT / "docs" / "howto" / "compare-templates.md").read_text()


def test_shows_what_is_printed(capsys):
    """The text below the example is what the example prints."""
    app = new_app()
    names = {"cdk": cdk, "app": app, "stack": cdk.Stack(app, "Stack")}
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

    for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        exec(block, names)  # noqa: S102 - the page that is under test

    assert shown == capsys.readouterr().out
