"""What roles for GitHub cost in calls to CDK's own process."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_iam as iam

from secure_constructs import GitHubOidcRole, GitHubProvider, GitHubSubject
from tests.support.calls import kernel_calls
from tests.support.synth import new_app, synthesize

GITHUB = "token.actions.githubusercontent.com"
KINDS = ("deploy", "file-publishing", "image-publishing", "lookup")
ENV = cdk.Environment(account="111122223333", region="eu-west-1")
PINNED = {
    f"{GITHUB}:aud": "sts.amazonaws.com",
    f"{GITHUB}:repository_id": "7891011",
    f"{GITHUB}:repository_owner_id": "123456",
}


def by_hand(stack: cdk.Stack, count: int) -> None:
    """Define what so many roles of ours render, as CDK's documentation writes it."""
    provider = iam.OidcProviderNative(
        stack,
        "GitHubOidcProvider",
        url=f"https://{GITHUB}",
        client_ids=["sts.amazonaws.com"],
        removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
    for index in range(count):
        role = _one_by_hand(stack, f"Deploy{index}")
        if not index:
            cfn: Any = role.node.default_child
            cfn.node.add_dependency(provider)


def _one_by_hand(stack: cdk.Stack, name: str) -> iam.Role:
    account = f"arn:{stack.partition}:iam::{stack.account}"
    arn = f"{account}:oidc-provider/{GITHUB}"
    role = iam.Role(
        stack,
        name,
        assumed_by=iam.CompositePrincipal(
            iam.WebIdentityPrincipal(arn, _on("ref:refs/heads/main")),
            iam.WebIdentityPrincipal(
                arn, _on("environment:production", ref="refs/heads/main")
            ),
        ),
        max_session_duration=cdk.Duration.hours(1),
    )
    cfn: Any = role.node.default_child
    record = {"Construct": "GitHubOidcRole", "Tier": "production"}
    cfn.add_metadata("SecureConstructs", record)
    names = [f"{kind}-role-{stack.account}-{stack.region}" for kind in KINDS]
    iam.ManagedPolicy(
        role,
        "Grants",
        roles=[role],
        statements=[
            iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                resources=[f"{account}:role/cdk-hnb659fds-{each}" for each in names],
            )
        ],
    )
    return role


def _on(context: str, **claims: str) -> dict[str, Any]:
    names = ["repo:myorg/myrepo", "repo:myorg@123456/myrepo@7891011"]
    subjects = {f"{GITHUB}:sub": [f"{name}:{context}" for name in names]}
    more = {f"{GITHUB}:{claim}": value for claim, value in claims.items()}
    return {"StringEquals": {**PINNED, **more, **subjects}}


def ours(stack: cdk.Stack, count: int) -> None:
    """Define so many roles."""
    for index in range(count):
        made = GitHubProvider.existing() if index else GitHubProvider.create()
        one(stack, f"Deploy{index}", provider=made).grant_cdk_deploy(
            qualifier="hnb659fds"
        )


def one(stack: cdk.Stack, name: str = "Deploy", **options: Any) -> GitHubOidcRole:
    """Define one role."""
    given = {
        "repository": "myorg/myrepo",
        "owner_id": "123456",
        "repository_id": "7891011",
        "subjects": [
            GitHubSubject.branch("main"),
            GitHubSubject.environment("production", branch="main"),
        ],
    }
    return GitHubOidcRole(stack, name, **{**given, **options})


def calls_of(define: Any, count: int) -> int:
    """Return how many calls *define* makes for so many roles in a stack."""
    stack = cdk.Stack(new_app(), "Stack", env=ENV)
    with kernel_calls() as calls:
        define(stack, count)
    return len(calls)


def options_of(**options: Any) -> int:
    """Return how many calls a role with *options* takes beside one there is."""
    stack = cdk.Stack(new_app(), "Stack", env=ENV)
    one(stack, "First", subjects=[GitHubSubject.branch("main")])
    given = {"subjects": [GitHubSubject.branch("main")], **options}
    with kernel_calls() as calls:
        one(stack, **given)
    return len(calls)


class TestBesideCodeByHand:
    def test_renders_the_same(self):
        """Both ways give one template, so that their cost can be compared."""
        templates = []
        for define in (by_hand, ours):
            app = new_app()
            define(cdk.Stack(app, "Stack", env=ENV), 3)
            templates.append(synthesize(app).templates["Stack.template.json"])

        assert templates[0] == templates[1]

    @pytest.mark.parametrize("count", [1, 2, 10])
    def test_calls_no_more(self, count):
        """A stack of ours takes no more calls than the same stack by hand."""
        assert calls_of(ours, count) <= calls_of(by_hand, count)


class TestExactly:
    """Numbers that only a decision may raise."""

    def test_each_further_role(self):
        """Two constructs, a principal, the L1 and its metadata."""
        assert 6 == options_of()

    @pytest.mark.parametrize(
        ("options", "calls"),
        [
            ({"subjects": [GitHubSubject.environment("production")]}, 0),
            (
                {
                    "subjects": [
                        GitHubSubject.branch("main"),
                        GitHubSubject.branches_below("release/"),
                    ]
                },
                2,
            ),
            ({"max_session_duration": cdk.Duration.hours(2)}, 1),
            ({"role_name": "deploy", "path": "/ci/", "description": "Deploys"}, 0),
            ({"provider": GitHubProvider.create()}, 3),
            ({"reusable_workflow": f"me/ci/.github/workflows/a.yml@{40 * 'a'}"}, 0),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_each_option(self, options, calls):
        """What an option costs beside the role itself."""
        assert 6 + calls == options_of(**options)

    @pytest.mark.parametrize(("given", "calls"), [("hnb659fds", 2), (None, 2 + 2)])
    def test_each_first_grant(self, given, calls):
        """A statement and a policy; the stack's own qualifier is asked for."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        role = one(stack)

        with kernel_calls() as made:
            role.grant_cdk_deploy(qualifier=given)

        assert calls == len(made)
