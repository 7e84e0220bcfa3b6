"""Attacks on a GitHubOidcRole: which jobs get in, and what they may do then."""

from __future__ import annotations

import re

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from secure_constructs import GitHubOidcRole, GitHubProvider, GitHubSubject
from tests.support.github import ACCOUNT, GITHUB, OWNER_ID, REPOSITORY_ID, World, token
from tests.support.iam import ANONYMOUS, Request
from tests.support.synth import FLAGS

OTHER_ACCOUNT = "444455556666"
MAIN = "ref:refs/heads/main"
CLASSIC, IMMUTABLE = "repo:myorg/myrepo", "repo:myorg@123456/myrepo@7891011"
branch, environment = GitHubSubject.branch, GitHubSubject.environment


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def world(*subjects: GitHubSubject, **options: Any) -> World:
    """Return a deployed world whose role is for these subjects."""
    if subjects:
        options["subjects"] = list(subjects)
    return World(**options).deploy()


@pytest.fixture
def main() -> World:
    """A deployed world whose role is for the branch `main`."""
    return world()


@pytest.fixture
def production() -> World:
    """A deployed world whose role is for an environment, from `main` only."""
    return world(environment("production", branch="main"))


class TestLetIn:
    """Those that were named get in."""

    @pytest.mark.parametrize("name", [CLASSIC, IMMUTABLE])
    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_with_both_forms_of_the_subject(self, flags, name):
        """Before and after GitHub switches the repository over."""
        found = world(flags=flags)

        assert found.lets_in(token(f"{name}:{MAIN}"))

    @pytest.mark.parametrize("name", [CLASSIC, IMMUTABLE])
    @pytest.mark.parametrize(
        ("subject", "context"),
        [
            (branch("main"), MAIN),
            (branch("feature/a%20b"), "ref:refs/heads/feature/a%20b"),
            (GitHubSubject.tag("v1.0"), "ref:refs/tags/v1.0"),
            (environment("Production (EU)"), "environment:Production (EU)"),
            (environment("prod", branch="main"), "environment:prod"),
            (GitHubSubject.pull_request(), "pull_request"),
            (GitHubSubject.branches_below("release/"), "ref:refs/heads/release/1.0"),
            (GitHubSubject.branches_below("a/b/"), "ref:refs/heads/a/b/c/d"),
        ],
        ids=str,
    )
    def test_each_kind_of_subject(self, subject, context, name):
        """Each subject is what GitHub writes for it."""
        assert world(subject).lets_in(token(f"{name}:{context}"))

    def test_each_of_several(self):
        """Each subject stands for itself."""
        found = world(
            branch("main"),
            GitHubSubject.tag("v1"),
            environment("test"),
            environment("prod", branch="main"),
            GitHubSubject.branches_below("release/"),
        )

        for context in (
            MAIN,
            "ref:refs/tags/v1",
            "environment:test",
            "environment:prod",
            "ref:refs/heads/release/1",
        ):
            assert found.lets_in(token(f"{IMMUTABLE}:{context}"))

    def test_classic_subject_without_ids(self):
        """A repository of before needs no ids, and its tokens' ids do not matter."""
        found = world(owner_id=None, repository_id=None, classic_subject=True)

        assert found.lets_in(token(f"{CLASSIC}:{MAIN}"))
        assert not found.lets_in(token(f"{IMMUTABLE}:{MAIN}"))

    def test_several_repositories(self):
        """Each repository has subjects and ids of its own."""
        found = World()
        found.role.add_repository(
            "myorg/web",
            owner_id=OWNER_ID,
            repository_id="42",
            subjects=[branch("live")],
        )
        found.deploy()
        live = "ref:refs/heads/live"

        assert found.lets_in(token(f"{IMMUTABLE}:{MAIN}"))
        assert found.lets_in(token(f"repo:myorg/web:{live}", repository_id="42"))
        assert not found.lets_in(token(f"repo:myorg/web:{MAIN}", repository_id="42"))
        assert not found.lets_in(token(f"{CLASSIC}:{live}"))
        # A subject of the one with the id of the other.
        assert not found.lets_in(token(f"{CLASSIC}:{MAIN}", repository_id="42"))
        assert not found.lets_in(token(f"repo:myorg/web:{live}"))


class TestStrangers:
    """Nobody else gets in."""

    @pytest.mark.parametrize(
        "subject",
        [
            f"repo:myorg/other:{MAIN}",
            f"repo:other/myrepo:{MAIN}",
            f"repo:myorg-ci/myrepo:{MAIN}",
            f"repo:myorg/myrepo-fork:{MAIN}",
            f"repo:myorg-ci@9/myrepo-fork@8:{MAIN}",
            f"repo:attacker/myorg/myrepo:{MAIN}",
            f"repo:MyOrg/myrepo:{MAIN}",
            f"repo:myorg/MyRepo:{MAIN}",
            f"repo:myorg@123456/other@7891011:{MAIN}",
            f"repo:myorg@1234567/myrepo@7891011:{MAIN}",
            f"repo:myorg@123456/myrepo@78910112:{MAIN}",
            f"repo:myorg@123456/myrepo:{MAIN}",
            f"repo:myorg/myrepo@7891011:{MAIN}",
        ],
    )
    def test_other_repositories(self, main, subject):
        """Whatever their ids: forks, look-alikes, other owners."""
        assert not main.lets_in(token(subject))

    @pytest.mark.parametrize("name", [CLASSIC, IMMUTABLE])
    @pytest.mark.parametrize(
        "context",
        [
            "ref:refs/heads/other",
            "ref:refs/heads/main2",
            "ref:refs/heads/main-hotfix",
            "ref:refs/heads/main/x",
            "ref:refs/heads/x/main",
            "ref:refs/heads/Main",
            "ref:refs/heads/mai",
            "ref:refs/tags/main",
            "ref:refs/pull/1/merge",
            "ref:refs/heads/gh-readonly-queue/main/pr-1",
            "environment:main",
            "pull_request",
            "",
            "*",
        ],
    )
    def test_other_jobs(self, main, name, context):
        """Look-alike branches, tags instead of branches, pull requests."""
        assert not main.lets_in(token(f"{name}:{context}"))

    @pytest.mark.parametrize(
        "subject",
        [
            CLASSIC,
            IMMUTABLE,
            "repo:myorg",
            "repository_owner:myorg",
            "job_workflow_ref:myorg/myrepo/.github/workflows/ci.yml@refs/heads/main",
            f"environment:production:repository_owner:myorg:{MAIN}",
            f"{CLASSIC}:{MAIN}:job_workflow_ref:x",
            "*",
            "",
        ],
    )
    def test_customised_subjects(self, main, subject):
        """A template that an organization set up makes no subject of ours."""
        assert not main.lets_in(token(subject))

    @pytest.mark.parametrize(
        "claims",
        [
            {"repository_id": "8"},
            {"repository_owner_id": "9"},
            {"repository_id": "8", "repository_owner_id": "9"},
            {"repository_id": None},
            {"repository_owner_id": None},
            {"repository_id": OWNER_ID, "repository_owner_id": REPOSITORY_ID},
        ],
        ids=str,
    )
    def test_recycled_names(self, main, claims):
        """Who takes the name over has other ids; a token without any is none."""
        assert not main.lets_in(token(f"{CLASSIC}:{MAIN}", **claims))

    @pytest.mark.parametrize(
        "audience",
        [
            None,
            "",
            "https://github.com/myorg",
            "sts.amazonaws.com.cn",
            "https://sts.amazonaws.com",
            "sts.amazonaws.com.evil.com",
            "STS.amazonaws.com",
            "api://AzureADTokenExchange",
        ],
    )
    def test_other_audiences(self, main, audience):
        """A token for somebody else, or for nobody, does not open the role."""
        assert not main.lets_in(token(f"{IMMUTABLE}:{MAIN}", aud=audience))

    def test_no_subject(self, main):
        """A token that does not say whose it is does not open the role."""
        assert not main.lets_in(token("x", sub=None))

    def test_nothing_said_at_all(self, main):
        """No condition holds for what is absent."""
        assert not main.lets_in({})

    @pytest.mark.parametrize(
        "issuer",
        [
            f"{GITHUB}/evil",
            "token.actions.evil.ghe.com",
            "github.evil.com/_services/token",
            "accounts.google.com",
        ],
    )
    def test_other_issuers(self, main, issuer):
        """Another enterprise, another server or another service is not GitHub.com."""
        assert not main.lets_in(token(f"{IMMUTABLE}:{MAIN}"), issuer=issuer)

    def test_other_accounts(self, main):
        """The provider of another account is not ours."""
        claims = token(f"{IMMUTABLE}:{MAIN}")

        assert not main.lets_in(claims, account=OTHER_ACCOUNT)

    @pytest.mark.parametrize(
        "action", ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:TagSession"]
    )
    def test_other_ways(self, main, action):
        """The role is assumed by a token, and the session has no tags."""
        claims = token(f"{IMMUTABLE}:{MAIN}")

        assert not main.lets_in(claims, action=action)

    @pytest.mark.parametrize(
        "who",
        [
            ANONYMOUS,
            f"arn:aws:iam::{ACCOUNT}:root",
            f"arn:aws:iam::{OTHER_ACCOUNT}:root",
            "lambda.amazonaws.com",
        ],
    )
    def test_principals_of_aws(self, main, who):
        """Not even an administrator assumes it; GitHub's jobs do."""
        for action in ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"):
            request = Request(who, action, main.arn)

            assert not main.cloud.decide(request).allowed


class TestEnvironments:
    """An environment is what its rules protect."""

    def test_from_its_branch_only(self, production):
        """A branch that is pinned is compared by AWS as well."""
        subject = f"{IMMUTABLE}:environment:production"

        assert production.lets_in(token(subject))
        for ref in ("refs/heads/other", "refs/tags/main", "refs/pull/1/merge", None):
            assert not production.lets_in(token(subject, ref=ref))

    @pytest.mark.parametrize(
        "context",
        [
            "environment:Production",
            "environment:production2",
            "environment:production:x",
            "environment:production%3A",
            "environment:prod",
            "environment:",
            MAIN,
            "ref:refs/heads/environment:production",
            "pull_request",
        ],
    )
    def test_no_other_job(self, production, context):
        """Pull requests and branches without the environment stay outside."""
        assert not production.lets_in(token(f"{IMMUTABLE}:{context}"))

    @pytest.mark.parametrize("twin", ["production%3AV1", "production:V1"])
    def test_no_twin(self, twin):
        """Environments that could be mistaken for each other cannot be named."""
        with pytest.raises(ValueError, match="anybody who may push can make"):
            World(subjects=[environment(twin)])

    def test_the_branch_of_one_is_not_asked_of_another(self):
        """Only the environment it was given for has it."""
        found = world(environment("test"), environment("prod", branch="main"))
        elsewhere = {"ref": "refs/heads/other"}

        assert found.lets_in(token(f"{CLASSIC}:environment:test", **elsewhere))
        assert not found.lets_in(token(f"{CLASSIC}:environment:prod", **elsewhere))

    def test_one_with_and_without_a_branch(self):
        """Given both ways it is let in both ways, as it was asked for."""
        found = world(environment("a", branch="main"), environment("a", branch="live"))

        for ref, expected in (("main", True), ("live", True), ("other", False)):
            claims = token(f"{CLASSIC}:environment:a", ref=f"refs/heads/{ref}")

            assert expected == found.lets_in(claims)


class TestPatterns:
    """The one pattern reaches no further than its folder."""

    @pytest.mark.parametrize("name", [CLASSIC, IMMUTABLE])
    @pytest.mark.parametrize(
        "context",
        [
            "ref:refs/heads/release",
            "ref:refs/heads/release/",
            "ref:refs/heads/release-1",
            "ref:refs/heads/releases/1",
            "ref:refs/heads/x/release/1",
            "ref:refs/tags/release/1",
            "environment:release/1",
            MAIN,
        ],
    )
    def test_nothing_beside_it(self, name, context):
        """Neither the folder's own name, nor one that begins like it."""
        found = world(GitHubSubject.branches_below("release/"))

        assert not found.lets_in(token(f"{name}:{context}"))

    def test_leaves_exact_subjects_exact(self):
        """Beside a pattern, a star in an exact subject still is none."""
        found = world(branch("main"), GitHubSubject.branches_below("release/"))
        trust = found.cloud.trust(found.arn)

        assert [{"StringEquals"}, {"StringEquals", "StringLike"}] == [
            set(each["Condition"]) for each in trust
        ]
        assert not found.lets_in(token(f"{CLASSIC}:ref:refs/heads/main2"))

    @pytest.mark.parametrize(
        "claims", [{"repository_id": "8"}, {"aud": "other"}, {"ref": None}], ids=str
    )
    def test_asks_for_the_rest_as_well(self, claims):
        """Ids and audience are compared exactly."""
        found = world(GitHubSubject.branches_below("release/"))
        said = token(f"{CLASSIC}:ref:refs/heads/release/1", **claims)

        assert ("ref" in claims) == found.lets_in(said)


class TestReusableWorkflow:
    """With a reusable workflow, its jobs only."""

    WORKFLOW = f"myorg/ci/.github/workflows/deploy.yml@{40 * 'a'}"

    @pytest.mark.parametrize(
        "used",
        [
            None,
            "",
            f"myorg/ci/.github/workflows/deploy.yml@{40 * 'b'}",
            "myorg/ci/.github/workflows/deploy.yml@refs/heads/main",
            f"myorg/ci/.github/workflows/other.yml@{40 * 'a'}",
            f"evil/ci/.github/workflows/deploy.yml@{40 * 'a'}",
            "myorg/myrepo/.github/workflows/ci.yml@refs/heads/main",
        ],
    )
    def test_no_other_workflow(self, used):
        """Neither another one, nor another version of it."""
        found = world(reusable_workflow=self.WORKFLOW)
        subject = f"{IMMUTABLE}:{MAIN}"

        assert found.lets_in(token(subject, job_workflow_ref=self.WORKFLOW))
        assert not found.lets_in(token(subject, job_workflow_ref=used))

    def test_no_other_repository_that_uses_it(self):
        """A reusable workflow of a public repository can be called by anybody."""
        found = world(reusable_workflow=self.WORKFLOW)
        claims = token(f"repo:evil/x:{MAIN}", job_workflow_ref=self.WORKFLOW)

        assert not found.lets_in(claims)


class TestIssuers:
    """GitHub Enterprise and other partitions."""

    ENTERPRISE = GitHubProvider.existing(issuer=f"https://{GITHUB}/octo/")
    RESIDENT = GitHubProvider.existing(issuer="https://token.actions.octo.ghe.com/")
    SERVER = GitHubProvider.existing(
        issuer="https://GitHub.example.com/_services/token/"
    )

    @pytest.mark.parametrize(
        ("provider", "issuer"),
        [(ENTERPRISE, f"{GITHUB}/octo"), (RESIDENT, "token.actions.octo.ghe.com")],
        ids=["enterprise", "data residency"],
    )
    def test_of_an_enterprise(self, provider, issuer):
        """Its own issuer, and not that of everybody or of another one."""
        found = world(provider=provider)
        claims = token(f"{IMMUTABLE}:{MAIN}")

        assert found.lets_in(claims, issuer=issuer)
        for other in (GITHUB, f"{GITHUB}/octo2", "token.actions.octo2.ghe.com"):
            assert not found.lets_in(claims, issuer=other)

    def test_of_a_server(self):
        """A server has subjects without ids, which AWS does not read there."""
        found = world(provider=self.SERVER, owner_id=None, repository_id=None)
        claims = {"aud": "sts.amazonaws.com", "sub": f"{CLASSIC}:{MAIN}"}

        assert found.lets_in(claims, issuer="github.example.com/_services/token")
        assert not found.lets_in(claims, issuer="github.evil.com/_services/token")
        assert not found.lets_in(claims)

    @pytest.mark.parametrize(
        ("partition", "region", "audience"),
        [
            ("aws", "eu-west-1", "sts.amazonaws.com"),
            ("aws-cn", "cn-north-1", "sts.amazonaws.com.cn"),
            ("aws-us-gov", "us-gov-west-1", "sts.amazonaws.com"),
        ],
    )
    @pytest.mark.parametrize("known", [True, False])
    def test_in_every_partition(self, partition, region, audience, known):
        """The audience is that of STS there, and so is the ARN of the provider."""
        env = cdk.Environment(account=ACCOUNT, region=region) if known else None
        found = World(env=env).deploy(partition, region)
        subject = f"{IMMUTABLE}:{MAIN}"
        others = {"sts.amazonaws.com", "sts.amazonaws.com.cn"} - {audience}

        assert found.lets_in(token(subject, aud=audience))
        assert not any(found.lets_in(token(subject, aud=each)) for each in others)

    def test_with_an_audience_of_ones_own(self):
        """The audience that was asked for is the only one."""
        mine = GitHubProvider.existing(audience="https://github.com/myorg")
        found = world(provider=mine)
        subject = f"{IMMUTABLE}:{MAIN}"

        assert found.lets_in(token(subject, aud="https://github.com/myorg"))
        assert not found.lets_in(token(subject))


BOOTSTRAP = ("deploy", "file-publishing", "image-publishing", "lookup")


def bootstrap(
    kind: str,
    *,
    qualifier: str = "hnb659fds",
    account: str = ACCOUNT,
    region: str = "eu-west-1",
    arn_account: str = "",
) -> str:
    """Return the ARN of a role of a bootstrap stack."""
    name = f"cdk-{qualifier}-{kind}-role-{account}-{region}"
    return f"arn:aws:iam::{arn_account or account}:role/{name}"


class TestBootstrapRoles:
    """What a job may do with the roles by which the CDK deploys (IAM-04)."""

    @staticmethod
    def deployed(grant: Callable[[GitHubOidcRole], object]) -> World:
        """Return a deployed world whose role was granted something."""
        found = World()
        grant(found.role)
        return found.deploy()

    @pytest.mark.parametrize("kind", BOOTSTRAP)
    def test_assumes_the_four(self, kind):
        """Those that deploy, publish files and images, and look up."""
        found = self.deployed(lambda role: role.grant_cdk_deploy())

        assert found.may_assume(bootstrap(kind))

    @pytest.mark.parametrize(
        "role",
        [
            bootstrap("cfn-exec"),
            *(
                bootstrap(kind, **elsewhere)
                for kind in BOOTSTRAP
                for elsewhere in (
                    {"account": OTHER_ACCOUNT},
                    {"arn_account": OTHER_ACCOUNT},
                    {"region": "us-east-1"},
                    {"qualifier": "other"},
                    {"qualifier": "hnb659fds-x"},
                )
            ),
            f"arn:aws:iam::{ACCOUNT}:role/Admin",
            f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-deploy-role",
        ],
    )
    def test_assumes_no_other(self, role):
        """Not CloudFormation's own, nor those of other accounts and regions."""
        found = self.deployed(lambda role: role.grant_cdk_deploy())

        assert not found.may_assume(role)

    def test_named_regions_and_qualifiers(self):
        """Each grant is for one qualifier, and all regions that it names."""

        def grant(role: GitHubOidcRole) -> None:
            role.grant_cdk_deploy(qualifier="shop", regions=["us-east-1", "eu-west-1"])
            role.grant_cdk_deploy(qualifier="web", regions=["ap-south-1"])

        found = self.deployed(grant)
        for qualifier, region, expected in (
            ("shop", "us-east-1", True),
            ("shop", "eu-west-1", True),
            ("web", "ap-south-1", True),
            ("shop", "ap-south-1", False),
            ("web", "eu-west-1", False),
            ("hnb659fds", "eu-west-1", False),
        ):
            role = bootstrap("deploy", qualifier=qualifier, region=region)

            assert expected == found.may_assume(role)

    def test_compares_by_the_lookup_role_only(self):
        """Who shows what would change cannot change it."""
        found = self.deployed(lambda role: role.grant_cdk_diff())

        assert ["lookup"] == [k for k in BOOTSTRAP if found.may_assume(bootstrap(k))]

    @pytest.mark.parametrize("grant", ["grant_cdk_deploy", "grant_cdk_diff"])
    def test_is_all_it_may_do(self, grant):
        """One action, on ARNs without a wildcard; no tags for the session."""
        found = self.deployed(lambda role: getattr(role, grant)())
        (statement,) = found.cloud.role_policies(found.arn)

        assert {"Action", "Effect", "Resource"} == statement.keys()
        assert ("Allow", "sts:AssumeRole") == (statement["Effect"], statement["Action"])
        assert [] == [
            each for each in _listed(statement["Resource"]) if re.search(r"[*?]", each)
        ]

    def test_may_do_nothing_before_it_is_granted_something(self, main):
        """A role that is only made has no policy at all."""
        assert [] == main.cloud.role_policies(main.arn)


class TestAwsRule:
    """What IAM itself asks of a trust policy for GitHub, when it is written."""

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"subjects": [environment("prod", branch="main")]},
            {"subjects": [GitHubSubject.branches_below("release/")]},
            {"subjects": [GitHubSubject.pull_request()]},
            {"provider": TestIssuers.ENTERPRISE},
            {"owner_id": None, "repository_id": None, "classic_subject": True},
            {"reusable_workflow": TestReusableWorkflow.WORKFLOW},
        ],
        ids=str,
    )
    def test_accepts_it(self, options):
        """Each statement has a subject by an operator that counts, not for all."""
        found = World(**options).deploy()
        for statement in found.cloud.trust(found.arn):
            scoped = [
                values
                for operator in ("StringEquals", "StringLike")
                for key, values in statement["Condition"].get(operator, {}).items()
                if key.endswith(":sub")
            ]

            assert [True] == [
                all(re.match(r"repo:[^*?/]+/[^*?:]+:[^*?]+", each) for each in values)
                for values in scoped
            ]
