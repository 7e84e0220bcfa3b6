"""The rules for keys."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.checks.policy import Statement, statements
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import Resource

_KEY = "AWS::KMS::Key"
_KEPT = ("Retain", "RetainExceptOnCreate")
_LONGEST_ROTATION = 365
_SHORTEST_WINDOW = 30
_FOR_SERVICES = "kms:GrantIsForAWSResource"
_GRANTING = {"*", "kms:*", "kms:create*", "kms:creategrant"}


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
    period = key.known("RotationPeriodInDays")
    if isinstance(period, int) and period > _LONGEST_ROTATION:
        yield Breach("Properties.RotationPeriodInDays", f"rotates every {period} days")
    window = key.known("PendingWindowInDays")
    if isinstance(window, int) and window < _SHORTEST_WINDOW:
        yield Breach("Properties.PendingWindowInDays", f"is gone after {window} days")
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if key.keeps_data and key.body.get(policy) not in _KEPT:
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
    found = list(statements(key, "KeyPolicy"))
    for statement in found:
        if statement.allows:
            for problem in _openings(statement, key):
                yield Breach("Properties.KeyPolicy", problem)
    granting = [each for each in found if each.allows and _lets_grant(each)]
    if granting and not any(map(_refuses_grants, found)):
        yield Breach("Properties.KeyPolicy", "lets more than services create grants")


RULES = (rotated_and_kept, used_by_this_account)


def _openings(statement: Statement, key: Resource) -> Iterator[str]:
    """Yield whom *statement* lets in that should stay out."""
    if statement.is_for_everybody and not statement.is_narrowed:
        yield "lets everybody in"
    for account in statement.foreign_accounts(key.template.account):
        yield f"lets the account {account} in"
    if statement.principals.get("Service") and not statement.is_tied:
        yield "lets a service in for any account"


def _lets_grant(statement: Statement) -> bool:
    """Whether *statement* lets its principals create grants for anybody."""
    actions = {str(action).lower() for action in statement.actions}
    for_services = statement.conditions.get("Bool", {}).get(_FOR_SERVICES)
    return bool(_GRANTING & actions) and for_services not in (True, "true")


def _refuses_grants(statement: Statement) -> bool:
    """Whether *statement* denies grants to all but services, for everybody."""
    conditions = {
        key: value
        for operator in ("Bool", "BoolIfExists")
        for key, value in statement.conditions.get(operator, {}).items()
    }
    only = len(statement.conditions) == 1 and conditions in (
        {_FOR_SERVICES: "false"},
        {_FOR_SERVICES: False},
    )
    everybody = not statement.allows and statement.is_for_everybody
    actions = {str(action).lower() for action in statement.actions}
    return everybody and only and bool(_GRANTING & actions)


def _can_rotate(key: Resource) -> bool:
    """Whether AWS can rotate *key*: symmetric, and made by AWS itself."""
    spec = key.known("KeySpec") in (None, "SYMMETRIC_DEFAULT")
    usage = key.known("KeyUsage") in (None, "ENCRYPT_DECRYPT")
    return spec and usage and key.known("Origin") in (None, "AWS_KMS")
