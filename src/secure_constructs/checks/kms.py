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
    own_root = _roots(key)
    for statement in statements(key, "KeyPolicy"):
        if not statement.allows:
            continue
        for problem in _openings(statement, key, own_root):
            yield Breach("Properties.KeyPolicy", problem)


RULES = (rotated_and_kept, used_by_this_account)


def _openings(statement: Statement, key: Resource, own: set[str]) -> Iterator[str]:
    """Yield what *statement* opens that should be shut."""
    if statement.is_for_everybody and not statement.is_narrowed:
        yield "lets everybody in"
    for account in statement.foreign_accounts(key.template.account):
        yield f"lets the account {account} in"
    if statement.principals.get("Service") and not _is_tied(statement):
        yield "lets a service in on behalf of any account"
    named = {each for each in statement.principals.get("AWS", []) if each}
    grants = _GRANTING & {str(action).lower() for action in statement.actions}
    if grants and named - own and not _is_for_services(statement):
        yield "lets a principal create grants for anybody"


def _is_tied(statement: Statement) -> bool:
    """Whether a condition ties a service to the resources of one account."""
    keys = {key for operator in statement.conditions.values() for key in operator}
    return statement.is_narrowed or any(
        key.startswith("kms:EncryptionContext:") for key in keys
    )


def _is_for_services(statement: Statement) -> bool:
    grant = statement.conditions.get("Bool", {}).get("kms:GrantIsForAWSResource")
    return grant in (True, "true")


def _roots(key: Resource) -> set[str]:
    """Return how a policy may write the root of the account that *key* is in."""
    accounts = ["${AWS::AccountId}", *filter(None, [key.template.account])]
    partitions = ("${AWS::Partition}", "aws", "aws-cn", "aws-us-gov")
    arns = {f"arn:{name}:iam::{each}:root" for name in partitions for each in accounts}
    return arns | set(accounts)


def _can_rotate(key: Resource) -> bool:
    """Whether AWS can rotate *key*: symmetric, and made by AWS itself."""
    spec = key.known("KeySpec") in (None, "SYMMETRIC_DEFAULT")
    usage = key.known("KeyUsage") in (None, "ENCRYPT_DECRYPT")
    return spec and usage and key.known("Origin") in (None, "AWS_KMS")
