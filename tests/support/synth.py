"""Synthesizes apps as their users do, and reads what came of it."""

from __future__ import annotations

import json

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from secure_constructs.checks.assembly import StackOutput, stacks_in
from secure_constructs.testing.findings import cdk_rules
from secure_constructs.testing.report import report_of, reported_in

ROOT = Path(__file__).parents[2]
# The feature flags that `cdk init` writes into a new project today.
RECOMMENDED: Mapping[str, Any] = {
    flag: value
    for flag, value in json.loads((ROOT / "cdk.json").read_text())["context"].items()
    if flag.startswith("@aws-cdk/")
}
NO_FLAGS: Mapping[str, Any] = {}
FLAGS = {"no flags": NO_FLAGS, "recommended flags": RECOMMENDED}
_QUIET = {"@aws-cdk/core:failSynthOnValidationErrors": False}


def new_app(flags: Mapping[str, Any] = NO_FLAGS, **context: object) -> cdk.App:
    """Return an app that reports findings instead of failing on them."""
    return cdk.App(context={**flags, **_QUIET, **context})


def add_cdk_validation(app: cdk.App) -> None:
    """Check *app* with CDK's own rules, which the tests otherwise do without."""
    cdk.Validations.of(app).add_plugins(cdk_rules())


@dataclass(frozen=True)
class Assembly:
    """What one app was synthesized into."""

    directory: Path

    @property
    def stacks(self) -> dict[str, StackOutput]:
        """The stacks by name, those of stages included."""
        return {stack.name: stack for stack in stacks_in(self.directory)}

    @property
    def templates(self) -> dict[str, dict[str, Any]]:
        """The templates by file name, those of nested stacks included."""
        return {
            path.name: json.loads(path.read_text())
            for stack in self.stacks.values()
            for path in stack.templates
        }

    @property
    def report(self) -> list[dict[str, Any]]:
        """The reports of the validation plugins."""
        report = report_of(self.directory).read_text()
        return list(json.loads(report)["pluginReports"])

    @property
    def findings(self) -> set[tuple[str, str]]:
        """The rules with open findings, and the path each was found at."""
        return {(each.rule, each.place) for each in reported_in(self.directory)}

    @property
    def rules(self) -> set[str]:
        """The rules with open findings."""
        return {rule for rule, _ in self.findings}

    @property
    def acknowledged(self) -> dict[tuple[str, str], str]:
        """The reasons of acknowledged findings, by rule and path."""
        return {
            (violation["ruleName"], construct["constructPath"]): violation["reason"]
            for plugin in self.report
            for violation in plugin.get("suppressedViolations", [])
            for construct in violation["violatingConstructs"]
        }


def synthesize(app: cdk.App) -> Assembly:
    """Synthesize *app*, once."""
    return Assembly(Path(app.synth().directory))


def assembly_of(stack: cdk.Stack) -> Assembly:
    """Synthesize the app of *stack*, once."""
    app = stack.node.root
    assert isinstance(app, cdk.App)
    return synthesize(app)


def template_of(stack: cdk.Stack) -> dict[str, Any]:
    """Return the template of *stack*, after synthesizing its app."""
    return assembly_of(stack).templates[stack.template_file]


def resources(
    template: Mapping[str, Any], type_: str, *, but: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the resources of *type_* by logical id."""
    return {
        name: body
        for name, body in template["Resources"].items()
        if body["Type"] == type_ and name not in but
    }


def the(template: Mapping[str, Any], logical_id: str) -> dict[str, Any]:
    """Return the properties of one resource."""
    properties: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return properties
