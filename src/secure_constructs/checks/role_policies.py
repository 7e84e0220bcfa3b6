"""What the policies of a role allow, and how far their wildcards reach."""

from __future__ import annotations

import re

from collections.abc import Iterator

from secure_constructs.checks.policy import Policy, Statement, read_policy
from secure_constructs.checks.template import Resource, listed, text

_ATTACHED = {
    "AWS::IAM::ManagedPolicy": "Roles",
    "AWS::IAM::Policy": "Roles",
    "AWS::IAM::RolePolicy": "RoleName",
}
_OF_AWS = re.compile(r".*:iam::aws:policy/(?:.*/)?([\w+=,.@-]+)")
_REFERENCE = re.compile(r"\$\{[^}]*\}")
# A wildcard behind the name of one resource stays in there: the objects of a bucket,
# the streams of a log group, the items of a table. So it does behind a reference.
_NAMED = re.compile(
    r"(?:-|arn:[^:]*:s3:::[^*?/]+"
    r"|arn:[^:*?]*:[^:*?]+:[^:*?]*:[^:*?]*:[^:/*?]+[:/][^:/*?]+)(?:[:/].*)?"
)
# What Secrets Manager adds to a name, which nobody can know.
_ENDING = "-??????"


def policies_of(role: Resource) -> Iterator[Policy]:
    """Yield the policies of *role* that the template holds."""
    for index, _ in enumerate(listed(role.known("Policies"))):
        yield read_policy(role, "Policies", index, "PolicyDocument")
    found: dict[str, Resource] = {}
    for type_, key in _ATTACHED.items():
        for policy in role.template.naming(role, type_, key, name="RoleName"):
            found[policy.logical_id] = policy
    for arn in listed(role.known("ManagedPolicyArns")):
        named = role.template.referred(arn)
        if named and named.type == "AWS::IAM::ManagedPolicy":
            found[named.logical_id] = named
    for policy in found.values():
        yield read_policy(policy, "PolicyDocument")


def policies_of_aws(role: Resource) -> Iterator[str]:
    """Yield the names of the policies of AWS that *role* has."""
    for each in listed(role.known("ManagedPolicyArns")):
        found = _OF_AWS.fullmatch(text(each) or "")
        if found:
            yield found[1]


def wildcards(statement: Statement) -> Iterator[str]:
    """Yield what *statement* allows without naming it: actions and resources."""
    if not statement.allows:
        return
    if statement.but:
        yield "every action but some"
    yield from filter(_is_wild, statement.actions)
    for resource in statement.resources:
        plain = _REFERENCE.sub("-", resource or "").removesuffix(_ENDING)
        if _is_wild(plain) and not _NAMED.fullmatch(plain):
            yield str(resource)


def is_everything(statement: Statement) -> bool:
    """Whether *statement* allows all that there is."""
    actions = bool(statement.but) or bool({"*", "*:*"} & set(statement.actions))
    return statement.allows and actions and "*" in statement.resources


def _is_wild(value: str) -> bool:
    return bool({"*", "?"} & set(value))
