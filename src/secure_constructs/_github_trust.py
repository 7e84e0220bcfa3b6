"""The trust policy of a GitHubOidcRole: which tokens of GitHub it takes."""

from __future__ import annotations

import json
import re

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Validations, aws_iam as iam

from secure_constructs._inputs import Inputs, is_token

if TYPE_CHECKING:
    from aws_cdk import CfnResource

    from secure_constructs._github_inputs import Repository
    from secure_constructs._place import Place
    from secure_constructs.github_subject import GitHubSubject

ACTION = "sts:AssumeRoleWithWebIdentity"
# What a trust policy may be long in an account whose quota nobody has raised.
_USUAL_QUOTA = 2048
_TOO_LONG = "secure-constructs:longTrustPolicy"
_FRAME = '{"Effect":"Allow","Federated":"arn:aws-us-gov:iam::111122223333:'
_TOKEN = re.compile(r"\$\{Token\[[^\]]*\]\}")
# Regions of their own kind, whose endpoints have names of their own.
_ISOLATED = ("us-iso", "eu-iso")


def audience_in(place: Place) -> str:
    """Return the audience that tokens for STS have in the partition of *place*."""
    region = place.region
    if is_token(region) or region.startswith(_ISOLATED):
        return f"sts.{place.stack.url_suffix}"
    return audience_of(region)


def audience_of(region: str) -> str:
    """Return the audience that tokens for STS have in a *region* of the public."""
    suffix = ".cn" if partition_of(region) == "aws-cn" else ""
    return f"sts.amazonaws.com{suffix}"


def partition_of(region: str) -> str:
    """Return the partition of a *region* of the public."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


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


class Trust:
    """
    Which jobs a role trusts, repository by repository.

    Attributes:
        repositories: The repositories, the role's own first.
    """

    def __init__(
        self, place: Place, issuer: str, audience: str | None, first: Repository
    ) -> None:
        self._issuer = issuer
        self._arn = f"arn:{place.partition}:iam::{place.account}:oidc-provider/{issuer}"
        self.audience = audience or audience_in(place)
        self.repositories = [first]

    def principals(self, repository: Repository) -> list[iam.WebIdentityPrincipal]:
        """Return the jobs of one repository as principals."""
        return [
            iam.WebIdentityPrincipal(self._arn, each)
            for each in conditions(self._issuer, self.audience, repository)
        ]

    def assumed_by(self) -> iam.PrincipalBase:
        """Return the jobs of the role's own repository as one principal."""
        first, *others = self.principals(self.repositories[0])
        return iam.CompositePrincipal(first, *others) if others else first

    def add(
        self, inputs: Inputs, repository: Repository, role: iam.Role, l1: CfnResource
    ) -> None:
        """
        Let jobs of another *repository* assume *role* as well.

        Raises:
            ValueError: They may already.
        """
        if any(repository[:2] == other[:2] for other in self.repositories):
            problem = "is in already; name all its subjects in one place"
            named = f"{repository.owner}/{repository.name}"
            raise inputs.wrong("repository", named, problem)
        self.repositories.append(repository)
        policy = cast("iam.PolicyDocument", role.assume_role_policy)
        for principal in self.principals(repository):
            principal.add_to_assume_role_policy(policy)
        self.warn_if_long(l1)

    def warn_if_long(self, role: CfnResource) -> None:
        """Warn at *role* if IAM takes the policy only after its quota was raised."""
        statements = [
            {"Principal": _FRAME + self._issuer, "Action": ACTION, "Condition": each}
            for repository in self.repositories
            for each in conditions(self._issuer, self.audience, repository)
        ]
        written = json.dumps(statements, separators=(",", ":"))
        length = len(_TOKEN.sub("", written))
        if length > _USUAL_QUOTA:
            text = (
                f"The trust policy has about {length} characters; an account takes "
                f"{_USUAL_QUOTA} until its quota for role trust policies is raised. "
                "Make a role for each repository, or raise the quota and acknowledge "
                "this."
            )
            Validations.of(role).add_warning(_TOO_LONG, text)
