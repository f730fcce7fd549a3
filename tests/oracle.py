"""Brute force: every plan of a small problem, and the best of them by the problem statement.

Stands on the pure functions of the independent checker and on nothing of the engine. Meant to be
obviously right, not fast: up to ten schools.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from grouping import check

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grouping.check import Case, Federation

MOST_SCHOOLS = 10


def candidates(case: Case) -> list[Federation]:
    """Give every set of two or more schools that is a candidate."""
    if len(case.taking) > MOST_SCHOOLS:
        raise ValueError(f"{len(case.taking)} schools are too many to try every plan")
    subsets = (
        subset
        for size in range(2, len(case.taking) + 1)
        for subset in itertools.combinations(case.taking, size)
    )
    return [subset for subset in subsets if check.allowed(case, subset)]


def plans(
    schools: Sequence[int], choices: Sequence[Federation]
) -> Iterator[tuple[Federation, ...]]:
    """Give every set of disjoint candidates: the first school alone, or in one of its own."""
    if not schools:
        yield ()
        return
    first, rest = schools[0], schools[1:]
    for plan in plans(rest, choices):
        yield plan
    for choice in choices:
        if choice[0] == first and set(choice) <= set(schools):
            left = [urn for urn in rest if urn not in choice]
            for plan in plans(left, choices):
                yield (choice, *plan)


def worth(case: Case, plan: Sequence[Federation]) -> tuple[int, ...]:
    """Give what a plan is compared by: the stages in order, then the canonical choice."""
    values = [value for _, value in check.stage_values(case, plan)]
    return (*values, sum(check.canonical_hash(federation) for federation in plan))


def best_plan(case: Case) -> tuple[Federation, ...] | None:
    """Give the one best plan, None where no plan keeps the blocks, locks and limits."""
    choices = candidates(case)
    possible = (plan for plan in plans(case.taking, choices) if not check.plan_faults(case, plan))
    return min(possible, key=lambda plan: worth(case, plan), default=None)
