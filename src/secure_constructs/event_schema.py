"""EventSchema: what is in an event, for the registry and for unit tests."""

from __future__ import annotations

import copy
import importlib
import json
import re

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from secure_constructs._json_schema import problem_of

_DRAFT = "http://json-schema.org/draft-04/schema#"
_NAME = re.compile(r"(?=.{1,385}$)[0-9A-Za-z_.-]+@[0-9A-Za-z_.-]+")
_UNNAMEABLE = re.compile(r"[^0-9A-Za-z_.-]")
_LONGEST_DESCRIPTION = 256
_NEEDS = (
    "EventSchema.validate() needs the package jsonschema; "
    "install it with: pip install 'secure-constructs[schemas]'"
)
_TEXT = {"type": "string"}


@dataclass(frozen=True)
class EventSchema:
    """
    What the events of one detail type hold.

    An `AppEventBus` puts it into its registry, where a changed schema becomes the
    next version. The same value validates what a handler sends, or is sent, in its
    unit tests.

    Args:
        source: The source of the events, such as `shop.orders`.
        detail_type: Their detail type, such as `OrderPlaced`.
        detail: What their detail is, an object, as JSON Schema of draft 4: that is
            the one draft that EventBridge's registries take. Parts of it that are
            referred to stand below `definitions`.
        description: What it means that such an event happens, up to 256 characters.

    Raises:
        ValueError: A part is empty, the source is one of AWS, or *detail* is no
            schema of draft 4.
        TypeError: A part is of the wrong kind.

    Example:
        >>> placed = EventSchema(
        ...     source="shop.orders",
        ...     detail_type="OrderPlaced",
        ...     detail={
        ...         "type": "object",
        ...         "required": ["order"],
        ...         "properties": {"order": {"type": "string"}},
        ...     },
        ... )
        >>> placed.validate({"order": "4711"})
    """

    source: str
    detail_type: str
    detail: Mapping[str, Any] = field(hash=False)
    description: str | None = None

    def __post_init__(self) -> None:
        """Check the parts, and keep a copy of the detail that nobody changes."""
        for name in ("source", "detail_type"):
            _check_text(name, getattr(self, name))
        if self.source.startswith("aws."):
            raise ValueError(_wrong("source", self.source, "is a source of AWS itself"))
        if not _NAME.fullmatch(self.name):
            problem = (
                "make no name of up to 385 letters, digits, '.', '-' and '_' for the "
                "registry"
            )
            raise ValueError(_wrong("source and detail_type", self.name, problem))
        if self.description is not None:
            _check_text("description", self.description)
            if len(self.description) > _LONGEST_DESCRIPTION:
                problem = f"has more than {_LONGEST_DESCRIPTION} characters"
                raise ValueError(_wrong("description", self.description, problem))
        if not isinstance(self.detail, Mapping):
            problem = "is no schema; write {'type': 'object', 'properties': {...}}"
            raise TypeError(_wrong("detail", self.detail, problem))
        found = problem_of(self.detail)
        if found:
            raise ValueError(_wrong("detail", self.name, found))
        object.__setattr__(self, "detail", copy.deepcopy(dict(self.detail)))

    @property
    def name(self) -> str:
        """The name in the registry, as EventBridge names what it discovers."""
        parts = (self.source, self.detail_type)
        return "@".join(_UNNAMEABLE.sub("", part) for part in parts)

    @property
    def content(self) -> str:
        """The schema of the whole event, as JSON of draft 4."""
        detail = copy.deepcopy(dict(self.detail))
        # What the detail refers to is looked for at the top.
        definitions = detail.pop("definitions", None)
        schema = {
            "$schema": _DRAFT,
            "title": self.detail_type,
            "type": "object",
            "required": ["source", "detail-type", "detail"],
            "properties": {
                "source": {"type": "string", "enum": [self.source]},
                "detail-type": {"type": "string", "enum": [self.detail_type]},
                "detail": detail,
                **dict.fromkeys(("account", "id", "region", "time", "version"), _TEXT),
                "resources": {"type": "array", "items": _TEXT},
            },
        }
        if definitions:
            schema["definitions"] = definitions
        return json.dumps(schema)

    def validate(self, detail: object) -> None:
        """
        Raise if *detail* is not what the events hold.

        Args:
            detail: The detail of an event, as Python reads its JSON.

        Raises:
            ValueError: It is not; the text names each part that is wrong.
            ImportError: The package jsonschema is not installed.
        """
        try:
            jsonschema = importlib.import_module("jsonschema")
        except ImportError as error:
            raise ImportError(_NEEDS) from error
        errors = jsonschema.Draft4Validator(self.detail).iter_errors(detail)
        problems = sorted(
            f"{_path(each.absolute_path)}: {each.message}" for each in errors
        )
        if problems:
            msg = f"no detail of {self.name}: {'; '.join(problems)}"
            raise ValueError(msg)


def _path(parts: Iterable[object]) -> str:
    return ".".join(["detail", *map(str, parts)])


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(_wrong(name, value, "is no text"))
    if not value.strip():
        raise ValueError(_wrong(name, value, "is empty"))


def _wrong(name: str, value: object, problem: str) -> str:
    return f"EventSchema: {name}={value!r} {problem}"
