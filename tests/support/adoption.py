"""Compares a live stack's template with the one that is to take its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

_REGION = "us-east-1"
_KEPT = ("Retain", "RetainExceptOnCreate")
# What holds nothing, and is made anew by another name.
_STATELESS = ("AWS::IAM::Policy", "AWS::Lambda::Permission", "AWS::Lambda::Version")


def dangers(live: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return what would replace or delete a resource of *live*, or its data."""
    found = []
    for name, old in live["Resources"].items():
        now = new["Resources"].get(name)
        if now is None:
            if not _is_expendable(old):
                found.append(f"{name} ({old['Type']}) is deleted")
        elif now["Type"] != old["Type"]:
            found.append(f"{name} becomes a {now['Type']}")
        else:
            found += [f"{name}: {each}" for each in _changes(old, now)]
    return found


def create_only(type_: str) -> list[list[str]]:
    """Return the paths of the properties that cannot change without replacement."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, type_).schema
    keys = ("createOnlyProperties", "conditionalCreateOnlyProperties")
    pointers = [pointer for key in keys for pointer in schema.get(key, [])]
    return [pointer.split("/")[2:] for pointer in pointers]


def _is_expendable(resource: Mapping[str, Any]) -> bool:
    """Whether a resource may leave the template: it stays, or nobody misses it."""
    return resource.get("DeletionPolicy") in _KEPT or resource["Type"] in _STATELESS


def _changes(old: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for path in create_only(old["Type"]):
        before, after = _at(old, path), _at(now, path)
        if before != after:
            yield f"{'.'.join(path)} changes from {before} to {after}: replaced"
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if old.get(policy) in _KEPT and now.get(policy) not in _KEPT:
            yield f"{policy} no longer keeps it"
    old_rules, new_rules = _expiring(old), _expiring(now)
    if new_rules - old_rules:
        yield f"starts to delete objects: {new_rules - old_rules}"


def _expiring(resource: Mapping[str, Any]) -> set[str]:
    """Return the lifecycle rules that delete objects or their versions."""
    rules = _at(resource, ["LifecycleConfiguration", "Rules"]) or []
    actions = ("ExpirationInDays", "ExpirationDate", "NoncurrentVersionExpiration")
    return {str(rule) for rule in rules if any(action in rule for action in actions)}


def _at(resource: Mapping[str, Any], path: list[str]) -> Any:
    value: Any = resource.get("Properties", {})
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
