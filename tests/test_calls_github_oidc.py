"""What roles for GitHub cost in calls to CDK's own process."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from benchmarks.by_hand import github_oidc
from secure_constructs import GitHubOidcRole, GitHubProvider, GitHubSubject
from tests.support.calls import kernel_calls
from tests.support.synth import new_app, synthesize

AUDIENCE = "sts.amazonaws.com"
ENV = cdk.Environment(account="111122223333", region="eu-west-1")
OURS = github_oidc.Repository("myorg", "myrepo", "123456", "7891011")
JOBS = (
    github_oidc.Jobs("ref:refs/heads/main"),
    github_oidc.Jobs("environment:production", {"ref": "refs/heads/main"}),
)


def by_hand(stack: cdk.Stack, count: int) -> None:
    """Define what so many roles of ours render, as CDK's documentation writes it."""
    provider = github_oidc.provider(stack, AUDIENCE)
    for index in range(count):
        github_oidc.role(
            stack,
            f"Deploy{index}",
            OURS,
            JOBS,
            audience=AUDIENCE,
            kinds=github_oidc.DEPLOYING,
            after=None if index else provider,
        )


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
