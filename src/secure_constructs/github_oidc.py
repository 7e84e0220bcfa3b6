"""GitHubOidcRole: a role for exactly the jobs on GitHub that you name."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import jsii

from aws_cdk import Duration, Validations, aws_iam as iam
from constructs import Construct

from secure_constructs import (
    _github_providers,
    _github_roles,
    _github_trust,
    _role_inputs,
)
from secure_constructs._github_inputs import checked_issuer, checked_repository
from secure_constructs._github_workflow import Options, UsedRole, workflow
from secure_constructs._granted_role import GrantedRole
from secure_constructs._inputs import Inputs, is_token
from secure_constructs._place import place_of
from secure_constructs._promises import keep_promises
from secure_constructs.github_provider import GitHubProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secure_constructs._github_inputs import Repository
    from secure_constructs._place import Place
    from secure_constructs.github_subject import GitHubSubject

_ONE_HOUR = Duration.hours(1)
_EXISTING = GitHubProvider.existing()
_TOO_LONG = "secure-constructs:longTrustPolicy"


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
        repository: The repository as `owner/name`, spelled as GitHub shows it.
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
        role_name: The role's name, 1 to 64 letters, digits and `+=,.@_-`; defaults
            to one that CloudFormation makes.
        path: The path of the role, such as `/ci/`; defaults to `/`.
        description: What the role is for, up to 1,000 characters; defaults to
            nothing.
        max_session_duration: How long a session may last, 1 to 12 hours; defaults
            to 1 hour.
        permissions_boundary: What the role may do at most; defaults to no boundary
            but that of the app.

    Raises:
        ValueError: An argument has a value it must not have, two of them
            contradict each other, or another stack makes the provider. Nothing
            was created then.
        TypeError: An argument is of the wrong kind.

    Attributes:
        role: The role itself, for what this class does not cover.

    Example:
        >>> deploy = GitHubOidcRole(
        ...     stack,
        ...     "Deploy",
        ...     repository="myorg/myrepo",
        ...     owner_id="123456",
        ...     repository_id="7891011",
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
        _role_inputs.check_name(inputs, role_name)
        _role_inputs.check_path(inputs, path)
        _role_inputs.check_description(inputs, description)
        _role_inputs.check_session(inputs, max_session_duration)
        _role_inputs.check_boundary(inputs, permissions_boundary)
        if provider.creates:
            _github_providers.check_only(inputs, place, issuer)
        super().__init__(scope, construct_id)

        self._inputs = inputs
        self._place = place
        self._issuer = issuer
        self._provider = provider
        self._audience = provider.audience or _github_trust.audience_in(place)
        self._trusted = [trusted]
        self._arn = _known_arn(place, path, role_name)
        first, *others = self._principals(trusted)
        self.role = GrantedRole(
            self,
            "Default",
            assumed_by=iam.CompositePrincipal(first, *others) if others else first,
            role_name=role_name,
            path=path,
            description=description,
            max_session_duration=max_session_duration,
            permissions_boundary=permissions_boundary,
        )
        self._l1 = keep_promises(
            self.role,
            kind="GitHubOidcRole",
            place=place,
            tier=place.tier,
            by_default=["tier"],
        )
        if provider.creates:
            made = _github_providers.create(place, issuer, self._audience)
            self._l1.node.add_dependency(made)
        self._warn_if_long()

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
        Let jobs of another repository in as well.

        All of them have the same permissions: a repository that deploys something
        else has a role of its own.

        Args:
            repository: The repository as `owner/name`.
            owner_id: The number of its owner.
            repository_id: Its own number.
            classic_subject: Do without the ids; see the class.
            subjects: Which of its jobs, at least one.
            reusable_workflow: The one reusable workflow that defines them.

        Raises:
            ValueError: As of the class, or the repository is in already.
            TypeError: An argument is of the wrong kind.
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
        if any(trusted[:2] == other[:2] for other in self._trusted):
            problem = "is in already; name all its subjects in one place"
            raise self._inputs.wrong("repository", repository, problem)
        self._trusted.append(trusted)
        policy = cast("iam.PolicyDocument", self.role.assume_role_policy)
        for principal in self._principals(trusted):
            principal.add_to_assume_role_policy(policy)
        self._warn_if_long()

    def grant_cdk_deploy(
        self,
        *,
        qualifier: str | None = None,
        regions: Sequence[str] | None = None,
    ) -> None:
        """
        Let the role deploy with the CDK (IAM-04).

        It may assume four roles of the bootstrap stack, each by its ARN: those that
        deploy, publish files, publish images and look up, of this account only.
        CloudFormation then uses a fifth, which the role cannot assume, and which may
        do what the bootstrap stack gave it: everything, unless that was told
        otherwise.

        Args:
            qualifier: The bootstrap stack's qualifier; defaults to that with which
                this stack itself is deployed.
            regions: The regions to deploy to; defaults to that of this stack.

        Raises:
            ValueError: One of them is no qualifier or region, or a wildcard.
            TypeError: One of them is of the wrong kind.
        """
        self._grant_cdk(_github_roles.DEPLOY, qualifier, regions)

    def grant_cdk_diff(
        self,
        *,
        qualifier: str | None = None,
        regions: Sequence[str] | None = None,
    ) -> None:
        """
        Let the role compare with the CDK, such as for a pull request.

        It may assume the lookup role of the bootstrap stack, which deploys nothing,
        but reads nearly everything in the account except what a key encrypts.

        Args:
            qualifier: The bootstrap stack's qualifier; defaults to that with which
                this stack itself is deployed.
            regions: The regions to compare; defaults to that of this stack.

        Raises:
            ValueError: One of them is no qualifier or region, or a wildcard.
            TypeError: One of them is of the wrong kind.
        """
        self._grant_cdk(_github_roles.DIFF, qualifier, regions)

    def add_to_policy(self, statement: iam.PolicyStatement) -> None:
        """
        Let the role do what is not deploying with the CDK.

        Args:
            statement: The permission, with every action and resource named.

        Raises:
            ValueError: It has a wildcard (IAM-05), other than behind the name of a
                resource, as in the objects of one bucket. Whoever needs it adds the
                statement to `.role` and acknowledges the rule there.
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
        Write it to `.github/workflows/deploy.yml`.

        Args:
            region: The region to sign in to, such as `eu-west-1`.
            branch: The branch that is deployed when it is pushed to; defaults to
                `main`.
            diff_role: The role for pull requests; defaults to none, and then
                there is no comment.
            stacks: The stacks to compare and deploy, as a pattern of the CDK's
                command line; defaults to all, those of stages included.
            python_version: The Python to synthesize with; defaults to 3.13.
            cdk_version: The version of the CDK's command line; defaults to 2.1148.1.
            runs_on: The runner; defaults to Ubuntu 24.04 of GitHub.

        Raises:
            ValueError: No job on that branch may assume this role, or none of a
                pull request the *diff_role*.
        """
        return workflow(
            self._inputs,
            self._used("AWS_DEPLOY_ROLE"),
            diff_role._used("AWS_DIFF_ROLE") if diff_role else None,  # noqa: SLF001 - of the same class
            Options(region, branch, stacks, python_version, cdk_version, runs_on),
        )

    def _used(self, variable: str) -> UsedRole:
        """Return the role as a workflow uses it; its ARN by a *variable* if need be."""
        arn = self._arn or f"${{{{ vars.{variable} }}}}"
        return UsedRole(arn, self._trusted[0], self._provider.audience)

    def _grant_cdk(
        self,
        roles: Sequence[str],
        qualifier: str | None,
        regions: Sequence[str] | None,
    ) -> None:
        statement = _github_roles.assuming(
            self._inputs, self._place, roles, qualifier=qualifier, regions=regions
        )
        self.role.add_to_principal_policy(statement)

    def _principals(self, trusted: Repository) -> list[iam.WebIdentityPrincipal]:
        """Return the principals that are the jobs of one repository."""
        arn = _github_trust.provider_arn(self._place, self._issuer)
        return [
            iam.WebIdentityPrincipal(arn, condition)
            for condition in _github_trust.conditions(
                self._issuer, self._audience, trusted
            )
        ]

    def _warn_if_long(self) -> None:
        """Warn of a trust policy that IAM takes only after its quota was raised."""
        length = sum(
            _github_trust.length(self._issuer, self._audience, trusted)
            for trusted in self._trusted
        )
        if length > _github_trust.USUAL_QUOTA:
            text = (
                f"The trust policy has about {length} characters; an account takes "
                f"{_github_trust.USUAL_QUOTA} until its quota for role trust policies "
                "is raised. Make a role for each repository, or raise the quota and "
                "acknowledge this."
            )
            Validations.of(self._l1).add_warning(_TOO_LONG, text)


def _known_arn(place: Place, path: str | None, role_name: str | None) -> str | None:
    """Return the ARN of the role, if it is known before anything is deployed."""
    arn = f"arn:{place.partition}:iam::{place.account}:role{path or '/'}{role_name}"
    return None if role_name is None or is_token(arn) else arn
