"""The set-packing problem, and what a solver of it must say. Knows no schools.

Sets
    I    items, each in at most one chosen row
    R    rows; row r holds the items I_r and costs c_r (a whole number)
    T    tiers, in order; tier t counts the items of t that are covered, t_r in row r
    M    items that must be covered
    L    side rows: sum of a_lr over the chosen rows, between two bounds

Variables
    x_r in {0, 1}: row r is chosen

Formulation
    lexicographically  max sum t_r x_r  for each tier in order,  then  min sum c_r x_r
    subject to         sum of x_r over rows that hold i  <= 1   (= 1 for i in M)    for i in I
                       lower_l <= sum a_lr x_r <= upper_l                           for l in L

A number for each item left uncovered is turned into the rows' own coefficients before it comes
here: sum of b_i over uncovered i = sum of b_i - sum over rows of (sum of b_i in the row) x_r.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

GREEDY_ROWS = 5_000  # rows the greedy plan looks at, at least
SPREAD = 40  # rows an item, of the least weight, among which a few are chosen

SQUARE = 3_000  # items of which every two have a place in a table of flags
PIECE = 50_000  # rows worked at once: columns of so many stay in a processor's cache

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Members = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Side:
    """A side row: whole coefficients, one a row of the problem, and its bounds."""

    name: str
    of: Whole
    at_least: int | None
    at_most: int | None

    def take(self, rows: NDArray[np.intp]) -> Side:
        """Return the side over these rows only."""
        return Side(self.name, self.of[rows], self.at_least, self.at_most)

    def raised(self, by: int) -> Side:
        """Return the side with both bounds raised."""
        low, high = (None if wall is None else wall + by for wall in (self.at_least, self.at_most))
        return Side(self.name, self.of, low, high)


@dataclass(frozen=True, eq=False)
class Problem:
    """A set-packing problem.

    Parameters
    ----------
    items
        Number of items.
    members
        rows x width; items of each row, padded with -1.
    tier_items
        For each tier, which items are of it, flags.
    cost
        Cost of each row.
    must
        Items that must be covered, flags.
    sides
        Side rows.
    banned
        Rows that may not be chosen, flags; None where all may.
    """

    items: int
    members: Members
    tier_items: tuple[Flags, ...]
    cost: Whole
    must: Flags
    sides: tuple[Side, ...] = ()
    banned: Flags | None = None

    @cached_property
    def columns(self) -> Members:
        """Members, width x rows: no copy where `members` stands in that order already."""
        return np.ascontiguousarray(self.members.T)

    def pieces(self) -> Iterator[slice]:
        """Slices over the rows, so many at a time."""
        for start in range(0, len(self), PIECE):
            yield slice(start, min(start + PIECE, len(self)))

    def sums(self, of: NDArray[Any]) -> NDArray[Any]:
        """Sum a number of each item over every row."""
        padded = np.append(of, np.zeros(1, dtype=of.dtype))
        total = np.empty(len(self), dtype=of.dtype)
        for piece in self.pieces():
            total[piece] = padded[self.columns[0, piece]]
            for column in self.columns[1:, piece]:
                total[piece] += padded[column]
        return total

    @cached_property
    def tiers(self) -> tuple[NDArray[np.int8], ...]:
        """For each tier, how many of its items each row covers."""
        return tuple(self.sums(flags.astype(np.int8)) for flags in self.tier_items)

    @cached_property
    def size(self) -> NDArray[np.int8]:
        """Items of each row."""
        return self.sums(np.ones(self.items, dtype=np.int8))

    @cached_property
    def holders(self) -> Whole:
        """How many rows hold each item, banned ones too."""
        count = np.zeros(self.items + 1, dtype=np.int64)
        for column in self.columns:
            count += np.bincount(np.where(column < 0, self.items, column), minlength=len(count))
        return count[:-1]

    @cached_property
    def reachable(self) -> Flags:
        """Which items any row holds that may be chosen."""
        if self.banned is None:
            return np.asarray(self.holders > 0, dtype=np.bool_)
        held = self.columns[:, np.flatnonzero(self.banned)]
        gone = np.bincount(held[held >= 0], minlength=self.items)
        return np.asarray(self.holders > gone, dtype=np.bool_)

    def least_each(
        self, values: NDArray[Any], rows: NDArray[np.intp] | None, many: int
    ) -> NDArray[np.intp]:
        """Find rows of the least value, so many for each item if there are, the first of equals.

        Of `rows` (None: all that may be chosen), only those of the least value are looked at.
        """
        if rows is None:
            every = np.ones(len(self), np.bool_) if self.banned is None else ~self.banned
            rows = np.flatnonzero(every)
        if len(rows) > SPREAD * self.items:
            rows = rows[np.argpartition(values[rows], SPREAD * self.items)[: SPREAD * self.items]]
            rows = np.sort(rows)
        chosen: list[NDArray[np.intp]] = []
        for _ in range(many):
            held, worth = self.members[rows], values[rows]
            best = np.full(self.items + 1, np.inf)
            for column in held.T:
                np.minimum.at(best, column, worth)
            first = np.full(self.items + 1, len(rows), dtype=np.intp)
            for column in held.T:
                hits = np.flatnonzero(worth == best[column])
                np.minimum.at(first, column[hits], hits)
            found = np.unique(first[: self.items])
            found = found[found < len(rows)]
            chosen.append(rows[found])
            rows = np.delete(rows, found)
        return np.sort(np.concatenate(chosen))

    def __len__(self) -> int:
        return len(self.members)

    def values(self, rows: Sequence[int]) -> tuple[int, ...]:
        """Covered items of each tier, then the cost, of a choice of rows: Python integers."""
        held = [int(i) for r in rows for i in self.members[r] if i >= 0]
        covered = [sum(bool(flags[i]) for i in held) for flags in self.tier_items]
        return (*covered, sum(int(self.cost[r]) for r in rows))

    def key(self, rows: Sequence[int]) -> tuple[int, ...]:
        """Values such that the least in order is the best."""
        *covered, cost = self.values(rows)
        return (*(-count for count in covered), cost)

    def holds(self, rows: Sequence[int]) -> bool:
        """Whether a choice of rows is a plan: disjoint, all that must be covered, sides kept."""
        if self.banned is not None and self.banned[np.asarray(rows, dtype=np.intp)].any():
            return False
        held = [int(i) for r in rows for i in self.members[r] if i >= 0]
        if len(held) != len(set(held)) or not set(np.flatnonzero(self.must).tolist()) <= set(held):
            return False
        for side in self.sides:
            total = sum(int(side.of[r]) for r in rows)
            if side.at_least is not None and total < side.at_least:
                return False
            if side.at_most is not None and total > side.at_most:
                return False
        return True

    def moved(
        self,
        *,
        cost: Whole,
        tier_items: tuple[Flags, ...],
        must: Flags,
        sides: tuple[Side, ...],
        banned: Flags | None,
    ) -> Problem:
        """Return the problem of the same rows with all else as given."""
        made = Problem(self.items, self.members, tier_items, cost, must, sides, banned)
        kept = ["columns", "size", "holders"]  # worked out already, and the same whatever has moved
        if _same(tier_items, self.tier_items):
            kept.append("tiers")
        made.__dict__.update({name: self.__dict__[name] for name in kept if name in self.__dict__})
        return made

    def same_as(self, other: Problem) -> bool:
        """Whether a problem of the same rows asks the same."""
        walls = [(s.at_least, s.at_most) for s in self.sides]
        return (
            walls == [(s.at_least, s.at_most) for s in other.sides]
            and _same([s.of for s in self.sides], [s.of for s in other.sides])
            and _same(self.tier_items, other.tier_items)
            and np.array_equal(self.must, other.must)
            and np.array_equal(self.cost, other.cost)
            and _same(
                [] if self.banned is None else [self.banned],
                [] if other.banned is None else [other.banned],
            )
        )

    def part(self, rows: NDArray[np.intp], items: NDArray[np.intp]) -> Problem:
        """Return the problem of these rows over these items only (side rows are kept whole)."""
        if np.array_equal(rows, np.arange(len(self))) and len(items) == self.items:
            return self
        place = np.full(self.items + 1, -1, dtype=np.int32)
        place[items] = np.arange(len(items), dtype=np.int32)
        members = np.empty((len(self.columns), len(rows)), dtype=np.int32)
        for at, column in enumerate(self.columns):
            members[at] = place[column[rows]]
        return Problem(
            len(items),
            members.T,
            tuple(flags[items] for flags in self.tier_items),
            self.cost[rows],
            self.must[items],
            tuple(side.take(rows) for side in self.sides),
            None if self.banned is None else self.banned[rows],
        )


def _same(ones: Sequence[NDArray[Any]], others: Sequence[NDArray[Any]]) -> bool:
    if len(ones) != len(others):
        return False
    return all(np.array_equal(a, b) for a, b in zip(ones, others, strict=True))


@dataclass
class Solution:
    """What is known of a problem: a choice of rows, its values and how far they are proved.

    `status` is "optimal", "feasible", "infeasible" or "unknown" (nothing in hand). `bounds` has
    one entry a tier (most that can be covered), then the least cost; None where an earlier stage
    is not closed.
    """

    status: str
    rows: list[int] = field(default_factory=list)
    values: tuple[int, ...] = ()
    bounds: list[int | None] = field(default_factory=list)
    columns: int = 0
    cuts: int = 0
    window: int = 0


def components(problem: Problem) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows and items of each part that shares no item with another, in order of first item.

    Items in no row are in no part. With side rows all is one part.
    """
    held = problem.columns[0] >= 0
    everything = np.arange(len(problem)) if held.all() else np.flatnonzero(held)
    if problem.sides or not len(everything):
        return [(everything, np.arange(problem.items))] if problem.items else []
    label = _labels(problem)
    of_row = label[problem.columns[0]]
    if len(everything) < len(problem):
        of_row = np.where(held, of_row, -1)
    labels = np.unique(label[: problem.items][problem.reachable])
    place = np.full(problem.items + 1, -1, dtype=np.int64)
    place[labels] = np.arange(len(labels))
    kind = np.int16 if len(labels) < 2**15 else np.int32
    order = np.argsort(place[of_row].astype(kind), kind="stable")[len(problem) - len(everything) :]
    cuts = np.flatnonzero(np.diff(of_row[order])) + 1
    items = label[: problem.items]
    return [(rows, np.flatnonzero(items == of_row[rows[0]])) for rows in np.split(order, cuts)]


def _labels(problem: Problem) -> Whole:
    """Give every item the least item that it is joined with through rows."""
    marks = np.zeros(problem.items**2, np.bool_) if problem.items <= SQUARE else None
    ends: list[Whole] = []
    for piece in problem.pieces():
        first = problem.columns[0, piece].astype(np.int64)
        for column in problem.columns[1:, piece]:
            there = column >= 0
            pairs = first[there] * problem.items + column[there]
            if marks is None:
                ends.append(np.unique(pairs))
            else:
                marks[pairs] = True
    if marks is None:
        pairs = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *ends]))
    else:
        pairs = np.flatnonzero(marks)
    one, other = pairs // max(problem.items, 1), pairs % max(problem.items, 1)
    label = np.arange(problem.items + 1, dtype=np.int64)
    while True:
        least = np.minimum(label[one], label[other])
        before = label.copy()
        np.minimum.at(label, one, least)
        np.minimum.at(label, other, least)
        label = label[label]
        if np.array_equal(label, before):
            return label


def greedy(problem: Problem, weights: Whole) -> list[int] | None:
    """Take the cheapest disjoint rows in order, what must be covered first; None if that fails."""
    taken = np.zeros(problem.items + 1, dtype=np.bool_)  # the last stands for no item
    chosen: list[int] = []
    per_item = weights / np.maximum(problem.size, 1)
    must = np.append(problem.must, False)
    forced = must[problem.columns].any(axis=0)
    fine = np.ones(len(problem), np.bool_) if problem.banned is None else ~problem.banned
    most = max(GREEDY_ROWS, SPREAD * problem.items)
    for marks in (fine & forced, fine & ~forced & (weights < 0)):
        rows = np.flatnonzero(marks)
        if len(rows) > most:
            rows = rows[np.argpartition(per_item[rows], most)[:most]]
        rows = rows[np.argsort(per_item[rows], kind="stable")]
        held = problem.columns[:, rows]
        while True:
            open_still = ~taken[held].any(axis=0)
            rows, held = rows[open_still], held[:, open_still]
            if not len(rows):
                break
            chosen.append(int(rows[0]))
            taken[held[:, 0]] = True
            taken[-1] = False
            rows, held = rows[1:], held[:, 1:]
    chosen.sort()
    return chosen if problem.holds(chosen) else None
