"""What a synthesized app left on disk, as far as the rules and reports read it."""

from __future__ import annotations

import json

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_UNKNOWN_ACCOUNT = "unknown-account"
_NESTED = ".nested.template.json"


class NotAnAssemblyError(ValueError):
    """What was to be read is no output of `cdk synth`."""


@dataclass(frozen=True)
class StackOutput:
    """
    One synthesized stack.

    Attributes:
        name: The stack's name as `cdk list` shows it.
        account: The account it is deployed to, where that is known.
        template: Its template.
        paths: The construct paths of its resources, by logical id; those of
            nested stacks are among them.
    """

    name: str
    account: str | None
    template: Path
    paths: Mapping[str, str]

    @property
    def templates(self) -> Iterator[Path]:
        """
        Its template and those of the stacks nested in it.

        CDK lists nested templates among the stack's assets and nowhere else.
        """
        yield self.template
        stem = self.template.name.removesuffix(".template.json")
        assets = self.template.with_name(f"{stem}.assets.json")
        files = load(assets)["files"] if assets.exists() else {}
        for asset in files.values():
            path = str(asset["source"].get("path", ""))
            if path.endswith(_NESTED):
                yield self.template.with_name(path)


def stacks_in(directory: Path) -> Iterator[StackOutput]:
    """
    Yield the stacks synthesized into *directory*, those of stages included.

    Raises:
        NotAnAssemblyError: *directory* holds no output of `cdk synth`.
    """
    for name, artifact in _manifest(directory)["artifacts"].items():
        properties = artifact.get("properties", {})
        if artifact["type"] == "cdk:cloud-assembly":
            yield from stacks_in(directory / properties["directoryName"])
        elif artifact["type"] == "aws:cloudformation:stack":
            yield _stack(directory, name, artifact)


def stacks_at(templates: Iterable[Path]) -> Iterator[StackOutput]:
    """Yield the stacks whose templates are *templates*."""
    wanted = set(templates)
    for directory in sorted({template.parent for template in wanted}):
        for stack in stacks_in(directory):
            if stack.template in wanted:
                yield stack


def load(path: Path) -> Any:  # noqa: ANN401 - JSON is untyped
    """
    Return the JSON document in *path*.

    Raises:
        NotAnAssemblyError: There is none.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read as JSON: {error}"
        raise NotAnAssemblyError(msg) from error


def _manifest(directory: Path) -> Mapping[str, Any]:
    manifest = load(directory / "manifest.json")
    if not isinstance(manifest, dict) or "artifacts" not in manifest:
        msg = f"{directory / 'manifest.json'} is no manifest of a synthesized app"
        raise NotAnAssemblyError(msg)
    return manifest


def _stack(directory: Path, name: str, artifact: Mapping[str, Any]) -> StackOutput:
    account = artifact["environment"].removeprefix("aws://").partition("/")[0]
    return StackOutput(
        name=artifact.get("displayName", name),
        account=None if account == _UNKNOWN_ACCOUNT else account,
        template=directory / artifact["properties"]["templateFile"],
        paths=_paths(directory, artifact),
    )


def _paths(directory: Path, artifact: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the construct paths of a stack's resources, by logical id."""
    file = artifact.get("additionalMetadataFile")
    metadata = load(directory / file) if file else artifact.get("metadata", {})
    return {
        entry["data"]: path.strip("/")
        for path, entries in metadata.items()
        for entry in entries
        if entry["type"] == "aws:cdk:logicalId"
    }
