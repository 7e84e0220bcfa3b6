"""Which tokens of GitHub the trust policy of a role takes."""

from __future__ import annotations

import re

from collections.abc import Iterator

from secure_constructs.checks.policy import Statement, read_policy
from secure_constructs.checks.template import Resource, listed, text

_ASSUME = "sts:AssumeRoleWithWebIdentity"
_ISSUER = re.compile(
    r"token\.actions\.(?:githubusercontent|[\w-]+\.ghe)\.com(?:/[\w-]+)?"
    r"|[\w.-]+/_services/token",
    re.IGNORECASE,
)
_PROVIDERS = {
    "AWS::IAM::OIDCProvider": "Url",
    "Custom::AWSCDKOpenIdConnectProvider": "Url",
}
# Operators that let nothing through that does not have the key. `ForAllValues`
# and `IfExists` let everything through that does not.
_PINNING = re.compile(r"(?:ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)")
_WILD = re.compile(r"[*?]")
_REFERENCE = re.compile(r"\$\{[^}]*\}")
# How a subject names a repository, in GitHub's own form or in a customised one.
_REPOSITORY = re.compile(
    r"(?:.*:)?(?:(?:repo|repository):[^/:]+/[^/:]+|repository_id:[^:]+)(?=:|$)"
)
_JOBS = re.compile(
    r".*:(?:ref:refs/(?:heads|tags)/[^:]+|environment:[^:]+|job_workflow_ref:[^:]+"
    r"|pull_request)(?::.*)?"
)
# What a pattern has to begin with: a whole folder of branches or tags.
_FOLDER = re.compile(r".*:ref:refs/(?:heads|tags)/[^:/]+/[^:]*")


def github_statements(role: Resource) -> Iterator[Statement]:
    """Yield the statements that let tokens of GitHub assume *role*, if known."""
    for statement in _allowing(role):
        if statement.is_about(_ASSUME) and _is_for_github(statement, role):
            yield statement


def lets_others_in(role: Resource) -> bool:
    """Whether a statement lets in what is not known to be GitHub."""
    return any(
        set(each.principals) - {"Federated"} or not _is_for_github(each, role)
        for each in _allowing(role)
        if "Principal" not in each.open
    )


def is_pinned(statement: Statement, *names: str) -> bool:
    """Whether one of the claims *names* must have one of some exact values."""
    found = [values for name in names for values in _demanded(statement, name)]
    return any(not any(map(_WILD.search, values)) for values in found)


def names_repository(statement: Statement) -> bool:
    """Whether only jobs of named repositories get in."""
    return is_pinned(statement, "repository_id", "repository") or any(
        all(map(_is_of_repository, values)) for values in _demanded(statement, "sub")
    )


def names_jobs(statement: Statement) -> bool:
    """Whether only jobs of named branches, tags or environments get in."""
    return is_pinned(statement, "ref", "environment", "job_workflow_ref") or any(
        all(map(_is_of_jobs, values)) for values in _demanded(statement, "sub")
    )


def _is_of_repository(subject: str) -> bool:
    fixed = _WILD.split(subject)[0]
    found = _REPOSITORY.match(fixed)
    # The name is whole only if something is known to come behind it.
    return found is not None and (fixed == subject or found.end() < len(fixed))


def _is_of_jobs(subject: str) -> bool:
    fixed = _WILD.split(subject)[0]
    rule = _JOBS if fixed == subject else _FOLDER
    return rule.fullmatch(fixed) is not None


def _demanded(statement: Statement, name: str) -> Iterator[list[str]]:
    """Yield the values that the operators which pin the claim *name* demand."""
    for operator, keys in statement.conditions.items():
        how = _PINNING.fullmatch(operator)
        for key, value in keys.items():
            issuer, _, claimed = key.rpartition(":")
            if how and claimed.lower() == name and _ISSUER.fullmatch(issuer):
                texts = [text(each) for each in listed(value)]
                yield list(_known(texts, is_like=how[1] == "Like"))


def _known(values: list[str | None], *, is_like: bool) -> Iterator[str]:
    """
    Yield what is known of *values* and could let somebody in.

    A value around a reference is taken for a right one, unless there is a wildcard
    in what is written out. Where `*` is no wildcard, no token has it.
    """
    for value in values:
        plain = _REFERENCE.sub("-", value or "")
        is_wild = _WILD.search(plain) is not None
        if is_wild == is_like if is_wild else plain == value:
            yield plain


def _allowing(role: Resource) -> Iterator[Statement]:
    """Yield the statements of the trust policy that allow, under known conditions."""
    for statement in read_policy(role, "AssumeRolePolicyDocument").statements:
        if statement.allows and "Condition" not in statement.open:
            yield statement


def _is_for_github(statement: Statement, role: Resource) -> bool:
    """Whether the provider that *statement* names is GitHub's."""
    named = [each or "" for each in statement.principals.get("Federated", [])]
    named += ["*"] if statement.is_for_everybody else []
    keys = [key for keys in statement.conditions.values() for key in keys]
    texts = [each.partition(":oidc-provider/")[2] for each in named]
    texts += [issuer for each in named for issuer in _issuers(role, each)]
    by_key = [key.rpartition(":")[0] for key in keys]
    return bool(named) and any(map(_ISSUER.fullmatch, [*texts, *by_key]))


def _issuers(role: Resource, name: str) -> Iterator[str]:
    """Yield the issuer of the provider in the template that *name* refers to."""
    logical_id = name.removeprefix("${").removesuffix("}").partition(".")[0]
    provider = role.template.resources.get(logical_id)
    if provider is not None and provider.type in _PROVIDERS:
        url = text(provider.read(_PROVIDERS[provider.type])) or ""
        yield url.removeprefix("https://").rstrip("/")
