"""Tests for `secure_constructs.checks.pages`, and for the page it wrote."""

from __future__ import annotations

import pytest

from secure_constructs.checks import RULES
from secure_constructs.checks.pages import rules_page
from secure_constructs.checks.rule import rule
from tests.support.synth import ROOT


def test_page_is_that_of_the_rules():
    """The page in the documentation is what `make rules` writes today."""
    assert (ROOT / "docs" / "rules.md").read_text() == rules_page(RULES)


@pytest.mark.parametrize("each", RULES, ids=[each.id for each in RULES])
def test_has_a_section_for_every_rule(each):
    """A rule's section is under its id, and says everything."""
    _, _, section = rules_page(RULES).partition(f"\n## {each.id}\n")
    section, _, _ = section.partition("\n## ")
    said = (each.title, each.why, each.fix, each.severity, *each.controls, *each.nag)

    assert [] == [one for one in said if one not in section]


def test_says_nothing_of_what_a_rule_lacks():
    """A rule for everything, without controls, has three lines."""

    @rule("T-01", "*", why="Why.", fix="Fix.", severity="warning")
    def checked(_):
        """It is kept."""
        return iter(())

    _, _, section = rules_page([checked]).partition("## T-01\n")
    assert (
        """
It is kept.

- Why: Why.
- What to do: Fix.
- Severity: warning
- Concerns: every resource
"""
        == section
    )
