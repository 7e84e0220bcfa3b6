"""Whatever stands in a template, the rules say something of it, and never fall over."""

from __future__ import annotations

import copy

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secure_constructs.checks import RULES, Template
from secure_constructs.checks.findings import Unjudged, judge
from secure_constructs.checks.reading import TemplateFile

ARN: Any = {"Fn::GetAtt": ["Queue", "Arn"]}
STATEMENT: Any = {
    "Effect": "Allow",
    "Action": ["sts:AssumeRole"],
    "Principal": {"Service": {"Fn::Join": ["", ["logs.", {"Ref": "AWS::URLSuffix"}]]}},
    "Resource": [{"Fn::Sub": "arn:${AWS::Partition}:s3:::a/*"}, ARN],
    "Condition": {"ArnLike": {"aws:SourceArn": [ARN]}},
}
POLICY: Any = {"Statement": [STATEMENT]}
TAGS = [{"Key": "Env", "Value": "prod"}]
RESOURCES: dict[str, Any] = {
    "Bucket": {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "Properties": {
            "CorsConfiguration": {"CorsRules": [{"AllowedOrigins": ["*"]}]},
            "LifecycleConfiguration": {"Rules": [{"Status": "Enabled"}]},
            "Tags": TAGS,
        },
    },
    "BucketPolicy": {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": POLICY},
    },
    "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": POLICY}},
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}},
    "QueuePolicy": {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": POLICY},
    },
    "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "bus"}},
    "BusPolicy": {
        "Type": "AWS::Events::EventBusPolicy",
        "Properties": {"EventBusName": {"Ref": "Bus"}, "Statement": STATEMENT},
    },
    "Rule": {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventPattern": {"source": ["shop"]},
            "Targets": [{"Id": "a", "DeadLetterConfig": {"Arn": ARN}}],
        },
    },
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": POLICY,
            "Policies": [{"PolicyDocument": POLICY}],
            "ManagedPolicyArns": [{"Ref": "Managed"}],
        },
    },
    "Managed": {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"Roles": [{"Ref": "Role"}], "PolicyDocument": POLICY},
    },
    "Function": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Environment": {"Variables": {"TABLE": "t"}},
            "DeadLetterConfig": {"TargetArn": ARN},
            "LoggingConfig": {"LogGroup": {"Ref": "Logs"}},
        },
    },
    "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "logs"}},
    "Alarm": {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "MetricName": "Errors",
            "Namespace": "AWS/Lambda",
            "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "Function"}}],
        },
    },
}
INTRINSICS: list[Any] = [
    {"Fn::ImportValue": "Shared"},
    {"Ref": "Parameter"},
    {"Ref": "AWS::NoValue"},
    {"Fn::If": ["Condition", "a", {"Ref": "AWS::NoValue"}]},
    {"Fn::GetAtt": ["Function", {"Ref": "Parameter"}]},
]
ODD: list[Any] = [None, 3, "text", [3], {"a": 1}]


def places(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the paths to all that is in *value*, but not into functions."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in pairs if isinstance(value, (dict, list)) else ():
        if not str(key).startswith(("Fn::", "Ref")):
            yield from places(each, *path, key)


def judged(name: str, path: tuple[Any, ...], value: Any) -> list[str]:
    """Return what cannot be judged with *value* in the place of another."""
    resources = {**RESOURCES, name: copy.deepcopy(RESOURCES[name])}
    around = resources[name]
    for step in path[:-1]:
        around = around[step]
    around[path[-1]] = value
    source = TemplateFile(Path("x.json"), Template({"Resources": resources}))
    return [str(each) for each in judge(source, RULES) if isinstance(each, Unjudged)]


PLACES = [
    (name, path)
    for name, body in RESOURCES.items()
    for path in places(body)
    if path and path != ("Type",)
]


@pytest.mark.parametrize("value", INTRINSICS, ids=str)
def test_every_value_may_be_left_to_the_deployment(value):
    """A function that CloudFormation evaluates is judged wherever it stands."""
    found = [(name, path) for name, path in PLACES if judged(name, path, value)]

    assert [] == found


@pytest.mark.parametrize("value", ODD, ids=str)
def test_no_value_ends_the_check(value):
    """What CloudFormation would refuse is judged, or said not to be."""
    said = [each for place in PLACES for each in judged(*place, value)]

    assert all("is not written as CloudFormation reads it" in each for each in said)
