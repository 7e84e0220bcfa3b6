"""The commands that check templates, and those that tell of the rules."""

from __future__ import annotations

import json

from pathlib import Path

import click

from rich.console import Console

from secure_constructs.checks import RULES
from secure_constructs.checks.checked import Checked, check as check_all
from secure_constructs.checks.findings import Finding
from secure_constructs.checks.pages import rules_page
from secure_constructs.checks.sarif import as_json, as_sarif
from secure_constructs.checks.selection import select, the_rule
from secure_constructs.checks.tables import add, new_table, short

_FAILING = {"warning": ("warning", "error"), "error": ("error",), "never": ()}
_SEVERAL = 1


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "sarif"]),
    default="table",
    help="How to print what is found.",
)
@click.option("--rule", "rules", multiple=True, help="Only this rule; repeatable.")
@click.option("--skip", multiple=True, help="Leave this rule out; repeatable.")
@click.option(
    "--fail-on",
    type=click.Choice(list(_FAILING)),
    default="warning",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option(
    "--allow-unjudged",
    is_flag=True,
    help="Accept what the rules cannot see, such as what macros make.",
)
def check(
    paths: tuple[Path, ...],
    format_: str,
    rules: tuple[str, ...],
    skip: tuple[str, ...],
    fail_on: str,
    *,
    allow_unjudged: bool,
) -> None:
    """
    Check templates, folders of them, and synthesized apps at PATHS.

    Without PATHS it checks cdk.out. The exit code is 0 where every rule is kept or
    waived, 1 where one is not, and 2 where something cannot be read or judged.
    """
    try:
        chosen = select(rules or None, skip)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with Console(stderr=True).status("Checking") as status:
        checked = check_all(
            paths or (Path("cdk.out"),),
            chosen,
            tell=lambda name: status.update(f"Checking {name}"),
        )
    _print(checked, format_)
    for each in checked.unread:
        click.echo(f"Error: {each}", err=True)
    for unjudged in checked.unjudged:
        click.echo(f"Not judged: {unjudged}", err=True)
    if checked.unread or (checked.unjudged and not allow_unjudged):
        raise SystemExit(2)
    failing = _FAILING[fail_on]
    if any(each.rule.severity in failing for each in checked.open):
        raise SystemExit(1)


@click.command("rules")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    help="How to print them.",
)
def list_rules(format_: str) -> None:
    """List the rules."""
    if format_ == "markdown":
        click.echo(rules_page(RULES), nl=False)
    elif format_ == "json":
        fields = ("id", "severity", "types", "title", "why", "fix", "controls", "nag")
        said = [{name: getattr(each, name) for name in fields} for each in RULES]
        click.echo(json.dumps(said, indent=2))
    else:
        table = new_table("Rule", "Severity", "Promise")
        for each in RULES:
            add(table, each.id, each.severity, each.title)
        Console().print(table)


@click.command()
@click.argument("rule_id", metavar="RULE")
def explain(rule_id: str) -> None:
    """Explain one RULE: why it is there, and what to do about a finding."""
    try:
        rule = the_rule(rule_id)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    said = [
        ("", rule.title),
        ("Why", rule.why),
        ("What to do", rule.fix),
        ("Severity", rule.severity),
        ("Concerns", "\n".join(rule.types).replace("*", "every resource")),
        ("Controls", "\n".join(rule.controls)),
        ("cdk-nag", "\n".join(rule.nag)),
    ]
    table = new_table("Rule", rule.id)
    for name, what in said:
        if what:
            add(table, name, what)
    Console().print(table)


def _print(checked: Checked, format_: str) -> None:
    if format_ == "json":
        click.echo(json.dumps(as_json(checked), indent=2))
    elif format_ == "sarif":
        click.echo(json.dumps(as_sarif(checked), indent=2))
    else:
        _print_tables(checked, Console())


def _print_tables(checked: Checked, console: Console) -> None:
    if checked.open:
        table = new_table("Rule", "Severity", "At", "What is wrong")
        for each in checked.open:
            at = _at(each, checked)
            add(table, each.rule.id, each.rule.severity, at, each.problem)
        console.print(table)
    if checked.waived:
        table = new_table("Waived", "At", "Reason")
        for each in checked.waived:
            add(table, each.rule.id, _at(each, checked), each.waived or "")
        console.print(table)
    console.print(
        f"Templates: {checked.templates}  Resources: {checked.resources}  "
        f"Findings: {len(checked.open)}  Waived: {len(checked.waived)}  "
        f"Not judged: {len(checked.unjudged)}  Not read: {len(checked.unread)}",
        highlight=False,
        soft_wrap=True,
    )


def _at(finding: Finding, checked: Checked) -> str:
    """Return where *finding* is, with the file where that is not plain."""
    if finding.path is not None or checked.templates == _SEVERAL:
        return short(finding.place)
    return f"{finding.file}: {finding.place}"
