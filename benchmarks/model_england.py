"""Make a model England of any size: invented schools with the density and mix of the real ones.

    python benchmarks/model_england.py 16700 -o england.geojson [--seed 1]

Nothing here is a real school or place. Only national sums are England's: schools to the square
kilometre, how many are under 50, 75, 100 and 150 pupils, how many are above 420, maintained or in
a federation; kinds and faiths of villages are those of the model county. Land is laid out in tiles
of one county, its three boroughs and its market towns, filled one after another, so that a smaller
England is part of a larger one. 100,000 schools are six Englands, and fill the box of coordinates
the engine takes for Great Britain, sea included.
"""

from __future__ import annotations

import argparse
import sys
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))

from make_model_county import NAMES, Dice, Point, degrees, feature, square

from grouping.files.geojson import geojson_bytes
from grouping.world.places import to_grid

SEED = 1
ENGLAND = 16_700  # primaries, as many as there are
FIRST_URN = 500_001
NOTE = (
    "A model: invented schools in invented places. It is not for decisions about any real school."
)
WORDS = NAMES.split()

# A tile: 455 schools on 3,410 km2; England's 16,700 primaries stand on 130,000, 4 % less densely.
SCHOOLS, ACRES = 455, 7_500_000  # schools a tile, square metres a school
BOROUGHS, BOROUGH_ACRES = (430, 35, 30), 1_300_000  # in a thousand schools; m2 a school
TOWNS, TOWN_SCHOOLS, TOWN_ACROSS = 5, 6, 3_200
VILLAGES_APART, TOWN_APART = 1_500, 320
LATITUDES, LONGITUDES = (50.0, 60.87), (-8.69, 1.79)
ROWS = 19  # of tiles, north to south, where there are most
CENTRE = (450_000, 300_000)

# Rolls: so many in a thousand schools have fewer than so many pupils. Together 2.4 % are under 50,
# 11 % under 100, 24 % under 150 and 20 % above 420.
COUNTY_ROLLS = (
    (0, 13), (44, 50), (116, 75), (200, 100), (410, 150), (600, 190), (920, 420), (1000, 640),
)  # fmt: skip
BOROUGH_ROLLS = (
    (0, 45), (4, 50), (26, 100), (65, 150), (400, 260), (660, 420), (1000, 880),
)  # fmt: skip

COMMUNITY, FOUNDATION = "Community school", "Foundation school"
VC, VA = "Voluntary controlled school", "Voluntary aided school"
ACADEMIES = ("Academy converter", "Academy sponsor led", "Free schools")
NONE, CE, RC = "Does not apply", "Church of England", "Roman Catholic"
# In a thousand: kinds, then faiths of each kind (what is left has none).
VILLAGE_KINDS = (
    (COMMUNITY, 370),
    (VC, 135),
    (VA, 88),
    (FOUNDATION, 55),
    (ACADEMIES[0], 270),
    (ACADEMIES[1], 72),
    (ACADEMIES[2], 10),
)
TOWN_KINDS = (
    (COMMUNITY, 375),
    (VC, 35),
    (VA, 130),
    (FOUNDATION, 60),
    (ACADEMIES[0], 270),
    (ACADEMIES[1], 110),
    (ACADEMIES[2], 20),
)
VILLAGE_FAITHS = {
    VC: ((CE, 960), ("Methodist", 20)),
    VA: ((CE, 850), (RC, 150)),
    "academy": ((CE, 400), (RC, 20)),
}
TOWN_FAITHS = {
    VC: ((CE, 970), ("Methodist", 10)),
    VA: ((CE, 450), (RC, 530)),
    "academy": ((CE, 150), (RC, 110)),
}
HEADS = (("in post", 880), ("leaving", 60), ("vacant", 40), ("unknown", 20))
FEDERATIONS, FEDERATION_SIZES = 12, ((2, 852), (3, 118), (4, 30))  # a tile; in a thousand
FEDERATED_WITHIN = 9_000  # metres


@dataclass(eq=False)
class Place:
    """One school as it is made: metres of the National Grid, and which authority it is of."""

    at: Point
    authority: str
    rural: bool
    roll: int = 0
    kind: str = ""
    faith: str = NONE
    diocese: str = "Not applicable"
    ages: tuple[int, int] = (4, 11)
    head: str = "in post"
    federation: str | None = None


def england(count: int, seed: int = SEED) -> list[Place]:
    """Make so many schools, tile after tile."""
    found: list[Place] = []
    for number, corner in enumerate(tiles()):
        if len(found) == count:
            return found
        here = min(SCHOOLS, count - len(found))
        found += tile(Dice(seed * 10_007 + number), number, corner, here)
    if len(found) == count:
        return found
    raise ValueError(f"{count:,} schools are more than the box of Great Britain holds")


def tiles() -> list[tuple[Point, Point]]:
    """South-west corner and size of every tile in the box, nearest to the middle first."""
    _, (south, north) = to_grid([-2.0, -2.0], LATITUDES)
    high = int(north - south) // ROWS
    wide = SCHOOLS * ACRES // high
    found = []
    for k in range(ROWS):
        bottom = int(south) + k * high
        west, east = _reach(bottom, bottom + high)
        found += [((x, bottom), (wide, high)) for x in range(west, east - wide + 1, wide)]
    found.sort(key=lambda one: (square(one[0], CENTRE), one))
    return found


def _reach(bottom: int, top: int) -> tuple[int, int]:
    """Eastings between the two meridians, all the way up a row of tiles."""
    latitudes = [LATITUDES[0] + k / 100 for k in range(int(100 * (LATITUDES[1] - LATITUDES[0])))]
    west, low = to_grid([LONGITUDES[0]] * len(latitudes), latitudes)
    east, high = to_grid([LONGITUDES[1]] * len(latitudes), latitudes)
    at_west = west[(low >= bottom - 2_000) & (low <= top + 2_000)]
    at_east = east[(high >= bottom - 2_000) & (high <= top + 2_000)]
    return int(at_west.max()) + 500, int(at_east.min()) - 500


def tile(dice: Dice, number: int, land: tuple[Point, Point], count: int) -> list[Place]:
    """Fill one tile, shrunk to its schools: boroughs, market towns, villages between them."""
    corner, (wide, high) = land
    part = (count / SCHOOLS) ** 0.5
    wide, high = int(wide * part), int(high * part)
    name = WORDS[number % len(WORDS)]
    across = [
        int((count * share // 1000 * BOROUGH_ACRES * 4 / 3.1416) ** 0.5) for share in BOROUGHS
    ]
    across += [TOWN_ACROSS] * TOWNS
    centres = _apart(dice, corner, (wide, high), across)
    clear = [(at, metres // 2 + 1_000) for at, metres in zip(centres, across, strict=True)]
    taken: set[Point] = set()
    places: list[Place] = []
    for k, share in enumerate(BOROUGHS):
        authority = f"{name} {('City', 'North', 'Port')[k]} Borough"
        spots = _round(dice, centres[k], across[k], count * share // 1000, taken)
        places += [Place(at, authority, rural=False) for at in spots]
    shire, left = f"{name}shire", count - len(places)
    for centre in centres[len(BOROUGHS) :]:
        here = min(TOWN_SCHOOLS, left * TOWN_SCHOOLS // 60)
        spots = _round(dice, centre, TOWN_ACROSS, here, taken)
        places += [Place(at, shire, rural=False) for at in spots]
    lonely = _villages(dice, corner, (wide, high), count - len(places), clear)
    places += [Place(at, shire, rural=True) for at in lonely]
    _give_rolls(dice, places, shire, [centre for centre, _ in clear])
    _give_kinds(dice, places, number)
    _give_federations(dice, places, number, FEDERATIONS * count // SCHOOLS)
    return places


def _apart(dice: Dice, corner: Point, size: tuple[int, int], across: list[int]) -> list[Point]:
    """Centres of boroughs and towns in a tile, clear of one another while there is room."""
    found: list[Point] = []
    for metres in across:
        for _ in range(200):
            x, y = (dice.whole(metres // 2, max(side - metres // 2, metres)) for side in size)
            at = corner[0] + x, corner[1] + y
            near = zip(found, across, strict=False)
            if all(4 * square(at, other) > (metres + theirs) ** 2 for other, theirs in near):
                break
        found.append(at)
    return found


def _round(
    dice: Dice, centre: Point, across: int, count: int, taken: set[Point]
) -> Iterator[Point]:
    """Give so many spots in a disc, in cells of their own."""
    made = 0
    while made < count:
        x, y = dice.whole(-across // 2, across // 2), dice.whole(-across // 2, across // 2)
        at = centre[0] + x, centre[1] + y
        cell = at[0] // TOWN_APART, at[1] // TOWN_APART
        if x * x + y * y <= (across // 2) ** 2 and cell not in taken:
            taken.add(cell)
            made += 1
            yield at


def _villages(
    dice: Dice,
    corner: Point,
    size: tuple[int, int],
    count: int,
    clear: Sequence[tuple[Point, int]],
) -> list[Point]:
    """Scatter villages clear of the towns, a least distance apart."""
    cells: dict[Point, list[Point]] = {}
    found: list[Point] = []
    while len(found) < count:
        at = corner[0] + dice.whole(0, size[0]), corner[1] + dice.whole(0, size[1])
        x, y = at[0] // VILLAGES_APART, at[1] // VILLAGES_APART
        around = [(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        near = (other for cell in around for other in cells.get(cell, ()))
        if any(square(at, p) < most**2 for p, most in clear) or any(
            square(at, other) < VILLAGES_APART**2 for other in near
        ):
            continue
        cells.setdefault((x, y), []).append(at)
        found.append(at)
    return found


def _give_rolls(dice: Dice, places: list[Place], shire: str, centres: list[Point]) -> None:
    """Give every school its pupils: the loneliest villages the fewest, more or less."""
    county = [p for p in places if p.authority == shire]
    lonely = {
        id(p): min(square(p.at, c) for c in centres) ** 0.5 * p.rural + dice.whole(0, 9_000)
        for p in county
    }
    county.sort(key=lambda p: (-lonely[id(p)], p.at))
    for rank, place in enumerate(county):
        near = rank * 1000 // len(county) + dice.whole(-60, 60)
        place.roll = _roll(COUNTY_ROLLS, min(max(near, 0), 999))
    for place in places:
        if place.authority != shire:
            place.roll = _roll(BOROUGH_ROLLS, dice.whole(0, 999))


def _roll(steps: Sequence[tuple[int, int]], share: int) -> int:
    """Roll below which that many in a thousand schools are."""
    k = bisect(steps, (share, 10**6)) - 1
    (low, few), (high, many) = steps[k], steps[k + 1]
    return few + (many - few) * (share - low) // (high - low)


def _drawn(dice: Dice, shares: Sequence[tuple[str, int]], rest: str) -> str:
    """Draw by shares in a thousand."""
    left = dice.whole(0, 999)
    for word, share in shares:
        left -= share
        if left < 0:
            return word
    return rest


def _give_kinds(dice: Dice, places: list[Place], number: int) -> None:
    """Give kind, faith, diocese, ages and head."""
    dioceses = {
        CE: f"Diocese of {WORDS[(number // 4 + 100) % len(WORDS)]}",
        RC: f"Diocese of {WORDS[(number // 8 + 200) % len(WORDS)]}",
    }
    for place in places:
        kinds, faiths = (
            (VILLAGE_KINDS, VILLAGE_FAITHS) if place.rural else (TOWN_KINDS, TOWN_FAITHS)
        )
        place.kind = _drawn(dice, kinds, COMMUNITY)
        key = "academy" if place.kind in ACADEMIES else place.kind
        place.faith = _drawn(dice, faiths.get(key, ()), NONE)
        place.diocese = dioceses.get(place.faith, "Not applicable")
        place.head = _drawn(dice, HEADS, "in post")
        if not place.rural and dice.whole(0, 9) == 0:
            place.ages = ((4, 7), (7, 11))[dice.whole(0, 1)]


def _give_federations(dice: Dice, places: list[Place], number: int, count: int) -> None:
    """Federate small maintained schools with near neighbours of their faith."""
    free = [p for p in places if p.rural and p.kind not in ACADEMIES]
    for k in range(count):
        small = [p for p in free if p.roll < 200]
        if not small:
            return
        first = small[dice.whole(0, len(small) - 1)]
        size = int(_drawn(dice, [(str(n), share) for n, share in FEDERATION_SIZES], "2"))
        near = sorted(
            (p for p in free if p is not first and p.faith == first.faith),
            key=lambda p: (square(p.at, first.at), p.at),
        )
        members = [first, *near[: size - 1]]
        if square(members[-1].at, first.at) <= FEDERATED_WITHIN**2 and len(members) == size:
            for one in members:
                one.federation, one.head = f"{number + 1}-{k + 1}", "shared"
                free.remove(one)


def document(places: Sequence[Place], seed: int) -> dict[str, Any]:
    """Make the FeatureCollection, which says that it is a model."""
    points = degrees([p.at for p in places])
    features = [
        feature({"type": "Point", "coordinates": point}, _properties(k, place))
        for k, (place, point) in enumerate(zip(places, points, strict=True))
    ]
    made = {"model": True, "note": NOTE, "made_by": "benchmarks/model_england.py", "seed": seed}
    return {"type": "FeatureCollection", "grouping": made, "features": features}


def _properties(k: int, place: Place) -> dict[str, object]:
    name = f"{WORDS[k % len(WORDS)]}-by-{WORDS[k // len(WORDS) % len(WORDS)]}"
    stage = {(4, 7): "Infant", (7, 11): "Junior"}.get(place.ages, "Primary")
    return {
        "urn": FIRST_URN + k,
        "name": f"{name} {stage} School",
        "roll": place.roll,
        "type": place.kind,
        "status": "Open",
        "phase": "Primary",
        "religious_character": place.faith,
        "diocese": place.diocese,
        "local_authority": place.authority,
        "age_low": place.ages[0],
        "age_high": place.ages[1],
        "head": place.head,
        "federation": place.federation,
    }


def write(count: int, path: Path, seed: int = SEED) -> None:
    """Make a model England and write it."""
    path.write_bytes(geojson_bytes(document(england(count, seed), seed)))


def main() -> None:
    """Read the options and write the file."""
    parser = argparse.ArgumentParser(description="Make a model England of any size.")
    parser.add_argument("schools", type=int)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    write(chosen.schools, chosen.out, chosen.seed)
    print(f"{chosen.out}: {chosen.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
