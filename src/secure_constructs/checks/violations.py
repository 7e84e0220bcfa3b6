"""Findings as CDK's validation reports have them."""

from __future__ import annotations

import importlib.metadata

from collections.abc import Iterable

from aws_cdk import PolicyViolatingResource, PolicyViolation

from secure_constructs.checks.rule import Breach, Rule


def version() -> str:
    """Return the library's version; 0.0.0 where it is not installed as a package."""
    try:
        return importlib.metadata.version("secure-constructs")
    except importlib.metadata.PackageNotFoundError:
        return "0.0.0"


def violating(
    at: tuple[str, str], breaches: Iterable[Breach]
) -> PolicyViolatingResource:
    """Return the resource *at* a file and an id, with the places of *breaches*."""
    return PolicyViolatingResource(
        template_path=at[0],
        resource_logical_id=at[1],
        locations=[breach.location for breach in breaches],
    )


def violation(
    rule: Rule, problem: str, found: list[PolicyViolatingResource]
) -> PolicyViolation:
    """Return the violation that a *problem* is, at all resources *found* to have it."""
    return PolicyViolation(
        rule_name=rule.id,
        description=f"{rule.title} Here {problem}. {rule.why}",
        severity=rule.severity,
        fix=rule.fix,
        violating_resources=found,
    )
