"""Compares stacks with those of the same name: in files, folders and apps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from secure_constructs.changes.allowances import AllowanceError, matches, without
from secure_constructs.changes.change import Change
from secure_constructs.changes.comparison import Comparison, Stack, Stacks, stem
from secure_constructs.changes.moves import Place
from secure_constructs.checks.assembly import StackOutput
from secure_constructs.checks.findings import Source
from secure_constructs.checks.parsing import UnreadableError
from secure_constructs.checks.reading import TemplateFile, sources_at


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

    Where there is one stack on each side, and one of them a template by itself, their
    names may differ. So they may in two apps, for stacks that are deployed as the same.

    Raises:
        UnreadableError: Something cannot be read, or has no name of its own.
    """
    olds, news = _read(old), _read(new)
    olds = {_name_now(name, olds, news): each for name, each in olds.items()}
    comparison = Comparison(olds, news)
    return [
        StackChanges(name, _fate(name, olds, news), changes)
        for name, changes in comparison.changes().items()
    ]


def accept(
    stacks: list[StackChanges], allow: Mapping[str, str], *, everything: bool = False
) -> list[StackChanges]:
    """
    Return *stacks* without the changes that *allow* accepts.

    Args:
        stacks: What `compare_stacks` returns.
        allow: The reasons, by logical id or `LogicalId.Property`, with the name of
            the stack and a slash before it where several stacks have that.
        everything: Whether what only changes behaviour has to be accepted too.

    Raises:
        AllowanceError: A reason is empty, or an allowance is not of one stack.
    """
    found: dict[str, dict[str, str]] = {each.name: {} for each in stacks}
    for name, reason in allow.items():
        stack, inner = _owner(name, stacks, everything=everything)
        found[stack][inner] = reason
    return [
        StackChanges(
            each.name,
            each.fate,
            without(each.changes, found[each.name], everything=everything),
        )
        for each in stacks
    ]


def _name_now(name: str, olds: Stacks, news: Stacks) -> str:
    """Return what the stack of *olds* that is called *name* is called in *news*."""
    if name in news:
        return name
    old = olds[name]
    if len(olds) == len(news) == 1:
        ((other, new),) = news.items()
        if old.is_file or new.is_file:
            return other
    free = [each for each in news if each not in olds and _are_one(old, news[each])]
    rivals = [each for each in olds.values() if _are_one(old, each)]
    return free[0] if len(free) == len(rivals) == 1 else name


def _are_one(stack: Stack, other: Stack) -> bool:
    """Whether both are deployed as the same."""
    if not stack.place or not other.place:
        return False
    return stack.place.identity == other.place.identity


def _fate(name: str, olds: Stacks, news: Stacks) -> str:
    return "new" if name not in olds else "" if name in news else "gone"


def _owner(
    name: str, stacks: list[StackChanges], *, everything: bool
) -> tuple[str, str]:
    """Return the stack that the allowance *name* is for, and the rest of its name."""
    prefixes = [each.name for each in stacks if name.startswith(f"{each.name}/")]
    if prefixes:
        stack = max(prefixes, key=len)
        return stack, name[len(stack) + 1 :]
    owners = [
        each.name
        for each in stacks
        if any(matches(name, change, everything=everything) for change in each.changes)
    ]
    if len(owners) > 1:
        raise AllowanceError(
            f"allow={name!r} is in {' and '.join(owners)}; write {owners[0]}/{name}"
        )
    # Without an owner it is wrong in any stack, which says so.
    return (owners or [stacks[0].name])[0], name


def _read(path: Path) -> Stacks:
    """Return the stacks at *path* by their names."""
    found: Stacks = {}
    sources = list(sources_at(path))
    unread = [str(each) for each in sources if isinstance(each, UnreadableError)]
    if unread:
        raise UnreadableError("\n".join(unread))
    for source in sources:
        for name, stack in _stacks_of(cast("Source", source), path):
            if name in found:
                raise UnreadableError(
                    f"{path} has two stacks that are called {name}; compare the "
                    "folders that they are in one by one"
                )
            found[name] = stack
    return found


def _stacks_of(source: Source, root: Path) -> Iterator[tuple[str, Stack]]:
    """Yield the names and stacks of *source*, nested stacks below their stack."""
    if isinstance(source, TemplateFile):
        known = source.file.relative_to(root) if root.is_dir() else source.file
        yield (
            stem(known.as_posix() if root.is_dir() else known.name),
            Stack(source.template.body, is_file=True),
        )
        return
    app = cast("StackOutput", source)
    (_, own), *nested = app.contents
    place = Place(app.environment, app.stack_name, app.protected)
    yield app.name, Stack(own.body, place, app=app.name)
    for file, template in nested:
        yield f"{app.name}/{stem(file.name)}", Stack(template.body, app=app.name)
