"""Tests for what AppEventBus refuses, before it makes anything."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_events as events, aws_iam as iam, aws_kms as kms

from secure_constructs import (
    AppEventBus,
    AppKey,
    Baseline,
    EventSchema,
    ObservedFunction,
    Tier,
    Waived,
)
from tests.support.functions import function
from tests.support.ids import plain
from tests.support.synth import new_app, resources, template_of

REASON = "the producers can send everything again"
WAIVED = Waived(REASON)
days = cdk.Duration.days
PLACED = EventSchema("shop.orders", "OrderPlaced", {"type": "object"})

# What is passed, the kind of error, and what its message has to tell.
REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "the default bus": (
        {"event_bus_name": "default"},
        ValueError,
        r"event_bus_name='default' is the bus that every account has .*EVB-01.*Event",
    ),
    "AWS's prefix": (
        {"event_bus_name": "aws.partner"},
        ValueError,
        "'aws.partner' is no name for a bus of yours",
    ),
    "AWS's prefix in capitals": ({"event_bus_name": "AWS.x"}, ValueError, "is no name"),
    "a path as name": (
        {"event_bus_name": "shop/orders"},
        ValueError,
        "event_bus_name='shop/orders' is no name for a bus of yours; write up to 256",
    ),
    "a long name": ({"event_bus_name": "x" * 257}, ValueError, "is no name for a bus"),
    "an empty name": ({"event_bus_name": ""}, ValueError, "event_bus_name='' is empty"),
    "a name that is no text": (
        {"event_bus_name": 1},
        TypeError,
        "event_bus_name=1 is no text; write 'orders'",
    ),
    "a long description": (
        {"description": "x" * 513},
        ValueError,
        "description='513 characters' has more than 512 characters",
    ),
    "a description that is no text": (
        {"description": 1},
        TypeError,
        "description=1 is no text",
    ),
    "no retention": (
        {"archive_retention": days(0)},
        ValueError,
        "archive_retention='0 days' is not 1 to 36500 whole days",
    ),
    "half a day": (
        {"archive_retention": cdk.Duration.hours(36)},
        ValueError,
        "archive_retention='1.5 days' is not 1 to 36500 whole days",
    ),
    "more than a century": (
        {"archive_retention": days(36_501)},
        ValueError,
        "is not 1 to 36500 whole days",
    ),
    "a number as retention": (
        {"archive_retention": 30},
        TypeError,
        r"archive_retention=30 is no Duration; write for example Duration.days\(30\)",
    ),
    "an archive waived without reason": (
        {"archive_retention": Waived("no need")},
        ValueError,
        "archive_retention=.* does not say why",
    ),
    "no discovery without reason": (
        {"schema_discovery": False},
        TypeError,
        r"schema_discovery=False is neither left out nor Waived; .*\(EVB-04\)",
    ),
    "one schema": (
        {"schemas": PLACED},
        TypeError,
        "schemas=.* is no list of EventSchema",
    ),
    "a dict as schema": (
        {"schemas": [{"type": "object"}]},
        TypeError,
        r"schemas\[0\]=.* is no EventSchema",
    ),
    "a schema twice": (
        {
            "schemas": [
                PLACED,
                EventSchema("shop.orders", "Order Placed", PLACED.detail),
            ]
        },
        ValueError,
        r"schemas\[1\]='shop.orders@OrderPlaced' is registered already",
    ),
    "one account": (
        {"allowed_accounts": "444455556666"},
        TypeError,
        "allowed_accounts='444455556666' is no list of str",
    ),
    "an account with dashes": (
        {"allowed_accounts": ["444455556666", "4444-5555-6666"]},
        ValueError,
        r"allowed_accounts\[1\]='4444-5555-6666' is no account; write its 12 digits",
    ),
    "an account with a digit too many": (
        {"allowed_accounts": ["4444555566667"]},
        ValueError,
        "'4444555566667' is no account",
    ),
    "an account in an ARN": (
        {"allowed_accounts": ["arn:aws:iam::444455556666"]},
        ValueError,
        "is no account",
    ),
    "everybody as account": ({"allowed_accounts": ["*"]}, ValueError, "is no account"),
    "the own account": (
        {"allowed_accounts": ["111122223333"]},
        ValueError,
        r"'111122223333' is the account of the bus itself.*grants.publish\(\)",
    ),
    "no organization": (
        {"allowed_organization_id": "my company"},
        ValueError,
        "'my company' is no organization; write its id, such as 'o-a1b2c3d4e5'",
    ),
    "an organization in a path": (
        {"allowed_organization_id": "r-a1b2/o-a1b2c3d4e5"},
        ValueError,
        "is no organization",
    ),
    "everybody as organization": (
        {"allowed_organization_id": "o-*"},
        ValueError,
        "is no organization",
    ),
    "an organization that is no text": (
        {"allowed_organization_id": 1},
        TypeError,
        "allowed_organization_id=1 is no text; write 'o-a1b2c3d4e5'",
    ),
    "a name of a level": (
        {"log_level": "ERROR"},
        TypeError,
        "log_level='ERROR' is no level; write for example events.Level.ERROR",
    ),
    "logs that are off": (
        {"log_level": events.Level.OFF},
        ValueError,
        "log_level=Level.OFF logs nothing; leave it out",
    ),
    "no alarms without reason": (
        {"alarms": False},
        TypeError,
        r"alarms=False is neither left out nor Waived; .*\(EVB-08\)",
    ),
    "no topic": (
        {"alarm_topic": "on-call"},
        TypeError,
        "'on-call' is no topic; pass an",
    ),
    "no tier": ({"tier": "production"}, TypeError, "tier='production' is no Tier"),
    "no key": ({"encryption_key": "key"}, TypeError, "encryption_key='key' is no key"),
}


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """A stack of a known account."""
    env = cdk.Environment(account="111122223333", region="eu-west-1")
    return cdk.Stack(app, "Stack", env=env)


class TestRefused:
    @pytest.mark.parametrize(
        ("options", "error", "says"), REFUSED.values(), ids=REFUSED
    )
    def test_creates_nothing(self, stack, options, error, says):
        """The error names construct, option and value, and comes before anything."""
        with pytest.raises(error, match=f"^AppEventBus 'Stack/Bus': .*{says}"):
            AppEventBus(stack, "Bus", **options)

        assert [] == stack.node.children

    def test_discovery_with_a_key(self, stack):
        """AWS cannot do both (EVB-04)."""
        key = AppKey(stack, "Key")
        with pytest.raises(
            ValueError, match=r"schema_discovery=True is not possible on"
        ):
            AppEventBus(stack, "Bus", schema_discovery=True, encryption_key=key)

        assert [key] == stack.node.children

    def test_discovery_with_the_key_of_a_baseline(self, stack):
        """A key that was not named here is one as well."""
        key = AppKey(stack, "Key")
        Baseline(encryption_key=key).apply_to(stack)

        with pytest.raises(ValueError, match=r"schema_discovery=True is not possible"):
            AppEventBus(stack, "Bus", schema_discovery=True)

    def test_key_of_another_region(self, stack):
        """A bus is encrypted with a key from where it is."""
        arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-123456"
        key = kms.Key.from_key_arn(stack, "Key", arn)

        with pytest.raises(ValueError, match="is in region us-east-1, but the stack"):
            AppEventBus(stack, "Bus", encryption_key=key)

    def test_scope_that_is_no_construct(self):
        """There is no path to name then, so the error says what to pass."""
        with pytest.raises(TypeError, match="AppEventBus 'Bus': scope is None"):
            AppEventBus(None, "Bus")  # type: ignore[arg-type]

    def test_scope_without_a_stack(self, app):
        """An app holds stacks, not buses."""
        with pytest.raises(ValueError, match="is in no stack; create it in a Stack"):
            AppEventBus(app, "Bus")

    def test_development_in_a_protected_stack(self, app):
        """One of the two is a mistake, and one would delete data."""
        stack = cdk.Stack(app, "Kept", termination_protection=True)
        with pytest.raises(ValueError, match="the stack has termination protection"):
            AppEventBus(stack, "Bus", tier=Tier.DEVELOPMENT)


class TestLimits:
    """What AWS just takes."""

    @pytest.mark.parametrize(
        "options",
        [
            {"event_bus_name": "x" * 256},
            {"event_bus_name": "Shop.orders_2-eu"},
            {"event_bus_name": "aws"},
            {"description": "x" * 512},
            {"archive_retention": days(1)},
            {"archive_retention": days(36_500)},
            {"allowed_organization_id": f"o-{'a1' * 5}"},
            {"allowed_organization_id": f"o-{'a1' * 16}"},
        ],
        ids=lambda options: plain(options)[:60],
    )
    def test_are_taken(self, stack, options):
        """The longest and the shortest."""
        AppEventBus(stack, "Bus", **options)

        assert 1 == len(resources(template_of(stack), "AWS::Events::EventBus"))

    @pytest.mark.parametrize("length", [9, 33])
    def test_of_an_organization(self, stack, length):
        """One character less or more is no id."""
        with pytest.raises(ValueError, match="is no organization"):
            AppEventBus(stack, "Bus", allowed_organization_id=f"o-{'a' * length}")


class TestTokens:
    """What is only known at deployment is passed on."""

    def test_are_taken(self, stack):
        """Names, accounts and organizations may come from parameters."""

        def parameter(name: str) -> str:
            return cdk.CfnParameter(stack, name).value_as_string

        kept = cdk.CfnParameter(stack, "Days", type="Number").value_as_number
        AppEventBus(
            stack,
            "Bus",
            event_bus_name=parameter("Name"),
            # Longer than allowed only by how CDK writes the parameter.
            description=f"{'x' * 500}{parameter('Description')}",
            allowed_accounts=[parameter("Account")],
            allowed_organization_id=parameter("Organization"),
            archive_retention=days(kept),
        )

        template = template_of(stack)
        (bus,) = resources(template, "AWS::Events::EventBus").values()
        assert {"Ref": "Name"} == bus["Properties"]["Name"]
        (archive,) = resources(template, "AWS::Events::Archive").values()
        assert {"Ref": "Days"} == archive["Properties"]["RetentionDays"]

    def test_do_not_hide_what_stands_beside_them(self, stack):
        """An account after a parameter is looked at as well."""
        parameter = cdk.CfnParameter(stack, "Account").value_as_string

        with pytest.raises(ValueError, match=r"allowed_accounts\[1\]='4444' is no acc"):
            AppEventBus(stack, "Bus", allowed_accounts=[parameter, "4444"])


# What is passed to `publish()`, the kind of error, and what its message has to tell.
UNGRANTED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no sources": ({"sources": []}, ValueError, r"sources=\[\] names none"),
    "one source": ({"sources": "shop"}, TypeError, "sources='shop' is no list of str"),
    "a number": ({"sources": [1]}, TypeError, r"sources\[0\]=1 is no str"),
    "an empty source": ({"sources": [" "]}, ValueError, "is no text of 1 to 256 char"),
    "a long source": ({"sources": ["x" * 257]}, ValueError, "is no text of 1 to 256"),
    "a wildcard": (
        {"sources": ["shop.orders", "shop.*"]},
        ValueError,
        r"sources\[1\]='shop.\*' has one of \* \? \$, which a policy takes for",
    ),
    "a variable": ({"sources": ["${aws:username}"]}, ValueError, "has one of"),
    "AWS's source": ({"sources": ["aws.s3"]}, ValueError, "is a source of AWS itself"),
    "no detail types": (
        {"detail_types": []},
        ValueError,
        r"detail_types=\[\] names none, so nothing could be put",
    ),
    "a wildcard as detail type": ({"detail_types": ["*"]}, ValueError, "has one of"),
    "a long detail type": (
        {"detail_types": ["x" * 129]},
        ValueError,
        r"detail_types\[0\]='x+' is no text of 1 to 128 characters",
    ),
    "no grantee": ({"grantee": "role"}, TypeError, "grantee='role' is no IGrantable"),
    "everybody": (
        {"grantee": iam.AnyPrincipal()},
        ValueError,
        "grantee=.* has no policy of its own that this app can write",
    ),
    "a service": (
        {"grantee": iam.ServicePrincipal("s3.amazonaws.com")},
        ValueError,
        "has no policy of its own",
    ),
    "another account": (
        {"grantee": iam.AccountPrincipal("444455556666")},
        ValueError,
        r"has no policy of its own .*allowed_accounts= or .*\(EVB-06\)",
    ),
}


class TestGrants:
    @pytest.mark.parametrize(
        ("arguments", "error", "says"), UNGRANTED.values(), ids=UNGRANTED
    )
    def test_refuse(self, stack, arguments, error, says):
        """What would let in more than was meant, or nothing, is refused."""
        bus = AppEventBus(stack, "Bus")
        role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
        default = {"grantee": role, "sources": ["shop.orders"]}

        with pytest.raises(error, match=f"^AppEventBus 'Stack/Bus': .*{says}"):
            bus.grants.publish(**{**default, **arguments})

        assert {} == resources(template_of(stack), "AWS::IAM::Policy")

    @pytest.mark.parametrize(
        "arguments",
        [
            {"sources": ["X" * 256]},
            {"sources": ["shop"], "detail_types": ["X" * 128]},
            {"sources": ["shop"], "detail_types": ["aws.like"]},
            {"sources": ("shop",), "detail_types": ("OrderPlaced",)},
        ],
        ids=lambda arguments: str(arguments)[:60],
    )
    def test_take(self, stack, arguments):
        """The longest names, a type that only looks like AWS's, and tuples."""
        role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())

        grant = AppEventBus(stack, "Bus").grants.publish(role, **arguments)

        assert grant.success

    def test_say_it_all_in_one_statement(self, stack):
        """An event without a source, or with another one, meets none of it."""
        role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
        bus = AppEventBus(stack, "Bus")
        bus.grants.publish(role, ["shop.orders"], ["OrderPlaced"])

        (policy,) = resources(template_of(stack), "AWS::IAM::Policy").values()
        pinned = {
            "events:source": ["shop.orders"],
            "events:detail-type": ["OrderPlaced"],
        }
        assert [
            {
                "Action": "events:PutEvents",
                "Effect": "Allow",
                "Resource": {"Fn::GetAtt": ["BusEA82B648", "Arn"]},
                "Condition": {
                    "ForAllValues:StringEquals": pinned,
                    "Null": dict.fromkeys(pinned, "false"),
                },
            }
        ] == policy["Properties"]["PolicyDocument"]["Statement"]

    def test_take_tokens(self, stack):
        """A source from a parameter is passed on."""
        source = cdk.CfnParameter(stack, "Source").value_as_string
        role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())

        AppEventBus(stack, "Bus").grants.publish(role, sources=[source])

        assert 1 == len(resources(template_of(stack), "AWS::IAM::Policy"))


class TestRoutes:
    def test_two_with_one_id(self, stack):
        """The second is refused with the option that is wrong."""
        bus = AppEventBus(stack, "Bus")
        target: ObservedFunction = function(stack)
        bus.route("Paid", to=target, sources=["shop.orders"])

        says = "EventRoute 'Stack/Bus/Paid': construct_id"
        with pytest.raises(ValueError, match=says):
            bus.route("Paid", to=target, sources=["shop.invoices"])

    def test_replay_without_archive(self, stack):
        """There is nothing to replay."""
        bus = AppEventBus(stack, "Bus", archive_retention=WAIVED)

        with pytest.raises(
            ValueError, match="is waived, so there is nothing to replay"
        ):
            bus.replay_command()


class TestGranteesElsewhere:
    HERE = cdk.Environment(account="111122223333", region="eu-west-1")
    THERE = cdk.Environment(account="444455556666", region="eu-west-1")

    def publish(self, env: cdk.Environment | None, **options: Any) -> bool:
        """Return whether a role in *env* is granted something on a bus in `HERE`."""
        app = new_app()
        bus = AppEventBus(cdk.Stack(app, "Here", env=self.HERE), "Bus", **options)
        there = cdk.Stack(app, "There", env=env)
        principal = iam.ServicePrincipal("lambda.amazonaws.com")
        role = iam.Role(there, "Role", assumed_by=principal)
        return bus.grants.publish(role, sources=["shop.orders"]).success

    def test_of_a_foreign_account_get_nothing(self):
        """The bus refuses what they put, so that the grant would do nothing."""
        problem = r"'There/Role' is in account 444455556666.*allowed_accounts="
        with pytest.raises(ValueError, match=problem):
            self.publish(self.THERE, allowed_accounts=["777788889999"])

    @pytest.mark.parametrize(
        "options",
        [
            {"allowed_accounts": ["444455556666"]},
            {"allowed_organization_id": "o-a1b2c3d4e5"},
            {"allowed_accounts": [cdk.Token.as_string({"Ref": "Partner"})]},
        ],
        ids=["account", "organization", "unknown account"],
    )
    def test_of_an_account_that_is_let_in_may_publish(self, options):
        """By name, or as one that may be of the organization, or be meant."""
        assert self.publish(self.THERE, **options)

    @pytest.mark.parametrize("env", [HERE, None], ids=["same", "unknown"])
    def test_of_the_same_account_may_publish(self, env):
        """Or of one that only the deployment knows."""
        assert self.publish(env)
