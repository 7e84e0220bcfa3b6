"""Where the constructs of a stack are drawn: layers from left to right."""

from __future__ import annotations

import math

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from grandalf.graphs import Edge, Vertex, graph_core
from grandalf.layouts import SugiyamaLayout

_Name = TypeVar("_Name", bound=Hashable)
Point = tuple[float, float]

WIDTH, HEIGHT = 204, 64
_GAP_ACROSS, _GAP_DOWN = 56, 18
_MARGIN = 12
# About as wide as a page: what is wider is scrolled, never made smaller.
_PAGE = 1200


@dataclass(frozen=True)
class Box(Generic[_Name]):
    """A construct at its place: the left upper corner of its box."""

    name: _Name
    x: float
    y: float


@dataclass(frozen=True)
class Line(Generic[_Name]):
    """A connection, by the points that it passes."""

    source: _Name
    target: _Name
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Drawing(Generic[_Name]):
    """Boxes and lines, and how much room they take."""

    boxes: tuple[Box[_Name], ...]
    lines: tuple[Line[_Name], ...]
    width: float
    height: float

    def moved(self, x: float, y: float) -> Drawing[_Name]:
        """Return the same drawing, further to the right and down."""
        boxes = (Box(box.name, box.x + x, box.y + y) for box in self.boxes)
        lines = (
            Line(
                line.source, line.target, tuple((a + x, b + y) for a, b in line.points)
            )
            for line in self.lines
        )
        return Drawing(tuple(boxes), tuple(lines), self.width, self.height)


class _View:
    """The size of a box or bend, as grandalf wants to have it."""

    def __init__(self, width: float, height: float) -> None:
        # It lays layers from top to bottom: ours are turned by a quarter.
        self.w, self.h = height, width
        self.xy = (0.0, 0.0)


class _Route:
    """Takes the points that grandalf leads an edge through."""

    def __init__(self) -> None:
        self.points: list[Point] = []

    def setpath(self, points: Iterable[Point]) -> None:
        """Keep the *points*."""
        self.points = list(points)


def drawn(
    names: Sequence[_Name], lines: Iterable[tuple[_Name, _Name]]
) -> Drawing[_Name]:
    """Return a drawing of *names*, connected by *lines*."""
    pairs = list(lines)
    groups = _groups(names, pairs)
    alone = [group[0] for group in groups if len(group) == 1]
    others = [_layered(group, pairs) for group in groups if len(group) > 1]
    return _packed([*others, *_in_a_grid(alone)])


def _groups(
    names: Sequence[_Name], lines: Sequence[tuple[_Name, _Name]]
) -> list[list[_Name]]:
    """Return *names* by what hangs together, in their order."""
    group = {name: [name] for name in names}
    for one, two in lines:
        small, large = sorted((group[one], group[two]), key=len)
        if small is not large:
            large += small
            group |= dict.fromkeys(small, large)
    order = {name: number for number, name in enumerate(names)}
    found = {id(each): each for each in group.values()}.values()
    return [sorted(each, key=order.__getitem__) for each in found]


def _layered(
    names: Sequence[_Name], lines: Iterable[tuple[_Name, _Name]]
) -> Drawing[_Name]:
    """Return the drawing of *names*, which hang together, in layers."""
    vertices = {name: Vertex(name) for name in names}
    for vertex in vertices.values():
        vertex.view = _View(WIDTH, HEIGHT)
    edges = [
        Edge(vertices[source], vertices[target])
        for source, target in lines
        if source in vertices
    ]
    for edge in edges:
        edge.view = _Route()
    # The whole graph would hand on the edges as a set: in another order each time.
    core = graph_core(list(vertices.values()), edges)
    layout = SugiyamaLayout(core)
    layout.xspace, layout.yspace = _GAP_DOWN, _GAP_ACROSS
    layout.init_all()
    layout.draw()
    boxes = {vertex.data: _turned(vertex.view.xy) for vertex in vertices.values()}
    routes = [
        Line(
            edge.v[0].data,
            edge.v[1].data,
            _joined([_turned(point) for point in edge.view.points]),
        )
        for edge in edges
    ]
    return _framed(boxes, routes)


def _framed(
    boxes: Mapping[_Name, Point], lines: Sequence[Line[_Name]]
) -> Drawing[_Name]:
    """Return the drawing of *boxes*, by their middles, and *lines*, and no more."""
    points = [*boxes.values(), *(point for line in lines for point in line.points)]
    left, top = (min(values) for values in zip(*points, strict=True))
    right, bottom = (max(values) for values in zip(*points, strict=True))
    x, y = left - WIDTH / 2, top - HEIGHT / 2
    found = tuple(
        Box(name, across - WIDTH / 2, down - HEIGHT / 2)
        for name, (across, down) in boxes.items()
    )
    drawing = Drawing(
        found, tuple(lines), right - x + WIDTH / 2, bottom - y + HEIGHT / 2
    )
    return drawing.moved(-x, -y)


def _turned(point: Point) -> Point:
    return point[1], point[0]


def _joined(points: list[Point]) -> tuple[Point, ...]:
    """Return *points* from the side of one box to the side of the other, past all."""
    (first, top), *middle, (last, down) = points
    half = math.copysign(WIDTH / 2, last - first)
    # Straight past the boxes of a layer: lines bend in the gaps only.
    passed = [(x + side, y) for x, y in middle for side in (-half, half)]
    return ((first + half, top), *passed, (last - half, down))


def _in_a_grid(names: list[_Name]) -> list[Drawing[_Name]]:
    """Return a drawing of *names* that nothing connects."""
    across = max(1, int((_PAGE + _GAP_DOWN) / (WIDTH + _GAP_DOWN)))
    rows = math.ceil(len(names) / across)
    step_x, step_y = WIDTH + _GAP_DOWN, HEIGHT + _GAP_DOWN
    boxes = tuple(
        Box(name, index % across * step_x, index // across * step_y)
        for index, name in enumerate(names)
    )
    width = min(len(names), across) * step_x - _GAP_DOWN
    return [Drawing(boxes, (), width, rows * step_y - _GAP_DOWN)] if names else []


def _packed(groups: list[Drawing[_Name]]) -> Drawing[_Name]:
    """Return *groups* side by side, as far as a page is wide, and below each other."""
    x = y = float(_MARGIN)
    height = width = 0.0
    placed = []
    for group in groups:
        if x > _MARGIN and x + group.width > _PAGE:
            x, y, height = float(_MARGIN), y + height + 2 * _GAP_DOWN, 0.0
        placed.append(group.moved(x, y))
        x += group.width + _GAP_ACROSS
        width, height = max(width, x - _GAP_ACROSS), max(height, group.height)
    return Drawing(
        tuple(box for group in placed for box in group.boxes),
        tuple(line for group in placed for line in group.lines),
        width + _MARGIN,
        y + height + _MARGIN,
    )
