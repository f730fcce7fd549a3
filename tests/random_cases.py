"""Random small counties under random policies: everything the contract has, in every mixture."""

from __future__ import annotations

import copy
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

import oracle
from grouping import check
from grouping.engine import propose
from grouping.errors import PolicyRefused
from grouping.files.shipped import money_of, policy_text, the_pair_table
from grouping.policy.toml import policy_of
from grouping.policy.words import Policy
from grouping.world.journeys import Journeys, from_pairs
from grouping.world.places import to_grid
from grouping.world.schools import Row, Schools, check_rows

TYPES = [
    "Community school", "Voluntary controlled school", "Voluntary aided school",
    "Foundation school", "Academy converter",
]  # fmt: skip
CHARACTERS = [
    "Does not apply", "None", "Church of England", "Church of England", "Roman Catholic",
    "Methodist", "Church of England/Methodist", "Church of England/Roman Catholic", "Christian",
    "Hindu", "Not reported", None,
]  # fmt: skip
DIOCESES = [None, "Diocese of Norwich", "Diocese of Ely", "Not applicable"]
HEADS = ["in post", "in post", "in post", "leaving", "vacant", "shared", "unknown", None]
EDGES_OF_TIERS = [12, 31, 48, 49, 50, 51, 77, 98, 99, 100, 101, 140, 260, 420, 421]

Pairs = list[tuple[int, int, Decimal]]
Document = dict[str, Any]


@dataclass
class Asked:
    """One question: features of a schools file, a policy document, a journeys table or None."""

    features: list[dict[str, Any]]
    document: Document
    journeys: Pairs | None
    edges: list[tuple[int, int]]
    barriers: list[list[list[float]]]


def default_document() -> Document:
    """Every key of the default policy, decimals as written."""
    return tomllib.loads(policy_text("norfolk-2012"), parse_float=Decimal)


def asked(seed: int) -> Asked:
    """Make the question of a seed."""
    rng = random.Random(seed)
    features = [feature(rng, 100_000 + 7 * k) for k in range(rng.randint(2, 9))]
    together_in(rng, features, "federation", 0.5)
    together_in(rng, features, "partnership", 0.4)
    urns = [f["properties"]["urn"] for f in features]
    document = policy(rng, urns)
    journeys = None
    if rng.random() < 0.3:
        journeys = [
            (a, b, Decimal(rng.randint(0, 400)) / rng.choice([10, 20]))
            for a in urns
            for b in urns
            if a != b and rng.random() < 0.7
        ]
        seen: set[tuple[int, int]] = set()
        journeys = [j for j in journeys if not ((j[0], j[1]) in seen or seen.add((j[0], j[1])))]
    edges: list[tuple[int, int]] = []
    if document["neighbours"]["kind"] == "edges":
        document["neighbours"]["edges"] = "edges.csv"
        edges = [(a, b) for a in urns for b in urns if a < b and rng.random() < 0.6]
    barriers: list[list[list[float]]] = []
    if rng.random() < 0.2:
        document["neighbours"]["barriers"] = "barriers.geojson"
        barriers = [
            [[round(1 + rng.random() * 0.3, 4), round(52.5 + rng.random() * 0.2, 4)] for _ in "ab"]
        ]
    rng.shuffle(features)
    return Asked(features, document, journeys, edges, barriers)


def feature(rng: random.Random, urn: int) -> dict[str, Any]:
    """One school, near the others, often on the edge of a tier."""
    step = rng.choice([0.001, 0.02, 0.02])
    place = [
        round(1 + step * rng.randint(0, 12), 6),
        round(52.5 + step * rng.randint(0, 8), 6),
    ]
    roll = rng.choice(EDGES_OF_TIERS) if rng.random() < 0.5 else rng.randint(0, 160)
    properties: dict[str, Any] = {
        "urn": urn,
        "name": f"School {urn}",
        "roll": roll,
        "type": rng.choice(TYPES),
        "religious_character": rng.choice(CHARACTERS),
        "diocese": rng.choice(DIOCESES),
        "local_authority": rng.choice(["Norfolk", "Norfolk", "Norfolk", "Suffolk", None]),
        "head": rng.choice(HEADS),
    }
    if rng.random() < 0.4:
        properties |= {"income": rng.randint(200_000, 900_000), "expenditure": Decimal("512345.67")}
    if rng.random() < 0.3:
        properties["sparsity_miles"] = Decimal(rng.randint(0, 40)) / 10
    if rng.random() < 0.2:
        properties |= {"age_low": rng.choice([3, 5, 7]), "age_high": rng.choice([7, 11])}
    if rng.random() < 0.1:
        properties |= {"capacity": 200, "open_date": rng.choice(["2018-09-01", "2018-09-02"])}
    if rng.random() < 0.08:
        properties["status"] = rng.choice(["Closed", "Open, but proposed to close", "Open"])
    if rng.random() < 0.08:
        properties["phase"] = rng.choice(["Secondary", "Middle deemed primary"])
    geometry = {"type": "Point", "coordinates": place}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def together_in(rng: random.Random, features: list[dict[str, Any]], key: str, odds: float) -> None:
    """Put some schools in one group today."""
    if rng.random() < odds:
        for one in features:
            if rng.random() < 0.5:
                one["properties"][key] = rng.choice(["A", "A", 7])


def policy(rng: random.Random, urns: list[int]) -> Document:
    """Give a policy with anything switched on, off or moved."""
    document = default_document()
    document["form"] = rng.choice(
        ["hard federation"] * 4 + ["soft federation", "shared business manager"]
    )
    document["take_part"] |= {
        "academies": rng.choice(["leave out", "as maintained"]),
        "existing": rng.choice(["keep", "free"]),
        "existing_may_grow_by": rng.choice([0, 1, 2]),
        "leave_out": [rng.choice(urns)] if rng.random() < 0.1 else [],
    }
    if rng.random() < 0.4:
        document["alone"] |= {
            "urgent": rng.choice(["first", 3, Decimal("30.5")]),
            "small": rng.choice(["first", 0, Decimal("7.0005")]),
        }
    document["neighbours"] |= {
        "kind": rng.choice(["minutes"] * 4 + ["gabriel", "delaunay", "nearest", "edges"]),
        "link_at_most": rng.choice([Decimal("6.5"), 12, 20]),
        "nearest": rng.choice([1, 2, 3]),
        "barred": [sorted(rng.sample(urns, 2))] if rng.random() < 0.2 else [],
        "added": [sorted(rng.sample(urns, 2))] if rng.random() < 0.2 else [],
    }
    rules(rng, document["rules"])
    terms(rng, document["terms"])
    for name in ("federations", "mixed_federations", "changed_schools"):
        if rng.random() < 0.2:
            least = rng.choice([0, 0, 1, 2])
            document["limits"][name] = {"at_least": least, "at_most": least + rng.randint(0, 3)}
    for name in ("together", "apart", "federations"):
        if rng.random() < 0.15:
            document["locks"][name] = [rng.sample(urns, 2 if len(urns) < 3 else rng.choice([2, 3]))]
    document["budget"]["federation_grant"] = rng.choice([0, 0, 20_000])
    return document


def rules(rng: random.Random, found: Document) -> None:
    """Switch rules off and on, and move their bounds."""
    most = rng.choice([2, 3, 4, 4, 5])
    found["schools"] = {"at_least": rng.choice([2, 2, 3]) if most > 2 else 2, "at_most": most}
    if rng.random() < 0.1:
        found["schools"] = False
    found["longest_journey"] = {"at_most": rng.choice([8, Decimal("12.5"), 30])}
    found["ethos"] = {"policy": rng.choice(["default", "default", "strict", "open"])}
    for name in ("for_the_small", "longest_journey", "connected", "ethos", "one_authority"):
        if rng.random() < 0.15:
            found[name] = False
    if rng.random() < 0.2:
        found["combined_roll"] = {"at_least": rng.choice([0, 100]), "at_most": 300}
    if rng.random() < 0.2:
        found["combined_budget"] = {"at_least": rng.choice([Decimal("-0.1"), 0, Decimal("0.02")])}


def terms(rng: random.Random, found: Document) -> None:
    """Switch terms off, and give them odd weights and bounds."""
    found["journey"] = {
        "weight": rng.choice([20, Decimal("3.3333")]),
        "free": rng.choice([0, Decimal("4.5")]),
        "full": rng.choice([20, 9]),
    }
    found["leadership"]["roll_change"] = rng.choice([Decimal("-0.10"), 0, Decimal("0.055")])
    found["size"] |= {"at_least": rng.choice([0, 100]), "at_most": rng.choice([0, 150, 250])}
    if found["size"]["at_most"] and found["size"]["at_least"] > found["size"]["at_most"]:
        found["size"]["at_least"] = 0
    for name in list(found):
        if rng.random() < 0.25:
            found[name] = False
        elif rng.random() < 0.2:
            found[name]["weight"] = rng.choice([0, 1, Decimal("0.125")])


def schools_of(asked: Asked) -> Schools:
    """Read the features through the gate, as the engine would."""
    rows = [
        Row(f"feature {k}", f["properties"], tuple(f["geometry"]["coordinates"]))
        for k, f in enumerate(asked.features)
    ]
    return check_rows(rows, "schools.geojson")


def policy_for(asked: Asked) -> Policy:
    """Make the engine's policy, with the edges and barriers it names."""
    made = policy_of(asked.document, money=money_of, pair_table=the_pair_table())
    lines = list(_segments(asked.barriers))
    return replace(
        made,
        edges=frozenset(asked.edges),
        barriers=np.asarray(lines, dtype=np.int64).reshape(-1, 4) if lines else None,
    )


def _segments(lines: list[list[list[float]]]) -> Iterator[list[int]]:
    for line in lines:
        east, north = to_grid([p[0] for p in line], [p[1] for p in line])
        for k in range(len(line) - 1):
            yield [int(east[k]), int(north[k]), int(east[k + 1]), int(north[k + 1])]


def journeys_for(asked: Asked) -> Journeys | None:
    """Make the engine's journeys from the table, the longer direction."""
    if asked.journeys is None:
        return None
    pairs: dict[tuple[int, int], int] = {}
    for a, b, minutes in asked.journeys:
        key = (min(a, b), max(a, b))
        pairs[key] = max(round(minutes * 10), pairs.get(key, 0))
    return from_pairs(pairs)


def county_for(asked: Asked) -> check.Case:
    """Make the checker's view of the same county."""
    document = copy.deepcopy(asked.document)
    return check.case_of(asked.features, document, asked.journeys, asked.edges, asked.barriers)


def compare(seed: int) -> str:
    """Ask engine and brute force one question; assert they agree, and say how it ended."""
    question = asked(seed)
    schools = schools_of(question)
    try:
        policy_made = policy_for(question)
        plan = propose(
            schools, policy_made, journeys_for(question), workers=1 + seed % 2, seed=seed
        )
    except PolicyRefused:
        return "refused"
    document, case = question.document, county_for(question)
    assert [s.urn for s in plan.county.schools] == list(case.taking)
    assert sorted(plan.left_out) == sorted(set(case.schools) - set(case.taking))
    truth = oracle.best_plan(case)
    if truth is None:
        assert plan.status == "infeasible"
        return "impossible"
    assert plan.status == "optimal"
    # A kept federation is a candidate by name even where a lock keeps it out of every plan.
    fixed = [set(lock) for lock in document["locks"]["federations"]]
    joined = [set(lock) for lock in document["locks"]["together"]]
    usable = [
        f
        for f in map(set, oracle.candidates(case))
        if all(f == lock or not lock & f for lock in fixed)
        and all(lock <= f or not lock & f for lock in joined)
    ]
    assert plan.candidates == len(usable)
    assert [(s.name, s.value) for s in plan.stages] == check.stage_values(case, truth)
    assert all(s.bound == s.value for s in plan.stages)
    assert plan.groups == tuple(sorted(truth))
    return "optimal"
