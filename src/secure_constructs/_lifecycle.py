"""The lifecycle rule that every bucket has, beside the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Duration, aws_s3 as s3

from secure_constructs._lifecycle_inputs import (
    LONGEST,
    OUR_ID,
    SHORTEST_STAY,
    check_later,
    check_rules,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secure_constructs._inputs import Inputs
    from secure_constructs.waiver import Waived

_ONE_WEEK = Duration.days(7)
_ONE_MONTH = Duration.days(30)
_ONE_QUARTER = Duration.days(90)
_STANDARD_IA = s3.StorageClass.INFREQUENT_ACCESS
_GLACIER = s3.StorageClass.GLACIER
# Standard-IA bills 30 days at least, so what expires before is cheaper unmoved.
_WORTH_MOVING = 60
_MOVE = "noncurrent_version_transition"
_EXPIRE = "noncurrent_version_expiration"
_LIMITS = ("prefix", "tag_filters", "object_size_greater_than", "object_size_less_than")


def with_default_rule(
    inputs: Inputs,
    rules: Sequence[s3.LifecycleRule],
    *,
    move: Duration | Waived | None,
    expire: Duration | None,
    versioned: bool,
) -> list[s3.LifecycleRule]:
    """
    Return *rules*, checked, and the rule that every bucket has (S3-05).

    What one of *rules* does for the whole bucket, ours leaves to it.

    Args:
        inputs: The checks of the bucket's arguments.
        rules: The user's own rules.
        move: When noncurrent versions move to Standard-IA.
        expire: When noncurrent versions expire; None for never.
        versioned: Whether there will be new versions.

    Raises:
        TypeError: Something is no rule, transition or duration.
        ValueError: A rule cannot be meant, or contradicts the options.
    """
    check_rules(inputs, rules)
    move = _checked_move(inputs, rules, move, expire, versioned=versioned)
    actions: dict[str, Any] = {
        "abort_incomplete_multipart_upload_after": _ONE_WEEK,
        "expired_object_delete_marker": True,
        "noncurrent_version_expiration": expire,
        "noncurrent_version_transitions": move and [_to_standard_ia(move)],
    }
    own = {
        action: value
        for action, value in actions.items()
        if value and not _does_for_all(rules, action)
    }
    return [*rules, s3.LifecycleRule(id=OUR_ID, **own)] if own else list(rules)


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


def _is_worth_moving(expire_after: float | None) -> bool:
    """Whether versions that expire after so many days are cheaper moved first."""
    return expire_after is None or expire_after >= _WORTH_MOVING


def _does_for_all(rules: Sequence[s3.LifecycleRule], action: str) -> bool:
    """Whether one of *rules* has *action*, for every object of the bucket."""
    return any(getattr(rule, action) for rule in rules if _is_general(rule))


def _is_general(rule: s3.LifecycleRule) -> bool:
    """Whether *rule* is in force, for every object of the bucket."""
    limited = any(getattr(rule, limit) for limit in _LIMITS)
    return rule.enabled is not False and not limited


def _checked_move(
    inputs: Inputs,
    rules: Sequence[s3.LifecycleRule],
    move: Duration | Waived | None,
    expire: Duration | None,
    *,
    versioned: bool,
) -> Duration | None:
    """Return when noncurrent versions move, checked; None for never."""
    for option, value, action in (
        (_MOVE, move, f"{_MOVE}s"),
        (_EXPIRE, expire, _EXPIRE),
    ):
        if value and _does_for_all(rules, action):
            problem = "is also said by one of lifecycle_rules; say it once"
            raise inputs.wrong(option, "a second value", problem)
    expires = None
    if expire is not None:
        expires = inputs.days(_EXPIRE, expire, low=1, high=LONGEST)
    if move is None:
        stays = expires or _expiry_by(inputs, rules)
        return _ONE_MONTH if versioned and _is_worth_moving(stays) else None
    if not isinstance(move, Duration):
        what = "moving old versions (S3-05)"
        way_out = "pass a Duration, or leave it out for 30 days"
        inputs.waived(_MOVE, move, what, instead=way_out)
        return None
    moves = inputs.days(_MOVE, move, low=SHORTEST_STAY, high=LONGEST)
    if expires is not None:
        check_later(inputs, _EXPIRE, expires, moves or 0)
    return move


def _expiry_by(inputs: Inputs, rules: Sequence[s3.LifecycleRule]) -> float | None:
    """Return after how many days *rules* delete all noncurrent versions, if so."""
    expiries = [
        inputs.days("lifecycle_rules", expiry, low=1, high=LONGEST)
        for rule in rules
        if _is_general(rule) and (expiry := rule.noncurrent_version_expiration)
    ]
    return min((each for each in expiries if each is not None), default=None)


def _to_standard_ia(after: Duration) -> s3.NoncurrentVersionTransition:
    return s3.NoncurrentVersionTransition(
        storage_class=_STANDARD_IA, transition_after=after
    )
