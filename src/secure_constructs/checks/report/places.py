"""Where the resources of an app stand: in which file, stack and construct."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from secure_constructs.checks.findings import Source
from secure_constructs.checks.template import Resource, Template

_NESTED_MARK = ".NestedStack/"
_INNER = ("Default", "Resource")


@dataclass(frozen=True)
class Place:
    """
    One resource, and where it stands.

    Attributes:
        file: The template it is in.
        resource: The resource.
        path: Its construct path; its logical id where CDK wrote no paths.
    """

    file: Path
    resource: Resource = field(compare=False, repr=False)
    path: str

    @property
    def construct(self) -> str:
        """The path of the construct that made it, as its reader wrote it."""
        steps = self.path.split("/")
        while len(steps) > 1 and steps[-1] in _INNER:
            steps.pop()
        return "/".join(steps)

    @property
    def is_main(self) -> bool:
        """Whether one of this library's constructs is there for this resource."""
        *_, last = self.path.removesuffix("/Resource").split("/")
        return bool(self.resource.record) and last == "Default"


@dataclass(frozen=True)
class Site:
    """
    One template of a stack: its own, or that of a stack nested in it.

    Attributes:
        source: The stack, or the template that was read by itself.
        name: What to call it.
        file: The file.
        template: The template in it.
        home: The path of the nested stack; empty for the stack itself.
        places: Its resources by logical id.
    """

    source: Source = field(repr=False)
    name: str
    file: Path
    template: Template = field(repr=False)
    home: str
    places: Mapping[str, Place] = field(repr=False)


def sites_of(sources: Iterable[Source]) -> Iterator[Site]:
    """Yield the templates of *sources*, and where their resources stand."""
    known = list(sources)
    names = Counter(source.name for source in known)
    for source in known:
        # Templates that were read by themselves may have the same name.
        alone = names[source.name] == 1
        yield from _sites(source, source.name if alone else str(source.contents[0][0]))


def _sites(source: Source, name: str) -> Iterator[Site]:
    seen: Counter[str] = Counter()
    homes = list(_homes(source))
    for number, (file, template) in enumerate(source.contents):
        places = {}
        for logical_id, resource in template.resources.items():
            paths = sorted(source.paths.get(logical_id, logical_id).split(", "))
            # Nested stacks that are equal share their ids: the second template
            # stands at the second path.
            path = paths[min(seen[logical_id], len(paths) - 1)]
            seen[logical_id] += 1
            places[logical_id] = Place(file, resource, path)
        home = _home(places, homes) if number else ""
        yield Site(source, name, file, template, home, places)


def _homes(source: Source) -> Iterator[str]:
    """Yield the paths of the stacks nested in *source*."""
    for paths in source.paths.values():
        for path in paths.split(", "):
            home, found, rest = path.rpartition(_NESTED_MARK)
            if found and "/" not in rest:
                yield home


def _home(places: Mapping[str, Place], homes: list[str]) -> str:
    """Return the innermost of *homes* that all of *places* stand in."""
    around = [
        home
        for home in homes
        if all(place.path.startswith(f"{home}/") for place in places.values())
    ]
    return max(around, key=len, default="")
