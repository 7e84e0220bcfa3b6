"""What is written to S3, and the links by which customers write (S3-11, S3-12)."""

from __future__ import annotations

import base64
import io
import json
import zlib

from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from orders.documents import CLIENT_CONFIG, Documents

from tests.handlers.messages import DRAWING, order

MIB = 1024 * 1024


class Broken(io.BytesIO):
    """A file that cannot be read after its first 8 MiB."""

    def read(self, size=-1):
        """Read once."""
        if self.tell():
            raise OSError("disk on fire")
        return super().read(size)


@pytest.fixture
def client():
    """An S3 client as the handler has one."""
    return boto3.client("s3", config=CLIENT_CONFIG)


@pytest.fixture
def requests(client):
    """Every request that the client makes: the operation and its parameters."""
    seen = []

    def remember(params, model, **_):
        seen.append((model.name, params))

    client.meta.events.register("provide-client-params.s3", remember)
    return seen


@pytest.fixture
def documents(client, bucket):
    """The documents in the bucket."""
    return Documents(client, bucket.name, "incoming/")


class TestUploadLink:
    @pytest.fixture
    def link(self, documents):
        """The link for a drawing."""
        the_order = order(uploads=[DRAWING])
        return documents.upload_link(the_order, the_order.uploads[0])

    @pytest.fixture
    def query(self, link):
        """What its URL says after the question mark."""
        return parse_qs(urlsplit(link.url).query)

    def test_is_good_for_ten_minutes(self, link, query):
        """The bucket refuses signatures older than 15 minutes (S3-11)."""
        assert (600, ["600"]) == (link.expires_in, query["X-Amz-Expires"])

    def test_is_signed_by_version_4(self, query):
        """Signatures of version 2 have no age that a bucket can limit."""
        assert ["AWS4-HMAC-SHA256"] == query["X-Amz-Algorithm"]

    def test_pins_type_and_length(self, query):
        """Another file does not fit the signature."""
        assert ["content-length;content-type;host"] == query["X-Amz-SignedHeaders"]

    def test_names_the_headers_to_send(self, link):
        """What is signed has to be sent."""
        assert {
            "Content-Type": "application/pdf",
            "Content-Length": "1234",
        } == link.headers

    def test_goes_to_the_region_by_tls(self, link):
        """The bucket takes nothing else, and the global name would redirect."""
        url = urlsplit(link.url)

        assert ("https", "uploads.s3.eu-west-1.amazonaws.com") == (
            url.scheme,
            url.netloc,
        )

    def test_names_a_key_of_the_order(self, link):
        """Two customers may have an order of the same id."""
        path = urlsplit(link.url).path

        assert "/incoming/customer-7/order-1/uploads/drawing.pdf" == path


class TestReceipt:
    def test_is_below_the_prefix(self, documents, bucket):
        """The role may write nowhere else."""
        key = documents.write_receipt(order())

        assert (
            ["incoming/customer-7/order-1/receipt.json"]
            == [key]
            == [written.key for written in bucket.objects.all()]
        )

    def test_is_json(self, documents, bucket):
        """Who reads it needs no guess."""
        key = documents.write_receipt(order())

        assert "application/json" == bucket.Object(key).content_type

    def test_says_what_was_ordered_and_what_to_upload(self, documents, bucket):
        """It has a link for each file, and no personal data."""
        key = documents.write_receipt(order(uploads=[DRAWING]))
        receipt = json.load(bucket.Object(key).get()["Body"])
        links = receipt.pop("uploads")

        assert {"order_id": "order-1", "value_cents": 4998} == receipt
        assert [("drawing.pdf", ["expires_in", "headers", "name", "url"])] == [
            (link["name"], sorted(link)) for link in links
        ]


class TestWrite:
    @pytest.mark.parametrize(
        ("size", "operations"),
        [
            (0, ["PutObject"]),
            (8 * MIB - 1, ["PutObject"]),
            (
                8 * MIB,
                ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"],
            ),
            (
                16 * MIB + 1,
                [
                    "CreateMultipartUpload",
                    *["UploadPart"] * 3,
                    "CompleteMultipartUpload",
                ],
            ),
        ],
    )
    def test_needs_put_object_only(self, documents, requests, size, operations):
        """All of these are `s3:PutObject`; nothing is listed or read (S3-12)."""
        documents.write("incoming/a", io.BytesIO(bytes(size)), content_type="a/b")

        assert operations == [operation for operation, _ in requests]

    @pytest.mark.parametrize("size", [3, 16 * MIB + 1])
    def test_writes_all_of_it(self, documents, bucket, size):
        """Parts are put together in their order, and the type is kept."""
        content = (b"0123456789abc" * (size // 13 + 1))[:size]
        documents.write("incoming/a", io.BytesIO(content), content_type="a/b")
        written = bucket.Object("incoming/a").get()

        assert content == written["Body"].read()
        assert "a/b" == written["ContentType"]

    @pytest.mark.parametrize("size", [3, 8 * MIB])
    def test_leaves_encryption_to_the_bucket(self, documents, requests, size):
        """A request that says how may contradict the bucket, which refuses it."""
        documents.write("incoming/a", io.BytesIO(bytes(size)), content_type="a/b")

        assert [] == [
            name
            for _, params in requests
            for name in params
            if name.startswith(("ServerSide", "SSE", "BucketKey"))
        ]

    def test_completes_by_the_checksums_of_parts(self, documents, requests):
        """S3 refuses to complete an upload with checksums that lacks one."""
        documents.write("incoming/a", io.BytesIO(bytes(9 * MIB)), content_type="a/b")
        _, complete = requests[-1]

        assert [
            base64.b64encode(zlib.crc32(bytes(size)).to_bytes(4, "big")).decode()
            for size in (8 * MIB, MIB)
        ] == [part["ChecksumCRC32"] for part in complete["MultipartUpload"]["Parts"]]

    def test_aborts_when_a_part_fails(self, documents, client, requests):
        """Parts without a whole cost money, and nobody sees them (S3-12)."""
        with pytest.raises(OSError, match="disk on fire"):
            documents.write("incoming/a", Broken(bytes(9 * MIB)), content_type="a/b")

        assert "AbortMultipartUpload" == requests[-1][0]
        assert "Uploads" not in client.list_multipart_uploads(Bucket="uploads")

    def test_aborts_when_it_cannot_complete(self, documents, client, requests):
        """The last step may fail as well."""

        def refuse(**_):
            raise ConnectionError("gone")

        client.meta.events.register("before-call.s3.CompleteMultipartUpload", refuse)

        with pytest.raises(ConnectionError, match="gone"):
            documents.write("incoming/a", io.BytesIO(bytes(8 * MIB)), content_type="a")

        assert "AbortMultipartUpload" == requests[-1][0]
        assert "Uploads" not in client.list_multipart_uploads(Bucket="uploads")

    def test_failed_upload_leaves_no_object(self, documents, bucket):
        """It is all or nothing."""
        with pytest.raises(OSError, match="disk on fire"):
            documents.write("incoming/a", Broken(bytes(9 * MIB)), content_type="a/b")

        assert [] == list(bucket.objects.all())
