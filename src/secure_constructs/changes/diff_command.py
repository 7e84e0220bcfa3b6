"""The command that compares templates."""

from __future__ import annotations

import json

from pathlib import Path
from typing import NoReturn

import click

from rich.console import Console

from secure_constructs.changes.allowances import AllowanceError, is_serious
from secure_constructs.changes.change import Change
from secure_constructs.changes.formats import as_json, as_markdown, print_tables
from secure_constructs.changes.stacks import StackChanges, accept, compare_stacks
from secure_constructs.checks.parsing import UnreadableError


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "markdown", "json"]),
    default="table",
    help="How to print the changes.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["dangerous", "behaviour", "never"]),
    default="dangerous",
    show_default=True,
    help="The least serious change that makes the exit code 1.",
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="ID=REASON",
    help="Accept what happens to a logical id or LogicalId.Property; repeatable.",
)
def diff(
    old: Path, new: Path, format_: str, fail_on: str, allowed: tuple[str, ...]
) -> None:
    """
    Sort the changes from OLD to NEW by what they do to a live stack.

    OLD and NEW are templates, folders of them, or synthesized apps. Stacks are
    compared with those of the same name. The exit code is 0 where nothing is
    dangerous or all of that is allowed, 1 where something is, and 2 where something
    cannot be read or judged. With `--fail-on never`, only what cannot be read fails.
    """
    try:
        found = compare_stacks(old, new)
        given = dict(map(_allowance, allowed))
        stacks = accept(found, given, everything=fail_on == "behaviour")
    except (AllowanceError, ImportError, UnreadableError) as error:
        _fail(error)
    _print(stacks, format_)
    changes = [change for each in stacks for change in each.changes]
    unjudged = [each for each in changes if not each.judged]
    for each in unjudged:
        click.echo(f"Not judged: {each.place} ({each.type}): {each.why}", err=True)
    if unjudged and fail_on != "never":
        raise SystemExit(2)
    if any(_is_failing(each, fail_on) for each in changes):
        raise SystemExit(1)


def _allowance(given: str) -> tuple[str, str]:
    name, _, reason = given.partition("=")
    return name, reason


def _is_failing(change: Change, fail_on: str) -> bool:
    if fail_on == "behaviour":
        return is_serious(change)
    return fail_on == "dangerous" and change.fails


def _print(stacks: list[StackChanges], format_: str) -> None:
    if format_ == "json":
        click.echo(json.dumps(as_json(stacks), indent=2, default=str))
    elif format_ == "markdown":
        click.echo(as_markdown(stacks))
    else:
        print_tables(stacks, Console())


def _fail(error: Exception) -> NoReturn:
    click.echo(f"Error: {error}", err=True)
    raise SystemExit(2) from error
