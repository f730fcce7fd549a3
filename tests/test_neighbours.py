"""The neighbour graph: every kind against its definition in Fractions, point by point."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import networkx as nx
import numpy as np
import pytest

from grouping.policy.survey import survey
from grouping.world.journeys import NONE, from_pairs, squared_metres
from grouping.world.neighbours import KINDS, graph, links, links_of
from villages import county_of, policy_of, row, schools_of

Point = tuple[int, int]
FAR = Fraction(10**4)  # minutes: everything is near enough


def square(a: tuple[Fraction | int, ...], b: tuple[Fraction | int, ...]) -> Fraction:
    return Fraction((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)


def slow_gabriel(points: list[Point], i: int, j: int) -> bool:
    """No third school is nearer to the middle of the pair than the pair is."""
    a, b = points[i], points[j]
    middle = (Fraction(a[0] + b[0], 2), Fraction(a[1] + b[1], 2))
    others = [p for k, p in enumerate(points) if k not in (i, j)]
    return a == b or all(square(p, middle) >= square(a, middle) for p in others)


def slow_delaunay(points: list[Point], i: int, j: int) -> bool:
    """Some circle through the pair is empty: if any is, one through a third school or a line."""
    a, b = points[i], points[j]
    if a == b:
        return True
    others = [p for k, p in enumerate(points) if k not in (i, j)]

    def side(p: Point) -> int:
        return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])

    off = [p for p in others if side(p)]
    if not off:
        return slow_gabriel(points, i, j)
    centres = [centre(a, b, p) for p in off]
    return any(all(square(p, c) >= square(a, c) for p in others) for c in centres)


def centre(a: Point, b: Point, c: Point) -> tuple[Fraction, Fraction]:
    """Centre of the circle through three points, by Cramer's rule."""
    (p, q, u), (r, s, v) = (
        (2 * (x - a[0]), 2 * (y - a[1]), x * x + y * y - a[0] ** 2 - a[1] ** 2) for x, y in (b, c)
    )
    whole = p * s - q * r
    return Fraction(u * s - q * v) / whole, Fraction(p * v - u * r) / whole


def slow_nearest(tenths: np.ndarray, i: int, j: int, most: int) -> bool:
    def nearer(one: int, other: int) -> int:
        far = int(tenths[one, other])
        others = [int(t) for k, t in enumerate(tenths[one]) if k not in (one, other)]
        return sum(t != NONE and t < far for t in others)

    return nearer(i, j) < most or nearer(j, i) < most


def scattered(rng: random.Random) -> tuple[list[Point], np.ndarray, np.ndarray]:
    side = rng.choice([2, 3, 4, 5, 9])
    count = rng.randint(2, 9)
    points = [(rng.randrange(side), rng.randrange(side)) for _ in range(count)]
    east, north = np.asarray(points, dtype=np.int64).T
    return points, east, north


def made(kind: str, tenths: np.ndarray, east: np.ndarray, north: np.ndarray, **more: object):
    ends = links(kind, near_of(tenths, FAR), east, north, **more)
    return dense(ends, len(east))


def near_of(tenths: np.ndarray, link_at_most: Fraction):
    short = (tenths != NONE) & (tenths <= int(10 * link_at_most))
    one, other = np.nonzero(np.triu(short, 1))
    return one, other, tenths[one, other]


def dense(ends: np.ndarray, count: int) -> np.ndarray:
    found = np.zeros((count, count), dtype=bool)
    found[ends[:, 0], ends[:, 1]] = found[ends[:, 1], ends[:, 0]] = True
    assert ends.tolist() == sorted(sorted(pair) for pair in ends.tolist())
    return found


def test_circles_against_fractions_on_a_small_grid() -> None:
    """Squares, lines and schools at one point: cocircular and collinear ones without end."""
    rng = random.Random(3)
    seen = set()
    for _ in range(250):
        points, east, north = scattered(rng)
        near = np.ones((len(points), len(points)), dtype=np.int32)
        gabriel = made("gabriel", near, east, north)
        delaunay = made("delaunay", near, east, north)
        for i, j in combinations(range(len(points)), 2):
            expected = slow_gabriel(points, i, j), slow_delaunay(points, i, j)
            assert (gabriel[i, j], delaunay[i, j]) == expected, (points, i, j)
            seen.add(expected)
        assert (gabriel <= delaunay).all(), "a Gabriel link is a Delaunay one"
    assert seen == {(True, True), (False, True), (False, False)}


def test_delaunay_is_exact_with_real_metres() -> None:
    """Four schools of a circle 25 km wide, moved by a metre in or out: floats would not do."""
    base = [(0, 12_500), (12_500, 0), (7_500, 10_000), (3_500, 12_000), (-12_000, -3_500)]
    rng = random.Random(4)
    for _ in range(60):
        points = [(x + rng.randint(-1, 1) * rng.randint(0, 1), y) for x, y in base]
        east, north = np.asarray(points, dtype=np.int64).T + 600_000
        found = made("delaunay", np.ones((5, 5), dtype=np.int32), east, north)
        for i, j in combinations(range(5), 2):
            assert found[i, j] == slow_delaunay(points, i, j), (points, i, j)


@pytest.mark.parametrize("most", [0, 1, 2, 6])
def test_nearest_against_counting(most: int) -> None:
    rng = random.Random(5 + most)
    seen = set()
    for _ in range(60):
        points, east, north = scattered(rng)
        count = len(points)
        tenths = np.zeros((count, count), dtype=np.int32)
        for i, j in combinations(range(count), 2):
            tenths[i, j] = tenths[j, i] = rng.choice([NONE, 3, 4, 4, 5, 9])
        found = made("nearest", tenths, east, north, nearest=most)
        for i, j in combinations(range(count), 2):
            agrees = slow_nearest(tenths, i, j, most) or points[i] == points[j]
            assert found[i, j] == (agrees and tenths[i, j] != NONE), (points, tenths, i, j)
            seen.add(bool(found[i, j]))
    assert True in seen


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_links_beyond_the_bound_and_each_at_it(kind: str) -> None:
    """20.0 minutes link, 20.1 do not, and no journey does not."""
    for tenths, expected in ((200, True), (201, False), (NONE, False)):
        matrix = np.asarray([[0, tenths], [tenths, 0]], dtype=np.int32)
        east, north = np.asarray([0, 9]), np.asarray([0, 0])
        near = near_of(matrix, Fraction(20))
        found = dense(links(kind, near, east, north, nearest=1, edges=[(0, 1)]), 2)
        assert found.tolist() == [[False, expected], [expected, False]]


@pytest.mark.parametrize("kind", KINDS)
def test_schools_at_one_point_agree_with_every_kind(kind: str) -> None:
    """Three at a point, and "nearest" asked for none at all: each two of them are linked."""
    east, north = np.asarray([5, 5, 5]), np.asarray([7, 7, 7])
    found = made(kind, np.full((3, 3), 20, dtype=np.int32), east, north, nearest=0)
    assert (found == ~np.eye(3, dtype=bool)).all()


def test_minutes_and_edges_link_what_they_say() -> None:
    east, north = np.asarray([0, 10, 20]), np.asarray([0, 0, 0])
    tenths = np.asarray([[0, 5, NONE], [5, 0, 6], [NONE, 6, 0]], dtype=np.int32)
    assert made("minutes", tenths, east, north).tolist() == [
        [False, True, False],
        [True, False, True],
        [False, True, False],
    ]
    given = made("edges", tenths, east, north, edges=[(2, 1), (0, 2)])
    assert np.argwhere(np.triu(given)).tolist() == [[1, 2]], "an edge without a journey is none"


def test_a_graph_there_and_back_is_the_same_links() -> None:
    urns = np.asarray([120001, 120002, 120003])
    linked = np.asarray([[0, 2]], dtype=np.int32)
    found = graph(urns, linked, np.asarray([123], dtype=np.int32))
    assert dict(found.edges) == {(120001, 120003): {"minutes": 12.3}}
    assert set(found) == {120001, 120002, 120003}
    found.add_edges_from([(120001, 999999), (120002, 120002)])
    assert links_of(found, urns).tolist() == linked.tolist()


def test_barred_removes_and_added_makes_a_link_whatever_the_kind(village: object) -> None:
    """Ash and Beech barred; Ash and Elm, 66.6 minutes apart, added: linked, and no nearer."""
    county = county_of(
        village,
        policy_of("neighbours.barred=[[120002, 120001]]", "neighbours.added=[[120005, 120001]]"),
    )
    assert not county.linked[0, 1]
    assert county.linked[0, 4]
    assert county.tenths[0, 4] == 666


def test_barred_leaves_the_links_inside_a_kept_federation() -> None:
    near = schools_of(
        row(120001, 40, 0, federation="K"), row(120002, 40, 2_000, federation="K"),
        row(120003, 40, 5_000),
    )  # fmt: skip
    barred = "neighbours.barred=[[120001, 120002], [120001, 120003]]"
    county = county_of(near, policy_of(barred))
    assert county.linked[0, 1]
    assert not county.linked[0, 2]
    free = county_of(near, policy_of(barred, "take_part.existing=free"))
    assert not free.linked[0, 1]


def test_edges_and_a_graph_from_python_name_schools_by_urn(village: object) -> None:
    wanted = policy_of()
    edges = replace(
        wanted,
        neighbours=replace(wanted.neighbours, kind="edges"),
        edges=frozenset({(120001, 120003), (120001, 120005), (120001, 999999)}),
    )
    seen = survey(village, edges)
    assert np.argwhere(np.triu(seen.county.linked)).tolist() == [[0, 2]]
    assert any("999999" in warning for warning in seen.warnings)
    given = nx.Graph([(120001, 120005), (120002, 120004)])
    county = survey(village, wanted, neighbours=given).county
    assert np.argwhere(np.triu(county.linked)).tolist() == [[0, 4], [1, 3]]


def test_schools_that_take_no_part_stand_in_no_circle() -> None:
    """A closed school between two others blocks neither a Gabriel nor a Delaunay link."""
    for status, linked in (("Open", False), ("Closed", True)):
        trio = schools_of(
            row(120001, 40, 0), row(120002, 40, 2_000, status=status), row(120003, 40, 4_000)
        )
        for kind in ("gabriel", "delaunay"):
            county = county_of(trio, policy_of(f"neighbours.kind={kind}"))
            assert county.linked[0, -1] == linked


def test_metres_between_schools_are_squared_without_loss() -> None:
    found = squared_metres(np.asarray([0, 700_000]), np.asarray([0, 1_300_000]))
    assert found[0, 1] == 700_000**2 + 1_300_000**2


def test_a_journeys_file_gives_minutes_and_the_kind_still_needs_them(village: object) -> None:
    """Points a mile apart without a journey have no link, whatever the kind."""
    only = from_pairs({(120001, 120005): 150})
    for kind in ("minutes", "gabriel", "delaunay", "nearest"):
        county = county_of(village, policy_of(f"neighbours.kind={kind}"), only)
        linked = np.argwhere(np.triu(county.linked)).tolist()
        assert linked == ([] if kind in ("gabriel", "delaunay") else [[0, 4]])
