"""What EventBridge needs of the key of a bus, its archive, queues and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Validations, aws_iam as iam

from secure_constructs._notes import note

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from secure_constructs._place import Place
    from secure_constructs.key import AppKey

_EVENTS = "events.amazonaws.com"
_DELIVERY = "delivery.logs.amazonaws.com"
_LETS_IN = "_secure_constructs_lets_buses_in"
_KEY_IS_CLOSED = "secure-constructs:busKeyPolicy"
_KEY_IS_CLOSED_TEXT = (
    "The policy of the given key cannot be written from this app; make sure that it "
    "lets events.amazonaws.com use kms:Decrypt, kms:DescribeKey, kms:GenerateDataKey* "
    "and kms:ReEncrypt* for the buses of this account, and for logs of a bus "
    "delivery.logs.amazonaws.com kms:Decrypt and kms:GenerateDataKey*. Acknowledge "
    "this warning when it does."
)


def statements_for_events(place: Place) -> list[dict[str, Any]]:
    """
    Return what a key policy must say for buses, archives and the logs of buses.

    None of the statements names a resource: a name would make the stack of the key
    depend on that of the bus. What AWS encrypts for a bus carries the bus's ARN as
    its encryption context, and what it encrypts for logs an ARN of CloudWatch Logs,
    so each is tied to this account without `aws:SourceAccount`, which AWS does not
    promise for archives and logs.
    """
    here = f"{place.region}:{place.account}"
    return [
        _allow(
            "EventBusesOfThisAccount",
            [_EVENTS],
            ["kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "kms:EncryptionContext:aws:events:event-bus:arn",
            f"arn:{place.partition}:events:{here}:event-bus/*",
        ),
        _allow(
            "DeliveredLogsOfThisAccount",
            [_DELIVERY, _EVENTS],
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            "kms:EncryptionContext:SourceArn",
            f"arn:{place.partition}:logs:{here}:*",
        ),
    ]


def let_buses_use(
    key: kms.IKey | AppKey | None, place: Place, scope: Construct
) -> None:
    """
    Let EventBridge use *key* for the buses of this account.

    The policy of an `AppKey` says so from the start; that of any other key gets
    statements for all buses.

    CDK writes statements that name the bus into the policy of the key. Bus, queue
    and key then depend on each other in a circle, and cannot be created.

    Args:
        key: The key, if there is one.
        place: Where the bus stands.
        scope: Where to warn, if the key's policy cannot be written.
    """
    if key is None or hasattr(key, "key") or getattr(key, _LETS_IN, False):
        return
    describing = {
        "Sid": "EventBridgeDescribesForThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": _EVENTS},
        "Action": "kms:DescribeKey",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": place.account}},
    }
    added = [
        key.add_to_resource_policy(iam.PolicyStatement.from_json(each))
        for each in (describing, *statements_for_events(place))
    ]
    note(key, _LETS_IN, value=True)
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
