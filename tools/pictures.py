"""
Draws what each construct makes: `make pictures` writes docs/images/<construct>.svg.

The drawing is that of the report, with a box for each resource of the template
that the construct's defaults give.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import aws_cdk as cdk

from secure_constructs.checks.assembly import stacks_in
from secure_constructs.checks.report.connections import Web, web_of
from secure_constructs.checks.report.layout import HEIGHT, WIDTH, Box, Line, drawn
from secure_constructs.checks.report.markup import curve
from secure_constructs.checks.report.names import label, shortened
from secure_constructs.checks.report.parts import Part, plain
from secure_constructs.checks.report.places import Site, sites_of
from tests.specimens import SPECIMENS
from tests.specimens.specimen import Specimen
from tools.site_hooks import GUIDES

IMAGES = Path(__file__).parents[1] / "docs" / "images"
# An image knows the colours of the reader's system, and nothing of the page around
# it. It has a ground of its own, so it can be read on any.
_STYLE = """\
svg{color-scheme:light dark;font:11.5px system-ui,"Segoe UI",Roboto,"DejaVu Sans",\
sans-serif;--paper:#fff;--panel:#f5f6f8;--rule:#8d96a5;--ink:#1a1f27;--muted:#56606e}
@media(prefers-color-scheme:dark){svg{--paper:#14171c;--panel:#1c2027;\
--rule:#6b7482;--ink:#e6e9ee;--muted:#a3acb9}}
.ground{fill:var(--panel)}.box{fill:var(--paper);stroke:var(--rule);stroke-width:1.5}
.main{stroke:var(--ink);stroke-width:2.5}text{fill:var(--muted)}
.name{fill:var(--ink);font-size:12px;font-weight:600}
path{fill:none;stroke:var(--muted);stroke-width:1.4}
.tip{fill:var(--muted);stroke:none}.shared{stroke-dasharray:5 4}"""

_SVG = "http://www.w3.org/2000/svg"
_TIP = """\
<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" \
orient="auto"><path class="tip" d="M0 0L8 4L0 8Z"/></marker>"""


def pictures() -> Iterator[tuple[Path, str]]:
    """Yield the pictures of all constructs, and the files they belong in."""
    for specimen in SPECIMENS:
        name = Path(GUIDES[specimen.name]).stem
        yield IMAGES / f"{name}.svg", picture(specimen)


def picture(specimen: Specimen) -> str:
    """Return the picture of what *specimen* makes with nothing but its defaults."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    specimen.defaults(stack, specimen.name)
    sites = list(sites_of(stacks_in(Path(app.synth().directory))))
    parts = list(_parts(sites))
    return _written(specimen.name, parts, web_of(sites, parts))


def _parts(sites: Sequence[Site]) -> Iterator[Part]:
    """Yield each resource as a part of its own."""
    for site in sites:
        for place in site.places.values():
            kind = plain(place.resource.type)
            yield Part(site.name, place.path, kind, (place,))


def _written(construct: str, parts: Sequence[Part], web: Web) -> str:
    shared = {
        (part, badge.part) for part, badges in web.badges.items() for badge in badges
    }
    ends = [(each.source, each.target) for each in web.connections]
    drawing = drawn(parts, [*ends, *sorted(shared - set(ends), key=str)])
    width, height = round(drawing.width), round(drawing.height)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return "\n".join(
        [
            f'<svg xmlns="{_SVG}" {size}>',
            f"<style>\n{_STYLE}\n</style>",
            _TIP,
            '<rect class="ground" width="100%" height="100%" rx="8"/>',
            *(_line(each, shared) for each in drawing.lines),
            *(_box(construct, each) for each in drawing.boxes),
            "</svg>",
            "",
        ]
    )


def _line(line: Line[Part], shared: set[tuple[Part, Part]]) -> str:
    kind = ' class="shared"' if (line.source, line.target) in shared else ""
    return f'<path{kind} d="{curve(line.points)}" marker-end="url(#tip)"/>'


def _box(construct: str, box: Box[Part]) -> str:
    part = box.name
    (place,) = part.places
    main = " main" if place.is_main else ""
    inside = label(part.source, part.path).removeprefix(f"{construct}/")
    name = escape(shortened(inside))
    return (
        f'<g transform="translate({box.x:g} {box.y:g})"><title>{escape(inside)}'
        f'</title><rect class="box{main}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f'<text class="name" x="12" y="27">{name}</text>'
        f'<text x="12" y="46">{escape(part.kind)}</text></g>'
    )


def main() -> None:
    """Write all pictures."""
    for path, text in pictures():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
