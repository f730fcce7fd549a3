"""A sweep from Python: each row is what `propose` gives, whoever does the work."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import grouping
from executors import Here, Never
from grouping import Case, InputRefused, PolicyRefused, Sweep, sweep
from grouping.errors import UsageRefused
from grouping.files.shipped import money_of
from grouping.questions.scenarios import settings_of
from grouping.questions.sweep import STAGES
from grouping.world.schools import Schools
from villages import HOME, policy_of, random_rows, row, schools_of

SCENARIOS: list[dict[str, Any]] = [
    {"terms.journey.weight": weight, "take_part.existing": existing}
    for weight, existing in product((5, 20.5, Decimal(40)), ("keep", "free"))
]
SCENARIOS += [
    {},
    {"rules.ethos": False, "roll_change": "-20%"},
    {"alone.urgent": 30, "alone.small": np.float64(12.5)},
    {"rules.longest_journey.at_most": np.int64(12), "form": "soft federation"},
    {"terms": {"journey": {"weight": 7}, "vacancies": False}},
    {"budget.year": "2024-25"},
    {"limits.federations": {"at_least": 90}},
    {"locks.together": [[999_998, 999_999]]},
    {"terms.journey.weight": -5},
    {"neighbours.kind": "gabriel"},
]


@pytest.fixture(scope="module")
def few() -> Schools:
    """Fourteen schools, some of them in federations already."""
    rng = random.Random(4)
    rows = random_rows(rng, 14)
    for k, name in enumerate(("F1", "F1", "F2", "F2")):
        rows[k] = replace(rows[k], properties={**rows[k].properties, "federation": name})
    return schools_of(*rows)


@pytest.fixture(scope="module")
def swept(few: Schools) -> Sweep:
    return sweep(Case(few, policy_of()), SCENARIOS, executor=Here())


def spelt(scenario: dict[str, Any]) -> list[str]:
    """Write a scenario as a planner would give it to `--set`, by hand."""
    words = {"-20%": "-0.2", False: "false"}
    said = []
    for key, value in scenario.items():
        key = {"roll_change": "terms.leadership.roll_change"}.get(key, key)
        if isinstance(value, dict):
            said += [f"{key}.{setting}" for setting in spelt(value)]
        else:
            said.append(
                f"{key}={words.get(value, value) if not isinstance(value, list) else value}"
            )
    return said


def test_each_row_is_what_propose_gives(few: Schools, swept: Sweep) -> None:
    """Status, stages, bounds, plan and schools alone, against one call of `propose` each."""
    statuses = Counter()
    for scenario, found in zip(SCENARIOS, swept.rows, strict=True):
        statuses[found.status] += 1
        try:
            plan = grouping.propose(few, policy_of(*spelt(scenario)))
        except PolicyRefused:
            assert found.status == "refused", found
            assert found.message
            assert not found.federations
            continue
        assert found.status == plan.status
        assert found.stages == tuple((s.name, s.value, s.bound) for s in plan.stages)
        assert {name for name, _, _ in found.stages} <= set(STAGES)
        if plan.status == "infeasible":
            assert found.message.endswith("; ".join(plan.conflicts))
            assert found.schools_alone is None
            continue
        assert found.federations == tuple(p["key"] for p in plan.proposals)
        assert found.schools_alone == len(plan.alone)
        assert found.candidates == plan.candidates
    assert statuses["optimal"] >= 10
    assert statuses["infeasible"] == 1
    assert statuses["refused"] == 2


def test_a_refused_scenario_says_why(swept: Sweep) -> None:
    refused = [found.message for found in swept.rows if found.status == "refused"]
    assert "locks.together" in refused[0]
    assert "terms.journey.weight" in refused[1]
    assert "negative" in refused[1]


@pytest.mark.parametrize(
    "executor",
    [
        lambda: ThreadPoolExecutor(2),
        lambda: ProcessPoolExecutor(2, multiprocessing.get_context("spawn")),
        lambda: None,
    ],
    ids=["threads", "a pool that is given", "processes of its own"],
)
def test_whoever_does_the_work_the_rows_are_the_same(
    executor: Callable[[], Executor | None], few: Schools, swept: Sweep
) -> None:
    given = executor()
    found = sweep(Case(few, policy_of()), SCENARIOS, executor=given, workers=2)
    assert list(found.records()) == list(swept.records())
    if given is not None:
        assert given.submit(int, "7").result() == 7, "an executor that is given stays open"
        given.shutdown()


def test_threads_do_not_ask_one_case_at_once() -> None:
    """What a worker keeps to ask again is each thread's own."""
    county = grouping.read_schools(Path(__file__).parents[1] / "data" / "schools.geojson")
    case = Case(county, policy_of("rules.schools.at_most=2"))
    scenarios = [{"terms.journey.weight": weight} for weight in range(10, 34, 2)]
    with ThreadPoolExecutor(4) as threads:
        found = sweep(case, scenarios, executor=threads)
    assert list(found.records()) == list(sweep(case, scenarios, executor=Here()).records())


def test_the_order_of_scenarios_changes_no_row(few: Schools, swept: Sweep) -> None:
    order = list(range(len(SCENARIOS)))
    random.Random(1).shuffle(order)
    mixed = sweep(Case(few, policy_of()), [SCENARIOS[k] for k in order], executor=Here())
    assert list(mixed.records()) == [list(swept.records())[k] for k in order]
    assert mixed.pairs == swept.pairs


def test_shares_of_pairs_counted_by_hand(few: Schools, swept: Sweep) -> None:
    """Each pair of schools, asked of every plan whether it has the two together."""
    plans = []
    for scenario, found in zip(SCENARIOS, swept.rows, strict=True):
        if found.status == "optimal":
            plans.append(
                [set(g) for g in grouping.propose(few, policy_of(*spelt(scenario))).groups]
            )
    counted = {}
    for one, other in combinations(sorted(few.urns.tolist()), 2):
        number = sum(any({one, other} <= group for group in plan) for plan in plans)
        if number:
            counted[one, other] = number
    assert {(p.one, p.other): p.scenarios for p in swept.pairs} == counted
    for pair in swept.pairs:
        assert pair.share == round(pair.scenarios / len(plans), 6)
    ranks = [(-pair.scenarios, pair.one, pair.other) for pair in swept.pairs]
    assert ranks == sorted(ranks)


def test_a_plan_that_is_not_proved_counts_in_shares_but_brings_no_pair(swept: Sweep) -> None:
    plans = [found for found in swept.rows if found.has_plan]
    last = replace(
        plans[-1], status="feasible", federations=("100001-100002", plans[0].federations[0])
    )
    some = Sweep((*plans[:-1], last))
    pairs = {(pair.one, pair.other): pair for pair in some.pairs}
    assert (100001, 100002) not in pairs
    first = tuple(map(int, plans[0].federations[0].split("-")[:2]))
    assert pairs[first].scenarios == 1 + sum(
        any(set(first) <= set(map(int, key.split("-"))) for key in one.federations)
        for one in plans[:-1]
    )
    assert pairs[first].share == round(pairs[first].scenarios / len(plans), 6)


def test_a_scenario_that_stands_twice_is_solved_once_and_told_twice(few: Schools) -> None:
    seen: list[tuple[int, int]] = []
    twice = [
        {"terms.journey.weight": 30},
        {},
        {"terms.journey.weight": "30"},
        {"terms": {"journey.weight": 30.0}},
    ]
    found = sweep(
        Case(few, policy_of()), twice, executor=Here(), watch=lambda a, b: seen.append((a, b))
    )
    assert len(found) == 4
    assert found.rows[0] is found.rows[3]
    assert found.rows[2].status == "refused", "text is no number"
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_no_scenario_is_an_empty_table(few: Schools) -> None:
    found = sweep(Case(few, policy_of()), [])
    assert len(found) == 0
    assert found.pairs == ()
    assert list(found.to_df().columns)[:2] == ["key", "status"]


def test_a_data_frame_has_numbers(swept: Sweep) -> None:
    found = swept.to_df()
    assert found["terms.journey.weight"].tolist()[:4] == [5, 5, 20.5, 20.5]
    assert found["rules.ethos"].dropna().tolist() == [False]
    assert found["cost"].dropna().gt(0).any()
    assert (found["seconds"] >= 0).all()
    assert len(found) == len(SCENARIOS)


def test_all_that_a_policy_holds_survives_the_trip(village: Schools) -> None:
    """Edges, barriers, money and journeys given from Python, each of which changes the plan."""
    plain = policy_of("rules.longest_journey.at_most=60", "neighbours.link_at_most=60")
    wall = [[HOME[0] + 2_500, HOME[1] - 90_000, HOME[0] + 2_500, HOME[1] + 90_000]]
    only = replace(plain.neighbours, kind="edges")
    poor = replace(money_of("2025-26"), awpu=Fraction(2_000))
    weighed = policy_of("terms.leadership.weight=500")
    minutes = np.full((5, 5), 5.0)
    minutes[0] = minutes[:, 0] = np.nan
    cases = {
        "plain": Case(village, plain),
        "barriers": Case(village, replace(plain, barriers=np.asarray(wall, dtype=np.int64))),
        "edges": Case(
            village, replace(plain, neighbours=only, edges=frozenset({(120001, 120002)}))
        ),
        "money": Case(village, replace(weighed, money=poor)),
        "journeys": Case(village, plain, grouping.from_matrix(village.urns, minutes)),
    }
    plans = {}
    for name, case in cases.items():
        found = sweep(case, [{}], executor=Here()).rows[0]
        plan = grouping.propose(case.schools, case.policy, case.journeys)
        assert (found.status, found.candidates) == (plan.status, plan.candidates), name
        assert found.stages == tuple((s.name, s.value, s.bound) for s in plan.stages), name
        plans[name] = (found.federations, found.stages, found.key)
    assert len({stages for _, stages, _ in plans.values()}) == len(cases)
    assert len({key for _, _, key in plans.values()}) == len(cases)
    usual = sweep(Case(village, weighed), [{}], executor=Here()).rows[0]
    assert usual.stages != plans["money"][1], "the figures given are the figures used"


def test_files_that_scenarios_name_are_read_once_for_all(
    village: Schools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edges and barriers by path from the current folder; a name switched off is off."""
    monkeypatch.chdir(tmp_path)
    Path("edges.csv").write_text("from_urn,to_urn\n120001,120002\n", encoding="utf-8")
    policy = replace(
        policy_of(), barriers=np.asarray([[HOME[0] + 2_500, 0, HOME[0] + 2_500, 10**6]])
    )
    named = {"neighbours.kind": "edges", "neighbours.edges": "edges.csv"}
    found = sweep(Case(village, policy), [named, {"neighbours.barriers": ""}, {}], executor=Here())
    plans = [
        grouping.propose(village, replace(one, barriers=barriers)).groups
        for one, barriers in (
            (
                grouping.read_policy("norfolk-2012", [f"{k}={v}" for k, v in named.items()]),
                policy.barriers,
            ),
            (policy, None),
            (policy, policy.barriers),
        )
    ]
    assert [row.federations for row in found.rows] == [
        tuple("-".join(map(str, group)) for group in groups) for groups in plans
    ]
    assert found.rows[1].federations != found.rows[2].federations
    before = found.rows[0].key
    Path("edges.csv").write_text("from_urn,to_urn\n120002,120003\n", encoding="utf-8")
    after = sweep(Case(village, policy), [named], executor=Here()).rows[0]
    assert after.key != before, "the key stands on what a file holds, not on its name"
    Path("edges.csv").unlink()
    with pytest.raises(InputRefused, match=r"edges\.csv"):
        sweep(Case(village, policy), [{}, named], executor=Here())


def test_rules_given_as_python_are_refused_with_what_to_do(village: Schools) -> None:
    own = grouping.Rule("no odd sizes", allows=lambda f: f.size % 2 == 0)
    with pytest.raises(PolicyRefused, match=r"no odd sizes.*Python.*without"):
        sweep(Case(village, policy_of().with_rule(own)), [{}], executor=Here())


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ({"terms.jurney.weight": 3}, 'scenario 2, terms.jurney.weight: .*Did you mean "journey"'),
        ({"base": "norfolk-2012"}, "scenario 2, base: is not a known key"),
        ({"rules..x": 1}, "not a policy key"),
        ({"a=b": 1}, "not a policy key"),
        ({"roles.small_below": None}, "roles.small_below.*cannot be written"),
        ({"terms.journey.weight": Fraction(1, 3)}, "no end as a decimal"),
        ({"roll_change": "down"}, "roll_change"),
        ({"roll_change": True}, "is no change of rolls"),
        ({"roll_change": 0, "terms.leadership.roll_change": 0}, "is short for"),
        ({"rules": {"ethos.policy": "open"}, "rules.ethos.policy": "open"}, "stands twice"),
        ({"name": "\ud800"}, "no file can"),
    ],
)
def test_what_no_policy_can_hold_is_refused_before_anything_is_solved(
    scenario: dict[str, Any], said: str, village: Schools
) -> None:
    with pytest.raises(PolicyRefused, match=said):
        sweep(Case(village, policy_of()), [{}, scenario], executor=Never())


def test_a_roll_change_where_nothing_weighs_it_is_refused(village: Schools) -> None:
    policy = policy_of("terms.leadership=false")
    off, on = sweep(
        Case(village, policy),
        [{"roll_change": -0.1}, {"roll_change": -0.1, "terms.leadership": True}],
        executor=Here(),
    ).rows
    assert (off.status, on.status) == ("refused", "optimal")
    assert "leadership, which is off" in off.message


def test_one_scenario_is_written_one_way() -> None:
    same = [
        {"terms.journey.weight": 30, "take_part.existing": "free"},
        {"take_part.existing": "free", "terms.journey.weight": 30.0},
        {"terms": {"journey": {"weight": Decimal("30.000")}}, "take_part": {"existing": "free"}},
        {" terms . journey . weight": np.int32(30), "take_part.existing": "free"},
        {"terms.journey.weight": Fraction(30), "take_part.existing": "free"},
    ]
    assert len({settings_of(one) for one in same}) == 1
    assert settings_of({"roll_change": "-10%"}) == settings_of({"roll_change": -0.1})
    assert settings_of({"locks.apart": np.asarray([[120001, 120002]])}) == (
        ("locks.apart", "[[120001, 120002]]"),
    )
    assert settings_of({"terms.journey.weight": float("nan")})[0][1] == "nan"
    assert settings_of({"terms.journey.weight": Decimal("1e999999")})[0][1] == "1e+999999"


def test_wild_numbers_are_rows_that_are_refused(village: Schools) -> None:
    wild = [float("nan"), float("inf"), -float("inf"), Decimal("1e999999"), Decimal("1e-999999")]
    found = sweep(
        Case(village, policy_of()), [{"terms.journey.weight": one} for one in wild], executor=Here()
    )
    assert {one.status for one in found.rows} == {"refused"}


def test_a_cap_is_a_row(village: Schools, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many candidates, or a fault of ours, is told in its row and stops no other."""
    from grouping.questions import sweep as room

    told = {"free": grouping.errors.CapReached("too many"), "keep": ZeroDivisionError("oh")}

    def raises(_: Any, policy: Any) -> None:
        raise told[policy.take_part.existing]

    monkeypatch.setattr(room, "_plan", raises)
    found = sweep(
        Case(village, policy_of()),
        [{"take_part.existing": one} for one in told],
        executor=Here(),
    )
    assert [(one.status, one.message) for one in found.rows] == [
        ("capped", "too many."),
        ("failed", "our fault: ZeroDivisionError: oh"),
    ]


def test_a_time_limit_is_told_by_the_rows(few: Schools) -> None:
    """With no time at all a row has a plan that is not proved, or none; never an error."""
    found = sweep(
        Case(few, policy_of()), [{}, {"rules.ethos": False}], time_limit=0, executor=Here()
    )
    assert {one.status for one in found.rows} <= {"optimal", "feasible", "unknown"}
    proved = sweep(Case(few, policy_of()), [{}], executor=Here())
    assert found.rows[0].key != proved.rows[0].key
    same = sweep(Case(few, policy_of()), [{}], time_limit=0.0, executor=Here())
    assert found.rows[0].key == same.rows[0].key


@pytest.mark.parametrize("limit", [-1, float("nan")])
def test_what_is_no_time_limit_is_refused(limit: float, village: Schools) -> None:
    with pytest.raises(UsageRefused, match="is no time limit"):
        sweep(Case(village, policy_of()), [{}], time_limit=limit, executor=Never())


def test_a_sweep_says_what_it_is(swept: Sweep) -> None:
    assert repr(swept) == "<Sweep of 16 scenarios: 13 optimal, 2 refused, 1 infeasible>"


def test_the_key_stands_on_the_schools_and_not_on_their_file() -> None:
    one = schools_of(row(120001, 40, 0), row(120002, 90, 5_000))
    same = replace(schools_of(row(120002, 90, 5_000), row(120001, 40, 0)), source="x", sha256="y")
    other = schools_of(row(120001, 41, 0), row(120002, 90, 5_000))
    first, second, third = (
        sweep(Case(schools, policy_of()), [{}], executor=Here()).rows[0].key
        for schools in (one, same, other)
    )
    assert first == second != third
