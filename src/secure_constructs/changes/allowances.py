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
        AllowanceError: A reason is empty, or an allowance matches no change that fails.
    """
    return [each for each in without(changes, allow or {}) if each.fails]


def without(
    changes: Iterable[Change], allow: Mapping[str, str], *, everything: bool = False
) -> list[Change]:
    """
    Return *changes* without those that *allow* accepts.

    Args:
        changes: What `compare` returns.
        allow: The reasons, by what they accept.
        everything: Whether what only changes behaviour has to be accepted too.

    Raises:
        AllowanceError: A reason is empty, or an allowance matches no change.
    """
    found = list(changes)
    for name, reason in allow.items():
        if not str(reason).strip():
            raise AllowanceError(f"allow={name!r} has no reason; say why it is fine")
        if not any(matches(name, each, everything=everything) for each in found):
            raise AllowanceError(
                f"allow={name!r} matches no change that fails; remove it, so that it "
                "does not accept the next one"
            )
    return [
        each
        for each in found
        if not any(matches(name, each, everything=everything) for name in allow)
    ]


def matches(name: str, change: Change, *, everything: bool) -> bool:
    """Whether *name* is what *change* is about, and the change has to be accepted."""
    if not (is_serious(change) if everything else change.fails):
        return False
    return f"{change.place}.".startswith(f"{name}.")


def is_serious(change: Change) -> bool:
    """Whether *change* makes a difference to what is there."""
    return change.effect not in _NOTHING_TO_ACCEPT
