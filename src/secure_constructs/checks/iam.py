"""The rules for roles."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.checks.github_trust import (
    github_statements,
    is_pinned,
    lets_others_in,
    names_jobs,
    names_repository,
)
from secure_constructs.checks.role_policies import (
    is_everything,
    policies_of,
    policies_of_aws,
    wildcards,
)
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import Resource

_ROLE = "AWS::IAM::Role"
_TRUST = "Properties.AssumeRolePolicyDocument"
_GITHUB_ROLE = "GitHubOidcRole"
_ADMINISTRATOR = "AdministratorAccess"


@rule(
    "IAM-01",
    _ROLE,
    why="A token that a job asked for another service would open this role as well.",
    fix="Pin the audience: StringEquals on <issuer>:aud with sts.amazonaws.com.",
    controls=("NIST 800-53 IA-2", "NIST 800-53 IA-5"),
)
def audience_pinned(role: Resource) -> Iterator[Breach]:
    """A role for GitHub takes only tokens that were made for AWS."""
    if not all(is_pinned(each, "aud") for each in github_statements(role)):
        yield Breach(_TRUST, "it takes tokens of any audience")


@rule(
    "IAM-02",
    _ROLE,
    why="Whoever can run a job that the trust policy lets in has the role: of any "
    "repository, that is everybody; of any branch, whoever may push to one.",
    fix="Name the repository and the branch, tag or environment: StringEquals on "
    "<issuer>:sub, without ForAllValues or IfExists and without wildcards.",
    controls=("NIST 800-53 AC-3", "NIST 800-53 AC-6"),
)
def jobs_named(role: Resource) -> Iterator[Breach]:
    """A role for GitHub is for named repositories, and named jobs of these."""
    statements = list(github_statements(role))
    if not all(map(names_repository, statements)):
        yield Breach(_TRUST, "jobs of repositories that it does not name may assume it")
    if not all(map(names_jobs, statements)):
        yield Breach(_TRUST, "jobs on branches that it does not name may assume it")
    if _is_ours(role) and lets_others_in(role):
        yield Breach(_TRUST, "it lets in more than jobs on GitHub")


@rule(
    "IAM-05",
    _ROLE,
    why="A job runs code of many authors: what the role may do, each of them may do.",
    fix="Name the actions and resources, or acknowledge the rule at the role with the "
    "reason.",
    controls=("Security Hub IAM.1", "CIS AWS 1.16", "NIST 800-53 AC-6"),
)
def permissions_named(role: Resource) -> Iterator[Breach]:
    """No role may do everything, and one for GitHub only what is named."""
    of_github = _is_ours(role) or any(github_statements(role))
    found = [
        f"it has {name}, which is AWS's to change"
        for name in policies_of_aws(role)
        if of_github or name == _ADMINISTRATOR
    ]
    for policy in policies_of(role):
        for statement in policy.statements:
            if of_github:
                found += [f"it is allowed {each}" for each in wildcards(statement)]
            elif is_everything(statement):
                found.append("it is allowed every action on every resource")
    for problem in dict.fromkeys(found):
        yield Breach("Properties", problem)


RULES = (audience_pinned, jobs_named, permissions_named)


def _is_ours(role: Resource) -> bool:
    """Whether a construct of this library made *role* for GitHub."""
    return bool(role.record.get("Construct") == _GITHUB_ROLE)
