"""Tests for `tools.checklist`, and for the page it wrote."""

from __future__ import annotations

import re

import pytest

from secure_constructs.checks import RULES
from secure_constructs.checks.guard import KEPT_RULES
from tests.support.synth import ROOT
from tools.checklist import PROMISE, page, promises, waivable
from tools.promises import ELSEWHERE, WITHOUT_RULE

PAGES = sorted((ROOT / "docs" / "constructs").glob("*.md"))
_IDS = [each.id for each in RULES]
_PAGE = page()


def row(promise: str) -> list[str]:
    """Return the cells of the row of *promise*."""
    (found,) = re.findall(rf"^\| {promise} \|.*$", _PAGE, re.MULTILINE)
    return [cell.strip() for cell in found.strip("|").split(" | ")]


def written() -> dict[str, set[str]]:
    """Return the promises that each file of the library and its pages names."""
    files = [*ROOT.glob("src/**/*.py"), *ROOT.glob("docs/**/*.md"), *PAGES]
    return {
        str(path.relative_to(ROOT)): set(PROMISE.findall(path.read_text()))
        for path in files
    }


def test_page_is_that_of_today():
    """The page in the documentation is what `make checklist` writes."""
    assert (ROOT / "docs" / "checklist.md").read_text() == _PAGE


def test_knows_every_promise_that_is_named_anywhere():
    """An id in the code or on a page has its row."""
    unknown = {name: ids - set(promises()) for name, ids in written().items()}

    assert {} == {name: ids for name, ids in unknown.items() if ids}


@pytest.mark.parametrize("promise", promises())
class TestRow:
    def test_says_who_keeps_it(self, promise):
        """A construct, another piece of the library, or the reader."""
        assert row(promise)[2]

    def test_names_its_rule(self, promise):
        """Where there is one, with how bad a breach is."""
        found = {each.id: each.severity for each in RULES}.get(promise)
        link = f"[rule](rules.md#{promise.lower()}), {found}" if found else "-"

        assert link == row(promise)[3]

    def test_says_it_once(self, promise):
        """In the words of its rule, or in words of its own where it has none."""
        assert (promise in WITHOUT_RULE) != (promise in _IDS)

    def test_is_not_both_of_a_construct_and_of_another(self, promise):
        """Words of ours stand for those promises only that no construct keeps."""
        if promise in ELSEWHERE:
            assert row(promise)[2] == ELSEWHERE[promise]
        else:
            assert row(promise)[2].startswith("[")


@pytest.mark.parametrize("each", KEPT_RULES, ids=[each.id for each in KEPT_RULES])
def test_what_the_guard_checks_somebody_keeps(each):
    """A rule that the guard runs over our resources is for a construct of ours."""
    assert "you" not in row(each.id)[2]


class TestWaivers:
    def test_are_those_of_the_options(self):
        """The page on waivers lists the options that take one, and of what."""
        text = (ROOT / "docs" / "howto" / "waive.md").read_text()
        rows = re.findall(r"^\| (`\w+`) \| ([^|]+) \|", text, re.MULTILINE)
        listed = {(name, each) for name, ids in rows for each in PROMISE.findall(ids)}

        assert listed == {each for path in PAGES for each in waivable(path.read_text())}

    def test_name_the_options(self):
        """One promise can be given up by more than one option."""
        assert "`json_logs`, `log_retention`" == row("LAM-03")[4]
        assert "`alarms`" == row("EVB-08")[4]

    def test_are_none_where_nothing_can_be_given_up(self):
        """What must never be weakened has no option for it."""
        assert "-" == row("S3-01")[4]
