"""What all rules find in an app that was synthesized."""

from __future__ import annotations

import json
import re

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from secure_constructs.checks import RULES, Template
from secure_constructs.checks.assembly import stacks_in

# What CDK adds for its own use, and no app can set up in another way.
_OF_CDK = re.compile(r"Custom\w+CustomResourceProvider(Handler|Role)[0-9A-F]{8}")


class Finding(NamedTuple):
    """
    One rule that one resource breaks.

    Attributes:
        rule: The id of the rule.
        at: The logical id of the resource.
        problems: What is wrong there.
    """

    rule: str
    at: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Deployed:
    """
    What is deployed as one stack.

    Attributes:
        template: The template.
        account: The account it is deployed to, where that is known.
        protected: Whether the stack has termination protection.
        paths: The construct paths by logical id.
    """

    template: Any
    account: str | None
    protected: bool
    paths: Mapping[str, str]

    def findings(self) -> Iterator[Finding]:
        """Yield what the rules find, but for what is waived or CDK's own."""
        template = Template(self.template, self.account, self.protected)
        for name, resource in template.resources.items():
            waived = resource.record.get("Waivers") or {}
            for rule in () if _OF_CDK.fullmatch(name) else RULES:
                problems = tuple(each.problem for each in rule.breaches(resource))
                if problems and rule.id not in waived:
                    yield Finding(rule.id, name, problems)


def deployed_from(directory: Path) -> dict[str, Deployed]:
    """Return the stacks that were synthesized into *directory*, by name."""
    artifacts = json.loads((directory / "manifest.json").read_text())["artifacts"]
    return {
        stack.name: Deployed(
            json.loads(stack.template.read_text()),
            stack.account,
            artifacts[stack.name]["properties"].get("terminationProtection", False),
            stack.paths,
        )
        for stack in stacks_in(directory)
    }
