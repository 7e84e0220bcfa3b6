"""What CloudFormation says of resource types: which properties cannot change."""

from __future__ import annotations

import functools

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.changes.change import Path

# AWS SAM makes other resources of these.
_TRANSFORMED = "AWS::Serverless::"
_UNKNOWN = ("Custom::", "AWS::CloudFormation::CustomResource", _TRANSFORMED)
_MODULE = "::MODULE"
# What the schemas call conditional, and the reference of the type an interruption.
_INTERRUPTS = {
    "AWS::Neptune::DBInstance": (
        "AutoMinorVersionUpgrade",
        "DBParameterGroupName",
        "PreferredMaintenanceWindow",
    ),
    "AWS::RDS::DBInstance": (
        "AutoMinorVersionUpgrade",
        "BackupRetentionPeriod",
        "DBParameterGroupName",
        "MultiAZ",
        "PreferredMaintenanceWindow",
    ),
}
# What is so by default, and only the descriptions in the schemas say.
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "AWS::RDS::DBCluster": {"DeleteAutomatedBackups": True},
    "AWS::RDS::DBInstance": {"DeleteAutomatedBackups": True},
}


class Schema:
    """
    The schema of one resource type.

    Args:
        body: The schema as AWS publishes it.

    Attributes:
        create_only: The paths that cannot change without a replacement.
        conditional: The paths of which some changes cannot.
        tags: The path of the property that holds the tags.
        properties: The names of its properties.
    """

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self._defaults = _DEFAULTS.get(str(body.get("typeName")), {})
        self.create_only = _paths(body.get("createOnlyProperties"))
        conditional = _paths(body.get("conditionalCreateOnlyProperties"))
        harmless = _INTERRUPTS.get(str(body.get("typeName")), ())
        self.conditional = tuple(
            each for each in conditional if each[1] not in harmless
        )
        self.properties = tuple(body.get("properties", ()))
        tagging = body.get("tagging") or {}
        (self.tags,) = _paths([tagging.get("tagProperty", "/properties/Tags")])

    def is_unordered(self, path: Path) -> bool:
        """Whether the list at *path* is the same in any order."""
        return any(each.get("insertionOrder") is False for each in self._at(path))

    def default(self, path: Path) -> Any:  # noqa: ANN401 - templates are untyped
        """Return what is at *path* where a template says nothing; None if unknown."""
        known = (each["default"] for each in self._at(path) if "default" in each)
        return next(known, self._defaults.get(".".join(map(str, path[1:]))))

    def _at(self, path: Path) -> list[Mapping[str, Any]]:
        """Return what the schema says of *path*, in each of its alternatives."""
        nodes = [self._body]
        for step in path[1:]:
            nodes = [
                found
                for node in nodes
                for each in self._alternatives(node)
                for found in _below(each, step)
            ]
        return [each for node in nodes for each in self._alternatives(node)]

    def _alternatives(self, node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Yield *node*, what it refers to, and what else it allows."""
        yield node
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name:
            yield from self._alternatives(self._body["definitions"][name])
        for kind in ("allOf", "anyOf", "oneOf"):
            for each in node.get(kind, ()):
                yield from self._alternatives(each)


def schema_of(type_: str, region: str) -> Schema | None:
    """
    Return the schema of *type_*; None for a type that is not AWS's.

    Raises:
        ImportError: The extra with the schemas is not installed.
        ValueError: No schemas are known for *region*.
    """
    if type_.startswith(_UNKNOWN) or type_.endswith(_MODULE):
        return None
    return published(type_, region)


@functools.cache
def published(type_: str, region: str) -> Schema | None:
    """Return the schema that AWS publishes for *type_*; None if there is none."""
    try:
        # Loaded on use: whoever compares nothing needs no extra, and waits no second.
        from cfnlint.helpers import REGIONS  # noqa: PLC0415
        from cfnlint.schema import ResourceNotFoundError  # noqa: PLC0415
        from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415
    except ImportError as error:
        raise ImportError(
            "the resource schemas need an extra: "
            "pip install 'secure-constructs[testing]' or 'secure-constructs[cli]'"
        ) from error
    if region not in REGIONS:
        raise ValueError(f"region={region!r} is no region that has resource schemas")
    try:
        found = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, type_)
    except ResourceNotFoundError:
        return None
    return Schema(found.schema)


def _paths(pointers: Any) -> tuple[Path, ...]:  # noqa: ANN401 - schemas are untyped
    """Return pointers such as `/properties/Tags/*/Key` as paths in a resource."""
    return tuple(("Properties", *each.split("/")[2:]) for each in pointers or ())


def _below(node: Mapping[str, Any], step: str | int) -> Iterator[Mapping[str, Any]]:
    found = (
        node.get("items")
        if isinstance(step, int)
        else (node.get("properties") or {}).get(step)
    )
    if isinstance(found, Mapping):
        yield found
