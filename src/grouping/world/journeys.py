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

if TYPE_CHECKING:
    import networkx as nx

Tenths = NDArray[np.int32]
Whole = NDArray[np.int64]

NONE = -1
STRAIGHT = "straight line"
ROAD = "road"
ATTRIBUTION = {ROAD: "© OpenStreetMap contributors"}  # whose map gives the minutes, by source
LONGEST = 2**20  # tenths of a minute, far beyond any journey


@dataclass(frozen=True)
class Journeys:
    """Where minutes come from: `source`, and a function of (urns, eastings, northings) to tenths.

    The function returns an n x n symmetric matrix of tenths of a minute, `NONE` where there is no
    journey. Make one with `straight_lines`, `from_pairs`, `from_matrix` or `from_graph`.
    """

    source: str
    tenths: Callable[[Whole, Whole, Whole], Tenths]


def straight_lines(
    detour: Fraction, mph: Fraction, parking: Fraction, barriers: Whole | None = None
) -> Journeys:
    """Minutes by straight line: 60 x miles x detour / mph + parking.

    `barriers` is m x 4 (x1, y1, x2, y2 in whole metres): a journey that shares a point with one
    does not exist.
    """

    def tenths(_: Whole, east: Whole, north: Whole) -> Tenths:
        squares = squared_metres(east, north)
        minutes = straight_tenths(squares, 600 * detour / mph / METRES_A_MILE, 10 * parking)
        if barriers is not None and len(barriers):
            minutes[crossed(east, north, barriers)] = NONE
        np.fill_diagonal(minutes, 0)
        return minutes

    return Journeys(STRAIGHT, tenths)


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
    import shapely

    count = len(east)
    first, second = np.triu_indices(count, 1)
    ends = np.stack([east[first], north[first], east[second], north[second]], axis=1)
    tree = shapely.STRtree(_segments(barriers))
    found = tree.query(_segments(ends), predicate="intersects")[0]
    marks = np.zeros((count, count), dtype=np.bool_)
    marks[first[found], second[found]] = True
    return marks | marks.T


def _segments(ends: Whole) -> Any:
    import shapely

    lines: Any = shapely.linestrings(ends.reshape(-1, 2, 2).astype(np.float64))
    points = (ends[:, :2] == ends[:, 2:]).all(axis=1)
    if points.any():
        lines[points] = shapely.points(ends[points, :2].astype(np.float64))
    return lines


def from_pairs(pairs: Mapping[tuple[int, int], int], source: str = "file") -> Journeys:
    """Journeys from a table of pairs of URNs to tenths of a minute; a pair not there is absent."""

    def tenths(urns: Whole, _east: Whole, _north: Whole) -> Tenths:
        place = {int(urn): k for k, urn in enumerate(urns)}
        matrix = np.full((len(urns), len(urns)), NONE, dtype=np.int32)
        for (a, b), value in pairs.items():
            if a in place and b in place:
                i, j = place[a], place[b]
                matrix[i, j] = matrix[j, i] = max(value, matrix[i, j])
        np.fill_diagonal(matrix, 0)
        return matrix

    return Journeys(source, tenths)


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
