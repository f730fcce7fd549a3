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

from grouping.world.county import METRES, METRES_BITS, NOWHERE, County
from grouping.world.journeys import NONE
from grouping.world.schools import School

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Members = NDArray[np.int32]
Columns = NDArray[Any]

EMPTY = -1  # padding of the member matrix
WHOLE = 1_500  # schools up to which a county is looked at whole
PIECE = 25_000  # rows worked at once: columns of so many stay in a processor's cache
PLACE = 200_000  # rows whose schools are taken for one place of a country, at most


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
    def _columns(self) -> NDArray[np.intp]:
        """Members, width x n: what is worked a column at a time is worked side by side."""
        return np.ascontiguousarray(self.members.T, dtype=np.intp)

    @cached_property
    def there(self) -> Flags:
        """Which places of the member matrix hold a school."""
        return np.asarray(self._columns != EMPTY, dtype=np.bool_).T

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
        return np.append(column, np.asarray([empty], dtype=column.dtype))[self._columns].T

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
        codes = self.gathered(known, -1).T
        different: Whole = (codes[0] != -1).astype(np.int64)
        for b in range(1, len(codes)):
            fresh = codes[b] != -1
            for a in range(b):
                fresh &= codes[a] != codes[b]
            different += fresh
        return different

    def _column(self, column: str | ArrayLike) -> Columns:
        if not isinstance(column, str):
            return np.asarray(column)
        if column == "roll":
            return self.county.rolls
        values = [getattr(school, column) for school in self.county.schools]
        return np.asarray([np.nan if v is None else float(v) for v in values])

    def over(self, county: County) -> Federations:
        """Return the same federations as a table over another county that has all their schools."""
        at = np.append(np.searchsorted(county.urns, self.county.urns), EMPTY).astype(np.int32)
        return Federations(county, at[self.members])

    def one(self, row: int) -> Federations:
        """Return a table of one federation, over no more of the county than its own schools."""
        held = self.members[row][self.members[row] != EMPTY]
        part = self.county.part(held)
        at = np.searchsorted(part.urns, self.county.urns[held])
        return Federations(part, at.astype(np.int32)[None, :])

    def locally(self) -> Iterator[tuple[slice, Federations]]:
        """Give the table piece by piece, those of a country over the place their schools are in.

        Rows are taken as they come, so a table in order of place is worked in few places.
        """
        n, first = len(self), 0
        while first < n:
            rows, place = self._place(first)
            for piece, part in place.in_pieces():
                yield slice(first + piece.start, first + piece.stop), part
            first = rows.stop

    def in_pieces(self) -> Iterator[tuple[slice, Federations]]:
        """The table so many rows at a time: what is worked out of each stays small."""
        for start in range(0, len(self), PIECE):
            piece = slice(start, min(start + PIECE, len(self)))
            yield piece, Federations(self.county, self.members[piece])

    def by_size(self) -> Iterator[tuple[NDArray[np.intp], Federations]]:
        """The rows of each size, and the table of them, no wider than they are."""
        if self.one_size and len(self):
            yield np.arange(len(self)), self
            return
        for size in np.flatnonzero(np.bincount(self.size)).tolist():
            rows = np.flatnonzero(self.size == size)
            yield rows, Federations(self.county, self.members[rows, :size])

    def _place(self, first: int) -> tuple[slice, Federations]:
        """Take the next rows that fit in one place: as they are where the county is no country."""
        if len(self.county) <= WHOLE:
            return slice(first, len(self)), Federations(self.county, self.members[first:])
        many = min(PLACE, len(self) - first)
        while True:
            members = self.members[first : first + many]
            marks = np.zeros(len(self.county) + 1, dtype=np.bool_)
            marks[members] = True
            held = np.flatnonzero(marks[:-1])
            if len(held) <= WHOLE or many == 1:
                break
            many = max(many // 2, 1)
        county = self.county.part(held)
        if county is self.county:
            return slice(first, first + many), Federations(county, members)
        place = np.full(len(self.county) + 1, EMPTY, dtype=np.int32)
        place[np.searchsorted(self.county.urns, county.urns)] = np.arange(len(county))
        return slice(first, first + many), Federations(county, place[members])

    @cached_property
    def one_size(self) -> bool:
        """Whether every place of the member matrix holds a school."""
        return bool(self.there.all())

    def _sides(self) -> Iterator[tuple[NDArray[np.intp], Flags | None]]:
        """Every pair of places as a position in a flat n x n array, and where both hold a school.

        The flags are None where all do.
        """
        n = np.intp(len(self.county))
        columns = self._columns if self.one_size else np.maximum(self._columns, 0)
        for b in range(1, self.width):
            there = None if self.one_size else self.there[:, b]
            for a in range(b):
                yield columns[a] * n + columns[b], there

    def every_pair(self, allowed: Flags) -> Flags:
        """Whether every two members not in one kept federation are an allowed pair (n x n)."""
        kept = self.county.block.max(initial=-1) >= 0
        fine = (allowed | self.county.together_today if kept else allowed).ravel()
        holds = np.ones(len(self), dtype=np.bool_)
        for at, there in self._sides():
            holds &= fine[at] if there is None else fine[at] | ~there
        return holds

    def count_pairs(self, marked: Flags) -> Whole:
        """Number of pairs of members that are marked (n x n)."""
        return self.sum_pairs(marked.astype(np.int8))

    def sum_pairs(self, values: NDArray[np.integer]) -> Whole:
        """Sum of a pair value (n x n, whole) over the pairs of members."""
        total = np.zeros(len(self), dtype=np.int64)
        flat = values.ravel()
        for at, there in self._sides():
            total += flat[at] if there is None else np.where(there, flat[at], 0)
        return total

    def pairs(self, column: str) -> Floats:
        """Values of every pair of members, n x pairs; NaN where there is no pair or no journey.

        `column` is "minutes" or "metres".
        """
        source = (self.county.tenths if column == "minutes" else self.county.metres).ravel()
        columns = []
        for at, there in self._sides():
            values = source[at].astype(np.float64)
            known = values >= 0 if there is None else there & (values >= 0)
            columns.append(np.where(known, values, np.nan))
        return np.stack(columns, axis=1) / (10.0 if column == "minutes" else 1.0)

    @cached_property
    def longest_journey(self) -> Floats:
        """Longest journey between two members, minutes; infinite where a pair has none."""
        longest = np.zeros(len(self), dtype=np.float64)
        source = self.county.tenths.ravel()
        for at, there in self._sides():
            tenths = source[at]
            minutes = np.where(tenths == NONE, np.inf, tenths / 10)
            longest = np.maximum(longest, minutes if there is None else np.where(there, minutes, 0))
        return longest

    @cached_property
    def tree(self) -> Tree:
        """Minimum spanning tree of each federation (Prim, all rows at once)."""
        n, width = self.members.shape
        keys = self.county.keys
        best = np.full((n, width), NOWHERE)
        origin = np.zeros((n, width), dtype=np.int32)
        outside = self.there.copy()
        outside[:, 0] = False
        now = np.zeros(n, dtype=np.intp)
        rows = np.arange(n)
        edges = [np.full((n, max(width - 1, 0)), fill, dtype=np.int32) for fill in (-1, -1, -1, 0)]
        for step in range(width - 1):
            here = self.members[rows, now]
            for place in range(1, width):
                key = keys[here, self.members[:, place]]
                nearer = outside[:, place] & (key < best[:, place])
                best[nearer, place] = key[nearer]
                origin[nearer, place] = here[nearer]
            reach = np.where(outside, best, NOWHERE)
            now = reach.argmin(axis=1)
            more = outside[rows, now]
            one, other = origin[rows, now], self.members[rows, now]
            edges[0][more, step], edges[1][more, step] = one[more], other[more]
            edges[2][more, step] = self.county.tenths[one, other][more]
            edges[3][more, step] = self.county.metres[one, other][more]
            outside[rows, now] = False
        return Tree(edges[0], edges[1], edges[2], edges[3].astype(np.int64))

    @cached_property
    def tree_keys(self) -> Whole:
        """Keys (see `County.keys`) of the tree's edges alone, n x (width - 1), `NOWHERE` past all.

        The same tree as `tree`, found without its ends, which most measures do not ask for.
        """
        between = list(self._keys())
        if self.width < 2 or not len(self):
            return np.zeros((len(self), max(self.width - 1, 0)), dtype=np.int64)
        if self.width > 4:
            return self._prim(between)
        found = between[:1]
        if self.width == 3:
            found = [np.minimum(between[0], between[1]), np.maximum(between[0], between[1])]
            found[1] = np.minimum(found[1], between[2])
        elif self.width == 4:
            found = _tree_of_four(*between)
        return np.stack(found).T

    def _keys(self) -> Iterator[Whole]:
        flat = self.county.keys.ravel()
        for at, there in self._sides():
            yield flat[at] if there is None else np.where(there, flat[at], NOWHERE)

    def _prim(self, between: list[Whole]) -> Whole:
        """Prim's algorithm by keys, for any width: the edge (a, b) stands at b (b - 1) / 2 + a."""
        n, width = self.members.shape
        rows = np.arange(n)
        key = np.full((n, width, width), NOWHERE)
        for b in range(1, width):
            for a in range(b):
                key[:, a, b] = key[:, b, a] = between[b * (b - 1) // 2 + a]
        reach = key[:, 0].copy()
        inside = np.zeros((n, width), dtype=np.bool_)
        inside[:, 0] = True
        found = []
        for _ in range(width - 1):
            now = np.where(inside, NOWHERE, reach).argmin(axis=1)
            now = np.where(inside[rows, now], (~inside).argmax(axis=1), now)
            found.append(reach[rows, now])
            inside[rows, now] = True
            reach = np.minimum(reach, key[rows, now])
        return np.stack(found).T

    @cached_property
    def tree_metres(self) -> Whole:
        """Straight metres of the tree's edges together, each rounded to a metre."""
        keys = self.tree_keys
        metres = keys & METRES if self.one_size else np.where(keys == NOWHERE, 0, keys & METRES)
        return np.asarray(metres.sum(axis=1), dtype=np.int64)

    @cached_property
    def tree_tenths(self) -> NDArray[np.int32]:
        """Tenths of a minute of the tree's edges: `NO_JOURNEY` for one without, -1 past all."""
        keys = self.tree_keys
        tenths = (keys >> METRES_BITS).astype(np.int32)
        return tenths if self.one_size else np.where(keys == NOWHERE, -1, tenths).astype(np.int32)

    @cached_property
    def tree_miles(self) -> Floats:
        """Road miles of the tree: straight miles times the detour factor."""
        return np.asarray(self.tree_metres / 1609.344 * float(self.county.detour))

    @cached_property
    def pieces(self) -> Whole:
        """Number of connected pieces by links and kept federations (1: connected)."""
        labels, linked = np.where(self.there, np.arange(self.width), -1), self.county.linked
        for _ in range(self.width - 1):
            for b in range(1, self.width):
                for a in range(b):
                    joined = self.there[:, b] & linked[self.members[:, a], self.members[:, b]]
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


def _tree_of_four(ab: Whole, ac: Whole, bc: Whole, ad: Whole, bd: Whole, cd: Whole) -> list[Whole]:
    """Edges of the tree of four schools: the nearest to the first, then the two that are left."""
    first = np.minimum(np.minimum(ab, ac), ad)
    by_b, by_c = first == ab, first == ac
    x, y = np.where(by_b, ac, ab), np.where(by_b | by_c, ad, ac)  # the two left, from the first
    to_x = np.where(by_b, bc, np.where(by_c, bc, bd))
    to_y = np.where(by_b, bd, cd)
    apart = np.where(by_b, cd, np.where(by_c, bd, bc))
    x, y = np.minimum(x, to_x), np.minimum(y, to_y)
    return [first, np.minimum(x, y), np.minimum(np.maximum(x, y), apart)]


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
