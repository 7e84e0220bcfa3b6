"""Reads JSON objects strictly, and says what is wrong without quoting it."""

from __future__ import annotations

import re

from collections.abc import Sequence

from .errors import OrderRejectedError


def malformed(detail: str) -> OrderRejectedError:
    """Return the error of a message that is not an order."""
    return OrderRejectedError("malformed", detail)


class Fields:
    """
    One JSON object with exactly the fields that are known.

    Args:
        where: What the object is called in errors.
        value: What was found there.
        required: The fields that it has to have.
        optional: The fields that it may have besides.

    Raises:
        OrderRejectedError: It is no object, or has other fields.
    """

    def __init__(
        self,
        where: str,
        value: object,
        required: Sequence[str],
        optional: Sequence[str] = (),
    ) -> None:
        if not isinstance(value, dict):
            raise malformed(f"{where} is not an object")
        missing = [name for name in required if name not in value]
        if missing:
            raise malformed(f"{where} lacks {', '.join(missing)}")
        # Not named: who puts an address where none belongs may do so in a name, too.
        if value.keys() - {*required, *optional}:
            raise malformed(f"{where} has fields that are not known")
        self._where = where
        self._value = value

    def text(self, name: str, pattern: str) -> str:
        """Return the text of field *name*, all of which matches *pattern*."""
        value = self._value[name]
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise malformed(f"{self._where}.{name} is not a text like {pattern}")
        return value

    def number(self, name: str, low: int, high: int) -> int:
        """Return the whole number of field *name*, from *low* to *high*."""
        value = self._value[name]
        # To Python, true is the number 1.
        if type(value) is not int or not low <= value <= high:
            raise malformed(
                f"{self._where}.{name} is not a whole number from {low} to {high}"
            )
        return value

    def objects(
        self, name: str, fields: Sequence[str], *, low: int, high: int, key: str
    ) -> list[Fields]:
        """Return *low* to *high* objects of field *name*, no two alike in *key*."""
        value = self._value.get(name, [])
        where = f"{self._where}.{name}"
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise malformed(f"{where} is not a list of {low} to {high} objects")
        found = [
            Fields(f"{where}[{position}]", member, fields)
            for position, member in enumerate(value)
        ]
        if len({str(member[key]) for member in value}) < len(value):
            raise malformed(f"{where} has the same {key} twice")
        return found
