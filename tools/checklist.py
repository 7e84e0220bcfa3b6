"""
Writes docs/checklist.md: every promise, who keeps it and what finds it broken.

`make checklist` writes it of the rules and of the constructs' pages, so that it says
what these say.
"""

from __future__ import annotations

import re

from collections.abc import Iterable, Iterator
from pathlib import Path

from secure_constructs.checks import RULES
from tools.promises import ELSEWHERE, FAMILIES, WITHOUT_RULE

DOCS = Path(__file__).parents[1] / "docs"
PROMISE = re.compile(rf"\b(?:{'|'.join(FAMILIES)})-\d\d\b")
_PAGE = DOCS / "checklist.md"
_RULES = {each.id: each for each in RULES}
_HEAD = """\
# The checklist

Every promise by its id, which is the same in findings, waivers, tests and pages.
`make checklist` writes this page of the rules, and of what the constructs' pages say.

- **Kept by**: the construct whose defaults or options keep it, or who else does.
- **Found by**: the rule that finds it broken, in constructs of this library and, with \
[Checklist](howto/check-any-app.md), in any app.
  Where there is none, no template shows it, or only a reader can judge it.
- **Given up by**: the option that takes a [waiver](howto/waive.md).
  What has none cannot be given up, or is there only where you ask for it.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(_family(each) for each in FAMILIES)])


def promises() -> list[str]:
    """Return the ids of all promises, in order."""
    order = list(FAMILIES)
    return sorted(
        {*_RULES, *WITHOUT_RULE},
        key=lambda each: (order.index(each.partition("-")[0]), each),
    )


def _pages() -> list[Path]:
    """Return the pages of the constructs."""
    return sorted(DOCS.glob("constructs/*.md"))


def _family(family: str) -> str:
    rows = [_row(each) for each in promises() if each.startswith(f"{family}-")]
    head = [
        "| Id | Promise | Kept by | Found by | Given up by |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([f"## {FAMILIES[family]}", "", *head, *rows, ""])


def _row(promise: str) -> str:
    rule = _RULES.get(promise)
    said = rule.title if rule else WITHOUT_RULE[promise]
    found = f"[rule](rules.md#{promise.lower()}), {rule.severity}" if rule else "-"
    kept = ELSEWHERE.get(promise) or ", ".join(_keepers(promise))
    options = ", ".join(_options(promise)) or "-"
    return f"| {promise} | {said} | {kept} | {found} | {options} |"


def _keepers(promise: str) -> Iterator[str]:
    """Yield the constructs whose pages say that they keep *promise*."""
    for path in _pages():
        text = path.read_text(encoding="utf-8")
        said = [_section(text, "What you get"), _section(text, "Options")]
        if promise in _named(said):
            name = text.partition("\n")[0].removeprefix("# ")
            yield f"[{name}](constructs/{path.name})"


def _options(promise: str) -> list[str]:
    """Return the options that give *promise* up, without those that come again."""
    found = (
        option
        for path in _pages()
        for option, given in waivable(path.read_text(encoding="utf-8"))
        if given == promise
    )
    return sorted(set(found))


def waivable(page: str) -> Iterator[tuple[str, str]]:
    """Yield the options on a construct's *page* that take a waiver, and of what."""
    for row in _section(page, "Options").splitlines():
        match = re.match(r"\| (`\w+`) \| [^|]*`Waived`", row)
        if match:
            yield from ((match[1], each) for each in PROMISE.findall(row))


def _section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _named(texts: Iterable[str]) -> set[str]:
    return {each for text in texts for each in PROMISE.findall(text)}


def main() -> None:
    """Write the page."""
    _PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
