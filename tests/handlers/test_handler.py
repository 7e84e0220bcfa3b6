"""What the handler answers, counts and logs."""

from __future__ import annotations

import contextlib
import json

from unittest.mock import MagicMock

import boto3
import pytest

from tenants.sessions import TenantSessions

from tests.handlers.messages import CONTEXT, DRAWING, batch, message

BAD = json.dumps({"email": "jo@example.com", "name": "Jo Doe"})


class TestBatch:
    def test_names_no_failure_when_all_is_well(self, run):
        """Lambda then deletes the whole batch."""
        assert [] == run(message(), message(order_id="order-2")).failures

    def test_names_the_records_that_failed(self, run):
        """These alone go back to the queue (LAM-11)."""
        outcome = run(BAD, message(), "{", message(order_id="order-2"))

        assert ["message-0", "message-2"] == outcome.failures

    def test_others_go_on(self, run, bucket):
        """A bad order does not hold up what comes after it."""
        run(BAD, message())

        assert ["incoming/customer-7/order-1/receipt.json"] == [
            written.key for written in bucket.objects.all()
        ]

    def test_nothing_but_bad_orders_is_no_error(self, run):
        """The alarm on errors is for the function, not for its customers."""
        assert ["message-0"] == run(BAD).failures

    def test_names_records_that_fail_for_other_reasons(self, run, bucket):
        """No error is lost, whatever it is."""
        bucket.delete()

        assert ["message-0"] == run(message()).failures

    def test_forgets_failures_of_the_batch_before(self, run):
        """A sandbox lives for many batches."""
        run(BAD)

        assert [] == run(message()).failures


class TestColdStart:
    def test_makes_clients_once(self, run, monkeypatch):
        """No invocation pays for one (LAM-12)."""
        run(message())
        monkeypatch.setattr(boto3, "client", None)

        assert [] == run(message(order_id="order-2")).failures

    def test_is_counted_once(self, run):
        """With the function's name, to tell versions apart."""
        first, second = run(message()), run(message(order_id="order-2"))

        assert {"function_name": "take-orders", "service": "shop"} == first.dimensions[
            "ColdStart"
        ]
        assert "ColdStart" not in second.metrics


class TestStore:
    def test_stores_orders_in_the_table(self, run, table):
        """Below their customer."""
        run(message())

        assert "Item" in table.get_item(
            Key={"PK": "TENANT#customer-7", "SK": "ORDER#order-1"}
        )

    def test_dates_orders_by_their_message(self, run, table):
        """Not by when it comes: it may come again."""
        run(message())
        (order,) = table.query(
            IndexName="GSI1",
            KeyConditionExpression="GSI1PK = :tenant",
            ExpressionAttributeValues={":tenant": "TENANT#customer-7"},
        )["Items"]

        assert "2026-11-22T10:00:00+00:00" == order["GSI1SK"]

    def test_asks_for_a_session_of_the_customer(self, run, monkeypatch):
        """Its own role reaches no item of anybody (DDB-08)."""
        made, made_by = [], boto3.client
        of_tenant = {
            "aws_access_key_id": "theirs",
            "aws_secret_access_key": "theirs",
            "aws_session_token": "theirs",
        }

        def client(service, **given):
            made.append((service, given.get("aws_access_key_id")))
            return made_by(service, **given)

        def credentials(_, tenant):
            return of_tenant if tenant == "customer-7" else {}

        monkeypatch.setattr(boto3, "client", client)
        monkeypatch.setattr(TenantSessions, "credentials", credentials)
        run(message())

        assert [key for service, key in made if service == "dynamodb"] == ["theirs"]

    def test_same_order_twice_is_no_failure(self, run, table):
        """Queues deliver twice now and then."""
        run(message())

        assert [] == run(message()).failures

    def test_other_order_of_the_same_id_fails(self, run, table):
        """The one that came first is kept."""
        items = [{"sku": "lamp", "quantity": 1, "price_cents": 1}]

        assert ["message-1"] == run(message(), message(items=items)).failures

    def test_writes_a_receipt_after_the_order_is_stored(self, run, table, bucket):
        """There is none for an order that was rejected."""
        run(message())
        bucket.objects.delete()
        run(message(items=[{"sku": "chair", "quantity": 1, "price_cents": 1}]))

        assert [] == list(bucket.objects.all())

    def test_repeated_order_has_a_receipt(self, run, table, bucket):
        """The first try may have failed before it wrote one."""
        run(message())
        bucket.objects.delete()
        run(message())

        assert 1 == len(list(bucket.objects.all()))


def test_links_are_signed_as_the_bucket_wants(run, bucket):
    """The function's own client has the configuration of links (S3-11)."""
    run(message(uploads=[DRAWING]))
    (written,) = bucket.objects.all()
    (link,) = json.load(written.get()["Body"])["uploads"]

    assert "https://uploads.s3.eu-west-1.amazonaws.com/incoming/" in link["url"]
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link["url"]


class TestMetrics:
    def test_counts_orders_and_their_value(self, run):
        """The value in cents is a value for each order, so it has percentiles."""
        items = [{"sku": "lamp", "quantity": 1, "price_cents": 70}]
        outcome = run(message(), message(order_id="order-2", items=items))

        assert {
            "ColdStart": [1],
            "OrderValue": [4998, 70],
            "OrdersAccepted": [1, 1],
        } == outcome.metrics

    def test_counts_rejected_orders(self, run):
        """A bad order is not a failure of the function."""
        run(message())

        assert {"OrdersRejected": [1, 1]} == run(BAD, "{").metrics

    def test_counts_failed_orders(self, run, bucket, table):
        """A failure of the function is not a bad order."""
        run(message())
        bucket.objects.delete()
        bucket.delete()

        assert {"OrdersFailed": [1], "OrdersRepeated": [1]} == run(message()).metrics

    def test_counts_repeated_orders_apart(self, run, table):
        """Their value has been counted before."""
        run(message())

        assert {"OrdersRepeated": [1]} == run(message()).metrics

    def test_have_the_service_as_their_only_dimension(self, run):
        """A dimension with ids would make one metric for each of them."""
        run(message())
        outcome = run(message(order_id="order-2"), BAD)

        assert {
            "OrderValue": {"service": "shop"},
            "OrdersAccepted": {"service": "shop"},
            "OrdersRejected": {"service": "shop"},
        } == outcome.dimensions

    def test_are_in_the_namespace_of_the_app(self, run):
        """It comes from the environment."""
        assert '"Namespace":"shop"' in run(message()).printed


class TestLogs:
    def test_name_service_order_and_message(self, run):
        """One search finds all about an order."""
        (line,) = run(message()).logs

        assert ("shop", "order-1", "message-0", "request-1") == (
            line["service"],
            line["order_id"],
            line["correlation_id"],
            line["function_request_id"],
        )

    def test_say_what_was_taken(self, run):
        """By numbers."""
        (line,) = run(message(uploads=[DRAWING])).logs

        assert ("INFO", "Order taken", 2, 1) == (
            line["level"],
            line["message"],
            line["items"],
            line["uploads"],
        )

    def test_say_why_an_order_was_rejected(self, run):
        """The reason to count by, and the detail to mend it."""
        (line,) = run("{").logs

        assert ("WARNING", "message-0", "malformed", "the message is not JSON") == (
            line["level"],
            line["correlation_id"],
            line["reason"],
            line["detail"],
        )

    def test_do_not_name_the_order_before(self, run):
        """A message that is no order has no id of one."""
        _, line = run(message(), BAD).logs

        assert "order_id" not in line

    def test_name_the_order_that_was_rejected(self, run, table):
        """If it is one."""
        items = [{"sku": "chair", "quantity": 1, "price_cents": 1}]
        _, line = run(message(), message(items=items)).logs

        assert ("order-1", "conflict") == (line["order_id"], line["reason"])

    def test_show_the_trace_of_what_is_not_known(self, run, bucket):
        """Nobody else sees an error of a single record."""
        bucket.delete()
        (line,) = run(message()).logs

        assert ("ERROR", "order-1", "NoSuchBucket") == (
            line["level"],
            line["order_id"],
            line["exception_name"],
        )
        assert "write_receipt" in line["exception"]

    @pytest.mark.parametrize("always", ["true", "false"])
    def test_hold_no_personal_data(self, run, table, monkeypatch, always):
        """Neither the event nor what a message holds, even when told to (LAM-10)."""
        monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", always)
        chair = [{"sku": "chair", "quantity": 1, "price_cents": 1}]
        nobody = '{"order_id": "jo@example.com", "customer_id": "Jo", "items": []}'
        printed = run(message(), message(items=chair), BAD, nobody, "Jo Doe").printed

        assert [] == [
            word
            for word in ("example.com", "Jo", "customer-7", "chair", "receiptHandle")
            if word in printed
        ]


class TestTraces:
    @pytest.fixture
    def subsegment(self, cold_start, bucket, monkeypatch):
        """What the tracer writes to in an invocation with one order."""
        monkeypatch.delenv("POWERTOOLS_TRACER_CAPTURE_RESPONSE")
        module, written = cold_start(), MagicMock()
        written.in_subsegment = lambda **_: contextlib.nullcontext(written)
        monkeypatch.setattr(module.tracer, "provider", written)
        monkeypatch.setattr(module.tracer, "disabled", False)
        module.handler(batch(message(), BAD), CONTEXT)
        return written

    def test_hold_no_responses(self, subsegment):
        """Even if the environment does not say so."""
        assert [] == [
            call.kwargs["key"]
            for call in subsegment.put_metadata.mock_calls
            if "response" in call.kwargs["key"]
        ]

    def test_name_the_order(self, subsegment):
        """Traces are found by it."""
        assert ("order_id", "order-1") in [
            tuple(call.kwargs.values()) for call in subsegment.put_annotation.mock_calls
        ]

    def test_hold_no_personal_data(self, subsegment):
        """An error is traced by its words, which repeat nothing of the message."""
        assert "jo@example.com" not in str(subsegment.mock_calls)
