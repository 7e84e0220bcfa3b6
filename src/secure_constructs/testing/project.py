"""The project of a CDK app: the folder with its cdk.json, and what stands in that."""

from __future__ import annotations

import json

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from secure_constructs.testing.command import Command, parse_command

CONFIGURATION = "cdk.json"
# What the CLI looked up, and keeps for the next time.
LOOKED_UP = "cdk.context.json"
# The metadata that the CLI asks for, by the settings of cdk.json that can refuse it.
_METADATA = {
    "pathMetadata": "aws:cdk:enable-path-metadata",
    "assetMetadata": "aws:cdk:enable-asset-metadata",
    "versionReporting": "aws:cdk:version-reporting",
}


@dataclass(frozen=True)
class Project:
    """
    A folder with a cdk.json.

    Attributes:
        folder: The folder.
        settings: What stands in its cdk.json.
        looked_up: What stands in its cdk.context.json.
    """

    folder: Path
    settings: Mapping[str, Any]
    looked_up: Mapping[str, Any]

    @property
    def command(self) -> Command:
        """
        How its app is started.

        Raises:
            ValueError: It is no Python program.
        """
        try:
            return parse_command(self.settings.get("app"))
        except ValueError as error:
            raise ValueError(f"{self.folder / CONFIGURATION}: {error}") from None

    @property
    def context(self) -> Mapping[str, Any]:
        """The context that the CLI hands to its app."""
        return {
            **self.looked_up,
            **self.settings.get("context", {}),
            **{key: self.settings.get(name, True) for name, key in _METADATA.items()},
        }


def find_project(start: Path) -> Path:
    """
    Return the nearest folder with a cdk.json, from *start* upwards.

    Raises:
        ValueError: There is none.
    """
    for folder in (start, *start.parents):
        if (folder / CONFIGURATION).is_file():
            return folder
    raise ValueError(
        f"there is no {CONFIGURATION} in {start} or above it; name the folder that "
        "has one: folder= of this call, or cdk_folder in the configuration of pytest"
    )


def read_project(folder: Path) -> Project:
    """
    Return the project in *folder*.

    Raises:
        ValueError: Its files cannot be read.
    """
    settings = _read(folder / CONFIGURATION)
    looked_up = folder / LOOKED_UP
    return Project(folder, settings, _read(looked_up) if looked_up.exists() else {})


def _read(file: Path) -> dict[str, Any]:
    """Return the JSON object in *file*."""
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} cannot be read: {error}") from None
    is_known = isinstance(read, dict) and isinstance(read.get("context", {}), dict)
    if not is_known:
        raise ValueError(f"{file} is no object with a context, as CDK writes it")
    return cast("dict[str, Any]", read)
