"""Packing against brute force: values, plans, impossibility, whatever the random problem."""

from __future__ import annotations

import random
from dataclasses import replace
from hashlib import sha256
from itertools import combinations

import numpy as np
import pytest

from grouping.search import linear
from grouping.search.packing import Problem, Side
from grouping.search.stages import Search, Ways, solve
from grouping.search.stopping import Stop
from grouping.search.window import LARGEST, SPLIT, _total, least, packing_model


def random_problem(rng: random.Random) -> Problem:
    """A small problem with anything in it: ties, credits, musts, side rows of any sense."""
    items = rng.randint(1, 8)
    sets = [c for k in range(2, 5) for c in combinations(range(items), k)]
    sets = [s for s in sets if rng.random() < rng.choice([0.3, 0.7, 1.0])]
    rng.shuffle(sets)
    sets = sets[:40]
    width = 4
    members = np.full((len(sets), width), -1, dtype=np.int32)
    for k, one in enumerate(sets):
        members[k, : len(one)] = one
    high = rng.choice([0, 2, 60, 5000])
    low = rng.choice([0, 0, -high])
    cost = np.asarray([rng.randint(low, high) for _ in sets], dtype=np.int64)
    kinds = [rng.choice("usp") for _ in range(items)]
    tiers = tuple(np.asarray([k == t for k in kinds]) for t in rng.choice(["us", "u", "s", ""]))
    must = np.asarray([rng.random() < rng.choice([0, 0, 0.3]) for _ in range(items)])
    sides = []
    for n in range(rng.choice([0, 0, 0, 1, 2])):
        of = np.asarray([rng.choice([0, 1, 1, -1, 2]) for _ in sets], dtype=np.int64)
        least = rng.choice([None, -1, 0, 1, 2])
        most = rng.choice([None, 0, 1, 2, 3])
        sides.append(Side(f"side {n}", of, least, most))
    return Problem(items, members, tiers, cost, must, tuple(sides))


def hash_of(row: int) -> int:
    return int.from_bytes(sha256(str(row).encode()).digest(), "big")


def brute(problem: Problem) -> tuple[tuple[int, ...], int, list[int]] | None:
    """Every set of disjoint rows; the best key, then the least sum of hashes."""
    best: tuple[tuple[int, ...], int, list[int]] | None = None

    def go(start: int, used: int, rows: list[int]) -> None:
        nonlocal best
        if problem.holds(rows):
            found = (problem.key(rows), sum(map(hash_of, rows)), list(rows))
            if best is None or found < best:
                best = found
        for r in range(start, len(problem)):
            mask = sum(1 << int(i) for i in problem.members[r] if i >= 0)
            if not mask & used:
                rows.append(r)
                go(r + 1, used | mask, rows)
                rows.pop()

    go(0, 0, [])
    return best


@pytest.mark.parametrize("seed", range(400))
def test_equal_to_brute_force(seed: int) -> None:
    """Values, the canonical plan and impossibility are those of trying everything."""
    problem = random_problem(random.Random(seed))
    truth = brute(problem)
    found = solve(problem, hash_of, Ways(Stop.after(None), 1 + seed % 2, seed))
    if truth is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal"
    assert problem.key(found.rows) == truth[0]
    assert found.bounds == list(problem.values(found.rows))
    assert found.rows == truth[2]


class Asks(Stop):
    """A clock that says time is up from the n-th time it is asked on."""

    def now(self) -> bool:
        """Whether it has been asked so often."""
        left = vars(self)["left_over"] = vars(self)["left_over"] - 1
        return left < 0

    def left(self) -> float | None:
        """No time for a solver once time is up, and no end before."""
        return 0.0 if vars(self)["left_over"] <= 0 else None


def test_time_that_runs_out_proves_nothing() -> None:
    """Wherever it runs out: no plan is called impossible, no bound is beyond the best plan."""
    ended = set()
    for seed in range(300):
        problem = random_problem(random.Random(seed))
        truth = brute(problem)
        for asks in (0, 1, 2, 3, 5, 8):
            stop = Asks()
            vars(stop)["left_over"] = asks
            found = solve(problem, hash_of, Ways(stop))
            ended.add(found.status)
            if truth is None:
                assert found.status in ("infeasible", "unknown")
                continue
            assert found.status != "infeasible", seed
            if found.status == "unknown":
                continue
            assert problem.holds(found.rows)
            best = problem.values(truth[2])
            for k, bound in enumerate(found.bounds):
                sign = 1 if k < len(best) - 1 else -1
                assert bound is None or sign * bound >= sign * best[k], seed
            if found.status == "optimal":
                assert problem.key(found.rows) == truth[0]
    assert {"optimal", "feasible", "infeasible"} <= ended


@pytest.mark.parametrize("few", [0, 2, 12])
@pytest.mark.parametrize("seed", range(60))
def test_canonical_choice_without_a_search(
    seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the search gives up: equals told one by one, or the sum of hashes digit by digit."""
    monkeypatch.setattr("grouping.search.ties.NODES", 0)
    monkeypatch.setattr("grouping.search.ties.NODES_TIED", 0)
    monkeypatch.setattr("grouping.search.ties.FEW", few)
    problem = random_problem(random.Random(seed))
    truth = brute(problem)
    found = solve(problem, hash_of, Ways(Stop.after(None)))
    assert found.rows == (truth[2] if truth else [])


def test_any_of_equals_has_the_same_values_and_the_canonical_choice_comes_after() -> None:
    """Whoever asks for values alone does not spoil the answer to the same question asked again."""
    other = 0
    for seed in range(80):
        problem = random_problem(random.Random(seed))
        search = Search(problem, hash_of)
        some = search.solve(problem, Ways(Stop.after(None), any_of_equals=True))
        then = search.solve(problem, Ways(Stop.after(None)))
        assert (some.status, some.values, some.bounds) == (then.status, then.values, then.bounds)
        truth = brute(problem)
        assert then.rows == (truth[2] if truth else [])
        other += some.rows != then.rows
    assert other >= 1


def test_a_sum_held_just_below_the_least_is_shown_to_leave_no_plan() -> None:
    """Large coefficients make what is lacking small: still proved in whole numbers, or answered."""
    rng = random.Random(3)
    members = [[i, j] for i in range(8) for j in range(i + 1, 8)]
    of = np.asarray([12_000 + rng.randint(0, 3_000) for _ in members], dtype=np.int64)
    problem = Problem(
        8, np.asarray(members, dtype=np.int32), (), of, np.zeros(8, dtype=np.bool_),
        (Side("covered", np.full(len(members), 2, dtype=np.int64), 8, None),),
    )  # fmt: skip
    least_of = solve(problem, hash_of, Ways(Stop.after(None))).values[-1]
    for below in (0, 1, 7, 60, 600):
        held = replace(problem, sides=(*problem.sides, Side("of", of, None, least_of - below)))
        found = solve(held, hash_of, Ways(Stop.after(None)))
        assert found.status == ("infeasible" if below else "optimal")


def test_large_costs_are_split_and_no_coefficient_is_large() -> None:
    """Costs to the largest there may be, in CP-SAT alone: the least, and every number below 10^6.

    The least plan over the split model is that of trying every plan.
    """
    split = 0
    for seed in range(40):
        rng = random.Random(seed)
        problem = random_problem(rng)
        cost = np.asarray([rng.randint(-LARGEST, LARGEST) for _ in range(len(problem))])
        problem = replace(problem, cost=cost.astype(np.int64), tier_items=())
        every = np.arange(len(problem), dtype=np.intp)
        found = least(problem, every, problem.cost, [], stop=Stop.after(None))
        expected = brute(problem)
        assert (found.status == "infeasible") == (expected is None)
        if expected is None:
            continue
        assert found.status == "optimal"
        assert sum(int(problem.cost[r]) for r in found.rows) == expected[0][-1]
        model, x = packing_model(problem, every.tolist(), [(problem.cost, expected[0][-1])])
        model.minimize(_total(model, x, problem.cost))
        numbers = [*model.proto.objective.coeffs]
        for constraint in model.proto.constraints:
            numbers += constraint.linear.coeffs
        assert max(map(abs, numbers), default=0) < 10**6
        split += any(abs(value) == SPLIT for value in numbers)
    assert split > 20


def test_the_linear_solver_s_answer_is_the_same_the_long_way_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another version of MathOpt may not have what lies below: its own words give the same."""
    problems = [random_problem(random.Random(seed)) for seed in range(60)]
    quick = [solve(problem, hash_of, Ways(Stop.after(None))) for problem in problems]

    def not_there(*_: object) -> None:
        raise AttributeError

    monkeypatch.setattr(linear._Solver, "_answer", not_there)
    for problem, known in zip(problems, quick, strict=True):
        found = solve(problem, hash_of, Ways(Stop.after(None)))
        assert (found.status, found.rows, found.values) == (known.status, known.rows, known.values)
        assert found.bounds == known.bounds


def test_a_linear_solver_that_gives_up_begins_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """GLOP may end "abnormal" from where it stood: asked again from nothing, the same answers."""
    problems = [random_problem(random.Random(seed)) for seed in range(40)]
    known = [solve(problem, hash_of, Ways(Stop.after(None))) for problem in problems]
    true, calls = linear._Solver._answer, 0

    def fails(self: linear._Solver, wanted: object) -> object:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise RuntimeError("abnormal")
        return true(self, wanted)

    monkeypatch.setattr(linear._Solver, "_answer", fails)
    for problem, one in zip(problems, known, strict=True):
        found = solve(problem, hash_of, Ways(Stop.after(None)))
        assert (found.status, found.rows, found.values) == (one.status, one.rows, one.values)
    assert calls > 40
