"""The six packs of cdk-nag, as an app would switch them on."""

from __future__ import annotations

import aws_cdk as cdk

from cdk_nag import (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R4Checks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)

from secure_constructs.acknowledge import Pack

ORDINARY = (AwsSolutionsChecks, ServerlessChecks)
STRICT = (HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks)
STRICT_NAMES: tuple[Pack, ...] = (
    "HIPAA.Security",
    "NIST.800.53.R4",
    "NIST.800.53.R5",
    "PCI.DSS.321",
)


def add_packs(app: cdk.App, *packs: type) -> None:
    """Check *app* with *packs* when it is synthesized."""
    cdk.Validations.of(app).add_plugins(*(pack(app) for pack in packs))
