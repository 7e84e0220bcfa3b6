"""What a check of files and folders came to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from secure_constructs.checks.findings import Finding, Unjudged, judge
from secure_constructs.checks.parsing import UnreadableError
from secure_constructs.checks.reading import sources_at
from secure_constructs.checks.rule import Rule


@dataclass
class Checked:
    """
    What a check came to.

    Attributes:
        rules: The rules that were checked.
        templates: How many templates were read.
        resources: How many resources are in them.
        findings: What was found, waived or not.
        unjudged: What the rules cannot judge.
        unread: What could not be read.
    """

    rules: tuple[Rule, ...]
    templates: int = 0
    resources: int = 0
    findings: list[Finding] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    unread: list[UnreadableError] = field(default_factory=list)

    @property
    def open(self) -> list[Finding]:
        """The findings that are not waived, errors first."""
        found = [each for each in self.findings if each.waived is None]
        return sorted(found, key=lambda each: each.rule.severity)

    @property
    def waived(self) -> list[Finding]:
        """The findings that are waived."""
        return [each for each in self.findings if each.waived is not None]


def check(
    paths: Iterable[Path],
    rules: tuple[Rule, ...],
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> Checked:
    """
    Check what is at *paths* by *rules*.

    Args:
        paths: Templates, folders with templates, and synthesized apps.
        rules: The rules.
        tell: Is told what is being checked, as often as that changes.
    """
    checked = Checked(rules)
    for path in paths:
        for source in sources_at(path):
            if isinstance(source, UnreadableError):
                checked.unread.append(source)
                continue
            tell(source.name)
            checked.templates += len(source.contents)
            checked.resources += sum(len(each.resources) for _, each in source.contents)
            for found in judge(source, rules):
                if isinstance(found, Unjudged):
                    checked.unjudged.append(found)
                else:
                    checked.findings.append(found)
    return checked
