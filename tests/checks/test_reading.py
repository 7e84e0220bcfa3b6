"""Tests for `secure_constructs.checks.reading`: files, folders and apps."""

from __future__ import annotations

import json
import os

from pathlib import Path

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3

from secure_constructs.checks import parsing, reading
from secure_constructs.checks.assembly import StackOutput
from secure_constructs.checks.parsing import UnreadableError
from secure_constructs.checks.reading import TemplateFile, sources_at

TEMPLATE = "Resources: {Data: {Type: 'AWS::S3::Bucket'}}"
OTHER = '{"scripts": {"Resources": "AWS::S3::Bucket"}}'


def write(file: Path, content: str = TEMPLATE) -> Path:
    """Write *content* to *file*, in a folder that need not be there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    return file


def names(path: Path) -> list[str]:
    """Return the names of what can be read at *path*."""
    found = sources_at(path)
    return [each.name for each in found if not isinstance(each, UnreadableError)]


def errors(path: Path) -> list[str]:
    """Return what is said of what cannot be read at *path*."""
    return [str(each) for each in sources_at(path) if isinstance(each, UnreadableError)]


@pytest.fixture
def synthesized(tmp_path):
    """An app with a stage, of two stacks."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    s3.Bucket(cdk.Stack(app, "One", termination_protection=True), "Data")
    s3.Bucket(cdk.Stack(cdk.Stage(app, "Prod"), "Two"), "Data")
    app.synth()
    return tmp_path / "cdk.out"


class TestFiles:
    def test_are_read_by_themselves(self, tmp_path):
        """A file is a template, whose construct paths and deployment nobody knows."""
        file = write(tmp_path / "one.txt")
        (found,) = sources_at(file)

        assert isinstance(found, TemplateFile)
        assert ("one.txt", [(file, found.template)]) == (found.name, found.contents)
        assert ({}, {}) == (found.paths, found.acknowledged)
        assert (None, None) == (found.template.account, found.template.protected)

    def test_have_to_be_templates(self, tmp_path):
        """What was named is looked at, so it cannot be passed over."""
        file = write(tmp_path / "package.json", OTHER)

        assert [f"{file} is no template: it has no Resources"] == errors(file)

    def test_have_to_be_there(self, tmp_path):
        """A misspelt name is no empty folder."""
        file = tmp_path / "nowhere"

        assert [f"{file} is no file that is there"] == errors(file)


class TestFolders:
    def test_hold_templates(self, tmp_path):
        """Whatever is a template by its suffix and content is read, in order."""
        for name in ("d.template", "b.yml", "a.json", "c/c.yaml"):
            write(tmp_path / name)

        assert ["a.json", "b.yml", "d.template", "c.yaml"] == names(tmp_path)

    @pytest.mark.parametrize(
        "name", ["a.txt", ".git/a.yaml", "node_modules/x/a.yaml", "site-packages/a.yml"]
    )
    def test_hold_other_things(self, tmp_path, name):
        """Other suffixes, hidden folders and other people's code are passed over."""
        write(tmp_path / "known.yaml")
        write(tmp_path / name)

        assert ["known.yaml"] == names(tmp_path)

    @pytest.mark.parametrize("content", [OTHER, "a: 1", "{", "[AWS::X]", "Resources"])
    def test_hold_files_that_are_no_templates(self, tmp_path, content):
        """A file that is none, and says nothing of being one, is passed over."""
        write(tmp_path / "known.yaml")
        write(tmp_path / "other.yaml", content)

        assert (["known.yaml"], []) == (names(tmp_path), errors(tmp_path))

    @pytest.mark.parametrize(
        "content",
        [f"{TEMPLATE}}}", "AWSTemplateFormatVersion: x\nA: [Resources AWS::]"],
    )
    def test_hold_templates_that_are_broken(self, tmp_path, content):
        """What looks like a template and is none is never passed over."""
        write(tmp_path / "known.yaml")
        file = write(tmp_path / "broken.yaml", content)
        (said,) = errors(tmp_path)

        assert said.startswith(f"{file} is")

    def test_hold_files_that_are_too_large(self, tmp_path, monkeypatch):
        """What is too large to look at may be a template."""
        write(tmp_path / "known.yaml")
        file = write(tmp_path / "large.json", "x" * 100)
        for module in (reading, parsing):
            monkeypatch.setattr(module, "LARGEST", 99)

        assert ["known.yaml"] == names(tmp_path)
        assert errors(tmp_path)[0].startswith(f"{file} is larger than")

    def test_hold_links_to_nothing(self, tmp_path):
        """A link whose end is gone cannot be read, and the rest can."""
        write(tmp_path / "known.yaml")
        (tmp_path / "link.yaml").symlink_to(tmp_path / "nowhere")

        assert ["known.yaml"] == names(tmp_path)
        assert [
            f"{tmp_path / 'link.yaml'} cannot be read: No such file or directory"
        ] == (errors(tmp_path))

    def test_may_be_closed(self, tmp_path, monkeypatch):
        """A folder that may not be opened is no empty one."""
        write(tmp_path / "known.yaml")
        closed = tmp_path / "closed"
        closed.mkdir()
        scan = os.scandir

        def refuse(folder):
            if os.fspath(folder) == os.fspath(closed):
                raise PermissionError(13, "Permission denied", os.fspath(folder))
            return scan(folder)

        monkeypatch.setattr(os, "scandir", refuse)

        assert ["known.yaml"] == names(tmp_path)
        assert [f"{closed} cannot be read: Permission denied"] == errors(tmp_path)

    def test_may_be_empty(self, tmp_path):
        """Where there is nothing to check, nothing was checked."""
        assert [f"{tmp_path} holds no template"] == errors(tmp_path)


class TestApps:
    def test_are_their_stacks(self, synthesized):
        """A folder that `cdk synth` wrote is read stack by stack, stages included."""
        assert ["One", "Prod/Two"] == names(synthesized)

    def test_are_found_below(self, synthesized):
        """They may lie in a folder that is checked, among templates."""
        write(synthesized.parent / "other.yaml")

        assert ["other.yaml", "One", "Prod/Two"] == names(synthesized.parent)

    def test_say_whether_they_are_protected(self, synthesized):
        """Termination protection is in the manifest, and nowhere in a template."""
        known = {
            each.name: [template.protected for _, template in each.contents]
            for each in sources_at(synthesized)
            if isinstance(each, StackOutput)
        }

        assert {"One": [True], "Prod/Two": [False]} == known

    def test_have_a_manifest_that_can_be_read(self, synthesized):
        """A synthesis that was interrupted is no folder of templates."""
        manifest = synthesized / "manifest.json"
        manifest.write_text(manifest.read_text()[:100])
        (said,) = errors(synthesized)

        assert said.startswith(f"{manifest} cannot be read as JSON")

    def test_have_templates_that_are_there(self, synthesized):
        """A stack whose template is gone is not passed over."""
        (synthesized / "One.template.json").unlink()
        (said,) = errors(synthesized)

        assert said.startswith(f"{synthesized / 'One.template.json'} cannot be read")

    @pytest.mark.parametrize("missing", ["environment", "properties"])
    def test_have_stacks_that_can_be_read(self, synthesized, missing):
        """A manifest of another version is an error, and no stack trace."""
        manifest = synthesized / "manifest.json"
        content = json.loads(manifest.read_text())
        del content["artifacts"]["One"][missing]
        manifest.write_text(json.dumps(content))
        (said,) = errors(synthesized)

        assert f"{synthesized} is no output of `cdk synth` that can be read" in said

    @pytest.mark.parametrize("content", ["[]", '{"name": "a web app"}'])
    def test_are_not_all_that_has_a_manifest(self, tmp_path, content):
        """Other tools write files of that name."""
        write(tmp_path / "manifest.json", content)
        write(tmp_path / "known.yaml")

        assert ["known.yaml"] == names(tmp_path)
