"""The guard: checks, in the finished templates, what the constructs promised."""

from __future__ import annotations

import importlib.metadata

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import jsii

from aws_cdk import (
    App,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
    Stack,
    Validations,
)

from secure_constructs.checks import (
    cdk,
    dynamodb,
    events,
    iam,
    kms,
    lambda_,
    lambda_failures,
    s3,
)
from secure_constructs.checks.assembly import stacks_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import CfnResource, IPolicyValidationContext
    from constructs import IConstruct

    from secure_constructs.checks.rule import Breach, Rule
    from secure_constructs.checks.template import Resource

# The plugin's name, which core puts in front of a rule's id to acknowledge it.
NAMESPACE = "SecureConstructs"
_GUARD = "_secure_constructs_guard"
# The rules that constructs keep by themselves. Tags and termination protection
# are up to the app, so they are not broken promises of a construct.
_KEPT_RULES = (
    *s3.RULES,
    *kms.RULES,
    *iam.RULES,
    *lambda_.RULES,
    *lambda_failures.RULES,
    *dynamodb.RULES,
    *events.RULES,
    cdk.weakenings_argued,
)


@dataclass(frozen=True)
class Watched:
    """
    A resource whose promises the guard checks.

    Attributes:
        kind: The construct that made it.
        resource: The L1 resource.
    """

    kind: str
    resource: CfnResource


@jsii.implements(IPolicyValidationPlugin)
class Guard:
    """
    Checks the promises of the app's own constructs after everything else.

    An aspect, a property injector, an override or a later call on an inner
    resource can weaken what a construct made. Each such breach is a finding with
    the promise's id, unless that promise was waived. Resources that no
    construct of this library made are left alone.
    """

    def __init__(self) -> None:
        self._watched: list[Watched] = []

    @property
    def name(self) -> str:
        """The namespace of the rules' ids."""
        return NAMESPACE

    @property
    def version(self) -> str:
        """The version of the library; 0.0.0 where it is not installed as a package."""
        try:
            return importlib.metadata.version("secure-constructs")
        except importlib.metadata.PackageNotFoundError:
            return "0.0.0"

    @property
    def rule_ids(self) -> list[str]:
        """The ids of the rules."""
        return [rule.id for rule in _KEPT_RULES]

    def watch(self, kind: str, resource: CfnResource) -> None:
        """Expect the *resource* of a *kind* in the templates, marked as such."""
        self._watched.append(Watched(kind, resource))

    def below(self, scope: IConstruct) -> list[Watched]:
        """Return what is watched in *scope*."""
        path = scope.node.path
        return [
            watched
            for watched in self._watched
            if f"{watched.resource.node.path}/".startswith(f"{path}/" if path else "")
        ]

    def validate(
        self, context: IPolicyValidationContext
    ) -> PolicyValidationPluginReport:
        """Report every broken promise."""
        resources = {
            (str(path), resource.logical_id): resource
            for stack in stacks_at(map(Path, context.template_paths))
            for path, template in stack.contents
            for resource in template.resources.values()
        }
        recorded = {at for at, resource in resources.items() if resource.record}
        findings: dict[tuple[Rule, str], list[PolicyViolatingResource]]
        findings = defaultdict(list)
        for at in sorted(recorded | self._stripped(resources, recorded)):
            for rule in _KEPT_RULES:
                breaches = rule.breaches(resources[at])
                if breaches:
                    problems = "; ".join(breach.problem for breach in breaches)
                    findings[rule, problems].append(_violating(at, breaches))
        return PolicyValidationPluginReport(
            success=not findings,
            violations=[_violation(*key, found) for key, found in findings.items()],
        )

    def _stripped(
        self,
        resources: dict[tuple[str, str], Resource],
        recorded: set[tuple[str, str]],
    ) -> set[tuple[str, str]]:
        """
        Return where resources lie whose record something took away.

        Asking CDK for each resource's place is dear, and needed only when there
        are fewer records than constructs.
        """
        if len(recorded) >= len(self._watched):
            return set()
        places = {_place(watched.resource) for watched in self._watched}
        return {at for at in resources if (Path(at[0]).name, at[1]) in places}


def guard_of(scopes: Sequence[IConstruct]) -> Guard:
    """
    Return the guard of the app that *scopes* lead down from.

    The first call registers it. It is noted at each of them, because an app that
    CDK makes for a stack without one is another Python object at every look.
    """
    for scope in scopes:
        guard = cast("Guard | None", getattr(scope, _GUARD, None))
        if guard is not None:
            return guard
    guard = Guard()
    for scope in scopes:
        setattr(scope, _GUARD, guard)
    # CDK validates apps only: what has no app above it is never deployed.
    if isinstance(scopes[0], App):
        Validations.of(scopes[0]).add_plugins(guard)
    return guard


def _violating(at: tuple[str, str], breaches: list[Breach]) -> PolicyViolatingResource:
    return PolicyViolatingResource(
        template_path=at[0],
        resource_logical_id=at[1],
        locations=[breach.location for breach in breaches],
    )


def _violation(
    rule: Rule, problem: str, found: list[PolicyViolatingResource]
) -> PolicyViolation:
    return PolicyViolation(
        rule_name=rule.id,
        description=f"{rule.title} Here {problem}. {rule.why}",
        severity="error",
        fix=rule.fix,
        violating_resources=found,
    )


def _place(resource: CfnResource) -> tuple[str, str]:
    """Return the template file and the logical id of *resource*."""
    stack = Stack.of(resource)
    return stack.template_file, str(stack.resolve(resource.logical_id))
