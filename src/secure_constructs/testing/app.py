"""CdkApp: a synthesized app, by the names that `cdk list` shows."""

from __future__ import annotations

import difflib
import re

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import Any, cast

import aws_cdk as cdk

from secure_constructs.checks.assembly import StackOutput, load, stacks_in

_NESTED = ".NestedStackResource"
_NO_WORD = re.compile(r"[^A-Za-z0-9]")


@dataclass(frozen=True)
class CdkApp:
    """
    A synthesized app.

    Its stacks have the names that `cdk list` shows: `Orders`, and `Dev/Orders` for
    one in a stage. A nested stack has the name of its construct behind that, such as
    `Orders/Search`.

    Attributes:
        app: The app itself, as the user's code made it. Change nothing in it: it is
            synthesized, and other tests look at it.
        directory: What it was synthesized into.
        again: Loads it once more, after something was done with the new app.
    """

    app: cdk.App
    directory: Path
    again: Callable[[Callable[[cdk.App], None]], CdkApp] = field(repr=False)

    def stack(self, name: str) -> Any:  # noqa: ANN401 - the class is the user's
        """
        Return the stack called *name*, as the user's code made it.

        Raises:
            KeyError: There is none.
        """
        self._file(name)
        construct: Any = self.app
        for step in name.split("/"):
            construct = construct.node.find_child(step)
        return construct

    def template(self, name: str) -> dict[str, Any]:
        """
        Return the template of the stack called *name*.

        Raises:
            KeyError: There is none.
        """
        return cast("dict[str, Any]", load(self._file(name)))

    @property
    def templates(self) -> dict[str, dict[str, Any]]:
        """The templates of all stacks, by their names."""
        return {name: load(file) for name, file in self._files.items()}

    @property
    def _files(self) -> dict[str, Path]:
        """The files of the templates, by the names of the stacks."""
        return dict(_files_of(stacks_in(self.directory)))

    def _file(self, name: str) -> Path:
        files = self._files
        if name not in files:
            close = difflib.get_close_matches(name, files, n=3) or list(files)
            raise KeyError(f"there is no stack {name!r}; there are {', '.join(close)}")
        return files[name]


def _files_of(stacks: Iterable[StackOutput]) -> Iterator[tuple[str, Path]]:
    """Yield the names of *stacks* and of what is nested in them, beside the files."""
    for stack in stacks:
        yield stack.name, stack.template
        for name in sorted(_nested_in(stack)):
            yield name, _file_of(name, stack.template.parent)


def _nested_in(stack: StackOutput) -> Iterator[str]:
    """
    Yield the names of the stacks nested in *stack*, at any depth.

    The path of the resource is `Orders/Search.NestedStack/Search.NestedStackResource`
    where the stack is `Orders/Search`. cdk.json can keep it out of the templates.
    """
    for path in ", ".join(stack.paths.values()).split(", "):
        if path.endswith(_NESTED):
            yield path.rpartition("/")[0].removesuffix(".NestedStack")


def _file_of(nested: str, folder: Path) -> Path:
    """
    Return the file in *folder* with the template of the stack called *nested*.

    CDK names it after the path of the stack, and no template says so in all projects.

    Raises:
        ValueError: It is not there.
    """
    steps = [step for step in nested.split("/") if step != "Default"]
    hashed = md5("/".join(steps).encode(), usedforsecurity=False).hexdigest()
    unique = f"*{hashed[:8].upper()}" if steps[1:] else _NO_WORD.sub("", steps[0])
    for file in folder.glob(f"{unique}.nested.template.json"):
        return file
    raise ValueError(f"{folder} has no template of the nested stack {nested!r}")
