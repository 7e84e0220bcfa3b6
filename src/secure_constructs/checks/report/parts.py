"""The constructs of a stack, each with the resources it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from secure_constructs.checks.report.places import Place

# What CDK calls the functions behind its own custom resources.
_PROVIDER = "Custom::"


@dataclass(frozen=True)
class Part:
    """
    One construct, as the author of the app thinks of it.

    Attributes:
        source: The name of the stack or template it is in.
        path: Its path.
        kind: What made it, such as `SecureBucket`, or what it is: `SQS Queue`.
        places: The resources it is made of, and where they stand.
    """

    source: str
    path: str
    kind: str
    places: tuple[Place, ...] = field(compare=False, repr=False)

    @property
    def types(self) -> str:
        """Its resources, counted by their types."""
        types = Counter(plain(place.resource.type) for place in self.places)
        return ", ".join(
            name if count == 1 else f"{count} {name}"
            for name, count in sorted(types.items())
        )


def parts_of(source: str, places: Iterable[Place]) -> Iterator[Part]:
    """
    Yield the constructs of *source* that its *places* belong to.

    A resource belongs to the nearest construct of this library around it, else to
    the outermost construct around it that has a resource of its own.
    """
    found = list(places)
    ours = {place.construct for place in found if place.is_main}
    all_ = {place.construct for place in found}
    parts: dict[str, list[Place]] = {}
    for place in found:
        parts.setdefault(_root(place.construct, ours, all_), []).append(place)
    for path, members in parts.items():
        yield Part(source, path, _kind(path, members), tuple(members))


def plain(type_: str) -> str:
    """Return a resource type in plain words: `SQS Queue` for `AWS::SQS::Queue`."""
    return " ".join(type_.removeprefix("AWS::").split("::"))


def _root(path: str, ours: set[str], all_: set[str]) -> str:
    steps = path.split("/")
    around = ["/".join(steps[:count]) for count in range(len(steps), 0, -1)]
    for each in around:
        if each in ours:
            return each
    known = [each for each in around if each in all_ or _is_provider(each)]
    return known[-1]


def _is_provider(path: str) -> bool:
    return path.rpartition("/")[2].startswith(_PROVIDER)


def _kind(path: str, members: list[Place]) -> str:
    for place in members:
        if place.construct == path:
            return str(place.resource.record.get("Construct") or "") or plain(
                place.resource.type
            )
    return "CDK custom resource"
