"""
What texts of a policy match: patterns, variables and the operators of conditions.

An operator that is not known here is an error, never a guess.
"""

from __future__ import annotations

import contextlib
import ipaddress
import operator
import re

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

# The keys in lower case; a tuple is what a multi-valued key has.
Context = Mapping[str, "str | tuple[str, ...]"]
# Whether a text of a policy matches the second text, a value of the request.
Compare = Callable[[str, str, Context], bool]
_VARIABLE = re.compile(r"\$\{(?:([*?$])|([^*?$,}][^,}]*)(?:,\s*'([^']*)')?)\}")
_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?")


class UnresolvedError(Exception):
    """A policy variable has no value in this request."""


def holds(name: str, key: str, wanted: Sequence[str], context: Context) -> bool:
    """Whether the condition that operator *name* sets on *key* holds."""
    quantifier, operation, optional = _parsed(name)
    value = context.get(key.lower())
    if operation == "Null":
        return any((text.lower() == "true") == (value is None) for text in wanted)
    negated = operation in _NEGATED
    if value is None:
        absent = negated if quantifier is None else quantifier == "ForAllValues"
        return optional or absent
    if isinstance(value, tuple) and quantifier is None:
        raise TypeError(f"{name} takes {key} for one value, but it has several")
    compare = _OPERATORS[_NEGATED.get(operation, operation)]
    combine = any if quantifier == "ForAnyValue" else all
    return combine(
        negated != matches(compare, wanted, each, context, strict=negated)
        for each in (value if isinstance(value, tuple) else (value,))
    )


def matches(
    compare: Compare,
    wanted: Iterable[str],
    value: str,
    context: Context,
    *,
    strict: bool,
) -> bool:
    """Whether *value* matches one of *wanted*, each with a value if it is *strict*."""
    void = () if strict else (UnresolvedError,)
    found = False
    for text in wanted:
        with contextlib.suppress(*void):
            found = compare(text, value, context) or found
    return found


def _parsed(name: str) -> tuple[str | None, str, bool]:
    """Return the set operator of *name*, the operation, and if it is `IfExists`."""
    found = _OPERATOR.fullmatch(name)
    operation = found[2] if found else name
    is_null = operation == name == "Null"
    if not found or not (operation in {*_OPERATORS, *_NEGATED} or is_null):
        raise ValueError(f"{name} is no operator that is known here")
    return found[1], operation, bool(found[3])


def texts(value: object) -> list[str]:
    """Return the values of a policy or context, which may be a single one, as text."""
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, (str, int, float)):
        return [str(value)]
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return [text for each in value for text in texts(each)]
    raise TypeError(f"{value!r} is no value of a policy")


def _pieces(text: str, context: Context) -> Iterator[tuple[str, bool]]:
    """Yield *text* in pieces, and whether each is a value, thus to be literal."""
    end = 0
    for found in _VARIABLE.finditer(text):
        yield text[end : found.start()], False
        escape, key, default = found.groups()
        value = escape or context.get(key.strip().lower(), default)
        if value is None:
            raise UnresolvedError(text)
        if isinstance(value, tuple):
            raise TypeError(f"{text} takes its value from a key that has several")
        yield value, True
        end = found.end()
    yield text[end:], False


def literal(text: str, context: Context) -> str:
    """Return *text* with values in place of its variables."""
    return "".join(piece for piece, _ in _pieces(text, context))


def like(text: str, value: str, context: Context, *, arn: bool = False) -> bool:
    """
    Whether *value* matches *text*, with `*`, `?` and variables.

    A wildcard reaches across any character, but in the first five parts of an
    *arn* not across a colon.
    """
    pattern, colons = "", 0
    for piece, is_value in _pieces(text, context):
        for each in piece:
            any_one = "[^:]" if arn and colons < 5 else "."
            wild = {} if is_value else {"*": f"{any_one}*", "?": any_one}
            pattern += wild.get(each) or re.escape(each)
            colons += each == ":"
    if arn and colons < 5:
        raise ValueError(f"{text} is compared with an ARN, but is none")
    return re.fullmatch(pattern, value, re.DOTALL) is not None


def like_action(text: str, value: str, _context: Context) -> bool:
    """Whether the action *value* matches *text*, in which case does not count."""
    return like(text.lower(), value.lower(), {})


def _moment(text: str) -> float:
    """Return the time of *text*, which is ISO 8601 or seconds, in seconds."""
    if re.fullmatch(r"[0-9.]+", text):
        return float(text)
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.timestamp()


def _is_within(text: str, value: str, _context: Context) -> bool:
    """Whether the address *value* is in the range *text*."""
    return ipaddress.ip_address(value) in ipaddress.ip_network(text, strict=False)


def _ordered(
    read: Callable[[str], Any], compare: Callable[[Any, Any], bool]
) -> Compare:
    """Return an operator that compares what *read* makes of the texts."""
    return lambda text, value, _: compare(read(value), read(text))


_OPERATORS: Mapping[str, Compare] = {
    "StringEquals": lambda text, value, keys: literal(text, keys) == value,
    "StringEqualsIgnoreCase": lambda text, value, keys: (
        literal(text, keys).casefold() == value.casefold()
    ),
    "StringLike": like,
    "ArnEquals": lambda text, value, keys: like(text, value, keys, arn=True),
    "ArnLike": lambda text, value, keys: like(text, value, keys, arn=True),
    "Bool": lambda text, value, keys: literal(text, keys).lower() == value.lower(),
    "IpAddress": _is_within,
    **{
        f"{kind}{name}": _ordered(read, compare)
        for kind, read in (("Numeric", Decimal), ("Date", _moment))
        for name, compare in (
            ("Equals", operator.eq),
            ("LessThan", operator.lt),
            ("LessThanEquals", operator.le),
            ("GreaterThan", operator.gt),
            ("GreaterThanEquals", operator.ge),
        )
    },
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
