"""The pages about the kit: their code is run as the tests that it shows."""

from __future__ import annotations

import inspect
import re

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from secure_constructs.testing.findings import assert_no_findings
from secure_constructs.testing.ids import assert_logical_ids
from secure_constructs.testing.loader import Projects
from secure_constructs.testing.updates import assert_safe_update
from tests.support.projects import write
from tests.support.synth import ROOT

GUIDE = ROOT / "docs" / "howto" / "test-your-app.md"
PAGES = sorted((ROOT / "docs" / "testing").glob("*.md"))
# What the options of each page are the options of.
OPTIONS: dict[str, Callable[..., Any]] = {
    "assert-logical-ids": assert_logical_ids,
    "assert-no-findings": assert_no_findings,
    "assert-safe-update": assert_safe_update,
    "cdk-app": Projects.load,
    "new-cdk-app": Projects.new_app,
}
_BLOCK = re.compile(r"```python\n# (\S+\.py)\n(.*?)```", re.DOTALL)
_ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def files_of(page: Path) -> dict[str, str]:
    """Return the files that the code of *page* is, by the names in the first lines."""
    files: dict[str, str] = defaultdict(str)
    for name, code in _BLOCK.findall(page.read_text()):
        files[name] += code
    return dict(files)


@pytest.mark.parametrize("page", [GUIDE, *PAGES], ids=lambda page: page.stem)
class TestPages:
    def test_code_works(self, user, page):
        """All tests of the page pass in the app of the guide, first and again."""
        app = {"cdk.json": '{"app": "python3 app.py"}', "deployed/shop.json": "{}"}
        of_guide = files_of(GUIDE)
        app |= {name: of_guide[name] for name in ("app.py", "orders_stack.py")}
        tests = {name: code for name, code in files_of(page).items() if name not in app}
        write(user.folder, {**app, **tests})
        self.deploy(user)
        number = sum(code.count("def test_") for code in tests.values())
        number += sum(code.count("parametrize") for code in tests.values())
        options = ["-o", f"pythonpath={user.folder}"]

        user.run(*options, "--snapshot-update").assert_outcomes(passed=number)
        user.run(*options).assert_outcomes(passed=number)

    @staticmethod
    def deploy(user):
        """Write the template that is said to be deployed."""
        user.write("""
            import json
            from pathlib import Path

            def test_deploy(cdk_app):
                template = json.dumps(cdk_app().template("Shop"))
                Path("deployed/shop.json").write_text(template)
        """)
        user.run("test_orders.py").assert_outcomes(passed=1)
        (user.folder / "test_orders.py").unlink()

    def test_all_code_is_run(self, user, page):
        """Each block of Python says which file it is, so none is left out."""
        text = page.read_text()

        assert text.count("```python") == len(_BLOCK.findall(text)) > 0


@pytest.mark.parametrize("page", OPTIONS)
def test_options_are_those_of_the_code(page):
    """The table has each option, in the order of the signature."""
    parameters = list(inspect.signature(OPTIONS[page]).parameters)
    text = (ROOT / "docs" / "testing" / f"{page}.md").read_text()

    assert [name for name in parameters if name != "self"] == _ROW.findall(text)


def test_every_name_has_a_page():
    """Each fixture and function has its own, and the guide links to it."""
    names = {f"../testing/{page.name}" for page in PAGES}

    assert names == set(re.findall(r"\((\.\./testing/[\w-]+\.md)\)", GUIDE.read_text()))
    assert {*OPTIONS, "template-snapshot"} == {page.stem for page in PAGES}
