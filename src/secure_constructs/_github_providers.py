"""The provider of GitHub in an account, made by one stack of the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from aws_cdk import RemovalPolicy, Stage, aws_iam as iam

from secure_constructs._inputs import Inputs, is_token, named
from secure_constructs.github_provider import GITHUB_COM

if TYPE_CHECKING:
    from constructs import IConstruct

    from secure_constructs._place import Place

# The same in whichever role of the stack asks for it, so that another may ask
# instead without CloudFormation making a second provider before the first is gone.
_ID = "GitHubOidcProvider"
_CREATED = "_secure_constructs_github_providers"


class _Created(NamedTuple):
    place: Place
    issuer: str


def check_only(inputs: Inputs, place: Place, issuer: str) -> None:
    """Raise if the app makes the provider of *issuer* in that account already."""
    for other in _created_in(place):
        if other.issuer == issuer and _same_account(other.place, place):
            problem = (
                f"makes a second provider of {issuer} in one account, where "
                f"{named(other.place.deployed)} makes it already; use "
                "GitHubProvider.existing() here, or give stacks of different accounts "
                "their env="
            )
            raise inputs.wrong("provider", "GitHubProvider.create()", problem)


def create(place: Place, issuer: str, audience: str) -> iam.OidcProviderNative:
    """
    Make the provider of *issuer* in the deployed stack of *place*.

    It has no thumbprints: AWS trusts GitHub's certificates by their authorities,
    and asks other servers for the thumbprint by itself.
    """
    provider = iam.OidcProviderNative(
        place.deployed,
        _ID if issuer == GITHUB_COM else f"{_ID}-{issuer.replace('/', '-')}",
        url=f"https://{issuer}",
        client_ids=[audience],
        # In every tier: all roles of the account need it.
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
    created = [*_created_in(place), _Created(place, issuer)]
    for scope in place.scopes:
        setattr(scope, _CREATED, created)
    return provider


def _created_in(place: Place) -> list[_Created]:
    """Return what providers the app makes, as noted at its root."""
    return cast("list[_Created]", getattr(place.scopes[0], _CREATED, []))


def _same_account(one: Place, other: Place) -> bool:
    """
    Whether two places are in one account, as far as that is known.

    Stacks of one stage that leave the account to the deployment go to the same.
    """
    if is_token(one.account) and is_token(other.account):
        return _stage(one) is _stage(other)
    return one.account == other.account


def _stage(place: Place) -> IConstruct:
    """Return the innermost stage around *place*, or the root."""
    stages = [scope for scope in place.scopes if isinstance(scope, Stage)]
    return stages[-1] if stages else place.scopes[0]
