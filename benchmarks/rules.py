"""
How long the rules take, beside cdk-nag's AwsSolutions pack on the same app.

Each stack holds 100 resources as an app has them: buckets with policies, functions
with roles and log groups, queues, and rules of a bus. Both packs are asked by CDK, at
the end of one synthesis, and each is timed from the question to the answer: reading
templates, rules and report. The rules alone are timed over the same templates, and over
one of 10,000 resources.
"""

from __future__ import annotations

import time

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aws_cdk as cdk
import jsii

from aws_cdk import (
    aws_events as events,
    aws_events_targets as targets,
    aws_lambda as lambda_,
    aws_logs as logs,
    aws_s3 as s3,
    aws_sqs as sqs,
)
from cdk_nag import AwsSolutionsChecks

from benchmarks.pairs import tell
from benchmarks.table import seconds, table, times, whole
from secure_constructs import Checklist
from secure_constructs.checks import RULES, Template
from secure_constructs.checks.assembly import stacks_in
from secure_constructs.checks.findings import judge
from secure_constructs.checks.reading import TemplateFile

_MANY = 10_000
_ROUNDS = 3
_GROUPS = 10
_STACKS = 10


@jsii.implements(cdk.IPolicyValidationPlugin)
class Timed:
    """Asks another plugin, and takes the time."""

    def __init__(self, plugin: Any) -> None:  # noqa: ANN401 - any plugin
        self._plugin = plugin
        self.seconds = 0.0

    @property
    def name(self) -> str:
        """The plugin's name."""
        return str(self._plugin.name)

    @property
    def version(self) -> str:
        """The plugin's version."""
        return str(self._plugin.version)

    @property
    def rule_ids(self) -> list[str]:
        """The ids of its rules."""
        return list(self._plugin.rule_ids or [])

    def validate(
        self, context: cdk.IPolicyValidationContext
    ) -> cdk.PolicyValidationPluginReport:
        """Return the plugin's report."""
        began = time.perf_counter()
        report: cdk.PolicyValidationPluginReport = self._plugin.validate(context)
        self.seconds = time.perf_counter() - began
        return report


def fill(stack: cdk.Stack) -> None:
    """Define 100 resources or so in *stack*, with the defaults of CDK."""
    bus = events.EventBus(stack, "Bus")
    for index in range(_GROUPS):
        s3.Bucket(stack, f"Data{index}", enforce_ssl=True)
        function = lambda_.Function(
            stack,
            f"Handler{index}",
            code=lambda_.Code.from_inline("def handler(event, context): ..."),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            log_group=logs.LogGroup(stack, f"Logs{index}"),
        )
        queue = sqs.Queue(stack, f"Failed{index}", enforce_ssl=True)
        events.Rule(
            stack,
            f"Placed{index}",
            event_bus=bus,
            event_pattern=events.EventPattern(source=["shop.orders"]),
            targets=[targets.LambdaFunction(function, dead_letter_queue=queue)],
        )


def timed(rounds: Iterable[list[TemplateFile]]) -> float:
    """
    Return the shortest time that the rules took for one of *rounds*, in seconds.

    It is time of this process, whatever else the machine does. Templates keep what
    was looked up, so each round has new ones.
    """
    times = []
    for sources in rounds:
        began = time.process_time()
        for source in sources:
            list(judge(source, RULES))
        times.append(time.process_time() - began)
    return min(times)


def read(body: dict[str, Any]) -> TemplateFile:
    """Return the template *body*, as nobody has looked at it yet."""
    return TemplateFile(Path("one.json"), Template(body))


def repeated(bodies: list[dict[str, Any]]) -> TemplateFile:
    """Return one template of 10,000 resources, from those of *bodies*."""
    found = [pair for body in bodies for pair in body["Resources"].items()]
    resources = {
        f"{found[index % len(found)][0]}x{index}": found[index % len(found)][1]
        for index in range(_MANY)
    }
    return read({"Resources": resources})


def compared(stacks: int = _STACKS) -> str:
    """Return the table of both packs over an app of so many stacks."""
    tell(f"rules, {stacks} stacks")
    with TemporaryDirectory() as directory:
        app = cdk.App(
            outdir=directory,
            context={"@aws-cdk/core:failSynthOnValidationErrors": False},
        )
        for index in range(stacks):
            fill(cdk.Stack(app, f"Stack{index}"))
        ours, theirs = Timed(Checklist()), Timed(AwsSolutionsChecks(app))
        cdk.Validations.of(app).add_plugins(ours, theirs)
        app.synth()
        contents = [each.contents for each in stacks_in(Path(directory))]
    templates = [template for each in contents for _, template in each]
    count = sum(len(each.resources) for each in templates)
    bodies = [dict(each.body) for each in templates]
    alone = timed([read(body) for body in bodies] for _ in range(_ROUNDS))
    many = timed([repeated(bodies)] for _ in range(_ROUNDS))
    shown = (
        ("AwsSolutions of cdk-nag, report included", theirs.seconds, count),
        ("`Checklist`, report included", ours.seconds, count),
        ("`Checklist`, its rules alone", alone, count),
        ("the same, in one template", many, _MANY),
    )
    rows = [
        [
            words,
            whole(of),
            seconds(took),
            f"{took / of * 1e6:,.0f} us",
            times(took / of / (theirs.seconds / count)),
        ]
        for words, took, of in shown
    ]
    heads = ["rules", "resources", "time", "of each", "beside AwsSolutions"]
    return table(heads, rows)
