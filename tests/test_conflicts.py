"""Conflicts: every smallest one and every repair, as brute force over all plans and asks has it."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import asked_too_much
import grouping
import oracle
import random_cases
from grouping import check
from grouping.errors import CapReached, GroupingError, PolicyRefused
from grouping.policy.asks import Ask, asks_of, without
from grouping.questions import holding, views
from grouping.questions.case import Case
from grouping.questions.conflicts import Conflicts, conflicts
from grouping.questions.holding import Holding
from grouping.search.clashes import clashes
from traceable import untraceable
from villages import policy_of, random_rows, row, schools_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Run
    from grouping.world.schools import Schools

MODEL = Path(__file__).parents[1] / "data" / "schools.geojson"
LOTS = 5


def impossible(first: int, last: int) -> Iterator[tuple[random_cases.Asked, Case, Holding]]:
    """Give random counties of which too much is asked."""
    for seed in range(first, last):
        asked = asked_too_much.crowded(seed)
        try:
            case = Case(
                random_cases.schools_of(asked),
                random_cases.policy_for(asked),
                random_cases.journeys_for(asked),
            )
            held = Holding(case)
        except GroupingError:
            continue
        if held.possible(frozenset(range(len(held.asks)))) is False:
            yield asked, case, held


@pytest.mark.parametrize("lot", range(LOTS))
@pytest.mark.parametrize("few", [views.FEW, 0], ids=["every set", "grown"])
def test_all_conflicts_and_all_corrections_are_those_of_brute_force(
    lot: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking at every set of schools, and only at those grown from what is asked for.

    Each correction leaves a plan and each conflict alone leaves none, by the checker's word.
    """
    monkeypatch.setattr(views, "FEW", few)
    asked = 0
    for question, _, held in impossible(90 * lot, 90 * lot + 90):
        asked += 1
        found = clashes(len(held.asks), held.possible, at_most=1_000)
        assert found.complete
        truth = asked_too_much.truth(question, held.asks)
        named = [frozenset(held.asks[k] for k in one) for one in found.conflicts]
        assert len(set(named)) == len(named)
        assert set(named) == truth.conflicts
        mended = [frozenset(held.asks[k] for k in one) for one in found.corrections]
        assert set(mended) == truth.corrections
        assert [len(one) for one in mended] == sorted(len(one) for one in mended)
        if few:
            for one in mended[:2]:
                assert plan_exists(question, one)
            for one in named[:2]:
                assert not plan_exists(question, frozenset(held.asks) - one)
    assert asked >= 30


def plan_exists(question: random_cases.Asked, dropped: frozenset[Ask]) -> bool:
    document = asked_too_much.without(question, dropped)
    return oracle.best_plan(asked_too_much.case_of(question, document)) is not None


@pytest.mark.parametrize("lot", range(3))
def test_every_repair_is_the_best_plan_of_its_policy_and_moves_no_more_than_it_must(
    lot: int,
) -> None:
    """Values as the checker's brute force has them; one step less and no plan exists."""
    asked = moved = 0
    for question, case, _ in itertools.islice(impossible(90 * lot, 90 * lot + 90), 14):
        answer = conflicts(case, most=4)
        assert answer.found is not None
        assert len(answer.repairs) + len(answer.unsolved) == len(answer.found.corrections)
        assert [one.rank for one in answer.repairs] == sorted(one.rank for one in answer.repairs)
        assert untraceable(answer.document()) == []
        for repair in answer.repairs:
            asked += 1
            truth = oracle.best_plan(checker_case(question, repair, {}))
            assert truth is not None
            assert repair.plan is not None
            assert repair.plan.groups == tuple(sorted(truth))
            for one in repair.moved:
                assert one.least
                if one.ask.kind == "limit":
                    moved += 1
                    back = 1 if one.ask.bound == "at_least" else -1
                    less = checker_case(question, repair, {one.ask: int(one.value) + back})
                    assert oracle.best_plan(less) is None
    assert asked >= 15
    assert moved >= 3


def checker_case(question: random_cases.Asked, repair: object, other: dict[Ask, int]) -> check.Case:
    """The checker's view of a county under a repaired policy, some bounds at other values."""
    document = asked_too_much.without(question, frozenset(repair.dropped))
    for one in repair.moved:
        value = other.get(one.ask, one.value)
        room = "limits" if one.ask.kind == "limit" else "rules"
        bound = one.ask.bound or "at_most"
        document[room][one.ask.name][bound] = value
    return asked_too_much.case_of(question, document)


def planted(count: int, seed: int) -> tuple[Schools, list[str], set[frozenset[Ask]]]:
    """Plant conflicts in a county that has a plan: locks that cannot all hold, far from each other.

    A lock over a distance no rule allows, a chain of two locks about one held apart, and a fixed
    federation that another lock would split.
    """
    rng = random.Random(seed)
    rows = random_rows(rng, 8, federation=None)
    for k in range(3):
        east = -60_000 * (k + 1)
        rows += [row(200_001 + 10 * k + j, 40, east + 2_000 * j) for j in range(3)]
    together, apart, fixed = [], [], []
    wanted: set[frozenset[Ask]] = set()
    for k in rng.sample(range(3), count):
        a, b, c = (200_001 + 10 * k + j for j in range(3))
        if k == 0:
            together += [[a, b], [b, c]]
            apart += [[a, c]]
            asks = [Ask("together", urns=(a, b)), Ask("together", urns=(b, c))]
            wanted.add(frozenset([*asks, Ask("apart", urns=(a, c))]))
        elif k == 1:
            fixed += [[a, b]]
            together += [[b, c]]
            asks = [Ask("federations", urns=(a, b)), Ask("together", urns=(b, c))]
            wanted.add(frozenset(asks))
        else:
            together += [[a, 200_001]]
            lock = Ask("together", urns=(200_001, a))
            wanted |= {frozenset([lock, Ask("rule", n)]) for n in ("longest_journey", "connected")}
    settings = [f"locks.together={together}", f"locks.apart={apart}", f"locks.federations={fixed}"]
    return schools_of(*rows), settings, wanted


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("seed", range(8))
def test_planted_conflicts_are_all_found_and_repairs_work(count: int, seed: int) -> None:
    """One, two and three of them, in a county with a plan: all found, no other, all mended."""
    schools, settings, wanted = planted(count, seed)
    assert grouping.propose(schools, policy_of()).status == "optimal"
    answer = conflicts(Case(schools, policy_of(*settings)), most=5)
    assert answer.found is not None
    assert answer.found.complete
    found = {frozenset(one) for one in answer.conflicts}
    assert wanted <= found
    assert all(any(urn > 200_000 for ask in one for urn in ask.urns) for one in found)
    hit = [frozenset((*one.dropped, *(m.ask for m in one.moved))) for one in answer.repairs]
    assert all(one & conflict for one in hit for conflict in found)
    assert all(one.plan is not None and one.plan.status == "optimal" for one in answer.repairs)


def test_a_policy_with_a_plan_has_no_conflict(village: Schools) -> None:
    answer = conflicts(Case(village, policy_of("locks.together=[[120001,120002]]")))
    assert answer.plan is not None
    assert answer.conflicts == ()
    assert answer.sentences[0].startswith("A plan exists")
    assert answer.document()["possible"] is True
    assert untraceable(answer.document()) == []


def test_a_longest_journey_is_raised_by_the_least_minutes_that_work(village: Schools) -> None:
    """Ash and Dale are 26.2 minutes apart; at a bound of 20 the lock needs just that."""
    policy = policy_of("locks.together=[[120001,120004]]", "rules.longest_journey.at_most=20")
    answer = conflicts(Case(village, policy))
    raised = [m for one in answer.repairs for m in one.moved if m.ask.name == "longest_journey"]
    assert [float(m.value) for m in raised] == [26.2]
    said = " ".join(answer.sentences)
    assert "raise rule longest_journey from 20 to 26.2 minutes" in said
    assert "Ash (120001) and Dale (120004) are to be together" in said
    again = policy_of("locks.together=[[120001,120004]]", "rules.longest_journey.at_most=26.1")
    assert grouping.propose(village, again).status == "infeasible"


def test_a_rule_of_python_is_an_ask_like_any(village: Schools) -> None:
    rule = grouping.Rule(
        "nobody with Beech", lambda f: f.each(lambda s: 120002 in {o.urn for o in s}) == 0
    )
    policy = policy_of("locks.together=[[120001,120002]]").with_rule(rule)
    answer = conflicts(Case(village, policy))
    lock = Ask("together", urns=(120001, 120002))
    assert [set(one) for one in answer.conflicts] == [{lock, Ask("rule", "nobody with Beech")}]


def test_what_is_not_tried_is_said(village: Schools) -> None:
    answer = conflicts(Case(village, policy_of("locks.together=[[120001,120005]]")), time_limit=0)
    assert answer.found is not None
    assert not answer.found.complete
    assert any(said.startswith("Not all was tried") for said in answer.sentences)
    assert answer.document()["complete"] is False


def test_locks_that_contradict_each_other_are_refused_with_both_named(village: Schools) -> None:
    """Before anything is solved: whichever way they are given."""
    for settings, both in (
        (("locks.together=[[120001,120002]]", "locks.apart=[[120001,120002,120003]]"),
         "together [120001, 120002] or apart [120001, 120002, 120003]"),
        (("locks.federations=[[120001,120002]]", "locks.apart=[[120001,120002]]"),
         "federations [120001, 120002] or apart [120001, 120002]"),
        (("locks.federations=[[120001,120002],[120002,120003]]",),
         "120001, 120002 and 120002, 120003 share URN 120002"),
    ):  # fmt: skip
        with pytest.raises(PolicyRefused) as refused:
            conflicts(Case(village, policy_of(*settings)))
        assert both in str(refused.value)


def test_a_country_is_refused_saying_what_to_do(
    village: Schools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "WHOLE", 3)
    with pytest.raises(CapReached, match="authorities"):
        conflicts(Case(village, policy_of()))


def test_every_ask_of_a_policy_can_be_dropped_and_only_it() -> None:
    policy = policy_of(
        "locks.together=[[120001,120002]]", "locks.apart=[[120003,120004],[120001,120003]]",
        "locks.federations=[[120005,120006]]", "limits.federations={at_least=1,at_most=3}",
        "rules.combined_roll={at_least=9}",
    )  # fmt: skip
    asks = asks_of(policy)
    assert len(asks) == len(set(asks)) == 4 + 2 + 1 + 7
    for ask in asks:
        assert asks_of(without(policy, [ask])) == tuple(one for one in asks if one != ask)
    assert asks_of(without(policy, asks)) == ()
    assert without(policy, []).locks == policy.locks


@pytest.mark.parametrize("seed", range(40))
def test_conflicts_of_any_monotone_test_are_all_found(seed: int) -> None:
    """Random conflicts among numbers: those given come back, with all that mends them."""
    rng = random.Random(seed)
    count = rng.randint(1, 8)
    sets = [frozenset(rng.sample(range(count), rng.randint(1, min(4, count)))) for _ in range(4)]
    least = {one for one in sets if not any(other < one for other in sets)}
    found = clashes(count, lambda asks: not any(one <= asks for one in least), at_most=10_000)
    assert found.complete
    assert set(found.conflicts) == least
    every = [
        frozenset(c) for k in range(count + 1) for c in itertools.combinations(range(count), k)
    ]
    hitting = [one for one in every if all(one & conflict for conflict in least)]
    assert set(found.corrections) == {a for a in hitting if not any(b < a for b in hitting)}


def test_what_cannot_be_told_is_never_said_to_be_smallest() -> None:
    """Asks 0 and 1 clash; whether 0 alone can hold is not told."""

    def possible(asks: frozenset[int]) -> bool | None:
        return None if asks == {0} else not asks >= {0, 1}

    found = clashes(2, possible, at_most=10)
    assert not found.complete
    assert found.unproved == {frozenset({0, 1})}
    assert found.unsure == (frozenset({1}),)
    assert found.corrections == (frozenset({0}),)


@pytest.mark.parametrize("words", [("--json",), ()])
def test_the_command_answers_and_ends_in_0(
    run: Run, village_file: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """An impossible policy is a question answered; propose ends in 5 and points here."""
    lock = ("--set", "locks.together=[[120001,120005]]")
    code, out, errors = run("propose", village_file, "-o", tmp_path / "out", *lock)
    assert code == 5
    assert "Ash (120001) and Elm (120005) are to be together" in errors
    assert "grouping conflicts" in errors
    file = tmp_path / "answer.json"
    code, out, _ = run("conflicts", village_file, *lock, *words, "-o", file)
    assert code == 0
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["question"] == "conflicts"
    assert "Ash (120001) and Elm (120005) are to be together" in out
    if words:
        assert json.loads(out) == document
    assert run("conflicts", village_file)[0] == 0
    twice = ("--set", "locks.together=[[120001,120002]]", "--set", "locks.apart=[[120001,120002]]")
    assert run("conflicts", village_file, *twice)[0] == 4


@pytest.mark.parametrize(
    ("setting", "least"),
    [("locks.together=[[900003,900232]]", {("drop", "together")}),
     ("limits.federations={at_most=10}", {("move", "limit")})],
)  # fmt: skip
def test_an_impossible_county_is_explained(setting: str, least: set[tuple[str, str]]) -> None:
    """On the whole model county: complete, and the cheapest repair first."""
    policy = grouping.read_policy("norfolk-2012", [setting])
    answer = conflicts(Case(grouping.read_schools(MODEL), policy), most=1)
    assert isinstance(answer, Conflicts)
    assert answer.found is not None
    assert answer.found.complete
    first = answer.document()["repairs"][0]
    kinds = {(how, ask["kind"]) for how in ("drop", "move") for ask in first[how]}
    assert kinds == least
