"""Journeys: rounded half to even and exactly, the longer direction, barriers, sources."""

from __future__ import annotations

import random
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product

import networkx as nx
import numpy as np
import pytest

from grouping.world.journeys import (
    NONE,
    STRAIGHT,
    Journeys,
    crossed,
    from_graph,
    from_matrix,
    from_pairs,
    straight_lines,
    straight_tenths,
)
from villages import county_of, policy_of

# With these 100 m are a tenth of a minute: 600 x 1.609344 / 60 / 1609.344 = 0.01.
HUNDRED = {"detour": Fraction("1.609344"), "mph": Fraction(60), "parking": Fraction(0)}
URNS = np.asarray([120001, 120002, 120003], dtype=np.int64)
Point = tuple[int, int]


def whole(*values: int) -> np.ndarray:
    return np.asarray(values, dtype=np.int64)


def of(journeys: Journeys, east: list[int], north: list[int] | None = None) -> np.ndarray:
    urns = np.arange(120001, 120001 + len(east))
    return journeys.tenths(urns, whole(*east), whole(*(north or [0] * len(east))))


def test_the_village_by_hand() -> None:
    """2.6 minutes a straight mile and 2 for parking: 10.1, 18.2, 26.2 (14.9 miles: 42.4)."""
    lines = straight_lines(Fraction("1.3"), Fraction(30), Fraction(2))
    found = of(lines, [0, 5_000, 10_000, 15_000, 40_000])
    assert found[0].tolist() == [0, 101, 182, 262, 666]
    assert found[3, 4] == 424
    assert lines.source == STRAIGHT


@pytest.mark.parametrize(
    ("metres", "tenths"),
    [(49, 0), (50, 0), (51, 1), (149, 1), (150, 2), (151, 2), (250, 2), (251, 3), (350, 4)],
)
def test_exact_halves_go_to_even(metres: int, tenths: int) -> None:
    assert of(straight_lines(**HUNDRED), [0, metres]).tolist() == [[0, tenths], [tenths, 0]]


def test_a_half_that_floats_miss_is_still_a_half() -> None:
    """Ten times 0.1 minute of parking and a third of a mile an hour make halves no float holds."""
    factor, added = Fraction(1, 3), Fraction(1, 6)
    squares = whole(*[k * k for k in range(1, 200)]).reshape(1, -1)
    found = straight_tenths(squares, factor, added)[0].tolist()
    assert found == [round(Fraction(k, 3) + Fraction(1, 6)) for k in range(1, 200)]
    assert any((Fraction(k, 3) + added) % 1 == Fraction(1, 2) for k in range(1, 200))


def test_every_distance_is_rounded_as_sixty_digits_say() -> None:
    """Irrational distances, some a hair from a half, against decimals of 60 digits."""
    rng = random.Random(1)
    factor, added = 600 * Fraction("1.3") / 30 / Fraction("1609.344"), Fraction(20)
    near = []
    for _ in range(40):  # squares that land next to a half
        wall = Fraction(2 * rng.randrange(50, 400) + 1, 2) - added
        square = (wall / factor) ** 2
        near += [int(square), int(square) + 1]
    squares = whole(*near, *[rng.randrange(10**9) for _ in range(400)])
    found = straight_tenths(squares.reshape(1, -1), factor, added)[0].tolist()
    with localcontext() as context:
        context.prec = 60
        scale = Decimal(factor.numerator) / factor.denominator
        exact = [int((scale * Decimal(int(s)).sqrt() + 20).to_integral_value()) for s in squares]
    assert found == exact


def test_no_detour_is_too_long_to_hold() -> None:
    """A speed next to nothing gives a long journey, not one that has wrapped round."""
    slow = straight_lines(Fraction("1.3"), Fraction(1, 10**9), Fraction(0))
    assert of(slow, [0, 100_000])[0, 1] > 10**6


def test_the_longer_direction_counts_and_a_missing_one_is_absent() -> None:
    pairs = {(120001, 120002): 104, (120002, 120001): 131, (120003, 120002): 7}
    found = from_pairs(pairs).tenths(URNS, whole(0, 0, 0), whole(0, 0, 0))
    assert found.tolist() == [[0, 131, NONE], [131, 0, 7], [NONE, 7, 0]]


def test_pairs_of_strangers_and_of_a_school_with_itself_are_passed_over() -> None:
    found = from_pairs({(120001, 999999): 5, (120002, 120002): 9, (120001, 120003): 8})
    matrix = found.tenths(URNS, whole(0, 0, 0), whole(0, 0, 0))
    assert matrix.tolist() == [[0, NONE, 8], [NONE, 0, NONE], [8, NONE, 0]]


def test_a_matrix_takes_the_longer_direction_rounded_half_to_even() -> None:
    """Minutes as written: 10.25 is 102.5 tenths, and so 102; 10.35 is 104; NaN is no journey."""
    nan = float("nan")
    given = [[0, 10.25, nan], [9, 0, 10.35], [nan, 3, 0]]
    journeys = from_matrix(URNS, given)
    found = journeys.tenths(URNS, whole(0, 0, 0), whole(0, 0, 0))
    assert found.tolist() == [[0, 102, NONE], [102, 0, 104], [NONE, 104, 0]]
    assert journeys.source == "file"


def test_a_matrix_known_one_way_stands_for_both() -> None:
    nan = float("nan")
    found = from_matrix(URNS[:2], [[0, nan], [4.0, 0]]).tenths(URNS[:2], URNS, URNS)
    assert found.tolist() == [[0, 40], [40, 0]]


@pytest.mark.parametrize(
    ("minutes", "says"),
    [([[0, 1]], "urns"), ([[0, -1], [1, 0]], "negative"), ([[0, np.inf], [1, 0]], "finite")],
)
def test_a_matrix_that_cannot_be_is_refused(minutes: list[list[float]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        from_matrix(URNS[:2], minutes)


def test_a_graph_gives_its_edges_only_the_longer_of_two_ways() -> None:
    one, two = nx.Graph(), nx.DiGraph()
    one.add_edge(120002, 120001, minutes=12.34)
    two.add_edge(120001, 120002, time=3)
    two.add_edge(120002, 120001, time=8.05)
    zero = whole(0, 0, 0)
    assert from_graph(one).tenths(URNS, zero, zero)[0].tolist() == [0, 123, NONE]
    assert from_graph(two, "time").tenths(URNS, zero, zero)[0].tolist() == [0, 80, NONE]


@pytest.mark.parametrize("minutes", [None, -1, float("inf"), 10**9, float("nan")])
def test_a_graph_with_an_edge_of_no_use_is_refused(minutes: float | None) -> None:
    graph = nx.Graph()
    graph.add_edge(120001, 120002, minutes=minutes)
    with pytest.raises(ValueError, match="120001 - 120002"):
        from_graph(graph)


def turn(a: Point, b: Point, c: Point) -> int:
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (area > 0) - (area < 0)


def within(a: Point, b: Point, c: Point) -> bool:
    return all(min(a[k], b[k]) <= c[k] <= max(a[k], b[k]) for k in (0, 1))


def share_a_point(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Two segments share a point: by turns, and where three points are on a line by place."""
    turns = turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(t == 0 and within(*end) for t, end in zip(turns, ends, strict=True))


def test_a_barrier_stops_what_shares_a_point_with_it() -> None:
    """Crossed, touched at its end, ended on a school, run along; a point and a miss by a metre."""
    schools = ([0, 100], [0, 0])
    for barrier, stops in (
        ((50, -5, 50, 5), True),
        ((50, 0, 50, 5), True),
        ((100, 0, 200, 80), True),
        ((20, 0, 30, 0), True),
        ((50, 0, 50, 0), True),
        ((50, 1, 50, 5), False),
        ((101, 0, 200, 0), False),
        ((50, 1, 50, 1), False),
    ):
        lines = straight_lines(**HUNDRED, barriers=np.asarray([barrier], dtype=np.int64))
        assert of(lines, *schools)[0, 1] == (NONE if stops else 1), barrier


def test_barriers_against_turns_on_a_small_grid_far_from_the_origin() -> None:
    """Collinear, touching, coincident: a small grid has many, and large metres lose none."""
    rng = random.Random(2)
    seen = set()
    for shift in (0, 640_000):
        for _ in range(60):
            points = [(rng.randrange(5) + shift, rng.randrange(5) + shift) for _ in range(6)]
            ends = [(rng.randrange(5) + shift, rng.randrange(5) + shift) for _ in range(4)]
            lines = [(*ends[0], *ends[1]), (*ends[2], *ends[3])]
            found = crossed(*np.asarray(points).T, np.asarray(lines, dtype=np.int64))
            for i, j in product(range(6), repeat=2):
                slow = i != j and any(
                    share_a_point(points[i], points[j], line[:2], line[2:]) for line in lines
                )
                assert found[i, j] == slow, (points[i], points[j], lines)
                seen.add((slow, points[i] == points[j]))
    assert len(seen) == 4, "both answers came up, for schools at one point too"


def test_the_county_holds_minutes_by_the_policys_travel(village: object) -> None:
    county = county_of(village, policy_of("journeys.mph=60", "journeys.parking_minutes=0"))
    assert county.tenths[0, 1] == round(10 * Fraction("1.3") * 5_000 / Fraction("1609.344"))
    assert county.journey_source == STRAIGHT
    other = county_of(village, journeys=from_pairs({(120001, 120002): 55}, "road"))
    assert other.journey_source == "road"
    assert other.tenths[0, :3].tolist() == [0, 55, NONE]
