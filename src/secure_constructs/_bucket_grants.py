"""The grants of a bucket: exact actions on exact ARNs, its key included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam, aws_kms as kms

from secure_constructs import _tenant_bucket_grants
from secure_constructs._granted_role import grant, role_of
from secure_constructs._inputs import Inputs, has, without_tokens
from secure_constructs._tenant_grants import TENANT, tenant_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Stack, aws_s3 as s3

    from secure_constructs._tenant_grants import Access
    from secure_constructs.tenancy import TenantRole

_READ = ["s3:GetObject"]
_PUT = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
_DELETE = ["s3:DeleteObject"]
_DECRYPT = ["kms:Decrypt"]
# A multipart upload reads its own encrypted parts back.
_ENCRYPT = ["kms:Decrypt", "kms:GenerateDataKey"]


class BucketGrants:
    """
    Grants on a `SecureBucket`.

    Each takes a grantee (a role, function, user, account ...) and a prefix, and
    reaches only objects whose key starts with that: `prefix="invoices/"`. With
    no prefix it reaches every object. Where the bucket has a customer-managed
    key, the grantee may use that as well.

    A principal of this account gets the permission in its own policy; a service
    or another account gets it in the bucket's, and the latter is a finding
    until it is acknowledged (S3-13).

    What `tenant_read()` and `tenant_read_write()` grant depends on the tag of the
    session: each tenant of a `TenantRole` reaches its own folder only (S3-10). Another
    folder, which all of them reach, is a finding until it is acknowledged.

    Raises:
        ValueError: *prefix* does not end with `/` (then `invoices` would also
            reach `invoices-of-others`), starts with `/`, or has one of `*`, `?`
            and `$`, which IAM takes for patterns and variables; *grantee* is
            everybody, or a service without conditions; it is a `TenantRole`, and
            *prefix* is not apart from the tenants' folders; or *grantee* has no
            policy of its own, and the key none that this stack can write.
        TypeError: *grantee* cannot be granted anything.
    """

    def __init__(
        self,
        bucket: s3.Bucket,
        arn: str,
        *,
        key: kms.IKey | None,
        key_arn: str,
        stack: Stack,
        inputs: Inputs,
    ) -> None:
        self._bucket = bucket
        self._arn = arn
        self._key = key
        self._key_arn = key_arn
        self._stack = stack
        self._inputs = inputs

    def read(self, grantee: iam.IGrantable, prefix: str = "") -> iam.Grant:
        """Let *grantee* get and list the objects under *prefix*."""
        self._check(grantee, prefix)
        objects = self._objects(prefix, _READ)
        if not prefix:
            actions = ["s3:GetBucketLocation", "s3:ListBucket"]
            statements = [objects, _statement(actions, self._arn)]
        else:
            listing = {"StringLike": {"s3:prefix": [f"{prefix}*"]}}
            statements = [
                objects,
                {**_statement(["s3:ListBucket"], self._arn), "Condition": listing},
                _statement(["s3:GetBucketLocation"], self._arn),
            ]
        return self._grant(grantee, statements, _DECRYPT)

    def put(self, grantee: iam.IGrantable, prefix: str = "") -> iam.Grant:
        """Let *grantee* put objects under *prefix*, in parts as well."""
        self._check(grantee, prefix)
        return self._grant(grantee, [self._objects(prefix, _PUT)], _ENCRYPT)

    def delete(self, grantee: iam.IGrantable, prefix: str = "") -> iam.Grant:
        """Let *grantee* delete objects under *prefix*, but none of their versions."""
        self._check(grantee, prefix)
        return self._grant(grantee, [self._objects(prefix, _DELETE)])

    def write(self, grantee: iam.IGrantable, prefix: str = "") -> iam.Grant:
        """Let *grantee* put and delete objects under *prefix*."""
        self._check(grantee, prefix)
        objects = self._objects(prefix, [*_DELETE, *_PUT])
        return self._grant(grantee, [objects], _ENCRYPT)

    def read_write(self, grantee: iam.IGrantable, prefix: str = "") -> iam.Grant:
        """Let *grantee* get, list, put and delete objects under *prefix*."""
        return self.write(grantee, prefix).combine(self.read(grantee, prefix))

    def tenant_read(self, role: TenantRole) -> iam.Grant:
        """Let each tenant get and list the objects under `tenants/<its id>/`."""
        return self._tenant(role, "read")

    def tenant_read_write(self, role: TenantRole) -> iam.Grant:
        """Let each tenant get, list, put and delete the objects of its folder."""
        return self._tenant(role, "read_write")

    def _tenant(self, role: TenantRole, access: Access) -> iam.Grant:
        tenant = tenant_of(self._inputs, role)
        return _tenant_bucket_grants.grant(
            tenant, self._bucket, self._arn, self._key, access=access
        )

    def _objects(self, prefix: str, actions: list[str]) -> dict[str, Any]:
        return _statement(actions, f"{self._arn}/{prefix}*")

    def _grant(
        self,
        grantee: iam.IGrantable,
        statements: list[dict[str, Any]],
        key_actions: Sequence[str] = (),
    ) -> iam.Grant:
        if self._key is None or not key_actions:
            return self._allow(grantee, statements)
        # The key first: where it cannot be granted, nothing is.
        use = _statement(list(key_actions), self._key_arn)
        if isinstance(self._key, kms.Key):
            used = self._key.grant(role_of(grantee) or grantee, *key_actions)
        elif self._is_near(grantee):
            return self._allow(grantee, [use, *statements])
        else:
            used = self._use_of_foreign(grantee, use)
        return self._allow(grantee, statements).combine(used)

    def _use_of_foreign(
        self, grantee: iam.IGrantable, statement: dict[str, Any]
    ) -> iam.Grant:
        # Of the policy of a key that it only knows by its ARN, CDK says that it wrote
        # into it, and has written nothing.
        use = grant(grantee, [statement])
        if not use.success:
            problem = (
                "has no policy of its own, and that of the key is not this stack's to "
                "write; grant to a role, or write both policies with "
                "add_to_resource_policy()"
            )
            raise self._inputs.wrong("grantee", grantee, problem)
        return use

    def _is_near(self, grantee: iam.IGrantable) -> bool:
        """Whether *grantee* has a role of ours in the stack of the bucket."""
        role = role_of(grantee)
        return role is not None and role.home is self._stack

    def _allow(
        self, grantee: iam.IGrantable, statements: list[dict[str, Any]]
    ) -> iam.Grant:
        if self._is_near(grantee):
            return grant(grantee, statements)
        first, *others = (
            iam.Grant.add_to_principal_or_resource(
                grantee=role_of(grantee) or grantee,
                actions=each["Action"],
                resource_arns=[each["Resource"]],
                resource=self._bucket,
                conditions=each.get("Condition"),
            )
            for each in statements
        )
        for other in others:
            first = first.combine(other)
        return first

    def _check(self, grantee: iam.IGrantable, prefix: str) -> None:
        if not has(grantee, "grant_principal"):
            problem = "is no IGrantable; pass a role, a function or another principal"
            raise self._inputs.wrong_kind("grantee", grantee, problem)
        anybody = isinstance(grantee, iam.ArnPrincipal) and grantee.arn == "*"
        if anybody or isinstance(grantee, iam.StarPrincipal):
            problem = "is everybody; name the principals, or the organization (S3-13)"
            raise self._inputs.wrong("grantee", "*", problem)
        if isinstance(grantee, iam.ServicePrincipal):
            problem = (
                "acts for every account that asks it to; tie it to yours, with "
                ".with_conditions({'StringEquals': {'aws:SourceAccount': account}})"
            )
            raise self._inputs.wrong("grantee", grantee.service, problem)
        check_prefix(self._inputs, prefix)
        self._check_tenants(grantee, prefix)

    def _check_tenants(self, grantee: iam.IGrantable, prefix: str) -> None:
        folders = _tenant_bucket_grants.PREFIX
        overlap = prefix.startswith(folders) or folders.startswith(prefix)
        if hasattr(grantee, TENANT) and overlap:
            problem = (
                "is the role of tenants, and each would reach the folders of all; use "
                "tenant_read() or tenant_read_write() (S3-10)"
            )
            raise self._inputs.wrong("grantee", grantee, problem)


def _statement(actions: list[str], arn: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": arn}


def check_prefix(inputs: Inputs, prefix: str) -> None:
    """Raise if *prefix* names no folder; an empty one is the whole bucket."""
    if not isinstance(prefix, str):
        raise inputs.wrong_kind("prefix", prefix, "is no text; write for example 'in/'")
    if any(character in without_tokens(prefix) for character in "*?$"):
        problem = "has one of * ? $, which IAM takes for patterns; write the key itself"
        raise inputs.wrong("prefix", prefix, problem)
    if prefix and (prefix.startswith("/") or not prefix.endswith("/")):
        problem = (
            "does not name a folder, so it also reaches other keys that start alike; "
            f"write '{prefix.strip('/')}/'"
        )
        raise inputs.wrong("prefix", prefix, problem)
