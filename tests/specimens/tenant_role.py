"""TenantRole, for the contract."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms
from constructs import Construct

from secure_constructs import AppKey, TenantGrants, TenantRole
from tests.specimens.specimen import Adoption, Specimen


def _broker(scope: Construct, name: str) -> iam.IRole:
    """Return the role of a function that another stack makes, policies and all."""
    return iam.Role.from_role_name(scope, f"{name}Broker", "orders-api", mutable=False)


def _trust(scope: Construct) -> iam.IPrincipal:
    stack = cdk.Stack.of(scope)
    arn = f"arn:{stack.partition}:iam::{stack.account}:role/orders-api"
    return iam.ArnPrincipal(arn).with_session_tags()


def _plain(scope: Construct, name: str) -> object:
    return iam.Role(scope, name, assumed_by=_trust(scope))


def _defaults(scope: Construct, name: str) -> TenantRole:
    return TenantRole(scope, name, brokers=[_broker(scope, name)])


def _everything(scope: Construct, name: str, _key: AppKey) -> object:
    job = iam.Role.from_role_name(scope, f"{name}Job", "orders-job", mutable=False)
    tenant = TenantRole(
        scope,
        name,
        brokers=[_broker(scope, name), job],
        tag_key="shop:tenant",
        max_session_duration=cdk.Duration.hours(2),
        role_name=f"tenant-{scope.node.addr[:20]}-{name}",
        description="What one tenant of the shop may do",
        permissions_boundary=iam.ManagedPolicy.from_managed_policy_name(
            scope, f"{name}Boundary", "tenant-boundary"
        ),
    )
    orders = dynamodb.TableV2.from_table_name(scope, f"{name}Orders", "orders")
    grants = TenantGrants.of(orders, indexes=["GSI1"], compound_keys=True)
    grants.tenant_read_write(tenant)
    invoices = dynamodb.Table.from_table_attributes(
        scope,
        f"{name}Invoices",
        table_arn=_arn(scope, "dynamodb", "table/invoices"),
        encryption_key=kms.Key.from_key_arn(
            scope, f"{name}Key", _arn(scope, "kms", "key/1234abcd")
        ),
    )
    TenantGrants.of(invoices, key_format="INVOICES/{tenant}").tenant_read(tenant)
    return tenant


def _arn(scope: Construct, service: str, resource: str) -> str:
    """Return the ARN of a resource of the region."""
    stack = cdk.Stack.of(scope)
    here = f"{stack.region}:{stack.account}"
    return f"arn:{stack.partition}:{service}:{here}:{resource}"


def _named(scope: Construct, name: str) -> object:
    return iam.Role(scope, name, assumed_by=_trust(scope), role_name="tenant")


def _ours(**options: Any) -> Any:
    return lambda scope, name: TenantRole(
        scope, name, brokers=[_broker(scope, name)], **options
    )


SPECIMEN = Specimen(
    name="TenantRole",
    type="AWS::IAM::Role",
    plain=_plain,
    defaults=_defaults,
    everything=_everything,
    adoptions={
        "bare": Adoption(_plain, _ours()),
        "with a name": Adoption(_named, _ours(role_name="tenant")),
    },
)
