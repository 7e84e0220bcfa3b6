"""What CDK's validation plugins reported about a synthesized app."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from secure_constructs.checks.assembly import load

_FILE = "validation-report.json"
_BAD = ("error", "fatal")


@dataclass(frozen=True)
class Reported:
    """
    One rule that one construct breaks, and that nobody acknowledged.

    Attributes:
        plugin: The plugin that reports it.
        rule: The rule.
        severity: How bad it is.
        place: The path of the construct; empty where it is about the whole app.
        problem: What is wrong.
        fix: What to do about it, where the plugin says so.
        properties: Where in the resource, as far as the plugin says so.
    """

    plugin: str
    rule: str
    severity: str
    place: str
    problem: str
    fix: str
    properties: tuple[str, ...]

    @property
    def is_error(self) -> bool:
        """Whether it is more than a warning."""
        return self.severity in _BAD

    def __str__(self) -> str:
        """Say it on a few lines."""
        lines = [f"{self.rule} at {self.place or 'the app'} ({self.severity})"]
        lines += [f"  {self.problem}"]
        lines += [f"  in {each}" for each in self.properties]
        lines += [f"  fix: {self.fix}"] if self.fix else []
        return "\n".join(lines)


def report_of(directory: Path) -> Path:
    """Return the file of the report about what was synthesized into *directory*."""
    return directory / _FILE


def reported_in(directory: Path) -> list[Reported]:
    """Return what is open in what was synthesized into *directory*, errors first."""
    file = report_of(directory)
    plugins = load(file)["pluginReports"] if file.exists() else []
    found = dict.fromkeys(each for plugin in plugins for each in _of(plugin))
    return sorted(found, key=lambda each: (not each.is_error, each.rule, each.place))


def errors_in(directory: Path) -> list[Reported]:
    """Return what would make `cdk synth` of *directory* fail."""
    return [each for each in reported_in(directory) if each.is_error]


def written(found: Iterable[Reported]) -> str:
    """Return *found* as text, one below the other."""
    return "\n\n".join(map(str, found))


def _of(plugin: dict[str, Any]) -> Iterator[Reported]:
    """Yield what *plugin* reports; that it failed, where it did."""
    name = plugin.get("pluginName", "A plugin without a name")
    failure = (plugin.get("metadata") or {}).get("error")
    if failure:
        yield Reported(name, name, "error", "", failure, "", ())
    for violation in plugin["violations"]:
        for construct in violation["violatingConstructs"]:
            resource = construct.get("cloudFormationResource") or {}
            yield Reported(
                plugin=name,
                rule=violation["ruleName"],
                severity=violation["severity"],
                place=construct.get("constructPath") or resource.get("logicalId", ""),
                problem=violation["description"],
                fix=violation.get("suggestedFix", ""),
                properties=tuple(resource.get("propertyPaths", ())),
            )
