"""The canonical choice: among plans equal in every stage, the one with the least sum of hashes.

Every optimal plan uses only rows whose reduced cost fits in the gap between the plan and the exact
bound, and leaves a must-have dual uncovered only within that gap: a search over so few rows ends
at once. Where it does not, the few plans that are equal are found one after another; where they are
not few, CP-SAT minimises the sum as a number in base 2^16, digit by digit with carries, most
significant first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.search.packing import Problem, Side
from grouping.search.relaxation import UNIT, Bound
from grouping.search.stopping import Stop
from grouping.search.window import least, make_solver, packing_model, run

NODES = 50_000
NODES_TIED = 3_000  # where side rows tie all in one: a reduced cost says little there
FEW = 30  # plans equal to the best that are found one by one
DIGIT = 2**16
DIGITS = 16

Hash = Callable[[int], int]


@dataclass
class _Search:
    """A depth-first search for the least sum of hashes."""

    problem: Problem
    hashes: dict[int, int]
    by_item: dict[int, list[int]]
    masks: dict[int, int]
    reduced: dict[int, int]
    loose: list[int]
    goal: tuple[int, ...]
    most: int = NODES
    nodes: int = 0
    best: tuple[int, list[int]] | None = None
    chosen: list[int] = field(default_factory=list)

    def go(self, open_items: list[int], blocked: int, slack: int, total: int) -> None:
        """Decide one item after another: leave it, or take a row that holds it."""
        self.nodes += 1
        if self.nodes > self.most or (self.best is not None and total >= self.best[0]):
            return
        item, choices = -1, None
        left = [i for i in open_items if not blocked >> i & 1]
        for i in left:
            rows = [r for r in self.by_item[i] if not self.masks[r] & blocked]
            rows = [r for r in rows if self.reduced[r] <= slack]
            many = len(rows) + (self.loose[i] <= slack)
            if choices is None or many < choices[0]:
                item, choices = i, (many, rows)
                if many <= 1:
                    break
        if choices is None:
            if self.problem.values(self.chosen) == self.goal and self.problem.holds(self.chosen):
                self.best = (total, sorted(self.chosen))
            return
        for r in sorted(choices[1], key=lambda r: self.hashes[r]):
            self.chosen.append(r)
            spent = slack - self.reduced[r]
            self.go(left, blocked | self.masks[r], spent, total + self.hashes[r])
            self.chosen.pop()
        if self.loose[item] <= slack:
            self.go(left, blocked | 1 << item, slack - self.loose[item], total)


def canonical(
    problem: Problem,
    bound: Bound,
    gap: int,
    plan: Sequence[int],
    hash_of: Hash,
    *,
    stop: Stop,
    workers: int,
    seed: int,
) -> tuple[list[int], int]:
    """Plan of the least sum of hashes among those with the values of `plan`, and the window.

    Parameters
    ----------
    problem
        The packing problem.
    bound
        Exact bound of the combined weights.
    gap
        Combined weight of `plan` less the bound, in `UNIT`ths.
    plan
        An optimal plan, as rows.
    hash_of
        Hash of a row, a 256-bit whole number.
    stop, workers, seed
        Handed to the solver, where it is needed at all.
    """
    window, costs = bound.within(gap)
    reduced = dict(zip(window.tolist(), costs.tolist(), strict=True))
    hashes = {int(r): hash_of(int(r)) for r in window}
    chosen: list[int] = []
    for rows, items in _parts(problem, window):
        part_plan = sorted(set(plan) & set(rows))
        if sorted(rows) == part_plan and all(
            sum(_loose(problem, bound, gap, int(i)) for i in problem.members[r] if i >= 0) > gap
            for r in rows
        ):  # none to take in its place, and none that may be left out
            chosen += part_plan
            continue
        part = problem
        if not problem.sides:  # values add up over parts, and so does what must be covered
            inside = np.isin(np.arange(problem.items), items)
            part = replace(problem, must=problem.must & inside)
        goal = part.values(part_plan)
        found = _searched(part, bound, gap, rows, items, goal, hashes, reduced)
        if found is None:
            found = least_hash(part, rows, part_plan, hashes, stop, workers, seed)
        chosen += found
    return sorted(chosen), len(window)


def _parts(problem: Problem, window: NDArray[np.intp]) -> list[tuple[list[int], list[int]]]:
    """Rows and items of the window's parts that share no item; one part where sides tie them."""
    parts: list[tuple[list[int], set[int]]] = []
    for r in window.tolist():
        rows, held = [r], {int(i) for i in problem.members[r] if i >= 0}
        apart = []
        for other_rows, other in parts:
            if problem.sides or other & held:
                rows, held = other_rows + rows, held | other
            else:
                apart.append((other_rows, other))
        parts = [*apart, (rows, held)]
    return [(sorted(rows), sorted(held)) for rows, held in parts]


def _searched(
    problem: Problem,
    bound: Bound,
    gap: int,
    rows: list[int],
    items: list[int],
    goal: tuple[int, ...],
    hashes: dict[int, int],
    reduced: dict[int, int],
) -> list[int] | None:
    by_item: dict[int, list[int]] = {i: [] for i in items}
    masks = {}
    for r in rows:
        held = [int(i) for i in problem.members[r] if i >= 0]
        masks[r] = sum(1 << i for i in held)
        for i in held:
            by_item[i].append(r)
    loose = [0] * problem.items
    for i in items:
        loose[i] = _loose(problem, bound, gap, i)
    most = NODES_TIED if problem.sides else NODES
    search = _Search(problem, hashes, by_item, masks, reduced, loose, goal, most)
    search.go(items, 0, gap, 0)
    if search.nodes > most or search.best is None:
        return None
    return search.best[1]


def _loose(problem: Problem, bound: Bound, gap: int, item: int) -> int:
    """What leaving an item uncovered takes of the gap: more than all where it must be covered."""
    return gap + 1 if problem.must[item] else max(-int(bound.duals.items[item]), 0)


def least_hash(
    problem: Problem,
    rows: list[int],
    plan: list[int],
    hashes: dict[int, int],
    stop: Stop,
    workers: int,
    seed: int,
) -> list[int]:
    """Plan of the least sum of hashes among those of these rows with the values of `plan`.

    Each that is equal is found and kept out in turn: with the cost to make least, as a solver
    proves sooner than with the cost as a row that there is no other.
    """
    fixed = list(zip(problem.tiers, problem.values(plan), strict=False))
    equal, sides = [sorted(plan)], list(problem.sides)
    sides.append(Side("as good", problem.cost, None, problem.values(plan)[-1]))
    while len(equal) < FEW and not stop.now():
        sides.append(other_than(equal[-1], len(problem)))
        asked = replace(problem, sides=tuple(sides))
        window = np.asarray(rows, dtype=np.intp)
        found = least(
            asked, window, problem.cost, fixed, stop=stop, workers=workers, seed=seed, hint=plan
        )
        if found.status == "infeasible":
            return min(equal, key=lambda held: sum(hashes[r] for r in held))
        if not found.rows:
            break
        equal.append(sorted(found.rows))
    return _by_digits(problem, rows, plan, hashes, stop, workers, seed)


def other_than(plan: Sequence[int], count: int) -> Side:
    """Side row over so many rows that keeps out one plan, and no other."""
    of = np.full(count, -1, dtype=np.int64)
    of[np.asarray(plan, dtype=np.intp)] = 1
    return Side("other than", of, None, len(plan) - 1)


def _by_digits(
    problem: Problem,
    rows: list[int],
    plan: list[int],
    hashes: dict[int, int],
    stop: Stop,
    workers: int,
    seed: int,
) -> list[int]:
    """Minimise the sum of hashes exactly, with carries, most significant digit first."""
    from ortools.sat.python import cp_model

    sums: list[NDArray[Any]] = [*problem.tiers, problem.cost]
    fixed = list(zip(sums, problem.values(plan), strict=True))
    model, x = packing_model(problem, rows, fixed)
    digits = []
    carry: Any = 0
    for place in range(DIGITS):
        digit_sum = sum((hashes[r] >> (16 * place) & (DIGIT - 1)) * x[r] for r in rows) + carry
        if place == DIGITS - 1:
            top = model.new_int_var(0, DIGIT * (len(rows) + 1), "top")
            model.add(top == digit_sum)
            digits.append(top)
        else:
            digit = model.new_int_var(0, DIGIT - 1, f"d{place}")
            over = model.new_int_var(0, len(rows) + 1, f"c{place}")
            model.add(digit_sum == digit + DIGIT * over)
            digits.append(digit)
            carry = over
    best = plan
    for digit in reversed(digits):
        model.minimize(digit)
        model.clear_hints()
        for r, variable in x.items():
            model.add_hint(variable, r in set(best))
        solver = make_solver(stop, workers, seed)
        if run(solver, model) != cp_model.OPTIMAL:
            return best
        best = sorted(r for r in rows if solver.boolean_value(x[r]))
        model.add(digit == solver.value(digit))
        if _alone(model, x, best, stop, workers, seed):
            return best
    return best


def _alone(
    model: Any, x: dict[int, Any], plan: list[int], stop: Stop, workers: int, seed: int
) -> bool:
    """Whether a model has no other answer than this plan."""
    from ortools.sat.python import cp_model

    other = model.clone()
    other.clear_objective()
    chosen = set(plan)
    other.add_bool_or(
        other.get_bool_var_from_proto_index(variable.index).Not()
        if r in chosen
        else other.get_bool_var_from_proto_index(variable.index)
        for r, variable in x.items()
    )
    return run(make_solver(stop, workers, seed), other) == cp_model.INFEASIBLE


def gap_of(weight: int, bound: Bound) -> int:
    """Gap between a plan's combined weight and the bound, in `UNIT`ths."""
    return weight * UNIT - bound.total
