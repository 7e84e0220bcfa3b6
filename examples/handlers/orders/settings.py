"""What the function's environment has to name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_REQUIRED = (
    "EVENT_BUS_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
    "TABLE_NAME",
    "TENANT_ROLE_ARN",
    "UPLOADS_BUCKET",
    "UPLOAD_PREFIX",
)


@dataclass(frozen=True)
class Settings:
    """
    The settings of one deployment of the function.

    Attributes:
        service: What the function's service is called.
        event_bus_name: The bus that hears of orders.
        uploads_bucket: The bucket that documents go to.
        upload_prefix: The only folder of it that the function may write to,
            ending in a slash.
        table_name: The table that orders go to.
        tenant_role_arn: The role whose sessions may write the orders of one customer.
    """

    service: str
    event_bus_name: str
    uploads_bucket: str
    upload_prefix: str
    table_name: str
    tenant_role_arn: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """
        Return the settings that *environment* holds.

        Raises:
            RuntimeError: Variables are missing or empty. All of them are named, so
                that one look at the log is enough.
        """
        missing = [name for name in _REQUIRED if not environment.get(name, "").strip()]
        if missing:
            raise RuntimeError(
                f"missing or empty environment variables: {', '.join(missing)}"
            )
        return cls(
            service=environment["POWERTOOLS_SERVICE_NAME"],
            event_bus_name=environment["EVENT_BUS_NAME"],
            uploads_bucket=environment["UPLOADS_BUCKET"],
            upload_prefix=environment["UPLOAD_PREFIX"],
            table_name=environment["TABLE_NAME"],
            tenant_role_arn=environment["TENANT_ROLE_ARN"],
        )
