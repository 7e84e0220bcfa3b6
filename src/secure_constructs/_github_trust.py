"""The trust policy of a GitHubOidcRole: which tokens of GitHub it takes."""

from __future__ import annotations

import json
import re

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from secure_constructs._github_inputs import Repository
    from secure_constructs._place import Place
    from secure_constructs.github_subject import GitHubSubject

ACTION = "sts:AssumeRoleWithWebIdentity"
# What a trust policy may be long in an account whose quota nobody has raised.
USUAL_QUOTA = 2048
_LONGEST_ARN = '{"Effect":"Allow","Federated":"arn:aws-us-gov:iam::111122223333:'
_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
_AUDIENCES = {
    "aws": "sts.amazonaws.com",
    "aws-cn": "sts.amazonaws.com.cn",
    "aws-us-gov": "sts.amazonaws.com",
}


def provider_arn(place: Place, issuer: str) -> str:
    """Return the ARN that the provider of *issuer* has in the account of *place*."""
    return f"arn:{place.partition}:iam::{place.account}:oidc-provider/{issuer}"


def audience_in(place: Place) -> str:
    """Return the audience that tokens for STS have in the partition of *place*."""
    known = _AUDIENCES.get(place.partition)
    return known or f"sts.{place.stack.url_suffix}"


def conditions(
    issuer: str, audience: str, repository: Repository
) -> Iterator[dict[str, Any]]:
    """
    Yield the conditions under which jobs of *repository* are let in.

    Each is for a statement of its own, and complete in itself: what is said of
    one subject must not hold for another, and what is to hold for all is in each.
    """
    pinned = dict(_pinned(audience, repository))
    for (is_pattern, branch), subjects in _together(repository.subjects).items():
        names = [
            f"{name}:{subject.context}"
            for subject in subjects
            for name in _names(repository)
        ]
        exact: dict[str, Any] = dict(pinned)
        if branch is not None:
            exact["ref"] = f"refs/heads/{branch}"
        if is_pattern:
            yield {
                "StringEquals": _keys(issuer, exact),
                "StringLike": _keys(issuer, {"sub": names}),
            }
        else:
            yield {"StringEquals": _keys(issuer, {**exact, "sub": names})}


def _pinned(audience: str, repository: Repository) -> Iterator[tuple[str, str]]:
    """Yield what every token must say, beside its subject."""
    yield "aud", audience
    if repository.owner_id and repository.repository_id:
        yield "repository_id", repository.repository_id
        yield "repository_owner_id", repository.owner_id
    if repository.workflow:
        yield "job_workflow_ref", repository.workflow


def _together(
    subjects: tuple[GitHubSubject, ...],
) -> dict[tuple[bool, str | None], list[GitHubSubject]]:
    """Return the subjects that one statement can be for."""
    found = defaultdict(list)
    for subject in subjects:
        found[subject.is_pattern, subject.from_branch].append(subject)
    return found


def _names(repository: Repository) -> Iterator[str]:
    """Yield how GitHub begins the subjects of *repository*: without ids, and with."""
    owner, name = repository.owner, repository.name
    yield f"repo:{owner}/{name}"
    if repository.owner_id and repository.repository_id:
        yield f"repo:{owner}@{repository.owner_id}/{name}@{repository.repository_id}"


def _keys(issuer: str, claims: dict[str, Any]) -> dict[str, Any]:
    """Return *claims* under the names that AWS gives them."""
    return {f"{issuer}:{claim}": value for claim, value in claims.items()}


def length(issuer: str, audience: str, repository: Repository) -> int:
    """Return about how long the statements for *repository* are, as IAM counts."""
    frame = {"Action": ACTION, "Principal": _LONGEST_ARN + issuer}
    statements = [
        {**frame, "Condition": condition}
        for condition in conditions(issuer, audience, repository)
    ]
    return len(_TOKEN.sub("", json.dumps(statements, separators=(",", ":"))))
