"""Tests for `secure_constructs.tier`."""

from __future__ import annotations

import aws_cdk as cdk
import pytest

from secure_constructs import Baseline, SecureBucket, Tier


class TestOf:
    """Which tier holds where nobody names one."""

    def test_is_production_by_default(self, app):
        """Forgetting the tier loses no data."""
        assert Tier.PRODUCTION is Tier.of(app)

    @pytest.mark.parametrize("tier", Tier)
    def test_is_what_the_context_says(self, tier):
        """`-c tier=` decides for the whole app."""
        assert tier is Tier.of(cdk.Stack(cdk.App(context={"tier": tier.value})))

    @pytest.mark.parametrize(
        ("environment", "tier"),
        [
            ("prod", Tier.PRODUCTION),
            ("PRD", Tier.PRODUCTION),
            ("dev", Tier.DEVELOPMENT),
            ("Test", Tier.DEVELOPMENT),
            ("sandbox", Tier.DEVELOPMENT),
            ("staging", Tier.PRODUCTION),
            ({"account": "111122223333"}, Tier.PRODUCTION),
        ],
    )
    def test_follows_a_common_name_in_env(self, environment, tier):
        """A name that teams give such environments decides; any other does not."""
        assert tier is Tier.of(cdk.App(context={"env": environment}))

    def test_prefers_the_context_key_of_its_own(self):
        """The key `tier` is for this, the key `env` for much else."""
        app = cdk.App(context={"env": "dev", "tier": "production"})

        assert Tier.PRODUCTION is Tier.of(app)

    @pytest.mark.parametrize("named", ["prod", "PRODUCTION", "gold", 1])
    def test_fails_on_a_tier_there_is_not(self, named):
        """The message lists the tiers there are."""
        message = "context key 'tier' is .*use one of .'production', 'development'.*-c"
        with pytest.raises(ValueError, match=message):
            Tier.of(cdk.App(context={"tier": named}))

    def test_prefers_the_nearest_baseline(self, app):
        """A stage's baseline comes before the app's, and before the context."""
        Baseline(tier=Tier.DEVELOPMENT).apply_to(app)
        stage = cdk.Stage(app, "Prod")
        Baseline(tier=Tier.PRODUCTION).apply_to(stage)

        assert Tier.PRODUCTION is Tier.of(cdk.Stack(stage, "Stack"))
        assert Tier.DEVELOPMENT is Tier.of(cdk.Stack(app, "Stack"))


class TestConstructs:
    def test_the_argument_comes_first(self, app):
        """A construct that names its tier has that tier."""
        stack = cdk.Stack(app, "Stack")
        Baseline(tier=Tier.DEVELOPMENT).apply_to(stack)

        SecureBucket(stack, "Data", tier=Tier.PRODUCTION)

        template = cdk.assertions.Template.from_stack(stack)
        record = {"Construct": "SecureBucket", "Tier": "production"}
        kept = {"DeletionPolicy": "RetainExceptOnCreate"}
        template.has_resource(
            "AWS::S3::Bucket", {"Metadata": {"SecureConstructs": record}, **kept}
        )
