"""What a synthesized app left on disk, as far as the rules and reports read it."""

from __future__ import annotations

import functools
import json
import re

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from secure_constructs.checks.template import Template

_UNKNOWN_ACCOUNT = "unknown-account"
_NESTED = ".nested.template.json"
_ASSETS = ".assets.json"
_HASH = 8
_SEPARATOR = re.compile(r"[^A-Za-z0-9]")


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
        metadata: What CDK recorded of its constructs, or the file with that.
        protected: Whether it has termination protection.
        environment: The account and region it is deployed to, as CDK writes them.
        stack_name: What CloudFormation calls it.
    """

    name: str
    account: str | None
    template: Path
    metadata: Mapping[str, Any] | Path
    protected: bool = False
    environment: str = ""
    stack_name: str = ""

    @functools.cached_property
    def paths(self) -> Mapping[str, str]:
        """
        The construct paths of its resources and of nested ones, by logical id.

        Nested stacks that are equal share their ids; such an id has all paths.
        """
        paths: dict[str, list[str]] = defaultdict(list)
        for path, name in self._recorded("aws:cdk:logicalId"):
            paths[name].append(path)
        return {name: ", ".join(found) for name, found in paths.items()}

    @functools.cached_property
    def acknowledged(self) -> Mapping[str, Mapping[str, str]]:
        """What was acknowledged at construct paths of it: the reasons by rule."""
        return dict(self._recorded("aws:cdk:acknowledged-rules"))

    def _recorded(self, type_: str) -> Iterator[tuple[str, Any]]:
        """Yield what CDK recorded of a *type_*, beside the construct's path."""
        metadata = self.metadata
        if isinstance(metadata, Path):
            metadata = load(metadata)
        for path, entries in metadata.items():
            for entry in entries:
                if entry["type"] == type_:
                    yield path.strip("/"), entry["data"]

    @property
    def templates(self) -> Iterator[Path]:
        """
        Its template and those of the stacks nested in it.

        CDK lists nested templates among the stack's assets and nowhere else, and
        of those that are equal it lists one.
        """
        yield self.template
        folder = self.template.parent
        stem = self.template.name.removesuffix(".template.json")
        own = _nested_in(folder / f"{stem}{_ASSETS}")
        yield from own
        others = set(folder.glob(f"*{_NESTED}")) - set(own) if own else set()
        contents = {path.read_bytes() for path in own} if others else set()
        for path in sorted(others):
            if path.read_bytes() in contents and self._holds(path):
                yield path

    @functools.cached_property
    def contents(self) -> list[tuple[Path, Template]]:
        """These templates, parsed, beside the files that they are in."""
        known = self.account, self.protected
        return [(path, Template(load(path), *known)) for path in self.templates]

    def _holds(self, nested: Path) -> bool:
        """
        Whether a template is of a stack nested in this one, by its name.

        Its name is the path of the stack without its slashes, and a hash.
        """
        name = nested.name.removesuffix(_NESTED)[:-_HASH]
        paths = (path for paths in self.paths.values() for path in paths.split(", "))
        return any(name in _names_on(path) for path in paths)


def stacks_in(directory: Path) -> Iterator[StackOutput]:
    """
    Yield the stacks synthesized into *directory*, those of stages included.

    Raises:
        NotAnAssemblyError: *directory* holds no output of `cdk synth`.
    """
    yield from _stacks_of(directory)
    for artifact in _artifacts(directory).values():
        if artifact["type"] == "cdk:cloud-assembly":
            yield from stacks_in(directory / artifact["properties"]["directoryName"])


def stacks_at(templates: Iterable[Path]) -> Iterator[StackOutput]:
    """Yield the stacks whose templates are *templates*."""
    wanted = set(templates)
    for directory in sorted({template.parent for template in wanted}):
        yield from (each for each in _stacks_of(directory) if each.template in wanted)


def load(path: Path) -> Any:  # noqa: ANN401 - JSON is untyped
    """
    Return the JSON document in *path*.

    Raises:
        NotAnAssemblyError: There is none.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotAnAssemblyError(f"{path} cannot be read as JSON: {error}") from error


def _stacks_of(directory: Path) -> Iterator[StackOutput]:
    """Yield the stacks in *directory* itself."""
    for name, artifact in _artifacts(directory).items():
        if artifact["type"] == "aws:cloudformation:stack":
            account = artifact["environment"].removeprefix("aws://").partition("/")[0]
            file = artifact.get("additionalMetadataFile")
            yield StackOutput(
                name=artifact.get("displayName", name),
                account=None if account == _UNKNOWN_ACCOUNT else account,
                template=directory / artifact["properties"]["templateFile"],
                metadata=directory / file if file else artifact.get("metadata", {}),
                protected=artifact["properties"].get("terminationProtection", False),
                environment=artifact["environment"],
                stack_name=artifact["properties"].get("stackName", name),
            )


def _artifacts(directory: Path) -> Mapping[str, Mapping[str, Any]]:
    path = directory / "manifest.json"
    manifest = load(path)
    artifacts = manifest.get("artifacts") if isinstance(manifest, dict) else None
    known = isinstance(artifacts, dict) and all(
        isinstance(each, dict) and "type" in each for each in artifacts.values()
    )
    if not known:
        raise NotAnAssemblyError(f"{path} is no manifest of a synthesized app")
    return cast("Mapping[str, Mapping[str, Any]]", artifacts)


def _names_on(path: str) -> Iterator[str]:
    """Yield how CDK names what is on the way to *path*, without repetitions."""
    name, last = "", ""
    for step in path.split("/"):
        if step not in ("Default", "Resource") and not last.endswith(step):
            name, last = name + _SEPARATOR.sub("", step), step
        yield name


def _nested_in(assets: Path) -> list[Path]:
    """Return the nested templates that the list of *assets* names."""
    files = load(assets)["files"] if assets.exists() else {}
    paths = (str(asset["source"].get("path", "")) for asset in files.values())
    return [assets.with_name(path) for path in paths if path.endswith(_NESTED)]
