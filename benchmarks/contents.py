"""Reads out of an assembly what its templates hold, cost, and fail to promise."""

from __future__ import annotations

import json

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import aws_cdk as cdk

from aws_cdk import cloudformation_include as include
from cdk_nag import AwsSolutionsChecks

from benchmarks.equal import templates
from secure_constructs.checks import RULES, Template
from secure_constructs.checks.costs import costs_of
from secure_constructs.checks.findings import Finding, judge
from secure_constructs.checks.reading import TemplateFile

_OF_APPS = "CDK-"
_ALARM = "AWS::CloudWatch::Alarm"


@dataclass(frozen=True)
class Contents:
    """
    What some templates hold.

    Attributes:
        resources: How many resources.
        alarms: How many of them are alarms.
        bytes: How long they are, written without blanks.
        dollars: What they cost a month whether they are used or not.
    """

    resources: int
    alarms: int
    bytes: int
    dollars: Decimal


def contents(assembly: Path, stack: str = "") -> Contents:
    """Return what the templates of *assembly* hold, or that of one *stack*."""
    bodies = [
        body for name, body in templates(assembly).items() if name.startswith(stack)
    ]
    found = [Template(body) for body in bodies]
    costs = [cost for each in found for cost in costs_of(each.resources.values())]
    return Contents(
        sum(len(each.resources) for each in found),
        sum(len(list(each.of_type(_ALARM))) for each in found),
        sum(len(json.dumps(each, separators=(",", ":"))) for each in bodies),
        sum((cost.dollars for cost in costs), Decimal(0)),
    )


def broken(assembly: Path, stack: str) -> tuple[int, int]:
    """
    Return how many findings there are in one *stack*: by our rules, and by cdk-nag's.

    The latter is asked of the template alone, in which nobody has acknowledged
    anything, so that both sides are asked alike.
    """
    path = assembly / f"{stack}.template.json"
    template = Template(json.loads(path.read_text()))
    found = judge(TemplateFile(path, template), RULES)
    ours = [each for each in found if isinstance(each, Finding) and _counts(each)]
    return len(ours), _by_nag(path)


def _counts(finding: Finding) -> bool:
    """Whether a construct could do something about *finding*, unlike tags of an app."""
    return not finding.waived and not finding.rule.id.startswith(_OF_APPS)


def _by_nag(path: Path) -> int:
    with TemporaryDirectory() as directory:
        app = cdk.App(outdir=directory)
        stack = cdk.Stack(app, "Read", synthesizer=cdk.LegacyStackSynthesizer())
        include.CfnInclude(stack, "Template", template_file=str(path))
        report = AwsSolutionsChecks(app).validate_scope(stack)
        return sum(len(each.violating_resources) for each in report.violations)
