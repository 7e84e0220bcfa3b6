"""Tests for `tools.docstrings`."""

from __future__ import annotations

import pytest

from tools.docstrings import marked


@pytest.mark.parametrize("word", ["Resources", "Cost"])
class TestWords:
    def test_begin_a_paragraph(self, word):
        """What a construct makes, and what that costs, is seen at once."""
        text = f"One bucket.\n{word}: nothing."

        assert f"One bucket.\n\n**{word}:** nothing." == marked(text)

    def test_begin_one_within_a_line(self, word):
        """One may stand behind the other."""
        assert f"One key.\n\n**{word}:**\n$1." == marked(f"One key. {word}:\n$1.")

    def test_are_left_alone_elsewhere(self, word):
        """Neither a word without its colon, nor a longer word or one in a name."""
        text = f"{word} are low. The All{word}: 1. See AWS::{word}::Thing"

        assert text == marked(text)


def test_one_example_is_a_section():
    """Griffe knows the heading in the plural only."""
    assert "Examples:\n    >>> 1" == marked("Example:\n    >>> 1")


def test_an_example_in_a_sentence_is_none():
    """Only a heading, which has its line for itself."""
    assert "Example: 1" == marked("Example: 1")
