"""The stack of the example app's orders, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk

from aws_cdk import (
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_s3 as s3,
    aws_sqs as sqs,
    aws_ssm as ssm,
)
from constructs import Construct

from benchmarks.by_hand import event_route, tenant_role
from benchmarks.by_hand.bucket import bucket, let_log, log_bucket
from benchmarks.by_hand.function import Function
from benchmarks.by_hand.function_work import dashboard, let_work_on
from benchmarks.by_hand.parts import acknowledge, dead_letters
from benchmarks.by_hand.shared_stack import Shared
from benchmarks.by_hand.table import table

_HANDLERS = Path(__file__).parents[2] / "examples" / "handlers"
_LAYER = "/aws/service/powertools/python/arm64/python3.14/latest"
_AGAIN = "every thumbnail can be made again from its upload"


class Orders(cdk.Stack):
    """The orders: their documents, and the functions that take and invoice them."""

    def __init__(self, scope: Construct, construct_id: str, shared: Shared) -> None:
        super().__init__(scope, construct_id, termination_protection=True)
        self._shared, self._topic = shared, shared.on_call
        self._code = lambda_.Code.from_asset(
            str(_HANDLERS), exclude=["**/__pycache__", "**/*.pyc"]
        )
        version = ssm.StringParameter.value_for_string_parameter(self, _LAYER)
        self._layer = lambda_.LayerVersion.from_layer_version_arn(
            self, "Powertools", version
        )
        self.logs = log_bucket(self)
        self.uploads = bucket(
            self, "Uploads", self.logs, link_age=15, sends_events=True
        )
        self.invoices = bucket(
            self, "Invoices", self.logs, key=shared.key, rules=[_archiving()]
        )
        self.thumbnails = bucket(self, "Thumbnails", self.logs, disposable=_AGAIN)
        let_log(self, self.logs, [self.uploads, self.invoices, self.thumbnails])
        patterns = [
            {"Name": "An order and its items"},
            {"Name": "Orders, newest first", "Index": "GSI1"},
        ]
        self.table = table(
            self,
            "Table",
            self._topic,
            indexes=["GSI1"],
            record={"TenantIndexes": ["GSI1"], "AccessPatterns": patterns},
        )
        self._serve_tenants()
        self._issue_invoices()

    def _serve_tenants(self) -> None:
        """Let one function take orders, and one show them."""
        self.incoming = sqs.Queue(
            self,
            "Incoming",
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.minutes(3),
        )
        failed = dead_letters(self.incoming, "DeadLetters")
        l1: Any = self.incoming.node.default_child
        l1.redrive_policy = {
            "deadLetterTargetArn": failed.queue_arn,
            "maxReceiveCount": 5,
        }
        events = self._shared.events.bus
        self.processor = self._function(
            "Processor",
            "orders.handler.handler",
            {
                "EVENT_BUS_NAME": events.event_bus_name,
                "UPLOADS_BUCKET": self.uploads.bucket_name,
                "UPLOAD_PREFIX": "incoming/",
            },
            no_queue="it is called by its queue only, which keeps failures",
        )
        dashboard(self.processor)
        let_work_on(self.processor, self.incoming, failed, self._topic)
        self.api = self._function(
            "Api",
            "tenants.handler.handler",
            no_queue="an API waits for its answer, and sees what failed",
        )
        brokers = (self.processor, self.api)
        role = tenant_role.tenant_role(self, "Tenant", [each.role for each in brokers])
        tenant_role.let_use(role, self.table, ["GSI1"])
        assuming = tenant_role.may_assume(role)
        for each in brokers:
            each.function.add_environment("TABLE_NAME", self.table.table_name)
            each.function.add_environment("TENANT_ROLE_ARN", role.role_arn)
        self.processor.may([*self._taking_orders(), assuming])
        self.api.may([assuming])
        acknowledge(
            self.processor.role,
            "It signs links for files whose names it makes up, into this folder only.",
            "AwsSolutions::AwsSolutions-IAM5[Resource::<Uploads4F6EB0FD.Arn>/incoming/*]",
        )

    def _taking_orders(self) -> list[iam.PolicyStatement]:
        """Return what the processor may do."""
        pinned = {
            "events:source": ["shop.orders"],
            "events:detail-type": ["OrderPlaced"],
        }
        return [
            iam.PolicyStatement(
                actions=[
                    "sqs:ReceiveMessage",
                    "sqs:ChangeMessageVisibility",
                    "sqs:GetQueueUrl",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                ],
                resources=[self.incoming.queue_arn],
            ),
            iam.PolicyStatement(
                actions=["events:PutEvents"],
                resources=[self._shared.events.bus.event_bus_arn],
                conditions={
                    "ForAllValues:StringEquals": pinned,
                    "Null": dict.fromkeys(pinned, "false"),
                },
            ),
            iam.PolicyStatement(
                actions=[
                    "s3:AbortMultipartUpload",
                    "s3:ListMultipartUploadParts",
                    "s3:PutObject",
                ],
                resources=[self.uploads.arn_for_objects("incoming/*")],
            ),
        ]

    def _issue_invoices(self) -> None:
        """Let a function react to what the bus says of orders, and every night."""
        invoicer = self._function(
            "Invoicer",
            "invoices.handler.handler",
            {
                "INVOICES_BUCKET": self.invoices.bucket_name,
                "INVOICES_PREFIX": "invoices/",
            },
        )
        event_route.route(
            self,
            "EventsRouteInvoices",
            invoicer.function,
            self._topic,
            bus=self._shared.events.bus,
            sources=["shop.orders", "shop.clock"],
            detail_types=["OrderPlaced", "DayClosed"],
        )
        invoicer.may(self._invoicing())
        acknowledge(
            invoicer.role,
            "It names its files after customers and orders, in this folder only.",
            "AwsSolutions::AwsSolutions-IAM5[Resource::<InvoicesF0222E8D.Arn>/invoices/*]",
        )
        self.invoicer = invoicer

    def _invoicing(self) -> list[iam.PolicyStatement]:
        """Return what the invoicer may do."""
        arn = self.invoices.bucket_arn
        return [
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[self._shared.key.key_arn],
            ),
            iam.PolicyStatement(
                actions=[
                    "s3:AbortMultipartUpload",
                    "s3:GetObject",
                    "s3:ListMultipartUploadParts",
                    "s3:PutObject",
                ],
                resources=[f"{arn}/invoices/*"],
            ),
            iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[arn],
                conditions={"StringLike": {"s3:prefix": ["invoices/*"]}},
            ),
            iam.PolicyStatement(actions=["s3:GetBucketLocation"], resources=[arn]),
        ]

    def _function(
        self,
        construct_id: str,
        handler: str,
        environment: dict[str, str] | None = None,
        *,
        no_queue: str = "",
    ) -> Function:
        return Function(
            self,
            construct_id,
            self._topic,
            code=self._code,
            handler=handler,
            service="shop",
            environment=environment,
            layer=self._layer,
            no_queue=no_queue,
        )


def _archiving() -> s3.LifecycleRule:
    days = {
        s3.StorageClass.INFREQUENT_ACCESS: 30,
        s3.StorageClass.GLACIER: 90,
    }
    return s3.LifecycleRule(
        transitions=[
            s3.Transition(
                storage_class=each, transition_after=cdk.Duration.days(days[each])
            )
            for each in days
        ]
    )
