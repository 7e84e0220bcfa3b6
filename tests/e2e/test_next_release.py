"""
From the templates of the release before to those of the next one, and to the end.

The emulator updates a stack in its own way. That no property asks for a resource to
be replaced is what the tests of the constructs look at, by AWS's own schemas.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.support import releases
from tests.e2e.support.lives import (
    KEPT,
    Remains,
    deploy,
    destroy,
    filled,
    resources,
)
from tests.e2e.support.releases import Release
from tests.e2e.support.shop import Shop
from tests.e2e.support.stacks import Product


@pytest.fixture(scope="module")
def now() -> Release:
    """The example of today, and what the next release could bring."""
    return releases.changed(releases.current(releases.STAGE, "production"))


@pytest.fixture(scope="module")
def live(bootstrapped, now) -> Product:
    """The release before, in use."""
    release = releases.before(now).named(bootstrapped.prefix)
    product = Product(bootstrapped, release.stacks)
    deploy(product, release)
    return product


@pytest.fixture(scope="module")
def order(live) -> dict[str, Any]:
    """An order that was taken before the update."""
    return filled(live)


@pytest.fixture(scope="module")
def ids(live, order) -> dict[str, tuple[str, str]]:  # noqa: ARG001 - before it
    """The physical ids before the update."""
    return resources(live)


@pytest.fixture(scope="module")
def updated(live: Product, now: Release, ids) -> Product:  # noqa: ARG001 - before it
    """The same stacks after the update."""
    deploy(live, now.named(live.endpoint.prefix))
    return live


@pytest.fixture(scope="module")
def remains(updated, order) -> Remains:  # noqa: ARG001 - before it
    """What is left after the stacks were deleted."""
    return destroy(updated)


class TestUpdate:
    def test_everything_is_still_what_it_was(self, ids, updated):
        """No physical id of any resource has changed."""
        after = resources(updated)

        assert ids == {name: after[name] for name in ids}

    def test_orders_are_still_there(self, order, updated):
        """Item, receipt and invoice of before are read after."""
        shop = Shop(updated)

        assert 2 == len(shop.items(order))
        assert shop.receipt(order)["value_cents"] == shop.invoice(order)["value_cents"]

    def test_the_update_was_one(self, updated):
        """The new index answers, and the functions have more memory."""
        place = updated.endpoint
        table = place.client("dynamodb").describe_table(
            TableName=updated.id("Orders", "Table")
        )["Table"]
        function = place.client("lambda").get_function_configuration(
            FunctionName=updated.id("Orders", "Processor")
        )

        names = [each["IndexName"] for each in table["GlobalSecondaryIndexes"]]
        assert ["GSI1", "GSI2"] == sorted(names)
        assert 512 == function["MemorySize"]

    def test_the_shop_goes_on(self, updated):
        """An order is taken after the update as before."""
        assert filled(updated)


class TestEnd:
    def test_what_holds_data_outlives_the_stacks(self, remains):
        """Deleted by mistake, production loses what can be made again, and no more."""
        assert KEPT == {*remains.left}

    def test_the_data_itself_is_there(self, bootstrapped, remains, order):
        """The table and the buckets are not only there: they are full."""
        table, bucket = remains.left["Table"][1], remains.left["Invoices"][1]
        items = bootstrapped.client("dynamodb").scan(TableName=table)["Items"]
        objects = bootstrapped.client("s3").list_objects_v2(Bucket=bucket)["Contents"]

        assert order["order_id"] in str(items)
        assert order["order_id"] in str(objects)
