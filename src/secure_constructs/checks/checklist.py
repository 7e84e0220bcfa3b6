"""Checklist: all rules, over every resource of an app."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import jsii

from aws_cdk import (
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolation,
)

from secure_constructs.checks.assembly import stacks_at
from secure_constructs.checks.findings import NAMESPACE, Unjudged, judge
from secure_constructs.checks.guard import KEPT_RULES, own_resources
from secure_constructs.checks.selection import select
from secure_constructs.checks.violations import version, violating, violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import IPolicyValidationContext, PolicyViolatingResource

    from secure_constructs.checks.rule import Rule, Severity

_KEPT = {each.id for each in KEPT_RULES}
_UNJUDGED = "Unjudged"


@jsii.implements(IPolicyValidationPlugin)
class Checklist:
    """
    Checks every resource of an app by the rules of this library.

    That includes plain constructs, those of other libraries, nested stacks and
    stages. The constructs of this library are checked without it; what these
    promise is found once, by the guard, whatever is selected here.

        Validations.of(app).add_plugins(Checklist())

    Errors fail the synthesis, warnings do not. A finding is acknowledged at a
    construct, with its reason, as `SecureConstructs::` and the id of the rule.

    Args:
        rules: The ids of the rules to check. Defaults to all of them.
        skip: The ids of rules to leave out.
        severities: How bad a breach is, `"error"` or `"warning"`, by the ids of
            the rules that are to differ from `secure-constructs rules`.

    Raises:
        TypeError: *rules* or *skip* is one string.
        ValueError: There is no such rule or severity, or no rule is left.
    """

    def __init__(
        self,
        *,
        rules: Iterable[str] | None = None,
        skip: Iterable[str] = (),
        severities: Mapping[str, Severity] | None = None,
    ) -> None:
        try:
            self._rules = select(rules, skip, severities)
        except (TypeError, ValueError) as error:
            raise type(error)(f"Checklist: {error}") from None

    @property
    def name(self) -> str:
        """The namespace of the rules' ids."""
        return NAMESPACE

    @property
    def version(self) -> str:
        """The version of the library; 0.0.0 where it is not installed as a package."""
        return version()

    @property
    def rule_ids(self) -> list[str]:
        """The ids of the rules."""
        return [each.id for each in self._rules]

    def validate(
        self, context: IPolicyValidationContext
    ) -> PolicyValidationPluginReport:
        """Report whatever breaks a rule, and whatever cannot be judged."""
        stacks = list(stacks_at(map(Path, context.template_paths)))
        guarded = own_resources(context.app_construct, stacks)
        found: dict[tuple[Rule, str], list[PolicyViolatingResource]]
        found = defaultdict(list)
        unjudged = []
        for each in (each for stack in stacks for each in judge(stack, self._rules)):
            if isinstance(each, Unjudged):
                unjudged.append(each)
                continue
            at = str(each.file), each.resource.logical_id
            if not (each.rule.id in _KEPT and at in guarded):
                found[each.rule, each.problem].append(violating(at, each.breaches))
        violations = [violation(*key, at) for key, at in found.items()]
        violations += map(_unjudged, unjudged)
        return PolicyValidationPluginReport(
            success=not any(each.severity == "error" for each in violations),
            violations=violations,
        )


def _unjudged(unjudged: Unjudged) -> PolicyViolation:
    return PolicyViolation(
        rule_name=unjudged.rule.id if unjudged.rule else _UNJUDGED,
        description=str(unjudged),
        severity="error",
        violating_resources=[violating((str(unjudged.file), unjudged.name or ""), ())],
    )
