"""The drivable roads of a map extract as a plain network: arrays of nodes and directed edges.

Every stretch between two points of a way is an edge, one for each way it may be driven. Times are
whole microseconds, so that the shortest of two routes does not hang on the order of an addition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grouping.world.budgets import METRES_A_MILE
from grouping.world.places import project
from grouping.world.ways import (
    RURAL,
    TOWN,
    VILLAGE,
    Speeds,
    Tags,
    directions,
    drivable,
    limits,
    speed,
    street,
)

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

A_MINUTE = 60_000_000  # microseconds
VILLAGES, TOWNS, CITIES = ("village", "hamlet"), ("town",), ("city",)


@dataclass(frozen=True)
class Place:
    """A named place of the map: its kind ("village", "town"), name, longitude and latitude."""

    kind: str
    name: str
    longitude: float
    latitude: float


@dataclass(frozen=True, eq=False)
class Extract:
    """Ways and places of a map extract, as its file has them.

    Parameters
    ----------
    tags
        Tags of each way, w of them.
    first
        w + 1; where the points of each way start among all points.
    node
        p; key of each point: points of one key are one node.
    longitude, latitude
        p; WGS84 degrees.
    places
        Cities, towns, villages and hamlets.
    source, sha256, dated
        Name and hash of the file, and the date of its data as it says itself ("" if it does not).
    """

    tags: tuple[Tags, ...]
    first: Whole
    node: Whole
    longitude: Floats
    latitude: Floats
    places: tuple[Place, ...] = ()
    source: str = ""
    sha256: str = ""
    dated: str = ""


@dataclass(frozen=True, eq=False)
class Network:
    """Roads as a directed graph, in EPSG:27700.

    Parameters
    ----------
    east, north
        Metres of each node, not rounded.
    tail, head
        Nodes at which each edge starts and ends; at most one edge from a node to another.
    micros
        Time along each edge by car, whole microseconds, 1 or more.
    metres
        Length of each edge.
    """

    east: Floats
    north: Floats
    tail: Whole
    head: Whole
    micros: Whole
    metres: Floats

    def __len__(self) -> int:
        return len(self.east)

    @property
    def minutes(self) -> Floats:
        """Minutes along each edge."""
        return self.micros / A_MINUTE


def network(extract: Extract, speeds: Speeds) -> Network:
    """Make the network of the roads a car may use."""
    roads = np.asarray([drivable(tags, speeds) for tags in extract.tags], dtype=np.bool_)
    start, way = stretches(extract.first, roads)
    used, ends = np.unique(extract.node[np.concatenate([start, start + 1])], return_inverse=True)
    from_node, to_node = ends[: len(start)], ends[len(start) :]
    east, north = np.empty(len(used)), np.empty(len(used))
    longitude, latitude = np.empty(len(used)), np.empty(len(used))
    for place, at in ((from_node, start), (to_node, start + 1)):
        longitude[place], latitude[place] = extract.longitude[at], extract.latitude[at]
    east[:], north[:] = project(longitude, latitude)
    metres = np.hypot(east[to_node] - east[from_node], north[to_node] - north[from_node])
    middle = np.stack(
        [(east[from_node] + east[to_node]) / 2, (north[from_node] + north[to_node]) / 2], axis=1
    )
    built_up = _near(extract.places, VILLAGES + TOWNS + CITIES, middle, speeds.village_within)
    urban = _near(extract.places, TOWNS, middle, speeds.town_within)
    urban |= _near(extract.places, CITIES, middle, speeds.city_within)
    parts = []
    for side, (tail, head) in enumerate(((from_node, to_node), (to_node, from_node))):
        mph = _mph(extract, speeds, roads, way, side, built_up, urban)
        open_ = mph > 0
        hours = metres[open_] / float(METRES_A_MILE) / mph[open_]
        micros = np.maximum(np.rint(hours * 60 * A_MINUTE), 1).astype(np.int64)
        parts.append((tail[open_], head[open_], micros, metres[open_]))
    tail, head, micros, metres = (np.concatenate(column) for column in zip(*parts, strict=True))
    return simple(Network(east, north, tail, head, micros, metres))


def stretches(first: Whole, wanted: Flags) -> tuple[Whole, Whole]:
    """Return every stretch between two points of the wanted ways: its first point, and its way."""
    counts = np.diff(first)
    way = np.repeat(np.arange(len(counts)), counts)
    last = np.zeros(len(way), dtype=np.bool_)
    last[first[1:][counts > 0] - 1] = True
    start = np.flatnonzero(wanted[way] & ~last)
    return start.astype(np.int64), way[start].astype(np.int64)


def _near(
    places: tuple[Place, ...], kinds: tuple[str, ...], middle: Floats, within: float
) -> Flags:
    from scipy.spatial import KDTree

    chosen = [p for p in places if p.kind in kinds]
    if not chosen or not len(middle):
        return np.zeros(len(middle), dtype=np.bool_)
    points = np.stack(project([p.longitude for p in chosen], [p.latitude for p in chosen]), axis=1)
    found = KDTree(points).query(middle, distance_upper_bound=within)[0]
    return np.asarray(np.isfinite(found), dtype=np.bool_)


def _mph(
    extract: Extract,
    speeds: Speeds,
    roads: Flags,
    way: Whole,
    side: int,
    built_up: Flags,
    urban: Flags,
) -> Floats:
    """Average speed along each stretch on one side, 0 where it may not be driven that way."""
    table = np.zeros((len(roads), 4))  # a way far from villages, near one; outside towns, inside
    for k in np.flatnonzero(roads):
        tags = extract.tags[k]
        if directions(tags)[side]:
            limit = limits(tags, speeds)[side]
            for near in (False, True):
                in_street = street(tags, limit, near, speeds)
                for town, place in enumerate((VILLAGE, TOWN)):
                    where = place if in_street else RURAL
                    table[k, 2 * near + town] = speed(tags, limit, where, speeds)
    mph: Floats = table[way, 2 * built_up.astype(np.int64) + urban]
    return mph


def simple(found: Network) -> Network:
    """Keep the fastest edge from a node to another, and none from a node to itself."""
    order = np.lexsort((found.micros, found.head, found.tail))
    tail, head = found.tail[order], found.head[order]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    kept = order[fresh & (tail != head)]
    return Network(
        found.east,
        found.north,
        found.tail[kept],
        found.head[kept],
        found.micros[kept],
        found.metres[kept],
    )


def main_part(found: Network) -> Network:
    """Keep the largest part in which every node can be reached from every other, by its nodes.

    Of two as large, the one that holds the first node.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(found):
        return found
    ones = np.ones(len(found.tail), dtype=np.int8)
    graph = coo_array((ones, (found.tail, found.head)), shape=(len(found), len(found)))
    _, part = connected_components(graph.tocsr(), directed=True, connection="strong")
    sizes = np.bincount(part)
    largest = part[np.argmax(sizes[part] == sizes.max())]
    inside = part == largest
    place = np.cumsum(inside) - 1
    kept = inside[found.tail] & inside[found.head]
    return Network(
        found.east[inside],
        found.north[inside],
        place[found.tail[kept]],
        place[found.head[kept]],
        found.micros[kept],
        found.metres[kept],
    )
