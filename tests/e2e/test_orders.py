"""What becomes of an order: the table, the documents, the event and the invoice."""

from __future__ import annotations

import urllib.error
import urllib.request
import uuid

import pytest

from tests.e2e.support.shop import Order, Shop
from tests.e2e.support.waiting import eventually


@pytest.fixture(scope="module")
def order(shop: Shop) -> Order:
    """An order of the customer `acme` that has been taken and invoiced."""
    made = shop.order("acme", uploads=[{"name": "plan.pdf", "size": 4}])
    shop.place(made)
    assert eventually(lambda: shop.invoice(made))
    return made


class TestOrder:
    def test_it_is_in_the_table(self, shop, order):
        """A message in the queue ends as an order with its items."""
        kinds = sorted(shop.items(order))

        number = order["order_id"]
        assert [f"ORDER#{number}", f"ORDER#{number}#LINE#chair"] == kinds

    def test_the_message_is_gone(self, shop, order):
        """What was taken is not in the queue any more, nor among the failures."""
        assert eventually(lambda: shop.waiting("Incoming") == 0)
        assert 0 == shop.waiting("IncomingDeadLetters")

    def test_the_invoicer_hears_of_it(self, shop, order):
        """The event goes from one function by bus and rule to another."""
        invoice = shop.invoice(order)

        assert (order["order_id"], 5000) == (
            invoice["order_id"],
            invoice["value_cents"],
        )

    def test_the_invoice_is_under_the_key_of_the_product(self, shop, order):
        """No request says so: it is what the bucket does with everything."""
        head = shop.invoice_head(order)

        assert "aws:kms" == head["ServerSideEncryption"]
        assert shop.product.id("OrdersShared", "Key") in head["SSEKMSKeyId"]

    def test_the_archive_has_the_event(self, shop, order):
        """Every event of the bus is kept; AWS counts them some minutes later."""
        if shop.product.endpoint.prefix:
            pytest.skip("AWS counts the events of an archive minutes later")
        before = shop.archived()
        again = shop.order("acme")
        shop.place(again)
        eventually(lambda: shop.invoice(again))

        assert before + 1 == shop.archived()

    def test_an_order_that_comes_twice_is_taken_once(self, shop, order):
        """Queues deliver twice now and then: the invoice stays as it is."""
        before, next_one = shop.invoice_head(order)["LastModified"], shop.order("acme")
        for each in (order, next_one):
            shop.place(each)
        assert eventually(lambda: shop.invoice(next_one))
        assert eventually(lambda: shop.waiting("Incoming") == 0)

        assert before == shop.invoice_head(order)["LastModified"]

    def test_the_log_of_the_function_is_in_its_own_group(self, shop, order):
        """
        Its lines go to the log group that is in the template.

        The emulator has the lines of one call with those of the next.
        """
        shop.place(shop.order("acme"))

        assert eventually(lambda: shop.logged("Processor", "Order taken", order))


class TestUpload:
    def test_a_customer_writes_by_the_link_of_the_receipt(self, shop, order):
        """The link is signed by the function's role, and takes that one file."""
        (link,) = shop.receipt(order)["uploads"]

        assert 200 == shop.put(link["url"], b"%PDF", link["headers"])
        assert b"%PDF" == shop.upload(order, "plan.pdf")

    def test_another_type_of_file_is_refused(self, shop, order):
        """What the link says about the file is signed with it."""
        (link,) = shop.receipt(order)["uploads"]
        headers = {**link["headers"], "Content-Type": "image/png"}

        with pytest.raises(urllib.error.HTTPError, match="403"):
            shop.put(link["url"], b"%PDF", headers)

    def test_a_link_cannot_be_used_by_plain_http(self, shop, order):
        """Whoever has the link has to come by TLS."""
        (link,) = shop.receipt(order)["uploads"]

        with pytest.raises(urllib.error.HTTPError, match="403"):
            shop.put(shop.plain(link["url"]), b"%PDF", link["headers"])

    def test_an_old_link_is_refused_by_the_bucket(self, shop):
        """However long a link was made for, after 15 minutes nobody can use it."""
        assert 200 == shop.put(shop.link_of_age(minutes=14), b"", {})

        with pytest.raises(urllib.error.HTTPError, match="403"):
            shop.put(shop.link_of_age(minutes=16), b"", {})

    def test_large_documents_come_in_parts(self, shop):
        """A file of three parts is written as the processor's code writes it."""
        content = uuid.uuid4().bytes * (17 * 1024 * 1024 // 16)

        assert content == shop.written_in_parts(content)


class TestApi:
    def test_it_shows_the_orders_of_the_tenant_of_the_token(self, shop, order):
        """The function asks for them in a session that has the tenant as a tag."""
        assert order["order_id"] in shop.orders_shown_to("acme")

    def test_it_shows_no_order_of_another_tenant(self, shop, order):
        """Who has no order sees none."""
        assert [] == shop.orders_shown_to("initech")

    def test_it_refuses_who_has_no_tenant(self, shop):
        """A request that came past the authorizer gets nothing."""
        answer = shop.ask_api({})

        assert 403 == answer["statusCode"]
