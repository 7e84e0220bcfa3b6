"""Changes in place: what goes on in another way, and what makes no difference."""

from __future__ import annotations

import pytest

from secure_constructs.changes import Effect, compare, needs_attention
from tests.support.changes import changed, resource, template

FUNCTION = "AWS::Lambda::Function"
QUEUE = "AWS::SQS::Queue"
ROLE = "AWS::IAM::Role"
HASHES = ["a" * 64, "0123456789abcdef" * 4]
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
WRITE = {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["*"]}


def allowing(*statements: object) -> dict[str, object]:
    """Return a role that may do what *statements* say."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"Policies": [{"PolicyName": "Own", "PolicyDocument": document}]}


def body(**attributes: object) -> dict[str, object]:
    """Return a template with one queue that has *attributes*."""
    return template(Orders={**resource(QUEUE), **attributes})


class TestBehaviour:
    @pytest.mark.parametrize(
        ("type_", "old", "new", "where", "words"),
        [
            (FUNCTION, {}, {"Architectures": ["arm64"]}, "Architectures", "libraries"),
            (FUNCTION, {"Runtime": "a"}, {"Runtime": "b"}, "Runtime", "version"),
            (FUNCTION, {"Handler": "a"}, {"Handler": "b"}, "Handler", "is called"),
            (FUNCTION, {}, {"MemorySize": 256}, "MemorySize", "price"),
            (FUNCTION, {}, {"Timeout": 30}, "Timeout", "ended after"),
            (FUNCTION, {}, {"Role": "arn"}, "Role", "other permissions"),
            (
                FUNCTION,
                {},
                {"ReservedConcurrentExecutions": 0},
                "ReservedConcurrentExecutions",
                "with 0 it does not run at all",
            ),
            (
                FUNCTION,
                {},
                {"LoggingConfig": {"LogFormat": "JSON"}},
                "LoggingConfig.LogFormat",
                "may no longer match",
            ),
            (
                FUNCTION,
                {},
                {"VpcConfig": {"SubnetIds": ["a"]}},
                "VpcConfig.SubnetIds",
                "other networks",
            ),
            (
                FUNCTION,
                {"Environment": {"Variables": {"STAGE": "a", "B": 1}}},
                {"Environment": {"Variables": {"STAGE": "b", "B": 1}}},
                "Environment.Variables.STAGE",
                "other variables",
            ),
            ("AWS::Events::Rule", {}, {"State": "DISABLED"}, "State", "events pass"),
            (
                "AWS::CloudWatch::Alarm",
                {"AlarmActions": ["a"]},
                {},
                "AlarmActions",
                "or nobody",
            ),
            (
                "AWS::CloudFormation::Stack",
                {"TemplateURL": "a"},
                {"TemplateURL": "b"},
                "TemplateURL",
                "compare that too",
            ),
            (
                "AWS::SQS::QueuePolicy",
                {},
                {"PolicyDocument": {"Statement": []}},
                "PolicyDocument",
                "permissions",
            ),
            (QUEUE, {}, {"DelaySeconds": 5}, "DelaySeconds", "changes in place"),
        ],
    )
    def test_is_said_plainly(self, type_, old, new, where, words):
        """Each change is at its property, with what it means."""
        (change,) = changed(type_, old, new)

        assert Effect.BEHAVIOUR == change.effect
        assert where == change.where.removesuffix(".Action")
        assert words in change.why
        assert not change.fails

    def test_a_policy_is_one_change(self):
        """The whole document is shown, however its statements moved."""
        (change,) = changed(ROLE, allowing(READ), allowing(READ, WRITE))

        assert Effect.BEHAVIOUR == change.effect
        assert "Policies.0.PolicyDocument" == change.where

    def test_one_element_of_a_list(self):
        """Of lists as long as before, only the element that differs is shown."""
        old, new = (
            {"Targets": [{"Id": "a", "Arn": "a"}, {"Id": "b", "Arn": arn}]}
            for arn in ("b", "c")
        )

        (change,) = changed("AWS::Events::Rule", old, new)

        assert ("Targets.1.Arn", "b", "c") == (change.where, change.old, change.new)

    def test_a_longer_list(self):
        """A list that got longer is shown whole."""
        (change,) = changed(
            "AWS::Events::Rule",
            {"Targets": [{"Id": "a"}]},
            {"Targets": [{"Id": "a"}, {}]},
        )

        assert "Targets" == change.where

    def test_an_order_that_counts(self):
        """Layers are laid over each other in their order."""
        old, new = ({"Layers": each} for each in (["a", "b"], ["b", "a"]))

        (change,) = changed("AWS::Serverless::Function", old, new)

        assert "Properties" == change.path[0]

    def test_an_empty_object(self):
        """From nothing to an object with nothing in it is a change too."""
        (change,) = changed(FUNCTION, {}, {"VpcConfig": {}})

        assert ("VpcConfig", None, {}) == (change.where, change.old, change.new)

    @pytest.mark.parametrize(
        "attribute",
        [
            {"UpdatePolicy": {"AutoScalingReplacingUpdate": {"WillReplace": True}}},
            {"Metadata": {"AWS::CloudFormation::Init": {"config": {"files": 1}}}},
        ],
        ids=["update policy", "what helper scripts read"],
    )
    def test_other_attributes(self, attribute):
        """What the deployment itself does, or instances read."""
        (change,) = compare(body(), body(**attribute))

        assert Effect.BEHAVIOUR == change.effect


class TestHarmless:
    @pytest.mark.parametrize(
        ("type_", "old", "new", "words"),
        [
            (QUEUE, {}, {"Tags": [{"Key": "a", "Value": "b"}]}, "tags of this type"),
            (
                "AWS::Cognito::UserPool",
                {},
                {"UserPoolTags": {"a": "b"}},
                "tags of this type",
            ),
            (FUNCTION, {"Description": "a"}, {"Description": "b"}, "only describes"),
            (
                "AWS::CloudWatch::Alarm",
                {},
                {"AlarmDescription": "a"},
                "only describes",
            ),
            (
                FUNCTION,
                *(
                    {"Code": {"S3Bucket": "cdk-x-assets-1", "S3Key": f"{each}.zip"}}
                    for each in HASHES
                ),
                "the hash of an asset",
            ),
            (
                FUNCTION,
                *(
                    {"Code": {"S3Key": {"Ref": f"AssetParameters{each}S3Bucket{end}"}}}
                    for each, end in zip(HASHES, ("0A1B2C3D", "1" * 8), strict=True)
                ),
                "the hash of an asset",
            ),
            (
                "AWS::CloudFormation::Stack",
                *(
                    {
                        "TemplateURL": {
                            "Fn::Sub": f"https://s3/cdk-x-assets-1/{each}.json"
                        }
                    }
                    for each in HASHES
                ),
                "the hash of an asset",
            ),
            (
                "AWS::RDS::DBCluster",
                {},
                {"BackupRetentionPeriod": "1"},
                "the default, written out",
            ),
            (
                "AWS::RDS::DBCluster",
                {"BackupRetentionPeriod": 1},
                {},
                "the default, written out",
            ),
            (
                ROLE,
                {"ManagedPolicyArns": ["a", "b"]},
                {"ManagedPolicyArns": ["b", "a"]},
                "only the order changes",
            ),
            (
                "Custom::CDKBucketDeployment",
                *({"SourceObjectKeys": [f"{each}.zip"]} for each in HASHES),
                "the hash of an asset",
            ),
            ("AWS::CDK::Metadata", {"Analytics": "a"}, {"Analytics": "b"}, "in place"),
        ],
    )
    def test_is_said(self, type_, old, new, words):
        """What makes no difference is sorted last, with the reason."""
        (change,) = changed(type_, old, new)

        assert Effect.HARMLESS == change.effect
        assert words in change.why
        assert not change.way_out

    @pytest.mark.parametrize(
        "code",
        [
            {"ImageUri": "1.dkr.ecr.eu-west-1.amazonaws.com/prod@sha256:HASH"},
            {"S3Bucket": "releases", "S3Key": "HASH.zip"},
        ],
        ids=["an image", "an archive"],
    )
    def test_a_hash_of_no_asset_counts(self, code):
        """What is released by its hash, from a store of one's own, is other code."""
        old, new = (
            {name: text.replace("HASH", each) for name, text in code.items()}
            for each in HASHES
        )

        (change,) = changed(FUNCTION, {"Code": old}, {"Code": new})

        assert (Effect.BEHAVIOUR, "other code runs") == (change.effect, change.why)

    def test_an_asset_that_only_the_metadata_tells(self):
        """Where a bucket of one's own holds assets, CDK still says what is one."""
        old, new = (
            template(
                Code={
                    **resource(
                        FUNCTION, Code={"S3Bucket": "b", "S3Key": f"{each}.zip"}
                    ),
                    "Metadata": {"aws:asset:path": f"asset.{each}"},
                }
            )
            for each in HASHES
        )

        assert {Effect.HARMLESS} == {each.effect for each in compare(old, new)}

    @pytest.mark.parametrize(
        ("type_", "old", "new"),
        [
            (QUEUE, {"DelaySeconds": 5}, {"DelaySeconds": "5"}),
            (QUEUE, {"DelaySeconds": 5.0}, {"DelaySeconds": "5"}),
            (QUEUE, {"FifoQueue": True}, {"FifoQueue": "true"}),
            (QUEUE, {"QueueName": {"Ref": "A"}}, {"QueueName": {"Fn::Sub": "${A}"}}),
            (
                QUEUE,
                {"KmsMasterKeyId": {"Fn::GetAtt": "Key.Arn"}},
                {"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
            ),
            (
                QUEUE,
                {"KmsMasterKeyId": {"Fn::Join": ["/", ["a", {"Ref": "Key"}]]}},
                {"KmsMasterKeyId": {"Fn::Sub": "a/${Key}"}},
            ),
            (QUEUE, {"QueueName": {"Ref": "AWS::NoValue"}}, {}),
            (ROLE, allowing(READ, WRITE), allowing(WRITE, READ)),
            (ROLE, allowing(READ), allowing({**READ, "Action": ["s3:GetObject"]})),
            (
                ROLE,
                allowing({**READ, "Action": ["a", "b"]}),
                allowing({**READ, "Action": ["b", "a"]}),
            ),
        ],
    )
    def test_another_spelling_is_no_change(self, type_, old, new):
        """What is the same once deployed is not said at all."""
        assert [] == changed(type_, old, new)

    @pytest.mark.parametrize(
        ("type_", "old", "new"),
        [
            (QUEUE, {"QueueName": "${A}"}, {"QueueName": {"Ref": "A"}}),
            (QUEUE, {"QueueName": "1"}, {"QueueName": "01"}),
            (FUNCTION, {"Layers": ["a"]}, {"Layers": "a"}),
            (FUNCTION, {"Layers": ["a", "b"]}, {"Layers": ["b", "a"]}),
            (
                QUEUE,
                {"QueueName": {"Fn::ImportValue": "a"}},
                {"QueueName": {"Fn::ImportValue": "b"}},
            ),
        ],
    )
    def test_what_only_looks_alike_is_one(self, type_, old, new):
        """Text is no reference, and not every list has no order."""
        assert Effect.HARMLESS != changed(type_, old, new)[0].effect

    @pytest.mark.parametrize(
        "attributes",
        [
            {"DependsOn": ["Other"]},
            {"Metadata": {"aws:cdk:path": "Shop/Orders"}},
            {"Metadata": {"SecureConstructs": {"Tier": "production"}}},
        ],
        ids=["order", "path", "record"],
    )
    def test_other_attributes(self, attributes):
        """Metadata, and the order of the deployment."""
        assert {Effect.HARMLESS} == {
            each.effect for each in compare(body(), body(**attributes))
        }

    def test_adding_is_no_danger(self):
        """A resource that comes is only added."""
        (change,) = compare(template(), template(Orders=resource(QUEUE)))

        assert Effect.ADDED == change.effect
        assert [] == needs_attention([change])

    def test_what_is_the_same_is_not_said(self):
        """A template beside itself has no changes, resources without a type neither."""
        both = {**body(Condition="C"), "Transform": "Macro", "Resources": {"A": {}}}

        assert [] == compare(both, both)
