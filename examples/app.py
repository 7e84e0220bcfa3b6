"""
The orders product: what a shop keeps of the orders it takes.

`make synth` synthesizes it, for production unless `tier=development` says
otherwise.
"""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import aws_iam as iam
from constructs import Construct

from secure_constructs import (
    AppKey,
    Baseline,
    GitHubOidcRole,
    GitHubProvider,
    GitHubSubject,
    SecureBucket,
    StandardTags,
    Tier,
    Waived,
    acknowledge_defaults,
)


class SharedStack(cdk.Stack):
    """What the other stacks of the product use."""

    def __init__(self, scope: Construct, construct_id: str, *, protected: bool) -> None:
        super().__init__(scope, construct_id, termination_protection=protected)
        self.key = AppKey(self, "Key")


class StorageStack(cdk.Stack):
    """The documents of orders, and what may be done with them."""

    def __init__(
        self, scope: Construct, construct_id: str, *, key: AppKey, protected: bool
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=protected)
        # Customers upload by presigned URLs, which are good for one visit.
        uploads = SecureBucket(
            self,
            "Uploads",
            presigned_url_max_age=cdk.Duration.minutes(15),
            event_bridge_enabled=True,
        )
        # Invoices are evidence: encrypted with the product's own key, and never
        # deleted, but hardly read once the year is over.
        SecureBucket(
            self,
            "Invoices",
            encryption_key=key,
            lifecycle_rules=[SecureBucket.archiving()],
        )
        thumbnails = "every thumbnail can be made again from its upload"
        SecureBucket(
            self, "Thumbnails", versioning=Waived(thumbnails), retain=Waived(thumbnails)
        )

        front_end = iam.ManagedPolicy(
            self, "FrontEnd", description="What the shop's front end may do with files"
        )
        uploads.grants.put(front_end, prefix="incoming/")
        # A folder is the smallest part of a bucket that a policy can name.
        cdk.Validations.of(front_end).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-IAM5[Resource::<Uploads4F6EB0FD.Arn>/incoming/*]",
                reason="The front end puts one file for each order, under names it "
                "makes up, into this folder only.",
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


def orders(app: cdk.App) -> None:
    """Define the whole product in *app*."""
    tier = Tier.of(app)
    protected = tier is Tier.PRODUCTION
    tags = StandardTags(env=tier.value, team="orders", service="shop")
    Baseline(tags=tags).apply_to(app)

    shared = SharedStack(app, "OrdersShared", protected=protected)
    StorageStack(app, "OrdersStorage", key=shared.key, protected=protected)

    PipelineStack(app, "OrdersPipeline", protected=protected)

    acknowledge_defaults(
        app,
        packs=["HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321"],
    )


if __name__ == "__main__":
    the_app = cdk.App()
    orders(the_app)
    the_app.synth()
