"""Tests for `secure_constructs.testing.project`: cdk.json and what is beside it."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.testing.project import find_project, read_project
from tests.support.projects import write, write_app


class TestFind:
    def test_finds_it_above(self, tmp_path):
        """The nearest folder with a cdk.json is the project."""
        write(tmp_path, {"cdk.json": "{}", "a/cdk.json": "{}", "a/b/c/readme": ""})

        assert tmp_path / "a" == find_project(tmp_path / "a" / "b" / "c")

    def test_finds_it_right_there(self, tmp_path):
        """The folder to start from counts."""
        write(tmp_path, {"cdk.json": "{}"})

        assert tmp_path == find_project(tmp_path)

    def test_a_folder_of_that_name_is_none(self, tmp_path):
        """Only a file is a configuration."""
        (tmp_path / "cdk.json").mkdir()

        with pytest.raises(ValueError, match="there is no cdk.json in"):
            find_project(tmp_path)

    def test_fails_without_one(self, tmp_path):
        """The error names the folder and both ways to name another one."""
        with pytest.raises(ValueError, match="folder= .* cdk_folder") as error:
            find_project(tmp_path)

        assert str(tmp_path) in str(error.value)


class TestContext:
    def test_what_was_looked_up_gives_way(self, tmp_path):
        """As with the CLI, cdk.json wins over cdk.context.json."""
        write_app(
            tmp_path,
            context={"both": "json"},
            files={"cdk.context.json": '{"both": "looked up", "zones": ["a"]}'},
        )

        context = read_project(tmp_path).context
        assert ("json", ["a"]) == (context["both"], context["zones"])

    @pytest.mark.parametrize(
        ("setting", "key"),
        [
            ("pathMetadata", "aws:cdk:enable-path-metadata"),
            ("assetMetadata", "aws:cdk:enable-asset-metadata"),
            ("versionReporting", "aws:cdk:version-reporting"),
        ],
    )
    def test_settings_switch_metadata_off(self, tmp_path, setting, key):
        """As with the CLI, there is metadata unless cdk.json refuses it."""
        with_metadata = read_project(write_app(tmp_path / "on"))
        refused: dict[str, Any] = {setting: False}
        without = read_project(write_app(tmp_path / "off", **refused))

        assert (True, False) == (with_metadata.context[key], without.context[key])


class TestErrors:
    @pytest.mark.parametrize("content", ["{", "\xff", ""])
    def test_fails_on_what_is_no_json(self, tmp_path, content):
        """The error names the file."""
        (tmp_path / "cdk.json").write_text(content, encoding="latin-1")

        with pytest.raises(ValueError, match="cdk.json cannot be read: "):
            read_project(tmp_path)

    @pytest.mark.parametrize("content", ["[]", '{"context": []}'])
    def test_fails_on_other_json(self, tmp_path, content):
        """The error says what is missing."""
        write(tmp_path, {"cdk.json": content})

        with pytest.raises(ValueError, match="cdk.json is no object with a context"):
            read_project(tmp_path)

    def test_fails_on_a_broken_cache(self, tmp_path):
        """The error names the other file."""
        write_app(tmp_path, files={"cdk.context.json": "{"})

        with pytest.raises(ValueError, match="cdk.context.json cannot be read"):
            read_project(tmp_path)

    def test_fails_without_a_file(self, tmp_path):
        """A folder that was named, but has no cdk.json, is an error."""
        with pytest.raises(ValueError, match="cdk.json cannot be read: "):
            read_project(tmp_path)

    def test_a_wrong_command_is_said_of_the_file(self, tmp_path):
        """The error about a command names the file it is in."""
        project = read_project(write_app(tmp_path, app="npx app"))

        with pytest.raises(ValueError, match=r"cdk.json: app='npx app' cannot be run"):
            _ = project.command
