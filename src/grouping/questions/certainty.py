"""Certainty: who is together in every plan near the best, and who only in some.

Pairs come from the rows that a near plan can hold at all (see `near`). For each, the best near plan
that has the pair, or that has it not, is asked for; where there is none, that is proved: the pair
is in no near plan, or in all of them. Costs are exact: where no near plan lacks a pair or a
federation of the best plan, the best plan of all that lack it is found too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import combinations
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from grouping.answers.certain import Certainty, Federated, PairTogether, Stages
from grouping.questions.choices import Flags
from grouping.questions.near import Near, Number, near
from grouping.questions.solved import Solved
from grouping.search.relaxation import UNIT
from grouping.search.stages import Ways
from grouping.search.stopping import Stop
from grouping.world.schools import School

Pair = tuple[int, int]  # positions in the county of the table, the lower first
Values = tuple[int, ...]  # of a plan: what it covers of each tier, then its cost
Heard = Callable[[int, int], None]  # told how much is done, of how much
Thing = TypeVar("Thing", int, Pair)


@dataclass(eq=False)
class _Asking:
    """What is asked of near plans, and the cheapest cost known of a near plan with each pair.

    Time is looked at between questions: each is answered with proof or not asked.
    """

    near: Near
    ways: Ways
    stop: Stop
    rows_of: dict[Pair, NDArray[np.intp]]
    of: int
    heard: Heard
    done: int = 0
    cheapest: dict[Pair, int] = field(default_factory=dict)

    def each(
        self, things: Iterable[Thing], answer: Callable[[Thing], Values | None]
    ) -> dict[Thing, Values | None]:
        """Answer for one thing after another, until time is up."""
        found: dict[Thing, Values | None] = {}
        for thing in things:
            if self.stop.now():
                break
            found[thing] = answer(thing)
            self.done += 1
            self.heard(self.done, self.of)
        return found

    def with_pair(self, pair: Pair) -> Values | None:
        """Values of the best near plan with a pair; None where there is none."""
        *tiers, _ = self.near.choices.values
        known = self.cheapest.get(pair)
        if known is not None and known == self.least(pair):
            return (*tiers, known)
        members = self.near.problem.members
        touched = (members == pair[0]).any(axis=1) | (members == pair[1]).any(axis=1)
        touched[self.rows_of[pair]] = False
        return self._ask(touched, must=pair[0])

    def without_pair(self, pair: Pair) -> Values | None:
        """Values of the best plan of all without a pair; None where there is no plan."""
        found = self._ask(self._flags(self.rows_of[pair]))
        return self._anywhere(holding(self.near, pair)) if found is None else found

    def without_row(self, row: int) -> Values | None:
        """Values of the best plan of all without a row of the table; None where there is none."""
        found = self._ask(self._flags(np.flatnonzero(self.near.rows == row)))
        if found is not None:
            return found
        gone = np.zeros(len(self.near.choices.table), dtype=np.bool_)
        gone[row] = True
        return self._anywhere(gone)

    def least(self, pair: Pair) -> int:
        """Least that any near plan with a pair can cost, by the reduced costs of its rows."""
        bound = self.near.bound
        assert bound is not None
        reduced = int(bound.reduced[self.near.rows[self.rows_of[pair]]].min())
        return -(-(bound.total + reduced) // UNIT) + self.near.credit

    def meet(self, rows: Iterable[int], cost: int) -> None:
        """Meet a near plan, as rows of the near ones: a witness for each pair in it."""
        for row in rows:
            for pair in pairs_of(self.near.problem.members[row]):
                self.cheapest[pair] = min(cost, self.cheapest.get(pair, cost))

    def _ask(self, banned: Flags, must: int | None = None) -> Values | None:
        """Ask for the best near plan without some near rows that has a school in a federation."""
        covered = np.zeros(self.near.problem.items, dtype=np.bool_)
        if must is not None:
            covered[must] = True
        found = self.near.best(covered, banned, self.ways)
        if found is None:
            return None
        self.meet(found.rows, found.values[-1])
        return found.values

    def _anywhere(self, banned: Flags) -> Values | None:
        found = self.near.choices.least(banned=banned)
        return None if found.status == "infeasible" else found.values

    def _flags(self, rows: NDArray[np.intp]) -> Flags:
        flags = np.zeros(len(self.near.rows), dtype=np.bool_)
        flags[rows] = True
        return flags


def certainty(
    solved: Solved,
    *,
    within: Number = 0.01,
    seconds: float | None = None,
    heard: Heard = lambda done, of: None,
) -> Certainty:
    """Tell which schools are together in every plan near the best, and which in some.

    Parameters
    ----------
    solved
        The case.
    within
        How much a plan may cost above the best, as a share of its cost.
    seconds
        Time limit; what is not decided by then is said.
    heard
        Told how many questions are answered, of how many.

    Raises
    ------
    NoPlanExists
        Where there is no plan.
    UsageRefused
        Where the share makes no sense.
    """
    start = perf_counter()
    around = near(solved, within)
    choices, rows_of = around.choices, _rows_of(around)
    ways = Ways(Stop.after(None), solved.plan.workers, solved.plan.seed)
    stop = Stop.after(seconds)
    asking = _Asking(around, ways, stop, rows_of, len(rows_of) + len(choices.best), heard)
    asking.meet(np.flatnonzero(np.isin(around.rows, choices.best)).tolist(), choices.values[-1])
    held = {pair for row in choices.best for pair in pairs_of(choices.table.members[row])}
    forced = {pair for group in _by_policy(solved) for pair in combinations(group, 2)}
    lacked = asking.each(choices.best, asking.without_row)
    apart = asking.each(
        sorted(held), lambda pair: None if pair in forced else asking.without_pair(pair)
    )
    others = sorted(rows_of.keys() - held, key=lambda pair: (asking.least(pair), pair))
    beside = asking.each(others, asking.with_pair)
    together = {pair: (choices.values, gone) for pair, gone in apart.items()}
    together |= {
        pair: (values, choices.values) for pair, values in beside.items() if values is not None
    }
    open_pairs = sorted(rows_of.keys() - apart.keys() - beside.keys())
    steady, never = _steady(solved, around, together, held, open_pairs)
    schools = solved.bench.seen.county.schools

    def groups(rows: Iterable[int]) -> list[tuple[int, tuple[School, ...]]]:
        members = choices.table.members
        found = [(r, tuple(schools[i] for i in members[r].tolist() if i >= 0)) for r in rows]
        return sorted(found, key=lambda one: one[1][0].urn)

    def staged(values: Values | None) -> Stages | None:
        return None if values is None else _staged(solved, choices.values, values)

    return Certainty(
        within=around.share,
        room=around.room,
        stages=tuple(stage.name for stage in solved.plan.stages),
        best=tuple(stage.value for stage in solved.plan.stages),
        pairs=tuple(
            PairTogether(
                schools[pair[0]],
                schools[pair[1]],
                pair in held,
                gone is None or not around.holds(gone),
                pair in forced,
                _staged(solved, choices.values, values),
                staged(gone),
            )
            for pair, (values, gone) in sorted(together.items())
        ),
        federations=tuple(
            Federated(group, _fixed(solved, group), staged(lacked[row]))
            for row, group in groups(lacked)
        ),
        steady=steady,
        never=never,
        undecided=tuple((schools[a], schools[b]) for a, b in open_pairs),
        unpriced=tuple(group for _, group in groups(choices.best[len(lacked) :])),
        candidates=solved.plan.candidates,
        looked_at=len(rows_of),
        seconds=round(perf_counter() - start, 1),
    )


def pairs_of(members: NDArray[np.int32]) -> list[Pair]:
    """Pairs of items of a row."""
    return list(combinations([i for i in members.tolist() if i >= 0], 2))


def holding(around: Near, pair: Pair) -> Flags:
    """Mark the rows of the table that hold a pair."""
    members = around.choices.table.members
    both = (members == pair[0]).any(axis=1) & (members == pair[1]).any(axis=1)
    return np.asarray(both, dtype=np.bool_)


def _rows_of(around: Near) -> dict[Pair, NDArray[np.intp]]:
    """Rows of the near ones that hold each pair."""
    found: dict[Pair, list[int]] = {}
    for row, members in enumerate(around.problem.members):
        for pair in pairs_of(members):
            found.setdefault(pair, []).append(row)
    return {pair: np.asarray(rows, dtype=np.intp) for pair, rows in found.items()}


def _by_policy(solved: Solved) -> list[tuple[int, ...]]:
    """Schools that every plan has together: kept and fixed federations, and locks."""
    base, county, locks = solved.bench.seen.county, solved.plan.county, solved.policy.locks
    groups = [county.urns[held].tolist() for held in county.blocks()]
    groups += [list(lock) for lock in (*locks.federations, *locks.together)]
    return [tuple(sorted({base.position(int(urn)) for urn in urns})) for urns in groups]


def _fixed(solved: Solved, group: tuple[School, ...]) -> bool:
    """Whether a federation is one that the policy fixes, or keeps as it is."""
    county, urns = solved.plan.county, {school.urn for school in group}
    kept = [county.urns[held].tolist() for held in county.blocks()]
    return any(urns == set(one) for one in (*kept, *solved.policy.locks.federations))


def _staged(solved: Solved, best: Values, values: Values) -> Stages:
    """Turn values of rows into those of stages: schools alone, then cost with prices in it."""
    stages = [stage.value for stage in solved.plan.stages]
    tiers = [s + b - v for s, b, v in zip(stages[:-1], best[:-1], values[:-1], strict=True)]
    return (*tiers, stages[-1] + values[-1] - best[-1])


def _steady(
    solved: Solved,
    around: Near,
    together: dict[Pair, tuple[Values, Values | None]],
    held: set[Pair],
    undecided: list[Pair],
) -> tuple[tuple[School, ...], tuple[School, ...]]:
    """Find the schools with the same partners in every near plan, and those alone in each."""
    moved = {i for pair in undecided for i in pair}
    for pair, (_, gone) in together.items():
        if pair not in held or (gone is not None and around.holds(gone)):
            moved |= set(pair)
    partnered = {i for pair in held for i in pair}
    base = solved.bench.seen.county
    still = [s for s in solved.plan.county.schools if base.position(s.urn) not in moved]
    steady = tuple(s for s in still if base.position(s.urn) in partnered)
    return steady, tuple(s for s in still if base.position(s.urn) not in partnered)
