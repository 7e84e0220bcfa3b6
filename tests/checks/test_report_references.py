"""Tests for `secure_constructs.checks.report.references`."""

from __future__ import annotations

from pathlib import Path

import pytest

from secure_constructs.checks.report.references import References, named, properties
from tests.support.reports import a_stack, resource, sites

QUEUE = resource("SQS::Queue")
NESTED = resource("CloudFormation::Stack", Parameters={"Given": {"Ref": "Top"}})
PATHS = {
    "Top": "Shop/Top/Resource",
    "Inner": "Shop/Inner.NestedStack/Inner.NestedStackResource",
    "Data": "Shop/Inner/Data/Resource",
}
INSIDE = {
    "Resources": {"Data": QUEUE},
    "Outputs": {
        "DataArn": {"Value": {"Fn::GetAtt": ["Data", "Arn"]}},
        "Back": {"Value": {"Ref": "Given"}},
    },
}


def found(value: object, *stacks, at: int = 0) -> list[str]:
    """Return the paths of what *value* refers to, in the template number *at*."""
    all_ = sites(*stacks)
    return [place.path for place in References(all_).of(all_[at], value)]


def with_nested():
    """Return a stack with a queue, and a nested one with another."""
    return a_stack({"Top": QUEUE, "Inner": NESTED}, paths=PATHS, nested=[INSIDE])


class TestNamed:
    @pytest.mark.parametrize(
        ("value", "names"),
        [
            ({"Ref": "A"}, ["A"]),
            ({"Fn::GetAtt": ["A", "Arn"]}, ["A.Arn"]),
            ({"Fn::GetAtt": "A.Arn"}, ["A.Arn"]),
            ({"Fn::Sub": "x-${A}-${B.Arn}-${!Not}"}, ["A", "B.Arn"]),
            ({"Fn::Sub": ["${A}", {"V": {"Ref": "B"}}]}, ["A", "B"]),
            ({"Fn::Join": ["", ["x", {"Ref": "A"}, {"Ref": "B"}]]}, ["A", "B"]),
            ({"Fn::ImportValue": "Other:Name"}, ["!Other:Name"]),
            (
                {"Fn::GetStackOutput": {"StackName": "S", "OutputName": "O"}},
                ["!S.O"],
            ),
            ("Ref", []),
        ],
    )
    def test_are_what_a_value_refers_to(self, value, names):
        """Each way that CloudFormation has to refer to something is known."""
        assert names == list(named(value))

    @pytest.mark.parametrize(
        "value",
        [
            {"Ref": {"A": 1}},
            {"Fn::GetAtt": [1, 2]},
            {"Fn::Sub": []},
            {"Fn::Sub": [{}]},
            {"Fn::ImportValue": {"Fn::Join": "x"}},
            {"Fn::ImportValue": {"Fn::Select": [0, []]}},
            {"Fn::GetStackOutput": "S.O"},
        ],
        ids=str,
    )
    def test_are_none_where_a_reference_is_not_one(self, value):
        """A template may hold anything anywhere."""
        assert [] == list(named(value))


class TestReferences:
    def test_find_resources(self):
        """A logical id leads to the resource."""
        assert ["Shop/A/Resource"] == found({"Ref": "A"}, a_stack({"A": QUEUE}))

    @pytest.mark.parametrize("name", ["AWS::Region", "Parameter"])
    def test_find_nothing_else(self, name):
        """Neither a parameter of the template nor of AWS is a resource."""
        assert [] == found({"Ref": name}, a_stack({"A": QUEUE}))

    def test_find_what_a_nested_stack_puts_out(self):
        """An output leads to the resource inside."""
        value = {"Fn::GetAtt": ["Inner", "Outputs.DataArn"]}

        assert ["Shop/Inner/Data/Resource"] == found(value, with_nested())

    def test_find_what_a_nested_stack_is_given(self):
        """A parameter leads to the resource outside."""
        assert ["Shop/Top/Resource"] == found({"Ref": "Given"}, with_nested(), at=1)

    def test_find_what_goes_in_and_out_again(self):
        """An output may pass a parameter on."""
        value = {"Fn::GetAtt": ["Inner", "Outputs.Back"]}

        assert ["Shop/Top/Resource"] == found(value, with_nested())

    @pytest.mark.parametrize("output", ["Outputs.Missing", "Arn"])
    def test_find_the_nested_stack_else(self, output):
        """What is no known output is the nested stack's own."""
        value = {"Fn::GetAtt": ["Inner", output]}
        expected = [] if "Missing" in output else [PATHS["Inner"]]

        assert expected == found(value, with_nested())

    def test_find_nothing_for_a_parameter_that_is_not_given(self):
        """It may have a default."""
        assert [] == found({"Ref": "Missing"}, with_nested(), at=1)

    def test_find_nothing_around_a_nested_stack_of_others(self):
        """Only the stack around it gives it its parameters."""
        other = a_stack({"Inner": QUEUE}, name="Other")

        assert ["Shop/Top/Resource"] == found(
            {"Ref": "Given"}, other, with_nested(), at=2
        )

    def test_find_nothing_around_a_nested_stack_that_is_not_there(self):
        """CDK's paths may be those of another synthesis."""
        stack = a_stack({"Top": QUEUE}, paths=PATHS, nested=[INSIDE])

        assert [] == found({"Ref": "Given"}, stack, at=1)

    def test_find_what_another_stack_exports(self):
        """An export leads to the resource of the other stack."""
        output = {"Value": {"Ref": "A"}, "Export": {"Name": "Base:A"}}
        base = a_stack({"A": QUEUE}, name="Base", outputs={"Out": output})
        value = {"Fn::ImportValue": "Base:A"}

        assert ["Base/A/Resource"] == found(value, a_stack({}), base)

    def test_find_what_another_stack_puts_out(self):
        """A weak reference names the stack as CDK does, with its stage."""
        outputs = {"Out": {"Value": {"Ref": "A"}}}
        base = a_stack({"A": QUEUE}, name="Prod/Base", outputs=outputs)
        value = {"Fn::GetStackOutput": {"StackName": "Prod-Base", "OutputName": "Out"}}

        assert ["Prod/Base/A/Resource"] == found(value, a_stack({}), base)

    def test_stay_in_their_stage(self):
        """An export of the same name in another stage is another."""
        output = {"Value": {"Ref": "A"}, "Export": {"Name": "Name"}}
        other = a_stack({"A": QUEUE}, outputs={"O": output}, folder=Path("/other"))
        own = a_stack({}, name="Own")

        assert [] == found({"Fn::ImportValue": "Name"}, own, other)

    def test_end_in_circles(self):
        """Two outputs that name each other lead nowhere."""
        nested = {
            "Resources": {"Data": QUEUE},
            "Outputs": {"Out": {"Value": {"Ref": "Given"}}},
        }
        inner = resource(
            "CloudFormation::Stack",
            Parameters={"Given": {"Fn::GetAtt": ["Inner", "Outputs.Out"]}},
        )
        stack = a_stack({"Inner": inner}, paths=PATHS, nested=[nested])

        assert [] == found({"Fn::GetAtt": ["Inner", "Outputs.Out"]}, stack)

    @pytest.mark.parametrize(
        "outputs",
        [[], {"Out": []}, {"Out": {"Export": []}}, {"Out": {"Export": {"Name": {}}}}],
        ids=str,
    )
    def test_stand_outputs_that_are_none(self, outputs):
        """What is not written as an output is not followed."""
        stack = a_stack({"A": QUEUE}, outputs=outputs)

        assert ["Shop/A/Resource"] == found({"Ref": "A"}, stack)


class TestProperties:
    def test_are_those_of_the_resource(self):
        """Each comes with its name."""
        (site,) = sites(a_stack({"A": resource("SQS::Queue", QueueName="a")}))
        queue = site.places["A"].resource

        assert [("QueueName", "a")] == list(properties(queue))

    def test_are_none_where_there_are_none(self):
        """A resource needs none, and something else is none."""
        (site,) = sites(a_stack({"A": {"Type": "AWS::SQS::Queue", "Properties": []}}))

        assert [] == list(properties(site.places["A"].resource))
