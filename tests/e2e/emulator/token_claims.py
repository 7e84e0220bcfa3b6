"""
The claims of a token of GitHub that AWS knows besides `sub` and `aud`.

Who signed the token is not looked at; whether the account knows the provider is.
"""

from __future__ import annotations

from typing import Any

from ministack.services import cognito, iam, sts

_HOST = "token.actions.githubusercontent.com"
# Some of those in the list of AWS for GitHub: what is here is in trust policies.
_CLAIMS = (
    "actor",
    "actor_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "workflow",
)
_principal = sts._web_identity_principal


def _known(token: str, provider: str, role: str) -> tuple[str, dict[str, Any]]:
    """Return the provider of *token*, and its claims as condition keys."""
    arn, keys = _principal(token, provider, role)
    if arn not in iam._oidc_providers:
        return "", {}
    if arn.endswith(_HOST):
        claims = cognito._decode_id_token_unverified(token)
        found = {f"{_HOST}:{name}": claims[name] for name in _CLAIMS if name in claims}
        keys = {**keys, **found}
    return arn, keys


def fill() -> None:
    """Let trust policies ask for these claims."""
    sts._web_identity_principal = _known
