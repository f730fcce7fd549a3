"""Every plan of a solved case, as choices of rows: the least of any measure, any sums held.

What questions that look beyond the best plan stand on: the plans that truly differ, fronts, who
could be with whom. Each answer is proved over every candidate, dominated ones too: a county's
table holds them all.

Sums are whole numbers a row of the table (`table`, the bench's), added up over a plan. A measure
that also counts schools left alone is turned into rows by its caller (`packing`, last paragraph).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

import numpy as np
from numpy.typing import NDArray

from grouping.questions.solved import Solved
from grouping.search.packing import Problem, Side, Solution
from grouping.search.stages import Ways
from grouping.search.stopping import Stop
from grouping.world.federations import Federations

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Choices:
    """The plans of a solved case that has one.

    `best` are the rows of its plan, `values` what that covers in each tier, then its cost (without
    the constant of schools priced alone): as `Solution.values`.
    """

    solved: Solved

    @property
    def problem(self) -> Problem:
        """The packing problem of the policy as asked."""
        return self.solved.problem

    @property
    def table(self) -> Federations:
        """Every candidate the case was solved on, banned ones too; rows are its rows."""
        return self.solved.bench.gathered.table

    @property
    def best(self) -> list[int]:
        """Rows of the best plan."""
        return list(self.solved.rows)

    @property
    def values(self) -> tuple[int, ...]:
        """What the best plan covers in each tier, and its cost."""
        return self.problem.values(self.solved.rows)

    def groups(self, rows: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        """URNs of each federation of a choice of rows, in order of first URN."""
        return tuple(sorted(self.table.urns(int(row)) for row in rows))

    def covering(self) -> list[Side]:
        """Hold what every tier covers to no less than the best plan has."""
        covered = zip(self.problem.tiers, self.values, strict=False)
        return [
            Side(f"tier {k}", tier.astype(np.int64), value, None)
            for k, (tier, value) in enumerate(covered)
        ]

    def within(self, share: Fraction) -> list[Side]:
        """Hold to plans as good as the best: its tiers, and at most this share above its cost.

        The room is `share` of the cost's absolute value, rounded down to a thousandth of a point:
        a cost may be negative.
        """
        room = floor(abs(share * self.cost))
        return [*self.covering(), Side("cost", self.problem.cost, None, self.values[-1] + room)]

    @property
    def cost(self) -> int:
        """Cost of the best plan as its last stage has it, thousandths of a point."""
        return self.solved.plan.stages[-1].value

    def least(
        self,
        of: Whole | None = None,
        *,
        staged: bool = True,
        holding: Sequence[Side] = (),
        must: Flags | None = None,
        banned: Flags | None = None,
        seconds: float | None = None,
    ) -> Solution:
        """Find the best plan by another measure, or with more held, proved as any.

        Parameters
        ----------
        of
            Whole coefficients, one a row, to make least; the cost where None.
        staged
            Whether the tiers still come first.
        holding
            Side rows beside those of the policy.
        must
            Schools that must be in a federation, flags, beside those of the policy.
        banned
            Rows that may not be chosen, flags, beside those of the policy.
        seconds
            Time limit.

        Returns
        -------
        Solution
            Rows are those of `table`; among equals the canonical choice.
        """
        asked = self.problem
        both = asked.banned if banned is None else banned
        if banned is not None and asked.banned is not None:
            both = asked.banned | banned
        moved = asked.moved(
            cost=asked.cost if of is None else of,
            tier_items=asked.tier_items if staged else (),
            must=asked.must if must is None else asked.must | must,
            sides=(*asked.sides, *holding),
            banned=both,
        )
        plan = self.solved.plan
        ways = Ways(Stop.after(seconds), plan.workers, plan.seed)
        solution = self.solved.bench.search.solve(moved, ways)
        return replace(solution, rows=sorted(solution.rows))
