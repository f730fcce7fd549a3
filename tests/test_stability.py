"""Would they walk away? Blocking candidates as brute force over every candidate finds them."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

import grouping
import oracle
from every_plan import Every, Plan, counties
from grouping import check
from grouping.errors import InputRefused, NoPlanExists
from grouping.questions.stability import walking_away
from traceable import untraceable
from villages import policy_of

Share = Fraction | None  # None: alone, and worse than any federation


def bears(every: Every, plan: Plan, urn: int) -> Share:
    """What a school bears, by the checker's cost and the policy document."""
    county = every.county
    for federation in plan:
        if urn in federation:
            return Fraction(check.cost(county, federation), len(federation))
    role = county.roles[urn]
    if role not in ("urgent", "small"):
        return Fraction(0)
    price = county.policy["alone"][role]
    return None if price == "first" else Fraction(round(1000 * Fraction(str(price))))


def blocking(every: Every, plan: Plan) -> set[tuple[int, ...]]:
    """Candidates all of whose members would bear strictly less."""
    now = {urn: bears(every, plan, urn) for urn in every.county.taking}
    found = set()
    for held in oracle.candidates(every.county):
        share = Fraction(check.cost(every.county, held), len(held))
        if all(one is None or share < one for one in (now[urn] for urn in held)):
            found.add(tuple(held))
    return found


@pytest.mark.parametrize("lot", range(4))
def test_blocking_candidates_are_those_of_brute_force(lot: int) -> None:
    """Of the best plan, and of a plan at random, which is blocked more often."""
    asked = stable = unstable = free = 0
    for seed, solved, every in counties(1000 * lot, 25, most=1500):
        rng = random.Random(seed)
        for plan in (None, rng.choice(every.plans)):
            answer = walking_away(solved, plan)
            wanted = blocking(every, every.best if plan is None else plan)
            given = {tuple(map(int, one.key.split("-"))) for one in answer.blocking}
            assert given == wanted
            assert answer.count == len(wanted)
            assert answer.stable == (not wanted)
            gains = []
            for one in answer.blocking:
                total = sum((m.now - m.then for m in one.members if m.now is not None), Fraction(0))
                gains.append((sum(m.now is None for m in one.members), total))
                for m in one.members:
                    held = every.best if plan is None else plan
                    assert m.now == bears(every, held, m.school.urn)
                    assert m.then == Fraction(one.cost, len(one.members))
                    mates = next((f for f in held if m.school.urn in f), (m.school.urn,))
                    assert {*m.partners} == {*mates} - {m.school.urn}
            assert gains == sorted(gains, reverse=True)
            assert untraceable(answer.document()) == []
            asked += 1
            stable += answer.stable
            unstable += not answer.stable
            free += any(m.now is None for one in answer.blocking for m in one.members)
    assert asked >= 30
    assert min(stable, unstable, free) >= 3


def test_the_list_is_cut_and_the_count_is_not(village: grouping.Schools) -> None:
    solved = grouping.Case(village, policy_of("rules.longest_journey.at_most=60")).solve()
    whole, cut = walking_away(solved, ()), walking_away(solved, (), at_most=1)
    assert whole.count == cut.count > 1
    assert cut.blocking == whole.blocking[:1]
    assert "might walk away" in cut.sentences[0]


def test_nobody_has_reason_where_there_is_no_candidate(village: grouping.Schools) -> None:
    alone = grouping.Case(village, policy_of("rules.longest_journey.at_most=1")).solve()
    answer = walking_away(alone)
    assert answer.stable
    assert "No candidate federation" in answer.sentences[0]
    assert untraceable(answer.document()) == []


def test_it_is_of_the_policy_as_asked(village: grouping.Schools) -> None:
    """Banned candidates and moved prices count as in a case solved from nothing."""
    solved = grouping.Case(village, policy_of()).solve()
    pair = solved.plan.groups[0][:2]
    for again in (solved.apart(*pair), solved.priced(urgent=2, small=1), solved.left_out(120001)):
        cold = grouping.Case(village, again.policy).solve()
        for plan in (None, ()):
            warm, wanted = walking_away(again, plan), walking_away(cold, plan)
            assert warm.document() == wanted.document()


def test_what_is_no_plan_of_these_is_refused(village: grouping.Schools) -> None:
    solved = grouping.Case(village, policy_of()).solve()
    with pytest.raises(InputRefused, match="is no candidate federation"):
        walking_away(solved, [(120001, 120005)])
    group = solved.plan.groups[0]
    table = solved.bench.gathered.table
    every = [table.urns(row) for row in range(len(table))]
    other = next(urns for urns in every if set(urns) & set(group) and urns != group)
    with pytest.raises(InputRefused, match="in two federations"):
        walking_away(solved, [group, other])
    with pytest.raises(NoPlanExists, match="no plan can exist"):
        walking_away(solved.limited("federations", at_least=50))
