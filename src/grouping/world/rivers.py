"""Rivers, canals, tidal water and coast as barriers to straight lines, bridges taken out.

Along each river a stretch is taken out either side of every place where a car may cross: where a
drivable road meets the water (by bridge or tunnel; a quarter of Rutland's bridges are not tagged as
such, so any road will do but a ford or a ferry), and where a road passes over water led
underground. What is left bars a straight line (problem statement, section 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.world.network import Extract
from grouping.world.places import project
from grouping.world.ways import Speeds, Tags, drivable

Floats = NDArray[np.float64]

RIVERS = ("river", "canal", "tidal_channel")
NOT = ("no",)
TOUCH = 0.01  # metres: an intersection is worked out in floats


@dataclass(frozen=True, eq=False)
class Water:
    """One stretch that bars the way: its points (n x 2, metres of EPSG:27700), name and kind."""

    points: Floats
    name: str
    kind: str


@dataclass(frozen=True, eq=False)
class Waters:
    """What bars the way, and the crossings taken out of it (m x 2, metres of EPSG:27700)."""

    stretches: tuple[Water, ...]
    crossings: Floats
    metres: float

    def __len__(self) -> int:
        return len(self.stretches)


def kind_of(tags: Tags) -> str:
    """Kind of water of a way: "river", "canal", "tidal", "coastline"; "" for anything else."""
    if tags.get("natural") == "coastline":
        return "coastline"
    water = tags.get("waterway")
    if water == "tidal_channel" or (water is not None and tags.get("tidal") == "yes"):
        return "tidal"
    return water if water in RIVERS else ""


def waters(extract: Extract, speeds: Speeds, reach: float | None = None) -> Waters:
    """Find what bars the way in an extract.

    `reach` is metres of water taken out either side of a crossing; as the figures have it if None.
    """
    away = speeds.bridge_reach if reach is None else reach
    east, north = project(extract.longitude, extract.latitude)
    points = np.stack([east, north], axis=1)
    roads = []
    groups: dict[tuple[str, ...], tuple[list[Any], list[Any]]] = {}  # open water, and in tunnels
    for k, tags in enumerate(extract.tags):
        line = points[extract.first[k] : extract.first[k + 1]]
        if drivable(tags, speeds):
            if tags.get("ford", "no") in NOT:
                roads.append(line)
        elif kind := kind_of(tags):
            name = tags.get("name", "")
            key = (kind, name) if name else (kind, name, str(k))
            hidden = tags.get("tunnel", "no") not in NOT
            groups.setdefault(key, ([], []))[hidden].append(line)
    over = _Lines(roads)
    found: list[Water] = []
    crossings: list[Floats] = []
    for (kind, name, *_), (open_, hidden_) in groups.items():
        chains = _merged(open_)
        spots = [spot for chain in chains for spot in over.meeting(chain)]
        for line in hidden_:
            if next(over.meeting(_line(line)), None) is not None:
                spots += [line[0], line[-1]]
        found += [Water(piece, name, kind) for piece in _left(chains, spots, away)]
        crossings += spots
    return Waters(
        tuple(found),
        np.asarray(crossings, dtype=np.float64).reshape(-1, 2),
        sum(float(np.hypot(*np.diff(w.points, axis=0).T).sum()) for w in found),
    )


class _Lines:
    """Lines to be met by others."""

    def __init__(self, lines: Sequence[Floats]) -> None:
        import shapely

        self.lines: list[Any] = [_line(points) for points in lines]
        self.tree = shapely.STRtree(self.lines)

    def meeting(self, line: Any) -> Iterator[Floats]:
        """Yield the points where a line meets these; of a shared stretch, its middle."""
        import shapely

        for k in np.sort(self.tree.query(line, predicate="intersects")):
            met = line.intersection(self.lines[k])
            for part in shapely.get_parts(met):
                middle = part if part.geom_type == "Point" else part.interpolate(0.5, True)
                yield np.asarray([middle.x, middle.y])


def _line(points: Floats) -> Any:
    import shapely

    return shapely.LineString(points)


def _merged(lines: Sequence[Floats]) -> list[Any]:
    """Join lines end to end, as far as no third one meets there."""
    import shapely

    if not lines:
        return []
    whole = shapely.line_merge(shapely.MultiLineString([_line(points) for points in lines]))
    return [part for part in shapely.get_parts(whole) if part.length > 0]


def _left(chains: Sequence[Any], spots: Sequence[Floats], away: float) -> Iterator[Floats]:
    """Yield what is left of chains when so much is taken out either side of every spot."""
    import shapely
    from shapely.ops import substring

    ends: dict[tuple[float, ...], list[tuple[int, float]]] = {}
    for k, chain in enumerate(chains):
        for place, at in ((chain.coords[0], 0.0), (chain.coords[-1], chain.length)):
            ends.setdefault(tuple(place), []).append((k, at))
    taken: list[list[tuple[float, float]]] = [[] for _ in chains]
    todo: list[tuple[int, float, float]] = []
    for spot in spots:
        point = shapely.Point(spot)
        near = [k for k, chain in enumerate(chains) if chain.distance(point) <= TOUCH]
        todo += [(k, chains[k].project(point), away) for k in near]
    while todo:  # what reaches beyond an end goes on along the chains that meet there
        k, at, rest = todo.pop()
        taken[k].append((at - rest, at + rest))
        for end, place in ((0.0, chains[k].coords[0]), (chains[k].length, chains[k].coords[-1])):
            beyond = rest - abs(end - at)
            if 0 < beyond < rest:
                todo += [(m, on, beyond) for m, on in ends[tuple(place)] if m != k]
    for chain, gaps in zip(chains, taken, strict=True):
        start = 0.0
        for low, high in [*sorted(gaps), (chain.length, chain.length)]:
            if low > start:
                piece = substring(chain, start, min(low, chain.length))
                if piece.length > 0:
                    yield np.asarray(piece.coords)
            start = max(start, high)
