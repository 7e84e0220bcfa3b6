"""The grants of a table: for tenants each its own part, for the back office all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Aws

from secure_constructs._granted_role import grant, role_of
from secure_constructs._inputs import Inputs, has
from secure_constructs._place import check_nearby
from secure_constructs._tenant_grants import (
    ACTIONS,
    KEY_ACTIONS,
    ON_INDEXES,
    TENANT,
    Access,
    allow,
    key_statements,
    tenant_of,
    tenant_statements,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms

    from secure_constructs._place import Place
    from secure_constructs._table_keys import Keys
    from secure_constructs.tenancy import TenantRole

_SCAN = "dynamodb:Scan"


class TableGrants:
    """
    Grants on a `TenantTable`.

    `tenant_read`, `tenant_write` and `tenant_read_write` are for a `TenantRole`: it
    reaches the items of the one tenant that its session is tagged with, in the table
    and in the indexes that are `tenant_led` (DDB-08). It never scans.

    `read`, `write` and `read_write` are for code that is trusted with all tenants:
    exact actions on the table and on each index by its ARN. A `Scan` is in them only
    with `scan=True`. Streams, backups and changes of the table are in none.

    Where the table has a customer-managed key, the grantee may use that as well, by
    way of DynamoDB.

    Raises:
        ValueError: *grantee* is the role of tenants, is everybody, has no policy of
            its own, since the table's own policy lets nobody in, or is in another
            account or region.
        TypeError: *grantee* cannot be granted anything, or *role* is no `TenantRole`.
    """

    def __init__(
        self,
        table: dynamodb.TableV2,
        table_arn: str,
        *,
        all_keys: Sequence[Keys],
        key: kms.IKey | None,
        key_format: str,
        compound: bool,
        named: bool,
        place: Place,
        inputs: Inputs,
    ) -> None:
        self._table = table
        self._arn = table_arn
        self._keys = all_keys
        self._key = key
        self._format = key_format
        self._compound = compound
        self._named = named
        self._place = place
        self._inputs = inputs

    def tenant_read(self, role: TenantRole) -> iam.Grant:
        """Let each tenant get and query its items."""
        return self._tenant(role, "read")

    def tenant_write(self, role: TenantRole) -> iam.Grant:
        """Let each tenant put, update and delete its items."""
        return self._tenant(role, "write")

    def tenant_read_write(self, role: TenantRole) -> iam.Grant:
        """Let each tenant do both."""
        return self._tenant(role, "read_write")

    def read(self, grantee: iam.IGrantable, *, scan: bool = False) -> iam.Grant:
        """Let *grantee* get and query the items of all tenants, in all indexes."""
        return self._back_office(grantee, "read", scan=scan)

    def write(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let *grantee* put, update and delete the items of all tenants."""
        return self._back_office(grantee, "write", scan=False)

    def read_write(self, grantee: iam.IGrantable, *, scan: bool = False) -> iam.Grant:
        """Let *grantee* do both."""
        return self._back_office(grantee, "read_write", scan=scan)

    def _tenant(self, role: object, access: Access) -> iam.Grant:
        tenant = tenant_of(self._inputs, role)
        self._check_nearby("role", tenant.role)
        led = [keys for keys in self._keys if keys.tenant_led]
        statements = tenant_statements(
            self._arn,
            self._index_arns(led),
            access=access,
            key_format=self._format,
            tag_key=tenant.tag_key,
            compound=self._compound,
        )
        statements += key_statements(
            self._table,
            self._key,
            access=access,
            service="dynamodb",
            tag_key=tenant.tag_key,
        )
        return allow(tenant, statements)

    def _back_office(
        self, grantee: iam.IGrantable, access: Access, *, scan: bool
    ) -> iam.Grant:
        self._check(grantee)
        self._inputs.flag("scan", scan)
        more = [_SCAN] if scan else []
        statements = [_allow([*ACTIONS[access], *more], [self._arn])]
        arns = [] if access == "write" else self._index_arns(self._keys)
        if arns:
            statements.append(_allow([ON_INDEXES, *more], arns))
        if self._key is not None:
            endpoint = f"dynamodb.{self._place.region}.{Aws.URL_SUFFIX}"
            by_dynamodb = {"StringEquals": {"kms:ViaService": endpoint}}
            use = _allow(KEY_ACTIONS[access], [self._key.key_arn])
            statements.append({**use, "Condition": by_dynamodb})
        made = grant(grantee, statements)
        if not role_of(grantee) and not made.success:
            problem = (
                "has no policy of its own, and the table's lets nobody in; grant to a "
                "role of this account, which it assumes"
            )
            raise self._inputs.wrong("grantee", grantee, problem)
        return made

    def _check(self, grantee: object) -> None:
        if not has(grantee, "grant_principal"):
            problem = "is no IGrantable; pass a role, a function or another principal"
            raise self._inputs.wrong_kind("grantee", grantee, problem)
        if hasattr(grantee, TENANT):
            problem = (
                "is the role of tenants, which would reach the items of all of them; "
                "use tenant_read(), tenant_write() or tenant_read_write()"
            )
            raise self._inputs.wrong("grantee", grantee, problem)
        self._check_nearby("grantee", grantee)

    def _check_nearby(self, option: str, grantee: object) -> None:
        stack = self._place.stack
        check_nearby(self._inputs, option, grantee, stack, named=self._named)

    def _index_arns(self, keys: Sequence[Keys]) -> list[str]:
        return [f"{self._arn}/index/{each.name}" for each in keys if each.name]


def _allow(actions: list[str], arns: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": arns}
