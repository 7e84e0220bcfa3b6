"""The guard: checks, in the finished templates, what the constructs promised."""

from __future__ import annotations

import functools

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import jsii

from aws_cdk import (
    App,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    Stack,
    Validations,
)

from secure_constructs.checks import RULES, cdk
from secure_constructs.checks.assembly import StackOutput, stacks_at
from secure_constructs.checks.findings import NAMESPACE
from secure_constructs.checks.violations import version, violating, violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aws_cdk import (
        CfnResource,
        IPolicyValidationContext,
        PolicyViolatingResource,
    )
    from constructs import IConstruct

    from secure_constructs.checks.rule import Rule
    from secure_constructs.checks.template import Resource

_GUARD = "_secure_constructs_guard"
# The rules that constructs keep by themselves. Tags and termination protection
# are up to the app, so they are not broken promises of a construct.
KEPT_RULES = tuple(each for each in RULES if each not in (cdk.tagged, cdk.protected))


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

    @functools.cached_property
    def path(self) -> str:
        """Where it is, which does not change and is asked for by each stage."""
        return self.resource.node.path


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
        return version()

    @property
    def rule_ids(self) -> list[str]:
        """The ids of the rules."""
        return [rule.id for rule in KEPT_RULES]

    def watch(self, kind: str, resource: CfnResource) -> None:
        """Expect the *resource* of a *kind* in the templates, marked as such."""
        self._watched.append(Watched(kind, resource))

    def below(self, scope: IConstruct) -> list[Watched]:
        """Return what is watched in *scope*."""
        path = scope.node.path
        if not path:
            return list(self._watched)
        return [
            watched
            for watched in self._watched
            if f"{watched.path}/".startswith(f"{path}/")
        ]

    def validate(
        self, context: IPolicyValidationContext
    ) -> PolicyValidationPluginReport:
        """Report every broken promise."""
        resources = _resources(stacks_at(map(Path, context.template_paths)))
        findings: dict[tuple[Rule, str], list[PolicyViolatingResource]]
        findings = defaultdict(list)
        for at in sorted(self.own(resources)):
            for rule in KEPT_RULES:
                breaches = rule.breaches(resources[at])
                if breaches:
                    problems = "; ".join(breach.problem for breach in breaches)
                    # To break what a construct promised is never a mere warning.
                    broken = replace(rule, severity="error")
                    findings[broken, problems].append(violating(at, breaches))
        return PolicyValidationPluginReport(
            success=not findings,
            violations=[violation(*key, found) for key, found in findings.items()],
        )

    def own(
        self, resources: Mapping[tuple[str, str], Resource]
    ) -> set[tuple[str, str]]:
        """
        Return where those of *resources* lie that constructs of this library made.

        Something may have taken away their record. Asking CDK for each resource's
        place is dear, and needed only when there are fewer records than constructs.
        """
        recorded = {at for at, resource in resources.items() if resource.record}
        if len(recorded) >= len(self._watched):
            return recorded
        places = {_place(watched.resource) for watched in self._watched}
        return recorded | {
            at for at in resources if (Path(at[0]).name, at[1]) in places
        }


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


def own_resources(
    app: IConstruct, stacks: Iterable[StackOutput]
) -> set[tuple[str, str]]:
    """Return where in *stacks* the resources lie that the guard of *app* checks."""
    guard = cast("Guard | None", getattr(app, _GUARD, None))
    return guard.own(_resources(stacks)) if guard else set()


def _resources(stacks: Iterable[StackOutput]) -> dict[tuple[str, str], Resource]:
    """Return the resources of *stacks* by their files and logical ids."""
    return {
        (str(path), resource.logical_id): resource
        for stack in stacks
        for path, template in stack.contents
        for resource in template.resources.values()
    }


def _place(resource: CfnResource) -> tuple[str, str]:
    """Return the template file and the logical id of *resource*."""
    stack = Stack.of(resource)
    return stack.template_file, str(stack.resolve(resource.logical_id))
