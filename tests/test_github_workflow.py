"""Tests for the workflow file that a GitHubOidcRole makes, and the page about it."""

from __future__ import annotations

import re

from typing import Any

import aws_cdk as cdk
import pytest
import yaml

from secure_constructs import GitHubOidcRole, GitHubProvider, GitHubSubject
from tests.support.synth import RECOMMENDED, ROOT, new_app

PAGE = ROOT / "docs" / "howto" / "deploy-from-github.md"
ENV = cdk.Environment(account="111122223333", region="eu-west-1")
MAIN, PROD = GitHubSubject.branch("main"), GitHubSubject.environment("production")
PULL_REQUEST = GitHubSubject.pull_request()


def role(stack: cdk.Stack, *subjects: GitHubSubject, **options: Any) -> GitHubOidcRole:
    """Return a role for these subjects."""
    given = {
        "repository": "myorg/myrepo",
        "owner_id": "123456",
        "repository_id": "7891011",
        "subjects": list(subjects) or [MAIN],
    }
    name = f"Role{len(stack.node.children)}"
    return GitHubOidcRole(stack, name, **{**given, **options})


def parsed(made: GitHubOidcRole, **options: Any) -> dict[str, Any]:
    """Return the workflow as GitHub reads it."""
    found = yaml.safe_load(made.workflow(**{"region": "eu-west-1", **options}))
    # `on` is a truth value to YAML 1.1, but not to GitHub.
    return {"on" if key is True else key: value for key, value in found.items()}


def steps(job: dict[str, Any], using: str) -> list[dict[str, Any]]:
    """Return what the steps of *job* that use an action pass to it."""
    return [
        each.get("with", {}) for each in job["steps"] if using in each.get("uses", "")
    ]


def commands(job: dict[str, Any]) -> str:
    """Return what *job* runs."""
    return "\n".join(each.get("run", "") for each in job["steps"])


@pytest.fixture
def jobs(stack) -> dict[str, Any]:
    """The jobs for an environment, with a role for pull requests."""
    diff = role(stack, PULL_REQUEST)
    return dict(parsed(role(stack, PROD), diff_role=diff)["jobs"])


class TestPermissions:
    """No job has a permission that it does not need."""

    def test_the_workflow_itself_has_none(self, stack):
        """What a job does not ask for it does not get."""
        assert {} == parsed(role(stack))["permissions"]

    def test_each_job_has_its_own(self, jobs):
        """The one that runs the repository's code signs in to nothing."""
        assert {
            "synth": {"contents": "read"},
            "diff": {"id-token": "write", "pull-requests": "write"},
            "deploy": {"id-token": "write"},
        } == {name: job["permissions"] for name, job in jobs.items()}

    def test_only_one_job_has_the_code(self, jobs):
        """The others get what was synthesized, and install nothing of it."""
        assert {"synth"} == {
            name for name, job in jobs.items() if steps(job, "actions/checkout")
        }
        assert {"synth"} == {
            name for name, job in jobs.items() if "pip" in commands(job)
        }

    def test_the_checkout_leaves_no_token_behind(self, jobs):
        """Code that runs later cannot push."""
        assert [{"persist-credentials": False}] == steps(jobs["synth"], "checkout")

    def test_every_action_is_pinned_by_its_commit(self, jobs):
        """A tag can be moved to other code."""
        used = [
            each["uses"]
            for job in jobs.values()
            for each in job["steps"]
            if "uses" in each
        ]

        assert len(used) > 6
        assert [] == [
            each
            for each in used
            if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", each)
        ]

    def test_nothing_of_a_pull_request_becomes_a_command(self, stack):
        """Expressions stand in values, where the shell does not read them."""
        text = role(stack, PROD).workflow(
            region="eu-west-1", diff_role=role(stack, PULL_REQUEST)
        )

        for job in yaml.safe_load(text)["jobs"].values():
            assert "${{" not in commands(job)


class TestJobs:
    def test_deploys_on_push_and_compares_on_pull_requests(self, stack, jobs):
        """Both are for the branch; a fork's pull request is only synthesized."""
        on = parsed(role(stack))["on"]

        assert {
            "push": {"branches": ["main"]},
            "pull_request": {"branches": ["main"]},
        } == on
        assert "github.event_name == 'push'" == jobs["deploy"]["if"]
        assert jobs["diff"]["if"].startswith("github.event_name == 'pull_request' && ")
        assert jobs["diff"]["if"].endswith("head.repo.full_name == github.repository")

    def test_deploys_what_was_synthesized(self, jobs):
        """All stacks, those of stages included, from the artifact."""
        found = commands(jobs["deploy"])

        assert "deploy --app cdk.out --require-approval never '**'" in found
        assert "synth" == jobs["deploy"]["needs"]
        for name in ("diff", "deploy"):
            assert [{"name": "cdk.out"}] == steps(jobs[name], "download-artifact")

    def test_never_deploys_twice_at_once(self, jobs):
        """A deployment is not broken off by the next."""
        assert {"group": "deploy", "cancel-in-progress": False} == (
            jobs["deploy"]["concurrency"]
        )

    def test_comments_with_the_difference(self, jobs):
        """By a template diff, which needs no more than the lookup role."""
        found = commands(jobs["diff"])

        assert "diff --app cdk.out --method template --no-color '**'" in found
        assert "gh pr comment" in found

    def test_without_a_role_for_pull_requests(self, stack):
        """They are synthesized, and nothing more."""
        assert ["synth", "deploy"] == list(parsed(role(stack))["jobs"])

    def test_options_are_written_out(self, stack):
        """Branch, stacks, versions and runner are as they were given."""
        found = parsed(
            role(stack, GitHubSubject.branch("live")),
            branch="live",
            stacks="Prod/* x",
            python_version="3.12",
            cdk_version="2.1200.0",
            runs_on="my runner: 1",
        )

        jobs = found["jobs"]
        assert ["live"] == found["on"]["push"]["branches"]
        assert "never 'Prod/* x'" in commands(jobs["deploy"])
        assert [{"python-version": "3.12"}] == steps(jobs["synth"], "setup-python")
        assert "aws-cdk@2.1200.0 synth" in commands(jobs["synth"])
        assert {"my runner: 1"} == {job["runs-on"] for job in jobs.values()}


class TestSubject:
    """The job that deploys has the subject that the role is for."""

    @pytest.mark.parametrize(
        ("subjects", "branch", "environment"),
        [
            ([MAIN], "main", None),
            ([PROD], "main", "production"),
            ([MAIN, PROD], "main", "production"),
            ([GitHubSubject.environment("a", branch="live"), MAIN], "main", None),
            ([GitHubSubject.environment("a", branch="live"), MAIN], "live", "a"),
            ([GitHubSubject.branches_below("release/")], "release/1", None),
            ([GitHubSubject.environment("no # 'ü'")], "main", "no # 'ü'"),
        ],
    )
    def test_is_one_of_the_role(self, stack, subjects, branch, environment):
        """An environment comes first, if the branch may use it."""
        job = parsed(role(stack, *subjects), branch=branch)["jobs"]["deploy"]

        assert environment == job.get("environment")

    @pytest.mark.parametrize(
        ("subjects", "branch"),
        [
            ([MAIN], "live"),
            ([GitHubSubject.environment("a", branch="live")], "main"),
            ([GitHubSubject.branches_below("release/")], "main"),
            ([GitHubSubject.tag("main")], "main"),
            ([PULL_REQUEST], "main"),
        ],
        ids=str,
    )
    def test_fails_where_no_job_gets_in(self, stack, subjects, branch):
        """A workflow that cannot work is not written."""
        with pytest.raises(
            ValueError,
            match=f"'Stack/Role0': branch='{branch}' is a branch whose jobs may not",
        ):
            role(stack, *subjects).workflow(region="eu-west-1", branch=branch)

    def test_fails_on_a_subject_known_only_later(self, stack):
        """A file cannot have a value of the deployment in it."""
        name = cdk.CfnParameter(stack, "Name").value_as_string

        with pytest.raises(ValueError, match="is a branch whose jobs may not assume"):
            role(stack, GitHubSubject.environment(name)).workflow(region="eu-west-1")

    def test_fails_on_a_role_that_is_not_for_pull_requests(self, stack):
        """The error says which role to make."""
        problem = "diff_role=.a role for .*is no role for pull requests; make one with"
        with pytest.raises(ValueError, match=problem):
            role(stack).workflow(region="eu-west-1", diff_role=role(stack))

    def test_fails_on_an_inner_role(self, stack):
        """What is passed is the construct, not the role in it."""
        inner: Any = role(stack, PULL_REQUEST).role

        with pytest.raises(TypeError, match="diff_role='.*' is no GitHubOidcRole"):
            role(stack).workflow(region="eu-west-1", diff_role=inner)

    def test_fails_on_a_reusable_workflow(self, stack):
        """Its jobs are defined in there, and nowhere else."""
        used = f"myorg/ci/.github/workflows/a.yml@{40 * 'a'}"

        with pytest.raises(ValueError, match="is the one workflow whose jobs get in"):
            role(stack, reusable_workflow=used).workflow(region="eu-west-1")
        with pytest.raises(ValueError, match="diff_role with reusable_workflow="):
            role(stack).workflow(
                region="eu-west-1",
                diff_role=role(stack, PULL_REQUEST, reusable_workflow=used),
            )

    @pytest.mark.parametrize(
        ("options", "kind", "message"),
        [
            ({"region": "*"}, ValueError, r"region='\*' is no region"),
            ({"region": 1}, TypeError, "region=1 is no text"),
            ({"stacks": ""}, ValueError, "stacks='' cannot stand in a workflow file"),
            (
                {"stacks": "a\nb"},
                ValueError,
                "stacks=.* cannot stand in a workflow file",
            ),
            ({"python_version": "3.x"}, ValueError, "python_version='3.x' is no versi"),
            ({"cdk_version": "latest"}, ValueError, "cdk_version='latest' is no versi"),
            ({"runs_on": "\t"}, ValueError, "runs_on='.t' cannot stand"),
            ({"runs_on": None}, TypeError, "runs_on=None is no text"),
        ],
        ids=str,
    )
    def test_fails_on_options(self, stack, options, kind, message):
        """Nothing gets into the file that could be read as something else."""
        with pytest.raises(kind, match=f"^GitHubOidcRole 'Stack/Role0': {message}"):
            role(stack).workflow(**{"region": "eu-west-1", **options})

    def test_fails_on_an_option_known_only_later(self, stack):
        """A file cannot have a value of the deployment in it."""
        with pytest.raises(ValueError, match="cannot stand in a workflow file; write"):
            role(stack).workflow(region=stack.region)


class TestSignIn:
    def signed_in(self, made: GitHubOidcRole, **options: Any) -> dict[str, Any]:
        """Return how the job that deploys signs in."""
        job = parsed(made, **options)["jobs"]["deploy"]
        (found,) = steps(job, "configure-aws-credentials")
        return found

    def test_by_a_variable(self, stack):
        """Where the ARN is not known, GitHub has it in a variable."""
        assert {
            "role-to-assume": "${{ vars.AWS_DEPLOY_ROLE }}",
            "aws-region": "eu-west-1",
        } == self.signed_in(role(stack, role_name="deploy"))

    @pytest.mark.parametrize(
        ("region", "path", "arn"),
        [
            ("eu-west-1", None, "arn:aws:iam::111122223333:role/deploy"),
            ("us-gov-west-1", None, "arn:aws-us-gov:iam::111122223333:role/deploy"),
            ("cn-north-1", "/ci/", "arn:aws-cn:iam::111122223333:role/ci/deploy"),
        ],
    )
    def test_by_the_arn(self, region, path, arn):
        """Name and account are enough to know it."""
        env = cdk.Environment(account="111122223333", region=region)
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack", env=env)
        made = role(stack, role_name="deploy", path=path)

        assert arn == self.signed_in(made, region=region)["role-to-assume"]

    def test_by_a_variable_where_a_name_is_known_only_later(self):
        """A parameter is no name yet."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        name = cdk.CfnParameter(stack, "Name").value_as_string
        found = self.signed_in(role(stack, role_name=name))

        assert "${{ vars.AWS_DEPLOY_ROLE }}" == found["role-to-assume"]

    def test_with_the_audience_of_china(self, stack):
        """The action asks for that of the rest of the world by itself."""
        found = self.signed_in(role(stack), region="cn-north-1")

        assert "sts.amazonaws.com.cn" == found["audience"]

    def test_with_an_audience_of_ones_own(self, stack):
        """The token is made for what the role compares."""
        mine = GitHubProvider.existing(audience="mine")

        assert "mine" == self.signed_in(role(stack, provider=mine))["audience"]


class TestPage:
    """The page shows what the method gives."""

    def test_shows_exactly_the_workflow(self, app, stack):
        """The file on the page is made by the code on the page."""
        page = PAGE.read_text()
        names: dict[str, Any] = {"cdk": cdk, "app": app, "stack": stack}
        for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
            exec(block, names)  # noqa: S102 - our own page
        (shown,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)

        assert names["workflow"] == shown

    def test_its_links_lead_somewhere(self):
        """Every anchor that other pages point to is a heading there."""
        page = PAGE.read_text()
        headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
        anchors = {
            re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings
        }
        linked = {
            anchor
            for path in (ROOT / "docs").rglob("*.md")
            for anchor in re.findall(
                r"deploy-from-github\.md#([\w-]+)", path.read_text()
            )
        }

        assert linked
        assert linked <= anchors
