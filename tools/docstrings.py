"""How docstrings look on the site: what they are read for can be seen."""

from __future__ import annotations

import re

from griffe import Extension, Object

# Words of ours that are no sections of a docstring, wherever a line ends.
_WORDS = re.compile(r"\s+(Resources|Cost):")
# One example is an example as well.
_EXAMPLE = re.compile(r"^Example:$", re.MULTILINE)


class Marks(Extension):
    """Shows what a construct makes, what that costs, and how it is used."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        """Mark the words in the docstring of *obj*."""
        if obj.docstring:
            obj.docstring.value = marked(obj.docstring.value)


def marked(text: str) -> str:
    """Return *text* with our words in bold, and examples as griffe knows them."""
    return _EXAMPLE.sub("Examples:", _WORDS.sub(r"\n\n**\1:**", text))
