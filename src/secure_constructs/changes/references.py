"""Which names a value refers to."""

from __future__ import annotations

import re

from collections.abc import Iterator, Mapping

_VARIABLE = re.compile(r"\$\{([^!.}]+)[^}]*\}")


def names_in(value: object) -> Iterator[str]:
    """Yield the logical ids of the resources, or parameters, that *value* names."""
    if isinstance(value, list):
        for each in value:
            yield from names_in(each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _named(key, each)
            yield from names_in(each)


def _named(function: str, argument: object) -> Iterator[str]:
    match function, argument:
        case "Ref", str(name):
            yield name
        case "Fn::GetAtt", str(name) | [str(name), *_]:
            yield name.partition(".")[0]
        case "Fn::Sub", str(pattern) | [str(pattern), *_]:
            yield from _VARIABLE.findall(pattern)
