"""The rules in Markdown: the page of the documentation that lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from secure_constructs.checks.rule import Rule

_HEAD = """\
# Rules

What `secure-constructs check` and `Checklist` look for, and what each construct of \
this library keeps by itself.
`make rules` writes this page; what it says is said in the rules themselves.

An error puts data or access at risk; after a warning somebody pays more, or \
notices too late.
[Check any app](howto/check-any-app.md) says how to select, acknowledge and waive \
them.
"""


def rules_page(rules: Iterable[Rule]) -> str:
    """Return the page that describes *rules*."""
    return "\n".join([_HEAD, *(_section(each) for each in rules)])


def _section(rule: Rule) -> str:
    return "\n".join([f"## {rule.id}", "", rule.title, "", *_facts(rule), ""])


def _facts(rule: Rule) -> Iterator[str]:
    concerned = ", ".join(f"`{each}`" for each in rule.types)
    yield f"- Why: {rule.why}"
    yield f"- What to do: {rule.fix}"
    yield f"- Severity: {rule.severity}"
    yield f"- Concerns: {'every resource' if '*' in rule.types else concerned}"
    if rule.controls:
        yield f"- Controls: {', '.join(rule.controls)}"
    if rule.nag:
        yield f"- Rules of cdk-nag: {', '.join(f'`{each}`' for each in rule.nag)}"
