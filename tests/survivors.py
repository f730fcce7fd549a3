"""Random small counties solved on every candidate and on those that dominance leaves."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import random_cases
from grouping.errors import PolicyRefused
from grouping.policy.survey import survey
from grouping.search.candidates import grow, price
from grouping.search.dominance import undominated
from grouping.search.gathering import hash_of, problem_of
from grouping.search.packing import Flags, Problem
from grouping.search.stages import Ways, solve
from grouping.search.stopping import Stop

Plan = frozenset[int]  # rows
Best = tuple[tuple[int, ...], frozenset[Plan]]


def best_plans(problem: Problem) -> Best | None:
    """Try every plan: the best key and all plans that have it; None where there is no plan.

    The lowest open item stays uncovered, or is in one of the rows it is the lowest of. Not for
    rows that hold nothing.
    """
    held = [frozenset(i for i in row if i >= 0) for row in problem.members.tolist()]
    by_first: dict[int, list[int]] = {}
    for r, items in enumerate(held):
        by_first.setdefault(min(items), []).append(r)
    best: tuple[int, ...] | None = None
    plans: list[Plan] = []

    def go(item: int, used: frozenset[int], rows: tuple[int, ...]) -> None:
        nonlocal best
        if item == problem.items:
            if not problem.holds(rows):
                return
            key = problem.key(rows)
            if best is None or key < best:
                best = key
                plans.clear()
            if key == best:
                plans.append(frozenset(rows))
            return
        if item in used or not problem.must[item]:
            go(item + 1, used, rows)
        if item not in used:
            for r in by_first.get(item, []):
                if not used & held[r]:
                    go(item + 1, used | held[r], (*rows, r))

    go(0, frozenset(), ())
    return None if best is None else (best, frozenset(plans))


def best_without(problem: Problem, kept: Flags) -> Best | None:
    """Give the best plans of the kept rows alone, told in rows of the whole problem."""
    rows = np.flatnonzero(kept)
    found = best_plans(problem.part(rows, np.arange(problem.items)))
    if found is None:
        return None
    return found[0], frozenset(frozenset(rows[list(plan)].tolist()) for plan in found[1])


def crowded(seed: int) -> random_cases.Asked:
    """Ask of a random county as `random_cases` does, but where most schools may join most.

    There one county in two has no candidate at all, and dominance nothing to do.
    """
    rng = random.Random(seed)
    features = [random_cases.feature(rng, 100_000 + 7 * k) for k in range(rng.randint(4, 9))]
    step = rng.choice([0.004, 0.01, 0.02])
    for one in features:
        place = [round(1 + step * rng.randint(0, 12), 6), round(52.5 + step * rng.randint(0, 8), 6)]
        one["geometry"] = {"type": "Point", "coordinates": place}
        properties = one["properties"]
        properties |= {"local_authority": "Norfolk", "type": rng.choice(random_cases.TYPES[:4])}
        properties["religious_character"] = rng.choice(["None", "None", "Church of England"])
        properties["roll"] = rng.choice([properties["roll"], rng.randint(20, 140)])
        for key in ("status", "phase", "age_low", "age_high", "open_date"):
            properties.pop(key, None)
    random_cases.together_in(rng, features, "federation", 0.5)
    random_cases.together_in(rng, features, "partnership", 0.6)
    urns = [one["properties"]["urn"] for one in features]
    document = random_cases.policy(rng, urns)
    document["form"] = rng.choice(["hard federation"] * 3 + ["soft federation"])
    document["neighbours"] |= {"kind": "minutes", "link_at_most": 20}
    rules = document["rules"]
    rules["schools"] = {"at_least": 2, "at_most": rng.choice([3, 4, 4, 5, 6])}
    rules["longest_journey"] = {"at_most": 30}
    rules["ethos"] = {"policy": rng.choice(["default", "open"])}
    rules["combined_roll"] = rules["combined_budget"] = False
    if rng.random() < 0.1:
        rules["schools"] = False
    for name in ("federations", "mixed_federations", "changed_schools"):
        if document["limits"][name] and rng.random() < 0.7:  # more often one that leaves a plan
            least, most = rng.choice([(0, 3), (1, 3), (1, 2), (2, 9), (0, 4)])
            document["limits"][name] = {"at_least": least, "at_most": most}
    return random_cases.Asked(features, document, None, [], [])


@dataclass(frozen=True)
class Compared:
    """How one county ended, how many rows it had and lost, how many best plans, what is in it."""

    ended: str
    rows: int = 0
    dropped: int = 0
    best: int = 0
    has: tuple[str, ...] = ()


def compare(seed: int) -> Compared:
    """Solve one random county both ways; assert that nothing differs, and say what was there."""
    question = crowded(seed)
    try:
        policy = random_cases.policy_for(question)
        schools = random_cases.schools_of(question)
        seen = survey(schools, policy, random_cases.journeys_for(question))
    except PolicyRefused:
        return Compared("refused")
    table = grow(seen.county, seen.policy, at_most=1_000_000)
    problem = problem_of(seen.county, seen.policy, table, price(table, seen.policy))
    kept = undominated(problem)
    rows = np.flatnonzero(kept)
    fewer = problem.part(rows, np.arange(problem.items))
    ways = Ways(Stop.after(None), workers=1, seed=seed)
    whole = solve(problem, lambda row: hash_of(table.urns(row)), ways)
    part = solve(fewer, lambda row: hash_of(table.urns(int(rows[row]))), ways)
    assert part.status == whole.status
    assert part.values == whole.values
    assert part.bounds == whole.bounds
    assert rows[part.rows].tolist() == whole.rows
    plans = best_plans(problem)
    assert best_without(problem, kept) == plans
    if plans is None:
        assert whole.status == "infeasible"
    else:
        assert whole.status == "optimal"
        assert problem.key(whole.rows) == plans[0]
        assert frozenset(whole.rows) in plans[1]
    return Compared(
        whole.status,
        len(problem),
        int((~kept).sum()),
        len(plans[1]) if plans else 0,
        tuple(_features(question.document, problem, seen.county.blocks())),
    )


def _features(
    document: random_cases.Document, problem: Problem, blocks: Sequence[object]
) -> list[str]:
    """Name what might trouble dominance and is in this county."""
    found = [f"lock: {name}" for name, locks in document["locks"].items() if locks]
    found += [f"limit: {side.name}" for side in problem.sides]
    found += ["price"] * any(document["alone"][role] != "first" for role in ("urgent", "small"))
    found += ["negative cost"] * bool((problem.cost < 0).any())
    found += ["kept federation"] * bool(blocks)
    found += ["school left out by name"] * bool(document["take_part"]["leave_out"])
    return found
