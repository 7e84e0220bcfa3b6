"""The trust policy of a TenantRole: who may be which tenant."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Stack, Token, aws_iam as iam

from secure_constructs._granted_role import grant, role_of
from secure_constructs._inputs import Inputs, is_token
from secure_constructs._tenant_grants import TENANT, some_tenant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secure_constructs._place import Place

_ACTIONS = ["sts:AssumeRole", "sts:TagSession"]
# What AWS takes, but for blanks and letters that look like others.
_TAG_KEY = re.compile(r"[A-Za-z0-9_.:/=+@-]{1,128}")


def check_tag_key(inputs: Inputs, tag_key: str) -> None:
    """Raise if AWS takes no tag of a session with *tag_key*."""
    option = "tag_key"
    if not isinstance(tag_key, str):
        raise inputs.wrong_kind(option, tag_key, "is no text; write 'TenantId'")
    if is_token(tag_key):
        problem = (
            "is only known at deployment, but is a part of the names of conditions; "
            "write it out, such as 'TenantId'"
        )
        raise inputs.wrong(option, tag_key, problem)
    if not _TAG_KEY.fullmatch(tag_key) or tag_key.lower().startswith("aws:"):
        problem = (
            "is no key of a tag: 1 to 128 letters, digits and _.:/=+@-, not beginning "
            "with aws:; write for example 'TenantId'"
        )
        raise inputs.wrong(option, tag_key, problem)


def roles_of(
    inputs: Inputs, place: Place, brokers: Sequence[object]
) -> dict[str, iam.IRole]:
    """
    Return the roles of *brokers* by their ARNs.

    Raises:
        ValueError: There are none, one is not in the stack of *place*, is a
            tenant's itself, or stands for many.
        TypeError: One has no role.
    """
    if not isinstance(brokers, (list, tuple)):
        problem = "is no list; write [function]"
        raise inputs.wrong_kind("brokers", brokers, problem)
    if not brokers:
        problem = (
            "names nobody who could act for tenants; pass the functions that do, or "
            "their roles"
        )
        raise inputs.wrong("brokers", "[]", problem)
    roles: dict[str, iam.IRole] = {}
    for index, broker in enumerate(brokers):
        option = f"brokers[{index}]"
        role, arn = _role_of(inputs, option, broker)
        if arn in roles:
            raise inputs.wrong(option, broker, "is there twice; leave one out")
        # No token has one of these, so CDK need not be asked what is one.
        if not {"*", "?"}.isdisjoint(arn):
            problem = "stands for more than one role; name each"
            raise inputs.wrong(option, arn, problem)
        _check_stack(inputs, option, role, place)
        roles[arn] = role
    return roles


def trust(arns: Sequence[str], tag_key: str) -> iam.IPrincipal:
    """Return those with *arns* as the principal who may be a tenant."""
    # In a list that CDK resolves later all of them share one statement: IAM takes
    # 2,048 characters of a trust policy, and each statement has more than 500.
    named = arns[0] if len(arns) == 1 else Token.as_string(list(arns))
    return iam.ArnPrincipal(named).with_conditions(_as_one(tag_key)).with_session_tags()


def let_assume(roles: Sequence[iam.IRole], tenant_role_arn: str) -> None:
    """Let *roles* assume the role of *tenant_role_arn*, with tags."""
    statement = {"Effect": "Allow", "Action": _ACTIONS, "Resource": tenant_role_arn}
    for role in roles:
        own = role_of(role)
        if own:
            own.write_into_grants(statement)
        else:
            grant(role, [statement])


def _as_one(tag_key: str) -> dict[str, Any]:
    """
    Return the conditions of a session for one tenant, and for nothing else.

    What the session is called is in each entry of CloudTrail. AWS takes no comma in
    a tag, so what is behind the last one is the tenant. `IfExists` is for
    `sts:TagSession`; whoever assumes a role has to give a name.
    """
    tenant = f"${{aws:RequestTag/{tag_key}}}"
    conditions = some_tenant(tag_key, of="aws:RequestTag")
    conditions["ForAllValues:StringEquals"] = {"aws:TagKeys": [tag_key]}
    conditions["Null"]["sts:TransitiveTagKeys"] = "true"
    names = [tenant, f"*,{tenant}"]
    conditions["StringLikeIfExists"] = {"sts:RoleSessionName": names}
    return conditions


def _role_of(inputs: Inputs, option: str, broker: object) -> tuple[iam.IRole, str]:
    """Return the role of *broker*, and its ARN."""
    role = getattr(broker, "role", broker)
    if hasattr(broker, TENANT) or hasattr(role, TENANT):
        problem = (
            "is a tenant's role, and no tenant may become another; pass the function "
            "that acts for them"
        )
        raise inputs.wrong(option, broker, problem)
    arn = getattr(role, "role_arn", None)
    if arn is None:
        problem = (
            "has no role that is known here; pass a role, or a function that has one"
        )
        raise inputs.wrong_kind(option, broker, problem)
    return cast("iam.IRole", role), str(arn)


def _check_stack(inputs: Inputs, option: str, role: iam.IRole, place: Place) -> None:
    """Raise if *role* is in another stack than that of *place*."""
    own = role_of(role)
    home = own.home if own and own.home else Stack.of(role)
    if home is not place.stack:
        problem = (
            "is in another stack, but each of the two roles names the other, and "
            "stacks cannot depend on each other; create the TenantRole in the stack "
            "of its brokers, or import the role of the broker into this one by its "
            "name: iam.Role.from_role_name(self, 'Broker', 'orders-api')"
        )
        raise inputs.wrong(option, role, problem)
