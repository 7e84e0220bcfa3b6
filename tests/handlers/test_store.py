"""What is written to DynamoDB, once and together (DDB-11)."""

from __future__ import annotations

import boto3
import pytest

from botocore.exceptions import ClientError
from orders.errors import OrderRejectedError
from orders.store import OrderStore

from tests.handlers.messages import order

LAMPS = {"sku": "lamp", "quantity": 8, "price_cents": 1999}
NOON = "2026-11-22T12:00:00+00:00"


@pytest.fixture
def client():
    """A DynamoDB client."""
    return boto3.client("dynamodb")


@pytest.fixture
def store(client, table):
    """The orders in the table."""
    return OrderStore(client, table.name)


def items(table):
    """Return all items of the table, by their keys."""
    return {(item["PK"], item["SK"]): item for item in table.scan()["Items"]}


class TestPlace:
    def test_says_that_it_placed_the_order(self, store):
        """So that it is counted once."""
        assert store.place(order(), NOON)

    def test_writes_the_order_and_its_items(self, store, table):
        """They share the customer's partition."""
        store.place(order(), NOON)

        assert {
            ("TENANT#customer-7", "ORDER#order-1"),
            ("TENANT#customer-7", "ORDER#order-1#LINE#lamp"),
            ("TENANT#customer-7", "ORDER#order-1#LINE#bulb"),
        } == set(items(table))

    def test_writes_what_was_ordered(self, store, table):
        """The order has its value, and each item its number and price."""
        store.place(order(), NOON)
        written = items(table)
        line = written["TENANT#customer-7", "ORDER#order-1#LINE#lamp"]

        assert 4998 == written["TENANT#customer-7", "ORDER#order-1"]["value_cents"]
        assert (2, 1999) == (line["quantity"], line["price_cents"])

    def test_index_has_the_orders_of_a_customer_by_time(self, store, table):
        """And nothing but orders, or the newest would be hidden among items."""
        store.place(order(order_id="order-2"), "2026-11-22T13:00:00+00:00")
        store.place(order(order_id="order-1"), NOON)
        store.place(order(customer_id="customer-8"), NOON)
        found = table.query(
            IndexName="GSI1",
            KeyConditionExpression="GSI1PK = :tenant",
            ExpressionAttributeValues={":tenant": "TENANT#customer-7"},
            ScanIndexForward=False,
        )["Items"]

        assert ["ORDER#order-2", "ORDER#order-1"] == [each["SK"] for each in found]

    def test_another_customer_may_use_the_same_id(self, store):
        """Ids of orders are unique to a customer."""
        store.place(order(), NOON)

        assert store.place(order(customer_id="customer-8"), NOON)

    def test_takes_as_many_items_as_an_order_has(self, store):
        """A transaction has room for all of them."""
        many = [LAMPS | {"sku": f"sku-{number}"} for number in range(99)]

        assert store.place(order(items=many), NOON)

    def test_writes_all_or_nothing(self, store, table, client):
        """An order without its items would be wrong for ever."""

        def fail(**_):
            raise ConnectionError("gone")

        hook = "before-call.dynamodb.TransactWriteItems"
        client.meta.events.register(hook, fail)
        with pytest.raises(ConnectionError, match="gone"):
            store.place(order(), NOON)

        assert {} == items(table)


class TestAgain:
    def test_says_that_it_was_placed_before(self, store):
        """The same order twice is no error."""
        store.place(order(), NOON)

        assert not store.place(order(), NOON)

    def test_writes_nothing(self, store, table):
        """It was placed when it was placed first."""
        store.place(order(), NOON)
        before = items(table)
        store.place(order(), "2026-11-22T13:00:00+00:00")

        assert before == items(table)


class TestConflict:
    def test_fails_for_another_order_of_the_same_id(self, store):
        """One of the two would be lost."""
        store.place(order(), NOON)

        with pytest.raises(OrderRejectedError, match="another order") as error:
            store.place(order(items=[LAMPS]), NOON)
        assert "conflict" == error.value.reason

    def test_leaves_the_first_order_alone(self, store, table):
        """Nothing of the second is written."""
        store.place(order(), NOON)
        before = items(table)
        with pytest.raises(OrderRejectedError):
            store.place(order(items=[LAMPS]), NOON)

        assert before == items(table)


def test_other_reasons_are_not_the_orders_fault(store, client):
    """A transaction that met another one is to be tried again."""

    def conflict(**_):
        content = {
            "Error": {"Code": "TransactionCanceledException", "Message": "met another"},
            "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
        }
        raise client.exceptions.TransactionCanceledException(content, "Transact")

    client.meta.events.register("before-call.dynamodb.TransactWriteItems", conflict)

    with pytest.raises(ClientError, match="met another"):
        store.place(order(), NOON)
