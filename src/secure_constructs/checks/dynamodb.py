"""The rules for tables."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.checks import dynamodb_tenants
from secure_constructs.checks.dynamodb_alarms import unwatched
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import (
    KEPT,
    UNKNOWN,
    Resource,
    is_undecided,
    listed,
    text,
)

_GLOBAL = "AWS::DynamoDB::GlobalTable"
_TABLE = "AWS::DynamoDB::Table"
_ON = (True, "true")
# What there may be of an encryption that is on: KMS is the only type there is.
_KMS = (None, "KMS", UNKNOWN)


@rule(
    "DDB-02",
    _GLOBAL,
    _TABLE,
    severity="warning",
    why="What no index serves is looked for by reading the whole table, and an index "
    "that nothing uses is paid for with each write.",
    fix="Write the access patterns and the indexes of the table down together.",
)
def patterns_served(table: Resource) -> Iterator[Breach]:
    """Each access pattern on record has its index, and each index has a pattern."""
    patterns = table.record.get("AccessPatterns")
    settled = table.template.settled
    names = [settled(table.read(*path, "IndexName")) for path in _indexes(table)]
    if patterns is None or None in names:
        return
    used = {each["Index"]: each["Name"] for each in patterns if "Index" in each}
    for index in sorted(used.keys() - set(names)):
        problem = f"there is no index {index}, which serves '{used[index]}'"
        yield Breach("Properties", problem)
    for index in names:
        if index not in used:
            yield Breach("Properties", f"no access pattern uses the index {index}")


@rule(
    "DDB-03",
    _GLOBAL,
    _TABLE,
    why="What a bug overwrites or deletes is gone; a backup of last night has none of "
    "today's items.",
    fix="Turn point-in-time recovery on, in each replica.",
    controls=("Security Hub DynamoDB.2", "NIST 800-53 CP-9", "NIST 800-53 CP-10"),
    nag=(
        "AwsSolutions-DDB3",
        "HIPAA.Security-DynamoDBPITREnabled",
        "NIST.800.53.R4-DynamoDBPITREnabled",
        "NIST.800.53.R5-DynamoDBPITREnabled",
    ),
)
def recoverable(table: Resource) -> Iterator[Breach]:
    """The table can be restored to any second, unless recorded as development."""
    setting = ("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
    if table.keeps_data:
        for path, where in _not_on(table, *setting):
            yield Breach(path, f"point-in-time recovery is off{where}")


@rule(
    "DDB-04",
    _GLOBAL,
    _TABLE,
    why="A key that AWS owns is in no account of yours: nobody sees who uses it, and "
    "nobody can stop that.",
    fix="Enable SSESpecification, which takes the key that AWS manages for your "
    "account, or give a key of your own.",
    controls=("NIST 800-53 SC-28",),
)
def encrypted(table: Resource) -> Iterator[Breach]:
    """Items are encrypted with a key in the account."""
    location = "Properties.SSESpecification"
    on = table.known("SSESpecification", "SSEEnabled") in (*_ON, UNKNOWN)
    if not on or table.known("SSESpecification", "SSEType") not in _KMS:
        yield Breach(location, "it is encrypted with a key that AWS owns")
    elif table.record.get("Encryption") == "aws:kms":
        key = "KMSMasterKeyId"
        for path, where in _replicas(table):
            if table.read(*path, "SSESpecification", key) is None:
                problem = f"the key it was made with is no longer in use{where}"
                yield Breach(_location(*path, "SSESpecification", key), problem)


@rule(
    "DDB-06",
    _GLOBAL,
    _TABLE,
    severity="warning",
    why="Items that were to expire stay, cost money, and are found where they should "
    "be gone.",
    fix="Set Enabled beside the AttributeName of TimeToLiveSpecification; the "
    "attribute must be a number, and no key.",
)
def expires(table: Resource) -> Iterator[Breach]:
    """Items expire by the attribute that is named for it, if one is."""
    setting = "TimeToLiveSpecification"
    given = table.read(setting, "AttributeName")
    name = table.record.get("TimeToLive") or text(given)
    if name is None:
        return
    location = f"Properties.{setting}"
    off = table.known(setting, "Enabled") not in (*_ON, UNKNOWN)
    if off or (text(given) != name and not is_undecided(given)):
        yield Breach(location, f"time to live by {name} is off")
    for index, _ in enumerate(listed(table.known("AttributeDefinitions"))):
        path = ("AttributeDefinitions", index)
        kind = table.known(*path, "AttributeType")
        if text(table.read(*path, "AttributeName")) == name and kind in ("S", "B"):
            yield Breach(location, f"{name} is a key and no number, so nothing expires")


@rule(
    "DDB-07",
    _GLOBAL,
    _TABLE,
    why="A deleted stack, a renamed construct, a changed name or a click would delete "
    "the data.",
    fix="Turn DeletionProtectionEnabled on in each replica, and keep the table: "
    "DeletionPolicy and UpdateReplacePolicy Retain.",
    controls=("Security Hub DynamoDB.6", "NIST 800-53 CP-9"),
)
def kept(table: Resource) -> Iterator[Breach]:
    """The table cannot be deleted and outlives its stack, unless for development."""
    if not table.keeps_data:
        return
    for path, where in _not_on(table, "DeletionProtectionEnabled"):
        yield Breach(path, f"deletion protection is off{where}")
    for policy in table.loses_data_by(*KEPT):
        yield Breach(policy, f"{policy} does not keep the table")


@rule(
    "DDB-10",
    _GLOBAL,
    _TABLE,
    severity="warning",
    why="Requests that DynamoDB throttles or fails are retried in silence, until "
    "customers wait.",
    fix="Define alarms for ReadThrottleEvents, WriteThrottleEvents and SystemErrors of "
    "the table.",
    controls=("NIST 800-53 SI-4",),
)
def alarmed(table: Resource) -> Iterator[Breach]:
    """
    Alarms watch for throttling and system errors, unless it is for development.

    Alarms of other templates cannot be seen: a table without one in its own is
    reported. Which operations an alarm is for is up to its author.
    """
    missing = [] if table.is_development else list(unwatched(table))
    if missing:
        problem = f"no alarm of this template watches its {', '.join(missing)}"
        yield Breach("Properties", problem)


isolated = dynamodb_tenants.isolated

RULES = (
    patterns_served,
    recoverable,
    encrypted,
    expires,
    kept,
    alarmed,
    *dynamodb_tenants.RULES,
)


def _not_on(table: Resource, *setting: str) -> Iterator[tuple[str, str]]:
    """Yield the location of a *setting* that is off, and in which replica that is."""
    for path, where in _replicas(table):
        if table.known(*path, *setting) not in (*_ON, UNKNOWN):
            yield _location(*path, *setting), where


def _replicas(table: Resource) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield where the settings of each replica are, and words for that replica."""
    if table.type == _TABLE:
        yield (), ""
        return
    for index, _ in enumerate(listed(table.known("Replicas"))):
        region = text(table.read("Replicas", index, "Region"))
        here = region is None or region == "${AWS::Region}"
        yield ("Replicas", index), "" if here else f" in {region}"


def _indexes(table: Resource) -> Iterator[tuple[str, int]]:
    """Yield where the indexes of *table* are."""
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index, _ in enumerate(listed(table.known(kind))):
            yield kind, index


def _location(*path: str | int) -> str:
    return ".".join(map(str, ("Properties", *path)))
