"""Tests for `secure_constructs.checks.events`: who may put events on a bus."""

from __future__ import annotations

import json

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_events as events, aws_iam as iam

from secure_constructs.checks import (
    Resource,
    Template,
    events as rules,
    events_producers,
)
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import unknowable

OWN, NAMED, FOREIGN = "111122223333", "444455556666", "999999999999"
BUS = {"Ref": "Bus"}
ALLOW: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "events:PutEvents",
    "Resource": {"Fn::GetAtt": ["Bus", "Arn"]},
}
DENY = {
    **ALLOW,
    "Effect": "Deny",
    "Condition": {"StringNotEquals": {"aws:PrincipalAccount": [OWN]}},
}
EVERYBODY = "Properties: its policy lets everybody in"
SERVICE = "Properties: its policy lets a service in for any account"
ACCOUNT = f"Properties: its policy lets the account {FOREIGN} in"
ORGANIZATION = "Properties: its policy lets the organization o-abc in"
RECORD = {"Construct": "AppEventBus"}


def policy(statement: Any = ALLOW, bus: Any = BUS, **old: Any) -> dict[str, Any]:
    """Return a policy of a *bus*, in the new way or in the *old* one."""
    said = old or {"Statement": statement}
    properties = {"EventBusName": bus, "StatementId": "id", **said}
    return {"Type": "AWS::Events::EventBusPolicy", "Properties": properties}


def problems(
    *policies: Any,
    record: Any = None,
    account: str | None = OWN,
    at: str = "Bus",
    **bus: Any,
) -> list[str]:
    """Return what EVB-06 finds *at* the bus, or at a policy."""
    body = {
        "Bus": {
            "Type": "AWS::Events::EventBus",
            "Properties": {"Name": "orders", **bus},
            "Metadata": {"SecureConstructs": record},
        },
        **{f"Policy{index}": each for index, each in enumerate(policies)},
    }
    template = Template({"Resources": body}, account=account)
    found = rules.no_foreign_producer.breaches(template.resources[at])
    return [f"{each.location}: {each.problem}" for each in found]


def allow(condition: Any = None, **changes: Any) -> dict[str, Any]:
    """Return the policy that lets everybody in on a *condition*."""
    return policy({**ALLOW, "Condition": condition or {}, **changes})


def in_organization(organization: Any = "o-abc", **more: Any) -> dict[str, Any]:
    """Return the condition that a producer is of an *organization*."""
    return {"StringEquals": {"aws:PrincipalOrgID": organization, **more}}


class TestEverybody:
    def test_is_out_without_a_policy(self):
        """Only the own account may put events on a bus by itself."""
        assert [] == problems()

    @pytest.mark.parametrize(
        "bus", ["orders", BUS, {"Fn::GetAtt": ["Bus", "Name"]}], ids=str
    )
    def test_is_not_let_in(self, bus):
        """A principal without a condition is everybody."""
        assert [EVERYBODY] == problems(policy(bus=bus))

    def test_is_not_let_in_twice(self):
        """What two statements open is said once."""
        assert [EVERYBODY] == problems(policy(), policy())

    @pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}], ids=str)
    def test_is_not_let_in_by_any_form(self, principal):
        """Everybody can be written in several ways."""
        assert [EVERYBODY] == problems(allow(Principal=principal))

    def test_is_not_let_in_by_text(self):
        """A statement may be written as JSON."""
        assert [EVERYBODY] == problems(policy(json.dumps(ALLOW)))

    @pytest.mark.parametrize(
        "said",
        [ALLOW, {"Statement": ALLOW}, {"Statement": [ALLOW]}, json.dumps(ALLOW)],
        ids=str,
    )
    def test_is_not_let_in_by_the_bus_itself(self, said):
        """A bus may carry its policy with it."""
        assert [EVERYBODY] == problems(Policy=said)

    def test_is_not_let_in_in_the_old_way(self):
        """Principal and action used to be properties."""
        old = policy(Principal="*", Action="events:PutEvents")

        assert [EVERYBODY] == problems(old)

    @pytest.mark.parametrize(
        "value", ["o-*", {"Ref": "AWS::NoValue"}], ids=["wide", "none"]
    )
    def test_is_not_let_in_by_a_condition_for_all(self, value):
        """A condition that everybody meets is none; nor is one that is left out."""
        is_none = isinstance(value, dict)
        condition = {
            "Type": "StringLike",
            "Key": "aws:PrincipalOrgID",
            "Value": value,
        }
        old = policy(Principal="*", Condition=value if is_none else condition)

        assert [EVERYBODY] == problems(old)

    def test_is_not_let_in_for_services(self):
        """A service acts for whoever asks it."""
        assert [SERVICE] == problems(allow(Principal={"Service": "s3.amazonaws.com"}))

    @pytest.mark.parametrize(
        "refusing",
        [
            DENY,
            {**DENY, "Principal": {"AWS": "*"}, "Action": "events:*"},
            {
                **DENY,
                "Condition": {"StringNotEqualsIfExists": {"AWS:PrincipalAccount": OWN}},
            },
            {**DENY, "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}}},
            {
                **DENY,
                "Condition": {
                    "StringNotEquals": {
                        "aws:PrincipalAccount": {"Ref": "AWS::AccountId"},
                        "aws:PrincipalOrgID": "o-abc",
                    }
                },
            },
        ],
        ids=str,
    )
    def test_is_kept_out(self, refusing):
        """What is denied to all but some is not open to everybody."""
        assert [] == problems(policy(), policy(refusing))
        assert [] == problems(policy(), Policy={"Statement": [refusing]})

    @pytest.mark.parametrize(
        "changes",
        [
            {"Effect": "Allow", "Principal": {"AWS": OWN}},
            {"Principal": {"AWS": FOREIGN}},
            {"Action": "events:PutRule"},
            {"Condition": {"StringNotEquals": {"events:source": "orders"}}},
            {"Condition": {"StringEquals": {"aws:PrincipalAccount": FOREIGN}}},
            {
                "Condition": {
                    **DENY["Condition"],
                    "Bool": {"aws:PrincipalIsAWSService": "false"},
                }
            },
        ],
        ids=str,
    )
    def test_is_not_kept_out_by_less(self, changes):
        """A Deny of less leaves the bus open."""
        assert [EVERYBODY] == problems(policy(), policy({**DENY, **changes}))

    @unknowable
    def test_is_perhaps_kept_out(self, unknown):
        """Each part may be left to the deployment."""
        for policies in (
            [policy(unknown)],
            [policy("no JSON")],
            [policy(Principal=unknown)],
            [policy(Principal="*", Condition=unknown)],
            [policy(Principal="*", Condition={"Type": unknown})],
            [allow(unknown)],
            [allow(Principal=unknown)],
            [allow(Effect=unknown)],
            [policy(bus=unknown)],
            [policy(), policy(unknown)],
            [policy(), policy(DENY, bus=unknown)],
            [policy(), policy({**DENY, "Condition": unknown})],
            [policy(), policy({**DENY, "Principal": unknown})],
            [policy(), policy({**DENY, "Action": unknown})],
            [policy(), policy({**DENY, "Effect": unknown})],
        ):
            assert [] == problems(*policies)
        for said in (unknown, "no JSON", {"Statement": [unknown]}):
            assert [] == problems(policy(), Policy=said)


class TestNamed:
    """Who is written into a policy is named, unless a construct was asked for less."""

    POLICIES = (
        allow(Principal={"AWS": FOREIGN}),
        allow(Principal={"AWS": f"arn:aws:iam::{FOREIGN}:root"}),
        allow({"StringEquals": {"aws:PrincipalAccount": FOREIGN}}),
        policy(Principal=FOREIGN, Action="events:PutEvents"),
    )
    ORGANIZATIONS = (
        allow(in_organization()),
        allow({"StringLike": {"aws:PrincipalOrgPaths": "o-abc/r-1/*"}}),
        policy(
            Principal="*",
            Condition={
                "Type": "StringEquals",
                "Key": "aws:PrincipalOrgID",
                "Value": "o-abc",
            },
        ),
    )

    @pytest.mark.parametrize("said", [*POLICIES, *ORGANIZATIONS], ids=str)
    def test_are_let_in(self, said):
        """Without a record, what is written is what was meant."""
        assert [] == problems(said)

    @pytest.mark.parametrize("said", POLICIES, ids=str)
    def test_are_not_let_in_unasked(self, said):
        """An account that the construct was not asked for was let in from outside."""
        record = {**RECORD, "AllowedAccounts": [NAMED]}

        assert [ACCOUNT] == problems(said, record=RECORD)
        assert [ACCOUNT] == problems(said, record=record)

    @pytest.mark.parametrize("said", POLICIES, ids=str)
    def test_are_let_in_where_asked(self, said):
        """An account that the construct was asked for is let in."""
        record = {**RECORD, "AllowedAccounts": [NAMED, FOREIGN]}

        assert [] == problems(said, record=record)

    @pytest.mark.parametrize("said", ORGANIZATIONS, ids=str)
    @pytest.mark.parametrize("account", [OWN, None])
    def test_are_no_organization_unasked(self, said, account):
        """An organization is more than an account."""
        record = {**RECORD, "AllowedOrganization": "o-xyz"}

        assert [ORGANIZATION] == problems(said, record=RECORD, account=account)
        assert [ORGANIZATION] == problems(said, record=record, account=account)

    @pytest.mark.parametrize("said", ORGANIZATIONS, ids=str)
    def test_are_an_organization_where_asked(self, said):
        """The organization that the construct was asked for is let in."""
        record = {**RECORD, "AllowedOrganization": "o-abc"}

        assert [] == problems(said, record=record)

    @pytest.mark.parametrize(
        "said",
        [
            allow(in_organization(**{"aws:PrincipalAccount": OWN})),
            allow(in_organization(), Principal={"AWS": OWN}),
            allow(in_organization({"Ref": "Organization"})),
            allow(in_organization(), Effect="Deny"),
        ],
        ids=str,
    )
    def test_are_no_whole_organization(self, said):
        """An organization beside an account is no more than that account."""
        assert [] == problems(said, record=RECORD)

    @pytest.mark.parametrize("account", [OWN, None])
    def test_may_be_ones_own(self, account):
        """The own account is always let in, and any may be it where none is known."""
        said = allow(Principal={"AWS": OWN})

        assert [] == problems(said, record=RECORD, account=account)

    def test_are_none_of_a_deny(self):
        """Who is refused is not let in."""
        said = allow(Principal={"AWS": FOREIGN}, Effect="Deny")

        assert [] == problems(said, record=RECORD)

    def test_are_not_excepted_unasked(self):
        """A Deny for all but a stranger does not keep that one out."""
        condition = {"StringNotEquals": {"aws:PrincipalAccount": [OWN, FOREIGN]}}
        said = policy(), policy({**DENY, "Condition": condition})
        asked = {**RECORD, "AllowedAccounts": [FOREIGN]}

        assert [EVERYBODY] == problems(*said, record=RECORD)
        assert [] == problems(*said, record=asked)
        assert [] == problems(*said, record=RECORD, account=None)

    @unknowable
    def test_may_be_recorded_by_the_deployment(self, unknown):
        """The record may hold what only the deployment knows."""
        record = {**RECORD, "AllowedAccounts": [unknown]}

        assert [] == problems(self.POLICIES[0], record=record)


class TestBusElsewhere:
    def found(self, *policies: Any) -> list[str]:
        """Return what EVB-06 finds at the first of *policies*."""
        return problems(*policies, at="Policy0")

    @pytest.mark.parametrize(
        "bus", [None, "default", "other", {"Ref": "Parameter"}], ids=str
    )
    def test_is_judged_at_its_policy(self, bus):
        """The default bus, for one, is in no template."""
        assert [EVERYBODY] == self.found(policy(bus=bus))

    def test_is_judged_by_all_its_policies(self):
        """Another policy of that bus may keep everybody out."""
        said = policy(bus="other"), policy(DENY, bus="other")

        assert [] == self.found(*said)
        assert [EVERYBODY] == self.found(said[0], policy(DENY))

    def test_is_judged_by_each_policy_once(self):
        """What another policy opens is said there."""
        other = allow(Principal={"Service": "s3.amazonaws.com"})
        said = [policy(bus="default"), other]
        other["Properties"]["EventBusName"] = "default"

        assert [EVERYBODY] == self.found(*said)
        assert [SERVICE] == self.found(*reversed(said))

    def test_is_asked_once_who_is_kept_out(self, monkeypatch):
        """The time does not grow with the square of the policies."""
        asked = []

        def unknown(resource: Resource) -> list[Resource]:
            asked.append(resource)
            return []

        monkeypatch.setattr(events_producers, "policies_of_unknown", unknown)
        each = policy({**ALLOW, "Principal": {"AWS": NAMED}}, bus="default")
        body = {f"Policy{index}": each for index in range(20)}
        template = Template({"Resources": body})
        found = map(rules.no_foreign_producer.breaches, template.resources.values())

        assert [] == [breach for one in found for breach in one]
        assert 1 == len(asked)

    def test_is_not_a_bus_of_the_template(self):
        """The policy of such a bus is judged there."""
        assert [] == self.found(policy())
        assert [] == self.found(policy(bus="orders"))


class TestBusOfCdk:
    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_can_be_opened(self, flags):
        """What CDK writes for the policy of a bus is read as it is meant."""
        stack = cdk.Stack(new_app(flags), "Stack")
        found = []
        for name, conditions in (
            ("Open", {}),
            ("Ours", {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}),
        ):
            bus = events.EventBus(stack, name)
            bus.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=name,
                    principals=[iam.StarPrincipal()],
                    actions=["events:PutEvents"],
                    resources=[bus.event_bus_arn],
                    conditions=conditions,
                )
            )
        template = Template(template_of(stack))
        for each in template.resources.values():
            found += rules.no_foreign_producer.breaches(each)

        assert ["its policy lets everybody in"] == [each.problem for each in found]
