"""
The documents of orders in S3: receipts, and links for customers' uploads.

The role may write below one folder, and neither list nor read. The bucket encrypts
what it gets by itself, so no request here says how; with a key of your own the role
needs `kms:GenerateDataKey`, and `kms:Decrypt` for uploads in parts.
"""

from __future__ import annotations

import io
import itertools
import json

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, BinaryIO

from botocore.config import Config

from .order import Order, Upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# boto3 signs links by version 2 unless told otherwise. Those have no age that a
# bucket could limit, and promise nothing about the length. Links to the regional
# name work from the first minute; the global one redirects, which breaks them.
CLIENT_CONFIG = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})

# Below the 15 minutes at which the bucket refuses a signature.
_LINK_SECONDS = 600

# All parts but the last have 5 MiB or more. One part at a time is in memory.
_PART_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class UploadLink:
    """
    A link that takes one file, by PUT.

    Attributes:
        name: The name of the file.
        url: The link. Who has it may use it: show it to the customer only.
        headers: The headers that the request has to have; they are signed.
        expires_in: For how many seconds it is good.
    """

    name: str
    url: str
    headers: dict[str, str]
    expires_in: int


class Documents:
    """
    The documents of orders.

    Args:
        client: An S3 client with `CLIENT_CONFIG`.
        bucket: The bucket.
        prefix: The folder in it that all keys begin with, ending in a slash.
    """

    def __init__(self, client: S3Client, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def write_receipt(self, order: Order) -> str:
        """
        Write what the shop shows to the customer of *order*, and return its key.

        A function behind a queue has nobody to answer: its receipt is the answer.
        A second one for the same order takes the place of the first.
        """
        links = [self.upload_link(order, upload) for upload in order.uploads]
        receipt = {
            "order_id": order.order_id,
            "value_cents": order.value_cents,
            "uploads": [asdict(link) for link in links],
        }
        key = self._key(order, "receipt.json")
        body = io.BytesIO(json.dumps(receipt).encode())
        self.write(key, body, content_type="application/json")
        return key

    def upload_link(self, order: Order, upload: Upload) -> UploadLink:
        """Return the link by which a customer adds *upload*, and no other file."""
        url = self._client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self._bucket,
                "Key": self._key(order, f"uploads/{upload.name}"),
                "ContentType": upload.content_type,
                "ContentLength": upload.size,
            },
            ExpiresIn=_LINK_SECONDS,
        )
        headers = {
            "Content-Type": upload.content_type,
            "Content-Length": str(upload.size),
        }
        return UploadLink(upload.name, url, headers, _LINK_SECONDS)

    def write(self, key: str, body: BinaryIO, *, content_type: str) -> None:
        """
        Write *body*, of any size, in one request or in parts.

        `upload_fileobj` of boto3 does so as well, in threads. Here every request is
        to be seen, as each of them needs its grant.
        """
        first = body.read(_PART_BYTES)
        if len(first) < _PART_BYTES:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=first, ContentType=content_type
            )
            return
        rest = iter(lambda: body.read(_PART_BYTES), b"")
        self._write_parts(key, itertools.chain([first], rest), content_type)

    def _write_parts(self, key: str, parts: Iterable[bytes], content_type: str) -> None:
        """Write *parts*, all of them or none."""
        upload_id = self._client.create_multipart_upload(
            Bucket=self._bucket,
            Key=key,
            ContentType=content_type,
            ChecksumAlgorithm="CRC32",
        )["UploadId"]
        try:
            done = [
                self._write_part(key, upload_id, number, part)
                for number, part in enumerate(parts, start=1)
            ]
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=key,
                UploadId=upload_id,
                MultipartUpload={"Parts": done},
            )
        except Exception:
            # Parts without a whole cost money and are in no list of objects. Should
            # this fail as well, the bucket drops them after a week.
            self._client.abort_multipart_upload(
                Bucket=self._bucket, Key=key, UploadId=upload_id
            )
            raise

    def _write_part(
        self, key: str, upload_id: str, number: int, part: bytes
    ) -> CompletedPartTypeDef:
        """Write one part, and return what the whole is put together by."""
        written = self._client.upload_part(
            Bucket=self._bucket,
            Key=key,
            UploadId=upload_id,
            PartNumber=number,
            Body=part,
            ChecksumAlgorithm="CRC32",
        )
        # S3 refuses the whole without the checksums of its parts.
        return {
            "PartNumber": number,
            "ETag": written["ETag"],
            "ChecksumCRC32": written["ChecksumCRC32"],
        }

    def _key(self, order: Order, name: str) -> str:
        """Return the key of a document; ids of orders are unique to a customer."""
        return f"{self._prefix}{order.customer_id}/{order.order_id}/{name}"
