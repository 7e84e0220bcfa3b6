"""The matchers of event patterns: what a value of a field is compared with."""

from __future__ import annotations

import contextlib
import ipaddress
import re

from typing import TYPE_CHECKING, Any

from secure_constructs._inputs import is_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from secure_constructs._inputs import Inputs

_IGNORING_CASE = "equals-ignore-case"
_SCALARS = (str, int, float, bool)
_OPERATORS = ("=", "<", "<=", ">", ">=")
_ALL = (
    {"prefix": ""},
    {"prefix": {_IGNORING_CASE: ""}},
    {"suffix": ""},
    {"suffix": {_IGNORING_CASE: ""}},
    {"wildcard": "*"},
    {"exists": True},
)
_LARGEST = 5e9
_ONE_SIDE, _TWO_SIDES = 2, 4
_ESCAPED = re.compile(r"\\[\\*]")
_NULL = (
    "is left out of the template by CDK; write events.Match.null_value() in place of "
    "the list, or events.Match.any_of(events.Match.null_value(), ...)"
)
_WRITE = "is no list; write [...] around the values that it may have"


def is_open(value: object) -> bool:
    """Whether *value* is only known at deployment, or is what CDK makes of it."""
    return hasattr(value, "resolve")


def let_all_in(values: Any) -> bool:  # noqa: ANN401 - a checked list of values
    """Whether one of *values*, which were checked, is true of every text."""
    return any(each in _ALL for each in values)


def is_matcher(value: Mapping[str, Any]) -> bool:
    """Whether *value*, which stands where a list belongs, is a whole matcher."""
    if len(value) != 1:
        return False
    ((operator, like),) = value.items()
    return operator in _MATCHERS and not _MATCHERS[operator](like)


def check_values(
    inputs: Inputs,
    option: str,
    values: object,
    *,
    only_text: bool = False,
) -> None:
    """
    Raise if *values* is no list of values and matchers that EventBridge knows.

    Args:
        inputs: The checks of the construct.
        option: Where they stand.
        values: What was given.
        only_text: Whether the field holds nothing but text, so that a number never
            equals it.
    """
    if is_open(values):
        return
    if not isinstance(values, (list, tuple)):
        raise inputs.wrong_kind(option, values, _WRITE)
    if not values:
        raise inputs.wrong(option, [], "is empty and matches nothing; name a value")
    for index, value in enumerate(values):
        name = f"{option}[{index}]"
        if hasattr(value, "items"):
            _check_matcher(inputs, name, value)
        elif not isinstance(value, str if only_text else _SCALARS) and not is_open(
            value
        ):
            kinds = "text" if only_text else "text, number, True, False"
            problem = _NULL if value is None else f"is neither {kinds} nor a matcher"
            raise inputs.wrong_kind(name, value, problem)


def _check_matcher(inputs: Inputs, option: str, matcher: Mapping[str, Any]) -> None:
    """Raise if EventBridge knows no such *matcher*."""
    if len(matcher) != 1:
        problem = (
            "has not exactly one operator; several are alternatives, each in braces of "
            "its own"
        )
        raise inputs.wrong(option, matcher, problem)
    ((operator, value),) = matcher.items()
    if operator not in _MATCHERS:
        problem = f"has an operator that there is not; use {', '.join(_MATCHERS)}"
        raise inputs.wrong(option, matcher, problem)
    found = None if is_open(value) else _MATCHERS[operator](value)
    if found:
        raise inputs.wrong(option, matcher, found)


def _start_or_end(value: object) -> str | None:
    if isinstance(value, dict) and list(value) == [_IGNORING_CASE]:
        value = value[_IGNORING_CASE]
    if isinstance(value, str):
        return None
    return f'does not compare with text, or {{"{_IGNORING_CASE}": text}}'


def _text(value: object) -> str | None:
    return None if isinstance(value, str) else "does not compare with text"


def _wildcard(value: object) -> str | None:
    if not isinstance(value, str):
        return "does not compare with text"
    # What is escaped is text, and parts the wildcards around it.
    plain = _ESCAPED.sub("-", value)
    if "\\" in plain:
        return "has a \\ before neither * nor \\, which EventBridge refuses"
    if "**" in plain:
        return "has two * in a row, which EventBridge refuses; write one"
    return None


def _anything_but(value: object) -> str | None:
    if isinstance(value, dict):
        return _anything_but_like(value)
    listed = list(value) if isinstance(value, (list, tuple)) else [value]
    kinds = {_kind(each) for each in listed}
    if kinds in ({"text"}, {"number"}):
        return None
    return "does not exclude text, a number, or a list of the one or the other"


def _anything_but_like(value: dict[str, Any]) -> str | None:
    operators = ("prefix", "suffix", _IGNORING_CASE, "wildcard")
    if len(value) == 1 and next(iter(value)) in operators:
        ((operator, like),) = value.items()
        listed = list(like) if isinstance(like, (list, tuple)) else [like]
        # EventBridge refuses an empty start or end: it would exclude everything.
        if listed and all(isinstance(each, str) and each for each in listed):
            if operator != "wildcard":
                return None
            return next(filter(None, map(_wildcard, listed)), None)
    return f"does not exclude texts by one of {', '.join(operators)}"


def _kind(value: object) -> str | None:
    return {str: "text", int: "number", float: "number"}.get(type(value))


def _numeric(value: object) -> str | None:
    problem = (
        'is neither [">", 0] nor [">", 0, "<=", 5]: one comparison by '
        f"{', '.join(_OPERATORS)}, or one from below and one from above"
    )
    parts = list(value) if isinstance(value, (list, tuple)) else []
    operators, limits = parts[::2], parts[1::2]
    if len(parts) not in (_ONE_SIDE, _TWO_SIDES) or any(
        each not in _OPERATORS for each in operators
    ):
        return problem
    if any(_kind(each) != "number" or abs(each) > _LARGEST for each in limits):
        return "does not compare with numbers from -5,000,000,000 to 5,000,000,000"
    if len(parts) == _TWO_SIDES:
        from_below = operators[0] in (">", ">=") and operators[1] in ("<", "<=")
        if not from_below:
            return problem
        if limits[0] >= limits[1]:
            return "ends before it begins, so that no number is in it"
    return None


def _cidr(value: object) -> str | None:
    if isinstance(value, str) and is_token(value):
        return None
    address, _, bits = (value if isinstance(value, str) else "").partition("/")
    longest = 0
    with contextlib.suppress(ValueError):
        longest = ipaddress.ip_address(address).max_prefixlen
    if bits.isdecimal() and int(bits) < longest:
        return None
    return "is no range of addresses, such as 10.0.0.0/24; one address is plain text"


def _exists(value: object) -> str | None:
    return None if isinstance(value, bool) else "is neither True nor False"


_MATCHERS: Mapping[str, Callable[[object], str | None]] = {
    "prefix": _start_or_end,
    "suffix": _start_or_end,
    _IGNORING_CASE: _text,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
    "exists": _exists,
}
