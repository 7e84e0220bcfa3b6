"""Tests for `secure_constructs.checks.check_command`: check, rules and explain."""

from __future__ import annotations

import json
import subprocess
import sys

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3
from click.testing import CliRunner, Result
from pydantic_sarif.model import (
    StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif,
)

from secure_constructs import SecureBucket, StandardTags, Waived
from secure_constructs.__main__ import main
from secure_constructs.checks import RULES
from secure_constructs.checks.pages import rules_page

REASON = "rebuilt every night from the data lake"
KEPT = "Resources: {Role: {Type: 'AWS::EC2::VPC'}}"
OPEN = """\
Parameters:
  Name: {Type: String}
Resources:
  Role:
    Type: AWS::EC2::VPC
  Bucket:
    Type: AWS::S3::BucketPolicy
    Properties:
      Queue: !Ref Queue
  Queue:
    Type: AWS::SQS::Queue
"""
WAIVED = """\
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Metadata:
      SecureConstructs:
        Waivers:
          CDK-01: {Reason: a queue for tests only}
"""
MACRO = f"Transform: Mine\n{KEPT}"


def run(*arguments: object, **environment: str) -> Result:
    """Run the command line as a user does, on a wide terminal."""
    environment = {"COLUMNS": "200", **environment}
    return CliRunner().invoke(main, list(map(str, arguments)), env=environment)


@pytest.fixture
def write(tmp_path):
    """What writes a template and returns its path."""

    def written(content: str, name: str = "template.yaml") -> Path:
        file = tmp_path / name
        file.write_text(content)
        return Path(file)

    return written


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An app with a waiver, an acknowledgement and two findings."""
    directory = tmp_path_factory.mktemp("app") / "cdk.out"
    context = {"@aws-cdk/core:failSynthOnValidationErrors": False}
    app = cdk.App(outdir=str(directory), context=context)
    StandardTags(env="prod", team="orders", service="shop").apply_to(app)
    stack = cdk.Stack(app, "Orders", termination_protection=True)
    SecureBucket(stack, "Cache", versioning=Waived(REASON))
    weak = SecureBucket(stack, "Weak").bucket
    queue = cdk.CfnResource(stack, "Incoming", type="AWS::SQS::Queue")
    cdk.Validations.of(queue).acknowledge(
        cdk.Acknowledgment(id="SecureConstructs::CDK-01", reason="no tags fit on it")
    )
    l1 = weak.node.default_child
    assert isinstance(l1, s3.CfnBucket)
    l1.add_property_deletion_override("VersioningConfiguration")
    app.synth()
    return directory


def row(text: str, *cells: str) -> bool:
    """Whether a line of *text* has these *cells*, one after the other."""
    wanted = " ".join(cells).split()
    return any(wanted == line.split()[: len(wanted)] for line in text.splitlines())


class TestExitCodes:
    @pytest.mark.parametrize(
        ("content", "options", "code"),
        [
            (KEPT, [], 0),
            (WAIVED, [], 0),
            (OPEN, [], 1),
            (OPEN, ["--fail-on", "warning"], 1),
            (OPEN, ["--fail-on", "error"], 0),
            (OPEN, ["--fail-on", "never"], 0),
            (OPEN, ["--skip", "CDK-01"], 0),
            (OPEN, ["--rule", "S3-04"], 0),
            (OPEN, ["--rule", "S3-04", "--rule", "cdk-01"], 1),
            (MACRO, [], 2),
            (MACRO, ["--allow-unjudged"], 0),
            ("nothing", [], 2),
            ("nothing", ["--allow-unjudged", "--fail-on", "never"], 2),
            (KEPT, ["--rule", "S3-99"], 2),
            (KEPT, ["--skip", "S3-99"], 2),
            (KEPT, ["--format", "xml"], 2),
        ],
    )
    def test_say_what_was_found(self, write, content, options, code):
        """0 is kept, 1 is found, 2 is not known."""
        assert code == run("check", write(content), *options).exit_code

    def test_are_for_all_that_was_given(self, write):
        """What cannot be read outweighs what was found, and that is shown."""
        result = run("check", write(OPEN), write("{", "broken.json"))

        assert 2 == result.exit_code
        assert "Findings: 1" in result.stdout

    def test_of_errors_that_fail(self, write):
        """An error fails where only errors do."""
        bucket = write("Resources: {Data: {Type: 'AWS::S3::Bucket'}}")

        assert 1 == run("check", bucket, "--fail-on", "error").exit_code


class TestOutput:
    def test_shows_findings_of_an_app(self, synthesized):
        """Each finding with its rule, severity, construct and problem."""
        output = run("check", synthesized).stdout

        assert row(output, "S3-04", "error", "Orders/Weak", "versioning is off")

    @pytest.mark.parametrize(
        ("rule", "at", "reason"),
        [
            ("S3-04", "Orders/Cache", REASON),
            ("CDK-01", "Orders/Incoming", "no tags fit on it"),
        ],
    )
    def test_shows_what_is_waived(self, synthesized, rule, at, reason):
        """Waivers and acknowledgements are shown with their reasons."""
        assert row(run("check", synthesized).stdout, rule, at, reason)

    def test_shows_errors_first(self, write):
        """What is worse is read first."""
        output = run("check", write("Resources: {A: {Type: 'AWS::S3::Bucket'}}")).stdout
        severities = [line.split()[1] for line in output.splitlines() if "-0" in line]

        assert sorted(severities) == severities
        assert {"error", "warning"} == set(severities)

    def test_names_the_file_where_there_are_several(self, write):
        """A logical id alone says nothing among many templates."""
        file, other = write(OPEN), write(KEPT, "other.yaml")

        assert row(run("check", file, other).stdout, "CDK-01 warning", f"{file}: Queue")

    def test_names_no_file_where_there_is_one(self, write):
        """Of one template everybody knows which."""
        assert row(run("check", write(OPEN)).stdout, "CDK-01 warning Queue")

    def test_shows_no_tables_where_there_is_nothing(self, write):
        """Where all is kept, the counts are all there is."""
        (line,) = run("check", write(KEPT)).stdout.splitlines()

        assert "Templates: 1  Resources: 1  Findings: 0  Waived: 0" in line

    def test_counts_what_is_not_known(self, write):
        """What was not judged or not read is in the last line."""
        output = run("check", write(MACRO), write("{", "a.json")).stdout

        assert "Not judged: 1  Not read: 1" in output.splitlines()[-1]

    def test_says_on_stderr_what_is_not_known(self, write):
        """Results are on stdout; what hinders them is on stderr, a line for each."""
        macro, broken = write(MACRO), write("{", "a.json")
        lines = run("check", macro, broken).stderr.splitlines()

        assert [
            f"Error: {broken} is no complete JSON",
            f"Not judged: {macro}: the template cannot be judged",
        ] == [line.split(": E")[0].split(": the macro")[0] for line in lines]

    @pytest.mark.parametrize("format_", ["table", "json", "sarif"])
    def test_writes_nothing_else_to_stderr(self, write, format_):
        """Progress is for terminals only."""
        assert "" == run("check", write(OPEN), "--format", format_).stderr

    def test_has_no_colors_where_they_are_not_wanted(self, write):
        """`NO_COLOR` is respected on a terminal too."""
        colors = {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm-256color"}

        assert "\x1b[3" not in run("check", write(OPEN), **colors).stdout

    def test_reads_cdk_out(self, synthesized, monkeypatch):
        """Without a path it is the folder that `cdk synth` writes to."""
        monkeypatch.chdir(synthesized.parent)

        assert "Templates: 1 " in run("check").stdout


class TestJson:
    def test_describes_findings(self, write):
        """A finding has all that a script could ask for."""
        file = write(OPEN)
        (found,) = json.loads(run("check", file, "--format", "json").stdout)["findings"]

        assert {
            "rule": "CDK-01",
            "severity": "warning",
            "title": "Every resource says its environment, team and service.",
            "stack": "template.yaml",
            "file": file.as_posix(),
            "line": 10,
            "logicalId": "Queue",
            "type": "AWS::SQS::Queue",
            "constructPath": None,
            "breaches": [
                {
                    "location": "Properties.Tags",
                    "problem": "the tags Env, Team, Service are missing",
                }
            ],
            "waived": None,
            "fix": "Apply StandardTags to the app, stage or stack.",
        } == found

    def test_describes_what_is_waived(self, write):
        """Waived findings are there, with the reason."""
        said = json.loads(run("check", write(WAIVED), "--format", "json").stdout)

        assert ["a queue for tests only"] == [
            each["waived"] for each in said["findings"]
        ]

    def test_describes_what_is_not_known(self, write):
        """So is what was not judged, or not read."""
        paths = write(MACRO), write("{", "a.json")
        said = json.loads(run("check", *paths, "--format", "json").stdout)

        assert (1, 1, 1, 1) == (
            said["templates"],
            said["resources"],
            len(said["unjudged"]),
            len(said["unread"]),
        )


class TestSarif:
    def written(self, *paths: Path) -> Any:
        """Return the one run, after a look at the whole by its schema."""
        said = json.loads(run("check", *paths, "--format", "sarif").stdout)
        Sarif.model_validate(said)
        (only,) = said["runs"]
        return only

    def test_is_valid(self, synthesized, write):
        """Whatever is found, waived or not known, the schema takes it."""
        only = self.written(synthesized, write(MACRO), write("{", "a.json"))

        assert 3 == len(only["results"])

    def test_describes_the_rules(self, write):
        """Each rule that was checked is there, with its severity."""
        rules = self.written(write(KEPT))["tool"]["driver"]["rules"]

        assert [each.id for each in RULES] == [each["id"] for each in rules]
        assert [each.severity for each in RULES] == [
            each["defaultConfiguration"]["level"] for each in rules
        ]

    def test_points_at_the_line(self, write):
        """A finding is shown where its resource begins."""
        file = write(OPEN)
        (result,) = self.written(file)["results"]
        (location,) = result["locations"]

        assert {
            "artifactLocation": {"uri": file.as_uri()},
            "region": {"startLine": 10},
        } == location["physicalLocation"]
        assert "Queue" == location["logicalLocations"][0]["fullyQualifiedName"]

    def test_points_at_its_rule(self, write):
        """The index is that of the rule in the list."""
        only = self.written(write(OPEN))
        (result,) = only["results"]
        rule = only["tool"]["driver"]["rules"][result["ruleIndex"]]

        assert ("CDK-01", "CDK-01", "warning") == (
            result["ruleId"],
            rule["id"],
            result["level"],
        )

    def test_names_files_as_they_were_given(self, write, monkeypatch):
        """A relative path stays one, so that a viewer finds it in a repository."""
        monkeypatch.chdir(write(OPEN, "a b.yaml").parent)
        (result,) = self.written(Path("a b.yaml"))["results"]
        (location,) = result["locations"]

        assert "a%20b.yaml" == location["physicalLocation"]["artifactLocation"]["uri"]

    def test_suppresses_what_is_waived(self, write):
        """A waived finding is shown as suppressed, with the reason."""
        (result,) = self.written(write(WAIVED))["results"]

        assert [{"kind": "inSource", "justification": "a queue for tests only"}] == (
            result["suppressions"]
        )

    def test_suppresses_nothing_else(self, write):
        """An open finding is not suppressed."""
        (result,) = self.written(write(OPEN))["results"]

        assert [] == result["suppressions"]

    @pytest.mark.parametrize(("content", "well"), [(KEPT, True), (MACRO, False)])
    def test_says_whether_all_was_judged(self, write, content, well):
        """A run that could not judge everything was not successful."""
        (invocation,) = self.written(write(content))["invocations"]
        told = invocation["toolExecutionNotifications"]

        assert (well, not well) == (invocation["executionSuccessful"], bool(told))


class TestRules:
    def test_are_listed(self):
        """Each rule with its severity and its promise."""
        output = run("rules").stdout

        assert [] == [
            each.id
            for each in RULES
            if not row(output, each.id, each.severity, each.title)
        ]

    def test_are_listed_as_json(self):
        """The same, and all else, for scripts."""
        said = json.loads(run("rules", "--format", "json").stdout)

        assert [(each.id, each.why, list(each.types)) for each in RULES] == [
            (each["id"], each["why"], each["types"]) for each in said
        ]

    def test_are_listed_as_markdown(self):
        """The page of the documentation is written so."""
        assert rules_page(RULES) == run("rules", "--format", "markdown").stdout

    @pytest.mark.parametrize("each", RULES, ids=[each.id for each in RULES])
    def test_are_explained(self, each):
        """All there is to know of a rule is printed."""
        output = " ".join(run("explain", each.id.lower(), COLUMNS="500").stdout.split())

        said = (each.id, each.title, each.why, each.fix, *each.controls, *each.nag)
        assert [] == [one for one in said if one not in output]

    def test_are_explained_without_what_they_lack(self):
        """A rule without controls has no line for them."""
        assert "Controls" not in run("explain", "CDK-06").stdout
        assert "every resource" in run("explain", "CDK-06").stdout

    def test_fail_to_be_explained_where_there_is_none(self):
        """A misspelt id is an error that names those that are close."""
        result = run("explain", "S3-4")

        assert (2, "") == (result.exit_code, result.stdout)
        assert "there is no rule 'S3-4'; there are S3-04" in result.stderr


def test_loads_no_cdk():
    """Templates are checked where there is no Node, and without waiting for it."""
    code = (
        "import sys; from secure_constructs.__main__ import main; "
        "print({'aws_cdk', 'constructs', 'jsii'} & set(sys.modules))"
    )
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter

    assert "set()" == said.stdout.strip()
