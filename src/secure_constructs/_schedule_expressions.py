"""Schedule expressions: when a schedule runs, checked before AWS sees them."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

from typing import TYPE_CHECKING, NamedTuple

from aws_cdk import TimeZone

from secure_constructs._inputs import is_token

if TYPE_CHECKING:
    from secure_constructs._inputs import Inputs

_EXPRESSION = re.compile(r"(cron|rate|at)\((.*)\)")
_RATE = re.compile(r"(\d+) (minute|hour|day)(s?)")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()  # noqa: SIM905 - reads best as words
_DAYS = "SUN MON TUE WED THU FRI SAT".split()  # noqa: SIM905 - reads best as words
_WRITE = "write cron(0 3 * * ? *), rate(5 minutes) or at(2030-01-31T03:00:00)"
_ANY = "?"


class _Field(NamedTuple):
    """What one field of a cron expression takes."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    more: str = r"[^\s\S]"  # what it takes besides numbers, ranges and steps


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, more=r"\?|L|LW|([1-9]|[12]\d|3[01])W"),
    _Field("month", 1, 12, tuple(_MONTHS)),
    _Field(
        "day of week",
        1,
        7,
        tuple(_DAYS),
        rf"\?|([1-7]|{'|'.join(_DAYS)})?L|([1-7]|{'|'.join(_DAYS)})#[1-5]",
    ),
    _Field("year", 1970, 2199),
)
_OF_MONTH, _OF_WEEK = 2, 4


def check_expression(inputs: Inputs, expression: object) -> None:
    """Raise if EventBridge Scheduler knows no such *expression*."""
    option = "expression"
    if not isinstance(expression, str):
        raise inputs.wrong_kind(option, expression, f"is no text; {_WRITE}")
    if is_token(expression):
        return
    found = _EXPRESSION.fullmatch(expression)
    if found:
        problem = {"cron": _cron, "rate": _rate, "at": _at}[found[1]](found[2])
    else:
        problem = f"is neither cron(...), rate(...) nor at(...); {_WRITE}"
    if problem:
        raise inputs.wrong(option, expression, problem)


def time_zone_of(inputs: Inputs, name: object) -> TimeZone | None:
    """
    Return the time zone called *name*, checked; none for that of CDK, UTC.

    Where the machine knows no time zones at all, none can be checked.
    """
    if name is None or isinstance(name, TimeZone):
        return name
    if not isinstance(name, str):
        problem = "is no text; write 'Europe/Berlin'"
        raise inputs.wrong_kind("time_zone", name, problem)
    if not is_token(name) and not _is_zone(name) and _is_zone("UTC"):
        problem = (
            "is no time zone of the IANA database; write for example 'Europe/Berlin'"
        )
        raise inputs.wrong("time_zone", name, problem)
    return TimeZone.of(name)


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _rate(text: str) -> str | None:
    found = _RATE.fullmatch(text)
    if not found or int(found[1]) < 1:
        return "is no rate; write a whole number from 1 on and minutes, hours or days"
    value, unit, plural = int(found[1]), found[2], found[3]
    if (value == 1) == bool(plural):
        right = f"rate({value} {unit}{'' if value == 1 else 's'})"
        return f"mixes singular and plural; write {right}"
    return None


def _at(text: str) -> str | None:
    try:
        known = _AT.fullmatch(text) and dt.datetime.fromisoformat(text)
    except ValueError:
        known = None
    if known:
        return None
    return (
        "is no point in time; write at(2030-01-31T03:00:00), without an offset, and "
        "pass time_zone="
    )


def _cron(text: str) -> str | None:
    fields = text.split(" ")
    if len(fields) != len(_FIELDS):
        return (
            f"has {len(fields)} fields, where there are six, with one space between: "
            "minutes, hours, day of month, month, day of week, year"
        )
    for field, value in zip(_FIELDS, fields, strict=True):
        problem = _field(field, value.upper())
        if problem:
            return f"has {value!r} as its {field.name}, {problem}"
    if (fields[_OF_MONTH] == _ANY) == (fields[_OF_WEEK] == _ANY):
        return (
            "must have ? either as its day of month or as its day of week: the other "
            "of the two says which days"
        )
    return None


def _field(field: _Field, value: str) -> str | None:
    """Return what is wrong with the *value* of a *field*."""
    if value == _ANY and re.fullmatch(field.more, value):
        return None
    for part in value.split(","):
        problem = _part(field, part)
        if problem:
            return problem
    return None


def _part(field: _Field, part: str) -> str | None:
    """Return what is wrong with one *part* of the list that a field is."""
    if part != _ANY and re.fullmatch(field.more, part):
        return None
    start, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and 1 <= int(step) <= field.high):
        return f"where / is followed by no step from 1 to {field.high}"
    if start == "*":
        return None
    low, dash, high = start.partition("-")
    ends = [_number(field, each) for each in ((low, high) if dash else (low,))]
    known = [each for each in ends if each is not None]
    if len(known) < len(ends):
        return f"which is not {field.low} to {field.high}" + (
            f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
        )
    if known[0] > known[-1]:
        return "which ends before it begins; write two ranges, with a comma between"
    return None


def _number(field: _Field, text: str) -> int | None:
    """Return the number that *text* stands for, if the *field* takes it."""
    if text in field.names:
        return field.names.index(text) + 1
    known = text.isdecimal() and field.low <= int(text) <= field.high
    return int(text) if known else None
