"""The command in cdk.json that starts an app, as far as Python can run it itself."""

from __future__ import annotations

import re
import shlex

from dataclasses import dataclass

_PYTHON = re.compile(r"(?:.*[/\\])?(?:python|py)[0-9.]*(?:\.exe)?")
# What finds the right Python and then starts it: the one of the tests is right here.
_RUNNERS = ("uv", "poetry", "pipenv", "pdm", "hatch", "rye")
# The options of Python that change nothing for the app.
_SILENT = re.compile(r"-[bBdEIOPqsSuvx]+")
_WAY_OUT = (
    "the tests run the app in their own process, so the command has to be that of a "
    'Python program, such as "python3 app.py" or "python -m shop.app"'
)


@dataclass(frozen=True)
class Command:
    """
    How an app is started.

    Attributes:
        target: The file of the program, or the name of its module.
        is_module: Whether it is a module.
        arguments: What the program is given.
    """

    target: str
    is_module: bool
    arguments: tuple[str, ...] = ()


def parse_command(app: object) -> Command:
    """
    Return what the command *app* starts.

    Raises:
        ValueError: It does not start a Python program.
    """
    if not isinstance(app, str) or not app.strip():
        raise ValueError(f"app={app!r} is no command; {_WAY_OUT}")
    words = _without_runner(_split(app))
    if words and _PYTHON.fullmatch(words[0]):
        words = words[1:]
        while words and _SILENT.fullmatch(words[0]):
            words = words[1:]
        if len(words) > 1 and words[0] == "-m":
            return Command(words[1], is_module=True, arguments=tuple(words[2:]))
    # Without Python in front a runner starts a file that it takes for one.
    elif words == _split(app):
        words = []
    if words and words[0].endswith(".py"):
        return Command(words[0], is_module=False, arguments=tuple(words[1:]))
    raise ValueError(f"app={app!r} cannot be run; {_WAY_OUT}")


def _split(app: str) -> list[str]:
    """Return the words of the command *app*; none where a shell would do more."""
    try:
        words = shlex.split(app)
    except ValueError:
        return []
    shell = any(word in ("&&", "||", ";", "|", "&") for word in words)
    return [] if shell else words


def _without_runner(words: list[str]) -> list[str]:
    """Return *words* without what only finds the right Python."""
    if words[1:2] == ["run"] and words[0] in _RUNNERS:
        return words[2:]
    return words
