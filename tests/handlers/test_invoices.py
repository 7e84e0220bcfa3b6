"""What the invoicer does for the events that it gets."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import logging
import sys

from types import ModuleType

import boto3
import pytest

from aws_lambda_powertools.metrics.provider import cold_start as cold_starts
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from invoices.store import Invoice, InvoiceStore

from tests.handlers.messages import CONTEXT
from tests.handlers.outcome import Outcome

HANDLER = "invoices.handler"
INVOICE = Invoice("order-1", "customer-7", 4998, "2026-11-20T09:30:00Z")
KEY = "invoices/customer-7/order-1.json"


@pytest.fixture
def invoices():
    """The bucket of invoices."""
    here = boto3.resource("s3").Bucket("invoices")
    here.create(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return here


@pytest.fixture
def store(invoices):
    """The invoices in it."""
    return InvoiceStore(boto3.client("s3"), invoices.name, "invoices/")


@pytest.fixture
def invoke(invoices, monkeypatch, capsys):
    """Runs the function for one event, and returns what came of it."""
    monkeypatch.setenv("INVOICES_BUCKET", invoices.name)
    monkeypatch.setenv("INVOICES_PREFIX", "invoices/")
    monkeypatch.delitem(sys.modules, HANDLER, raising=False)
    monkeypatch.delitem(logging.root.manager.loggerDict, "shop", raising=False)
    cold_starts.reset_cold_start_flag()
    sandbox: list[ModuleType] = []

    def run(detail_type, time="2026-11-21T02:00:00Z", **detail):
        sandbox[:] = sandbox or [importlib.import_module(HANDLER)]
        capsys.readouterr()
        sandbox[0].handler(
            {
                "id": "event-1",
                "source": "shop.orders",
                "detail-type": detail_type,
                "time": time,
                "detail": detail,
            },
            CONTEXT,
        )
        return Outcome(failures=[], printed=capsys.readouterr().out)

    return run


def placed(invoke):
    """Tell the function that an order was placed."""
    return invoke(
        "OrderPlaced", order_id="order-1", customer_id="customer-7", value_cents=4998
    )


class TestIssue:
    def test_writes_the_invoice(self, store, invoices):
        """Below its customer, under the id of its order."""
        store.issue(INVOICE)

        assert {
            "order_id": "order-1",
            "customer_id": "customer-7",
            "value_cents": 4998,
            "issued_at": "2026-11-20T09:30:00Z",
        } == json.load(invoices.Object(KEY).get()["Body"])

    def test_first_one_stays(self, store, invoices):
        """An event that comes twice changes nothing that a customer has seen."""
        store.issue(INVOICE)
        store.issue(Invoice("order-1", "customer-7", 1, "2026-11-21T09:30:00Z"))

        assert 4998 == json.load(invoices.Object(KEY).get()["Body"])["value_cents"]

    def test_says_whether_it_was_the_first(self, store):
        """Repeated orders are counted apart."""
        assert (True, False) == (store.issue(INVOICE), store.issue(INVOICE))

    def test_other_errors_are_errors(self, store, invoices):
        """Only an invoice that is there counts as there."""
        invoices.delete()

        with pytest.raises(ClientError, match="NoSuchBucket"):
            store.issue(INVOICE)


def written(at):
    """Return what a list says of an invoice that was written *at* that time."""
    return {
        "Key": "invoices/customer-7/order-1.json",
        "LastModified": dt.datetime.fromisoformat(at.replace("Z", "+00:00")),
    }


class TestCountOf:
    def test_counts_what_was_written_on_that_day(self):
        """In UTC, on all pages of the list."""
        client = boto3.client("s3")
        asked = {"Bucket": "invoices", "Prefix": "invoices/"}
        first = [written("2026-11-19T23:59:59Z"), written("2026-11-20T00:00:00Z")]
        second = [written("2026-11-20T23:59:59Z"), written("2026-11-21T00:00:00Z")]
        with Stubber(client) as stubber:
            stubber.add_response(
                "list_objects_v2",
                {"Contents": first, "IsTruncated": True, "NextContinuationToken": "a"},
                asked,
            )
            stubber.add_response(
                "list_objects_v2",
                {"Contents": second},
                {**asked, "ContinuationToken": "a"},
            )
            found = InvoiceStore(client, "invoices", "invoices/").count_of(
                dt.date(2026, 11, 20)
            )

        assert 2 == found

    def test_an_empty_folder_has_none(self, store):
        """A first night is no error."""
        assert 0 == store.count_of(dt.date(2026, 11, 20))


class TestHandler:
    def test_order_placed_is_invoiced(self, invoke, invoices):
        """With what the event says."""
        placed(invoke)

        assert {
            "order_id": "order-1",
            "customer_id": "customer-7",
            "value_cents": 4998,
            "issued_at": "2026-11-21T02:00:00Z",
        } == json.load(invoices.Object(KEY).get()["Body"])

    def test_counts_what_it_issues(self, invoke):
        """Once for an order that comes twice."""
        first, second = placed(invoke).metrics, placed(invoke).metrics

        assert ([1], [1]) == (first["InvoicesIssued"], second["InvoicesRepeated"])
        assert "InvoicesIssued" not in second

    @pytest.mark.parametrize(("days", "found"), [(0, 0), (1, 1), (2, 0)])
    def test_day_closed_counts_the_day_before(self, invoke, invoices, days, found):
        """The schedule comes in the night after it."""
        placed(invoke)
        now = invoices.Object(KEY).last_modified + dt.timedelta(days=days)
        closed = invoke("DayClosed", time=f"{now:%Y-%m-%dT%H:%M:%SZ}")

        assert [found] == closed.metrics["InvoicesOfDay"]

    @pytest.mark.filterwarnings("ignore:No application metrics")
    def test_unknown_event_fails(self, invoke):
        """A rule that lets others through is to be seen in the failure queue."""
        with pytest.raises(KeyError, match="OrderPayed"):
            invoke("OrderPayed")

    def test_log_names_event_and_order(self, invoke):
        """One search finds all about an order."""
        (line,) = placed(invoke).logs

        assert ("event-1", "order-1") == (line["correlation_id"], line["order_id"])

    def test_log_names_no_customer(self, invoke):
        """Ids of orders are enough to search by (LAM-10)."""
        assert "customer-7" not in placed(invoke).printed

    @pytest.mark.parametrize("name", ["INVOICES_BUCKET", "INVOICES_PREFIX"])
    def test_fails_to_start_without_a_variable(self, invoke, monkeypatch, name):
        """And not event by event (LAM-13)."""
        monkeypatch.delenv(name)

        with pytest.raises(KeyError, match=name):
            invoke("DayClosed")
