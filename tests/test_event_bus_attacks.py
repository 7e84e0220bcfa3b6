"""Attacks on an AppEventBus: who may do what, by the synthesized policies."""

from __future__ import annotations

import pytest

from aws_cdk import aws_events as events, aws_iam as iam

from tests.support.buses import EVENTS, FRIEND, KEYS, OWN, STRANGER, UNHEARD, World
from tests.support.iam import ANONYMOUS, Request
from tests.support.synth import FLAGS

ORGANIZATION = "o-a1b2c3d4e5"
RULE = f"arn:aws:events:eu-west-1:{OWN}:rule"
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


def admin(account: str) -> str:
    """Return an administrator of *account*."""
    return f"arn:aws:iam::{account}:root"


@pytest.fixture(scope="module")
def world() -> World:
    """A deployed world without any grant, that lets nobody else in."""
    return World().deploy()


@pytest.fixture(scope="module")
def friendly() -> World:
    """A deployed world that lets one account in."""
    return World(allowed_accounts=[FRIEND]).deploy()


@pytest.fixture(scope="module")
def organized() -> World:
    """A deployed world that lets an organization in."""
    return World(allowed_organization_id=ORGANIZATION).deploy()


@pytest.fixture(scope="module")
def granted() -> World:
    """A deployed world in which the role may put events of two sources."""
    world = World()
    world.bus.grants.publish(world.role, sources=["shop.orders", "shop.invoices"])
    return world.deploy()


@pytest.fixture(scope="module")
def narrow() -> World:
    """A deployed world in which the role may put events of one detail type."""
    world = World()
    world.bus.grants.publish(
        world.role, sources=["shop.orders"], detail_types=["OrderPlaced"]
    )
    return world.deploy()


class TestForeigners:
    """No other account puts events, unless it was let in (EVB-06)."""

    @pytest.mark.parametrize("who", [admin(STRANGER), ANONYMOUS, EVENTS])
    def test_nobody_is_let_in(self, world, who):
        """Not by account, not without one, and no service for anybody."""
        assert not world.puts(who)

    @_FLAGS
    def test_with_and_without_flags(self, flags):
        """The app's feature flags change none of that."""
        world = World(flags=flags).deploy()

        assert not world.puts(admin(STRANGER))
        assert world.puts(admin(OWN))

    def test_own_administrator_is(self, world):
        """Whoever may do everything in the account may do this."""
        assert world.puts(admin(OWN))

    def test_role_of_the_account_is_not(self, world):
        """The policy of the bus lets in nobody by itself (EVB-05)."""
        assert not world.puts()

    def test_named_account_is(self, friendly):
        """Its administrator may, and can hand it on there."""
        assert friendly.puts(admin(FRIEND))

    def test_named_account_does_not_let_in_others(self, friendly):
        """Neither another one, nor one of the same organization."""
        assert not friendly.puts(admin(STRANGER))
        assert not friendly.puts(admin(STRANGER), aws__PrincipalOrgID=ORGANIZATION)

    def test_named_account_does_not_let_in_a_role_here(self, friendly):
        """Roles of the account still need a grant (EVB-05)."""
        assert not friendly.puts()

    def test_organization_is(self, organized):
        """Each of its accounts may."""
        assert organized.puts(admin(FRIEND), aws__PrincipalOrgID=ORGANIZATION)

    def test_other_organization_is_not(self, organized):
        """Nor an account without one."""
        assert not organized.puts(admin(FRIEND), aws__PrincipalOrgID="o-zzzzzzzzzz")
        assert not organized.puts(admin(FRIEND))

    def test_organization_does_not_let_in_a_role_here(self, organized):
        """This account is a member too, but its roles need a grant (EVB-05)."""
        assert not organized.puts(aws__PrincipalOrgID=ORGANIZATION)

    def test_own_administrator_is_beside_an_organization(self, organized):
        """An account outside the organization does not lock itself out."""
        assert organized.puts(admin(OWN))

    def test_stranger_is_not_even_by_a_statement_of_yours(self):
        """What the bus says is a Deny, which no other statement overrides."""
        world = World()
        world.bus.bus.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Everybody",
                principals=[iam.AccountPrincipal(STRANGER)],
                actions=["events:PutEvents"],
                resources=[world.bus.event_bus_arn],
            )
        )
        world.deploy()

        assert not world.puts(admin(STRANGER), aws__PrincipalIsAWSService=False)

    @pytest.mark.parametrize("action", ["events:PutRule", "events:DeleteEventBus"])
    def test_may_do_nothing_else(self, friendly, action):
        """What an account was let in for is PutEvents alone."""
        request = Request(admin(FRIEND), action, friendly.arn)

        assert not friendly.cloud.decide(request).allowed


class TestPublishers:
    """A producer puts its own events, and no others (EVB-05)."""

    @pytest.mark.parametrize(
        "sources",
        [("shop.orders",), ("shop.invoices",), ("shop.orders", "shop.invoices")],
    )
    def test_puts_what_it_was_granted(self, granted, sources):
        """One source or several in one batch."""
        assert granted.puts(sources=sources)

    @pytest.mark.parametrize(
        "sources",
        [
            ("shop.payments",),
            ("shop.orders", "shop.payments"),
            ("shop.orders.eu",),
            ("shop.order",),
            ("Shop.Orders",),
            (),
        ],
        ids=lambda value: "+".join(value) or "none",
    )
    def test_puts_nothing_else(self, granted, sources):
        """No other source, no mixed batch, and none that hides its source."""
        assert not granted.puts(sources=sources)

    def test_puts_any_detail_type(self, granted):
        """Those were not limited."""
        assert granted.puts(types=("Anything",))

    def test_puts_its_detail_type(self, narrow):
        """Source and detail type are those granted."""
        assert narrow.puts()

    @pytest.mark.parametrize(
        "batch",
        [
            {"types": ("OrderPaid",)},
            {"types": ("OrderPlaced", "OrderPaid")},
            {"types": ()},
            {"sources": ("shop.payments",)},
            {"sources": ()},
        ],
        ids=str,
    )
    def test_puts_no_other_detail_type(self, narrow, batch):
        """One wrong event, and the whole batch is refused."""
        assert not narrow.puts(**batch)

    def test_puts_nothing_on_another_bus(self, granted):
        """The grant is for this bus."""
        other = granted.cloud.arn("Stack", "Other34654A52")
        context = {"events:source": ("shop.orders",)}
        request = Request(granted.user, "events:PutEvents", other, context)

        assert not granted.cloud.decide(request).allowed

    @pytest.mark.parametrize(
        "action", ["events:PutRule", "events:PutPartnerEvents", "events:StartReplay"]
    )
    def test_does_nothing_else(self, granted, action):
        """The grant is for one action."""
        context = {"events:source": ("shop.orders",)}
        request = Request(granted.user, action, granted.arn, context)

        assert not granted.cloud.decide(request).allowed


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key or "no key")
class TestDeadLetters:
    """The dead-letter queue receives what it is for, and nothing else (EVB-03)."""

    def test_receive(self, key):
        """EventBridge may send for this bus and its rules, and use the queue's key."""
        world = World(key=key).deploy()

        assert world.sends(world.arn)
        assert world.sends(f"{RULE}/orders/Paid")
        if key:
            own = {"aws__SourceAccount": OWN}
            assert world.uses_key("kms:GenerateDataKey", **own)
            assert world.uses_key("kms:Decrypt", **own)

    def test_of_others_are_refused(self, key):
        """Of another bus, of a rule of one, of another account."""
        world = World(key=key).deploy()
        other = world.cloud.arn("Stack", "Other34654A52")

        assert not world.sends(other)
        assert not world.sends(f"{RULE}/other/Paid")
        assert not world.sends(f"{RULE}/orders-2/Paid")
        assert not world.sends(f"{RULE}/Paid")
        assert not world.sends(world.arn, STRANGER)
        assert not world.sends(world.arn.replace(OWN, STRANGER), STRANGER)

    def test_need_tls(self, key):
        """Over plain http not even EventBridge gets in."""
        world = World(key=key).deploy()

        assert not world.sends(world.arn, aws__SecureTransport=False)

    def test_break_no_promise(self, key):
        """No stack depends on itself, and the guard finds nothing."""
        found = World(key=key).deploy().findings

        assert [] == [each for each in found if each[0] != UNHEARD]


@pytest.mark.parametrize("key", [key for key in KEYS if key])
class TestKey:
    """AWS may use the key for this account's buses, and nobody else's (EVB-07)."""

    def test_serves_the_bus_and_its_archive(self, key):
        """Each action that AWS documents, by what it is documented to carry."""
        world = World(key=key).deploy()
        context = {"kms__EncryptionContext:aws:events:event-bus:arn": world.arn}

        for action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom"):
            assert world.uses_key(action, **context)
        assert world.uses_key("kms:DescribeKey", aws__SourceAccount=OWN)

    def test_serves_the_delivery_of_logs(self, key):
        """EventBridge encrypts what CloudWatch then decrypts."""
        world = World(key=key).deploy()
        logs = f"arn:aws:logs:eu-west-1:{OWN}:delivery-source:orders"
        context = {"kms__EncryptionContext:SourceArn": logs}

        assert world.uses_key("kms:GenerateDataKey", **context)
        assert world.uses_key("kms:Decrypt", "delivery.logs.amazonaws.com", **context)

    def test_serves_no_other_account(self, key):
        """Neither by account, nor by what is encrypted, nor by nothing at all."""
        world = World(key=key).deploy()
        bus = world.arn.replace(OWN, STRANGER)
        logs = f"arn:aws:logs:eu-west-1:{STRANGER}:delivery-source:orders"

        for context in (
            {"aws__SourceAccount": STRANGER},
            {"kms__EncryptionContext:aws:events:event-bus:arn": bus},
            {"kms__EncryptionContext:SourceArn": logs},
            {},
        ):
            assert not world.uses_key("kms:Decrypt", **context)
            assert not world.uses_key("kms:DescribeKey", **context)


class TestLogs:
    """AWS delivers the logs of this account, and nobody else writes there."""

    @pytest.fixture(scope="class")
    @staticmethod
    def logged() -> World:
        """A deployed world whose bus logs errors."""
        return World(log_level=events.Level.ERROR).deploy()

    @pytest.mark.parametrize(
        ("who", "account", "written"),
        [
            ("delivery.logs.amazonaws.com", OWN, True),
            ("delivery.logs.amazonaws.com", STRANGER, False),
            (EVENTS, OWN, False),
        ],
    )
    def test_are_delivered(self, logged, who, account, written):
        """By the delivery service, for this account."""
        (group,) = logged.cloud.resources("AWS::Logs::LogGroup")
        source = f"arn:aws:logs:eu-west-1:{account}:delivery-source:orders"
        context = {"aws:SourceAccount": account, "aws:SourceArn": source}
        stream = f"{group.arn}:log-stream:orders"

        request = Request(who, "logs:PutLogEvents", stream, context)
        assert written == logged.cloud.decide(request).allowed
