"""Resource policies as the rules read them."""

from __future__ import annotations

import fnmatch
import re

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from secure_constructs.checks.template import Resource, is_intrinsic, listed, text

# Condition keys that, when they must match, keep everybody else out. With them
# `Principal: *` means "everybody of whom this is true", not everybody.
_NARROWING = frozenset(
    key.lower()
    for key in (
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceOrgID",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "kms:CallerAccount",
    )
)
_CONTEXT = "kms:encryptioncontext:"
# Operators that only let through what matches; not those that also let through
# what has no such key.
_POSITIVE = re.compile(
    r"(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))"
)
_ACCOUNT = re.compile(
    r"(\d{12})|arn:(?:[\w*-]+|\$\{AWS::Partition\}):(?:iam|sts)::(\d{12}):.*"
)
_ARN_OF_ANY_ACCOUNT = re.compile(
    r"[*?]+|arn:\*|arn:[^:]*:[^:]*:[^:]*:[*?]*[*?][*?]*:.*"
)
_PARAMETER = re.compile(r"\$\{(?!AWS::)[^.]*\}")
_EVERY_CHARACTER = re.compile(r"[*?]*")


@dataclass(frozen=True)
class Statement:
    """
    One statement of a policy, with every part that may be a single value a list.

    Attributes:
        allows: Whether it allows; otherwise it denies.
        principals: The texts of its principals by kind (`AWS`, `Service`);
            everybody is `*` of the kind `AWS`.
        actions: Its actions, in lower case.
        but: The actions it is not about, in lower case; then it has no others.
        resources: The texts of its resources; None where they are not known.
        conditions: Its conditions, by operator and key.
        is_known: Whether the deployment decides about no part of it.
    """

    allows: bool
    principals: Mapping[str, list[str | None]] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    but: list[str] = field(default_factory=list)
    resources: list[str | None] = field(default_factory=list)
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_known: bool = True

    @property
    def is_for_everybody(self) -> bool:
        """Whether it names everybody as its principal."""
        return "*" in self.principals.get("AWS", [])

    @property
    def is_narrowed(self) -> bool:
        """Whether a condition lets only named accounts or resources match."""
        return any(key in _NARROWING for key, _ in self._required())

    @property
    def is_tied(self) -> bool:
        """Whether a condition ties a service to the resources of one account."""
        keys = [key for key, _ in self._required()]
        return any(key in _NARROWING or key.startswith(_CONTEXT) for key in keys)

    def is_about(self, action: str) -> bool:
        """Whether *action* is among its actions."""
        matches = [
            fnmatch.fnmatchcase(action.lower(), each)
            for each in (self.but or self.actions)
        ]
        return any(matches) != bool(self.but)

    def foreign_accounts(self, own: str | None) -> Iterator[str]:
        """Yield the accounts it names, or that a condition names, but for *own*."""
        named = list(self.principals.get("AWS", []))
        for key, texts in self._required():
            named += texts if key in _NARROWING else []
        for each in named:
            found = _ACCOUNT.fullmatch(each or "")
            account = found and (found[1] or found[2])
            if account and own and account != own:
                yield account

    def _required(self) -> Iterator[tuple[str, list[str | None]]]:
        """Yield the keys that have to match something in particular, and what."""
        for operator, keys in self.conditions.items():
            for key, value in keys.items():
                texts = [text(each) for each in listed(value)]
                wide = any(_is_wide(each) for each in texts)
                if _POSITIVE.fullmatch(operator) and not wide:
                    yield key.lower(), texts


@dataclass(frozen=True)
class Policy:
    """
    A policy document.

    Attributes:
        statements: Its statements, as far as they are written out.
        is_known: Whether the deployment decides about nothing in it.
    """

    statements: list[Statement]
    is_known: bool


def read_policy(resource: Resource, *path: str) -> Policy:
    """Return the policy document at *path* of *resource*."""
    raw = resource.known(*path, "Statement")
    written = [each for each in listed(raw) if _is_statement(each)]
    statements = [_statement(each) for each in written]
    complete = len(written) == len(listed(raw))
    known = complete and all(statement.is_known for statement in statements)
    return Policy(statements, known)


def _is_statement(raw: object) -> bool:
    return isinstance(raw, Mapping) and "Effect" in raw


def _statement(raw: Mapping[str, Any]) -> Statement:
    return Statement(
        allows=raw["Effect"] == "Allow",
        principals=_principals(raw),
        actions=_actions(raw.get("Action")),
        but=_actions(raw.get("NotAction")),
        resources=[text(each) for each in listed(raw.get("Resource"))],
        conditions=_conditions(raw.get("Condition")),
        is_known=not any(_is_open(raw[part], part) for part in raw),
    )


def _is_open(value: object, part: str) -> bool:
    """
    Whether the deployment decides about *value*, in a *part* of a statement.

    Resources are named by references; elsewhere a reference to something without
    attributes is a parameter.
    """
    if is_intrinsic(value):
        written = text(value)
        return written is None or (
            part != "Resource" and _PARAMETER.fullmatch(written) is not None
        )
    inner = value.values() if isinstance(value, Mapping) else listed(value)
    nests = isinstance(value, (Mapping, list))
    return nests and any(_is_open(each, part) for each in inner)


def _principals(raw: Mapping[str, Any]) -> dict[str, list[str | None]]:
    if raw.get("NotPrincipal") is not None:
        # To allow all but a few is to allow everybody; to deny all but a few is not.
        return {"AWS": ["*"]} if raw["Effect"] == "Allow" else {}
    principal = raw.get("Principal")
    if not isinstance(principal, Mapping) or is_intrinsic(principal):
        return {"AWS": [text(principal)]} if principal is not None else {}
    return {kind: list(map(_name, listed(principal[kind]))) for kind in principal}


def _name(principal: object) -> str | None:
    # YAML reads the number of an account as a number.
    return f"{principal:012}" if isinstance(principal, int) else text(principal)


def _actions(raw: object) -> list[str]:
    return [each.lower() for each in listed(raw) if isinstance(each, str)]


def _conditions(raw: object) -> dict[str, Mapping[str, Any]]:
    operators = raw.items() if isinstance(raw, Mapping) else ()
    return {str(name): keys for name, keys in operators if isinstance(keys, Mapping)}


def _is_wide(value: str | None) -> bool:
    """Whether *value* in a condition is matched by any account."""
    wide = _EVERY_CHARACTER.fullmatch(value or "") and value is not None
    return bool(wide or _ARN_OF_ANY_ACCOUNT.fullmatch(value or "-"))
