"""
The orders in DynamoDB: one table for all kinds of items.

| what | PK | SK |
|---|---|---|
| an order | `TENANT#<customer>` | `ORDER#<order>` |
| an item of it | `TENANT#<customer>` | `ORDER#<order>#LINE#<sku>` |
| an article's stock | `STOCK#<sku>` | `STOCK` |

An order and its items are one query. Stock is in no customer's partition.

The example app has no table yet: the handler leaves this module alone until
`TABLE_NAME` is set, and orders are not stored. The role then needs
`dynamodb:PutItem` and `dynamodb:UpdateItem` on the table, which is all that the
requests here are made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .errors import OrderRejectedError
from .order import Item, Order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        TransactWriteItemTypeDef,
    )

_CONDITION_FAILED = "ConditionalCheckFailed"


class OrderStore:
    """
    The orders in one table.

    Args:
        client: A DynamoDB client.
        table_name: The table, with the keys PK and SK.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def place(self, order: Order) -> bool:
        """
        Store *order* and take its items from stock.

        Queues deliver twice now and then, and a record may fail half way: what was
        done before is not done again.

        Returns:
            Whether the order was placed by this call, and not by one before it.

        Raises:
            OrderRejectedError: There is another order of that id, or too little in
                stock. In the second case the order stays on record.
        """
        self._record(order)
        return self._reserve(order)

    def _record(self, order: Order) -> None:
        """Write the order, unless it is there."""
        try:
            self._client.put_item(
                TableName=self._table_name,
                Item={
                    **_order_key(order),
                    "fingerprint": {"S": order.fingerprint},
                    "value_cents": {"N": str(order.value_cents)},
                    "state": {"S": "received"},
                },
                ConditionExpression="attribute_not_exists(PK)",
                # Spares a read, and the grant for it.
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            # The types of boto3 do not know of the item.
            stored = cast("dict[str, Any]", error.response)["Item"]
            if stored["fingerprint"]["S"] != order.fingerprint:
                raise OrderRejectedError(
                    "conflict", "there is another order of this id"
                ) from error

    def _reserve(self, order: Order) -> bool:
        """Write the items and take them from stock, all or nothing."""
        lines = [self._line(order, item) for item in order.items]
        stock = [self._stock(item) for item in order.items]
        try:
            self._client.transact_write_items(
                TransactItems=[self._reserved(order), *lines, *stock]
            )
        except self._client.exceptions.TransactionCanceledException as error:
            first, *others = (
                reason["Code"] for reason in error.response["CancellationReasons"]
            )
            if first == _CONDITION_FAILED:
                return False
            if _CONDITION_FAILED in others:
                raise OrderRejectedError(
                    "out_of_stock", "there is too little in stock"
                ) from error
            # Others write the same items right now, or too many do: the queue
            # brings the order again.
            raise
        return True

    def _reserved(self, order: Order) -> TransactWriteItemTypeDef:
        return {
            "Update": {
                "TableName": self._table_name,
                "Key": _order_key(order),
                "UpdateExpression": "SET #state = :reserved",
                "ConditionExpression": "#state = :received",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {
                    ":received": {"S": "received"},
                    ":reserved": {"S": "reserved"},
                },
            }
        }

    def _line(self, order: Order, item: Item) -> TransactWriteItemTypeDef:
        key = _key(_tenant(order), f"ORDER#{order.order_id}#LINE#{item.sku}")
        return {
            "Put": {
                "TableName": self._table_name,
                "Item": {
                    **key,
                    "quantity": {"N": str(item.quantity)},
                    "price_cents": {"N": str(item.price_cents)},
                },
            }
        }

    def _stock(self, item: Item) -> TransactWriteItemTypeDef:
        return {
            "Update": {
                "TableName": self._table_name,
                "Key": _key(f"STOCK#{item.sku}", "STOCK"),
                "UpdateExpression": "SET available = available - :quantity",
                "ConditionExpression": "available >= :quantity",
                "ExpressionAttributeValues": {":quantity": {"N": str(item.quantity)}},
            }
        }


def _tenant(order: Order) -> str:
    return f"TENANT#{order.customer_id}"


def _order_key(order: Order) -> dict[str, AttributeValueTypeDef]:
    return _key(_tenant(order), f"ORDER#{order.order_id}")


def _key(partition: str, sort: str) -> dict[str, AttributeValueTypeDef]:
    return {"PK": {"S": partition}, "SK": {"S": sort}}
