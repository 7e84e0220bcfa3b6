"""The events by which others hear of orders."""

from __future__ import annotations

import json

from typing import TYPE_CHECKING

from .order import Order

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class OrderEvents:
    """
    The events of orders, on one bus.

    Args:
        client: An EventBridge client.
        bus_name: The bus.
    """

    def __init__(self, client: EventBridgeClient, bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def publish_placed(self, order: Order) -> None:
        """
        Say that *order* was placed, with what it is worth and no word about what.

        Raises:
            RuntimeError: The bus did not take the event.
        """
        detail = {
            "order_id": order.order_id,
            "customer_id": order.customer_id,
            "value_cents": order.value_cents,
        }
        entry = self._client.put_events(
            Entries=[
                {
                    "EventBusName": self._bus_name,
                    "Source": "shop.orders",
                    "DetailType": "OrderPlaced",
                    "Detail": json.dumps(detail),
                }
            ]
        )["Entries"][0]
        # The request as a whole succeeds even if the bus takes none of its events.
        if "EventId" not in entry:
            raise RuntimeError(f"the bus did not take the event: {entry['ErrorCode']}")
