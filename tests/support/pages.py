"""Reads a page of HTML as far as tests ask about it."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser

# What stands beside or below what came before.
_APART = {"td", "th", "p", "caption", "br", "li", "h1", "h2", "h3"}
_EMPTY = {"meta", "link", "input", "br", "wbr", "img", "hr"}


class Page(HTMLParser):
    """
    A page of HTML.

    Attributes:
        ids: The ids of its elements.
        links: Where its links lead.
        attributes: All attributes, as pairs of name and value.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._texts: dict[str, list[str]] = defaultdict(list)
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes, and what the text to come is in."""
        known = {name: value or "" for name, value in attrs}
        self.attributes += known.items()
        if "id" in known:
            self.ids.append(known["id"])
        if tag == "a":
            self.links.append(known["href"])
        if tag in _APART:
            self.handle_data(" ")
        if tag not in _EMPTY:
            self._open.append(known.get("id", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes of an element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Note the text of all elements around it."""
        for each in {name for name in self._open if name} | {""}:
            self._texts[each].append(data)

    def text(self, of: str = "") -> str:
        """Return the text in the element with the id *of*, or on the whole page."""
        return " ".join("".join(self._texts[of]).split())
