"""All rules, over the product of the example app as plain constructs make it."""

from __future__ import annotations

import functools

import pytest

from secure_constructs.checks import RULES
from tests.support.judging import Finding, deployed_from
from tests.support.plain_app import plain
from tests.support.synth import synthesize

# What is found at each construct of the app: whatever is not here has no finding.
EXPECTED = {
    "OrdersShared/Key": "CDK-01 CDK-07 KEY-01 KEY-02",
    "OrdersShared/OnCall": "CDK-01",
    "OrdersShared/Events": "CDK-01 EVB-02 EVB-04 EVB-06 EVB-08",
    "OrdersCustomers/Customers": "CDK-02 CDK-07",
    # Said once a stack, CDK-07 is at the first of what holds data.
    "Orders/Table": "CDK-01 CDK-07 DDB-02 DDB-03 DDB-04 DDB-07 DDB-10",
    "Orders/Sessions": "CDK-01 DDB-03 DDB-04 DDB-06 DDB-07 DDB-10",
    "Orders/Uploads": "CDK-01 S3-01 S3-02 S3-03 S3-04 S3-05 S3-06 S3-07 S3-08",
    "Orders/Invoices": "CDK-01 S3-01 S3-02 S3-03 S3-04 S3-05 S3-06 S3-07",
    # It has a waiver of S3-04.
    "Orders/Thumbnails": (
        "CDK-01 CDK-06 S3-01 S3-02 S3-03 S3-05 S3-06 S3-07 S3-09 S3-13"
    ),
    "Orders/Tenant": "CDK-01 DDB-08 S3-10",
    "Orders/Incoming": "CDK-01",
    "Orders/Processor": "CDK-01 LAM-01 LAM-02 LAM-03 LAM-05 LAM-06 LAM-08 LAM-10",
    "Orders/Processor/ServiceRole": "CDK-01",
    "Orders/Processor/LogGroup": "CDK-01",
    "Orders/Api": "CDK-01 LAM-01 LAM-02 LAM-03 LAM-05 LAM-06 LAM-08 LAM-15",
    "Orders/Api/ServiceRole": "CDK-01",
    "Orders/Api/LogGroup": "CDK-01",
    "Orders/Invoicer": "CDK-01 LAM-01 LAM-02 LAM-03 LAM-05 LAM-06 LAM-08",
    "Orders/Invoicer/ServiceRole": "CDK-01",
    "Orders/Invoicer/LogGroup": "CDK-01",
    "Orders/OrderPlaced": "EVB-03 EVB-08",
    "Orders/OrderChanged": "EVB-01 EVB-03 EVB-08",
    "Orders/DayClosed": "EVB-03 EVB-08",
    "OrdersPipeline/Deploy": "CDK-01 IAM-01 IAM-02 IAM-05",
    "OrdersPipeline/Diff": "CDK-01 IAM-02 IAM-05",
}


@functools.cache
def found() -> list[tuple[str, Finding]]:
    """Return what all rules find in the app, with the path of each construct."""
    stacks = deployed_from(synthesize(plain()).directory).values()
    return [
        (stack.paths[finding.at].removesuffix("/Resource"), finding)
        for stack in stacks
        for finding in stack.findings()
    ]


def at(place: str) -> str:
    """Return the ids of the rules that find something at *place*."""
    return " ".join(sorted(each.rule for path, each in found() if path == place))


def test_every_rule_finds_something():
    """There is no rule that plain constructs cannot break."""
    assert {rule.id for rule in RULES} == {finding.rule for _, finding in found()}


@pytest.mark.parametrize("place", EXPECTED)
def test_finds_each_once(place):
    """What a construct breaks is found there, once by each rule."""
    assert EXPECTED[place] == at(place)


def test_finds_nothing_elsewhere():
    """No other resource has a finding."""
    assert set(EXPECTED) == {path for path, _ in found()}


def test_says_nothing_twice():
    """The problems of a finding are different ones."""
    problems = [finding.problems for _, finding in found()]

    assert [tuple(dict.fromkeys(each)) for each in problems] == problems
