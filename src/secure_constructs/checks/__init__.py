"""The library's rules, over templates that it wrote and templates that it did not."""

from __future__ import annotations

from secure_constructs.checks import (
    cdk,
    dynamodb,
    events,
    iam,
    kms,
    lambda_,
    lambda_failures,
    s3,
)
from secure_constructs.checks.rule import Breach, Rule
from secure_constructs.checks.template import Resource, Template

RULES: tuple[Rule, ...] = (
    *s3.RULES,
    *kms.RULES,
    *iam.RULES,
    *lambda_.RULES,
    *lambda_failures.RULES,
    *dynamodb.RULES,
    *events.RULES,
    *cdk.RULES,
)

__all__ = ["RULES", "Breach", "Resource", "Rule", "Template"]
