"""What would mend a policy that has no plan: some asks dropped, or moved by the least that works.

A bound of a limit, the longest journey and the most schools of a federation are moved by halving
what they may be moved to, each step proved. The plan of a repair is the best under the policy so
mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from grouping.answers.plan import Plan
from grouping.engine import propose
from grouping.errors import CapReached
from grouping.policy import rules as ready
from grouping.policy.asks import LIMIT, LOCKS, RULE, Ask, asks_of, bounded, without
from grouping.policy.survey import survey
from grouping.policy.words import Limit, Policy, Rule
from grouping.questions.case import Case
from grouping.questions.holding import Holding
from grouping.search.stopping import Stop

CANDIDATES = 1_000_000  # of a repair that is solved to its best plan, at most
SECONDS = 20.0  # of looking for the least moves of a repair, and again for its best plan


@dataclass(frozen=True)
class Moved:
    """An ask moved in place of being dropped, to `value`: minutes, schools, or what a limit counts.

    `least` where no smaller move works: proved.
    """

    ask: Ask
    value: Fraction
    least: bool


@dataclass(frozen=True, eq=False)
class Repair:
    """Asks to drop, asks to move, and the best plan there is then.

    `plan` is None where there were too many candidates, or too little time, to find it; that one
    exists is proved all the same.
    """

    dropped: tuple[Ask, ...]
    moved: tuple[Moved, ...]
    policy: Policy
    plan: Plan | None

    @property
    def count(self) -> int:
        """How many asks give way."""
        return len(self.dropped) + len(self.moved)

    @property
    def rank(self) -> tuple[int, bool, list[int], list[str]]:
        """What repairs are ordered by: fewest asks, then the plan's stages."""
        values = [] if self.plan is None else [stage.value for stage in self.plan.stages]
        asks = sorted(f"{a.kind} {a.name} {a.urns}" for a in (*self.dropped, *_asks(self.moved)))
        return self.count, self.plan is None, values, asks


def repaired(case: Case, correction: Sequence[Ask], *, workers: int = 1) -> Repair:
    """Work out one repair: each ask of a correction moved where that can be, else dropped."""
    moved: list[Moved] = []
    stop = Stop.after(SECONDS)
    for ask in correction:
        found = _moved(case, correction, moved, ask, stop)
        if found is not None:
            moved.append(found)
    policy = _policy(case.policy, correction, moved)
    dropped = tuple(ask for ask in correction if ask not in _asks(moved))
    return Repair(dropped, tuple(moved), policy, _best(replace(case, policy=policy), workers))


def _best(case: Case, workers: int) -> Plan | None:
    """Find the best plan of a case; None where there are too many candidates, or none in time."""
    try:
        plan = propose(
            case.schools, case.policy, case.journeys,
            time_limit=SECONDS, workers=workers, candidates_at_most=CANDIDATES,
        )  # fmt: skip
    except CapReached:
        return None
    return plan if plan.status in ("optimal", "feasible") else None


def _asks(moved: Iterable[Moved]) -> list[Ask]:
    return [one.ask for one in moved]


def _policy(policy: Policy, correction: Sequence[Ask], moved: Sequence[Moved]) -> Policy:
    """Give the policy without what is dropped, and with what is moved at its new bound."""
    policy = without(policy, set(correction) - set(_asks(moved)))
    for one in moved:
        policy = _at(policy, one.ask, one.value)
    return policy


def _at(policy: Policy, ask: Ask, value: Fraction) -> Policy:
    if ask.kind == LIMIT:
        return bounded(policy, ask, int(value))
    if ask.name == "longest_journey":
        return policy.with_rule(ready.longest_journey(at_most=value))
    settings = next(rule.settings for rule in policy.rules if rule.title == ask.name) or {}
    grow = policy.take_part.existing_may_grow_by
    least = int(settings["at_least"])
    return policy.with_rule(
        ready.schools(at_least=least, at_most=int(value), existing_may_grow_by=grow)
    )


def _moved(
    case: Case, correction: Sequence[Ask], moved: Sequence[Moved], ask: Ask, stop: Stop
) -> Moved | None:
    """Move one ask by the least that works, with those before it moved and the others dropped."""
    values = _values(case, ask)

    def works(value: Fraction) -> bool | None:
        if stop.now():
            return None
        policy = _policy(case.policy, correction, [*moved, Moved(ask, value, least=False)])
        holding = Holding(replace(case, policy=policy), stop)
        return holding.possible(frozenset(range(len(holding.asks))))

    return _halved(values, works, ask)


def _values(case: Case, ask: Ask) -> list[Fraction]:
    """List what an ask may be moved to, the least move first; nothing where it can only go."""
    movable = (LIMIT, "federations"), (LIMIT, "mixed_federations"), (LIMIT, "changed_schools")
    if (ask.kind, ask.name) not in (*movable, (RULE, "longest_journey"), (RULE, "schools")):
        return []
    room = case.policy.limits if ask.kind == LIMIT else case.policy.rules
    settings = next(one.settings for one in room if _name(one) == ask.name)
    if settings is None:  # a namesake given as Python
        return []
    if ask.bound == "at_least":
        return [Fraction(value) for value in range(ask.value - 1, -1, -1)]
    free = replace(case.policy.take_part, existing="keep")
    bare = replace(without_locks(case.policy), take_part=free)
    county = survey(case.schools, bare, case.journeys).county
    if ask.kind == LIMIT:
        return [Fraction(value) for value in range(ask.value + 1, len(county) + 1)]
    now = settings["at_most"]
    if ask.name == "schools":
        return [Fraction(value) for value in range(int(now) + 1, len(county) + 1)]
    tenths = np.unique(county.tenths[county.tenths > int(10 * now)]).tolist()
    return [Fraction(one, 10) for one in tenths]


def _name(one: Rule | Limit) -> str:
    return one.title if isinstance(one, Rule) else one.name


def without_locks(policy: Policy) -> Policy:
    """Give a policy without any lock, so that none can be refused."""
    locked = [ask for ask in asks_of(policy) if ask.kind in LOCKS]
    return without(policy, locked)


def _halved(
    values: Sequence[Fraction], works: Callable[[Fraction], bool | None], ask: Ask
) -> Moved | None:
    """Find the first value that works, where all that follow do too; None where none does."""
    if not values or not works(values[-1]):
        return None
    low, high, sure = 0, len(values) - 1, True
    while low < high:
        middle = (low + high) // 2
        found = works(values[middle])
        if found:
            high = middle
        else:
            sure = sure and found is not None
            low = middle + 1
    return Moved(ask, values[high], sure)
