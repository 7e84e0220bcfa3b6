"""Takes a product from its first deployment to its end, with data in it."""

from __future__ import annotations

import re

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.e2e.support import releases
from tests.e2e.support.existence import can_tell, exists
from tests.e2e.support.releases import Release
from tests.e2e.support.shop import Shop
from tests.e2e.support.stacks import Product
from tests.e2e.support.waiting import eventually

# What stays when the stacks of production are deleted, by construct.
KEPT = {
    "ApiLogs",
    "EventsArchive",
    "EventsDayClosedDeadLetterQueue",
    "EventsDeadLetterQueue",
    "Events",
    "EventsRouteInvoicesDeadLetterQueue",
    "IncomingDeadLetters",
    "InvoicerFailureQueue",
    "InvoicerLogs",
    "Invoices",
    "Key",
    "ProcessorLogs",
    "SecureConstructsAccessLogs",
    "Table",
    "Uploads",
}


@dataclass(frozen=True)
class Remains:
    """What a product had made, and what was left of it in the end."""

    made: Mapping[str, tuple[str, str]]
    left: Mapping[str, tuple[str, str]]


def deploy(product: Product, release: Release) -> None:
    """Deploy all stacks of *release*, in their order."""
    releases.publish(release, product.endpoint)
    for stack, template in release.templates.items():
        product.deploy(stack, template)


def resources(product: Product) -> dict[str, tuple[str, str]]:
    """Return type and physical id of what *product* has made, by construct."""
    found = {}
    for stack in product.names:
        for logical, physical in product.resources(stack).items():
            type_ = product.types(stack)[logical]
            found[re.sub("[0-9A-F]{8}$", "", logical)] = (type_, physical)
    return found


def destroy(product: Product) -> Remains:
    """Destroy *product* and return what is left of what can be looked for."""
    made = {n: each for n, each in resources(product).items() if can_tell(each[0])}
    for stack in reversed(list(product.names)):
        product.destroy(stack)
    left = {n: each for n, each in made.items() if exists(product.endpoint, *each)}
    return Remains(made, left)


def filled(product: Product) -> dict[str, Any]:
    """Take an order of `acme` by *product*, and return it."""
    shop = Shop(product)
    order = shop.order("acme")
    shop.place(order)
    assert eventually(lambda: shop.invoice(order))
    return order
