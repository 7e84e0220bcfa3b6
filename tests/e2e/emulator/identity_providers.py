"""Identity providers, which ministack's IAM has, but not in templates."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import iam

from .answers import add_type, ask


def _create(_: str, properties: dict[str, Any], __: str) -> Any:
    url = properties["Url"]
    request = {"Url": [url]}
    for number, client in enumerate(properties.get("ClientIdList", []), start=1):
        request[f"ClientIDList.member.{number}"] = [client]
    ask(iam._create_oidc_provider, request)
    host = url.partition("://")[2].rstrip("/")
    arn = f"arn:aws:iam::{get_account_id()}:oidc-provider/{host}"
    return arn, {"Arn": arn}


def _update(arn: str, _: object, __: object, ___: str) -> Any:
    return arn, {"Arn": arn}


def _delete(arn: str, _: object) -> None:
    ask(iam._delete_oidc_provider, {"OpenIDConnectProviderArn": [arn]})


def fill() -> None:
    """Let templates have identity providers."""
    add_type("AWS::IAM::OIDCProvider", create=_create, update=_update, delete=_delete)
