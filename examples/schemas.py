"""What is in the events of the shop: for the bus's registry and for unit tests."""

from __future__ import annotations

from secure_constructs import EventSchema

_ID = {"type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$"}

ORDER_PLACED = EventSchema(
    source="shop.orders",
    detail_type="OrderPlaced",
    description="The shop has taken an order. Comes again if it is not sure.",
    detail={
        "type": "object",
        "required": ["order_id", "customer_id", "value_cents"],
        "additionalProperties": False,
        "properties": {
            "order_id": _ID,
            "customer_id": _ID,
            "value_cents": {"type": "integer", "minimum": 0},
        },
    },
)
