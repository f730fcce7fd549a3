"""Soundings: what each saying costs, all together, and what contradicts, against all plans."""

from __future__ import annotations

import json
import random
import tomllib
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import grouping
from every_plan import Every, Plan, counties
from grouping.answers.voices import contradictions
from grouping.errors import NoPlanExists, PolicyRefused
from grouping.policy.sayings import Saying
from grouping.questions.case import Case
from grouping.questions.solved import Solved
from grouping.questions.soundings import Soundings
from grouping.questions.wishes import Difference
from traceable import untraceable
from villages import policy_of, row, schools_of

if TYPE_CHECKING:
    from command_line import Run
    from grouping.world.schools import Schools

LOTS, EACH = 6, 20
DAY = date(2026, 3, 1)
MODEL = Path(__file__).resolve().parents[1] / "data" / "schools.geojson"


def saying(
    urn: int, other: int | None, view: int, who: str = "governors", when: date = DAY
) -> Saying:
    return Saying(who, when, urn, other, view)


def random_sayings(rng: random.Random, solved: Solved) -> list[Saying]:
    """Some sayings of pairs and of schools, one voice a saying."""
    urns, found = solved.plan.county.urns.tolist(), []
    for k in range(rng.randint(1, 4)):
        one, other = rng.sample(urns, 2)
        whom = None if rng.random() < 0.2 else other
        found.append(saying(one, whom, rng.choice([-2, -1, 0, 1, 2]), f"body {k}"))
    return found


def honours(plan: Plan, said: Saying) -> bool:
    """Whether a plan does as a saying says, told from the plan alone."""
    if said.other is None:
        joined = any(said.urn in f for f in plan)
    else:
        joined = any(said.urn in f and said.other in f for f in plan)
    return joined == (said.view > 0)


def prices(every: Every, plans: list[Plan]) -> tuple[int, ...]:
    least = every.least(plans)
    assert least is not None
    return tuple(a - b for a, b in zip(least, every.worth[every.best], strict=True))


def stages(difference: Difference) -> tuple[int, ...]:
    return tuple(value for _, value in difference.extra)


@pytest.mark.parametrize("lot", range(LOTS))
def test_every_price_is_that_of_brute_force(lot: int) -> None:
    """Each saying alone, all that can be honoured together, and a smallest set that cannot be."""
    met: Counter[str] = Counter()
    for seed, solved, every in counties(3_000 + lot * EACH, EACH):
        given = random_sayings(random.Random(seed), solved)
        answer = grouping.soundings(solved, given)
        assert untraceable(answer.document()) == []
        for one in answer.soundings:
            met[one.status] += 1
            plans = [p for p in every.plans if honours(p, one.saying)]
            if one.status == "no wish":
                assert one.saying.view == 0
            elif one.status == "heard":
                assert honours(every.best, one.saying)
            elif one.status == "impossible":
                assert not plans
            else:
                assert not honours(every.best, one.saying)
                assert one.difference is not None
                assert stages(one.difference) == prices(every, plans)
                assert tuple(sorted(one.difference.groups)) in plans
        met[all_together(answer, every)] += 1
    assert min(met[word] for word in ("heard", "costs", "impossible", "no wish")) > 0
    assert met["all"] > EACH // 4


def all_together(answer: Soundings, every: Every) -> str:
    """Hold the price of all together against every plan that honours them all."""
    if answer.clashes:
        for clash in answer.clashes:
            assert not [p for p in every.plans if all(honours(p, s) for s in clash)]
        return "clash"
    plans = [p for p in every.plans if all(honours(p, s) for s in answer.together)]
    if answer.difference is not None:
        assert stages(answer.difference) == prices(every, plans)
        return "all"
    if not answer.together:
        return "none"
    assert not plans
    for gone in answer.conflict:
        rest = [s for s in answer.conflict if s is not gone]
        assert [p for p in every.plans if all(honours(p, s) for s in rest)]
    assert not [p for p in every.plans if all(honours(p, s) for s in answer.conflict)]
    return "conflict"


@pytest.mark.parametrize("lot", range(LOTS))
def test_priced_views_give_the_best_plan_of_the_priced_policy(lot: int) -> None:
    """The plan under the term is best by the stages, with every step of every view in its cost."""
    for seed, solved, every in counties(4_000 + lot * 8, 8):
        rng = random.Random(seed)
        given, weight = random_sayings(rng, solved), rng.choice([0, 0.5, 3, Fraction(25, 2)])
        answer = grouping.soundings(solved, given, weight=weight)
        assert untraceable(answer.document()) == []

        def priced(plan: Plan, said: list[Saying] = given, weight: object = weight) -> int:
            steps = sum(s.view for s in said for f in plan if {s.urn, s.other} - {None} <= {*f})
            return -round(1000 * Fraction(weight)) * steps  # type: ignore[arg-type]

        best = min((*every.worth[p][:-1], every.worth[p][-1] + priced(p)) for p in every.plans)
        assert answer.termed is not None
        plan = tuple(sorted(answer.termed.groups))
        assert (*every.worth[plan][:-1], every.worth[plan][-1] + priced(plan)) == best
        assert stages(answer.termed) == prices(every, [plan])
        assert answer.heard_then == sum(s.view != 0 and honours(plan, s) for s in given)


def test_contradictions_are_named_as_small_as_they_can_be() -> None:
    """A chain of three, a lone wish against a pair, two voices on one pair; nothing else."""
    joins = [saying(1, 2, 2), saying(2, 3, 1), saying(3, 4, 2), saying(9, 8, 2)]
    apart, lone, on_pair = saying(1, 4, -1), saying(8, None, -2), saying(2, 1, -2, "parents")
    found = contradictions([*joins, apart, lone, on_pair])
    assert found == (
        (joins[0], joins[1], joins[2], apart),
        (joins[3], lone),
        (joins[0], on_pair),
    )
    assert contradictions([*joins, saying(1, 9, -2), saying(5, None, -1), saying(5, 6, -2)]) == ()


def test_what_any_two_say_contradicts_just_where_no_set_of_groups_honours_both() -> None:
    """Against every way to split four schools into groups."""
    schools = (1, 2, 3, 4)
    splits = [
        tuple(f for f in split if len(f) > 1) for split in every_split(schools)
    ]  # fmt: skip
    views = [saying(a, b, v) for a, b in combinations(schools, 2) for v in (-2, 2)]
    views += [saying(a, None, v) for a in schools for v in (-2, 2)]
    for some in combinations(views, 3):
        possible = any(all(honours(split, s) for s in some) for split in splits)
        assert bool(contradictions(some)) == (not possible), some


def every_split(urns: tuple[int, ...]) -> list[tuple[tuple[int, ...], ...]]:
    if not urns:
        return [()]
    found = []
    for rest in every_split(urns[1:]):
        found.append(((urns[0],), *rest))
        found += [
            (*rest[:k], (urns[0], *group), *rest[k + 1 :]) for k, group in enumerate(rest)
        ]  # fmt: skip
    return found


def test_the_latest_word_of_a_body_stands(village: Schools) -> None:
    solved = Case(village, policy_of()).solve()
    given = [
        saying(120001, 120003, -2),
        saying(120001, 120003, 2, when=DAY + timedelta(days=1)),
        saying(120001, 120003, -1, who="parents"),
    ]
    answer = grouping.soundings(solved, given)
    assert answer.soundings[0].status == "older"
    assert [len(clash) for clash in answer.clashes] == [2]
    assert answer.clashes[0] == (given[1], given[2])
    with pytest.raises(PolicyRefused, match="two things of one matter"):
        grouping.soundings(solved, [given[0], saying(120001, 120003, 1)])


def test_silence_is_said(village: Schools) -> None:
    """Everybody in a new federation who was not asked is named; who was asked is not."""
    solved = Case(village, policy_of()).solve()
    inside = sorted(urn for group in solved.plan.groups for urn in group)
    answer = grouping.soundings(solved, [saying(inside[0], inside[1], 0)])
    assert [school.urn for school in answer.new] == inside
    assert [school.urn for school in answer.unasked] == inside[1:]
    assert "not yet asked" in answer.sentences[-1]
    nobody = grouping.soundings(solved, [])
    assert [school.urn for school in nobody.unasked] == inside
    asked = grouping.soundings(solved, [saying(urn, None, 1) for urn in inside])
    assert asked.unasked == ()
    assert asked.sentences[-1].startswith("All ")


def test_schools_that_take_no_part_are_noted_and_not_refused() -> None:
    rows = [row(120001 + k, 50 + k, 1_500 * k) for k in range(3)]
    schools = schools_of(*rows, row(120009, 60, 900, status="Closed"))
    solved = Case(schools, policy_of()).solve()
    answer = grouping.soundings(
        solved, [saying(120001, 120009, 2), saying(120002, 120009, -2), saying(120009, None, 1)]
    )
    assert [one.status for one in answer.soundings] == ["impossible", "heard", "impossible"]
    assert answer.notes[0].startswith("120009 takes no part")
    assert untraceable(answer.document()) == []
    with pytest.raises(PolicyRefused, match="no such school"):
        grouping.soundings(solved, [saying(120001, 999999, 2)])
    none = Case(schools, policy_of("limits.federations={at_least = 9}")).solve()
    with pytest.raises(NoPlanExists):
        grouping.soundings(none, [])


def test_locks_and_terms_are_taken_up_only_when_asked(village: Schools) -> None:
    policy = policy_of()
    given = [saying(120001, 120003, -1), saying(120002, 120004, 2), saying(120005, None, -2)]
    locked = grouping.policy_with(policy, given, as_locks=True)
    assert locked.locks.apart == ((120001, 120003),)
    assert locked.locks.together == ((120002, 120004),)
    assert Case(village, locked).solve().plan.status == "optimal"
    priced = grouping.policy_with(policy, given, weight=3)
    assert [term.name for term in priced.terms] == [*(t.name for t in policy.terms), "soundings"]
    with pytest.raises(PolicyRefused, match="both together and apart"):
        grouping.policy_with(policy, [*given, saying(120003, 120001, 2)], as_locks=True)
    for wrong in ({}, {"as_locks": True, "weight": 1}, {"weight": -1}):
        with pytest.raises(PolicyRefused):
            grouping.policy_with(policy, given, **wrong)


def test_the_command_says_prices_and_prints_locks(
    run: Run, village_file: str, tmp_path: Path
) -> None:
    folder, table = tmp_path / "out", tmp_path / "sayings.csv"
    assert run("propose", village_file, "-o", folder)[0] == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    table.write_text(
        "who,date,urn,other_urn,view,reason\n"
        "governors,2026-03-01,120001,120003,apart,too far for parents\n"
        "diocese,2026-03-02,120002,120004,+2,one parish\n"
    )
    code, said, _ = run("soundings", folder, table, "--as-locks", "--as-term", 5)
    assert code == 0
    assert "2 sayings" in said
    locks = tomllib.loads(said[said.index("[locks]") :])["locks"]
    assert locks == {"together": [[120002, 120004]], "apart": [[120001, 120003]]}
    code, said, _ = run("soundings", folder, table, "--json", "-o", tmp_path / "answer.json")
    assert code == 0
    assert json.loads(said) == json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    table.write_text("who,date,urn,other_urn,view,reason\nx,,1,,9,\n")
    assert run("soundings", folder, table)[0] == 3


def test_the_model_county_hears_and_prices() -> None:
    solved = Case(grouping.read_schools(MODEL), policy_of()).solve()
    group, urns = solved.plan.groups[0], solved.plan.county.urns.tolist()
    given = [saying(*group[:2], -2), saying(group[0], urns[-1], 2), saying(group[1], None, -1)]
    answer = grouping.soundings(solved, given, weight=2)
    assert untraceable(answer.document()) == []
    again = solved.apart(*group[:2])
    extra = tuple(
        b.value - a.value for a, b in zip(solved.plan.stages, again.plan.stages, strict=True)
    )
    first = answer.soundings[0]
    assert first.status == "impossible" or stages(first.difference) == extra
