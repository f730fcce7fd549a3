"""Journeys between schools: minutes as whole tenths, the longer direction, each with its source.

An unreachable pair is absent (`NONE`), not large. A straight line is turned into minutes by a
detour factor and a speed (problem statement, section 2; sources in domain notes 4); it is blind to
rivers unless barriers are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grouping.world.budgets import METRES_A_MILE
from grouping.world.exact import near_half
from grouping.world.runs import runs

if TYPE_CHECKING:
    import networkx as nx

Tenths = NDArray[np.int32]
Whole = NDArray[np.int64]

NONE = -1
FAR = 2**62  # square metres, beyond any
STRAIGHT = "straight line"
ROAD = "road"
ATTRIBUTION = {ROAD: "© OpenStreetMap contributors"}  # whose map gives the minutes, by source
DENSE = 1_500  # schools up to which every two are looked at
LONGEST = 2**20  # tenths of a minute, far beyond any journey


Near = tuple[NDArray[np.intp], NDArray[np.intp], Tenths]  # two positions, first below, and tenths


@dataclass(frozen=True)
class Journeys:
    """Where minutes come from: `source`, and a function of (urns, eastings, northings) to tenths.

    The function returns an n x n symmetric matrix of tenths of a minute, `NONE` where there is no
    journey. Make one with `straight_lines`, `from_pairs`, `from_matrix` or `from_graph`. `near`,
    where there is one, finds every journey of at most so many tenths without such a matrix.
    """

    source: str
    tenths: Callable[[Whole, Whole, Whole], Tenths]
    near: Callable[[Whole, Whole, Whole, int], Near] | None = None


def near(journeys: Journeys, urns: Whole, east: Whole, north: Whole, at_most: int) -> Near:
    """Every two schools with a journey of at most so many tenths, in order of positions."""
    if journeys.near is not None and len(urns) > DENSE:
        one, other, tenths = journeys.near(urns, east, north, at_most)
        kept = (tenths != NONE) & (tenths <= at_most)
        one, other, tenths = one[kept], other[kept], tenths[kept]
        order = np.lexsort((other, one))
        return one[order], other[order], tenths[order]
    matrix = journeys.tenths(urns, east, north)
    one, other = np.nonzero(np.triu((matrix != NONE) & (matrix <= at_most), 1))
    return one, other, matrix[one, other]


def straight_lines(
    detour: Fraction, mph: Fraction, parking: Fraction, barriers: Whole | None = None
) -> Journeys:
    """Minutes by straight line: 60 x miles x detour / mph + parking.

    `barriers` is m x 4 (x1, y1, x2, y2 in whole metres): a journey that shares a point with one
    does not exist.
    """
    factor, added = 600 * detour / mph / METRES_A_MILE, 10 * parking

    def tenths(_: Whole, east: Whole, north: Whole) -> Tenths:
        minutes = straight_tenths(squared_metres(east, north), factor, added)
        if barriers is not None and len(barriers):
            minutes[crossed(east, north, barriers)] = NONE
        np.fill_diagonal(minutes, 0)
        return minutes

    def close(_: Whole, east: Whole, north: Whole, at_most: int) -> Near:
        one, other = within(east, north, max(float((at_most + 1 - added) / factor), 0.0))
        squares = (east[one] - east[other]) ** 2 + (north[one] - north[other]) ** 2
        minutes = straight_tenths(squares, factor, added)
        if barriers is not None and len(barriers):
            minutes[_crosses(_ends(east, north, one, other), barriers)] = NONE
        return one, other, minutes

    return Journeys(STRAIGHT, tenths, close if factor else None)


def _ends(
    east: Whole, north: Whole, one: NDArray[np.intp], other: NDArray[np.intp]
) -> NDArray[np.int64]:
    return np.stack([east[one], north[one], east[other], north[other]], axis=1)


def within(east: Whole, north: Whole, metres: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find every two points at most so many metres apart (and a few more), first below."""
    from scipy.spatial import KDTree

    tree = KDTree(np.stack([east, north], axis=1).astype(np.float64))
    found = tree.query_pairs(metres * (1 + 1e-9) + 1, output_type="ndarray")
    pairs = np.sort(np.asarray(found, dtype=np.intp), axis=1)
    return pairs[:, 0], pairs[:, 1]


def nearest_squares(at: Whole, own: Whole, points: Whole, urns: Whole) -> Whole:
    """Squared metres from each place to the nearest point of another URN; -1 where there is none.

    `at` and `points` are k x 2 and m x 2 whole metres, `own` and `urns` their URNs.
    """
    if len(at) * len(points) <= DENSE**2:
        squares = (at[:, None, 0] - points[:, 0]) ** 2 + (at[:, None, 1] - points[:, 1]) ** 2
        squares[own[:, None] == urns] = FAR
        far = squares.min(axis=1, initial=FAR)
        return np.where(far == FAR, -1, far)
    from scipy.spatial import KDTree

    found = np.asarray(KDTree(points.astype(np.float64)).query(at.astype(np.float64), k=2)[1])
    other = np.where(urns[np.minimum(found[:, 0], len(urns) - 1)] == own, found[:, 1], found[:, 0])
    known = np.minimum(other, len(points) - 1)
    squares = ((at - points[known]) ** 2).sum(axis=1)
    return np.where(other < len(points), squares, -1)


def squared_metres(east: Whole, north: Whole) -> Whole:
    """Squared straight distances, n x n, in square metres."""
    squares: Whole = np.subtract.outer(east, east) ** 2 + np.subtract.outer(north, north) ** 2
    return squares


def straight_tenths(squares: Whole, factor: Fraction, added: Fraction) -> Tenths:
    """Round `factor * sqrt(squares) + added` half to even, exactly."""
    values = float(factor) * np.sqrt(squares.astype(np.float64)) + float(added)
    tenths = np.rint(values)
    if tenths.size and tenths.max() > LONGEST:
        tenths = np.minimum(tenths, LONGEST)
    for place in np.argwhere(near_half(values)):
        at = tuple(place)
        tenths[at] = _exactly(int(squares[at]), factor, added)
    return tenths.astype(np.int32)


def _exactly(square: int, factor: Fraction, added: Fraction) -> int:
    below = int(float(factor) * square**0.5 + float(added))  # floor, up to a slip the loop mends
    while _compare(square, factor, Fraction(below) - added) < 0:
        below -= 1
    while _compare(square, factor, Fraction(below + 1) - added) >= 0:
        below += 1
    side = _compare(square, factor, Fraction(2 * below + 1, 2) - added)
    return below + (1 if side > 0 or (side == 0 and below % 2) else 0)


def _compare(square: int, factor: Fraction, wall: Fraction) -> int:
    """Sign of `factor * sqrt(square) - wall`, exactly."""
    if wall < 0:
        return 1
    left, right = factor * factor * square, wall * wall
    return (left > right) - (left < right)


def crossed(east: Whole, north: Whole, barriers: Whole) -> NDArray[np.bool_]:
    """Mark the pairs whose straight line shares a point with a barrier (whole metres, exact)."""
    count = len(east)
    first, second = np.triu_indices(count, 1)
    marks = np.zeros((count, count), dtype=np.bool_)
    marks[first, second] = _crosses(_ends(east, north, first, second), barriers)
    return marks | marks.T


def _crosses(ends: Whole, barriers: Whole) -> NDArray[np.bool_]:
    import shapely

    tree = shapely.STRtree(_segments(barriers))
    marks = np.zeros(len(ends), dtype=np.bool_)
    marks[tree.query(_segments(ends), predicate="intersects")[0]] = True
    return marks


def _segments(ends: Whole) -> Any:
    import shapely

    lines: Any = shapely.linestrings(ends.reshape(-1, 2, 2).astype(np.float64))
    points = (ends[:, :2] == ends[:, 2:]).all(axis=1)
    if points.any():
        lines[points] = shapely.points(ends[points, :2].astype(np.float64))
    return lines


def from_pairs(pairs: Mapping[tuple[int, int], int], source: str = "file") -> Journeys:
    """Journeys from a table of pairs of URNs to tenths of a minute; a pair not there is absent."""
    longest: dict[tuple[int, int], int] = {}
    for (a, b), value in pairs.items():
        key = (min(a, b), max(a, b))
        longest[key] = max(value, longest.get(key, NONE))
    ends = np.asarray(sorted(longest), dtype=np.int64).reshape(-1, 2)
    tenths = np.asarray([longest[key] for key in sorted(longest)], dtype=np.int32)
    return from_columns(ends[:, 0], ends[:, 1], tenths, source)


def from_columns(first: Whole, second: Whole, tenths: Tenths, source: str) -> Journeys:
    """Journeys from columns of pairs of URNs, each pair once; a pair not there is absent."""
    order = np.argsort(first, kind="stable")
    first, second, tenths = first[order], second[order], tenths[order]

    def known(urns: Whole) -> Near:
        """Give the pairs of these schools; only the rows of their first ends are looked at."""
        ranks = np.argsort(urns, kind="stable")
        ranked = urns[ranks]
        low, high = np.searchsorted(first, ranked), np.searchsorted(first, ranked, side="right")
        rows, one = runs(low, high - low), np.repeat(np.arange(len(ranked)), high - low)
        other = np.minimum(np.searchsorted(ranked, second[rows]), max(len(ranked) - 1, 0))
        here = (ranked[other] == second[rows]) & (one != other)
        one, other = ranks[one[here]], ranks[other[here]]
        return np.minimum(one, other), np.maximum(one, other), tenths[rows[here]]

    def matrix(urns: Whole, _east: Whole, _north: Whole) -> Tenths:
        one, other, minutes = known(urns)
        found = np.full((len(urns), len(urns)), NONE, dtype=np.int32)
        found[one, other] = found[other, one] = minutes
        np.fill_diagonal(found, 0)
        return found

    def close(urns: Whole, _east: Whole, _north: Whole, _at_most: int) -> Near:
        return known(urns)

    return Journeys(source, matrix, close)


def from_matrix(urns: ArrayLike, minutes: ArrayLike, source: str = "file") -> Journeys:
    """Journeys from a square matrix of minutes (NaN: no journey) in the order of `urns`.

    Raises
    ------
    ValueError
        Where the matrix is not square in `urns`, or holds negative or infinite minutes.
    """
    names, values = np.asarray(urns, dtype=np.int64), np.asarray(minutes, dtype=np.float64)
    if values.shape != (len(names), len(names)):
        raise ValueError(f"minutes is {values.shape}, but there are {len(names)} urns")
    if np.isinf(values).any() or (values < 0).any():
        raise ValueError("minutes must be finite and not negative; use NaN for no journey")
    longer = np.fmax(values, values.T)
    pairs = {
        (int(names[i]), int(names[j])): round(Fraction(repr(float(longer[i, j]))) * 10)
        for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
        if not np.isnan(longer[i, j])
    }
    return from_pairs(pairs, source)


def from_graph(graph: nx.Graph, weight: str = "minutes", source: str = "file") -> Journeys:
    """Journeys from a graph whose nodes are URNs and whose edges hold minutes."""
    pairs: dict[tuple[int, int], int] = {}
    for a, b, value in graph.edges(data=weight):
        if value is None or not 0 <= float(value) < LONGEST / 10:
            raise ValueError(f"edge {a} - {b} has no usable {weight}: {value!r}")
        key = (min(int(a), int(b)), max(int(a), int(b)))
        tenths = round(Fraction(repr(float(value))) * 10)
        pairs[key] = max(tenths, pairs.get(key, 0))
    return from_pairs(pairs, source)
