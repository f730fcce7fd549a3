"""The neighbour graph: which schools have a link, by the kind the policy names.

All in whole numbers: Gabriel and Delaunay are decided exactly, cocircular and collinear cases
included, so every degenerate Delaunay edge is there and no row order changes the graph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from grouping.world.journeys import NONE

if TYPE_CHECKING:
    import networkx as nx

Whole = NDArray[np.int64]
Links = NDArray[np.bool_]

KINDS = ("minutes", "gabriel", "delaunay", "nearest", "edges")


def links(
    kind: str,
    tenths: NDArray[np.int32],
    east: Whole,
    north: Whole,
    *,
    link_at_most: Fraction,
    nearest: int = 6,
    edges: Collection[tuple[int, int]] = (),
) -> Links:
    """Links between schools, n x n, symmetric, nothing on the diagonal.

    Parameters
    ----------
    kind
        One of `KINDS`.
    tenths
        Journeys in tenths of a minute, `NONE` where there is none.
    east, north
        Whole metres.
    link_at_most
        Longest journey of a link, minutes, for every kind.
    nearest
        For "nearest": fewer than this many others are strictly nearer, for one of the two.
    edges
        For "edges": pairs of positions.
    """
    near: Links = (tenths != NONE) & (tenths <= int(10 * link_at_most))
    np.fill_diagonal(near, False)
    if kind == "minutes":
        return near
    together = np.equal.outer(east, east) & np.equal.outer(north, north)
    agrees = np.zeros_like(near)
    if kind == "nearest":
        agrees = _nearest(tenths, nearest)
    elif kind == "edges":
        for i, j in edges:
            agrees[i, j] = agrees[j, i] = True
    else:
        agrees = _by_circles(kind, near, east, north)
    return near & (agrees | together)


def _nearest(tenths: NDArray[np.int32], most: int) -> Links:
    far = np.iinfo(np.int32).max
    minutes = np.where(tenths == NONE, far, tenths)
    np.fill_diagonal(minutes, far)
    strictly_nearer = np.empty(minutes.shape, dtype=np.int64)
    for i, row in enumerate(minutes):
        strictly_nearer[i] = np.searchsorted(np.sort(row), row, side="left")
    agrees: Links = strictly_nearer < most
    return agrees | agrees.T


def _by_circles(kind: str, near: Links, east: Whole, north: Whole) -> Links:
    agrees = np.zeros_like(near)
    test = _gabriel if kind == "gabriel" else _delaunay
    for i, j in zip(*np.nonzero(np.triu(near)), strict=True):
        ax, ay = east - east[i], north - north[i]
        bx, by = east - east[j], north - north[j]
        dot = ax * bx + ay * by
        agrees[i, j] = agrees[j, i] = test(dot, ax * by - ay * bx)
    return agrees


def _gabriel(dot: Whole, _: Whole) -> bool:
    """No third school strictly inside the circle on the pair as diameter."""
    return not (dot < 0).any()


def _delaunay(dot: Whole, cross: Whole) -> bool:
    """Some circle through the pair has no third school strictly inside.

    Circles through both schools are told apart by where their centre stands on the bisector, t;
    a third school is inside where t passes dot / (2 cross), from above or below by its side.
    """
    if (dot[cross == 0] < 0).any():
        return False
    left, right = cross > 0, cross < 0
    if not left.any() or not right.any():
        return True
    upper = dot[left] / cross[left]
    lower = dot[right] / cross[right]
    least, most = upper.min(), lower.max()
    slack = 1e-9 * (1 + abs(least) + abs(most))
    if abs(most - least) > slack:
        return bool(most < least)
    exact_least = min(
        _fractions(dot[left][upper <= least + slack], cross[left][upper <= least + slack])
    )
    exact_most = max(
        _fractions(dot[right][lower >= most - slack], cross[right][lower >= most - slack])
    )
    return exact_most <= exact_least


def _fractions(tops: Whole, bottoms: Whole) -> Iterable[Fraction]:
    return [Fraction(int(a), int(b)) for a, b in zip(tops, bottoms, strict=True)]


def graph(urns: Whole, linked: Links, tenths: NDArray[np.int32]) -> nx.Graph:
    """Turn links into a networkx graph: nodes are URNs, edges hold `minutes`."""
    import networkx as nx

    made = nx.Graph()
    made.add_nodes_from(int(urn) for urn in urns)
    for i, j in zip(*np.nonzero(np.triu(linked)), strict=True):
        minutes = None if tenths[i, j] == NONE else int(tenths[i, j]) / 10
        made.add_edge(int(urns[i]), int(urns[j]), minutes=minutes)
    return made


def links_of(made: nx.Graph, urns: Whole) -> Links:
    """Turn a networkx graph of URNs back into links; other nodes are passed over."""
    place = {int(urn): k for k, urn in enumerate(urns)}
    linked = np.zeros((len(urns), len(urns)), dtype=np.bool_)
    for a, b in made.edges():
        i, j = place.get(int(a)), place.get(int(b))
        if i is not None and j is not None and i != j:
            linked[i, j] = linked[j, i] = True
    return linked
