"""GitHubOidcRole: a role for exactly the jobs on GitHub that you name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii

from aws_cdk import Duration, aws_iam as iam
from constructs import Construct

from secure_constructs import _github_providers, _github_roles, _role_inputs
from secure_constructs._github_inputs import checked_issuer, checked_repository
from secure_constructs._github_trust import Trust
from secure_constructs._github_workflow import Options, UsedRole, workflow
from secure_constructs._granted_role import GrantedRole
from secure_constructs._inputs import Inputs
from secure_constructs._place import place_of
from secure_constructs._promises import keep_promises
from secure_constructs.github_provider import GitHubProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secure_constructs.github_subject import GitHubSubject

_ONE_HOUR = Duration.hours(1)
_EXISTING = GitHubProvider.existing()


@jsii.implements(iam.IGrantable)
class GitHubOidcRole(Construct):
    """
    Define a role that jobs of GitHub Actions assume, without any stored key.

    - A token of GitHub opens it, made for AWS, whose audience is compared exactly
      (IAM-01).
    - The trust names the repository and its branches, tags or environments, in
      both forms of the subject that GitHub writes, and the ids of repository and
      owner, which nobody can take over with a name (IAM-02).
    - The provider is there already, or made by one stack of the app (IAM-03).
    - It may do nothing until it is granted something. `grant_cdk_deploy()` lets it
      assume the four roles by which the CDK deploys, and not the one that may do
      everything (IAM-04). A wildcard is refused here, and found where it came in
      another way (IAM-05).
    - A session lasts an hour (IAM-06).

    The rules IAM-01, IAM-02 and IAM-05 are checked again in the finished template.

    Resources: one role; with the first grant a managed policy; with
    `GitHubProvider.create()` the provider. Cost: nothing.

    Args:
        scope: The stack or construct this role belongs to.
        construct_id: Part of the logical ID, which equals that of a plain
            `iam.Role` of the same id.
        repository: The repository, `owner/name`, spelled as GitHub shows it.
        owner_id: The number of its owner; needed unless *classic_subject* is set
            or the provider is a GitHub Enterprise Server.
        repository_id: Its own number; needed as *owner_id* is. Find both by
            `gh api repos/OWNER/NAME --jq '.owner.id, .id'`.
        classic_subject: Do without the ids, for a repository from before 15 July
            2026 whose subject still has none; defaults to not. It stops working
            when the repository is renamed, transferred or switched over.
        subjects: Which of its jobs, at least one `GitHubSubject`.
        reusable_workflow: The one reusable workflow in which the job must be
            defined, as `owner/name/.github/workflows/file.yml@<commit>`; defaults
            to any.
        provider: How the account knows GitHub; defaults to a provider that is
            there already.
        role_name: The role's name; defaults to one that CloudFormation makes.
        path: The path of the role, such as `/ci/`; defaults to `/`.
        description: What the role is for, up to 1,000 characters.
        max_session_duration: How long a session may last, 1 (default) to 12 hours.
        permissions_boundary: What the role may do at most; defaults to no boundary
            but that of the app.

    Raises:
        ValueError: An argument has a value it must not have, or another stack
            makes the provider. Nothing was created then.
        TypeError: An argument is of the wrong kind.

    Attributes:
        role: The role itself, for what this class does not cover.

    Example:
        >>> deploy = GitHubOidcRole(
        ...     stack,
        ...     "Deploy",
        ...     repository="myorg/myrepo",
        ...     owner_id="123456", repository_id="7891011",
        ...     subjects=[GitHubSubject.environment("production", branch="main")],
        ... )
        >>> deploy.grant_cdk_deploy(regions=["eu-west-1"])
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        repository: str,
        owner_id: str | None = None,
        repository_id: str | None = None,
        classic_subject: bool = False,
        subjects: Sequence[GitHubSubject],
        reusable_workflow: str | None = None,
        provider: GitHubProvider = _EXISTING,
        role_name: str | None = None,
        path: str | None = None,
        description: str | None = None,
        max_session_duration: Duration = _ONE_HOUR,
        permissions_boundary: iam.IManagedPolicy | None = None,
    ) -> None:
        inputs = Inputs("GitHubOidcRole", scope, construct_id)
        place = place_of(inputs, scope)
        issuer = checked_issuer(inputs, provider)
        trusted = checked_repository(
            inputs,
            issuer=issuer,
            repository=repository,
            owner_id=owner_id,
            repository_id=repository_id,
            classic_subject=classic_subject,
            subjects=subjects,
            reusable_workflow=reusable_workflow,
        )
        _role_inputs.check_names(
            inputs, role_name=role_name, path=path, description=description
        )
        if max_session_duration is not _ONE_HOUR:
            _role_inputs.check_session(inputs, max_session_duration)
        _role_inputs.check_boundary(inputs, permissions_boundary)
        if provider.creates:
            _github_providers.check_only(inputs, place, issuer)
        super().__init__(scope, construct_id)

        self._inputs = inputs
        self._place = place
        self._issuer = issuer
        named = role_name and f"role{path or '/'}{role_name}"
        self._used = UsedRole(place.account, named, trusted, provider.audience)
        self._trust = Trust(place, issuer, provider.audience, trusted)
        self.role = GrantedRole(
            self,
            "Default",
            assumed_by=self._trust.assumed_by(),
            role_name=role_name,
            path=path,
            description=description,
            max_session_duration=max_session_duration,
            permissions_boundary=permissions_boundary,
        )
        kind, tier = "GitHubOidcRole", place.tier
        self._l1 = keep_promises(
            self.role, kind=kind, place=place, tier=tier, by_default=["tier"]
        )
        if provider.creates:
            made = _github_providers.create(place, issuer, self._trust.audience)
            self._l1.node.add_dependency(made)
        self._trust.warn_if_long(self._l1)

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The role, as grants of other constructs take it."""
        return self.role

    @property
    def role_arn(self) -> str:
        """The ARN of the role."""
        return self.role.role_arn

    @property
    def role_name(self) -> str:
        """The name of the role."""
        return self.role.role_name

    def add_repository(
        self,
        repository: str,
        *,
        owner_id: str | None = None,
        repository_id: str | None = None,
        classic_subject: bool = False,
        subjects: Sequence[GitHubSubject],
        reusable_workflow: str | None = None,
    ) -> None:
        """
        Let jobs of another repository in as well, with the same permissions.

        Args:
            repository: The repository as `owner/name`.
            owner_id: The number of its owner.
            repository_id: Its own number.
            classic_subject: Do without the ids; see the class.
            subjects: Which of its jobs, at least one.
            reusable_workflow: The one reusable workflow that defines them.
        """
        trusted = checked_repository(
            self._inputs,
            issuer=self._issuer,
            repository=repository,
            owner_id=owner_id,
            repository_id=repository_id,
            classic_subject=classic_subject,
            subjects=subjects,
            reusable_workflow=reusable_workflow,
        )
        self._trust.add(self._inputs, trusted, self.role, self._l1)

    def grant_cdk_deploy(
        self, *, qualifier: str | None = None, regions: Sequence[str] | None = None
    ) -> None:
        """
        Let the role deploy with the CDK (IAM-04).

        It may assume the bootstrap stack's roles that deploy, publish files and
        images, and look up, of this account only, each by its ARN; but not the one
        that CloudFormation then uses, which may do everything by default.

        Args:
            qualifier: The bootstrap stack's qualifier; defaults to that with which
                this stack itself is deployed.
            regions: The regions to deploy to; defaults to that of this stack.
        """
        statement = _github_roles.assuming(
            self._inputs, self._place, _github_roles.DEPLOY, qualifier, regions
        )
        self.role.write_into_grants(statement)

    def grant_cdk_diff(
        self, *, qualifier: str | None = None, regions: Sequence[str] | None = None
    ) -> None:
        """
        Let the role compare with the CDK, such as for a pull request.

        It may assume the lookup role of the bootstrap stack, which deploys nothing,
        but reads nearly everything in the account except what a key encrypts.

        Args:
            qualifier: As of `grant_cdk_deploy()`.
            regions: As of `grant_cdk_deploy()`.
        """
        statement = _github_roles.assuming(
            self._inputs, self._place, _github_roles.DIFF, qualifier, regions
        )
        self.role.write_into_grants(statement)

    def add_to_policy(self, statement: iam.PolicyStatement) -> None:
        """
        Let the role do what is not deploying with the CDK.

        Args:
            statement: The permission, with every action and resource named. A
                wildcard (IAM-05), other than behind the name of a resource, is
                added to `.role` by who needs it, who acknowledges the rule there.
        """
        _role_inputs.check_statement(self._inputs, statement)
        self.role.add_to_principal_policy(statement)

    def workflow(
        self,
        *,
        region: str,
        branch: str = "main",
        diff_role: GitHubOidcRole | None = None,
        stacks: str = "**",
        python_version: str = "3.13",
        cdk_version: str = "2.1148.1",
        runs_on: str = "ubuntu-24.04",
    ) -> str:
        """
        Return the workflow file that deploys with this role.

        It synthesizes without any permission, and deploys what was synthesized. On
        pull requests it comments with what would change, if there is a role for it.

        Args:
            region: The region to sign in to, such as `eu-west-1`.
            branch: The branch that is deployed; its jobs must be among the subjects.
            diff_role: The role for pull requests; defaults to none, and no comment.
            stacks: The stacks, as a pattern of the CDK's command line; defaults to
                all, those of stages included.
            python_version: The Python to synthesize with.
            cdk_version: The version of the CDK's command line.
            runs_on: The runner.
        """
        options = Options(region, branch, stacks, python_version, cdk_version, runs_on)
        diff: Any = getattr(diff_role, "_used", diff_role)
        return workflow(self._inputs, self._used, diff, options)
