"""Archives and policies of event buses, which ministack has, but not in templates."""

from __future__ import annotations

import json

from typing import Any

from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from .answers import add_type, ask


def _archive(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
    name = properties.get("ArchiveName") or provisioners._physical_name(
        stack, logical_id, max_len=48
    )
    request = {**_archive_settings(properties), "ArchiveName": name}
    made = ask(
        eventbridge._create_archive,
        {**request, "EventSourceArn": properties["SourceArn"]},
    )
    return name, {"Arn": made["ArchiveArn"]}


def _update_archive(name: str, _: object, new: dict[str, Any], __: str) -> Any:
    request = {**_archive_settings(new), "ArchiveName": name}
    made = ask(eventbridge._update_archive, request)
    return name, {"Arn": made["ArchiveArn"]}


def _archive_settings(properties: dict[str, Any]) -> dict[str, Any]:
    pattern = properties.get("EventPattern")
    return {
        "RetentionDays": int(properties.get("RetentionDays", 0)),
        "EventPattern": json.dumps(pattern) if pattern else "",
    }


def _delete_archive(name: str, _: object) -> None:
    ask(eventbridge._delete_archive, {"ArchiveName": name})


def _policy(_: str, properties: dict[str, Any], __: str) -> Any:
    """Add a statement to the policy of a bus, as it is; nothing evaluates it."""
    bus, name = properties["EventBusName"], properties["StatementId"]
    policies = eventbridge._event_bus_policies
    policy = policies.setdefault(bus, {"Version": "2012-10-17", "Statement": []})
    others = [each for each in policy["Statement"] if each.get("Sid") != name]
    policy["Statement"] = [*others, {**properties["Statement"], "Sid": name}]
    return f"{bus}|{name}", {}


def _update_policy(_: str, __: object, new: dict[str, Any], stack: str) -> Any:
    return _policy("", new, stack)


def _delete_policy(physical_id: str, _: object) -> None:
    bus, _, name = physical_id.partition("|")
    ask(
        eventbridge._remove_permission,
        {"EventBusName": bus, "StatementId": name},
    )


def fill() -> None:
    """Let templates have archives, and policies of buses."""
    add_type(
        "AWS::Events::Archive",
        create=_archive,
        update=_update_archive,
        delete=_delete_archive,
    )
    add_type(
        "AWS::Events::EventBusPolicy",
        create=_policy,
        update=_update_policy,
        delete=_delete_policy,
    )
