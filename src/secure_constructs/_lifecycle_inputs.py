"""Checks of the lifecycle rules that a user gives a bucket."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_s3 as s3

if TYPE_CHECKING:
    import datetime as dt

    from collections.abc import Sequence

    from aws_cdk import Duration

    from secure_constructs._inputs import Inputs

# The id of the rule that every bucket has.
OUR_ID = "SecureConstructs"
# S3 moves nothing to the classes for infrequent access earlier than that.
SHORTEST_STAY = 30
LONGEST = 36_500
_INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
_ACTIONS = (
    "abort_incomplete_multipart_upload_after",
    "expiration",
    "expiration_date",
    "expired_object_delete_marker",
    "noncurrent_version_expiration",
    "noncurrent_version_transitions",
    "transitions",
)


def check_rules(inputs: Inputs, rules: Sequence[s3.LifecycleRule]) -> None:
    """
    Raise if one of *rules* is no rule or cannot be meant.

    Raises:
        TypeError: Something is no rule, transition or duration.
        ValueError: A name occurs twice, a duration is out of range, a rule does
            nothing, or it expires what it is still to move.
    """
    inputs.sequence("lifecycle_rules", rules, s3.LifecycleRule)
    names = [rule.id for rule in rules if rule.id] + [OUR_ID]
    for index, rule in enumerate(rules):
        option = f"lifecycle_rules[{index}]"
        if rule.id and names.count(rule.id) > 1:
            problem = f"is the id of another rule ({OUR_ID} is ours); give it its own"
            raise inputs.wrong(f"{option}.id", rule.id, problem)
        _check_actions(inputs, option, rule)
        moved = _check_transitions(inputs, f"{option}.transitions", rule.transitions)
        _check_after(inputs, f"{option}.expiration", rule.expiration, moved)
        versions = f"{option}.noncurrent_version"
        moves = rule.noncurrent_version_transitions
        moved = _check_transitions(inputs, f"{versions}_transitions", moves)
        expires = rule.noncurrent_version_expiration
        _check_after(inputs, f"{versions}_expiration", expires, moved)


def check_later(inputs: Inputs, option: str, days: float, moved: float) -> None:
    """Raise if *option* is to happen after *days*, before a move has *moved*."""
    if days <= moved:
        problem = (
            f"comes before the move after {moved:g} days; move less, or keep longer"
        )
        raise inputs.wrong(option, f"{days:g} days", problem)


def _check_actions(inputs: Inputs, option: str, rule: s3.LifecycleRule) -> None:
    if not any(getattr(rule, action) for action in _ACTIONS):
        problem = "does nothing; give it an expiration, a transition or the like"
        raise inputs.wrong(option, rule, problem)
    if rule.expired_object_delete_marker and any(
        (rule.expiration, rule.expiration_date, rule.tag_filters)
    ):
        problem = "goes with no expiration or tag filter; make it a rule of its own"
        raise inputs.wrong(f"{option}.expired_object_delete_marker", "True", problem)
    _check_zone(inputs, f"{option}.expiration_date", rule.expiration_date)
    abort = rule.abort_incomplete_multipart_upload_after
    filters = (rule.tag_filters, rule.object_size_greater_than)
    if abort and any((*filters, rule.object_size_less_than)):
        problem = "goes with no tag or size filter, which unfinished uploads lack"
        raise inputs.wrong(
            f"{option}.abort_incomplete_multipart_upload_after", abort, problem
        )
    _check_after(inputs, f"{option}.abort_incomplete_multipart_upload_after", abort, 0)


def _check_transitions(inputs: Inputs, option: str, transitions: Any) -> float:  # noqa: ANN401 - two kinds of CDK structs
    """Return after how many days the last of *transitions* happens."""
    days = [0.0]
    for index, transition in enumerate(transitions or []):
        at = f"{option}[{index}]"
        kinds = (s3.Transition, s3.NoncurrentVersionTransition)
        if not isinstance(transition, kinds):
            problem = "is no transition; write s3.Transition(...)"
            raise inputs.wrong_kind(at, transition, problem)
        after = transition.transition_after
        if after is None:
            _check_date(inputs, at, transition)
            continue
        infrequent = transition.storage_class.value in _INFREQUENT
        low = SHORTEST_STAY if infrequent else 0
        passed = inputs.days(f"{at}.transition_after", after, low=low, high=LONGEST)
        days += [] if passed is None else [passed]
    if any(later <= earlier for earlier, later in pairwise(days[1:])):
        problem = "do not come one after the other; sort them, each later than the last"
        raise inputs.wrong(option, f"{[int(each) for each in days[1:]]} days", problem)
    return days[-1]


def _check_after(
    inputs: Inputs, option: str, value: Duration | None, moved: float
) -> None:
    """Raise if *value* is out of range, or not later than the last transition."""
    if value is not None:
        days = inputs.days(option, value, low=1, high=LONGEST)
        if days is not None:
            check_later(inputs, option, days, moved)


def _check_date(inputs: Inputs, option: str, transition: object) -> None:
    """Raise if *transition* has no date either, or one in no time zone."""
    date = getattr(transition, "transition_date", None)
    if date is None:
        problem = "says neither after how long nor when; give it transition_after="
        raise inputs.wrong(option, transition, problem)
    _check_zone(inputs, f"{option}.transition_date", date)


def _check_zone(inputs: Inputs, option: str, date: dt.datetime | None) -> None:
    if date is not None and date.tzinfo is None:
        problem = "is in no time zone; write datetime(..., tzinfo=timezone.utc)"
        raise inputs.wrong(option, date, problem)
