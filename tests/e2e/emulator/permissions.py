"""Asks the emulator's own IAM whether a service may do something for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam


def role_may(
    role_arn: str,
    action: str,
    resource: str,
    keys: Mapping[str, list[str]] | None = None,
) -> bool:
    """Return whether a role may do *action*, with these condition *keys*."""
    policies = iam_evaluator._gather_role_policies(
        role_arn.rpartition("/")[2], get_account_id()
    )
    asked = _context(role_arn, action, resource, dict(keys or {}))
    return str(iam_evaluator.evaluate(asked, policies).decision) == "Allow"


def service_may(
    policy: object, service: str, action: str, resource: str, source_arn: str
) -> bool:
    """Return whether *policy* lets a service of AWS do *action* for *source_arn*."""
    keys = {"aws:sourcearn": source_arn, "aws:sourceaccount": get_account_id()}
    asked = _context("*", action, resource, {**keys, "aws:securetransport": "true"})
    found = iam_evaluator.evaluate_resource_policy(policy, asked, service=service)
    return str(found.decision) == "Allow"


def trusts(role_arn: str, service: str, source_arn: str) -> bool:
    """Return whether a role lets a service of AWS assume it for *source_arn*."""
    role = iam._roles.get(role_arn.rpartition("/")[2]) or {}
    policy = role.get("AssumeRolePolicyDocument")
    return service_may(policy, service, "sts:AssumeRole", role_arn, source_arn)


def _context(
    principal: str, action: str, resource: str, keys: dict[str, Any]
) -> iam_evaluator.EvalContext:
    return iam_evaluator.EvalContext(
        principal_arn=principal,
        principal_type="Service",
        principal_account=get_account_id(),
        action=action,
        resource_arn=resource,
        region=get_region(),
        secure_transport=True,
        service_context=keys,
    )
