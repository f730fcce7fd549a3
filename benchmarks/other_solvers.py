"""Ask our engine, plain CP-SAT and plain HiGHS the same questions: `other_solvers.py 300`.

Sub-counties of 10 to 80 schools of the model county under random policies: rules, terms, locks,
limits, prices and kept federations in every mixture; questions with fewer candidates than schools
are passed over. Every candidate goes to the other solvers as
it is; the values of all stages, or that there is no plan, must be the same. Prints how they ended
and the seeds on which any two differ (none is the only good answer).
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from all_columns import Opinion, by_cp_sat, by_highs, has_highs
from instances import MODEL, Packed, answer
from machine import machine, repeated, seconds

import random_cases
from grouping.errors import CapReached, PolicyRefused
from grouping.policy.survey import survey
from grouping.search.candidates import grow, price
from grouping.search.gathering import problem_of

FEWEST, MOST = 10, 80
CANDIDATES = 20_000  # each question is narrowed until it has no more
NARROWER = (  # longest journey, longest link, most schools
    (30, 20, 4), (25, 16, 4), (20, 14, 4), (17, 12, 4), (14, 11, 4), (12, 10, 3), (9, 8, 3),
    (6, 6, 2),
)  # fmt: skip
LIMIT = 600.0  # seconds for a peer, all stages


@dataclass(frozen=True)
class Heard:
    """What each solver said of one question, and the seconds it took."""

    seed: int
    schools: int
    candidates: int
    said: dict[str, Opinion]
    took: dict[str, float]
    features: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether all say the same."""
        return len(set(self.said.values())) == 1


def question(seed: int, *, most: int = MOST, candidates: int = CANDIDATES) -> Packed:
    """Make the question of a seed; PolicyRefused where its policy does not fit its schools."""
    rng = random.Random(seed)
    found = json.loads(MODEL.read_text(encoding="utf-8"), parse_float=Decimal)["features"]
    centre = rng.choice(found)["geometry"]["coordinates"]
    found.sort(key=lambda one: _square(one["geometry"]["coordinates"], centre))
    features = copy.deepcopy(found[: rng.randint(FEWEST, most)])
    for one in features:
        one["geometry"]["coordinates"] = [float(x) for x in one["geometry"]["coordinates"]]
    urns = [one["properties"]["urn"] for one in features]
    document = random_cases.policy(rng, urns)
    fitted(rng, document, urns)
    edges = []
    if document["neighbours"]["kind"] == "edges":
        document["neighbours"]["edges"] = "edges.csv"
        odds = min(6 / len(urns), 1)
        edges = [(a, b) for a in urns for b in urns if a < b and rng.random() < odds]
    for narrower in _narrower(document):
        asked = random_cases.Asked(features, narrower, None, edges, [])
        seen = survey(random_cases.schools_of(asked), random_cases.policy_for(asked))
        try:
            table = grow(seen.county, seen.policy, at_most=candidates)
        except CapReached:
            continue
        return Packed(
            seen, table, problem_of(seen.county, seen.policy, table, price(table, seen.policy))
        )
    raise AssertionError("no narrowing is narrow enough")


def fitted(rng: random.Random, document: dict[str, Any], urns: list[int]) -> None:
    """Fit a policy made for a handful of schools to many: locks near by, limits of a size."""
    document["neighbours"]["link_at_most"] = rng.choice([9, 12, Decimal("15.5"), 20])
    if document["rules"]["longest_journey"]:
        document["rules"]["longest_journey"] = {"at_most": rng.choice([14, Decimal("18.5"), 30])}
    document["rules"]["schools"] = document["rules"]["schools"] or {"at_least": 2, "at_most": 3}
    for name in ("together", "apart", "federations"):
        if document["locks"][name]:
            first = rng.randrange(len(urns) - 3)
            document["locks"][name] = [rng.sample(urns[first : first + 4], 2)]
    for name, most in (("federations", 5), ("mixed_federations", 12), ("changed_schools", 2)):
        if document["limits"][name]:
            least = rng.choice([0, 0, 1, len(urns) // 8])
            document["limits"][name] = {
                "at_least": least,
                "at_most": least + rng.randint(0, len(urns) // most),
            }


def _square(place: list[Decimal], other: list[Decimal]) -> Decimal:
    return (place[0] - other[0]) ** 2 * Decimal("0.37") + (place[1] - other[1]) ** 2


def _narrower(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the document, then ones with fewer candidates each."""
    yield document
    for journey, link, size in NARROWER:
        one = copy.deepcopy(document)
        rules = one["rules"]
        most = min(rules["schools"]["at_most"], size)
        rules["schools"] = {"at_least": min(rules["schools"]["at_least"], most), "at_most": most}
        rules["longest_journey"] = {"at_most": journey}
        one["neighbours"]["link_at_most"] = link
        yield one


def hear(seed: int, packed: Packed, *, highs: bool) -> Heard:
    """Ask every solver at hand."""
    asked = {
        "ours": lambda: _ours(packed, seed),
        "CP-SAT": lambda: by_cp_sat(packed.problem, limit=LIMIT, seed=seed % 1000),
    }
    if highs:
        asked["HiGHS"] = lambda: by_highs(packed.problem, limit=LIMIT)
    done = {name: repeated(work, 1) for name, work in asked.items()}
    return Heard(
        seed,
        packed.problem.items,
        len(packed.problem),
        {name: one.made for name, one in done.items()},
        {name: one.seconds for name, one in done.items()},
        tuple(_features(packed)),
    )


def _ours(packed: Packed, seed: int) -> Opinion:
    solution = answer(packed, workers=1 + seed % 2)
    if solution.status == "infeasible":
        return Opinion("infeasible")
    assert solution.bounds == list(solution.values)
    return Opinion(solution.status, packed.problem.values(solution.rows))


def _features(packed: Packed) -> Iterator[str]:
    """Say what is in a question beyond rules and terms."""
    policy, problem = packed.seen.policy, packed.problem
    if policy.limits:
        yield "limits"
    if any((policy.locks.together, policy.locks.apart, policy.locks.federations)):
        yield "locks"
    if len(problem.tier_items) < 2:
        yield "prices"
    if packed.seen.county.blocks():
        yield "kept federations"
    if problem.cost.min(initial=0) < 0:
        yield "negative costs"


def main() -> int:
    """Ask so many questions from a first seed; 1 where any two answers differ."""
    parser = argparse.ArgumentParser(description="Same questions to ours, CP-SAT and HiGHS.")
    parser.add_argument("count", nargs="?", type=int, default=300)
    parser.add_argument("first", nargs="?", type=int, default=0)
    chosen = parser.parse_args()
    heard: list[Heard] = []
    seed = chosen.first
    while len(heard) < chosen.count:
        try:
            packed = question(seed)
        except PolicyRefused:
            packed = None
        if packed is not None and FEWEST <= packed.problem.items <= len(packed.problem):
            one = hear(seed, packed, highs=has_highs())
            heard.append(one)
            if not one.same:
                print(f"seed {seed}: {one.said}", flush=True)
        seed += 1
    report(heard)
    return 0 if all(one.same for one in heard) else 1


def report(heard: list[Heard]) -> None:
    """Print how it went."""
    schools = [one.schools for one in heard]
    columns = [one.candidates for one in heard]
    print(
        f"{len(heard)} questions (seeds to {heard[-1].seed}), {min(schools)} to {max(schools)} "
        f"schools taking part; candidates: median {median(columns):,.0f}, most {max(columns):,}"
    )
    print(dict(Counter(one.said["ours"].status for one in heard)))
    print(dict(Counter(word for one in heard for word in one.features)))
    for name in heard[0].took:
        took = median(one.took[name] for one in heard)
        worst = max(heard, key=lambda one: one.took[name])
        print(
            f"{name}: median {seconds(took)} s, "
            f"worst {seconds(worst.took[name])} s (seed {worst.seed})"
        )
    print(f"{sum(not one.same for one in heard)} differ")
    print(machine())


if __name__ == "__main__":
    sys.exit(main())
