"""Why and why not: every price, home and impossibility held against all plans of small counties."""

from __future__ import annotations

import contextlib
import json
import random
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import grouping
import random_cases
from every_plan import Every, Plan, counties
from grouping.answers.repairs import applied
from grouping.errors import GroupingError, NoPlanExists, UsageRefused
from grouping.questions.case import Case
from grouping.questions.solved import Solved
from grouping.questions.wishes import Difference
from traceable import untraceable
from villages import policy_of, row, schools_of

if TYPE_CHECKING:
    from command_line import Run
    from grouping.world.schools import Schools

LOTS, EACH = 6, 36
MODEL = Path(__file__).resolve().parents[1] / "data" / "schools.geojson"


def extra(every: Every, plans: list[Plan]) -> tuple[int, ...]:
    """How much more than the best the best of some plans costs, stage by stage."""
    least = every.least(plans)
    assert least is not None
    return tuple(a - b for a, b in zip(least, every.worth[every.best], strict=True))


def stages(difference: Difference) -> tuple[int, ...]:
    return tuple(value for _, value in difference.extra)


def among(every: Every, difference: Difference, plans: list[Plan]) -> None:
    """Hold a difference against brute force: its cost, its plan, who changes partner."""
    plan = tuple(sorted(difference.groups))
    assert plan in plans
    assert stages(difference) == extra(every, plans)
    before, after = homes_of(every.best), homes_of(plan)
    urns = {*before, *after}
    assert set(difference.changed) == {u for u in urns if before.get(u) != after.get(u)}
    assert set(difference.loses) == set(before) - set(after)
    assert set(difference.gains) == set(after) - set(before)


def homes_of(plan: Plan) -> dict[int, tuple[int, ...]]:
    return {urn: federation for federation in plan for urn in federation}


@pytest.mark.parametrize("lot", range(LOTS))
def test_pairs_and_homes_are_as_brute_force_has_them(lot: int) -> None:
    """Costs, impossibility and the next best homes, of schools and pairs of random counties."""
    met: Counter[str] = Counter()
    for seed, solved, every in counties(lot * EACH, EACH):
        rng = random.Random(seed)
        urns = solved.plan.county.urns.tolist()
        pairs = list(combinations(urns, 2))
        for one, other in rng.sample(pairs, min(4, len(pairs))):
            met[pair_is_right(solved, every, one, other)] += 1
        met += homes_are_right(solved, every, rng.choice(urns))
    assert met["possible"] >= EACH
    assert min(met[word] for word in ("no candidate", "no plan", "home", "all homes")) > 0


def pair_is_right(solved: Solved, every: Every, one: int, other: int) -> str:
    answer = grouping.why(solved, one, other)
    assert untraceable(answer.document()) == []
    together = every_pair(every.best, one, other)
    assert answer.together == together
    plans = (every.without_pair if together else every.with_pair)(one, other)
    if answer.other_way == "possible":
        among(every, answer.difference, plans)
    else:
        assert not plans
        held = bool(candidates(solved, one, other))
        assert (answer.other_way == "no plan") == (together or held)
    return answer.other_way


def homes_are_right(solved: Solved, every: Every, urn: int) -> Counter[str]:
    answer = grouping.why(solved, urn, homes=3)
    assert untraceable(answer.document()) == []
    best = homes_of(every.best).get(urn)
    assert (answer.facts is None) == (best is None)
    if answer.facts is not None:
        assert tuple(answer.facts["schools"]) == best
    seen: list[tuple[int, ...] | None] = [best]
    for home in answer.homes:
        left = [p for p in every.plans if homes_of(p).get(urn) not in seen]
        among(every, home.difference, left)
        here = homes_of(tuple(sorted(home.difference.groups))).get(urn)
        assert home.schools == (here or (urn,))
        assert home.alone == (here is None)
        seen.append(here)
    left = [p for p in every.plans if homes_of(p).get(urn) not in seen]
    assert answer.all_homes == (not left)
    assert len(answer.homes) == 3 or not left
    return Counter({"home": len(answer.homes), "all homes": int(answer.all_homes)})


def every_pair(plan: Plan, one: int, other: int) -> bool:
    return any(one in f and other in f for f in plan)


def candidates(solved: Solved, *urns: int) -> list[tuple[int, ...]]:
    table = solved.bench.gathered.table
    return [held for held in map(table.urns, range(len(table))) if set(urns) <= set(held)]


def village_of(village: Schools, *settings: str) -> Solved:
    return Case(village, policy_of(*settings)).solve()


def test_the_village_by_hand(village: Schools) -> None:
    """Elm, 42.4 minutes from Dale, needs 12.4 more of the rule and 22.4 more of a link."""
    solved = village_of(village)
    answer = grouping.why(solved, 120004, 120005)
    assert answer.other_way == "no candidate"
    assert {one.rule for one in answer.between.obstacles} >= {"longest_journey", "connected"}
    words = " ".join(answer.sentences)
    assert "42.4 minutes" in words
    assert "12.4 more than the policy has" in words
    assert "22.4 more than the policy has" in words
    assert "rules.longest_journey.at_most=42.4" in answer.between.settings
    alone = grouping.why(solved, 120005)
    assert alone.facts is None
    assert "no candidate federation holds it" in alone.sentences[0]
    assert alone.ways[0].schools == (120004, 120005)
    assert alone.ways[0].settings == answer.between.settings


def repaired(solved: Solved, settings: tuple[str, ...], base: tuple[str, ...]) -> Solved:
    return Case(solved.bench.case.schools, policy_of(*base, *settings)).solve()


BASES: list[tuple[str, ...]] = [
    (),
    ("rules.ethos.policy=strict",),
    ("rules.combined_roll={at_most = 150}",),
    ("rules.combined_budget={at_least = 0.05}",),
    ("rules.schools.at_most=2",),
    ("locks.apart=[[120001, 120003]]",),
    ("locks.federations=[[120001, 120002]]",),
    ("neighbours.link_at_most=8",),
    ("neighbours.link_at_most=8", "neighbours.kind=gabriel"),
    ("rules.schools={at_least = 3, at_most = 4}",),
    ("roles.partner_at_most=119",),
]  # fmt: skip


@pytest.mark.parametrize("base", BASES, ids=lambda base: " ".join(base))
def test_every_repair_works_and_each_part_of_it_is_needed(
    village: Schools, base: tuple[str, ...]
) -> None:
    """With all its settings a candidate holds both; with any one left out none does."""
    solved, tried = village_of(village, *base), 0
    for one, other in combinations(village.urns.tolist(), 2):
        answer = grouping.why(solved, one, other)
        if answer.other_way != "no candidate":
            continue
        found = answer.between
        assert found is not None
        assert found.works
        assert found.every_set
        tried += 1
        settings = found.settings
        assert len(settings) == len(found.repairs)
        whole = repaired(solved, settings, base)
        assert tuple(found.schools) in candidates(whole, one, other)
        for k in range(len(settings)):
            less = repaired(solved, settings[:k] + settings[k + 1 :], base)
            assert not candidates(less, one, other), settings
    assert tried


def a_little_less(setting: str) -> str | None:
    """Move a bound back by the least there is: a tenth of a minute, a pupil, a school."""
    key, _, value = setting.rpartition("=")
    if key in ("rules.longest_journey.at_most", "neighbours.link_at_most"):
        return f"{key}={float(value) - 0.1:.1f}"
    if key.endswith("at_most"):
        return f"{key}={int(value) - 1}"
    return None


@pytest.mark.parametrize("base", BASES, ids=lambda base: " ".join(base))
def test_no_repair_is_larger_than_it_need_be(village: Schools, base: tuple[str, ...]) -> None:
    solved, tried = village_of(village, *base), 0
    for one, other in combinations(village.urns.tolist(), 2):
        found = grouping.why(solved, one, other).document().get("between")
        if not found:
            continue
        for k, setting in enumerate(found["settings"]):
            less = a_little_less(setting)
            if less is not None:
                tried += 1
                settings = (*found["settings"][:k], less, *found["settings"][k + 1 :])
                assert not candidates(repaired(solved, settings, base), one, other), setting
    assert tried


def solved_counties(first: int, count: int) -> Iterator[Solved]:
    """Solve random counties; those that are refused or have no plan are passed over."""
    for seed in range(first, first + count):
        asked = random_cases.asked(seed)
        with contextlib.suppress(GroupingError):
            policy = random_cases.policy_for(asked)
            schools, journeys = random_cases.schools_of(asked), random_cases.journeys_for(asked)
            solved = Case(schools, policy, journeys).solve()
            if solved.plan.status == "optimal":
                yield solved


@pytest.mark.parametrize("lot", range(LOTS))
def test_repairs_of_random_counties_work_and_are_needed(lot: int) -> None:
    """Grown again under the repaired policy a candidate holds both; with a repair less, none."""
    worked = none = needed = 0
    for solved in solved_counties(2_000 + lot * EACH, EACH):
        case, urns = solved.bench.case, solved.bench.case.schools.urns.tolist()
        for one, other in list(combinations(urns, 2))[:6]:
            answer = grouping.why(solved, one, other)
            assert untraceable(answer.document()) == []
            found = answer.between
            if answer.other_way != "no candidate" or found is None:
                none += answer.other_way == "no candidate"
                continue
            assert found.works
            asked = solved.policy
            whole = Case(case.schools, applied(asked, found.repairs), case.journeys).solve()
            worked += 1
            assert tuple(found.schools) in candidates(whole, one, other)
            if asked.neighbours.kind != "minutes" or not found.every_set:
                continue
            for gone in found.repairs:
                rest = [repair for repair in found.repairs if repair is not gone]
                less = Case(case.schools, applied(asked, rest), case.journeys).solve()
                needed += 1
                assert not candidates(less, one, other), found
    assert worked
    assert none
    assert needed


def test_what_holds_two_together_is_named() -> None:
    """Kept, fixed or locked together: no plan has them apart, and that is why."""
    rows = [row(120001 + k, 60, 1_500 * k, federation="K" if k < 2 else None) for k in range(5)]
    schools = schools_of(*rows)
    locks = ("locks.together=[[120003, 120004]]",)
    solved = Case(schools, policy_of(*locks)).solve()
    kept = grouping.why(solved, 120001, 120002)
    assert (kept.together, kept.other_way) == (True, "no plan")
    assert "existing federations are kept whole" in kept.sentences[-1]
    locked = grouping.why(solved, 120003, 120004)
    assert "120003 and 120004 are locked together" in locked.sentences[-1]
    fixed = grouping.why(solved.fixed(120003, 120004), 120003, 120004)
    assert "are fixed as a federation" in fixed.sentences[-1]
    where = grouping.why(solved.fixed(120003, 120004), 120003)
    assert (where.homes, where.all_homes) == ((), True)
    assert "fixed as a federation" in where.sentences[-1]


def test_locks_and_limits_against_a_pair_are_named_and_others_not() -> None:
    """With no more than one federation allowed, and one asked for, no other can be had."""
    rows = [row(120001 + k, 60, 1_500 * k) for k in range(4)]
    solved = Case(schools_of(*rows), policy_of()).solve()
    asked = solved.limited("federations", at_most=1).together(120001, 120002).apart(120002, 120003)
    asked = asked.apart(120001, 120004)
    answer = grouping.why(asked.limited("federations", at_most=1), 120003, 120004)
    assert answer.other_way == "no plan"
    stands = " ".join(answer.against)
    assert "at most 1 federation in the plan" in stands
    assert "School 120001 (120001) and School 120002 (120002) are to be together" in stands
    assert "120003 and 120004 are to be together" not in stands


def test_a_tie_is_said_and_costs_nothing() -> None:
    """Two equal schools on either side of a third: each is as good a home."""
    rows = [row(120001, 60, -2_000), row(120002, 60, 0), row(120003, 60, 2_000)]
    policy = policy_of("rules.schools.at_most=2")
    answer = grouping.why(Case(schools_of(*rows), policy).solve(), 120002)
    assert answer.homes[0].difference.tie
    assert "nothing: a tie" in answer.sentences[-1] or "nothing: a tie" in " ".join(
        answer.sentences
    )


def test_schools_that_take_no_part_and_what_lets_them_in(village: Schools) -> None:
    solved = village_of(village, "roles.partner_at_most=100", "take_part.leave_out=[120003]")
    large, out = grouping.why(solved, 120004), grouping.why(solved, 120003)
    assert [one.setting for one in large.repairs] == ["roles.partner_at_most=120"]
    assert [one.setting for one in out.repairs] == ["take_part.leave_out=[]"]
    both = grouping.why(solved, 120003, 120004)
    assert len(both.sentences) >= 3
    assert set(both.between.settings) >= {"roles.partner_at_most=120", "take_part.leave_out=[]"}
    for answer in (large, out, both):
        assert untraceable(answer.document()) == []
    closed = schools_of(
        row(120001, 50, 0), row(120002, 60, 900), row(120003, 9, 50, status="Closed")
    )
    gone = grouping.why(Case(closed, policy_of()).solve(), 120003)
    assert gone.repairs is None
    assert "No change of the policy" in gone.sentences[-1]
    assert grouping.why(Case(closed, policy_of()).solve(), 120001, 120003).between is None


def test_no_school_at_all_near_and_no_plan_at_all() -> None:
    solved = Case(schools_of(row(120001, 40, 0)), policy_of()).solve()
    answer = grouping.why(solved, 120001)
    assert answer.facts is None
    assert answer.ways == ()
    assert untraceable(answer.document()) == []
    rows = [row(120001 + k, 60, 1_500 * k) for k in range(3)]
    none = Case(schools_of(*rows), policy_of("limits.federations={at_least = 9}")).solve()
    with pytest.raises(NoPlanExists):
        grouping.why(none, 120001)


def test_a_urn_that_is_not_there_and_one_given_twice(village: Schools) -> None:
    solved = village_of(village)
    with pytest.raises(UsageRefused, match="no such school"):
        grouping.why(solved, 999999)
    with pytest.raises(UsageRefused, match="no such school"):
        grouping.why(solved, 120001, 999999)
    with pytest.raises(UsageRefused, match="two schools"):
        grouping.why(solved, 120001, 120001)


def test_the_model_county_answers_in_its_own_figures() -> None:
    """Costs of the first homes are those of asking again; none is less than the one before."""
    solved = Case(grouping.read_schools(MODEL), policy_of()).solve()
    urn = solved.plan.groups[0][0]
    answer = grouping.why(solved, urn)
    prices = [stages(home.difference) for home in answer.homes]
    assert prices == sorted(prices)
    assert prices[0] >= (0, 0, 0)
    assert untraceable(answer.document()) == []
    again = solved.forbidden(*solved.plan.groups[0])
    before, after = (tuple(s.value for s in one.plan.stages) for one in (solved, again))
    assert prices[0] == tuple(b - a for a, b in zip(before, after, strict=True))
    lone = [one["urn"] for one in solved.plan.alone if one["role"] != "partner"]
    for one in lone:
        found = grouping.why(solved, one)
        assert found.ways
        assert all(way.works and len(way.settings) == len(way.repairs) for way in found.ways)
        assert untraceable(found.document()) == []


def test_the_command_says_and_writes_it(run: Run, village_file: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert run("propose", village_file, "-o", folder)[0] == 0
    code, said, _ = run("why", folder, 120004, 120005)
    assert code == 0
    assert "It would take" in said
    code, said, _ = run("why", folder, 120001, "--homes", 1, "--json", "-o", tmp_path / "why.json")
    assert code == 0
    document: dict[str, Any] = json.loads(said)
    assert document["question"] == "why"
    assert json.loads((tmp_path / "why.json").read_text(encoding="utf-8")) == document
    assert len(document["homes"]) <= 1
    assert run("why", folder, 999999)[0] == 2
    assert run("why", tmp_path / "nowhere", 120001)[0] == 3
