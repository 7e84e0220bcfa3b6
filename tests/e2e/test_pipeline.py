"""
Who may deploy: the roles for jobs on GitHub.

The tokens are made here and signed by nobody, which only the emulator takes: it
compares their claims with the trust policy, and does not ask GitHub.
"""

from __future__ import annotations

from typing import Any

import pytest

from botocore.exceptions import ClientError

from tests.e2e.support.tokens import token

pytestmark = pytest.mark.usefixtures("emulated")

_ISSUER = "https://token.actions.githubusercontent.com"
_PRODUCTION = {
    "iss": _ISSUER,
    "aud": "sts.amazonaws.com",
    "sub": "repo:example/orders:environment:production",
    "ref": "refs/heads/main",
    "repository_id": "7891011",
    "repository_owner_id": "123456",
}
_PULL_REQUEST = {
    **_PRODUCTION,
    "sub": "repo:example/orders:pull_request",
    "ref": "refs/pull/7/merge",
}
_ROLES = ("deploy", "file-publishing", "image-publishing", "lookup")


def _session(production: Any, role: str, claims: dict[str, str]) -> Any:
    """Return the identity that a job with *claims* has in *role*."""
    place = production.endpoint
    arn = f"arn:aws:iam::{place.account}:role/{production.id('OrdersPipeline', role)}"
    answer = place.client("sts").assume_role_with_web_identity(
        RoleArn=arn, RoleSessionName="job", WebIdentityToken=token(claims)
    )
    return place.as_user(answer["Credentials"])


def _assume(session: Any, role: str) -> Any:
    """Assume one of the roles that `cdk bootstrap` made."""
    name = f"cdk-hnb659fds-{role}-role-{session.account}-{session.region}"
    arn = f"arn:aws:iam::{session.account}:role/{name}"
    return session.client("sts").assume_role(RoleArn=arn, RoleSessionName="cdk")


class TestTokens:
    @pytest.mark.parametrize(
        "subject",
        [
            "repo:example/orders:environment:production",
            "repo:example@123456/orders@7891011:environment:production",
        ],
    )
    def test_the_job_that_deploys_gets_in(self, production, subject):
        """Both formats of the subject are known, the one with ids included."""
        assert _session(production, "Deploy", {**_PRODUCTION, "sub": subject})

    @pytest.mark.parametrize(
        "claims",
        [
            {"sub": "repo:example/others:environment:production"},
            {"sub": "repo:example/orders:environment:staging"},
            {"sub": "repo:example/orders:pull_request"},
            {"repository_id": "1"},
            {"repository_owner_id": "1"},
            {"ref": "refs/heads/feature"},
            {"aud": "https://github.com/example"},
            {"iss": "https://tokens.example.com"},
        ],
        ids=lambda claims: next(iter(claims)),
    )
    def test_another_job_does_not(self, production, claims):
        """One wrong claim is enough."""
        with pytest.raises(ClientError, match="AccessDenied"):
            _session(production, "Deploy", {**_PRODUCTION, **claims})

    def test_a_pull_request_may_compare(self, production):
        """Code that nobody has reviewed gets into the other role."""
        assert _session(production, "Diff", _PULL_REQUEST)

    def test_a_pull_request_does_not_deploy(self, production):
        """The role that deploys does not know it."""
        with pytest.raises(ClientError, match="AccessDenied"):
            _session(production, "Deploy", _PULL_REQUEST)


class TestPermissions:
    @pytest.mark.parametrize("role", _ROLES)
    def test_who_deploys_has_all_roles_of_cdk(self, production, role):
        """What `cdk deploy` needs is what the session may assume."""
        assert _assume(_session(production, "Deploy", _PRODUCTION), role)

    def test_who_compares_may_only_look(self, production):
        """A pull request gets the one role that reads."""
        session = _session(production, "Diff", _PULL_REQUEST)

        assert _assume(session, "lookup")
        with pytest.raises(ClientError, match="AccessDenied"):
            _assume(session, "deploy")

    def test_who_deploys_can_do_nothing_else(self, production):
        """The session of the job itself reaches no data and no stack."""
        session = _session(production, "Deploy", _PRODUCTION)

        with pytest.raises(ClientError, match="AccessDenied"):
            session.client("s3").list_buckets()
        with pytest.raises(ClientError, match="AccessDenied"):
            session.client("cloudformation").list_stacks()
