"""The choice among equals under side rows: found one by one, by digits or by search, the same."""

from __future__ import annotations

import random

import numpy as np
import pytest

from every_plan import counties, hashes
from grouping.questions.choices import Choices
from grouping.search import ties
from grouping.search.packing import Side
from grouping.search.ties import other_than


@pytest.mark.parametrize(
    ("nodes", "few"),
    [(0, 1), (0, 3), (0, 30), (ties.NODES_TIED, ties.FEW)],
    ids=["by digits", "more than are sought", "one by one", "as shipped"],
)
def test_equal_plans_under_side_rows(nodes: int, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is worth anything, so that every plan under the side row is equal."""
    monkeypatch.setattr(ties, "NODES_TIED", nodes)
    monkeypatch.setattr(ties, "FEW", few)
    asked = 0
    for seed, solved, every in counties(5000, 30, most=200):
        choices = Choices(solved)
        if not len(choices.table):
            continue
        of = choices.problem.size.astype(np.int64)
        sums = {plan: sum(map(len, plan)) for plan in every.plans}
        wall = random.Random(seed).choice(sorted(sums.values()))
        left = [plan for plan in every.plans if sums[plan] <= wall]
        nothing = np.zeros(len(choices.table), dtype=np.int64)
        side = Side("schools in federations", of, None, wall)
        found = choices.least(nothing, staged=False, holding=[side])
        assert choices.groups(found.rows) == tuple(sorted(min(left, key=hashes)))
        asked += len(left) > 1
    assert asked >= 5


def test_a_side_row_keeps_out_one_plan_and_no_other() -> None:
    """Over all sets of five rows: it is crossed by the plan itself alone, an empty one too."""
    sets = [[r for r in range(5) if bits >> r & 1] for bits in range(32)]
    for plan in sets:
        side = other_than(plan, 5)
        assert side.at_most is not None
        crossed = [rows for rows in sets if sum(int(side.of[r]) for r in rows) > side.at_most]
        assert crossed == [plan]
