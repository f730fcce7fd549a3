"""The smallest sets of asks that cannot all hold, and the fewest to drop so that the rest can.

Knows no schools. Asks are numbers 0 to n - 1, and a test says whether some of them can all hold.
The test must be monotone: what holds together still does with fewer asks.

Method
    Conflicts found so far are hit by as few asks as can be (a small hitting-set problem). Where all
    other asks can hold, those few are a correction, and no smaller part of them is one, since it
    would have been hit on before. Where they cannot, one ask after another is left out of them
    until none can be: a conflict that was not known. When nothing is left that hits every conflict
    and holds no known correction, both lists are complete: a conflict not on the list would leave a
    hitting set of those that are, and so a correction inside it, within which the conflict could
    not be (implicit hitting sets; Reiter 1987, Liffiton and others 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grouping.search.stopping import Stop
from grouping.search.window import make_solver, run

Asks = frozenset[int]
Test = Callable[[Asks], bool | None]

UNSURE = 12  # sets of which nothing could be told, after which no more are tried


@dataclass(frozen=True)
class Clashes:
    """What was found: `conflicts` and `corrections`, each in the order found (fewest asks first).

    `unproved` are the conflicts that cannot all hold but may not be smallest: whether one of their
    asks could be left out was not told. `unsure` are the sets of asks of which it was not told
    whether dropping them would do. `complete` where no other conflict and no other correction
    exists; then none is unproved.
    """

    conflicts: tuple[Asks, ...]
    corrections: tuple[Asks, ...]
    unproved: frozenset[Asks]
    unsure: tuple[Asks, ...]
    complete: bool


def never() -> bool:
    """Say that there is time."""
    return False


def clashes(
    count: int,
    possible: Test,
    *,
    at_most: int,
    stop: Callable[[], bool] = never,
    hurry: Callable[[], bool] = never,
) -> Clashes:
    """Find every conflict and every correction of some asks.

    Parameters
    ----------
    count
        Number of asks.
    possible
        Whether these can all hold; None where that could not be told.
    at_most
        Corrections after which no more are looked for.
    stop
        Whether to stop looking.
    hurry
        Whether to leave conflicts larger than they may be, and look on for corrections.
    """
    every = frozenset(range(count))
    conflicts: list[Asks] = []
    corrections: list[Asks] = []
    unsure: list[Asks] = []
    unproved: set[Asks] = set()
    complete = False
    while len(corrections) < at_most and len(unsure) < UNSURE and not stop():
        dropped = _fewest(count, conflicts, corrections, unsure)
        if dropped is None:
            complete = not unsure
            break
        held = possible(every - dropped)
        if held:
            corrections.append(dropped)
        elif held is None:
            unsure.append(dropped)
        else:
            smallest, proved = _shrunk(every - dropped, possible, hurry)
            conflicts.append(smallest)
            if not proved:
                unproved.add(smallest)
    smallest_of = [one for one in conflicts if not any(other < one for other in conflicts)]
    return Clashes(
        tuple(sorted(smallest_of, key=_order)),
        tuple(corrections),
        frozenset() if complete else frozenset(unproved & set(smallest_of)),
        tuple(unsure),
        complete,
    )


def _shrunk(asks: Asks, possible: Test, hurry: Callable[[], bool]) -> tuple[Asks, bool]:
    """Leave out what is not needed for a conflict; whether each that stays is known to be."""
    sure = True
    for ask in sorted(asks, reverse=True):
        held = None if hurry() else possible(asks - {ask})
        if held is None:
            sure = False
        elif not held:
            asks -= {ask}
    return asks, sure


def _order(asks: Asks) -> tuple[int, list[int]]:
    return len(asks), sorted(asks)


def _fewest(
    count: int, conflicts: Sequence[Asks], corrections: Sequence[Asks], unsure: Sequence[Asks]
) -> Asks | None:
    """Hit every conflict with the fewest asks, holding no known correction; None where none does.

    Among equals, those of the least numbers together.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = [model.new_bool_var(f"x{ask}") for ask in range(count)]
    for conflict in conflicts:
        model.add_bool_or(x[ask] for ask in sorted(conflict))
    for correction in corrections:
        model.add_bool_or(~x[ask] for ask in sorted(correction))
    for one in unsure:  # just this set: with more dropped it may be told
        model.add_bool_or(x[ask] if ask not in one else ~x[ask] for ask in range(count))
    more = count * count + 1  # than all numbers together
    model.minimize(sum((more + ask) * x[ask] for ask in range(count)))
    solver = make_solver(Stop(), 1, 0)
    if run(solver, model) != cp_model.OPTIMAL:
        return None
    return frozenset(ask for ask in range(count) if solver.boolean_value(x[ask]))
