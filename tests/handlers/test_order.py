"""How strictly an order is read from a message."""

from __future__ import annotations

import json

import pytest

from orders.errors import OrderRejectedError
from orders.order import Item, Order, Upload

from tests.handlers.messages import DRAWING, ORDER, message, order

LAMP = {"sku": "lamp", "quantity": 1, "price_cents": 1999}


def many(number, **item):
    """Return so many items, all of different articles."""
    return [LAMP | {"sku": f"sku-{position}"} | item for position in range(number)]


class TestParse:
    def test_reads_every_field(self):
        """Nothing of the message is lost or changed."""
        expected = Order(
            order_id="order-1",
            customer_id="customer-7",
            items=(Item("lamp", 2, 1999), Item("bulb", 4, 250)),
            uploads=(Upload("drawing.pdf", "application/pdf", 1234),),
        )

        assert expected == order(uploads=[DRAWING])

    def test_uploads_are_optional(self):
        """Most orders have none."""
        assert () == order().uploads

    @pytest.mark.parametrize(
        "item",
        [
            {"quantity": 1},
            {"quantity": 1_000},
            {"price_cents": 0},
            {"price_cents": 100_000_000},
            {"sku": "a" * 64},
        ],
        ids=str,
    )
    def test_takes_the_ends_of_ranges(self, item):
        """Limits are part of what they limit."""
        assert 1 == len(order(items=[LAMP | item]).items)

    def test_takes_as_many_items_as_a_transaction(self):
        """With the order itself, 49 items are 99 of 100 writes."""
        assert 49 == len(order(items=many(49)).items)

    @pytest.mark.parametrize(
        ("fields", "detail"),
        [
            ({"order_id": "a/b"}, "order.order_id is not a text like"),
            ({"order_id": "a#b"}, "order.order_id is not a text like"),
            ({"order_id": "a\n"}, "order.order_id is not a text like"),
            ({"order_id": ""}, "order.order_id is not a text like"),
            ({"order_id": "a" * 65}, "order.order_id is not a text like"),
            ({"order_id": 7}, "order.order_id is not a text like"),
            ({"customer_id": "a#b"}, "order.customer_id is not a text like"),
            ({"customer_id": "a" * 63}, "order.customer_id is not a text like"),
            ({"customer_id": None}, "order.customer_id is not a text like"),
            ({"name": "Jo"}, "order has fields that are not known"),
            ({"items": []}, "order.items is not a list of 1 to 99 objects"),
            ({"items": many(100)}, "order.items is not a list of 1 to 99 objects"),
            ({"items": {}}, "order.items is not a list of 1 to 99 objects"),
            ({"items": [7]}, "order.items[0] is not an object"),
            ({"items": [LAMP, {}]}, "order.items[1] lacks sku, quantity, price_cents"),
            ({"items": [LAMP, LAMP]}, "order.items has the same sku twice"),
            ({"items": many(1, sku="a/b")}, "order.items[0].sku is not a text like"),
            ({"uploads": None}, "order.uploads is not a list of 0 to 10 objects"),
            ({"uploads": [DRAWING, DRAWING]}, "order.uploads has the same name twice"),
        ],
    )
    def test_fails_for_what_is_no_order(self, fields, detail):
        """The error says where, and what belongs there."""
        with pytest.raises(OrderRejectedError) as error:
            Order.parse(message(**fields))

        assert str(error.value).startswith(detail)

    @pytest.mark.parametrize(
        "item",
        [
            {"quantity": 0},
            {"quantity": -1},
            {"quantity": 1_001},
            {"quantity": 1.0},
            {"quantity": "1"},
            {"quantity": True},
            {"price_cents": -1},
            {"price_cents": 100_000_001},
            {"price_cents": 19.99},
        ],
        ids=str,
    )
    def test_fails_for_other_numbers(self, item):
        """A number is whole, in its range, and neither a text nor a truth value."""
        (name,) = item

        with pytest.raises(OrderRejectedError, match=f"{name} is not a whole number"):
            Order.parse(message(items=[LAMP | item]))

    @pytest.mark.parametrize(
        "upload",
        [
            {"name": "../drawing.pdf"},
            {"name": ".."},
            {"name": "a/b.pdf"},
            {"name": ""},
            {"name": "a" * 101},
            {"content_type": "text/html"},
            {"content_type": "application/pdf; charset=utf-8"},
            {"size": 0},
            {"size": 50 * 1024 * 1024 + 1},
        ],
        ids=str,
    )
    def test_fails_for_other_uploads(self, upload):
        """Files have plain names and known types, and end at 50 MiB."""
        (name,) = upload

        with pytest.raises(OrderRejectedError, match=rf"uploads\[0\].{name} is not"):
            Order.parse(message(uploads=[DRAWING | upload]))

    @pytest.mark.parametrize("body", ["", "{", "'", "1" * 5_000])
    def test_fails_for_what_is_not_json(self, body):
        """Python has more than one error for that; here it is one."""
        with pytest.raises(OrderRejectedError, match="the message is not JSON"):
            Order.parse(body)

    @pytest.mark.parametrize("body", ["[]", "null", '"order"'])
    def test_fails_for_other_json(self, body):
        """An order is an object."""
        with pytest.raises(OrderRejectedError, match="order is not an object"):
            Order.parse(body)

    def test_reason_is_one_word(self):
        """Log lines can be counted by it."""
        with pytest.raises(OrderRejectedError) as error:
            Order.parse("{}")

        assert "malformed" == error.value.reason


class TestOrder:
    def test_value_is_the_sum_of_its_items(self):
        """Each item counts as often as it was ordered."""
        assert 2 * 1999 + 4 * 250 == order().value_cents

    def test_same_order_has_the_same_fingerprint(self):
        """How the message was written makes no difference."""
        other = json.dumps(dict(reversed(ORDER.items())), indent=2)

        assert order().fingerprint == Order.parse(other).fingerprint

    @pytest.mark.parametrize(
        "fields",
        [
            {"order_id": "order-2"},
            {"customer_id": "customer-8"},
            {"items": [LAMP]},
            {"uploads": [DRAWING]},
        ],
        ids=str,
    )
    def test_other_order_has_another_fingerprint(self, fields):
        """Every field is part of it."""
        assert order().fingerprint != order(**fields).fingerprint
