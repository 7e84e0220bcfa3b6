"""Changes that CloudFormation or the service behind it refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from secure_constructs.changes.change import Effect, Path, Verdict
from secure_constructs.changes.hazards.hazard import may_be_on, named
from secure_constructs.changes.schemas import Schema
from secure_constructs.changes.values import at, same

# What no schema says and the reference of the type, or the service, does.
_NEVER = {
    "AWS::Cognito::UserPool": (
        "AliasAttributes",
        "UsernameAttributes",
        "UsernameConfiguration",
    ),
    "AWS::DynamoDB::Table": ("LocalSecondaryIndexes",),
    "AWS::EC2::Volume": ("AvailabilityZone", "Encrypted", "KmsKeyId", "SnapshotId"),
    "AWS::KMS::Key": ("KeySpec", "KeyUsage", "MultiRegion", "Origin"),
    "AWS::Logs::LogGroup": ("LogGroupClass",),
}
# Lists of which no element may go or change; others may be added.
_GROWING = {
    "AWS::Cognito::UserPool": ("Schema", "Name"),
    "AWS::DynamoDB::GlobalTable": ("AttributeDefinitions", "AttributeName"),
    "AWS::DynamoDB::Table": ("AttributeDefinitions", "AttributeName"),
}
_INDEXES: Path = ("Properties", "GlobalSecondaryIndexes")


def refused(
    type_: str, schema: Schema, old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[Verdict]:
    """Yield what makes an update of the resource fail, or replaces it."""
    for name in _NEVER.get(type_, ()):
        path = ("Properties", name)
        before, after = (_or_default(body, path, schema) for body in (old, new))
        if not same(before, after):
            yield _verdict(path, "this property cannot change")
    if type_ in _GROWING:
        yield from _elements(*_GROWING[type_], old, new)
    if type_ == "AWS::DynamoDB::Table":
        yield from _indexes(old, new)


def _elements(
    name: str, key: str, old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[Verdict]:
    path = ("Properties", name)
    before, after = named(at(old, path), key), named(at(new, path), key)
    for each in dict.fromkeys([*before, *after]):
        if each in before and each in after:
            if not same(before[each], after[each]):
                yield _verdict(path, f"{each} cannot become something else")
        elif each in after:
            if may_be_on(after[each].get("Required")):
                yield _verdict(path, f"{each} cannot come later and be required")
        elif name == "Schema":
            yield _verdict(path, f"{each} cannot be taken away")


def _indexes(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Verdict]:
    before, after = (set(named(at(body, _INDEXES), "IndexName")) for body in (old, new))
    moved = sorted(before ^ after)
    if len(moved) > 1:
        yield Verdict(
            Effect.REPLACED,
            _INDEXES,
            "the update is refused: in one deployment only one index can come or go, "
            f"and not {', '.join(moved)}",
            "deploy them one after the other",
        )


def _or_default(body: Mapping[str, object], path: Path, schema: Schema) -> object:
    found = at(body, path)
    return schema.default(path) if found is None else found


def _verdict(path: Path, because: str) -> Verdict:
    return Verdict(
        Effect.REPLACED,
        path,
        f"the update is refused, or makes a new resource: {because}",
        "keep it as it is; to change it, make a second resource and move the data",
    )
