"""The rules for keys."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.checks.policy import Statement, read_policy
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import KEPT, Resource, number

_KEY = "AWS::KMS::Key"
_LONGEST_ROTATION = 365
_SHORTEST_WINDOW = 30
_FOR_SERVICES = "kms:GrantIsForAWSResource"
_GRANT = "kms:CreateGrant"


@rule(
    "KEY-01",
    _KEY,
    why="What a deleted key encrypted is lost; what one key encrypts for years is "
    "lost with it when it leaks.",
    fix="Turn yearly rotation on, wait 30 days before a deletion, and keep the key.",
    controls=("Security Hub KMS.4", "CIS AWS 3.6", "NIST 800-53 SC-12"),
    nag=("AwsSolutions-KMS5",),
)
def rotated_and_kept(key: Resource) -> Iterator[Breach]:
    """The key rotates yearly and is not deleted in haste."""
    if key.known("EnableKeyRotation") in (None, False, "false") and _can_rotate(key):
        yield Breach("Properties.EnableKeyRotation", "the key does not rotate")
    period = number(key.known("RotationPeriodInDays"))
    if period is not None and period > _LONGEST_ROTATION:
        yield Breach("Properties.RotationPeriodInDays", f"rotates every {period} days")
    window = number(key.known("PendingWindowInDays"))
    if window is not None and window < _SHORTEST_WINDOW:
        yield Breach("Properties.PendingWindowInDays", f"is gone after {window} days")
    for policy in key.loses_data_by(*KEPT) if key.keeps_data else ():
        yield Breach(policy, f"{policy} does not keep the key")


@rule(
    "KEY-02",
    _KEY,
    why="Whoever may use the key reads what it encrypts; whoever may create grants "
    "hands that on without a trace in any policy.",
    fix="Name this account's principals, tie each service to this account's "
    "resources, and let only AWS services create grants.",
    controls=("NIST 800-53 AC-3", "NIST 800-53 SC-12"),
)
def used_by_this_account(key: Resource) -> Iterator[Breach]:
    """The key policy lets in this account only, and services on its behalf."""
    policy = read_policy(key, "KeyPolicy")
    own = key.template.account
    for problem in (
        each for found in policy.statements for each in found.openings(own)
    ):
        yield Breach("Properties.KeyPolicy", problem)
    refused = any(map(_may_refuse_grants, policy.statements)) or not policy.is_whole
    if any(map(_lets_grant, policy.statements)) and not refused:
        yield Breach("Properties.KeyPolicy", "lets more than services create grants")


RULES = (rotated_and_kept, used_by_this_account)


def _lets_grant(statement: Statement) -> bool:
    """Whether *statement* lets its principals create grants for anybody."""
    services = statement.conditions.get("Bool", {}).get(_FOR_SERVICES)
    only = statement.may("Condition", is_so=services in (True, "true"))
    people = statement.allows and "AWS" in statement.principals
    return people and statement.is_about(_GRANT) and not only


def _may_refuse_grants(statement: Statement) -> bool:
    """Whether *statement* denies grants to everybody, but perhaps to services."""
    keys = [key for keys in statement.conditions.values() for key in keys.items()]
    operators = set(statement.conditions) <= {"Bool", "BoolIfExists"}
    only = all(
        key in ((_FOR_SERVICES, "false"), (_FOR_SERVICES, False)) for key in keys
    )
    return (
        statement.may_deny
        and statement.may("Principal", is_so=statement.is_for_everybody)
        and statement.may("Action", is_so=statement.is_about(_GRANT))
        and statement.may("Condition", is_so=operators and only)
    )


def _can_rotate(key: Resource) -> bool:
    """Whether AWS can rotate *key*: symmetric, and made by AWS itself."""
    spec = key.known("KeySpec") in (None, "SYMMETRIC_DEFAULT")
    usage = key.known("KeyUsage") in (None, "ENCRYPT_DECRYPT")
    return spec and usage and key.known("Origin") in (None, "AWS_KMS")
