"""Tests for `secure_constructs.checks.report.layout`."""

from __future__ import annotations

import itertools
import random

import pytest

from secure_constructs.checks.report.layout import HEIGHT, WIDTH, Drawing, drawn

FAN = [("bus", name) for name in "abcdef"]
CHAIN = [("a", "b"), ("b", "c"), ("c", "d")]


def at(drawing: Drawing[str]) -> dict[str, tuple[float, float]]:
    """Return the left upper corners of the boxes."""
    return {box.name: (box.x, box.y) for box in drawing.boxes}


def overlapping(drawing: Drawing[str]) -> list[tuple[str, str]]:
    """Return the boxes that lie on each other."""
    return [
        (one.name, two.name)
        for one, two in itertools.combinations(drawing.boxes, 2)
        if abs(one.x - two.x) < WIDTH and abs(one.y - two.y) < HEIGHT
    ]


def many(count: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Return *count* names, and about as many lines between any of them."""
    chance = random.Random(7)  # noqa: S311 - nothing secret
    names = [str(each) for each in range(count)]
    pairs = {(chance.choice(names), chance.choice(names)) for _ in names}
    return names, sorted(pair for pair in pairs if pair[0] != pair[1])


class TestDrawn:
    def test_goes_from_left_to_right(self):
        """What comes later stands further to the right."""
        corners = at(drawn(list("abcd"), CHAIN))

        assert list("abcd") == sorted(corners, key=lambda name: corners[name][0])

    def test_puts_equals_below_each_other(self):
        """What one thing leads to stands in one column."""
        corners = at(drawn(["bus", *"abcdef"], FAN))

        assert 1 == len({corners[name][0] for name in "abcdef"})
        assert 6 == len({corners[name][1] for name in "abcdef"})

    @pytest.mark.parametrize(
        ("names", "lines"),
        [
            (["bus", *"abcdef"], FAN),
            (list("abcdefghijklmnop"), CHAIN),
            (list("abcd"), [("a", "b"), ("c", "d")]),
            many(400),
        ],
        ids=["fan", "chain", "pairs", "many"],
    )
    def test_boxes_lie_beside_each_other(self, names, lines):
        """None covers another, however many there are."""
        assert [] == overlapping(drawn(names, lines))

    @pytest.mark.parametrize("count", [1, 5, 400])
    def test_everything_is_inside(self, count):
        """The drawing is as large as what is in it, and has a margin."""
        drawing = drawn(*many(count))
        right = max(box.x + WIDTH for box in drawing.boxes)
        bottom = max(box.y + HEIGHT for box in drawing.boxes)

        assert 12 == min(box.x for box in drawing.boxes)
        assert drawing.width >= right + 12
        assert drawing.height >= bottom + 12

    @pytest.mark.parametrize("lines", [[], [("a", "b")], [("b", "a"), ("a", "b")]])
    def test_has_no_more_room_than_is_needed(self, lines):
        """Two boxes beside each other have a margin around them."""
        drawing = drawn(["a", "b"], lines)
        left, right = sorted(box.x for box in drawing.boxes)

        assert 12 == left
        assert {12} == {box.y for box in drawing.boxes}
        assert (right + WIDTH + 12, HEIGHT + 24) == (drawing.width, drawing.height)

    def test_has_gaps(self):
        """Wide ones for lines, small ones below each other."""
        corners = at(drawn(list("abc"), [("a", "b"), ("a", "c")]))

        assert WIDTH + 56 == corners["b"][0] - corners["a"][0]
        assert HEIGHT + 18 == abs(corners["b"][1] - corners["c"][1])

    def test_shows_each_thing_once(self):
        """Whether it is connected or not."""
        names, lines = many(50)

        assert sorted(names) == sorted(box.name for box in drawn(names, lines).boxes)

    def test_of_nothing_is_empty(self):
        """A stack may have no construct."""
        assert ((), ()) == (drawn([], []).boxes, drawn([], []).lines)

    def test_is_the_same_each_time(self):
        """A report of the same templates is the same."""
        assert drawn(*many(100)) == drawn(*many(100))

    def test_what_nothing_connects_stands_in_rows(self):
        """A row is no wider than a page."""
        drawing = drawn([str(each) for each in range(12)], [])

        assert 3 == len({box.y for box in drawing.boxes})
        assert 1224 >= drawing.width

    def test_groups_stand_beside_each_other(self):
        """Two small ones have room in one row."""
        corners = at(drawn(list("abcd"), [("a", "b"), ("c", "d")]))

        assert 1 == len({y for _, y in corners.values()})

    def test_groups_stand_below_each_other_where_a_row_is_full(self):
        """Three times two boxes are wider than a page."""
        corners = at(drawn(list("abcdef"), [("a", "b"), ("c", "d"), ("e", "f")]))

        assert corners["a"][1] == corners["c"][1] < corners["e"][1]
        assert corners["a"][0] == corners["e"][0]


class TestLines:
    def test_go_from_side_to_side(self):
        """From the middle of the right side to the middle of the left one."""
        drawing = drawn(["a", "b"], [("a", "b")])
        corners, (line,) = at(drawing), drawing.lines
        (ax, ay), (bx, by) = corners["a"], corners["b"]

        assert ((ax + WIDTH, ay + HEIGHT / 2), (bx, by + HEIGHT / 2)) == line.points

    def test_go_back_in_circles(self):
        """One line of a circle leads from a left side to a right one."""
        drawing = drawn(list("abc"), [("a", "b"), ("b", "c"), ("c", "a")])
        corners = at(drawing)
        (back,) = (line for line in drawing.lines if line.source == "c")

        assert back.points[0][0] == corners["c"][0]
        assert back.points[-1][0] == corners["a"][0] + WIDTH

    def test_may_go_both_ways(self):
        """Two things may lead to each other."""
        assert 2 == len(drawn(["a", "b"], [("a", "b"), ("b", "a")]).lines)

    def test_pass_the_boxes_between_straight(self):
        """A line past a column goes by level, not through its boxes."""
        drawing = drawn(list("abc"), [("a", "b"), ("b", "c"), ("a", "c")])
        corners = at(drawing)
        (line,) = (each for each in drawing.lines if len(each.points) > 2)
        (left, first), (right, second) = line.points[1:-1]
        top = corners["b"][1]

        assert (corners["b"][0], corners["b"][0] + WIDTH) == (left, right)
        assert first == second
        assert not top < first < top + HEIGHT
