"""Tests for `secure_constructs.checks.s3`: the rules for access to a bucket."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Rule, Template, s3
from tests.support.unknowable import INTRINSICS, unknowable

OWN, FOREIGN = "111122223333", "999999999999"
NO_VALUE = {"Ref": "AWS::NoValue"}


def problems(
    rule: Rule,
    properties: Any = None,
    *policies: Any,
    account: str | None = OWN,
    of: object = None,
) -> list[str]:
    """Return where a bucket breaks *rule*, with policies of those statements."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": properties or {}}
    resources: dict[str, Any] = {"Data": bucket}
    for index, policy in enumerate(policies):
        document = {"Bucket": of or {"Ref": "Data"}, "PolicyDocument": policy}
        body = {"Type": "AWS::S3::BucketPolicy", "Properties": document}
        resources[f"Policy{index}"] = body
    template = Template({"Resources": resources}, account=account)
    found = rule.breaches(template.resources["Data"])
    return [f"{each.location}: {each.problem}" for each in found]


class TestOwnedByTheAccount:
    ACLS = "Properties.OwnershipControls: ACLs are in force"
    OPEN = "Properties.OwnershipControls: whether ACLs are in force is left to S3"

    def found(self, ownership: object) -> list[str]:
        """Return what S3-07 finds."""
        rules = {"Rules": [{"ObjectOwnership": ownership}]}
        return problems(s3.owned_by_the_account, {"OwnershipControls": rules})

    @pytest.mark.parametrize(
        "ownership", ["BucketOwnerEnforced", *INTRINSICS.values()], ids=str
    )
    def test_by_enforcing_it(self, ownership):
        """The ownership is enforced, or the deployment decides about it."""
        assert [] == self.found(ownership)

    @pytest.mark.parametrize(
        "ownership", ["BucketOwnerPreferred", "ObjectWriter"], ids=str
    )
    def test_not_otherwise(self, ownership):
        """With any other ownership there are ACLs."""
        assert [self.ACLS] == self.found(ownership)

    @pytest.mark.parametrize("ownership", [None, NO_VALUE], ids=str)
    def test_not_by_itself(self, ownership):
        """S3 enforces it for new buckets; what is not written out is not relied on."""
        assert [self.OPEN] == self.found(ownership)

    def test_not_without_controls(self):
        """Nor is it written out where there are no controls at all."""
        assert [self.OPEN] == problems(s3.owned_by_the_account)

    @pytest.mark.parametrize("acl", ["Private", "PublicRead", "LogDeliveryWrite"])
    def test_not_with_an_acl(self, acl):
        """No ACL at all, not even a private one."""
        controls = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        properties = {"OwnershipControls": controls, "AccessControl": acl}
        found = problems(s3.owned_by_the_account, properties)

        assert ["Properties.AccessControl: an ACL is set"] == found

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """Unknown controls and ACLs are no breach."""
        properties = {"OwnershipControls": unknown, "AccessControl": unknown}

        assert [] == problems(s3.owned_by_the_account, properties)


class TestOriginsNamed:
    def found(self, *origins: Any) -> list[str]:
        """Return what S3-08 finds with a rule for each of *origins*."""
        rules = [
            {"AllowedMethods": ["GET"], "AllowedOrigins": each} for each in origins
        ]
        return problems(s3.origins_named, {"CorsConfiguration": {"CorsRules": rules}})

    @pytest.mark.parametrize(
        "origins",
        ["https://example.com", ["https://a.com", "https://*.b.com"], []],
        ids=str,
    )
    def test_by_names(self, origins):
        """Named origins, and subdomains of named ones, are fine."""
        assert [] == self.found(origins)

    @pytest.mark.parametrize("origins", ["*", ["https://a.com", "*"]], ids=str)
    def test_not_by_a_star(self, origins):
        """Everybody is no name; the finding says in which rule."""
        expected = "Properties.CorsConfiguration.CorsRules.1: every origin is allowed"

        assert [expected] == self.found(["https://a.com"], origins)

    @pytest.mark.parametrize(
        "origin", ["https://*", "http://*", "null", "https://*.com"]
    )
    def test_not_by_what_the_construct_refuses(self, origin):
        """What `SecureBucket` refuses as everybody is a breach elsewhere too."""
        assert 1 == len(self.found([origin]))

    @pytest.mark.parametrize("cors", [None, {}, {"CorsRules": []}, NO_VALUE], ids=str)
    def test_without_rules(self, cors):
        """Without rules no origin is allowed."""
        assert [] == problems(s3.origins_named, {"CorsConfiguration": cors})

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """Rules and origins that the deployment decides about are no breach."""
        for cors in (unknown, {"CorsRules": unknown}, {"CorsRules": [unknown]}):
            assert [] == problems(s3.origins_named, {"CorsConfiguration": cors})
        assert [] == self.found(unknown, [unknown])


class TestAccessLogged:
    DELIVERY = "logging.s3.amazonaws.com"

    def found(self, logging: object, statement: Any = None, **other: Any) -> list[str]:
        """Return what S3-06 finds."""
        properties = {"LoggingConfiguration": logging, **other}
        return problems(s3.access_logged, properties, {"Statement": statement})

    @pytest.mark.parametrize("into", ["logs", *INTRINSICS.values()], ids=str)
    def test_into_another_bucket(self, into):
        """Access is logged, wherever to."""
        assert [] == self.found({"DestinationBucketName": into})

    @pytest.mark.parametrize("logging", [None, NO_VALUE])
    def test_not_by_itself(self, logging):
        """Without a configuration there are no logs."""
        expected = "Properties.LoggingConfiguration: access is not logged"

        assert [expected] == self.found(logging)

    @pytest.mark.parametrize(
        "logging",
        [
            {},
            {"LogFilePrefix": "logs/"},
            {"DestinationBucketName": NO_VALUE},
            {"DestinationBucketName": "orders"},
            {"DestinationBucketName": {"Ref": "Data"}},
        ],
        ids=str,
    )
    def test_not_into_itself(self, logging):
        """A bucket that logs into itself logs each delivery again."""
        expected = (
            "Properties.LoggingConfiguration: "
            "the bucket logs into itself, and logs that again"
        )

        assert [expected] == self.found(logging, BucketName="orders")

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """A configuration that the deployment decides about is no breach."""
        assert [] == self.found(unknown)

    @pytest.mark.parametrize(
        "service", [DELIVERY, ["a.amazonaws.com", DELIVERY]], ids=str
    )
    def test_not_needed_where_logs_are_received(self, service):
        """A bucket that S3 delivers logs into need not log that."""
        statement = {"Effect": "Allow", "Principal": {"Service": service}}

        assert [] == self.found(None, statement)

    @unknowable
    def test_not_needed_where_logs_of_other_stacks_are_received(self, unknown):
        """The sources may be buckets that only the deployment knows."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": self.DELIVERY},
            "Condition": {"ArnLike": {"aws:SourceArn": unknown}},
        }

        assert [] == self.found(None, statement)

    @pytest.mark.parametrize(
        "statement",
        [
            {"Effect": "Deny", "Principal": {"Service": DELIVERY}},
            {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}},
            {"Effect": "Allow", "Principal": {"AWS": DELIVERY}},
        ],
        ids=str,
    )
    def test_needed_where_other_things_are_received(self, statement):
        """Only who is let in for access logs makes it a log bucket."""
        assert 1 == len(self.found(None, statement))


class TestNoForeignPrincipal:
    EVERYBODY = "Properties: its policy lets everybody in"
    ACCOUNT = f"Properties: its policy lets the account {FOREIGN} in"

    def found(self, principal: object, *, account: Any = OWN, **more: Any) -> list[str]:
        """Return what S3-13 finds, with a policy of one statement."""
        statement = {"Effect": "Allow", "Principal": principal, **more}
        policy = {"Statement": [statement]}
        return problems(s3.no_foreign_principal, None, policy, account=account)

    @pytest.mark.parametrize("principal", ["*", {"AWS": "*"}], ids=str)
    def test_everybody(self, principal):
        """Everybody is foreign."""
        assert [self.EVERYBODY] == self.found(principal)

    def test_all_but_a_few(self):
        """Everybody but somebody is everybody else."""
        assert [self.EVERYBODY] == self.found(None, NotPrincipal={"AWS": OWN})

    def test_everybody_of_an_organization(self):
        """Everybody of whom something is true that not everybody can say."""
        condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}

        assert [] == self.found("*", Condition=condition)

    @unknowable
    def test_perhaps_everybody(self, unknown):
        """A condition that the deployment decides about may keep everybody out."""
        assert [] == self.found("*", Condition=unknown)

    def test_another_account(self):
        """Another account is foreign, and named in the finding."""
        assert [self.ACCOUNT] == self.found({"AWS": [OWN, FOREIGN]})

    def test_another_account_as_cdk_writes_it(self):
        """CDK leaves the partition of an account's ARN to the deployment."""
        parts = ["arn:", {"Ref": "AWS::Partition"}, f":iam::{FOREIGN}:root"]

        assert [self.ACCOUNT] == self.found({"AWS": {"Fn::Join": ["", parts]}})

    def test_another_account_where_the_own_is_unknown(self):
        """Without a known account there may be none but the own."""
        assert [] == self.found({"AWS": FOREIGN}, account=None)

    def test_everybody_where_the_own_is_unknown(self):
        """Everybody is foreign to any account."""
        assert [self.EVERYBODY] == self.found("*", account=None)

    def test_not_the_own_account(self):
        """Whoever belongs here may come in."""
        assert [] == self.found({"AWS": OWN})

    def test_a_service_for_anybody(self):
        """A service acts for whoever asks it to, unless a condition ties it."""
        expected = "Properties: its policy lets a service in for any account"

        assert [expected] == self.found({"Service": "events.amazonaws.com"})

    def test_not_a_service_for_the_account(self):
        """A service that acts for this account may come in."""
        condition = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}

        assert [] == self.found({"Service": "a.amazonaws.com"}, Condition=condition)

    @pytest.mark.parametrize(
        "principal", ["*", {"AWS": FOREIGN}, {"Service": "a"}], ids=str
    )
    def test_not_who_is_denied(self, principal):
        """A Deny lets nobody in."""
        assert [] == self.found(principal, Effect="Deny")

    @unknowable
    def test_everybody_beside_what_is_unknown(self, unknown):
        """Whatever else the deployment decides, everybody is let in."""
        for principal, more in (
            ({"AWS": ["*", unknown]}, {}),
            ("*", {"Resource": unknown}),
            ("*", {"Action": unknown}),
        ):
            assert [self.EVERYBODY] == self.found(principal, **more)

    @unknowable
    def test_another_account_beside_what_is_unknown(self, unknown):
        """So is an account that is named."""
        assert [self.ACCOUNT] == self.found({"AWS": [FOREIGN, unknown]})

    def test_by_each_statement(self):
        """Every statement of every policy is read."""
        policies = [
            {"Statement": [{"Effect": "Deny", "Principal": "*"}, each]}
            for each in (
                {"Effect": "Allow", "Principal": "*"},
                {"Effect": "Allow", "Principal": {"AWS": FOREIGN}},
            )
        ]

        assert [self.EVERYBODY, self.ACCOUNT] == problems(
            s3.no_foreign_principal, None, *policies
        )

    @pytest.mark.parametrize(("of", "count"), [("orders", 1), ({"Ref": "Other"}, 0)])
    def test_by_the_policy_of_the_bucket(self, of, count):
        """A policy may name its bucket by its given name; another's does not count."""
        policy = {"Statement": {"Effect": "Allow", "Principal": "*"}}
        properties = {"BucketName": "orders"}

        assert count == len(
            problems(s3.no_foreign_principal, properties, policy, of=of)
        )

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """Neither an unknown principal nor an unknown policy is a breach."""
        assert [] == self.found(unknown) + self.found({"AWS": unknown})
        assert [] == problems(s3.no_foreign_principal, None, unknown)
