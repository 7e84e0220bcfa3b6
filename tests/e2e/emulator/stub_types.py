"""
Types that have no service behind them: a registry, a discoverer, schemas.

Their deployment is kept on record and does nothing.
"""

from __future__ import annotations

import uuid

from functools import partial
from typing import Any

from ministack.core.responses import get_account_id, get_region

from .answers import add_type

TYPES = {
    "AWS::EventSchemas::Discoverer": "Discoverer",
    "AWS::EventSchemas::Registry": "Registry",
    "AWS::EventSchemas::Schema": "Schema",
}


def _create(kind: str, _: str, properties: dict[str, Any], __: str) -> Any:
    name = properties.get(f"{kind}Name") or uuid.uuid4().hex[:12]
    place = f"{get_region()}:{get_account_id()}"
    arn = f"arn:aws:schemas:{place}:{kind.lower()}/{name}"
    return arn, {f"{kind}Arn": arn, f"{kind}Id": name, f"{kind}Name": name}


def _update(physical_id: str, _: object, __: object, ___: str) -> Any:
    name, kind = physical_id.rpartition("/")[2], physical_id.split(":")[5]
    title = kind.partition("/")[0].title()
    known = {f"{title}Arn": physical_id, f"{title}Id": name, f"{title}Name": name}
    return physical_id, known


def _delete(physical_id: str, _: object) -> None:
    """Forget it: there is nothing to delete."""


def fill() -> None:
    """Let templates have what nothing is done with."""
    for name, kind in TYPES.items():
        create = partial(_create, kind)
        add_type(name, create=create, update=_update, delete=_delete)
