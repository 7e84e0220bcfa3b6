"""The command that writes the report."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import re

from pathlib import Path

import click

from rich.console import Console

from secure_constructs.checks import RULES
from secure_constructs.checks.findings import Source, judge
from secure_constructs.checks.parsing import UnreadableError
from secure_constructs.checks.reading import sources_at
from secure_constructs.checks.report.page import Report, rendered

_OUTPUT_OF_CDK = "cdk.out"
# What a link may begin with: nothing that a browser would run.
_LINK = re.compile(r"https?://|file://|[^:]*$")
_UNREADABLE = 2


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=_OUTPUT_OF_CDK)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default="report.html",
    show_default=True,
    help="Where to write the report.",
)
@click.option("--title", help="What to call it; by default after the folder.")
@click.option(
    "--docs",
    metavar="URL",
    default="",
    help="The folder of this library's documentation, which rules then link to.",
)
def report(path: Path, output: Path, title: str | None, docs: str) -> None:
    """
    Write a report about the app or the templates at PATH.

    It is one page of HTML that needs no network. For each stack it shows the
    constructs and how they connect, then the checklist against the resources, the
    waivers with their reasons, and the fixed monthly cost.

    The exit code is 0 whatever the rules find, and 2 where something cannot be
    read; there is no report then.
    """
    if not _LINK.match(docs):
        raise click.BadParameter(f"{docs} is neither a web address nor a folder")
    with Console(stderr=True).status(f"Reading {path}"):
        sources = _readable(path)
        found = [each for source in sources for each in judge(source, RULES)]
        page = rendered(
            Report(
                title=title or _title(path),
                sources=sources,
                rules=RULES,
                found=found,
                made=dt.datetime.now(tz=dt.timezone.utc).date(),
                version=_version(),
                docs=docs.rstrip("/"),
            )
        )
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        _fail(f"{output} cannot be written: {error.strerror}")
    click.echo(output)


def _readable(path: Path) -> list[Source]:
    """Return what there is at *path*, or end where a part of it cannot be read."""
    sources: list[Source] = []
    problems: list[str] = []
    for each in sources_at(path):
        if isinstance(each, UnreadableError):
            problems.append(str(each))
        else:
            sources.append(each)
    if problems:
        _fail(*problems)
    return sources


def _fail(*problems: str) -> None:
    for problem in problems:
        click.echo(f"Error: {problem}", err=True)
    raise SystemExit(_UNREADABLE)


def _title(path: Path) -> str:
    """Return the name of the folder at *path*, or of the one that CDK's is in."""
    whole = path.resolve()
    return whole.parent.name if whole.name == _OUTPUT_OF_CDK else whole.name


def _version() -> str:
    """Return the version of the library, 0.0.0 where it is not installed."""
    try:
        return importlib.metadata.version("secure-constructs")
    except importlib.metadata.PackageNotFoundError:
        return "0.0.0"
