"""Tests for `secure_constructs.testing.normalize`: what a snapshot leaves out."""

from __future__ import annotations

import copy
import json

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_apigateway as apigateway,
    aws_ec2 as ec2,
    aws_lambda as lambda_,
    aws_s3 as s3,
)
from aws_cdk.assertions import Template

from secure_constructs.testing.normalize import normalize
from tests.support.synth import RECOMMENDED, new_app


def template_of(stack: cdk.Stack) -> dict[str, Any]:
    """Return the template of *stack*."""
    return dict(Template.from_stack(stack).to_json())


def one(**properties: Any) -> dict[str, Any]:
    """Return a template with one resource."""
    return {"Resources": {"Data": {"Type": "AWS::X::Y", "Properties": properties}}}


def function(stack: cdk.Stack, code: str = "code") -> lambda_.Function:
    """Make a function with *code*."""
    return lambda_.Function(
        stack,
        "Handler",
        code=lambda_.Code.from_inline(code),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )


class TestOfCdk:
    """What CDK adds for itself is left out."""

    def test_leaves_out_the_bootstrapping(self, stack):
        """Neither the parameter nor the rule of it is kept."""
        s3.Bucket(stack, "Data")

        assert {"Resources"} == normalize(template_of(stack)).keys()

    def test_keeps_other_parameters_and_rules(self, stack):
        """Those of the app are decisions of the app."""
        cdk.CfnParameter(stack, "Days", type="Number")
        cdk.CfnRule(stack, "Region")

        template = normalize(template_of(stack))
        assert (["Days"], ["Region"]) == (
            list(template["Parameters"]),
            list(template["Rules"]),
        )

    def test_leaves_out_the_count_of_users(self):
        """The metadata of versions changes with every construct, and means nothing."""
        app = cdk.App(analytics_reporting=True)
        s3.Bucket(cdk.Stack(app, "Stack"), "Data")
        stack = app.node.find_child("Stack")
        assert isinstance(stack, cdk.Stack)

        assert ["Data42AD11F5"] != list(template_of(stack)["Resources"])
        assert {"Resources"} == normalize(template_of(stack)).keys()
        assert 1 == len(normalize(template_of(stack))["Resources"])

    def test_keeps_what_is_no_section(self):
        """Description and version are text, and stay."""
        template = {"Description": "Orders", **one(A=1)}

        assert template == normalize(template)

    def test_keeps_construct_paths(self):
        """They name the construct to a reader, and change only if it moves."""
        app = new_app({"aws:cdk:enable-path-metadata": True})
        stack = cdk.Stack(app, "Stack")
        s3.Bucket(stack, "Data")

        (resource,) = normalize(template_of(stack))["Resources"].values()
        assert {"aws:cdk:path": "Stack/Data/Resource"} == resource["Metadata"]


class TestVersions:
    """Ids that have a hash of what they publish lose it, wherever they are used."""

    @pytest.mark.parametrize("flags", [{}, RECOMMENDED], ids=["plain", "recommended"])
    def test_other_code_is_another_version(self, flags):
        """Only the code of the function differs, in all stacks that use the version."""
        first, second = (self.app(flags, code) for code in ("one", "two"))

        assert first[0] != second[0]
        assert json.dumps(first[1]) == json.dumps(second[1]).replace('"two"', '"one"')

    @staticmethod
    def app(flags, code):
        """Return the templates of two stacks and a nested one that use a version."""
        app = new_app(flags)
        stacks = [cdk.Stack(app, name) for name in ("Orders", "Reports")]
        version = function(stacks[0], code).current_version
        nested = cdk.NestedStack(stacks[0], "Nested")
        for scope in (nested, stacks[1]):
            cdk.CfnOutput(scope, "Version", value=version.function_arn)
            cdk.CfnOutput(scope, "Number", value=version.version)
        app.synth()
        found = [template_of(each) for each in (*stacks, nested)]
        for template in found:
            for resource in template.get("Resources", {}).values():
                if resource["Type"] == "AWS::CloudFormation::Stack":
                    resource["Properties"].pop("TemplateURL")
        return found, [normalize(template) for template in found]

    def test_the_id_says_what_is_published(self, stack):
        """What is left is the id that the construct has by its path."""
        function(stack).current_version  # noqa: B018 - a property that makes a resource

        names = {
            resource["Type"]: name
            for name, resource in normalize(template_of(stack))["Resources"].items()
        }
        assert "HandlerCurrentVersion93FB80BF" == names["AWS::Lambda::Version"]

    def test_a_deployment_of_an_api_is_one(self):
        """API Gateway deploys anew by another id, which the stage refers to."""
        found = []
        for method in ("GET", "POST"):
            stack = cdk.Stack(new_app(), "Stack")
            apigateway.RestApi(stack, "Api").root.add_method(method)
            template = normalize(template_of(stack))
            names = {body["Type"]: name for name, body in template["Resources"].items()}
            stage = template["Resources"][names["AWS::ApiGateway::Stage"]]
            deployment = names["AWS::ApiGateway::Deployment"]
            assert {"Ref": deployment} == stage["Properties"]["DeploymentId"]
            found.append(deployment)

        assert found[0] == found[1]

    def test_an_instance_is_none(self):
        """Another id of an instance replaces it, with its disks: that is no noise."""
        found = []
        for command in ("one", "two"):
            stack = cdk.Stack(new_app(), "Stack")
            data = ec2.UserData.for_linux()
            data.add_commands(command)
            ec2.Instance(
                stack,
                "Server",
                vpc=ec2.Vpc(stack, "Vpc"),
                instance_type=ec2.InstanceType("t3.micro"),
                machine_image=ec2.MachineImage.latest_amazon_linux2023(),
                user_data=data,
                user_data_causes_replacement=True,
            )
            resources = normalize(template_of(stack))["Resources"]
            found.append(
                [name for name, body in resources.items() if "Instance" in body["Type"]]
            )

        assert found[0] != found[1]

    def test_other_types_keep_such_ids(self):
        """An id of that form that is nothing published stays as it is."""
        name = f"Data{'AB' * 4}{'0f' * 16}"
        template = {"Resources": {name: {"Type": "AWS::S3::Bucket"}}}

        assert template == normalize(template)

    def test_two_of_one_name_stay_two(self):
        """An id is kept whole where another resource has what would be left."""
        version = {"Type": "AWS::Lambda::Version"}
        short = f"Fn{'AB' * 4}"
        template = {
            "Resources": {short: {"Type": "AWS::X::Y"}, f"{short}{'0f' * 16}": version}
        }

        assert template == normalize(template)


class TestReferences:
    """What is joined of text and references is written as people write it."""

    @pytest.mark.parametrize(
        ("joined", "written"),
        [
            ([{"Ref": "A"}, "/*"], "${A}/*"),
            ([{"Fn::GetAtt": ["A", "Arn"]}, "/*"], "${A.Arn}/*"),
            (["a", {"Fn::Sub": "${B}-c"}], "a${B}-c"),
            (["a", {"Fn::Join": ["-", [{"Ref": "A"}, "b"]]}], "a${A}-b"),
            (["${a}", {"Ref": "A"}], "${!a}${A}"),
        ],
    )
    def test_joins_are_substitutions(self, joined, written):
        """A Join becomes a Sub that means the same."""
        template = one(Name={"Fn::Join": ["", joined]})

        assert one(Name={"Fn::Sub": written}) == normalize(template)

    def test_joins_of_text_are_text(self):
        """Nothing is left to substitute."""
        assert one(Name="a-b") == normalize(one(Name={"Fn::Join": ["-", ["a", "b"]]}))

    @pytest.mark.parametrize(
        "value",
        [
            {"Fn::Join": ["", [{"Fn::ImportValue": "a"}, "b"]]},
            {"Fn::Join": ["", {"Ref": "Names"}]},
            {"Fn::Join": ["", [{"Fn::Sub": ["${a}", {"a": 1}]}]]},
            {"Fn::Join": ["", [{"Ref": "A", "Fn::Transform": "b"}]]},
            {"Fn::Join": ["", ["a"]], "Fn::Transform": "b"},
            {"Ref": "A"},
            {"Fn::GetAtt": ["A", "Arn"]},
            "${A}",
            [{"Ref": "A"}, 1, None, True],
        ],
        ids=json.dumps,
    )
    def test_anything_else_stays(self, value):
        """What a Sub cannot say, or what is short already, stays as it is."""
        assert one(Name=value) == normalize(one(Name=value))

    def test_reaches_into_policies(self, stack):
        """Every Join of a real template that can be written is written."""
        bucket = s3.Bucket(stack, "Data", enforce_ssl=True)
        assert bucket.policy

        assert "Fn::Join" in json.dumps(template_of(stack))
        assert "Fn::Join" not in json.dumps(normalize(template_of(stack)))


class TestNothingElse:
    """Nothing that matters is left out or masked."""

    def test_changes_nothing_twice(self, stack):
        """A normalized template is normalized."""
        function(stack).current_version  # noqa: B018 - a property that makes a resource
        s3.Bucket(stack, "Data", enforce_ssl=True)
        template = normalize(template_of(stack))

        assert template == normalize(template)

    def test_the_given_template_stays(self, stack):
        """The test's own template is not touched."""
        function(stack).current_version  # noqa: B018 - a property that makes a resource
        template = template_of(stack)
        before = copy.deepcopy(template)
        normalize(template)

        assert before == template

    def test_every_change_is_seen(self, stack):
        """Whatever is changed in the template of a real app, its snapshot changes."""
        function(stack).current_version  # noqa: B018 - a property that makes a resource
        s3.Bucket(stack, "Data", enforce_ssl=True, versioned=True)
        apigateway.RestApi(stack, "Api").root.add_method("GET")
        cdk.CfnOutput(stack, "Name", value="data", export_name="the-name")
        template = template_of(stack)
        for section in ("Parameters", "Rules"):
            template.pop(section)
        before = normalize(template)

        paths = list(leaves(template))
        assert len(paths) > 80
        assert [] == [
            path for path in paths if before == normalize(changed(template, path))
        ]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """Yield the paths of all values in *value* that hold no others."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from leaves(each, (*path, number))
    else:
        yield path


def changed(template: Any, path: tuple[Any, ...]) -> Any:
    """Return *template* with another value at *path*."""
    copied = copy.deepcopy(template)
    place = copied
    for step in path[:-1]:
        place = place[step]
    old = place[path[-1]]
    place[path[-1]] = f"{old}x" if isinstance(old, str) else [old]
    return copied
