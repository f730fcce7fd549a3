"""The independent checker against small villages worked by hand."""

from __future__ import annotations

import ast
import copy
import hashlib
import itertools
import json
import math
import random
import shutil
import sys
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import folders
import mutants
import oracle
from grouping import check

SOURCE = Path(check.__file__)
POLICY = (SOURCE.parent / "policy" / "norfolk-2012.toml").read_text(encoding="utf-8")
A, B, C, D, E = 100001, 100002, 100003, 100004, 100005


def policy(**tables: dict[str, Any]) -> dict[str, Any]:
    """Give norfolk-2012 with some keys of some tables changed."""
    made = tomllib.loads(POLICY, parse_float=Decimal)
    made.setdefault("form", "hard federation")
    for name, changes in tables.items():
        made[name] = made[name] | changes if isinstance(changes, dict) else changes
    return made


def feature(urn: int, roll: int = 60, **more: Any) -> dict[str, Any]:
    """Give a community school of one authority, on a line eastwards by its URN."""
    lon = more.pop("lon", 1.0 + (urn % 10) * 0.05)
    properties = {
        "urn": urn,
        "name": f"School {urn}",
        "roll": roll,
        "type": "Community school",
        "local_authority": "Norfolk",
        "religious_character": "Does not apply",
        **more,
    }
    point = {"type": "Point", "coordinates": [lon, more.get("lat", 52.6)]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def village(
    *schools: dict[str, Any], made: dict[str, Any] | None = None, **more: Any
) -> check.Case:
    """Give the case of some schools."""
    return check.case_of(schools, made or policy(), **more)


def at(spots: dict[int, tuple[int, int]], **neighbours: Any) -> check.Case:
    """Give the case of schools at metres, a minute every 100 m."""
    journeys = {"detour": 1, "mph": Decimal("3.7282271534"), "parking_minutes": 0}
    made = policy(neighbours=neighbours, journeys=journeys)
    case = village(*(feature(urn) for urn in spots), made=made)
    for urn, place in spots.items():
        case.schools[urn].place = place
    return case


def near_pounds(value: Fraction) -> int:
    """Round to the pound."""
    return round(value)


def test_the_checker_stands_alone() -> None:
    """It is one short file that imports the standard library only."""
    text = SOURCE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 1500
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
            assert node.level == 0
    assert names <= set(sys.stdlib_module_names)


def test_norwich_lies_where_the_map_says() -> None:
    """A known point projects to its known metres."""
    assert check.to_grid(1.29601, 52.62880) == (623160, 308550)


def test_the_survey_s_own_example() -> None:
    """The point worked in the Survey's guide comes out within the transformation's few metres."""
    easting, northing = check.to_grid(1.716073973, 52.658007833)
    assert abs(easting - 651409) <= 5
    assert abs(northing - 313177) <= 5


@pytest.mark.parametrize(
    ("square", "scale", "plus", "tenths"),
    [(1, "0.5", "0", 0), (9, "0.5", "0", 2), (4, "1", "0.5", 2), (9, "1", "0.5", 4),
     (2, "1", "0", 1), (0, "3", "20", 20), (0, "3", "0.5", 0), (0, "3", "1.5", 2)],
)  # fmt: skip
def test_roots_round_half_to_even(square: int, scale: str, plus: str, tenths: int) -> None:
    """A scaled root on a half goes to the even whole number, others to the nearest."""
    assert check.scaled_root(square, Fraction(scale), Fraction(plus)) == tenths


def test_roots_agree_with_a_slow_count() -> None:
    """Rounding a root agrees with squaring the bounds on either side."""
    rng = random.Random(4)
    for _ in range(300):
        square, scale = rng.randrange(10**9), Fraction(rng.randrange(1, 999), 997)
        plus = Fraction(rng.randrange(0, 40), 7)
        got = check.scaled_root(square, scale, plus)
        low, high = got - Fraction(1, 2) - plus, got + Fraction(1, 2) - plus
        assert low <= 0 or low * low <= scale * scale * square
        assert high * high >= scale * scale * square


def test_the_money_of_the_worked_examples() -> None:
    """The worked examples come out to the pound."""
    case = village(feature(A))
    income = [check.income_of_roll(case, r, Fraction(s)) for r, s in ((40, 57400), (90, 45828))]
    assert [near_pounds(value) for value in income] == [405813, 628382]
    alone = [check.cost_alone(case, r, check.head_teaches(case, r)) for r in (40, 90)]
    assert [near_pounds(value) for value in alone] == [351689, 557058]
    assert near_pounds(check.cost_of_rolls(case, [40, 90], Fraction(5))) == 898493
    assert near_pounds(check.cost_of_rolls(case, [40, 90, 60], Fraction(10))) == 1277386


def test_the_sparsity_of_the_worked_example() -> None:
    """Ninety pupils over seven years, two miles away, receive most of the sparsity sum."""
    case = village(feature(A, 90, sparsity_miles=2))
    assert near_pounds(check.sparsity(case, A, 90)) == 45828
    assert check.sparsity(case, A, 40) == 57400
    assert check.sparsity(case, A, 150) == 0
    case = village(feature(A, 40, sparsity_miles=Decimal("1.6")))
    assert check.sparsity(case, A, 40) == 0
    case = village(feature(A, 40, sparsity_miles=Decimal("1.8")))
    assert check.sparsity(case, A, 40) == 28700


def test_a_lone_school_is_beyond_the_distance() -> None:
    """With no other school of its years, or none nearer, the whole sparsity sum is due."""
    assert check.sparsity(village(feature(A, 40)), A, 40) == 57400
    juniors = feature(B, lon=1.051, age_low=11, age_high=14, phase="Middle deemed primary")
    assert check.sparsity(village(feature(A, 40), juniors), A, 40) == 57400
    academy = feature(B, lon=1.051, type="Academy converter")
    assert check.sparsity(village(feature(A, 40), academy), A, 40) == 0


def test_ages_are_four_to_eleven_unless_both_make_sense() -> None:
    """Five or under reads four; an unknown or foolish pair of ages reads four to eleven."""
    case = village(
        feature(A, age_low=5, age_high=9),
        feature(B, age_low=7, age_high=7),
        feature(C, age_high=9),
        feature(D, age_low=8, age_high=12),
    )
    ages = [(int(s.low), int(s.high)) for s in case.schools.values()]
    assert ages == [(4, 9), (4, 11), (4, 11), (8, 12)]


def test_classes_step_by_halves_from_two() -> None:
    """Classes are halves of twenty-seven, two at the least."""
    case = village(feature(A))
    assert [check.classes(case, roll) for roll in (0, 54, 55, 68, 81, 82)] == [
        2, 2, Fraction(5, 2), 3, 3, Fraction(7, 2)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "ethos"),
    [
        ("Does not apply", "none"),
        (" none ", "none"),
        ("Anglican", "CE"),
        ("CHURCH OF ENGLAND", "CE"),
        ("Anglican / Church of England", "CE"),
        ("Methodist/Church of England", "CE/METH"),
        ("Anglican/Methodist", "CE/METH"),
        ("Roman Catholic/Church of England", "CE/RC"),
        ("Catholic", "RC"),
        ("Church of England/Free Church", "christian"),
        ("Christian", "christian"),
        ("", "unknown"),
        (None, "unknown"),
        ("Not reported", "unknown"),
        ("Multi-faith", "other: multi-faith"),
    ],
)
def test_names_read_as_an_ethos(name: str | None, ethos: str) -> None:
    """Every name reads as the ethos the problem statement gives it."""
    assert check.ethos_of(name) == ethos


VA, VC, FO = "Voluntary aided school", "Voluntary controlled school", "Foundation school"


@pytest.mark.parametrize(
    ("one", "other", "hundredths", "standing"),
    [
        (("", VC), ("", VC), 25, "allowed"),
        (("", VC), ("None", FO), 25, "allowed"),
        (("None", FO), ("None", FO), 0, "allowed"),
        (("None", "Community school"), ("None", FO), 10, "allowed"),
        (("None", VA), ("Church of England", VC), 25, "with consent"),
        (("None", FO), ("Church of England", VA), 45, "with consent"),
        (("None", FO), ("Methodist", VC), 30, "with consent"),
        (("None", FO), ("Methodist", VA), 45, "with consent"),
        (("None", FO), ("Methodist/Anglican", VC), 25, "with consent"),
        (("None", FO), ("Christian", FO), 25, "with consent"),
        (("Methodist", VC), ("Church of England", VA), 20, "with consent"),
        (("Methodist", VA), ("Methodist", VA), 5, "allowed"),
        (("Anglican", VA), ("Church of England", VC), 15, "allowed"),
        (("Anglican", VC), ("Church of England", FO), 0, "allowed"),
        (("Christian", VC), ("Quaker", FO), 0, "allowed"),
        (("Christian", VC), ("Church of England/Methodist", VC), 40, "with consent"),
        (("Catholic", VA), ("Roman Catholic", VA), 5, "allowed"),
        (("Anglican/Roman Catholic", VA), ("Roman Catholic", VA), 40, "with consent"),
        (("Anglican/Roman Catholic", VA), ("Anglican/Roman Catholic", VA), 40, "with consent"),
        (("Muslim", VA), ("MUSLIM ", VA), 5, "allowed"),
        (("Muslim", VA), ("Jewish", VA), 90, "refused"),
        (("Catholic", VA), ("Church of England", VA), 90, "refused"),
        (("Catholic", VA), ("None", FO), 90, "refused"),
        (("Catholic", VA), ("Christian", FO), 90, "refused"),
        (("", FO), ("Church of England", VC), 90, "refused"),
        (("Anglican/Roman Catholic", VA), ("Methodist", VC), 90, "refused"),
    ],
)
def test_every_line_of_the_pair_table(
    one: tuple[str, str], other: tuple[str, str], hundredths: int, standing: str
) -> None:
    """Each line of the table gives its penalty and standing, either way round."""
    first = feature(A, religious_character=one[0], type=one[1])
    second = feature(B, religious_character=other[0], type=other[1])
    case = village(first, second)
    for a, b in ((A, B), (B, A)):
        assert check.pair_penalty(case, a, b) == hundredths
        assert check.pair_standing(case, a, b) == standing


def test_dioceses_that_differ_add_to_the_penalty() -> None:
    """Two known dioceses that differ add fifteen hundredths; an unknown one adds nothing."""
    church = {"religious_character": "Church of England", "type": VC}
    case = village(
        feature(A, diocese="Norwich", **church),
        feature(B, diocese=" norwich", **church),
        feature(C, diocese="Ely", **church),
        feature(D, diocese="Not applicable", **church),
    )
    assert [check.pair_penalty(case, A, other) for other in (B, C, D)] == [0, 15, 0]


def test_strict_refuses_what_is_not_the_same() -> None:
    """Strict wants the same known ethos, no differing dioceses and a penalty of 0.15 at most."""
    made = policy(rules={"ethos": {"policy": "strict"}})
    church = {"religious_character": "Church of England"}
    case = village(
        feature(A, type=VA, diocese="Norwich", **church),
        feature(B, type=VC, diocese="Ely", **church),
        feature(C, type=VC, **church),
        feature(D),
        feature(E, religious_character=""),
        made=made,
    )
    standings = {other: check.pair_standing(case, A, other) for other in (B, C, D)}
    assert standings == {B: "refused", C: "allowed", D: "refused"}
    assert check.pair_standing(case, E, E) == "refused"


def test_open_refuses_nobody() -> None:
    """Open lets every pair join at its penalty."""
    made = policy(rules={"ethos": {"policy": "open"}})
    catholic = feature(B, religious_character="Roman Catholic", type=VA)
    case = village(feature(A), catholic, made=made)
    assert check.pair_standing(case, A, B) == "allowed"
    assert check.pair_penalty(case, A, B) == 90


def test_academies_count_as_their_nearest_kind() -> None:
    """An academy counts as community, as aided where Catholic, as controlled otherwise."""
    made = policy(take_part={"academies": "as maintained"})
    academy = {"type": "academy CONVERTER"}
    case = village(
        feature(A, **academy),
        feature(B, type=FO),
        feature(C, religious_character="Roman Catholic", **academy),
        feature(D, religious_character="Roman Catholic", **academy),
        feature(E, religious_character="Church of England", **academy),
        made=made,
    )
    assert check.pair_penalty(case, A, B) == 10
    assert check.pair_penalty(case, C, D) == 5
    assert check.pair_penalty(case, A, E) == 25
    assert len(case.taking) == 5


def test_roles_change_at_fifty_and_a_hundred() -> None:
    """Forty-nine is urgent, fifty small, ninety-nine small, a hundred a partner."""
    rolls = {A: 49, B: 50, C: 99, D: 100, E: 420, 100006: 421}
    case = village(*(feature(urn, roll) for urn, roll in rolls.items()))
    assert [case.roles[urn] for urn in (A, B, C, D, E)] == [
        "urgent", "small", "small", "partner", "partner"
    ]  # fmt: skip
    assert case.left_out == {100006: "large"}


def test_who_is_left_out_and_why() -> None:
    """Each bar to taking part leaves a school out for its own reason."""
    made = policy(take_part={"authorities": ["Norfolk"], "leave_out": [100006]})
    case = village(
        feature(A),
        feature(B, status="Open, but proposed to close"),
        feature(C, type="Community special school"),
        feature(D, phase="Secondary"),
        feature(E, local_authority="Suffolk"),
        feature(100006),
        feature(100007, type="Free schools"),
        feature(100008, roll=59, capacity=100, open_date="2018-09-02"),
        feature(100009, roll=60, capacity=100, open_date="2018-09-02"),
        feature(100010, roll=59, capacity=100, open_date="2018-09-01"),
        feature(100011, roll=59, capacity=0, open_date="2024-09-01"),
        made=made,
    )
    assert list(case.left_out.values()) == [
        "status", "type", "phase", "authority", "policy", "law", "filling"
    ]  # fmt: skip
    assert case.taking == [A, 100009, 100010, 100011]


def test_a_block_brings_in_a_school_that_is_too_large() -> None:
    """A kept federation keeps its large member, who has no role and is never alone."""
    schools = [feature(A, 40, federation=1992), feature(B, 500, federation="1992"), feature(C, 500)]
    case = village(*schools)
    assert case.blocks == [(A, B)]
    assert (case.roles[B], case.left_out) == ("none", {C: "large"})
    assert check.plan_faults(case, []) == [
        "the existing federation 100001-100002 is not kept whole"
    ]
    assert check.plan_faults(case, [(A, B)]) == []
    free = village(*schools, made=policy(take_part={"existing": "free"}))
    assert (free.blocks, free.today, free.taking) == ([], [], [A])


def test_a_block_may_grow_by_one_and_its_pairs_are_not_judged() -> None:
    """A block of four may take one more; the pair rules skip the pairs inside it."""
    block = [feature(urn, 40, federation="F", lon=1.0 + n) for n, urn in enumerate((A, B, C, D))]
    case = village(*block, feature(E, 40, lon=1.0), feature(100006, 40, lon=1.0))
    members = (A, B, C, D)
    assert check.allowed(case, members)
    rows = {row["name"]: row for row in check.rule_rows(case, (*members, E))}
    assert rows["schools"]["limit"]["at_most"] == 5
    assert rows["schools"]["holds"]
    assert rows["connected"]["value"] == 1
    assert not rows["longest_journey"]["holds"]
    assert not check.allowed(case, (A, E))
    assert not check.allowed(case, (*members, E, 100006))
    assert {row["name"]: row["value"] for row in check.rule_rows(case, members)} == {
        "schools": 4, "for_the_small": 4, "longest_journey": None, "connected": 1,
        "ethos": 0, "one_authority": 0,
    }  # fmt: skip


KINDS = ["minutes", "gabriel", "delaunay", "nearest"]


def scattered(seed: int) -> dict[int, tuple[int, int]]:
    """Give schools at random metres: close together or far apart, some at one point or in line."""
    rng = random.Random(seed)
    span = rng.choice([4, 40, 9_000, 90_000, 900_000])
    count = rng.randrange(2, 30)
    return {A + n: (rng.randrange(span), rng.randrange(span)) for n in range(count)}


@pytest.mark.parametrize("seed", range(60))
def test_looking_round_a_place_sees_what_looking_everywhere_does(seed: int) -> None:
    """Every kind of link found from the near squares of the map is that of all schools."""
    spots = scattered(seed)
    kinds = ("gabriel", "delaunay", "nearest")
    cases = {
        kind: at(spots, kind=kind, nearest=2, link_at_most=10**6, barred=[], added=[])
        for kind in kinds
    }
    for a, b in itertools.combinations(spots, 2):
        (x, y), (u, v) = spots[a], spots[b]
        thirds = [place for urn, place in spots.items() if urn not in (a, b)]
        dots = [(x - s) * (u - s) + (y - t) * (v - t) for s, t in thirds]
        crosses = [(x - s) * (v - t) - (y - t) * (u - s) for s, t in thirds]
        both = list(zip(dots, crosses, strict=True))
        circles = {Fraction(0)} | {Fraction(-dot, cross) for dot, cross in both if cross}
        ways = {
            one: [check.minutes(cases["nearest"], one, c) for c in spots if c not in (a, b)]
            for one in (a, b)
        }
        journey = check.minutes(cases["nearest"], a, b)
        assert journey is not None
        same = spots[a] == spots[b]
        wanted = {
            "gabriel": same or all(dot >= 0 for dot in dots),
            "delaunay": same or any(all(d + t * c >= 0 for d, c in both) for t in circles),
            "nearest": same or any(sum(w < journey for w in near) < 2 for near in ways.values()),
        }
        assert {kind: check.linked(cases[kind], a, b) for kind in kinds} == wanted


@pytest.mark.parametrize("seed", range(60))
def test_the_nearest_school_of_the_same_years_is_found_wherever_it_is(seed: int) -> None:
    """The miles to the nearest other school are those of brute force, ties and same points too."""
    spots, rng = scattered(seed), random.Random(seed)
    years = {urn: rng.choice([(4, 7), (7, 11), (4, 11)]) for urn in spots}
    schools = [feature(u, 10, age_low=low, age_high=high) for u, (low, high) in years.items()]
    case = village(*schools, made=policy(journeys={"detour": 1}))
    for urn, place in spots.items():
        case.schools[urn].place = place
    for urn, (x, y) in spots.items():
        others = [
            math.dist((x, y), place)
            for other, place in spots.items()
            if other != urn and years[other][0] < years[urn][1] and years[urn][0] < years[other][1]
        ]
        miles = Fraction(round(min(others))) / check.MILE if others else Fraction(9)
        share = min(Fraction(1), max(Fraction(0), (miles - Fraction("1.6")) / Fraction("0.4")))
        assert check.sparsity(case, urn, 10) == 57400 * share


def test_a_barrier_far_away_or_round_about_bars_nothing() -> None:
    """Only a line that meets the way between two schools bars it, wherever its box lies."""
    case = at({A: (0, 0), B: (100, 0), C: (0, 100)})
    case.barriers = [
        [(50, -10), (50, 10)],
        [(900, 0), (900, 900)],
        [(-5, 50), (-5, 120), (80, 120)],
    ]
    assert check.minutes(case, A, B) is None
    assert check.minutes(case, A, C) == 10


def links(case: check.Case) -> set[tuple[int, int]]:
    """Give every link of a case."""
    pairs = ((a, b) for a in case.taking for b in case.taking if a < b)
    return {pair for pair in pairs if check.linked(case, *pair)}


def test_minutes_link_up_to_the_bound() -> None:
    """A journey of the bound links; a tenth more does not."""
    case = at({A: (0, 0), B: (2000, 0), C: (4010, 0)}, kind="minutes")
    assert [check.minutes(case, A, B), check.minutes(case, B, C)] == [200, 201]
    assert links(case) == {(A, B)}


def test_gabriel_wants_an_empty_circle() -> None:
    """A third school strictly inside the circle bars the pair; one on the circle does not."""
    spots = {A: (0, 0), B: (200, 0), C: (100, 100)}
    assert (A, B) in links(at(spots, kind="gabriel"))
    assert (A, B) not in links(at(spots | {C: (100, 99)}, kind="gabriel"))
    assert (A, B) not in links(at(spots | {C: (50, 0)}, kind="gabriel"))
    assert (A, B) in links(at(spots | {C: (0, 0)}, kind="gabriel"))


def test_delaunay_wants_some_empty_circle() -> None:
    """Both diagonals of a square agree; pushing a corner in bars the long one."""
    square = {A: (0, 0), B: (100, 0), C: (100, 100), D: (0, 100)}
    assert len(links(at(square, kind="delaunay"))) == 6
    pushed = links(at(square | {B: (99, 1)}, kind="delaunay"))
    assert (B, D) in pushed
    assert (A, C) not in pushed
    line = links(at({A: (0, 0), B: (100, 0), C: (200, 0)}, kind="delaunay"))
    assert line == {(A, B), (B, C)}


def test_delaunay_holds_gabriel() -> None:
    """Every Gabriel link of a random village is a Delaunay link."""
    rng = random.Random(1)
    for _ in range(5):
        spots = {100001 + n: (rng.randrange(60), rng.randrange(60)) for n in range(9)}
        assert links(at(spots, kind="gabriel")) <= links(at(spots, kind="delaunay"))


def test_nearest_counts_the_strictly_nearer() -> None:
    """One of the two must have fewer than k others strictly nearer."""
    spots = {A: (0, 0), B: (100, 0), C: (300, 0), D: (700, 0)}
    assert links(at(spots, kind="nearest", nearest=1)) == {(A, B), (B, C), (C, D)}
    tied = {A: (0, 0), B: (100, 0), C: (-100, 0)}
    assert links(at(tied, kind="nearest", nearest=1)) == {(A, B), (A, C)}


def test_edges_link_as_listed_within_the_bound() -> None:
    """A listed pair links either way round, if its journey is within the bound."""
    case = at({A: (0, 0), B: (100, 0), C: (9000, 0)}, kind="edges")
    case.edges = {(A, B), (A, C)}
    assert links(case) == {(A, B)}


@pytest.mark.parametrize("kind", [*KINDS, "edges"])
def test_schools_at_one_point_agree_with_every_kind(kind: str) -> None:
    """Two schools at one point are neighbours whatever the kind."""
    spots = {A: (0, 0), B: (0, 0), C: (0, 0)}
    assert len(links(at(spots, kind=kind, nearest=0))) == 3


def test_barred_and_added_pairs() -> None:
    """A barred pair has no link, an added one has one however far."""
    spots = {A: (0, 0), B: (100, 0), C: (90000, 0)}
    assert links(at(spots, barred=[[B, A]], added=[[C, A]])) == {(A, C)}


def test_a_barrier_ends_a_straight_journey_even_at_a_touch() -> None:
    """A line that touches the straight journey takes its minutes and its link away."""
    case = at({A: (0, 0), B: (100, 0), C: (0, 50)})
    case.barriers = [[(50, 0), (50, -20)]]
    assert check.minutes(case, A, B) is None
    assert check.minutes(case, A, C) == 5
    assert links(case) == {(A, C), (B, C)}
    case.cache.clear()
    case.journeys = {(A, B): 7}
    assert check.minutes(case, B, A) == 7


def test_the_longer_direction_rounded_half_to_even_counts() -> None:
    """Of two directions the longer counts, rounded half to even to a tenth."""
    rows = [(A, B, Decimal("10.05")), (B, A, Decimal("10.25")), (A, A, 3)]
    case = village(feature(A), feature(B), feature(C), journeys=rows)
    assert case.journeys == {(A, B): 102}
    assert check.minutes(case, A, C) is None


def test_the_tree_goes_by_minutes_then_metres() -> None:
    """A tree takes the least minutes, pairs without a journey last."""
    rows = [(A, B, 10), (B, C, 10), (A, C, 10), (C, D, 40)]
    case = village(*(feature(urn) for urn in (A, B, C, D)), journeys=rows)
    assert check.tree(case, (A, B, C, D)) == [(A, B), (B, C), (C, D)]
    term = policy(rules={"longest_journey": False, "connected": False})
    assert check.measures(case, (A, B, C, D))["journey"] == Fraction(1, 2) * 2 + 4
    apart = village(feature(A), feature(B), made=term, journeys=[])
    assert check.measures(apart, (A, B))["journey"] == 4
    assert check.people(apart, (A, B))["workload"] is None


def test_the_measures_of_a_village_worked_by_hand() -> None:
    """Every measure of a federation of two comes out as worked by hand."""
    first = feature(A, 20, head="leaving", partnership="P", type=FO)
    second = feature(B, 90, head="vacant", partnership="P")
    case = village(first, second, journeys=[(A, B, Decimal("12.5"))])
    found = check.measures(case, (A, B))
    assert found["journey"] == Fraction(5, 8)
    assert found["ethos"] == Fraction(1, 10)
    assert found["size"] == 0
    assert found["dominance"] == (Fraction(9, 11) - Fraction(1, 2) - Fraction(1, 5)) / Fraction(
        3, 10
    )
    assert found["vacancies"] == -1
    assert found["partnerships"] == -1
    counted = check.points(case, (A, B))
    assert counted["journey"] == 12500
    assert counted["ethos"] == 1200
    assert counted["dominance"] == round(Fraction(4000) * Fraction(13, 33))
    assert check.cost(case, (A, B)) == sum(counted.values())


def test_an_unknown_head_counts_no_vacancy() -> None:
    """One head unknown makes the measure nothing and the heads displaced unknown."""
    case = village(feature(A, head="leaving"), feature(B))
    assert check.measures(case, (A, B))["vacancies"] == 0
    assert check.people(case, (A, B))["heads_displaced"] is None
    shared = village(
        feature(A, head="shared"), feature(B, head="shared"), feature(C, head="in post")
    )
    assert check.people(shared, (A, B, C))["heads_displaced"] == 1


@pytest.mark.parametrize(("tenths", "worth"), [(0, 0), (50, 0), (125, Fraction(1, 2)), (200, 1)])
def test_a_journey_counts_between_its_bounds(tenths: int, worth: Fraction) -> None:
    """Nothing up to `free`, in proportion up to `full`, the square above."""
    made = policy(
        terms={"journey": {"weight": 20, "free": Decimal("5.0"), "full": Decimal("20.0")}}
    )
    case = village(feature(A), feature(B), made=made, journeys=[(A, B, Fraction(tenths, 10))])
    assert check.measures(case, (A, B))["journey"] == worth
    case = village(feature(A), feature(B), made=made, journeys=[(A, B, 30)])
    assert check.measures(case, (A, B))["journey"] == Fraction(9, 4)


def test_points_round_half_to_even_once() -> None:
    """A term that ends on a half goes to the even thousandth."""
    for minutes, expected in ((Decimal("0.1"), 0), (Decimal("0.3"), 2)):
        made = policy(terms={"journey": {"weight": Decimal("0.1"), "free": 0, "full": 20}})
        case = village(feature(A), feature(B), made=made, journeys=[(A, B, minutes)])
        assert check.points(case, (A, B))["journey"] == expected


def test_size_has_two_sides_and_either_may_be_off() -> None:
    """Below and above the bounds count in proportion; a bound of nothing has no part."""

    def size(low: int, high: int, *rolls: int) -> Fraction:
        made = policy(terms={"size": {"weight": 4, "at_least": low, "at_most": high}})
        schools = [feature(A + n, roll) for n, roll in enumerate(rolls)]
        return check.measures(village(*schools, made=made), (A, B))["size"]

    assert size(100, 250, 30, 40) == Fraction(3, 10)
    assert size(100, 250, 150, 150) == Fraction(1, 5)
    assert size(0, 250, 30, 40) == 0
    assert size(100, 0, 400, 400) == 0


def test_a_federation_of_no_pupils_has_figures_all_the_same() -> None:
    """With no pupil at all nothing divides by nothing."""
    case = village(feature(A, 0, federation="F"), feature(B, 0, federation="F"), feature(C, 0))
    assert check.measures(case, (A, B))["dominance"] == 0
    assert check.cost_today(case, A) == check.cost_today(case, B)
    assert check.funding(case) == {"lowest": None, "highest": None, "ratio": None}
    soft = village(feature(A, 0), feature(B, 0), made=policy() | {"form": "soft federation"})
    assert check.measures(soft, (A, B))["leadership"] >= 0


def test_residuals_are_fixed_sums() -> None:
    """A known return gives its own residual; an unknown one the median if it is below nothing."""
    known = [feature(urn, 60, income=400000, expenditure=500000) for urn in (A, B, C, D, E)]
    case = village(*known, feature(100006, 60))
    modelled = check.income(case, A)
    today = check.cost_alone(case, 60, check.head_teaches(case, 60))
    assert check.residual(case, A) == -100000 - (modelled - today)
    ratios = sorted(check.residual(case, urn) / check.income(case, urn) for urn in (A, B, C, D, E))
    assert check.residual(case, 100006) == ratios[2] * check.income(case, 100006)
    few = village(*known[:4], feature(100006, 60))
    assert check.residual(few, 100006) == 0
    rich = [feature(urn, 60, income=900000, expenditure=500000) for urn in (A, B, C, D, E)]
    assert check.residual(village(*rich, feature(100006, 60)), 100006) == 0


def test_the_balance_is_rounded_and_gives_the_load() -> None:
    """Two schools of forty without sparsity balance at the worked figure."""
    pair = [feature(urn, 40, sparsity_miles=0, lon=1.0) for urn in (A, B)]
    made = policy(terms={"leadership": {"weight": 20, "roll_change": 0}})
    case = village(*pair, made=made)
    case.schools[B].place = (case.schools[A].place[0] + 6190, case.schools[A].place[1])
    shown = check.budget(case, (A, B))
    assert shown is not None
    assert round(shown["balance"], -2) == -12100
    assert round(shown["t_star"], 2) == Fraction(18, 100)
    assert shown["grade"] == "modelled"
    assert (
        check.measures(case, (A, B))["leadership"] / 2
        == Fraction(-shown["balance"]) / case.money["cover"]
    )
    granted = village(*pair, made=made | {"budget": made["budget"] | {"federation_grant": 20000}})
    granted.schools[B].place = case.schools[B].place
    assert check.budget(granted, (A, B))["balance"] == shown["balance"] + 20000  # type: ignore[index]


def test_soft_books_share_one_head_by_roll() -> None:
    """Each school's own books bear its share of the one head; the sums are shown."""
    made = policy(terms={"leadership": {"weight": 20, "roll_change": 0}}) | {
        "form": "soft federation"
    }
    case = village(feature(A, 40), feature(B, 90), made=made)
    sums = check.books(case, (A, B), Fraction(0))
    head = check.head_cost(case, 130, 2)
    parts = [
        check.cost_alone(case, roll, Fraction(0))
        - check.head_cost(case, roll, 1)
        + head * roll / 130
        for roll in (40, 90)
    ]
    assert sums.cost == sum(parts)
    assert sums.balance == sum(
        round(check.income(case, urn) - part) for urn, part in zip((A, B), parts, strict=True)
    )


def test_prices_replace_stages() -> None:
    """A tier with a price has no stage: each of its schools alone adds to the cost."""
    made = policy(alone={"small": Decimal("1.5")})
    case = village(feature(A, 40), feature(B, 60), feature(C, 99), made=made)
    assert check.stage_values(case, []) == [("urgent alone", 1), ("cost", 3000)]


def test_limits_judge_the_whole_plan() -> None:
    """Federations, mixed ones and schools whose partners change are counted over the plan."""
    church = feature(C, religious_character="Church of England", type=VC)
    case = village(feature(A, federation="F"), feature(B, federation="F"), church, feature(D))
    assert check.limit_values(case, [(A, B)]) == {
        "federations": 1, "mixed_federations": 0, "changed_schools": 0
    }  # fmt: skip
    assert check.limit_values(case, [(A, B, C)])["changed_schools"] == 3
    assert check.limit_values(case, [(A, B), (C, D)])["mixed_federations"] == 1
    case.policy["limits"]["federations"] = {"at_most": 0}
    assert check.plan_faults(case, [(A, B)]) == ["federations is 1, outside its limit"]


def test_locks_hold_in_candidates_and_plans() -> None:
    """Apart never join, together join or are refused, a fixed federation stands as given."""
    schools = [feature(urn, 40, lon=1.0) for urn in (A, B, C, D, E)]
    made = policy(locks={"together": [[A, B]], "apart": [[A, C]], "federations": [[D, E]]})
    case = village(*schools, made=made)
    assert check.allowed(case, (A, B))
    assert not check.allowed(case, (A, B, C))
    assert not check.allowed(case, (B, C))
    assert not check.allowed(case, (C, D))
    assert check.allowed(case, (D, E))
    assert check.plan_faults(case, [(A, B), (D, E)]) == []
    assert len(check.plan_faults(case, [])) == 2
    names = [row["name"] for row in check.rule_rows(case, (A, B))]
    assert names[-2:] == ["apart", "together"]


def test_the_oracle_finds_the_one_best_plan() -> None:
    """Of three schools the two that are nearest join; a limit of none leaves all alone."""
    case = village(feature(A, 40, lon=1.0), feature(B, 40, lon=1.01), feature(C, 140, lon=1.2))
    assert oracle.best_plan(case) == ((A, B),)
    assert len(list(oracle.plans(case.taking, oracle.candidates(case)))) == 2
    case.policy["limits"]["federations"] = {"at_least": 2}
    assert oracle.best_plan(case) is None


def test_the_canonical_hash_is_of_the_urns() -> None:
    """The hash is SHA-256 of the ascending URNs joined by commas."""
    assert check.canonical_hash((B, A)) == check.canonical_hash((A, B))
    assert check.canonical_hash((A,)) >> 224 == int.from_bytes(
        hashlib.sha256(b"100001").digest()[:4], "big"
    )


@pytest.fixture(scope="module", params=["straight line", "file"])
def answer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a schools file and the answer to it."""
    base = tmp_path_factory.mktemp("answer")
    schools = [
        feature(A, 40, head="leaving", lon=1.0),
        feature(B, 90, head="in post", religious_character="Church of England", type=VC, lon=1.05),
        feature(C, 160, head="shared", income=700000, expenditure=690000.5, lon=1.3),
        feature(D, 49, name="=School", lon=1.35),
        feature(E, 30, lon=1.9),
        feature(100006, 30, lon=1.2, type="Academy converter", trust="A trust"),
        feature(100007, 70, lon=1.55, federation=7),
        feature(100008, 70, lon=1.6, federation=7),
    ]
    path = base / "schools.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": schools}))
    made = policy(rules={"schools": {"at_least": 2, "at_most": 2}})
    journeys = None
    if request.param == "file":
        journeys = base / "given.csv"
        rows = [f"{a},{b},{5 * (b - a)}.25" for a in range(A, 100009) for b in range(a + 1, 100009)]
        journeys.write_text("from_urn,to_urn,minutes\n" + "\n".join(rows) + "\n")
    case = check.read_case(path, made, base, journeys)
    best = oracle.best_plan(case)
    assert best is not None
    assert len(best) == 3
    folders.write_answer(case, best, base / "answer", path)
    return base


def test_a_right_answer_is_valid(answer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer with everything right is VALID, exit 0, with or without the journeys."""
    command = [str(answer / "schools.geojson"), str(answer / "answer")]
    assert check.main(command) == 0
    assert capsys.readouterr().out == "VALID\n"
    if (answer / "given.csv").exists():
        assert check.main([*command, "--journeys", str(answer / "given.csv")]) == 0


@pytest.mark.parametrize("name", sorted(mutants.MUTANTS))
def test_a_spoilt_answer_is_refuted(name: str, answer: Path, tmp_path: Path) -> None:
    """Whatever one thing is spoilt, the answer is refuted."""
    for seed in range(2):
        folder = tmp_path / f"spoilt-{seed}"
        shutil.copytree(answer / "answer", folder)
        if mutants.MUTANTS[name](folder, random.Random(seed)):
            assert check.check(answer / "schools.geojson", folder).faults


def test_there_are_mutants_enough() -> None:
    """There are at least thirty ways to spoil an answer."""
    assert len(mutants.MUTANTS) >= 30


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"run": 1}', "\xff", '{"a": NaN}'])
def test_garbage_is_refuted(text: str, answer: Path, tmp_path: Path) -> None:
    """Garbage for a plan is refuted, never a crash."""
    shutil.copytree(answer / "answer", tmp_path / "spoilt")
    (tmp_path / "spoilt" / "plan.json").write_bytes(text.encode("latin-1"))
    assert check.check(answer / "schools.geojson", tmp_path / "spoilt").faults


@pytest.mark.parametrize("name", [*check.EXPORTS, "policy.toml"])
@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"[]", b'{"features": [1]}', b"a,b\r\n\x00"])
def test_a_garbled_file_is_refuted(name: str, data: bytes, answer: Path, tmp_path: Path) -> None:
    """Garbage for any other file is refuted, never a crash."""
    shutil.copytree(answer / "answer", tmp_path / "spoilt")
    (tmp_path / "spoilt" / name).write_bytes(data)
    assert check.check(answer / "schools.geojson", tmp_path / "spoilt").faults


def test_every_key_and_type_of_the_plan_may_be_wrong(answer: Path, tmp_path: Path) -> None:
    """Any value of the plan replaced by one of another type is refuted or unread, never a crash."""
    shutil.copytree(answer / "answer", tmp_path / "spoilt")
    path = tmp_path / "spoilt" / "plan.json"
    right = json.loads(path.read_text())
    rng = random.Random(7)
    for wrong in (None, [], {}, "x", -1, True):
        document = copy.deepcopy(right)
        here: Any = document
        while isinstance(here, dict | list) and here:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            above, key = here, rng.choice(keys)
            here = here[key]
        above[key] = wrong
        path.write_text(json.dumps(document))
        check.check(answer / "schools.geojson", tmp_path / "spoilt")
    for key in right:
        path.write_text(json.dumps(right | {key: 5}))
        assert check.check(answer / "schools.geojson", tmp_path / "spoilt").faults


def test_an_input_that_cannot_be_read(answer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing input, a table or a file that is not JSON ends in 3."""
    folder = str(answer / "answer")
    assert check.main([str(answer / "none.geojson"), folder]) == 3
    table = answer / "gias.csv"
    table.write_text("URN\n")
    assert check.main([str(table), folder]) == 3
    assert "grouping import gias" in capsys.readouterr().err
    schools = str(answer / "schools.geojson")
    assert check.main([schools, folder, "--journeys", str(answer / "none.csv")]) == 3


def test_what_is_given_as_python_is_excepted(answer: Path, tmp_path: Path) -> None:
    """A term given as Python is taken as stated, and named in the verdict."""
    shutil.copytree(answer / "answer", tmp_path / "own")
    path = tmp_path / "own" / "plan.json"
    plan = json.loads(path.read_text())
    plan["run"]["unchecked"] = ["own term", "own rule"]
    for row in plan["federations"]:
        row["terms"]["own term"] = {"measure": 0.5, "points": 500}
        row["rules"].append({"name": "own rule", "holds": True})
        row["cost"] += 500
    total = plan["objective"][-1]
    total["value"] += 500 * len(plan["federations"])
    total["bound"] = total["value"]
    path.write_text(json.dumps(plan))
    faults = check.check(answer / "schools.geojson", tmp_path / "own").faults
    assert {code for code, _, _ in faults} == {"R07"}
    assert all("federations." in where for _, where, _ in faults)
    row["terms"]["own term"]["points"] = 501
    path.write_text(json.dumps(plan))
    faults = check.check(answer / "schools.geojson", tmp_path / "own").faults
    assert "R05" in {code for code, _, _ in faults}
