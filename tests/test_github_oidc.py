"""Tests for `secure_constructs.github_oidc`: what a GitHubOidcRole promises."""

from __future__ import annotations

import json
import re

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_iam as iam, aws_kms as kms, aws_s3 as s3
from aws_cdk.assertions import Annotations, Match

from secure_constructs import (
    Baseline,
    GitHubOidcRole,
    GitHubProvider,
    GitHubSubject,
    SecureBucket,
    Tier,
)
from tests.support.synth import (
    FLAGS,
    RECOMMENDED,
    new_app,
    resources,
    synthesize,
    template_of,
    the,
)

GITHUB = "token.actions.githubusercontent.com"
ROLE, GRANTS = "Deploy7B206E61", "DeployGrants32F76EDF"
PROVIDER = "GitHubOidcProvider7EBF861F"
ENV = cdk.Environment(account="111122223333", region="eu-west-1")
MAIN = GitHubSubject.branch("main")
EVERYTHING = iam.PolicyStatement(actions=["*"], resources=["*"])


def role(scope: Any, name: str = "Deploy", **options: Any) -> GitHubOidcRole:
    """Return a role for one branch of one repository, unless *options* differ."""
    given = {
        "repository": "myorg/myrepo",
        "owner_id": "123456",
        "repository_id": "7891011",
        "subjects": [MAIN],
    }
    return GitHubOidcRole(scope, name, **{**given, **options})


def trust_of(stack: cdk.Stack) -> list[Any]:
    """Return the statements of the role's trust policy."""
    found = the(template_of(stack), ROLE)["AssumeRolePolicyDocument"]["Statement"]
    return list(found)


class TestTrust:
    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_is_exact(self, flags):
        """Audience, ids and both subjects, compared as they are (IAM-01, IAM-02)."""
        stack = cdk.Stack(new_app(flags), "Stack", env=ENV)
        role(stack)

        assert [
            {
                "StringEquals": {
                    f"{GITHUB}:aud": "sts.amazonaws.com",
                    f"{GITHUB}:repository_id": "7891011",
                    f"{GITHUB}:repository_owner_id": "123456",
                    f"{GITHUB}:sub": [
                        "repo:myorg/myrepo:ref:refs/heads/main",
                        "repo:myorg@123456/myrepo@7891011:ref:refs/heads/main",
                    ],
                }
            }
        ] == [each["Condition"] for each in trust_of(stack)]

    def test_without_ids(self, stack):
        """The classic subject alone, where that was asked for by name."""
        role(stack, owner_id=None, repository_id=None, classic_subject=True)

        (statement,) = trust_of(stack)
        assert {"aud", "sub"} == {
            key.rpartition(":")[2] for key in statement["Condition"]["StringEquals"]
        }

    def test_audience_where_endpoints_are_called_otherwise(self):
        """In isolated regions the deployment knows what the domain of STS is."""
        env = cdk.Environment(account="111122223333", region="us-iso-east-1")
        stack = cdk.Stack(new_app(), "Stack", env=env)
        role(stack)

        (statement,) = trust_of(stack)
        audience = statement["Condition"]["StringEquals"][f"{GITHUB}:aud"]
        assert {"Fn::Join": ["", ["sts.", {"Ref": "AWS::URLSuffix"}]]} == audience

    def test_one_statement_for_what_is_alike(self, stack):
        """A policy is no longer than it has to be."""
        role(
            stack,
            subjects=[MAIN, GitHubSubject.tag("v1"), GitHubSubject.environment("a")],
        )

        assert 1 == len(trust_of(stack))

    def test_names_the_provider_by_its_arn(self):
        """Nothing refers to the provider, wherever that is made."""
        app = new_app()
        stack = cdk.Stack(app, "Stack", env=ENV)
        role(cdk.Stack(app, "Other", env=ENV), provider=GitHubProvider.create())
        role(stack)

        provider = f":iam::111122223333:oidc-provider/{GITHUB}"
        assert [provider] == [
            each["Principal"]["Federated"]["Fn::Join"][1][2] for each in trust_of(stack)
        ]

    @pytest.mark.parametrize(
        "issuer",
        [
            GITHUB,
            f"https://{GITHUB}",
            f"https://{GITHUB}/",
            f"{GITHUB}//",
            "https://Token.Actions.GitHubUserContent.com",
        ],
    )
    def test_issuers_are_normalised(self, issuer):
        """However it is written, it is what AWS calls it."""
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack", env=ENV)
        role(stack, provider=GitHubProvider.create(issuer=issuer))
        template = template_of(stack)

        provider = f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"
        (statement,) = the(template, ROLE)["AssumeRolePolicyDocument"]["Statement"]
        assert {"Federated": provider} == statement["Principal"]
        assert f"https://{GITHUB}" == the(template, PROVIDER)["Url"]


class TestLength:
    """IAM takes trust policies of 2,048 characters, until it was asked for more."""

    def warned(self, count: int) -> list[str]:
        """Return the warnings at a role for so many repositories."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        made = role(stack)
        for index in range(1, count):
            made.add_repository(
                f"myorg/myrepo{index}",
                owner_id="123456",
                repository_id=str(index),
                subjects=[MAIN],
            )
        found = Annotations.from_stack(stack).find_warning("*", Match.any_value())
        return [str(each.entry.data) for each in found]

    def test_short_ones_are_fine(self):
        """Three repositories with a branch each fit."""
        assert [] == self.warned(3)

    def test_warns_of_long_ones(self):
        """A fourth does not, and the deployment would fail."""
        (warning,) = self.warned(4)

        assert "an account takes 2048" in warning
        assert "secure-constructs:longTrustPolicy" in warning

    def test_is_counted_as_iam_counts(self):
        """The characters of the policy, without white space."""
        (warning,) = self.warned(4)
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack", env=ENV)
        made = role(stack)
        for index in range(1, 4):
            made.add_repository(
                f"myorg/myrepo{index}",
                owner_id="123456",
                repository_id=str(index),
                subjects=[MAIN],
            )
        document = the(template_of(stack), ROLE)["AssumeRolePolicyDocument"]
        length = len(json.dumps(document, separators=(",", ":")))

        assert abs(length - int(re.findall(r"about (\d+)", warning)[0])) < 60


class TestSession:
    def test_lasts_an_hour(self, stack):
        """A stolen session is soon worth nothing (IAM-06)."""
        role(stack)

        assert 3600 == the(template_of(stack), ROLE)["MaxSessionDuration"]

    def test_lasts_as_long_as_was_asked_for(self, stack):
        """Up to 12 hours."""
        role(stack, max_session_duration=cdk.Duration.hours(12))

        assert 12 * 3600 == the(template_of(stack), ROLE)["MaxSessionDuration"]


class TestOptions:
    def test_names_of_ones_own(self, stack):
        """Name, path, description and boundary are those of an `iam.Role`."""
        boundary = iam.ManagedPolicy.from_managed_policy_arn(stack, "Boundary", "arn:x")
        made = role(
            stack,
            role_name="deploy",
            path="/ci/",
            description="Deploys",
            permissions_boundary=boundary,
        )

        found = the(template_of(stack), ROLE)
        assert ("deploy", "/ci/", "Deploys", "arn:x") == (
            found["RoleName"],
            found["Path"],
            found["Description"],
            found["PermissionsBoundary"],
        )
        assert "deploy" in stack.resolve(made.role_arn)["Fn::GetAtt"][0].lower()
        assert {"Ref": ROLE} == stack.resolve(made.role_name)

    def test_boundary_of_the_app(self, stack):
        """A boundary that is set for a whole app holds for it as well."""
        role(stack)
        policy = iam.ManagedPolicy.from_managed_policy_arn(stack, "Boundary", "arn:x")
        iam.PermissionsBoundary.of(stack).apply(policy)

        assert "arn:x" == the(template_of(stack), ROLE)["PermissionsBoundary"]

    @pytest.mark.parametrize("tier", Tier, ids=lambda tier: tier.value)
    def test_tier_is_recorded_and_changes_nothing(self, app, tier):
        """Security never depends on what a deployment is worth."""
        stack = cdk.Stack(app, "Stack")
        Baseline(tier=tier).apply_to(stack)
        role(stack, provider=GitHubProvider.create())

        template = template_of(stack)
        metadata = template["Resources"][ROLE]["Metadata"]
        assert {"Construct": "GitHubOidcRole", "Tier": tier.value} == (
            metadata["SecureConstructs"]
        )
        kept = template["Resources"][PROVIDER]
        assert "RetainExceptOnCreate" == kept["DeletionPolicy"]

    def test_baseline_comes_first(self, stack):
        """What is on record is not changed behind its back."""
        role(stack)

        with pytest.raises(ValueError, match="has decided without this tier"):
            Baseline(tier=Tier.DEVELOPMENT).apply_to(stack)


class TestProvider:
    def test_is_not_made_by_default(self, stack):
        """An account that uses GitHub has it already (IAM-03)."""
        role(stack)

        assert {"AWS::IAM::Role"} == {
            each["Type"] for each in template_of(stack)["Resources"].values()
        }

    def test_is_a_native_resource(self):
        """No custom resource, no function, no thumbprints."""
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack", env=ENV)
        role(stack, provider=GitHubProvider.create())

        template = template_of(stack)
        assert {"AWS::IAM::Role", "AWS::IAM::OIDCProvider"} == {
            each["Type"] for each in template["Resources"].values()
        }
        assert {
            "Url": f"https://{GITHUB}",
            "ClientIdList": ["sts.amazonaws.com"],
        } == the(template, PROVIDER)

    def test_is_kept(self, stack):
        """Other stacks' roles still need it when this stack is deleted."""
        role(stack, provider=GitHubProvider.create())

        kept = template_of(stack)["Resources"][PROVIDER]
        assert ("RetainExceptOnCreate", "Retain") == (
            kept["DeletionPolicy"],
            kept["UpdateReplacePolicy"],
        )

    def test_is_there_before_the_role(self, stack):
        """The role waits for it."""
        role(stack, provider=GitHubProvider.create())

        assert [PROVIDER] == template_of(stack)["Resources"][ROLE]["DependsOn"]

    def test_keeps_its_logical_id(self):
        """Whichever role of the stack asks for it."""
        found: set[str] = set()
        for name in ("One", "Other"):
            stack = cdk.Stack(new_app(), "Stack")
            role(stack, name, provider=GitHubProvider.create())
            found |= resources(template_of(stack), "AWS::IAM::OIDCProvider").keys()

        assert {PROVIDER} == found

    def test_of_an_enterprise_stands_beside_it(self, stack):
        """Each issuer has a logical id of its own."""
        role(stack, provider=GitHubProvider.create())
        issuer = f"{GITHUB}/octo"
        role(stack, "Other", provider=GitHubProvider.create(issuer=issuer))

        urls = {
            name: each["Properties"]["Url"]
            for name, each in resources(
                template_of(stack), "AWS::IAM::OIDCProvider"
            ).items()
        }
        assert f"https://{GITHUB}" == urls.pop(PROVIDER)
        assert [f"https://{issuer}"] == list(urls.values())

    def test_with_an_audience_of_ones_own(self, stack):
        """The provider allows what the role asks for."""
        role(stack, provider=GitHubProvider.create(audience="mine"))

        assert ["mine"] == the(template_of(stack), PROVIDER)["ClientIdList"]

    def test_for_a_role_in_a_nested_stack(self):
        """It is made in the stack around it, and is there first."""
        app = new_app()
        stack = cdk.Stack(app, "Stack")
        role(cdk.NestedStack(stack, "Nested"), provider=GitHubProvider.create())

        template = template_of(stack)
        (nested,) = resources(template, "AWS::CloudFormation::Stack").values()
        assert PROVIDER in template["Resources"]
        assert [PROVIDER] == nested["DependsOn"]

    def test_of_another_stack_needs_no_order(self):
        """Stacks of one account do not depend on each other."""
        app = new_app()
        first, second = (cdk.Stack(app, name) for name in ("First", "Second"))
        role(first, provider=GitHubProvider.create())
        role(second)
        app.synth()

        assert [] == second.dependencies


class TestValues:
    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (MAIN, "GitHubSubject.branch('main')"),
            (GitHubSubject.tag("v1"), "GitHubSubject.tag('v1')"),
            (GitHubSubject.environment("a"), "GitHubSubject.environment('a')"),
            (
                GitHubSubject.environment("a", branch="b"),
                "GitHubSubject.environment('a', branch='b')",
            ),
            (GitHubSubject.pull_request(), "GitHubSubject.pull_request()"),
            (GitHubSubject.branches_below("r/"), "GitHubSubject.branches_below('r/')"),
            (GitHubProvider.existing(), "GitHubProvider.existing()"),
            (
                GitHubProvider.create(issuer="x", audience="y"),
                "GitHubProvider.create(issuer='x', audience='y')",
            ),
        ],
        ids=str,
    )
    def test_are_shown_as_they_are_written(self, value, written):
        """An error shows what its reader wrote."""
        assert written == str(value)

    def test_are_equal_by_what_they_say(self):
        """Values can be compared and kept in sets."""
        assert {MAIN} == {GitHubSubject.branch("main")}
        assert GitHubSubject.tag("main") != MAIN


class TestGrants:
    def test_is_granted_as_any_role(self, stack):
        """Grants of other constructs take the construct itself."""
        made = role(stack)
        SecureBucket(stack, "Site").grants.put(made, prefix="web/")
        kms.Key(stack, "Key").grant(made, "kms:Sign")

        template = template_of(stack)
        assert {} == resources(template, "AWS::IAM::Policy")
        statements = the(template, GRANTS)["PolicyDocument"]["Statement"]
        assert 2 == len(statements)

    def test_adds_what_is_named(self, stack):
        """A permission beside the CDK's is a statement with names."""
        role(stack).add_to_policy(
            iam.PolicyStatement(
                actions=["cloudfront:CreateInvalidation"],
                resources=["arn:aws:cloudfront::111122223333:distribution/E1"],
            )
        )

        (statement,) = the(template_of(stack), GRANTS)["PolicyDocument"]["Statement"]
        assert "cloudfront:CreateInvalidation" == statement["Action"]

    def test_adds_a_refusal_with_wildcards(self, stack):
        """To deny everything is no permission."""
        refusal = iam.PolicyStatement(
            effect=iam.Effect.DENY, actions=["iam:*"], resources=["*"]
        )
        role(stack).add_to_policy(refusal)

        (statement,) = the(template_of(stack), GRANTS)["PolicyDocument"]["Statement"]
        assert "Deny" == statement["Effect"]

    def test_qualifier_of_the_stack(self):
        """The role deploys with what its own stack is deployed with."""
        app = new_app({"@aws-cdk/core:bootstrapQualifier": "shop"})
        stack = cdk.Stack(app, "Stack", env=ENV)
        role(stack).grant_cdk_diff()

        text = str(the(template_of(stack), GRANTS))
        assert ":iam::111122223333:role/cdk-shop-lookup-role-111122223333-eu" in text

    def test_without_a_qualifier_of_the_stack(self):
        """A stack that is deployed without a bootstrap stack names the usual one."""
        synthesizer = cdk.LegacyStackSynthesizer()
        stack = cdk.Stack(new_app(), "Stack", env=ENV, synthesizer=synthesizer)
        role(stack).grant_cdk_diff()

        assert ":role/cdk-hnb659fds-lookup-role-" in str(
            the(template_of(stack), GRANTS)
        )


class TestGuard:
    """What is added to the inner role from outside is a finding, until argued."""

    AT = "Stack/Deploy/Default/Resource"

    def found(self, change: Any, flags: Any = None) -> set[tuple[str, str]]:
        """Return what is found after *change* to a role."""
        app = new_app(flags or {})
        stack = cdk.Stack(app, "Stack", env=ENV)
        change(role(stack))
        return synthesize(app).findings

    def test_nothing_by_default(self):
        """A role as we make it breaks no promise."""
        assert set() == self.found(lambda made: made.grant_cdk_deploy())

    @pytest.mark.parametrize(
        "change",
        [
            lambda made: made.role.add_to_policy(EVERYTHING),
            lambda made: made.role.add_managed_policy(
                iam.ManagedPolicy.from_aws_managed_policy_name("AdministratorAccess")
            ),
            lambda made: s3.Bucket(made, "Bucket").grant_read(made),
        ],
        ids=["star", "administrator", "wildcards of CDK"],
    )
    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_wildcards(self, flags, change):
        """Whoever needs them attaches them to `.role`, and the rule shows it."""
        assert {("IAM-05", self.AT)} == self.found(change, flags)

    def test_wildcards_with_a_reason(self):
        """Acknowledged at the role, the reason stands in the report."""
        app = new_app()
        made = role(cdk.Stack(app, "Stack", env=ENV))
        made.role.add_to_policy(EVERYTHING)
        reason = "This account holds nothing but a sandbox of one team."
        cdk.Validations.of(made.role).acknowledge(
            cdk.Acknowledgment(id="SecureConstructs::IAM-05", reason=reason)
        )

        assembly = synthesize(app)
        assert set() == assembly.findings
        assert reason == assembly.acknowledged["IAM-05", self.AT]

    @pytest.mark.parametrize(
        ("changes", "rules"),
        [
            ({"Condition": {"StringEquals": {f"{GITHUB}:aud": "x"}}}, {"IAM-02"}),
            (
                {"Condition": {"StringLike": {f"{GITHUB}:sub": "*"}}},
                {"IAM-01", "IAM-02"},
            ),
            ({"Principal": {"AWS": "*"}}, {"IAM-02"}),
        ],
        ids=["subject", "everything", "principal"],
    )
    def test_weaker_trust(self, changes, rules):
        """An override that opens the trust is found in the template."""
        federated = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"}
        statement = {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": federated,
            **changes,
        }

        def change(made: GitHubOidcRole) -> None:
            l1: Any = made.role.node.default_child
            document = {"Version": "2012-10-17", "Statement": [statement]}
            l1.add_property_override("AssumeRolePolicyDocument", document)

        assert rules == {rule for rule, _ in self.found(change)}

    def test_others_that_are_let_in(self):
        """A statement that is added to the trust is found as well."""

        def change(made: GitHubOidcRole) -> None:
            made.role.assume_role_policy.add_statements(  # type: ignore[union-attr]
                iam.PolicyStatement(
                    actions=["sts:AssumeRole"],
                    principals=[iam.ServicePrincipal("ec2.amazonaws.com")],
                )
            )

        assert {("IAM-02", self.AT)} == self.found(change)
