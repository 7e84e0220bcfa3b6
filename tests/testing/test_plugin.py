"""Tests for `secure_constructs.testing.plugin`: what suites get, and what they pay."""

from __future__ import annotations

import os
import subprocess
import sys

from pathlib import Path

import pytest

import secure_constructs.testing

from tests.support.projects import APP, OF_XDIST, write_app
from tests.support.synth import ROOT

# What is slow to load, and has nothing to do with suites that test something else.
SLOW = ("aws_cdk", "jsii", "syrupy", "cdk_nag", "cfnlint", "constructs")
PLUGIN = "secure_constructs.testing.plugin"


def python(*arguments: str, folder: Path | None = None) -> str:
    """Run another Python with *arguments*, and return what it prints."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "src"))
    for name in ("CDK_VALIDATION", *OF_XDIST):
        environment.pop(name, None)
    # The tests name what is run.
    ran = subprocess.run(  # noqa: S603
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return ran.stdout


class TestCost:
    """A suite that does not use the fixtures pays nothing for them."""

    def test_loads_nothing_slow(self):
        """Neither CDK nor what the asserts need is loaded with the plugin."""
        code = f"import sys, {PLUGIN}; print(*sys.modules, sep='\\n')"
        loaded = {name.partition(".")[0] for name in python("-c", code).splitlines()}

        assert "secure_constructs" in loaded
        assert set() == loaded & set(SLOW)

    def test_loads_nothing_slow_in_a_run(self, tmp_path):
        """Nor when pytest runs tests that do not ask for it."""
        (tmp_path / "test_other.py").write_text(
            "import sys\n\n"
            f"def test_other():\n    assert not set({SLOW!r}) & set(sys.modules)\n"
        )
        ran = python(
            "-m", "pytest", "-Werror", "-p", PLUGIN, "-p", "no:syrupy", folder=tmp_path
        )

        assert "1 passed" in ran


class TestValidation:
    """CDK's own validation is off, so that no process pays for its engine."""

    TEST = """
        import os

        def test_validation():
            assert os.environ.get("CDK_VALIDATION") == {expected!r}
    """

    @pytest.fixture(autouse=True)
    def unset(self, monkeypatch):
        """Let the plugin of the inner run decide."""
        monkeypatch.delenv("CDK_VALIDATION")

    def test_is_off(self, user):
        """It is off before the tests are loaded."""
        user.write(self.TEST.format(expected="false"))

        user.run().assert_outcomes(passed=1)

    def test_is_off_before_any_conftest(self, user):
        """A conftest.py may load CDK, which starts Node with the environment."""
        conftest = 'import os\nassert os.environ["CDK_VALIDATION"] == "false"\n'
        user.write(self.TEST.format(expected="false"), conftest=conftest)

        user.run().assert_outcomes(passed=1)

    def test_can_be_on(self, user):
        """A suite may want it in each synthesis."""
        user.write(self.TEST.format(expected=None))

        user.run("-o", "cdk_validation=true").assert_outcomes(passed=1)

    def test_the_environment_comes_first(self, user, monkeypatch):
        """What somebody has set stays."""
        monkeypatch.setenv("CDK_VALIDATION", "true")
        user.write(self.TEST.format(expected="true"))

        user.run().assert_outcomes(passed=1)
        assert "true" == os.environ["CDK_VALIDATION"]

    def test_leaves_the_environment(self, user):
        """After the run the environment is as before."""
        user.write(self.TEST.format(expected="false"))
        user.run()

        assert "CDK_VALIDATION" not in os.environ


class TestSettings:
    def test_folder(self, user):
        """The folder with cdk.json may be elsewhere."""
        write_app(user.folder / "infra")
        user.write("""
            def test_stacks(cdk_app):
                assert list(cdk_app().templates) == ["Orders"]
        """)

        user.run("-o", "cdk_folder=infra").assert_outcomes(passed=1)

    @pytest.mark.parametrize("folder", ["cdk_app(folder='infra')", "cdk_app()"])
    def test_folder_is_relative_to_the_rootdir(self, user, monkeypatch, folder):
        """Wherever pytest was started, the folders are the same."""
        write_app(user.folder / "infra")
        (user.folder / "pytest.ini").write_text("[pytest]\ncdk_folder = infra\n")
        user.write(f"""
            def test_stacks(cdk_app):
                assert list({folder}.templates) == ["Orders"]
        """)
        monkeypatch.chdir(user.folder / "infra")

        user.run("../test_orders.py").assert_outcomes(passed=1)

    def test_fails_without_a_project(self, user):
        """The test that asked for it fails, and says what is missing."""
        user.write("def test_stacks(cdk_app): cdk_app()")
        result = user.run()

        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["E *ValueError: there is no cdk.json in *"])

    def test_shows_the_errors_of_the_app(self, user):
        """The report has the traceback of the app itself."""
        write_app(user.folder, APP.replace("app.synth()", "app.synthesize()"))
        user.write("def test_stacks(cdk_app): cdk_app()")
        result = user.run()

        result.stdout.fnmatch_lines(
            [
                "E *AttributeError: 'App' object has no attribute 'synthesize'*",
                "E *RuntimeError: the app 'python3 app.py' in *",
            ]
        )

    def test_fixtures_are_documented(self, user):
        """`pytest --fixtures` says what they are for."""
        user.write("def test_nothing(): ...")

        user.run("--fixtures").stdout.fnmatch_lines(
            [
                "cdk_app *",
                "    Load the app of cdk.json as `cdk synth` does*",
                "new_cdk_app *",
                "    Make an empty `cdk.App` with *",
                "template_snapshot*",
                "    Compare a template or a stack with *",
            ]
        )


def test_runs_in_parallel(user):
    """Processes of pytest-xdist agree on what they store, and on what is unused."""
    tests = """
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_orders(template_snapshot, number):
            assert {"Resources": {}} == template_snapshot
    """
    user.write(tests)
    options = ("-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-n", "2")
    stored = python(*options, "--snapshot-update", folder=user.folder)
    user.write(tests.replace("range(4)", "range(2)"))
    compared = python(*options, folder=user.folder)

    assert "4 snapshots generated." in stored
    assert "2 snapshots passed. 2 snapshots unused." in compared
    assert (4, 1) == (len(user.snapshots), len(set(user.snapshots.values())))


class TestNames:
    def test_there_are_few(self):
        """What is public is what is documented."""
        names = ["CdkApp", "assert_logical_ids", "assert_no_findings"]

        assert [*names, "assert_safe_update"] == secure_constructs.testing.__all__

    @pytest.mark.parametrize("name", secure_constructs.testing.__all__)
    def test_each_can_be_imported(self, name):
        """They are loaded on first use."""
        assert name == getattr(secure_constructs.testing, name).__name__

    def test_there_are_no_others(self):
        """Another name is an error like that of any module."""
        with pytest.raises(AttributeError, match="'secure_constructs.testing' has no"):
            _ = secure_constructs.testing.nothing
