"""The invoices in S3."""

from __future__ import annotations

import datetime as dt
import json

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Invoice:
    """What a customer owes for one order. Money is in cents."""

    order_id: str
    customer_id: str
    value_cents: int
    issued_at: str


class InvoiceStore:
    """
    The invoices in one folder of a bucket.

    Args:
        client: An S3 client.
        bucket: The bucket.
        prefix: The folder in it, ending in a slash.
    """

    def __init__(self, client: S3Client, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def issue(self, invoice: Invoice) -> bool:
        """
        Write *invoice*, unless its order has one.

        Events come twice now and then, and an invoice that is out stays as it is.

        Returns:
            Whether it was issued by this call, and not by one before it.
        """
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{self._prefix}{invoice.customer_id}/{invoice.order_id}.json",
                Body=json.dumps(asdict(invoice)).encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            return False
        return True

    def count_of(self, day: dt.date) -> int:
        """Return how many invoices were written on *day*, in UTC."""
        # It looks at all of them; a shop with millions would have an inventory.
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        return sum(
            written["LastModified"].astimezone(dt.timezone.utc).date() == day
            for page in pages
            for written in page.get("Contents", [])
        )
