"""Tests for `secure_constructs.checks.s3`: where the logs of a bucket go to."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_s3

from secure_constructs.checks import Template, s3
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import INTRINSICS, unknowable

DELIVERY = {"Service": "logging.s3.amazonaws.com"}
REFUSED = "the bucket it logs to does not let S3 deliver"
NOT_LOGGED = "access is not logged"
LETS_DELIVER = {"Effect": "Allow", "Principal": DELIVERY, "Action": "s3:PutObject"}


def found(template: Any) -> dict[str, list[str]]:
    """Return what S3-06 finds at the buckets of *template*, where it does."""
    breaches = {
        name: s3.access_logged.breaches(each)
        for name, each in Template(template).resources.items()
    }
    return {
        name: [each.problem for each in found]
        for name, found in breaches.items()
        if found
    }


def problems(
    into: object = None, *statements: Any, of: object = None, **logs: Any
) -> dict[str, list[str]]:
    """Return what is found of a bucket that logs *into* another one, with *logs*."""
    policy = {
        "Bucket": of or {"Ref": "Logs"},
        "PolicyDocument": {"Statement": list(statements)},
    }
    configuration = {"DestinationBucketName": into or {"Ref": "Logs"}}
    data = {"LoggingConfiguration": configuration}
    return found(
        {
            "Resources": {
                "Data": {"Type": "AWS::S3::Bucket", "Properties": data},
                "Logs": {"Type": "AWS::S3::Bucket", "Properties": logs},
                "Topic": {"Type": "AWS::SNS::Topic"},
                "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
            }
        }
    )


class TestDelivered:
    @pytest.mark.parametrize(
        "change",
        [
            {},
            {"Principal": {"Service": ["a.amazonaws.com", DELIVERY["Service"]]}},
            {"Principal": "*"},
            {"Action": ["s3:ListBucket", "s3:Put*"]},
        ],
        ids=str,
    )
    def test_by_a_policy(self, change):
        """A policy of the log bucket lets S3 put objects there."""
        assert {} == problems(None, {**LETS_DELIVER, **change})

    def test_by_an_acl(self):
        """So does the ACL that was there for it before."""
        assert {} == problems(AccessControl="LogDeliveryWrite")

    @pytest.mark.parametrize(
        "statements",
        [
            [],
            [{**LETS_DELIVER, "Effect": "Deny"}],
            [{**LETS_DELIVER, "Principal": {"Service": "cloudtrail.amazonaws.com"}}],
            [{**LETS_DELIVER, "Action": "s3:GetObject"}],
        ],
        ids=str,
    )
    def test_not_otherwise(self, statements):
        """Logs that S3 cannot deliver are lost without a sign, and it is said once."""
        assert {"Data": [REFUSED]} == problems(None, *statements)

    def test_not_by_another_acl(self):
        """An ACL for something else lets no logs in."""
        assert {"Data": [REFUSED]} == problems(AccessControl="Private")

    def test_not_by_the_policy_of_another_bucket(self):
        """Where logs go to is where they have to be let in."""
        assert {"Data": [REFUSED]} == problems(None, LETS_DELIVER, of="other")

    @pytest.mark.parametrize("into", ["elsewhere", {"Ref": "Topic"}], ids=str)
    def test_perhaps_elsewhere(self, into):
        """What bucket of another template lets S3 deliver cannot be seen."""
        assert "Data" not in problems(into)

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """The policy, what it says and of which bucket it is may be what it takes."""
        for part in LETS_DELIVER:
            assert {} == problems(None, {**LETS_DELIVER, part: unknown})
        assert {} == problems(None, unknown) | problems(of=unknown)
        assert {} == problems(AccessControl=unknown)


class TestReceived:
    @pytest.mark.parametrize("into", [{"Ref": "Logs"}, "logs"], ids=str)
    def test_by_the_bucket_that_another_logs_into(self, into):
        """A bucket that logs go into need not log that, however it is named."""
        assert "Logs" not in problems(into, BucketName="logs")

    @pytest.mark.parametrize("into", ["other", *INTRINSICS.values()], ids=str)
    def test_not_by_any_other(self, into):
        """A bucket that nothing logs into has to log."""
        assert [NOT_LOGGED] == problems(into, BucketName="logs")["Logs"]


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
def test_log_bucket_of_cdk(flags):
    """Whether by a policy or by an ACL, what CDK sets up is enough."""
    stack = cdk.Stack(new_app(flags), "Stack")
    logs = aws_s3.Bucket(stack, "Logs")
    aws_s3.Bucket(stack, "Data", server_access_logs_bucket=logs)

    assert {} == found(template_of(stack))
