"""What is kept of a solved case so that it can be asked again: candidates, prices, the search.

Every change is held against the policy the candidates were grown for. Locks, limits, prices,
weights and schools left out only ban candidates or move figures, so the same rows serve; anything
else is a case of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.policy.survey import Survey, survey, surveyed_again
from grouping.policy.words import Policy, Rule, Term
from grouping.questions.case import Case
from grouping.search.candidates import among, points, price
from grouping.search.gathering import Gathered, problem_of
from grouping.search.packing import Problem
from grouping.search.stages import Search
from grouping.world.exact import Ratio

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
Locks = tuple[tuple[int, ...], ...]
Measured = tuple[NDArray[np.intp], Ratio | NDArray[np.generic]]

FREE = ("rules", "locks", "terms", "limits", "alone", "take_part")  # what may be moved, in part
LOCKED = ("apart", "together")  # rules that hold to locks, which are judged as locks


@dataclass(eq=False)
class Bench:
    """A case's candidates and their search, shared by all that is asked of it."""

    case: Case
    seen: Survey
    gathered: Gathered
    search: Search
    bans: dict[tuple[str, tuple[int, ...]], Flags] = field(default_factory=dict)
    measures: dict[tuple[str, Any], list[Measured]] = field(default_factory=dict)

    def turned(self, policy: Policy) -> tuple[Survey, Problem] | None:
        """Put the problem of another policy in these rows; None where they do not serve.

        Raises
        ------
        PolicyRefused
            Where the policy does not fit these schools.
        """
        extra = self._extra(policy)
        if extra is None:
            return None
        seen = self._surveyed(policy)
        if seen is None:
            return None
        base = self.seen.county
        left = np.isin(base.urns, policy.take_part.leave_out)
        try:
            marked = self._banned(policy, extra)
        except KeyError:
            return None
        cost = self._cost(policy.terms)
        if not self._same_money(seen):
            if any(_asks_of_money(rule) for rule in seen.policy.rules):
                return None
            stay = np.flatnonzero(~marked) if marked is not None else np.arange(len(cost))
            cost = np.zeros(len(cost), dtype=np.int64)
            cost[stay] = price(self.gathered.table.take(stay).over(seen.county), seen.policy)
        problem = problem_of(base, policy, self.gathered.table, cost)
        tiers = tuple(flags & ~left for flags in problem.tier_items)
        banned = marked if marked is not None and marked.any() else None
        sides = tuple(
            side if limit.alone is None else side.raised(int(limit.alone(base)[left].sum()))
            for side, limit in zip(problem.sides, policy.limits, strict=True)
        )  # who is left out is no school alone
        must = problem.must & ~left
        moved = self.search.first.moved(
            cost=problem.cost, tier_items=tiers, must=must, sides=sides, banned=banned
        )
        return seen, moved

    def _extra(self, policy: Policy) -> list[Rule] | None:
        """Rules beyond those the candidates were grown by; None where more than that differs."""
        old = self.seen.asked
        names = {f.name for f in fields(Policy)} - set(FREE) - {"barriers"}
        if any(getattr(policy, name) != getattr(old, name) for name in names):
            return None
        if policy.barriers is not old.barriers:
            return None
        if not set(old.take_part.leave_out) <= set(policy.take_part.leave_out):
            return None
        if replace(policy.take_part, leave_out=()) != replace(old.take_part, leave_out=()):
            return None
        grown = [rule for rule in old.rules if rule.title not in LOCKED]
        asked = [rule for rule in policy.rules if rule.title not in LOCKED]
        if any(not _among(rule, asked) for rule in grown):
            return None
        for kind in ("apart", "together", "federations"):
            if not set(getattr(old.locks, kind)) <= set(getattr(policy.locks, kind)):
                return None
        return [rule for rule in asked if not _among(rule, grown)]

    def _surveyed(self, policy: Policy) -> Survey | None:
        """See the schools under a policy; None where leaving some out moves more than them."""
        if policy.take_part.leave_out == self.seen.asked.take_part.leave_out:
            return surveyed_again(self.seen, policy)
        seen = survey(self.case.schools, policy, self.case.journeys)
        old, new = self.seen.county, seen.county
        stays = np.isin(old.urns, new.urns)
        gone = ~stays
        ends = old.urns[old.links]
        links = ends[stays[old.links].all(axis=1)]
        same = (
            np.array_equal(old.urns[stays], new.urns)
            and not (old.today[gone] >= 0).any()
            and np.array_equal(old.role[stays], new.role)
            and np.array_equal(links, new.urns[new.links])
        )
        return seen if same else None

    def _same_money(self, seen: Survey) -> bool:
        """Whether every school that stays is as well off: who leaves may have been the median."""
        old, new = self.seen.county, seen.county
        if old is new:
            return True
        stays = np.flatnonzero(np.isin(old.urns, new.urns)).tolist()
        return [old.residuals[i] for i in stays] == list(new.residuals) and [
            old.accounts[i] for i in stays
        ] == list(new.accounts)

    def _cost(self, terms: tuple[Term, ...]) -> Whole:
        """Give the candidates the prices of other weights; only the terms that moved are priced."""
        old, cost = {term.name: term for term in self.seen.policy.terms}, self.gathered.cost
        new = {term.name: term for term in terms}
        for name in dict.fromkeys([*old, *new]):
            before, after = old.get(name), new.get(name)
            if before is after or (before and after and _alike(before, after)):
                continue
            if before is not None:
                cost = cost - self._points(before)
            if after is not None:
                cost = cost + self._points(after)
        return cost

    def _points(self, term: Term) -> Whole:
        """Points of a term for every candidate; what it measures is measured once."""
        key = (term.name, _measured(term))
        if key not in self.measures:
            self.measures[key] = [
                (piece.start + rows, term.measure(same))
                for piece, part in self.gathered.table.locally()
                for rows, same in part.by_size()
            ]
        found = np.zeros(len(self.gathered.table), dtype=np.int64)
        for rows, measure in self.measures[key]:
            found[rows] = points(term, measure)
        return found

    def _banned(self, policy: Policy, extra: list[Rule]) -> Flags | None:
        """Mark the candidates that locks, rules and schools left out since then rule out."""
        marked: Flags | None = None
        for kind, urns in self._bans(policy):
            if (kind, urns) not in self.bans:
                self.bans[kind, urns] = self._ban(kind, urns)
            found = self.bans[kind, urns]
            marked = found if marked is None else marked | found
        for rule in extra:
            broken = np.zeros(len(self.gathered.table), dtype=np.bool_)
            for piece, part in self.gathered.table.locally():
                broken[piece] = ~np.asarray(rule.allows(part), dtype=np.bool_)
            broken &= ~self._whatever(policy)
            marked = broken if marked is None else marked | broken
        return marked

    def _whatever(self, policy: Policy) -> Flags:
        """Mark kept and fixed federations, which are candidates whatever rules they break."""
        county = self.seen.county
        special = {tuple(county.urns[held].tolist()) for held in county.blocks()}
        special |= {tuple(sorted(urns)) for urns in policy.locks.federations}
        return among(self.gathered.table, special)

    def _bans(self, policy: Policy) -> Iterator[tuple[str, tuple[int, ...]]]:
        old = self.seen.asked
        for kind in ("apart", "together", "federations"):
            known: Locks = getattr(old.locks, kind)
            for urns in getattr(policy.locks, kind):
                if urns not in known:
                    yield kind, urns
        for urn in policy.take_part.leave_out:
            if urn not in old.take_part.leave_out:
                yield "left out", (urn,)

    def _ban(self, kind: str, urns: tuple[int, ...]) -> Flags:
        """Mark the candidates that one lock rules out.

        Raises
        ------
        KeyError
            Where a fixed federation is not among these candidates.
        """
        table, county = self.gathered.table, self.seen.county
        held = np.isin(county.urns, urns)
        inside = table.sum(held.astype(np.int8))
        if kind == "apart":
            return np.asarray(inside > 1, dtype=np.bool_)
        if kind == "left out":
            return np.asarray(inside > 0, dtype=np.bool_)
        whole = inside == len(set(urns))
        if kind == "federations":
            whole &= table.size == len(set(urns))
            if not whole.any():
                raise KeyError(urns)  # a candidate whatever rules it breaks: not among these
        return np.asarray((inside > 0) & ~whole, dtype=np.bool_)


def _asks_of_money(rule: Rule) -> bool:
    """Whether a rule may hang on budgets, as one that we do not know might."""
    known = rule.pairs or rule.most or rule.seeds or rule.linked or rule.name == "combined_roll"
    return not (known or rule.title in LOCKED)


def _among(rule: Rule, rules: list[Rule]) -> bool:
    return any(_alike(rule, other) for other in rules)


def _alike(one: Rule | Term, other: Rule | Term) -> bool:
    """Whether two rules or terms are one: the same object, or ready-made by the same settings."""
    if one is other or one == other:
        return True
    names = [one.title if isinstance(one, Rule) else one.name]
    names.append(other.title if isinstance(other, Rule) else other.name)
    return one.settings is not None and names[0] == names[1] and one.settings == other.settings


def _measured(term: Term) -> Any:
    """What tells one measure from another: its settings but the weight, or the function."""
    if term.settings is None:
        return term.measure
    return tuple(sorted((key, value) for key, value in term.settings.items() if key != "weight"))
