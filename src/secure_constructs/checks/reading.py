"""What is to be checked: files and folders with templates, and synthesized apps."""

from __future__ import annotations

import functools
import os

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from secure_constructs.checks.assembly import NotAnAssemblyError, load, stacks_in
from secure_constructs.checks.findings import Source
from secure_constructs.checks.parsing import (
    LARGEST,
    NoTemplateError,
    UnreadableError,
    parse,
)
from secure_constructs.checks.template import Template

_SUFFIXES = (".json", ".yaml", ".yml", ".template")
_MANIFEST = "manifest.json"
# Folders that hold what others wrote.
_SKIPPED = ("node_modules", "site-packages")
# What every template says somewhere, and hardly another file.
_SIGNS = (b"Resources", b"AWS::")


@dataclass(frozen=True)
class TemplateFile:
    """
    A template that was read by itself.

    Attributes:
        file: The file.
        template: What is in it.
    """

    file: Path
    template: Template
    paths: Mapping[str, str] = field(default_factory=dict)
    acknowledged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.file.name

    @property
    def contents(self) -> list[tuple[Path, Template]]:
        """The template, beside its file."""
        return [(self.file, self.template)]


def sources_at(path: Path) -> Iterator[Source | UnreadableError]:
    """
    Yield what there is to check at *path*, and what of it cannot be read.

    That is the template in a file, the stacks of a synthesized app, or both of what
    is in a folder, in it or further below.
    """
    if not path.is_dir():
        yield _read(path)
        return
    found = False
    for each in _below(path):
        found = True
        yield each
    if not found:
        yield UnreadableError(f"{path} holds no template")


def _below(folder: Path) -> Iterator[Source | UnreadableError]:
    """Yield what there is to check in *folder* and in the folders below it."""
    unread: list[UnreadableError] = []
    note = functools.partial(_note, unread)
    for name, folders, files in os.walk(folder, onerror=note):
        here = Path(name)
        if _MANIFEST in files and _is_app(here):
            folders.clear()
            yield from _stacks(here)
            continue
        folders[:] = [
            each
            for each in sorted(folders)
            if not each.startswith(".") and each not in _SKIPPED
        ]
        for file in sorted(files):
            if file.endswith(_SUFFIXES):
                yield from _template(here / file)
    yield from unread


def _note(unread: list[UnreadableError], error: OSError) -> None:
    unread.append(UnreadableError(f"{error.filename} cannot be read: {error.strerror}"))


def _is_app(folder: Path) -> bool:
    """Whether *folder* is, or was meant to be, what `cdk synth` wrote."""
    try:
        manifest = load(folder / _MANIFEST)
    except NotAnAssemblyError:
        return True
    return isinstance(manifest, dict) and "artifacts" in manifest


def _stacks(folder: Path) -> Iterator[Source | UnreadableError]:
    """Yield the stacks of the app that was synthesized into *folder*."""
    try:
        for stack in stacks_in(folder):
            # Read all of it now, so that what cannot be read is known here.
            _ = stack.contents, stack.paths, stack.acknowledged
            yield stack
    except NotAnAssemblyError as error:
        yield UnreadableError(str(error))
    except (AttributeError, KeyError, TypeError) as error:
        yield UnreadableError(
            f"{folder} is no output of `cdk synth` that can be read: {error!r}"
        )


def _template(file: Path) -> Iterator[Source | UnreadableError]:
    """Yield the template in *file*, if it may be one."""
    try:
        too_large = file.stat().st_size > LARGEST
        content = b"" if too_large else file.read_bytes()
    except OSError as error:
        yield UnreadableError(f"{file} cannot be read: {error.strerror}")
        return
    if too_large or all(sign in content for sign in _SIGNS):
        found = _read(file)
        if not isinstance(found, NoTemplateError):
            yield found


def _read(file: Path) -> Source | UnreadableError:
    try:
        return TemplateFile(file, Template(parse(file)))
    except UnreadableError as error:
        return error
