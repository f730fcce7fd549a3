"""Rows that a plan no other beats may hold, and their search: what fronts are swept in.

A row is dropped where disjoint rows inside it do as well by every criterion and every sum that is
held, and better by one (`dominance`, asked once for each criterion): put in its place they make a
plan better by that criterion and worse by none, so no plan on the front holds it. The least of a
criterion under bounds on others is reached on the front, so every answer over the pool is the
answer over all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grouping.questions.choices import Choices
from grouping.questions.criteria import Criterion
from grouping.search.dominance import undominated
from grouping.search.gathering import hash_of
from grouping.search.packing import Problem, Side, Solution
from grouping.search.stages import Search, Ways
from grouping.search.stopping import Stop

Whole = NDArray[np.int64]
FAR = 2**60  # no bound: whether a side is bounded above or below is all that dominance asks


@dataclass(frozen=True, eq=False)
class Pool:
    """Some rows of a table: `rows` are theirs in the whole, `problem` and `held` over them."""

    choices: Choices
    rows: NDArray[np.intp]
    problem: Problem
    held: tuple[Side, ...]
    search: Search
    ways: Ways

    def least(self, of: Whole, holding: Sequence[Side]) -> Solution:
        """Make whole coefficients least, coverage held and no stage: any of the plans equal."""
        sides = (*self.problem.sides, *self.held, *holding)
        return self._solved(of, (), sides, replace(self.ways, any_of_equals=True))

    def best(self, holding: Sequence[Side]) -> Solution:
        """Find the best plan in every stage under bounds, the canonical one among equals."""
        sides = (*self.problem.sides, *self.held, *holding)
        return self._solved(self.problem.cost, self.problem.tier_items, sides, self.ways)

    def _solved(
        self, of: Whole, tiers: tuple[NDArray[np.bool_], ...], sides: tuple[Side, ...], ways: Ways
    ) -> Solution:
        asked = self.problem.moved(
            cost=of, tier_items=tiers, must=self.problem.must, sides=sides, banned=None
        )
        return self.search.solve(asked, ways)


def pool(choices: Choices, criteria: Sequence[Criterion], held: Sequence[Side], stop: Stop) -> Pool:
    """Keep the rows that a plan on the front of these criteria may hold."""
    problem = choices.problem
    free = np.arange(len(problem))
    if problem.banned is not None:
        free = np.flatnonzero(~problem.banned)
    some = replace(problem.part(free, np.arange(problem.items)), banned=None)
    sides = [side.take(free) for side in held]
    kept = np.ones(len(free), dtype=np.bool_)
    for one in criteria:
        others = [Side("", c.least[free], None, FAR) for c in criteria if c is not one]
        kept &= undominated(
            some.moved(
                cost=one.least[free],
                tier_items=(),
                must=some.must,
                sides=(*some.sides, *sides, *others),
                banned=None,
            )
        )
    rows = free[kept]
    at = np.flatnonzero(kept)
    fewer = replace(some.part(at, np.arange(problem.items)), banned=None)
    table, plan = choices.table, choices.solved.plan
    return Pool(
        choices,
        rows,
        fewer,
        tuple(side.take(at) for side in sides),
        Search(fewer, lambda row: hash_of(table.urns(int(rows[row])))),
        Ways(stop, plan.workers, plan.seed),
    )
