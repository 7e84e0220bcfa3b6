"""Tests for `secure_constructs.tags`."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_batch as batch, aws_s3 as s3, aws_sqs as sqs
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from constructs import Construct

from secure_constructs import StandardTags
from secure_constructs.changes.schemas import schema_of
from tests.support.synth import FLAGS, new_app, synthesize, template_of

TAGS = StandardTags(env="prod", team="orders", service="shop")


def tags_of(stack: cdk.Stack, name: str) -> dict[str, str]:
    """Return the tags of the resource whose logical id starts with *name*."""
    (properties,) = [
        body["Properties"]
        for logical_id, body in template_of(stack)["Resources"].items()
        if logical_id.startswith(name)
    ]
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


class TestApply:
    def test_tags_what_exists_and_what_comes(self, app):
        """The order of calls does not matter."""
        stack = cdk.Stack(app, "Stack")
        sqs.Queue(stack, "Before")
        TAGS.apply_to(app)
        sqs.Queue(stack, "After")

        expected = {"Env": "prod", "Team": "orders", "Service": "shop"}
        assert expected == tags_of(stack, "Before")

    def test_all_names(self, app):
        """Cost center, owner and more are tags under these names."""
        stack = cdk.Stack(app, "Stack")
        sqs.Queue(stack, "Queue")
        StandardTags(
            env="prod",
            team="orders",
            service="shop",
            cost_center="4711",
            owner="orders@example.com",
            extra={"DataClass": "internal"},
        ).apply_to(stack)

        assert {
            "Env": "prod",
            "Team": "orders",
            "Service": "shop",
            "CostCenter": "4711",
            "Owner": "orders@example.com",
            "DataClass": "internal",
        } == tags_of(stack, "Queue")

    def test_leaves_out_types_that_a_tag_would_replace(self, app):
        """A compute environment keeps running when the team gets a new name."""
        stack = cdk.Stack(app, "Stack")
        batch.CfnComputeEnvironment(stack, "Compute", type="UNMANAGED")
        TAGS.apply_to(stack)

        assert {} == tags_of(stack, "Compute")

    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_does_not_tag_the_stack(self, flags):
        """CloudFormation would hand the stack's tags down to those same types."""
        app = new_app(flags)
        stack = cdk.Stack(app, "Stack")
        TAGS.apply_to(app)
        s3.Bucket(stack, "Data")
        synthesize(app)

        assert not stack.tags.tag_values()

    def test_fails_on_a_scope_that_is_no_stage_or_stack(self, stack):
        """Tags hold for what is deployed together."""
        with pytest.raises(TypeError, match="is no app, stage or stack"):
            TAGS.apply_to(Construct(stack, "Part"))  # type: ignore[arg-type]


class TestStages:
    """CDK hands tags down as far as the next stage."""

    @pytest.mark.parametrize("late", [False, True])
    def test_fails_on_a_stage_that_was_forgotten(self, app, late):
        """Without an error the stage's resources would have no tags."""
        if late:
            TAGS.apply_to(app)
        stage = cdk.Stage(app, "Prod")
        sqs.Queue(cdk.Stack(stage, "Stack"), "Queue")
        if not late:
            TAGS.apply_to(app)

        message = (
            "StandardTags of the app do not reach the stage 'Prod'.*call apply_to on"
        )
        with pytest.raises(RuntimeError, match=message):
            app.synth()

    def test_a_stage_with_tags_of_its_own_is_fine(self, app):
        """App and stage both tagged: every resource has tags."""
        TAGS.apply_to(app)
        stage = cdk.Stage(app, "Prod")
        TAGS.apply_to(stage)
        stack = cdk.Stack(stage, "Stack")
        queue = sqs.Queue(stack, "Queue")
        app.synth()

        assert queue.node.path == "Prod/Stack/Queue"
        template = cdk.assertions.Template.from_stack(stack)
        template.has_resource_properties(
            "AWS::SQS::Queue", {"Tags": [{"Key": "Env", "Value": "prod"}, *_REST]}
        )


_REST = [{"Key": "Service", "Value": "shop"}, {"Key": "Team", "Value": "orders"}]

_REFUSED = {
    "empty": ({"env": " "}, "' ' is the value of Env, which takes 1 to 256"),
    "too long": ({"team": "x" * 257}, "is the value of Team, which takes 1 to 256"),
    "strange": ({"team": "a&b"}, "'a&b' is the value of Team and has characters"),
    "empty name": ({"extra": {"": "x"}}, "'' is no tag name of 1 to 128"),
    "long name": ({"extra": {"x" * 129: "x"}}, "is no tag name of 1 to 128"),
    "AWS's name": ({"extra": {"AWS:x": "x"}}, "'AWS:x' starts with aws:"),
    "strange name": ({"extra": {"a&b": "x"}}, "'a&b' has characters that AWS"),
    "only blanks for a name": ({"extra": {" ": "x"}}, "' ' is no tag name of 1 to"),
    "a line break": ({"team": "a\nb"}, "is the value of Team and has characters"),
    "strange beside a token": (
        {"team": f"a&{cdk.Aws.REGION}"},
        "is the value of Team and has characters",
    ),
    "twice": ({"extra": {"Env": "x"}}, "'Env' is an argument of its own"),
    "twice by case": ({"extra": {"env": "x"}}, "occurs twice; AWS ignores the case"),
    "too many": ({"extra": {f"t{i}": "x" for i in range(48)}}, "51 tags are more"),
}


class TestRefusals:
    @pytest.mark.parametrize(("changed", "message"), _REFUSED.values(), ids=_REFUSED)
    def test_fails_on_what_aws_refuses(self, changed, message):
        """The deployment would fail, at the first resource, after minutes."""
        with pytest.raises(ValueError, match=f"^StandardTags: .*{message}"):
            StandardTags(**{"env": "prod", "team": "a", "service": "b", **changed})

    def test_fails_on_a_value_that_is_no_text(self):
        """A number would reach CDK, whose message names no tag."""
        with pytest.raises(TypeError, match="CostCenter=4711 is no text"):
            StandardTags(env="a", team="b", service="c", cost_center=4711)  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", ["env", "team", "service"])
    def test_fails_without_what_is_required(self, name):
        """What the context does not hold is no tag value."""
        given: dict[str, Any] = {"env": "a", "team": "b", "service": "c", name: None}

        with pytest.raises(TypeError, match=f"{name.title()}=None is no text"):
            StandardTags(**given)

    @pytest.mark.parametrize("extra", [None, [("a", "b")], {1: "b"}], ids=str)
    def test_fails_on_extra_tags_that_are_no_mapping_of_texts(self, extra):
        """Names lead to values."""
        with pytest.raises(TypeError, match="StandardTags: .* is no "):
            StandardTags(env="a", team="b", service="c", extra=extra)

    def test_counts_no_token(self):
        """How long a token is says nothing of what it stands for."""
        long = "x" * 250 + cdk.Aws.REGION

        assert StandardTags(env=long, team="b", service="c").as_dict()["Env"] == long

    def test_takes_a_token(self, app):
        """A value only known at deployment is not judged."""
        stack = cdk.Stack(app, "Stack")
        sqs.Queue(stack, "Queue")
        tags = StandardTags(env=cdk.Aws.REGION, team="orders", service="shop")
        tags.apply_to(stack)

        assert "{'Ref': 'AWS::Region'}" == str(tags_of(stack, "Queue")["Env"])


def test_left_out_types_are_those_of_the_schemas():
    """Every type whose tags are create-only is left out, and no other."""
    found = set()
    for name in PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"):
        schema = schema_of(name, "us-east-1")
        fixed = [path[1] for path in schema.create_only] if schema else []
        if schema and schema.tags[1] in fixed and schema.tags[1] in schema.properties:
            found.add(name)

    assert found == set(StandardTags.LEFT_OUT)
