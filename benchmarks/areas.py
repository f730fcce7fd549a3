"""Public instances of the max-p-regions problem, and their candidate regions.

The data lie inside the libpysal wheel. Attributes have six decimals at most, so heterogeneity, the
sum over pairs in a region of the Manhattan distance of their attributes, is held in whole
millionths and is exact. Neighbours are areas that share a point (Queen contiguity).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Members = NDArray[np.int32]

MILLIONTHS = 10**6
BITS = 63  # of a word of 64, so that packed sets stay positive


@dataclass(frozen=True)
class Instance:
    """A map of areas, a threshold, and the optimum known from other solvers, where one is.

    `known` is (regions, heterogeneity to as many decimals as are known).
    """

    name: str
    file: str
    attributes: tuple[str, ...]
    threshold: int
    known: tuple[int, Decimal] | None = None


MEXICO = ("Mexico", "mexico/mexicojoin.shp", tuple(f"PCGDP{y}" for y in range(1950, 2001, 10)))
COLUMBUS = ("Columbus", "columbus/columbus.shp", ("INC", "HOVAL", "CRIME"))
ST_LOUIS = ("St Louis", "stl/stl_hom.shp", ("HR7984", "HR8488", "HR8893"))
CAROLINA = ("North Carolina", "sids2/sids2.shp", ("SIDR74", "SIDR79", "NWR74", "NWR79"))
GEORGIA = ("Georgia", "georgia/G_utm.shp", ("PctRural", "PctBach", "PctPov", "PctBlack"))

INSTANCES = (
    Instance(*MEXICO, 3),
    Instance(*MEXICO, 4, (8, Decimal(1_642_106))),
    Instance(*MEXICO, 5),
    Instance(*COLUMBUS, 3, (16, Decimal("1304.2"))),
    Instance(*COLUMBUS, 4, (12, Decimal("2099.8"))),
    Instance(*COLUMBUS, 5),
    Instance(*ST_LOUIS, 3, (26, Decimal("632.389"))),
    Instance(*ST_LOUIS, 4),
    Instance(*ST_LOUIS, 5),
    Instance(*CAROLINA, 3),
    Instance(*CAROLINA, 4, (25, Decimal("24401.242"))),
    Instance(*CAROLINA, 5, (20, Decimal("33227.218"))),
    Instance(*GEORGIA, 3, (53, Decimal("5275.56"))),
    Instance(*GEORGIA, 4),
)


@dataclass(frozen=True, eq=False)
class Map:
    """An instance as read: the areas, their neighbours, distances in millionths, n x n."""

    instance: Instance
    frame: Any
    weights: Any
    neighbours: tuple[tuple[int, ...], ...]
    distance: Whole

    def __len__(self) -> int:
        return len(self.neighbours)

    def heterogeneity(self, members: Members) -> Whole:
        """Heterogeneity of each region, millionths; regions as rows, padded with -1."""
        spread = np.pad(self.distance, ((0, 1), (0, 1)))
        total = np.zeros(len(members), dtype=np.int64)
        for b in range(members.shape[1]):
            for a in range(b):
                total += spread[members[:, a], members[:, b]]
        return total


def read(instance: Instance) -> Map:
    """Read an instance from the libpysal wheel."""
    import geopandas
    import libpysal

    folder = Path(libpysal.__file__).parent / "examples"
    frame = geopandas.read_file(folder / instance.file)
    frame["count"] = 1
    weights = libpysal.weights.Queen.from_dataframe(frame, use_index=False, silence_warnings=True)
    exact = np.rint(frame[list(instance.attributes)].to_numpy() * MILLIONTHS).astype(np.int64)
    neighbours = tuple(tuple(weights.neighbors[i]) for i in range(len(frame)))
    distance = np.abs(exact[:, None, :] - exact[None, :, :]).sum(axis=2)
    return Map(instance, frame, weights, neighbours, distance)


def connected_sets(
    neighbours: Sequence[Sequence[int]], *, at_least: int, at_most: int
) -> Iterator[Members]:
    """Give every connected set of areas of these sizes, a table a size, each set once, ascending.

    A set of k areas grows from one of k - 1, since some area can always be taken from a connected
    set and leave it connected.
    """
    counts = np.asarray([len(near) for near in neighbours])
    starts = np.cumsum(counts) - counts
    flat = np.asarray([j for near in neighbours for j in near], dtype=np.int32)
    sets = np.arange(len(neighbours), dtype=np.int32)[:, None]
    for size in range(1, at_most + 1):
        if size >= at_least:
            yield sets
        if size == at_most:
            return
        grown = []
        for column in sets.T:
            many = counts[column]
            rows = np.repeat(np.arange(len(sets)), many)
            within = np.arange(len(rows)) - np.repeat(np.cumsum(many) - many, many)
            new = flat[np.repeat(starts[column], many) + within]
            fresh = (sets[rows] != new[:, None]).all(axis=1)
            grown.append(_packed(sets[rows[fresh]], new[fresh], len(neighbours)))
        words = np.concatenate(grown)
        distinct = np.unique(words) if words.ndim == 1 else np.unique(words, axis=0)
        sets = _unpacked(distinct, size + 1, len(neighbours))


def _packed(sets: Members, new: Members, areas: int) -> Whole:
    """Sets with one more area each, ascending, packed into one word or a few."""
    whole = np.sort(np.concatenate([sets, new[:, None]], axis=1), axis=1)
    bits = max((areas - 1).bit_length(), 1)
    each = BITS // bits
    words = np.zeros((len(whole), -(-whole.shape[1] // each)), dtype=np.int64)
    for place, column in enumerate(whole.T):
        words[:, place // each] |= column.astype(np.int64) << (bits * (place % each))
    return words[:, 0] if words.shape[1] == 1 else words


def _unpacked(words: Whole, size: int, areas: int) -> Members:
    bits = max((areas - 1).bit_length(), 1)
    each = BITS // bits
    table = words[:, None] if words.ndim == 1 else words
    sets = np.empty((len(table), size), dtype=np.int32)
    for place in range(size):
        shifted = table[:, place // each] >> (bits * (place % each))
        sets[:, place] = shifted & ((1 << bits) - 1)
    return sets


def candidates(areas: Map, regions: int) -> Members:
    """Give every region that a plan of so many regions can hold, padded with -1.

    Of n areas in p regions of t or more, none can have more than t + (n - p t).
    """
    least = areas.instance.threshold
    most = least + len(areas) - regions * least
    tables = connected_sets(areas.neighbours, at_least=least, at_most=most)
    padded = [np.pad(t, ((0, 0), (0, most - t.shape[1])), constant_values=-1) for t in tables]
    return np.concatenate(padded)
