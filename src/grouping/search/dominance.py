"""Rows no optimal plan can hold: something inside them does the same for less.

Rule
    Row F is dropped where there is a set D of disjoint rows, each a proper subset of F, with
    (i)  D strictly better than F: as many items of every tier, and a lower sum of costs;
    (ii) every item of F that must be covered in D, and for every side row the sum over D at most
         F's own where the side is bounded above, at least F's own where it is bounded below.
    D may be empty.

Why no optimal plan is lost
    Take a plan that holds F and put D in F's place. D lies inside F and is disjoint, so no item is
    in two rows; (ii) keeps what must be covered and every side row; (i) makes the plan strictly
    better. So the plan was not optimal. What is dropped is in no optimal plan: the values and the
    whole set of optimal plans stay as they are, and with them the choice among equals. Members of
    D are smaller than F, so the argument ends, and all such rows may go at once. No cost need be
    positive. Ties are kept: a D as good as F drops nothing.

It holds for the question asked and no other: with a row forbidden or two items forced together,
with other costs or weights, another set of rows is dropped. Bounds stand on every row.

D lies inside F, so it covers at most the items F does; (i) asks that all items of every tier are
in D. Items of a tier and items that must be covered are *wanted* alike. For each row size and each
pattern of wanted places, the ways to put disjoint subsets over the wanted places are listed once,
and asked of all such rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from grouping.search.packing import Flags, Members, Problem, Whole

LARGEST_ROW = 6  # items of the largest row looked into: 876 ways at most, 202 without single items
CHUNK = 60_000  # rows looked into at once, which bounds memory
LARGEST = 2**57  # coefficients up to this: six of them, and absent rows, add up within 63 bits
ABSENT = 2**60  # cost of a row that is not there: no sum with it in is less than any cost

Way = tuple[int, ...]  # disjoint subsets of a row's places, as bits


def undominated(problem: Problem) -> Flags:
    """Mark the rows that must be kept, one flag a row; the others are in no optimal plan.

    To keep a row is always safe, and these are kept whatever could be said of them: rows of more
    than `LARGEST_ROW` items; all rows, where a cost or a side's coefficient is beyond `LARGEST`.
    For every other row every D is tried, under sides too, so the answer is the rule's own, but
    for two cases in which a D may be missed: of rows that hold the same items only the cheapest
    is tried, which matters under sides alone; and subsets of so many items that their numbers do
    not fit one word (five of more than 6,208 items, four of more than 55,108, three of more than
    two million) are not looked up.

    Parameters
    ----------
    problem
        The packing problem; items of each row ascending, padded with -1 at the end.

    Notes
    -----
    Time grows as the rows times the ways, at most 14 for a row of four where none holds one item
    alone. Memory beside the problem is some 45 bytes a row at its peak.
    """
    kept = np.ones(len(problem), dtype=np.bool_)
    sides = [side for side in problem.sides if (side.at_least, side.at_most) != (None, None)]
    if not all(_within(of) for of in (problem.cost, *(side.of for side in sides))):
        return kept
    wanted = problem.must.copy()
    for flags in problem.tier_items:
        wanted |= flags
    size, pattern = _patterns(problem, wanted)
    # A row without a wanted item helps no D unless it costs less than nothing or sides want it.
    of_use = (pattern > 0) | (problem.cost < 0) | bool(sides)
    of_use &= (size > 0) & (size < min(int(size.max(initial=0)), LARGEST_ROW + 1))
    shelves = _Shelves(problem, size, of_use)
    lone = bool((of_use & (pattern == 0)).any())
    for rows, k, places in _alike(size, pattern):
        ways = _ways(k, places, shelves.sizes, lone=lone)
        in_order = [[w for w in ways if _largest(w) == most] for most in range(max(k, 1))]
        for first in range(0, len(rows), CHUNK):
            look = _Look(problem, shelves, rows[first : first + CHUNK], k)
            kept[_beaten(look, in_order)] = False
    return kept


def _within(of: Whole) -> bool:
    return bool(of.min(initial=0) >= -LARGEST and of.max(initial=0) <= LARGEST)


def _patterns(problem: Problem, wanted: Flags) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Size of each row, 255 at most, and its wanted places as bits, of the first places only."""
    size = np.zeros(len(problem), dtype=np.uint8)
    pattern = np.zeros(len(problem), dtype=np.uint8)
    marks = np.append(wanted, False)
    for place, column in enumerate(problem.members.T):
        size += (column >= 0) & (size < 255)
        if place < LARGEST_ROW:
            pattern |= marks[column].astype(np.uint8) << place
    return size, pattern


def _alike(
    size: NDArray[np.uint8], pattern: NDArray[np.uint8]
) -> Iterator[tuple[NDArray[np.intp], int, int]]:
    """Rows of one size and one pattern of wanted places, group by group, in order within each."""
    code = size.astype(np.uint16) << LARGEST_ROW | pattern
    order = np.argsort(code, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
        if len(rows) and size[rows[0]] <= LARGEST_ROW:
            yield rows, int(size[rows[0]]), int(pattern[rows[0]])


def _ways(k: int, places: int, sizes: frozenset[int], *, lone: bool) -> list[Way]:
    """List every set of disjoint proper subsets of k places that holds all the wanted places.

    `sizes` are those a subset may have; without `lone`, each holds a wanted place.
    """
    every = (1 << k) - 1
    blocks = [b for b in range(1, every) if b.bit_count() in sizes and (lone or b & places)]
    blocks.sort(key=lambda b: b & -b)  # by first place, so that each set is listed once

    def go(way: Way, held: int, start: int) -> Iterator[Way]:
        if not places & ~held:
            yield way
        for n in range(start, len(blocks)):
            if not blocks[n] & held:
                yield from go((*way, blocks[n]), held | blocks[n], n + 1)

    return list(go((), 0, 0))


def _largest(way: Way) -> int:
    return max((block.bit_count() for block in way), default=0)


class _Shelf:
    """Rows of one size by what they hold: keys ascending, the cheapest of equal ones first."""

    def __init__(self, problem: Problem, rows: NDArray[np.intp], size: int) -> None:
        self.items = problem.items
        keys = self._key(len(rows), (problem.members[rows, place] for place in range(size)))
        if not (keys[1:] > keys[:-1]).all():  # candidates come in order, other rows may not
            order = np.lexsort((problem.cost[rows], keys))
            rows, keys = rows[order], keys[order]
        self.rows, self.keys = rows, keys

    def _key(self, count: int, columns: Iterable[Members]) -> Whole:
        """One whole number a row for the items in these columns."""
        key = np.zeros(count, dtype=np.int64)
        for column in columns:
            key *= self.items
            key += column
        return key

    def find(self, columns: Sequence[Members]) -> NDArray[np.intp]:
        """Row that holds just the items in these columns, -1 where there is none."""
        sought = self._key(len(columns[0]), columns)
        place = np.searchsorted(self.keys, sought)
        place[place == len(self.keys)] = 0
        return np.where(self.keys[place] == sought, self.rows[place], -1)


class _Shelves:
    """A shelf for each size, filled when first asked for: few rows need the larger ones."""

    def __init__(self, problem: Problem, size: NDArray[np.uint8], of_use: Flags) -> None:
        self.problem, self.size, self.of_use = problem, size, of_use
        held = np.unique(size[of_use]).tolist()
        self.sizes = frozenset(k for k in held if int(problem.items) ** k < 2**63)
        self.filled: dict[int, _Shelf] = {}

    def of(self, size: int) -> _Shelf:
        """Give the shelf of one size, of `sizes`."""
        if size not in self.filled:
            rows = np.flatnonzero(self.of_use & (self.size == size))
            self.filled[size] = _Shelf(self.problem, rows, size)
        return self.filled[size]


class _Look:
    """Rows of one size, and their subsets as far as they have been looked up."""

    def __init__(self, problem: Problem, shelves: _Shelves, rows: NDArray[np.intp], k: int) -> None:
        self.problem, self.shelves, self.rows = problem, shelves, rows
        self.columns = [problem.members[rows, place] for place in range(k)]
        self.cost = problem.cost[rows]
        self.found: dict[int, NDArray[np.intp]] = {}
        self.costs: dict[int, Whole] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def keep(self, some: Flags) -> None:
        """Go on with some of the rows only."""
        self.rows, self.cost = self.rows[some], self.cost[some]
        self.columns = [column[some] for column in self.columns]
        self.found = {block: rows[some] for block, rows in self.found.items()}
        self.costs = {block: cost[some] for block, cost in self.costs.items()}

    def beaten(self, way: Way) -> NDArray[np.intp]:
        """Places of the rows for which this way is there, costs less, and does no side harm."""
        total = np.zeros(len(self), dtype=np.int64)
        for block in way:
            total += self._cost(block)
        at = np.flatnonzero(total < self.cost)
        for side in self.problem.sides:
            own = side.of[self.rows[at]]
            of = np.zeros(len(at), dtype=np.int64)
            for block in way:
                of += side.of[self.found[block][at]]
            fine = np.ones(len(at), dtype=np.bool_)
            if side.at_most is not None:
                fine &= of <= own
            if side.at_least is not None:
                fine &= of >= own
            at = at[fine]
        return at

    def _cost(self, block: int) -> Whole:
        if block not in self.costs:
            columns = [c for place, c in enumerate(self.columns) if block >> place & 1]
            found = self.found[block] = self.shelves.of(len(columns)).find(columns)
            self.costs[block] = np.where(found < 0, ABSENT, self.problem.cost[found])
        return self.costs[block]


def _beaten(look: _Look, ways: list[list[Way]]) -> NDArray[np.intp]:
    """Rows that any way beats, the ways in order of their largest subset.

    Most rows are beaten by small subsets, and larger ones are looked up for the others alone.
    """
    beaten = [look.rows[:0]]
    for of_size in ways:
        fresh = np.zeros(len(look), dtype=np.bool_)
        for way in of_size:
            fresh[look.beaten(way)] = True
        if fresh.any():
            beaten.append(look.rows[fresh])
            look.keep(~fresh)
    return np.concatenate(beaten)
