"""
The Lambda handler: issues an invoice for each order, and counts them every night.

EventBridge calls it without waiting. What fails is tried twice more by Lambda, and
goes to the function's failure queue then; an event that is not known fails as well,
since the rule that let it through is wrong.

| metric | what |
|---|---|
| InvoicesIssued | invoices written |
| InvoicesRepeated | orders that had an invoice already |
| InvoicesOfDay | invoices that were written on the day before |
| ColdStart | sandboxes started |

A log line's `correlation_id` is the id of the event, and logs hold ids only.
"""

from __future__ import annotations

import datetime as dt
import os

from typing import Any

import boto3

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.logging.correlation_paths import EVENT_BRIDGE
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import EventBridgeEvent
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from .store import Invoice, InvoiceStore

logger = Logger()
metrics = Metrics()
tracer = Tracer(patch_modules=["botocore"])

# Without its variables the function fails here, and not event by event.
store = InvoiceStore(
    boto3.client(
        "s3",
        config=Config(
            connect_timeout=2,
            read_timeout=5,
            retries={"mode": "standard", "total_max_attempts": 3},
        ),
    ),
    os.environ["INVOICES_BUCKET"],
    os.environ["INVOICES_PREFIX"],
)


def issue(event: EventBridgeEvent) -> None:
    """Issue the invoice of the order that was placed."""
    detail = event.detail
    invoice = Invoice(
        order_id=detail["order_id"],
        customer_id=detail["customer_id"],
        value_cents=detail["value_cents"],
        issued_at=event.time,
    )
    name = "InvoicesIssued" if store.issue(invoice) else "InvoicesRepeated"
    metrics.add_metric(name, MetricUnit.Count, 1)
    logger.info(name, order_id=invoice.order_id)


def count(event: EventBridgeEvent) -> None:
    """Count the invoices of the day before the *event*."""
    day = dt.date.fromisoformat(event.time[:10]) - dt.timedelta(days=1)
    written = store.count_of(day)
    metrics.add_metric("InvoicesOfDay", MetricUnit.Count, written)
    logger.info("InvoicesOfDay", day=day.isoformat(), invoices=written)


_REACTIONS = {"OrderPlaced": issue, "DayClosed": count}


@logger.inject_lambda_context(
    log_event=False, clear_state=True, correlation_id_path=EVENT_BRIDGE
)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda passes it
    """Do what the *event* asks for."""
    _REACTIONS[event["detail-type"]](EventBridgeEvent(event))
