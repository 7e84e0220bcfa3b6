"""Whom a request is for: what the authorizer verified, and nothing else."""

from __future__ import annotations

import re

from collections.abc import Mapping
from typing import Any

# The claim is set by the directory of users; no user may be able to change it.
_CLAIM = "custom:tenant"
# As the role of tenants takes them, with room for a name of the session before it.
_TENANT = re.compile(r"[A-Za-z0-9_.=+@-]{1,62}")


class NoTenantError(Exception):
    """The request is for no tenant that anybody vouches for."""


def tenant_of(event: Mapping[str, Any]) -> str:
    """
    Return the tenant for whom the caller of *event* acts.

    The claims in the request's context are those of a token whose signature, issuer,
    audience and times API Gateway has checked. A header, a path, a query or a body
    is what the caller writes, and says nothing about who that is.

    Raises:
        NoTenantError: The event came past the authorizer, or its token has no tenant.
    """
    context = event.get("requestContext") or {}
    token = (context.get("authorizer") or {}).get("jwt") or {}
    tenant = (token.get("claims") or {}).get(_CLAIM)
    if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
        # Not quoted: it may be anything.
        raise NoTenantError(f"the token has no {_CLAIM} that is the id of a tenant")
    return tenant
