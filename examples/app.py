"""
The orders product: what a shop keeps of the orders it takes.

`make synth` synthesizes it, for production unless `tier=development` says
otherwise.
"""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk

from aws_cdk import (
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from examples.schemas import ORDER_PLACED
from secure_constructs import (
    AccessPattern,
    AppEventBus,
    AppKey,
    Baseline,
    GitHubOidcRole,
    GitHubProvider,
    GitHubSubject,
    ObservedFunction,
    SecureBucket,
    StandardTags,
    TableIndex,
    TenantRole,
    TenantTable,
    Tier,
    Waived,
    acknowledge_defaults,
)

HANDLERS = Path(__file__).parent / "handlers"


class SharedStack(cdk.Stack):
    """What the other stacks of the product use."""

    def __init__(self, scope: Construct, construct_id: str, *, protected: bool) -> None:
        super().__init__(scope, construct_id, termination_protection=protected)
        self.key = AppKey(self, "Key")
        # Whoever is on call subscribes to it, by mail or a pager's address.
        self.on_call = sns.Topic(
            self, "OnCall", enforce_ssl=True, master_key=self.key.key
        )
        # A topic that refuses plain http has lost the policy that lets alarms in.
        self.on_call.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.on_call.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        # Whoever does something that others may want to know says so here.
        self.bus = AppEventBus(
            self, "Events", schemas=[ORDER_PLACED], alarm_topic=self.on_call
        )
        self.bus.schedule(
            "DayClosed",
            expression="cron(0 3 * * ? *)",
            time_zone="Europe/Berlin",
            source="shop.clock",
            detail_type="DayClosed",
        )


class OrdersStack(cdk.Stack):
    """The orders: their documents, and the functions that take and invoice them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: SharedStack,
        protected: bool,
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=protected)
        Baseline(alarm_topic=shared.on_call).apply_to(self)
        # Customers upload by presigned URLs, which are good for one visit.
        uploads = SecureBucket(
            self,
            "Uploads",
            presigned_url_max_age=cdk.Duration.minutes(15),
            event_bridge_enabled=True,
        )
        # Invoices are evidence: encrypted with the product's own key, and never
        # deleted, but hardly read once the year is over.
        invoices = SecureBucket(
            self,
            "Invoices",
            encryption_key=shared.key,
            lifecycle_rules=[SecureBucket.archiving()],
        )
        thumbnails = "every thumbnail can be made again from its upload"
        SecureBucket(
            self, "Thumbnails", versioning=Waived(thumbnails), retain=Waived(thumbnails)
        )
        # Both functions are in one directory; each imports its own package only.
        self._code = lambda_.Code.from_asset(
            str(HANDLERS), exclude=["**/__pycache__", "**/*.pyc"]
        )
        # Each customer is a tenant: no session reaches what is another one's.
        self.table = TenantTable(
            self,
            "Table",
            indexes=[TableIndex("GSI1", tenant_led=True)],
            access_patterns=[
                AccessPattern(
                    "An order and its items",
                    "TENANT#{tenant}",
                    "begins_with ORDER#{order}",
                ),
                AccessPattern("Orders, newest first", "TENANT#{tenant}", index="GSI1"),
            ],
        )
        processor = self._take_orders(uploads, shared.bus)
        api = self._show_orders()
        tenant = TenantRole(self, "Tenant", brokers=[processor, api])
        self.table.grants.tenant_read_write(tenant)
        for broker in (processor, api):
            broker.add_environment("TABLE_NAME", self.table.table_name)
            broker.add_environment("TENANT_ROLE_ARN", tenant.role_arn)
        self._issue_invoices(invoices, shared.bus)

    def _take_orders(self, uploads: SecureBucket, bus: AppEventBus) -> ObservedFunction:
        """Let a function take the orders that the shop puts into a queue."""
        incoming = sqs.Queue(
            self,
            "Incoming",
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.minutes(3),
        )
        processor = ObservedFunction(
            self,
            "Processor",
            code=self._code,
            handler="orders.handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            environment={
                "EVENT_BUS_NAME": bus.event_bus_name,
                "UPLOADS_BUCKET": uploads.bucket_name,
                "UPLOAD_PREFIX": "incoming/",
            },
            powertools_layer="latest",
            failure_queue=Waived(
                "it is called by its queue only, which keeps failures"
            ),
            dashboard=True,
        )
        processor.add_queue_source(incoming, max_concurrency=10)
        bus.grants.publish(
            processor,
            sources=[ORDER_PLACED.source],
            detail_types=[ORDER_PLACED.detail_type],
        )
        uploads.grants.put(processor, prefix="incoming/")
        # A folder is the smallest part of a bucket that a policy can name.
        cdk.Validations.of(processor.role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-IAM5[Resource::<Uploads4F6EB0FD.Arn>/incoming/*]",
                reason="The processor signs links for files whose names it makes up, "
                "into this folder only.",
            )
        )
        return processor

    def _show_orders(self) -> ObservedFunction:
        """Let a function show customers their orders, behind an HTTP API's token."""
        return ObservedFunction(
            self,
            "Api",
            code=self._code,
            handler="tenants.handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            powertools_layer="latest",
            failure_queue=Waived("an API waits for its answer, and sees what failed"),
        )

    def _issue_invoices(self, invoices: SecureBucket, bus: AppEventBus) -> None:
        """Let a function react to what the bus says of orders, and every night."""
        invoicer = ObservedFunction(
            self,
            "Invoicer",
            code=self._code,
            handler="invoices.handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            environment={
                "INVOICES_BUCKET": invoices.bucket_name,
                "INVOICES_PREFIX": "invoices/",
            },
            powertools_layer="latest",
        )
        bus.route(
            "Invoices",
            to=invoicer,
            sources=["shop.orders", "shop.clock"],
            detail_types=["OrderPlaced", "DayClosed"],
        )
        invoices.grants.put(invoicer, prefix="invoices/")
        invoices.grants.read(invoicer, prefix="invoices/")
        cdk.Validations.of(invoicer.role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-IAM5[Resource::<InvoicesF0222E8D.Arn>/invoices/*]",
                reason="The invoicer names its files after customers and orders, in "
                "this folder only.",
            )
        )


class PipelineStack(cdk.Stack):
    """Who deploys the product: jobs on GitHub, without any key."""

    def __init__(self, scope: Construct, construct_id: str, *, protected: bool) -> None:
        super().__init__(scope, construct_id, termination_protection=protected)
        # The environment waits for a reviewer, and takes the branch main only.
        deploy = GitHubOidcRole(
            self,
            "Deploy",
            repository="example/orders",
            owner_id="123456",
            repository_id="7891011",
            subjects=[GitHubSubject.environment("production", branch="main")],
            provider=GitHubProvider.create(),
        )
        deploy.grant_cdk_deploy()
        # The code of a pull request is not reviewed yet: it only compares.
        diff = GitHubOidcRole(
            self,
            "Diff",
            repository="example/orders",
            owner_id="123456",
            repository_id="7891011",
            subjects=[GitHubSubject.pull_request()],
        )
        diff.grant_cdk_diff()


def orders(app: cdk.Stage) -> None:
    """Define the whole product in *app*, or in one stage of an app."""
    tier = Tier.of(app)
    protected = tier is Tier.PRODUCTION
    tags = StandardTags(env=tier.value, team="orders", service="shop")
    Baseline(tags=tags).apply_to(app)

    shared = SharedStack(app, "OrdersShared", protected=protected)
    OrdersStack(app, "Orders", shared=shared, protected=protected)

    PipelineStack(app, "OrdersPipeline", protected=protected)

    acknowledge_defaults(
        app,
        packs=["HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321"],
    )


if __name__ == "__main__":
    the_app = cdk.App()
    orders(the_app)
    the_app.synth()
