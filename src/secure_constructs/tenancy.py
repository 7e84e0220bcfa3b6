"""TenantRole and TenantGrants: tenants that cannot reach each other."""

from __future__ import annotations

import functools

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import jsii

from aws_cdk import Duration, aws_iam as iam
from constructs import Construct

from secure_constructs import (
    _role_inputs,
    _tenant_grants,
    _tenant_resources,
    _tenant_trust,
)
from secure_constructs._granted_role import GrantedRole
from secure_constructs._inputs import Inputs
from secure_constructs._notes import note
from secure_constructs._place import place_of
from secure_constructs._promises import keep_promises
from secure_constructs._tenant_grants import KEY_FORMAT, Access, Tenant

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb, aws_lambda as lambda_, aws_s3 as s3

_ONE_HOUR = Duration.hours(1)


@jsii.implements(iam.IGrantable)
class TenantRole(Construct):
    """
    Define the role under which the request of one tenant runs.

    A broker, such as the function behind an API, verifies who calls, assumes this
    role with the tenant's id as a tag of the session, and works with what it gets.
    What the role may do is then limited to that tenant by IAM itself, whatever the
    broker's code asks for (DDB-08, S3-10).

    - Nobody but the named brokers may assume it, and only with the one tag: no
      session without, with an empty one, or with any other tag beside it. An id
      that holds one of `/ : # | ~` is refused, because keys have parts.
    - The session is called after the tenant, so that it is in each entry of
      CloudTrail. A session that says otherwise is refused.
    - It may do nothing until it is granted something: by the `tenant_` grants of
      `TenantTable` and `SecureBucket`, or by `TenantGrants` for what exists
      already. These check the tag again.
    - The tag ends with the session: it is not passed on to other roles.

    The id of a tenant is therefore 1 to 62 letters, digits and `_ . = + @ -`.

    Resources: one role; with the first grant a managed policy; for each broker a
    permission on its role. Cost: nothing.

    Args:
        scope: The stack or construct this role belongs to: the stack of its brokers.
        construct_id: Part of the logical ID, which equals that of a plain
            `iam.Role` of the same id.
        brokers: Who may act for tenants, at least one: functions, or roles. They
            are trusted to say whom they act for.
        tag_key: The key of the tag; defaults to `TenantId`.
        max_session_duration: How long a session may last, 1 (default) to 12 hours.
            A session that another role begins, such as that of a function, lasts an
            hour at most.
        role_name: The role's name; defaults to one that CloudFormation makes.
        description: What the role is for, up to 1,000 characters.
        permissions_boundary: What the role may do at most; defaults to no boundary
            but that of the app.

    Raises:
        ValueError: An argument has a value it must not have, or a broker is in
            another stack. Nothing was created then.
        TypeError: An argument is of the wrong kind.

    Attributes:
        role: The role itself, for what this class does not cover. What it is
            granted past the `tenant_` grants, every tenant has.
        tag_key: The key of the tag.

    Example:
        >>> tenant = TenantRole(stack, "Tenant", brokers=[orders_api])
        >>> table.grants.tenant_read_write(tenant)
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        brokers: Sequence[iam.IRole | lambda_.IFunction | iam.IGrantable],
        tag_key: str = "TenantId",
        max_session_duration: Duration = _ONE_HOUR,
        role_name: str | None = None,
        description: str | None = None,
        permissions_boundary: iam.IManagedPolicy | None = None,
    ) -> None:
        inputs = Inputs("TenantRole", scope, construct_id)
        place = place_of(inputs, scope)
        _tenant_trust.check_tag_key(inputs, tag_key)
        _role_inputs.check_names(
            inputs, role_name=role_name, path=None, description=description
        )
        if max_session_duration is not _ONE_HOUR:
            _role_inputs.check_session(inputs, max_session_duration)
        _role_inputs.check_boundary(inputs, permissions_boundary)
        roles = _tenant_trust.roles_of(inputs, place, brokers)
        super().__init__(scope, construct_id)

        self.tag_key = tag_key
        self.role = GrantedRole(
            self,
            "Default",
            assumed_by=_tenant_trust.trust(list(roles), tag_key),
            role_name=role_name,
            description=description,
            max_session_duration=max_session_duration,
            permissions_boundary=permissions_boundary,
            stack=place.stack,
        )
        self._tenant = Tenant(self.role, tag_key)
        # So that nobody takes the role inside for one that is trusted with all.
        note(self.role, _tenant_grants.TENANT, self._tenant)
        keep_promises(
            self.role,
            kind="TenantRole",
            place=place,
            tier=place.tier,
            by_default=["tier"],
        )
        _tenant_trust.let_assume(list(roles.values()), self.role_arn)

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The role, as grants of other constructs take it."""
        return self.role

    @functools.cached_property
    def role_arn(self) -> str:
        """The ARN of the role, which its brokers assume."""
        return self.role.role_arn

    @property
    def role_name(self) -> str:
        """The name of the role."""
        return self.role.role_name


class TenantGrants:
    """
    Grants for tenants on a table or bucket that this library did not make.

    Make it with `TenantGrants.of()`. Each grant takes a `TenantRole`, and lets each
    tenant reach its own items, or its own folder, and nothing else. They are the
    grants of `TenantTable` and `SecureBucket`. The policies are those of the role,
    so the table or bucket may be in any stack, or imported.

    Args:
        inputs: What names the table or bucket in errors.
        grant: What grants on it.

    Example:
        >>> grants = TenantGrants.of(orders, indexes=["GSI1"])
        >>> grants.tenant_read_write(tenant)
    """

    def __init__(self, inputs: Inputs, grant: _tenant_resources.Grant) -> None:
        self._inputs = inputs
        self._grant = grant

    @classmethod
    def of(
        cls,
        resource: dynamodb.ITable | dynamodb.ITableV2 | s3.IBucket,
        *,
        indexes: Sequence[str] | None = None,
        key_format: str | None = None,
        compound_keys: bool | None = None,
        prefix: str | None = None,
    ) -> TenantGrants:
        """
        Return the grants on *resource*.

        Args:
            resource: A table or a bucket, of CDK or imported.
            indexes: The names of the table's indexes that tenants query; defaults to
                none. Their partition key has the format of the table's.
            key_format: The partition key of a tenant's items; defaults to
                `TENANT#{tenant}`.
            compound_keys: Whether there are keys that go on after it, such as
                `TENANT#acme#ORDERS`; defaults to not.
            prefix: The folder in the bucket that holds a folder for each tenant;
                defaults to `tenants/`.

        Raises:
            ValueError: An argument has a value it must not have, or does not go with
                *resource*.
            TypeError: *resource* is neither, or an argument is of the wrong kind.
        """
        inputs = _tenant_resources.inputs_of(resource)
        of_tables = {
            "indexes": indexes,
            "key_format": key_format,
            "compound_keys": compound_keys,
        }
        if _tenant_resources.is_bucket(resource):
            _tenant_resources.check_unused(inputs, of_tables, "a bucket")
            bucket = cast("s3.IBucket", resource)
            return cls(inputs, _tenant_resources.on_bucket(inputs, bucket, prefix))
        _tenant_resources.check_unused(inputs, {"prefix": prefix}, "a table")
        grant = _tenant_resources.on_table(
            inputs,
            cast("dynamodb.ITable", resource),
            indexes=[] if indexes is None else indexes,
            key_format=KEY_FORMAT if key_format is None else key_format,
            compound=False if compound_keys is None else compound_keys,
        )
        return cls(inputs, grant)

    def tenant_read(self, role: TenantRole) -> iam.Grant:
        """Let each tenant get and query its items, or get and list its objects."""
        return self._allow(role, "read")

    def tenant_write(self, role: TenantRole) -> iam.Grant:
        """Let each tenant put and delete its items or objects, and update items."""
        return self._allow(role, "write")

    def tenant_read_write(self, role: TenantRole) -> iam.Grant:
        """Let each tenant do both."""
        return self._allow(role, "read_write")

    def _allow(self, role: TenantRole, access: Access) -> iam.Grant:
        return self._grant(_tenant_grants.tenant_of(self._inputs, role), access)
