"""What policies let the session of a tenant do."""

from __future__ import annotations

import fnmatch
import re

from collections.abc import Iterator
from dataclasses import dataclass

from secure_constructs.checks.policy import Statement
from secure_constructs.checks.template import (
    Template,
    is_intrinsic,
    text,
)
from secure_constructs.checks.tenant_trust import DEMANDING

# The actions whose requests always name the partition keys they are about.
_KEYED = frozenset(
    f"dynamodb:{action}"
    for action in (
        "batchgetitem",
        "batchwriteitem",
        "conditioncheckitem",
        "deleteitem",
        "getitem",
        "putitem",
        "query",
        "updateitem",
    )
)
_LEADING_KEYS = "dynamodb:leadingkeys"
_PREFIX = "s3:prefix"
_LISTS = frozenset({"s3:listbucket", "s3:listbucketversions"})
# What says nothing of any object.
_OF_NO_OBJECT = frozenset({"s3:getbucketlocation"})
_EQUALS = "ForAllValues:StringEquals"
_EVERY_KEY = (_EQUALS, "ForAllValues:StringLike")
_TAG = re.compile(r"\$\{aws:PrincipalTag/([^},]+)\}", re.IGNORECASE)
# A variable of policies; references of CloudFormation have two colons or none.
_VARIABLE = re.compile(r"\$\{[^}:]+:(?!:)[^}]*\}")
_REFERENCE = re.compile(r"\$\{[^}]*\}")
_WILD = re.compile(r"[*?]")
# What can be in no tenant's tag: AWS refuses it there, or the roles of tenants do.
_DELIMITER = re.compile(r"[^\w\s.=+@-]")
_INDEX = re.compile(r"\$\{(\w+)\.Arn\}/index/(.+)")
_SLASH = re.compile("/")
_TABLE = "TenantTable"


@dataclass(frozen=True)
class Tenancy:
    """
    By what tenants are told apart.

    Attributes:
        template: The template that says so.
        tags: The keys of the tags that say which tenant it is, in lower case; where
            there are none, any may.
    """

    template: Template
    tags: frozenset[str] = frozenset()

    def owns(
        self, value: str | None, behind: re.Pattern[str], *, whole: bool = True
    ) -> bool:
        """
        Whether *value* matches one tenant's own only, or may by the deployment.

        Args:
            value: The value, in which `*` and `?` stand for anything.
            behind: What there has to be behind the tenant's id.
            whole: Whether that is not needed where there is no `*` or `?`.
        """
        written = _plain(value)
        fixed = _WILD.split(written)[0]
        found = [each for each in _TAG.finditer(fixed) if self._says_who(each[1])]
        if not found:
            settled = self.template.settled(_VARIABLE.sub("-", written))
            return value is None or settled is None
        rests = (_REFERENCE.sub("-", fixed[each.end() :]) for each in found)
        exact = whole and fixed == written
        return exact or any(map(behind.search, rests))

    def owns_all(self, statement: Statement) -> bool:
        """Whether what *statement* is about is one tenant's own by its name."""
        named = bool(statement.resources) and all(
            _TAG.search(_plain(each)) for each in statement.resources
        )
        return named and all(self.owns(each, _SLASH) for each in statement.resources)

    def _says_who(self, tag: str) -> bool:
        return not self.tags or tag.lower() in self.tags


def in_tables(statement: Statement, tenancy: Tenancy) -> Iterator[str]:
    """Yield by what *statement* reaches items that are not one tenant's own."""
    actions = _actions(statement, "dynamodb")
    if not actions or tenancy.owns_all(statement):
        return
    for action in actions:
        if action not in _KEYED:
            yield f"it is allowed {action}, which needs no partition key"
    yield from _unnamed(statement)
    for resource in statement.resources:
        if _WILD.search(_REFERENCE.sub("-", resource or "")):
            yield f"it is allowed {resource}, whatever leads the keys there"
        elif _is_led_by_others(resource, tenancy.template):
            yield f"it is allowed {resource}, which the tenant does not lead"
    if "Condition" in statement.open:
        return
    if not _has_own_keys(statement, tenancy):
        yield "it is allowed items under partition keys that are not the tenant's"
    if not _has_keys(statement):
        yield "it is allowed what names no partition key: Null does not refuse that"


def in_buckets(statement: Statement, tenancy: Tenancy) -> Iterator[str]:
    """Yield by what *statement* reaches objects that are not one tenant's own."""
    actions = _actions(statement, "s3")
    if not actions or tenancy.owns_all(statement):
        return
    yield from _unnamed(statement)
    others = [each for each in actions if each not in _LISTS | _OF_NO_OBJECT]
    for resource in statement.resources if others else ():
        if not tenancy.owns(resource, _SLASH):
            yield f"it is allowed {', '.join(others)} on {resource}"
    known = "Condition" not in statement.open
    if known and _LISTS & set(actions) and not _has_own_prefix(statement, tenancy):
        yield "it may list objects of other tenants"


def is_for_tenants(statement: Statement) -> bool:
    """Whether *statement* compares keys, prefixes or resources with a tag."""
    texts = [
        text(value)
        for key in (_LEADING_KEYS, _PREFIX)
        for _, values in statement.compared(key)
        for value in values
    ]
    return any(_TAG.search(_plain(each)) for each in (*texts, *statement.resources))


def _is_led_by_others(resource: str | None, template: Template) -> bool:
    """Whether *resource* is an index that is on record as not led by the tenant."""
    found = _INDEX.fullmatch(resource or "")
    table = template.resources.get(found[1]) if found else None
    if found is None or table is None or table.record.get("Construct") != _TABLE:
        return False
    return found[2] not in map(text, table.record.get("TenantIndexes", ()))


def _has_own_keys(statement: Statement, tenancy: Tenancy) -> bool:
    """Whether all partition keys have to be one tenant's own."""
    for operator, values in statement.compared(_LEADING_KEYS):
        texts = [text(value) for value in values]
        if operator == _EQUALS:
            # There `*` and `?` are characters like others.
            texts = [each and _WILD.sub("-", each) for each in texts]
        own = all(tenancy.owns(each, _DELIMITER) for each in texts)
        if own and operator in _EVERY_KEY:
            return True
    return False


def _has_keys(statement: Statement) -> bool:
    """Whether there has to be a partition key, or may have to be by the deployment."""
    return any(
        operator == "Null" and (is_intrinsic(value) or str(value).lower() == "false")
        for operator, values in statement.compared(_LEADING_KEYS)
        for value in values
    )


def _has_own_prefix(statement: Statement, tenancy: Tenancy) -> bool:
    """Whether a list has to be of objects that are one tenant's own."""
    return any(
        all(tenancy.owns(text(value), _SLASH, whole=False) for value in values)
        for operator, values in statement.compared(_PREFIX)
        if DEMANDING.fullmatch(operator)
    )


def _actions(statement: Statement, service: str) -> list[str]:
    """Return the actions of a *service* that *statement* is about."""
    if statement.but:
        every = {"*", f"{service}:*"} & set(statement.but)
        return [] if every else ["every action but some"]
    return [
        each
        for each in statement.actions
        if fnmatch.fnmatchcase(service, each.partition(":")[0])
    ]


def _unnamed(statement: Statement) -> Iterator[str]:
    if not statement.resources and "Resource" not in statement.open:
        yield "it is allowed every resource but some"


def _plain(value: str | None) -> str:
    # `Fn::Sub` writes variables that are not its own with an exclamation mark.
    return (value or "").replace("${!", "${")
