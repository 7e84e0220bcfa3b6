"""
That no tenant reaches what is another one's, by the role itself.

On the emulator the decision is IAM's of ministack, with variables and the leading
keys of requests added by `tests/e2e/emulator`: it is the deployed policy that decides,
and not AWS.
"""

from __future__ import annotations

import json
import urllib.parse
import uuid

from collections.abc import Callable
from typing import Any

import pytest

from botocore.exceptions import ClientError

from tests.e2e.support.waiting import eventually

_TENANTS = ("acme", "globex")
_TABLE = "Table"


@pytest.fixture(scope="module")
def broker(production) -> Any:
    """
    An identity that may open sessions of tenants, as the functions do.

    Only functions can have their roles, so the trust of the role of tenants is opened
    to one more role for these tests, and to nothing else: the conditions stay.
    """
    iam = production.endpoint.client("iam")
    account = production.endpoint.account
    name = f"Broker{uuid.uuid4().hex[:8]}"
    tenant = production.id("Orders", "Tenant")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_trust_of(account))
    iam.put_role_policy(
        RoleName=name, PolicyName="Sessions", PolicyDocument=_sessions(account, tenant)
    )
    before = _document(
        iam.get_role(RoleName=tenant)["Role"]["AssumeRolePolicyDocument"]
    )
    opened = json.loads(json.dumps(before))
    (statement,) = opened["Statement"]
    statement["Principal"]["AWS"].append(made["Role"]["Arn"])
    iam.update_assume_role_policy(RoleName=tenant, PolicyDocument=json.dumps(opened))
    session = production.endpoint.client("sts").assume_role(
        RoleArn=made["Role"]["Arn"], RoleSessionName="e2e"
    )["Credentials"]
    yield production.endpoint.as_user(session)
    iam.update_assume_role_policy(RoleName=tenant, PolicyDocument=json.dumps(before))
    iam.delete_role_policy(RoleName=name, PolicyName="Sessions")
    iam.delete_role(RoleName=name)


@pytest.fixture(scope="module")
def orders(shop) -> dict[str, str]:
    """The id of an order of each tenant."""
    made = {each: shop.order(each) for each in _TENANTS}
    for order in made.values():
        shop.place(order)
    assert eventually(lambda: all(shop.items(each) for each in made.values()))
    return {tenant: order["order_id"] for tenant, order in made.items()}


@pytest.fixture(scope="module")
def acme(broker, production) -> Any:
    """DynamoDB, as `acme` sees it."""
    return _session(broker, production, "acme").client("dynamodb")


def _trust_of(account: str) -> str:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _sessions(account: str, role: str) -> str:
    """Return the policy that a broker has, as `TenantRole` gives it."""
    statement = {
        "Effect": "Allow",
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Resource": f"arn:aws:iam::{account}:role/{role}",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _document(document: Any) -> Any:
    if isinstance(document, str):
        return json.loads(urllib.parse.unquote(document))
    return document


def _session(broker: Any, production: Any, tenant: str, **more: Any) -> Any:
    """Return the identity of a session for *tenant*."""
    role = f"arn:aws:iam::{broker.account}:role/{production.id('Orders', 'Tenant')}"
    request: dict[str, Any] = {
        "RoleArn": role,
        "RoleSessionName": tenant,
        "Tags": [{"Key": "TenantId", "Value": tenant}],
        **more,
    }
    answer = broker.client("sts").assume_role(
        **{name: value for name, value in request.items() if value is not None}
    )
    return broker.as_user(answer["Credentials"])


def _key(tenant: str, order: str) -> dict[str, Any]:
    return {"PK": {"S": f"TENANT#{tenant}"}, "SK": {"S": f"ORDER#{order}"}}


def _get(table: str, tenant: str, order: str) -> dict[str, Any]:
    return {"TableName": table, "Key": _key(tenant, order)}


def _query(table: str, tenant: str, _: str) -> dict[str, Any]:
    values = {":tenant": {"S": f"TENANT#{tenant}"}}
    return {
        "TableName": table,
        "KeyConditionExpression": "PK = :tenant",
        "ExpressionAttributeValues": values,
    }


def _query_index(table: str, tenant: str, order: str) -> dict[str, Any]:
    request = _query(table, tenant, order)
    return {
        **request,
        "IndexName": "GSI1",
        "KeyConditionExpression": "GSI1PK = :tenant",
    }


def _put(table: str, tenant: str, order: str) -> dict[str, Any]:
    return {"TableName": table, "Item": _key(tenant, f"{order}#LINE#e2e")}


def _batch(table: str, tenant: str, order: str) -> dict[str, Any]:
    return {"RequestItems": {table: {"Keys": [_key(tenant, order)]}}}


def _transaction(table: str, tenant: str, order: str) -> dict[str, Any]:
    return {"TransactItems": [{"Put": _put(table, tenant, order)}]}


_REQUESTS: dict[str, Callable[[str, str, str], dict[str, Any]]] = {
    "get_item": _get,
    "query": _query,
    "put_item": _put,
    "batch_get_item": _batch,
    "transact_write_items": _transaction,
}


class TestOwnItems:
    @pytest.mark.parametrize("name", _REQUESTS)
    def test_a_tenant_reaches_its_own(self, acme, production, orders, name):
        """What a session is for, it can do: no refusal below is one of everything."""
        table = production.id("Orders", _TABLE)

        assert getattr(acme, name)(**_REQUESTS[name](table, "acme", orders["acme"]))

    def test_a_tenant_sees_its_orders_by_the_index(self, acme, production, orders):
        """The index is led by the tenant as well."""
        table = production.id("Orders", _TABLE)

        assert acme.query(**_query_index(table, "acme", ""))["Items"]


class TestItemsOfOthers:
    @pytest.mark.parametrize("name", _REQUESTS)
    def test_a_tenant_reaches_none(self, acme, production, orders, name):
        """The same request for the other tenant is refused."""
        table = production.id("Orders", _TABLE)
        request = _REQUESTS[name](table, "globex", orders["globex"])

        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(acme, name)(**request)

    def test_the_index_leads_to_none(self, acme, production, orders):
        """What is refused in the table is not to be had by its index."""
        table = production.id("Orders", _TABLE)

        with pytest.raises(ClientError, match="AccessDenied"):
            acme.query(**_query_index(table, "globex", ""))

    def test_one_item_of_another_spoils_the_batch(self, acme, production, orders):
        """Nobody gets at an item by putting it among own ones."""
        table = production.id("Orders", _TABLE)
        keys = [_key(each, orders[each]) for each in _TENANTS]

        with pytest.raises(ClientError, match="AccessDenied"):
            acme.batch_get_item(RequestItems={table: {"Keys": keys}})

    @pytest.mark.parametrize("index", [{}, {"IndexName": "GSI1"}])
    def test_nobody_reads_the_whole_table(self, acme, production, index):
        """A scan names no tenant."""
        with pytest.raises(ClientError, match="AccessDenied"):
            acme.scan(TableName=production.id("Orders", _TABLE), **index)

    def test_a_tenant_whose_name_begins_alike_is_another(
        self, broker, production, orders
    ):
        """`acm` is not `acme`."""
        table = production.id("Orders", _TABLE)
        session = _session(broker, production, "acm").client("dynamodb")

        with pytest.raises(ClientError, match="AccessDenied"):
            session.get_item(**_get(table, "acme", orders["acme"]))


class TestSessions:
    def test_there_is_none_without_a_tenant(self, broker, production):
        """A session that is for nobody is not opened."""
        with pytest.raises(ClientError, match="AccessDenied"):
            _session(broker, production, "acme", Tags=None)

    @pytest.mark.parametrize("tenant", ["a/b", "a:b", "a#b", "a|b", "a~b"])
    def test_there_is_none_for_what_is_no_tenant(self, broker, production, tenant):
        """Characters that keys are put together with cannot be part of a tenant."""
        tags = [{"Key": "TenantId", "Value": tenant}]

        with pytest.raises(ClientError):
            _session(
                broker, production, "acme", Tags=tags, RoleSessionName=f"x,{tenant}"
            )

    def test_it_is_called_after_its_tenant(self, broker, production):
        """Who looks into CloudTrail sees for whom a session was."""
        with pytest.raises(ClientError, match="AccessDenied"):
            _session(broker, production, "acme", RoleSessionName="globex")

    def test_others_than_brokers_open_none(self, production):
        """Being an administrator does not make one a broker."""
        with pytest.raises(ClientError, match="AccessDenied"):
            _session(production.endpoint, production, "acme")
