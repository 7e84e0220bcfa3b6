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
        "s3:DataAccessPointAccount",
        "s3:DataAccessPointArn",
        "kms:CallerAccount",
    )
)
_CONTEXT = "kms:encryptioncontext:"
# Operators that only let through what matches; not those that also let through
# what has no such key.
_POSITIVE = re.compile(
    r"(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))"
)
_PARTITION = r"arn:(?:[\w*-]+|\$\{AWS::Partition\})"
_PRINCIPAL = re.compile(rf"(\d{{12}})|{_PARTITION}:(?:iam|sts)::(\d{{12}}):.*")
_SOURCE = re.compile(rf"(\d{{12}})|{_PARTITION}:[^:]*:[^:]*:(\d{{12}}):.*")
_PARAMETER = re.compile(r"\$\{(?!AWS::)[^.]*\}")
_REFERENCE = re.compile(r"\$\{[^}]*\}")
_IN_ACCOUNT = re.compile(r":\d{12}:")
_ANY_OF_A_KIND = re.compile(r"(arn:.*|[a-z]{0,4}-?|\d*)[*?].*")
_PARTS_OF_ARN = 6


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
        open: The parts that the deployment decides about, such as `Action`. They
            are empty above, or incomplete.
    """

    allows: bool
    principals: Mapping[str, list[str | None]] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    but: list[str] = field(default_factory=list)
    resources: list[str | None] = field(default_factory=list)
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    open: frozenset[str] = frozenset()

    @property
    def may_deny(self) -> bool:
        """Whether it denies, or the deployment may make it do so."""
        return not self.allows or "Effect" in self.open

    def openings(self, own: str | None) -> list[str]:
        """Return whom it lets in but for what belongs to the account *own*."""
        if not self.allows:
            return []
        found = []
        if self.is_for_everybody and not self.may("Condition", is_so=self.is_narrowed):
            found.append("lets everybody in")
        if "Service" in self.principals and not self.may(
            "Condition", is_so=self.is_tied
        ):
            found.append("lets a service in for any account")
        if any(map(_is_canonical, self.principals.get("CanonicalUser", []))):
            found.append("lets a user of another account in by a canonical id")
        accounts = dict.fromkeys(self.foreign_accounts(own))
        return found + [f"lets the account {account} in" for account in accounts]

    def may_refuse_everybody(self, *everything: str) -> bool:
        """Whether it may deny everybody *everything*, of which `*` is always one."""
        every = bool({"*", *everything} & set(self.actions))
        return (
            self.may_deny
            and self.may("Principal", is_so=self.is_for_everybody)
            and self.may("Action", is_so=every)
        )

    def only_condition(self, operator: str, key: str) -> object:
        """Return the value of the one condition it has, if that is on *key*."""
        keys = self.conditions.get(operator, {})
        one = len(self.conditions) == len(keys) == 1
        return keys.get(key) if one else None

    def may(self, part: str, *, is_so: bool) -> bool:
        """Whether a *part* is as it is to be, or may be by the deployment."""
        return is_so or part in self.open

    @property
    def is_for_everybody(self) -> bool:
        """Whether it names everybody as its principal."""
        return "*" in self.principals.get("AWS", [])

    @property
    def is_narrowed(self) -> bool:
        """Whether a condition lets only named accounts or resources match."""
        return any(key in _NARROWING for key, _ in self.required())

    @property
    def is_tied(self) -> bool:
        """Whether a condition ties a service to the resources of one account."""
        keys = [key for key, _ in self.required()]
        return any(key in _NARROWING or key.startswith(_CONTEXT) for key in keys)

    def requires(self, key: str) -> bool:
        """Whether a condition lets only something in particular match *key*."""
        return any(each == key.lower() for each, _ in self.required())

    def compared(self, key: str) -> Iterator[tuple[str, list[Any]]]:
        """Yield the operators that *key* is compared by, and with what values."""
        for operator, keys in self.conditions.items():
            for each, value in keys.items():
                if each.lower() == key.lower():
                    yield operator, listed(value)

    def is_about(self, action: str) -> bool:
        """Whether *action* is among its actions."""
        matches = [
            fnmatch.fnmatchcase(action.lower(), each)
            for each in (self.but or self.actions)
        ]
        return any(matches) != bool(self.but)

    def foreign_accounts(self, own: str | None) -> Iterator[str]:
        """Yield the accounts it names, or that a condition names, but for *own*."""
        found = [_PRINCIPAL.fullmatch(each or "") for each in self._people]
        for key, texts in self.required():
            if key in _NARROWING:
                found += [_SOURCE.fullmatch(each or "") for each in texts]
        accounts = [each[1] or each[2] for each in found if each]
        yield from (each for each in accounts if own and each != own)

    def required(self) -> Iterator[tuple[str, list[str | None]]]:
        """Yield the keys that have to match something in particular, and what."""
        for operator, keys in self.conditions.items():
            for key, value in keys.items():
                texts = [text(each) for each in listed(value)]
                wide = any(_is_wide(each) for each in texts)
                if _POSITIVE.fullmatch(operator) and not wide:
                    yield key.lower(), texts

    @property
    def _people(self) -> list[str | None]:
        kinds = ("AWS", "Federated")
        return [each for kind in kinds for each in self.principals.get(kind, [])]


@dataclass(frozen=True)
class Policy:
    """
    A policy document.

    Attributes:
        statements: Its statements, as far as they are written out.
        is_whole: Whether all its statements are written out.
    """

    statements: list[Statement]
    is_whole: bool


def read_policy(resource: Resource, *path: str | int) -> Policy:
    """Return the policy document at *path* of *resource*."""
    return policy_of(resource.known(*path, "Statement"))


def policy_of(statements: Any) -> Policy:  # noqa: ANN401 - templates are untyped
    """Return the policy that has *statements*, as a document has them."""
    written = [each for each in listed(statements) if _is_statement(each)]
    whole = len(written) == len(listed(statements))
    return Policy([read_statement(each) for each in written], whole)


def read_statement(raw: Mapping[str, Any]) -> Statement:
    """Return the statement that is written as *raw*."""
    return Statement(
        allows=raw["Effect"] == "Allow",
        principals=_principals(raw),
        actions=_actions(raw.get("Action")),
        but=_actions(raw.get("NotAction")),
        resources=[text(each) for each in listed(raw.get("Resource"))],
        conditions=_conditions(raw.get("Condition")),
        open=frozenset(
            part.removeprefix("Not") for part in raw if _is_open(raw[part], part)
        ),
    )


def is_plain_http(statement: Statement) -> bool:
    """Whether *statement* may be about everything that does not come by TLS."""
    value = statement.only_condition("Bool", "aws:SecureTransport")
    false = value in (False, "false") or is_intrinsic(value)
    return statement.may("Condition", is_so=false)


def _is_canonical(user: str | None) -> bool:
    """Whether *user* is the canonical id of an account, written out."""
    return re.fullmatch(r"[0-9a-f]{64}", user or "") is not None


def _is_statement(raw: object) -> bool:
    return isinstance(raw, Mapping) and "Effect" in raw


def _is_open(value: object, part: str) -> bool:
    """
    Whether the deployment decides about *value*, which is a *part* of a statement.

    Resources are named by references; elsewhere a reference to something without
    attributes is a parameter. The values of conditions are for those to judge who
    know their keys.
    """
    if is_intrinsic(value):
        written = text(value)
        parameter = part != "Resource" and _PARAMETER.fullmatch(written or "")
        return written is None or bool(parameter)
    if isinstance(value, Mapping) and part != "Condition":
        return any(_is_open(each, part) for each in value.values())
    if isinstance(value, Mapping):
        return any(map(is_intrinsic, value.values()))
    return isinstance(value, list) and any(_is_open(each, part) for each in value)


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
    """Whether *value* in a condition is matched by what is in any account."""
    plain = _REFERENCE.sub("-", value or "")
    if not {"*", "?"} & set(plain) or _IN_ACCOUNT.search(plain):
        return False
    arn = plain.split(":", _PARTS_OF_ARN - 1)
    if len(arn) == _PARTS_OF_ARN:
        # The ARN of a bucket has no account; its name is everybody's to take.
        return bool({"*", "?"} & set(arn[4] or arn[5][:1]))
    # A wildcard after no more than the kind of an id, such as `o-*`.
    return _ANY_OF_A_KIND.fullmatch(plain) is not None
