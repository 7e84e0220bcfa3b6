"""What becomes of a resource that a deployment deletes, by its own policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from secure_constructs.changes.change import Effect, Verdict
from secure_constructs.changes.values import at
from secure_constructs.checks.template import KEPT

_DELETION = "DeletionPolicy"
_REPLACEMENT = "UpdateReplacePolicy"
_SNAPSHOT = "Snapshot"
_WHEN = {_DELETION: "leaves the stack", _REPLACEMENT: "is replaced"}


class Fate(Enum):
    """What becomes of a resource, the better the earlier."""

    KEPT = 1
    SNAPSHOT = 2
    UNKNOWN = 3
    DELETED = 4


def fate_on_deletion(type_: str, body: Mapping[str, Any]) -> Fate:
    """Return what becomes of a resource that leaves the template."""
    # AWS: the default is a snapshot for clusters of RDS, and for instances of none.
    alone = at(body, ("Properties", "DBClusterIdentifier")) is None
    by_default = type_ == "AWS::RDS::DBCluster" or (
        type_ == "AWS::RDS::DBInstance" and alone
    )
    return _fate(body.get(_DELETION, _SNAPSHOT if by_default else "Delete"))


def fate_on_replacement(body: Mapping[str, Any]) -> Fate:
    """Return what becomes of the old resource when a new one takes its place."""
    return _fate(body.get(_REPLACEMENT, "Delete"))


def weakened(
    type_: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Verdict]:
    """Yield the policies of a resource that keep less than before."""
    before, after = fate_on_deletion(type_, old), fate_on_deletion(type_, new)
    yield from _weaker(_DELETION, before, after)
    before, after = fate_on_replacement(old), fate_on_replacement(new)
    yield from _weaker(_REPLACEMENT, before, after)


def _weaker(policy: str, before: Fate, after: Fate) -> Iterator[Verdict]:
    if after.value <= before.value:
        return
    left = after is Fate.SNAPSHOT
    what = "only a snapshot of it is left" if left else "it is deleted with its data"
    yield Verdict(
        Effect.BEHAVIOUR if left else Effect.DATA,
        (policy,),
        f"the next time it {_WHEN[policy]}, {what}",
        f"keep {policy} as it is (RemovalPolicy.RETAIN in CDK)",
    )


def _fate(policy: object) -> Fate:
    if policy in KEPT:
        return Fate.KEPT
    known = {_SNAPSHOT: Fate.SNAPSHOT, "Delete": Fate.DELETED}
    return known.get(policy, Fate.UNKNOWN) if isinstance(policy, str) else Fate.UNKNOWN
