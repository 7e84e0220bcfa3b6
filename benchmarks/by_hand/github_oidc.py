"""Roles for GitHub by hand, and the provider that they trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aws_cdk as cdk

from aws_cdk import aws_iam as iam

from benchmarks.by_hand.parts import KEPT, put_on_record

GITHUB = "token.actions.githubusercontent.com"
DEPLOYING = ("deploy", "file-publishing", "image-publishing", "lookup")
COMPARING = ("lookup",)


@dataclass(frozen=True)
class Repository:
    """A repository: its owner, its name, and the ids of both."""

    owner: str
    name: str
    owner_id: str
    repository_id: str


@dataclass(frozen=True)
class Jobs:
    """Some jobs of it: their subject's end, and claims that must hold beside."""

    context: str
    claims: dict[str, str] = field(default_factory=dict)


def provider(stack: cdk.Stack, audience: str) -> iam.OidcProviderNative:
    """Define the account's provider for GitHub."""
    return iam.OidcProviderNative(
        stack,
        "GitHubOidcProvider",
        url=f"https://{GITHUB}",
        client_ids=[audience],
        removal_policy=KEPT,
    )


def role(
    stack: cdk.Stack,
    construct_id: str,
    of: Repository,
    jobs: Sequence[Jobs],
    *,
    audience: str,
    kinds: Sequence[str],
    after: iam.OidcProviderNative | None = None,
) -> iam.Role:
    """Define a role for *jobs*, which may assume CDK's own roles of these *kinds*."""
    account = f"arn:{stack.partition}:iam::{stack.account}"
    arn = f"{account}:oidc-provider/{GITHUB}"
    principals = [
        iam.WebIdentityPrincipal(arn, _conditions(of, each, audience)) for each in jobs
    ]
    made = iam.Role(
        stack,
        construct_id,
        assumed_by=principals[0]
        if len(principals) == 1
        else iam.CompositePrincipal(*principals),
        max_session_duration=cdk.Duration.hours(1),
    )
    l1 = put_on_record(made, "GitHubOidcRole")
    if after:
        l1.node.add_dependency(after)
    names = [f"{each}-role-{stack.account}-{stack.region}" for each in kinds]
    iam.ManagedPolicy(
        made,
        "Grants",
        roles=[made],
        statements=[
            iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                resources=[f"{account}:role/cdk-hnb659fds-{each}" for each in names],
            )
        ],
    )
    return made


def _conditions(of: Repository, jobs: Jobs, audience: str) -> dict[str, Any]:
    plain = f"repo:{of.owner}/{of.name}"
    exact = f"repo:{of.owner}@{of.owner_id}/{of.name}@{of.repository_id}"
    said: dict[str, Any] = {
        "aud": audience,
        "repository_id": of.repository_id,
        "repository_owner_id": of.owner_id,
        **jobs.claims,
        "sub": [f"{name}:{jobs.context}" for name in (plain, exact)],
    }
    return {"StringEquals": {f"{GITHUB}:{name}": said[name] for name in said}}
