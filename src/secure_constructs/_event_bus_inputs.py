"""The checks of AppEventBus's arguments that no other construct needs."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING

from aws_cdk import aws_events as events

from secure_constructs._inputs import is_token
from secure_constructs.event_schema import EventSchema
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration

    from secure_constructs._inputs import Inputs

_NAME = re.compile(r"[.\-_A-Za-z0-9]{1,256}")
_RESERVED = "aws."
_LONGEST_DESCRIPTION = 512
_LONGEST_RETENTION = 36_500
_ACCOUNT = re.compile(r"\d{12}")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")


def check_identity(inputs: Inputs, name: str | None, description: str | None) -> None:
    """Raise if EventBridge takes no bus of that *name* or *description*."""
    inputs.text("description", description, "events of the shop")
    if description and not is_token(description):
        length = len(description)
        if length > _LONGEST_DESCRIPTION:
            problem = f"has more than {_LONGEST_DESCRIPTION} characters"
            raise inputs.wrong("description", f"{length} characters", problem)
    inputs.text("event_bus_name", name, "orders")
    if name is None or is_token(name):
        return
    if name == "default":
        problem = (
            "is the bus that every account has and AWS's own events use (EVB-01); "
            "choose another name, and route from the default bus with EventRoute"
        )
        raise inputs.wrong("event_bus_name", name, problem)
    if name.lower().startswith(_RESERVED) or not _NAME.fullmatch(name):
        problem = (
            "is no name for a bus of yours; write up to 256 letters, digits, '.', '-' "
            f"and '_', without {_RESERVED!r} at the start, which is AWS's"
        )
        raise inputs.wrong("event_bus_name", name, problem)


def check_archive(inputs: Inputs, retention: Duration | Waived | None) -> None:
    """Raise if an archive cannot keep events for so long, or would for ever."""
    option = "archive_retention"
    if retention is None:
        return
    if isinstance(retention, Waived):
        inputs.waived(option, retention, "the archive (EVB-02)")
        return
    inputs.days(option, retention, low=1, high=_LONGEST_RETENTION)


def check_discovery(inputs: Inputs, discovery: object, *, has_key: bool) -> None:
    """Raise if *discovery* is no choice, or one that AWS cannot fulfil."""
    option = "schema_discovery"
    if discovery is True:
        if has_key:
            problem = (
                "is not possible on a bus with a customer-managed key (EVB-04): "
                "EventBridge discovers schemas only where its own key encrypts; leave "
                "schema_discovery out, and register schemas=[...] instead"
            )
            raise inputs.wrong(option, discovery, problem)
        return
    inputs.waived(option, discovery, "the discovery of schemas (EVB-04)")


def check_schemas(inputs: Inputs, schemas: Sequence[EventSchema]) -> None:
    """Raise if *schemas* are no schemas, or two of them are of the same events."""
    inputs.sequence("schemas", schemas, EventSchema)
    names: set[str] = set()
    for index, schema in enumerate(schemas):
        if schema.name in names:
            problem = "is registered already; give each detail type one schema"
            raise inputs.wrong(f"schemas[{index}]", schema.name, problem)
        names.add(schema.name)


def check_foreigners(
    inputs: Inputs, accounts: Sequence[str], organization: str | None, own: str
) -> None:
    """Raise if *accounts* or *organization* name none (EVB-06)."""
    inputs.sequence("allowed_accounts", accounts, str)
    for index, account in enumerate(accounts):
        option = f"allowed_accounts[{index}]"
        if is_token(account):
            continue
        if not _ACCOUNT.fullmatch(account):
            problem = "is no account; write its 12 digits, such as '111122223333'"
            raise inputs.wrong(option, account, problem)
        if account == own:
            problem = (
                "is the account of the bus itself, whose principals publish by their "
                "own policies; use grants.publish()"
            )
            raise inputs.wrong(option, account, problem)
    option = "allowed_organization_id"
    inputs.text(option, organization, "o-a1b2c3d4e5")
    known = organization is None or is_token(organization)
    if not known and not _ORGANIZATION.fullmatch(organization or ""):
        problem = "is no organization; write its id, such as 'o-a1b2c3d4e5'"
        raise inputs.wrong(option, organization, problem)


def check_logs(inputs: Inputs, level: events.Level | None) -> None:
    """Raise if *level* is none at which EventBridge logs."""
    if level is None:
        return
    if not isinstance(level, events.Level):
        problem = "is no level; write for example events.Level.ERROR"
        raise inputs.wrong_kind("log_level", level, problem)
    if level is events.Level.OFF:
        problem = "logs nothing; leave it out"
        raise inputs.wrong("log_level", level, problem)
