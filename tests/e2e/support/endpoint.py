"""Where the example is deployed, and who talks to it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import boto3

from botocore.config import Config

# What fails is to fail at once, and not to be tried again behind a test's back.
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"total_max_attempts": 1},
    signature_version="v4",
)
_S3_CONFIG = Config(signature_version="s3v4", s3={"addressing_style": "path"})


@dataclass(frozen=True)
class Endpoint:
    """
    An AWS, or what stands for it, and an identity there.

    Attributes:
        url: Where it answers, or None for AWS itself.
        plain_url: Where it answers by plain http, if that is another address.
        certificate: The file of the certificate to trust, if it is not a public one.
        region: The region.
        credentials: The identity, as boto3 takes it; empty for that of the environment.
        prefix: What the names of all stacks begin with.
    """

    region: str
    url: str | None = None
    plain_url: str | None = None
    certificate: str | None = None
    credentials: Mapping[str, str] | None = None
    prefix: str = ""

    def client(self, service: str, *, plain: bool = False) -> Any:
        """Return a client of *service*; by plain http, if that is asked for."""
        url = self.plain_url if plain else self.url
        return boto3.client(
            service,  # type: ignore[call-overload]
            region_name=self.region,
            endpoint_url=url,
            use_ssl=not plain,
            verify=self.certificate,
            config=_CONFIG.merge(_S3_CONFIG) if service == "s3" else _CONFIG,
            **(self.credentials or {}),
        )

    def as_user(self, credentials: Mapping[str, Any]) -> Endpoint:
        """Return the same place for another identity, as STS and IAM answer it."""
        own = {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
        }
        if "SessionToken" in credentials:
            own["aws_session_token"] = credentials["SessionToken"]
        return replace(self, credentials=own)

    @property
    def account(self) -> str:
        """The account of the identity."""
        return str(self.client("sts").get_caller_identity()["Account"])

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the CDK CLI finds it."""
        own = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.url:
            own["AWS_ENDPOINT_URL"] = self.url
        if self.certificate:
            own["AWS_CA_BUNDLE"] = own["NODE_EXTRA_CA_CERTS"] = self.certificate
        for name, value in (self.credentials or {}).items():
            own[name.upper()] = value
        return own
