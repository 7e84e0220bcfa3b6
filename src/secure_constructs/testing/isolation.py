"""Runs a program in this process as if it had one to itself, and leaves no trace."""

from __future__ import annotations

import os
import runpy
import sys
import sysconfig

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from secure_constructs.testing import node
from secure_constructs.testing.command import Command

_ONCE = (__name__.partition(".")[0], "jsii")
_PACKAGES = {"site-packages", "dist-packages"}
_INSTALLED = tuple(
    f"{sysconfig.get_path(name)}{os.sep}"
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
)


def run(command: Command, folder: Path, environment: Mapping[str, str]) -> None:
    """
    Run *command* in *folder*, with *environment* added to that of the tests.

    The modules of the program are loaded anew and forgotten afterwards: two programs
    may have modules of one name, and a module may read the environment.
    """
    root = folder if command.is_module else (folder / command.target).parent
    package = command.target.partition(".")[0] if command.is_module else ""
    modules = _own_modules(folder, root, package)
    with _directory(folder), _environment(environment), modules:
        sys.path.insert(0, str(root))
        sys.argv = [command.target, *command.arguments]
        if command.is_module:
            runpy.run_module(command.target, run_name="__main__", alter_sys=True)
        else:
            file = str(folder / command.target)
            runpy.run_path(file, run_name="__main__")


@contextmanager
def _directory(folder: Path) -> Iterator[None]:
    """Work in *folder*, in Python and in Node."""
    here, there = Path.cwd(), node.enter(folder)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        node.enter(there)


@contextmanager
def _environment(added: Mapping[str, str]) -> Iterator[None]:
    """Add *added* to the environment."""
    before = dict(os.environ)
    os.environ.update(added)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _own_modules(folder: Path, root: Path, package: str) -> Iterator[None]:
    """Hide what the tests loaded of the program, and forget what it loads itself."""
    path, arguments = list(sys.path), list(sys.argv)
    names = {
        each.stem for each in root.iterdir() if each.is_dir() or each.suffix == ".py"
    }
    hidden = _modules_of(_repository(folder), names, package)
    for name in hidden:
        del sys.modules[name]
    before = set(sys.modules)
    try:
        yield
    finally:
        for name, module in _loaded().items():
            if name not in before and (_is_in(package, name) or _places(module)):
                del sys.modules[name]
        sys.modules.update(hidden)
        sys.path[:], sys.argv[:] = path, arguments


def _repository(folder: Path) -> Path:
    """Return the repository that *folder* is in, or *folder* itself."""
    around = (each for each in (folder, *folder.parents) if (each / ".git").exists())
    return next(around, folder)


def _modules_of(folder: Path, names: set[str], package: str) -> dict[str, ModuleType]:
    """Return the modules in *folder*, in *package*, and those that take *names*."""
    below = f"{folder}{os.sep}"
    return {
        name: module
        for name, module in _loaded().items()
        if _is_in(package, name)
        or any(
            place.startswith(below) or name.partition(".")[0] in names
            for place in _places(module)
        )
    }


def _loaded() -> dict[str, ModuleType]:
    """Return the modules that are loaded, but for those that have to be there once."""
    modules = dict(sys.modules)
    return {
        name: module
        for name, module in modules.items()
        if name.partition(".")[0] not in _ONCE
        # Of what comes from jsii, Node knows the classes that were there first.
        and f"{name.partition('.')[0]}._jsii" not in modules
    }


def _is_in(package: str, name: str) -> bool:
    """Whether the module called *name* is in the *package* that is run."""
    return name.partition(".")[0] == package


def _places(module: ModuleType) -> list[str]:
    """Return where *module* is, unless it was installed."""
    # Modules can be anything, and what they say of themselves too.
    file = module.__dict__.get("__file__")
    found = [file] if file else module.__dict__.get("__path__", ())
    places = list(map(str, found)) if isinstance(found, Iterable) else []
    return [place for place in places if not _is_installed(place)]


def _is_installed(place: str) -> bool:
    """Whether *place* is one that pip or the system installs to."""
    return place.startswith(_INSTALLED) or not _PACKAGES.isdisjoint(Path(place).parts)
