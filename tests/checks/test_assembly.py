"""Tests for `secure_constructs.checks.assembly`."""

from __future__ import annotations

import json

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3

from secure_constructs.checks.assembly import (
    NotAnAssemblyError,
    StackOutput,
    load,
    stacks_at,
    stacks_in,
)
from tests.support.synth import new_app, synthesize

ENVIRONMENT = cdk.Environment(account="111122223333", region="eu-west-1")
STACK = {
    "type": "aws:cloudformation:stack",
    "environment": "aws://unknown-account/unknown-region",
    "properties": {"templateFile": "One.template.json"},
}


@pytest.fixture(scope="module")
def directory() -> Path:
    """An app with a stack in a stage, which has nested ones, and two beside it."""
    app = new_app()
    stage = cdk.Stage(app, "Prod", env=ENVIRONMENT)
    outer = cdk.Stack(stage, "Outer")
    s3.Bucket(outer, "Top")
    inner = cdk.NestedStack(outer, "Inner")
    s3.Bucket(inner, "Middle")
    s3.Bucket(cdk.NestedStack(inner, "Innermost"), "Bottom")
    for name in ("Plain", "Other"):
        s3.Bucket(cdk.Stack(app, name), "Alone")
    return synthesize(app).directory


def stacks(directory: Path) -> dict[str, StackOutput]:
    """Return the stacks in *directory* by name."""
    return {stack.name: stack for stack in stacks_in(directory)}


def manifest(directory: Path, content: Any) -> Path:
    """Write a manifest of that *content* to *directory*."""
    (directory / "manifest.json").write_text(json.dumps(content))
    return directory


def bucket_names(template: Path) -> list[str]:
    """Return the start of the logical ids of the buckets in *template*."""
    found = json.loads(template.read_text())["Resources"].items()
    return [name[:-8] for name, body in found if body["Type"] == "AWS::S3::Bucket"]


class TestStacksIn:
    def test_are_found_in_stages_too(self, directory):
        """Each stack has the name that `cdk list` shows."""
        assert {"Prod/Outer", "Plain", "Other"} == stacks(directory).keys()

    def test_know_their_account(self, directory):
        """The account is the one that the stack is for, or unknown."""
        found = stacks(directory)

        assert ("111122223333", None) == (
            found["Prod/Outer"].account,
            found["Plain"].account,
        )

    def test_know_where_they_are_deployed(self, tmp_path):
        """Their name is that of the construct, where they have none of their own."""
        own = {"templateFile": "Two.template.json", "stackName": "two"}
        artifacts = {"One": STACK, "Two": {**STACK, "properties": own}}
        found = stacks(manifest(tmp_path, {"artifacts": artifacts}))

        assert {STACK["environment"]} == {each.environment for each in found.values()}
        assert ["One", "two"] == [each.stack_name for each in found.values()]

    def test_have_a_template(self, directory):
        """The template lies in the folder of its stage."""
        found = stacks(directory)["Prod/Outer"].template

        assert (directory / "assembly-Prod", ["Top"]) == (
            found.parent,
            bucket_names(found),
        )

    def test_know_the_paths_of_their_resources(self, directory):
        """Each logical id leads to its construct, in nested stacks too."""
        paths = stacks(directory)["Prod/Outer"].paths
        found = {paths[name] for name in paths if name[:-8] in ("Top", "Bottom")}

        assert {
            "Prod/Outer/Top/Resource",
            "Prod/Outer/Inner/Innermost/Bottom/Resource",
        } == found

    def test_may_have_their_metadata_in_the_manifest(self, tmp_path):
        """Earlier versions of CDK wrote no file for it."""
        entries = [
            {"type": "aws:cdk:logicalId", "data": "Data1"},
            {"type": "aws:cdk:warning", "data": "careful"},
        ]
        stack = {**STACK, "metadata": {"/One/Data": entries}}
        manifest(tmp_path, {"artifacts": {"One": stack}})

        assert {"Data1": "One/Data"} == stacks(tmp_path)["One"].paths

    def test_may_have_no_metadata(self, tmp_path):
        """A stack without metadata has no paths, and its id as name."""
        manifest(tmp_path, {"artifacts": {"One": STACK}})

        assert {} == stacks(tmp_path)["One"].paths

    def test_may_be_none(self, tmp_path):
        """An app without stacks is one."""
        manifest(tmp_path, {"artifacts": {"Tree": {"type": "cdk:tree"}}})

        assert {} == stacks(tmp_path)


class TestNotAnAssembly:
    def test_without_a_folder(self, tmp_path):
        """The error says what could not be read."""
        missing = tmp_path / "cdk.out"

        with pytest.raises(NotAnAssemblyError, match=r"cdk\.out/manifest\.json cannot"):
            stacks(missing)

    def test_without_a_manifest(self, tmp_path):
        """A folder of other things holds no app."""
        with pytest.raises(NotAnAssemblyError, match="No such file"):
            stacks(tmp_path)

    @pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe"])
    def test_with_a_corrupt_one(self, tmp_path, content):
        """What is no JSON, or no text at all, is no manifest."""
        (tmp_path / "manifest.json").write_bytes(content)

        with pytest.raises(NotAnAssemblyError, match="cannot be read as JSON"):
            stacks(tmp_path)

    @pytest.mark.parametrize(
        "content",
        [
            [],
            ["artifacts"],
            "artifacts",
            {"name": "A web app", "start_url": "/"},
            {"artifacts": ["dist/app.js"]},
            {"artifacts": {"app": {"path": "dist/app.js"}}},
            {"artifacts": {"app": "any type"}},
        ],
        ids=str,
    )
    def test_with_the_manifest_of_something_else(self, tmp_path, content):
        """Other tools write files of that name."""
        manifest(tmp_path, content)

        with pytest.raises(
            NotAnAssemblyError, match="no manifest of a synthesized app"
        ):
            stacks(tmp_path)


class TestTemplates:
    def test_of_nested_stacks_are_among_them(self, directory):
        """A stack's own comes first, then all that are nested in it."""
        outer = stacks(directory)["Prod/Outer"]
        found = [bucket_names(template) for template in outer.templates]

        assert ["Top"] == found[0]
        assert [["Bottom"], ["Middle"]] == sorted(found[1:])

    def test_are_one_without_nested_stacks(self, directory):
        """A plain stack has its own only."""
        plain = stacks(directory)["Plain"]

        assert [plain.template] == list(plain.templates)

    def test_are_one_without_assets(self, tmp_path):
        """Not every synthesizer lists a stack's assets."""
        template = tmp_path / "One.template.json"
        stack = StackOutput("One", None, template, {})

        assert [template] == list(stack.templates)

    def test_are_no_other_assets(self, tmp_path):
        """Code, and what a command makes, is no template."""
        sources = [
            {"path": "asset.1234", "packaging": "zip"},
            {"path": "schema.template.json"},
            {"executable": ["make"]},
            {"path": "OneInner.nested.template.json"},
        ]
        files = {str(index): {"source": each} for index, each in enumerate(sources)}
        (tmp_path / "One.assets.json").write_text(json.dumps({"files": files}))
        stack = StackOutput("One", None, tmp_path / "One.template.json", {})

        assert ["One.template.json", "OneInner.nested.template.json"] == [
            template.name for template in stack.templates
        ]


class TestStacksAt:
    def test_are_those_of_the_templates(self, directory):
        """Only the stacks that were asked for are read."""
        plain = stacks(directory)["Plain"]

        assert [plain] == list(stacks_at([plain.template]))

    def test_are_found_in_every_folder(self, directory):
        """The templates of stages lie in folders of their own, each read once."""
        templates = [stack.template for stack in stacks_in(directory)]

        assert ["Other", "Plain", "Prod/Outer"] == sorted(
            stack.name for stack in stacks_at(templates)
        )

    def test_are_none_without_templates(self):
        """Nothing asked, nothing found."""
        assert [] == list(stacks_at([]))


class TestLoad:
    def test_reads_json(self, tmp_path):
        """The document may hold any text."""
        path = tmp_path / "one.json"
        path.write_text('{"a": "ä"}', encoding="utf-8")

        assert {"a": "ä"} == load(path)
