"""What the function's environment has to name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_REQUIRED = (
    "EVENT_BUS_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
    "UPLOADS_BUCKET",
    "UPLOAD_PREFIX",
)
_OPTIONAL = ("TABLE_NAME",)


@dataclass(frozen=True)
class Settings:
    """
    The settings of one deployment of the function.

    Attributes:
        event_bus_name: The bus that hears of orders.
        uploads_bucket: The bucket that documents go to.
        upload_prefix: The only folder of it that the function may write to,
            ending in a slash.
        table_name: The table that orders go to; None for no table.
    """

    event_bus_name: str
    uploads_bucket: str
    upload_prefix: str
    table_name: str | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """
        Return the settings that *environment* holds.

        Raises:
            RuntimeError: Variables are missing or empty. All of them are named, so
                that one look at the log is enough.
        """
        # An optional variable that is there and empty is a mistake all the same:
        # orders would silently not be stored.
        present = [name for name in _OPTIONAL if name in environment]
        wanted = sorted([*_REQUIRED, *present])
        missing = [name for name in wanted if not environment.get(name, "").strip()]
        if missing:
            raise RuntimeError(
                f"missing or empty environment variables: {', '.join(missing)}"
            )
        return cls(
            event_bus_name=environment["EVENT_BUS_NAME"],
            uploads_bucket=environment["UPLOADS_BUCKET"],
            upload_prefix=environment["UPLOAD_PREFIX"],
            table_name=environment.get("TABLE_NAME"),
        )
