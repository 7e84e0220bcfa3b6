"""Compares stacks with those of the same name: in files, folders and apps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

from secure_constructs.changes.allowances import AllowanceError, matches, without
from secure_constructs.changes.change import Change
from secure_constructs.changes.compare import compare
from secure_constructs.checks.findings import Source
from secure_constructs.checks.parsing import UnreadableError
from secure_constructs.checks.reading import TemplateFile, sources_at

Bodies: TypeAlias = dict[str, Mapping[str, Any]]
_NOTHING: Mapping[str, Any] = {"Resources": {}}
# The longest first, because the others are its end.
_SUFFIXES = (
    ".nested.template.json",
    ".template.json",
    ".template.yaml",
    ".template.yml",
    ".template",
    ".json",
    ".yaml",
    ".yml",
)


@dataclass(frozen=True)
class StackChanges:
    """
    What changes in one stack.

    Attributes:
        name: Its name: as `cdk list` shows it, or the path of its file.
        fate: What becomes of all of it: `new`, `gone`, or nothing.
        changes: The changes, most serious first.
    """

    name: str
    fate: str
    changes: list[Change]


def compare_stacks(old: Path, new: Path) -> list[StackChanges]:
    """
    Return what changes from the stacks at *old* to those at *new*.

    Where there is one stack on each side, their names may differ.

    Raises:
        UnreadableError: Something cannot be read, or has no name of its own.
    """
    olds, news = _read(old), _read(new)
    if len(olds) == len(news) == 1:
        (body,) = olds.values()
        olds = dict.fromkeys(news, body)
    return [
        _compared(name, olds.get(name), news.get(name))
        for name in dict.fromkeys([*olds, *news])
    ]


def accept(stacks: list[StackChanges], allow: Mapping[str, str]) -> list[StackChanges]:
    """
    Return *stacks* without the changes that *allow* accepts.

    Args:
        stacks: What `compare_stacks` returns.
        allow: The reasons, by logical id or `LogicalId.Property`, with the name of
            the stack and a slash before it where several stacks have that.

    Raises:
        AllowanceError: A reason is empty, or an allowance is not of one stack.
    """
    found: dict[str, dict[str, str]] = {each.name: {} for each in stacks}
    for name, reason in allow.items():
        stack, inner = _owner(name, stacks)
        found[stack][inner] = reason
    return [
        StackChanges(each.name, each.fate, without(each.changes, found[each.name]))
        for each in stacks
    ]


def _compared(
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> StackChanges:
    fate = "new" if old is None else "gone" if new is None else ""
    return StackChanges(name, fate, compare(old or _NOTHING, new or _NOTHING))


def _owner(name: str, stacks: list[StackChanges]) -> tuple[str, str]:
    """Return the stack that the allowance *name* is for, and the rest of its name."""
    prefixes = [each.name for each in stacks if name.startswith(f"{each.name}/")]
    if prefixes:
        stack = max(prefixes, key=len)
        return stack, name[len(stack) + 1 :]
    owners = [
        each.name
        for each in stacks
        if any(matches(name, change) for change in each.changes)
    ]
    if len(owners) > 1:
        raise AllowanceError(
            f"allow={name!r} is in {' and '.join(owners)}; write {owners[0]}/{name}"
        )
    # Without an owner it is wrong in any stack, which says so.
    return (owners or [stacks[0].name])[0], name


def _read(path: Path) -> Bodies:
    """Return the templates at *path* by the names of their stacks."""
    found: Bodies = {}
    sources = list(sources_at(path))
    unread = [str(each) for each in sources if isinstance(each, UnreadableError)]
    if unread:
        raise UnreadableError("\n".join(unread))
    for source in sources:
        for name, body in _bodies(cast("Source", source), path):
            if name in found:
                raise UnreadableError(
                    f"{path} has two stacks that are called {name}; compare the "
                    "folders that they are in one by one"
                )
            found[name] = body
    return found


def _bodies(source: Source, root: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the names and templates of *source*, nested stacks below their stack."""
    if isinstance(source, TemplateFile):
        known = source.file.relative_to(root) if root.is_dir() else source.file
        yield (
            _stem(known.as_posix() if root.is_dir() else known.name),
            source.template.body,
        )
        return
    (_, own), *nested = source.contents
    yield source.name, own.body
    for file, template in nested:
        yield f"{source.name}/{_stem(file.name)}", template.body


def _stem(name: str) -> str:
    suffix = next((each for each in _SUFFIXES if name.endswith(each)), "")
    return name.removesuffix(suffix)
