"""From today's federations: the curve over the schools changed, against every plan there is."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

import grouping
from every_plan import Every, Plan, counties, hashes
from grouping import check
from grouping.answers.judged import groups_today, judged
from grouping.errors import UsageRefused
from grouping.questions.case import Case
from grouping.questions.replan import replan
from traceable import untraceable
from villages import policy_of, row, schools_of

if TYPE_CHECKING:
    from grouping.world.schools import Schools


def changed(every: Every, plan: Plan) -> int:
    """Schools changed in a plan, by the checker."""
    return check.limit_values(every.county, plan)["changed_schools"]


@pytest.mark.parametrize("first", [0, 60, 100, 160, 220, 280])
def test_the_curve_is_that_of_brute_force(first: int) -> None:
    """For every m: the best values among plans with at most m changed, and the very plan."""
    asked = steps = impossible = 0
    for seed, solved, every in counties(first, 30 if first < 100 else 60, crowded=first < 100):
        moved = {plan: changed(every, plan) for plan in every.plans}
        rng = random.Random(seed)
        at_most = rng.choice([None, rng.randint(0, len(every.county.taking))])
        answer = replan(solved, at_most)
        asked += 1
        assert answer.complete
        assert answer.fewest == min(moved.values())
        before = None
        for m in range(len(every.county.taking) + 1):
            if at_most is not None and m > at_most:
                break
            within = [plan for plan in every.plans if moved[plan] <= m]
            point = answer.at(m)
            if not within:
                assert point is None
                impossible += 1
                continue
            assert point is not None
            least = min(every.worth[plan] for plan in within)
            assert tuple(s.value for s in point.stages) == least
            as_good = [plan for plan in every.plans if every.worth[plan] == least]
            assert point.changed == min(moved[plan] for plan in as_good)
            best = min((p for p in as_good if moved[p] == point.changed), key=hashes)
            assert point.groups == tuple(sorted(best))
            assert [c.urn for c in point.changes] == changed_urns(every, best)
            steps += point is not before
            before = point
        assert untraceable(answer.document()) == []
    assert asked >= 5
    assert steps > asked
    assert impossible


def changed_urns(every: Every, plan: Plan) -> list[int]:
    """Schools whose partners are not those of today, by the checker's own record of today."""
    now = {urn: federation for federation in plan for urn in federation}
    today = every.county.today_of
    return [u for u in every.county.taking if now.get(u, (u,)) != today.get(u, (u,))]


@pytest.mark.parametrize("first", [430, 500])
def test_today_is_judged_as_the_checker_would(first: int) -> None:
    """Its values, whether it is a plan at all, and then it is the curve's first step."""
    allowed = refused = 0
    for _, solved, every in counties(first, 60, crowded=False):
        seen = solved.plan.survey
        today = judged(seen, groups_today(seen.county))
        assert tuple(s.value for s in today.stages) == tuple(
            value for _, value in check.stage_values(every.county, today.groups)
        )
        faults = check.plan_faults(every.county, today.groups)
        assert today.allowed == (not faults)
        named = {b.schools for b in today.breaches if not b.waived}
        for group in today.groups:
            if f"{'-'.join(map(str, group))} is not a candidate" in faults:
                assert group in named or any(set(group) & set(schools) for schools in named)
        answer = replan(solved)
        assert (answer.fewest == 0) == today.allowed
        if today.allowed:
            allowed += 1
            assert answer.points[0].changed == 0
            assert answer.points[0].groups == today.groups
        else:
            refused += 1
            assert all(said in answer.sentences for said in today.breaches_said())
    assert allowed >= 5
    assert refused >= 5


def road(*federations: str | None, policy: str = "keep") -> Case:
    """Four schools a mile apart on a road, each in the federation named; 40, 90, 60, 120 pupils."""
    rolls = (40, 90, 60, 120)
    rows = [
        row(120001 + k, roll, 1_609 * k, name=f"S{k + 1}", federation=name)
        for k, (roll, name) in enumerate(zip(rolls, federations, strict=True))
    ]
    return Case(schools_of(*rows), policy_of(f"take_part.existing={policy}"))


def test_by_hand_two_alone_then_all() -> None:
    """S1 and S2 are federated: to cover S3 too takes two more schools, S3 and S4."""
    answer = replan(road("A", "A", None, None))
    assert [point.changed for point in answer.points][:2] == [0, 2]
    assert answer.at(1) is answer.points[0]
    assert answer.points[0].groups == ((120001, 120002),)
    assert dict(answer.points[1].buys)["small alone"] == 1
    said = "\n".join(answer.sentences)
    assert "With no school changed: 0 urgent and 1 small school alone" in said
    assert "2 more schools changed for 1 small school fewer alone" in said
    assert "Each step is proved" in said


def test_a_federation_today_that_breaks_a_rule_is_named() -> None:
    """S1 and S4 are 9.8 minutes apart: with 5 allowed they cannot be a plan where free."""
    case = road("A", None, None, "A", policy="free")
    policy = grouping.read_policy(
        "norfolk-2012", ["take_part.existing=free", "rules.longest_journey.at_most=5"]
    )
    answer = replan(Case(case.schools, policy))
    assert answer.fewest == 2
    assert not answer.today.allowed
    said = "\n".join(answer.sentences)
    assert "S1 (120001) and S4 (120004): breaks the rule" in said
    assert "every journey at most 5 minutes" in said
    assert "where at most 5 is asked" in said
    assert "the fewest schools that can change is 2. This is proved." in said
    kept = replan(Case(case.schools, policy_of("rules.combined_roll.at_most=150")))
    assert kept.fewest == 0
    assert "the policy lets it stand, as it is kept or fixed" in "\n".join(kept.sentences)


def test_fewer_than_can_change_is_answered() -> None:
    case = road("A", None, None, "A", policy="free")
    policy = policy_of("take_part.existing=free", "rules.longest_journey.at_most=5")
    answer = replan(Case(case.schools, policy), 1)
    assert answer.points == ()
    assert answer.best is None
    assert "No plan that this policy allows changes at most 1 school" in "\n".join(answer.sentences)
    assert untraceable(answer.document()) == []


def test_no_plan_and_time_up_and_a_negative_number(village: Schools) -> None:
    none = replan(Case(village, policy_of("limits.federations.at_least=9")))
    assert none.fewest is None
    assert none.complete
    assert "No plan can exist" in "\n".join(none.sentences)
    late = replan(Case(village, policy_of()), seconds=0)
    assert not late.complete
    assert "Time was up" in "\n".join(late.sentences)
    with pytest.raises(UsageRefused, match="at_most"):
        replan(Case(village, policy_of()), -1)


def test_one_school_and_nobody() -> None:
    one = replan(Case(schools_of(row(120001, 40, 0)), policy_of()))
    assert [point.changed for point in one.points] == [0]
    assert one.points[0].groups == ()
    closed = replan(Case(schools_of(row(120001, 40, 0, status="Closed")), policy_of()))
    assert [point.changed for point in closed.points] == [0]


def test_a_limit_of_the_policy_holds_on(village: Schools) -> None:
    """A bound on schools changed in the policy itself is never crossed."""
    answer = replan(Case(village, policy_of("limits.changed_schools.at_most=2")))
    assert answer.points[-1].changed <= 2
