"""A static map of a plan as SVG: where there is no WebGL, no script, or only paper.

Plain text of shapes with a colour each and a label each: colour is never the only key. Names are
data, and are escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from grouping.answers.sketch import OUT, PARTNER, SMALL, URGENT, Box, Line, Point, Sketch, Spot
from grouping.world.remarks import seen

WIDE, NARROW = 1_000.0, 420.0  # units across: a county, one federation
TALLEST = 1.4  # times as high as wide, at the most
CLEAR = 0.03  # of the width left free around
MANY = 3_000  # schools: beyond these, large schools that stay as they are left out of the picture
INK, PAPER, SEA, COAST = "#1b1b1b", "#ffffff", "#eef3f6", "#b9c2c7"
WATER, ROAD, FAINT, ALARM = "#3f86b8", "#cfc6b4", "#6b6f72", "#b00020"
FONT = "font-family='system-ui, sans-serif'"


@dataclass(frozen=True)
class Frame:
    """The part of the country on the paper, and how it is put there."""

    west: float
    north: float
    scale: float
    wide: float
    high: float

    def at(self, point: Point) -> tuple[float, float]:
        """Put a point of the grid on the paper."""
        return (point[0] - self.west) * self.scale, (self.north - point[1]) * self.scale

    @property
    def box(self) -> Box:
        """West, south, east and north of the paper on the grid."""
        wide, high = self.wide / self.scale, self.high / self.scale
        return self.west, self.north - high, self.west + wide, self.north

    def crosses(self, line: Line) -> bool:
        """Whether a line may be seen on the paper."""
        x, y = zip(*line, strict=True)
        west, south, east, north = self.box
        return bool(max(x) >= west and min(x) <= east and max(y) >= south and min(y) <= north)


@dataclass
class Labels:
    """Where words stand already, so that none is written over another."""

    across: float
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def place(self, x: float, y: float, wide: float, high: float, *, must: bool) -> Point | None:
        """Find room near a point for the middle of a word; the point itself where it must."""
        for dx, dy in ((0, 0), (0, -1), (0, 1), (1, 0), (-1, 0), (0.8, -0.9), (-0.8, 0.9)):
            cx, cy = x + dx * (wide / 2 + 9), y + dy * (high + 2)
            cx = min(max(cx, wide / 2 + 2), self.across - wide / 2 - 2)
            box = (cx - wide / 2, cy - high / 2, cx + wide / 2, cy + high / 2)
            if not any(_meet(box, other) for other in self.boxes):
                self.boxes.append(box)
                return cx, cy
        return (x, y) if must else None


def drawn(sketch: Sketch, label: str, *, only: int | None = None) -> str:
    """Draw a sketch as one SVG element.

    Parameters
    ----------
    sketch
        What is on the map.
    label
        What the picture is, for who cannot see it.
    only
        Row of a federation to draw near by, its schools named; the whole county where None.
    """
    frame = _frame(sketch, only)
    parts = [*_ground(sketch, frame, only), *_federations(sketch, frame, only)]
    parts += _alone(sketch, frame)
    parts += _numbers(sketch, frame) if only is None else _near_by(sketch, frame, only)
    size = f"{frame.wide:.0f} {frame.high:.0f}"
    said = escape(_clean(label), quote=True)
    wide, high = size.split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" '
        f'aria-label="{said}" class="static-map" {FONT}>'
        f'<rect width="{wide}" height="{high}" fill="{SEA if only is None else PAPER}"/>'
        f"{''.join(parts)}</svg>"
    )


def symbol(x: float, y: float, role: str, *, inside: bool, size: float = 6.0) -> str:
    """Draw a school: its tier is a shape, whether it has partners is filled or open."""
    if role == URGENT:
        points = f"{x:.1f},{y + size:.1f} {x - size:.1f},{y - size * 0.8:.1f} "
        shape = f'<polygon points="{points}{x + size:.1f},{y - size * 0.8:.1f}"'
    elif role == SMALL:
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size * 0.85:.1f}"'
    else:
        half = size * (0.75 if inside else 0.45)
        shape = f'<rect x="{x - half:.1f}" y="{y - half:.1f}"'
        shape += f' width="{2 * half:.1f}" height="{2 * half:.1f}"'
    if inside:
        return f'{shape} fill="{INK}" stroke="{PAPER}" stroke-width="1.2"/>'
    if role in (URGENT, SMALL):
        ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size * 2:.1f}" fill="none"'
        ring += f' stroke="{ALARM}" stroke-width="2.5" stroke-dasharray="4 2.5"/>'
        return f'{ring}{shape} fill="{PAPER}" stroke="{ALARM}" stroke-width="2.5"/>'
    fill = FAINT if role == PARTNER else "none"
    return f'{shape} fill="{fill}" stroke="{FAINT}" stroke-width="1" opacity="0.75"/>'


def _clean(text: str) -> str:
    """Take out marks that turn the text around them; they say nothing of a name."""
    return "".join(c for c in seen(text) if c.isprintable())


def _frame(sketch: Sketch, only: int | None) -> Frame:
    if only is None:
        west, south, east, north = sketch.bounds
    else:
        xs, ys = zip(*sketch.hulls[only], strict=True)
        west, south, east, north = min(xs), min(ys), max(xs), max(ys)
        room = max(1_500.0, 0.25 * max(east - west, north - south))
        west, south, east, north = west - room, south - room, east + room, north + room
    clear = CLEAR * max(east - west, north - south, 1.0)
    west, south, east, north = west - clear, south - clear, east + clear, north + clear
    least = 0.62 * (east - west)
    if north - south < least:
        middle = (north + south) / 2
        south, north = middle - least / 2, middle + least / 2
    across = max(east - west, (north - south) / (TALLEST if only is None else 0.8))
    middle, wide = (east + west) / 2, WIDE if only is None else NARROW
    scale = wide / across
    return Frame(middle - across / 2, north, scale, wide, (north - south) * scale)


def _path(frame: Frame, line: Line, *, closed: bool = False) -> str:
    ends = [f"{x:.1f} {y:.1f}" for x, y in map(frame.at, line)]
    return f'd="M{"L".join(ends)}{"Z" if closed else ""}"'


def _ground(sketch: Sketch, frame: Frame, only: int | None) -> Iterator[str]:
    ground = sketch.ground
    edge = f'stroke="{FAINT}" stroke-width="1.5"' if ground.given else f'stroke="{COAST}"'
    for ring in ground.land if only is None else ():
        yield f'<path {_path(frame, ring, closed=True)} fill="{PAPER}" {edge}/>'
    for line in ground.roads:
        if frame.crosses(line):
            yield f'<path {_path(frame, line)} fill="none" stroke="{ROAD}" stroke-width="1.6"/>'
    for line in ground.barriers:
        if frame.crosses(line):
            yield (
                f'<path {_path(frame, line)} fill="none" stroke="{WATER}" stroke-width="4" '
                f'stroke-linecap="round" opacity="0.7"/>'
            )


def _federations(sketch: Sketch, frame: Frame, only: int | None) -> Iterator[str]:
    """Draw hull, tree and schools of each; of those beside the one asked for, the hull."""
    for row in sketch.hulls_in(frame.box):
        label, shade, ring = sketch.labels[row], sketch.shades[row], sketch.hulls[row]
        hull = f'<path {_path(frame, ring, closed=True)} fill="{shade}"'
        if only not in (None, row):
            yield f'{hull} fill-opacity="0.12"/>'
            continue
        tree = [_line(frame, link.ends) for link in sketch.trees[row]]
        under = "".join(f'{one} stroke="{INK}" stroke-width="5"/>' for one in tree)
        over = "".join(f'{one} stroke="{shade}" stroke-width="3"/>' for one in tree)
        members = sketch.members[row]
        marks = "".join(symbol(*frame.at(spot.at), spot.role, inside=True) for spot in members)
        said = f"{label}: {'; '.join(spot.name for spot in members)}"
        yield (
            f'<g class="federation" data-federation="{escape(label, quote=True)}">'
            f"<title>{escape(_clean(said))}</title>"
            f'{hull} fill-opacity="0.2" stroke="{shade}" stroke-width="1.5"/>'
            f"{under}{over}{marks}</g>"
        )


def _line(frame: Frame, ends: tuple[Point, Point]) -> str:
    (x1, y1), (x2, y2) = map(frame.at, ends)
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'


def _alone(sketch: Sketch, frame: Frame) -> Iterator[str]:
    """Draw schools in no federation: small ones last, over everything else."""
    few = len(sketch.spots) <= MANY
    alone = [s for s in sketch.alone_in(frame.box) if few or s.role in (URGENT, SMALL)]
    for spot in sorted(alone, key=lambda s: s.role in (URGENT, SMALL)):
        said = escape(_clean(f"{spot.name} ({spot.urn}), {spot.roll} pupils: {_status(spot)}"))
        shape = symbol(*frame.at(spot.at), spot.role, inside=False)
        yield f'<g class="alone" data-urn="{spot.urn}"><title>{said}</title>{shape}</g>'


def _status(spot: Spot) -> str:
    if spot.role == OUT:
        return "takes no part"
    return "left alone" if spot.role in (URGENT, SMALL) else "a possible partner, not needed here"


def _numbers(sketch: Sketch, frame: Frame) -> Iterator[str]:
    """Number the federations, and name the small schools left alone and the places."""
    words = Labels(frame.wide)
    for row, label in enumerate(sketch.labels):
        short = label.lstrip("F0") or label
        if at := words.place(*_middle(frame, sketch.hulls[row]), 11.0 * len(short), 18, must=True):
            yield _text(at, short, 18, bold=True, of=label)
    for spot in sketch.spots:
        if spot.home < 0 and spot.role in (URGENT, SMALL):
            x, y = frame.at(spot.at)
            if at := words.place(x, y - 21, 8.8 * len(spot.name), 17, must=False):
                yield _text(at, spot.name, 16, colour=ALARM)
    for place in sketch.ground.places:
        if at := words.place(*frame.at(place.at), 8.2 * len(place.name), 16, must=False):
            yield _text(at, place.name, 15, colour=FAINT)


def _near_by(sketch: Sketch, frame: Frame, only: int) -> Iterator[str]:
    """Name the schools of one federation, and the minutes between them."""
    words = Labels(frame.wide)
    members = sketch.members[only]
    for x, y in (frame.at(spot.at) for spot in members):
        words.boxes.append((x - 8, y - 8, x + 8, y + 8))
    for spot in members:
        x, y = frame.at(spot.at)
        if at := words.place(x, y - 17, 7.4 * len(spot.name), 14, must=True):
            yield _text(at, spot.name, 13)
    for link in sketch.trees[only]:
        said = "no journey" if link.minutes is None else f"{link.minutes:.1f} min"
        if at := words.place(*_middle(frame, link.ends), 7.4 * len(said), 14, must=False):
            yield _text(at, said, 13, bold=True)


def _text(
    at: Point, text: str, size: float, *, colour: str = INK, bold: bool = False, of: str = ""
) -> str:
    weight = ' font-weight="700"' if bold else ""
    mark = f' data-label="{escape(of, quote=True)}"' if of else ""
    words = escape(_clean(text))
    start = f'<text x="{at[0]:.1f}" y="{at[1] + size * 0.35:.1f}" font-size="{size:g}"{weight}'
    start += f' text-anchor="middle"{mark}'
    # The halo is an element of its own: not every printer paints a stroke under its letters.
    halo = f'{start} fill="none" stroke="{PAPER}" stroke-width="3.5" stroke-linejoin="round"'
    return f'{halo}>{words}</text>{start} fill="{colour}">{words}</text>'


def _middle(frame: Frame, line: Line) -> Point:
    xs, ys = zip(*map(frame.at, line), strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
