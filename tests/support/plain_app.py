"""
The product of the example app as it is commonly written: by plain constructs of CDK.

What is set beyond CDK's defaults is what published examples set.
"""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import (
    aws_cognito as cognito,
    aws_dynamodb as dynamodb,
    aws_events as events,
    aws_events_targets as targets,
    aws_iam as iam,
    aws_kms as kms,
    aws_lambda as lambda_,
    aws_lambda_event_sources as sources,
    aws_s3 as s3,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from tests.support.synth import RECOMMENDED, new_app

_GITHUB = "token.actions.githubusercontent.com"
_TENANT = "${aws:PrincipalTag/TenantId}"


class SharedStack(cdk.Stack):
    """What the other stacks of the product use."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(self, "Key")
        self.on_call = sns.Topic(self, "OnCall", master_key=self.key)
        self.bus = events.EventBus(self, "Events")
        self.bus.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Publish",
                principals=[iam.AnyPrincipal()],
                actions=["events:PutEvents"],
                resources=[self.bus.event_bus_arn],
            )
        )


class CustomersStack(cdk.Stack):
    """Who orders."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        cognito.UserPool(self, "Customers", removal_policy=cdk.RemovalPolicy.DESTROY)


class OrdersStack(cdk.Stack):
    """The orders: their documents, and the functions that take and invoice them."""

    def __init__(
        self, scope: Construct, construct_id: str, *, shared: SharedStack
    ) -> None:
        super().__init__(scope, construct_id)
        self._keep_records()
        self._keep_documents(shared)
        self._serve_tenants()
        self._take_orders()
        self._issue_invoices(shared)

    def _keep_records(self) -> None:
        text = dynamodb.AttributeType.STRING
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="PK", type=text),
            sort_key=dynamodb.Attribute(name="SK", type=text),
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name="GSI1",
                    partition_key=dynamodb.Attribute(name="GSI1PK", type=text),
                )
            ],
        )
        # The access patterns, written down by hand; none of them needs the index.
        _record(self.table, {"AccessPatterns": [{"Name": "An order and its items"}]})
        dynamodb.Table(
            self,
            "Sessions",
            partition_key=dynamodb.Attribute(name="Session", type=text),
            sort_key=dynamodb.Attribute(name="ExpiresAt", type=text),
            time_to_live_attribute="ExpiresAt",
        )

    def _keep_documents(self, shared: SharedStack) -> None:
        every_website = s3.CorsRule(
            allowed_methods=[s3.HttpMethods.PUT], allowed_origins=["*"]
        )
        self.uploads = s3.Bucket(self, "Uploads", cors=[every_website])
        s3.Bucket(self, "Invoices", encryption_key=shared.key)
        thumbnails = s3.Bucket(
            self,
            "Thumbnails",
            removal_policy=cdk.RemovalPolicy.DESTROY,
            auto_delete_objects=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ACLS_ONLY,
        )
        thumbnails.grant_public_access()
        # A waiver that was written by hand, and that nobody argued for.
        _record(thumbnails, {"Waivers": {"S3-04": {"Reason": ""}}})

    def _serve_tenants(self) -> None:
        tenant = iam.Role(
            self, "Tenant", assumed_by=iam.AccountRootPrincipal().with_session_tags()
        )
        tenant.add_to_policy(
            iam.PolicyStatement(
                actions=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
                resources=[self.table.table_arn],
                conditions={
                    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{_TENANT}*"]}
                },
            )
        )
        tenant.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[self.uploads.bucket_arn],
                conditions={"StringLike": {"s3:prefix": f"{_TENANT}*"}},
            )
        )

    def _take_orders(self) -> None:
        incoming = sqs.Queue(self, "Incoming")
        processor = self._function(
            "Processor", environment={"PAYMENT_API_KEY": "0f8fad5b-d9cb-469f-a165"}
        )
        processor.add_event_source(sources.SqsEventSource(incoming))
        api = self._function("Api")
        api.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)
        for function in (processor, api):
            self.table.grant_read_write_data(function)
            self.uploads.grant_read_write(function)

    def _issue_invoices(self, shared: SharedStack) -> None:
        invoicer = targets.LambdaFunction(self._function("Invoicer"))
        placed = events.EventPattern(source=["shop.orders"])
        events.Rule(
            self,
            "OrderPlaced",
            event_bus=shared.bus,
            event_pattern=placed,
            targets=[invoicer],
        )
        events.Rule(self, "OrderChanged", event_pattern=placed, targets=[invoicer])
        at_night = events.Schedule.cron(hour="3", minute="0")
        events.Rule(self, "DayClosed", schedule=at_night, targets=[invoicer])

    def _function(
        self, name: str, environment: dict[str, str] | None = None
    ) -> lambda_.Function:
        return lambda_.Function(
            self,
            name,
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context): ..."),
            environment=environment,
        )


class PipelineStack(cdk.Stack):
    """Who deploys the product: jobs on GitHub."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        provider = iam.OpenIdConnectProvider(
            self, "GitHub", url=f"https://{_GITHUB}", client_ids=["sts.amazonaws.com"]
        )
        self._define_role(
            "Deploy",
            iam.OpenIdConnectPrincipal(
                provider, {"StringLike": {f"{_GITHUB}:sub": "repo:example/orders:*"}}
            ),
            policy="AdministratorAccess",
        )
        self._define_role(
            "Diff",
            iam.WebIdentityPrincipal(
                provider.open_id_connect_provider_arn,
                {
                    "StringEquals": {f"{_GITHUB}:aud": "sts.amazonaws.com"},
                    "StringLike": {f"{_GITHUB}:sub": "repo:example/*"},
                },
            ),
            policy="ReadOnlyAccess",
        )

    def _define_role(self, name: str, jobs: iam.IPrincipal, *, policy: str) -> None:
        allowed = iam.ManagedPolicy.from_aws_managed_policy_name(policy)
        iam.Role(self, name, assumed_by=jobs, managed_policies=[allowed])


def _record(construct: Construct, record: dict[str, object]) -> None:
    """Write *record* by hand to where constructs of the library write theirs."""
    resource = construct.node.default_child
    assert isinstance(resource, cdk.CfnResource)
    resource.add_metadata("SecureConstructs", record)


def plain() -> cdk.App:
    """Return the app, not yet synthesized."""
    app = new_app(RECOMMENDED)
    shared = SharedStack(app, "OrdersShared")
    CustomersStack(app, "OrdersCustomers")
    OrdersStack(app, "Orders", shared=shared)
    PipelineStack(app, "OrdersPipeline")
    return app
