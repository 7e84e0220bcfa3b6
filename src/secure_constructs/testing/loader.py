"""What the fixtures are: how tests get at the app of a project, and at new apps."""

from __future__ import annotations

import json
import os

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from secure_constructs.testing.app import CdkApp
from secure_constructs.testing.loading import load_app
from secure_constructs.testing.project import find_project, read_project

_OF_PYTEST = "PYTEST_"


class Projects:
    """
    The projects that tests can ask for.

    Args:
        root: The rootdir of pytest.
        folder: The folder with cdk.json, relative to *root*; empty where it is to be
            searched from there upwards.
        new_directory: Makes a directory for what is synthesized.
    """

    def __init__(
        self, root: Path, folder: str, new_directory: Callable[[], Path]
    ) -> None:
        self._root = root
        self._folder = folder
        self._new_directory = new_directory
        self._loaded: dict[Hashable, CdkApp] = {}

    def load(
        self,
        *,
        context: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | str | None = None,
    ) -> CdkApp:
        """
        Return the project's app, loaded as `cdk synth` loads it.

        What was loaded with the same context and environment is returned again.

        Args:
            context: What `cdk synth -c` would add to the context of cdk.json.
            environment: What is added to the environment, such as
                `CDK_DEFAULT_ACCOUNT`.
            folder: The folder with cdk.json, if it is not the one of the settings;
                relative to the rootdir.

        Raises:
            ValueError: There is no such project, or its app cannot be deployed.
            RuntimeError: The app failed; its own error is the cause.
        """
        where = self._where(folder)
        added = {**(context or {})}, {**(environment or {})}
        key = where, json.dumps(added, sort_keys=True), _environment()
        if key not in self._loaded:
            self._loaded[key] = load_app(
                read_project(where),
                context=added[0],
                environment=added[1],
                new_directory=self._new_directory,
            )
        return self._loaded[key]

    def new_app(
        self,
        *,
        context: Mapping[str, Any] | None = None,
        folder: Path | str | None = None,
    ) -> cdk.App:
        """
        Return an empty app with the context and the feature flags of the project.

        Args:
            context: What `cdk synth -c` would add to the context of cdk.json.
            folder: The folder with cdk.json, if it is not the one of the settings;
                relative to the rootdir.

        Raises:
            ValueError: There is no such project.
        """
        project = read_project(self._where(folder))
        return cdk.App(
            outdir=str(self._new_directory()),
            post_cli_context={**project.context, **(context or {})},
        )

    def _where(self, folder: Path | str | None) -> Path:
        """Return the folder with cdk.json."""
        chosen = folder or self._folder
        return self._root / chosen if chosen else find_project(self._root)


def _environment() -> frozenset[tuple[str, str]]:
    """Return what an app may see of the environment: tests can change that as well."""
    return frozenset(
        (name, value)
        for name, value in os.environ.items()
        if not name.startswith(_OF_PYTEST)
    )
