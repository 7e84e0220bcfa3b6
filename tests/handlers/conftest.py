"""An AWS in memory with bucket, table and bus, and cold starts of the handler."""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys

from types import ModuleType

import boto3
import pytest

from aws_lambda_powertools.metrics.provider import cold_start as cold_starts
from moto import mock_aws
from tenants.sessions import dynamodb

from tests.handlers.messages import CONTEXT, batch
from tests.handlers.outcome import Outcome

HANDLER = "orders.handler"


ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "EVENT_BUS_NAME": "shop",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "POWERTOOLS_METRICS_NAMESPACE": "shop",
    "POWERTOOLS_SERVICE_NAME": "shop",
    "POWERTOOLS_TRACER_CAPTURE_RESPONSE": "false",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "TABLE_NAME": "orders",
    "TENANT_ROLE_ARN": "arn:aws:iam::123456789012:role/tenant",
    "UPLOADS_BUCKET": "uploads",
    "UPLOAD_PREFIX": "incoming/",
}


def set_environment(patch):
    """Set what Lambda, the construct and the app set, and nothing of the machine's."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "POWERTOOLS_")):
            patch.delenv(name)
    for name, value in ENVIRONMENT.items():
        patch.setenv(name, value)


@pytest.fixture(scope="session")
def session():
    """What boto3 has read of its descriptions of services: once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch)
        return boto3.Session()


@pytest.fixture(autouse=True)
def cloud(session, monkeypatch):
    """An AWS in memory, empty. No test here reaches another one."""
    set_environment(monkeypatch)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    dynamodb.cache_clear()
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        yield


@pytest.fixture
def bucket():
    """The bucket of uploads in it."""
    here = boto3.resource("s3").Bucket("uploads")
    here.create(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return here


@pytest.fixture
def bus():
    """The bus in it, which puts what it gets into a queue; returns what came since."""
    events, queue = (
        boto3.client("events"),
        boto3.resource("sqs").create_queue(QueueName="heard"),
    )
    events.create_event_bus(Name="shop")
    events.put_rule(
        Name="all", EventBusName="shop", EventPattern='{"account": ["123456789012"]}'
    )
    events.put_targets(
        Rule="all",
        EventBusName="shop",
        Targets=[{"Id": "heard", "Arn": queue.attributes["QueueArn"]}],
    )

    def heard():
        found = queue.receive_messages(MaxNumberOfMessages=10)
        for each in found:
            each.delete()
        return [json.loads(each.body) for each in found]

    return heard


def keys(partition, sort):
    """Return the schema of two keys."""
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


@pytest.fixture
def table():
    """The table in it."""
    return boto3.resource("dynamodb").create_table(
        TableName="orders",
        KeySchema=keys("PK", "SK"),
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"}
            for name in ("PK", "SK", "GSI1PK", "GSI1SK")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "GSI1",
                "KeySchema": keys("GSI1PK", "GSI1SK"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def cold_start(monkeypatch):
    """Loads the handler's module the way that a new sandbox does."""

    def load():
        monkeypatch.delitem(sys.modules, HANDLER, raising=False)
        # Python keeps loggers, and with them the output that they were made for.
        monkeypatch.delitem(logging.root.manager.loggerDict, "shop", raising=False)
        cold_starts.reset_cold_start_flag()
        return importlib.import_module(HANDLER)

    return load


@pytest.fixture
def deployed(bucket, bus, table):
    """All that the function needs."""
    return bucket, bus, table


@pytest.fixture
def run(deployed, cold_start, capsys):  # noqa: ARG001 - it is to be there
    """Runs batches in one sandbox, and returns what came of each."""
    sandbox: list[ModuleType] = []

    def invoke(*bodies):
        sandbox[:] = sandbox or [cold_start()]
        capsys.readouterr()
        response = sandbox[0].handler(batch(*bodies), CONTEXT)
        return Outcome(
            failures=[item["itemIdentifier"] for item in response["batchItemFailures"]],
            printed=capsys.readouterr().out,
        )

    return invoke
