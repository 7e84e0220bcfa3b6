"""The input checks that all constructs share, and the one form of their errors."""

from __future__ import annotations

import datetime as dt
import re

from typing import Literal

from aws_cdk import Duration
from constructs import Construct, IConstruct, Node

from secure_constructs.tier import Tier
from secure_constructs.waiver import Waived

_SHORTEST_REASON = 15
_FEWEST_WORDS = 3
_TOKENS_BELOW = -1e100
_TOKEN = re.compile(r"[$#]\{Token\[[a-zA-Z0-9:._-]+\]\}")
# Words that fill a reason without giving one.
_EMPTY_WORDS = frozenset(
    """
    a an and as at be because but by currently design do does don't false fine fix
    fixme for here i in intended intentionally is it just later me my n/a na need
    needed no none not now of ok okay on or positive purpose reason required skip so
    tbd temp temporarily temporary test testing that the there this to todo us want
    wanted waive waived we will wip with without x xxx yet
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


class Inputs:
    """
    The checks of one construct's arguments.

    They run before anything is created, let CDK tokens pass, and say which
    construct, option and value is wrong and what to write instead.
    """

    def __init__(self, kind: str, scope: Construct, construct_id: str) -> None:
        self._kind = kind
        self._scope = scope
        self._construct_id = construct_id
        if not isinstance(scope, Construct):
            msg = (
                f"{kind} {construct_id!r}: scope is {scope!r}, which is no construct; "
                "pass the stack or construct it belongs to"
            )
            raise TypeError(msg)

    def wrong(self, option: str, value: object, problem: str) -> ValueError:
        """Return the error for a *value* that *option* must not have."""
        return ValueError(self._message(option, value, problem))

    def wrong_kind(self, option: str, value: object, problem: str) -> TypeError:
        """Return the error for a *value* whose type *option* does not take."""
        return TypeError(self._message(option, value, problem))

    def _message(self, option: str, value: object, problem: str) -> str:
        return f"{self._kind} '{self._path()}': {option}={_shown(value)} {problem}"

    def _path(self) -> str:
        return f"{self._scope.node.path}/{self._construct_id}".lstrip("/")

    def waived(
        self,
        option: str,
        value: object,
        promise: str,
        *,
        instead: str = "leave it out to keep it",
    ) -> None:
        """Raise if *value* is given and no waiver that counts."""
        if value is None:
            return
        if not isinstance(value, Waived):
            problem = (
                f"is neither left out nor Waived; {instead}, or give {promise} up "
                'with Waived("the reason")'
            )
            raise self.wrong_kind(option, value, problem)
        self._reason(option, value)
        self._unexpired(option, value)

    def _reason(self, option: str, waiver: Waived) -> None:
        reason = waiver.reason
        if not isinstance(reason, str) or is_token(reason):
            problem = "has no plain text as its reason; write the reason out"
            raise self.wrong_kind(option, waiver, problem)
        words = re.findall(r"[^\s.,;:!?]+", reason.lower())
        telling = [word for word in words if word not in _EMPTY_WORDS]
        # Chinese, Japanese and Thai put no spaces between their words.
        wordy = len(words) >= _FEWEST_WORDS or not reason.isascii()
        if len(reason.strip()) < _SHORTEST_REASON or not wordy or not telling:
            problem = (
                "does not say why; give an argument that an auditor can follow, in "
                f"at least {_FEWEST_WORDS} words and {_SHORTEST_REASON} characters"
            )
            raise self.wrong(option, waiver, problem)

    def _unexpired(self, option: str, waiver: Waived) -> None:
        until = waiver.until
        if until is None:
            return
        if not isinstance(until, dt.date) or isinstance(until, dt.datetime):
            problem = (
                "has an end that is no day; write until=datetime.date(2030, 1, 31)"
            )
            raise self.wrong_kind(option, waiver, problem)
        if until < dt.datetime.now(tz=dt.timezone.utc).date():
            problem = (
                f"ended on {until.isoformat()}; keep the protection, or decide again "
                "and move until"
            )
            raise self.wrong(option, waiver, problem)

    def tier(self, value: Tier | None) -> None:
        """Raise if *value* is given and no tier."""
        if value is not None and not isinstance(value, Tier):
            problem = "is no Tier; use Tier.PRODUCTION or Tier.DEVELOPMENT"
            raise self.wrong_kind("tier", value, problem)

    def flag(self, option: str, value: object) -> None:
        """Raise if *value* is neither True nor False."""
        if not isinstance(value, bool):
            raise self.wrong_kind(option, value, "is neither True nor False")

    def text(self, option: str, value: object, example: str) -> None:
        """Raise if *value* is given and no text, or none to speak of."""
        if value is None:
            return
        if not isinstance(value, str):
            raise self.wrong_kind(option, value, f"is no text; write {example!r}")
        if not value.strip():
            raise self.wrong(option, value, f"is empty; write {example!r}")

    def whole(self, option: str, value: object, *, low: int, high: int) -> None:
        """Raise if *value* is given and no whole number from *low* to *high*."""
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong_kind(option, value, f"is no number; write {low} to {high}")
        # A token among numbers is far below any number that is written out.
        if value > _TOKENS_BELOW and not (value % 1 == 0 and low <= value <= high):
            problem = f"is no whole number from {low:,} to {high:,}"
            raise self.wrong(option, value, problem)

    def days(
        self, option: str, value: Duration, *, low: int, high: int
    ) -> float | None:
        """Return *value* in days, checked; nothing where it is only known later."""
        days = self._amount(option, value, "days", "Duration.days(30)")
        if days is None:
            return None
        if days != int(days) or not low <= days <= high:
            problem = f"is not {low} to {high} whole days"
            raise self.wrong(option, f"{days:g} days", problem)
        return days

    def seconds(
        self, option: str, value: Duration, *, low: int, high: int, range_: str
    ) -> float | None:
        """Return *value* in seconds, checked; nothing where it is only known later."""
        amount = self._amount(option, value, "seconds", "Duration.minutes(5)")
        if amount is not None and not (amount % 1 == 0 and low <= amount <= high):
            problem = f"is not {range_}, in whole seconds"
            raise self.wrong(option, f"{amount:g} seconds", problem)
        return amount

    def milliseconds(
        self, option: str, value: Duration, *, low: int, high: int, range_: str
    ) -> float | None:
        """Return *value* in milliseconds, checked; nothing where not yet known."""
        amount = self._amount(option, value, "millis", "Duration.minutes(15)")
        if amount is not None and not low <= amount <= high:
            raise self.wrong(option, f"{amount:g} ms", f"is not {range_}")
        return amount

    def time(
        self,
        option: str,
        value: Duration,
        unit: Literal["minutes", "seconds"],
        *,
        low: int,
        high: int,
        range_: str,
    ) -> float | None:
        """Return *value* in whole units, checked; nothing where not yet known."""
        amount = self._amount(option, value, unit, f"Duration.{unit}({low})")
        if amount is not None and not (amount % 1 == 0 and low <= amount <= high):
            raise self.wrong(option, f"{amount:g} {unit}", f"is not {range_}")
        return amount

    def _amount(
        self, option: str, value: Duration, unit: str, example: str
    ) -> float | None:
        if not isinstance(value, Duration):
            problem = f"is no Duration; write for example {example}"
            raise self.wrong_kind(option, value, problem)
        convert = {
            "days": value.to_days,
            "minutes": value.to_minutes,
            "seconds": value.to_seconds,
            "millis": value.to_milliseconds,
        }
        try:
            amount = convert[unit](integral=False)
        except RuntimeError as error:
            problem = (
                "is only known at deployment, and CDK cannot convert it then; write "
                f"the number, or make it with Duration.{unit}()"
            )
            raise self.wrong(option, "a token", problem) from error
        # A token among numbers is negative; a duration never is.
        return None if amount < 0 else amount

    def sequence(self, option: str, values: object, kind: type) -> None:
        """Raise if *values* is not a list or tuple of *kind* only."""
        if not isinstance(values, (list, tuple)):
            problem = f"is no list of {kind.__name__}"
            raise self.wrong_kind(option, values, problem)
        for index, value in enumerate(values):
            if not isinstance(value, kind):
                # CDK drops the snake_case keys of a dict without a word.
                problem = f"is no {kind.__name__}; write {kind.__name__}(...)"
                raise self.wrong_kind(f"{option}[{index}]", value, problem)


class InputsOf(Inputs):
    """
    The checks for something that is there already.

    Errors name it by its path, for which CDK is asked only then.
    """

    def __init__(self, kind: str, resource: IConstruct) -> None:
        self._kind = kind
        self._resource = resource

    def _path(self) -> str:
        return str(self._resource.node.path)


def named(scope: IConstruct) -> str:
    """Return how an error names *scope*; the app's own path is empty."""
    path = scope.node.path
    return f"'{path}'" if path else "the app"


def is_token(value: str) -> bool:
    """Whether *value* holds a part that is only known at deployment."""
    # As CDK itself looks for one, which to ask is a call to another process.
    return _TOKEN.search(value) is not None


def has(thing: object, name: str) -> bool:
    """
    Whether *thing* has an attribute of that *name*.

    Its class says so without a call to CDK, but for what CDK knows by an interface.
    """
    return hasattr(type(thing), name) or hasattr(thing, name)


def without_tokens(value: str) -> str:
    """Return *value* with every part that is only known later taken out."""
    return re.sub(r"[$#]\{Token\[[^\]]*\]\}", "", value) if is_token(value) else value


def names_many(name: str) -> bool:
    """Whether *name*, or an ARN, has a wildcard of IAM in what is known of it."""
    return not {"*", "?"}.isdisjoint(without_tokens(name))


def _shown(value: object) -> str:
    """Return *value* as its author knows it: a construct by its path."""
    # What CDK imports is no Construct for Python, but has a node.
    node = getattr(value, "node", None)
    if isinstance(node, Node):
        return repr(node.path)
    return repr(value) if isinstance(value, str) else str(value)
