"""GitHubOidcRole, for the contract."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from aws_cdk import aws_iam as iam
from constructs import Construct

from secure_constructs import AppKey, GitHubOidcRole, GitHubProvider, GitHubSubject
from tests.specimens.specimen import Adoption, Specimen

_GITHUB = "token.actions.githubusercontent.com"
_WORKFLOW = "myorg/ci/.github/workflows/deploy.yml@" + 40 * "a"
_OURS: dict[str, Any] = {
    "repository": "myorg/myrepo",
    "owner_id": "123456",
    "repository_id": "7891011",
    "subjects": [GitHubSubject.branch("main")],
}


def _trust(scope: Construct) -> iam.WebIdentityPrincipal:
    arn = cdk.Stack.of(scope).format_arn(
        service="iam", region="", resource="oidc-provider", resource_name=_GITHUB
    )
    subject = "repo:myorg/myrepo:*"
    return iam.WebIdentityPrincipal(arn, {"StringLike": {f"{_GITHUB}:sub": subject}})


def _plain(scope: Construct, name: str) -> object:
    return iam.Role(scope, name, assumed_by=_trust(scope))


def _defaults(scope: Construct, name: str) -> object:
    return GitHubOidcRole(scope, name, **_OURS)


def _everything(scope: Construct, name: str, _key: AppKey) -> object:
    role = GitHubOidcRole(
        scope,
        name,
        repository="myorg/myrepo",
        owner_id="123456",
        repository_id="7891011",
        subjects=[
            GitHubSubject.branch("main"),
            GitHubSubject.tag("v1.0"),
            GitHubSubject.environment("production"),
            GitHubSubject.branches_below("release/"),
        ],
        reusable_workflow=_WORKFLOW,
        provider=GitHubProvider.existing(issuer=f"https://{_GITHUB}/myorg/"),
        role_name=f"deploy-{scope.node.addr[:20]}-{name}",
        path="/ci/",
        description="Deploys the shop",
        max_session_duration=cdk.Duration.hours(2),
        permissions_boundary=iam.ManagedPolicy.from_managed_policy_name(
            scope, f"{name}Boundary", "ci-boundary"
        ),
    )
    role.grant_cdk_deploy(qualifier="shop", regions=["eu-west-1", "us-east-1"])
    return role


def _created(scope: Construct, name: str) -> object:
    return GitHubOidcRole(scope, name, **_OURS, provider=GitHubProvider.create())


def _named(scope: Construct, name: str) -> object:
    return iam.Role(
        scope, name, assumed_by=_trust(scope), role_name="deploy", path="/ci/"
    )


SPECIMEN = Specimen(
    name="GitHubOidcRole",
    type="AWS::IAM::Role",
    plain=_plain,
    defaults=_defaults,
    everything=_everything,
    adoptions={
        "bare": Adoption(_plain, _defaults),
        "and with the provider from now on": Adoption(_plain, _created),
        "with a name and a path": Adoption(
            _named,
            lambda scope, name: GitHubOidcRole(
                scope, name, **_OURS, role_name="deploy", path="/ci/"
            ),
        ),
    },
)
