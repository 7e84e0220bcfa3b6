"""Protections that many types share, and what nobody can take back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from secure_constructs.changes.change import Verdict
from secure_constructs.changes.hazards.hazard import Body, Hazard, danger, goes_off
from secure_constructs.changes.values import at, canonical, same

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


def removable(old: Body, new: Body) -> Iterator[Verdict]:
    """Yield that a resource goes where its condition does not hold."""
    # conditions-section-structure.html: what is not created is deleted.
    before, after = old.get("Condition"), new.get("Condition")
    if after is not None and not _holds(before, after):
        yield danger(
            ("Condition",),
            "where the condition does not hold, the resource is removed",
            "make sure that it holds wherever the resource is, or keep the condition",
        )


def _holds(before: object, after: object) -> bool:
    """Whether the condition *after* holds wherever *before* does."""
    if same(before, after):
        return True
    match before, after:
        case {"Fn::Condition": [_, was]}, {"Fn::Condition": [_, will]} if was and will:
            enough = set(map(canonical, _parts(will)))
            return all(canonical(each) in enough for each in _parts(was))
    return False


def _parts(asked: Any) -> list[Any]:  # noqa: ANN401 - templates are untyped
    """Return the questions of which one is enough."""
    match asked:
        case {"Fn::Or": [*parts]}:
            return [each for part in parts for each in _parts(part)]
    return [asked]


HAZARDS = [
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
    # gives it for DynamoDB, RDS, DocumentDB, Neptune, Cognito, CloudTrail and others.
    Hazard((), _unprotected),
]
