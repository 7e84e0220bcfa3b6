"""What the contract needs to know of a construct."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from constructs import Construct

from secure_constructs import AppKey

Build = Callable[[Construct, str], object]
BuildWithKey = Callable[[Construct, str, AppKey], object]


class Adoption(NamedTuple):
    """
    A live resource, and the spelling of ours that is to take its place.

    Attributes:
        plain: Makes the live resource.
        ours: Makes ours.
        accepted: What the documentation says of live resources that change, as the
            reasons by which the comparison accepts it.
    """

    plain: Build
    ours: Build
    accepted: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Specimen:
    """
    One construct, for the contract tests.

    Attributes:
        name: The class's name.
        type: The type of its main resource.
        plain: Makes the plain L2.
        defaults: Makes the construct with no option.
        everything: Makes it with every option that goes with the others.
        adoptions: Typical live configurations, by what is typical of them.
    """

    name: str
    type: str
    plain: Build
    defaults: Build
    everything: BuildWithKey
    adoptions: Mapping[str, Adoption]

    def __str__(self) -> str:
        """Name the specimen in the names of tests."""
        return self.name
