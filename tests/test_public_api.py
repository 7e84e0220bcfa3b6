"""Tests for `secure_constructs`: the names users import."""

from __future__ import annotations

import enum
import inspect
import re
import subprocess
import sys

import pytest

import secure_constructs

from tests.support.synth import ROOT

CLASSES = [
    getattr(secure_constructs, name)
    for name in secure_constructs.__all__
    if inspect.isclass(getattr(secure_constructs, name))
]
_PAGES = {
    "AppEventBus": "app-event-bus",
    "AppKey": "app-key",
    "EventRoute": "event-route",
    "EventSchedule": "event-schedule",
    "GitHubOidcRole": "github-oidc-role",
    "ObservedFunction": "observed-function",
    "SecureBucket": "secure-bucket",
    "TenantRole": "tenant-role",
    "TenantTable": "tenant-table",
}
CONSTRUCTS = [each for each in CLASSES if each.__name__ in _PAGES]


def arguments(class_: type) -> list[str]:
    """Return the names of what *class_* is made from."""
    if issubclass(class_, enum.Enum):
        return []
    return list(inspect.signature(class_.__init__).parameters)[1:]


class TestNames:
    def test_all_is_exact(self):
        """What is exported is what the module of each name defines."""
        assert sorted(secure_constructs.__all__) == list(secure_constructs.__all__)
        for name in secure_constructs.__all__:
            assert name == getattr(secure_constructs, name).__name__

    def test_are_listed_before_they_are_used(self):
        """Completion in a shell offers every public name."""
        assert set(secure_constructs.__all__) <= set(dir(secure_constructs))

    def test_fails_on_a_name_there_is_not(self):
        """A misspelt name is an AttributeError, as in every module."""
        with pytest.raises(
            AttributeError, match="'secure_constructs' has no attribute"
        ):
            secure_constructs.SecureBukket  # noqa: B018 - reading it is the test

    def test_importing_the_package_loads_no_service(self):
        """CDK's service modules are loaded by the constructs that need them."""
        code = "import secure_constructs, sys; print('aws_cdk.aws_s3' in sys.modules)"
        run = [sys.executable, "-c", code]
        said = subprocess.run(run, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter

        assert "False" == said.stdout.strip()


@pytest.mark.parametrize("class_", CLASSES, ids=lambda each: each.__name__)
def test_docstrings_describe_every_argument(class_):
    """Each argument has an entry of its own in the class's docstring."""
    described = re.findall(r"^    (\w+): ", inspect.getdoc(class_) or "", re.MULTILINE)

    assert [] == [name for name in arguments(class_) if name not in described]


@pytest.mark.parametrize("class_", CONSTRUCTS, ids=lambda each: each.__name__)
class TestConstructs:
    def test_options_are_keywords(self, class_):
        """Everything after the id is named by the caller, and nothing is swallowed."""
        _, _, _, *options = inspect.signature(class_.__init__).parameters.values()

        assert {inspect.Parameter.KEYWORD_ONLY} == {each.kind for each in options}

    def test_page_lists_exactly_the_options(self, class_):
        """The table of options on the construct's page is the signature."""
        page = ROOT / "docs" / "constructs" / f"{_PAGES[class_.__name__]}.md"
        _, _, table = page.read_text().partition("## Options")
        table, _, _ = table.partition("\n## ")
        listed = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)

        _, _, *options = arguments(class_)
        assert options == listed
