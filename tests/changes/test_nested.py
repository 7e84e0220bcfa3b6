"""What enters a nested stack from the one that it is in."""

from __future__ import annotations

import json

from pathlib import Path
from typing import Any

import pytest

from secure_constructs.changes import Change, Effect, compare, needs_attention
from secure_constructs.changes.stacks import compare_stacks
from tests.support.changes import KEPT, resource, template

TABLE = "AWS::DynamoDB::Table"
ROLE = resource("AWS::IAM::Role", RoleName="a")
OTHER_ROLE = resource("AWS::IAM::Role", RoleName="b")
OF_ROLE = {"Fn::GetAtt": ["Role", "Arn"]}


def nested(file: str = "Tables", **values: object) -> dict[str, Any]:
    """Return a nested stack that gets *values*."""
    return {
        "Type": "AWS::CloudFormation::Stack",
        **KEPT,
        "Metadata": {"aws:asset:path": f"{file}.nested.template.json"},
        "Properties": {"TemplateURL": "https://there", "Parameters": values},
    }


def tables(name: object, **defaults: object) -> dict[str, Any]:
    """Return the template of a stack with a table that is called *name*."""
    known = {"Name": {"Type": "String", **defaults}}
    return {
        "Parameters": known,
        **template(Data=resource(TABLE, TableName=name)),
    }


REF = tables({"Ref": "Name"})


def synthesized(folder: Path, own: object, **below: object) -> Path:
    """Write what `cdk synth` leaves of one stack with *below* nested in it."""
    folder.mkdir()
    files = {}
    for name, body in below.items():
        path = f"{name}.nested.template.json"
        (folder / path).write_text(json.dumps(body))
        files[name] = {"source": {"path": path}}
    (folder / "Shop.assets.json").write_text(json.dumps({"files": files}))
    (folder / "Shop.template.json").write_text(json.dumps(own))
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "Shop.template.json"},
    }
    manifest = {"version": "1", "artifacts": {"Shop": stack}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def between(tmp_path):
    """Return what changes between two apps: by stack and place, if it fails."""

    def between(old: Any, new: Any, below: Any = REF, **more: Any) -> dict[str, Change]:
        found = compare_stacks(
            synthesized(tmp_path / "old", old, Tables=below, **more),
            synthesized(tmp_path / "new", new, Tables=below, **more),
        )
        return {
            f"{stack.name}/{each.place}": each
            for stack in found
            for each in stack.changes
            if each.fails
        }

    return between


class TestFollowed:
    @pytest.mark.parametrize(
        "name",
        [
            {"Ref": "Name"},
            {"Fn::Sub": "${Name}-t"},
            {"Fn::Join": ["-", [{"Ref": "Name"}]]},
        ],
    )
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (template(T=nested(Name="a")), template(T=nested(Name="b"))),
            (
                template(T=nested(Name=OF_ROLE), Role=ROLE),
                template(T=nested(Name=OF_ROLE), Role=OTHER_ROLE),
            ),
        ],
        ids=["another value", "of what is replaced"],
    )
    def test_a_value_that_replaces(self, between, old, new, name):
        """The table is replaced, and that is said where it is."""
        found = between(old, new, tables(name))

        assert ["Shop/Tables/Data.TableName"] == list(found)
        assert Effect.REPLACED == found["Shop/Tables/Data.TableName"].effect

    @pytest.mark.parametrize("value", ["a", {"Ref": "Own"}])
    def test_a_value_that_stays(self, between, value):
        """What stays as it is replaces nothing, whatever else changes."""
        old, new = (
            template(T=nested(Name=value, Other=each), Role=ROLE) for each in "ab"
        )

        assert {} == between(old, new)

    def test_a_default_that_is_not_used(self, tmp_path):
        """What the stack is given counts, and not another default."""
        own = template(T=nested(Name="a"))
        old, new = (
            synthesized(
                tmp_path / each, own, Tables=tables({"Ref": "Name"}, Default=each)
            )
            for each in ("old", "new")
        )

        changes = [each for stack in compare_stacks(old, new) for each in stack.changes]

        assert [] == needs_attention(changes)

    def test_a_value_that_is_given_no_more(self, between):
        """The default takes its place."""
        old, new = template(T=nested(Name="a")), template(T=nested())

        found = between(old, new, tables({"Ref": "Name"}, Default="b"))

        assert ["Shop/Tables/Data.TableName"] == list(found)

    def test_a_value_that_is_the_default(self, between):
        """Whether it is given makes no difference then."""
        old, new = template(T=nested(Name="a")), template(T=nested())

        assert {} == between(old, new, tables({"Ref": "Name"}, Default="a"))

    def test_the_hash_of_an_asset(self, tmp_path):
        """Another one stays harmless."""
        old, new = (
            synthesized(
                tmp_path / each,
                template(T=nested(Name="a", Code=f"cdk-x-assets-1/{each * 64}.zip")),
                Tables=REF,
            )
            for each in "ab"
        )

        (change,) = compare_stacks(old, new)[0].changes

        assert Effect.HARMLESS == change.effect

    def test_a_parameter_of_the_stack(self, between):
        """Another default of the stack goes on into the nested one."""
        old, new = (
            {
                **template(T=nested(Name={"Ref": "Own"})),
                "Parameters": {"Own": {"Type": "String", "Default": each}},
            }
            for each in "ab"
        )

        assert "Shop/Tables/Data.TableName" in between(old, new)

    def test_stacks_in_nested_ones(self, between):
        """A value is followed through each of them."""
        inner = {
            "Parameters": {"Own": {"Type": "String"}},
            **template(T=nested(Name={"Ref": "Own"})),
        }
        old, new = (template(I=nested("Inner", Own=each)) for each in "ab")

        found = between(old, new, Inner=inner)

        assert ["Shop/Tables/Data.TableName"] == list(found)

    def test_a_condition(self, between):
        """Which branch a value decides on is followed too."""
        body = {
            **tables({"Fn::If": ["IsLive", "live", "test"]}),
            "Conditions": {"IsLive": {"Fn::Equals": [{"Ref": "Name"}, "a"]}},
        }
        old, new = (template(T=nested(Name=each)) for each in "ab")

        assert ["Shop/Tables/Data.TableName"] == list(between(old, new, body))

    def test_is_said_once(self, tmp_path):
        """One template for two nested stacks has its changes once."""
        old, new = (
            synthesized(
                tmp_path / each,
                template(T=nested(Name=each), U=nested(Name=each)),
                Tables=REF,
            )
            for each in ("old", "new")
        )

        stack = compare_stacks(old, new)[1]

        assert 1 == len([each for each in stack.changes if each.fails])

    @pytest.mark.parametrize("file", ["Tables", "Inner"])
    def test_ends(self, between, file):
        """A stack that claims to be in itself is looked at once."""
        body = {**REF, "Resources": {**REF["Resources"], "T": nested(file, Name="a")}}
        old, new = (template(T=nested(Name=each)) for each in "ab")

        found = between(old, new, body, Inner=template(T=nested(Name="a")))

        assert ["Shop/Tables/Data.TableName"] == list(found)


class TestNotFollowed:
    @pytest.mark.parametrize(
        "value", [{"Ref": "New"}, {"Fn::If": ["Yes", "b", "c"]}], ids=["ref", "if"]
    )
    def test_what_only_the_deployment_knows(self, between, value):
        """It is dangerous at the stack as well."""
        old, new = template(T=nested(Name="a")), template(T=nested(Name=value))

        assert {"Shop/T.Parameters.Name", "Shop/Tables/Data.TableName"} == set(
            between(old, new)
        )

    @pytest.mark.parametrize(
        "metadata", [{}, {"aws:asset:path": "Gone.nested.template.json"}]
    )
    def test_a_template_that_is_not_there(self, between, metadata):
        """A change that nobody looked at may replace anything."""
        old, new = (
            template(T={**nested(Name=each), "Metadata": metadata}) for each in "ab"
        )

        assert ["Shop/T.Parameters.Name"] == list(between(old, new))

    def test_another_template(self, between):
        """Nothing is known of a stack that gets the template of another one."""
        old = template(T=nested(Name="a"))
        new = template(T=nested("Others", Name="b"))

        assert ["Shop/T.Parameters.Name"] == list(between(old, new, Others=REF))

    def test_one_of_two_stacks(self, between):
        """That one is followed says nothing of the other."""
        old, new = (
            template(T=nested(Name=each), U=nested("Gone", Name=each)) for each in "ab"
        )

        assert "Shop/U.Parameters.Name" in between(old, new)

    def test_what_is_no_value(self, between):
        """The stack itself is as much in danger as before."""
        old, new = template(T=nested(Name="a")), template(T=nested(Name="b"))
        new["Resources"]["T"]["DeletionPolicy"] = "Delete"

        assert "Shop/T.DeletionPolicy" in between(old, new)

    def test_what_changes_and_is_replaced(self):
        """One value is said once."""
        old = template(T=nested(Name="a"), Role=ROLE)
        new = template(T=nested(Name=OF_ROLE), Role=OTHER_ROLE)

        (change,) = needs_attention(compare(old, new))

        assert change.why.startswith("the nested stack gets another value")

    def test_one_of_two_templates(self):
        """A template alone does not have what is nested in it."""
        old = template(T=nested(Name=OF_ROLE), Role=ROLE)
        new = template(T=nested(Name=OF_ROLE), Role=OTHER_ROLE)

        (change,) = needs_attention(compare(old, new))

        assert "T.Parameters.Name" == change.place
        assert "Role is replaced, so the nested stack gets another value" in change.why

    def test_what_is_replaced_by_what_is_replaced(self):
        """It is handed on as well."""
        policy = resource(
            "AWS::IAM::RolePolicy", RoleName={"Ref": "Role"}, PolicyName="a"
        )
        old, new = (
            template(T=nested(Name={"Ref": "Policy"}), Role=role, Policy=policy)
            for role in (ROLE, OTHER_ROLE)
        )

        (change,) = needs_attention(compare(old, new))

        assert "Policy is replaced, so" in change.why

    def test_no_resource(self, between):
        """What is no object is no nested stack."""
        assert {} == between(
            {"Resources": {"A": 1, "B": ROLE}}, {"Resources": {"A": 1, "B": ROLE}}
        )
