"""Trade-offs: every plan that no other beats by two or three criteria, proved complete.

Two criteria A and B, in whole steps: make A least, then B under that; then A among the plans whose
B is at least a step better, and so on, until B is as good as it can be. Each step is proved, so
it is proved too that nothing stands between two points. With three, the same is done again and
again with the third held a step better than the worst found; a point of the round before stands
where it keeps to that, and only what lies between is swept again.

Why three end whole: a trade-off whose third is no better than the worst of a round is either on
that round's front or beaten by a point of it, which is no worse by the third either.

Coverage is held to the best plan's unless it is a criterion. Each point comes with its plan: the
best of all plans with those values, in every stage.
"""

from __future__ import annotations

from collections.abc import Sequence

from grouping.answers.fronts import Front, Held, Measure, Point, Proved
from grouping.errors import Fault, UsageRefused
from grouping.questions.choices import Choices
from grouping.questions.criteria import BEST, FREE, Criterion, criterion, held
from grouping.questions.pool import Pool, pool
from grouping.questions.solved import Solved
from grouping.search.packing import Side, Solution
from grouping.search.stopping import Stop

Values = tuple[int, ...]


class _Stopped(Exception):
    """Time is up before this step was proved."""


def front(
    solved: Solved, *of: str, coverage: str | int = BEST, seconds: float | None = None
) -> Front:
    """Find the whole front of two or three criteria.

    Parameters
    ----------
    solved
        A solved case with a plan.
    of
        Names of criteria; see `criteria`.
    coverage
        "best": no fewer small schools of each stage covered than in the best plan; "free": any;
        or how many small schools at least.
    seconds
        Time limit: what is proved by then is given, and said which part that is.

    Raises
    ------
    UsageRefused
        Where a criterion is unknown, stands twice, or there are not two or three; where the case
        has no proved plan; where no plan covers as many as asked.
    """
    if len(of) not in (2, 3) or len(set(of)) < len(of):
        what, do = "a front is of two or three different criteria", "Name each with --of"
        raise UsageRefused(Fault(what, do, place="--of", value=", ".join(of)))
    if solved.plan.status != "optimal":
        raise UsageRefused(Fault("there is no proved plan to start from", "Solve it to the end"))
    choices = Choices(solved)
    criteria = [criterion(solved, name) for name in of]
    sides = held(choices, criteria, _coverage(coverage))
    some = pool(choices, criteria, sides, Stop.after(seconds))
    sweep = Sweep(some, [one.take(some.rows) for one in criteria])
    sweep.run()
    if sweep.complete and not sweep.found:
        what, do = "no plan covers so many small schools", "Ask for fewer"
        raise UsageRefused(Fault(what, do, place="--coverage", value=coverage))
    points = [_point(choices, some, values, rows) for values, rows in sweep.found.items()]
    found = Front(
        measures=tuple(Measure(c.name, c.words, c.unit, c.per, c.more) for c in criteria),
        held=tuple(Held(s.name, int(s.at_least or 0), coverage == BEST) for s in sides),
        points=tuple(sorted(points, key=lambda point: sweep.worth(point.values))),
        plan=tuple(c.value(solved.rows) for c in criteria),
        proved=None if sweep.complete else sweep.proved,
    )
    _none_beaten([found.worth(point.values) for point in found.points])
    return found


class Sweep:
    """A sweep over the front of criteria: `found` are its points so far, with rows of the pool."""

    def __init__(self, some: Pool, criteria: Sequence[Criterion]) -> None:
        self.pool, self.criteria = some, criteria
        self.found: dict[Values, list[int]] = {}
        self.complete = False
        by = criteria[0] if len(criteria) == 2 else criteria[2]
        self.proved = Proved(by.name, None)

    def worth(self, values: Values) -> Values:
        """Turn values so that less is better."""
        return tuple(c.worth(v) for c, v in zip(self.criteria, values, strict=True))

    def run(self) -> None:
        """Sweep until all is proved or time is up."""
        try:
            if len(self.criteria) == 2:
                self._round([], [])
            else:
                self._rounds()
            self.complete = True
        except _Stopped:
            self.complete = False

    def _rounds(self) -> None:
        """Sweep two criteria again and again, the third held better each time."""
        third = self.criteria[2]
        bound: list[Side] = []
        points: list[Values] = []
        while points := self._round(bound, points):
            worst = max((values[2] for values in points), key=third.worth)
            self.proved = Proved(third.name, worst)
            bound = [third.no_worse(worst, by=1)]

    def _round(self, bound: list[Side], before: list[Values]) -> list[Values]:
        """Sweep the first two criteria under a bound on the third.

        `before` is the front under a looser bound, in order of the first.
        """
        first, second = self.criteria[:2]
        last = self._last(second, bound)
        if last is None:
            return []
        points: list[Values] = []
        wall: list[Side] = []
        most: int | None = None  # worth of the second that points may have, at most
        while True:
            near = [v for v in before if most is None or second.worth(v[1]) <= most]
            if near and _keeps(self.criteria, near[0], bound):
                values = near[0]
            else:
                values = self._step([*bound, *wall])
            points.append(values)
            if len(self.criteria) == 2:
                self.proved = Proved(first.name, values[0], last)
            if values[1] == last:
                return points
            most = second.worth(values[1]) - 1
            wall = [second.no_worse(values[1], by=1)]

    def _step(self, holding: list[Side]) -> Values:
        """Find the point with the least of the first criterion, then of the second, and so on."""
        values: list[int] = []
        for one in self.criteria:
            values.append(one.value(self._proved(self.pool.least(one.least, holding)).rows))
            holding = [*holding, one.no_worse(values[-1])]
        rows = self._proved(self.pool.best(holding)).rows
        point = tuple(one.value(rows) for one in self.criteria)
        assert point == tuple(values), "a plan is not where it was proved to be"
        self.found[point] = rows
        return point

    def _last(self, one: Criterion, bound: list[Side]) -> int | None:
        """Best value of a criterion; None where no plan keeps to the bound."""
        solution = self.pool.least(one.least, bound)
        if solution.status == "infeasible":
            return None
        return one.value(self._proved(solution).rows)

    def _proved(self, solution: Solution) -> Solution:
        if solution.status != "optimal":
            raise _Stopped
        return solution


def _keeps(criteria: Sequence[Criterion], values: Values, bound: list[Side]) -> bool:
    """Whether a point keeps to the bound on the third criterion."""
    if not bound:
        return True
    third, side = criteria[2], bound[0]
    of = values[2] - third.constant
    return (side.at_most is None or of <= side.at_most) and (
        side.at_least is None or of >= side.at_least
    )


def _point(choices: Choices, some: Pool, values: Values, rows: Sequence[int]) -> Point:
    """Give a point with its plan, and what that has in each stage."""
    whole = [int(some.rows[row]) for row in rows]
    best, own = choices.values, choices.problem.values(whole)
    stages = []
    for k, stage in enumerate(choices.solved.plan.stages):
        fewer = best[k] - own[k]  # covered: so many more alone; of the last stage, so much cheaper
        last = k == len(best) - 1
        stages.append((stage.name, stage.value - fewer if last else stage.value + fewer))
    return Point(values, choices.groups(whole), tuple(stages))


def _coverage(asked: str | int) -> str | int:
    if asked in (BEST, FREE):
        return asked
    try:
        least = int(asked)
    except ValueError:
        least = -1
    if least < 0:
        do = 'Give "best", "free", or how many small schools at least'
        raise UsageRefused(Fault("is no coverage to hold", do, place="--coverage", value=asked))
    return least


def _none_beaten(worths: Sequence[Values]) -> None:
    """Make sure that no point is as good as another by every criterion."""
    for k, one in enumerate(worths):
        for other in (*worths[:k], *worths[k + 1 :]):
            assert any(a < b for a, b in zip(one, other, strict=True)), "a point is beaten"
