"""Tests for `secure_constructs.testing.assets`: hashes that snapshots leave out."""

from __future__ import annotations

import json
import re

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_ecs as ecs,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_s3 as s3,
    aws_s3_assets as s3_assets,
    aws_s3_deployment as deployment,
)
from aws_cdk.assertions import Template

from secure_constructs.testing.normalize import normalize
from tests.support.synth import new_app

HASH = re.compile("[0-9a-f]{64}")
ONE, TWO = "1a" * 32, "2b" * 32
BUCKET = {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}
OF_CLI = {"aws:cdk:enable-asset-metadata": True}


def template_of(stack: cdk.Stack) -> dict[str, Any]:
    """Return the template of *stack*."""
    return dict(Template.from_stack(stack).to_json())


def folder(tmp_path: Path, name: str, content: str) -> str:
    """Return a folder called *name* with a program of this *content*."""
    path = tmp_path / content / name
    path.mkdir(parents=True)
    (path / "index.py").write_text(content)
    (path / "Dockerfile").write_text("FROM scratch\n")
    return str(path)


def function(scope: cdk.Stack, name: str, code: str) -> lambda_.Function:
    """Make a function of the folder *code*."""
    return lambda_.Function(
        scope,
        name,
        code=lambda_.Code.from_asset(code),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )


def image(stack: cdk.Stack, path: str) -> None:
    """Make a function and a task that run an image of the folder *path*."""
    lambda_.DockerImageFunction(
        stack, "Handler", code=lambda_.DockerImageCode.from_image_asset(path)
    )
    ecs.FargateTaskDefinition(stack, "Task").add_container(
        "Main", image=ecs.ContainerImage.from_asset(path)
    )


def website(stack: cdk.Stack, path: str) -> None:
    """Make a bucket that the folder *path* is deployed to."""
    deployment.BucketDeployment(
        stack,
        "Website",
        sources=[deployment.Source.asset(path)],
        destination_bucket=s3.Bucket(stack, "Bucket"),
    )


def nested(stack: cdk.Stack, path: str) -> None:
    """Make a nested stack with a function of the folder *path*."""
    function(cdk.NestedStack(stack, "Nested"), "Handler", path)


def readable(stack: cdk.Stack, path: str) -> None:
    """Make a role that may read the folder *path*, and is told what it is called."""
    asset = s3_assets.Asset(stack, "Files", path=path)
    asset.grant_read(iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal()))
    handler = function(stack, "Handler", path)
    handler.add_environment(
        "FILES", f"s3://{asset.s3_bucket_name}/{asset.s3_object_key}"
    )
    handler.add_environment("HASH", asset.asset_hash)


def plain(stack: cdk.Stack, path: str) -> None:
    """Make a function of the folder *path*."""
    function(stack, "Handler", path)


KINDS = [plain, image, website, nested, readable]
SYNTHESIZERS = {
    "default": cdk.DefaultStackSynthesizer,
    "own": lambda: cdk.DefaultStackSynthesizer(
        file_assets_bucket_name="our-files",
        image_assets_repository_name="our-images",
        bucket_prefix="team/",
        docker_tag_prefix="team-",
    ),
    "cli": lambda: cdk.CliCredentialsStackSynthesizer(qualifier="team"),
    "legacy": cdk.LegacyStackSynthesizer,
}


class TestRealAssets:
    """Other content changes hashes only, and hashes are left out."""

    @pytest.mark.parametrize("synthesizer", SYNTHESIZERS)
    @pytest.mark.parametrize("kind", KINDS)
    def test_other_content_changes_nothing(self, tmp_path, kind, synthesizer):
        """Whatever an asset is for, and wherever it is kept."""
        before, after = (
            self.made(kind, synthesizer, folder(tmp_path, "main", content))
            for content in ("one", "two")
        )

        assert before != after
        assert normalize(before) == normalize(after)
        assert [] == HASH.findall(json.dumps(normalize(after)))

    @staticmethod
    def made(kind, synthesizer, path):
        """Return the template of a stack with an asset of *path*."""
        stack = cdk.Stack(
            new_app(OF_CLI), "Stack", synthesizer=SYNTHESIZERS[synthesizer]()
        )
        kind(stack, path)
        return template_of(stack)

    def test_works_without_metadata(self, tmp_path):
        """An app in a unit test has no metadata of assets, and needs none."""
        before, after = (
            template_of(self.stack(folder(tmp_path, "main", content)))
            for content in ("one", "two")
        )

        assert normalize(before) == normalize(after)

    @staticmethod
    def stack(path):
        """Return a stack with a function of *path*, in an app without context."""
        stack = cdk.Stack(cdk.App(), "Stack")
        function(stack, "Handler", path)
        return stack

    def test_two_assets_stay_two(self, stack, tmp_path):
        """A function that gets the code of another one has changed."""
        one, two = (folder(tmp_path, "main", content) for content in ("one", "two"))
        for name, code in (("First", one), ("Second", two), ("Third", one)):
            function(stack, name, code)

        resources = normalize(template_of(stack))["Resources"]
        keys = {
            name[:-8]: body["Properties"]["Code"]["S3Key"]
            for name, body in resources.items()
            if body["Type"] == "AWS::Lambda::Function"
        }
        assert keys["First"] == keys["Third"] != keys["Second"]

    def test_an_asset_has_the_name_of_a_resource(self, stack, tmp_path):
        """What it is called does not depend on what other assets there are."""
        function(stack, "First", folder(tmp_path, "main", "one"))
        function(stack, "Second", folder(tmp_path, "main", "two"))

        code = normalize(template_of(stack))["Resources"]["Second394350F9"][
            "Properties"
        ]
        assert "<asset of Second394350F9>.zip" == code["Code"]["S3Key"]


def one(properties: dict[str, Any], **body: Any) -> dict[str, Any]:
    """Return a template with one resource."""
    resource = {"Type": "AWS::X::Y", **body, "Properties": properties}
    return {"Resources": {"Data": resource}}


class TestOnlyAssets:
    """A hash that CDK does not call an asset's is a property like any other."""

    @pytest.mark.parametrize(
        "properties",
        [
            {"CodeSha256": ONE},
            {"S3Bucket": "builds", "S3Key": f"{ONE}.zip"},
            {"Image": f"registry.example.com/shop@sha256:{ONE}"},
            {"Code": {"S3Bucket": BUCKET}, "Checksum": ONE},
            {"Script": {"Fn::Sub": f"echo {ONE} {BUCKET['Fn::Sub']}/script.sh"}},
            {"S3Bucket": BUCKET, "S3Key": f"checksum of {ONE}.zip"},
            {"Name": f"AssetParameters{ONE}S3Bucket"},
        ],
        ids=str,
    )
    def test_keeps_other_hashes(self, properties):
        """It is kept."""
        assert one(properties) == normalize(one(properties))

    def test_keeps_a_hash_beside_an_asset(self):
        """What is pinned in the same text as an asset stays pinned."""
        store = BUCKET["Fn::Sub"]
        script = f"aws s3 cp s3://{store}/{ONE}.sh . && sha256sum {TWO}"

        written = f"aws s3 cp s3://{store}/<asset of Data>.sh . && sha256sum {TWO}"
        assert one({"A": {"Fn::Sub": written}}) == normalize(
            one({"A": {"Fn::Sub": script}})
        )

    def test_counts_the_assets_of_one_resource(self):
        """The second asset of a resource is called that."""
        code = {"S3Bucket": BUCKET, "S3Key": [f"{ONE}.zip", f"{TWO}.zip", f"{ONE}.zip"]}

        keys = normalize(one(code))["Resources"]["Data"]["Properties"]["S3Key"]
        first, second = "<asset of Data>.zip", "<asset 2 of Data>.zip"
        assert [first, second, first] == keys

    def test_an_account_may_be_known(self):
        """The bucket's name may be plain text."""
        code = {
            "S3Bucket": "cdk-x1-assets-111122223333-eu-west-1",
            "S3Key": f"{ONE}.zip",
        }

        assert [] == HASH.findall(json.dumps(normalize(one(code))))

    def test_follows_a_known_asset_everywhere(self):
        """Where the hash of an asset stands elsewhere, it changes there as well."""
        template = one({"S3Bucket": BUCKET, "S3Key": f"{ONE}.zip"})
        template["Outputs"] = {"Hash": {"Value": ONE}}

        assert "<asset of Data>" == normalize(template)["Outputs"]["Hash"]["Value"]


class TestMetadata:
    def test_leaves_out_that_of_assets(self):
        """Where an asset was staged depends on its content."""
        template = one({}, Metadata={"aws:asset:path": f"asset.{ONE}", "a": 1})

        assert one({}, Metadata={"a": 1}) == normalize(template)

    def test_leaves_none_empty(self):
        """Metadata of nothing else is none."""
        template = one({}, Metadata={"aws:asset:is-bundled": False})

        assert one({}) == normalize(template)
