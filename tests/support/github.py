"""A deployed role for GitHub, and tokens to attack it with."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from secure_constructs import GitHubOidcRole, GitHubSubject
from tests.support.cloud import Cloud
from tests.support.iam import Request, decide
from tests.support.synth import new_app, synthesize

GITHUB = "token.actions.githubusercontent.com"
ACCOUNT = "111122223333"
OWNER_ID, REPOSITORY_ID = "123456", "7891011"
_ENV = cdk.Environment(account=ACCOUNT, region="eu-west-1")


def token(subject: str, **claims: str | None) -> dict[str, Any]:
    """
    Return what GitHub says of a job, or an attacker makes it say.

    A claim of None is absent.
    """
    said = {
        "aud": "sts.amazonaws.com",
        "sub": subject,
        "repository": "myorg/myrepo",
        "repository_id": REPOSITORY_ID,
        "repository_owner_id": OWNER_ID,
        "ref": "refs/heads/main",
        "job_workflow_ref": "myorg/myrepo/.github/workflows/ci.yml@refs/heads/main",
        **claims,
    }
    return {name: value for name, value in said.items() if value is not None}


class World:
    """A deployed stack with one role."""

    def __init__(self, flags: Any = None, env: Any = _ENV, **options: Any) -> None:
        app = new_app(flags or {})
        stack = cdk.Stack(app, "Stack", env=env)
        given = {
            "repository": "myorg/myrepo",
            "owner_id": OWNER_ID,
            "repository_id": REPOSITORY_ID,
            "subjects": [GitHubSubject.branch("main")],
        }
        self.role = GitHubOidcRole(stack, "Deploy", **{**given, **options})
        self._app = app

    def deploy(self, partition: str = "aws", region: str = "eu-west-1") -> World:
        """Synthesize the app; from now on it can be attacked."""
        directory = synthesize(self._app).directory
        self.cloud = Cloud.read(directory, partition=partition, region=region)
        self.arn = self.cloud.arn("Stack", "Deploy7B206E61")
        return self

    def lets_in(
        self,
        claims: dict[str, Any],
        issuer: str = GITHUB,
        account: str = ACCOUNT,
        action: str = "sts:AssumeRoleWithWebIdentity",
    ) -> bool:
        """Whether a token with these claims opens the role."""
        partition = self.arn.split(":")[1]
        provider = f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"
        context = {f"{issuer}:{name}": claims[name] for name in claims}
        request = Request(provider, action, self.arn, context)
        return self.cloud.decide(request).allowed

    def may_assume(self, role: str) -> bool:
        """
        Whether the role may assume another one, not in the templates.

        The trust of that is as the bootstrap stack writes it: its whole account.
        """
        account = role.split(":")[4]
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
        return decide(
            Request(self.arn, "sts:AssumeRole", role),
            identity=self.cloud.role_policies(self.arn),
            resource_policy=[trust],
            same_account=account == ACCOUNT,
        ).allowed
