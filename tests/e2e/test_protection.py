"""What refuses to be deleted, and to be read by those on the way."""

from __future__ import annotations

import pytest

from botocore.exceptions import ClientError


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


class TestPlainHttp:
    """
    Everybody may do everything here, and comes by plain http.

    The emulator answers by both, and knows which one a request came by.
    """

    @pytest.mark.parametrize(
        "bucket", ["Uploads", "Invoices", "Thumbnails", "SecureConstructsAccessLogs"]
    )
    def test_no_bucket_answers(self, production, bucket):
        """Neither by TLS nor by luck: the same request by TLS is answered."""
        request = {"Bucket": production.id("Orders", bucket)}
        production.endpoint.client("s3").list_objects_v2(**request)

        with pytest.raises(ClientError, match="AccessDenied"):
            production.endpoint.client("s3", plain=True).list_objects_v2(**request)

    def test_no_object_can_be_read(self, production):
        """The policy covers the objects of a bucket as well."""
        request = {"Bucket": production.id("Orders", "Uploads"), "Key": "by-tls"}
        production.endpoint.client("s3").put_object(**request)

        with pytest.raises(ClientError, match="AccessDenied"):
            production.endpoint.client("s3", plain=True).get_object(**request)

    @pytest.mark.parametrize(
        ("stack", "queue"),
        [
            ("Orders", "Incoming"),
            ("Orders", "IncomingDeadLetters"),
            ("Orders", "InvoicerFailureQueue"),
            ("Orders", "EventsRouteInvoicesDeadLetterQueue"),
            ("OrdersShared", "EventsDeadLetterQueue"),
            ("OrdersShared", "EventsDayClosedDeadLetterQueue"),
        ],
    )
    def test_no_queue_answers(self, production, stack, queue):
        """Queues for failures are as closed as those for work."""
        request = {"QueueUrl": production.id(stack, queue)}
        production.endpoint.client("sqs").get_queue_attributes(**request)

        with pytest.raises(ClientError, match="AccessDenied"):
            production.endpoint.client("sqs", plain=True).get_queue_attributes(
                **request
            )

    def test_no_message_gets_to_the_topic(self, production):
        """Nobody can wake whoever is on call by plain http."""
        request = {"TopicArn": production.id("OrdersShared", "OnCall"), "Message": "-"}
        production.endpoint.client("sns").publish(**request)

        with pytest.raises(ClientError, match="AuthorizationError|AccessDenied"):
            production.endpoint.client("sns", plain=True).publish(**request)


class TestEncryption:
    def test_an_invoice_under_another_key_is_refused(self, production):
        """Who names a key has to name that of the product."""
        another = f"arn:aws:kms:{production.endpoint.region}:111122223333:key/other"

        with pytest.raises(ClientError, match="AccessDenied"):
            production.endpoint.client("s3").put_object(
                Bucket=production.id("Orders", "Invoices"),
                Key="other",
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=another,
            )

    @pytest.mark.parametrize("bucket", ["Uploads", "Thumbnails"])
    def test_nothing_is_without_encryption(self, production, bucket):
        """What is written without a word about it is encrypted by S3's own key."""
        request = {"Bucket": production.id("Orders", bucket), "Key": "silent"}
        production.endpoint.client("s3").put_object(**request)

        head = production.endpoint.client("s3").head_object(**request)
        assert "AES256" == head["ServerSideEncryption"]

    def test_nobody_makes_a_bucket_public(self, production):
        """A policy for everybody is refused by the bucket itself."""
        bucket = production.id("Orders", "Uploads")
        statement = (
            '{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", '
            f'"Resource": "arn:aws:s3:::{bucket}/*"}}'
        )

        with pytest.raises(ClientError, match="AccessDenied"):
            production.endpoint.client("s3").put_bucket_policy(
                Bucket=bucket,
                Policy=f'{{"Version": "2012-10-17", "Statement": [{statement}]}}',
            )
