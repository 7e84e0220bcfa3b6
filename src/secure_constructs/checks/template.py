"""A synthesized template as the rules read it."""

from __future__ import annotations

import enum
import functools
import re

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar, cast

# The key under which a construct records its promises in a resource's metadata.
MARK = "SecureConstructs"
# How the names of functions begin, which may stand in the place of resources.
FUNCTION = "Fn::"
NO_VALUE = {"Ref": "AWS::NoValue"}
# The policies under which a resource outlives its stack.
KEPT = ("Retain", "RetainExceptOnCreate")
# The name in a reference to a resource or to one of its attributes.
_REFERENCE = re.compile(r"\$\{([^.}]+)(?:\.[^}]*)?\}")

# What a resource can be found by. The function is part of an index's name: pass a
# function of a module, not one that each call makes anew.
Keys: TypeAlias = "Callable[[Resource], Iterable[Hashable]]"
_Found = TypeVar("_Found")


class Unknown(enum.Enum):
    """A value that only the deployment decides."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True)
class Template:
    """
    One parsed template.

    Args:
        body: The template as read from JSON or YAML.
        account: The account it is deployed to, where that is known.
        protected: Whether its stack has termination protection, where known.

    Attributes:
        resources: The resources by logical id.
    """

    body: Mapping[str, Any]
    account: str | None = None
    protected: bool | None = None
    resources: Mapping[str, Resource] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Wrap each resource."""
        found = self.body.get("Resources") or {}
        resources = {
            name: Resource(self, name, body)
            for name, body in found.items()
            if isinstance(body, Mapping) and not name.startswith(FUNCTION)
        }
        object.__setattr__(self, "resources", resources)

    @functools.cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        """The resources by their types, so that no rule walks all of them."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for each in self.resources.values():
            found[each.type].append(each)
        return dict(found)

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of each of *types*."""
        return (each for type_ in types for each in self._by_type.get(type_, ()))

    @functools.cached_property
    def _indexes(self) -> dict[tuple[str, Keys], dict[Hashable, list[Resource]]]:
        """The resources of a type by their keys, as asked."""
        return {}

    def index(self, type_: str, keys: Keys) -> Mapping[Hashable, list[Resource]]:
        """Return the resources of *type_* by their *keys*, which are read once."""
        if (type_, keys) not in self._indexes:
            index: dict[Hashable, list[Resource]] = defaultdict(list)
            for each in self.of_type(type_):
                for key in dict.fromkeys(keys(each)):
                    index[key].append(each)
            self._indexes[type_, keys] = dict(index)
        return self._indexes[type_, keys]

    @functools.cached_property
    def _found(self) -> dict[tuple[str, Callable[[Resource], Any]], Any]:
        """What was found at single resources, as asked."""
        return {}

    def once(self, find: Callable[[Resource], _Found], resource: Resource) -> _Found:
        """Return what *find* finds at *resource*, where it looks only once."""
        at = (resource.logical_id, find)
        if at not in self._found:
            self._found[at] = find(resource)
        return cast("_Found", self._found[at])

    def naming(
        self, resource: Resource, type_: str, key: str, *, name: str
    ) -> Iterator[Resource]:
        """
        Yield the resources of *type_* whose property *key* is *resource*.

        They may give its logical id, its ARN or what its property *name* says, also
        as one of several.
        """
        own = text(resource.read(name))
        index = self.index(type_, _saying(key))
        for each in dict.fromkeys((resource.ref, resource.arn, own)):
            yield from index.get(each, ()) if each is not None else ()

    def referred(self, value: object) -> Resource | None:
        """Return the resource of the template that *value* refers to."""
        match = _REFERENCE.fullmatch(text(value) or "")
        return self.resources.get(match[1]) if match else None

    def settled(self, value: object) -> str | None:
        """Return the text of *value*; None where the deployment decides about it."""
        written = text(value)
        names = _REFERENCE.findall(written or "")
        known = all(name in self.resources or "::" in name for name in names)
        return written if known else None


@dataclass(frozen=True)
class Resource:
    """
    One resource of a template.

    Attributes:
        template: The template it is in.
        logical_id: Its logical id.
        body: Its whole definition.
    """

    template: Template = field(repr=False)
    logical_id: str
    body: Mapping[str, Any] = field(repr=False)

    @property
    def type(self) -> str:
        """The resource type, such as `AWS::S3::Bucket`."""
        return str(self.body.get("Type", ""))

    @property
    def ref(self) -> str:
        """The text of a reference to it."""
        return f"${{{self.logical_id}}}"

    @property
    def arn(self) -> str:
        """The text of its ARN."""
        return f"${{{self.logical_id}.Arn}}"

    @property
    def record(self) -> Mapping[str, Any]:
        """What a construct of this library recorded of it; empty for others."""
        metadata = self.body.get("Metadata")
        record = metadata.get(MARK) if isinstance(metadata, dict) else None
        return record if isinstance(record, dict) else {}

    def loses_data_by(self, *kept: str) -> Iterator[str]:
        """Yield the policies on its deletion that are known not to be *kept*."""
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            value = self.body.get(policy)
            if value not in kept and not is_intrinsic(value):
                yield policy

    @property
    def is_development(self) -> bool:
        """Whether it is recorded as development."""
        return bool(self.record.get("Tier") == "development")

    @property
    def keeps_data(self) -> bool:
        """Whether its data is to be kept: unless it is recorded as development."""
        return not self.is_development

    def read(self, *path: str | int) -> Any:  # noqa: ANN401 - templates are untyped
        """
        Return the property at *path*.

        Returns:
            The value, None where there is none, and `UNKNOWN` where it or
            something around it is left to the deployment.
        """
        value: Any = self.body.get("Properties") or {}
        for step in path:
            if is_intrinsic(value):
                return UNKNOWN
            value = _step(value, step)
        if value == NO_VALUE:
            return None
        return value

    def known(self, *path: str | int) -> Any:  # noqa: ANN401 - templates are untyped
        """Return the property at *path*; `UNKNOWN` for any intrinsic there."""
        value = self.read(*path)
        return UNKNOWN if is_intrinsic(value) else value


def is_intrinsic(value: object) -> bool:
    """Whether *value* is a function that CloudFormation evaluates."""
    # Asked at every step of every rule; `Mapping` takes four times as long.
    if not isinstance(value, dict) or len(value) != 1:
        # A macro adds to what stands beside it.
        return isinstance(value, dict) and "Fn::Transform" in value
    (name,) = value
    known = name == "Ref" and value != NO_VALUE
    return known or str(name).startswith(FUNCTION)


def is_undecided(value: object) -> bool:
    """Whether the deployment decides about *value* or about a part of it."""
    if is_intrinsic(value) or value is UNKNOWN:
        return True
    # `AWS::NoValue` is decided: there is none.
    inner = value.values() if isinstance(value, dict) else listed(value)
    return isinstance(value, (dict, list)) and any(map(is_undecided, inner))


def listed(value: Any) -> list[Any]:  # noqa: ANN401 - templates are untyped
    """Return *value* as a list: policies write a list of one as its element."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def number(value: object) -> int | None:
    """Return *value* as a whole number, which a template may write as text."""
    return int(str(value)) if str(value).isdecimal() else None


def text(value: object) -> str | None:
    """
    Return *value* as text, with `${Name}` and `${Name.Attribute}` for references.

    Two values of the same text are the same once deployed. None means that the
    text cannot be written without evaluating more than references.
    """
    if isinstance(value, str):
        return value
    if not is_intrinsic(value) or len(cast("dict[str, Any]", value)) > 1:
        return None
    return _written(value)


def _written(value: object) -> str | None:
    """Return the text of the function *value*."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Join": [str(delimiter), parts]}:
            texts = [text(part) for part in listed(parts)]
            known = [each for each in texts if each is not None]
            return delimiter.join(known) if len(known) == len(texts) else None
        # The long form has variables of its own, which may be anything.
        case {"Fn::Sub": str(pattern)}:
            return pattern
    return None


@functools.cache
def _saying(key: str) -> Keys:
    """Return, one for each *key*, what reads the texts of that property."""
    return lambda resource: [text(each) for each in listed(resource.read(key))]


def _step(value: Any, step: str | int) -> Any:  # noqa: ANN401 - templates are untyped
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None
