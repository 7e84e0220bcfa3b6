"""Keys and secrets without which data cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.changes.change import Path, Verdict
from secure_constructs.changes.hazards.hazard import (
    Body,
    Hazard,
    danger,
    differs,
    removed,
    shorter,
    switched_off,
)
from secure_constructs.changes.values import at, canonical
from secure_constructs.checks.template import listed

_KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
_POLICY: Path = ("Properties", "KeyPolicy")


def _unmanageable(old: Body, new: Body) -> Iterator[Verdict]:
    if _admins(old) and not _admins(new):
        yield danger(
            _POLICY,
            "the account itself may no longer manage the key: once the named roles "
            "are gone, nobody can use it or change its policy",
            "keep the statement that lets the account's root user do kms:*",
        )


def _admins(body: Body) -> list[Any]:
    """Return the statements that let the account do everything with the key."""
    statements = listed(at(body, (*_POLICY, "Statement")))
    return [
        each for each in statements if isinstance(each, Mapping) and _is_admin(each)
    ]


def _is_admin(statement: Mapping[str, Any]) -> bool:
    everything = "kms:*" in listed(statement.get("Action"))
    by_root = ":root" in canonical(statement.get("Principal"))
    return everything and by_root and statement.get("Effect") == "Allow"


HAZARDS = [
    # AWS::KMS::Key, Enabled: a disabled key encrypts and decrypts nothing
    Hazard(
        _KEYS,
        switched_off(
            "Enabled",
            absent=True,
            why="nothing that is encrypted with the key can be read any more",
        ),
    ),
    # AWS::KMS::Key, PendingWindowInDays: 30 by default
    Hazard(
        _KEYS,
        shorter(
            "PendingWindowInDays",
            absent=30,
            why="once the key is deleted, there is less time to notice and undo it",
        ),
    ),
    # KMS Developer Guide, "Default key policy": the risk of a key without an admin
    Hazard(_KEYS, _unmanageable),
    # AWS::SecretsManager::Secret, GenerateSecretString: a change makes a new value
    Hazard(
        ("AWS::SecretsManager::Secret",),
        differs(
            "GenerateSecretString",
            why="another value is generated; what has the old one is locked out",
            way_out="leave it as it is, and rotate the secret where it is used as well",
        ),
    ),
    Hazard(
        ("AWS::SecretsManager::Secret",),
        removed("ReplicaRegions", why="the copies in other regions are deleted"),
    ),
]
