"""
The Lambda handler: takes a batch of orders, each for itself.

An order that fails goes back to the queue, and after some tries to the queue for
failures; the others of its batch are done. Nothing here catches errors that it does
not know: they count as failures of their record, and their traces are logged.

Metrics have the service as their only dimension. Ids would make one metric, with
its price, for each order; why an order was rejected is in its log line.

| metric | what |
|---|---|
| OrdersAccepted, OrderValue | orders taken, and what each is worth in cents |
| OrdersRepeated | orders that had been taken before |
| OrdersRejected | orders that are at fault |
| OrdersFailed | orders that something else kept from being taken |
| ColdStart | sandboxes started |

Logs hold ids of orders and messages, and nothing else that a message holds: it is
about a person. A line's `correlation_id` is the id of the SQS message. Traces also
hold the keys of documents, which name the customer by id.
"""

from __future__ import annotations

import datetime as dt
import os

from typing import Any

import boto3

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    ExceptionInfo,
    FailureResponse,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from tenants.sessions import TenantSessions, dynamodb

from .documents import CLIENT_CONFIG, Documents
from .errors import OrderRejectedError
from .events import OrderEvents
from .order import Order
from .settings import Settings
from .store import OrderStore

# All of this is done once for a sandbox. First of all the settings: a function that
# lacks one is to fail here, and not order by order.
settings = Settings.from_environment(os.environ)
logger = Logger()
metrics = Metrics()
tracer = Tracer(patch_modules=["botocore"])

# Three tries fit well into the 30 seconds of the function.
_IN_TIME = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
)
documents = Documents(
    boto3.client("s3", config=_IN_TIME.merge(CLIENT_CONFIG)),
    settings.uploads_bucket,
    settings.upload_prefix,
)
events = OrderEvents(boto3.client("events", config=_IN_TIME), settings.event_bus_name)
sessions = TenantSessions(
    boto3.client("sts", config=_IN_TIME),
    settings.tenant_role_arn,
    broker=settings.service,
)


class _OrderProcessor(BatchProcessor):
    """Counts and logs the records that fail, which nothing else would do."""

    def failure_handler(
        self, record: SQSRecord, exception: ExceptionInfo
    ) -> FailureResponse:
        error = exception[1]
        if isinstance(error, OrderRejectedError):
            logger.warning("Order rejected", reason=error.reason, detail=str(error))
            metrics.add_metric("OrdersRejected", MetricUnit.Count, 1)
        else:
            logger.error("Order failed", exc_info=error)
            metrics.add_metric("OrdersFailed", MetricUnit.Count, 1)
        return super().failure_handler(record, exception)


# A batch that is nothing but bad orders is no error of the function.
processor = _OrderProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@tracer.capture_method(capture_response=False)
def take_order(record: SQSRecord) -> None:
    """Take the order of one *record*."""
    logger.set_correlation_id(record.message_id)
    logger.append_keys(order_id=None)  # that of the record before
    order = Order.parse(record.body)
    logger.append_keys(order_id=order.order_id)
    tracer.put_annotation("order_id", order.order_id)

    if _store_of(order.customer_id).place(order, _placed_at(record)):
        metrics.add_metric("OrdersAccepted", MetricUnit.Count, 1)
        metrics.add_metric("OrderValue", MetricUnit.NoUnit, order.value_cents)
    else:
        metrics.add_metric("OrdersRepeated", MetricUnit.Count, 1)
    # Again for a repeated order: the first time it may have failed here.
    documents.write_receipt(order)
    events.publish_placed(order)
    logger.info("Order taken", items=len(order.items), uploads=len(order.uploads))


def _store_of(customer_id: str) -> OrderStore:
    """
    Return the orders of one customer.

    No authorizer vouches for a message: whoever may write to the queue does. What
    the order then says, its session cannot reach another customer's items.
    """
    credentials = sessions.credentials(customer_id)
    return OrderStore(dynamodb(**credentials), settings.table_name)


def _placed_at(record: SQSRecord) -> str:
    """Return when the message was sent, which is the same at every delivery."""
    sent = int(record.attributes.sent_timestamp) / 1_000
    return dt.datetime.fromtimestamp(sent, tz=dt.timezone.utc).isoformat()


@logger.inject_lambda_context(log_event=False, clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(
    event: dict[str, Any], context: LambdaContext
) -> PartialItemFailureResponse:
    """Take the orders of the batch *event*, and name the records that failed."""
    return process_partial_response(
        event=event, record_handler=take_order, processor=processor, context=context
    )
