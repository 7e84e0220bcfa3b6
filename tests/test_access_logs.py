"""Tests for `secure_constructs._access_logs`: one log bucket for a deployed stack."""

from __future__ import annotations

import json

from itertools import permutations
from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3 as s3
from constructs import Construct

from secure_constructs import Baseline, SecureBucket, Tier, Waived
from tests.support.synth import FLAGS, new_app, resources, synthesize, template_of

LOGS = "SecureConstructsAccessLogs4455EC6C"
_LARGEST_POLICY = 20 * 1024


def delivery(template: dict[str, Any], bucket: str = LOGS) -> dict[str, Any]:
    """Return the statement that lets S3 deliver into *bucket*."""
    (statement,) = [
        statement
        for policy in resources(template, "AWS::S3::BucketPolicy").values()
        if policy["Properties"]["Bucket"] == {"Ref": bucket}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    return dict(statement)


def sources(template: dict[str, Any], bucket: str = LOGS) -> list[Any]:
    """Return the ARNs of the buckets whose logs may be delivered."""
    found = delivery(template, bucket)["Condition"]["ArnLike"]["aws:SourceArn"]
    return list(found)


class TestSharedBucket:
    """The log bucket that comes by itself."""

    def test_is_one_for_all_buckets_of_a_stack(self, stack):
        """Three buckets, one log bucket."""
        for name in ("One", "Two", "Three"):
            SecureBucket(stack, name)

        template = template_of(stack)
        assert 4 == len(resources(template, "AWS::S3::Bucket"))
        assert 3 == len(sources(template))

    def test_lets_s3_deliver_for_these_buckets_of_this_account(self, stack):
        """Delivery is tied to the source bucket and to the account (S3-06)."""
        SecureBucket(stack, "Data")

        assert {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": [LOGS, "Arn"]}, "/*"]]},
            "Condition": {
                "ArnLike": {"aws:SourceArn": [{"Fn::GetAtt": ["Data666C94C7", "Arn"]}]},
                "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
            },
        } == delivery(template_of(stack))

    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_has_no_acl_whatever_the_flags(self, flags):
        """The permission is never an ACL, which the log bucket does not have."""
        stack = cdk.Stack(new_app(flags), "Stack")
        SecureBucket(stack, "Data")

        assert "AccessControl" not in json.dumps(template_of(stack))

    def test_is_the_same_whatever_comes_first(self):
        """The order of constructs changes no logical id and no source."""
        found = []
        for names in permutations(("One", "Two", "Nested")):
            app = new_app()
            stack = cdk.Stack(app, "Stack")
            for name in names:
                scope = cdk.NestedStack(stack, name) if name == "Nested" else stack
                SecureBucket(scope, f"{name}Data")
            template = synthesize(app).templates["Stack.template.json"]
            texts = frozenset(map(json.dumps, sources(template)))
            found.append((sorted(template["Resources"]), texts))

        assert [found[0]] * len(found) == found

    def test_is_shared_with_nested_stacks(self):
        """What is deployed together logs to one bucket, at the top."""
        app = new_app()
        stack = cdk.Stack(app, "Stack")
        inner = cdk.NestedStack(cdk.NestedStack(stack, "Outer"), "Inner")
        SecureBucket(inner, "Deep")
        SecureBucket(Construct(stack, "Part"), "Data")

        templates = synthesize(app).templates

        with_logs = [name for name in templates if LOGS in templates[name]["Resources"]]
        assert ["Stack.template.json"] == with_logs
        assert 2 == len(sources(templates["Stack.template.json"]))

    def test_takes_more_than_200_sources(self, stack):
        """The longest policy S3 takes has room for 200 buckets of the longest names."""
        for index in range(200):
            name = f"{index:03}-{'x' * 59}"
            SecureBucket(stack, f"Data{index}", bucket_name=name)

        policy = delivery(template_of(stack))
        deployed = [f"arn:aws:s3:::{index:03}-{'x' * 59}" for index in range(200)]
        policy["Condition"]["ArnLike"]["aws:SourceArn"] = deployed
        assert len(json.dumps(policy)) < _LARGEST_POLICY - 2_000

    @pytest.mark.parametrize(
        ("tier", "days"), [(Tier.PRODUCTION, 365), (Tier.DEVELOPMENT, 14)]
    )
    def test_deletes_logs_by_tier(self, tier, days):
        """Logs are kept for a year in production, for two weeks in development."""
        stack = cdk.Stack(new_app(tier=tier.value), "Stack")
        SecureBucket(stack, "Data")

        (rule,) = template_of(stack)["Resources"][LOGS]["Properties"][
            "LifecycleConfiguration"
        ]["Rules"]
        assert {
            "Id": "SecureConstructs",
            "Status": "Enabled",
            "ExpirationInDays": days,
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        } == rule

    def test_is_kept_with_the_stack_whatever_one_bucket_is_worth(self, stack):
        """One development bucket does not make the others' logs go with it."""
        SecureBucket(stack, "Data", tier=Tier.DEVELOPMENT)

        assert (
            "RetainExceptOnCreate"
            == template_of(stack)["Resources"][LOGS]["DeletionPolicy"]
        )

    def test_is_worth_what_the_deployed_stack_is(self):
        """A nested stack of less worth, even if it comes first, decides nothing."""
        stack = cdk.Stack(new_app(), "Stack")
        nested = cdk.NestedStack(stack, "Nested")
        Baseline(tier=Tier.DEVELOPMENT).apply_to(nested)
        SecureBucket(nested, "Data")

        assert (
            "RetainExceptOnCreate"
            == template_of(stack)["Resources"][LOGS]["DeletionPolicy"]
        )

    def test_is_an_attribute_of_each_bucket(self, stack):
        """The log bucket can be reached, unless access is not logged."""
        data = SecureBucket(stack, "Data")
        waived = Waived("another service logs all access to it")
        silent = SecureBucket(stack, "Silent", access_logs=waived)

        assert isinstance(data.access_log_bucket, s3.Bucket)
        assert silent.access_log_bucket is None

    def test_can_be_destroyed_though_logs_come_late(self):
        """In development it is emptied, and after that nothing may be delivered."""
        stack = cdk.Stack(new_app(tier="development"), "Stack")
        SecureBucket(stack, "Data")

        emptied = resources(template_of(stack), "Custom::S3AutoDeleteObjects")
        # CDK's function takes the permission to put away before it empties, and
        # runs before the policy, which permits the delivery, is deleted.
        (policy,) = [
            body["DependsOn"] for name, body in emptied.items() if LOGS[:26] in name
        ]
        assert ["SecureConstructsAccessLogsPolicy54FECAF8"] == policy


class TestGivenBucket:
    """A log bucket of the user's own."""

    def test_lets_s3_deliver(self, stack):
        """A log bucket of the same stack gets the permission, once for all sources."""
        logs = s3.Bucket(stack, "Logs")
        SecureBucket(stack, "One", access_logs=logs)
        SecureBucket(stack, "Two", access_logs=logs)

        template = template_of(stack)
        assert 2 == len(sources(template, "Logs6819BB44"))
        assert LOGS not in template["Resources"]

    def test_can_keep_the_flat_list_that_it_has(self, stack):
        """With a prefix the keys are those that CDK's own option makes."""
        logs = s3.Bucket(stack, "Logs")
        SecureBucket(stack, "Data", access_logs=logs, server_access_logs_prefix="in/")

        assert {
            "DestinationBucketName": {"Ref": "Logs6819BB44"},
            "LogFilePrefix": "in/",
        } == template_of(stack)["Resources"]["Data666C94C7"]["Properties"][
            "LoggingConfiguration"
        ]

    def test_can_keep_a_flat_list_without_prefix(self, stack):
        """An empty prefix is no prefix, and still a flat list."""
        logs = s3.Bucket(stack, "Logs")
        SecureBucket(stack, "Data", access_logs=logs, server_access_logs_prefix="")

        assert {"DestinationBucketName": {"Ref": "Logs6819BB44"}} == template_of(stack)[
            "Resources"
        ]["Data666C94C7"]["Properties"]["LoggingConfiguration"]

    @pytest.mark.parametrize("where", ["imported", "in another stack"])
    def test_warns_where_the_permission_is_not_ours_to_give(self, where):
        """The policy of a bucket elsewhere has to allow the delivery by itself."""
        app = new_app({"@aws-cdk/core:annotationsInValidationReport": True})
        stack = cdk.Stack(app, "Stack")
        logs: s3.IBucket = s3.Bucket.from_bucket_name(stack, "Logs", "my-logs")
        if where == "in another stack":
            logs = s3.Bucket(cdk.Stack(app, "Logs"), "Logs")
        SecureBucket(stack, "Data", access_logs=logs)

        assembly = synthesize(app)

        (warned,) = [each for each in assembly.findings if "secure" in each[0]]
        assert "accessLogDelivery" in warned[0]
        assert "Stack/Data/Default/Resource" == warned[1]
