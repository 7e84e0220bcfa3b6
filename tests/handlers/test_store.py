"""What is written to DynamoDB, once and together (DDB-11)."""

from __future__ import annotations

import boto3
import pytest

from botocore.exceptions import ClientError

from examples.handlers.orders.errors import OrderRejectedError
from examples.handlers.orders.store import OrderStore
from tests.handlers.messages import order

LAMPS = {"sku": "lamp", "quantity": 8, "price_cents": 1999}
BULBS = {"sku": "bulb", "quantity": 11, "price_cents": 250}


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


def stock(table):
    """Return how many pieces of each article there are."""
    return {
        partition.removeprefix("STOCK#"): item["available"]
        for (partition, sort), item in items(table).items()
        if sort == "STOCK"
    }


class TestPlace:
    def test_says_that_it_placed_the_order(self, store):
        """So that it is counted once."""
        assert store.place(order())

    def test_writes_the_order_and_its_items(self, store, table):
        """They share the customer's partition."""
        store.place(order())

        assert {
            ("TENANT#customer-7", "ORDER#order-1"),
            ("TENANT#customer-7", "ORDER#order-1#LINE#lamp"),
            ("TENANT#customer-7", "ORDER#order-1#LINE#bulb"),
            ("STOCK#lamp", "STOCK"),
            ("STOCK#bulb", "STOCK"),
        } == set(items(table))

    def test_writes_what_was_ordered(self, store, table):
        """The order has its value, and each item its number and price."""
        store.place(order())
        written = items(table)
        line = written["TENANT#customer-7", "ORDER#order-1#LINE#lamp"]

        assert 4998 == written["TENANT#customer-7", "ORDER#order-1"]["value_cents"]
        assert (2, 1999) == (line["quantity"], line["price_cents"])

    def test_takes_items_from_stock(self, store, table):
        """Each article by as many as were ordered."""
        store.place(order())

        assert {"lamp": 8, "bulb": 6} == stock(table)

    def test_takes_the_last_one(self, store, table):
        """Stock may come to nothing, and not below."""
        store.place(order(items=[LAMPS | {"quantity": 10}]))

        assert {"lamp": 0, "bulb": 10} == stock(table)

    def test_another_customer_may_use_the_same_id(self, store):
        """Ids of orders are unique to a customer."""
        store.place(order())

        assert store.place(order(customer_id="customer-8"))


class TestAgain:
    def test_says_that_it_was_placed_before(self, store):
        """The same order twice is no error."""
        store.place(order())

        assert not store.place(order())

    def test_writes_nothing(self, store, table):
        """Above all, nothing is taken from stock twice."""
        store.place(order())
        before = items(table)
        store.place(order())

        assert before == items(table)

    def test_is_the_same_when_stock_has_run_out(self, store):
        """What was placed stays placed."""
        store.place(order(items=[LAMPS]))

        assert not store.place(order(items=[LAMPS]))

    def test_goes_on_where_it_failed(self, store, table, client):
        """An order that was recorded and not placed is placed by the next try."""

        def fail(**_):
            raise ConnectionError("gone")

        hook = "before-call.dynamodb.TransactWriteItems"
        client.meta.events.register(hook, fail)
        with pytest.raises(ConnectionError, match="gone"):
            store.place(order())
        client.meta.events.unregister(hook, fail)

        assert store.place(order())
        assert {"lamp": 8, "bulb": 6} == stock(table)


class TestConflict:
    def test_fails_for_another_order_of_the_same_id(self, store):
        """One of the two would be lost."""
        store.place(order())

        with pytest.raises(OrderRejectedError, match="another order") as error:
            store.place(order(items=[LAMPS]))
        assert "conflict" == error.value.reason

    def test_leaves_the_first_order_alone(self, store, table):
        """Nothing of the second is written."""
        store.place(order())
        before = items(table)
        with pytest.raises(OrderRejectedError):
            store.place(order(items=[LAMPS]))

        assert before == items(table)


class TestOutOfStock:
    def test_fails(self, store):
        """It is the order's fault, for the moment."""
        with pytest.raises(OrderRejectedError, match="too little in stock") as error:
            store.place(order(items=[BULBS]))

        assert "out_of_stock" == error.value.reason

    def test_fails_for_an_unknown_article(self, store):
        """There is none of it."""
        with pytest.raises(OrderRejectedError, match="too little in stock"):
            store.place(order(items=[LAMPS | {"sku": "chair"}]))

    def test_takes_nothing_of_the_rest(self, store, table):
        """All items or none: what is there stays there."""
        with pytest.raises(OrderRejectedError):
            store.place(order(items=[LAMPS, BULBS]))

        assert {"lamp": 10, "bulb": 10} == stock(table)

    def test_leaves_the_order_on_record(self, store, table):
        """Without items, since it has none of them."""
        with pytest.raises(OrderRejectedError):
            store.place(order(items=[LAMPS, BULBS]))

        assert ["ORDER#order-1"] == [
            sort for _, sort in items(table) if sort != "STOCK"
        ]

    def test_is_placed_once_there_is_enough(self, store, table):
        """The queue brings the order again."""
        with pytest.raises(OrderRejectedError):
            store.place(order(items=[BULBS]))
        table.put_item(Item={"PK": "STOCK#bulb", "SK": "STOCK", "available": 11})

        assert store.place(order(items=[BULBS]))


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
        store.place(order())
