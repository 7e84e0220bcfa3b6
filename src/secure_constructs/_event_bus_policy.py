"""The policies of a bus, whose events it takes, and of its queue, which takes its."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Aws, aws_events as events, aws_iam as iam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Stack, aws_sqs as sqs
    from constructs import Construct

_PUT = "events:PutEvents"
_PARTITION = Aws.PARTITION
_EVENTS = iam.ServicePrincipal("events.amazonaws.com")


def close_to_foreigners(
    scope: Construct,
    *,
    arn: str,
    name: str,
    account: str,
    accounts: Sequence[str],
    organization: str | None,
) -> None:
    """
    Let no other account put events (EVB-06), but *accounts* and *organization*.

    The own account gets no Allow here: that would let in each of its principals,
    whatever its own policy says. AWS's services get none either, and are left out of
    the Deny because their calls carry no account; a replay may be such a call.

    Args:
        scope: What the statements are children of.
        arn: The ARN of the bus.
        name: Its name.
        account: Its account.
        accounts: The accounts that may put events.
        organization: The organization whose accounts may, if any.
    """
    strangers: dict[str, Any] = {"aws:PrincipalAccount": [account, *accounts]}
    if organization is not None:
        strangers["aws:PrincipalOrgID"] = organization
    conditions = {
        "StringNotEquals": strangers,
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    statements = {"DenyForeignAccounts": _statement("Deny", "*", conditions)}
    if accounts:
        roots = [f"arn:{_PARTITION}:iam::{each}:root" for each in accounts]
        statements["AllowNamedAccounts"] = _statement("Allow", {"AWS": roots})
    if organization is not None:
        # The own account is a member as well; see above.
        members = {
            "StringEquals": {"aws:PrincipalOrgID": organization},
            "StringNotEquals": {"aws:PrincipalAccount": account},
        }
        statements["AllowOrganization"] = _statement("Allow", "*", members)
    before: events.CfnEventBusPolicy | None = None
    for sid, statement in statements.items():
        # CDK's own method would put `cdk-` before the id.
        policy = events.CfnEventBusPolicy(
            scope,
            sid,
            statement_id=sid,
            event_bus_name=name,
            statement={"Sid": sid, "Resource": arn, **statement},
        )
        if before is not None:
            # One after the other, because each changes the same policy of the bus,
            # and nobody is let in before the others are kept out.
            policy.add_dependency(before)
        before = policy


def let_bus_send(
    queue: sqs.Queue, *, arn: str, name: str, account: str, stack: Stack
) -> None:
    """
    Let EventBridge send to the dead-letter *queue* of a bus, for that bus only.

    CDK leaves that to its users, and without it every such event is lost.

    Args:
        queue: The queue.
        arn: The ARN of the bus.
        name: Its name.
        account: Its account.
        stack: Its stack.
    """
    rules = stack.format_arn(
        service="events", resource="rule", resource_name=f"{name}/*"
    )
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid="DeadLettersOfTheBus",
            principals=[_EVENTS],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={
                "ArnLike": {"aws:SourceArn": [arn, rules]},
                "StringEquals": {"aws:SourceAccount": account},
            },
        )
    )


def _statement(
    effect: str,
    principal: str | dict[str, Any],
    conditions: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a statement about putting events, without its resource."""
    statement = {"Effect": effect, "Principal": principal, "Action": _PUT}
    return {**statement, "Condition": conditions} if conditions else statement
