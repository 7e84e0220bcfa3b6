"""Snapshots of templates: one file of JSON for each, which is a template still."""

from __future__ import annotations

import json

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from secure_constructs.changes import compare, written as told
from secure_constructs.testing.normalize import normalize
from secure_constructs.testing.templates import template_of
from secure_constructs.testing.writing import written

if TYPE_CHECKING:
    from syrupy.location import PyTestLocation
    from syrupy.types import (
        PropertyFilter,
        PropertyMatcher,
        SerializableData,
        SerializedData,
        SnapshotIndex,
    )

_WAY_OUT = (
    "restore the file from version control, or remove it and write it anew with "
    "--snapshot-update"
)


class TemplateSnapshotExtension(JSONSnapshotExtension):
    """Keeps a template without what changes by itself, and tells changes apart."""

    @classmethod
    def get_snapshot_name(
        cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0
    ) -> str:
        """
        Return the name of a snapshot, in which `Dev/Shop` is not `DevShop`.

        A file cannot have a slash in its name, and names of stacks have no dots.
        """
        if isinstance(index, str):
            index = index.replace("/", ".")
        return super().get_snapshot_name(test_location=test_location, index=index)

    def serialize(
        self,
        data: SerializableData,
        *,
        exclude: PropertyFilter | None = None,
        include: PropertyFilter | None = None,
        matcher: PropertyMatcher | None = None,
    ) -> str:
        """Write the template that *data* is or has."""
        template = normalize(template_of(data))
        kept = super().serialize(
            template, exclude=exclude, include=include, matcher=matcher
        )
        return written(json.loads(kept))

    def read_snapshot_data_from_location(
        self,
        *,
        snapshot_location: str,
        snapshot_name: str,  # noqa: ARG002 - a file has one snapshot
        session_id: str,  # noqa: ARG002
    ) -> str | None:
        """
        Return what is stored, unless that is no template.

        Raises:
            ValueError: It is none, so nothing can be said about changes.
        """
        file = Path(snapshot_location)
        if not file.exists():
            return None
        return written(read_snapshot(file))

    def diff_lines(
        self, serialized_data: SerializedData, snapshot_data: SerializedData
    ) -> Iterator[str]:
        """Yield what the changes would do to a live stack, and then the lines."""
        if snapshot_data:
            changes = compare(json.loads(snapshot_data), json.loads(serialized_data))
            yield from told(changes).splitlines()
            yield ""
        yield from super().diff_lines(serialized_data, snapshot_data)


def read_snapshot(file: Path) -> Mapping[str, Any]:
    """
    Return the template in the snapshot *file*.

    Raises:
        ValueError: There is none in it.
    """
    try:
        return template_of(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(
            f"{file} is no snapshot of a template: {error}; {_WAY_OUT}"
        ) from None


def stored(snapshot: SnapshotAssertion) -> Mapping[str, Any] | None:
    """
    Return the template that *snapshot* would be compared with next.

    There is none before the first --snapshot-update, which is about to store it.

    Raises:
        ValueError: There is none, or this test has compared with it already.
    """
    place = snapshot.extension.get_location(
        test_location=snapshot.test_location, index=snapshot.index
    )
    file = Path(place)
    compared = [each.snapshot_location for each in snapshot.executions.values()]
    if place in compared or (compared and not file.exists()):
        raise ValueError(
            f"{compared[-1]} was compared before it came to the update; call "
            "assert_safe_update first, and restore the file from version control if "
            "it was just updated. Snapshots of several templates need names"
        )
    if not file.exists():
        if snapshot.update_snapshots or snapshot.update_new_snapshots_only:
            return None
        raise ValueError(
            f"{file} is not there yet, so there is nothing to update from; write it "
            "with --snapshot-update, by a test that compares with it"
        )
    template = read_snapshot(file)
    # Otherwise it would be unused where the update is refused.
    use = snapshot.use_extension(type(snapshot.extension))
    use(name=snapshot.index).assert_match(template)
    return template
