"""What can cost data although the resource stays."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.changes.change import Verdict
from secure_constructs.changes.hazards import (
    backups,
    databases,
    functions,
    keys,
    messages,
    nested,
    protection,
    storage,
    tables,
)
from secure_constructs.changes.hazards.hazard import Body

HAZARDS = [
    *protection.HAZARDS,
    *storage.HAZARDS,
    *tables.HAZARDS,
    *backups.HAZARDS,
    *databases.HAZARDS,
    *messages.HAZARDS,
    *nested.HAZARDS,
    *keys.HAZARDS,
    *functions.HAZARDS,
]


def hazards(type_: str, old: Body, new: Body) -> Iterator[Verdict]:
    """Yield what may cost data as a resource of *type_* changes in place."""
    for hazard in HAZARDS:
        if not hazard.types or type_ in hazard.types:
            yield from hazard.find(old, new)
