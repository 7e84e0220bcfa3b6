"""AppKey, for the contract."""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import aws_kms as kms
from constructs import Construct

from secure_constructs import AppKey
from tests.specimens.specimen import Adoption, Specimen


def _plain(scope: Construct, name: str) -> object:
    return kms.Key(scope, name)


def _rotating(scope: Construct, name: str) -> object:
    return kms.Key(
        scope,
        name,
        enable_key_rotation=True,
        alias="alias/orders",
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )


def _everything(scope: Construct, name: str, _key: AppKey) -> object:
    return AppKey(scope, name, alias=f"alias/orders-{scope.node.addr}-{name}")


SPECIMEN = Specimen(
    name="AppKey",
    type="AWS::KMS::Key",
    plain=_plain,
    defaults=AppKey,
    everything=_everything,
    adoptions={
        "bare": Adoption(_plain, AppKey),
        "rotating, with an alias": Adoption(
            _rotating, lambda scope, name: AppKey(scope, name, alias="alias/orders")
        ),
    },
)
