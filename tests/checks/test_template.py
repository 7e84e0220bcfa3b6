"""Tests for `secure_constructs.checks.template`."""

from __future__ import annotations

import pytest

from secure_constructs.checks.template import (
    UNKNOWN,
    Resource,
    Template,
    is_intrinsic,
    is_undecided,
    listed,
    number,
    text,
)
from tests.support.unknowable import unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}


def resource(properties: object = None, **body: object) -> Resource:
    """Return a bucket with *properties*."""
    data = {"Type": "AWS::S3::Bucket", "Properties": properties, **body}
    return Template({"Resources": {"Data": data}}).resources["Data"]


class TestRead:
    def test_follows_keys_and_indexes(self):
        """A path goes through mappings and lists."""
        read = resource({"Rules": [{"Status": "Off"}, {"Status": "On"}]}).read

        assert "On" == read("Rules", 1, "Status")

    @pytest.mark.parametrize(
        "path",
        [
            ("Other",),
            ("Rules", 1),
            ("Rules", "Status"),
            ("Rules", 0, "Status", "Deeper"),
            ("Rules", 0, 0),
        ],
    )
    def test_is_none_where_nothing_is(self, path):
        """A path that leads nowhere is no error."""
        assert None is resource({"Rules": [{"Status": "On"}]}).read(*path)

    @pytest.mark.parametrize("properties", [None, {}])
    def test_is_none_without_properties(self, properties):
        """A resource may have no properties."""
        assert None is resource(properties).read("Rules")

    @unknowable
    def test_is_unknown_below_an_intrinsic(self, unknown):
        """What lies inside of what the deployment decides is not known."""
        assert UNKNOWN is resource({"Rules": unknown}).read("Rules", 0, "Status")

    @unknowable
    def test_is_unknown_below_an_unknown_element(self, unknown):
        """The same holds for an element of a list."""
        assert UNKNOWN is resource({"Rules": [unknown]}).read("Rules", 0, "Status")

    def test_is_unknown_below_a_transform(self):
        """A macro may bring any property."""
        assert UNKNOWN is resource({"Fn::Transform": {"Name": "Macro"}}).read("Rules")

    @unknowable
    def test_returns_an_intrinsic_as_it_is(self, unknown):
        """At the end of the path the caller may look at the intrinsic itself."""
        assert unknown == resource({"Rules": unknown}).read("Rules")

    @pytest.mark.parametrize("path", [("Rules",), ("Rules", 0), ("Rules", "Status")])
    def test_takes_no_value_for_nothing(self, path):
        """`AWS::NoValue` removes the property, and all that would be in it."""
        assert None is resource({"Rules": NO_VALUE}).read(*path)

    @pytest.mark.parametrize("value", [False, 0, "", [], {}])
    def test_keeps_empty_values(self, value):
        """A value that is there is not taken for none."""
        assert value == resource({"Value": value}).read("Value")


class TestKnown:
    @unknowable
    def test_is_unknown_for_an_intrinsic(self, unknown):
        """The value itself may be left to the deployment."""
        assert UNKNOWN is resource({"Status": unknown}).known("Status")

    def test_is_none_for_no_value(self):
        """`AWS::NoValue` is known: nothing."""
        assert None is resource({"Status": NO_VALUE}).known("Status")

    def test_returns_what_is_written(self):
        """A literal is known."""
        assert "On" == resource({"Status": "On"}).known("Status")


class TestIsIntrinsic:
    @unknowable
    def test_knows_references_and_functions(self, unknown):
        """References and functions are intrinsics."""
        assert is_intrinsic(unknown)

    def test_knows_what_a_macro_adds_to(self):
        """A macro of AWS may change all that stands beside it."""
        assert is_intrinsic({"Status": "On", "Fn::Transform": {"Name": "AWS::Include"}})

    @pytest.mark.parametrize(
        "value",
        [
            "Ref",
            ["Fn::If"],
            None,
            {},
            {"Status": "On"},
            {"Ref": "A", "Fn::Sub": "B"},
            {1: 2},
            NO_VALUE,
        ],
        ids=str,
    )
    def test_takes_nothing_else_for_one(self, value):
        """An intrinsic is a mapping of exactly one function; no value is none."""
        assert not is_intrinsic(value)


class TestIsUndecided:
    @unknowable
    def test_with_an_intrinsic_anywhere(self, unknown):
        """One part that the deployment decides is enough."""
        for value in (unknown, [unknown], {"a": ["b", {"c": unknown}]}, UNKNOWN):
            assert is_undecided(value)

    @pytest.mark.parametrize(
        "value", [None, "Ref", {}, [], {"a": ["b", {"c": 1}]}, NO_VALUE], ids=str
    )
    def test_not_without_one(self, value):
        """What is written out is decided; so is no value."""
        assert not is_undecided(value)


class TestListed:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (None, []),
            ("a", ["a"]),
            (["a", "b"], ["a", "b"]),
            ([], []),
            (False, [False]),
        ],
    )
    def test_makes_one_a_list(self, value, expected):
        """One value is a list of one, none an empty one."""
        assert expected == listed(value)

    def test_leaves_the_template_alone(self):
        """The list can be changed without changing the template."""
        value = ["a"]

        assert value is not listed(value)


class TestText:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("plain", "plain"),
            ({"Ref": "Data"}, "${Data}"),
            ({"Fn::GetAtt": ["Data", "Arn"]}, "${Data.Arn}"),
            ({"Fn::GetAtt": "Data.Arn"}, "${Data.Arn}"),
            ({"Fn::Sub": "${Data.Arn}/*"}, "${Data.Arn}/*"),
            (
                {"Fn::Join": ["", [{"Fn::GetAtt": ["Data", "Arn"]}, "/*"]]},
                "${Data.Arn}/*",
            ),
            ({"Fn::Join": [":", ["arn", "aws"]]}, "arn:aws"),
            ({"Fn::Join": ["-", [{"Fn::Join": ["", ["a", "b"]]}, "c"]]}, "ab-c"),
        ],
        ids=str,
    )
    def test_writes_references_in_one_way(self, value, expected):
        """All spellings of one reference give the same text."""
        assert expected == text(value)

    @pytest.mark.parametrize(
        "value",
        [
            None,
            ["a"],
            {"Status": "On"},
            NO_VALUE,
            {"Fn::ImportValue": "Shared"},
            {"Fn::Transform": {"Name": "AWS::Include"}, "Ref": "A"},
            {"Fn::GetAtt": ["Data", {"Ref": "Attribute"}]},
            {"Fn::GetAtt": 3},
            {"Fn::Join": 3},
            {"Fn::Join": {"Ref": "Parts"}},
            {"Ref": ["Data"]},
            {"Fn::Sub": ["${Name}", {"Name": "a"}]},
            {"Fn::Join": ["", ["a", {"Fn::ImportValue": "Shared"}]]},
            {"Fn::Join": [",", {"Fn::Split": ["-", "a-b"]}]},
        ],
        ids=str,
    )
    def test_is_none_for_anything_else(self, value):
        """What takes more than references to evaluate has no text."""
        assert None is text(value)

    def test_writes_the_arn_of_a_resource(self):
        """The ARN is the text of `Fn::GetAtt`."""
        assert text({"Fn::GetAtt": ["Data", "Arn"]}) == resource().arn


class TestResource:
    def test_has_its_type(self):
        """The type is the one in the template."""
        assert "AWS::S3::Bucket" == resource().type

    def test_may_have_no_type(self):
        """A resource that lacks a type has the type of none."""
        template = Template({"Resources": {"Odd": {}}})

        assert "" == template.resources["Odd"].type

    @pytest.mark.parametrize(
        "metadata",
        [None, {}, "text", {"Other": 1}, *({"SecureConstructs": x} for x in (None, 1))],
    )
    def test_has_no_record_of_others(self, metadata):
        """Only what this library marked has a record."""
        assert {} == resource(Metadata=metadata).record

    def test_reads_its_record(self):
        """The record is what a construct wrote under the mark."""
        metadata = {"Other": 1, "SecureConstructs": {"Tier": "production"}}

        assert {"Tier": "production"} == resource(Metadata=metadata).record

    @pytest.mark.parametrize(
        ("record", "expected"),
        [
            ({}, True),
            ({"Tier": "production"}, True),
            ({"Tier": "development"}, False),
        ],
        ids=str,
    )
    def test_keeps_data_unless_in_development(self, record, expected):
        """Only a record of the development tier says that data may go."""
        found = resource(Metadata={"SecureConstructs": record})

        assert expected is found.keeps_data
        assert expected is not found.is_development


class TestTemplate:
    def test_may_have_no_resources(self):
        """A template of parameters alone has no resources."""
        assert {} == Template({"Parameters": {}}).resources

    @pytest.mark.parametrize(
        ("name", "body"),
        [("Odd", None), ("Odd", "text"), ("Fn::Transform", {}), ("Fn::ForEach::X", [])],
    )
    def test_has_only_resources_that_are_written_out(self, name, body):
        """What is none, or is made by the deployment, is not among them."""
        resources = {"Data": {"Type": "T::One"}, name: body}

        assert ["Data"] == list(Template({"Resources": resources}).resources)

    def test_finds_by_types(self):
        """Resources of each of the types are found, one type after the other."""
        types = {"A": "T::One", "B": "T::Two", "C": "T::Three"}
        body = {name: {"Type": type_} for name, type_ in types.items()}
        found = Template({"Resources": body}).of_type("T::Three", "T::One")

        assert ["C", "A"] == [each.logical_id for each in found]

    def test_knows_no_account_and_no_protection_by_itself(self):
        """A template does not say where it is deployed to."""
        template = Template({})

        assert (None, None) == (template.account, template.protected)


class TestNumber:
    @pytest.mark.parametrize("value", [30, "30"], ids=repr)
    def test_is_read(self, value):
        """A template may write a number as text."""
        assert 30 == number(value)

    @pytest.mark.parametrize("value", [None, "", "a", 1.5, -1, True, UNKNOWN], ids=repr)
    def test_is_none_of_anything_else(self, value):
        """What is no whole number is none."""
        assert None is number(value)
