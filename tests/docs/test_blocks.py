"""Tests for the blocks of code on the pages: each is run, read or parsed."""

from __future__ import annotations

import json
import re
import shlex

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import yaml

from sybil import Document
from sybil.parsers.markdown import PythonCodeBlockParser

from secure_constructs.__main__ import main
from tests.support.synth import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^ *(`{3,}|~{3,})(.*)$")
_OPERATORS = {">", "|", "&&", "||", ";", "<", "2>"}
_OURS = "secure-constructs"


class Block(NamedTuple):
    """A block of code: where it begins, what it says that it is, and what it is."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Name the block in the names of tests."""
        return f"{self.page}:{self.line}"


def blocks(path: Path) -> Iterator[Block]:
    """Yield the blocks of the page in *path*."""
    page = path.relative_to(ROOT).as_posix()
    begun, language = 0, ""
    inside: list[str] | None = None
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        fence = _FENCE.match(line)
        if fence and inside is None:
            begun, language = number, fence[2].strip()
            inside = []
        elif fence and inside is not None:
            yield Block(page, begun, language, "\n".join(inside))
            inside = None
        elif inside is not None:
            inside.append(line)
    assert inside is None, f"{page}:{begun} has no end"


BLOCKS = [block for page in PAGES for block in blocks(page)]


def of(language: str) -> list[Block]:
    """Return the blocks of a *language*."""
    return [block for block in BLOCKS if block.language == language]


def commands(text: str) -> Iterator[list[str]]:
    """Yield the commands that somebody types in *text*, in words."""
    lines = text.replace("\\\n", " ").splitlines()
    typed = [line[2:] for line in lines if line.startswith("$ ")]
    # Where there is no prompt there is no output either.
    for line in typed or lines:
        words = shlex.shlex(line, posix=True, punctuation_chars=True)
        words.whitespace_split = True
        one: list[str] = []
        for word in [*words, ";"]:
            if word in _OPERATORS:
                yield one
                one = []
            else:
                one.append(word)


OUR_COMMANDS = sorted(
    {
        *(
            shlex.join(command)
            for block in of("console")
            for command in commands(block.text)
            if command[:1] == [_OURS]
        ),
        *(
            words
            for page in PAGES
            for words in re.findall(rf"`((?:{_OURS}) [a-z][^`]*)`", page.read_text())
        ),
    }
)


def refused(command: str) -> str:
    """Return what is wrong with a *command* of ours; empty if nothing is."""
    _, *words = shlex.split(command)
    context = click.Context(main, info_name=_OURS)
    try:
        name, found, rest = main.resolve_command(context, words)
        assert found is not None
        below = click.Context(found, parent=context, info_name=name)
        given, _, _ = found.make_parser(below).parse_args(list(rest))
    except click.UsageError as error:
        return error.format_message()
    for option in found.params:
        value = given.get(option.name or "")
        if isinstance(option.type, click.Choice) and isinstance(value, str):
            try:
                option.type.convert(value, option, below)
            except click.BadParameter as error:
                return error.format_message()
    return ""


class TestLanguages:
    @pytest.mark.parametrize("block", BLOCKS, ids=str)
    def test_are_known(self, block):
        """A block says what it is, and one that is misspelt is not left unread."""
        assert block.language in {"console", "json", "python", "text", "yaml"}


class TestPython:
    @pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
    def test_all_are_run(self, page):
        """Sybil finds every block, and no page tells it to skip one."""
        parser = PythonCodeBlockParser()
        document = Document.parse(str(page), parser)
        of_page = [each for each in blocks(page) if each.language == "python"]

        assert len(of_page) == len(list(document.examples()))
        assert not re.search(r"<!--+ *(skip|clear|invisible)", page.read_text())


class _Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation as what is behind them."""


_Loader.add_multi_constructor("!", lambda *_: None)


class TestData:
    @pytest.mark.parametrize("block", [*of("yaml"), *of("json")], ids=str)
    def test_is_valid(self, block):
        """YAML with the short forms of CloudFormation, and JSON as it is."""
        if block.language == "json":
            assert json.loads(block.text)
        else:
            assert yaml.load(block.text, _Loader)  # noqa: S506 - a safe loader


class TestCommands:
    @pytest.mark.parametrize("command", OUR_COMMANDS)
    def test_of_ours_are_there(self, command):
        """Commands and their options are those of the command line."""
        assert "" == refused(command)

    def test_are_found(self):
        """More than one page shows how the command is used."""
        assert len(OUR_COMMANDS) >= 4

    @pytest.mark.parametrize(
        "command",
        [
            f"{_OURS} chek cdk.out",
            f"{_OURS} check cdk.out --fail never",
            f"{_OURS} check cdk.out --no-such-option",
            f"{_OURS} check cdk.out --format csv",
        ],
    )
    def test_of_ours_that_are_not_there_are_noticed(self, command):
        """A command, an option or a choice that was renamed."""
        assert refused(command)

    @pytest.mark.parametrize("block", of("console"), ids=str)
    def test_are_typed(self, block):
        """A block for the console begins with a command, which comes with a prompt."""
        first = block.text.partition("\n")[0]

        assert first.startswith("$ ") == (block.page != "README.md")
        assert all(commands(block.text))

    def test_of_make_are_targets(self):
        """Each `make` on a page is one of those that `make` lists."""
        targets = set(
            re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        )
        pages = [*PAGES, ROOT / "CONTRIBUTING.md"]
        named = {
            name
            for page in pages
            for name in re.findall(r"(?m)(?:`|^)make ([a-z0-9]+)", page.read_text())
        }

        assert {"check", "checklist", "docs", "e2e"} <= named
        assert set() == named - targets
