"""Tests for docs/start.md: what it says that a reader sees is what there is to see."""

from __future__ import annotations

import re

from collections import Counter

import aws_cdk as cdk
import pytest

from tests.support.synth import ROOT, Assembly, new_app, synthesize

_TEXT = (ROOT / "docs" / "start.md").read_text()
_STACK, _APP, _OVERRIDE, _WAIVER = re.findall(r"(?s)```python\n(.*?)```", _TEXT)
_SUMMARY, _ERROR, _WAIVED = re.findall(r"(?s)```text\n(.*?)```", _TEXT)


def made(*blocks: str) -> Assembly:
    """Return what comes of the stack and the app of the page, and of more *blocks*."""
    app = new_app()
    # The page begins an app of its own; this one reports instead of failing.
    code = _APP.replace("app = cdk.App()\n", "")
    names: dict[str, object] = {"app": app, "cdk": cdk}
    for block in (_STACK, code, *blocks):
        exec(block, names)  # noqa: S102 - a block of our own page
    return synthesize(app)


def test_summary_has_the_resources():
    """Each type as often as the page says, but for what only the command adds."""
    (template,) = made().templates.values()
    types = Counter(each["Type"] for each in template["Resources"].values())
    said = {
        name: int(count) for count, name in re.findall(r"(\d) (AWS::\S+)", _SUMMARY)
    }

    assert said == {**types, "AWS::CDK::Metadata": 1}
    assert "Findings: 0" in _SUMMARY


@pytest.fixture(scope="module")
def assembly() -> Assembly:
    """The app with the override of the page."""
    return made(_OVERRIDE)


class TestOverride:
    def test_is_the_one_finding(self, assembly):
        """At the resource that the page shows."""
        assert {("S3-04", "Shop/Uploads/Default/Resource")} == assembly.findings
        assert "Shop/Uploads/Default/Resource (Uploads4F6EB0FD)" in _ERROR
        assert (
            "Uploads4F6EB0FD" in assembly.templates["Shop.template.json"]["Resources"]
        )

    def test_is_explained_as_the_page_says(self, assembly):
        """In the same words, with the same way out and the same id."""
        ((violation,),) = (
            each["violations"] for each in assembly.report if each["violations"]
        )

        assert f"ERROR {violation['description']} (SecureConstructs)" in _ERROR
        assert f"Suggested fix: {violation['suggestedFix']}" in _ERROR
        assert "'SecureConstructs::S3-04'" in _ERROR


def test_waiver_is_listed_with_its_reason():
    """And leaves no finding."""
    assembly = made(_WAIVER)
    ((rule, path),) = assembly.acknowledged

    assert set() == assembly.findings
    assert rule.endswith("S3-04")
    assert path.startswith("Shop/Thumbnails")
    assert assembly.acknowledged[rule, path] in _WAIVED
    assert "S3-04    Shop/Thumbnails" in _WAIVED
