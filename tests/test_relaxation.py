"""What a linear problem keeps from one question to the next: the cuts that bore on a bound."""

from __future__ import annotations

import numpy as np

from grouping.search.packing import Problem, Side
from grouping.search.relaxation import Relaxation
from grouping.search.stopping import Stop


def triangle(*, most: int = 9) -> Problem:
    """Three items, a row for each two of them: halves of all three are the best without a cut."""
    members = np.asarray([[0, 1], [0, 2], [1, 2]], dtype=np.int32)
    nobody = np.zeros(3, dtype=np.bool_)
    side = Side("rows", np.ones(3, dtype=np.int64), None, most)
    return Problem(3, members, (), np.asarray([-5, -5, -5]), nobody, (side,))


def test_a_cut_that_bears_is_kept_and_one_that_does_not_is_left_behind() -> None:
    problem, dear = triangle(), triangle().cost * -1
    relaxation = Relaxation(problem, Stop())
    assert relaxation.solve(problem.cost)
    assert relaxation.bound is not None
    assert relaxation.bound.value == -5  # -8 without the cut
    found = [(cut.items, cut.k) for cut in relaxation.cuts]
    assert found
    relaxation.ask(problem, Stop(), None)
    assert [(cut.items, cut.k) for cut in relaxation.cuts] == found
    assert relaxation.solve(dear)  # nothing is chosen: no cut bears
    relaxation.ask(problem, Stop(), None, all_cuts=True)
    assert [(cut.items, cut.k) for cut in relaxation.cuts] == found
    relaxation.ask(problem, Stop(), None)
    assert relaxation.cuts == []
    assert relaxation.solve(problem.cost)  # it is found again
    assert relaxation.bound.value == -5
    assert [(cut.items, cut.k) for cut in relaxation.cuts] == found
