"""Dominance: no optimal plan is lost, ties are kept, and it is the rule as written, row by row."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from grouping.search import dominance
from grouping.search.dominance import undominated
from grouping.search.packing import Flags, Problem, Side
from survivors import best_plans, best_without, compare

SEEDS = range(400)
Set = frozenset[int]


def problem_of(
    rows: dict[tuple[int, ...], int],
    *,
    tiers: Sequence[set[int]] = (),
    must: set[int] = frozenset(),  # type: ignore[assignment]
    sides: Sequence[Side] = (),
    items: int | None = None,
) -> Problem:
    """Make a problem from rows and their costs."""
    items = items or 1 + max(max(row) for row in rows)
    width = max(map(len, rows))
    members = [[*row, *[-1] * (width - len(row))] for row in rows]
    return Problem(
        items,
        np.asarray(members, dtype=np.int32),
        tuple(np.isin(np.arange(items), list(tier)) for tier in tiers),
        np.asarray(list(rows.values()), dtype=np.int64),
        np.isin(np.arange(items), list(must)),
        tuple(sides),
    )


def side(of: Sequence[int], at_least: int | None = None, at_most: int | None = None) -> Side:
    return Side("side", np.asarray(of, dtype=np.int64), at_least, at_most)


def random_problem(seed: int) -> Problem:
    """A small problem in no order: rows of one to seven items, credits, musts, prices, sides."""
    rng = random.Random(seed)
    items = rng.randint(2, 7)
    smallest, largest = rng.choice([1, 2, 2]), rng.choice([3, 4, 4, 5, 7])
    every = [c for k in range(smallest, largest + 1) for c in combinations(range(items), k)]
    rng.shuffle(every)
    chosen = every[: rng.choice([10, 25, 45])]
    high = rng.choice([2, 6, 60])
    low = rng.choice([0, -high // 2])
    price = [rng.choice([0, 0, 0, high]) for _ in range(items)]  # of leaving an item alone
    rows = {row: rng.randint(low, high) * len(row) - sum(price[i] for i in row) for row in chosen}
    kinds = [rng.choice("usp") for _ in range(items)]
    tiers = [{i for i in range(items) if kinds[i] == t} for t in rng.choice(["us", "u", "s", ""])]
    must = {i for i in range(items) if rng.random() < rng.choice([0, 0, 0.3])}
    made = problem_of(rows, tiers=tiers, must=must, items=items)
    sides = []
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        kind = rng.choice(["one a row", "by size", "any"])
        of = {
            "one a row": np.ones(len(made), dtype=np.int64),
            "by size": (made.members >= 0).sum(axis=1),
            "any": np.asarray([rng.choice([0, 0, 1, -1, 2]) for _ in rows], dtype=np.int64),
        }[kind]
        least, most = rng.choice([(None, 1), (None, 2), (1, None), (2, None), (1, 1), (2, 2)])
        step = 2 if kind == "by size" else 1
        bounds = (None if bound is None else bound * step for bound in (least, most))
        sides.append(Side(kind, of, *bounds))
    return replace(made, sides=tuple(sides))


def sets_of(problem: Problem) -> list[Set]:
    return [frozenset(i for i in row if i >= 0) for row in problem.members.tolist()]


def disjoint(choices: Sequence[int], held: Sequence[Set]) -> Iterator[tuple[int, ...]]:
    """Every set of disjoint rows, the empty one too."""
    yield ()
    for n, r in enumerate(choices):
        later = [other for other in choices[n + 1 :] if not held[other] & held[r]]
        for rest in disjoint(later, held):
            yield (r, *rest)


def by_definition(problem: Problem) -> Flags:
    """Mark the undominated rows, by the rule's own words."""
    held = sets_of(problem)
    must = set(np.flatnonzero(problem.must).tolist())

    def beats(inside: tuple[int, ...], row: int) -> bool:
        covered = {i for r in inside for i in held[r]}
        sums = [(sum(int(s.of[r]) for r in inside), int(s.of[row]), s) for s in problem.sides]
        return (
            problem.key(inside) < problem.key([row])
            and must & held[row] <= covered
            and all(mine <= its for mine, its, s in sums if s.at_most is not None)
            and all(mine >= its for mine, its, s in sums if s.at_least is not None)
        )

    kept = np.ones(len(problem), dtype=np.bool_)
    for row, items in enumerate(held):
        subsets = [r for r, other in enumerate(held) if other < items]
        kept[row] = not any(beats(inside, row) for inside in disjoint(subsets, held))
    return kept


def test_no_optimal_plan_is_lost_and_rows_are() -> None:
    """Over every plan of 400 problems: best values and the set of best plans are the same."""
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        problem = random_problem(seed)
        kept = undominated(problem)
        truth = best_plans(problem)
        assert best_without(problem, kept) == truth, seed
        dropped = int((~kept).sum())
        seen["dropped"] += dropped
        seen["dropped under sides"] += dropped if problem.sides else 0
        seen["dropped where something must be"] += dropped if problem.must.any() else 0
        seen["dropped with credits"] += dropped if (problem.cost < 0).any() else 0
        seen["ties"] += truth is not None and len(truth[1]) > 1
        seen["impossible"] += truth is None
    assert all(seen[what] >= 20 for what in seen), seen
    assert seen["dropped"] > 1000


def test_the_flags_are_those_of_the_definition() -> None:
    """Every D tried in plain Python gives the same flags, with sides and musts too."""
    for seed in SEEDS:
        problem = random_problem(seed)
        assert undominated(problem).tolist() == small_rows_of(problem).tolist(), seed


def small_rows_of(problem: Problem) -> Flags:
    """Give the flags of the definition, with rows of seven kept unseen."""
    large = (problem.members >= 0).sum(axis=1) > dominance.LARGEST_ROW
    return by_definition(problem) | large


def ties_too(problem: Problem) -> Flags:
    """Drop what is only as good: in these costs D beats F exactly where it costs no more.

    The squares of D's sizes add up to less than F's.
    """
    size = (problem.members >= 0).sum(axis=1)
    return undominated(replace(problem, cost=1000 * problem.cost + size**2))


WRONG: dict[str, Callable[[Problem], Flags]] = {
    "ties are dropped": ties_too,
    "side rows are ignored": lambda p: undominated(replace(p, sides=())),
    "bounds above are ignored": lambda p: undominated(
        replace(p, sides=tuple(replace(s, at_most=None) for s in p.sides))
    ),
    "bounds below are ignored": lambda p: undominated(
        replace(p, sides=tuple(replace(s, at_least=None) for s in p.sides))
    ),
    "what must be covered is ignored": lambda p: undominated(
        replace(p, must=np.zeros_like(p.must))
    ),
    "tiers are ignored": lambda p: undominated(replace(p, tier_items=())),
    "the last tier is ignored": lambda p: undominated(replace(p, tier_items=p.tier_items[:-1])),
    "found for other costs": lambda p: undominated(replace(p, cost=p.cost[::-1])),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_rule_loses_optimal_plans(wrong: Callable[[Problem], Flags]) -> None:
    """On the same problems the same comparison fails: it can tell."""
    problems = [random_problem(seed) for seed in SEEDS]
    assert any(best_without(p, wrong(p)) != best_plans(p) for p in problems)


def kept_of(problem: Problem) -> set[tuple[int, ...]]:
    held = [tuple(i for i in row if i >= 0) for row in problem.members.tolist()]
    return {row for row, keep in zip(held, undominated(problem), strict=True) if keep}


def test_a_partner_too_many() -> None:
    """A partner that makes it dearer goes, one that makes it no dearer stays: ties are kept."""
    rows = {(0, 1): 10, (0, 1, 2): 11, (0, 1, 3): 10, (0, 1, 4): 9}
    assert kept_of(problem_of(rows, tiers=[{0, 1}])) == {(0, 1), (0, 1, 3), (0, 1, 4)}


def test_split_in_two() -> None:
    """Four schools that cost more than their two halves go, wherever the halves lie in them."""
    for half in [(0, 1), (0, 2), (0, 3)]:
        other = tuple(sorted({0, 1, 2, 3} - set(half)))
        for cost, left in ((9, 3), (8, 2)):
            rows = {half: 4, other: cost - 4, (0, 1, 2, 3): 9}
            assert len(kept_of(problem_of(rows, tiers=[{0, 1, 2, 3}]))) == left


def test_a_school_of_any_tier_is_not_left_alone_for_money() -> None:
    rows = {(0, 1): 0, (0, 1, 2): 1000}
    assert kept_of(problem_of(rows, tiers=[{0}, {2}])) == set(rows)
    assert kept_of(problem_of(rows, must={2})) == set(rows)
    assert kept_of(problem_of(rows, tiers=[{0}])) == {(0, 1)}


def test_leaving_all_alone_may_be_better() -> None:
    """With prices only, a row dearer than the prices it saves goes; one that costs nothing stays.

    What must be covered stays at any price.
    """
    rows = {(0, 1): 5, (1, 2): 0, (2, 3): -5}
    assert kept_of(problem_of(rows)) == {(1, 2), (2, 3)}
    assert kept_of(problem_of(rows, must={0})) == set(rows)


def test_a_credit_inside_is_found() -> None:
    """A part that covers nothing wanted but brings money in is part of a D."""
    rows = {(0, 1): 6, (2, 3): -3, (0, 1, 2, 3): 4, (0, 1, 4): 4}
    assert (0, 1, 2, 3) not in kept_of(problem_of(rows, tiers=[{0}]))
    assert (0, 1, 2, 3) in kept_of(problem_of(rows | {(2, 3): -2}, tiers=[{0}]))


BOUNDS = {
    "<= 5": (None, 5, False, True),
    ">= 5": (5, None, True, True),
    "= 5": (5, 5, False, True),
    "none": (None, None, True, True),
}


@pytest.mark.parametrize("bound", BOUNDS.values(), ids=BOUNDS.keys())
def test_a_limit_on_the_number_of_federations(
    bound: tuple[int | None, int | None, bool, bool],
) -> None:
    """Two for one breaks a limit above; a partner fewer breaks none."""
    least, most, splits, loses_a_partner = bound
    rows = {(0, 1): 1, (2, 3): 1, (0, 1, 2, 3): 9, (0, 1, 4): 9}
    problem = problem_of(rows, tiers=[{0, 1, 2, 3}], sides=[side([1] * 4, least, most)])
    kept = kept_of(problem)
    assert ((0, 1, 2, 3) not in kept) == splits
    assert ((0, 1, 4) not in kept) == loses_a_partner


def test_the_last_federation_stays_under_a_limit_below() -> None:
    """By prices leaving all alone is cheaper, and yet one fewer may be one too few."""
    rows = {(0, 1): 5, (2, 3): -5}
    assert kept_of(problem_of(rows, sides=[side([1, 1], 2, None)])) == set(rows)
    assert kept_of(problem_of(rows, sides=[side([1, 1], None, 2)])) == {(2, 3)}


def test_a_dearer_split_is_taken_where_the_cheapest_would_do_harm() -> None:
    """Under sides every split is tried, not the cheapest of each cover alone."""
    rows = {(0, 1): 1, (2, 3): 1, (0, 2): 3, (1, 3): 3, (0, 1, 2, 3): 9}
    mixed = side([1, 1, 0, 1, 1], None, 3)
    assert (0, 1, 2, 3) not in kept_of(problem_of(rows, tiers=[{0, 1, 2, 3}], sides=[mixed]))


def test_equal_rows_and_empty_rows() -> None:
    """The cheapest of equal rows is what a larger one is held against; equal rows both stay.

    A row that holds nothing may be in the plan already, so it is no part of any D.
    """
    rows = {(0, 1): 8, (0, 1, 2): 5}
    made = problem_of(rows, tiers=[{0}])
    members = np.asarray([[0, 1, -1], [0, 1, -1], [0, 1, 2], [-1, -1, -1], [-1, -1, -1]])
    cost = np.asarray([8, 4, 5, 1, -9], dtype=np.int64)
    twice = replace(made, members=members.astype(np.int32), cost=cost)
    assert undominated(twice).tolist() == [True, True, False, False, True]


def with_lock(problem: Problem, kind: str, chosen: int) -> tuple[np.ndarray, Problem]:
    """Lock as the candidates are locked: rows taken out and an item that must be covered.

    Gives the rows that are left too.
    """
    held = sets_of(problem)
    pair = frozenset(sorted(held[chosen])[:2])
    stays = {
        "together": lambda row, r: row >= pair or not row & pair,
        "apart": lambda row, r: not row >= pair,
        "federation": lambda row, r: r == chosen or not row & held[chosen],
        "forbidden": lambda row, r: r != chosen,
    }[kind]
    left = np.asarray([r for r, row in enumerate(held) if stays(row, r)], dtype=np.intp)
    must = problem.must.copy()
    if kind in ("together", "federation"):
        must[min(pair)] = True
    return left, replace(problem, must=must).part(left, np.arange(problem.items))


@pytest.mark.parametrize("kind", ["together", "apart", "federation", "forbidden"])
def test_a_lock_asks_for_flags_of_its_own(kind: str) -> None:
    """Found for the locked problem no plan is lost; flags found before the lock do lose some.

    Not so where two are kept apart: a row that stays keeps every row inside it.
    """
    dropped, stale = 0, 0
    for seed in SEEDS:
        problem = random_problem(seed)
        before = undominated(problem)
        left, locked = with_lock(problem, kind, random.Random(seed).randrange(len(problem)))
        if not len(locked):
            continue
        truth, kept = best_plans(locked), undominated(locked)
        assert best_without(locked, kept) == truth, seed
        dropped += int((~kept).sum())
        stale += best_without(locked, before[left]) != truth
        assert kind != "apart" or kept.tolist() == before[left].tolist()
    assert dropped > 100
    assert (stale > 0) == (kind != "apart")


@pytest.mark.parametrize("chunk", [1, 3])
def test_order_and_chunks_change_nothing(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows in any order, looked into few at a time, keep their flags."""
    problems = [random_problem(seed) for seed in range(60)]
    flags = [undominated(problem) for problem in problems]
    monkeypatch.setattr(dominance, "CHUNK", chunk)
    for seed, (problem, kept) in enumerate(zip(problems, flags, strict=True)):
        order = np.random.default_rng(seed).permutation(len(problem))
        again = problem.part(order, np.arange(problem.items))
        assert undominated(again).tolist() == kept[order].tolist()


@pytest.mark.parametrize(("items", "spread"), [(55_108, 7_000), (2_000_000, 250_000)])
def test_items_of_a_nation(items: int, spread: int) -> None:
    """Numbers far apart are the same to it; where keys would not fit, a row too many may stay.

    So it is with subsets of five beyond 6,208 items and of four beyond 55,108.
    """
    compared = 0
    for seed in SEEDS:
        problem = random_problem(seed)
        far = np.where(problem.members < 0, -1, problem.members * spread + items - 7 * spread)
        place = np.arange(problem.items) * spread + items - 7 * spread
        marks = [np.zeros(items, dtype=np.bool_) for _ in (*problem.tier_items, problem.must)]
        for mark, flags in zip(marks, (*problem.tier_items, problem.must), strict=True):
            mark[place] = flags
        *tiers, must = marks
        nation = replace(
            problem,
            items=items,
            members=far.astype(np.int32),
            tier_items=tuple(tiers),
            must=must,
        )
        kept, found = undominated(problem), undominated(nation)
        assert (found >= kept).all()
        if (problem.members >= 0).sum(axis=1).max() <= (5 if items == 55_108 else 4):
            compared += 1
            assert found.tolist() == kept.tolist()
    assert compared > 100


def test_costs_near_the_edge_of_a_word() -> None:
    """Whole numbers far beyond what a float tells apart, and none that could run over."""
    most = dominance.LARGEST
    rows = {(0, 1): most - 1, (2, 3): -most, (4, 5): 1, (0, 1, 2, 3, 4, 5): 0}
    problem = problem_of(rows, tiers=[{0, 1, 2, 3, 4, 5}])
    assert undominated(problem).all()
    cheaper = replace(problem, cost=problem.cost - [1, 0, 0, 0])
    assert undominated(cheaper).tolist() == [True, True, True, False]
    every = set(range(6))
    for cost, kept in ((most, True), (-most, False)):
        alone = {(i,): cost for i in every} | {tuple(every): 0}
        assert undominated(problem_of(alone, tiers=[every])).tolist() == [True] * 6 + [kept]
    assert undominated(replace(cheaper, cost=cheaper.cost * 2)).all()
    huge = side([2 * most, 0, 0, 0], None, 1)
    assert undominated(replace(cheaper, sides=(huge,))).all()


def test_nothing_to_do() -> None:
    """No rows; rows too large to look into."""
    none = Problem(
        3,
        np.zeros((0, 2), dtype=np.int32),
        (),
        np.zeros(0, dtype=np.int64),
        np.zeros(3, dtype=np.bool_),
    )
    assert undominated(none).shape == (0,)
    rows = {(0, 1): 1, tuple(range(7)): 100}
    assert undominated(problem_of(rows, tiers=[{0}])).all()


@pytest.mark.parametrize("lot", range(4))
def test_whole_counties_are_solved_alike(lot: int) -> None:
    """Same status, values, bounds, chosen plan and set of best plans, through our own pipeline.

    `python benchmarks/dominance.py 1000` asks as many as one likes.
    """
    found = [compare(seed) for seed in range(25 * lot, 25 * (lot + 1))]
    assert sum(one.ended == "optimal" for one in found) >= 15
    assert sum(one.dropped for one in found) > 100
