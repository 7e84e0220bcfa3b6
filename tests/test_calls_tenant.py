"""What roles for tenants cost in calls to CDK's own process."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam, aws_s3 as s3

from benchmarks.by_hand import tenant_role
from secure_constructs import TenantGrants, TenantRole
from tests.support.calls import kernel_calls
from tests.support.synth import new_app, template_of

ENV = cdk.Environment(account="111122223333", region="eu-west-1")
LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"


def by_hand(stack: cdk.Stack, broker: iam.Role) -> iam.Role:
    """Define what a role of ours renders."""
    role = tenant_role.tenant_role(stack, "Tenant", [broker])
    broker.add_to_policy(tenant_role.may_assume(role))
    return role


def granted_by_hand(role: iam.Role, table: dynamodb.ITable) -> None:
    """Define what a grant of ours renders."""
    tenant_role.let_use(role, table, ["GSI1"])


def ours(stack: cdk.Stack, broker: iam.Role) -> TenantRole:
    """Define a role."""
    return TenantRole(stack, "Tenant", brokers=[broker])


def ready() -> tuple[cdk.Stack, iam.Role, dynamodb.ITable]:
    """Return a stack with a broker and a table."""
    stack = cdk.Stack(new_app(), "Stack", env=ENV)
    broker = iam.Role(stack, "Broker", assumed_by=LAMBDA)
    return stack, broker, dynamodb.Table.from_table_arn(stack, "Orders", TABLE)


def calls_of(define: Any) -> int:
    """Return how many calls *define* makes beside a role that there is."""
    stack, broker, _ = ready()
    TenantRole(stack, "First", brokers=[broker])
    with kernel_calls() as calls:
        define(stack, broker)
    return len(calls)


class TestBesideCodeByHand:
    def test_renders_the_same(self):
        """Both ways give one template, so that their cost can be compared."""
        stack, broker, table = ready()
        granted_by_hand(by_hand(stack, broker), table)
        other, other_broker, other_table = ready()
        role = ours(other, other_broker)
        TenantGrants.of(other_table, indexes=["GSI1"]).tenant_read_write(role)

        assert template_of(stack) == template_of(other)

    def test_calls_no_more(self):
        """A role of ours takes no more calls than the same role by hand."""
        assert calls_of(ours) <= calls_of(by_hand)


def of_role(**options: Any) -> int:
    """Return how many calls a role with *options* takes beside one there is."""
    stack, broker, _ = ready()
    TenantRole(stack, "First", brokers=[broker])
    with kernel_calls() as calls:
        TenantRole(stack, "Tenant", **{"brokers": [broker], **options})
    return len(calls)


class TestExactly:
    """Numbers that only a decision may raise."""

    def test_each_further_role(self):
        """The construct, the role, its trust, its record, and the broker's policy."""
        assert 12 == of_role()

    @pytest.mark.parametrize(
        ("options", "calls"),
        [
            ({"tag_key": "Shop"}, 0),
            ({"role_name": "tenant", "description": "One of the shop's"}, 0),
            ({"max_session_duration": cdk.Duration.hours(2)}, 1),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_each_option(self, options, calls):
        """What an option costs beside the role itself."""
        assert calls == of_role(**options) - of_role()

    @pytest.mark.parametrize(
        ("made", "calls"),
        [
            (lambda stack: dynamodb.Table.from_table_arn(stack, "Data", TABLE), 2 + 3),
            (lambda stack: s3.Bucket.from_bucket_name(stack, "Data", "data"), 2 + 4),
        ],
        ids=["table", "bucket"],
    )
    def test_each_first_grant(self, made, calls):
        """Two for ARN and key; three for a policy, one for a statement more."""
        stack, broker, _ = ready()
        role = TenantRole(stack, "Tenant", brokers=[broker])
        resource = made(stack)
        with kernel_calls() as found:
            TenantGrants.of(resource).tenant_read_write(role)

        assert calls == len(found)
