"""Asks AWS whether a resource is there, by what CloudFormation calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from tests.e2e.support.endpoint import Endpoint

# By type the service, and what looks for a resource: it finds nothing, or fails.
_LOOKS: Mapping[str, tuple[str, Callable[[Any, str], Any]]] = {
    "AWS::CloudWatch::Alarm": (
        "cloudwatch",
        lambda c, name: c.describe_alarms(AlarmNames=[name])["MetricAlarms"],
    ),
    "AWS::DynamoDB::GlobalTable": (
        "dynamodb",
        lambda c, name: c.describe_table(TableName=name),
    ),
    "AWS::Events::Archive": (
        "events",
        lambda c, name: c.describe_archive(ArchiveName=name),
    ),
    "AWS::Events::EventBus": (
        "events",
        lambda c, name: c.describe_event_bus(Name=name),
    ),
    "AWS::IAM::Role": ("iam", lambda c, name: c.get_role(RoleName=name)),
    "AWS::IAM::ManagedPolicy": ("iam", lambda c, arn: c.get_policy(PolicyArn=arn)),
    "AWS::KMS::Key": (
        "kms",
        # A key goes a month later; nobody can use it until then.
        lambda c, id_: c.describe_key(KeyId=id_)["KeyMetadata"]["Enabled"],
    ),
    "AWS::Lambda::Function": (
        "lambda",
        lambda c, name: c.get_function(FunctionName=name),
    ),
    "AWS::Logs::LogGroup": (
        "logs",
        lambda c, name: c.describe_log_groups(logGroupNamePrefix=name)["logGroups"],
    ),
    "AWS::S3::Bucket": ("s3", lambda c, name: c.head_bucket(Bucket=name)),
    "AWS::SNS::Topic": ("sns", lambda c, arn: c.get_topic_attributes(TopicArn=arn)),
    "AWS::SQS::Queue": ("sqs", lambda c, url: c.get_queue_attributes(QueueUrl=url)),
    "AWS::Scheduler::Schedule": ("scheduler", lambda c, n: c.get_schedule(Name=n)),
}
_GONE = ("404", "NoSuch", "NotFound", "NonExistent", "not found", "does not exist")


def can_tell(type_: str) -> bool:
    """Return whether it is known how to look for a resource of that type."""
    return type_ in _LOOKS


def exists(endpoint: Endpoint, type_: str, physical_id: str) -> bool:
    """Return whether a resource is there."""
    service, look = _LOOKS[type_]
    try:
        return bool(look(endpoint.client(service), physical_id))
    except ClientError as error:
        if any(word in str(error) for word in _GONE):
            return False
        raise
