"""The whole example app by hand: what `examples/app.py` renders, without ours."""

from __future__ import annotations

import aws_cdk as cdk

from constructs import Construct

from benchmarks.by_hand import github_oidc
from benchmarks.by_hand.orders_stack import Orders
from benchmarks.by_hand.shared_stack import Shared
from benchmarks.by_hand.strict import acknowledge_strict

_REPOSITORY = github_oidc.Repository("example", "orders", "123456", "7891011")


class Pipeline(cdk.Stack):
    """Who deploys the product."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, termination_protection=True)
        audience = f"sts.{self.url_suffix}"
        production = github_oidc.Jobs(
            "environment:production", {"ref": "refs/heads/main"}
        )
        github_oidc.role(
            self,
            "Deploy",
            _REPOSITORY,
            [production],
            audience=audience,
            kinds=github_oidc.DEPLOYING,
            after=github_oidc.provider(self, audience),
        )
        github_oidc.role(
            self,
            "Diff",
            _REPOSITORY,
            [github_oidc.Jobs("pull_request")],
            audience=audience,
            kinds=github_oidc.COMPARING,
        )


def orders(app: cdk.App) -> None:
    """Define the whole product in *app*."""
    tags = cdk.Tags.of(app)
    of_all = {"Env": "production", "Team": "orders", "Service": "shop"}
    for name, value in of_all.items():
        # A tag of the stack would be one of resources that are not to have any.
        tags.add(name, value, exclude_resource_types=["aws:cdk:stack"])
    shared = Shared(app, "OrdersShared")
    product = Orders(app, "Orders", shared)
    Pipeline(app, "OrdersPipeline")
    acknowledge_strict(
        buckets=[product.uploads, product.invoices, product.thumbnails],
        log_buckets=[product.logs],
        functions=[product.processor, product.api, product.invoicer],
    )
