"""Journeys by road: schools put on the nearest road, and the fastest way between every two.

A school stands at the nearest point of the nearest stretch of road in the part of the network
where one can get from anywhere to anywhere. From there Dijkstra's algorithm (scipy) runs from each
school as far as the cap, some schools at a time, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.world.exact import round_half_even
from grouping.world.journeys import ROAD, Journeys, Tenths, from_columns
from grouping.world.network import A_MINUTE, Network

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

A_TENTH = A_MINUTE // 10
MOST_BYTES = 200_000_000  # of one batch of rows of times


@dataclass(frozen=True, eq=False)
class Snaps:
    """Where schools stand on the network.

    Parameters
    ----------
    one, other
        n; the two ends of the stretch, the lower node first; -1 where there is no road.
    share
        n; how far along it, 0 to 1, from `one` to `other`.
    metres
        n; straight from the school to the road (infinite on a network without roads).
    """

    one: Whole
    other: Whole
    share: Floats
    metres: Floats

    @property
    def there(self) -> Flags:
        """Schools that have a road."""
        return self.one >= 0


@dataclass(frozen=True, eq=False)
class RoadTimes:
    """Times by road between schools, pairs of URNs with the lower first, in ascending order.

    `tenths` of a minute is the longer of the two directions; a pair that is not there is beyond
    `cap_minutes`, or one of its schools is in `no_road`. `snapped` is metres from school to road
    by URN, infinite where the network has no road at all.
    """

    first: Whole
    second: Whole
    tenths: Tenths
    cap_minutes: float
    snapped: dict[int, float]
    no_road: tuple[int, ...]

    @property
    def pairs_without_road(self) -> int:
        """Pairs that cannot be reached: a school without a road, and any other."""
        count, none = len(self.snapped), len(self.no_road)
        return count * (count - 1) // 2 - (count - none) * (count - none - 1) // 2

    @property
    def pairs_beyond_cap(self) -> int:
        """Pairs with a road to each school that are further than the cap."""
        count = len(self.snapped) - len(self.no_road)
        return count * (count - 1) // 2 - len(self.tenths)

    @property
    def journeys(self) -> Journeys:
        """Return these times as journeys whose source is "road"."""
        return from_columns(self.first, self.second, self.tenths, ROAD)


def road_times(
    roads: Network,
    urns: Whole,
    east: Whole,
    north: Whole,
    *,
    cap_minutes: float,
    none_beyond: float,
    most_bytes: int = MOST_BYTES,
) -> RoadTimes:
    """Work out the fastest way between every two schools.

    Parameters
    ----------
    roads
        A network in which every node can be reached from every other: `main_part` of one.
    urns, east, north
        URN and whole metres of each school.
    cap_minutes
        Journeys longer than this are left out; one rounded to it is kept.
    none_beyond
        Metres from the nearest road beyond which a school has none.
    most_bytes
        Of the batch of times held at once.
    """
    snaps = snap(roads, east, north, none_beyond)
    there = np.flatnonzero(snaps.there)
    graph, node = with_schools(roads, snaps, there)
    cap = round(10 * cap_minutes)
    keys, micros = [], []
    count = len(there)
    for rows, columns, times in _batches(graph, node, cap, most_bytes):
        keys.append(rows * count + columns)
        micros.append(times)
    key = np.concatenate(keys) if keys else np.empty(0, dtype=np.int64)
    time = np.concatenate(micros) if micros else np.empty(0, dtype=np.int64)
    a, b, tenths = _longer(key, time, count)
    near = tenths <= cap
    ends = np.sort(np.stack([urns[there[a[near]]], urns[there[b[near]]]]), axis=0)
    order = np.lexsort((ends[1], ends[0]))
    return RoadTimes(
        ends[0][order],
        ends[1][order],
        tenths[near][order],
        cap_minutes,
        {int(urn): float(metres) for urn, metres in zip(urns, snaps.metres, strict=True)},
        tuple(int(urn) for urn in np.sort(urns[~snaps.there])),
    )


def snap(roads: Network, east: Whole, north: Whole, none_beyond: float) -> Snaps:
    """Put each school on the nearest stretch of road; of two as near, the first by its nodes."""
    import shapely

    count = len(east)
    if not len(roads.tail) or not count:
        none = np.full(count, -1, dtype=np.int64)
        return Snaps(none, none, np.zeros(count), np.full(count, np.inf))
    ends = np.unique(np.sort(np.stack([roads.tail, roads.head], axis=1), axis=1), axis=0)
    places = np.stack([roads.east, roads.north], axis=1)
    lines: Any = shapely.linestrings(places[ends])
    tree = shapely.STRtree(lines)
    points = np.stack([east, north], axis=1).astype(np.float64)
    school, stretch = tree.query_nearest(shapely.points(points), all_matches=True)
    order = np.lexsort((stretch, school))
    _, fresh = np.unique(school[order], return_index=True)
    stretch = stretch[order][fresh]
    one, other = ends[stretch, 0], ends[stretch, 1]
    start, along = places[one], places[other] - places[one]
    length = (along**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nan_to_num(((points - start) * along).sum(axis=1) / length)
    share = np.clip(share, 0.0, 1.0)
    metres = np.hypot(*(points - start - share[:, None] * along).T)
    far = metres > none_beyond
    return Snaps(np.where(far, -1, one), np.where(far, -1, other), share, metres)


def with_schools(roads: Network, snaps: Snaps, there: Whole) -> tuple[Network, Whole]:
    """Add a node for each school inside a stretch, and the pieces that it cuts the stretch into.

    Returns the network with them and the node of each school of `there`. Pieces run the ways the
    stretch may be driven, and share its time.
    """
    one, other, share = snaps.one[there], snaps.other[there], snaps.share[there]
    node = np.where(share == 0.0, one, other)
    inside = np.flatnonzero((share > 0.0) & (share < 1.0))
    spots, which = np.unique(
        np.stack([one[inside], other[inside], share[inside]], axis=1), axis=0, return_inverse=True
    )
    node[inside] = len(roads) + which.ravel()
    begin, end, at = spots[:, 0].astype(np.int64), spots[:, 1].astype(np.int64), spots[:, 2]
    east = roads.east[begin] + at * (roads.east[end] - roads.east[begin])
    north = roads.north[begin] + at * (roads.north[end] - roads.north[begin])
    pieces = np.asarray(list(_pieces(roads, begin, end, at)), dtype=np.float64).reshape(-1, 4)
    whole = pieces[:, :3].astype(np.int64)
    grown = Network(
        np.concatenate([roads.east, east]),
        np.concatenate([roads.north, north]),
        np.concatenate([roads.tail, whole[:, 0]]),
        np.concatenate([roads.head, whole[:, 1]]),
        np.concatenate([roads.micros, whole[:, 2]]),
        np.concatenate([roads.metres, pieces[:, 3]]),
    )
    return grown, node


def _pieces(
    roads: Network, begin: Whole, end: Whole, at: Floats
) -> Iterator[tuple[int, int, int, float]]:
    """Yield tail, head, time and length of every piece; spots come sorted along each stretch."""
    key = roads.tail * len(roads) + roads.head
    order = np.argsort(key)
    fresh = np.flatnonzero(np.r_[True, (begin[1:] != begin[:-1]) | (end[1:] != end[:-1])])
    for first, past in zip(fresh, [*fresh[1:], len(begin)], strict=True):
        if first == past:
            continue
        stops = [int(begin[first]), *range(len(roads) + first, len(roads) + past), int(end[first])]
        shares = [0.0, *at[first:past].tolist(), 1.0]
        for back in (False, True):
            ends = (stops[-1], stops[0]) if back else (stops[0], stops[-1])
            wanted = ends[0] * len(roads) + ends[1]
            edge = order[min(int(np.searchsorted(key, wanted, sorter=order)), len(order) - 1)]
            if key[edge] != wanted:
                continue
            marks = [round(share * int(roads.micros[edge])) for share in shares]
            for k in range(len(stops) - 1):
                ways = (stops[k + 1], stops[k]) if back else (stops[k], stops[k + 1])
                length = float(roads.metres[edge]) * (shares[k + 1] - shares[k])
                yield int(ways[0]), int(ways[1]), max(marks[k + 1] - marks[k], 1), length


def _batches(
    roads: Network, node: Whole, cap: int, most_bytes: int
) -> Iterator[tuple[Whole, Whole, Whole]]:
    """Yield positions from, positions to and microseconds, as far as the cap reaches."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    size = len(roads)
    times = roads.micros.astype(np.float64)
    graph = csr_array((times, (roads.tail, roads.head)), shape=(size, size))
    at_once = max(1, most_bytes // (8 * max(size, 1)))
    for first in range(0, len(node), at_once):
        sources = node[first : first + at_once]
        reached = dijkstra(graph, indices=sources, limit=(cap + 0.5) * A_TENTH)[:, node]
        row, column = np.nonzero(np.isfinite(reached))
        found = reached[row, column].astype(np.int64)
        yield row.astype(np.int64) + first, column.astype(np.int64), found


def _longer(key: Whole, micros: Whole, count: int) -> tuple[Whole, Whole, Tenths]:
    """Pair up the two directions, where both are there, and round the longer one."""
    a, b = np.divmod(key, max(count, 1))
    out, back = a < b, a > b
    there, again = key[out], b[back] * count + a[back]
    order = np.argsort(again)
    again, slower = again[order], micros[back][order]
    if not len(again):
        none = np.empty(0, dtype=np.int64)
        return none, none, none.astype(np.int32)
    at = np.minimum(np.searchsorted(again, there), len(again) - 1)
    both = again[at] == there
    longer = np.maximum(micros[out][both], slower[at[both]])
    tenths = round_half_even(longer, np.full(len(longer), A_TENTH, dtype=np.int64))
    return a[out][both], b[out][both], tenths.astype(np.int32)
