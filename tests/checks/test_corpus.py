"""Templates that people wrote, and what the rules find in them."""

from __future__ import annotations

import os

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from secure_constructs.checks import RULES
from secure_constructs.checks.checked import Checked, check
from tests.support.synth import ROOT

_VARIABLE = "SECURE_CONSTRUCTS_CORPUS"
_CORPUS = Path(os.environ.get(_VARIABLE, ""))
_EXPECTED = yaml.safe_load((ROOT / "tests" / "corpus_findings.yaml").read_text())
pytestmark = pytest.mark.skipif(
    not os.environ.get(_VARIABLE),
    reason=f"{_VARIABLE} does not name the folder of the corpus, which is elsewhere",
)


@pytest.fixture(scope="module")
def checked() -> Checked:
    """What all rules find in each of its files."""
    files = sorted(_CORPUS.glob("*.json")) + sorted(_CORPUS.glob("*.yaml"))
    return check(files, RULES)


def test_every_finding_was_reviewed(checked):
    """Nothing is found that was not looked at, and nothing that was is missed."""
    expected: dict[Any, Any] = {
        (each["rule"], each["problem"]): each["at"] for each in _EXPECTED["findings"]
    }
    found: dict[Any, Any] = defaultdict(lambda: defaultdict(list))
    for each in checked.findings:
        at = found[each.rule.id, each.problem]
        at[each.file.name] = sorted([*at[each.file.name], each.resource.logical_id])

    assert expected == found


def test_every_finding_is_right_for_a_reason():
    """Each group of findings has a sentence on why it is right."""
    assert [] == [
        each["rule"] for each in _EXPECTED["findings"] if not each["why"].endswith(".")
    ]


def test_says_what_it_cannot_judge(checked):
    """Macros, loops and functions of AWS SAM are said to be none of its business."""
    found = {(each.file.name, each.what) for each in checked.unjudged}
    expected = _EXPECTED["unjudged"].items()

    assert {(file, what) for file, each in expected for what in each} == found


def test_reads_everything_else(checked):
    """The one file that is no template is the one that cannot be read."""
    assert len(_EXPECTED["unread"]) == len(checked.unread)
    assert all(
        name in str(error)
        for name, error in zip(_EXPECTED["unread"], checked.unread, strict=True)
    )
