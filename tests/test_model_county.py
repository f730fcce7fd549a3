"""The model county: its calibration holds, its script makes its files, its river splits it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from grouping.files.barriers import read_barriers
from grouping.files.geojson import read_schools
from grouping.world.journeys import squared_metres, straight_lines
from grouping.world.register import ACADEMIES, MAINSTREAM, MAINTAINED
from grouping.world.schools import School, Schools

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def schools() -> Schools:
    return read_schools(DATA / "schools.geojson")


@pytest.fixture(scope="module")
def primaries(schools: Schools) -> list[School]:
    return [
        s
        for s in schools.rows
        if s.status == "Open" and s.phase == "Primary" and s.type in MAINSTREAM
    ]


def groups(primaries: list[School], kind: str) -> dict[str, list[School]]:
    found: dict[str, list[School]] = {}
    for school in primaries:
        if (name := getattr(school, kind)) is not None:
            found.setdefault(name, []).append(school)
    return found


def test_the_files_are_what_the_script_makes() -> None:
    """`--check` is clean; a word it does not know is refused."""
    script = [sys.executable, str(DATA / "make_model_county.py")]
    done = subprocess.run([*script, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert subprocess.run([*script, "--chek"], capture_output=True, check=False).returncode == 2


def test_sizes_are_those_of_norfolk_in_2012(primaries: list[School]) -> None:
    """364 open primaries, 135 under 100 pupils, 40 of them under 50; a handful above 420."""
    rolls = sorted(s.roll for s in primaries)
    assert len(rolls) == 364
    assert sum(roll < 100 for roll in rolls) == 135
    assert sum(roll < 50 for roll in rolls) == 40
    assert rolls[0] == 17
    assert rolls[-1] == 604
    assert sum(roll > 420 for roll in rolls) == 6


def test_kinds_and_faiths(primaries: list[School]) -> None:
    """Kinds and faiths are in the county's proportions, with the rare ones there too."""
    assert Counter(s.type for s in primaries) == {
        "Community school": 201,
        "Voluntary controlled school": 73,
        "Voluntary aided school": 47,
        "Foundation school": 29,
        "Academy converter": 9,
        "Academy sponsor led": 4,
        "Free schools": 1,
    }
    assert sum(s.type in ACADEMIES and s.roll < 100 for s in primaries) == 3
    assert Counter(s.religious_character for s in primaries) == {
        "Does not apply": 237,
        "Church of England": 109,
        "Roman Catholic": 10,
        "Church of England/Methodist": 3,
        "Methodist": 2,
        "Christian": 2,
        None: 1,
    }
    assert len({s.diocese for s in primaries if s.diocese}) == 4  # three and "Not applicable"


def test_rows_that_take_no_part_are_there(schools: Schools) -> None:
    """Five rows beyond the 364, and one school still filling, feed the list of those left out."""
    rest = Counter((s.status, s.phase, s.type) for s in schools.rows[364:])
    assert rest == {
        ("Open, but proposed to close", "Primary", "Community school"): 1,
        ("Closed", "Primary", "Voluntary controlled school"): 1,
        ("Closed", "Primary", "Community school"): 1,
        ("Open", "Not applicable", "Community special school"): 1,
        ("Open", "Secondary", "Community school"): 1,
    }
    (filling,) = (s for s in schools.rows if s.open_date is not None)
    assert filling.capacity
    assert filling.type in MAINTAINED
    assert 5 * filling.roll < 3 * filling.capacity
    pairs = Counter((s.age_low, s.age_high) for s in schools.rows)
    assert pairs[4, 7] == pairs[7, 11] == 18


def test_groups_are_those_of_norfolk_in_2012(primaries: list[School]) -> None:
    """34 schools in 16 federations, 37 in 18 partnerships: maintained, apart, mostly small."""
    federations, partnerships = groups(primaries, "federation"), groups(primaries, "partnership")
    assert sorted(map(len, federations.values())) == [2] * 15 + [4]
    assert sorted(map(len, partnerships.values())) == [2] * 17 + [3]
    members = [s for group in federations.values() for s in group]
    assert all(s.type in MAINTAINED and s.head == "shared" for s in members)
    assert all(s.partnership is None for s in members)
    assert sum(s.roll < 100 for s in members) > 17
    for group in (*federations.values(), *partnerships.values()):
        assert all((a.easting - group[0].easting) ** 2 < 9000**2 for a in group)


def test_heads(primaries: list[School]) -> None:
    """About 6 % leave, 4 % of posts are vacant; heads are shared where schools are grouped."""
    heads = Counter(s.head for s in primaries)
    assert (heads["leaving"], heads["vacant"], heads["unknown"]) == (22, 15, 7)
    shared = [s for s in primaries if s.head == "shared"]
    assert all(s.federation or s.partnership for s in shared)
    assert len(shared) > 34


def test_money(primaries: list[School]) -> None:
    """One in ten maintained schools has no return; funding per pupil spans about four times."""
    maintained = [s for s in primaries if s.type in MAINTAINED]
    filed = [s for s in maintained if s.income is not None and s.expenditure is not None]
    assert len(maintained) - len(filed) == 35
    each = [s.income / s.roll for s in filed if s.income and s.roll <= 420]
    assert Fraction(4) <= max(each) / min(each) <= Fraction("4.3")
    small = [s for s in filed if s.roll < 100]
    short = sum(1 for s in small if s.income and s.expenditure and s.expenditure > s.income)
    assert 40 <= 100 * short / len(small) <= 50


def test_distances_are_those_of_a_rural_county(primaries: list[School]) -> None:
    """The nearest school to a small one is two miles off or more, at the median; towns denser."""
    east = np.array([s.easting for s in primaries])
    north = np.array([s.northing for s in primaries])
    squares = squared_metres(east, north)
    np.fill_diagonal(squares, squares.max())
    miles = np.sqrt(squares.min(axis=1)) / 1609.344
    small = np.array([s.roll < 100 for s in primaries])
    assert 2.0 <= median(miles[small].tolist()) <= 2.5
    assert median(miles[~small].tolist()) < 2.0


def test_names_are_unique_and_invented_numbers(schools: Schools) -> None:
    """No two schools share a name; URNs run from 900001, which no register uses."""
    assert len({s.name for s in schools.rows}) == len(schools.rows) == 369
    assert [s.urn for s in schools.rows] == list(range(900001, 900370))


@pytest.mark.parametrize("name", ["schools.geojson", "river.geojson"])
def test_the_files_say_they_are_a_model(name: str) -> None:
    """RFC 7946 without crs, with bbox, one feature a line, small, and said to be invented."""
    text = (DATA / name).read_text(encoding="utf-8")
    document = json.loads(text)
    assert document["grouping"]["model"] is True
    assert document["grouping"]["made_by"] == "data/make_model_county.py"
    assert "crs" not in document
    assert len(document["bbox"]) == 4
    assert len(text.splitlines()) == len(document["features"]) + 2
    assert len(text.encode()) < 400_000


def test_the_river_splits(primaries: list[School]) -> None:
    """Five bridges; the river cuts pairs within 20 minutes of each other, though not all."""
    river = read_barriers(DATA / "river.geojson")
    assert len(json.loads((DATA / "river.geojson").read_text(encoding="utf-8"))["features"]) == 6
    urns = np.array([s.urn for s in primaries])
    east = np.array([s.easting for s in primaries])
    north = np.array([s.northing for s in primaries])
    detour, mph, parking = Fraction("1.3"), Fraction(30), Fraction(2)
    free = straight_lines(detour, mph, parking).tenths(urns, east, north)
    cut = straight_lines(detour, mph, parking, river.segments).tenths(urns, east, north)
    near = np.triu(free <= 200, 1)
    assert 20 <= (near & (cut < 0)).sum() < near.sum() / 4
