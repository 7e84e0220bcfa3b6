"""Tests for `secure_constructs.testing.command`: the command in cdk.json."""

from __future__ import annotations

import pytest

from secure_constructs.testing.command import Command, parse_command


class TestPython:
    @pytest.mark.parametrize(
        "app",
        [
            "python app.py",
            "python3 app.py",
            "python3.13 app.py",
            "py app.py",
            ".venv/bin/python app.py",
            "/usr/bin/python3 app.py",
            r"'.venv\Scripts\python.exe' app.py",
            "python -u app.py",
            "python3 -B -u app.py",
            "uv run app.py",
            "uv run python app.py",
            "poetry run python3 app.py",
        ],
    )
    def test_runs_a_file(self, app):
        """Whatever finds Python, the file is run by the one of the tests."""
        assert Command("app.py", is_module=False) == parse_command(app)

    @pytest.mark.parametrize(
        "app", ["python -m shop.app", "pdm run python -u -m shop.app"]
    )
    def test_runs_a_module(self, app):
        """A module is run by its name."""
        assert Command("shop.app", is_module=True) == parse_command(app)

    def test_has_arguments(self):
        """What stands behind the program is for it, quoted or not."""
        command = parse_command("python app.py -m --stage 'eu west'")

        assert ("-m", "--stage", "eu west") == command.arguments

    def test_has_arguments_of_a_module(self):
        """What stands behind the module is for it."""
        assert ("dev",) == parse_command("python -m shop.app dev").arguments


class TestOthers:
    @pytest.mark.parametrize(
        "app",
        [
            "npx ts-node bin/app.ts",
            "mvn -e -q compile exec:java",
            "python",
            "python -m",
            "python -c 'import app'",
            "app.py",
            "cdk.out",
            "cd infra && python app.py",
            "python app.py | tee log",
            "python 'app.py",
            "uv run",
            "uv sync app.py",
            "conda run python app.py",
        ],
    )
    def test_fails_on_what_is_no_python_program(self, app):
        """The error names the command and says what can be run."""
        with pytest.raises(
            ValueError, match="cannot be run; .*python3 app.py"
        ) as error:
            parse_command(app)

        assert repr(app) in str(error.value)

    @pytest.mark.parametrize("app", [None, "", " ", ["python", "app.py"]])
    def test_fails_without_a_command(self, app):
        """A missing command is no command."""
        with pytest.raises(ValueError, match="is no command; .*python3 app.py"):
            parse_command(app)
