"""Resource policies as the rules read them."""

from __future__ import annotations

import re

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from secure_constructs.checks.template import Resource, listed, text

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
_NARROWING_OPERATORS = re.compile(
    r"(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))"
)
_LOWEST_TLS = 1.2
_ACCOUNT = re.compile(
    r"(\d{12})|arn:(?:[\w-]+|\$\{AWS::Partition\}):(?:iam|sts)::(\d{12}):.*"
)


@dataclass(frozen=True)
class Statement:
    """
    One statement of a policy, with every part that may be a single value a list.

    Attributes:
        allows: Whether it allows; otherwise it denies.
        principals: The texts of its principals by kind (`AWS`, `Service`);
            everybody is `*` of the kind `AWS`.
        actions: Its actions.
        resources: The texts of its resources; None where they are not known.
        conditions: Its conditions, by operator and key.
    """

    allows: bool
    principals: Mapping[str, list[str | None]]
    actions: list[Any]
    resources: list[str | None]
    conditions: Mapping[str, Mapping[str, Any]]

    @property
    def is_for_everybody(self) -> bool:
        """Whether it names everybody as its principal."""
        return "*" in self.principals.get("AWS", [])

    @property
    def is_narrowed(self) -> bool:
        """Whether a condition lets only named accounts or resources match."""
        return any(
            _NARROWING_OPERATORS.fullmatch(operator) and _narrows(key, value)
            for operator, keys in self.conditions.items()
            for key, value in keys.items()
        )

    @property
    def is_tied(self) -> bool:
        """Whether a condition ties a service to the resources of one account."""
        keys = {key for operator in self.conditions.values() for key in operator}
        contexts = any(key.startswith("kms:EncryptionContext:") for key in keys)
        return self.is_narrowed or contexts

    @property
    def refuses_plain_http(self) -> bool:
        """Whether it denies everything that does not come by TLS."""
        plain = ({"aws:SecureTransport": "false"}, {"aws:SecureTransport": False})
        only = list(self.conditions) == ["Bool"] and self.conditions["Bool"] in plain
        return self._denies_everybody_everything and only

    @property
    def refuses_old_tls(self) -> bool:
        """Whether it denies everything that comes by TLS below 1.2."""
        only = list(self.conditions) == ["NumericLessThan"]
        lowest = self.conditions["NumericLessThan"].get("s3:TlsVersion") if only else 0
        return self._denies_everybody_everything and float(lowest or 0) >= _LOWEST_TLS

    @property
    def _denies_everybody_everything(self) -> bool:
        everything = {"*", "s3:*"} & set(map(str, self.actions))
        return not self.allows and self.is_for_everybody and bool(everything)

    def foreign_accounts(self, own: str | None) -> Iterator[str]:
        """Yield the accounts it names that are known not to be *own*."""
        for principal in self.principals.get("AWS", []):
            found = _ACCOUNT.fullmatch(principal or "")
            account = found and (found[1] or found[2])
            if account and own and account != own:
                yield account


def statements(resource: Resource, *path: str) -> Iterator[Statement]:
    """Yield the statements of the policy document at *path* of *resource*."""
    for raw in listed(resource.read(*path, "Statement")):
        if isinstance(raw, Mapping) and "Effect" in raw:
            yield Statement(
                allows=raw["Effect"] == "Allow",
                principals=_principals(raw),
                actions=listed(raw.get("Action")),
                resources=[text(each) for each in listed(raw.get("Resource"))],
                conditions=_conditions(raw.get("Condition")),
            )


def _principals(raw: Mapping[str, Any]) -> dict[str, list[str | None]]:
    if "NotPrincipal" in raw:
        # To allow all but a few is to allow everybody; to deny all but a few is not.
        return {"AWS": ["*"]} if raw["Effect"] == "Allow" else {}
    principal = raw.get("Principal")
    if not isinstance(principal, Mapping):
        return {"AWS": [text(principal)]} if principal is not None else {}
    return {
        kind: [text(each) for each in listed(principal[kind])] for kind in principal
    }


def _conditions(raw: object) -> dict[str, Mapping[str, Any]]:
    operators = raw.items() if isinstance(raw, Mapping) else ()
    return {str(name): keys for name, keys in operators if isinstance(keys, Mapping)}


def _narrows(key: str, value: object) -> bool:
    """Whether a match of *key* with *value* shuts anybody out."""
    return key.lower() in _NARROWING and "*" not in listed(value)
