"""Tests for `tools.pictures`, and for the pictures it drew."""

from __future__ import annotations

import re

from xml.etree import ElementTree as ET

import aws_cdk as cdk
import pytest

from tests.specimens import SPECIMENS
from tests.support.synth import ROOT, new_app, synthesize
from tools.pictures import pictures
from tools.site_hooks import GUIDES

DRAWN = dict(pictures())
_SVG = "{http://www.w3.org/2000/svg}"
_IMAGE = re.compile(r"\[!\[([^\]]+)\]\(\.\./images/([\w-]+\.svg)\)\]\(\.\./images/\2\)")


def test_pictures_are_those_of_the_templates():
    """What is committed is what `make pictures` draws today."""
    found = {path: path.read_text() for path in (ROOT / "docs/images").glob("*.svg")}

    assert found == DRAWN


@pytest.mark.parametrize("specimen", SPECIMENS, ids=str)
class TestPicture:
    def picture(self, specimen):
        """Return the picture of *specimen*, read."""
        name = GUIDES[specimen.name].rpartition("/")[2].replace(".md", ".svg")
        return ET.fromstring(DRAWN[ROOT / "docs" / "images" / name])  # noqa: S314 - ours

    def page(self, specimen):
        """Return the page of *specimen*."""
        return (ROOT / "docs" / GUIDES[specimen.name]).read_text()

    def test_has_a_box_for_every_resource(self, specimen):
        """Each is called what it is, and none is missing or twice."""
        app = new_app()
        stack = cdk.Stack(app, "Stack")
        specimen.defaults(stack, specimen.name)
        template = synthesize(app).templates["Stack.template.json"]
        types = sorted(
            each["Type"].removeprefix("AWS::").replace("::", " ")
            for each in template["Resources"].values()
        )
        boxes = self.picture(specimen).findall(f"{_SVG}g")

        assert types == sorted(box[3].text for box in boxes)

    def test_marks_the_main_resource(self, specimen):
        """That of the construct itself has a border of its own."""
        boxes = self.picture(specimen).findall(f"{_SVG}g")
        main = [box[2].text for box in boxes if "main" in box[1].attrib["class"]]

        assert specimen.name in main

    def test_has_lines_between_boxes(self, specimen):
        """Where there is more than one, each is connected."""
        boxes = self.picture(specimen).findall(f"{_SVG}g")
        lines = self.picture(specimen).findall(f"{_SVG}path")

        assert len(lines) >= len(boxes) - 1

    def test_is_as_large_as_it_says(self, specimen):
        """So it is scaled where it has to be, and nothing is cut."""
        picture = self.picture(specimen)
        width, height = picture.attrib["width"], picture.attrib["height"]

        assert f"0 0 {width} {height}" == picture.attrib["viewBox"]
        for box in picture.findall(f"{_SVG}g"):
            x, y = map(float, re.findall(r"[\d.]+", box.attrib["transform"]))
            assert x + float(box[1].attrib["width"]) < int(width)
            assert y + float(box[1].attrib["height"]) < int(height)

    def test_is_on_its_page_in_words(self, specimen):
        """Who cannot see it reads how many resources there are, and which."""
        ((words, name),) = _IMAGE.findall(self.page(specimen))
        boxes = self.picture(specimen).findall(f"{_SVG}g")
        article = "an" if specimen.name[0] in "AEO" else "a"
        plural = "s" if len(boxes) > 1 else ""

        assert name == GUIDES[specimen.name].rpartition("/")[2].replace(".md", ".svg")
        assert words.startswith(
            f"The {len(boxes)} resource{plural} of {article} {specimen.name}"
        )


def test_follows_the_colours_of_the_system():
    """Each colour that is used has a value for light and one for dark."""
    for text in DRAWN.values():
        light, _, dark = text.partition("@media(prefers-color-scheme:dark)")
        used = set(re.findall(r"var\((--\w+)\)", text))

        assert used
        assert used <= set(re.findall(r"(--\w+):#", light))
        assert used <= set(re.findall(r"(--\w+):#", dark))
