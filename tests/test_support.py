"""What the other tests look with does see: a clean result proves something."""

from __future__ import annotations

import json

import aws_cdk as cdk
import cfnlint.api
import pytest

from aws_cdk import aws_s3 as s3

from secure_constructs import SecureBucket
from tests.support.calls import kernel_calls
from tests.support.nag import ORDINARY, STRICT, add_packs
from tests.support.synth import (
    RECOMMENDED,
    add_cdk_validation,
    new_app,
    synthesize,
)


def plain_app(**options) -> cdk.App:
    """Return an app with a plain bucket."""
    app = new_app(RECOMMENDED)
    s3.Bucket(cdk.Stack(app, "Stack"), "Data", **options)
    return app


class TestFindings:
    @pytest.mark.parametrize("pack", [ORDINARY[0], *STRICT], ids=lambda p: p.__name__)
    def test_packs_find_a_plain_bucket(self, pack):
        """Each pack with rules for buckets has something to say to CDK's defaults."""
        app = plain_app()
        add_packs(app, pack)

        assert synthesize(app).findings

    def test_cdk_finds_what_cannot_be_deployed(self):
        """CDK's own validation runs where a test asks for it."""
        app = plain_app(bucket_name="a-name")
        bucket = app.node.find_all()[-1]
        assert isinstance(bucket, s3.CfnBucket)
        bucket.add_property_override("Versioning", "Enabled")
        add_cdk_validation(app)

        assert synthesize(app).findings

    def test_cfn_lint_finds_what_cannot_be_deployed(self):
        """The lint knows the resource schemas."""
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"Versioning": "Enabled"}}
        template = json.dumps({"Resources": {"Data": bucket}})

        assert cfnlint.api.lint(template, regions=["eu-west-1"])


def test_calls_are_counted():
    """Each line is one call to CDK's process."""
    stack = cdk.Stack(new_app(), "Stack")
    with kernel_calls() as calls:
        SecureBucket(stack, "Data").bucket.bucket_name  # noqa: B018 - a call

    assert "Create aws-cdk-lib.aws_s3.Bucket" in calls
    assert "Get bucketName" == calls[-1]
