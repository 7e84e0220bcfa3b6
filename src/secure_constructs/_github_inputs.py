"""Checks of what a GitHubOidcRole is told about GitHub."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, NamedTuple

from secure_constructs._github_names import (
    name_problem,
    ref_problem,
    text_problem,
    wildcard_problem,
)
from secure_constructs._inputs import Inputs, is_token, without_tokens
from secure_constructs.github_provider import GITHUB_COM, GitHubProvider
from secure_constructs.github_subject import KINDS, GitHubSubject

if TYPE_CHECKING:
    from collections.abc import Sequence

_OWNER = re.compile(r"[A-Za-z0-9_-]{1,39}")
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_ID = re.compile(r"[1-9][0-9]{0,18}")
_HOST = r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_SERVER = re.compile(rf"{_HOST}/_services/token")
_CLOUD = re.compile(r"token\.actions\.(?:githubusercontent|[a-z0-9-]+\.ghe)\.com")
_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_WORKFLOW = re.compile(
    r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+/\.github/workflows/[^@/]+\.ya?ml"
    r"@(?:[0-9a-f]{40}|refs/(?:heads|tags)/.+)"
)


class Repository(NamedTuple):
    """A repository, checked, and which of its jobs are let in."""

    owner: str
    name: str
    owner_id: str | None
    repository_id: str | None
    subjects: tuple[GitHubSubject, ...]
    workflow: str | None


def checked_issuer(inputs: Inputs, provider: GitHubProvider) -> str:
    """Return the issuer of *provider* as AWS writes it, checked with the rest."""
    option = "provider"
    if not isinstance(provider, GitHubProvider):
        problem = "is neither GitHubProvider.existing() nor GitHubProvider.create()"
        raise inputs.wrong_kind(option, provider, problem)
    issuer = provider.issuer
    if not isinstance(issuer, str) or is_token(issuer):
        problem = "has an issuer that is no plain text; write the issuer out"
        raise inputs.wrong_kind(option, provider, problem)
    host, *path = issuer.removeprefix("https://").rstrip("/").split("/")
    issuer = "/".join([host.lower(), *path])
    if not _is_cloud(issuer) and not _SERVER.fullmatch(issuer):
        problem = (
            f"has no issuer of GitHub; write '{GITHUB_COM}', the same with "
            "'/<enterprise>' behind it, 'token.actions.<subdomain>.ghe.com', or "
            "'<host>/_services/token' for GitHub Enterprise Server, without a port"
        )
        raise inputs.wrong(option, provider, problem)
    _check_audience(inputs, provider)
    return issuer


def is_server(issuer: str) -> bool:
    """Whether *issuer* is a GitHub Enterprise Server, of which AWS reads less."""
    return issuer.endswith("/_services/token")


def _is_cloud(issuer: str) -> bool:
    host, slash, slug = issuer.partition("/")
    named = not slash or _SLUG.fullmatch(slug)
    return _CLOUD.fullmatch(host) is not None and bool(named)


def _check_audience(inputs: Inputs, provider: GitHubProvider) -> None:
    audience = provider.audience
    if audience is None:
        return
    if not isinstance(audience, str):
        problem = "has an audience that is no text"
        raise inputs.wrong_kind("provider", provider, problem)
    wrong = text_problem(audience) or wildcard_problem(audience)
    if wrong or re.search(r"\s", audience):
        problem = (
            f"has an audience that {wrong or 'has white space in it'}; leave it out "
            "for that of STS"
        )
        raise inputs.wrong("provider", provider, problem)


def checked_repository(
    inputs: Inputs,
    *,
    issuer: str,
    repository: str,
    owner_id: str | None,
    repository_id: str | None,
    classic_subject: bool,
    subjects: Sequence[GitHubSubject],
    reusable_workflow: str | None,
) -> Repository:
    """Return the repository that these arguments name, checked."""
    owner, name = _split(inputs, repository)
    inputs.flag("classic_subject", classic_subject)
    ids = {"owner_id": owner_id, "repository_id": repository_id}
    _check_ids(inputs, ids, is_classic=classic_subject, issuer=issuer)
    _check_subjects(inputs, subjects, issuer)
    _check_workflow(inputs, reusable_workflow, issuer)
    return Repository(
        owner, name, owner_id, repository_id, tuple(subjects), reusable_workflow
    )


def _split(inputs: Inputs, repository: str) -> tuple[str, str]:
    """Return owner and name of *repository*."""
    if not isinstance(repository, str):
        raise inputs.wrong_kind("repository", repository, "is no text; write 'me/it'")
    owner, _, name = repository.partition("/")
    if not (_is(_OWNER, owner) and _is(_NAME, name)):
        problem = (
            "is no repository; write owner/name as GitHub shows it, such as "
            "'myorg/myrepo': one owner, one name, no wildcard and no https://"
        )
        raise inputs.wrong("repository", repository, problem)
    return owner, name


def _is(rule: re.Pattern[str], value: str) -> bool:
    """Whether *value* keeps to *rule*, as far as it is known."""
    return is_token(value) or rule.fullmatch(value) is not None


def _check_ids(
    inputs: Inputs, ids: dict[str, str | None], *, is_classic: bool, issuer: str
) -> None:
    given = [name for name, value in ids.items() if value is not None]
    if is_server(issuer) and given:
        problem = (
            "is for GitHub.com; GitHub Enterprise Server has subjects without ids, and "
            "AWS reads none of its ids: leave owner_id and repository_id out"
        )
        raise inputs.wrong(given[0], ids[given[0]], problem)
    if is_classic and given:
        problem = (
            "is for repositories whose ids are left out, but "
            f"{' and '.join(given)} is given; leave one of the two out"
        )
        raise inputs.wrong("classic_subject", is_classic, problem)
    if not (is_classic or is_server(issuer)):
        _check_both(inputs, ids)
    for name in given:
        _check_id(inputs, name, ids[name])


def _check_both(inputs: Inputs, ids: dict[str, str | None]) -> None:
    for name, value in ids.items():
        if value is None:
            problem = (
                "is missing; repositories since 15 July 2026 have both ids in their "
                "subject. Find them with: gh api repos/OWNER/NAME --jq "
                "'.owner.id, .id'; for an older repository that keeps the subject "
                "without ids, pass classic_subject=True instead"
            )
            raise inputs.wrong(name, value, problem)


def _check_id(inputs: Inputs, option: str, value: str | None) -> None:
    if not isinstance(value, str):
        problem = f"is no text; write '{value}'"
        raise inputs.wrong_kind(option, value, problem)
    if not is_token(value) and not _ID.fullmatch(value):
        problem = "is no id; GitHub's ids are numbers, such as '123456'"
        raise inputs.wrong(option, value, problem)


def _check_subjects(
    inputs: Inputs, subjects: Sequence[GitHubSubject], issuer: str
) -> None:
    inputs.sequence("subjects", subjects, GitHubSubject)
    if not subjects:
        problem = (
            "lets nobody in; name at least one subject, such as "
            "GitHubSubject.branch('main')"
        )
        raise inputs.wrong("subjects", "[]", problem)
    for index, subject in enumerate(subjects):
        option = f"subjects[{index}]"
        if subject.kind not in KINDS:
            problem = f"is of no known kind; use one of {', '.join(KINDS)}"
            raise inputs.wrong(option, subject, problem)
        if subject in subjects[:index]:
            raise inputs.wrong(option, subject, "is there twice; leave one out")
        if subject.kind != "pull_request":
            _check_name(inputs, option, subject)
        if subject.from_branch is not None:
            _check_from_branch(inputs, option, subject, issuer)


def _check_name(inputs: Inputs, option: str, subject: GitHubSubject) -> None:
    problem = name_problem(subject.kind, subject.name)
    if problem:
        raise inputs.wrong(option, subject, problem)


def _check_from_branch(
    inputs: Inputs, option: str, subject: GitHubSubject, issuer: str
) -> None:
    problem = name_problem("branch", subject.from_branch)
    if subject.kind != "environment":
        problem = "has a branch besides its name; only environments take one"
    elif is_server(issuer):
        problem = (
            "has a branch, which AWS does not read from GitHub Enterprise Server; "
            "leave it out, and limit the environment to the branch on GitHub"
        )
    if problem:
        raise inputs.wrong(option, subject, problem)


def _check_workflow(inputs: Inputs, workflow: str | None, issuer: str) -> None:
    option = "reusable_workflow"
    if workflow is None:
        return
    if not isinstance(workflow, str):
        raise inputs.wrong_kind(option, workflow, "is no text")
    if is_server(issuer):
        problem = "is not read by AWS from GitHub Enterprise Server; leave it out"
        raise inputs.wrong(option, workflow, problem)
    ref = workflow.partition("@")[2]
    wrong = wildcard_problem(workflow) or text_problem(workflow)
    if ref.startswith("refs/"):
        wrong = wrong or ref_problem(ref)
    plain = without_tokens(workflow) != workflow
    if wrong or not (plain or _WORKFLOW.fullmatch(workflow)):
        problem = (
            f"{wrong or 'is no reusable workflow'}; write "
            "'owner/name/.github/workflows/file.yml@' and the commit's 40 characters "
            "(or refs/tags/... or refs/heads/..., which can be moved)"
        )
        raise inputs.wrong(option, workflow, problem)
