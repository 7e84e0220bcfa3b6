"""What a rule is: one promise of the checklist, checked on one resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from secure_constructs.checks.template import Resource

Check = Callable[[Resource], Iterator["Breach"]]
# An error puts data or access at risk; after a warning somebody pays more, or
# notices too late.
Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True)
class Breach:
    """
    One place where a resource breaks a promise.

    Attributes:
        location: The property concerned, such as `Properties.BucketEncryption`.
        problem: What is wrong there.
    """

    location: str
    problem: str


@dataclass(frozen=True)
class Rule:
    """
    A promise of the checklist, and how to see on a resource that it is broken.

    A rule reports what it knows to be broken. Where the template leaves a value
    to the deployment, it reports nothing.

    Attributes:
        id: The promise's id in the checklist, such as `S3-04`.
        types: The resource types it concerns; `*` for every type.
        title: The promise, in one sentence.
        why: What goes wrong where it is broken.
        fix: What to do about it.
        controls: The controls of public standards that ask for the same.
        nag: The rules of cdk-nag that ask for the same.
        severity: How bad a breach is, unless somebody says otherwise.
        check: Finds the breaches of one resource.
    """

    id: str
    types: tuple[str, ...]
    title: str
    why: str
    fix: str
    check: Check = field(compare=False, repr=False)
    controls: tuple[str, ...] = ()
    nag: tuple[str, ...] = ()
    severity: Severity = "error"

    def concerns(self, resource: Resource) -> bool:
        """Whether *resource* is of a type that this rule is about."""
        return "*" in self.types or resource.type in self.types

    def breaches(self, resource: Resource) -> list[Breach]:
        """Return the breaches of *resource*, waived or not."""
        return list(self.check(resource)) if self.concerns(resource) else []


def rule(
    rule_id: str,
    *types: str,
    why: str,
    fix: str,
    controls: tuple[str, ...] = (),
    nag: tuple[str, ...] = (),
    severity: Severity = "error",
) -> Callable[[Check], Rule]:
    """Make the rule *rule_id* of a function; its docstring becomes the title."""

    def made(check: Check) -> Rule:
        title = (check.__doc__ or "").strip().partition("\n")[0]
        return Rule(rule_id, types, title, why, fix, check, controls, nag, severity)

    return made
