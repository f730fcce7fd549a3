"""The engine against plain CP-SAT, and plain HiGHS where it is installed, over every candidate.

`python benchmarks/other_solvers.py 300` asks larger questions, and as many as one likes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import all_columns
import numpy as np
import other_solvers
import pytest

from grouping.errors import PolicyRefused
from grouping.search.packing import Problem, Side

EACH, LOTS = 12, 4


@pytest.mark.parametrize("lot", range(LOTS))
def test_the_same_values_as_other_solvers(lot: int) -> None:
    """Every stage's value, or that there is no plan, on sub-counties of 10 to 24 schools."""
    ended: Counter[str] = Counter()
    for seed in range(lot * EACH, (lot + 1) * EACH):
        try:
            packed = other_solvers.question(seed, most=24, candidates=1_500)
        except PolicyRefused:
            ended["refused"] += 1
            continue
        heard = other_solvers.hear(seed, packed, highs=all_columns.has_highs())
        assert heard.same, (seed, heard.said)
        ended[heard.said["ours"].status] += 1
    assert ended["optimal"] >= EACH // 3


def small_problem() -> Problem:
    """Three items in a ring of pairs: the first two chosen apart, one pair at most."""
    members = np.asarray([[0, 1], [1, 2], [0, 2]], dtype=np.int32)
    tier = np.asarray([True, False, True])
    cost = np.asarray([5, 3, 9], dtype=np.int64)
    return Problem(3, members, (tier,), cost, np.zeros(3, dtype=np.bool_))


def test_the_other_solvers_say_what_is_worked_by_hand() -> None:
    """Both marked items are in the third pair alone; without the tier, nothing is cheapest."""
    problem = small_problem()
    assert all_columns.by_cp_sat(problem).values == (2, 9)
    assert all_columns.by_cp_sat(replace(problem, tier_items=())).values == (0,)
    forced = replace(problem, must=np.asarray([False, True, False]))
    assert all_columns.by_cp_sat(forced).values == (1, 3)
    none = Side("none", np.ones(3, dtype=np.int64), 2, 3)
    assert all_columns.by_cp_sat(replace(problem, sides=(none,))).status == "infeasible"


@pytest.mark.skipif(not all_columns.has_highs(), reason="highspy is not installed")
def test_highs_says_so_too() -> None:
    problem = small_problem()
    assert all_columns.by_highs(problem).values == (2, 9)
    none = Side("none", np.ones(3, dtype=np.int64), 2, 3)
    assert all_columns.by_highs(replace(problem, sides=(none,))).status == "infeasible"


def test_a_wrong_value_would_be_seen() -> None:
    """Two solvers that differ in one value, or in whether there is a plan, are not the same."""
    fine = all_columns.Opinion("optimal", (1, 3))
    for other in (all_columns.Opinion("optimal", (1, 4)), all_columns.Opinion("infeasible")):
        heard = other_solvers.Heard(1, 3, 3, {"ours": fine, "CP-SAT": other}, {}, ())
        assert not heard.same
