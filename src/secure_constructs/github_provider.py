"""GitHubProvider: how an account knows GitHub, and where that comes from."""

from __future__ import annotations

from dataclasses import dataclass

GITHUB_COM = "token.actions.githubusercontent.com"


@dataclass(frozen=True)
class GitHubProvider:
    """
    The identity provider by which an AWS account knows GitHub.

    An account has one for each issuer, whoever made it. So say for each role if it
    is there already, which is the default, or if this stack is to make it. Roles
    name it by its ARN, which follows from the issuer, and work in any stack, stage
    and region of the account.

    Args:
        creates: Whether the role's stack makes it.
        issuer: Who issues the tokens, with or without `https://`:
            `token.actions.githubusercontent.com` (GitHub.com), the same with
            `/<enterprise>` behind it (an enterprise with an issuer of its own),
            `token.actions.<subdomain>.ghe.com` (GitHub with data residency), or
            `<host>/_services/token` (GitHub Enterprise Server).
        audience: The audience of the tokens; defaults to that of STS, which is
            `sts.amazonaws.com`, in China `sts.amazonaws.com.cn`.

    Example:
        >>> GitHubProvider.create(issuer="https://github.example.com/_services/token")
    """

    creates: bool
    issuer: str = GITHUB_COM
    audience: str | None = None

    @classmethod
    def existing(
        cls, *, issuer: str = GITHUB_COM, audience: str | None = None
    ) -> GitHubProvider:
        """
        Return the provider that the account has already.

        Args:
            issuer: Who issues the tokens; see the class.
            audience: The audience of the tokens; the provider must allow it.
        """
        return cls(creates=False, issuer=issuer, audience=audience)

    @classmethod
    def create(
        cls, *, issuer: str = GITHUB_COM, audience: str | None = None
    ) -> GitHubProvider:
        """
        Return the provider that the role's stack is to make.

        It stays in the account when the stack is deleted, because other stacks need
        it. A stack that is created again must then use `existing()`: CloudFormation
        would fail with `EntityAlreadyExists`.

        Args:
            issuer: Who issues the tokens; see the class.
            audience: The audience of the tokens.
        """
        return cls(creates=True, issuer=issuer, audience=audience)

    def __str__(self) -> str:
        """Show the provider as it is written."""
        made = "create" if self.creates else "existing"
        given = {
            "issuer": None if self.issuer == GITHUB_COM else self.issuer,
            "audience": self.audience,
        }
        options = [f"{name}={value!r}" for name, value in given.items() if value]
        return f"GitHubProvider.{made}({', '.join(options)})"
