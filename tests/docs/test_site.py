"""Looks at the site as it is built, without a browser."""

from __future__ import annotations

import html
import inspect
import pkgutil
import re

import pytest

from tests.support.pages import Page
from tests.support.synth import ROOT
from tests.test_public_api import CLASSES, arguments
from tools.site_hooks import GRANTS, GUIDES

_ADDRESS = re.compile(r"(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)")
_LOADED = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*>")


def page(site, name):
    """Return the page *name* of the *site*."""
    return (site / name).read_text(encoding="utf-8")


def named(name):
    """Return what has the public *name*, perhaps that of another module."""
    return pkgutil.resolve_name(f"secure_constructs.{name}")


def public(class_):
    """Return the methods and properties that *class_* has for its users."""
    ours = [each for each in class_.__mro__ if "secure_constructs" in each.__module__]
    return {
        name
        for each in ours
        for name, member in vars(each).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or isinstance(member, (property, classmethod)))
    }


class TestBuild:
    def test_make_docs_hears_warnings(self):
        """MkDocs counts them where it logs them, and `--quiet` keeps it from that."""
        (line,) = re.findall(
            r"^\t.*mkdocs build.*$", (ROOT / "Makefile").read_text(), re.MULTILINE
        )

        assert "--strict" in line
        assert "quiet" not in line

    def test_is_a_part_of_the_check(self):
        """CI builds the site as well."""
        assert re.search(r"(?m)^check: .*\bdocs\b", (ROOT / "Makefile").read_text())

    def test_loads_nothing_from_elsewhere(self, site):
        """No font, script or picture, on no page."""
        found = {
            address
            for path in site.rglob("*.html")
            for tag in _LOADED.findall(path.read_text(encoding="utf-8"))
            for address in _ADDRESS.findall(tag)
        }

        assert set() == found

    def test_styles_load_nothing_from_elsewhere(self, site):
        """Neither do the styles of the theme."""
        found = [
            address
            for path in site.rglob("*.css")
            for address in re.findall(r"url\(([^)]+)\)", path.read_text())
            if "//" in address and "data:" not in address
        ]

        assert [] == found

    def test_knows_no_repository(self, site):
        """No address is made up."""
        assert "Edit this page" not in page(site, "index.html")
        assert "repo_url" not in (ROOT / "mkdocs.yml").read_text()


@pytest.mark.parametrize("name", GUIDES)
class TestReference:
    def test_shows_every_argument(self, site, name):
        """In the list of parameters, with the words of the docstring."""
        class_ = named(name)
        names = []
        if class_ in CLASSES:
            names = arguments(class_)
        elif inspect.isfunction(class_):
            names = list(inspect.signature(class_).parameters)
        text = page(site, f"reference/{name}.html")

        assert [] == [each for each in names if f"<code>{each}</code>" not in text]

    def test_shows_every_method(self, site, name):
        """Those of its private bases as well, and none that is private itself."""
        class_ = named(name)
        wanted = public(class_) if inspect.isclass(class_) else set()
        ids = Page(page(site, f"reference/{name}.html")).ids
        shown = {each.rpartition(".")[2] for each in ids if "secure_constructs" in each}

        assert set() == wanted - shown
        assert [] == [each for each in shown if each.startswith("_")]

    def test_says_what_it_says_first(self, site, name):
        """The first sentence of the docstring stands there as it is."""
        first = (inspect.getdoc(named(name)) or "").partition("\n")[0]
        text = Page(page(site, f"reference/{name}.html")).text()

        assert re.sub("[`*]", "", " ".join(first.split())) in text

    def test_leaves_no_markup_of_a_docstring(self, site, name):
        """No heading of ours and no prompt stands there as text."""
        written = page(site, f"reference/{name}.html")
        text = html.unescape(re.sub(r"(?s)<pre.*?</pre>", "", written))

        assert "<p>Example" not in text
        assert ">>> " not in text
        assert not re.search(r"[^>\s] (?:Resources|Cost): ", text)


@pytest.mark.parametrize("name", GRANTS)
def test_reference_has_the_grants(site, name):
    """Below a heading of their own."""
    ids = Page(page(site, f"reference/{name}.html")).ids

    assert "grants" in ids
    assert [] != [each for each in ids if f"{GRANTS[name]}." in each]
