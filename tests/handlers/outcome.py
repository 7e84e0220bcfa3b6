"""What came of an invocation: its response, and what it printed."""

from __future__ import annotations

import json

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """
    What came of one invocation.

    Attributes:
        failures: The ids of the messages that go back to the queue.
        printed: All of the standard output, which is what CloudWatch gets.
    """

    failures: list[str]
    printed: str

    @property
    def logs(self) -> list[dict[str, Any]]:
        """The lines of the log."""
        return [line for line in self._lines if "_aws" not in line]

    @property
    def metrics(self) -> dict[str, list[float]]:
        """The values of each metric that CloudWatch makes from the output."""
        return {
            metric["Name"]: line[metric["Name"]]
            for line, directive in self._directives
            for metric in directive["Metrics"]
        }

    @property
    def dimensions(self) -> dict[str, dict[str, str]]:
        """The dimensions of each metric."""
        return {
            metric["Name"]: {name: line[name] for name in names}
            for line, directive in self._directives
            for names in directive["Dimensions"]
            for metric in directive["Metrics"]
        }

    @property
    def _directives(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [
            (line, directive)
            for line in self._lines
            if "_aws" in line
            for directive in line["_aws"]["CloudWatchMetrics"]
        ]

    @property
    def _lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.printed.splitlines()]
