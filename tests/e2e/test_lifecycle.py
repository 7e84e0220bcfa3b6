"""What a deployment does to data: the next release, the end of a stack."""

from __future__ import annotations

import re

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from botocore.exceptions import ClientError

from tests.e2e.support import releases
from tests.e2e.support.existence import can_tell, exists
from tests.e2e.support.releases import Release
from tests.e2e.support.shop import Shop
from tests.e2e.support.stacks import Product
from tests.e2e.support.waiting import eventually

# What stays when the stacks of production are deleted, by construct.
_KEPT = {
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


def _deploy(product: Product, release: Release) -> None:
    """Deploy all stacks of *release*, in their order."""
    releases.publish(release, product.endpoint)
    for stack, template in release.templates.items():
        product.deploy(stack, template)


def _resources(product: Product) -> dict[str, tuple[str, str]]:
    """Return type and physical id of what *product* has made, by construct."""
    found = {}
    for stack in product.names:
        for logical, physical in product.resources(stack).items():
            type_ = product.types(stack)[logical]
            found[re.sub("[0-9A-F]{8}$", "", logical)] = (type_, physical)
    return found


def _destroy(product: Product) -> Remains:
    """Destroy *product* and return what is left of what can be looked for."""
    made = {n: each for n, each in _resources(product).items() if can_tell(each[0])}
    for stack in reversed(list(product.names)):
        product.destroy(stack)
    left = {n: each for n, each in made.items() if exists(product.endpoint, *each)}
    return Remains(made, left)


def _filled(product: Product) -> dict[str, Any]:
    """Take an order of `acme` by *product*, and return it."""
    shop = Shop(product)
    order = shop.order("acme")
    shop.place(order)
    assert eventually(lambda: shop.invoice(order))
    return order


class TestNextRelease:
    """
    From the templates of the release before to those of the next one.

    The emulator updates a stack in its own way. That no property asks for a resource
    to be replaced is what `tests/test_upgrading.py` looks at, by AWS's own schemas.
    """

    @pytest.fixture(scope="class")
    def now(self, directory) -> Release:
        """The example of today, and what the next release could bring."""
        release = releases.current(releases.STAGE, "production", directory / "upgrade")
        return releases.changed(release)

    @pytest.fixture(scope="class")
    def live(self, bootstrapped, now) -> Product:
        """The release before, in use."""
        release = releases.before(now).named(bootstrapped.prefix)
        product = Product(bootstrapped, release.stacks)
        _deploy(product, release)
        return product

    @pytest.fixture(scope="class")
    def order(self, live) -> dict[str, Any]:
        """An order that was taken before the update."""
        return _filled(live)

    @pytest.fixture(scope="class")
    def ids(self, live, order) -> dict[str, tuple[str, str]]:
        """The physical ids before the update."""
        return _resources(live)

    @pytest.fixture(scope="class")
    def updated(self, live, now, ids) -> Product:
        """The same stacks after the update."""
        _deploy(live, now.named(live.endpoint.prefix))
        return live

    @pytest.fixture(scope="class")
    def remains(self, updated, order) -> Remains:
        """What is left after the stacks were deleted."""
        return _destroy(updated)

    def test_everything_is_still_what_it_was(self, ids, updated):
        """No physical id of any resource has changed."""
        after = _resources(updated)

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
        assert _filled(updated)

    def test_what_holds_data_outlives_the_stacks(self, remains):
        """Deleted by mistake, production loses what can be made again, and no more."""
        assert _KEPT == {*remains.left}

    def test_the_data_itself_is_there(self, bootstrapped, remains, order):
        """The table and the buckets are not only there: they are full."""
        table, bucket = remains.left["Table"][1], remains.left["Invoices"][1]
        items = bootstrapped.client("dynamodb").scan(TableName=table)["Items"]
        objects = bootstrapped.client("s3").list_objects_v2(Bucket=bucket)["Contents"]

        assert order["order_id"] in str(items)
        assert order["order_id"] in str(objects)


class TestDevelopment:
    @pytest.fixture(scope="class")
    def remains(self, bootstrapped, directory) -> Iterator[Remains]:
        """What is left of development stacks that were used, and deleted then."""
        stage, output = "Development", directory / "development"
        release = releases.current(stage, "development", output)
        release = release.named(bootstrapped.prefix)
        product = Product(bootstrapped, release.stacks)
        _deploy(product, release)
        _filled(product)
        return _destroy(product)

    def test_nothing_is_left(self, remains):
        """Buckets are emptied, and nothing that can be looked for has stayed."""
        assert {} == remains.left

    def test_it_was_all_there(self, remains):
        """What production keeps was made here, too."""
        assert remains.made.keys() >= _KEPT


class TestTerminationProtection:
    @pytest.mark.parametrize("stack", ["OrdersShared", "Orders", "OrdersPipeline"])
    def test_nobody_deletes_a_stack_of_production_by_mistake(self, production, stack):
        """CloudFormation refuses, and the stack is as it was."""
        cloudformation = production.endpoint.client("cloudformation")
        with pytest.raises(ClientError, match="[Tt]ermination"):
            cloudformation.delete_stack(StackName=production.names[stack])

        assert "CREATE_COMPLETE" == production.status(stack)

    def test_nobody_deletes_the_table_by_mistake(self, production):
        """DynamoDB refuses, whatever the caller may do."""
        table = production.id("Orders", "Table")

        with pytest.raises(ClientError, match="[Pp]rotect"):
            production.endpoint.client("dynamodb").delete_table(TableName=table)
