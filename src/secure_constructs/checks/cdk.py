"""The rules for every resource, and for the stack around them."""

from __future__ import annotations

import datetime as dt

from collections.abc import Iterator, Mapping
from typing import Any

from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import (
    KEPT,
    UNKNOWN,
    Resource,
    is_intrinsic,
    is_undecided,
    listed,
)

_TAGS = ("Env", "Team", "Service")
# Where the types that this library makes keep their tags.
_TAG_PATHS: Mapping[str, tuple[str | int, ...]] = {
    "AWS::DynamoDB::GlobalTable": ("Replicas", 0, "Tags"),
    "AWS::DynamoDB::Table": ("Tags",),
    "AWS::Events::EventBus": ("Tags",),
    "AWS::IAM::OIDCProvider": ("Tags",),
    "AWS::IAM::Role": ("Tags",),
    "AWS::KMS::Key": ("Tags",),
    "AWS::Lambda::Function": ("Tags",),
    "AWS::Logs::LogGroup": ("Tags",),
    "AWS::S3::Bucket": ("Tags",),
    "AWS::SNS::Topic": ("Tags",),
    "AWS::SQS::Queue": ("Tags",),
}
# Data stores without a rule of their own about being kept.
_DATA_STORES = (
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::EFS::FileSystem",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
)
_HOLDING_DATA = (
    *_DATA_STORES,
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
)


@rule(
    "CDK-01",
    *_TAG_PATHS,
    why="A resource without an owner is neither paid for nor repaired by anybody.",
    fix="Apply StandardTags to the app, stage or stack.",
    controls=("NIST 800-53 CM-8",),
    severity="warning",
)
def tagged(resource: Resource) -> Iterator[Breach]:
    """Every resource says its environment, team and service."""
    path = _TAG_PATHS[resource.type]
    keys = [_key(each) for each in listed(resource.known(*path))]
    if any(map(is_undecided, keys)):
        return
    missing = [name for name in _TAGS if name not in keys]
    if missing:
        location = ".".join(map(str, ("Properties", *path)))
        yield Breach(location, f"the tags {', '.join(missing)} are missing")


@rule(
    "CDK-02",
    *_DATA_STORES,
    why="A deleted stack, a renamed construct or a changed name would delete the data.",
    fix="Set DeletionPolicy and UpdateReplacePolicy to Retain or Snapshot.",
    controls=("NIST 800-53 CP-9",),
)
def data_kept(store: Resource) -> Iterator[Breach]:
    """Data stores outlive their stack."""
    if store.read("DBClusterIdentifier") is not None:
        return  # The data of an instance in a cluster is the cluster's.
    for policy in store.loses_data_by(*KEPT, "Snapshot"):
        yield Breach(policy, f"{policy} does not keep the data")


@rule(
    "CDK-06",
    "*",
    why="A weakening that nobody argued for, or that was to end, is a mistake.",
    fix="Keep the protection, or write down the reason and until when it holds.",
)
def weakenings_argued(resource: Resource) -> Iterator[Breach]:
    """Every recorded waiver has a reason and has not ended."""
    today = dt.datetime.now(tz=dt.timezone.utc).date()
    for promise, waiver in (resource.record.get("Waivers") or {}).items():
        location = f"Metadata.SecureConstructs.Waivers.{promise}"
        if not waiver.get("Reason"):
            yield Breach(location, f"the waiver of {promise} has no reason")
        until = waiver.get("Until")
        if until and not _is_day(until):
            yield Breach(location, f"the waiver of {promise} ends on no day: {until}")
        elif until and dt.date.fromisoformat(until) < today:
            yield Breach(location, f"the waiver of {promise} ended on {until}")


@rule(
    "CDK-07",
    *_HOLDING_DATA,
    why="One command deletes a stack that is not protected, with all it holds.",
    fix="Pass termination_protection=True to the stack.",
    controls=("NIST 800-53 CP-9",),
)
def protected(store: Resource) -> Iterator[Breach]:
    """A production stack that holds data is protected from its own deletion."""
    if store.template.protected is not False or not store.keeps_data:
        return
    # Said once a stack, at the first resource that holds data worth keeping.
    holding = store.template.of_type(*_HOLDING_DATA)
    if store is next(each for each in holding if each.keeps_data):
        yield Breach("Properties", "its stack has no termination protection")


RULES = (tagged, data_kept, weakenings_argued, protected)


def _key(tag: Any) -> Any:  # noqa: ANN401 - templates are untyped
    """Return the name of *tag*, or *tag* itself where the deployment decides."""
    return tag if is_intrinsic(tag) or tag is UNKNOWN else tag.get("Key")


def _is_day(until: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(until))
    except ValueError:
        return False
