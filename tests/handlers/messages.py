"""Messages of orders, and what Lambda hands over with them."""

from __future__ import annotations

import json

from types import SimpleNamespace

from orders.order import Order

ORDER = {
    "order_id": "order-1",
    "customer_id": "customer-7",
    "items": [
        {"sku": "lamp", "quantity": 2, "price_cents": 1999},
        {"sku": "bulb", "quantity": 4, "price_cents": 250},
    ],
}
DRAWING = {"name": "drawing.pdf", "content_type": "application/pdf", "size": 1234}
CONTEXT = SimpleNamespace(
    function_name="take-orders",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:eu-west-1:111122223333:function:take-orders",
    aws_request_id="request-1",
)


def message(**fields: object) -> str:
    """Return the body of an ordinary order's message, but for *fields*."""
    return json.dumps(ORDER | fields)


def order(**fields: object) -> Order:
    """Return that order."""
    return Order.parse(message(**fields))


def batch(*bodies: str) -> dict[str, object]:
    """Return the event of messages with these *bodies*, called message-0 and so on."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": f"handle-{number}",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1795341600000",
                },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:orders",
                "awsRegion": "eu-west-1",
            }
            for number, body in enumerate(bodies)
        ]
    }
