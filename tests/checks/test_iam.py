"""Tests for `secure_constructs.checks.iam`: whom the trust of a role lets in."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Rule, Template, iam
from tests.support.unknowable import INTRINSICS, unknowable

GITHUB = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"
MAIN = "repo:myorg/myrepo:ref:refs/heads/main"
OURS = {"SecureConstructs": {"Construct": "GitHubOidcRole", "Tier": "production"}}
ANY_REPOSITORY = "jobs of repositories that it does not name may assume it"
ANY_JOB = "jobs on branches that it does not name may assume it"
ANY_AUDIENCE = "it takes tokens of any audience"


def statement(condition: Any = None, **changes: Any) -> dict[str, Any]:
    """Return a statement that trusts GitHub on that condition."""
    return {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition or {},
        **changes,
    }


def keys(issuer: str = GITHUB, **claims: Any) -> dict[str, Any]:
    """Return claims under the names that AWS gives them."""
    return {f"{issuer}:{name}": value for name, value in claims.items()}


def equals(**claims: Any) -> dict[str, Any]:
    """Return the condition that claims are exactly that."""
    return {"StringEquals": keys(**claims)}


def like(**claims: Any) -> dict[str, Any]:
    """Return the condition that claims match that, for the right audience."""
    return {"StringEquals": keys(aud="sts.amazonaws.com"), "StringLike": keys(**claims)}


def problems(
    rule: Rule, *statements: Any, metadata: Any = None, more: Any = None
) -> list[str]:
    """Return what *rule* finds at a role that trusts by *statements*."""
    role = {
        "Type": "AWS::IAM::Role",
        "Metadata": metadata or {},
        "Properties": {"AssumeRolePolicyDocument": {"Statement": list(statements)}},
    }
    template = Template({"Resources": {"Role": role, **(more or {})}})
    return [each.problem for each in rule.breaches(template.resources["Role"])]


class TestAudience:
    def found(self, *statements: Any, **more: Any) -> list[str]:
        """Return what IAM-01 finds."""
        return problems(iam.audience_pinned, *statements, **more)

    @pytest.mark.parametrize(
        "operator",
        [
            "StringEquals",
            "StringLike",
            "StringEqualsIgnoreCase",
            "ForAnyValue:StringEquals",
        ],
    )
    @pytest.mark.parametrize("aud", ["sts.amazonaws.com", ["sts.amazonaws.com", "b"]])
    def test_is_pinned(self, operator, aud):
        """Operators that fail without the claim pin it."""
        assert [] == self.found(statement({operator: keys(aud=aud)}))

    @pytest.mark.parametrize(
        "condition",
        [
            {},
            equals(sub=MAIN),
            {"StringLike": keys(aud="*")},
            {"StringLike": keys(aud="sts.*")},
            {"StringLike": keys(aud=["sts.amazonaws.com", "s?s.amazonaws.com"])},
            {"StringEqualsIfExists": keys(aud="sts.amazonaws.com")},
            {"ForAllValues:StringEquals": keys(aud="sts.amazonaws.com")},
            {"ForAllValues:StringLike": keys(aud="sts.amazonaws.com")},
            {"StringNotEquals": keys(aud="sts.amazonaws.com")},
            {"Null": keys(aud="false")},
            {"StringEquals": {"accounts.google.com:aud": "sts.amazonaws.com"}},
            {"StringEquals": {"aud": "sts.amazonaws.com"}},
        ],
        ids=str,
    )
    def test_is_not_pinned(self, condition):
        """Absent, with a wildcard, or by an operator that lets the absent through."""
        assert [ANY_AUDIENCE] == self.found(statement(condition))

    def test_is_pinned_in_each_statement(self):
        """One statement without is enough to get in."""
        good = statement(equals(aud="sts.amazonaws.com"))

        assert [ANY_AUDIENCE] == self.found(good, statement(equals(sub=MAIN)))

    def test_keys_may_be_spelled_in_any_case(self):
        """AWS does not tell the case of condition keys apart."""
        key = f"{GITHUB.upper()}:AUD"

        assert [] == self.found(statement({"StringEquals": {key: "sts.amazonaws.com"}}))

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """An audience, a condition, or an effect that is not known may be right."""
        for each in (
            statement(equals(aud=unknown)),
            statement(equals(aud=["sts.amazonaws.com", unknown])),
            statement({"StringEquals": unknown}),
            statement(unknown),
            statement({}, Effect=unknown),
            statement({}, Action=unknown),
            unknown,
        ):
            assert [] == self.found(each)


class TestJobs:
    def found(self, *statements: Any, **more: Any) -> list[str]:
        """Return what IAM-02 finds."""
        return problems(iam.jobs_named, *statements, **more)

    @pytest.mark.parametrize(
        "sub",
        [
            MAIN,
            "repo:myorg@123/myrepo@456:ref:refs/heads/main",
            "repo:myorg/myrepo:ref:refs/tags/v1",
            "repo:myorg/myrepo:environment:production",
            "repo:myorg/myrepo:pull_request",
            "repo:myorg/myrepo:environment:prod:job_workflow_ref:a/b/c.yml@main",
            "repository:myorg/myrepo:ref:refs/heads/main",
            "repository_id:456:environment:production",
            [MAIN, "repo:myorg/other:environment:production"],
        ],
        ids=str,
    )
    @pytest.mark.parametrize("operator", ["StringEquals", "StringLike"])
    def test_are_named(self, operator, sub):
        """Repository and branch, tag, environment or pull request are written out."""
        assert [] == self.found(statement({operator: keys(sub=sub)}))

    @pytest.mark.parametrize(
        "sub",
        [
            "repo:myorg/myrepo:ref:refs/heads/release/*",
            "repo:myorg/myrepo:ref:refs/heads/release/?*",
            "repo:myorg/myrepo:ref:refs/heads/release/v*",
            "repo:myorg/myrepo:ref:refs/tags/app/*",
        ],
    )
    def test_are_named_by_a_folder(self, sub):
        """A pattern below a folder of branches is what our own writes."""
        assert [] == self.found(statement(like(sub=sub)))

    @pytest.mark.parametrize(
        ("sub", "expected"),
        [
            ("*", [ANY_REPOSITORY, ANY_JOB]),
            ("repo:*", [ANY_REPOSITORY, ANY_JOB]),
            ("repo:myorg/*", [ANY_REPOSITORY, ANY_JOB]),
            ("repo:myorg*/myrepo:*", [ANY_REPOSITORY, ANY_JOB]),
            ("repo:myorg/myrepo*", [ANY_REPOSITORY, ANY_JOB]),
            ("repo:myorg*/myrepo*:ref:refs/heads/main", [ANY_REPOSITORY, ANY_JOB]),
            ("repo:myorg/myrepo:*", [ANY_JOB]),
            ("repo:myorg/myrepo:ref:*", [ANY_JOB]),
            ("repo:myorg/myrepo:ref:refs/heads/*", [ANY_JOB]),
            ("repo:myorg/myrepo:ref:refs/heads/main*", [ANY_JOB]),
            ("repo:myorg/myrepo:ref:refs/heads/mai?", [ANY_JOB]),
            ("repo:myorg/myrepo:ref:refs/tags/v*", [ANY_JOB]),
            ("repo:myorg/myrepo:environment:prod*", [ANY_JOB]),
            ("repo:myorg/myrepo:environment:a/*", [ANY_JOB]),
            ([MAIN, "repo:myorg/*"], [ANY_REPOSITORY, ANY_JOB]),
            ([MAIN, "repo:myorg/myrepo:*"], [ANY_JOB]),
        ],
        ids=str,
    )
    def test_are_not_named_by_patterns(self, sub, expected):
        """A wildcard reaches across slashes and colons, and to what begins alike."""
        assert expected == self.found(statement(like(sub=sub)))

    @pytest.mark.parametrize(
        ("sub", "expected"),
        [
            ("repo:myorg/myrepo", [ANY_JOB]),
            ("repo:myorg@1/myrepo@2", [ANY_JOB]),
            ("repository_owner:myorg", [ANY_REPOSITORY, ANY_JOB]),
            ("environment:prod:repository_owner:myorg", [ANY_REPOSITORY, ANY_JOB]),
            ("job_workflow_ref:a/b/c.yml@main", [ANY_REPOSITORY, ANY_JOB]),
            ("myorg/myrepo", [ANY_REPOSITORY, ANY_JOB]),
            ("", [ANY_REPOSITORY, ANY_JOB]),
        ],
    )
    def test_are_not_named_by_what_is_left_out(self, sub, expected):
        """An exact subject is for everything that it does not say."""
        assert expected == self.found(statement(equals(sub=sub)))

    @pytest.mark.parametrize(
        "condition",
        [
            {},
            equals(aud="sts.amazonaws.com"),
            {"StringEqualsIfExists": keys(sub=MAIN)},
            {"ForAllValues:StringEquals": keys(sub=MAIN)},
            {"ForAllValues:StringLike": keys(sub=MAIN)},
            {"StringNotEquals": keys(sub=MAIN)},
            equals(repository_owner="myorg"),
            equals(repository_owner_id="1", actor="me", workflow="Deploy"),
        ],
        ids=str,
    )
    def test_are_not_named_without_a_subject(self, condition):
        """Absent, or by an operator that lets the absent through."""
        assert [ANY_REPOSITORY, ANY_JOB] == self.found(statement(condition))

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            (equals(repository="myorg/myrepo", ref="refs/heads/main"), []),
            (equals(repository_id="1", environment="prod"), []),
            (equals(repository_id="1", job_workflow_ref="a/b/c.yml@main"), []),
            (equals(repository_id="1"), [ANY_JOB]),
            (equals(job_workflow_ref="a/b/c.yml@main"), [ANY_REPOSITORY]),
            (equals(ref="refs/heads/main"), [ANY_REPOSITORY]),
            (like(repository="myorg/*", ref="refs/heads/main"), [ANY_REPOSITORY]),
            (like(repository="myorg/myrepo", ref="refs/heads/*"), [ANY_JOB]),
            ({**like(sub="repo:myorg/myrepo:*"), **equals(ref="refs/heads/main")}, []),
            ({**like(sub="repo:*"), "StringEquals": keys(sub=MAIN)}, []),
        ],
        ids=str,
    )
    def test_may_be_named_by_other_claims(self, condition, expected):
        """What one claim leaves open another one may close."""
        assert expected == self.found(statement(condition))

    def test_a_star_that_is_no_wildcard_lets_nobody_in(self):
        """Compared exactly, no token has it."""
        assert [] == self.found(statement(equals(sub="repo:myorg/*")))

    def test_are_named_in_each_statement(self):
        """One statement without is enough to get in."""
        open_ = statement(equals(aud="sts.amazonaws.com"))

        assert [ANY_REPOSITORY, ANY_JOB] == self.found(
            statement(equals(sub=MAIN)), open_
        )

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """A subject that is not known may be right."""
        written = {"Fn::Join": ["", ["repo:", unknown, ":ref:refs/heads/main"]]}
        for sub in (
            unknown,
            [MAIN, unknown],
            written,
            "repo:${Owner}/${Name}:${Where}",
        ):
            for operator in ("StringEquals", "StringLike"):
                assert [] == self.found(statement({operator: keys(sub=sub)}))

    @pytest.mark.parametrize(
        ("sub", "expected"),
        [
            ({"Fn::Sub": "repo:${Owner}/myrepo:*"}, [ANY_JOB]),
            ({"Fn::Sub": "repo:${Owner}/*"}, [ANY_REPOSITORY, ANY_JOB]),
            ({"Fn::Sub": "repo:${Owner}/a:ref:refs/heads/${Folder}/*"}, []),
            ([{"Ref": "Subject"}, "*"], [ANY_REPOSITORY, ANY_JOB]),
        ],
        ids=str,
    )
    def test_reports_a_wildcard_beside_what_is_unknown(self, sub, expected):
        """What is written out is open, whatever the rest will be."""
        assert expected == self.found(statement(like(sub=sub)))


class TestWhoIsGitHub:
    """The rules are about roles that jobs of GitHub assume, however it is written."""

    def found(self, each: Any, **more: Any) -> list[str]:
        """Return what IAM-02 finds at a statement."""
        return problems(iam.jobs_named, each, **more)

    @pytest.mark.parametrize(
        "name",
        [
            PROVIDER,
            PROVIDER.replace("arn:aws:", "arn:aws-cn:"),
            f"{PROVIDER}/octo",
            "arn:aws:iam::1:oidc-provider/token.actions.octo.ghe.com",
            "arn:aws:iam::1:oidc-provider/git.example.com/_services/token",
            {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::1:oidc-provider/{GITHUB}"},
            [PROVIDER, "arn:aws:iam::1:oidc-provider/accounts.google.com"],
        ],
        ids=str,
    )
    def test_by_its_arn(self, name):
        """The ARN of a provider has its issuer in it."""
        each = statement(Principal={"Federated": name})

        assert [ANY_REPOSITORY, ANY_JOB] == self.found(each)

    @pytest.mark.parametrize(
        "type_", ["AWS::IAM::OIDCProvider", "Custom::AWSCDKOpenIdConnectProvider"]
    )
    @pytest.mark.parametrize(
        "name", [{"Ref": "Provider"}, {"Fn::GetAtt": ["Provider", "Arn"]}], ids=str
    )
    @pytest.mark.parametrize("end", ["", "/", "/octo"])
    def test_by_a_provider_of_the_template(self, type_, name, end):
        """A reference leads to the provider and its issuer."""
        provider = {"Type": type_, "Properties": {"Url": f"https://{GITHUB}{end}"}}
        each = statement(Principal={"Federated": name})

        assert [ANY_REPOSITORY, ANY_JOB] == self.found(
            each, more={"Provider": provider}
        )

    @pytest.mark.parametrize(
        "principal", [{"Federated": {"Ref": "Arn"}}, {"Federated": "x"}, "*"], ids=str
    )
    def test_by_its_condition_keys(self, principal):
        """Keys of GitHub are for tokens of GitHub."""
        each = statement(equals(aud="sts.amazonaws.com"), Principal=principal)

        assert [ANY_REPOSITORY, ANY_JOB] == self.found(each)

    @pytest.mark.parametrize(
        "each",
        [
            statement(Principal={"Federated": "arn:aws:iam::1:oidc-provider/a.com"}),
            statement(Principal={"Federated": {"Ref": "Elsewhere"}}),
            statement(Principal={"Service": "lambda.amazonaws.com"}),
            statement(Principal={"AWS": "111122223333"}),
            statement(Action="sts:TagSession"),
            statement(Effect="Deny"),
        ],
        ids=str,
    )
    def test_not_others(self, each):
        """Other providers, principals, actions and refusals are left alone."""
        assert [] == self.found(each)

    @pytest.mark.parametrize(
        "action", ["sts:*", "*", "sts:AssumeRoleWith*", ["x:Y", "STS:assumerole*"]]
    )
    def test_whatever_the_action_is_called(self, action):
        """A wildcard that covers the action counts."""
        assert [ANY_REPOSITORY, ANY_JOB] == self.found(statement(Action=action))

    def test_not_a_provider_of_another_kind(self):
        """A reference to something else, or to another issuer, is not GitHub."""
        more = {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Url": GITHUB}},
            "Google": {
                "Type": "AWS::IAM::OIDCProvider",
                "Properties": {"Url": "https://accounts.google.com"},
            },
            "Open": {
                "Type": "AWS::IAM::OIDCProvider",
                "Properties": {"Url": INTRINSICS["if"]},
            },
        }
        for name in more:
            each = statement(Principal={"Federated": {"Ref": name}})

            assert [] == self.found(each, more=more)


class TestOurs:
    """A role of ours is for jobs on GitHub only."""

    OTHERS = "it lets in more than jobs on GitHub"
    GOOD = statement(equals(aud="sts.amazonaws.com", sub=MAIN))

    def found(self, *statements: Any) -> list[str]:
        """Return what IAM-02 finds at a role of ours."""
        return problems(iam.jobs_named, *statements, metadata=OURS)

    @pytest.mark.parametrize(
        "other",
        [
            {"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
            {"Principal": "*", "Action": "sts:AssumeRole"},
            {
                "Principal": "*",
                "Action": "sts:AssumeRole",
                "Condition": {"StringEqualsIfExists": keys(sub=MAIN)},
            },
            {
                "Principal": {"Federated": PROVIDER, "AWS": "111122223333"},
                "Condition": equals(aud="sts.amazonaws.com", sub=MAIN),
            },
            {"Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"},
            {"Principal": {"Service": "lambda.amazonaws.com"}},
            {"Principal": {"Federated": "arn:aws:iam::1:oidc-provider/a.com"}},
        ],
        ids=str,
    )
    def test_lets_nobody_else_in(self, other):
        """What is added to its trust is a breach, whoever it is for."""
        assert [self.OTHERS] == self.found(
            self.GOOD, {**self.GOOD, "Condition": {}, **other}
        )

    def test_lets_github_in(self):
        """Its own statements are no breach."""
        assert [] == self.found(self.GOOD)

    def test_of_others_may_let_in_whom_it_likes(self):
        """A role that is not ours may be for several."""
        service = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }

        assert [] == problems(iam.jobs_named, self.GOOD, service)

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """A principal that is not known may be GitHub."""
        for part in ("Principal", "Effect"):
            assert [] == self.found(
                self.GOOD, statement(equals(sub=MAIN), **{part: unknown})
            )


def test_rules_of_the_checklist():
    """The promises that a rule can see broken, by their ids."""
    assert ["IAM-01", "IAM-02", "IAM-05"] == [each.id for each in iam.RULES]
