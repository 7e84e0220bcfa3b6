"""Which resource refers to which: in a template, and across nested and other stacks."""

from __future__ import annotations

import re

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from secure_constructs.checks.report.places import Place, Site
from secure_constructs.checks.template import Resource, text

_NESTED = "AWS::CloudFormation::Stack"
_OUTPUT = "Outputs."
_NAME = re.compile(r"\$\{([^!}][^}]*)\}")


class References:
    """
    Follows references from one resource of an app to another.

    Args:
        sites: The templates of the app.
    """

    def __init__(self, sites: Iterable[Site]) -> None:
        known = list(sites)
        self._nested = {(site.name, site.home): site for site in known if site.home}
        self._around = {
            (site.name, _home(place)): (site, place)
            for site in known
            for place in site.places.values()
            if place.resource.type == _NESTED
        }
        self._exports: dict[tuple[Path, str], tuple[Site, Any]] = {}
        for site in known:
            for name, output in _outputs(site).items():
                # Stages do not refer to each other, and each has a folder.
                folder, value = site.file.parent, (site, output.get("Value"))
                self._exports[folder, f"{_name_of(site)}.{name}"] = value
                for exported in _exported(output):
                    self._exports[folder, exported] = value

    def of(self, site: Site, value: object) -> Iterator[Place]:
        """Yield the resources that *value* in the template *site* refers to."""
        todo = [(site, each) for each in named(value)]
        seen: set[tuple[Path, str]] = set()
        while todo:
            at, name = todo.pop()
            # A template may refer in a circle, which CloudFormation refuses.
            if (at.file, name) in seen:
                continue
            seen.add((at.file, name))
            place = at.places.get(name.partition(".")[0])
            behind = self._behind(at, name, place)
            if behind is not None:
                todo += [(behind[0], each) for each in named(behind[1])]
            elif place is not None:
                yield place

    def _behind(
        self, site: Site, name: str, place: Place | None
    ) -> tuple[Site, Any] | None:
        """Return the value that *name* passes on, and the template that it is in."""
        if place is not None and place.resource.type == _NESTED:
            inner = self._nested.get((site.name, _home(place)))
            output = name.partition(_OUTPUT)[2]
            return (inner, _outputs(inner).get(output)) if inner and output else None
        if name.startswith("!"):
            return self._exports.get((site.file.parent, name[1:]))
        if place is None and site.home:
            return self._parameter(site, name)
        return None

    def _parameter(self, site: Site, name: str) -> tuple[Site, Any] | None:
        """Return what the stack around a nested one passes as the parameter *name*."""
        around = self._around.get((site.name, site.home))
        if around is None:
            return None
        return around[0], around[1].resource.read("Parameters", name)


def named(value: object) -> Iterator[str]:
    """
    Yield the names that *value* refers to, however deep.

    A name is a logical id, with an attribute behind a dot. That of an export, or of
    another stack's output, begins with an exclamation mark.
    """
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, Mapping):
            for key, inner in each.items():
                read = _READERS.get(key)
                yield from read(inner) if read else ()
                todo.append(inner)
        elif isinstance(each, list):
            todo += reversed(each)


def properties(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Yield the properties of *resource* by name."""
    found = resource.body.get("Properties")
    yield from found.items() if isinstance(found, Mapping) else ()


def _outputs(site: Site) -> Mapping[str, Mapping[str, Any]]:
    """Return the outputs of *site*, but for what is none."""
    found = site.template.body.get("Outputs")
    outputs = found.items() if isinstance(found, Mapping) else ()
    return {name: each for name, each in outputs if isinstance(each, Mapping)}


def _exported(output: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name under which *output* is exported, if it is."""
    export = output.get("Export")
    yield from _written(export.get("Name") if isinstance(export, Mapping) else None)


def _written(name: object) -> Iterator[str]:
    """Yield *name* as text where it can be written."""
    written = text(name)
    if written is not None:
        yield written


def _home(nested: Place) -> str:
    """Return the path of the stack that the resource *nested* is."""
    return nested.path.rpartition(".NestedStack/")[0]


def _name_of(site: Site) -> str:
    """Return the name that CDK gives the stack of *site* where nobody else does."""
    return site.source.name.replace("/", "-")


def _attribute(argument: object) -> Iterator[str]:
    steps = argument if isinstance(argument, list) else [argument]
    names = [step for step in steps if isinstance(step, str)]
    if names == steps:
        yield ".".join(names)


def _substituted(argument: object) -> Iterator[str]:
    pattern = argument[0] if isinstance(argument, list) and argument else argument
    yield from _NAME.findall(pattern) if isinstance(pattern, str) else ()


def _imported(argument: object) -> Iterator[str]:
    yield from (f"!{name}" for name in _written(argument))


def _output_of_another(argument: object) -> Iterator[str]:
    if isinstance(argument, Mapping):
        yield f"!{argument.get('StackName')}.{argument.get('OutputName')}"


_READERS: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "Ref": _attribute,
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _substituted,
    "Fn::ImportValue": _imported,
    "Fn::GetStackOutput": _output_of_another,
}
