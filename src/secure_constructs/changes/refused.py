"""Changes that CloudFormation or the service behind it refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from secure_constructs.changes.change import Effect, Path, Verdict
from secure_constructs.changes.hazards.hazard import named
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
        name, key = _GROWING[type_]
        path = ("Properties", name)
        after = named(at(new, path), key)
        for each, before in named(at(old, path), key).items():
            if each in after and not same(before, after[each]):
                yield _verdict(path, f"{each} cannot become something else")
            elif each not in after and name == "Schema":
                yield _verdict(path, f"{each} cannot be taken away")


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
