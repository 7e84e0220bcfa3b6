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
_DRAFT = "draft-04"


def problem_of(detail: Mapping[str, Any]) -> str | None:
    """Return what keeps *detail* from being the schema of an object, if anything."""
    try:
        json.dumps(dict(detail))
    except (TypeError, ValueError) as error:
        return f"is no JSON: {error}"
    if detail.get("type") != "object":
        return "is not of type 'object', which the detail of every event is"
    given = detail.get("definitions")
    defined = list(given) if isinstance(given, Mapping) else []
    problem = _problem(detail, "detail", defined)
    return problem and f"is no schema of draft 4: {problem}"


def _problem(schema: object, path: str, defined: list[str]) -> str | None:
    """Return what is wrong with the *schema* at *path*, or with one in it."""
    if not isinstance(schema, Mapping):
        return f"{path} is {schema!r}, not a schema"
    own = (
        _problem_of_age(schema)
        or _problem_of_shape(schema)
        or _problem_of_reference(schema.get("$ref"), defined)
    )
    if own:
        return f"{path} {own}"
    inner = (
        _problem(each, f"{path}.{where}", defined) for where, each in _schemas(schema)
    )
    return next(filter(None, inner), None)


def _schemas(schema: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield the schemas in *schema*, the shape of which is right."""
    for key in (*_ONE, *_ONE_OR_NOT, "items"):
        value = schema.get(key, True)
        if not (key in _ONE_OR_NOT and isinstance(value, bool)) and key in schema:
            several = value if isinstance(value, list) and key == "items" else [value]
            yield from ((key, each) for each in several)
    for key in _MANY:
        for index, each in enumerate(schema.get(key, [])):
            yield f"{key}[{index}]", each
    for key in _NAMED:
        for name, each in schema.get(key, {}).items():
            yield f"{key}.{name}", each


def _problem_of_age(schema: Mapping[str, Any]) -> str | None:
    """Return what *schema* has that draft 4 had not yet, or never."""
    later = sorted(_LATER & set(schema))
    if later:
        return f"has {', '.join(later)}, which later drafts brought"
    draft = schema.get("$schema", _DRAFT)
    if _DRAFT not in str(draft):
        return f"says that it is of {draft!r}"
    types = schema.get("type", [])
    for each in types if isinstance(types, list) else [types]:
        if each not in _TYPES:
            return f"is of type {each!r}, which there is not"
    return None


def _problem_of_shape(schema: Mapping[str, object]) -> str | None:
    """Return which keyword of *schema* has a value of the wrong kind."""
    for key in ("exclusiveMaximum", "exclusiveMinimum"):
        if not isinstance(schema.get(key, False), bool):
            return f"has a number as {key}, which in draft 4 is true or false"
    for key in (*_MANY, "enum", "required"):
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
