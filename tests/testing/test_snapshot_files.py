"""Tests for the files of `template_snapshot`: what they are called, and what stays."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.projects import OF_XDIST
from tests.support.synth import ROOT

NAMES = ["A", "B", "C"]
FILES = [f"test_all[{name}].json" for name in NAMES]
LOOP = f"""
    def test_all(template_snapshot):
        for name in {NAMES}:
            assert {{"Resources": {{}}}} == template_snapshot(name=name)
"""
OTHER = """
    def test_other():
        assert 1 == 2
"""
WITHOUT_LOOP = "    def test_all(template_snapshot): ..."


def failing(statement: str) -> str:
    """Return the loop with a *statement* that fails before it compares."""
    return LOOP.replace(
        "            assert", f"            {statement}\n            assert"
    )


@pytest.fixture
def stored(user):
    """A user with three templates that one test compares with."""
    user.write(LOOP)
    user.run("--snapshot-update").assert_outcomes(passed=1)
    return user


class TestKept:
    """With --snapshot-update a run that does not pass deletes nothing."""

    @pytest.mark.parametrize(
        "statement",
        ["raise LookupError", "assert name != 'B'", "import nothing_of_that_name"],
    )
    def test_those_of_a_test_that_fails(self, stored, statement):
        """A test that fails before it compares needs its snapshots again."""
        stored.write(failing(statement))

        stored.run("--snapshot-update").assert_outcomes(failed=1)
        assert FILES == list(stored.snapshots)

    def test_those_of_a_fixture_that_fails(self, stored):
        """So does one that was never started."""
        fixture = """
            import pytest

            @pytest.fixture
            def shop():
                raise LookupError
        """
        tests = LOOP.replace("(template", "(shop, template")
        stored.write(tests, conftest=fixture)

        stored.run("--snapshot-update").assert_outcomes(errors=1)
        assert FILES == list(stored.snapshots)

    def test_those_behind_a_broken_one(self, stored):
        """A file with the marks of a merge keeps the test from the next ones."""
        broken = stored.folder / "__snapshots__" / "test_orders" / FILES[0]
        broken.write_text("<<<<<<< HEAD")

        stored.run("--snapshot-update").assert_outcomes(failed=1)
        assert FILES == list(stored.snapshots)

    def test_those_of_a_test_that_was_not_reached(self, stored):
        """A run that ends with the first failure says nothing of the rest."""
        stored.write(f"{OTHER}\n{LOOP}")

        stored.run("--snapshot-update", "-x").assert_outcomes(failed=1)
        assert FILES == list(stored.snapshots)

    def test_those_of_tests_that_cannot_be_imported(self, stored):
        """Tests that pytest could not collect are still there."""
        stored.write(f"    import nothing_of_that_name\n{LOOP}", test_new=LOOP)

        options = ("--snapshot-update", "--continue-on-collection-errors")
        stored.run(*options).assert_outcomes(passed=1, errors=1)
        assert FILES == list(stored.snapshots)

    def test_the_report_says_so(self, stored):
        """They are called unused, and not deleted."""
        stored.write(failing("raise LookupError"))

        result = stored.run("--snapshot-update")
        result.stdout.fnmatch_lines(["3 snapshots unused."])
        result.stdout.no_fnmatch_line("*[Dd]eleted*")

    def test_by_several_processes(self, stored):
        """The process that deletes is not the one in which a test has failed."""
        stored.write(failing("raise LookupError") + OTHER)

        assert "2 failed" in in_parallel(stored, "--snapshot-update")
        assert FILES == list(stored.snapshots)

    def test_no_others(self, stored):
        """Where all tests pass, what is unused goes."""
        stored.write(WITHOUT_LOOP)
        assert "1 passed" in in_parallel(stored, "--snapshot-update")

        assert {} == stored.snapshots


class TestNames:
    """Two templates have two files."""

    def test_a_stack_in_a_stage_is_no_other_stack(self, user):
        """A slash is a dot, so that Dev/Shop is not DevShop."""
        user.write("""
            def test_all(template_snapshot):
                for name in ["Dev/Shop", "DevShop", "Dev/Shop/Search"]:
                    template = {"Resources": {}, "Description": name}
                    assert template == template_snapshot(name=name)
        """)
        user.run("--snapshot-update", "-Werror").assert_outcomes(passed=1)

        names = ["Dev.Shop.Search", "Dev.Shop", "DevShop"]
        assert [f"test_all[{name}].json" for name in names] == list(user.snapshots)
        user.run().assert_outcomes(passed=1)


def in_parallel(user, *options: str) -> str:
    """Run the tests of *user* in two processes, and return what is printed."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "src"))
    for name in OF_XDIST:
        environment.pop(name, None)
    plugin = ("-p", "secure_constructs.testing.plugin", "-p", "no:cacheprovider")
    # The tests name what is run.
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", *plugin, "-n", "2", *options],
        cwd=user.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout
