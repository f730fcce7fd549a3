"""Other rolls against brute force: costs, viability, the best on average and at worst, chance."""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from command_line import Run
from every_plan import Every, Plan, counties, hashes
from grouping import check
from grouping.answers.robustness import Outlook
from grouping.errors import UsageRefused
from grouping.policy.words import Policy, Term
from grouping.questions.case import Case
from grouping.questions.robust import robust
from grouping.questions.rolls import Scenario, changed, drawn
from grouping.questions.solved import Solved
from grouping.questions.worst import Worst
from grouping.world.schools import Schools
from traceable import untraceable
from villages import policy_of, row, schools_of


def at_rolls(county: check.Case, scenario: Scenario) -> check.Case:
    """The checker's county at other rolls; roles as they were, residuals fixed sums."""
    other = copy.copy(county)
    other.schools = {}
    for urn, school in county.schools.items():
        again = copy.copy(school)
        again.roll = scenario.rolls.get(urn, school.roll)
        other.schools[urn] = again
    other.cache = {("residual", urn): check.residual(county, urn) for urn in county.taking}
    return other


def costs(every: Every, plan: Plan, others: list[check.Case]) -> tuple[int, ...]:
    """Last stage of a plan in each scenario: prices of schools alone with it."""
    return tuple(check.stage_values(other, plan)[-1][1] for other in others)


def scenarios_for(seed: int, solved: Solved) -> list[Scenario]:
    """A few scenarios of every kind."""
    rng, county = random.Random(seed), solved.plan.county
    found = [changed(county, Fraction(rng.choice([-30, -20, -10, 10]), 100))]
    chance = np.random.default_rng(seed)
    found += drawn(county, rng.randint(0, 3), Fraction(rng.choice([10, 40, 100]), 100), chance)
    some = rng.sample([s.urn for s in county.schools], rng.randint(0, len(county)))
    found.append(Scenario("forecast", {urn: rng.choice([0, 12, 60, 130, 300]) for urn in some}))
    rng.shuffle(found)
    return found[: rng.randint(1, len(found))]


def viable(every: Every, plan: Plan, others: list[check.Case]) -> tuple[int, ...] | None:
    """In how many scenarios each federation keeps its balance."""
    policy = every.county.policy
    if policy["form"] == "shared business manager":
        return None
    rule = policy["rules"]["combined_budget"]
    least = Fraction(str(rule["at_least"])) if rule else Fraction(-25, 1000)
    counts = []
    for federation in plan:
        books = [check.books(other, federation, Fraction(0), False) for other in others]
        counts.append(sum(b.balance >= least * b.income for b in books))
    return tuple(counts)


@pytest.mark.parametrize("first", range(2000, 2120, 40))
def test_average_worst_case_and_viability_are_those_of_every_plan(first: int) -> None:
    asked = moved = 0
    for seed, solved, every in counties(first, 40):
        scenarios = scenarios_for(seed, solved)
        others = [at_rolls(every.county, one) for one in scenarios]
        found = robust(solved, scenarios)
        best = every.worth[every.best][:-1]
        as_good = [p for p in every.plans if every.worth[p][:-1] == best]
        at = {plan: costs(every, plan, others) for plan in as_good}
        average = min(as_good, key=lambda p: (sum(at[p]), hashes(p)))
        worst = min(as_good, key=lambda p: (max(at[p]), sum(at[p]), hashes(p)))
        for outlook, plan in (
            (found.nominal, every.best), (found.average, average), (found.worst, worst),
        ):  # fmt: skip
            assert outlook.groups == tuple(sorted(plan))
            assert outlook.costs == at[plan]
            assert outlook.viable == viable(every, tuple(sorted(plan)), others)
        assert found.average_proved
        assert found.worst_proved
        assert found.rolls == tuple(
            sum(other.schools[urn].roll for urn in every.county.taking) for other in others
        )
        assert untraceable(found.document()) == []
        asked += 1
        moved += found.nominal.groups != found.worst.groups
    assert asked >= 12
    assert moved >= 1


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_bound_that_is_not_closed_is_a_bound(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after so many steps: no plan is below the bound, and the plan in hand is a plan."""
    from grouping.questions import worst as room

    true_least, gaps = Worst._least, 0
    for seed, solved, every in counties(2300, 14):
        scenarios = scenarios_for(seed, solved)
        others = [at_rolls(every.county, one) for one in scenarios]
        left = steps

        def counted(self: Worst, *args: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise room._Stopped
            return true_least(self, *args, **named)

        with monkeypatch.context() as patch:
            patch.setattr(Worst, "_least", counted)
            found = robust(solved, scenarios)
        best = every.worth[every.best][:-1]
        as_good = [p for p in every.plans if every.worth[p][:-1] == best]
        least = min(max(costs(every, plan, others)) for plan in as_good)
        assert found.least_worst is not None
        assert found.least_worst <= least <= found.worst.worst
        assert found.worst.worst == max(costs(every, found.worst.groups, others))
        assert found.worst.worst <= min(found.nominal.worst, found.average.worst)
        assert untraceable(found.document()) == []
        gaps += not found.worst_proved
    assert gaps or steps


def test_no_time_at_all_is_said(village: Schools, norfolk_2012: Policy) -> None:
    solved = Case(village, norfolk_2012).solve()
    found = robust(solved, [changed(solved.plan.county, Fraction(-1, 10))], seconds=0)
    assert found.nominal.groups == solved.plan.groups
    assert found.least_worst is None
    said = " ".join(found.sentences)
    assert "no bound in the time given" in said
    assert untraceable(found.document()) == []


def test_nominal_rolls_give_the_nominal_cost(village: Schools, norfolk_2012: Policy) -> None:
    """A scenario that changes nothing: the plan's own cost, and no plan better."""
    solved = Case(village, norfolk_2012).solve()
    found = robust(solved, [changed(solved.plan.county, Fraction(0)), Scenario("none", {})])
    assert set(found.nominal.costs) == {solved.plan.stages[-1].value}
    assert found.average.groups == found.worst.groups == solved.plan.groups
    assert "no plan is better on average, which is proved" in " ".join(found.sentences)


def test_a_term_of_your_own_goes_by_the_rolls_of_the_scenario(
    village: Schools, norfolk_2012: Policy
) -> None:
    """Whatever a term given as Python asks of a table, rolls in it are the scenario's."""
    own = Term("pupils", "pupils", Fraction(1), lambda f: np.asarray(f.sum("roll"), dtype=np.int64))
    bare = norfolk_2012
    for term in norfolk_2012.terms:
        bare = bare.without(term.name)
    solved = Case(village, bare.with_term(own)).solve()
    halved = changed(solved.plan.county, Fraction(-1, 2))
    found = robust(solved, [halved])
    inside = [urn for group in solved.plan.groups for urn in group]
    assert found.nominal.costs == (1000 * sum(halved.rolls[urn] for urn in inside),)


def test_a_changed_case_is_held_as_the_same_case_solved_from_nothing(
    village: Schools, norfolk_2012: Policy
) -> None:
    solved = Case(village, norfolk_2012).solve()
    for again in (solved.left_out(120002), solved.priced(small=7), solved.apart(120001, 120002)):
        cold = Case(village, again.policy).solve()
        scenarios = scenarios_for(1, again)
        assert robust(again, scenarios).document() == robust(cold, scenarios).document()


def test_random_scenarios_follow_their_seed_and_stay_within_the_spread(village: Schools) -> None:
    county = Case(village, policy_of()).solve().plan.county
    one, same, other = (
        drawn(county, 200, Fraction(1, 5), np.random.default_rng(seed)) for seed in (7, 7, 8)
    )
    assert one == same
    assert one != other
    today = {s.urn: s.roll for s in county.schools}
    for scenario in one:
        for urn, roll in scenario.rolls.items():
            assert abs(roll - today[urn]) <= Fraction(1, 5) * today[urn] + Fraction(1, 2)
    urns = [120001, 120004]
    shares = np.asarray([[s.rolls[urn] / today[urn] - 1 for urn in urns] for s in one])
    assert 0.2 < np.corrcoef(shares.T)[0, 1] < 0.8  # a half of what moves a school moves all


@pytest.mark.parametrize("type_", ["Community school", "Academy converter"])
def test_nobody_to_federate_has_nothing_to_lose(type_: str) -> None:
    solved = Case(schools_of(row(120001, 40, 0, type=type_)), policy_of()).solve()
    found = robust(solved, [Scenario("nothing", {})])
    assert found.worst == Outlook((), (0,), ())
    assert "The plan has no federation." in found.sentences
    assert untraceable(found.document()) == []


def test_no_scenario_is_refused(village: Schools, norfolk_2012: Policy) -> None:
    with pytest.raises(UsageRefused, match="no scenario"):
        robust(Case(village, norfolk_2012).solve(), [])


def test_the_command_takes_shares_forecasts_and_a_seed(
    village_file: str, run: Run, tmp_path: Path
) -> None:
    """Every kind of scenario in the order asked; the same seed gives the same answer."""
    folder, forecast = tmp_path / "out", tmp_path / "forecast.csv"
    assert run("propose", village_file, "-o", folder)[0] == 0
    forecast.write_text("urn,year,roll\n120001,2028,30\n120001,2027,35\n999999,2028,4\n")
    asked = ("robust", folder, "--rolls=-10%", "--rolls", "-0.2", "--forecast", forecast,
             "--scenarios", 3, "--seed", 5, "--spread", "20%", "--json")  # fmt: skip
    code, said, notes = run(*asked)
    assert code == 0
    document = json.loads(said)
    assert [one["name"] for one in document["scenarios"]] == [
        "-10%", "-0.2", "forecast 2027", "forecast 2028", "random 1", "random 2", "random 3",
    ]  # fmt: skip
    assert document["scenarios"][2]["pupils"] == document["pupils"] - 5
    assert "forecast.csv, 2028: 1 school of it take no part" in notes
    assert run(*asked)[1] == said
    assert run(*asked[:-2], "10%", "--json")[1] != said
    code, said, _ = run("robust", folder, "--rolls=-10%", "-o", tmp_path / "robust.json")
    assert code == 0
    assert "scenario of other rolls" in said
    assert json.loads((tmp_path / "robust.json").read_text())["question"] == "robust"


def test_what_the_command_cannot_take_is_refused(
    village_file: str, run: Run, tmp_path: Path
) -> None:
    folder, forecast = tmp_path / "out", tmp_path / "forecast.csv"
    assert run("propose", village_file, "-o", folder)[0] == 0
    assert run("robust", folder)[0] == 2
    assert run("robust", folder, "--rolls", "half")[0] == 2
    assert run("robust", folder, "--scenarios", 2, "--spread=-10%")[0] == 2
    assert run("robust", folder, "--forecast", forecast)[0] == 3
    forecast.write_text("urn,year,roll\n")
    assert run("robust", folder, "--forecast", forecast)[0] == 3
    forecast.write_text("urn,year,roll\n120001,2027,40\n")
    code, _, said = run("robust", folder, "--forecast", forecast, "-o", forecast)
    assert code == 7
    assert "would be overwritten" in said
