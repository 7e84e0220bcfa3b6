"""An order, and how it is read from a message."""

from __future__ import annotations

import hashlib
import json

from dataclasses import asdict, dataclass

from .fields import Fields, malformed

# Keys are put together from these, so neither `/` nor `#` may be part of them.
_ID = "[A-Za-z0-9-]{1,64}"
# A session for a customer is called by its id, and by who opened it.
_CUSTOMER_ID = "[A-Za-z0-9-]{1,62}"
_FILE_NAME = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}"
_CONTENT_TYPE = "application/pdf|image/jpeg|image/png"

# A transaction takes 100 writes: one for the order, and one for each item.
_MOST_ITEMS = 99
_MOST_UPLOADS = 10
_MOST_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class Item:
    """So many pieces of one article, at what each costs."""

    sku: str
    quantity: int
    price_cents: int


@dataclass(frozen=True)
class Upload:
    """A file that the customer wants to add to an order."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Order:
    """What a customer ordered. Money is in cents, since floats lose them."""

    order_id: str
    customer_id: str
    items: tuple[Item, ...]
    uploads: tuple[Upload, ...] = ()

    @classmethod
    def parse(cls, body: str) -> Order:
        """
        Return the order that a message's *body* holds.

        Raises:
            OrderRejectedError: It holds none, or anything besides.
        """
        try:
            content = json.loads(body)
        except ValueError as error:
            raise malformed("the message is not JSON") from error
        fields = Fields(
            "order", content, ("order_id", "customer_id", "items"), ("uploads",)
        )
        return cls(
            order_id=fields.text("order_id", _ID),
            customer_id=fields.text("customer_id", _CUSTOMER_ID),
            items=_items(fields),
            uploads=_uploads(fields),
        )

    @property
    def value_cents(self) -> int:
        """What all its items cost."""
        return sum(item.quantity * item.price_cents for item in self.items)

    @property
    def fingerprint(self) -> str:
        """The same for the same order only, however its message was written."""
        content = json.dumps(asdict(self))
        return hashlib.sha256(content.encode()).hexdigest()


def _items(order: Fields) -> tuple[Item, ...]:
    names = ("sku", "quantity", "price_cents")
    return tuple(
        Item(
            sku=fields.text("sku", _ID),
            quantity=fields.number("quantity", 1, 1_000),
            price_cents=fields.number("price_cents", 0, 100_000_000),
        )
        for fields in order.objects("items", names, low=1, high=_MOST_ITEMS, key="sku")
    )


def _uploads(order: Fields) -> tuple[Upload, ...]:
    names = ("name", "content_type", "size")
    return tuple(
        Upload(
            name=fields.text("name", _FILE_NAME),
            content_type=fields.text("content_type", _CONTENT_TYPE),
            size=fields.number("size", 1, _MOST_BYTES),
        )
        for fields in order.objects(
            "uploads", names, low=0, high=_MOST_UPLOADS, key="name"
        )
    )
