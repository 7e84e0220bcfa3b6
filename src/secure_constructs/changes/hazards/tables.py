"""Items of tables that may go, or be found no more."""

from __future__ import annotations

import math

from collections.abc import Iterator, Mapping

from secure_constructs.changes.change import Path, Verdict
from secure_constructs.changes.hazards.hazard import (
    Body,
    Hazard,
    changed,
    danger,
    may_be_on,
    named,
    removed,
    shorter,
    switched_off,
)
from secure_constructs.changes.values import at, same
from secure_constructs.checks.template import listed

_TABLE = ("AWS::DynamoDB::Table",)
_GLOBAL = ("AWS::DynamoDB::GlobalTable",)
_BOTH = _TABLE + _GLOBAL
_TTL: Path = ("Properties", "TimeToLiveSpecification")
_INDEXES: Path = ("Properties", "GlobalSecondaryIndexes")
_REPLICAS: Path = ("Properties", "Replicas")
_RECOVERY = "PointInTimeRecoverySpecification"
_NO_RECOVERY = (
    "the table can no longer be restored to a point in time, also in the past"
)
_EARLIER = "the table can no longer be restored to what it was before that time"


def _expires(old: Body, new: Body) -> Iterator[Verdict]:
    before, after = at(old, _TTL), at(new, _TTL)
    if same(before, after) or not may_be_on(at(new, (*_TTL, "Enabled"))):
        return
    yield danger(
        _TTL,
        "items with a time in this attribute that has passed are deleted, also those "
        "that are there",
        "make sure that no item has the attribute for something else",
    )


def _fewer_indexes(old: Body, new: Body) -> Iterator[Verdict]:
    after = named(at(new, _INDEXES), "IndexName")
    for name, index in named(at(old, _INDEXES), "IndexName").items():
        if name not in after:
            why = f"the index {name} is deleted; what queries it fails"
            yield danger(_INDEXES, why, "remove the index after all that queries it")
        elif any(
            not same(index.get(key), after[name].get(key))
            for key in ("KeySchema", "Projection")
        ):
            yield danger(
                _INDEXES,
                f"the index {name} has other keys or attributes: CloudFormation "
                "refuses that, or makes it anew, without answers in the meantime",
                "add an index under another name, then remove this one",
            )


def _fewer_replicas(old: Body, new: Body) -> Iterator[Verdict]:
    after = named(at(new, _REPLICAS), "Region")
    for region in named(at(old, _REPLICAS), "Region"):
        if region not in after:
            why = f"the copy of the table in {region} is deleted, with all its items"
            yield danger(_REPLICAS, why, "keep the replica until nothing uses it")


def _weaker_replicas(old: Body, new: Body) -> Iterator[Verdict]:
    before = named(at(old, _REPLICAS), "Region")
    for index, replica in enumerate(listed(at(new, _REPLICAS))):
        region = replica.get("Region") if isinstance(replica, Mapping) else None
        if str(region) not in before:
            continue
        was = {"Properties": before[str(region)]}
        for find in _OF_A_REPLICA:
            for verdict in find(was, {"Properties": replica}):
                path = (*_REPLICAS, index, *verdict.path[1:])
                yield danger(path, verdict.why, verdict.way_out)


_NO_DELETION = "nothing stops a deletion of the table in this region any more"
_OF_A_REPLICA = (
    switched_off(_RECOVERY, "PointInTimeRecoveryEnabled", why=_NO_RECOVERY),
    shorter(_RECOVERY, "RecoveryPeriodInDays", absent=35, why=_EARLIER),
    switched_off("DeletionProtectionEnabled", why=_NO_DELETION),
)

HAZARDS = [
    # DynamoDB Developer Guide, "Using time to live (TTL) in DynamoDB"
    Hazard(_BOTH, _expires),
    # AWS::DynamoDB::Table, GlobalSecondaryIndexes
    Hazard(_BOTH, _fewer_indexes),
    # DynamoDB Developer Guide, "Point-in-time backups": switching off drops them
    Hazard(_TABLE, _OF_A_REPLICA[0]),
    Hazard(_TABLE, _OF_A_REPLICA[1]),
    # AWS::DynamoDB::GlobalTable, Replicas
    Hazard(_GLOBAL, _fewer_replicas),
    Hazard(_GLOBAL, _weaker_replicas),
    # DynamoDB Developer Guide, "Change data capture": a new stream has a new ARN
    *(
        Hazard(
            _BOTH,
            find(
                "StreamSpecification",
                "StreamViewType",
                why="the stream ends, with the changes that nobody read yet; another "
                "one has another ARN",
                way_out="keep the stream until its readers have caught up",
            ),
        )
        for find in (changed, removed)
    ),
    # Keyspaces Developer Guide, "Point-in-time recovery" and "Time to Live"
    Hazard(
        ("AWS::Cassandra::Table",),
        switched_off("PointInTimeRecoveryEnabled", why=_NO_RECOVERY),
    ),
    Hazard(
        ("AWS::Cassandra::Table",),
        shorter(
            "DefaultTimeToLive",
            absent=math.inf,
            zero=math.inf,
            why="rows that are written from then on expire earlier",
        ),
    ),
]
