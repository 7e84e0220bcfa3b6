"""Tests for `secure_constructs.event_schema`."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import types

from typing import Any

import jsonschema
import pytest

from secure_constructs import EventSchema

ORDER = {"type": "string", "minLength": 1}


def schema(detail: Any = None, **parts: Any) -> EventSchema:
    """Return a schema, by default of an order that was placed."""
    default = {"type": "object", "required": ["order"], "properties": {"order": ORDER}}
    parts = {"source": "shop.orders", "detail_type": "OrderPlaced", **parts}
    return EventSchema(detail=default if detail is None else detail, **parts)


def properties(**inner: Any) -> dict[str, Any]:
    """Return the schema of an object with these properties."""
    return {"type": "object", "properties": inner}


def event(**parts: Any) -> dict[str, Any]:
    """Return an event as a target gets it."""
    return {
        "source": "shop.orders",
        "detail-type": "OrderPlaced",
        "detail": {"order": "4711"},
        "account": "111122223333",
        "resources": [],
        **parts,
    }


class TestName:
    def test_is_that_of_a_discovered_schema(self):
        """Source and detail type, without what a name may not have."""
        name = schema(source="shop.orders/eu", detail_type="Order Placed").name

        assert "shop.orderseu@OrderPlaced" == name


class TestContent:
    def test_is_of_the_draft_that_registries_take(self):
        """It says so, and is such a schema."""
        content = json.loads(schema().content)

        assert "http://json-schema.org/draft-04/schema#" == content["$schema"]
        jsonschema.Draft4Validator.check_schema(content)

    def test_has_all_parts_of_an_event(self):
        """Those of its own, and those that EventBridge adds."""
        text = {"type": "string"}
        detail = properties(order=ORDER)

        assert {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": "OrderPlaced",
            "type": "object",
            "required": ["source", "detail-type", "detail"],
            "properties": {
                "source": {"type": "string", "enum": ["shop.orders"]},
                "detail-type": {"type": "string", "enum": ["OrderPlaced"]},
                "detail": detail,
                "account": text,
                "id": text,
                "region": text,
                "time": text,
                "version": text,
                "resources": {"type": "array", "items": text},
            },
        } == json.loads(schema(detail).content)

    def test_accepts_the_whole_event(self):
        """The detail is one part of what a target gets."""
        content = json.loads(schema().content)

        assert jsonschema.Draft4Validator(content).is_valid(event())

    @pytest.mark.parametrize(
        "wrong",
        [
            {"source": "shop.invoices"},
            {"detail-type": "OrderPaid"},
            {"detail": {}},
            {"resources": [1]},
        ],
        ids=str,
    )
    def test_refuses_other_events(self, wrong):
        """Source, detail type and detail are those of this schema."""
        content = json.loads(schema().content)

        assert not jsonschema.Draft4Validator(content).is_valid(event(**wrong))

    def test_says_what_it_means(self):
        """A description of up to 256 characters stands beside it."""
        assert "x" * 256 == schema(description="x" * 256).description

    def test_keeps_references_whole(self):
        """What the detail refers to is found in the whole event as well."""
        detail = properties(order={"$ref": "#/definitions/order"})
        content = json.loads(
            schema({**detail, "definitions": {"order": ORDER}}).content
        )

        validator = jsonschema.Draft4Validator(content)
        assert validator.is_valid(event())
        assert not validator.is_valid(event(detail={"order": ""}))

    def test_is_the_same_every_time(self):
        """A template must not change by itself."""
        assert schema().content == schema().content


class TestValue:
    def test_cannot_be_changed(self):
        """What was registered is what is validated."""
        with pytest.raises(dataclasses.FrozenInstanceError):
            schema().source = "other"  # type: ignore[misc]

    def test_can_be_in_a_set(self):
        """A mapping has no hash, but what names the schema has."""
        assert 1 == len({schema(), schema()})

    def test_may_be_made_of_any_mapping(self):
        """Such as one that nobody can change."""
        given = types.MappingProxyType({"type": "object"})

        assert {"type": "object"} == schema(given).detail

    def test_does_not_change_with_what_it_was_made_of(self):
        """The detail is copied."""
        detail = properties(order=dict(ORDER))
        made = schema(detail)
        detail["properties"]["order"]["type"] = "integer"

        assert "string" == made.detail["properties"]["order"]["type"]


class TestValidate:
    def test_accepts_what_the_schema_describes(self):
        """A right detail passes without a word."""
        schema().validate({"order": "4711"})

    def test_says_what_is_wrong(self):
        """Each wrong part is named, with its place."""
        detail = properties(order=ORDER, lines={"type": "array", "items": ORDER})
        with pytest.raises(ValueError, match="no detail of") as error:
            schema(detail).validate({"order": 1, "lines": ["a", 2]})

        assert (
            "no detail of shop.orders@OrderPlaced: "
            "detail.lines.1: 2 is not of type 'string'; "
            "detail.order: 1 is not of type 'string'"
        ) == str(error.value)

    def test_says_what_to_install(self, monkeypatch):
        """The library is an extra, so it may be missing."""
        monkeypatch.setitem(sys.modules, "jsonschema", None)

        with pytest.raises(ImportError, match=r"pip install 'secure-constructs\[sch"):
            schema().validate({})


# What is passed, the kind of error, and what its message has to tell.
REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no source": ({"source": " "}, ValueError, "source=' ' is empty"),
    "a source that is no text": ({"source": 1}, TypeError, "source=1 is no text"),
    "AWS's source": (
        {"source": "aws.s3"},
        ValueError,
        "source='aws.s3' is a source of",
    ),
    "no detail type": ({"detail_type": ""}, ValueError, "detail_type='' is empty"),
    "a nameless detail type": (
        {"detail_type": "注文"},
        ValueError,
        "'shop.orders@' make no name of up to 385",
    ),
    "too long a name": (
        {"detail_type": "x" * 385},
        ValueError,
        "make no name of up to",
    ),
    "too long a source": (
        {"source": "x" * 400},
        ValueError,
        "source and detail_type='x+@OrderPlaced' make no name of up to",
    ),
    "no description": ({"description": ""}, ValueError, "description='' is empty"),
    "a description that is no text": ({"description": 1}, TypeError, "=1 is no text"),
    "a long description": (
        {"description": "x" * 257},
        ValueError,
        "description='x+' has more than 256 char",
    ),
    "no schema": ({"detail": 1}, TypeError, "detail=1 is no schema; write {'type'"),
    "no JSON": (
        {"detail": properties(x={1})},
        ValueError,
        "detail=.* is no JSON: .*set",
    ),
    "no object": (
        {"detail": {"type": "array"}},
        ValueError,
        "not of type 'object', whi",
    ),
}

# The detail, and what is wrong with it.
NO_DRAFT_4: dict[str, tuple[dict[str, Any], str]] = {
    "const": (properties(x={"const": 1}), "detail.properties.x has const, which later"),
    "defs": ({"type": "object", "$defs": {}}, r"detail has \$defs, which later"),
    "another draft": (
        {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
        "detail says that it is of 'http://json-schema.org/draft-07/schema#'",
    ),
    "one value as enumeration": (properties(x={"enum": "a"}), "has enum, but no list"),
    "true as a schema": (properties(x=True), "properties.x is True, not a schema"),
    "an unknown type": (properties(x={"type": "text"}), "x is of type 'text', which"),
    "an unknown type of several": (
        properties(x={"type": ["string", "text"]}),
        "x is of type 'text', which there is not",
    ),
    "a number as type": (properties(x={"type": 1}), "x is of type 1, which there"),
    "several words of later drafts": (
        properties(x={"if": {}, "const": 1, "contains": {}}),
        "x has const, contains, if, which later",
    ),
    "a number as upper bound": (
        properties(x={"type": "integer", "exclusiveMaximum": 9}),
        "x has a number as exclusiveMaximum",
    ),
    "a number as bound": (
        properties(x={"type": "integer", "exclusiveMinimum": 0}),
        "x has a number as exclusiveMinimum",
    ),
    "required by itself": (
        properties(x={"required": True}),
        "has required, but no list",
    ),
    "nothing required": (properties(x={"required": []}), "has required, but no list"),
    "no list of all": (
        {"type": "object", "allOf": {}},
        "detail has allOf, but no list",
    ),
    "no names": (
        {"type": "object", "properties": []},
        "has properties, but no schemas",
    ),
    "a reference to nowhere": (
        properties(x={"$ref": "#/definitions/y"}),
        "x refers to '#/definitions/y', which is not below definitions",
    ),
    "a reference to elsewhere": (
        {**properties(x={"$ref": "y"}), "definitions": {"y": ORDER}},
        "x refers to 'y', which is not below definitions",
    ),
    "no definitions": (
        {**properties(x={"$ref": "#/definitions/y"}), "definitions": 1},
        "detail has definitions, but no schemas by name",
    ),
    "in items": (properties(x={"items": {"const": 1}}), "x.items has const"),
    "in one of items": (properties(x={"items": [{}, {"if": {}}]}), "x.items has if"),
    "in what else may be": (
        {"type": "object", "additionalProperties": {"const": 1}},
        "detail.additionalProperties has const",
    ),
    "in what else may be in a list": (
        properties(x={"items": [{}], "additionalItems": {"const": 1}}),
        "x.additionalItems has const",
    ),
    "in what has such a name": (
        {"type": "object", "patternProperties": {"^x": {"const": 1}}},
        r"detail.patternProperties.\^x has const",
    ),
    "in all of several": ({"type": "object", "allOf": [1]}, r"allOf\[0\] is 1, not"),
    "in the one of several": (
        {"type": "object", "oneOf": [{}, {"const": 1}]},
        r"oneOf\[1\] has const",
    ),
    "true as what must not be": (
        {"type": "object", "not": True},
        "detail.not is True, not a schema",
    ),
    "a list as what else may be": (
        {"type": "object", "additionalProperties": [{}]},
        r"detail.additionalProperties is \[{}\], not a schema",
    ),
    "in what must not be": ({"type": "object", "not": {"const": 1}}, "not has const"),
    "in one of several": (
        {"type": "object", "anyOf": [{}, 1]},
        r"anyOf\[1\] is 1, not",
    ),
    "in a definition": (
        {"type": "object", "definitions": {"x": {"const": 1}}},
        "detail.definitions.x has const",
    ),
}

# What draft 4 has no word for.
LATER = [
    "$anchor",
    "$defs",
    "$dynamicRef",
    "$id",
    "const",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
]

# Details that look like mistakes and are none.
FINE: dict[str, dict[str, Any]] = {
    "nothing said": {"type": "object"},
    "its draft": {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
    },
    "a property called const": properties(const=ORDER),
    "nothing else allowed": {**properties(x=ORDER), "additionalProperties": False},
    "a bound that is excluded": properties(x={"minimum": 0, "exclusiveMinimum": True}),
    "an enumeration of objects": properties(x={"enum": [{"const": 1}]}),
    "all types": properties(
        x={
            "type": [
                "array",
                "boolean",
                "integer",
                "null",
                "number",
                "object",
                "string",
            ]
        }
    ),
    "nothing else in a list": properties(x={"items": [{}], "additionalItems": False}),
    "one of several": {"type": "object", "oneOf": [{"required": ["x"]}]},
}


class TestRefused:
    @pytest.mark.parametrize(("parts", "error", "says"), REFUSED.values(), ids=REFUSED)
    def test_parts(self, parts, error, says):
        """What cannot be registered is refused where it is written."""
        with pytest.raises(error, match=f"^EventSchema: .*{says}"):
            schema(**parts)

    def test_circles(self):
        """JSON has no end for them."""
        circle: dict[str, Any] = {"type": "object"}
        circle["not"] = circle

        with pytest.raises(ValueError, match="detail=.* is no JSON: Circular"):
            schema(circle)

    @pytest.mark.parametrize(("detail", "says"), NO_DRAFT_4.values(), ids=NO_DRAFT_4)
    def test_later_drafts(self, detail, says):
        """The registry would refuse the schema, or worse, ignore a part of it."""
        with pytest.raises(ValueError, match=f"is no schema of draft 4: .*{says}"):
            schema(detail)

    @pytest.mark.parametrize("word", LATER)
    def test_words_of_later_drafts(self, word):
        """A registry ignores what it does not know, and takes what is wrong."""
        with pytest.raises(ValueError, match=re.escape(f"x has {word}, which later")):
            schema(properties(x={word: {}}))

    @pytest.mark.parametrize("detail", FINE.values(), ids=FINE)
    def test_nothing_that_is_fine(self, detail):
        """Draft 4 has all of this."""
        assert detail == schema(detail).detail
