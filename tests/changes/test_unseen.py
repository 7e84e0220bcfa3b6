"""What nobody can judge by the template: it is said, and never passes as harmless."""

from __future__ import annotations

from typing import cast

import pytest

from secure_constructs.changes import Effect, compare, needs_attention
from tests.support.changes import changed, resource, template

LOOP = {
    "Fn::ForEach::Queues": ["Name", ["a"], {"Q${Name}": {"Type": "AWS::SQS::Queue"}}]
}


class TestUnknownTypes:
    @pytest.mark.parametrize(
        "type_",
        [
            "Acme::Shop::Basket",
            "AWS::Shop::NotYetKnown",
            "AWS::CloudFormation::CustomResource",
            "AWS::Serverless::SimpleTable",
            "Acme::Shop::Basket::MODULE",
            "Custom::Database",
        ],
    )
    def test_any_change_may_replace_it(self, type_):
        """A type without a schema may do anything with a change."""
        (change,) = needs_attention(changed(type_, {"Name": "a"}, {"Name": "b"}))

        assert Effect.REPLACED == change.effect
        assert not change.judged
        assert "unknown type, any change may replace it: no schema" in change.why
        assert "ask its provider" in change.way_out

    def test_metadata_is_known_everywhere(self):
        """What is no property does not reach the provider."""
        old, new = (
            template(Orders={"Type": "Custom::Database", "Metadata": {"a": each}})
            for each in "ab"
        )

        assert {Effect.HARMLESS} == {each.effect for each in compare(old, new)}

    def test_one_that_is_removed(self):
        """Nobody knows what it holds."""
        (change,) = needs_attention(
            compare(template(Orders={"Type": "Acme::Shop::Basket"}), template())
        )

        assert "whatever it holds: no schema knows the type" in change.why

    def test_one_that_cdk_makes_for_itself(self):
        """CDK's own custom resources are called again, and hold nothing."""
        (change,) = changed("Custom::AWS", {"Update": "a"}, {"Update": "b"})

        assert Effect.BEHAVIOUR == change.effect

    def test_retention_by_a_custom_resource(self):
        """CDK's older way to set the retention of logs deletes logs as well."""
        (change,) = needs_attention(
            changed("Custom::LogRetention", {}, {"RetentionInDays": 7})
        )[1:]

        assert (Effect.DATA, "RetentionInDays") == (change.effect, change.where)


class TestMacros:
    @pytest.mark.parametrize("transform", ["Shop", ["AWS::Include", {"Name": "Shop"}]])
    def test_any_change_may_become_another(self, transform):
        """A macro sees the whole template."""
        old, new = (
            {
                **template(A=resource("AWS::SQS::Queue")),
                "Transform": transform,
                "X": each,
            }
            for each in "ab"
        )

        (change,) = needs_attention(compare(old, new))

        assert ("Transform", False) == (change.place, change.judged)
        assert "the macro Shop may make anything of the change" == change.why

    def test_one_that_comes(self):
        """From then on it may change everything."""
        new = {**template(), "Transform": "Shop"}

        assert ["Transform"] == [each.place for each in compare(template(), new)[:1]]

    def test_those_of_aws_are_known(self):
        """They are told by what they make."""
        old, new = (
            {**template(A=resource("AWS::SQS::Queue")), "Transform": each}
            for each in ("AWS::LanguageExtensions", None)
        )

        assert [] == needs_attention(compare(old, new))

    def test_a_function_that_transforms(self):
        """What is included may have any property."""
        old, new = (
            template(
                A={
                    "Type": "AWS::SQS::Queue",
                    "Properties": {"Fn::Transform": {"Name": each}},
                }
            )
            for each in "ab"
        )

        (change,) = needs_attention(compare(old, new))

        assert ("A", False) == (change.place, change.judged)
        assert "only the deployment makes resources of it" in change.why


class TestLoops:
    @pytest.mark.parametrize(
        ("old", "new"), [(LOOP, {}), ({}, LOOP), (LOOP, {next(iter(LOOP)): []})]
    )
    def test_that_change(self, old, new):
        """The resources of a loop are not in the template."""
        (change,) = needs_attention(compare({"Resources": old}, {"Resources": new}))

        assert "Fn::ForEach::Queues" == change.place
        assert "compare the processed templates" in change.way_out

    @pytest.mark.parametrize(
        "broken",
        [
            "text",
            {"Properties": {}},
            {"Type": 1},
            {"Type": "A::B::C", "Properties": []},
        ],
    )
    def test_what_is_no_resource(self, broken):
        """What CloudFormation would not read is no reason to stop reading."""
        (change,) = compare({"Resources": {"A": broken}}, {"Resources": {}})

        assert ("A", False) == (change.place, change.judged)

    @pytest.mark.parametrize("type_", ["AWS::RDS::DBInstance", "AWS::S3::Bucket"])
    def test_properties_that_are_none(self, type_):
        """Properties that a condition makes a number are a change like others."""
        old, new = (
            template(A={"Type": type_, "Properties": {"Fn::If": ["C", each, {}]}})
            for each in cast("list[object]", [1, {"Tags": []}])
        )

        assert {"A"} == {each.logical_id for each in compare(old, new)}

    def test_sections_that_are_none(self):
        """A section that is no object is one that is not there."""
        old: dict[str, object] = {"Resources": 1, "Parameters": "a", "Outputs": None}

        assert {Effect.HARMLESS} >= {each.effect for each in compare(old, template())}
