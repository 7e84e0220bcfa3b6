"""assert_safe_update: no change of a template costs a live stack its data."""

from __future__ import annotations

import sys

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from secure_constructs.changes import compare, needs_attention, written
from secure_constructs.checks.parsing import parse
from secure_constructs.testing.normalize import normalize
from secure_constructs.testing.templates import template_of

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from secure_constructs.testing.templates import TemplateLike


def assert_safe_update(
    old: TemplateLike | SnapshotAssertion | Path | str,
    new: TemplateLike,
    *,
    allow: Mapping[str, str] | None = None,
    region: str = "us-east-1",
) -> None:
    """
    Assert that *new* can take the place of *old* on a live stack without a loss.

    A resource with data is neither removed nor replaced, and nothing starts to delete
    what is in it.

    Args:
        old: The template that is deployed: itself, a stack, a file with it, such as
            a snapshot or what `aws cloudformation get-template` returns, or
            `template_snapshot` for the snapshot that this test compares with
            afterwards. What --snapshot-update is about to store first is safe.
        new: The template or stack of today.
        allow: The reasons for changes that are meant, by `LogicalId` or
            `LogicalId.Property`.
        region: The region whose resource schemas are asked.

    Raises:
        AssertionError: It can not; the message says what, why, and what to do.
        ValueError: *old* cannot be read, or was compared before, or an allowance has
            no reason or matches no change.
    """
    __tracebackhide__ = True
    template = _template(old)
    if template is None:
        return
    # On both sides as snapshots have it, so that equal things are written equally.
    before, now = normalize(template), normalize(template_of(new))
    found = needs_attention(compare(before, now, region=region), allow)
    if found:
        raise AssertionError(f"the update may cost data:\n{written(found)}")


def _template(
    old: TemplateLike | SnapshotAssertion | Path | str,
) -> Mapping[str, Any] | None:
    """Return the template that *old* is, has, or is the place of."""
    if isinstance(old, (str, Path)):
        return parse(Path(old))
    # Whoever has a snapshot has loaded the module; others do not need syrupy.
    snapshots = sys.modules.get("secure_constructs.testing.snapshots")
    if snapshots and isinstance(old, snapshots.SnapshotAssertion):
        return cast("Mapping[str, Any] | None", snapshots.stored(old))
    return template_of(cast("TemplateLike", old))
