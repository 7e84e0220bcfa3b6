"""What is wrong with an order."""

from __future__ import annotations


class OrderRejectedError(Exception):
    """
    The order is at fault, and not what handles it.

    Args:
        reason: One of a few words, to count and to search by.
        detail: What is wrong. It goes to logs and traces, so it never repeats what
            the message holds: that may be personal data.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
