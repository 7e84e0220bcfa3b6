"""Tests for `tools.site_hooks`: what the site has beside `docs/`."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest

import secure_constructs

from secure_constructs import changes, testing
from tests.support.synth import ROOT
from tools.site_hooks import GRANTS, GUIDES, OUTSIDE, added, led, placed


class TestPlaces:
    @pytest.mark.parametrize(
        ("path", "place"),
        [
            ("docs/howto/waive.md", "howto/waive.md"),
            ("CHANGELOG.md", "changes.md"),
            ("README.md", "index.md"),
            ("examples/app.py", "source/examples/app.py.md"),
            ("examples/handlers", "source/examples/handlers/index.md"),
        ],
    )
    def test_of_files_and_folders(self, path, place):
        """Each has one page on the site."""
        assert place == placed(path)

    @pytest.mark.parametrize("path", OUTSIDE)
    def test_of_pages_outside_are_those_of_files(self, path):
        """A page that is renamed does not vanish from the site unseen."""
        assert (ROOT / path).is_file()


class TestLinks:
    def page(self, text: str) -> str:
        """Return *text* as the page on waivers has it on the site."""
        return led(text, "howto/waive.md", "docs/howto/waive.md")

    def test_out_of_docs_lead_to_the_site(self):
        """A link works in the repository and on the site."""
        assert "[it](../changes.md)" == self.page("[it](../../CHANGELOG.md)")

    def test_keep_their_anchor(self):
        """What is behind the # stays."""
        assert "[it](../security.md#policy)" == self.page(
            "[it](../../SECURITY.md#policy)"
        )

    def test_within_docs_stay(self):
        """Also those to the same folder."""
        assert "[it](report.md) ![x](../images/x.svg)" == self.page(
            "[it](report.md) ![x](../images/x.svg)"
        )

    @pytest.mark.parametrize("to", ["https://example.com/a/../b", "#below", "mailto:x"])
    def test_to_elsewhere_stay(self, to):
        """An address is no path, and neither is a place on the same page."""
        assert f"[it]({to})" == self.page(f"[it]({to})")

    def test_in_blocks_of_code_are_none(self):
        """What looks like one there is a call of something in a list."""
        code = "```python\ncalls[0](name)\n```\n"

        assert f"{code}[it](../changes.md)" == self.page(
            f"{code}[it](../../CHANGELOG.md)"
        )

    def test_of_pages_outside_lead_back(self):
        """They were written for the root of the repository."""
        text = led("[it](docs/upgrading.md)", "security.md", "SECURITY.md")

        assert "[it](upgrading.md)" == text


class TestAdded:
    @pytest.mark.parametrize("name", GUIDES)
    def test_has_a_page_for_every_public_name(self, name):
        """It says how to import the name and where it is explained."""
        page = added()[f"reference/{name}.md"]
        module, _, own = f"secure_constructs.{name}".rpartition(".")

        assert f"# {own}\n" in page
        assert f"`from {module} import {own}`" in page
        assert f"(../{GUIDES[name]})" in page
        assert f"::: secure_constructs.{name}\n" in page

    def test_names_nothing_that_is_not_public(self):
        """The guides are those of the public names."""
        names = [
            *secure_constructs.__all__,
            *(f"changes.{name}" for name in changes.__all__),
            *(f"testing.{name}" for name in testing.__all__),
        ]

        assert sorted(names) == sorted(GUIDES)

    @pytest.mark.parametrize("name", secure_constructs.__all__)
    def test_explains_the_grants_that_an_attribute_has(self, name):
        """A class with `self.grants` has them on its page, and no other has any."""
        class_ = getattr(secure_constructs, name)
        source = inspect.getsource(sys.modules[class_.__module__])
        made = {
            each.value.func.id
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.ClassDef) and node.name == name
            for each in ast.walk(node)
            if isinstance(each, ast.Assign)
            and ast.unparse(each.targets[0]) == "self.grants"
            and isinstance(each.value, ast.Call)
            and isinstance(each.value.func, ast.Name)
        }

        assert made == {GRANTS[name].rpartition(".")[2] for _ in made}
        assert bool(made) == (name in GRANTS)

    def test_has_the_source_of_the_example(self):
        """With a list of the files for each folder, also those below others."""
        pages = added()
        app = (ROOT / "examples" / "app.py").read_text()

        assert f"```python\n{app}```\n" in pages["source/examples/app.py.md"]
        assert (
            "- [orders/store.py](orders/store.py.md)"
            in pages["source/examples/handlers/index.md"]
        )

    def test_source_is_not_searched(self):
        """A search finds what explains, and not what happens to contain a word."""
        pages = {name: text for name, text in added().items() if "source/" in name}
        unsearched = "---\nsearch:\n  exclude: true\n---\n"

        assert [] == [
            name for name, text in pages.items() if not text.startswith(unsearched)
        ]

    def test_has_the_pages_of_the_repository(self):
        """But not the front page, whose place the site's own has."""
        pages = added()

        assert pages["changes.md"].startswith("# ")
        assert "](security.md)" in pages["contributing.md"]
        assert "index.md" not in pages
