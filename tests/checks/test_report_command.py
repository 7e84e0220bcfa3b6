"""Tests for `secure_constructs.checks.report_command`."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json

from pathlib import Path

import pytest

from click.testing import CliRunner, Result

from secure_constructs.__main__ import main
from secure_constructs.checks.report_command import report

TEMPLATE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app of one stack, which breaks a rule."""
    folder = tmp_path / "shop" / "cdk.out"
    folder.mkdir(parents=True)
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "One.template.json"},
    }
    manifest = json.dumps({"artifacts": {"One": stack}})
    (folder / "manifest.json").write_text(manifest)
    (folder / "One.template.json").write_text(json.dumps(TEMPLATE))
    return folder


def run(*arguments: str | Path) -> Result:
    """Run the command as a user does."""
    return CliRunner().invoke(report, [str(each) for each in arguments])


def written(app: Path, *arguments: str | Path) -> str:
    """Return the report about *app*."""
    output = app.parent / "out.html"
    assert 0 == run(app, "-o", output, *arguments).exit_code
    return output.read_text(encoding="utf-8")


class TestReport:
    def test_is_written(self, app):
        """Findings are no reason not to write it."""
        page = written(app)

        assert page.lstrip().startswith("<!doctype html>")
        assert "CDK-01" in page

    def test_says_only_where_it_is(self, app):
        """Everything else is in the report."""
        output = app / "out.html"

        assert f"{output}\n" == run(app, "-o", output).stdout

    def test_is_about_cdk_out_by_default(self, app, monkeypatch):
        """And beside it."""
        monkeypatch.chdir(app.parent)

        assert 0 == run().exit_code
        assert (app.parent / "report.html").exists()

    def test_may_be_about_a_template(self, app):
        """Not only about apps."""
        template = app / "One.template.json"

        assert "<h1>One.template.json</h1>" in written(template)

    def test_is_called_after_the_folder(self, app):
        """`cdk.out` is the name of every app's output."""
        assert "<h1>shop</h1>" in written(app)

    def test_may_be_called_otherwise(self, app):
        """As its reader knows the app."""
        assert "<h1>The shop</h1>" in written(app, "--title", "The shop")

    def test_is_of_today(self, app):
        """By the date in UTC."""
        today = dt.datetime.now(tz=dt.timezone.utc).date()

        assert f'datetime="{today}"' in written(app)

    def test_has_the_version(self, app, monkeypatch):
        """Of the rules that were checked."""
        monkeypatch.setattr(importlib.metadata, "version", lambda _: "9.9.9")

        assert "secure-constructs 9.9.9" in written(app)

    def test_knows_no_version_where_it_is_not_installed(self, app, monkeypatch):
        """It may run from its source."""

        def version(_: str) -> str:
            raise importlib.metadata.PackageNotFoundError

        monkeypatch.setattr(importlib.metadata, "version", version)

        assert "secure-constructs 0.0.0" in written(app)

    @pytest.mark.parametrize(
        "docs", ["https://docs.example/x", "http://docs.example/x/", "../docs"]
    )
    def test_leads_to_the_documentation(self, app, docs):
        """Where that is, it has a page of rules."""
        link = f'href="{docs.rstrip("/")}/rules.md#cdk-01"'

        assert link in written(app, "--docs", docs)

    @pytest.mark.parametrize("docs", ["javascript:alert(1)", "data:text/html,x"])
    def test_leads_nowhere_else(self, app, docs):
        """A link must not run anything."""
        result = run(app, "--docs", docs)

        assert 2 == result.exit_code
        assert "neither a web address nor a folder" in result.stderr

    def test_is_a_command_of_the_library(self):
        """`secure-constructs report` runs it."""
        assert report is main.commands["report"]


class TestErrors:
    def test_are_said_without_a_report(self, app):
        """A report about a part would look like one about all."""
        (app / "One.template.json").write_text("{")
        output = app / "out.html"
        result = run(app, "-o", output)

        assert 2 == result.exit_code
        assert "" == result.stdout
        assert result.stderr.startswith("Error: ")
        assert "One.template.json" in result.stderr
        assert not output.exists()

    def test_are_all_said(self, app):
        """Not only the first."""
        for name in ("A.json", "B.json"):
            (app.parent / name).write_text('{"Resources": {"AWS::": ')

        assert 2 == run(app.parent).stderr.count("Error: ")

    @pytest.mark.parametrize(
        ("name", "problem"),
        [("missing/out.html", "No such file or directory"), (".", "Is a directory")],
    )
    def test_are_said_of_what_cannot_be_written(self, app, name, problem):
        """A folder may be missing, or stand in the way."""
        output = app / name
        result = run(app, "-o", output)

        assert 2 == result.exit_code
        assert f"Error: {output} cannot be written: {problem}\n" == result.stderr
