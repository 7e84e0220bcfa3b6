"""Tests for `secure_constructs.baseline`."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_kms as kms
from constructs import Construct

from secure_constructs import AppKey, Baseline, SecureBucket, StandardTags, Tier
from tests.support.synth import resources, template_of

TAGS = StandardTags(env="prod", team="orders", service="shop")


def algorithms(stack: cdk.Stack) -> list[str]:
    """Return how the buckets of *stack* are encrypted, log bucket aside."""
    buckets = resources(template_of(stack), "AWS::S3::Bucket")
    return [
        str(bucket["Properties"]["BucketEncryption"]).count("aws:kms") * "kms"
        for name, bucket in buckets.items()
        if not name.startswith("SecureConstructs")
    ]


class TestSettings:
    def test_key_encrypts_what_names_none(self, app):
        """The baseline's key is the default of every construct below."""
        stack = cdk.Stack(app, "Stack")
        Baseline(encryption_key=kms.Key(stack, "Key")).apply_to(stack)
        SecureBucket(stack, "Data")

        assert ["kms"] == algorithms(stack)

    def test_app_key_serves_several_stacks(self, app):
        """One key for all stacks of a stage."""
        stage = cdk.Stage(app, "Prod")
        key = AppKey(cdk.Stack(stage, "Keys"), "Key")
        stack = cdk.Stack(stage, "Stack")
        Baseline(encryption_key=key).apply_to(stack)
        SecureBucket(stack, "Data")

        template = cdk.assertions.Template.from_stack(stack)
        template.resource_count_is("AWS::KMS::Key", 0)
        text = str(template.find_resources("AWS::S3::Bucket"))
        assert "aws:kms" in text

    def test_tags_reach_every_resource(self, app):
        """Tags of a baseline are applied with it."""
        stack = cdk.Stack(app, "Stack")
        Baseline(tags=TAGS).apply_to(stack)
        SecureBucket(stack, "Data")

        tags = template_of(stack)["Resources"]["Data666C94C7"]["Properties"]["Tags"]
        assert {"Key": "Team", "Value": "orders"} in tags

    def test_each_setting_comes_from_the_nearest_that_has_it(self, app):
        """A baseline without a tier leaves the tier to the one above."""
        Baseline(tier=Tier.DEVELOPMENT).apply_to(app)
        stack = cdk.Stack(app, "Stack")
        Baseline(encryption_key=kms.Key(stack, "Key")).apply_to(stack)
        SecureBucket(stack, "Data")

        assert ["kms"] == algorithms(stack)
        assert Tier.DEVELOPMENT is Tier.of(stack)


class TestRefusals:
    def test_fails_on_a_scope_that_is_no_stage_or_stack(self, stack):
        """Settings hold for what is deployed together."""
        with pytest.raises(TypeError, match="is no app, stage or stack"):
            Baseline().apply_to(Construct(stack, "Part"))  # type: ignore[arg-type]

    def test_fails_on_a_tier_by_its_name(self, app):
        """The tier is a Tier."""
        with pytest.raises(TypeError, match=r"tier='prod' is no Tier; use Tier\.PROD"):
            Baseline(tier="prod").apply_to(app)  # type: ignore[arg-type]

    def test_fails_on_a_second_baseline(self, app):
        """Which of two would hold is not for the reader to guess."""
        Baseline().apply_to(app)

        with pytest.raises(ValueError, match="the app already has one; say all of"):
            Baseline().apply_to(app)

    @pytest.mark.parametrize("setting", ["tier", "encryption_key"])
    def test_fails_when_something_was_decided_without_it(self, app, setting):
        """A baseline that comes late would hold for some constructs only."""
        stack = cdk.Stack(app, "Stack")
        key = kms.Key(stack, "Key")
        settings: dict[str, Any]
        settings = {"tier": Tier.DEVELOPMENT, "encryption_key": key}
        late = Baseline(**{setting: settings[setting]})
        SecureBucket(stack, "Data")

        message = f"the app holds a construct that has decided without this {setting};"
        with pytest.raises(ValueError, match=message):
            late.apply_to(app)

    def test_a_setting_that_was_given_was_not_decided(self, app):
        """A key with a tier of its own can be in the baseline that has that tier."""
        stack = cdk.Stack(app, "Stack")
        key = AppKey(stack, "Key", tier=Tier.PRODUCTION)
        Baseline(tier=Tier.DEVELOPMENT, encryption_key=key).apply_to(app)
        SecureBucket(stack, "Data")

        buckets = resources(template_of(stack), "AWS::S3::Bucket")
        assert {"Delete"} == {each["DeletionPolicy"] for each in buckets.values()}

    @pytest.mark.parametrize("setting", ["encryption_key", "alarm_topic", "tags"])
    def test_fails_on_settings_of_the_wrong_kind(self, app, setting):
        """The error names the setting, not the first construct that takes it."""
        wrong: dict[str, Any] = {setting: "orders"}

        with pytest.raises(TypeError, match=f"Baseline: {setting}='orders' is no "):
            Baseline(**wrong).apply_to(app)

    def test_a_failed_construct_decides_nothing(self, app):
        """What was not created cannot be in the way of a baseline."""
        stack = cdk.Stack(app, "Stack")
        with pytest.raises(ValueError, match="bucket_name"):
            SecureBucket(stack, "Data", bucket_name="X")

        Baseline(tier=Tier.DEVELOPMENT).apply_to(stack)

        assert Tier.DEVELOPMENT is Tier.of(stack)

    def test_a_setting_that_decided_nothing_may_come_late(self, app):
        """The key of all can be made before it is said to be the key of all."""
        stack = cdk.Stack(app, "Stack")
        Baseline(encryption_key=AppKey(stack, "Key")).apply_to(app)
        SecureBucket(stack, "Data")

        assert ["kms"] == algorithms(stack)

    def test_a_stack_beside_it_decides_nothing(self, app):
        """What another stack holds does not matter."""
        SecureBucket(cdk.Stack(app, "One"), "Data")
        other = cdk.Stack(app, "Two")

        Baseline(tier=Tier.DEVELOPMENT).apply_to(other)

        assert Tier.DEVELOPMENT is Tier.of(other)
