"""The command line: `secure-constructs`, or `python -m secure_constructs`."""

from __future__ import annotations

import sys

from pathlib import Path

try:
    import click
    import grandalf as _grandalf  # noqa: F401 - only to see that it is there
    import jinja2 as _jinja2  # noqa: F401 - likewise
    import yaml as _yaml  # noqa: F401 - likewise

    from rich.console import Console
except ImportError:  # pragma: no cover - the extra is installed wherever tests run
    sys.exit("the command line needs an extra: pip install 'secure-constructs[cli]'")

from secure_constructs.changes.diff_command import diff
from secure_constructs.checks import summary as summaries
from secure_constructs.checks.assembly import NotAnAssemblyError
from secure_constructs.checks.check_command import check, explain, list_rules
from secure_constructs.checks.report_command import report


@click.group()
@click.version_option(package_name="secure-constructs")
def main() -> None:
    """Check, compare, sum up and report on templates and synthesized CDK apps."""


@main.command()
@click.argument("directory", type=click.Path(path_type=Path), default="cdk.out")
def summary(directory: Path) -> None:
    """
    Sum up the app that `cdk synth` wrote to DIRECTORY.

    Shows for each stack its tier and resources, then the waivers with their
    reasons and the open findings. The exit code is 2 where there is no app.
    """
    try:
        summaries.show(directory, Console())
    except NotAnAssemblyError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from error


for _command in (check, list_rules, explain, report, diff):
    main.add_command(_command)


if __name__ == "__main__":
    main()
