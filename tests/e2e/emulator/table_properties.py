"""
The properties of tables that ministack takes from a template and forgets.

A global table has some of them for each region; here it has one region only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from .answers import ask

_TYPES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")


def _complete(name: str, properties: dict[str, Any]) -> None:
    """Set what the provisioner left out of the table *name*."""
    here = [r for r in properties.get("Replicas", []) if r["Region"] == get_region()]
    own = here[0] if here else properties
    if ttl := properties.get("TimeToLiveSpecification"):
        wanted = {**ttl, "Enabled": _is_true(ttl["Enabled"])}
        request = {"TableName": name, "TimeToLiveSpecification": wanted}
        ask(dynamodb._update_ttl, request)
    if recovery := own.get("PointInTimeRecoverySpecification"):
        enabled = _is_true(recovery["PointInTimeRecoveryEnabled"])
        wanted = {"PointInTimeRecoveryEnabled": enabled}
        request = {"TableName": name, "PointInTimeRecoverySpecification": wanted}
        ask(dynamodb._update_continuous_backups, request)
    table = dynamodb._tables[name]
    table["DeletionProtectionEnabled"] = _is_true(own.get("DeletionProtectionEnabled"))
    encryption = properties.get("SSESpecification") or {}
    if _is_true(encryption.get("SSEEnabled")):
        key = (own.get("SSESpecification") or encryption).get("KMSMasterKeyId")
        table["SSEDescription"] = {
            "Status": "ENABLED",
            "SSEType": "KMS",
            "KMSMasterKeyArn": key or _key_of_aws(),
        }


def _is_true(value: object) -> bool:
    """Return a truth value of a template, which may be text."""
    return str(value).lower() == "true"


def _key_of_aws() -> str:
    return f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/dynamodb"


def _completing(make: Callable[..., Any], position: int) -> Callable[..., Any]:
    """Return *make* that completes as well; its properties are at *position*."""

    def made(*arguments: Any) -> Any:
        result = make(*arguments)
        _complete(result[0], arguments[position])
        return result

    return made


def fill() -> None:
    """Let a table have what its template says."""
    for name in _TYPES:
        handler = provisioners._RESOURCE_HANDLERS[name]
        handler["create"] = _completing(handler["create"], 1)
        handler["update"] = _completing(handler["update"], 2)
