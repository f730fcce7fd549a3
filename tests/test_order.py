"""An order over years: heads leaving first, every state on the way judged as a plan is."""

from __future__ import annotations

import random
from typing import Any

import pytest

from every_plan import counties
from grouping import check
from grouping.answers.judged import groups_today, judged
from grouping.answers.order import order
from grouping.engine import propose
from grouping.errors import UsageRefused
from traceable import untraceable
from villages import policy_of, row, schools_of


@pytest.mark.parametrize("first", [0, 60, 120])
def test_every_state_is_what_the_checker_says_it_is(first: int) -> None:
    """Any plan of a county, any number a year: states, years, and the plan itself at the end."""
    asked = steps = ended = 0
    for seed, solved, every in counties(first, 60, crowded=False):
        rng = random.Random(seed)
        seen = solved.plan.survey
        plan = judged(seen, max(rng.sample(every.plans, min(3, len(every.plans))), key=len))
        many = rng.choice([None, 1, 2, 5])
        answer = order(plan, a_year=many)
        asked += 1
        assert sorted([*answer.unchanged, *(s.group for s in answer.steps)]) == list(plan.groups)
        assert set(answer.unchanged) <= set(groups_today(seen.county))
        years = [step.year for step in answer.steps]
        assert years == [1 + k // (many or 3) for k in range(len(years))]
        ranks = [(-len(s.heads), -len(s.urgent), s.cost, s.group) for s in answer.steps]
        assert ranks == sorted(ranks)
        for k, step in enumerate(answer.steps):
            steps, ended = steps + 1, ended + len(step.endings)
            taken = [s.group for s in answer.steps[: k + 1]]
            held = states(groups_today(seen.county), taken)
            assert set(step.state.groups) == set(held)
            values = check.stage_values(every.county, sorted(held))
            assert [(s.name, s.value) for s in step.state.stages] == values
            assert step.state.allowed == (not check.plan_faults(every.county, sorted(held)))
        last = answer.steps[-1].state.groups if answer.steps else answer.today.groups
        assert set(plan.groups) <= set(last)
        assert untraceable(answer.document()) == []
    assert asked >= 25
    assert steps >= 10
    assert ended or first


def states(today: Any, taken: Any) -> list[tuple[int, ...]]:
    """Federations taken up, and what they leave of those of today, two schools or more."""
    inside = {urn for group in taken for urn in group}
    rest = [tuple(urn for urn in group if urn not in inside) for group in today]
    return [*taken, *(group for group in rest if len(group) > 1)]


def county(**b: Any) -> Any:
    """Three pairs far apart, and a pair that is federated today; one head is leaving."""
    rows = [
        row(120001, 40, 0, name="A1"),
        row(120002, 120, 3_000, name="A2"),
        row(120003, 60, 0, 40_000, name="B1", **b),
        row(120004, 120, 3_000, 40_000, name="B2"),
        row(120005, 60, 40_000, 40_000, name="C1"),
        row(120006, 120, 43_000, 40_000, name="C2"),
        row(120007, 60, 40_000, name="D1", federation="D"),
        row(120008, 120, 43_000, name="D2", federation="D"),
    ]
    return schools_of(*rows)


def test_by_hand_the_head_first_then_the_urgent_then_the_rest() -> None:
    plan = propose(county(head="leaving"), policy_of())
    answer = order(plan, a_year=2)
    assert [step.group[0] for step in answer.steps] == [120003, 120001, 120005]
    assert [step.year for step in answer.steps] == [1, 1, 2]
    assert answer.unchanged == ((120007, 120008),)
    said = "\n".join(answer.sentences)
    assert "1 federation of the plan stands today as it is and needs no consultation." in said
    assert "3 federations to take up, 2 consultations a year at most (as asked): 2 years." in said
    assert "B1 (120003) and B2 (120004): the head of B1 (120003) is leaving" in said
    assert "A1 (120001) and A2 (120002): 1 urgent school and" in said
    assert "After every step the county stands as a plan that the policy allows." in said
    assert "No step leaves more urgent or small schools alone" in said
    assert order(plan).a_year == 3
    assert "(as nothing else was asked)" in "\n".join(order(plan).sentences)


def test_a_head_who_waits_is_said_and_one_unknown() -> None:
    plan = propose(county(head="vacant"), policy_of())
    assert "B1 (120003) has no head" in "\n".join(order(plan).sentences)
    assert order(plan).late == []
    rows = [
        row(120001 + k, 60, 3_000 * (k % 2), 40_000 * (k // 2), name=f"S{k}", head="leaving")
        for k in range(4)
    ]
    late = order(propose(schools_of(*rows), policy_of()), a_year=1)
    assert len(late.late) == 1
    assert "1 federation with a head leaving or a post vacant comes after" in "\n".join(
        late.sentences
    )
    unknown = order(propose(county(), policy_of()))
    assert len(unknown.unknown) == 6
    assert "The head of 6 schools to be federated is not known" in "\n".join(unknown.sentences)


def test_a_federation_of_today_that_a_step_breaks_up_is_named() -> None:
    """P and Q are federated today; the plan puts Q with R and leaves P alone."""
    rows = [
        row(120001, 60, 0, name="P", federation="x"),
        row(120002, 60, 3_000, name="Q", federation="x"),
        row(120003, 40, 6_000, name="R"),
    ]
    policy = policy_of("take_part.existing=free", "locks.federations=[[120002,120003]]")
    answer = order(propose(schools_of(*rows), policy))
    (step,) = answer.steps
    assert step.endings[0].today == (120001, 120002)
    assert step.endings[0].rest == (120001,)
    said = "\n".join(answer.sentences)
    assert "It takes schools from P (120001) and Q (120002), federated today: P (120001)" in said


def test_nothing_to_take_up_and_what_is_refused() -> None:
    empty = propose(schools_of(row(120001, 40, 0)), policy_of())
    assert "There is nothing to take up" in "\n".join(order(empty).sentences)
    with pytest.raises(UsageRefused, match="a_year"):
        order(empty, a_year=0)
    none = propose(county(), policy_of("limits.federations.at_least=9"))
    with pytest.raises(UsageRefused, match='its status is "infeasible"'):
        order(none)
