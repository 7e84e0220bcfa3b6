"""Tests for `secure_constructs.checks.summary`."""

from __future__ import annotations

import datetime as dt
import io
import json
import re

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3
from rich.console import Console

from secure_constructs import SecureBucket, Tier, Waived
from secure_constructs.checks.assembly import stacks_in
from secure_constructs.checks.summary import (
    Finding,
    Waiver,
    findings_of,
    show,
    waivers_of,
)
from tests.support.synth import new_app, synthesize

REASON = "rebuilt every night from the data lake"
LAST_DAY = dt.date(2099, 12, 31)


@pytest.fixture(scope="module")
def directory() -> Path:
    """An app with a stage, nested stacks, waivers and findings."""
    app = new_app()
    plain = cdk.Stack(app, "Plain")
    s3.Bucket(plain, "Theirs")
    weak = SecureBucket(plain, "Weak").bucket.node.default_child
    assert isinstance(weak, s3.CfnBucket)
    weak.add_property_deletion_override("VersioningConfiguration")
    outer = cdk.Stack(cdk.Stage(app, "Prod"), "Outer")
    SecureBucket(outer, "Top", versioning=Waived(REASON))
    for name in ("One", "Two"):
        inner = cdk.NestedStack(outer, name)
        waived = Waived(REASON, until=LAST_DAY)
        SecureBucket(inner, "Data", access_logs=waived, tier=Tier.DEVELOPMENT)
    return synthesize(app).directory


def waivers(directory: Path) -> list[Waiver]:
    """Return the waivers in *directory*."""
    return [each for stack in stacks_in(directory) for each in waivers_of(stack)]


def an_app(directory: Path, record: Any) -> Path:
    """Write an app of one bucket with that *record* to *directory*."""
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "One.template.json"},
    }
    metadata = {"SecureConstructs": record}
    body = {"Type": "AWS::S3::Bucket", "Metadata": metadata}
    for name, content in {
        "manifest.json": {"artifacts": {"One": stack}},
        "One.template.json": {"Resources": {"Data": body}},
    }.items():
        (directory / name).write_text(json.dumps(content))
    return directory


def a_report(directory: Path, *violations: dict[str, Any]) -> Path:
    """Write a report with those *violations*, each at one place, to *directory*."""
    whole = {
        "description": "It is wrong.",
        "violatingConstructs": [{"constructPath": "A"}],
    }
    reports = [{"violations": [{**whole, **each}]} for each in violations]
    path = directory / "validation-report.json"
    path.write_text(json.dumps({"pluginReports": reports}))
    return directory


def shown(directory: Path, width: int = 300) -> str:
    """Return what is printed about the app in *directory*."""
    output = io.StringIO()
    show(directory, Console(file=output, width=width))
    return output.getvalue()


class TestWaiversOf:
    def test_are_read_from_the_templates(self, directory):
        """A waiver has the path of its resource, its reason and no end."""
        path = "Prod/Outer/Top/Default/Resource"

        assert Waiver(path, "S3-04", REASON, "") in waivers(directory)

    def test_are_found_in_nested_stacks(self, directory):
        """Equal nested stacks have a waiver each, whose id has the paths of both."""
        both = ", ".join(
            f"Prod/Outer/{name}/Data/Default/Resource" for name in ("One", "Two")
        )
        waiver = Waiver(both, "S3-06", REASON, "2099-12-31")

        assert 2 == waivers(directory).count(waiver)

    def test_are_no_more_than_were_given(self, directory):
        """Neither plain buckets nor log buckets have waivers."""
        assert 3 == len(waivers(directory))

    def test_are_at_the_logical_id_without_a_path(self, tmp_path):
        """Where CDK wrote no paths, the logical id says where."""
        record = {"Waivers": {"S3-04": {"Reason": REASON}}}

        assert [Waiver("Data", "S3-04", REASON, "")] == waivers(
            an_app(tmp_path, record)
        )

    @pytest.mark.parametrize(
        "record", [{}, {"Waivers": {}}, {"Waivers": None}], ids=str
    )
    def test_are_none_without_a_record(self, tmp_path, record):
        """A resource may waive nothing."""
        assert [] == waivers(an_app(tmp_path, record))

    def test_may_lack_their_reason(self, tmp_path):
        """What breaks CDK-06 is shown, and stops nothing."""
        record: Any = {"Waivers": {"S3-04": {}}}

        assert [Waiver("Data", "S3-04", "", "")] == waivers(an_app(tmp_path, record))


class TestFindingsOf:
    def test_are_read_from_the_report(self, directory):
        """A finding has its rule, its place and what is wrong there."""
        found = [each for each in findings_of(directory) if each.rule == "S3-04"]

        assert [
            Finding(
                rule="S3-04",
                resource="Plain/Weak/Default/Resource",
                severity="error",
                description="Overwritten and deleted objects are kept as versions. "
                "Here versioning is off. "
                "Without versions an overwritten or deleted object is gone.",
            )
        ] == found

    def test_are_none_without_a_report(self, tmp_path):
        """An app without any plugin has no report."""
        assert [] == findings_of(tmp_path)

    def test_come_worst_first(self, tmp_path):
        """Errors come before warnings, in the order of the report."""
        severities = ("warning", "error", "info", "fatal", "error")
        a_report(
            tmp_path,
            *(
                {"ruleName": str(index), "severity": severity}
                for index, severity in enumerate(severities)
            ),
        )

        assert ["1", "3", "4", "0", "2"] == [
            each.rule for each in findings_of(tmp_path)
        ]

    def test_are_errors_without_a_severity(self, tmp_path):
        """A plugin need not say how bad it is."""
        (found,) = findings_of(a_report(tmp_path, {"ruleName": "One"}))

        assert "error" == found.severity

    def test_are_one_for_each_place(self, tmp_path):
        """A rule that is broken twice is two findings."""
        places = [{"constructPath": "A"}, {"constructPath": "B"}]
        a_report(tmp_path, {"ruleName": "One", "violatingConstructs": places})

        assert ["A", "B"] == [each.resource for each in findings_of(tmp_path)]


class TestShow:
    def test_counts(self, directory):
        """The last line sums up, and says what was read."""
        last = shown(directory).splitlines()[-1]
        count = len(findings_of(directory))

        assert (
            f"Stacks: 2  Waivers: 3  Findings: {count}  Templates: {directory}" == last
        )

    def test_stacks(self, directory):
        """Each stack has its tiers, and how many resources of each type."""
        text = " ".join(shown(directory).split())

        assert "Prod/Outer development, production 2 AWS::CloudFormation::Stack" in text
        assert "Plain production 3 AWS::S3::Bucket 2 AWS::S3::BucketPolicy" in text

    def test_nothing_that_is_not_there(self, tmp_path):
        """Without waivers and findings there are no tables of them."""
        text = shown(an_app(tmp_path, {"Tier": "production"}))

        assert ["Stack", "Tier", "Resources"] == text.splitlines()[0].split()
        assert "Waived" not in text
        assert "Finding " not in text

    def test_every_column_with_a_heading(self, directory):
        """Each table says what its columns are."""
        lines = [" ".join(line.split()) for line in shown(directory).splitlines()]

        assert [
            "Stack Tier Resources",
            "Waived At Reason Until",
            "Finding At What is wrong",
        ] == [line for line in lines if re.match("(Stack|Waived|Finding) ", line)]

    def test_nothing_cut_off(self, tmp_path):
        """On a narrow terminal a long text goes on in the next line."""
        reason = "x" * 200
        record = {"Tier": "production", "Waivers": {"S3-04": {"Reason": reason}}}
        text = shown(an_app(tmp_path, record), width=60)

        assert 200 == text.count("x")

    def test_stacks_without_our_constructs(self, tmp_path):
        """A stack of others has no tier."""
        lines = shown(an_app(tmp_path, None)).splitlines()

        assert ["One", "1", "AWS::S3::Bucket"] == lines[2].split()

    def test_records_without_a_tier(self, tmp_path):
        """A record that lacks its tier stops nothing."""
        record = {"Waivers": {"S3-04": {"Reason": REASON}}}

        assert "Waivers: 1" in shown(an_app(tmp_path, record))

    @pytest.mark.parametrize(
        "reason", ["as decided in [adr 7]", "see [/docs/logs] for why", "[bold]really"]
    )
    def test_reasons_as_they_are(self, tmp_path, reason):
        """Brackets in a text are no markup."""
        record = {"Tier": "production", "Waivers": {"S3-04": {"Reason": reason}}}

        assert reason in shown(an_app(tmp_path, record))

    def test_findings_as_they_are(self, tmp_path):
        """Nor are they in a finding: CDK ends its warnings with how to acknowledge."""
        an_app(tmp_path, None)
        description = "The policy cannot be written. [ack: secure-constructs:logs]"
        a_report(tmp_path, {"ruleName": "One", "description": description})

        assert description in shown(tmp_path)
