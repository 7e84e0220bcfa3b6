"""Protections that many types share, and what nobody can take back."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.changes.change import Verdict
from secure_constructs.changes.hazards.hazard import Body, Hazard, danger, goes_off
from secure_constructs.changes.values import at, same

_PROTECTIONS = (
    "DeletionProtection",
    "DeletionProtectionEnabled",
    "TerminationProtectionEnabled",
    "DisableApiTermination",
)


def _unprotected(old: Body, new: Body) -> Iterator[Verdict]:
    for name in _PROTECTIONS:
        path = ("Properties", name)
        if goes_off(at(old, path), at(new, path)):
            yield danger(
                path,
                "nothing stops a deletion any more, by whoever may delete it or by "
                "the next deployment",
                "keep the protection, and take it off only to delete the resource",
            )


def _conditional(old: Body, new: Body) -> Iterator[Verdict]:
    before, after = old.get("Condition"), new.get("Condition")
    if after is not None and not same(before, after):
        yield danger(
            ("Condition",),
            "where the condition does not hold, the resource is removed",
            "make sure that it holds wherever the resource is, or keep the condition",
        )


HAZARDS = [
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
    # gives it for DynamoDB, RDS, DocumentDB, Neptune, Cognito, CloudTrail and others.
    Hazard((), _unprotected),
    # conditions-section-structure.html: what is not created is deleted.
    Hazard((), _conditional),
]
