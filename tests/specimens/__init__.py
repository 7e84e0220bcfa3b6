"""
One specimen for each construct: how to make it, and what it takes the place of.

`tests/test_contract.py` holds each of them to the same contract.
"""

from __future__ import annotations

from tests.specimens import (
    bucket,
    event_bus,
    event_route,
    event_schedule,
    function,
    github_oidc,
    key,
    table,
    tenant_role,
)
from tests.specimens.specimen import Specimen

SPECIMENS: tuple[Specimen, ...] = (
    bucket.SPECIMEN,
    event_bus.SPECIMEN,
    event_route.SPECIMEN,
    event_schedule.SPECIMEN,
    function.SPECIMEN,
    key.SPECIMEN,
    github_oidc.SPECIMEN,
    table.SPECIMEN,
    tenant_role.SPECIMEN,
)
