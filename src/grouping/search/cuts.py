"""Cuts for the linear relaxation: Chvatal-Gomory cuts on small sets of items.

On a set T of items and a divisor k, sum of floor(|r & T| / k) x_r <= floor(|T| / k). They are
looked for in the patches of items where the answer is fractional.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from grouping.search.packing import Problem

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]

PATCH_SETS = 60_000  # sets of items looked at in a fractional patch
SHAPES = ((3, 2), (4, 3), (5, 2), (5, 3), (7, 2), (7, 3), (7, 4))  # (size of T, k)


@dataclass(frozen=True, eq=False)
class Cut:
    """A cut: rows with a coefficient, the coefficients, and the right-hand side."""

    items: tuple[int, ...]
    k: int
    rows: NDArray[np.intp]
    of: Whole
    at_most: int

    def at(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], Whole]:
        """Places among some rows that have a coefficient, and the coefficients."""
        where = np.minimum(np.searchsorted(self.rows, rows), max(len(self.rows) - 1, 0))
        known = self.rows[where] == rows if len(self.rows) else np.zeros(len(rows), np.bool_)
        places = np.flatnonzero(known)
        return places, self.of[where[places]]


def cuts_of(problem: Problem, wanted: Sequence[tuple[tuple[int, ...], int]]) -> list[Cut]:
    """Make cuts of sets of items and divisors, over every row of the problem in one pass."""
    touched = np.zeros(problem.items, dtype=np.int8)
    touched[[item for items, _ in wanted for item in items]] = 1
    several = np.flatnonzero(problem.sums(touched) >= 2) if wanted else np.zeros(0, dtype=np.intp)
    columns = problem.columns[:, several]
    made = []
    for items, k in wanted:
        marks = np.zeros(problem.items + 1, dtype=np.int8)
        marks[list(items)] = 1
        of = marks[columns].sum(axis=0, dtype=np.int8) // k
        some = np.flatnonzero(of)
        made.append(Cut(items, k, several[some], of[some].astype(np.int64), len(items) // k))
    return made


def patches(problem: Problem, rows: Sequence[int]) -> list[set[int]]:
    """Items of the fractional rows, grouped where rows share an item."""
    found: list[set[int]] = []
    for r in rows:
        held = {int(i) for i in problem.members[r] if i >= 0}
        apart = []
        for patch in found:
            if patch & held:
                held |= patch
            else:
                apart.append(patch)
        found = [*apart, held]
    return sorted(found, key=min)


def violated(
    problem: Problem, rows: Sequence[int], values: Floats, patch: set[int]
) -> list[tuple[float, tuple[int, ...], int]]:
    """Find violated cuts on sets of a patch's items: by how much, the items, the divisor."""
    items = np.asarray(sorted(patch))
    inside = np.zeros((len(items), len(rows)), dtype=np.int64)
    place = {int(i): k for k, i in enumerate(items)}
    for column, r in enumerate(rows):
        for i in problem.members[r]:
            if i >= 0:
                inside[place[int(i)], column] = 1
    often = inside.sum(axis=1) >= 2  # an item of one row alone can be left out of any cut
    items, inside = items[often], inside[often]
    found = []
    for size, k in SHAPES:
        if len(items) < size or comb(len(items), size) > PATCH_SETS:
            continue
        sets = np.asarray(list(combinations(range(len(items)), size)))
        left = (inside[sets].sum(axis=1) // k) @ values
        for s in np.flatnonzero(left > size // k + 1e-4):
            over = float(left[s]) - size // k
            found.append((over, tuple(int(i) for i in items[sets[s]]), k))
    return found + _odd(items, inside, values)


def _odd(
    items: NDArray[np.intp], inside: Whole, values: Floats
) -> list[tuple[float, tuple[int, ...], int]]:
    """Odd sets of any size, k = 2: the whole patch, or all of it but one item (long odd rings)."""
    every = np.arange(len(items))
    sets = [every] if len(items) % 2 else [np.delete(every, i) for i in every]
    found = []
    for chosen in sets:
        over = float((inside[chosen].sum(axis=0) // 2) @ values) - len(chosen) // 2
        if over > 1e-4:
            found.append((over, tuple(int(i) for i in items[chosen]), 2))
    return found
