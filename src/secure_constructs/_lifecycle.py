"""Lifecycle rules: the one that every bucket has, and checks of the user's own."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from aws_cdk import Duration, aws_s3 as s3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secure_constructs._inputs import Inputs
    from secure_constructs.waiver import Waived

_ID = "SecureConstructs"
_ONE_WEEK = Duration.days(7)
_ONE_MONTH = Duration.days(30)
_ONE_QUARTER = Duration.days(90)
_STANDARD_IA = s3.StorageClass.INFREQUENT_ACCESS
_GLACIER = s3.StorageClass.GLACIER
# S3 moves nothing to these earlier than after 30 days, and bills what it has
# moved for 30 days more; what expires before that is cheaper left where it is.
_INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
_SHORTEST_STAY = 30
_WORTH_MOVING = 60
_LONGEST = 36_500
_ACTIONS = (
    "abort_incomplete_multipart_upload_after",
    "expiration",
    "expiration_date",
    "expired_object_delete_marker",
    "noncurrent_version_expiration",
    "noncurrent_version_transitions",
    "noncurrent_versions_to_retain",
    "transitions",
)
_PLURAL = {"noncurrent_version_transition": "noncurrent_version_transitions"}
_LIMITS = ("prefix", "tag_filters", "object_size_greater_than", "object_size_less_than")


def with_default_rule(
    rules: Sequence[s3.LifecycleRule], *, move: Duration | None, expire: Duration | None
) -> list[s3.LifecycleRule]:
    """
    Return *rules* and the rule that every bucket has (S3-05).

    What one of *rules* does for the whole bucket, ours leaves to it.

    Args:
        rules: The user's own.
        move: When noncurrent versions move to Standard-IA; None for never.
        expire: When noncurrent versions expire; None for never.
    """
    actions: dict[str, Any] = {
        "abort_incomplete_multipart_upload_after": _ONE_WEEK,
        "expired_object_delete_marker": True,
        "noncurrent_version_expiration": expire,
        "noncurrent_version_transitions": move and [_to_standard_ia(move)],
    }
    own = {
        action: value
        for action, value in actions.items()
        if value and not does_for_all(rules, action)
    }
    return [*rules, s3.LifecycleRule(id=_ID, **own)] if own else list(rules)


def archiving(prefix: str | None, expiration: Duration | None) -> s3.LifecycleRule:
    """Return a rule for objects that are read less and less."""
    return s3.LifecycleRule(
        prefix=prefix,
        expiration=expiration,
        transitions=[
            s3.Transition(storage_class=_STANDARD_IA, transition_after=_ONE_MONTH),
            s3.Transition(storage_class=_GLACIER, transition_after=_ONE_QUARTER),
        ],
    )


def check_noncurrent(
    inputs: Inputs,
    rules: Sequence[s3.LifecycleRule],
    *,
    move: Duration | Waived | None,
    expire: Duration | None,
    versioned: bool,
) -> Duration | None:
    """
    Return when noncurrent versions move, checked; None for never.

    Raises:
        ValueError: They are to move or expire by one of *rules* and by the
            option of their own, or to expire before they move.
    """
    for name, value in (("transition", move), ("expiration", expire)):
        action = f"noncurrent_version_{name}"
        if value and does_for_all(rules, _PLURAL.get(action, action)):
            problem = "is also said by one of lifecycle_rules; say it once"
            raise inputs.wrong(action, "a second value", problem)
    expire_option = "noncurrent_version_expiration"
    expires = None
    if expire is not None:
        expires = inputs.days(expire_option, expire, low=1, high=_LONGEST)
    if move is None:
        return _ONE_MONTH if versioned and _is_worth_moving(expires) else None
    if not isinstance(move, Duration):
        what = "moving old versions (S3-05)"
        way_out = "pass a Duration, or leave it out for 30 days"
        inputs.waived("noncurrent_version_transition", move, what, instead=way_out)
        return None
    moves = inputs.days(
        "noncurrent_version_transition", move, low=_SHORTEST_STAY, high=_LONGEST
    )
    _check_after(inputs, expire_option, expire, moves or 0)
    return move


def does_for_all(rules: Sequence[s3.LifecycleRule], action: str) -> bool:
    """Whether one of *rules* has *action*, for every object of the bucket."""
    return any(
        getattr(rule, action)
        for rule in rules
        if rule.enabled is not False and not any(_values(rule, _LIMITS))
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
    names = [rule.id for rule in rules if rule.id] + [_ID]
    for index, rule in enumerate(rules):
        option = f"lifecycle_rules[{index}]"
        if rule.id and names.count(rule.id) > 1:
            problem = f"is the id of another rule ({_ID} is ours); give it its own"
            raise inputs.wrong(f"{option}.id", rule.id, problem)
        _check_actions(inputs, option, rule)
        moved = _check_transitions(inputs, f"{option}.transitions", rule.transitions)
        _check_after(inputs, f"{option}.expiration", rule.expiration, moved)
        moved = _check_transitions(
            inputs,
            f"{option}.noncurrent_version_transitions",
            rule.noncurrent_version_transitions,
        )
        gone = rule.noncurrent_version_expiration
        _check_after(inputs, f"{option}.noncurrent_version_expiration", gone, moved)


def _is_worth_moving(expire_after: float | None) -> bool:
    """Whether versions that expire after so many days are cheaper moved first."""
    return expire_after is None or expire_after >= _WORTH_MOVING


def _to_standard_ia(after: Duration) -> s3.NoncurrentVersionTransition:
    return s3.NoncurrentVersionTransition(
        storage_class=_STANDARD_IA, transition_after=after
    )


def _values(rule: s3.LifecycleRule, names: Sequence[str]) -> list[Any]:
    return [getattr(rule, name) for name in names]


def _check_actions(inputs: Inputs, option: str, rule: s3.LifecycleRule) -> None:
    if not any(_values(rule, _ACTIONS)):
        problem = "does nothing; give it an expiration, a transition or the like"
        raise inputs.wrong(option, rule.id, problem)
    if rule.expired_object_delete_marker and any(
        _values(rule, ("expiration", "expiration_date", "tag_filters"))
    ):
        problem = "goes with no expiration or tag filter; make it a rule of its own"
        raise inputs.wrong(f"{option}.expired_object_delete_marker", "True", problem)
    abort = rule.abort_incomplete_multipart_upload_after
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
            continue
        infrequent = transition.storage_class.value in _INFREQUENT
        low = _SHORTEST_STAY if infrequent else 0
        passed = inputs.days(f"{at}.transition_after", after, low=low, high=_LONGEST)
        days += [] if passed is None else [passed]
    if any(later <= earlier for earlier, later in pairwise(days[1:])):
        problem = "do not come one after the other; sort them, each later than the last"
        raise inputs.wrong(option, f"{[int(each) for each in days[1:]]} days", problem)
    return days[-1]


def _check_after(
    inputs: Inputs, option: str, value: Duration | None, moved: float
) -> None:
    """Raise if *value* is out of range, or not later than the last transition."""
    if value is None:
        return
    days = inputs.days(option, value, low=1, high=_LONGEST)
    if days is not None and days <= moved:
        problem = (
            f"comes before the move after {moved:g} days; move less, or keep longer"
        )
        raise inputs.wrong(option, f"{days:g} days", problem)
