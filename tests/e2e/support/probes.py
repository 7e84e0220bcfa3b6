"""
One look for each gap of the emulator: true where it is filled.

Each makes what it needs, under names of its own. A refusal is as good as a no.
"""

from __future__ import annotations

import datetime as dt
import json

from collections.abc import Callable, Mapping
from typing import Any

from tests.e2e.support.endpoint import Endpoint
from tests.e2e.support.listening import listening_to_bus
from tests.e2e.support.making import (
    allow_rules,
    arrives,
    call_by_rule,
    deployed,
    failing_function,
    new_function,
    new_name,
    new_queue,
    new_resource,
    new_role,
    new_user,
    policy_of,
)
from tests.e2e.support.tokens import token
from tests.e2e.support.waiting import eventually

Probe = Callable[[Endpoint], Any]
_KEY = {"AttributeName": "PK", "KeyType": "HASH"}
_DEFINITION = {"AttributeName": "PK", "AttributeType": "S"}


def _alarm_queries(endpoint: Endpoint) -> Any:
    query = {"Id": "e1", "Expression": "SELECT SUM(X) FROM Y", "Period": 60}
    return new_resource(
        endpoint,
        "AWS::CloudWatch::Alarm",
        {
            "Metrics": [query],
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "Threshold": 1,
        },
    )


def _async_calls(endpoint: Endpoint) -> Any:
    function, url = failing_function(endpoint, policy_of("sqs:*"))
    allow_rules(endpoint, function)
    call_by_rule(endpoint, function)
    return arrives(endpoint, url)


def _bucket_properties(endpoint: Endpoint) -> Any:
    encryption = {
        "ServerSideEncryptionConfiguration": [
            {
                "BucketKeyEnabled": True,
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"},
            }
        ]
    }
    rule = {"Id": "It", "Status": "Enabled", "ExpirationInDays": 3}
    bucket = new_resource(
        endpoint,
        "AWS::S3::Bucket",
        {"BucketEncryption": encryption, "LifecycleConfiguration": {"Rules": [rule]}},
    )
    s3 = endpoint.client("s3")
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    found = s3.get_bucket_encryption(Bucket=bucket)
    return "aws:kms" in str(found) and rules[0]["Expiration"] == {"Days": 3}


def _condition_keys(endpoint: Endpoint) -> Any:
    dynamodb, table = endpoint.client("dynamodb"), new_name()
    dynamodb.create_table(
        TableName=table,
        KeySchema=[_KEY],
        AttributeDefinitions=[_DEFINITION],
        BillingMode="PAY_PER_REQUEST",
    )
    keys = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}}
    only = {**keys, "Null": {"dynamodb:LeadingKeys": "false"}}
    user = new_user(endpoint, policy_of("dynamodb:GetItem", conditions=only))
    request = {"TableName": table, "Key": {"PK": {"S": "mine"}}}
    return user.client("dynamodb").get_item(**request)


def _emptied_buckets(endpoint: Endpoint) -> Any:
    """A bucket with an object in it does not go with its stack."""
    resource = {"Type": "AWS::S3::Bucket", "Properties": {}}
    product = deployed(endpoint, It=resource)
    s3, bucket = endpoint.client("s3"), product.resources("It")["It"]
    s3.put_object(Bucket=bucket, Key="It")
    endpoint.client("cloudformation").delete_stack(StackName=product.names["It"])
    eventually(lambda: product.status("It") != "DELETE_IN_PROGRESS")
    return s3.head_bucket(Bucket=bucket)


def _event_types(endpoint: Endpoint) -> Any:
    arn = f"arn:aws:events:{endpoint.region}:{endpoint.account}:event-bus/default"
    return new_resource(endpoint, "AWS::Events::Archive", {"SourceArn": arn})


def _function_roles(endpoint: Endpoint) -> Any:
    """A failure does not get where the role may not put it."""
    function, url = failing_function(endpoint, policy_of("logs:*"))
    endpoint.client("lambda").invoke(
        FunctionName=function, InvocationType="Event", Payload=b"{}"
    )
    return not arrives(endpoint, url)


def _identity_providers(endpoint: Endpoint) -> Any:
    properties = {"Url": f"https://{new_name()}.example.com", "ClientIdList": ["It"]}
    return new_resource(endpoint, "AWS::IAM::OIDCProvider", properties)


def _managed_keys(endpoint: Endpoint) -> Any:
    s3, bucket = endpoint.client("s3"), new_name()
    where = {"LocationConstraint": endpoint.region}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    return s3.put_object(Bucket=bucket, Key="It", ServerSideEncryption="aws:kms")


def _policy_variables(endpoint: Endpoint) -> Any:
    condition = {"StringLike": {"aws:PrincipalArn": "*:user/${aws:username}"}}
    user = new_user(endpoint, policy_of("s3:ListAllMyBuckets", conditions=condition))
    return user.client("s3").list_buckets()


def _public_parameters(endpoint: Endpoint) -> Any:
    name = "/aws/service/powertools/python/arm64/python3.14/latest"
    return endpoint.client("ssm").get_parameter(Name=name)


def _rule_delivery(endpoint: Endpoint) -> Any:
    """What a rule may not deliver is in its queue."""
    url, arn = new_queue(endpoint)
    principal = {"Service": "events.amazonaws.com"}
    policy = json.dumps(policy_of("sqs:SendMessage", arn, principal))
    endpoint.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": policy}
    )
    function = new_function(endpoint, "return 1")
    call_by_rule(endpoint, function, DeadLetterConfig={"Arn": arn})
    return arrives(endpoint, url)


def _schedule_delivery(endpoint: Endpoint) -> Any:
    at = dt.datetime.now(tz=dt.timezone.utc) + dt.timedelta(seconds=1)
    bus = f"arn:aws:events:{endpoint.region}:{endpoint.account}:event-bus/default"
    service, source = {"Service": "scheduler.amazonaws.com"}, new_name()
    with listening_to_bus(endpoint, "default", source) as hear:
        endpoint.client("scheduler").create_schedule(
            Name=source,
            ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": bus,
                "RoleArn": new_role(endpoint, service, policy_of("events:PutEvents")),
                "EventBridgeParameters": {"DetailType": "It", "Source": source},
            },
        )
        return hear(seconds=13)


def _schedule_zones(endpoint: Endpoint) -> Any:
    name = new_resource(
        endpoint,
        "AWS::Scheduler::Schedule",
        {
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "Target": {
                "Arn": "arn:aws:sqs:eu-west-1:1:q",
                "RoleArn": "arn:aws:iam::1:r",
            },
        },
    )
    found = endpoint.client("scheduler").get_schedule(Name=name)
    return found["ScheduleExpressionTimezone"] == "Europe/Berlin"


def _stub_types(endpoint: Endpoint) -> Any:
    return new_resource(endpoint, "AWS::EventSchemas::Registry", {})


def _table(**more: object) -> dict[str, Any]:
    replica: dict[str, Any] = {"Region": {"Ref": "AWS::Region"}}
    replica["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": True}
    return {
        "KeySchema": [_KEY],
        "AttributeDefinitions": [_DEFINITION],
        "BillingMode": "PAY_PER_REQUEST",
        "Replicas": [replica],
        **more,
    }


def _table_properties(endpoint: Endpoint) -> Any:
    name = new_resource(endpoint, "AWS::DynamoDB::GlobalTable", _table())
    found = endpoint.client("dynamodb").describe_continuous_backups(TableName=name)
    described = found["ContinuousBackupsDescription"]
    recovery = described["PointInTimeRecoveryDescription"]
    return recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def _table_updates(endpoint: Endpoint) -> Any:
    """A table without a name is still the same after an update."""
    type_ = "AWS::DynamoDB::GlobalTable"
    product = deployed(endpoint, It={"Type": type_, "Properties": _table()})
    before = product.resources("It")
    ttl = {"AttributeName": "ttl", "Enabled": True}
    after = {"Type": type_, "Properties": _table(TimeToLiveSpecification=ttl)}
    product.deploy("It", {"Resources": {"It": after}})
    return before == product.resources("It")


def _token_claims(endpoint: Endpoint) -> Any:
    iam, name = endpoint.client("iam"), new_name()
    host = "token.actions.githubusercontent.com"
    provider = f"arn:aws:iam::{endpoint.account}:oidc-provider/{host}"
    iam.create_open_id_connect_provider(Url=f"https://{host}", ClientIDList=["It"])
    trust = policy_of(
        "sts:AssumeRoleWithWebIdentity",
        "",
        {"Federated": provider},
        {"StringEquals": {f"{host}:repository_id": "7"}},
    )
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return endpoint.client("sts").assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::{endpoint.account}:role/{name}",
        RoleSessionName="It",
        WebIdentityToken=token({"iss": f"https://{host}", "repository_id": "7"}),
    )


PROBES: Mapping[str, Probe] = {
    "alarm_queries": _alarm_queries,
    "async_calls": _async_calls,
    "bucket_properties": _bucket_properties,
    "condition_keys": _condition_keys,
    "emptied_buckets": _emptied_buckets,
    "event_types": _event_types,
    "function_roles": _function_roles,
    "identity_providers": _identity_providers,
    "managed_keys": _managed_keys,
    "policy_variables": _policy_variables,
    "public_parameters": _public_parameters,
    "rule_delivery": _rule_delivery,
    "schedule_delivery": _schedule_delivery,
    "schedule_zones": _schedule_zones,
    "stub_types": _stub_types,
    "table_properties": _table_properties,
    "table_updates": _table_updates,
    "token_claims": _token_claims,
}
