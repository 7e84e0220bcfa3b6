"""Tests for what GitHubOidcRole refuses, before it makes anything."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_iam as iam

from secure_constructs import GitHubOidcRole, GitHubProvider, GitHubSubject
from tests.support.ids import plain
from tests.support.synth import new_app, template_of

branch, tag = GitHubSubject.branch, GitHubSubject.tag
environment, below = GitHubSubject.environment, GitHubSubject.branches_below
SERVER = GitHubProvider.existing(issuer="github.example.com/_services/token")
NO_IDS = {"owner_id": None, "repository_id": None}
WORKFLOW = "myorg/ci/.github/workflows/deploy.yml"
SHA = 40 * "a"


def role(scope: Any, name: str = "Deploy", **options: Any) -> GitHubOidcRole:
    """Return a role for one branch of one repository, unless *options* differ."""
    given = {
        "repository": "myorg/myrepo",
        "owner_id": "123456",
        "repository_id": "7891011",
        "subjects": [branch("main")],
    }
    return GitHubOidcRole(scope, name, **{**given, **options})


def subjects(*found: GitHubSubject) -> dict[str, Any]:
    """Return the option for these subjects."""
    return {"subjects": list(found)}


def issuer(name: Any) -> dict[str, Any]:
    """Return the option for an existing provider of an issuer."""
    return {"provider": GitHubProvider.existing(issuer=name)}


def audience(name: Any) -> dict[str, Any]:
    """Return the option for an existing provider with an audience."""
    return {"provider": GitHubProvider.existing(audience=name)}


# What is passed, the kind of error, and what its message has to tell.
REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    **{
        f"the repository {name!r}": (
            {"repository": name},
            ValueError,
            "repository='.*' is no repository; write owner/name .*'myorg/myrepo'",
        )
        for name in (
            "",
            "myrepo",
            "/",
            "myorg/",
            "/myrepo",
            "myorg/myrepo/x",
            "https://github.com/myorg/myrepo",
            "myorg/*",
            "*/myrepo",
            "my*/myrepo",
            "myorg/my?epo",
            "myorg/my repo",
            "myorg/myrepo\n",
            "myorg\n/myrepo",
            "myorg@1/myrepo",
            "myorg/myrepo@2",
            "myorg/my:repo",
            "myorg/..",
            "myorg/.",
            f"{40 * 'a'}/myrepo",
            f"myorg/{101 * 'a'}",
            "myörg/myrepo",
            "myorg/${aws:username}",
        )
    },
    "a repository that is no text": (
        {"repository": 1},
        TypeError,
        "repository=1 is no text",
    ),
    **{
        f"the id {value!r}": (
            {"owner_id": value},
            ValueError,
            "owner_id='.*' is no id; GitHub's ids are numbers",
        )
        for value in ("", "12a", "*", "-1", "012", "0", "1 ", "1\n", "١٢", "1.5", "?")
    },
    "a repository id that is no number": (
        {"repository_id": "myrepo"},
        ValueError,
        "repository_id='myrepo' is no id",
    ),
    "an id that is no text": (
        {"repository_id": 7},
        TypeError,
        "repository_id=7 is no text; write '7'",
    ),
    "only the owner's id": (
        {"repository_id": None},
        ValueError,
        "repository_id=None is missing; .*both ids.*gh api.*classic_subject=True",
    ),
    "only the repository's id": (
        {"owner_id": None},
        ValueError,
        "owner_id=None is missing; .*both ids.*gh api.*classic_subject=True",
    ),
    "no ids": (NO_IDS, ValueError, "owner_id=None is missing; "),
    "the classic subject, and ids": (
        {"classic_subject": True},
        ValueError,
        "classic_subject=True is for .*owner_id and repository_id is given; leave one",
    ),
    "the classic subject, and half of the ids": (
        {"classic_subject": True, "owner_id": None},
        ValueError,
        "classic_subject=True is for repositories.* repository_id is given",
    ),
    "no flag": (
        {**NO_IDS, "classic_subject": "yes"},
        TypeError,
        "classic_subject='yes' is neither True nor False",
    ),
    "no subject": (
        subjects(),
        ValueError,
        "subjects=.* lets nobody in; name at least one",
    ),
    "a subject that is text": (
        {"subjects": ["main"]},
        TypeError,
        r"subjects\[0\]='main' is no GitHubSubject",
    ),
    "one subject that is no list": (
        {"subjects": branch("main")},
        TypeError,
        "subjects=GitHubSubject.branch.'main'. is no list of GitHubSubject",
    ),
    "a subject twice": (
        subjects(branch("main"), tag("v1"), branch("main")),
        ValueError,
        r"subjects\[2\]=GitHubSubject.branch\('main'\) is there twice",
    ),
    "a subject of no kind": (
        subjects(GitHubSubject("everything", "x")),  # type: ignore[arg-type]
        ValueError,
        r"subjects\[0\]=.* is of no known kind; use one of branch, ",
    ),
    "a branch that is no text": (
        subjects(branch(None)),  # type: ignore[arg-type]
        ValueError,
        "has a name that is no text",
    ),
    **{
        f"the branch {name!r}": (subjects(branch(name)), ValueError, problem)
        for name, problem in {
            "": "is empty",
            "*": r"has the wildcard \* in it; .*branches_below\('release/'\)",
            "release/*": "has the wildcard",
            "mai?": r"has the wildcard \? in it",
            "refs/heads/main": "is a whole ref; write the branch's name",
            "a b": "is no name that git takes",
            "a..b": "is no name that git takes",
            "a~b": "is no name that git takes",
            "a^b": "is no name that git takes",
            "a:b": "is no name that git takes",
            "a[b": "is no name that git takes",
            "a\\b": "is no name that git takes",
            "a@{b": "is no name that git takes",
            "a//b": "is no name that git takes",
            "/a": "is no name that git takes",
            "a/": "is no name that git takes",
            "a.": "is no name that git takes",
            "a.lock": "is no name that git takes",
            "a.lock/b": "is no name that git takes",
            "a/.b": "is no name that git takes",
            "-a": "is no name that git takes",
            "a\n": "has a character that IAM policies cannot hold",
            "\x85": "has a character that IAM policies cannot hold",
            "ветка": "has a character that IAM policies cannot hold",
            "${aws:username}": r"has \$\{ in it, which IAM takes for a variable",
            256 * "a": "is longer than 255 characters",
        }.items()
    },
    **{
        f"the tag {name!r}": (subjects(tag(name)), ValueError, problem)
        for name, problem in {
            "v*": r"has the wildcard \* in it; name each tag, or let an environment's",
            "refs/tags/v1": "is a whole ref; write the tag's name",
            "v:1": "is no name that git takes",
        }.items()
    },
    **{
        f"the environment {name!r}": (subjects(environment(name)), ValueError, problem)
        for name, problem in {
            "": "is empty",
            "Production:V1": "has : in it: GitHub writes ':' as '%3A'.*rename the env",
            "Production%3AV1": "has % in it: .*unprotected environment with the same",
            "prod*": r"has the wildcard \* in it; name each environment",
            "prod?": r"has the wildcard \? in it",
            " prod": "has white space around it",
            "prod\t": "has a character that IAM policies cannot hold",
            "生产": "has a character that IAM policies cannot hold",
            "a${b": r"has \$\{ in it",
        }.items()
    },
    **{
        f"the folder {name!r}": (subjects(below(name)), ValueError, problem)
        for name, problem in {
            "": "is empty",
            "/": "is every branch; name a folder",
            "release": "is no folder; end it with /",
            "release/*": "has the wildcard",
            "*/": "has the wildcard",
            "rel?ase/": "has the wildcard",
            "refs/heads/": "is a whole ref; write",
            "release//": "is no name that git takes",
            "/release/": "is no name that git takes",
            "a:b/": "is no name that git takes",
        }.items()
    },
    "an environment with the branch of a pattern": (
        subjects(environment("prod", branch="release/*")),
        ValueError,
        r"environment\('prod', branch='release/\*'\) has the wildcard",
    ),
    "a branch with a branch": (
        subjects(GitHubSubject("branch", "main", "main")),
        ValueError,
        "has a branch besides its name; only environments take one",
    ),
    **{
        f"the reusable workflow {name!r}": (
            {"reusable_workflow": name},
            ValueError,
            f"reusable_workflow=.* {problem}.*; write 'owner/name/.github/workflows/",
        )
        for name, problem in {
            "": "is empty",
            WORKFLOW: "is no reusable workflow",
            f"{WORKFLOW}@": "is no reusable workflow",
            f"{WORKFLOW}@main": "is no reusable workflow",
            f"{WORKFLOW}@{39 * 'a'}": "is no reusable workflow",
            f"{WORKFLOW}@refs/heads/": "is no ",
            f"{WORKFLOW}@refs/tags/v*": r"has the wildcard \*",
            f"{WORKFLOW}@*": r"has the wildcard \*",
            f"{WORKFLOW}@refs/heads/a..b": "is no name that git takes",
            f"myorg/ci/deploy.yml@{SHA}": "is no reusable workflow",
            f"./.github/workflows/deploy.yml@{SHA}": "is no reusable workflow",
            f"{WORKFLOW}@{SHA}\n": "has a character that IAM policies cannot hold",
        }.items()
    },
    "a reusable workflow that is no text": (
        {"reusable_workflow": 1},
        TypeError,
        "reusable_workflow=1 is no text",
    ),
    **{
        f"the issuer {name!r}": (
            issuer(name),
            ValueError,
            r"provider=GitHubProvider.existing\(.*\) has no issuer of GitHub; write",
        )
        for name in (
            "http://token.actions.githubusercontent.com",
            "https://github.com",
            "https://token.actions.githubusercontent.com.evil.com",
            "token.actions.githubusercontent.com/a/b",
            "token.actions.githubusercontent.com/*",
            "token.actions.githubusercontent.com:443",
            "token.actions.evil.com",
            "token.actions.*.ghe.com",
            "*/_services/token",
            "github.example.com:8443/_services/token",
            "localhost/_services/token",
            "github.example.com/_services",
            "accounts.google.com",
            "https://",
        )
    },
    "an issuer that is no text": (
        issuer(1),
        TypeError,
        "has an issuer that is no plain text",
    ),
    "a provider that is an ARN": (
        {"provider": "arn:aws:iam::111122223333:oidc-provider/x"},
        TypeError,
        "provider='.*' is neither GitHubProvider.existing",
    ),
    "no provider at all": (
        {"provider": None},
        TypeError,
        "provider=None is neither",
    ),
    "the audience of everybody": (
        audience("*"),
        ValueError,
        r"audience='\*'\) has an audience that has the wildcard \* in it; leave it out",
    ),
    "an empty audience": (audience(""), ValueError, "has an audience that is empty"),
    "an audience of two words": (
        audience("a b"),
        ValueError,
        "has an audience that has white space in it",
    ),
    "an audience that is no text": (
        audience(1),
        TypeError,
        "has an audience that is no text",
    ),
    "ids of a server": (
        {"provider": SERVER},
        ValueError,
        "owner_id='123456' is for GitHub.com; .*leave owner_id and repository_id out",
    ),
    "one id of a server": (
        {"provider": SERVER, "owner_id": None},
        ValueError,
        "repository_id='7891011' is for GitHub.com",
    ),
    "the branch of an environment of a server": (
        {
            **NO_IDS,
            "provider": SERVER,
            "subjects": [environment("prod", branch="main")],
        },
        ValueError,
        "has a branch, which AWS does not read from GitHub Enterprise Server",
    ),
    "a reusable workflow of a server": (
        {**NO_IDS, "provider": SERVER, "reusable_workflow": f"{WORKFLOW}@{SHA}"},
        ValueError,
        "reusable_workflow=.* is not read by AWS from GitHub Enterprise Server",
    ),
    **{
        f"the role name {name!r}": (
            {"role_name": name},
            ValueError,
            "role_name='.*' is no name of a role: 1 to 64",
        )
        for name in ("", "a b", "a/b", 65 * "a", "a\n", "ä")
    },
    "a role name that is no text": ({"role_name": 1}, TypeError, "role_name=1 is no t"),
    **{
        f"the path {path!r}": ({"path": path}, ValueError, "path=.* is no path; begin")
        for path in ("", "ci", "/ci", "ci/", "/c i/", "/ci/\n", f"/{511 * 'a'}/")
    },
    "a path that is no text": ({"path": 1}, TypeError, "path=1 is no text"),
    "a long description": (
        {"description": 1001 * "a"},
        ValueError,
        "description=.* is no description that IAM takes: up to 1000",
    ),
    "a description that IAM does not take": (
        {"description": "→"},
        ValueError,
        "description='→' is no description",
    ),
    "a description that is no text": (
        {"description": 1},
        TypeError,
        "description=1 is no text",
    ),
    **{
        f"sessions of {minutes} minutes": (
            {"max_session_duration": cdk.Duration.minutes(minutes)},
            ValueError,
            f"max_session_duration='{minutes} minutes' is not 1 to 12 hours",
        )
        for minutes in (0, 59, 721)
    },
    "sessions of so many seconds": (
        {"max_session_duration": 3600},
        TypeError,
        "max_session_duration=3600 is no Duration",
    ),
    "a boundary that is an ARN": (
        {"permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess"},
        TypeError,
        "permissions_boundary=.* is no managed policy; pass one, such as",
    ),
}


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "kind", "message"), REFUSED.values(), ids=REFUSED
    )
    def test_fails_on(self, stack, options, kind, message):
        """The error names construct, option and value, and says the way out."""
        with pytest.raises(
            kind, match=f"(?s)^GitHubOidcRole 'Stack/Deploy': .*{message}"
        ):
            role(stack, **options)

        assert [] == stack.node.children

    @pytest.mark.parametrize("make", [cdk.Duration.seconds, cdk.Duration.millis])
    def test_fails_on_a_session_known_only_later(self, stack, make):
        """The range cannot be kept with a number that the deployment decides."""
        number = cdk.CfnParameter(stack, "Seconds", type="Number").value_as_number

        with pytest.raises(
            ValueError, match="max_session_duration='a token' is only k"
        ):
            role(stack, max_session_duration=make(number))

    def test_fails_outside_of_a_stack(self, app):
        """A role is in a stack."""
        with pytest.raises(ValueError, match="scope='' is in no stack"):
            role(app)

    def test_fails_on_a_pattern_known_only_later(self, stack):
        """What the deployment puts into a pattern could be a wildcard."""
        folder = cdk.CfnParameter(stack, "Folder").value_as_string

        with pytest.raises(ValueError, match="a value that only the deployment knows"):
            role(stack, subjects=[below(f"{folder}/")])

    def test_fails_on_a_repository_that_cannot_be_split(self, stack):
        """Owner and name stand apart in the subject with ids."""
        whole = cdk.CfnParameter(stack, "Repository").value_as_string

        with pytest.raises(ValueError, match="is no repository; write owner/name"):
            role(stack, repository=whole)


class TestAccepted:
    """What looks unusual, and is right."""

    @pytest.mark.parametrize(
        "options",
        [
            {"repository": "my-org_shortcode/my.repo_1-x"},
            {"repository": "1/..."},
            {"subjects": [branch("feature/a.b_c-d@e%20#1$x")]},
            {"subjects": [branch("größe")]},
            {"subjects": [environment("Production West (1)")]},
            {"subjects": [tag("v1.0"), branch("v1.0"), environment("v1.0")]},
            {"subjects": (branch("main"), GitHubSubject.pull_request())},
            {"subjects": [environment("a"), environment("a", branch="main")]},
            {"reusable_workflow": f"{WORKFLOW}@refs/tags/v1"},
            {"reusable_workflow": f"{WORKFLOW}@refs/heads/main"},
            {"reusable_workflow": f"my-org/.github/.github/workflows/a.yaml@{SHA}"},
            {"path": "/"},
            {"path": "/ci/github/"},
            {"role_name": "a+=,.@_-1"},
            {"description": "Größe: 1\n2"},
            {"max_session_duration": cdk.Duration.hours(12)},
            {"max_session_duration": cdk.Duration.minutes(60)},
            {**NO_IDS, "classic_subject": True},
            {**NO_IDS, "provider": SERVER},
            {**NO_IDS, "provider": SERVER, "classic_subject": True},
        ],
        ids=plain,
    )
    def test_takes(self, stack, options):
        """The role is made."""
        assert role(stack, **options).role

    def test_takes_values_known_only_later(self, stack):
        """The parts of names and the ids may be parameters."""
        value = {
            name: cdk.CfnParameter(stack, name).value_as_string
            for name in (
                "Owner",
                "Repo",
                "OwnerId",
                "RepoId",
                "Branch",
                "Name",
                "Path",
                "Text",
                "Commit",
            )
        }
        made = role(
            stack,
            repository=f"{value['Owner']}/{value['Repo']}",
            owner_id=value["OwnerId"],
            repository_id=value["RepoId"],
            subjects=[environment("prod", branch=value["Branch"])],
            role_name=value["Name"],
            path=value["Path"],
            description=value["Text"],
            reusable_workflow=f"{WORKFLOW}@{value['Commit']}",
        )
        made.grant_cdk_deploy(qualifier=value["Name"], regions=[value["Text"]])

        assert "repo:" in str(template_of(stack))


class TestAddedRepository:
    def test_fails_on_one_that_is_in_already(self, stack):
        """All subjects of a repository stand in one place."""
        with pytest.raises(ValueError, match="repository='myorg/myrepo' is in already"):
            role(stack).add_repository(
                "myorg/myrepo",
                owner_id="123456",
                repository_id="7891011",
                subjects=[branch("other")],
            )

    def test_is_checked_as_the_first(self, stack):
        """The error names the role."""
        with pytest.raises(
            ValueError, match="'Stack/Deploy': owner_id=None is missing"
        ):
            role(stack).add_repository("myorg/other", subjects=[branch("main")])


class TestBootstrap:
    """What `grant_cdk_deploy()` and `grant_cdk_diff()` refuse."""

    @pytest.mark.parametrize("grant", ["grant_cdk_deploy", "grant_cdk_diff"])
    @pytest.mark.parametrize(
        ("options", "kind", "message"),
        [
            ({"qualifier": "*"}, ValueError, r"qualifier='\*' is no qualifier"),
            ({"qualifier": ""}, ValueError, "qualifier='' is no qualifier"),
            ({"qualifier": 11 * "a"}, ValueError, "1 to 10 letters"),
            ({"qualifier": "a\n"}, ValueError, "is no qualifier"),
            ({"qualifier": 1}, TypeError, "qualifier=1 is no text"),
            ({"regions": []}, ValueError, "names no region; leave it out"),
            ({"regions": ["*"]}, ValueError, r"regions\[0\]='\*' is no region; write"),
            ({"regions": ["eu-*"]}, ValueError, "is no region"),
            ({"regions": ["eu-west-1", ""]}, ValueError, r"regions\[1\]='' is no re"),
            ({"regions": "eu-west-1"}, TypeError, "is no list of str"),
            ({"regions": [1]}, TypeError, r"regions\[0\]=1 is no str"),
            (
                {"regions": ["eu-west-1", "eu-west-1"]},
                ValueError,
                r"regions\[1\]='eu-west-1' is there twice",
            ),
        ],
        ids=plain,
    )
    def test_fails_on(self, stack, grant, options, kind, message):
        """Every role is named; nothing was granted then."""
        made = role(stack)

        with pytest.raises(kind, match=f"^GitHubOidcRole 'Stack/Deploy': .*{message}"):
            getattr(made, grant)(**options)

        assert ["Resource"] == [child.node.id for child in made.role.node.children]


class TestStatements:
    """What `add_to_policy()` refuses (IAM-05)."""

    @pytest.mark.parametrize(
        ("statement", "shown"),
        [
            ({"actions": ["*"], "resources": ["arn:aws:s3:::site"]}, "'*'"),
            ({"actions": ["s3:*"], "resources": ["arn:aws:s3:::site"]}, "'s3:*'"),
            ({"actions": ["s3:GetObject"], "resources": ["a?"]}, "'a?'"),
            ({"actions": ["s3:GetObject"], "resources": ["*"]}, "'*'"),
            (
                {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::*"]},
                "'arn:aws:s3:::*'",
            ),
            (
                {
                    "actions": ["sts:AssumeRole"],
                    "resources": ["arn:aws:iam::111122223333:role/cdk-*"],
                },
                "'arn:aws:iam::111122223333:role/cdk-*'",
            ),
            ({"not_actions": ["iam:*"], "resources": ["a"]}, "every action but some"),
        ],
        ids=plain,
    )
    def test_fails_on(self, stack, statement, shown):
        """The error says what is not named, and where it can go instead."""
        made = role(stack)

        with pytest.raises(ValueError, match="is not named .IAM-05.; name") as error:
            made.add_to_policy(iam.PolicyStatement(**statement))

        assert f"statement={shown}" in str(error.value).replace("'every", "every")
        assert ["Resource"] == [child.node.id for child in made.role.node.children]

    def test_fails_on_what_is_no_statement(self, stack):
        """A policy written as a dict is not read."""
        with pytest.raises(TypeError, match="statement={.*} is no iam.PolicyStatement"):
            role(stack).add_to_policy({"Effect": "Allow"})  # type: ignore[arg-type]


class TestProviders:
    """One stack makes the provider of an account (IAM-03)."""

    ONE = cdk.Environment(account="111122223333", region="eu-west-1")
    SAME = cdk.Environment(account="111122223333", region="us-east-1")
    OTHER = cdk.Environment(account="444455556666", region="eu-west-1")

    def create(self, scope: Any, **options: Any) -> GitHubOidcRole:
        """Return a role whose stack makes the provider."""
        return role(scope, provider=GitHubProvider.create(**options))

    @pytest.mark.parametrize(
        ("first", "second"), [(ONE, ONE), (ONE, SAME), (None, None)], ids=str
    )
    def test_fails_on_a_second(self, first, second):
        """The error says which stack makes it, and makes nothing."""
        app = new_app()
        self.create(cdk.Stack(app, "First", env=first))
        stack = cdk.Stack(app, "Second", env=second)

        with pytest.raises(
            ValueError,
            match="'Second/Deploy': provider=.*create.* makes a second provider of "
            "token.actions.githubusercontent.com in one account, where 'First' makes",
        ):
            self.create(stack)

        assert [] == stack.node.children

    def test_fails_on_a_second_in_the_same_stack(self, stack):
        """Also two roles of one stack have one provider."""
        self.create(stack)

        with pytest.raises(ValueError, match="where 'Stack' makes it already; use"):
            role(stack, "Other", provider=GitHubProvider.create())

    def test_fails_on_a_second_in_a_nested_stack(self, stack):
        """A nested stack makes it in the stack around it."""
        self.create(cdk.NestedStack(stack, "Nested"))

        with pytest.raises(ValueError, match="where 'Stack' makes it already"):
            self.create(cdk.NestedStack(stack, "Other"))

    def test_fails_on_a_second_in_another_stage(self):
        """Two stages may be of one account."""
        app = new_app()
        self.create(cdk.Stack(cdk.Stage(app, "Test", env=self.ONE), "Ci"))

        with pytest.raises(ValueError, match="where 'Test/Ci' makes it already"):
            self.create(cdk.Stack(cdk.Stage(app, "Prod", env=self.SAME), "Ci"))

    def test_takes_one_for_each_account(self):
        """Two accounts have one each."""
        app = new_app()
        for name, env in (("One", self.ONE), ("Other", self.OTHER)):
            assert self.create(cdk.Stack(app, name, env=env)).role

    def test_takes_one_for_each_stage_of_unknown_account(self):
        """Stages that are deployed anywhere may go to different accounts."""
        app = new_app()
        for name in ("Test", "Prod"):
            assert self.create(cdk.Stack(cdk.Stage(app, name), "Ci")).role

    def test_takes_an_unknown_account_beside_a_known_one(self):
        """Nobody knows that they are the same."""
        app = new_app()
        self.create(cdk.Stack(app, "Known", env=self.ONE))

        assert self.create(cdk.Stack(app, "Unknown")).role

    def test_takes_one_for_each_issuer(self, stack):
        """An enterprise's own issuer has a provider of its own."""
        self.create(stack)
        made = role(
            stack,
            "Other",
            provider=GitHubProvider.create(
                issuer="token.actions.githubusercontent.com/octo"
            ),
        )

        assert made.role

    def test_a_failed_role_makes_no_provider(self, stack):
        """After an error another role can make it."""
        with pytest.raises(ValueError, match="lets nobody in"):
            role(stack, subjects=[], provider=GitHubProvider.create())

        assert self.create(stack).role
