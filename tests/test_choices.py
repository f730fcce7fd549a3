"""Every plan as choices of rows: the least of any measure, any sums held, as brute force."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor

import numpy as np

from every_plan import Every, counties
from grouping import check
from grouping.questions.choices import Choices
from grouping.search.packing import Side


def minutes(choices: Choices) -> np.ndarray:
    """Any measure will do: the square of the size, moved by the first member."""
    return np.asarray(choices.table.size, dtype=np.int64) ** 2 * 7 - choices.table.members[:, 0]


def total(choices: Choices, every: Every, of: np.ndarray) -> dict[tuple[tuple[int, ...], ...], int]:
    """The measure of every plan."""
    rows = {choices.table.urns(row): int(of[row]) for row in range(len(choices.table))}
    return {plan: sum(rows[f] for f in plan) for plan in every.plans}


def test_the_least_of_any_measure_is_that_of_brute_force() -> None:
    """Plain, with tiers held at the best, within a share of the cost, and under a side row."""
    asked = bound = 0
    for seed, solved, every in counties(0, 60):
        choices = Choices(solved)
        assert choices.groups(choices.best) == tuple(sorted(every.best))
        if not len(choices.table):
            continue
        asked += 1
        of = minutes(choices)
        sums = total(choices, every, of)
        assert choices.least(of, staged=False).values == (min(sums.values()),)
        best = every.worth[every.best]
        as_good = [p for p in every.plans if every.worth[p][:-1] == best[:-1]]
        held = choices.least(of, staged=False, holding=choices.covering())
        assert held.values[-1] == min(sums[p] for p in as_good)
        room = floor(abs(Fraction(seed % 7, 20) * best[-1]))
        near = [p for p in as_good if every.worth[p][-1] <= best[-1] + room]
        found = choices.least(of, staged=False, holding=choices.within(Fraction(seed % 7, 20)))
        assert found.values[-1] == min(sums[p] for p in near)
        wall = random.Random(seed).choice(sorted(sums.values())) - 1
        below = [p for p in every.plans if sums[p] <= wall]
        answer = choices.least(holding=[Side("measure", of, None, wall)])
        if not below:
            assert answer.status == "infeasible"
            bound += 1
            continue
        assert answer.status == "optimal"
        chosen = min(below, key=lambda p: every.worth[p])
        assert every.worth[choices.groups(answer.rows)] == every.worth[chosen]
    assert asked >= 25
    assert bound >= 3


def test_schools_that_must_be_in_and_rows_that_may_not() -> None:
    asked = 0
    for seed, solved, every in counties(100, 40):
        choices = Choices(solved)
        if len(choices.table) < 3:
            continue
        rng = random.Random(seed)
        county = solved.bench.seen.county
        school = rng.randrange(len(county))
        must = np.zeros(len(county), dtype=np.bool_)
        must[school] = True
        banned = np.asarray([rng.random() < 0.3 for _ in range(len(choices.table))])
        gone = {choices.table.urns(row) for row in np.flatnonzero(banned)}
        urn = int(county.urns[school])
        left = [p for p in every.plans if not gone & set(p) and any(urn in f for f in p)]
        found = choices.least(must=must, banned=banned)
        asked += 1
        if not left:
            assert found.status == "infeasible"
            continue
        assert every.worth[choices.groups(found.rows)] == min(every.worth[p] for p in left)
    assert asked >= 15


def test_the_canonical_hash_breaks_ties_of_another_measure_too() -> None:
    """A measure of nothing: every plan is equal, and the least sum of hashes is chosen."""
    for _, solved, every in counties(0, 12):
        choices = Choices(solved)
        if not len(choices.table):
            continue
        nothing = np.zeros(len(choices.table), dtype=np.int64)
        found = choices.groups(choices.least(nothing, staged=False).rows)
        least = min(sum(check.canonical_hash(f) for f in p) for p in every.plans)
        assert sum(check.canonical_hash(f) for f in found) == least
