"""Makes tables for tests, and finds what they made in a template."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from secure_constructs import TenantTable, Tier
from tests.support.synth import the

# The logical id of the table that `table()` makes.
TABLE = "Data666C94C7"
ENV = cdk.Environment(account="111122223333", region="eu-west-1")
KEY_THERE = (
    "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)


def table(scope: Any, name: str = "Data", **options: Any) -> TenantTable:
    """Define a table."""
    return TenantTable(scope, name, **options)


def development(scope: Any, **options: Any) -> TenantTable:
    """Define a table of a development deployment."""
    return table(scope, tier=Tier.DEVELOPMENT, **options)


def properties(template: Any) -> dict[str, Any]:
    """Return the properties of the table."""
    return the(template, TABLE)


def replica(template: Any) -> dict[str, Any]:
    """Return the one replica of the table."""
    (found,) = properties(template)["Replicas"]
    return dict(found)


def keys(template: Any) -> dict[str, dict[str, str]]:
    """Return the keys of the table and of its indexes: attributes by their use."""
    found = {"": properties(template)["KeySchema"]}
    for index in properties(template).get("GlobalSecondaryIndexes", ()):
        found[index["IndexName"]] = index["KeySchema"]
    return {
        name: {each["KeyType"]: each["AttributeName"] for each in schema}
        for name, schema in found.items()
    }


def types(template: Any) -> dict[str, str]:
    """Return the type of each attribute that is a key."""
    return {
        each["AttributeName"]: each["AttributeType"]
        for each in properties(template)["AttributeDefinitions"]
    }


def record(template: Any) -> Any:
    """Return what the table has on record."""
    return template["Resources"][TABLE]["Metadata"]["SecureConstructs"]
