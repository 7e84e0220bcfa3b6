"""The workflow file that deploys with a GitHubOidcRole."""

from __future__ import annotations

import json
import re
import shlex

from typing import TYPE_CHECKING, NamedTuple

from secure_constructs._github_roles import REGION
from secure_constructs._github_trust import audience_of, partition_of
from secure_constructs._inputs import Inputs, is_token

if TYPE_CHECKING:
    from secure_constructs._github_inputs import Repository
    from secure_constructs.github_subject import GitHubSubject

# Each by the commit of its release: a tag can be moved to other code.
_CHECKOUT = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0"
_PYTHON = "actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c # v6.0.0"
_NODE = "actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444 # v5.0.0"
_UPLOAD = "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1"
_DOWNLOAD = (
    "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1"
)
_SIGN_IN = (
    "aws-actions/configure-aws-credentials"
    "@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3"
)
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+){0,2}")


class UsedRole(NamedTuple):
    """
    A role as a workflow uses it.

    Attributes:
        account: The account it is in, or a reference to that.
        name: The last part of its ARN, if it has a name of its own.
        repository: The repository whose jobs may assume it.
        audience: The audience that was asked for, if any.
    """

    account: str
    name: str | None
    repository: Repository
    audience: str | None

    def arn(self, region: str, variable: str) -> str:
        """Return its ARN; where it is not known, the *variable* on GitHub with it."""
        if self.name is None or is_token(self.account) or is_token(self.name):
            return _expression(f"vars.{variable}")
        return f"arn:{partition_of(region)}:iam::{self.account}:{self.name}"


class Options(NamedTuple):
    """What the user says of the workflow."""

    region: str
    branch: str
    stacks: str
    python_version: str
    cdk_version: str
    runs_on: str


def workflow(
    inputs: Inputs, deploy: UsedRole, diff: UsedRole | None, options: Options
) -> str:
    """Return the workflow that uses these roles, after all checks."""
    _check_options(inputs, options)
    deployed = _deploying(inputs, deploy, options.branch)
    jobs = [_synth(options)]
    if diff:
        _check_comparing(inputs, diff)
        jobs.append(_diff(diff, options))
    jobs.append(_deploy(deploy, deployed, options))
    return "\n".join([_head(options.branch), *jobs])


def _check_options(inputs: Inputs, options: Options) -> None:
    for option, value in options._asdict().items():
        if not isinstance(value, str):
            raise inputs.wrong_kind(option, value, "is no text")
        if is_token(value) or not value.strip().isprintable() or not value.strip():
            problem = "cannot stand in a workflow file; write it out"
            raise inputs.wrong(option, value, problem)
    if not REGION.fullmatch(options.region):
        problem = "is no region; write for example 'eu-west-1'"
        raise inputs.wrong("region", options.region, problem)
    for option in ("python_version", "cdk_version"):
        value = getattr(options, option)
        if not _VERSION.fullmatch(value):
            problem = "is no version; write numbers with dots between them"
            raise inputs.wrong(option, value, problem)


def _deploying(inputs: Inputs, role: UsedRole, branch: str) -> GitHubSubject:
    """Return the subject that a job has when *branch* is pushed to."""
    _check_free(inputs, "workflow", role)
    found = [
        each for each in role.repository.subjects if _may_deploy(each, branch=branch)
    ]
    if not found:
        shown = ", ".join(map(str, role.repository.subjects))
        problem = (
            f"is a branch whose jobs may not assume the role, which is for {shown}; "
            "pass another branch, or add a subject for this one"
        )
        raise inputs.wrong("branch", branch, problem)
    # An environment has protection rules, a branch by itself has not.
    return next((each for each in found if each.kind == "environment"), found[0])


def _may_deploy(subject: GitHubSubject, *, branch: str) -> bool:
    if is_token(subject.name):
        return False
    if subject.kind == "environment":
        return subject.from_branch in (None, branch)
    if subject.kind == "branches_below":
        return branch.startswith(subject.name)
    return subject.kind == "branch" and subject.name == branch


def _check_comparing(inputs: Inputs, role: UsedRole) -> None:
    """Raise if no job of a pull request may assume the role."""
    if not isinstance(role, UsedRole):
        raise inputs.wrong_kind("diff_role", role, "is no GitHubOidcRole")
    _check_free(inputs, "diff_role", role)
    kinds = [subject.kind for subject in role.repository.subjects]
    if "pull_request" not in kinds:
        problem = (
            "is no role for pull requests; make one with "
            "subjects=[GitHubSubject.pull_request()] and call its grant_cdk_diff()"
        )
        shown = ", ".join(map(str, role.repository.subjects))
        raise inputs.wrong("diff_role", f"a role for {shown}", problem)


def _check_free(inputs: Inputs, option: str, role: UsedRole) -> None:
    if role.repository.workflow:
        problem = "is the one workflow whose jobs get in; write the jobs in there"
        raise inputs.wrong(
            f"{option} with reusable_workflow", role.repository.workflow, problem
        )


def _head(branch: str) -> str:
    return f"""\
# Made by GitHubOidcRole.workflow(). Change it there and make it again.
name: Deploy

on:
  push:
    branches: [{_quoted(branch)}]
  pull_request:
    branches: [{_quoted(branch)}]

permissions: {{}}

jobs:"""


def _synth(options: Options) -> str:
    """The code of the repository and of all it needs runs without permissions."""
    return f"""\
  synth:
    name: Synthesize
    runs-on: {_quoted(options.runs_on)}
    timeout-minutes: 30
    permissions:
      contents: read
    steps:
      - uses: {_CHECKOUT}
        with:
          persist-credentials: false
      - uses: {_PYTHON}
        with:
          python-version: {_quoted(options.python_version)}
{_node()}
      - run: pip install -r requirements.txt
      - run: npx --yes aws-cdk@{options.cdk_version} synth --quiet
      # A plain upload would lose which files can be executed.
      - run: tar --create --gzip --file cdk.out.tgz cdk.out
      - uses: {_UPLOAD}
        with:
          name: cdk.out
          path: cdk.out.tgz
          if-no-files-found: error
          retention-days: 7
"""


def _diff(role: UsedRole, options: Options) -> str:
    return f"""\
  diff:
    name: Show what would change
    needs: synth
    # Pull requests from forks get no token for AWS.
    if: >-
      github.event_name == 'pull_request' &&
      github.event.pull_request.head.repo.full_name == github.repository
    runs-on: {_quoted(options.runs_on)}
    timeout-minutes: 30
    permissions:
      id-token: write
      pull-requests: write
    steps:
{_signed_in(role, "AWS_DIFF_ROLE", options)}
      - run: >-
          npx --yes aws-cdk@{options.cdk_version} diff --app cdk.out --method template
          --no-color {shlex.quote(options.stacks)} > diff.txt 2>&1
          || {{ cat diff.txt; exit 1; }}
      - name: Comment on the pull request
        run: |
          {{
            echo '### What a deployment would change'
            echo
            sed 's/^/    /' diff.txt | head --bytes=60000
          }} > comment.md
          gh pr comment "$PULL_REQUEST" --repo "$GITHUB_REPOSITORY" \\
            --edit-last --create-if-none --body-file comment.md
        env:
          GH_TOKEN: {_expression("github.token")}
          PULL_REQUEST: {_expression("github.event.number")}
"""


def _deploy(role: UsedRole, subject: GitHubSubject, options: Options) -> str:
    environment = ""
    if subject.kind == "environment":
        environment = f"    environment: {_quoted(subject.name)}\n"
    return f"""\
  deploy:
    name: Deploy
    needs: synth
    if: github.event_name == 'push'
{environment}\
    runs-on: {_quoted(options.runs_on)}
    timeout-minutes: 60
    concurrency:
      group: deploy
      cancel-in-progress: false
    permissions:
      id-token: write
    steps:
{_signed_in(role, "AWS_DEPLOY_ROLE", options)}
      - run: >-
          npx --yes aws-cdk@{options.cdk_version} deploy --app cdk.out
          --require-approval never {shlex.quote(options.stacks)}
"""


def _node() -> str:
    return f"""\
      - uses: {_NODE}
        with:
          node-version: "24\""""


def _signed_in(role: UsedRole, variable: str, options: Options) -> str:
    """Return the steps after which there is something to do, and a role to do it."""
    asked = role.audience or audience_of(options.region)
    # The action asks for the usual one by itself.
    usual = asked == audience_of("us-east-1")
    audience = "" if usual else f"\n          audience: {_quoted(asked)}"
    return f"""\
{_node()}
      - uses: {_DOWNLOAD}
        with:
          name: cdk.out
      - run: tar --extract --gzip --file cdk.out.tgz
      - uses: {_SIGN_IN}
        with:
          role-to-assume: {_quoted(role.arn(options.region, variable))}
          aws-region: {_quoted(options.region)}{audience}"""


def _quoted(value: str) -> str:
    """Return *value* as YAML, where text in JSON's quotes is what it says."""
    return json.dumps(value)


def _expression(name: str) -> str:
    return f"${{{{ {name} }}}}"
