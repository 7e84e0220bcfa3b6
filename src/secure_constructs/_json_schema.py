"""Whether something is a JSON Schema of draft 4, the one that EventBridge takes."""

from __future__ import annotations

import json

from collections.abc import Iterator, Mapping
from typing import Any

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_ONE = ("not",)
_ONE_OR_NOT = ("additionalItems", "additionalProperties")
_MANY = ("allOf", "anyOf", "oneOf")
_NAMED = ("definitions", "patternProperties", "properties")
_LATER = {
    "$anchor", "$defs", "$dynamicRef", "$id", "const", "contains", "dependentRequired",
    "dependentSchemas", "else", "if", "maxContains", "minContains", "prefixItems",
    "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
}  # fmt: skip
_REFERENCE = "#/definitions/"


def problem_of(detail: Mapping[str, Any]) -> str | None:
    """Return what keeps *detail* from being the schema of an object, if anything."""
    try:
        json.dumps(dict(detail))
    except (TypeError, ValueError) as error:
        return f"is no JSON: {error}"
    if detail.get("type") != "object":
        return "is not of type 'object', which the detail of every event is"
    given = detail.get("definitions", {})
    defined = list(given) if isinstance(given, Mapping) else []
    for path, schema in _schemas(detail, "detail"):
        problem = _problem(schema, defined)
        if problem:
            return f"is no schema of draft 4: {path} {problem}"
    return None


def _schemas(schema: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield *schema* and all schemas in it, with where each stands."""
    yield path, schema
    if not isinstance(schema, Mapping):
        return
    for key in (*_ONE, *_ONE_OR_NOT, "items"):
        inner = schema.get(key)
        listed = inner if isinstance(inner, list) and key == "items" else [inner]
        is_yes_or_no = key in _ONE_OR_NOT and isinstance(inner, bool)
        if key in schema and not is_yes_or_no:
            for each in listed:
                yield from _schemas(each, f"{path}.{key}")
    for key in _MANY:
        for index, each in enumerate(_listed(schema.get(key))):
            yield from _schemas(each, f"{path}.{key}[{index}]")
    for key in _NAMED:
        for name, each in _named(schema.get(key)):
            yield from _schemas(each, f"{path}.{key}.{name}")


def _problem(schema: object, defined: list[str]) -> str | None:
    """Return what is wrong with one *schema*, those in it aside."""
    if not isinstance(schema, Mapping):
        return f"is {schema!r}, not a schema"
    later = sorted(_LATER & set(schema))
    if later:
        return f"has {', '.join(later)}, which later drafts brought"
    types = schema.get("type", [])
    for each in types if isinstance(types, list) else [types]:
        if each not in _TYPES:
            return f"is of type {each!r}, which there is not"
    return _problem_of_shape(schema) or _problem_of_reference(
        schema.get("$ref"), defined
    )


def _problem_of_shape(schema: Mapping[str, object]) -> str | None:
    """Return which keyword of *schema* has a value of the wrong kind."""
    for key in ("exclusiveMaximum", "exclusiveMinimum"):
        if not isinstance(schema.get(key, False), bool):
            return f"has a number as {key}, which in draft 4 is true or false"
    for key in (*_MANY, "required"):
        value = schema.get(key, ["-"])
        if not isinstance(value, list) or not value:
            return f"has {key}, but no list there, or an empty one"
    for key in _NAMED:
        if not isinstance(schema.get(key, {}), Mapping):
            return f"has {key}, but no schemas by name there"
    return None


def _problem_of_reference(reference: object, defined: list[str]) -> str | None:
    if reference is None:
        return None
    name = str(reference).removeprefix(_REFERENCE)
    if name == reference or name not in defined:
        return f"refers to {reference!r}, which is not below definitions"
    return None


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _named(value: object) -> Iterator[tuple[str, object]]:
    yield from value.items() if isinstance(value, Mapping) else ()
