"""The pytest plugin: the fixtures for tests of CDK apps, and their settings."""

from __future__ import annotations

import os

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import pytest

# Suites that do not use the fixtures pay for none of what these import.
if TYPE_CHECKING:
    import aws_cdk as cdk

    from syrupy.assertion import SnapshotAssertion

    from secure_constructs.testing.app import CdkApp
    from secure_constructs.testing.loader import Projects

_VALIDATION = "CDK_VALIDATION"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings."""
    parser.addini(
        "cdk_folder",
        "The folder with cdk.json, relative to the rootdir. Default: the nearest one, "
        "from the rootdir upwards.",
    )
    parser.addini(
        "cdk_validation",
        "Whether each synthesis runs CDK's own validation, which costs seconds in each "
        "process. assert_no_findings runs it in any case.",
        type="bool",
        default=False,
    )


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Turn CDK's validation off before any conftest.py can import CDK."""
    if _VALIDATION not in os.environ and not early_config.getini("cdk_validation"):
        os.environ[_VALIDATION] = "false"
        early_config.add_cleanup(_forget)


def _forget() -> None:
    """Leave the environment as it was."""
    os.environ.pop(_VALIDATION, None)


@pytest.fixture(scope="session")
def _cdk_projects(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Projects:
    """The projects that tests can ask for, which load each app once."""
    from secure_constructs.testing.loader import Projects  # noqa: PLC0415

    return Projects(
        root=request.config.rootpath,
        folder=request.config.getini("cdk_folder"),
        new_directory=lambda: tmp_path_factory.mktemp("cdk"),
    )


@pytest.fixture(scope="session")
def cdk_app(_cdk_projects: Projects) -> Callable[..., CdkApp]:
    """
    Load the app of cdk.json as `cdk synth` does: its command, context and flags.

    `cdk_app()` returns a `CdkApp`, with `.templates`, `.template(name)`,
    `.stack(name)`, `.app` and `.directory`. `cdk_app(context={"tier": "development"})`
    is `cdk synth -c tier=development`. Each is loaded once.
    """
    return _cdk_projects.load


@pytest.fixture(scope="session")
def new_cdk_app(_cdk_projects: Projects) -> Callable[..., cdk.App]:
    """
    Make an empty `cdk.App` with the context and feature flags of cdk.json.

    For tests of one stack: `OrdersStack(new_cdk_app(), "Orders")`.
    """
    return _cdk_projects.new_app


@pytest.fixture
def template_snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """
    Compare a template or a stack with what is stored of it, without asset hashes.

    `assert stack == template_snapshot`, or `== template_snapshot(name="Orders")` for
    one of several. `pytest --snapshot-update` accepts what has changed.
    """
    from secure_constructs.testing.snapshots import (  # noqa: PLC0415
        TemplateSnapshotExtension,
    )

    return snapshot.use_extension(TemplateSnapshotExtension)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(
    session: pytest.Session, exitstatus: int
) -> Generator[None, None, None]:
    """
    Keep all stored snapshots of a run that did not pass.

    A test that fails before it compares has no use for its snapshots, and
    --snapshot-update would take that for a reason to delete them.
    """
    if exitstatus:
        session.config.option.no_cleanup = True
    return (yield)
