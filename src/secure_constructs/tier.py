"""Tier: what a deployment is worth, and what follows from it."""

from __future__ import annotations

import enum

from typing import TYPE_CHECKING, cast

from aws_cdk import RemovalPolicy

from secure_constructs._notes import nearest

if TYPE_CHECKING:
    from constructs import Construct, Node

# Names that teams commonly give their environments. What is not listed here
# ("staging", "qa") may hold data worth keeping and therefore decides nothing.
_ENVIRONMENTS = {
    "prod": "production",
    "production": "production",
    "prd": "production",
    "live": "production",
    "dev": "development",
    "develop": "development",
    "development": "development",
    "test": "development",
    "testing": "development",
    "sandbox": "development",
}


class Tier(enum.Enum):
    """
    What a deployment is worth (CDK-04).

    The tier decides how long things are kept, never how well they are
    protected: a development bucket is as private and encrypted as any other.

    Every construct takes `tier=`. Without it the nearest `Baseline` decides,
    then the context key `tier` (`cdk synth -c tier=development`), then the
    context key `env` where it holds a common name such as `prod` or `dev`.
    Without any of them it is `PRODUCTION`, so that forgetting it loses no data.

    Attributes:
        PRODUCTION: Data outlives its stack, logs are kept for a year.
        DEVELOPMENT: Everything goes with its stack, emptied first; logs are
            kept for two weeks.
    """

    PRODUCTION = "production"
    DEVELOPMENT = "development"

    @property
    def removal_policy(self) -> RemovalPolicy:
        """
        What happens to stored data when its resource leaves the template.

        In production it is kept, except when the deployment that was to create
        it fails: what a failed first deployment leaves behind would stand in
        the way of the next one.
        """
        if self is Tier.DEVELOPMENT:
            return RemovalPolicy.DESTROY
        return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE

    @classmethod
    def of(cls, scope: Construct) -> Tier:
        """
        Return the tier that constructs in *scope* get where they name none.

        Example:
            >>> protected = Tier.of(app) is Tier.PRODUCTION
            >>> Stack(app, "Orders", termination_protection=protected)
        """
        node = scope.node
        baseline = cast("Tier | None", nearest(node.scopes, "tier"))
        return baseline or tier_by_context(node)


def tier_by_context(node: Node) -> Tier:
    """
    Return the tier that the context of *node* asks for.

    Raises:
        ValueError: The context key `tier` holds something that is no tier.
    """
    # All of the context in one call; each key alone would be another.
    context = node.get_all_context()
    named = context.get("tier")
    if named is None:
        environment = context.get("env")
        return Tier(_ENVIRONMENTS.get(str(environment).lower(), "production"))
    tiers = [tier.value for tier in Tier]
    if named not in tiers:
        msg = (
            f"context key 'tier' is {named!r}, which is no tier; use one of "
            f"{tiers}, as in `cdk synth -c tier=development`"
        )
        raise ValueError(msg)
    return Tier(named)
