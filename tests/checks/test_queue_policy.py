"""Tests for `secure_constructs.checks.queue_policy`."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Template
from secure_constructs.checks.queue_policy import refuses_plain_http
from tests.support.unknowable import INTRINSICS, unknowable

QUEUE = {"Fn::GetAtt": ["Failed", "Arn"]}
DENY = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "sqs:*",
    "Resource": QUEUE,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def policy(statement: Any = DENY, queues: Any = None) -> dict[str, Any]:
    """Return a policy of the queue `Failed`."""
    properties = {
        "Queues": queues or [{"Ref": "Failed"}],
        "PolicyDocument": {"Statement": statement},
    }
    return {"Type": "AWS::SQS::QueuePolicy", "Properties": properties}


def refused(policy: dict[str, Any], name: str | None = None) -> bool:
    """Whether plain http is refused at the queue `Failed` of that *name*."""
    failed = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
    other = {"Type": "AWS::SQS::Queue"}
    body = {"Failed": failed, "Other": other, "Policy": policy}
    return refuses_plain_http(Template({"Resources": body}).resources["Failed"])


class TestRefusesPlainHttp:
    @pytest.mark.parametrize(
        "resource",
        [
            "*",
            ["arn:aws:sns:eu-west-1:1:other", QUEUE],
            "arn:aws:sqs:eu-west-1:111122223333:orders-failed",
            {"Fn::Sub": "arn:aws:sqs:*:${AWS::AccountId}:${Failed.QueueName}"},
            *INTRINSICS.values(),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("queues", [{"Ref": "Failed"}, [{"Ref": "Failed"}, "x"]])
    def test_refuses_plain_http(self, resource, queues):
        """A Deny for everybody, on the queue however it is named, refuses it."""
        deny = policy({**DENY, "Resource": resource}, queues)

        assert refused(deny, "orders-failed")

    @pytest.mark.parametrize("action", ["*", "SQS:*", ["sqs:SendMessage", "sqs:*"]])
    def test_refuses_every_action(self, action):
        """Every action is meant, however it is written."""
        assert refused(policy({**DENY, "Action": action}))

    @pytest.mark.parametrize(
        "changes",
        [
            {"Effect": "Allow"},
            {"Principal": {"AWS": "111122223333"}},
            {"Action": "sqs:SendMessage"},
            {"Action": "s3:*"},
            {"Resource": "arn:aws:sqs:eu-west-1:111122223333:other"},
            {"Resource": "orders:failed"},
            {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            {"Condition": None},
        ],
        ids=str,
    )
    def test_not_by_refusing_less(self, changes):
        """A Deny with less in it lets plain http pass."""
        deny = policy([{**DENY, **changes}])

        assert not refused(deny, "failed")

    @pytest.mark.parametrize(
        "other",
        [policy(queues=["x"]), policy(queues=[{"Ref": "Other"}]), {"Type": "Other"}],
        ids=str,
    )
    def test_not_by_the_policy_of_another_queue(self, other):
        """A policy holds where it is attached."""
        assert not refused(other)

    @unknowable
    def test_perhaps_refuses_plain_http(self, unknown):
        """What the deployment decides about a policy may be the Deny."""
        for perhaps in (
            policy(unknown),
            policy([unknown]),
            policy(queues=unknown),
            policy(queues=[unknown]),
            policy({**DENY, "Condition": unknown}),
            policy({**DENY, "Principal": unknown}),
        ):
            assert refused(perhaps)

    def test_refuses_plain_http_by_the_url(self):
        """The URL of a queue is also an attribute."""
        url = {"Fn::GetAtt": ["Failed", "QueueUrl"]}

        assert refused(policy(queues=[url]))
