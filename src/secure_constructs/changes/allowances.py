"""Changes that somebody accepted, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from secure_constructs.changes.change import Change, Effect

_NOTHING_TO_ACCEPT = (Effect.ADDED, Effect.HARMLESS)


class AllowanceError(ValueError):
    """An allowance has no reason, or nothing to allow."""


def needs_attention(
    changes: Iterable[Change], allow: Mapping[str, str] | None = None
) -> list[Change]:
    """
    Return those of *changes* that may cost data and that *allow* does not accept.

    Args:
        changes: What `compare` returns.
        allow: The reasons by logical id or, for one property and what is in it, by
            `LogicalId.Property`.

    Raises:
        AllowanceError: A reason is empty, or an allowance matches no change.
    """
    return [each for each in without(changes, allow or {}) if each.fails]


def without(changes: Iterable[Change], allow: Mapping[str, str]) -> list[Change]:
    """
    Return *changes* without those that *allow* accepts.

    Raises:
        AllowanceError: A reason is empty, or an allowance matches no change.
    """
    found = list(changes)
    for name, reason in allow.items():
        if not str(reason).strip():
            raise AllowanceError(f"allow={name!r} has no reason; say why it is fine")
        if not any(matches(name, each) for each in found):
            raise AllowanceError(
                f"allow={name!r} matches no change; remove it, so that it does not "
                "accept the next one"
            )
    return [each for each in found if not any(matches(name, each) for name in allow)]


def matches(name: str, change: Change) -> bool:
    """Whether *name* is the resource or the property that *change* is about."""
    if change.effect in _NOTHING_TO_ACCEPT:
        return False
    return f"{change.place}.".startswith(f"{name}.")
