"""Plans that truly differ: each near the best, and with few federations of any before it.

The second is the best plan within the limit that has at most floor((1 - d) n) federations in common
with the best, n those of the best; the third the best that has so few in common with each of the
two, and so on. Every one is proved, and so is it where none is left: the sequence, not that it is
the longest there could be, since other plans than the best of those left could leave more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np

from grouping.answers.plan import Plan
from grouping.answers.wording import count, headed, points
from grouping.engine import plan_of
from grouping.errors import Fault, UsageRefused
from grouping.questions.differences import Difference, difference
from grouping.questions.near import Near, Number, exactly, near
from grouping.questions.solved import Solved
from grouping.search.packing import Side, Solution
from grouping.search.stages import Ways
from grouping.search.stopping import Stop
from grouping.search.ties import other_than
from grouping.world.exact import decimal_places

AS_ASKED, NONE_LEFT, TIME, STOPPED = "as many as asked", "none left", "time is up", "stopped"


@dataclass(frozen=True, eq=False)
class Alternative:
    """One of the plans: `place` 1 is the best.

    `gap` is what it costs above the best, thousandths of a point; `common` how many federations it
    has in common with each plan before it; `than_best` what is better and worse, and for whom.
    """

    place: int
    plan: Plan
    gap: int
    common: tuple[int, ...]
    than_best: Difference

    @property
    def cost(self) -> int:
        """Cost as the last stage has it, thousandths of a point."""
        return self.plan.stages[-1].value

    @property
    def gap_percent(self) -> float | None:
        """The gap as a share of the best plan's cost, per cent; None where that is nothing."""
        best = self.cost - self.gap
        return None if not best else decimal_places(Fraction(100 * self.gap, abs(best)), 2)

    @property
    def sentences(self) -> list[str]:
        """The plan in plain words."""
        federations = count(len(self.plan), "federation")
        if self.place == 1:
            return [f"Plan 1 is the best: {federations}, {points(self.cost)}."]
        if self.gap:
            share = "" if self.gap_percent is None else f" ({self.gap_percent:g} %)"
            gap = f"{points(self.gap)} more than the best{share}"
        else:
            gap = "as good as the best in every stage: a tie"
        shares = ", ".join(f"{n} with plan {k}" for k, n in enumerate(self.common, start=1))
        said = f"Plan {self.place}: {federations}, {gap}. In common: {shares}."
        return [said, *self.than_best.sentences]

    def document(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        keys = ["-".join(map(str, urns)) for urns in self.plan.groups]
        return {
            "place": self.place,
            "status": self.plan.status,
            "objective": [{"name": s.name, "value": s.value} for s in self.plan.stages],
            "gap": self.gap,
            "gap_percent": self.gap_percent,
            "common": [{"place": k, "federations": n} for k, n in enumerate(self.common, start=1)],
            "federations": keys,
            **self.than_best.document(),
        }


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Plans that truly differ, the best first, and how the search for more ended.

    `federations` are those of the best plan, `most` how many of them a plan may share with each
    before it, `room` what it may cost above the best. `ended` is "as many as asked", "none left"
    (proved), "time is up" or "stopped" (by the user).
    """

    plans: tuple[Alternative, ...]
    asked: int
    differ: Fraction
    within: Fraction
    room: int
    federations: int
    most: int
    today: int
    candidates: int
    ended: str

    def each(self, change: Callable[[Plan], Plan]) -> Alternatives:
        """Return the answer with every plan changed, as by a warning laid beside it."""
        plans = tuple(replace(one, plan=change(one.plan)) for one in self.plans)
        return replace(self, plans=plans)

    @property
    def proved(self) -> bool:
        """Whether it is proved that no further plan differs so much within the limit."""
        return self.ended == NONE_LEFT

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words."""
        within, best = _percent(self.within), self.plans[0].cost
        had = count(self.federations, "federation")
        near = f"Plans within {within} % of the best are as good in every stage before the cost"
        most = count(self.most, "federation")
        said = [
            f"{near}, and cost at most {points(self.room)} more than its {points(best)}.",
            f"Each has at most {most} in common with each before it; the best has {had}.",
        ]
        if self.today:
            kept = count(self.today, "federation")
            said.append(f"Of those of the best, {kept} stand today and are kept by the policy.")
        said += [sentence for one in self.plans for sentence in one.sentences]
        return [*said, self._end(within)]

    def _end(self, within: str) -> str:
        among = count(self.candidates, "candidate")
        greedy = (
            "Each plan is proved the best of those that differ so much from all before it; that no"
            " other choice of plans is longer is not proved."
        )
        if self.ended == NONE_LEFT:
            none = f"No further plan that differs so much lies within {within} %"
            return f"{none}: proved over {among}. {greedy}"
        if self.ended == AS_ASKED:
            wanted = count(self.asked, "plan")
            return f"That is {wanted}, as many as asked for; there may be more. {greedy}"
        why = "Time was up" if self.ended == TIME else "Stopped"
        return f"{why}: whether a further plan differs so much within {within} % is not known."

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        answer = {
            "asked": self.asked,
            "differ": float(self.differ),
            "within": float(self.within),
            "room": self.room,
            "unit": "thousandths of a point",
            "federations": self.federations,
            "most_in_common": self.most,
            "today": self.today,
            "candidates": self.candidates,
            "ended": self.ended,
            "proved_none_left": self.proved,
            "plans": [one.document() for one in self.plans],
        }
        return headed("alternatives", answer, self.sentences)


def alternatives(
    solved: Solved,
    *,
    plans: int = 5,
    differ: Number = 0.25,
    within: Number = 0.01,
    seconds: float | None = None,
    heard: Callable[[int], None] = lambda found: None,
) -> Alternatives:
    """Find plans near the best that truly differ, or prove that there are no more.

    Parameters
    ----------
    solved
        The case.
    plans
        How many, the best among them.
    differ
        Share of the best plan's federations that each plan lacks of every plan before it, at least.
    within
        How much a plan may cost above the best, as a share of its cost.
    seconds
        Time limit; what is not proved by then is said.
    heard
        Told how many plans are found, each time one is.

    Raises
    ------
    UsageRefused
        Where what is asked makes no sense.
    NoPlanExists
        Where there is no plan.
    """
    share = exactly(differ)
    if plans < 1:
        raise UsageRefused(Fault("is below 1", "Ask for one plan or more", "plans", value=plans))
    if not 0 <= share <= 1:
        fault = Fault("is not between 0 and 1", "Give 0.25", "differ", value=str(differ))
        raise UsageRefused(fault)
    around = near(solved, within)
    stop = Stop.after(seconds)
    ways = Ways(stop, solved.plan.workers, solved.plan.seed)
    rows = [around.choices.best]
    most = floor((1 - share) * len(rows[0]))
    ended = AS_ASKED
    while len(rows) < plans:
        sides = [side for held in rows for side in _apart(around, held, most)]
        try:
            found = around.least(sides, ways)
        except KeyboardInterrupt:
            ended = STOPPED
            break
        if found.status != "optimal":
            ended = NONE_LEFT if found.status == "infeasible" else TIME
            break
        rows.append(found.rows)
        heard(len(rows))
    best = replace(solved.plan, place=1)
    made = [best, *(_plan(around, held, k) for k, held in enumerate(rows[1:], start=2))]
    listed = [
        Alternative(
            k + 1,
            plan,
            plan.stages[-1].value - best.stages[-1].value,
            tuple(len({*rows[k]} & {*before}) for before in rows[:k]),
            difference(solved, (best, rows[0]), (plan, rows[k])),
        )
        for k, plan in enumerate(made)
    ]
    return Alternatives(
        tuple(listed), plans, share, around.share, around.room, len(best), most,
        _kept(solved), best.candidates, ended,
    )  # fmt: skip


def _apart(around: Near, held: list[int], most: int) -> list[Side]:
    """Side rows that keep a plan from one before it: few in common, and never the same again."""
    common = np.zeros(len(around.choices.table), dtype=np.int64)
    common[held] = 1
    sides = [Side("in common", common, None, most)]
    if len(held) <= most:  # else it has too much in common with itself
        sides.append(other_than(held, len(common)))
    return sides


def _plan(around: Near, rows: list[int], place: int) -> Plan:
    """Make the plan of some rows: its bounds are what the best plan has proved."""
    solved, problem = around.choices.solved, around.choices.problem
    values = problem.values(rows)
    proved = list(around.choices.values)
    status = "optimal" if tuple(proved) == values else "feasible"
    plan = solved.plan
    table = around.choices.table.take(np.asarray(rows, dtype=np.intp))
    if plan.county is not table.county:
        table = table.over(plan.county)
    solution = Solution(status, list(range(len(table))), values, list(proved))
    made = plan_of(
        plan.survey, table, solution,
        candidates=plan.candidates, held=plan.held, steps=plan.steps,
        ways=Ways(Stop.after(None), plan.workers, plan.seed),
    )  # fmt: skip
    return replace(made, survey=plan.survey, place=place)


def _kept(solved: Solved) -> int:
    """How many of today's federations the policy keeps and the best plan has unchanged."""
    county = solved.plan.county
    blocks = {tuple(county.urns[held].tolist()) for held in county.blocks()}
    return len(blocks & set(solved.plan.groups))


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):g}"
