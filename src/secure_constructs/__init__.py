"""
AWS CDK constructs that keep a security checklist by default.

The names are imported on first use, because each service module of CDK costs
time to load.
"""

from __future__ import annotations

import importlib

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secure_constructs.access_patterns import AccessPattern, TableIndex
    from secure_constructs.acknowledge import acknowledge_defaults
    from secure_constructs.baseline import Baseline
    from secure_constructs.bucket import SecureBucket
    from secure_constructs.checks.checklist import Checklist
    from secure_constructs.event_bus import AppEventBus
    from secure_constructs.event_route import EventRoute
    from secure_constructs.event_schedule import EventSchedule
    from secure_constructs.event_schema import EventSchema
    from secure_constructs.function import ObservedFunction
    from secure_constructs.github_oidc import GitHubOidcRole
    from secure_constructs.github_provider import GitHubProvider
    from secure_constructs.github_subject import GitHubSubject
    from secure_constructs.key import AppKey
    from secure_constructs.table import TenantTable
    from secure_constructs.tags import StandardTags
    from secure_constructs.tenancy import TenantGrants, TenantRole
    from secure_constructs.tier import Tier
    from secure_constructs.waiver import Waived

__all__ = [
    "AccessPattern",
    "AppEventBus",
    "AppKey",
    "Baseline",
    "Checklist",
    "EventRoute",
    "EventSchedule",
    "EventSchema",
    "GitHubOidcRole",
    "GitHubProvider",
    "GitHubSubject",
    "ObservedFunction",
    "SecureBucket",
    "StandardTags",
    "TableIndex",
    "TenantGrants",
    "TenantRole",
    "TenantTable",
    "Tier",
    "Waived",
    "acknowledge_defaults",
]

_MODULES = {
    "AccessPattern": "access_patterns",
    "AppEventBus": "event_bus",
    "AppKey": "key",
    "Baseline": "baseline",
    "Checklist": "checks.checklist",
    "EventRoute": "event_route",
    "EventSchedule": "event_schedule",
    "EventSchema": "event_schema",
    "GitHubOidcRole": "github_oidc",
    "GitHubProvider": "github_provider",
    "GitHubSubject": "github_subject",
    "ObservedFunction": "function",
    "SecureBucket": "bucket",
    "StandardTags": "tags",
    "TableIndex": "access_patterns",
    "TenantGrants": "tenancy",
    "TenantRole": "tenancy",
    "TenantTable": "table",
    "Tier": "tier",
    "Waived": "waiver",
    "acknowledge_defaults": "acknowledge",
}


def __getattr__(name: str) -> object:
    """Import the module of *name* when it is first asked for."""
    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    return getattr(module, name)


def __dir__() -> list[str]:
    """List the public names, also those not yet imported."""
    return sorted({*globals(), *__all__})
