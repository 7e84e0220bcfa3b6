"""Who may put events on a bus, by its policies."""

from __future__ import annotations

import json
import re

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from secure_constructs.checks.events_references import (
    BUS,
    policies_of,
    policies_of_unknown,
)
from secure_constructs.checks.policy import Statement, read_statement
from secure_constructs.checks.template import (
    UNKNOWN,
    Resource,
    is_undecided,
    listed,
    text,
)

_PUT = "events:PutEvents"
_NOT = ("StringNotEquals", "StringNotEqualsIfExists")
_ACCOUNT = "aws:principalaccount"
_ORGANIZATIONS = ("aws:principalorgid", "aws:principalorgpaths")
_WRITTEN_OUT = re.compile(r"\d{12}|o-[a-z0-9]+")


def openings_of(resource: Resource) -> list[str]:
    """
    Return whom *resource*, a bus or a policy of one elsewhere, lets in.

    Accounts and organizations are named by being written into a policy. Where a
    construct recorded which were asked for, only these are.
    """
    policies = policies_of(resource)
    is_bus = resource.type == BUS
    if not is_bus and not policies:
        return []  # Its bus answers for it.
    if resource.template.once(_may_be_closed, resource if is_bus else policies[0]):
        return []
    said = [*_inline(resource), *_written(policies if is_bus else [resource])]
    found = [each for one in said for each in _openings(read_statement(one), resource)]
    return list(dict.fromkeys(found))


def parsed(value: object) -> Any:  # noqa: ANN401 - templates are untyped
    """Return *value*, or what a text is the JSON of; `UNKNOWN` if it is of nothing."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return UNKNOWN


def _inline(resource: Resource) -> list[Any]:
    """Return the statements that a bus has in a property of its own."""
    policy = parsed(resource.read("Policy"))
    is_document = isinstance(policy, Mapping) and "Statement" in policy
    return listed(policy["Statement"] if is_document else policy)


def _written(policies: Iterable[Resource]) -> list[Any]:
    """Return the statements of *policies*, also where they are written the old way."""
    return [
        parsed(each.read("Statement"))
        if each.read("Principal") in (None, UNKNOWN)
        else _of_old(each)
        for each in policies
    ]


def _of_old(policy: Resource) -> dict[str, Any]:
    """Return as a statement what *policy* says in properties of their own."""
    condition = policy.read("Condition") or {}
    if isinstance(condition.get("Type"), str):
        condition = {condition["Type"]: {condition.get("Key"): condition.get("Value")}}
    principal, action = policy.read("Principal"), policy.read("Action")
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": action,
        "Condition": condition,
    }


def _openings(statement: Statement, bus: Resource) -> Iterator[str]:
    yield from statement.openings(None)
    if not statement.allows:
        return
    for account in _unasked(bus, statement.foreign_accounts(bus.template.account)):
        yield f"lets the account {account} in"
    said = dict(statement.required())
    if statement.is_for_everybody and _ACCOUNT not in said:
        named = [each or "" for key in _ORGANIZATIONS for each in said.get(key, ())]
        for organization in _unasked(bus, (each.split("/")[0] for each in named)):
            yield f"lets the organization {organization} in"


def _may_be_closed(resource: Resource) -> bool:
    """Whether a statement keeps, or may keep, everybody out who was not asked for."""
    policies = [*policies_of(resource), *policies_of_unknown(resource)]
    said = [*_inline(resource), *_written(policies)]
    return any(_may_keep_out(each, resource) for each in said)


def _may_keep_out(raw: Any, bus: Resource) -> bool:  # noqa: ANN401 - templates are untyped
    """Whether *raw* refuses, or may refuse, everybody who was not asked for."""
    if not isinstance(raw, Mapping) or "Effect" not in raw:
        return True
    statement = read_statement(raw)
    keys = [
        pair for name in _NOT for pair in statement.conditions.get(name, {}).items()
    ]
    named = [text(each) or "" for _, value in keys for each in listed(value)]
    refused = (
        set(statement.conditions) <= set(_NOT)
        and {key.lower() for key, _ in keys} <= {_ACCOUNT, _ORGANIZATIONS[0]}
        and not list(_unasked(bus, named))
    )
    return (
        statement.may_deny
        and statement.may("Principal", is_so=statement.is_for_everybody)
        and statement.may("Action", is_so=statement.is_about(_PUT))
        and statement.may("Condition", is_so=refused)
    )


def _unasked(bus: Resource, names: Iterable[str]) -> Iterator[str]:
    """Yield those of *names* that the construct of *bus* was not asked to let in."""
    record, own = bus.record, bus.template.account
    asked = [
        *listed(record.get("AllowedAccounts")),
        *listed(record.get("AllowedOrganization")),
    ]
    if not record or is_undecided(asked):
        return
    for name in names:
        # Where it is not known which account is one's own, it may be that one.
        known = _WRITTEN_OUT.fullmatch(name) and (own or not name.isdecimal())
        if known and name not in (own, *asked):
            yield name
