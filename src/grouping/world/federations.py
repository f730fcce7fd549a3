"""`Federations`: the one table, a row a federation, every measure a column worked out on demand.

A single federation is a table of one row, so the same rule prunes a million candidates, checks a
plan and explains one refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grouping.world.county import County
from grouping.world.journeys import NONE
from grouping.world.schools import School

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Members = NDArray[np.int32]
Columns = NDArray[Any]

EMPTY = -1  # padding of the member matrix
FAR = np.int64(2) ** 40  # key of an edge with no journey, behind every journey


@dataclass(frozen=True, eq=False)
class Tree:
    """Minimum spanning tree of each federation by (minutes, metres), no journey last.

    n x (width - 1) each: the two ends as positions (`EMPTY` past the last edge), tenths of a
    minute (-1: no journey) and whole metres (0 past the last edge).
    """

    one: Members
    other: Members
    tenths: NDArray[np.int32]
    metres: Whole


@dataclass(frozen=True, eq=False)
class Federations:
    """A table of federations over one county.

    Parameters
    ----------
    county
        The schools that take part.
    members
        n x width; ascending positions in the county, padded at the end with -1.
    """

    county: County
    members: Members

    def __len__(self) -> int:
        return int(self.members.shape[0])

    def take(self, rows: ArrayLike) -> Federations:
        """Return the table of these rows (positions or flags)."""
        return Federations(self.county, self.members[np.asarray(rows)])

    @cached_property
    def there(self) -> Flags:
        """Which places of the member matrix hold a school."""
        return np.asarray(self.members != EMPTY, dtype=np.bool_)

    @cached_property
    def size(self) -> Whole:
        """Number of schools in each federation."""
        return np.asarray(self.there.sum(axis=1), dtype=np.int64)

    @property
    def width(self) -> int:
        """Most schools a row can hold."""
        return int(self.members.shape[1])

    def gathered(self, values: ArrayLike, empty: float) -> Columns:
        """Values of the members, n x width, `empty` where there is no school."""
        column = np.asarray(values)
        return np.append(column, np.asarray([empty], dtype=column.dtype))[self.members]

    def sum(self, column: str | ArrayLike) -> Columns:
        """Sum a column of the schools over the members ("roll", or one value a school)."""
        summed: Columns = self.gathered(self._column(column), 0).sum(axis=1)
        return summed

    def largest(self, column: str | ArrayLike) -> Columns:
        """Largest value of a column among the members."""
        values = self._column(column)
        least = values.min(initial=0)
        highest: Columns = self.gathered(values, least).max(axis=1)
        return highest

    def distinct(self, column: str) -> Whole:
        """Number of different known values of a text column ("ethos", "diocese", ...)."""
        known = self.county.ethos_codes if column == "ethos" else self.county.codes(column)
        codes = np.sort(self.gathered(known, -1), axis=1)
        first = codes[:, :1] != -1
        changes = codes[:, 1:] != codes[:, :-1]
        different: Whole = (first.sum(axis=1) + changes.sum(axis=1)).astype(np.int64)
        return different

    def _column(self, column: str | ArrayLike) -> Columns:
        if not isinstance(column, str):
            return np.asarray(column)
        if column == "roll":
            return self.county.rolls
        values = [getattr(school, column) for school in self.county.schools]
        return np.asarray([np.nan if v is None else float(v) for v in values])

    def sides(self) -> Iterator[tuple[Members, Members, Flags]]:
        """Every pair of places as two columns of positions, and where both hold a school."""
        for b in range(1, self.width):
            for a in range(b):
                yield self.members[:, a], self.members[:, b], self.there[:, b]

    def every_pair(self, allowed: Flags) -> Flags:
        """Whether every two members not in one kept federation are an allowed pair (n x n)."""
        fine = allowed | self.county.together_today
        holds = np.ones(len(self), dtype=np.bool_)
        for one, other, there in self.sides():
            holds &= fine[one, other] | ~there
        return holds

    def count_pairs(self, marked: Flags) -> Whole:
        """Number of pairs of members that are marked (n x n)."""
        return self.sum_pairs(marked.astype(np.int8))

    def sum_pairs(self, values: NDArray[np.integer]) -> Whole:
        """Sum of a pair value (n x n, whole) over the pairs of members."""
        total = np.zeros(len(self), dtype=np.int64)
        for one, other, there in self.sides():
            total += np.where(there, values[one, other], 0)
        return total

    def pairs(self, column: str) -> Floats:
        """Values of every pair of members, n x pairs; NaN where there is no pair or no journey.

        `column` is "minutes" or "metres".
        """
        source = self.county.tenths if column == "minutes" else self.county.metres
        columns = []
        for one, other, there in self.sides():
            values = source[one, other].astype(np.float64)
            columns.append(np.where(there & (values >= 0), values, np.nan))
        return np.stack(columns, axis=1) / (10.0 if column == "minutes" else 1.0)

    @cached_property
    def longest_journey(self) -> Floats:
        """Longest journey between two members, minutes; infinite where a pair has none."""
        longest = np.zeros(len(self), dtype=np.float64)
        for one, other, there in self.sides():
            tenths = self.county.tenths[one, other]
            minutes = np.where(tenths == NONE, np.inf, tenths / 10)
            longest = np.maximum(longest, np.where(there, minutes, 0.0))
        return longest

    @cached_property
    def tree(self) -> Tree:
        """Minimum spanning tree of each federation (Prim, all rows at once)."""
        n, width = self.members.shape
        tenths, metres = self.county.tenths, self.county.metres
        best = np.full((n, width), np.iinfo(np.int64).max)
        origin = np.zeros((n, width), dtype=np.int32)
        outside = self.there.copy()
        outside[:, 0] = False
        now = np.zeros(n, dtype=np.intp)
        rows = np.arange(n)
        edges = [np.full((n, max(width - 1, 0)), fill, dtype=np.int32) for fill in (-1, -1, -1, 0)]
        for step in range(width - 1):
            here = self.members[rows, now]
            for place in range(1, width):
                there = self.members[:, place]
                key = self._keys(here, there, tenths, metres)
                nearer = outside[:, place] & (key < best[:, place])
                best[nearer, place] = key[nearer]
                origin[nearer, place] = here[nearer]
            reach = np.where(outside, best, np.iinfo(np.int64).max)
            now = reach.argmin(axis=1)
            more = outside[rows, now]
            one, other = origin[rows, now], self.members[rows, now]
            edges[0][more, step], edges[1][more, step] = one[more], other[more]
            edges[2][more, step] = tenths[one, other][more]
            edges[3][more, step] = metres[one, other][more]
            outside[rows, now] = False
        return Tree(edges[0], edges[1], edges[2], edges[3].astype(np.int64))

    @staticmethod
    def _keys(
        here: Members, there: Members, tenths: NDArray[np.int32], metres: NDArray[np.int32]
    ) -> Whole:
        minutes = tenths[here, there].astype(np.int64)
        keys = np.where(minutes == NONE, FAR, minutes) * 2**22 + metres[here, there]
        return np.asarray(keys, dtype=np.int64)

    @cached_property
    def tree_metres(self) -> Whole:
        """Straight metres of the tree's edges together, each rounded to a metre."""
        return np.asarray(self.tree.metres.sum(axis=1), dtype=np.int64)

    @cached_property
    def tree_miles(self) -> Floats:
        """Road miles of the tree: straight miles times the detour factor."""
        return np.asarray(self.tree_metres / 1609.344 * float(self.county.detour))

    @cached_property
    def pieces(self) -> Whole:
        """Number of connected pieces by links and kept federations (1: connected)."""
        labels = np.where(self.there, np.arange(self.width), -1)
        for _ in range(self.width - 1):
            for b in range(1, self.width):
                for a in range(b):
                    joined = (
                        self.there[:, b]
                        & self.county.linked[self.members[:, a], self.members[:, b]]
                    )
                    least = np.minimum(labels[:, a], labels[:, b])
                    labels[:, a] = np.where(joined, least, labels[:, a])
                    labels[:, b] = np.where(joined, least, labels[:, b])
        heads = labels == np.arange(self.width)
        return np.asarray(heads.sum(axis=1), dtype=np.int64)

    @cached_property
    def largest_block(self) -> Whole:
        """Size of the largest kept federation that a row holds; 0 where it holds none."""
        if self.county.block.max(initial=-1) < 0:
            return np.zeros(len(self), dtype=np.int64)
        sizes = np.bincount(self.county.block[self.county.block >= 0])
        whole = np.where(self.county.block >= 0, sizes[self.county.block], 0)
        return np.asarray(self.gathered(whole, 0).max(axis=1), dtype=np.int64)

    def schools(self, row: int = 0) -> tuple[School, ...]:
        """Return the schools of one row, ascending by URN."""
        return tuple(self.county.schools[i] for i in self.members[row] if i != EMPTY)

    def urns(self, row: int = 0) -> tuple[int, ...]:
        """URNs of one row, ascending."""
        return tuple(school.urn for school in self.schools(row))

    def each(self, function: Callable[[tuple[School, ...]], float]) -> Floats:
        """Apply a plain Python function to the schools of each row: slow, but free."""
        return np.asarray([function(self.schools(row)) for row in range(len(self))], dtype=float)


def table(county: County, sets: Iterable[Sequence[int]]) -> Federations:
    """Table of federations given as positions, in the order given."""
    rows = [sorted(members) for members in sets]
    width = max((len(row) for row in rows), default=2)
    members = np.full((len(rows), width), EMPTY, dtype=np.int32)
    for k, row in enumerate(rows):
        members[k, : len(row)] = row
    return Federations(county, members)


def federation(county: County, urns: Iterable[int]) -> Federations:
    """Table of one federation given by URNs; KeyError names one that takes no part."""
    return table(county, [[county.position(urn) for urn in urns]])
