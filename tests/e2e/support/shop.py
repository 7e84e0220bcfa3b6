"""The shop as its customers and its operators see it."""

from __future__ import annotations

import datetime as dt
import io
import json
import ssl
import urllib.request
import uuid

from typing import Any
from unittest import mock

from orders.documents import Documents

from tests.e2e.support.stacks import Product
from tests.e2e.support.waiting import eventually

Order = dict[str, Any]


class Shop:
    """
    The example in use.

    Args:
        product: Its deployment.
    """

    def __init__(self, product: Product) -> None:
        self.product = product
        self._client = product.endpoint.client

    def order(
        self, customer: str, uploads: list[dict[str, Any]] | None = None
    ) -> Order:
        """Return an order of two chairs that nobody has placed yet."""
        files = [{"content_type": "application/pdf", **each} for each in uploads or []]
        return {
            "order_id": str(uuid.uuid4()),
            "customer_id": customer,
            "items": [{"sku": "chair", "quantity": 2, "price_cents": 2500}],
            "uploads": files,
        }

    def place(self, order: Order) -> None:
        """Send *order* to the queue that orders come by."""
        queue = self.product.id("Orders", "Incoming")
        self._client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(order))

    def items(self, order: Order) -> list[str]:
        """Return the sort keys of what the table has about *order*."""
        found = self._client("dynamodb").query(
            TableName=self.product.id("Orders", "Table"),
            KeyConditionExpression="PK = :tenant AND begins_with(SK, :order)",
            ExpressionAttributeValues={
                ":tenant": {"S": f"TENANT#{order['customer_id']}"},
                ":order": {"S": f"ORDER#{order['order_id']}"},
            },
        )["Items"]
        return [each["SK"]["S"] for each in found]

    def waiting(self, queue: str, stack: str = "Orders") -> int:
        """Return how many messages are in a queue, those being read included."""
        names = [
            f"ApproximateNumberOfMessages{each}"
            for each in ("", "NotVisible", "Delayed")
        ]
        counts = self._client("sqs").get_queue_attributes(
            QueueUrl=self.product.id(stack, queue), AttributeNames=names
        )["Attributes"]
        return sum(int(each) for each in counts.values())

    def taken_from(self, queue: str, stack: str = "Orders") -> dict[str, Any] | None:
        """Return the next message of a queue, once there is one, and delete it."""
        sqs, url = self._client("sqs"), self.product.id(stack, queue)

        def look() -> list[dict[str, Any]]:
            found = sqs.receive_message(
                QueueUrl=url, WaitTimeSeconds=1, MessageAttributeNames=["All"]
            )
            return list(found.get("Messages", []))

        for message in eventually(look, seconds=60):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return message
        return None

    def invoice_head(self, order: Order) -> dict[str, Any] | None:
        """Return what S3 says of the invoice of *order*, or None if there is none."""
        bucket = self.product.id("Orders", "Invoices")
        key = f"invoices/{order['customer_id']}/{order['order_id']}.json"
        s3 = self._client("s3")
        found = s3.list_objects_v2(Bucket=bucket, Prefix=key)
        return s3.head_object(Bucket=bucket, Key=key) if found["KeyCount"] else None

    def invoice(self, order: Order) -> Any:
        """Return the invoice of *order*, or None if there is none."""
        if self.invoice_head(order) is None:
            return None
        key = f"invoices/{order['customer_id']}/{order['order_id']}.json"
        return json.loads(self._read("Invoices", key))

    def receipt(self, order: Order) -> Any:
        """Return the receipt of *order*."""
        return json.loads(self._read("Uploads", f"{_folder(order)}/receipt.json"))

    def upload(self, order: Order, name: str) -> bytes:
        """Return a file that the customer has added to *order*."""
        return self._read("Uploads", f"{_folder(order)}/uploads/{name}")

    def put(self, url: str, content: bytes, headers: dict[str, str]) -> int:
        """Write *content* by a link, as a browser does, and return the status."""
        request = urllib.request.Request(url, content, headers, method="PUT")  # noqa: S310
        with urllib.request.urlopen(request, context=self._trust()) as answer:  # noqa: S310
            return int(answer.status)

    def plain(self, url: str) -> str:
        """Return *url* by plain http."""
        own = self.product.endpoint
        if own.url and own.plain_url:
            return url.replace(own.url, own.plain_url)
        return url.replace("https:", "http:")

    def link_of_age(self, *, minutes: int) -> str:
        """Return a link to a file that was signed so long ago, for a whole day."""
        then = dt.datetime.now(tz=dt.timezone.utc) - dt.timedelta(minutes=minutes)
        file = {"Bucket": self.product.id("Orders", "Uploads"), "Key": "old"}
        sign = self._client("s3").generate_presigned_url
        with mock.patch("botocore.auth.get_current_datetime", return_value=then):
            return str(sign("put_object", Params=file, ExpiresIn=86_400))

    def written_in_parts(self, content: bytes) -> bytes:
        """Write *content* by the code of the processor, and return what is there."""
        bucket = self.product.id("Orders", "Uploads")
        documents = Documents(self._client("s3"), bucket, "incoming/")
        documents.write("incoming/large", io.BytesIO(content), content_type="image/png")
        return self._read("Uploads", "incoming/large")

    def archived(self) -> int:
        """Return how many events the archive of the bus has."""
        return int(
            self._client("events").describe_archive(
                ArchiveName=self.product.id("OrdersShared", "EventsArchive")
            )["EventCount"]
        )

    def say(self, detail_type: str, detail: object) -> None:
        """Put an event of the shop on the bus."""
        entry = {
            "EventBusName": self.product.id("OrdersShared", "Events"),
            "Source": "shop.orders",
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
        }
        self._client("events").put_events(Entries=[entry])

    def logged(self, function: str, message: str, about: Order | None = None) -> int:
        """Return how many lines of a function's log have *message*."""
        events = self._client("logs").filter_log_events(
            logGroupName=self.product.id("Orders", f"{function}Logs")
        )["events"]
        lines = [each["message"] for each in events if message in each["message"]]
        return sum(not about or about["order_id"] in line for line in lines)

    def ask_api(self, claims: dict[str, str]) -> Any:
        """Return what the API answers to a request whose token has *claims*."""
        event = {"requestContext": {"authorizer": {"jwt": {"claims": claims}}}}
        answer = self._client("lambda").invoke(
            FunctionName=self.product.id("Orders", "Api"), Payload=json.dumps(event)
        )
        return json.loads(answer["Payload"].read())

    def orders_shown_to(self, tenant: str) -> list[str]:
        """Return the ids of the orders that the API shows to *tenant*."""
        body = self.ask_api({"custom:tenant": tenant})["body"]
        return list(json.loads(body)["orders"])

    def _read(self, bucket: str, key: str) -> bytes:
        name = self.product.id("Orders", bucket)
        return bytes(self._client("s3").get_object(Bucket=name, Key=key)["Body"].read())

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.product.endpoint.certificate)


def _folder(order: Order) -> str:
    return f"incoming/{order['customer_id']}/{order['order_id']}"
