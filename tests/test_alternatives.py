"""Plans that truly differ: each the best of those left, and none left proved, as brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from math import floor

import pytest

import grouping
from every_plan import Every, Plan, counties, hashes
from grouping.errors import NoPlanExists, UsageRefused
from grouping.questions.alternatives import AS_ASKED, NONE_LEFT, Alternatives, alternatives
from traceable import untraceable
from villages import policy_of

DIFFER = (Fraction(1, 4), Fraction(1, 2), Fraction(0), Fraction(1))
WITHIN = (Fraction(1, 100), Fraction(1, 10), Fraction(1, 2), Fraction(3))


def by_hand(every: Every, plans: int, differ: Fraction, within: Fraction) -> list[Plan]:
    """The sequence, from every plan there is: the best, then the best of those that differ."""
    best = every.worth[every.best]
    limit = best[-1] + floor(abs(within * best[-1]))
    near = [
        p for p in every.plans
        if every.worth[p][:-1] == best[:-1] and every.worth[p][-1] <= limit
    ]  # fmt: skip
    found = [every.best]
    most = floor((1 - differ) * len(every.best))
    while len(found) < plans:
        left = [
            p for p in near
            if all(len({*p} & {*q}) <= most and {*p} != {*q} for q in found)
        ]  # fmt: skip
        if not left:
            break
        found.append(min(left, key=lambda p: (every.worth[p], hashes(p))))
    return found


def groups(answer: Alternatives) -> list[Plan]:
    """The federations of each plan."""
    return [tuple(sorted(one.plan.groups)) for one in answer.plans]


@pytest.mark.parametrize("lot", range(4))
def test_the_sequence_is_that_of_brute_force(lot: int) -> None:
    """Best first, each with its gap and what it has in common; where it ends, none is left."""
    asked = several = ended = 0
    met: set[str] = set()
    for seed, solved, every in counties(1000 * lot, 60, most=1500):
        differ, within = DIFFER[seed % 4], WITHIN[seed // 4 % 4]
        answer = alternatives(solved, plans=4, differ=differ, within=within)
        wanted = by_hand(every, 4, differ, within)
        assert groups(answer) == [tuple(sorted(p)) for p in wanted]
        assert answer.ended == (AS_ASKED if len(wanted) == 4 else NONE_LEFT)
        best = every.worth[every.best]
        for one, plan in zip(answer.plans, wanted, strict=True):
            assert tuple(s.value for s in one.plan.stages) == every.worth[plan]
            assert tuple(s.bound for s in one.plan.stages) == best
            assert one.plan.status == ("optimal" if every.worth[plan] == best else "feasible")
            assert one.gap == every.worth[plan][-1] - best[-1]
            assert one.common == tuple(len({*plan} & {*q}) for q in wanted[: one.place - 1])
            moved = {s.school.urn for s in one.than_best.moved}
            assert moved == changed(every, every.best, plan)
            terms = sum(here - before for _, before, here in one.than_best.terms)
            assert terms == one.gap
        assert untraceable(answer.document()) == []
        met |= met_in(solved)
        asked += 1
        several += len(wanted) > 2
        ended += answer.ended == NONE_LEFT
    assert asked >= 40
    assert several >= 5
    assert ended >= 5
    assert met == {"below nothing", "price", "kept", "lock", "limit"}


def met_in(solved: grouping.Solved) -> set[str]:
    """What might trouble the answer and is in this county."""
    policy, locks = solved.policy, solved.policy.locks
    found = {
        "below nothing": bool((solved.problem.cost < 0).any()),
        "price": not (policy.alone.urgent is None is policy.alone.small),
        "kept": bool(solved.plan.county.blocks()),
        "lock": bool(locks.together or locks.apart or locks.federations),
        "limit": bool(policy.limits),
    }
    return {name for name, there in found.items() if there}


def changed(every: Every, one: Plan, other: Plan) -> set[int]:
    """Schools whose partners differ between two plans."""

    def partners(plan: Plan, urn: int) -> set[int]:
        return next(({*f} - {urn} for f in plan if urn in f), set())

    return {u for u in every.county.taking if partners(one, u) != partners(other, u)}


def test_a_plan_of_few_federations_is_not_given_twice() -> None:
    """One that has no more federations than may be in common differs from itself by number."""
    seen = 0
    for _, solved, every in islice(counties(4000, 30, most=1000), 20):
        answer = alternatives(solved, plans=6, differ=0, within=2)
        given = groups(answer)
        assert len(set(given)) == len(given)
        assert given == [tuple(sorted(p)) for p in by_hand(every, 6, Fraction(0), Fraction(2))]
        seen += len(given) == 6
    assert seen >= 3


def test_asked_again_it_is_of_the_policy_as_asked(village: grouping.Schools) -> None:
    """A school left out, a pair apart, a price: the plans are those of the changed policy."""
    solved = grouping.Case(village, policy_of()).solve()
    for again in (
        solved.left_out(120001),
        solved.apart(*solved.plan.groups[0][:2]),
        solved.priced(urgent=1, small=1),
    ):
        cold = grouping.Case(village, again.policy).solve()
        warm = alternatives(again, plans=4, differ=0.5, within=1)
        wanted = alternatives(cold, plans=4, differ=0.5, within=1)
        assert groups(warm) == groups(wanted)
        assert [one.gap for one in warm.plans] == [one.gap for one in wanted.plans]
        assert warm.plans[0].plan.status == "optimal"
        shown = [one.document()["schools"] for one in warm.plans]
        assert shown == [one.document()["schools"] for one in wanted.plans]


def test_what_is_better_and_for_whom_is_said(village: grouping.Schools) -> None:
    solved = grouping.Case(village, policy_of()).solve()
    answer = alternatives(solved, plans=3, differ=1, within=5)
    said = " ".join(answer.sentences)
    assert "Plan 1 is the best" in said
    other = answer.plans[1]
    assert other.than_best.moved
    assert "change partners" in said or "changes partners" in said
    for name, best, here in other.than_best.terms:
        word = "Better" if here < best else "Worse"
        if here != best:
            assert any(s.startswith(word) and name in s for s in other.sentences)
    assert "Plan 2 of those that differ: not the best" in other.plan.explain()
    assert other.plan.document()["run"]["place"] == 2
    assert "place" not in answer.plans[0].plan.document()["run"]


def test_no_school_at_all_and_one_federation(village: grouping.Schools) -> None:
    """Without a candidate there is one plan, and it is proved that there is no other."""
    alone = grouping.Case(village, policy_of("rules.longest_journey.at_most=1")).solve()
    answer = alternatives(alone)
    assert (len(answer.plans), answer.ended) == (1, NONE_LEFT)
    assert answer.proved
    assert untraceable(answer.document()) == []


def test_what_makes_no_sense_is_refused(village: grouping.Schools) -> None:
    solved = grouping.Case(village, policy_of()).solve()
    with pytest.raises(UsageRefused, match="is below 1"):
        alternatives(solved, plans=0)
    with pytest.raises(UsageRefused, match="is not between 0 and 1"):
        alternatives(solved, differ=1.5)
    with pytest.raises(UsageRefused, match="is below 0"):
        alternatives(solved, within=-0.1)
    with pytest.raises(UsageRefused, match="not a finite number"):
        alternatives(solved, within=float("nan"))
    none = solved.limited("federations", at_least=50)
    assert none.plan.status == "infeasible"
    with pytest.raises(NoPlanExists, match="no plan can exist"):
        alternatives(none)


def test_time_that_is_up_is_said_and_nothing_is_proved(village: grouping.Schools) -> None:
    answer = alternatives(grouping.Case(village, policy_of()).solve(), within=5, seconds=0)
    assert answer.ended == "time is up"
    assert not answer.proved
    assert "is not known" in answer.sentences[-1]
