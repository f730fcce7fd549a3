"""What a map of a plan shows, in metres of the National Grid: for static pictures and for screens.

One sketch serves the notebook and the report, so both show the same schools, trees and colours.
Hulls are for display only: they cover land and schools that are not of the federation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import shapely

COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")  # safe for most eyes
NEAR = (3_000, 1_500, 500, 0)  # metres around hulls that must not meet in one colour
REACH, ROUGH = 6_000, 400  # metres of land drawn around a school, and how far its edge is smoothed
SETTLEMENTS = 24  # names of places on a map: more than that nobody reads
URGENT, SMALL, PARTNER, OUT = "urgent", "small", "partner", "left out"

Point = tuple[float, float]
Line = tuple[Point, ...]
Box = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True)
class Spot:
    """A school on the map: `home` is the row of its federation, -1 where it is in none."""

    urn: int
    name: str
    at: Point
    roll: int
    role: str
    home: int


@dataclass(frozen=True)
class Link:
    """A link of a federation's tree: its row, both ends, minutes (None: no journey)."""

    row: int
    ends: tuple[Point, Point]
    minutes: float | None


@dataclass(frozen=True)
class Settlement:
    """The name of a place, with how many people or pupils make it worth a name."""

    name: str
    at: Point
    size: float


@dataclass(frozen=True)
class Geography:
    """What lies under a plan: land or boundary, barriers, main roads, names of places.

    `given` tells a boundary that was given from land merely drawn around the schools.
    """

    land: tuple[Line, ...] = ()
    given: bool = False
    barriers: tuple[Line, ...] = ()
    roads: tuple[Line, ...] = ()
    places: tuple[Settlement, ...] = ()
    credit: str = ""


@dataclass(frozen=True, eq=False)
class Sketch:
    """Everything on the map of a plan; `labels`, `hulls` and `shades` go by federation."""

    spots: tuple[Spot, ...]
    labels: tuple[str, ...]
    hulls: tuple[Line, ...]
    shades: tuple[str, ...]
    links: tuple[Link, ...]
    ground: Geography

    @cached_property
    def members(self) -> list[list[Spot]]:
        """Return the schools of each federation."""
        found: list[list[Spot]] = [[] for _ in self.labels]
        for spot in self.spots:
            if spot.home >= 0:
                found[spot.home].append(spot)
        return found

    @cached_property
    def trees(self) -> list[list[Link]]:
        """Return the links of each federation."""
        found: list[list[Link]] = [[] for _ in self.labels]
        for link in self.links:
            found[link.row].append(link)
        return found

    @cached_property
    def bounds(self) -> Box:
        """West, south, east and north of all schools and hulls, and of the land under them."""
        lines = (*self.hulls, *self.ground.land, tuple(spot.at for spot in self.spots))
        return _box([p for line in lines for p in line])

    def alone_in(self, box: Box) -> list[Spot]:
        """Schools in no federation, within a box."""
        west, south, east, north = box
        x, y = self._alone[0].T
        rows = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        return [self._alone[1][k] for k in rows]

    def hulls_in(self, box: Box) -> list[int]:
        """Rows of the federations whose hull may reach into a box."""
        west, south, east, north = box
        x0, y0, x1, y1 = self._boxes.T
        rows = np.flatnonzero((x1 >= west) & (x0 <= east) & (y1 >= south) & (y0 <= north))
        return [int(row) for row in rows]

    @cached_property
    def _alone(self) -> tuple[NDArray[np.float64], list[Spot]]:
        alone = [spot for spot in self.spots if spot.home < 0]
        return np.asarray([spot.at for spot in alone], dtype=np.float64).reshape(-1, 2), alone

    @cached_property
    def _boxes(self) -> NDArray[np.float64]:
        return np.asarray([_box(hull) for hull in self.hulls], dtype=np.float64).reshape(-1, 4)


def _box(points: Sequence[Point]) -> Box:
    if not points:
        return 0.0, 0.0, 1.0, 1.0
    x, y = zip(*points, strict=True)
    return min(x), min(y), max(x), max(y)


def shades(shapes: Sequence[shapely.Polygon]) -> list[str]:
    """Give each federation's hull a colour unlike its neighbours', as far out as six colours go."""
    chosen = _coloured(shapes, NEAR[0])
    for reach in NEAR[1:]:
        if max(chosen, default=0) >= len(COLOURS):
            chosen = _coloured(shapes, reach)
    return [COLOURS[number % len(COLOURS)] for number in chosen]


def _coloured(shapes: Sequence[shapely.Polygon], reach: float) -> list[int]:
    """Number the hulls so that no two within twice a reach share a number.

    Greedy: next is always the hull beside the most numbers already given, then that with the most
    neighbours (Brelaz's DSATUR). Written out here because a graph library takes longer to load.
    """
    import shapely

    if not len(shapes):
        return []
    wide = [shape.buffer(reach) for shape in shapes]
    beside: list[set[int]] = [set() for _ in wide]
    for a, b in zip(*shapely.STRtree(wide).query(wide, predicate="intersects"), strict=True):
        if a != b:
            beside[a].add(int(b))
    given: dict[int, int] = {}
    seen: list[set[int]] = [set() for _ in wide]
    queue = [(0, -len(near), row) for row, near in enumerate(beside)]
    heapify(queue)
    while queue:
        number, _, row = heappop(queue)
        if row in given or -number < len(seen[row]):
            continue  # done, or waiting further on with what it is beside by now
        given[row] = next(k for k in count() if k not in seen[row])
        for near in beside[row] - given.keys():
            if given[row] not in seen[near]:
                seen[near].add(given[row])
                heappush(queue, (-len(seen[near]), -len(beside[near]), near))
    return [given[row] for row in range(len(wide))]


def land_around(points: Iterable[Point]) -> tuple[Line, ...]:
    """Draw land around the schools, where no boundary is given: a ground to see them on."""
    import shapely

    given = [shapely.Point(p) for p in points]
    if not given:
        return ()
    whole = shapely.union_all([p.buffer(REACH, quad_segs=4) for p in given])
    return rings(whole.buffer(-REACH / 3).simplify(ROUGH))


def rings(shape: Any) -> tuple[Line, ...]:
    """Give the outer rings of a shape as lines of points."""
    parts = getattr(shape, "geoms", [shape])
    return tuple(
        tuple((float(x), float(y)) for x, y in part.exterior.coords)
        for part in parts
        if part.geom_type == "Polygon" and not part.is_empty
    )


def settlements(found: Iterable[tuple[str, Point, float]]) -> tuple[Settlement, ...]:
    """Choose the places that a map names: the largest, each once, at the middle of its points."""
    places: dict[str, list[tuple[Point, float]]] = {}
    for name, at, size in found:
        if name.strip():
            places.setdefault(name.strip(), []).append((at, size))
    made = []
    for name, each in places.items():
        east, north = np.asarray([at for at, _ in each], dtype=np.float64).mean(axis=0)
        made.append(Settlement(name, (float(east), float(north)), sum(size for _, size in each)))
    made.sort(key=lambda place: (-place.size, place.name))
    return tuple(made[:SETTLEMENTS])
