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

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

GREEDY_ROWS = 5_000  # rows the greedy plan looks at, the cheapest an item

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
    """

    items: int
    members: Members
    tier_items: tuple[Flags, ...]
    cost: Whole
    must: Flags
    sides: tuple[Side, ...] = ()

    @cached_property
    def tiers(self) -> tuple[Whole, ...]:
        """For each tier, how many of its items each row covers."""
        return tuple(
            np.append(flags, False)[self.members].sum(axis=1, dtype=np.int16).astype(np.int64)
            for flags in self.tier_items
        )

    @cached_property
    def reachable(self) -> Flags:
        """Which items any row holds."""
        marks = np.zeros(self.items + 1, dtype=np.bool_)
        marks[self.members] = True
        return marks[: self.items]

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

    def part(self, rows: NDArray[np.intp], items: NDArray[np.intp]) -> Problem:
        """Return the problem of these rows over these items only (side rows are kept whole)."""
        place = np.full(self.items + 1, -1, dtype=np.int32)
        place[items] = np.arange(len(items), dtype=np.int32)
        return Problem(
            len(items),
            place[self.members[rows]],
            tuple(flags[items] for flags in self.tier_items),
            self.cost[rows],
            self.must[items],
            tuple(Side(s.name, s.of[rows], s.at_least, s.at_most) for s in self.sides),
        )


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
    held = problem.members.max(axis=1, initial=-1) >= 0
    everything = np.flatnonzero(held)
    if problem.sides or not len(everything):
        return [(everything, np.arange(problem.items))] if problem.items else []
    members = np.where(problem.members < 0, problem.members[:, :1], problem.members)
    label = np.arange(problem.items + 1, dtype=np.int64)
    while True:
        least = label[members].min(axis=1)
        before = label.copy()
        for column in members.T:
            np.minimum.at(label, column, least)
        label = label[label]
        if np.array_equal(label, before):
            break
    of_row = label[members[:, 0]]
    parts = []
    order = np.argsort(of_row, kind="stable")
    cuts = np.flatnonzero(np.diff(of_row[order])) + 1
    for rows in np.split(order, cuts):
        items = np.flatnonzero(label[: problem.items] == of_row[rows[0]])
        parts.append((rows, items))
    return parts


def greedy(problem: Problem, weights: Whole) -> list[int] | None:
    """Take the cheapest disjoint rows in order, what must be covered first; None if that fails."""
    taken: set[int] = set()
    chosen: list[int] = []
    per_item = weights / np.maximum((problem.members >= 0).sum(axis=1), 1)
    must = np.append(problem.must, False)
    forced = must[problem.members].any(axis=1)
    for rows in (np.flatnonzero(forced), np.flatnonzero(~forced & (weights < 0))):
        if len(rows) > GREEDY_ROWS:
            rows = rows[np.argpartition(per_item[rows], GREEDY_ROWS)[:GREEDY_ROWS]]
        for r in rows[np.argsort(per_item[rows], kind="stable")]:
            held = [i for i in problem.members[r].tolist() if i >= 0]
            if taken.isdisjoint(held):
                taken.update(held)
                chosen.append(int(r))
    chosen.sort()
    return chosen if problem.holds(chosen) else None
