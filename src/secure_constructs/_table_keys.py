"""The keys of a table and of its indexes, checked."""

from __future__ import annotations

import re

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_dynamodb as dynamodb

from secure_constructs._inputs import Inputs
from secure_constructs._table_words import RESERVED
from secure_constructs.access_patterns import TableIndex

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXT = dynamodb.AttributeType.STRING
_NUMBER = dynamodb.AttributeType.NUMBER
_ALL = dynamodb.ProjectionType.ALL
_INCLUDE = dynamodb.ProjectionType.INCLUDE
# DynamoDB's own limits.
_LONGEST_NAME = 255
_MOST_INDEXES = 20
_MOST_INCLUDED = 100
_MOST_INCLUDED_IN_ONE = 20
_INDEX_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_NAME_OF_INDEX = "{index}"


@dataclass(frozen=True)
class Keys:
    """
    What the table, or one of its indexes, finds its items by.

    Attributes:
        partition: The attribute of the partition key.
        sort: That of the sort key, if there is one.
        index: The index; none for the table itself.
    """

    partition: dynamodb.Attribute
    sort: dynamodb.Attribute | None
    index: TableIndex | None = None

    @property
    def name(self) -> str | None:
        """The index's name; none for the table itself."""
        return self.index.name if self.index else None

    @property
    def attributes(self) -> list[dynamodb.Attribute]:
        """The one or two attributes."""
        return [self.partition, *([self.sort] if self.sort else [])]

    @property
    def tenant_led(self) -> bool:
        """Whether the partition key begins with the tenant."""
        return self.index is None or self.index.tenant_led


def table_keys(
    inputs: Inputs,
    partition: str | dynamodb.Attribute,
    sort: str | dynamodb.Attribute | None,
) -> Keys:
    """Return the keys of the table, checked."""
    keys = _keys(inputs, "", partition, sort)
    if keys.partition.type is not _TEXT:
        problem = "is no text, but begins with the tenant; make it AttributeType.STRING"
        raise inputs.wrong("partition_key", keys.partition.name, problem)
    return keys


def index_keys(inputs: Inputs, indexes: Sequence[TableIndex]) -> list[Keys]:
    """Return the keys of the *indexes*, checked."""
    inputs.sequence("indexes", indexes, TableIndex)
    if len(indexes) > _MOST_INDEXES:
        problem = f"are more than the {_MOST_INDEXES} that a table has at most"
        raise inputs.wrong("indexes", len(indexes), problem)
    found: list[Keys] = []
    for number, index in enumerate(indexes):
        option = f"indexes[{number}]"
        _check_name(inputs, option, index.name)
        if index.name in [each.name for each in found]:
            problem = "is the name of two indexes; give each its own"
            raise inputs.wrong(f"{option}.name", index.name, problem)
        inputs.flag(f"{option}.tenant_led", index.tenant_led)
        partition = _named_by_index(index, index.partition_key)
        sort = None
        if index.sort_key is not None:
            sort = _named_by_index(index, index.sort_key)
        keys = _keys(inputs, f"{option}.", partition, sort, index)
        if index.tenant_led and keys.partition.type is not _TEXT:
            problem = "is no text, but is to begin with the tenant (tenant_led=True)"
            raise inputs.wrong(f"{option}.partition_key", keys.partition.name, problem)
        _check_projection(inputs, option, index)
        found.append(keys)
    if sum(len(index.non_key_attributes) for index in indexes) > _MOST_INCLUDED:
        problem = (
            f"copy more than the {_MOST_INCLUDED} attributes that DynamoDB takes in "
            "all of them together; copy all attributes in one"
        )
        raise inputs.wrong("indexes", [index.name for index in indexes], problem)
    return found


def check_together(
    inputs: Inputs, all_keys: Iterable[Keys], ttl_attribute: str | None
) -> None:
    """Raise if an attribute would have two types, or an expiry that is no number."""
    types: dict[str, dynamodb.AttributeType] = {}
    for keys in all_keys:
        for attribute in keys.attributes:
            if types.setdefault(attribute.name, attribute.type) is not attribute.type:
                problem = (
                    "is a key of two types; DynamoDB knows one type for an attribute"
                )
                raise inputs.wrong("indexes", attribute.name, problem)
    if ttl_attribute is None:
        return
    check_attribute_name(inputs, "ttl_attribute", ttl_attribute)
    if types.get(ttl_attribute, _NUMBER) is not _NUMBER:
        problem = "is a key, but DynamoDB reads a number there; name another attribute"
        raise inputs.wrong("ttl_attribute", ttl_attribute, problem)


def check_attribute_name(inputs: Inputs, option: str, name: object) -> None:
    """Raise if *name* is no name that an attribute can have."""
    inputs.text(option, name, "GSI1PK")
    if isinstance(name, str) and len(name.encode()) > _LONGEST_NAME:
        problem = f"is longer than the {_LONGEST_NAME} bytes that DynamoDB takes"
        raise inputs.wrong(option, name, problem)


def l2_index(
    keys: Keys, index: TableIndex, ceilings: dict[str, float]
) -> dynamodb.GlobalSecondaryIndexPropsV2:
    """Return *index* as CDK takes it, held to the *ceilings* of the table."""
    included = list(index.non_key_attributes) or None
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=index.name,
        partition_key=keys.partition,
        sort_key=keys.sort,
        projection_type=index.projection_type or _ALL,
        non_key_attributes=included,
        max_read_request_units=ceilings.get("max_read_request_units"),
        max_write_request_units=ceilings.get("max_write_request_units"),
    )


def _keys(
    inputs: Inputs,
    option: str,
    partition: str | dynamodb.Attribute,
    sort: str | dynamodb.Attribute | None,
    index: TableIndex | None = None,
) -> Keys:
    first = _attribute(inputs, f"{option}partition_key", partition)
    second = None
    if sort is not None:
        second = _attribute(inputs, f"{option}sort_key", sort)
        if second.name == first.name:
            problem = "is the partition key as well; name another attribute"
            raise inputs.wrong(f"{option}sort_key", second.name, problem)
    return Keys(first, second, index)


def _attribute(inputs: Inputs, option: str, key: object) -> dynamodb.Attribute:
    if isinstance(key, dynamodb.Attribute):
        check_attribute_name(inputs, option, key.name)
        return key
    if not isinstance(key, str):
        problem = "is no name of an attribute; write 'PK', or a dynamodb.Attribute"
        raise inputs.wrong_kind(option, key, problem)
    check_attribute_name(inputs, option, key)
    if key.upper() in RESERVED:
        problem = (
            "is a reserved word of DynamoDB, which each expression has to write by a "
            "placeholder; name another attribute, or pass dynamodb.Attribute(...) for "
            "a table that has it"
        )
        raise inputs.wrong(option, key, problem)
    return dynamodb.Attribute(name=key, type=_TEXT)


def _named_by_index(
    index: TableIndex, key: str | dynamodb.Attribute
) -> str | dynamodb.Attribute:
    return key.replace(_NAME_OF_INDEX, index.name) if isinstance(key, str) else key


def _check_name(inputs: Inputs, option: str, name: object) -> None:
    if not isinstance(name, str):
        problem = "is no text; write for example 'GSI1'"
        raise inputs.wrong_kind(f"{option}.name", name, problem)
    if not _INDEX_NAME.fullmatch(name):
        problem = (
            "is no name of an index that is known now; write 3 to 255 letters, digits, "
            "_, - and ., such as 'GSI1'"
        )
        raise inputs.wrong(f"{option}.name", name, problem)


def _check_projection(inputs: Inputs, option: str, index: TableIndex) -> None:
    kind, included = index.projection_type, index.non_key_attributes
    if kind is not None and not isinstance(kind, dynamodb.ProjectionType):
        problem = "is no ProjectionType; write dynamodb.ProjectionType.KEYS_ONLY"
        raise inputs.wrong_kind(f"{option}.projection_type", kind, problem)
    inputs.sequence(f"{option}.non_key_attributes", included, str)
    if (kind is _INCLUDE) != bool(included):
        problem = (
            "goes with projection_type=ProjectionType.INCLUDE, and that with it; give "
            "both or neither"
        )
        raise inputs.wrong(f"{option}.non_key_attributes", list(included), problem)
    if len(included) > _MOST_INCLUDED_IN_ONE:
        problem = (
            f"are more than the {_MOST_INCLUDED_IN_ONE} that DynamoDB takes for an "
            "index; copy all attributes"
        )
        raise inputs.wrong(f"{option}.non_key_attributes", len(included), problem)
