"""Trade-offs against brute force: the whole front, its plans, and the part proved by then."""

from __future__ import annotations

import json
import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from command_line import Run
from every_plan import Every, Plan, counties, hashes
from grouping import check
from grouping.answers.fronts import Front
from grouping.errors import UsageRefused
from grouping.policy.words import Limit, Policy
from grouping.questions.case import Case
from grouping.questions.criteria import names
from grouping.questions.front import Sweep, front
from grouping.reports.front import draw
from grouping.search.packing import Solution
from grouping.world.schools import Schools
from traceable import untraceable
from villages import policy_of, row, schools_of

MORE = ("covered", "urgent", "small")
LIMITS = ("federations", "mixed_federations", "changed_schools")


def value(every: Every, plan: Plan, name: str) -> int:
    """A criterion of a plan by the checker's functions, in whole steps."""
    county = every.county
    roles = [county.roles[urn] for federation in plan for urn in federation]
    if name in MORE:
        wanted = ("urgent", "small") if name == "covered" else (name,)
        return sum(role in wanted for role in roles)
    if name == "cost":
        return every.worth[plan][-1]
    if name in LIMITS:
        return check.limit_values(county, plan)[name]
    if name == "minutes":
        ways = [check.minutes(county, *edge) for f in plan for edge in check.tree(county, f)]
        return sum(ways)
    return sum(check.points(county, federation)[name] for federation in plan)


def worth(found: tuple[int, ...], of: tuple[str, ...]) -> tuple[int, ...]:
    """Values such that less is better."""
    return tuple(-v if name in MORE else v for v, name in zip(found, of, strict=True))


def kept(every: Every, of: tuple[str, ...], coverage: object) -> list[Plan]:
    """Plans that hold the coverage asked for."""
    if coverage == "free":
        return list(every.plans)
    if coverage != "best":
        return [p for p in every.plans if value(every, p, "covered") >= coverage]
    first = [role for role in ("urgent", "small") if every.county.policy["alone"][role] == "first"]
    held = [role for role in first if role not in of and "covered" not in of]
    best = {role: value(every, every.best, role) for role in held}
    return [p for p in every.plans if all(value(every, p, r) >= best[r] for r in held)]


def truth(every: Every, of: tuple[str, ...], coverage: object) -> dict[tuple[int, ...], Plan]:
    """The front by trying every plan: values, and the best plan that has them."""
    at: dict[tuple[int, ...], Plan] = {}
    for plan in kept(every, of, coverage):
        found = tuple(value(every, plan, name) for name in of)
        old = at.get(found)
        if old is None or rank(every, plan) < rank(every, old):
            at[found] = plan
    worths = {found: worth(found, of) for found in at}
    return {
        found: plan
        for found, plan in at.items()
        if not any(
            other != worths[found]
            and all(a <= b for a, b in zip(other, worths[found], strict=True))
            for other in worths.values()
        )
    }


def rank(every: Every, plan: Plan) -> tuple[int, ...]:
    """What plans are compared by: stages, then the canonical choice."""
    return (*every.worth[plan], hashes(plan))


def ask(every: Every, policy: Policy, rng: random.Random, many: int) -> tuple[str, ...]:
    """Some criteria at random, but for minutes where a plan has a pair with no journey."""
    known = names(policy)
    if any(
        check.minutes(every.county, *edge) is None
        for plan in every.plans for f in plan for edge in check.tree(every.county, f)
    ):  # fmt: skip
        known.remove("minutes")
    return tuple(rng.sample(known, many))


@pytest.mark.parametrize("first", range(0, 120, 30))
def test_a_front_is_that_of_every_plan(first: int) -> None:
    """Two criteria of any kind: all points and no others, each with its best plan; dominance."""
    asked = 0
    for seed, solved, every in counties(first, 30):
        rng = random.Random(seed)
        for _ in range(2):
            of = ask(every, solved.policy, rng, 2)
            coverage = rng.choice(["best", "best", "free", value(every, every.best, "covered")])
            found = front(solved, *of, coverage=coverage)
            expected = truth(every, of, coverage)
            assert found.complete
            assert [p.values for p in found.points] == sorted(
                expected, key=lambda values: worth(values, of)
            )
            for point in found.points:
                assert point.groups == expected[point.values]
                assert tuple(v for _, v in point.stages) == every.worth[point.groups]
            assert found.plan == tuple(value(every, every.best, name) for name in of)
            for one, other in combinations(found.points, 2):
                pairs = [worth(p.values, of) for p in (one, other)]
                assert any(a < b for a, b in zip(*pairs, strict=True))
                assert any(a > b for a, b in zip(*pairs, strict=True))
            assert untraceable(found.document()) == []
            asked += 1
    assert asked >= 20


@pytest.mark.parametrize("first", range(1000, 1040, 20))
def test_a_front_of_three_is_that_of_every_plan(first: int) -> None:
    asked = several = 0
    for seed, solved, every in counties(first, 20):
        of = ask(every, solved.policy, random.Random(seed), 3)
        found = front(solved, *of)
        expected = truth(every, of, "best")
        assert found.complete
        assert {p.values: p.groups for p in found.points} == expected
        assert untraceable(found.document()) == []
        asked += 1
        several += len(expected) > 2
    assert asked >= 6
    assert several >= 1


@pytest.mark.parametrize("many", [2, 3])
def test_what_is_said_to_be_whole_when_time_is_up_is_whole(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after any number of steps: points are right, and all of the part that is said."""
    true_step = Sweep._proved
    parts = 0
    for seed, solved, every in counties(300, 30 if many == 2 else 12):
        rng = random.Random(seed)
        of = tuple(rng.sample(["covered", "journey", "ethos", "cost", "federations"], many))
        if not set(of) <= set(names(solved.policy)):
            continue
        left = rng.randint(0, 24)

        def counted(self: Sweep, solution: Solution) -> Solution:
            nonlocal left
            left -= 1
            return true_step(self, Solution("unknown") if left < 0 else solution)

        with monkeypatch.context() as patch:
            patch.setattr(Sweep, "_proved", counted)
            found = front(solved, *of)
        expected = truth(every, of, "best")
        got = {p.values for p in found.points}
        assert got <= set(expected)
        assert untraceable(found.document()) == []
        if found.complete:
            assert got == set(expected)
            continue
        assert found.proved is not None
        if found.proved.at is None:
            continue
        parts += 1
        place = 0 if many == 2 else 2
        at = found.measures[place].worth(found.proved.at)
        for values in expected:
            mine = worth(values, of)[place]
            if (mine <= at) if many == 2 else (mine >= at):
                assert values in got
        if many == 2:
            seconds = [worth(v, of)[1] for v in expected]
            assert min(seconds) == (-1 if of[1] in MORE else 1) * found.proved.limit
    assert parts >= 2


def test_supported_points_are_those_some_weights_make_best() -> None:
    """Against weights: every slope between two points, and a little to either side."""
    several = 0
    for _, solved, _ in counties(0, 40):
        found = front(solved, "federations", "cost")
        places = [p.values for p in found.points]
        best: set[int] = set()
        for (x1, y1), (x2, y2) in combinations(places, 2):
            for a, b in ((y1 - y2, x2 - x1), (2 * (y1 - y2) + 1, 2 * (x2 - x1)), (1, 10**9)):
                sums = [a * x + b * y for x, y in places]
                best |= {k for k, total in enumerate(sums) if total == min(sums)}
                sums = [10**9 * x + y for x, y in places]
                best |= {k for k, total in enumerate(sums) if total == min(sums)}
        if len(places) > 1:
            assert best == found.supported
            several += len(places) > 2
    assert several >= 1


def test_sentences_of_the_village(village: Schools, norfolk_2012: Policy) -> None:
    """The village by hand: Ash, Beech and Cedar; less journey or less ethos."""
    solved = Case(village, norfolk_2012).solve()
    found = front(solved, "federations", "journey", coverage="free")
    assert found.points[0].values == (0, 0)
    assert len(found.points) == 1
    assert "One point is best" in found.sentences[0]
    found = front(solved, "covered", "journey")
    said = " ".join(found.sentences)
    assert "trade-offs of small schools covered and journey" in said
    assert [p.values[0] for p in found.points] == sorted(
        (p.values[0] for p in found.points), reverse=True
    )
    assert found.points[-1].values == (0, 0)
    header, rows = found.table()
    assert header[:3] == ["number", "covered_schools", "journey_points"]
    assert len(rows) == len(found.points)


def test_a_limit_of_your_own_is_a_criterion(village: Schools, norfolk_2012: Policy) -> None:
    own = Limit("pupils moved", lambda f: np.asarray(f.sum("roll"), dtype=np.int64))
    solved = Case(village, norfolk_2012.with_limit(own)).solve()
    found = front(solved, "pupils moved", "covered")
    for point in found.points:
        rolls = {s.urn: s.roll for s in village.rows}
        assert point.values[0] == sum(rolls[urn] for group in point.groups for urn in group)


def test_left_out_schools_and_locks_are_heeded(village: Schools, norfolk_2012: Policy) -> None:
    """A case asked again has the front of the changed case, solved from nothing."""
    solved = Case(village, norfolk_2012).solve()
    for again in (solved.left_out(120002), solved.together(120001, 120003), solved.priced(small=7)):
        cold = Case(village, again.policy).solve()
        for of in (("covered", "cost"), ("changed_schools", "journey"), ("leadership", "covered")):
            assert front(again, *of).document() == front(cold, *of).document()


@pytest.mark.parametrize(
    ("of", "coverage", "said"),
    [
        (("journey",), "best", "two or three"),
        (("journey", "journey"), "best", "two or three"),
        (("journey", "beauty"), "best", "beauty"),
        (("journey", "ethos"), "most", "coverage"),
        (("journey", "ethos"), "9", "covers so many"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    village: Schools, norfolk_2012: Policy, of: tuple[str, ...], coverage: str, said: str
) -> None:
    solved = Case(village, norfolk_2012).solve()
    with pytest.raises(UsageRefused, match=said):
        front(solved, *of, coverage=coverage)
    with pytest.raises(UsageRefused, match="off in this policy"):
        front(Case(village, norfolk_2012.without("ethos")).solve(), "journey", "ethos")


@pytest.mark.parametrize("type_", ["Community school", "Academy converter"])
def test_nobody_to_federate_is_one_point(type_: str) -> None:
    """One school alone, or none that takes part."""
    schools = schools_of(row(120001, 40, 0, type=type_))
    found = front(Case(schools, policy_of()).solve(), "journey", "covered")
    assert [p.values for p in found.points] == [(0, 0)]
    assert isinstance(found, Front)
    assert untraceable(found.document()) == []


def test_the_command_says_writes_and_draws(village_file: str, run: Run, tmp_path: Path) -> None:
    """Sentences, JSON, a table and a picture; an input is never overwritten."""
    folder = tmp_path / "out"
    assert run("propose", village_file, "-o", folder)[0] == 0
    made = {kind: tmp_path / f"front.{kind}" for kind in ("json", "csv", "png")}
    code, said, _ = run(
        "front", folder, "--of", "covered", "--of", "journey",
        "--plot", made["png"], "--csv", made["csv"], "-o", made["json"],
    )  # fmt: skip
    assert code == 0
    document = json.loads(made["json"].read_text(encoding="utf-8"))
    assert document["question"] == "front"
    assert document["sentences"][0] in said
    assert made["png"].read_bytes().startswith(b"\x89PNG")
    lines = made["csv"].read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("number,covered_schools,journey_points,supported,urgent_alone")
    assert len(lines) == 1 + len(document["points"])
    code, said, _ = run("front", folder, "--of", "covered", "--of", "cost", "--json")
    assert code == 0
    assert json.loads(said)["status"] == "complete"
    assert run("front", folder, "--of", "covered")[0] == 2
    assert run("front", folder, "--of", "covered", "--of", "beauty")[0] == 2
    assert run("front", folder / "nowhere", "--of", "covered", "--of", "cost")[0] == 3


def test_a_picture_has_units_what_is_held_and_the_best_plan(
    village: Schools, norfolk_2012: Policy
) -> None:
    solved = Case(village, norfolk_2012).solve()
    for of in (("journey", "ethos"), ("covered", "minutes"), ("covered", "journey", "ethos")):
        found = front(solved, *of)
        ax = draw(found, Figure().add_subplot())
        labels = f"{ax.get_xlabel()} {ax.get_ylabel()}"
        for measure in found.measures[:2]:
            assert measure.words in labels
            assert measure.unit in labels
        assert "better" in labels
        assert ("held: at least" in ax.get_title()) == ("covered" not in of)
        star = next(c for c in ax.collections if "best plan" in c.get_label())
        expected = [v / m.per for v, m in zip(found.plan[:2], found.measures[:2], strict=True)]
        assert star.get_offsets().tolist() == [expected]
