"""Whether any plan keeps some of what a policy asks, kept federations held or free: one view each.

Exact, and small: of a county only the federations that could be needed are looked at. Where nothing
is asked for at least, that is few of them:

- a federation that holds no school which is asked for (in a lock, or a kept federation) can go, and
  its schools stay alone; no limit of ours grows by that, save `changed_schools`, which a federation
  exactly as today keeps down;
- of two that hold the same schools asked for, the smaller will do, unless only the larger meets a
  rule that more schools can mend (links, combined roll, a small school among them).

So they are grown from what is asked for, and no further than that. Where something is asked for at
least, all are grown, up to a cap. A no that stands on all that could be needed is proved; else it
is none: `None`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from grouping.errors import CapReached
from grouping.policy.asks import APART, EXISTING, FEDERATIONS, LIMIT, RULE, TOGETHER, Ask
from grouping.policy.survey import Survey
from grouping.policy.words import Limit, Rule
from grouping.questions.reached import Reached, reached
from grouping.search.candidates import grow, joined
from grouping.search.packing import Problem, Side, greedy
from grouping.search.stages import Ways, possible
from grouping.search.stopping import Stop
from grouping.search.window import least
from grouping.world.federations import Federations, table

Flags = NDArray[np.bool_]
Group = tuple[int, ...]  # positions, ascending

FEW = 10  # schools up to which every set of them is looked at
GROWN = 500_000  # federations grown at most where something is asked for at least
MANY = 5_000  # federations beyond which no plan is shown, only that there is one


@dataclass(frozen=True)
class Held:
    """Whether some asks can all hold: yes, with all that a plan of it keeps; no; None: not told."""

    possible: bool | None
    keeps: frozenset[Ask] = frozenset()


@dataclass(frozen=True, eq=False)
class View:
    """The schools as a policy without locks and limits sees them, and all that is asked of them.

    `kept` says whether today's federations are held as blocks here: an ask of its own.
    """

    seen: Survey
    asks: tuple[Ask, ...]
    limits: Mapping[str, Limit]
    kept: bool

    def held(self, wanted: frozenset[Ask], stop: Stop) -> Held:
        """Tell whether any plan keeps all that is wanted."""
        if not self._may_hold(wanted):
            return Held(False)
        proved = False
        for found, whole in self._tables(wanted):
            problem = self._problem(found, wanted)
            proved = whole
            if bool((problem.must & ~problem.reachable).any()):
                continue
            rows = _quick(problem)
            if rows is None and len(found) > MANY:
                if possible(problem, Ways(stop)) and not stop.now():
                    return Held(True, wanted)
            elif rows is None:
                rows = _any(problem, stop)
            if rows is not None:
                return Held(True, self._keeps(found.take(np.asarray(rows, dtype=np.intp))))
            proved = whole and not stop.now()
        return Held(False if proved else None)

    @cached_property
    def rules(self) -> dict[Ask, Rule]:
        """Rules by their asks."""
        return {Ask(RULE, rule.title): rule for rule in self.seen.policy.rules}

    @cached_property
    def places(self) -> dict[Ask, Group | None]:
        """Positions of the schools of each lock; None where one of them takes no part here."""
        county = self.seen.county
        known = {int(urn): k for k, urn in enumerate(county.urns)}
        found = {ask: [known.get(urn) for urn in ask.urns] for ask in self.asks if ask.urns}
        return {
            ask: None if None in at else tuple(sorted(i for i in at if i is not None))
            for ask, at in found.items()
        }

    @cached_property
    def blocks(self) -> list[Group]:
        """Federations held as blocks."""
        return [tuple(block) for block in self.seen.county.blocks()]

    @cached_property
    def special(self) -> set[Group]:
        """Federations that exist whatever rules they break: kept ones, and those that are fixed."""
        fixed = {self.places[ask] for ask in self.asks if ask.kind == FEDERATIONS}
        whole = {one for one in fixed if one is not None and not self._splits(one)}
        return whole | set(self.blocks)

    def _splits(self, group: Group) -> bool:
        held = set(group)
        return any(held & set(block) and not held >= set(block) for block in self.blocks)

    def _may_hold(self, wanted: frozenset[Ask]) -> bool:
        """Say no where that is plain: who takes no part, or more asked for than there are."""
        missing = any(
            ask.kind in (TOGETHER, FEDERATIONS) and self.places[ask] is None for ask in wanted
        )
        many = len(self.seen.county)
        most = {"federations": many // 2, "mixed_federations": many // 2, "changed_schools": many}
        return not missing and all(
            ask.value <= most.get(ask.name, ask.value)
            for ask in wanted
            if ask.kind == LIMIT and ask.bound == "at_least" and self._ours(ask)
        )

    def _ours(self, ask: Ask) -> bool:
        """Whether a limit is ready-made, so that what it measures is known."""
        return self.limits[ask.name].settings is not None

    def _grows(self, wanted: Iterable[Ask]) -> bool:
        """Whether more federations may be wanted than those that hold what is asked for."""
        return any(
            ask.kind == LIMIT
            and (not self._ours(ask) or (ask.bound == "at_least" and ask.value > 0))
            for ask in wanted
        )

    def _tables(self, wanted: frozenset[Ask]) -> Iterator[tuple[Federations, bool]]:
        """Give the federations to look at, few before many; whether no other could be needed."""
        county = self.seen.county
        if len(county) <= FEW:
            met = np.ones(len(self._every), dtype=np.bool_)
            for ask, fine in self._met.items():
                if ask in wanted:
                    met &= fine
            yield self._every.take(met | self._exempt), True
            return
        near, special = self._reached(wanted), sorted(self.special)
        if not self._grows(wanted):
            yield table(county, sorted(self.special | near.groups)), near.whole
            return
        few = sorted(self.special | near.groups | set(self._pairs(wanted)))
        yield table(county, few), False
        policy = replace(self.seen.policy, rules=self._rules(wanted))
        with suppress(CapReached):
            grown = grow(county, policy, at_most=GROWN)
            yield joined(county, [table(county, special), grown]), True

    def _reached(self, wanted: frozenset[Ask]) -> Reached:
        names = {a.name for a in wanted if a.kind == LIMIT}
        merging = bool(names & {"federations", "mixed_federations"})
        return reached(
            self.seen.county,
            self._rules(wanted),
            clusters(self, wanted),
            special=self.special,
            fixed=[self.places[a] or () for a in wanted if a.kind == FEDERATIONS],
            apart=[self._there(a) for a in wanted if a.kind == APART],
            also=self.seen.county.federations_today() if "changed_schools" in names else [],
            merging=merging,
        )

    def _rules(self, wanted: Iterable[Ask]) -> tuple[Rule, ...]:
        """Give the rules among some asks, in the order of the policy."""
        held = set(wanted)
        return tuple(rule for ask, rule in self.rules.items() if ask in held)

    def _there(self, ask: Ask) -> list[int]:
        return np.flatnonzero(np.isin(self.seen.county.urns, ask.urns)).tolist()

    def _pairs(self, wanted: frozenset[Ask]) -> list[Group]:
        """Every school with its nearest few, where the rules that are wanted allow it."""
        county = self.seen.county
        nearest = np.argsort(county.metres, axis=1, kind="stable")[:, 1:9]
        pairs = {(min(i, j), max(i, j)) for i, row in enumerate(nearest.tolist()) for j in row}
        f = table(county, sorted(pairs))
        fine = np.ones(len(f), dtype=np.bool_)
        for rule in self._rules(wanted):
            fine &= np.asarray(rule.allows(f), dtype=np.bool_)
        return [tuple(row) for row in f.members[fine].tolist() if not self._splits(tuple(row))]

    @cached_property
    def _every(self) -> Federations:
        """Every set of two or more schools that splits no block."""
        many = range(len(self.seen.county))
        sets = [s for k in range(2, len(many) + 1) for s in combinations(many, k)]
        return table(self.seen.county, [s for s in sets if not self._splits(s)])

    @cached_property
    def _exempt(self) -> Flags:
        rows = self._every.members.tolist()
        kept = [tuple(i for i in row if i >= 0) in self.special for row in rows]
        return np.asarray(kept, dtype=np.bool_).reshape(-1)

    @cached_property
    def _met(self) -> dict[Ask, Flags]:
        return {a: np.asarray(r.allows(self._every), np.bool_) for a, r in self.rules.items()}

    def _problem(self, found: Federations, wanted: frozenset[Ask]) -> Problem:
        county = self.seen.county
        must = np.zeros(len(county), dtype=np.bool_)
        must[[block[0] for block in self.blocks]] = True
        banned = np.zeros(len(found), dtype=np.bool_)
        for ask in wanted:
            held = np.isin(county.urns, ask.urns)
            if ask.kind == APART:
                banned |= np.asarray(found.sum(held.astype(np.int8)) > 1, dtype=np.bool_)
            elif ask.kind in (TOGETHER, FEDERATIONS):
                must[int(np.flatnonzero(held)[0])] = True
                inside = found.sum(held.astype(np.int8))
                fine = inside == len(ask.urns)
                if ask.kind == FEDERATIONS:
                    fine &= found.size == inside
                banned |= np.asarray((inside > 0) & ~fine, dtype=np.bool_)
        return Problem(
            len(county), found.members, (), np.zeros(len(found), dtype=np.int64), must,
            tuple(self._sides(found, wanted)), banned,
        )  # fmt: skip

    def _sides(self, found: Federations, wanted: frozenset[Ask]) -> list[Side]:
        sides = []
        for name in dict.fromkeys(ask.name for ask in self.asks if ask.kind == LIMIT):
            bounds = {a.bound: a.value for a in wanted if a.kind == LIMIT and a.name == name}
            if bounds:
                of, whole = measured(self.limits[name], found)
                low, high = bounds.get("at_least"), bounds.get("at_most")
                sides.append(
                    Side(
                        name,
                        of,
                        None if low is None else low - whole,
                        None if high is None else high - whole,
                    )
                )
        return sides

    def _keeps(self, plan: Federations) -> frozenset[Ask]:
        """List everything asked that a plan keeps."""
        exempt = [self._group(plan, row) in self.special for row in range(len(plan))]
        judged = plan.take(~np.asarray(exempt, dtype=np.bool_).reshape(-1))
        groups = [set(self._group(plan, row)) for row in range(len(plan))]
        kept = {Ask(EXISTING)} if self.kept else set()
        for ask in self.asks:
            if ask.kind == RULE:
                fine = not len(judged) or bool(np.all(self.rules[ask].allows(judged)))
            elif ask.kind == LIMIT:
                of, whole = measured(self.limits[ask.name], plan)
                total = int(of.sum()) + whole
                fine = total >= ask.value if ask.bound == "at_least" else total <= ask.value
            elif ask.kind == APART:
                fine = not any(len(g & set(self._there(ask))) > 1 for g in groups)
            else:
                place = set(self.places.get(ask) or ())
                exact = ask.kind == FEDERATIONS
                fine = any(place == g if exact else bool(place) and place <= g for g in groups)
            if fine and ask.kind != EXISTING:
                kept.add(ask)
        return frozenset(kept)

    def _group(self, plan: Federations, row: int) -> Group:
        return tuple(int(i) for i in plan.members[row] if i >= 0)


def _quick(problem: Problem) -> list[int] | None:
    """Give a plan that is easily found, if any: nothing, or the first that fit."""
    if problem.holds([]):
        return []
    return greedy(problem, np.zeros(len(problem), dtype=np.int64)) if len(problem) else None


def _any(problem: Problem, stop: Stop) -> list[int] | None:
    """Look for any plan; None where there is none, or time is up."""
    if not len(problem):
        return None
    banned = problem.banned
    free = np.ones(len(problem), dtype=np.bool_) if banned is None else ~banned
    nothing = np.zeros(len(problem), dtype=np.int64)
    found = least(problem, np.flatnonzero(free), nothing, [], stop=stop)
    return list(found.rows) if found.status in ("optimal", "feasible") else None


def clusters(view: View, wanted: Iterable[Ask]) -> list[Group]:
    """Join the schools that must be in one federation: by locks, chained, and kept federations."""
    sets = [set(block) for block in view.blocks]
    sets += [set(view.places[ask] or ()) for ask in wanted if ask.kind in (TOGETHER, FEDERATIONS)]
    joined: list[set[int]] = []
    for one in sets:
        touching = [other for other in joined if other & one]
        joined = [other for other in joined if not other & one]
        joined.append(one.union(*touching))
    return sorted(tuple(sorted(one)) for one in joined if one)


def measured(limit: Limit, found: Federations) -> tuple[NDArray[np.int64], int]:
    """Give a limit's coefficients a row, and what it counts where all schools are alone."""
    county = found.county
    alone = np.zeros(len(county), np.int64) if limit.alone is None else limit.alone(county)
    of = np.asarray(limit.measure(found), dtype=np.int64) - np.asarray(found.sum(alone))
    return of, int(alone.sum())
