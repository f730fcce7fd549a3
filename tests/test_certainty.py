"""Certainty: pairs in all near plans or in some, what each costs, as brute force finds them."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import floor

import pytest

import grouping
from every_plan import Every, Plan, counties
from grouping.answers.certain import Certainty
from grouping.errors import NoPlanExists, UsageRefused
from grouping.questions.certainty import certainty
from traceable import untraceable
from villages import policy_of, row, schools_of

WITHIN = (Fraction(1, 100), Fraction(1, 10), Fraction(1), Fraction(0))


def near_plans(every: Every, within: Fraction) -> list[Plan]:
    """Plans with the tiers of the best, within a share of its cost."""
    best = every.worth[every.best]
    limit = best[-1] + floor(abs(within * best[-1]))
    return [
        p for p in every.plans
        if every.worth[p][:-1] == best[:-1] and every.worth[p][-1] <= limit
    ]  # fmt: skip


def pairs(plan: Plan) -> set[tuple[int, int]]:
    """Every two schools in one federation."""
    return {pair for f in plan for pair in combinations(sorted(f), 2)}


def partners(plan: Plan, urn: int) -> set[int]:
    """The others of a school's federation."""
    return next(({*f} - {urn} for f in plan if urn in f), set())


def hold(answer: Certainty, every: Every, within: Fraction) -> None:
    """Hold an answer against every plan."""
    near = near_plans(every, within)
    some = set().union(*map(pairs, near))
    given = {(p.one.urn, p.other.urn): p for p in answer.pairs}
    assert set(given) == some
    for pair, one in given.items():
        assert one.everywhere == all(pair in pairs(p) for p in near)
        assert one.in_best == (pair in pairs(every.best))
        assert one.cheapest == every.least(every.with_pair(*pair))
        assert one.apart == every.least(every.without_pair(*pair))
        assert not one.by_policy or one.apart is None
    assert {tuple(s.urn for s in f.schools) for f in answer.federations} == {*every.best}
    for one in answer.federations:
        held = tuple(s.urn for s in one.schools)
        without = [p for p in every.plans if held not in p]
        assert one.without == every.least(without)
        assert not one.by_policy or held in every.best
    steady = {u for u in every.county.taking if len({frozenset(partners(p, u)) for p in near}) == 1}
    alone = {u for u in steady if not partners(every.best, u)}
    assert {s.urn for s in answer.steady} == steady - alone
    assert {s.urn for s in answer.never} == alone


@pytest.mark.parametrize("lot", range(4))
def test_it_is_that_of_brute_force(lot: int) -> None:
    asked = sure = open_ones = policy = 0
    for seed, solved, every in counties(1000 * lot, 25, most=1500):
        within = WITHIN[seed % 4]
        answer = certainty(solved, within=within)
        hold(answer, every, within)
        assert not answer.undecided
        assert not answer.unpriced
        assert untraceable(answer.document()) == []
        asked += 1
        sure += any(p.everywhere for p in answer.pairs)
        open_ones += any(not p.everywhere for p in answer.pairs)
        policy += any(p.by_policy for p in answer.pairs)
    assert asked >= 15
    assert min(sure, open_ones, policy) >= 3


def test_it_is_of_the_policy_as_asked(village: grouping.Schools) -> None:
    solved = grouping.Case(village, policy_of()).solve()
    pair = solved.plan.groups[0][:2]
    for again in (solved.apart(*pair), solved.priced(urgent=2, small=1), solved.left_out(120001)):
        cold = grouping.Case(village, again.policy).solve()
        warm, wanted = certainty(again, within=1), certainty(cold, within=1)
        for name in ("pairs", "federations", "steady", "never", "best", "stages"):
            assert getattr(warm, name) == getattr(wanted, name), name


def test_a_tie_is_said() -> None:
    """Four schools in a square, each as near to the next: no federation is needed for the best."""
    corners = [(0, 0), (5_000, 0), (5_000, 5_000), (0, 5_000)]
    schools = schools_of(*(row(120001 + k, 60, *place) for k, place in enumerate(corners)))
    solved = grouping.Case(schools, policy_of("rules.schools.at_most=2")).solve()
    answer = certainty(solved)
    assert len(solved.plan.groups) == 2
    assert [one.without for one in answer.federations] == [answer.best, answer.best]
    assert not any(pair.everywhere for pair in answer.pairs)
    assert any("2 federations of the best plan have a tie" in said for said in answer.sentences)
    assert untraceable(answer.document()) == []


def test_no_candidate_at_all(village: grouping.Schools) -> None:
    alone = grouping.Case(village, policy_of("rules.longest_journey.at_most=1")).solve()
    answer = certainty(alone)
    assert answer.pairs == ()
    assert len(answer.never) == len(alone.plan.county)
    assert untraceable(answer.document()) == []


def test_what_time_does_not_allow_for_is_said(village: grouping.Schools) -> None:
    """Nothing is called certain that was not asked for."""
    solved = grouping.Case(village, policy_of()).solve()
    answer = certainty(solved, within=1, seconds=0)
    assert answer.pairs == answer.federations == ()
    assert len(answer.unpriced) == len(solved.plan.groups)
    assert len(answer.undecided) == answer.looked_at > 0
    held = {school.urn for pair in answer.undecided for school in pair}
    assert not held & {school.urn for school in (*answer.steady, *answer.never)}
    assert "Time was up" in answer.sentences[-2]
    assert untraceable(answer.document()) == []


def test_every_question_is_heard_of(village: grouping.Schools) -> None:
    heard: list[tuple[int, int]] = []
    solved = grouping.Case(village, policy_of()).solve()
    answer = certainty(solved, within=1, heard=lambda done, of: heard.append((done, of)))
    asks = answer.looked_at + len(solved.plan.groups)
    assert heard == [(k, asks) for k in range(1, asks + 1)]


def test_what_makes_no_sense_is_refused(village: grouping.Schools) -> None:
    solved = grouping.Case(village, policy_of()).solve()
    with pytest.raises(UsageRefused, match="is below 0"):
        certainty(solved, within=-1)
    with pytest.raises(NoPlanExists, match="no plan can exist"):
        certainty(solved.limited("federations", at_least=50))
