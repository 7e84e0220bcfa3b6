"""GitHubSubject: which jobs of a repository may assume a role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_PREFIXES = {
    "branch": "ref:refs/heads/",
    "branches_below": "ref:refs/heads/",
    "tag": "ref:refs/tags/",
    "environment": "environment:",
    "pull_request": "pull_request",
}
KINDS = tuple(_PREFIXES)


@dataclass(frozen=True)
class GitHubSubject:
    """
    Jobs of a repository, as GitHub names them to AWS.

    Make one by the methods below; a `GitHubOidcRole` checks it. GitHub gives each
    job exactly one subject. A job with an environment has that of the environment,
    whatever started it. Of the others, those that a pull request started have that
    of pull requests, and all else has that of its branch or tag.

    Args:
        kind: `branch`, `branches_below`, `tag`, `environment` or `pull_request`.
        name: The name of the branch, folder, tag or environment.
        from_branch: The one branch from which an environment's job may run.

    Example:
        >>> GitHubSubject.environment("production", branch="main")
    """

    kind: Literal["branch", "branches_below", "tag", "environment", "pull_request"]
    name: str = ""
    from_branch: str | None = None

    @classmethod
    def branch(cls, name: str) -> GitHubSubject:
        """
        Return the jobs on one branch.

        Whoever may push to it may assume the role, so protect the branch.

        Args:
            name: Such as `main`, without `refs/heads/`.
        """
        return cls("branch", name)

    @classmethod
    def tag(cls, name: str) -> GitHubSubject:
        """
        Return the jobs that one tag started.

        Args:
            name: Such as `v1.2.3`, without `refs/tags/`.
        """
        return cls("tag", name)

    @classmethod
    def environment(cls, name: str, *, branch: str | None = None) -> GitHubSubject:
        """
        Return the jobs with an environment, once its protection let them run.

        Who may use the environment is decided by its protection rules only: without
        any, that is every branch and every pull request of the repository.

        Args:
            name: Such as `production`. It must not contain `:` or `%`: two
                environments can then have one subject.
            branch: The branch from which the job must run, checked by AWS as well;
                defaults to what the environment's rules say.
        """
        return cls("environment", name, branch)

    @classmethod
    def pull_request(cls) -> GitHubSubject:
        """
        Return the jobs that pull requests started, if they have no environment.

        Their code has not been reviewed: give their role no more than
        `grant_cdk_diff()`. Pull requests from forks get no token by default.
        """
        return cls("pull_request")

    @classmethod
    def branches_below(cls, folder: str) -> GitHubSubject:
        """
        Return the jobs on all branches below a folder, such as release branches.

        This is the one pattern there is. Whoever may create a branch below the
        folder may assume the role, so protect the pattern on GitHub as well.

        Args:
            folder: Such as `release/`, which `release/1.0` and `release/1/0` are
                below, but neither `release` nor `release-1.0`.
        """
        return cls("branches_below", folder)

    def __str__(self) -> str:
        """Show the subject as it is written."""
        name = "" if self.kind == "pull_request" else repr(self.name)
        branch = "" if self.from_branch is None else f", branch={self.from_branch!r}"
        return f"GitHubSubject.{self.kind}({name}{branch})"

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for more than one name."""
        return self.kind == "branches_below"

    @property
    def context(self) -> str:
        """What follows the repository in the subject; `*` only in a pattern."""
        if self.kind == "pull_request":
            return _PREFIXES[self.kind]
        # One character at least: a branch cannot be called like its folder.
        return f"{_PREFIXES[self.kind]}{self.name}{'?*' if self.is_pattern else ''}"
