"""What others hear of orders."""

from __future__ import annotations

from unittest.mock import Mock

import boto3
import pytest

from botocore.stub import Stubber
from orders.events import OrderEvents

from examples.schemas import ORDER_PLACED
from tests.handlers.messages import message, order


class TestPublishPlaced:
    def test_event_is_what_the_bus_has_on_record(self, bus):
        """The schema in the registry is true of it."""
        OrderEvents(boto3.client("events"), "shop").publish_placed(order())
        (event,) = bus()

        ORDER_PLACED.validate(event["detail"])
        assert ("shop.orders", "OrderPlaced") == (event["source"], event["detail-type"])

    def test_says_who_ordered_for_how_much(self, bus):
        """Not what: who needs that asks for the order."""
        OrderEvents(boto3.client("events"), "shop").publish_placed(order())
        (event,) = bus()

        assert {
            "order_id": "order-1",
            "customer_id": "customer-7",
            "value_cents": 4998,
        } == event["detail"]

    def test_fails_if_the_bus_takes_nothing(self):
        """The request itself succeeds, so the order would be silently unheard of."""
        client = boto3.client("events")
        with Stubber(client) as stubber:
            stubber.add_response(
                "put_events",
                {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]},
            )
            with pytest.raises(RuntimeError, match="take the event: InternalFailure"):
                OrderEvents(client, "shop").publish_placed(order())


class TestHandler:
    def test_each_order_that_is_taken_is_heard_of(self, run, bus):
        """One event for each record of the batch."""
        run(message(), message(order_id="order-2"))

        assert ["order-1", "order-2"] == [each["detail"]["order_id"] for each in bus()]

    def test_rejected_orders_are_not(self, run, bus):
        """Nothing happened that anybody could react to."""
        run("{")

        assert [] == bus()

    def test_repeated_orders_are_heard_of_again(self, run, table, bus):
        """The first try may have failed before it said so."""
        run(message())
        bus()
        run(message())

        assert ["order-1"] == [each["detail"]["order_id"] for each in bus()]

    def test_order_fails_if_nobody_can_hear_of_it(self, run, monkeypatch):
        """The queue brings it again."""
        monkeypatch.setattr(OrderEvents, "publish_placed", Mock(side_effect=OSError))

        assert ["message-0"] == run(message()).failures
