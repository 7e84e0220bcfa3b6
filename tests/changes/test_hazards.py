"""Changes in place that cost data."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from secure_constructs.changes import Effect, compare, needs_attention
from tests.support.changes import changed, resource, template

_CASES = yaml.safe_load(Path(__file__).with_name("dangers.yaml").read_text())
DANGERS = [tuple(each.values()) for each in _CASES["dangers"]]
FINE = [tuple(each.values()) for each in _CASES["fine"]]
BUCKET = "AWS::S3::Bucket"


class TestDangers:
    """Each is found at its property, and fails."""

    @pytest.mark.parametrize(("type_", "old", "new", "where", "words"), DANGERS)
    def test_is_found(self, type_, old, new, where, words):
        """The message has the resource, the property, the loss and a way out."""
        (change,) = needs_attention(changed(type_, old, new))

        assert Effect.DATA == change.effect
        assert f"Orders.{where}" == change.place
        assert words in change.why
        assert change.way_out

    @pytest.mark.parametrize(("type_", "old", "new"), FINE)
    def test_the_other_direction_is_fine(self, type_, old, new):
        """More protection, longer times and more copies cost nothing."""
        assert [] == needs_attention(changed(type_, old, new))

    @pytest.mark.parametrize(("type_", "old", "new", "where", "words"), DANGERS)
    def test_is_no_danger_elsewhere(self, type_, old, new, where, words):
        """A topic rule with the same properties loses nothing."""
        changes = changed("AWS::IoT::TopicRule", old, new)

        assert not any(words in each.why for each in changes if "stops" not in words)


class TestFunctions:
    """Functions hold nothing: what is said of them does not fail."""

    @pytest.mark.parametrize(
        ("type_", "old", "new", "where", "words"),
        [
            (
                "AWS::Lambda::Function",
                {"DeadLetterConfig": {"TargetArn": "a"}},
                {},
                "DeadLetterConfig.TargetArn",
                "events that fail are dropped",
            ),
            (
                "AWS::Lambda::EventInvokeConfig",
                {"DestinationConfig": {"OnFailure": {"Destination": "a"}}},
                {"DestinationConfig": {"OnSuccess": {"Destination": "a"}}},
                "DestinationConfig.OnFailure.Destination",
                "events that fail are dropped",
            ),
            (
                "AWS::Lambda::Function",
                {},
                {"LoggingConfig": {"LogGroup": {"Ref": "Logs"}}},
                "LoggingConfig.LogGroup",
                "see nothing more, without an error",
            ),
        ],
    )
    def test_is_said(self, type_, old, new, where, words):
        """Events or logs go another way."""
        change = changed(type_, old, new)[0]

        assert Effect.DATA == change.effect
        assert where == change.where
        assert words in change.why
        assert not change.fails


class TestEmptying:
    """CDK's custom resources delete what is in a bucket before the bucket goes."""

    PLAIN = resource(BUCKET)
    EMPTYING = resource("Custom::S3AutoDeleteObjects", BucketName={"Ref": "Orders"})
    TAGGED = resource(
        BUCKET, Tags=[{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}]
    )

    def test_one_that_comes(self):
        """The bucket is what is in danger, not the custom resource."""
        (change,) = needs_attention(
            compare(
                template(Orders=self.PLAIN),
                template(Orders=self.TAGGED, Emptying=self.EMPTYING),
            )
        )

        assert ("Orders", BUCKET) == (change.place, change.type)
        assert "Emptying empties it whenever the stack lets go of it" in change.why

    def test_one_that_comes_with_its_bucket(self):
        """A new bucket has nothing to lose."""
        new = template(Orders=self.TAGGED, Emptying=self.EMPTYING)

        assert [] == needs_attention(compare(template(), new))

    def test_one_that_goes_and_leaves_the_tag(self):
        """The tag tells it to empty the bucket as it goes."""
        (change,) = needs_attention(
            compare(
                template(Orders=self.TAGGED, Emptying=self.EMPTYING),
                template(Orders=self.TAGGED),
            )
        )

        assert "Orders" == change.place
        assert "as the tag aws-cdk:auto-delete-objects stays, empties it" in change.why

    def test_one_that_goes_with_the_tag(self):
        """Without the tag it leaves the bucket alone."""
        old = template(Orders=self.TAGGED, Emptying=self.EMPTYING)

        assert [] == needs_attention(compare(old, template(Orders=self.PLAIN)))
