"""A solved case asked again is the changed policy solved from nothing, whatever is changed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

import random_cases
import survivors
from grouping.engine import propose
from grouping.errors import GroupingError, PolicyRefused
from grouping.policy.words import Limit, Rule
from grouping.questions.case import Case
from grouping.questions.solved import Solved
from villages import policy_of, row, schools_of

LOTS, EACH = 6, 12


def same(asked: Solved) -> str:
    """Hold an answer against a cold solve of its policy: stages, plan, candidates, who has any."""
    case = asked.bench.case
    cold, warm = propose(case.schools, asked.policy, case.journeys), asked.plan
    assert warm.status == cold.status
    assert warm.stages == cold.stages
    assert warm.groups == cold.groups
    assert warm.candidates == cold.candidates
    assert warm.held.tolist() == cold.held.tolist()
    assert warm.survey.warnings == cold.survey.warnings
    assert warm.alone == cold.alone
    assert warm.proposals == cold.proposals
    return cold.status


def moved(rng: random.Random, solved: Solved) -> Solved:
    """Change something at random; PolicyRefused where it cannot be asked."""
    county, table = solved.bench.seen.county, solved.bench.gathered.table
    urns = county.urns.tolist()
    known = table.urns(rng.randrange(len(table))) if len(table) else tuple(urns[:2])
    names = [limit.name for limit in solved.policy.limits] or ["federations"]
    kind = rng.choice(
        ("together", "apart", "fixed", "forbidden", "out", "limit", "price", "weight")
    )
    if kind == "together":
        return solved.together(*rng.sample(known, 2))
    if kind == "apart":
        return solved.apart(*rng.sample(urns, rng.randint(2, min(3, len(urns)))))
    if kind == "fixed":
        return solved.fixed(*rng.choice([known, tuple(rng.sample(urns, 2))]))
    if kind == "forbidden":
        return solved.forbidden(*known)
    if kind == "out":
        return solved.left_out(rng.choice(urns))
    if kind == "limit":
        name = rng.choice([*names, "federations", "mixed_federations", "changed_schools"])
        return solved.limited(name, at_most=rng.randint(0, 3))
    if kind == "price":
        return solved.priced(**{rng.choice(("urgent", "small")): rng.choice([None, 0, 5, 60])})
    term = rng.choice([term.name for term in solved.policy.terms] or ["journey"])
    return solved.weighed(term, rng.choice([0, 1, 7.5, 40]))


@pytest.mark.parametrize("lot", range(LOTS))
def test_asked_again_equals_a_cold_solve(lot: int) -> None:
    """Chains of random changes on random counties, of every policy there is; undo goes back."""
    ended: dict[str, int] = {}
    for seed in range(lot * EACH, (lot + 1) * EACH):
        rng = random.Random(seed)
        question = survivors.crowded(seed)
        try:
            policy = random_cases.policy_for(question)
            schools = random_cases.schools_of(question)
            first = Case(schools, policy, random_cases.journeys_for(question)).solve()
        except PolicyRefused:
            continue
        if len(first.bench.seen.county) < 2:
            continue
        now = first
        for _ in range(4):
            try:
                after = moved(rng, now)
            except GroupingError:
                ended["refused"] = ended.get("refused", 0) + 1
                continue
            status = same(after)
            ended[status] = ended.get(status, 0) + 1
            assert after.undo() is now
            now = after
        assert same(now.undo()) in ("optimal", "infeasible")
    assert ended["optimal"] >= EACH
    assert ended["infeasible"]


def five() -> Case:
    rows = [row(120001 + k, roll, 1_500 * k) for k, roll in enumerate((40, 45, 80, 120, 95))]
    return Case(schools_of(*rows), policy_of())


def test_the_candidates_at_hand_serve_what_only_bans_or_prices() -> None:
    """The bench is the same where rows serve, and another where they cannot."""
    first = five().solve()
    held = first.plan.groups[0]
    for after in (
        first.apart(*held[:2]), first.forbidden(*held), first.left_out(120005),
        first.limited("federations", at_most=1), first.weighed("journey", 3), first.priced(small=9),
    ):  # fmt: skip
        assert after.bench is first.bench
    wider = policy_of("rules.longest_journey.at_most=5")
    assert first.again(wider).bench is not first.bench
    assert same(first.again(wider)) == "optimal"
    assert first.undo() is first


def test_a_rule_a_term_and_a_limit_from_python_are_asked_too() -> None:
    first = five().solve()
    few = Rule("at most two schools", lambda f: f.size <= 2)
    mark = Limit("pupils", lambda f: f.sum("roll").astype(int), at_most=200)
    assert same(first.again(first.policy.with_rule(few))) == "optimal"
    assert same(first.again(first.policy.with_limit(mark))) == "optimal"
    assert same(first.again(first.policy.without("journey"))) == "optimal"
    with pytest.raises(PolicyRefused, match="no limit"):
        first.limited("miles", at_most=3)
    with pytest.raises(PolicyRefused, match="no term"):
        first.weighed("miles", 3)
    with pytest.raises(PolicyRefused, match="negative"):
        first.weighed("journey", -1)
    with pytest.raises(PolicyRefused, match="both together and apart"):
        first.together(120001, 120002).apart(120001, 120002)
    with pytest.raises(PolicyRefused, match="fewer than two"):
        first.together(120001, 120001)
    with pytest.raises(PolicyRefused, match="no such school"):
        first.apart(120001, 999999)


def test_a_federation_fixed_since_stands_whatever_rule_it_breaks() -> None:
    first = five().solve()
    trio = next(held for held in first.bench.gathered.table.members.tolist() if min(held[:3]) >= 0)
    urns = [int(first.bench.seen.county.urns[i]) for i in trio if i >= 0]
    few = Rule("at most two schools", lambda f: f.size <= 2)
    after = first.fixed(*urns)
    assert same(after.again(after.policy.with_rule(few))) == "optimal"


def test_what_is_kept_cannot_be_forbidden_only_taken_apart() -> None:
    rows = [row(120001 + k, 60, 1_500 * k, federation="K" if k < 2 else None) for k in range(4)]
    first = Case(schools_of(*rows), policy_of()).solve()
    with pytest.raises(PolicyRefused, match="keeps or fixes this very federation"):
        first.forbidden(120002, 120001)
    assert same(first.left_out(120001)) == "optimal"


def test_who_is_left_out_is_no_school_alone_in_a_limit() -> None:
    """A limit that counts schools alone counts those of the county, not those left out of it."""
    alone = Limit(
        "alone", lambda f: f.size * 0, alone=lambda county: county.rolls * 0 + 1, at_most=1
    )
    case = five()
    first = replace(case, policy=case.policy.with_limit(alone)).solve()
    for urn in (120001, 120003, 120005):
        assert same(first.left_out(urn)) in ("optimal", "infeasible")
