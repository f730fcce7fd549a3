"""Random counties of which too much is asked, and brute force over all their plans and asks.

Which asks a plan keeps is told by the independent checker's functions, for every way of putting the
schools in federations, whatever rules it breaks.
"""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import random_cases
import survivors
from grouping import check
from grouping.policy.asks import Ask

Federation = tuple[int, ...]
Plan = tuple[Federation, ...]
Asks = frozenset[Ask]


def crowded(seed: int, most: int = 6) -> random_cases.Asked:
    """Ask of a small county, with locks and limits that are often too many."""
    rng = random.Random(seed)
    asked = survivors.crowded(seed)
    asked.features[:] = asked.features[: rng.randint(3, most)]
    urns = [one["properties"]["urn"] for one in asked.features]
    document = asked.document
    document["take_part"] |= {"leave_out": [], "existing": rng.choice(["keep", "keep", "free"])}
    document["neighbours"] |= {"barred": [], "added": []}
    for kind, often in (("together", 0.8), ("apart", 0.5), ("federations", 0.4)):
        count = rng.choice([1, 1, 2]) if rng.random() < often else 0
        size = 2 if len(urns) < 4 else rng.choice([2, 2, 3])
        document["locks"][kind] = [sorted(rng.sample(urns, size)) for _ in range(count)]
    for name in ("federations", "mixed_federations", "changed_schools"):
        document["limits"][name] = False
        if rng.random() < 0.35:
            least = rng.choice([0, 0, 1, 2])
            document["limits"][name] = {"at_least": least, "at_most": least + rng.randint(0, 2)}
    rules = document["rules"]
    rules["longest_journey"] = {"at_most": rng.choice([8, 12, 30])}
    rules["schools"] = {"at_least": rng.choice([2, 2, 3]), "at_most": rng.choice([3, 4])}
    if rng.random() < 0.3:
        rules["combined_roll"] = {"at_least": rng.choice([60, 120]), "at_most": 300}
    return asked


def every_way(urns: list[int]) -> Iterator[Plan]:
    """Give every way of putting schools in federations or leaving them alone."""
    if not urns:
        yield ()
        return
    first, rest = urns[0], urns[1:]
    for size in range(len(rest) + 1):
        for others in itertools.combinations(rest, size):
            left = [urn for urn in rest if urn not in others]
            for plan in every_way(left):
                yield ((first, *others), *plan) if others else plan


@dataclass(frozen=True)
class Truth:
    """Every smallest conflict and every smallest correction, by brute force."""

    conflicts: frozenset[Asks]
    corrections: frozenset[Asks]


def truth(asked: random_cases.Asked, asks: tuple[Ask, ...]) -> Truth:
    """Try every plan under every set of asks."""
    keeps: set[Asks] = set()
    for existing in ("keep", "free") if Ask("existing") in asks else ("free",):
        keeps |= set(kept(asked, asks, existing))
    full = frozenset(asks)
    largest = {one for one in keeps if not any(one < other for other in keeps)}
    corrections = frozenset(full - one for one in largest)
    conflicts: list[Asks] = []
    for size in range(len(asks) + 1):
        for some in itertools.combinations(asks, size):
            wanted = frozenset(some)
            if any(wanted <= one for one in largest) or any(c <= wanted for c in conflicts):
                continue
            conflicts.append(wanted)
    return Truth(frozenset(conflicts), corrections)


def without(asked: random_cases.Asked, dropped: Asks) -> dict[str, Any]:
    """Give the policy document without some asks."""
    document = copy.deepcopy(asked.document)
    for ask in dropped:
        if ask.kind == "existing":
            document["take_part"]["existing"] = "free"
        elif ask.kind == "rule":
            document["rules"][ask.name] = False
        elif ask.kind == "limit":
            document["limits"][ask.name].pop(ask.bound)
        else:
            locks = document["locks"][ask.kind]
            document["locks"][ask.kind] = [k for k in locks if set(k) != set(ask.urns)]
    limits = document["limits"]
    document["limits"] = {k: v or False for k, v in limits.items()}
    return document


def case_of(asked: random_cases.Asked, document: dict[str, Any]) -> check.Case:
    """Make the checker's view of a county under a policy document."""
    return check.case_of(asked.features, document, asked.journeys, asked.edges, asked.barriers)


def kept(asked: random_cases.Asked, asks: tuple[Ask, ...], existing: str) -> Iterator[Asks]:
    """Give for every way of grouping the schools what it keeps of the asks."""
    limits = {one.name for one in asks if one.kind == "limit"}
    document = without(asked, frozenset(a for a in asks if a.kind not in ("rule", "existing")))
    document["take_part"]["existing"] = existing
    case = case_of(asked, document)
    fixed = {one.urns for one in asks if one.kind == "federations"}
    whole = {one for one in fixed if not any(splits(one, block) for block in case.blocks)}
    special = whole | set(case.blocks)
    broken: dict[Federation, set[str]] = {}
    for plan in every_way(list(case.taking)):
        if any(splits(one, block) for one in plan for block in case.blocks):
            continue
        homes = {urn: one for one in plan for urn in one}
        if any(block[0] not in homes for block in case.blocks):
            continue
        for one in set(plan) - broken.keys():
            rows = check.rule_rows(case, one)
            fails = set() if one in special else {r["name"] for r in rows if not r["holds"]}
            broken[one] = fails
        values = check.limit_values(case, plan) if limits else {}
        yield frozenset(ask for ask in asks if keeps(ask, plan, homes, broken, values, existing))


def splits(one: Federation, block: Federation) -> bool:
    return bool(set(one) & set(block)) and not set(block) <= set(one)


def keeps(
    ask: Ask,
    plan: Plan,
    homes: dict[int, Federation],
    broken: dict[Federation, set[str]],
    values: dict[str, int],
    existing: str,
) -> bool:
    """Whether a plan keeps one ask."""
    if ask.kind == "existing":
        return existing == "keep"
    if ask.kind == "rule":
        return not any(ask.name in broken[one] for one in plan)
    if ask.kind == "limit":
        value = values[ask.name]
        return value >= ask.value if ask.bound == "at_least" else value <= ask.value
    if ask.kind == "apart":
        return not any(len(set(one) & set(ask.urns)) > 1 for one in plan)
    home = homes.get(ask.urns[0], ())
    return home == ask.urns if ask.kind == "federations" else set(ask.urns) <= set(home)
