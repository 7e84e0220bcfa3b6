"""Tests for `secure_constructs.__main__`: the command line."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import subprocess
import sys

from pathlib import Path

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3
from click.testing import CliRunner, Result

from secure_constructs import SecureBucket, Waived
from secure_constructs.__main__ import main

REASON = "rebuilt every night from the data lake"
WIDE = {"COLUMNS": "300"}


def run(*arguments: str, **environment: str) -> Result:
    """Run the command line as a user does, on a wide terminal."""
    return CliRunner().invoke(main, arguments, env={**WIDE, **environment})


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An app with a stage, a nested stack, waivers and a finding."""
    directory = tmp_path_factory.mktemp("app") / "cdk.out"
    context = {"@aws-cdk/core:failSynthOnValidationErrors": False}
    app = cdk.App(outdir=str(directory), context=context)
    stack = cdk.Stack(cdk.Stage(app, "Prod"), "Orders")
    SecureBucket(stack, "Cache", versioning=Waived(REASON))
    nested = cdk.NestedStack(stack, "Inner")
    end = dt.date(2099, 12, 31)
    SecureBucket(nested, "Drafts", access_logs=Waived(REASON, until=end))
    weak = SecureBucket(cdk.Stack(app, "Plain"), "Weak").bucket.node.default_child
    assert isinstance(weak, s3.CfnBucket)
    weak.add_property_deletion_override("VersioningConfiguration")
    app.synth()
    return directory


def row(text: str, *cells: str) -> bool:
    """Whether a line of *text* has these *cells*, one after the other."""
    wanted = " ".join(cells).split()
    return any(wanted == line.split()[: len(wanted)] for line in text.splitlines())


class TestSummary:
    def test_exits_well(self, directory):
        """An app that can be read is no error, whatever is in it."""
        assert 0 == run("summary", str(directory)).exit_code

    def test_shows_the_stacks(self, directory):
        """Each stack with its tier and its resources, those of nested ones included."""
        output = run("summary", str(directory)).stdout

        assert row(output, "Prod/Orders", "production", "1 AWS::CloudFormation::Stack")
        assert row(output, "3 AWS::S3::Bucket")
        assert row(output, "Plain", "production", "2 AWS::S3::Bucket")

    @pytest.mark.parametrize(
        ("promise", "at", "until"),
        [
            ("S3-04", "Prod/Orders/Cache", ""),
            ("S3-06", "Prod/Orders/Inner/Drafts", "2099-12-31"),
        ],
    )
    def test_shows_the_waivers(self, directory, promise, at, until):
        """Each waiver with its place, its reason and its end, if it has one."""
        assert row(run("summary", str(directory)).stdout, promise, at, REASON, until)

    def test_shows_the_findings(self, directory):
        """Each open finding with its place and what is wrong."""
        output = run("summary", str(directory)).stdout
        problem = "Overwritten and deleted objects are kept as versions."

        assert row(output, "S3-04 (error)", "Plain/Weak", problem)

    def test_ends_with_the_counts(self, directory):
        """The last line sums up, and says what was read."""
        last = run("summary", str(directory)).stdout.splitlines()[-1]

        assert last.startswith("Stacks: 2  Waivers: 2  Findings: 1")
        assert last.endswith(f"Templates: {directory}")

    def test_without_a_report(self, directory, tmp_path):
        """An app that no plugin looked at has no findings."""
        for name in ("manifest.json", "Plain.template.json", "Plain.metadata.json"):
            (tmp_path / name).write_bytes((directory / name).read_bytes())
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        del manifest["artifacts"]["assembly-Prod"]
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))

        output = run("summary", str(tmp_path)).stdout

        assert "Stacks: 1  Waivers: 0  Findings: 0" in output

    def test_reads_cdk_out(self, directory, monkeypatch):
        """Without an argument it is the folder that `cdk synth` writes to."""
        monkeypatch.chdir(directory.parent)

        assert "Templates: cdk.out" in run("summary").stdout

    def test_writes_nothing_to_stderr(self, directory):
        """Results are on stdout, alone."""
        assert "" == run("summary", str(directory)).stderr

    def test_is_plain_where_it_is_piped(self, directory):
        """What is no terminal gets no colors or other codes."""
        assert "\x1b" not in run("summary", str(directory)).stdout

    def test_has_no_colors_where_they_are_not_wanted(self, directory):
        """`NO_COLOR` is respected on a terminal too."""
        colors = {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm-256color"}
        output = run("summary", str(directory), **colors).stdout

        assert "Stacks: 2" in output
        assert "\x1b[3" not in output


class TestErrors:
    """Where there is no app, the exit code is 2, and stderr says why."""

    def failed(self, directory: Path) -> str:
        """Return the message, after a look at the rest."""
        result = run("summary", str(directory))

        assert (2, "") == (result.exit_code, result.stdout)
        assert 1 == len(result.stderr.splitlines())
        return result.stderr

    def test_for_a_missing_folder(self, tmp_path):
        """The message names the file that was looked for."""
        message = self.failed(tmp_path / "cdk.out")

        assert message.startswith(f"Error: {tmp_path / 'cdk.out' / 'manifest.json'}")

    def test_for_a_folder_without_a_manifest(self, tmp_path):
        """A folder of other things holds no app."""
        assert "No such file" in self.failed(tmp_path)

    def test_for_a_file(self, tmp_path):
        """A template alone is no app."""
        template = tmp_path / "One.template.json"
        template.write_text("{}")

        assert "Not a directory" in self.failed(template)

    def test_for_corrupt_json(self, tmp_path):
        """A synthesis that was interrupted leaves half a file."""
        (tmp_path / "manifest.json").write_text('{"artifacts": ')

        assert "manifest.json cannot be read as JSON" in self.failed(tmp_path)

    @pytest.mark.parametrize("content", ["[]", "{}", '{"artifacts": []}'])
    def test_for_another_manifest(self, tmp_path, content):
        """Other tools write files of that name."""
        (tmp_path / "manifest.json").write_text(content)

        assert "is no manifest of a synthesized app" in self.failed(tmp_path)

    def test_for_a_missing_template(self, directory, tmp_path):
        """An app of which a part is gone is not summed up by half."""
        manifest = (directory / "manifest.json").read_bytes()
        (tmp_path / "manifest.json").write_bytes(manifest)

        assert "cannot be read as JSON" in self.failed(tmp_path)

    @pytest.mark.parametrize("content", ["", "{}"])
    def test_for_a_corrupt_report(self, tmp_path, content):
        """A report that cannot be read is not taken for none."""
        (tmp_path / "manifest.json").write_text('{"artifacts": {}}')
        (tmp_path / "validation-report.json").write_text(content)

        assert "validation-report.json" in self.failed(tmp_path)


class TestMain:
    def test_says_its_version(self):
        """The version is the library's."""
        assert (
            importlib.metadata.version("secure-constructs") in run("--version").stdout
        )

    @pytest.mark.parametrize("arguments", [["--help"], ["summary", "--help"]], ids=str)
    def test_explains_itself(self, arguments):
        """Every command has help."""
        assert run(*arguments).stdout.startswith("Usage: ")

    def test_is_run_as_a_module(self):
        """`python -m secure_constructs` is the same."""
        ended = subprocess.run(
            [sys.executable, "-m", "secure_constructs", "--version"],
            capture_output=True,
            check=True,
            text=True,
        )

        assert ", version " in ended.stdout
