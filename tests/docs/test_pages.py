"""Tests for the pages in `docs/`: what they have in common."""

from __future__ import annotations

import re

import pytest

from tests.specimens import SPECIMENS
from tests.support.synth import ROOT
from tools.site_hooks import GUIDES

DOCS = ROOT / "docs"
_HEADINGS = [
    "What you get",
    "Use it",
    "Options",
    "What it will not do",
    "From a plain",
    "Changing it safely",
    "Cost",
]


def headings(text: str) -> list[str]:
    """Return the headings of the second level that pages of constructs share."""
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    cut = [re.sub(r"^(From a plain) .*", r"\1", each) for each in found]
    return [each for each in cut if each in _HEADINGS]


@pytest.fixture(scope="module")
def nav() -> set[str]:
    """The pages of the navigation."""
    text = (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
    return set(re.findall(r"[\w./-]+\.md", text))


PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
# What MkDocs or its theme would make something of, and GitHub nothing.
_OF_MKDOCS = re.compile(r"(?m)^\s*(!!!|\?\?\?|:::|=== \"|--8<--)|\{[:.#] ?[\w.#]")


@pytest.mark.parametrize("page", PAGES)
def test_is_plain_markdown(page):
    """A page reads in the repository as on the site."""
    text = re.sub(r"(?s)```.*?```|`[^`]*`", "", (DOCS / page).read_text())

    assert [] == _OF_MKDOCS.findall(text)


@pytest.mark.parametrize(
    "text", ["!!! note", "??? info", "::: x", '=== "A"', "--8<-- x", "[a](b){: .c }"]
)
def test_knows_what_is_not_plain(text):
    """Admonitions, references, tabs, snippets and attributes are noticed."""
    assert _OF_MKDOCS.search(text)


@pytest.mark.parametrize("specimen", SPECIMENS, ids=str)
class TestConstruct:
    def page(self, specimen):
        """Return the page of *specimen*."""
        return (DOCS / GUIDES[specimen.name]).read_text()

    def test_has_the_headings_of_all(self, specimen):
        """Each once, in the same order, with what is special in between."""
        assert headings(self.page(specimen)) == _HEADINGS

    def test_is_called_like_its_class(self, specimen):
        """The title is the name that is imported."""
        assert self.page(specimen).startswith(f"# {specimen.name}\n")

    def test_lists_its_resources_before_its_use(self, specimen):
        """In words, and as a picture below."""
        said = self.page(specimen).partition("## Use it")[0]

        assert re.search(r"(?ms)^Resources: one .+\.$.*^\[!\[", said)

    def test_says_what_it_costs(self, specimen):
        """In dollars a month, or that it is nothing."""
        cost = self.page(specimen).partition("\n## Cost\n")[2].partition("\n## ")[0]

        assert re.search(r"\$\d|[Nn]othing|free", cost)


class TestNavigation:
    def test_has_every_page(self, nav):
        """Whatever is in docs/ is found by clicking."""
        assert set() == set(PAGES) - nav

    def test_has_every_reference(self, nav):
        """And so is each public name."""
        assert {each for each in nav if each.startswith("reference/")} == {
            f"reference/{name}.md" for name in GUIDES
        }


class TestDecisions:
    PAGES = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))

    @pytest.mark.parametrize("name", PAGES)
    def test_are_listed(self, name):
        """With their number and their title."""
        title = (DOCS / "decisions" / name).read_text().partition("\n")[0]
        number, _, words = title.removeprefix("# ").partition(". ")
        index = (DOCS / "decisions" / "index.md").read_text()

        assert int(number) == int(name[:4])
        assert f"\n{number}. [{words}]({name})\n" in index
