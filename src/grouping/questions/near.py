"""Every plan near the best: its tiers kept, and a cost at most some share above.

Such a plan holds only rows whose reduced cost fits in the room there is (`Bound.within`): a few
hundred rows of a county's hundreds of thousands, told in whole numbers over every candidate,
dominated ones too. What is proved of the plans of those rows is proved of all near plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import floor

import numpy as np
from numpy.typing import NDArray

from grouping.errors import Fault, NoPlanExists, UsageRefused
from grouping.questions.choices import Choices, Flags
from grouping.questions.solved import Solved
from grouping.search.packing import Problem, Side, Solution
from grouping.search.part import combined, weights_of
from grouping.search.relaxation import UNIT, Bound, Relaxation
from grouping.search.stages import Search, Ways
from grouping.search.stopping import Stop
from grouping.search.ties import least_hash
from grouping.search.window import least

Number = int | float | Fraction
LARGEST_GAP = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, eq=False)
class Near:
    """The plans of a solved case within some share of the best.

    Parameters
    ----------
    choices
        The case.
    share, room
        How much a plan may cost above the best: a share of its cost, and the same in thousandths
        of a point, rounded down.
    rows
        Rows of the table that such plans can hold.
    bound, credit
        What proves that: the bound on the combined weights, and what the tiers weigh in them.
    """

    choices: Choices
    share: Fraction
    room: int
    rows: NDArray[np.intp]
    bound: Bound | None
    credit: int
    searches: list[Search] = field(default_factory=list)

    @cached_property
    def problem(self) -> Problem:
        """The packing problem of these rows alone."""
        whole = self.choices.problem
        return whole.part(self.rows, np.arange(whole.items))

    @property
    def limit(self) -> int:
        """Most that the rows of such a plan cost together."""
        return self.choices.values[-1] + self.room

    def holds(self, values: Sequence[int]) -> bool:
        """Whether a plan of such values is near: tiers covered, then cost."""
        *covered, cost = self.choices.values
        return [*values[:-1]] == covered and values[-1] <= cost + self.room

    def best(self, must: Flags, banned: Flags, ways: Ways) -> Solution | None:
        """Find the best near plan that covers some schools and lacks some rows, if there is one.

        `banned` is over `rows`, and so are the rows of the answer. Which of equals it is hangs on
        what was asked before: only its values are to be told.
        """
        asked = self.problem
        moved = asked.moved(
            cost=asked.cost,
            tier_items=asked.tier_items,
            must=asked.must | must,
            sides=asked.sides,
            banned=banned,
        )
        if not self.searches:
            self.searches.append(Search(asked, lambda row: 0))
        found = self.searches[0].solve(moved, ways)
        if found.status == "infeasible" or (
            found.status == "optimal" and not self.holds(found.values)
        ):
            return None
        return found

    def least(self, sides: Sequence[Side], ways: Ways) -> Solution:
        """Find the best near plan under more side rows; among equals the canonical choice.

        Sides and answer are in rows of the table. "infeasible" is proved; "unknown" where time is
        up before the answer is proved.
        """
        whole, best = self.choices.problem, self.choices.best
        cap = Side("near", whole.cost, None, self.limit)
        asked = replace(whole, sides=(*whole.sides, *sides, cap))
        fixed = [
            (tier.astype(np.int64), value)
            for tier, value in zip(whole.tiers, self.choices.values, strict=False)
        ]
        stop, workers, seed = ways.stop, ways.workers, ways.seed
        found = least(
            asked, self.rows, whole.cost, fixed,
            stop=stop, workers=workers, seed=seed, hint=best,
        )  # fmt: skip
        if found.status != "optimal":
            return Solution("infeasible" if found.status == "infeasible" else "unknown")
        values = whole.values(found.rows)
        window = self._window(values[-1]).tolist()
        hash_of = self.choices.solved.bench.search.hash_of
        hashes = {row: hash_of(row) for row in window}
        rows = least_hash(asked, window, list(found.rows), hashes, stop, workers, seed)
        if stop.now():
            return Solution("unknown")
        return Solution("optimal", sorted(rows), values, list(values), window=len(window))

    def _window(self, cost: int) -> NDArray[np.intp]:
        """Rows that a near plan of such a cost can hold."""
        if self.bound is None:
            return self.rows
        gap = (cost - self.credit) * UNIT - self.bound.total
        return self.bound.within(min(gap, LARGEST_GAP))[0]


def near(solved: Solved, share: Number) -> Near:
    """Look at the plans of a solved case within a share of the best plan's cost.

    Raises
    ------
    NoPlanExists
        Where the case has no plan.
    UsageRefused
        Where the share is below nothing or is no number.
    """
    exact = exactly(share)
    if exact < 0:
        raise UsageRefused(Fault("is below 0", "Give a share such as 1%", "within", value=share))
    if solved.plan.status != "optimal":
        raise NoPlanExists("no plan can exist under this policy: there is none to look around")
    choices = Choices(solved)
    room = floor(abs(exact * choices.cost))
    whole = choices.problem
    if not len(whole):
        return Near(choices, exact, room, np.zeros(0, dtype=np.intp), None, 0)
    weights = weights_of(whole)
    relaxation = Relaxation(whole, Stop.after(None), choices.best)
    relaxation.solve(combined(whole, *weights))
    bound = relaxation.bound
    assert bound is not None
    covered = zip(weights, choices.values, strict=False)
    credit = sum(weight * value for weight, value in covered)
    gap = (choices.values[-1] + room - credit) * UNIT - bound.total
    rows = bound.within(min(gap, LARGEST_GAP))[0]
    return Near(choices, exact, room, rows, bound, credit)


def exactly(number: Number) -> Fraction:
    """Take a number as the decimal written.

    Raises
    ------
    UsageRefused
        Where it is not a finite number.
    """
    try:
        return number if isinstance(number, Fraction) else Fraction(str(number))
    except ValueError:
        fault = Fault("is not a finite number", "Give a number such as 0.25", value=number)
        raise UsageRefused(fault) from None
