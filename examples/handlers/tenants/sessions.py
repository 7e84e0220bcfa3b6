"""The sessions of the role of tenants: each is for one tenant, and is called so."""

from __future__ import annotations

import datetime as dt
import functools

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypedDict

import boto3

from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The shortest that AWS has; a stolen session is worth little after that.
_SECONDS = 900
_RENEWED_BEFORE = dt.timedelta(minutes=5)
_MOST = 256
_LONGEST_NAME = 64
# Three tries fit well into the 30 seconds of a function.
_IN_TIME = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
)


class Credentials(TypedDict):
    """The credentials of one session, as boto3 takes them."""

    aws_access_key_id: str
    aws_secret_access_key: str
    aws_session_token: str


@functools.lru_cache(maxsize=_MOST)
def dynamodb(
    *, aws_access_key_id: str, aws_secret_access_key: str, aws_session_token: str
) -> DynamoDBClient:
    """Return the client of one session: it is dear to make, and kept as long."""
    return boto3.client(
        "dynamodb",
        config=_IN_TIME,
        aws_access_key_id=aws_access_key_id,
        aws_secret_access_key=aws_secret_access_key,
        aws_session_token=aws_session_token,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.timezone.utc)


class TenantSessions:
    """
    Sessions of the role of tenants.

    A session is kept for the next request of the same tenant in this sandbox, and
    renewed five minutes before it ends.

    Args:
        client: An STS client of the broker.
        role_arn: The ARN of the `TenantRole`.
        broker: What the broker is called; it is in the name of each session.
        tag_key: The key of the tag, as the role has it.
        now: Says what time it is.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - nothing here has the types of STS
        role_arn: str,
        *,
        broker: str,
        tag_key: str = "TenantId",
        now: Callable[[], dt.datetime] = _now,
    ) -> None:
        self._client = client
        self._role_arn = role_arn
        self._broker = broker
        self._tag_key = tag_key
        self._now = now
        self._kept: OrderedDict[str, tuple[dt.datetime, Credentials]] = OrderedDict()

    def credentials(self, tenant: str) -> Credentials:
        """
        Return the credentials of a session for *tenant*.

        Args:
            tenant: From a verified token, see `claims`; never from what a caller
                wrote. Whoever is named here is who the session can be.

        Example:
            >>> dynamodb(**sessions.credentials(tenant_of(event)))
        """
        kept = self._kept.pop(tenant, None)
        if kept is None or kept[0] - self._now() < _RENEWED_BEFORE:
            kept = self._open(tenant)
        self._kept[tenant] = kept
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return kept[1]

    def _open(self, tenant: str) -> tuple[dt.datetime, Credentials]:
        # The role takes no other name: what is behind the comma is the tenant, so
        # that CloudTrail has it in every entry. The tag is not passed on.
        room = _LONGEST_NAME - len(tenant) - 1
        session = self._client.assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=f"{self._broker[:room]},{tenant}",
            DurationSeconds=_SECONDS,
            Tags=[{"Key": self._tag_key, "Value": tenant}],
        )["Credentials"]
        credentials: Credentials = {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }
        return session["Expiration"], credentials
