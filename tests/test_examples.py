"""The example app, as `make synth` synthesizes it."""

from __future__ import annotations

import itertools

import aws_cdk as cdk
import pytest

from secure_constructs import Checklist
from secure_constructs.checks import RULES
from secure_constructs.checks.checked import check
from tests.support.example_app import example
from tests.support.nag import ORDINARY, STRICT, add_packs
from tests.support.synth import ROOT, synthesize

STATEFUL = (
    "AWS::DynamoDB::GlobalTable",
    "AWS::Events::Archive",
    "AWS::Events::EventBus",
    "AWS::IAM::OIDCProvider",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
)
DOCUMENT = ROOT / "docs" / "example-app.md"


@pytest.mark.parametrize("tier", ["production", "development"])
class TestFindings:
    def test_no_pack_finds_anything(self, tier):
        """All six packs and the library's own rules are content, in both tiers."""
        app = example(tier)
        add_packs(app, *ORDINARY, *STRICT)

        assert set() == synthesize(app).findings

    def test_no_rule_finds_anything(self, tier):
        """Over all of it, tags and stacks included, only what is waived is found."""
        app = example(tier)
        cdk.Validations.of(app).add_plugins(Checklist())
        assembly = synthesize(app)
        checked = check([assembly.directory], RULES)

        assert set() == assembly.findings
        assert ([], [], []) == (checked.open, checked.unjudged, checked.unread)

    def test_acknowledges_little_for_ordinary_packs(self, tier):
        """
        What AwsSolutions and Serverless have acknowledged are no defaults.

        It is the decisions of the app in `Grants`, the wildcard that X-Ray forces on
        `Own`, and what these packs want of queues for failures.
        """
        app = example(tier)
        add_packs(app, *ORDINARY)

        assert {
            ("AwsSolutions-IAM5[Resource::*]", "Processor/ServiceRole/Own"),
            (
                "AwsSolutions-IAM5[Resource::<Uploads4F6EB0FD.Arn>/incoming/*]",
                "Processor/ServiceRole/Grants",
            ),
            (
                "AwsSolutions-IAM5[Resource::<InvoicesF0222E8D.Arn>/invoices/*]",
                "Invoicer/ServiceRole/Grants",
            ),
            ("AwsSolutions-IAM5[Resource::*]", "Invoicer/ServiceRole/Own"),
            ("AwsSolutions-IAM5[Resource::*]", "Api/ServiceRole/Own"),
            ("Serverless-LambdaDLQ", "Api/Default"),
            ("Serverless-LambdaDLQ", "Invoicer/Default"),
            ("Serverless-LambdaDLQ", "Processor/Default"),
            (
                "Serverless-LambdaEventSourceMappingDestination",
                "Processor/Default/SqsEventSource:OrdersIncoming97D3348B",
            ),
            ("Serverless-SQSRedrivePolicy", "Incoming/DeadLetters"),
            *itertools.product(
                ("AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"),
                (
                    "EventsRouteInvoices/DeadLetterQueue",
                    "Invoicer/FailureQueue",
                    "OrdersShared/Events/DayClosed/DeadLetterQueue",
                    "OrdersShared/Events/DeadLetterQueue",
                ),
            ),
        } == {
            (rule, path.removeprefix("Orders/").removesuffix("/Resource"))
            for rule, path in synthesize(app).acknowledged
            if rule.startswith(("AwsSolutions", "Serverless"))
        }

    def test_stacks_are_protected_in_production_only(self, tier):
        """A production stack cannot be deleted by one command (CDK-07)."""
        app = example(tier)

        assert {tier == "production"} == {
            stack.termination_protection
            for stack in app.node.children
            if isinstance(stack, cdk.Stack)
        }


def test_access_patterns_are_documented():
    """The page has them as the table has (DDB-02)."""
    table = example("production").node.find_child("Orders").table  # type: ignore[attr-defined]

    assert DOCUMENT.read_text().endswith(table.access_patterns_markdown())


def test_logical_ids_are_stable():
    """A changed logical id replaces a resource in users' accounts."""
    assert {
        "ApiLogsCD139AD4",
        "EventsD32975C2",
        "EventsArchive5A2DBDD8",
        "EventsDayClosedDeadLetterQueue5233DAD0",
        "EventsDeadLetterQueueC3DB07E1",
        "EventsRouteInvoicesDeadLetterQueue25F24E68",
        "Incoming1ED1B7CF",
        "IncomingDeadLetters47DF6E71",
        "GitHubOidcProvider7EBF861F",
        "Key961B73FD",
        "ProcessorLogs3A07F617",
        "InvoicerFailureQueueDECC8FC2",
        "InvoicerLogs615A3770",
        "InvoicesF0222E8D",
        "SecureConstructsAccessLogs4455EC6C",
        "TableCD117FA1",
        "Thumbnails115905A6",
        "Uploads4F6EB0FD",
    } == {
        name
        for template in synthesize(example("production")).templates.values()
        for name, resource in template["Resources"].items()
        if resource["Type"] in STATEFUL
    }
