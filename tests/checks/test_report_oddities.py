"""Whatever stands in a template, there is a report on it."""

from __future__ import annotations

import copy
import datetime as dt

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secure_constructs.checks import RULES
from secure_constructs.checks.findings import judge
from secure_constructs.checks.report.page import Report, rendered
from tests.support.pages import Page
from tests.support.reports import a_stack, resource

QUEUE: Any = {"Fn::GetAtt": ["Queue", "Arn"]}
POLICY: Any = {
    "Statement": [{"Effect": "Allow", "Action": ["sqs:*"], "Resource": [QUEUE]}]
}
METRIC: Any = {"Id": "a", "MetricStat": {"Metric": {}, "Period": 60}}
WAIVERS: Any = {"S3-04": {"Reason": "rebuilt every night", "Until": "2099-12-31"}}
BODY: Any = {
    "Resources": {
        "Queue": resource("SQS::Queue"),
        "Files": resource("S3::Bucket", {"Tier": "production", "Waivers": WAIVERS}),
        "Role": resource("IAM::Role", Policies=[{"PolicyDocument": POLICY}]),
        "Grants": resource("IAM::ManagedPolicy", PolicyDocument=POLICY),
        "Alarm": resource("CloudWatch::Alarm", Metrics=[METRIC], Dimensions=[QUEUE]),
        "Fn": resource(
            "Lambda::Function",
            Environment={
                "Variables": {
                    "A": {"Fn::Sub": ["${Queue}", {"B": 1}]},
                    "C": {"Fn::ImportValue": {"Fn::Sub": "x"}},
                    "D": {"Fn::GetStackOutput": {"StackName": "S"}},
                }
            },
        ),
        "Inner": resource("CloudFormation::Stack", Parameters={"A": QUEUE}),
    },
    "Outputs": {"Out": {"Value": QUEUE, "Export": {"Name": {"Fn::Join": ["", []]}}}},
}


def steps(value: Any, *way: str | int) -> Iterator[tuple[str | int, ...]]:
    """Yield the ways to all values in *value*."""
    inner = value.items() if isinstance(value, dict) else ()
    for step, each in enumerate(value) if isinstance(value, list) else inner:
        yield (*way, step)
        yield from steps(each, *way, step)


def with_odd(way: tuple[str | int, ...], odd: object) -> Any:
    """Return the template with something *odd* at the end of the *way*."""
    body = copy.deepcopy(BODY)
    value = body
    for step in way[:-1]:
        value = value[step]
    value[way[-1]] = copy.deepcopy(odd)
    return body


@pytest.mark.parametrize(
    "odd",
    [None, [], "text", 7, {"Ref": []}, {"Fn::Join": 1}],
    ids=str,
)
def test_there_is_a_report(odd, tmp_path: Path):
    """Wherever something odd stands: each time in another stack of one app."""
    bodies = [with_odd(way, odd) for way in steps(BODY) if way != ("Resources",)]
    stacks = [
        a_stack(
            body["Resources"],
            name=f"Odd{number}",
            outputs=body["Outputs"],
            folder=tmp_path,
        )
        for number, body in enumerate(bodies)
    ]
    for stack in stacks:
        stack.contents[0][0].write_text("{}")
    found = [each for stack in stacks for each in judge(stack, RULES)]
    report = Report("odd", stacks, RULES, found, dt.date(2026, 5, 1), "1.2.3")

    assert f"Checklist report odd {len(stacks)} stacks" in Page(rendered(report)).text()
