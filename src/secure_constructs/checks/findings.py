"""What the rules find in templates, and what they could not judge."""

from __future__ import annotations

import re

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from secure_constructs.checks.rule import Breach, Rule
from secure_constructs.checks.template import Resource, Template
from secure_constructs.checks.unseen import macros_of, unseen_of

# The plugins' name, which core puts in front of a rule's id to acknowledge it.
NAMESPACE = "SecureConstructs"
# What CDK adds for its own use, which no app can set up in another way.
_OF_CDK = re.compile(
    r"Custom\w+CustomResourceProvider(Handler|Role)[0-9A-F]{8}"
    r"|LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a[0-9A-F]{8}"
    r"|BucketNotificationsHandler050a0587b7544547bf325f094a3db834[0-9A-F]{8}"
)


class Source(Protocol):
    """A stack, or a template that was read by itself."""

    @property
    def name(self) -> str:
        """What to call it."""
        ...

    @property
    def contents(self) -> Sequence[tuple[Path, Template]]:
        """Its templates, beside the files that they are in."""
        ...

    @property
    def paths(self) -> Mapping[str, str]:
        """The construct paths by logical id, as far as they are known."""
        ...

    @property
    def acknowledged(self) -> Mapping[str, Mapping[str, str]]:
        """What was acknowledged at construct paths: the reasons by rule."""
        ...


@dataclass(frozen=True)
class Finding:
    """
    One rule that one resource breaks.

    Attributes:
        rule: The rule.
        resource: The resource.
        source: The name of the stack or template it is in.
        file: The file of the template.
        path: The path of its construct; None where that is not known.
        breaches: Each place where it breaks the rule, at least one.
        waived: The reason why it may; None where it may not.
    """

    rule: Rule
    resource: Resource
    source: str
    file: Path
    path: str | None
    breaches: tuple[Breach, ...]
    waived: str | None

    @property
    def problem(self) -> str:
        """What is wrong, in all these places."""
        return "; ".join(dict.fromkeys(breach.problem for breach in self.breaches))

    @property
    def place(self) -> str:
        """The construct path or, where there is none, the logical id."""
        return self.path or self.resource.logical_id


@dataclass(frozen=True)
class Unjudged:
    """
    What the rules cannot judge, or not by one rule.

    Attributes:
        file: The file of the template.
        why: Why they cannot.
        name: The name of what they cannot judge; None for all of the template.
        rule: The rule that cannot; None for all rules.
    """

    file: Path
    why: str
    name: str | None = None
    rule: Rule | None = None

    @property
    def what(self) -> str:
        """What cannot be judged, and by which rule."""
        by = f" by {self.rule.id}" if self.rule else ""
        return f"{self.name or 'the template'}{by}"

    def __str__(self) -> str:
        """Say it in one sentence."""
        return f"{self.file}: {self.what} cannot be judged: {self.why}"


def judge(source: Source, rules: Iterable[Rule]) -> Iterator[Finding | Unjudged]:
    """Yield what *rules* find in *source*, waived or not, and what they cannot see."""
    concerned = _by_type(rules)
    for file, template in source.contents:
        yield from (Unjudged(file, *each) for each in unseen_of(template))
        resources = () if macros_of(template) else template.resources.values()
        for resource in resources:
            if not is_of_cdk(resource):
                for rule in (*concerned[resource.type], *concerned["*"]):
                    yield from _judged(source, file, rule, resource)


def is_of_cdk(resource: Resource) -> bool:
    """Whether *resource* is a helper that CDK adds, and sets up, for its own use."""
    return _OF_CDK.fullmatch(resource.logical_id) is not None


def _by_type(rules: Iterable[Rule]) -> Mapping[str, list[Rule]]:
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        for type_ in rule.types:
            found[type_].append(rule)
    return found


def _judged(
    source: Source, file: Path, rule: Rule, resource: Resource
) -> Iterator[Finding | Unjudged]:
    """Yield what *rule* finds at *resource*, or that it cannot be judged by it."""
    name = resource.logical_id
    try:
        breaches = tuple(rule.check(resource))
        path = source.paths.get(name) if breaches else None
        waived = _waived(source, rule, resource, path) if breaches else None
    # A template may hold anything anywhere; whatever that breaks is not "kept".
    except Exception as error:  # noqa: BLE001
        why = f"it is not written as CloudFormation reads it ({error!r})"
        yield Unjudged(file, why, name, rule)
        return
    if breaches:
        found = resource, source.name, file, path, breaches, waived
        yield Finding(rule, *found)


def _waived(
    source: Source, rule: Rule, resource: Resource, path: str | None
) -> str | None:
    """Return why *resource* may break *rule*, by its record or an acknowledgement."""
    waiver = (resource.record.get("Waivers") or {}).get(rule.id)
    if waiver is not None:
        return str(waiver.get("Reason", ""))
    # Nested stacks that are equal share a resource, which each has to acknowledge.
    places = path.split(", ") if path else []
    reasons = [_acknowledged(source, rule, place) for place in places]
    known = [each for each in reasons if each is not None]
    return "; ".join(dict.fromkeys(known)) if known and known == reasons else None


def _acknowledged(source: Source, rule: Rule, place: str) -> str | None:
    """Return the reason given for *rule* at *place* or at a construct around it."""
    steps = place.split("/")
    for length in range(len(steps), 0, -1):
        given = source.acknowledged.get("/".join(steps[:length]), {})
        reason = given.get(f"{NAMESPACE}::{rule.id}")
        if reason is not None:
            return reason
    return None
