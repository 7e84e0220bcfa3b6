"""Backups and copies that others make of a resource."""

from __future__ import annotations

import math

from collections.abc import Iterator

from secure_constructs.changes.change import Verdict
from secure_constructs.changes.hazards.hazard import (
    Body,
    Hazard,
    danger,
    named,
    removed,
    shorter,
    switched_off,
)
from secure_constructs.changes.values import at

_RULES = ("Properties", "BackupPlan", "BackupPlanRule")


def _fewer(old: Body, new: Body) -> Iterator[Verdict]:
    after = named(at(new, _RULES), "RuleName")
    for name, rule in named(at(old, _RULES), "RuleName").items():
        if name not in after:
            yield danger(
                _RULES,
                f"the rule {name} makes no more backups",
                "keep the rule, or give what it covers another one",
            )
            continue
        why = f"the backups of the rule {name} are deleted earlier"
        find = shorter("Lifecycle", "DeleteAfterDays", absent=math.inf, why=why)
        for each in find({"Properties": rule}, {"Properties": after[name]}):
            yield danger(_RULES, each.why)


HAZARDS = [
    # Backup Developer Guide, "Backup plan options and configuration"
    Hazard(("AWS::Backup::BackupPlan",), _fewer),
    # Data Lifecycle Manager API, State
    Hazard(
        ("AWS::DLM::LifecyclePolicy",),
        switched_off("State", why="no more snapshots are made, nor old ones deleted"),
    ),
    # S3 User Guide, "Replicating objects within and across Regions"
    Hazard(
        ("AWS::S3::Bucket",),
        removed(
            "ReplicationConfiguration",
            why="objects are no longer copied to the other bucket",
        ),
    ),
]
