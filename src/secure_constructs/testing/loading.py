"""Loads an app as the CLI does: its command, its context and its feature flags."""

from __future__ import annotations

import functools

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from secure_constructs.checks.assembly import load
from secure_constructs.testing.app import CdkApp
from secure_constructs.testing.isolation import run
from secure_constructs.testing.project import LOOKED_UP, Project
from secure_constructs.testing.report import errors_in, written

# As under the CLI, findings do not end the app. They are looked at afterwards.
_OF_CLI = {"@aws-cdk/core:failSynthOnValidationErrors": False}


def load_app(
    project: Project,
    *,
    context: Mapping[str, Any],
    environment: Mapping[str, str],
    new_directory: Callable[[], Path],
) -> CdkApp:
    """
    Run the app of *project* and return what it was synthesized into.

    Args:
        project: The project.
        context: What `cdk synth -c` would add to the context of the project.
        environment: What is added to the environment.
        new_directory: Makes the directory that it is synthesized to.

    Raises:
        ValueError: The app is not one that the CLI could deploy.
        RuntimeError: The app failed; its own error is the cause.
    """
    given = {**project.context, **_OF_CLI, **context}
    load_with = functools.partial(_load, project, given, environment, new_directory)
    loaded = load_with(lambda _: None)
    errors = errors_in(loaded.directory)
    if errors:
        problem = f"does not pass its own validation:\n\n{written(errors)}"
        raise ValueError(_failed(project, problem))
    return loaded


def _load(
    project: Project,
    context: Mapping[str, Any],
    environment: Mapping[str, str],
    new_directory: Callable[[], Path],
    prepare: Callable[[cdk.App], None],
) -> CdkApp:
    """Run the app of *project*, after *prepare* was called with the app it makes."""
    command, directory = project.command, new_directory()
    with _apps(context, directory, prepare) as apps:
        try:
            run(command, project.folder, environment)
        except SystemExit as error:
            if error.code:
                raise RuntimeError(
                    _failed(project, f"ended with {error.code!r}")
                ) from error
        except Exception as error:
            problem = f"raised {type(error).__name__}: {error}"
            raise RuntimeError(_failed(project, problem)) from error
    _check(project, apps, directory)
    again = functools.partial(_load, project, context, environment, new_directory)
    return CdkApp(apps[0], _part(directory, 0), again)


def _part(directory: Path, number: int) -> Path:
    """Return where an app goes: a second one would empty the directory of the first."""
    return directory / str(number)


def _failed(project: Project, problem: str) -> str:
    return f"the app {project.settings['app']!r} in {project.folder} {problem}"


@contextmanager
def _apps(
    context: Mapping[str, Any], directory: Path, prepare: Callable[[cdk.App], None]
) -> Iterator[list[cdk.App]]:
    """
    Yield a list of the apps that are made, each as if the CLI had started it.

    The CLI speaks to an app through the environment. That of Node is the one it was
    started with, so all apps of one process would hear the same.
    """
    made: list[cdk.App] = []
    original = cdk.App.__init__

    @functools.wraps(original)
    def init(self: cdk.App, **options: Any) -> None:  # noqa: ANN401 - those of App
        final = {**context, **(options.pop("post_cli_context", None) or {})}
        outdir = str(_part(directory, len(made)))
        original(self, **{**options, "outdir": outdir, "post_cli_context": final})
        made.append(self)
        prepare(self)

    cdk.App.__init__ = init  # type: ignore[method-assign]
    try:
        yield made
    finally:
        cdk.App.__init__ = original  # type: ignore[method-assign]


def _check(project: Project, apps: list[cdk.App], directory: Path) -> None:
    """
    See that the CLI could go on with *apps*.

    Raises:
        ValueError: It could not.
    """
    if not apps:
        raise ValueError(
            _failed(project, "makes no App; make one, and call its synth()")
        )
    if len(apps) > 1:
        many = (
            f"makes {len(apps)} Apps; the CLI deploys one, so make one with all stacks"
        )
        raise ValueError(_failed(project, many))
    manifest = _part(directory, 0) / "manifest.json"
    if not manifest.exists():
        unsaid = "does not call synth() of its App, which has to be its last line"
        raise ValueError(_failed(project, unsaid))
    missing = [each["key"] for each in load(manifest).get("missing", [])]
    if missing:
        raise ValueError(_failed(project, _lookups(missing)))


def _lookups(missing: list[str]) -> str:
    keys = "\n".join(f"  {key}" for key in missing)
    return (
        f"looks up what a test must not ask AWS for:\n{keys}\n"
        f"run `cdk synth` once and commit its {LOOKED_UP}, or pass the values as "
        "context= by these keys"
    )
