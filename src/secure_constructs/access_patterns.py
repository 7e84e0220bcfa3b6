"""What a table is asked for, and by which of its keys: written down before it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb


@dataclass(frozen=True)
class TableIndex:
    """
    A global secondary index of a `TenantTable` (DDB-01).

    Args:
        name: Its name, 3 to 255 letters, digits, `_`, `-` and `.`, such as `GSI1`.
        partition_key: The attribute of its partition key, where `{index}` stands
            for its name; a `dynamodb.Attribute` for another type than text.
        sort_key: That of its sort key, in the same way; None for none.
        tenant_led: Whether its partition key begins with the tenant, as that of the
            table does. The roles of tenants reach such indexes only.
        projection_type: What is copied into it; defaults to all attributes.
        non_key_attributes: The attributes that are, with `ProjectionType.INCLUDE`.

    Example:
        >>> by_status = TableIndex("GSI1", tenant_led=True)
        >>> TenantTable(stack, "Orders", indexes=[by_status])
    """

    name: str
    partition_key: str | dynamodb.Attribute = "{index}PK"
    sort_key: str | dynamodb.Attribute | None = "{index}SK"
    tenant_led: bool = False
    projection_type: dynamodb.ProjectionType | None = None
    non_key_attributes: Sequence[str] = ()


@dataclass(frozen=True)
class AccessPattern:
    """
    A question that a `TenantTable` answers by one of its keys (DDB-02).

    Where `sort` compares, it does so as DynamoDB can: `=`, `<`, `<=`, `>`, `>=`,
    `begins_with` and `between ... and ...`.

    Args:
        name: What is asked for, as in `"Orders of a customer, newest first"`.
        partition: What the partition key equals, with names in braces for what
            varies, as in `"TENANT#{tenant}"`.
        sort: The condition on the sort key, as in `"begins_with ORDER#"` or
            `"= ORDER#{order}"`; defaults to none, for all that is in the partition.
        index: The name of the index that answers it; defaults to the table.
        tenant: Whether a tenant's own role asks for it; False for what only trusted
            back-office code does.

    Example:
        >>> AccessPattern(
        ...     "Orders of a tenant, by day",
        ...     partition="TENANT#{tenant}",
        ...     sort="between ORDER#{from} and ORDER#{to}",
        ... )
    """

    name: str
    partition: str
    sort: str | None = None
    index: str | None = None
    tenant: bool = True
