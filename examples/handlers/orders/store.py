"""
The orders in DynamoDB: one table for all kinds of items.

| what | PK and GSI1PK | SK | GSI1SK |
|---|---|---|---|
| an order | `TENANT#<customer>` | `ORDER#<order>` | when it was placed |
| an item of it | `TENANT#<customer>` | `ORDER#<order>#LINE#<sku>` | none, nor GSI1PK |

An order and its items are one query, and so are the newest orders of a customer.
All keys begin with the customer, as the session of a tenant has to have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import OrderRejectedError
from .order import Item, Order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        TransactWriteItemTypeDef,
    )


class OrderStore:
    """
    The orders of one customer.

    Args:
        client: A DynamoDB client, with the credentials of the customer's session.
        table_name: The table.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def place(self, order: Order, placed_at: str) -> bool:
        """
        Store *order* with all its items, or nothing of it.

        Queues deliver twice now and then: what was done before is not done again.

        Args:
            order: The order.
            placed_at: When it was placed, as text that sorts by time.

        Returns:
            Whether the order was placed by this call, and not by one before it.

        Raises:
            OrderRejectedError: There is another order of that id.
        """
        lines = [self._line(order, item) for item in order.items]
        try:
            self._client.transact_write_items(
                TransactItems=[self._order(order, placed_at), *lines]
            )
        except self._client.exceptions.TransactionCanceledException as error:
            # The types of boto3 do not know of the item.
            reasons: Any = error.response["CancellationReasons"]
            first = reasons[0]
            if first["Code"] != "ConditionalCheckFailed":
                # Others write the same items right now, or too many do: the queue
                # brings the order again.
                raise
            if first["Item"]["fingerprint"]["S"] != order.fingerprint:
                raise OrderRejectedError(
                    "conflict", "there is another order of this id"
                ) from error
            return False
        return True

    def _order(self, order: Order, placed_at: str) -> TransactWriteItemTypeDef:
        tenant = _tenant(order)
        return {
            "Put": {
                "TableName": self._table_name,
                "Item": {
                    **_key(tenant, f"ORDER#{order.order_id}"),
                    "GSI1PK": {"S": tenant},
                    "GSI1SK": {"S": placed_at},
                    "fingerprint": {"S": order.fingerprint},
                    "value_cents": {"N": str(order.value_cents)},
                },
                "ConditionExpression": "attribute_not_exists(PK)",
                # Spares a read when the order is there.
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
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


def _tenant(order: Order) -> str:
    return f"TENANT#{order.customer_id}"


def _key(partition: str, sort: str) -> dict[str, AttributeValueTypeDef]:
    return {"PK": {"S": partition}, "SK": {"S": sort}}
