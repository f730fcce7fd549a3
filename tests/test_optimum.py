"""The engine against brute force on random counties: at least 300 here, more by command.

`python benchmarks/fuzz_optimum.py 5000` asks as many as one likes.
"""

from __future__ import annotations

from collections import Counter

import pytest

import random_cases

EACH, LOTS = 25, 18


@pytest.mark.parametrize("lot", range(LOTS))
def test_equal_to_brute_force(lot: int) -> None:
    """Who takes part, candidates, every stage, the canonical plan and impossibility agree."""
    ended = Counter(random_cases.compare(seed) for seed in range(lot * EACH, (lot + 1) * EACH))
    assert ended["optimal"] >= EACH // 4
    assert ended["refused"] <= EACH // 2
