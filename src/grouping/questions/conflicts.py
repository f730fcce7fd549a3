"""Why no plan can exist, all of it: every smallest conflict, and what would mend the policy.

What is asked: locks, limits bound by bound, kept federations, rules. Terms and tiers only say which
plan is better. Every conflict and every repair stands on a solve (see `holding`, `search.clashes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grouping.answers.conflicts import as_document, sentence
from grouping.answers.plan import Plan
from grouping.answers.wording import count, headed, listed, points
from grouping.policy.asks import LIMIT, Ask
from grouping.policy.survey import Survey
from grouping.questions.case import Case
from grouping.questions.holding import Holding
from grouping.questions.mending import Moved, Repair, repaired
from grouping.questions.solved import solved
from grouping.search.clashes import Clashes, clashes
from grouping.search.stopping import Stop

CORRECTIONS = 100  # looked for, at most
SECONDS = 60.0  # of looking for conflicts
UNSURE = 3  # ways to mend it, not tried to the end, that are said one by one


@dataclass(frozen=True, eq=False)
class Conflicts:
    """What of a policy cannot all hold, and what would mend it.

    `plan` is the best plan where the policy has one; then there is nothing else. `found` tells
    conflicts and corrections by the numbers of `asks`; `repairs` are the corrections worked out,
    best first; `unsolved` those beyond the number asked for.
    """

    seen: Survey
    asks: tuple[Ask, ...]
    plan: Plan | None
    found: Clashes | None
    repairs: tuple[Repair, ...] = ()
    unsolved: tuple[tuple[Ask, ...], ...] = ()

    @property
    def conflicts(self) -> tuple[tuple[Ask, ...], ...]:
        """Smallest sets of asks that cannot all hold, the smallest first."""
        return () if self.found is None else tuple(map(self._of, self.found.conflicts))

    @property
    def _unsure(self) -> list[tuple[Ask, ...]]:
        """Ways to mend it that were not tried to the end."""
        assert self.found is not None
        return [self._of(one) for one in self.found.unsure if one]

    def _of(self, numbers: frozenset[int]) -> tuple[Ask, ...]:
        return tuple(self.asks[k] for k in sorted(numbers))

    def _say(self, asks: tuple[Ask, ...]) -> str:
        return "; ".join(sentence(ask, self.seen.asked, self._names) for ask in asks)

    @property
    def _names(self) -> dict[int, Any]:
        return {school.urn: school for school in self.seen.schools.rows}

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words; every figure in them is in the document."""
        if self.plan is not None:
            best = f"Its best plan {_worth(self.plan)}."
            return ["A plan exists under this policy: nothing that it asks is in conflict.", best]
        assert self.found is not None
        many = count(len(self.conflicts), "smallest set", "smallest sets")
        things = count(len(self.asks), "thing")
        said = ["No plan can exist under this policy."]
        if self.conflicts:
            said[0] += f" Of the {things} it asks, {many} cannot all hold, whatever else gives way."
        for k, asks in enumerate(self.conflicts, start=1):
            unproved = self.found.conflicts[k - 1] in self.found.unproved
            more = " (there may be a smaller set in it: not told)" if unproved else ""
            said.append(f"Conflict {k}: {self._say(asks)}{more}.")
        if self.conflicts:
            dropped = "with any one of it dropped some plan keeps the rest of it"
            proved = "Each was solved" if not self.found.unproved else "Where nothing else is said"
            said.append(f"{proved}: no plan keeps all of it, and {dropped}.")
        said.append(
            "There are no other conflicts: proved."
            if self.found.complete
            else "Not all was tried: there may be other conflicts, and other ways to mend them."
        )
        unsure = [self._say(asks) for asks in self._unsure]
        said += [
            f"Not tried to the end: whether it would do to drop: {a}." for a in unsure[:UNSURE]
        ]
        if len(unsure) > UNSURE:
            said.append(f"And {count(len(unsure) - UNSURE, 'more', 'more')} such: see the JSON.")
        said += [f"Repair {k}: {self._mends(one)}" for k, one in enumerate(self.repairs, start=1)]
        if self.unsolved:
            ways = count(len(self.unsolved), "more way", "more ways")
            said.append(f"{ways} to mend it were found, and not worked out to a plan:")
            said += [f"Drop: {self._say(asks)}." for asks in self.unsolved]
        said.append("What gives way is for people to decide: these are for discussion.")
        return said

    def _mends(self, repair: Repair) -> str:
        said = [f"drop: {self._say((ask,))}" for ask in repair.dropped]
        said += [self._moves(one) for one in repair.moved]
        if repair.plan is None:
            why = "too many candidates, or too little time"
            return f"{'; '.join(said)}. A plan exists then; the best was not found: {why}."
        return f"{'; '.join(said)}. The best plan then {_worth(repair.plan)}."

    def _moves(self, moved: Moved) -> str:
        least = "" if moved.least else ", not proved the least"
        ask, value = moved.ask, _plain(moved)
        if ask.kind == LIMIT:
            word = "raise" if ask.bound == "at_most" else "lower"
            return f"{word} limit {ask.name} from {ask.value} to {value}{least}"
        unit = "minutes" if ask.name == "longest_journey" else "schools"
        return f"raise rule {ask.name} from {self._now(ask)} to {value} {unit}{least}"

    def _now(self, ask: Ask) -> int | float:
        rule = next(one for one in self.seen.asked.rules if one.title == ask.name)
        now = (rule.settings or {})["at_most"]
        return int(now) if int(now) == now else float(now)

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values, as its JSON has it."""
        found = self.found
        facts: dict[str, Any] = {
            "policy": self.seen.policy.name,
            "possible": self.plan is not None,
            "plan": None if self.plan is None else plan_figures(self.plan),
            "asks": self._listed(self.asks),
            "conflicts": [
                {"number": k, "asks": self._listed(asks), "smallest": which not in found.unproved}
                for k, (asks, which) in enumerate(
                    zip(self.conflicts, found.conflicts, strict=True), start=1
                )
            ]
            if found is not None
            else [],
            "complete": found is None or found.complete,
            "repairs": [self._repair(k, one) for k, one in enumerate(self.repairs, start=1)],
            "not_worked_out": [self._listed(asks) for asks in self.unsolved],
            "not_told": [] if found is None else [self._listed(self._of(s)) for s in found.unsure],
            "not_told_unsaid": 0 if found is None else max(0, len(self._unsure) - UNSURE),
        }
        return headed("conflicts", facts, self.sentences)

    def _listed(self, asks: tuple[Ask, ...]) -> list[dict[str, Any]]:
        return as_document(asks, self.seen.asked, self._names)

    def _repair(self, number: int, repair: Repair) -> dict[str, Any]:
        moves = [
            {
                **self._listed((one.ask,))[0],
                "from": one.ask.value if one.ask.kind == LIMIT else self._now(one.ask),
                "to": _plain(one),
                "least": one.least,
            }
            for one in repair.moved
        ]
        return {
            "number": number,
            "drop": self._listed(repair.dropped),
            "move": moves,
            "plan": None if repair.plan is None else plan_figures(repair.plan),
        }


def conflicts(
    case: Case, *, most: int = 10, time_limit: float | None = SECONDS, workers: int = 1
) -> Conflicts:
    """Tell what of a policy cannot all hold, and what would mend it.

    Parameters
    ----------
    case
        What is asked: `grouping.Case(schools, policy)`.
    most
        Repairs that are worked out to their best plan, the fewest asks first.
    time_limit
        Seconds of looking for conflicts; what was not tried is said. None for no limit.
    workers
        Workers of the solver.

    Raises
    ------
    PolicyRefused
        Where the policy does not fit the schools, locks that contradict each other among it.
    CapReached
        Where there are more schools than a county has.
    """
    holding = Holding(case, Stop.after(time_limit))
    hurry = Stop.after(None if time_limit is None else time_limit / 3)
    every = frozenset(range(len(holding.asks)))
    if holding.possible(every) is not False:
        plan = solved(case, workers=workers).plan
        if plan.status != "infeasible":
            return Conflicts(holding.seen, holding.asks, plan, None)
        holding.refute(every)
    found = clashes(
        len(every), holding.possible, at_most=CORRECTIONS, stop=holding.stop.now, hurry=hurry.now
    )
    ways = [tuple(holding.asks[k] for k in sorted(one)) for one in found.corrections]
    repairs = [repaired(case, way, workers=workers) for way in ways[:most]]
    repairs.sort(key=lambda one: one.rank)
    return Conflicts(holding.seen, holding.asks, None, found, tuple(repairs), tuple(ways[most:]))


def plan_figures(plan: Plan) -> dict[str, Any]:
    """Give what a plan is worth: its stages and its size."""
    return {
        "status": plan.status,
        "objective": [
            {"name": s.name, "value": s.value, "bound": s.bound, "unit": s.unit}
            for s in plan.stages
        ],
        "federations": len(plan),
        "alone": len(plan.county) - int(plan.federations.there.sum()),
    }


def _worth(plan: Plan) -> str:
    """Say what a plan leaves alone, costs and holds."""
    left = [
        f"{count(stage.value, stage.name.removesuffix(' alone') + ' school')}"
        for stage in plan.stages
        if stage.name.endswith("alone")
    ]
    cost = next(stage.value for stage in plan.stages if stage.name == "cost")
    leaves = f"leaves {listed(left)} alone, " if left else ""
    many = count(len(plan), "federation")
    proved = "" if plan.status == "optimal" else " (not proved best)"
    return f"{leaves}costs {points(cost)} and has {many}{proved}"


def _plain(moved: Moved) -> int | float:
    return int(moved.value) if moved.value.denominator == 1 else float(moved.value)
