"""Waived: a protection that was given up on purpose, and why."""

from __future__ import annotations

import datetime as dt

from dataclasses import dataclass


@dataclass(frozen=True)
class Waived:
    """
    A protection given up on purpose (CDK-06).

    It takes the place of the protection where a construct offers the choice:

        SecureBucket(self, "Cache", versioning=Waived("rebuilt nightly"))

    The construct then acknowledges exactly the rules that ask for the
    protection, at the one resource concerned, and writes the reason into that
    resource's metadata. It is thus listed in the validation report, survives
    into the template, and can be read by everybody who can read that.

    Args:
        reason: Why this resource does without: an argument that an auditor can
            follow, in at least three words and 15 characters.
        until: The last day on which the waiver holds; the day after, synthesis
            fails until somebody decides again. Defaults to no end.

    Raises:
        ValueError: Raised by the construct that it is given to: *reason* says
            nothing, or *until* has passed.
    """

    reason: str
    until: dt.date | None = None
