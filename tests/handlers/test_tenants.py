"""The broker: who a request is for, and the session that it is done in."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import sys

from typing import Any

import boto3
import pytest

from tenants.claims import NoTenantError, tenant_of
from tenants.sessions import TenantSessions

from tests.handlers.messages import CONTEXT
from tests.support.tenants import World

HANDLER = "tenants.handler"
ROLE = "arn:aws:iam::123456789012:role/tenant"
START = dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc)


def event(**claims: Any) -> dict[str, Any]:
    """Return a request whose token has *claims*, as API Gateway hands it on."""
    named = {name.replace("_", ":"): value for name, value in claims.items()}
    return {"requestContext": {"authorizer": {"jwt": {"claims": named}}}}


class TestTenantOf:
    @pytest.mark.parametrize("tenant", ["acme", "1", "A_1.b=c+d@e-f", 62 * "a"])
    def test_is_that_of_the_token(self, tenant):
        """The claim that the directory of users has set."""
        assert tenant == tenant_of(event(custom_tenant=tenant))

    @pytest.mark.parametrize(
        "claimed",
        ["", "a/b", "a:b", "a#b", "a b", "*", "a,b", "acme\n", "ä", 63 * "a", None, 7],
    )
    def test_fails_on_an_id_that_is_none(self, claimed):
        """What the role would refuse is not tried."""
        with pytest.raises(NoTenantError, match="has no custom:tenant that is the id"):
            tenant_of(event(custom_tenant=claimed))

    @pytest.mark.parametrize(
        "found",
        [
            {},
            {"requestContext": {}},
            {"requestContext": {"authorizer": None}},
            {"requestContext": {"authorizer": {"lambda": {"custom:tenant": "a"}}}},
            event(tenant="acme"),
            {"headers": {"custom:tenant": "acme", "authorization": "Bearer x"}},
            {"queryStringParameters": {"tenant": "acme"}},
            {"body": json.dumps({"custom:tenant": "acme"})},
        ],
        ids=str,
    )
    def test_fails_on_what_nobody_verified(self, found):
        """Headers, queries and bodies are what the caller wrote."""
        with pytest.raises(NoTenantError):
            tenant_of(found)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> dt.datetime:
        """Return the time."""
        return self.time


class Sts:
    """An STS that notes what it is asked for."""

    def __init__(self, clock: Clock) -> None:
        self.asked: list[dict[str, Any]] = []
        self._clock = clock

    def assume_role(self, **asked: Any) -> dict[str, Any]:
        """Open a session."""
        self.asked.append(asked)
        ends = self._clock() + dt.timedelta(seconds=asked["DurationSeconds"])
        number = str(len(self.asked))
        return {
            "Credentials": {
                "AccessKeyId": f"key-{number}",
                "SecretAccessKey": f"secret-{number}",
                "SessionToken": f"token-{number}",
                "Expiration": ends,
            }
        }


@pytest.fixture
def clock() -> Clock:
    """A clock at the start."""
    return Clock()


@pytest.fixture
def sts(clock) -> Sts:
    """An STS."""
    return Sts(clock)


@pytest.fixture
def sessions(sts, clock) -> TenantSessions:
    """Sessions of that STS."""
    return TenantSessions(sts, ROLE, broker="orders-api", now=clock)


@pytest.fixture(scope="module")
def world() -> World:
    """What a stack with a TenantRole deploys."""
    return World()


class TestSessions:
    def test_are_tagged_with_the_tenant(self, sts, sessions):
        """One tag, which no session passes on, for a quarter of an hour."""
        sessions.credentials("acme")

        assert [
            {
                "RoleArn": ROLE,
                "RoleSessionName": "orders-api,acme",
                "DurationSeconds": 900,
                "Tags": [{"Key": "TenantId", "Value": "acme"}],
            }
        ] == sts.asked

    @pytest.mark.parametrize("tenant", ["acme", "1", 62 * "a"])
    def test_are_such_as_the_role_lets_open(self, sts, sessions, world, tenant):
        """The trust of a TenantRole, as it is synthesized, takes tag and name."""
        sessions.credentials(tenant)
        (asked,) = sts.asked
        ((_, tag),) = (each.values() for each in asked["Tags"])

        assert world.opens(tag, asked["RoleSessionName"])
        assert 2 <= len(asked["RoleSessionName"]) <= 64

    def test_are_given_as_boto3_takes_them(self, sessions):
        """By the names of its arguments."""
        assert {
            "aws_access_key_id": "key-1",
            "aws_secret_access_key": "secret-1",
            "aws_session_token": "token-1",
        } == sessions.credentials("acme")

    def test_are_kept_for_the_same_tenant(self, sts, sessions):
        """A second request needs no second session."""
        first = sessions.credentials("acme")

        assert first == sessions.credentials("acme")
        assert 1 == len(sts.asked)

    def test_are_never_given_to_another_tenant(self, sessions):
        """Look-alikes have sessions of their own."""
        found = [sessions.credentials(each) for each in ("1", "10", "1", "a", "A")]

        assert found[0] == found[2]
        assert 4 == len({each["aws_session_token"] for each in found})

    @pytest.mark.parametrize(("minutes", "opened"), [(9, 1), (10, 1), (10.1, 2)])
    def test_are_renewed_before_they_end(self, sts, sessions, clock, minutes, opened):
        """Five minutes before, so that no request is cut off."""
        sessions.credentials("acme")
        clock.time += dt.timedelta(minutes=minutes)
        sessions.credentials("acme")

        assert opened == len(sts.asked)

    def test_are_not_kept_without_end(self, sts, sessions):
        """The one that was not used for the longest time goes first."""
        for number in range(256):
            sessions.credentials(f"t{number}")
        sessions.credentials("t0")
        sessions.credentials("new")
        before = len(sts.asked)
        sessions.credentials("t0")
        assert before == len(sts.asked)
        sessions.credentials("t1")

        assert before + 1 == len(sts.asked)

    def test_have_the_key_of_the_role(self, sts, clock):
        """A role with another key for its tag is told that one."""
        sessions = TenantSessions(
            sts, ROLE, broker="api", tag_key="shop:tenant", now=clock
        )
        sessions.credentials("acme")

        assert "shop:tenant" == sts.asked[0]["Tags"][0]["Key"]


@pytest.fixture
def orders() -> Any:
    """A table with an index by time, and the orders of two tenants."""
    table = boto3.resource("dynamodb").create_table(
        TableName="orders",
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"}
            for name in ("PK", "SK", "GSI1PK", "GSI1SK")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "GSI1",
                "KeySchema": [
                    {"AttributeName": "GSI1PK", "KeyType": "HASH"},
                    {"AttributeName": "GSI1SK", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for tenant, order, day in (
        ("acme", "one", "01"),
        ("acme", "two", "02"),
        ("other", "three", "03"),
    ):
        table.put_item(
            Item={
                "PK": f"TENANT#{tenant}",
                "SK": f"ORDER#{order}",
                "GSI1PK": f"TENANT#{tenant}",
                "GSI1SK": f"2030-01-{day}",
            }
        )
    return table


@pytest.fixture
def handle(monkeypatch, orders):
    """The handler of a new sandbox."""
    monkeypatch.setenv("TABLE_NAME", orders.name)
    monkeypatch.setenv("TENANT_ROLE_ARN", ROLE)
    monkeypatch.delitem(sys.modules, HANDLER, raising=False)
    return importlib.import_module(HANDLER).handler


class TestHandler:
    def test_shows_a_tenant_its_orders(self, handle):
        """The newest first, and those of nobody else."""
        response = handle(event(custom_tenant="acme"), CONTEXT)

        assert 200 == response["statusCode"]
        assert {"orders": ["two", "one"]} == json.loads(response["body"])

    def test_asks_as_the_tenant(self, handle, monkeypatch):
        """The table is asked with the credentials of the session, not its own."""
        used = []
        client = boto3.client

        def noted(service, **options):
            used.append((service, {each for each in options if each != "config"}))
            return client(service, **options)

        monkeypatch.setattr(boto3, "client", noted)
        handle(event(custom_tenant="acme"), CONTEXT)

        assert [
            (
                "dynamodb",
                {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"},
            )
        ] == used

    def test_refuses_a_request_without_a_tenant(self, handle):
        """And says no more to a stranger than that."""
        assert {"statusCode": 403, "body": ""} == handle(event(sub="jo"), CONTEXT)

    @pytest.mark.parametrize("name", ["TABLE_NAME", "TENANT_ROLE_ARN"])
    def test_fails_to_start_without(self, handle, monkeypatch, name):
        """A function that lacks a setting fails for all, and not for some."""
        monkeypatch.delenv(name)
        monkeypatch.delitem(sys.modules, HANDLER)

        with pytest.raises(KeyError, match=name):
            importlib.import_module(HANDLER)
