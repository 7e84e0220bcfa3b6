"""Checks of what only a table takes."""

from __future__ import annotations

import re

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from aws_cdk import Duration, aws_dynamodb as dynamodb

from secure_constructs._inputs import Inputs, is_token
from secure_constructs.tier import Tier
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms

    from secure_constructs._place import Place
    from secure_constructs.key import AppKey

_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d")
_TABLES = (dynamodb.CfnTable, dynamodb.CfnGlobalTable)
_KEY_ARN = re.compile(r"arn:[a-z-]+:kms:([a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+")
_LONGEST_RECOVERY = 35
_MOST_UNITS = 1_000_000_000
_AUTOSCALED = dynamodb.CapacityMode.AUTOSCALED
_BOTH_IMAGES = dynamodb.StreamViewType.NEW_AND_OLD_IMAGES


def check_name(inputs: Inputs, place: Place, name: str | None) -> None:
    """Raise if *name* is none that DynamoDB takes, or one that the stack has."""
    if name is None:
        return
    if not isinstance(name, str):
        raise inputs.wrong_kind("table_name", name, "is no text")
    if is_token(name):
        return
    if not _NAME.fullmatch(name):
        problem = (
            "is no table name: 3 to 255 letters, digits, _, - and .; leave it out to "
            "get one made"
        )
        raise inputs.wrong("table_name", name, problem)
    for each in place.stack.node.find_all():
        if isinstance(each, _TABLES) and each.table_name == name:
            problem = (
                f"is the name of '{each.node.path}' too, and two resources cannot be "
                "one table; take that one out first, so that it is kept and then "
                "imported: docs/howto/adopt-a-live-table.md"
            )
            raise inputs.wrong("table_name", name, problem)


def check_choices(
    inputs: Inputs,
    stream: dynamodb.StreamViewType | None,
    table_class: dynamodb.TableClass | None,
) -> None:
    """Raise if *stream* or *table_class* is none of its kind."""
    if stream is not None and not isinstance(stream, dynamodb.StreamViewType):
        problem = (
            "is no StreamViewType; write dynamodb.StreamViewType.NEW_AND_OLD_IMAGES"
        )
        raise inputs.wrong_kind("stream", stream, problem)
    if table_class is not None and not isinstance(table_class, dynamodb.TableClass):
        problem = (
            "is no TableClass; write dynamodb.TableClass.STANDARD_INFREQUENT_ACCESS"
        )
        raise inputs.wrong_kind("table_class", table_class, problem)


def recovery_days(
    inputs: Inputs, recovery: Duration | Waived | None, tier: Tier
) -> float | None:
    """Return for how many days the table can be restored, checked; None for none."""
    option = "point_in_time_recovery"
    if recovery is None:
        return _LONGEST_RECOVERY
    if isinstance(recovery, Duration):
        days = inputs.days(option, recovery, low=1, high=_LONGEST_RECOVERY)
        if days is None:
            problem = "is only known at deployment, and CDK takes no such; write it out"
            raise inputs.wrong(option, "a token", problem)
        return days
    way_out = "pass a Duration of 1 to 35 days, or leave it out for 35"
    inputs.waived(option, recovery, "recovery (DDB-03)", instead=way_out)
    if tier is Tier.PRODUCTION:
        problem = (
            "gives up what a production table is restored from (DDB-03); keep it, for "
            "Duration.days(1) at least, or pass tier=Tier.DEVELOPMENT"
        )
        raise inputs.wrong(option, recovery, problem)
    return None


def ceilings_of(
    inputs: Inputs,
    capacity: dynamodb.MaxThroughputProps | dynamodb.ThroughputProps | None,
) -> dict[str, float]:
    """Return the ceilings of *capacity*, which is checked, by CDK's names for them."""
    if capacity is None:
        return {}
    if isinstance(capacity, dynamodb.MaxThroughputProps):
        units = {
            "max_read_request_units": capacity.max_read_request_units,
            "max_write_request_units": capacity.max_write_request_units,
        }
        for name, value in units.items():
            inputs.whole(f"capacity.{name}", value, low=1, high=_MOST_UNITS)
        return {name: value for name, value in units.items() if value is not None}
    if not isinstance(capacity, dynamodb.ThroughputProps):
        problem = (
            "is no capacity; write dynamodb.MaxThroughputProps(...) for ceilings on "
            "demand, or dynamodb.ThroughputProps(...) for provisioned capacity"
        )
        raise inputs.wrong_kind("capacity", capacity, problem)
    for name, provisioned in (
        ("read_capacity", capacity.read_capacity),
        ("write_capacity", capacity.write_capacity),
    ):
        if provisioned.mode is not _AUTOSCALED:
            problem = (
                "is fixed, so it is too much or too little most of the time (DDB-05); "
                "write dynamodb.Capacity.autoscaled(min_capacity=..., max_capacity=...)"
                ", with the same number twice where it has to stay as it is"
            )
            raise inputs.wrong(f"capacity.{name}", "Capacity.fixed", problem)
    return {}


def billing(
    capacity: dynamodb.MaxThroughputProps | dynamodb.ThroughputProps | None,
    ceilings: Mapping[str, float],
) -> dynamodb.Billing | None:
    """Return *capacity* as CDK takes it; nothing where CDK's default is the same."""
    if isinstance(capacity, dynamodb.ThroughputProps):
        return dynamodb.Billing.provisioned(
            read_capacity=capacity.read_capacity, write_capacity=capacity.write_capacity
        )
    return dynamodb.Billing.on_demand(**ceilings) if ceilings else None


def is_agnostic(place: Place) -> bool:
    """Whether the region of the stack is left to the deployment."""
    return is_token(place.region)


def check_replicas(
    inputs: Inputs,
    place: Place,
    regions: Sequence[str] | None,
    *,
    key: kms.IKey | AppKey | None,
    key_arns: Mapping[str, str] | None,
    stream: dynamodb.StreamViewType | None,
) -> None:
    """Raise if the table cannot have copies in *regions*, or not with these keys."""
    if regions is None:
        if key_arns is not None:
            problem = "is for the replicas; name their regions in replica_regions="
            raise inputs.wrong("replica_key_arns", list(key_arns), problem)
        return
    inputs.sequence("replica_regions", regions, str)
    if is_agnostic(place):
        problem = (
            "need a stack whose own region is known; give the stack "
            "env=cdk.Environment(account=..., region=...)"
        )
        raise inputs.wrong("replica_regions", list(regions), problem)
    for index, region in enumerate(regions):
        _check_region(inputs, f"replica_regions[{index}]", region, place.region)
    if len(set(regions)) < len(regions):
        problem = "name a region twice; a region has one replica"
        raise inputs.wrong("replica_regions", list(regions), problem)
    if regions and stream not in (None, _BOTH_IMAGES):
        problem = (
            "does not go with replica_regions=: DynamoDB copies by a stream of "
            "NEW_AND_OLD_IMAGES"
        )
        raise inputs.wrong("stream", cast("object", stream), problem)
    _check_keys(inputs, regions, key, key_arns)


def _check_region(inputs: Inputs, option: str, region: str, own: str) -> None:
    if not _REGION.fullmatch(region):
        problem = "is no region that is known now; write for example 'eu-central-1'"
        raise inputs.wrong(option, region, problem)
    if region == own:
        problem = "is the region of the table itself; name the others only"
        raise inputs.wrong(option, region, problem)


def _check_keys(
    inputs: Inputs,
    regions: Sequence[str],
    key: kms.IKey | AppKey | None,
    key_arns: Mapping[str, str] | None,
) -> None:
    """Raise if not each replica has a key of its own where the table has one."""
    option = "replica_key_arns"
    given = {} if key_arns is None else key_arns
    if not isinstance(given, Mapping):
        problem = "is no mapping of regions to ARNs of keys"
        raise inputs.wrong_kind(option, given, problem)
    if key is None and given:
        problem = "go with encryption_key=, the key of the table itself; pass it too"
        raise inputs.wrong(option, list(given), problem)
    if key is not None and set(given) != set(regions):
        missing = sorted(set(regions) ^ set(given))
        problem = (
            f"does not match replica_regions= in {missing}: a key of one region "
            "encrypts nothing in another; give the ARN of a key for each replica"
        )
        raise inputs.wrong(option, sorted(given), problem)
    for region, arn in given.items():
        if not isinstance(arn, str) or not (is_token(arn) or _is_key_in(region, arn)):
            problem = f"is no ARN of a key in {region}; an alias is none either"
            raise inputs.wrong(f"{option}[{region!r}]", arn, problem)


def _is_key_in(region: str, arn: str) -> bool:
    found = _KEY_ARN.fullmatch(arn)
    return found is not None and found[1] == region
