"""Whom the trust of a role for tenants lets in, and as whom."""

from __future__ import annotations

import re

from collections.abc import Iterator

from secure_constructs.checks.policy import Statement, read_policy
from secure_constructs.checks.template import Resource, is_intrinsic, listed, text

# Operators that let nothing through that does not have the key.
DEMANDING = re.compile(r"String(Equals|Like)")

_ASSUME = (
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
)
_ASKED_FOR = "aws:requesttag/"
_TAG_KEYS = "aws:tagkeys"
_PASSED_ON = "sts:TransitiveTagKeys"
_CALLED = "sts:RoleSessionName"
_NAMING = re.compile(r"String(Equals|Like)(IfExists)?")
# AWS takes these in tags, and both stand between the parts of keys and of ids.
_PARTS = frozenset({"*/*", "*:*"})
_WILD = re.compile(r"[*?]")
_WHOLE_ACCOUNT = re.compile(r"\*|\d{12}|\$\{AWS::AccountId\}|.*:root")


def ways_in(role: Resource) -> Iterator[str]:
    """Yield how others than named brokers, or sessions of no tenant, get a *role*."""
    for statement in _trusting(role):
        principals = statement.principals
        people = [each or "" for each in principals.get("AWS", [])]
        wide = any(map(_WHOLE_ACCOUNT.fullmatch, people))
        unnamed = wide and not statement.requires("aws:PrincipalArn")
        if unnamed or set(principals) - {"AWS"}:
            yield "it lets in others than named brokers"
        if "Condition" in statement.open:
            continue
        if not any(_demanded(statement)):
            yield "it lets in who brings no tenant, or an empty one"
        if not _refuses_parts(statement):
            yield "it lets in tenants whose id has parts, such as a/b"
        if not _has_one_tag(statement):
            yield "it lets in who brings other tags along"
        if not _keeps_its_tag(statement):
            yield "its sessions may pass the tag on to other roles"
        if not _is_called_so(statement):
            yield "its sessions may be called after anybody"


def tags_of(role: Resource) -> frozenset[str]:
    """Return the keys of the tags that every session of *role* has to have."""
    return frozenset(tag for each in _trusting(role) for tag in _demanded(each))


def _trusting(role: Resource) -> Iterator[Statement]:
    """Yield the statements that let somebody assume *role*."""
    for statement in read_policy(role, "AssumeRolePolicyDocument").statements:
        if statement.allows and any(map(statement.is_about, _ASSUME)):
            yield statement


def _demanded(statement: Statement) -> Iterator[str]:
    """Yield the keys of the tags that have to be there, and not be empty."""
    for operator, tag, values in _asked_for(statement):
        if DEMANDING.fullmatch(operator) and not {"", "*"} & values:
            yield tag


def _refuses_parts(statement: Statement) -> bool:
    """Whether ids are written out, or must not have what stands between parts."""
    for operator, _, values in _asked_for(statement):
        wild = any(_WILD.search(each) for each in values)
        if DEMANDING.fullmatch(operator) and not wild:
            return True
        unknown = any("$" in each for each in values)
        if operator == "StringNotLike" and (values >= _PARTS or unknown):
            return True
    return False


def _asked_for(statement: Statement) -> Iterator[tuple[str, str, set[str]]]:
    """
    Yield by which operators tags are compared, which tags, and with what.

    What only the deployment knows has a dollar sign, which no tag has.
    """
    for operator, keys in statement.conditions.items():
        for key, value in keys.items():
            name = key.lower()
            if name.startswith(_ASKED_FOR):
                texts = [text(each) for each in listed(value)]
                known = {"$" if each is None else each for each in texts}
                yield operator, name.removeprefix(_ASKED_FOR), known


def _has_one_tag(statement: Statement) -> bool:
    """Whether there may be one tag only, as far as that is known."""
    return any(
        operator == "ForAllValues:StringEquals" and len(values) == 1
        for operator, values in statement.compared(_TAG_KEYS)
    )


def _keeps_its_tag(statement: Statement) -> bool:
    """Whether no tag may be passed on, as far as that is known."""
    return any(
        operator == "Null" and (is_intrinsic(value) or str(value).lower() == "true")
        for operator, values in statement.compared(_PASSED_ON)
        for value in values
    )


def _is_called_so(statement: Statement) -> bool:
    """Whether a session has to be called after its tag, as far as that is known."""
    return any(
        all("$" in (text(value) or "$") for value in values)
        for operator, values in statement.compared(_CALLED)
        if _NAMING.fullmatch(operator)
    )
