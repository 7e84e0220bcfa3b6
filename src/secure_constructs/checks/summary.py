"""The summary of a synthesized app: what is in it, what is waived, what is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from secure_constructs.checks.assembly import (
    NotAnAssemblyError,
    StackOutput,
    load,
    stacks_in,
)
from secure_constructs.checks.tables import add, new_table, short

_REPORT = "validation-report.json"
_FAILING = ("error", "fatal")


@dataclass(frozen=True)
class Waiver:
    """
    One waiver, as a template records it.

    Attributes:
        resource: The path of the resource, or its logical id.
        promise: The id of the promise given up.
        reason: Why.
        until: The last day on which it holds; empty for no end.
    """

    resource: str
    promise: str
    reason: str
    until: str


@dataclass(frozen=True)
class Finding:
    """
    One open finding of the validation report.

    Attributes:
        rule: The rule that found it.
        resource: The path of the resource.
        severity: `error`, `warning` or the like.
        description: What is wrong.
    """

    rule: str
    resource: str
    severity: str
    description: str


def waivers_of(stack: StackOutput) -> Iterator[Waiver]:
    """Yield the waivers that the templates of *stack* record."""
    for _, template in stack.contents:
        for name, resource in template.resources.items():
            waivers: Mapping[str, Any] = resource.record.get("Waivers") or {}
            for promise, waiver in waivers.items():
                path = stack.paths.get(name, name)
                reason, until = waiver.get("Reason", ""), waiver.get("Until", "")
                yield Waiver(path, promise, reason, until)


def findings_of(directory: Path) -> list[Finding]:
    """
    Return the open findings of the app in *directory*, worst first.

    Raises:
        NotAnAssemblyError: Its validation report is none.
    """
    report = directory / _REPORT
    if not report.exists():
        return []
    content = load(report)
    if not isinstance(content, dict) or "pluginReports" not in content:
        raise NotAnAssemblyError(f"{report} is no validation report")
    found = [
        Finding(
            rule=violation["ruleName"],
            resource=construct["constructPath"],
            severity=violation.get("severity", "error"),
            description=violation["description"],
        )
        for plugin in content["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]
    return sorted(found, key=lambda finding: finding.severity not in _FAILING)


def show(directory: Path, console: Console) -> None:
    """
    Print the summary of the app in *directory*.

    Raises:
        NotAnAssemblyError: *directory* holds no output of `cdk synth`.
    """
    stacks = list(stacks_in(directory))
    waivers = [waiver for stack in stacks for waiver in waivers_of(stack)]
    findings = findings_of(directory)
    console.print(_stacks(stacks))
    if waivers:
        console.print(_waivers(waivers))
    if findings:
        console.print(_findings(findings))
    console.print(
        f"Stacks: {len(stacks)}  Waivers: {len(waivers)}  "
        f"Findings: {len(findings)}  Templates: {directory}",
        highlight=False,
    )


def _stacks(stacks: list[StackOutput]) -> Table:
    table = new_table("Stack", "Tier", "Resources")
    for stack in stacks:
        found = [each for _, read in stack.contents for each in read.resources.values()]
        tiers = {str(each.record["Tier"]) for each in found if "Tier" in each.record}
        types = Counter(each.type for each in found)
        counts = [f"{count} {type_}" for type_, count in sorted(types.items())]
        add(table, stack.name, ", ".join(sorted(tiers)), "\n".join(counts))
    return table


def _waivers(waivers: list[Waiver]) -> Table:
    table = new_table("Waived", "At", "Reason", "Until")
    for each in waivers:
        add(table, each.promise, short(each.resource), each.reason, each.until)
    return table


def _findings(findings: list[Finding]) -> Table:
    table = new_table("Finding", "At", "What is wrong")
    for each in findings:
        rule = f"{each.rule} ({each.severity})"
        add(table, rule, short(each.resource), each.description)
    return table
