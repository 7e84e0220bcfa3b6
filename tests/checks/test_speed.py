"""How often the rules look: speed without a clock."""

from __future__ import annotations

import itertools

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from secure_constructs.checks import RULES, Resource, Template
from secure_constructs.checks.findings import judge
from secure_constructs.checks.reading import TemplateFile

TYPES = sorted({type_ for each in RULES for type_ in each.types} - {"*"})
STATEMENT = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "lambda.amazonaws.com"},
}


def group(number: int) -> dict[str, Any]:
    """Return one resource of each type with a rule, and what goes with it."""

    def ref(name: str) -> dict[str, str]:
        return {"Ref": f"{name}{number}"}

    policy = {"Statement": [STATEMENT]}
    parts = {
        **{type_.replace("::", ""): (type_, {}) for type_ in TYPES},
        "Policy": (
            "AWS::S3::BucketPolicy",
            {"Bucket": ref("AWSS3Bucket"), "PolicyDocument": policy},
        ),
        "Grant": (
            "AWS::IAM::ManagedPolicy",
            {"Roles": [ref("AWSIAMRole")], "PolicyDocument": policy},
        ),
        "Role": ("AWS::IAM::Role", {"ManagedPolicyArns": [ref("Grant")]}),
        "Queue": ("AWS::SQS::Queue", {}),
        "QueuePolicy": (
            "AWS::SQS::QueuePolicy",
            {"Queues": [ref("Queue")], "PolicyDocument": policy},
        ),
        "Alarm": (
            "AWS::CloudWatch::Alarm",
            {
                "Namespace": "AWS/Lambda",
                "MetricName": "Errors",
                "Dimensions": [
                    {"Name": "FunctionName", "Value": ref("AWSLambdaFunction")}
                ],
            },
        ),
        "Permission": (
            "AWS::Lambda::Permission",
            {"FunctionName": ref("AWSLambdaFunction"), "Principal": "*"},
        ),
        "Log": ("AWS::Logs::LogGroup", {}),
    }
    return {
        f"{name}{number}": {"Type": type_, "Properties": properties}
        for name, (type_, properties) in parts.items()
    }


def looks(groups: int, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return how often the rules read properties, types and records of *groups*."""
    pairs = itertools.chain.from_iterable(group(each).items() for each in range(groups))
    template = Template({"Resources": dict(pairs)})
    counts: Counter[str] = Counter()

    def counted(name: str, original: Any) -> Any:
        def count(resource: Resource, *path: Any) -> Any:
            counts[name] += 1
            return original(resource, *path)

        return count

    with monkeypatch.context() as patched:
        patched.setattr(Resource, "read", counted("read", Resource.read))
        for name in ("type", "record"):
            getter = counted(name, Resource.__dict__[name].fget)
            patched.setattr(Resource, name, property(getter))
        list(judge(TemplateFile(Path("x.json"), template), RULES))
    return counts


@pytest.mark.parametrize("what", ["read", "type", "record"])
def test_grows_with_the_resources_and_no_faster(monkeypatch, what):
    """
    Ten times the resources are ten times the looks.

    A rule that walks all resources for each of them would need a hundred times as
    many.
    """
    few, many = looks(5, monkeypatch), looks(50, monkeypatch)

    assert 0 < few[what]
    assert many[what] <= 10 * few[what]


def test_takes_few_looks_at_each_resource(monkeypatch):
    """What a rule reads twice in one resource, it could have kept."""
    counts = looks(10, monkeypatch)
    resources = 10 * len(group(0))

    assert counts["read"] < 20 * resources
