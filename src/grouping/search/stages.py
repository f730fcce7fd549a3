"""The lexicographic solve: each tier covered as far as can be, then the least cost, then the ties.

A problem falls into parts that share no item (one part where side rows tie them): each is solved
and proved by itself (see `part`), and what they say is added up. A search keeps its parts, so that
a problem of the same rows, moved a little, is answered by the parts it moved alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grouping.search.packing import Problem, Solution, components
from grouping.search.part import Part, Ways
from grouping.search.window import LARGEST, too_large

__all__ = ["Search", "Ways", "possible", "solve"]

Positions = NDArray[np.intp]


def solve(problem: Problem, hash_of: Callable[[int], int], ways: Ways) -> Solution:
    """Solve each part of a problem and put the answers together."""
    return Search(problem, hash_of).solve(problem, ways)


def possible(problem: Problem, ways: Ways) -> bool:
    """Whether a problem has any plan: not shown to have none before time is up."""
    if _plainly_impossible(problem):
        return False
    if not len(problem):
        return problem.holds([])
    parts = (Part(problem.part(*of), lambda row: row) for of in components(problem))
    return all(part.possible(ways) for part in parts)


@dataclass(eq=False)
class _Share:
    """A part of the search: its rows and items in the whole, and its last answer."""

    rows: Positions
    items: Positions
    part: Part
    solution: Solution | None = None
    start: list[int] | None = None

    def hear(self, rows: list[int]) -> None:
        """Hear of a better plan of this part."""
        self.start = rows

    def turn(self, problem: Problem) -> None:
        """Turn to a problem of the same rows; what is solved stays so where nothing has moved."""
        old = self.part.problem
        new = old.moved(
            cost=problem.cost[self.rows],
            tier_items=tuple(flags[self.items] for flags in problem.tier_items),
            must=problem.must[self.items],
            sides=tuple(side.take(self.rows) for side in problem.sides),
            banned=None if problem.banned is None else problem.banned[self.rows],
        )
        if self.solution is not None and self.solution.status == "optimal" and new.same_as(old):
            return
        self.start = self.part.again(new)
        self.solution = None


class Search:
    """A problem opened for search: solved once, then again for problems of the same rows.

    Parameters
    ----------
    problem
        The first problem. Those that follow have the same rows and items; cost, tiers, musts, side
        rows and bans may differ.
    hash_of
        Hash of a row, a 256-bit whole number.
    """

    def __init__(self, problem: Problem, hash_of: Callable[[int], int]) -> None:
        self.first, self.hash_of = problem, hash_of
        self.apart: list[_Share] | None = None
        self.tied: list[_Share] | None = None
        self.asked: tuple[Problem, list[_Share]] | None = None

    def in_hand(self) -> list[int] | None:
        """Rows of the best plan found so far of the problem asked last; None where there is none.

        For a caller who is interrupted.
        """
        if self.asked is None:
            return None
        problem, shares = self.asked
        found: list[int] = []
        for share in shares:
            rows = share.start if share.solution is None else share.solution.rows
            found += share.rows[np.asarray(rows or [], dtype=np.intp)].tolist()
        return sorted(found) if problem.holds(found) else None

    def solve(self, problem: Problem, ways: Ways) -> Solution:
        """Solve a problem of the rows of the first; what has not moved is not solved again."""
        self.asked = None
        if max(int(problem.cost.max(initial=0)), -int(problem.cost.min(initial=0))) > LARGEST:
            raise too_large()
        if _plainly_impossible(problem):
            return Solution("infeasible")
        if not len(problem):
            nothing = problem.values([])
            held = problem.holds([])
            return Solution("optimal" if held else "infeasible", [], nothing, list(nothing))
        shares = self._shares(problem)
        self.asked = (problem, shares)
        for share in shares:
            if share.solution is None:
                share.solution = share.part.solve(share.start, ways, share.hear)
        found = _joined(problem, shares)
        if ways.any_of_equals:  # not what the same question is answered with another time
            for share in shares:
                share.solution = None
        return found

    def _shares(self, problem: Problem) -> list[_Share]:
        """Give the parts, turned to this problem; made where they are asked for first."""
        kept = self.tied if problem.sides else self.apart
        if kept is not None:
            for share in kept:
                share.turn(problem)
            return kept
        made = []
        for rows, items in components(problem):
            part = Part(problem.part(rows, items), self._local(rows))
            made.append(_Share(rows, items, part, start=part.first()))
        if problem.sides:
            self.tied = made
            self._lend()
        else:
            self.apart = made
        return made

    def _lend(self) -> None:
        """Lend the columns of the parts to the one that ties them all."""
        if self.apart and self.tied:
            columns = [share.rows[share.part.columns] for share in self.apart]
            self.tied[0].part.lend(np.concatenate(columns))

    def _local(self, rows: Positions) -> Callable[[int], int]:
        return lambda row: self.hash_of(int(rows[row]))


def _plainly_impossible(problem: Problem) -> bool:
    """Whether a limit is crossed or a school that must be covered is in no row."""
    crossed = any(
        s.at_least is not None and s.at_most is not None and s.at_least > s.at_most
        for s in problem.sides
    )
    return crossed or bool((problem.must & ~problem.reachable).any())


def _joined(problem: Problem, shares: list[_Share]) -> Solution:
    solutions = [share.solution for share in shares if share.solution is not None]
    stages = len(problem.tier_items) + 1
    if any(s.status == "infeasible" for s in solutions):
        return Solution("infeasible")
    if any(s.status == "unknown" for s in solutions):
        return Solution("unknown", bounds=[None] * stages)
    rows = sorted(
        int(r)
        for share, s in zip(shares, solutions, strict=True)
        for r in share.rows[np.asarray(s.rows, dtype=np.intp)]
    )
    values = problem.values(rows)
    bounds: list[int | None] = []
    for stage in range(stages):
        of = [s.bounds[stage] for s in solutions]
        closed = all(bounds[k] == values[k] for k in range(stage))
        bounds.append(sum(b for b in of if b is not None) if closed and None not in of else None)
    status = "optimal" if tuple(bounds) == values else "feasible"
    if not all(s.status == "optimal" for s in solutions):
        status = "feasible"
    return Solution(
        status,
        rows,
        values,
        bounds,
        columns=sum(s.columns for s in solutions),
        cuts=sum(s.cuts for s in solutions),
        window=sum(s.window for s in solutions),
    )
