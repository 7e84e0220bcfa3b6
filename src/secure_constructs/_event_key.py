"""What EventBridge needs of the key of a bus, its archive, queues and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Validations, aws_iam as iam

from secure_constructs._notes import note

if TYPE_CHECKING:
    from aws_cdk import Stack, aws_kms as kms
    from constructs import Construct

_EVENTS = "events.amazonaws.com"
_DELIVERY = "delivery.logs.amazonaws.com"
_KEY_IS_CLOSED = "secure-constructs:eventsKeyPolicy"
_KEY_IS_CLOSED_TEXT = (
    "The policy of the given key cannot be written from this app; make sure that it "
    "lets events.amazonaws.com decrypt, generate data keys, re-encrypt and describe "
    "the key for this account, and for the logs of a bus delivery.logs.amazonaws.com "
    "decrypt and generate data keys as well."
)


def statements_for_events(stack: Stack) -> list[dict[str, Any]]:
    """
    Return what a key policy must say for buses, archives and the logs of buses.

    None of the statements names a resource: a name would make the stack of the key
    depend on that of the bus. What AWS encrypts for a bus carries the bus's ARN as
    its encryption context, and what it encrypts for logs an ARN of CloudWatch Logs,
    so each is tied to this account without `aws:SourceAccount`, which AWS does not
    promise for archives and logs.
    """
    here = f"{stack.region}:{stack.account}"
    return [
        _allow(
            "EventBusesOfThisAccount",
            [_EVENTS],
            ["kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "kms:EncryptionContext:aws:events:event-bus:arn",
            f"arn:{stack.partition}:events:{here}:event-bus/*",
        ),
        _allow(
            "DeliveredLogsOfThisAccount",
            [_DELIVERY, _EVENTS],
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            "kms:EncryptionContext:SourceArn",
            f"arn:{stack.partition}:logs:{here}:*",
        ),
    ]


def let_events_use(key: kms.IKey, stack: Stack, scope: Construct) -> None:
    """
    Let EventBridge use *key*, which is no `AppKey`, for this account.

    CDK writes statements that name the bus into the policy of the key. Bus, queue
    and key then depend on each other in a circle, and cannot be created.

    Args:
        key: The key.
        stack: The stack of what is encrypted.
        scope: Where to warn, if the key's policy cannot be written.
    """
    noted = "_secure_constructs_lets_events_in"
    if getattr(key, noted, False):
        return
    filling = {
        "Sid": "EventBridgeForThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": _EVENTS},
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": stack.account}},
    }
    statements = [filling, *statements_for_events(stack)]
    added = [
        key.add_to_resource_policy(iam.PolicyStatement.from_json(each))
        for each in statements
    ]
    note(key, noted, value=True)
    if not all(each.statement_added for each in added):
        Validations.of(scope).add_warning(_KEY_IS_CLOSED, _KEY_IS_CLOSED_TEXT)


def _allow(
    sid: str, services: list[str], actions: list[str], context: str, arns: str
) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": services},
        "Action": actions,
        "Resource": "*",
        "Condition": {"ArnLike": {context: arns}},
    }
