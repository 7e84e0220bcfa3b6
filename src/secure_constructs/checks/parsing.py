"""Templates as text: JSON, or YAML with CloudFormation's short forms."""

from __future__ import annotations

import json

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, cast

import yaml

# CloudFormation itself takes no template of more than one megabyte.
LARGEST = 16 * 2**20
_DEEPEST = 100
# As many values as such a file can hold; aliases can make more of few characters.
_MOST = 5_000_000
_VERSION = "AWSTemplateFormatVersion"
_PLAIN = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"
# Dates stay text, as in JSON, and a lone `=` is nothing special.
_NOT_RESOLVED = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")


class UnreadableError(ValueError):
    """What was to be checked cannot be read, or is no template."""


class NoTemplateError(UnreadableError):
    """What was read is something else, and does not even say that it is a template."""


def parse(path: Path) -> Mapping[str, Any]:
    """
    Return the template in *path*.

    Raises:
        NoTemplateError: There is something else.
        UnreadableError: It cannot be read, or is not to be trusted.
    """
    body = _document(path, _text(path))
    resources = body.get("Resources") if isinstance(body, Mapping) else None
    if not isinstance(resources, Mapping) or not resources:
        says_so = isinstance(body, Mapping) and _VERSION in body
        error = UnreadableError if says_so else NoTemplateError
        raise error(f"{path} is no template: it has no Resources")
    return {str(key): value for key, value in body.items()}


def _text(path: Path) -> str:
    """Return what is written in *path*, unless that is too much."""
    try:
        if not path.is_file():
            raise UnreadableError(f"{path} is no file that is there")
        if path.stat().st_size > LARGEST:
            raise UnreadableError(
                f"{path} is larger than {LARGEST // 2**20} MB; CloudFormation takes "
                "templates of 1 MB"
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path} is no text in UTF-8") from error


def _document(path: Path, text: str) -> Any:  # noqa: ANN401 - a template is untyped
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        if text.lstrip().startswith(("{", "[")) and path.suffix != ".yaml":
            raise UnreadableError(f"{path} is no complete JSON: {error}") from error
    except (RecursionError, ValueError) as error:
        raise _as_unreadable(path, error) from error
    return _yaml(path, text)


def _yaml(path: Path, text: str) -> Any:  # noqa: ANN401 - a template is untyped
    try:
        _look_deep(text)
        body = yaml.load(text, Loader=_Loader)  # noqa: S506 - the loader is a safe one
        _measure(body, {}, 0)
    except yaml.YAMLError as error:
        why = " ".join(str(error).split())
        raise UnreadableError(f"{path} is neither JSON nor YAML: {why}") from error
    # PyYAML lets through what its parts raise for values that they cannot read.
    except (AttributeError, LookupError, RecursionError, ValueError) as error:
        raise _as_unreadable(path, error) from error
    return body


def _look_deep(text: str) -> None:
    """
    Look how deeply *text* is nested, one event after the other.

    PyYAML reads what is nested by calls within calls, and has no end of them: what
    is nested too deeply would end the process.

    Raises:
        RecursionError: That is too deep.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise RecursionError


def _as_unreadable(path: Path, error: Exception) -> UnreadableError:
    deep = isinstance(error, RecursionError)
    why = "is nested too deeply" if deep else f"is not to be read: {error}"
    return UnreadableError(f"{path} {why}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return *pairs* as an object, if none of its keys comes twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice!r} comes twice in one object")
    return found


def _measure(value: Any, sizes: dict[int, int], depth: int) -> int:  # noqa: ANN401 - a template is untyped
    """
    Return how many values *value* holds, with those of each alias written out.

    Raises:
        ValueError: These are too many, too deep, or without an end.
    """
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in sizes:
        if depth > _DEEPEST:
            raise RecursionError
        parts = value.values() if isinstance(value, dict) else value
        size = 1 + sum(_measure(part, sizes, depth + 1) for part in parts)
        if size > _MOST:
            raise ValueError("its aliases make too much of it")
        sizes[id(value)] = size
    return sizes[id(value)]


class _Loader(yaml.CSafeLoader):
    """Reads YAML as CloudFormation does: keys are text, and come once."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the class above has it
        first: [each for each in resolvers if each[0] not in _NOT_RESOLVED]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - the signature is PyYAML's
    ) -> dict[Hashable, Any]:
        """Return the object that is written as *node*."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                key.tag = _PLAIN
                if key.value in seen:
                    where = f"on line {key.start_mark.line + 1}"
                    raise ValueError(
                        f"{key.value!r} comes twice in one object, {where}"
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _short_form(loader: _Loader, name: str, node: yaml.Node) -> Any:  # noqa: ANN401 - a template is untyped
    """Return the function that is written as a tag, such as `!Ref`."""
    argument: Any
    if isinstance(node, yaml.MappingNode):
        argument = loader.construct_mapping(node, deep=True)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    else:
        argument = loader.construct_scalar(cast("yaml.ScalarNode", node))
    if name == "GetAtt" and isinstance(argument, str):
        argument = argument.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": argument}


_Loader.add_multi_constructor("!", _short_form)
