"""Tests for `secure_constructs.checks.template`: how resources find each other."""

from __future__ import annotations

import pytest

from secure_constructs.checks.template import Resource, Template, text
from tests.support.unknowable import unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}


class TestNaming:
    """Which resources belong to which: a policy names its bucket."""

    def names(self, value: object, *, type_: str = "Policy", **bucket: object) -> bool:
        """Whether a policy of a bucket *value* is found for the bucket `Data`."""
        resources = {
            "Data": {"Type": "Bucket", "Properties": bucket},
            "Policy": {"Type": type_, "Properties": {"Bucket": value}},
        }
        template = Template({"Resources": resources})
        data = template.resources["Data"]
        return bool(list(template.naming(data, "Policy", "Bucket", name="Name")))

    @pytest.mark.parametrize(
        "value",
        [
            {"Ref": "Data"},
            {"Fn::Sub": "${Data}"},
            {"Fn::GetAtt": ["Data", "Arn"]},
        ],
        ids=str,
    )
    def test_by_reference(self, value):
        """A reference to the resource names it, however it is spelled."""
        assert self.names(value)

    @pytest.mark.parametrize(
        "value",
        [{"Ref": "Other"}, "Data", None, {"Fn::ImportValue": "Data"}, NO_VALUE],
        ids=str,
    )
    def test_by_nothing_else(self, value):
        """Neither another resource nor the bare logical id names it."""
        assert not self.names(value)

    def test_only_resources_of_the_type(self):
        """Other resources may name it too."""
        assert not self.names({"Ref": "Data"}, type_="Other")

    def test_as_one_of_several(self):
        """A property may name several resources, and one of them twice."""
        assert self.names(["orders", {"Ref": "Data"}, {"Ref": "Data"}])


class TestIndex:
    def test_reads_each_resource_once(self):
        """Keys are asked for once, and each resource stands once under each."""
        asked = []

        def keys(resource: Resource) -> list[str]:
            asked.append(resource.logical_id)
            return ["one", "one", resource.logical_id]

        types = {"A": "T::One", "B": "T::Two", "C": "T::One"}
        body = {name: {"Type": type_} for name, type_ in types.items()}
        template = Template({"Resources": body})
        found = [template.index("T::One", keys) for _ in range(2)]
        ids = {key: [each.logical_id for each in found[1][key]] for key in found[1]}

        assert {"one": ["A", "C"], "A": ["A"], "C": ["C"]} == ids
        assert ["A", "C"] == asked


class TestOnce:
    def test_looks_once(self):
        """What was found at a resource is kept, for each resource and question."""
        bodies = {name: {"Type": "T::One"} for name in "AB"}
        template = Template({"Resources": bodies})
        asked = []

        def name(resource: Resource) -> str:
            asked.append(resource.logical_id)
            return resource.logical_id

        found = [template.once(name, template.resources[each]) for each in "ABAB"]

        assert ["A", "B", "A", "B"] == found
        assert ["A", "B"] == asked

    def test_tells_questions_apart(self):
        """Another question has another answer."""
        resource = Template({"Resources": {"A": {"Type": "T"}}}).resources["A"]
        once = resource.template.once

        assert ("T", "A") == (
            once(lambda each: each.type, resource),
            once(lambda each: each.logical_id, resource),
        )


class TestReferences:
    TEMPLATE = Template({"Resources": {"Data": {"Type": "T::One"}}})

    @pytest.mark.parametrize(
        "value", [{"Ref": "Data"}, {"Fn::GetAtt": ["Data", "Arn"]}, "${Data.A.B}"]
    )
    def test_to_a_resource(self, value):
        """A reference to a resource, or to an attribute of it, leads to it."""
        assert self.TEMPLATE.resources["Data"] is self.TEMPLATE.referred(value)

    @pytest.mark.parametrize(
        "value",
        [None, "Data", {"Ref": "Other"}, {"Fn::Sub": "a${Data}"}, {"Fn::If": ["a"]}],
    )
    def test_to_none(self, value):
        """Neither a name nor a text around a reference leads to a resource."""
        assert None is self.TEMPLATE.referred(value)

    @pytest.mark.parametrize(
        "value",
        ["orders", {"Ref": "Data"}, {"Fn::Sub": "${Data.Arn}:${AWS::AccountId}"}],
        ids=str,
    )
    def test_settle(self, value):
        """What is in the template, or is the same everywhere in it, is settled."""
        assert text(value) == self.TEMPLATE.settled(value)

    @pytest.mark.parametrize(
        "value", [None, {"Ref": "Parameter"}, {"Fn::Sub": "${Data}-${Parameter}"}]
    )
    @unknowable
    def test_do_not_settle(self, value, unknown):
        """A parameter and other functions are up to the deployment."""
        assert (None, None) == (
            self.TEMPLATE.settled(value),
            self.TEMPLATE.settled(unknown),
        )
