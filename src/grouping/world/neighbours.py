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

from grouping.world.journeys import NONE, Near

if TYPE_CHECKING:
    import networkx as nx

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Links = NDArray[np.int32]  # m x 2 positions, first below, in order

KINDS = ("minutes", "gabriel", "delaunay", "nearest", "edges")


def links(
    kind: str,
    near: Near,
    east: Whole,
    north: Whole,
    *,
    nearest: int = 6,
    edges: Collection[tuple[int, int]] = (),
) -> Links:
    """Links between schools: those of the near pairs that agree with the kind.

    Parameters
    ----------
    kind
        One of `KINDS`.
    near
        Every pair of positions with a journey short enough for a link, and its tenths.
    east, north
        Whole metres.
    nearest
        For "nearest": fewer than this many others are strictly nearer, for one of the two.
    edges
        For "edges": pairs of positions.
    """
    one, other, tenths = near
    if kind == "minutes":
        agrees = np.ones(len(one), dtype=np.bool_)
    elif kind == "nearest":
        agrees = _nearest(one, other, tenths, len(east), nearest)
    elif kind == "edges":
        wanted = {(min(pair), max(pair)) for pair in edges}
        pairs = zip(one.tolist(), other.tolist(), strict=True)
        agrees = np.asarray([pair in wanted for pair in pairs], dtype=np.bool_)
    else:
        agrees = _by_circles(kind, one, other, east, north)
    together = (east[one] == east[other]) & (north[one] == north[other])
    kept = agrees | together
    return np.stack([one[kept], other[kept]], axis=1).astype(np.int32)


def _nearest(
    one: NDArray[np.intp], other: NDArray[np.intp], tenths: NDArray[np.int32], count: int, most: int
) -> Flags:
    """Count those strictly nearer among the near pairs: whoever is nearer is near too."""
    here = np.concatenate([one, other])
    minutes = np.concatenate([tenths, tenths])
    order = np.lexsort((minutes, here))
    first = np.ones(len(order), dtype=np.bool_)  # a new school, or longer than the one before
    first[1:] = (np.diff(here[order]) != 0) | (np.diff(minutes[order]) != 0)
    start = np.searchsorted(here[order], np.arange(count))
    rank = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    nearer = np.empty(len(order), dtype=np.int64)
    nearer[order] = rank - start[here[order]]
    fine: Flags = nearer < most
    return fine[: len(one)] | fine[len(one) :]


def _by_circles(
    kind: str, one: NDArray[np.intp], other: NDArray[np.intp], east: Whole, north: Whole
) -> Flags:
    agrees = np.zeros(len(one), dtype=np.bool_)
    test = _gabriel if kind == "gabriel" else _delaunay
    for k, (i, j) in enumerate(zip(one, other, strict=True)):
        ax, ay = east - east[i], north - north[i]
        bx, by = east - east[j], north - north[j]
        agrees[k] = test(ax * bx + ay * by, ax * by - ay * bx)
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
    """Turn links and their tenths into a networkx graph: nodes are URNs, edges hold `minutes`."""
    import networkx as nx

    made = nx.Graph()
    made.add_nodes_from(int(urn) for urn in urns)
    for (i, j), minutes in zip(linked.tolist(), tenths.tolist(), strict=True):
        made.add_edge(int(urns[i]), int(urns[j]), minutes=None if minutes == NONE else minutes / 10)
    return made


def links_of(made: nx.Graph, urns: Whole) -> Links:
    """Turn a networkx graph of URNs back into links; other nodes are passed over."""
    place = {int(urn): k for k, urn in enumerate(urns)}
    ends = [(place.get(int(a), -1), place.get(int(b), -1)) for a, b in made.edges()]
    return in_order((min(i, j), max(i, j)) for i, j in ends if i != j and i >= 0 <= j)


def in_order(pairs: Iterable[tuple[int, int]]) -> Links:
    """Put pairs of positions in order, each once."""
    return np.asarray(sorted(set(pairs)), dtype=np.int32).reshape(-1, 2)
