"""Make the model county: an invented authority, calibrated to figures published for Norfolk 2012.

    python data/make_model_county.py            writes data/schools.geojson and data/river.geojson
    python data/make_model_county.py --check    exit 1 where the committed files are not these

Nothing here is a real school, place or sum. What the county must look like (how many schools of
which size, kind, faith and group) stands at the top; where and which is drawn from one seed. All
geography is in whole metres of the National Grid and all money in exact fractions of the package's
own budget model, so that the files are the same, byte for byte, on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from pathlib import Path
from random import Random

from grouping.files.geojson import geojson_bytes
from grouping.files.shipped import money_of
from grouping.world.budgets import (
    METRES_A_MILE,
    cost_alone,
    cost_federated,
    income,
    sparsity,
    teaching_share,
)
from grouping.world.places import to_wgs84

SEED = 2012
HERE = Path(__file__).parent
NOTE = (
    "A model: an invented county of invented schools, calibrated to figures published for Norfolk "
    "in 2012. It is not for decisions about any real school."
)
AUTHORITY = "Northmere"
EAST, WEST, CATHOLIC = "Diocese of Mereminster", "Diocese of Fenholt", "Diocese of Eastern Shires"
DETOUR = Fraction("1.3")
MONEY = money_of("2025-26")
NONE, CE, RC = "Does not apply", "Church of England", "Roman Catholic"
COMMUNITY, FOUNDATION = "Community school", "Foundation school"
VC, VA = "Voluntary controlled school", "Voluntary aided school"
CONVERTER, SPONSORED, FREE = "Academy converter", "Academy sponsor led", "Free schools"

Point = tuple[int, int]

# The county's outline, about 5,300 km2; in the north-west it runs out into a long spit.
OUTLINE: tuple[Point, ...] = (
    (550000, 275000), (547000, 298000), (551000, 318000), (541500, 338500), (545500, 341500),
    (558000, 325500), (569000, 329500), (592000, 331500), (615000, 328000), (632000, 318500),
    (644500, 303000), (650000, 285000), (640000, 277000), (621000, 270500), (596000, 268000),
    (571000, 270000),
)  # fmt: skip
# Name, where, schools, pairs of infant and junior schools, metres across.
TOWNS: tuple[tuple[str, Point, int, int, int], ...] = (
    ("Orlingham", (612000, 299000), 40, 5, 9000),
    ("Lodingham", (561500, 309500), 18, 3, 6000),
    ("Brunwick", (636500, 292500), 12, 2, 5000),
    ("Cassingham", (584500, 300500), 5, 1, 2600),
    ("Thelthorpe", (586500, 278500), 5, 1, 2600),
    ("Harpington", (611500, 279500), 5, 1, 2600),
    ("Kelwick", (625500, 313500), 5, 1, 2600),
    ("Frimsham", (603500, 320500), 5, 1, 2600),
    ("Velingham", (579500, 321500), 5, 1, 2600),
    ("Tilwick", (562500, 285500), 5, 1, 2600),
    ("Snetmere", (597500, 309500), 5, 1, 2600),
)
CATHOLIC_TOWNS = (("Orlingham", 3), ("Lodingham", 2), ("Brunwick", 1), ("Harpington", 1))
# Two villages out of reach: nothing else stands within the given metres.
REMOTE: tuple[tuple[str, Point, int], ...] = (
    ("Salchurch Ness", (544500, 337500), 12200),
    ("Otmere", (644200, 279800), 11900),
)
VILLAGES = 252
APART = 3000  # metres at least between two villages

# The river, west to east through the largest town, and where along it the bridges are: the vertex
# that a gap of two half spans replaces.
COURSE: tuple[Point, ...] = (
    (547000, 296500), (556000, 299500), (564500, 296000), (573500, 298500), (580500, 294500),
    (589500, 296500), (597500, 292500), (604500, 297000), (612500, 298500), (618500, 295500),
    (625500, 298500), (633500, 294500), (640500, 297500), (648000, 295500),
)  # fmt: skip
BRIDGES = (6, 16, 32, 36, 46)
HALF_SPAN = 900
BANK = 350  # metres between a school and the river, at least

# Pupils. 40 schools under 50 and 95 more under 100, as read off a smooth curve of rural sizes.
URGENT_ROLLS = (
    17, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 34, 35, 36, 37,
    38, 38, 39, 40, 40, 41, 41, 42, 43, 43, 44, 44, 45, 46, 46, 47, 47, 48, 49, 49,
)  # fmt: skip
LARGEST_ROLLS = (432, 447, 468, 495, 538, 604)

# Kinds of the 364 schools: small village, larger village, town primary, infant and junior.
SMALL_KINDS = ((VC, 44), (VA, 25), (FOUNDATION, 10), (CONVERTER, 3), (COMMUNITY, 53))
LARGER_KINDS = ((VC, 21), (VA, 9), (FOUNDATION, 7), (COMMUNITY, 82))
TOWN_KINDS = (
    (VC, 8), (VA, 13), (FOUNDATION, 8), (CONVERTER, 6), (SPONSORED, 4), (FREE, 1), (COMMUNITY, 34),
)  # fmt: skip
PAIR_KINDS = ((FOUNDATION, 2), (COMMUNITY, 16))

FEDERATIONS = (4, *[2] * 15)
PARTNERSHIPS = (3, *[2] * 17)
LEAVING, VACANT, UNKNOWN = 22, 15, 7
WITHOUT_RETURN = 10  # in a hundred maintained schools

# Income and spending against the model, in thousandths: lowest and highest of a triangle. Small
# schools are protected beyond the formula, and their sites cost more than the model's.
INCOME_NOISE = {"urgent": (1030, 1190), "small": (970, 1090), "partner": (900, 1060)}
SPENDING_NOISE = {"urgent": (1140, 1350), "small": (1090, 1290), "partner": (900, 1080)}

QUARTERS = (
    "Abbey|Castle Hill|Fairfield|Greyfriars|Hillside|Kiln Lane|Lime Tree|Millfield|Northfields|"
    "Orchard|Parkside|Quayside|Riverside|Southfields|Station Road|Tannery|Underwood|Valley|"
    "Westgate|Windmill|Acre Lane|Bell Meadow|Cherry Tree|Dove House|Eel Pie|Ferry Road|Gas Hill|"
    "Heronsgate|Ivy Lane|Justice Hill|Kingfisher|Lantern Lane|Market Hill|Nightingale|Osier|"
    "Priory|Queen's Acre|Rampart|Saltmarsh|Tollgate"
)
SAINTS = ("Botolph", "Edmund", "Etheldreda", "Felix", "Margaret", "Mary", "Peter", "Withburga")

NAMES = (
    "Morover Bresthorpe Salton Lodgate Brunholt Gesby Cedley Nedthorpe Hadthorpe Brungate Debwick "
    "Tasover Skeygate Morby Gimby Hornley Debgate Ingchurch Ugingham Crangate Skeyover Cogchurch "
    "Ranbrook Slostead Lodwell Halingham Walwick Ickholt Ranfield Holtoft Rinley Falfield Nedby "
    "Trunthorpe Yaxchurch Skeyfield Kimling Cedworth Penling Brunling Ingover Skeybrook Wesford "
    "Trunsham Beastead Lexingham Sulton Geswell Dockwick Ranthorpe Falstead Munchurch Hinding "
    "Oakchurch Hindling Nedsham Ugford Elmwick Snetingham Alding Nedchurch Ludtoft Rintoft "
    "Thurbrook Wimby Otbrook Selford Pulover Munby Fosthorpe Garstead Kimtoft Breston Elmchurch "
    "Cogsham Sulham Carlington Elmover Harpsham Stosham Culmere Palmere Pulwell Elsholt Rudsham "
    "Scarham Yaxholt Ickover Cedling Helholt Lexwick Tibwick Sulington Hadford Wimwick Frimholt "
    "Ransham Belworth Penworth Fosling Lodthorpe Gimton Gresmere Frimfield Garmere Swantoft "
    "Aldmere Thursham Pulingham Oakover Kilthorpe Whisford Palford Whisingham Snetstead Sultoft "
    "Penbrook Langing Sedchurch Dockham Barover Cranholt Gesham Hornholt Hadgate Ketworth Scarley "
    "Dockby Wimsham Nedholt Dockchurch Elmholt Rinham Eastmere Ketbrook Rolholt Selmere Cranchurch "
    "Fosworth Redstead Yaxthorpe Orlfield Frimling Hindstead Rinchurch Pulholt Morstead Kelthorpe "
    "Trunwick Gesbrook Ickton Thelbrook Palwick Mormere Elsbrook Wenley Rinford Kimley Beafield "
    "Sedstead Kilholt Swanwell Culwick Cranthorpe Helworth Braningham Norbrook Hindby Hemham "
    "Tibthorpe Helthorpe Stowick Caldworth Debstead Hemtoft Rudling Hadton Bresingham Frimwell "
    "Rudington Hornstead Fenworth Harpby Wilholt Sedington Thurley Tilmere Scarford Gresfield "
    "Wilover Dunford Langby Carlover Oakingham Brunthorpe Trunford Otingham Kilchurch Ketwick "
    "Bintwell Filham Kilford Cassmere Hindholt Thurington Halholt Aldthorpe Snetby Ickwell Taswick "
    "Somford Yaxfield Whismere Whistoft Branling Norling Rudholt Shelham Wesbrook Velover "
    "Gresthorpe Belby Dunover Marstead Tasham Taschurch Ugwick Quidworth Aldstead Caldholt "
    "Salthorpe Tilholt Caldmere Harpthorpe Wilington Gresover Marthorpe Pulbrook Thelington "
    "Carltoft Winling Icktoft Hembrook Cogling Quidwell Wenholt Palstead Yelton Penham Carlholt "
    "Osworth Melington Slothorpe Tasholt"
)
TWICE = 11  # names that two neighbouring villages share, as Great and Little


@dataclass(eq=False)
class Site:
    """One school as it is made, metres, pupils and pounds; `kind` is its GIAS type."""

    place: str
    at: Point
    group: str  # "small", "larger", "town", "infant" or "junior"
    quarter: str = ""
    roll: int = 0
    kind: str = ""
    faith: str = NONE
    diocese: str = "Not applicable"
    head: str = "in post"
    federation: str | None = None
    partnership: str | None = None
    trust: str | None = None
    income: int | None = None
    expenditure: int | None = None
    capacity: int | None = None
    opened: str | None = None
    status: str = "Open"
    phase: str = "Primary"
    name: str = ""
    urn: int = 0

    @property
    def ages(self) -> tuple[int, int]:
        """Lowest and highest age."""
        special = {"infant": (4, 7), "junior": (7, 11), "secondary": (11, 16)}
        return special.get(self.group, (4, 11))

    @property
    def maintained(self) -> bool:
        """Whether it may federate by law."""
        return self.status == "Open" and self.kind in (COMMUNITY, FOUNDATION, VC, VA)

    @property
    def tier(self) -> str:
        """Tier by roll."""
        return "urgent" if self.roll < 50 else "small" if self.roll < 100 else "partner"


class Dice:
    """Draws that depend on one float stream only, which Python keeps the same for ever."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self._random() * (high - low + 1))

    def triangle(self, low: int, high: int) -> int:
        """Draw a whole number, the middle likeliest."""
        return (self.whole(low, high) + self.whole(low, high)) // 2

    def shuffled(self, things: Sequence) -> list:
        """Shuffle (Fisher and Yates)."""
        left = list(things)
        for k in range(len(left) - 1, 0, -1):
            j = self.whole(0, k)
            left[k], left[j] = left[j], left[k]
        return left


def square(a: Point, b: Point) -> int:
    """Square of a distance, square metres."""
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def metres(a: Point, b: Point) -> int:
    """Distance rounded to a metre."""
    return (isqrt(4 * square(a, b)) + 1) // 2


def side(a: Point, b: Point, c: Point) -> int:
    """Above 0 where c is left of the line from a to b."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def inside(p: Point) -> bool:
    """Whether a point is in the county (even-odd rule)."""
    odd = False
    for a, b in zip(OUTLINE, OUTLINE[1:] + OUTLINE[:1], strict=True):
        if (a[1] > p[1]) != (b[1] > p[1]) and (side(a, b, p) > 0) == (b[1] > a[1]):
            odd = not odd
    return odd


def river_course(dice: Dice) -> list[Point]:
    """Draw the meanders: the middle of each stretch is pushed aside, twice over."""
    course = list(COURSE)
    for push in (1300, 600):
        bent = [course[0]]
        for a, b in pairwise(course):
            aside = dice.whole(push // 3, push) * (1 if dice.whole(0, 1) else -1)
            bent += [((a[0] + b[0]) // 2 + aside // 3, (a[1] + b[1]) // 2 + aside), b]
        course = bent
    return course


def river_lines(course: list[Point]) -> list[list[Point]]:
    """Cut the river at its bridges, a gap of two half spans about the vertex of each."""
    lines, line = [], [course[0]]
    for k, vertex in enumerate(course[1:], start=1):
        if k in BRIDGES:
            line.append(towards(vertex, course[k - 1]))
            lines.append(line)
            line = [towards(vertex, course[k + 1])]
        else:
            line.append(vertex)
    return [*lines, line]


def towards(a: Point, b: Point) -> Point:
    """Give the point a half span from a on the way to b, or near b where that is nearer."""
    length = metres(a, b)
    step = min(HALF_SPAN, length * 9 // 10)
    return a[0] + (b[0] - a[0]) * step // length, a[1] + (b[1] - a[1]) * step // length


def crosses(a: Point, b: Point, lines: list[list[Point]]) -> bool:
    """Whether the straight line between two places crosses the river."""
    return any(
        (side(a, b, c) > 0) != (side(a, b, d) > 0) and (side(c, d, a) > 0) != (side(c, d, b) > 0)
        for line in lines
        for c, d in pairwise(line)
    )


def dry(p: Point, course: list[Point]) -> bool:
    """Whether a place stands clear of the river."""
    for a, b in pairwise(course):
        along = (p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])
        if 0 <= along <= square(a, b):
            if side(a, b, p) ** 2 < BANK**2 * square(a, b):
                return False
        elif min(square(a, p), square(b, p)) < BANK**2:
            return False
    return True


def town_sites(dice: Dice, course: list[Point]) -> list[Site]:
    """Put the schools of the towns, pairs of an infant and a junior school side by side."""
    sites: list[Site] = []
    for town, centre, count, pairs, across in TOWNS:
        quarters = dice.shuffled(QUARTERS.split("|"))
        here: list[Site] = []
        while len(here) < count:
            spread = across // 2
            at = centre[0] + dice.whole(-spread, spread), centre[1] + dice.whole(-spread, spread)
            too_far = square(at, centre) > spread**2
            if too_far or not dry(at, course) or any(square(at, s.at) < 420**2 for s in here):
                continue
            group = "infant" if len(here) < 2 * pairs else "town"
            here.append(Site(town, at, group, quarters.pop()))
            if group == "infant":
                beside = at[0] + 120, at[1] + 90
                here.append(Site(town, beside, "junior", here[-1].quarter))
        sites += here
    return sites


def village_sites(dice: Dice, course: list[Point]) -> list[Site]:
    """Scatter the villages, then name them; eleven names are shared by neighbours."""
    remote = [Site(place, at, "small") for place, at, _ in REMOTE]
    clear = [(at, most) for _, at, most in REMOTE]
    clear += [(at, across // 2 + 1900) for _, at, _, _, across in TOWNS]
    spots: list[Point] = []
    while len(spots) < VILLAGES:
        at = dice.whole(540000, 651000), dice.whole(265000, 343000)
        if (
            inside(at)
            and dry(at, course)
            and all(square(at, p) > most**2 for p, most in clear)
            and all(square(at, p) > APART**2 for p in spots)
        ):
            spots.append(at)
    names, places, left = dice.shuffled(NAMES.split()), {}, dice.shuffled(spots)
    for _ in range(TWICE):
        first, name = left.pop(), names.pop()
        second = min(left, key=lambda p: (square(p, first), p))
        left.remove(second)
        places |= {first: f"Great {name}", second: f"Little {name}"}
    places |= dict(zip(left, names, strict=False))
    centres = [at for _, at, _, _, _ in TOWNS]
    lonely = {p: min(metres(p, c) for c in centres) + dice.whole(0, 16000) for p in spots}
    ranked = sorted(spots, key=lambda p: (-lonely[p], p))
    small = {*ranked[: 135 - len(remote)]}
    return remote + [Site(places[p], p, "small" if p in small else "larger") for p in spots]


def give_rolls(dice: Dice, sites: list[Site]) -> None:
    """Give every school its pupils and its places."""
    rolls = dice.shuffled([*URGENT_ROLLS, *(50 + k * 50 // 95 for k in range(95))])
    for place, roll in ((REMOTE[0][0], 71), (REMOTE[1][0], 23)):
        rolls.remove(roll)
        next(s for s in sites if s.place == place).roll = roll
    for site in sites:
        if site.group == "small":
            site.roll = site.roll or rolls.pop()
        elif site.group == "larger":
            site.roll = 100 + dice.whole(0, 135) * dice.whole(0, 135) // 135
        elif site.group == "town":
            site.roll = dice.triangle(150, 415)
        elif site.group == "infant":
            site.roll = dice.triangle(105, 210)
        else:
            site.roll = sites[sites.index(site) - 1].roll * dice.whole(122, 142) // 100
    for site, roll in zip(dice.shuffled(in_group(sites, "town")), LARGEST_ROLLS, strict=False):
        site.roll = roll
    for site in sites:
        site.capacity = -(-site.roll * dice.whole(100, 145) // 500) * 5


def in_group(sites: list[Site], *groups: str) -> list[Site]:
    """Schools of these groups."""
    return [s for s in sites if s.group in groups]


def give_kinds(dice: Dice, sites: list[Site]) -> None:
    """Give every school its kind, faith and diocese: Catholic and remote ones first."""
    for place, count in CATHOLIC_TOWNS:
        mine = [s for s in in_group(sites, "town") if s.place == place and s.roll <= 420]
        for site in dice.shuffled(mine)[:count]:
            site.kind, site.faith = VA, RC
    for site in catholic_villages(sites):
        site.kind, site.faith = VA, RC
    for (place, _, _), kind in zip(REMOTE, (VC, COMMUNITY), strict=True):
        next(s for s in sites if s.place == place).kind = kind
    for groups, kinds in (
        (("small",), SMALL_KINDS),
        (("larger",), LARGER_KINDS),
        (("town",), TOWN_KINDS),
        (("infant", "junior"), ()),
    ):
        here = in_group(sites, *groups)
        left = [kind for kind, count in kinds for _ in range(count)]
        for site in here:
            if site.kind:
                left.remove(site.kind)
        if not kinds:  # a pair is of one kind
            left = [k for kind, count in PAIR_KINDS for k in [kind] * 2 * count]
        for site in here if not kinds else dice.shuffled(here):
            if not site.kind:
                site.kind = left.pop()
    give_faiths(dice, sites)


def catholic_villages(sites: list[Site]) -> list[Site]:
    """Pick three small villages: two far from any Catholic school, one near a town that has one."""
    theirs = [s.at for s in sites if s.faith == RC]
    small = [s for s in in_group(sites, "small") if s.place not in {r[0] for r in REMOTE}]
    away = {s.place: min(metres(s.at, p) for p in theirs) for s in small}
    far = max(small, key=lambda s: (away[s.place], s.place))
    apart = [s for s in small if metres(s.at, far.at) > 16000]
    other = max(apart, key=lambda s: (away[s.place], s.place))
    near = min(small, key=lambda s: (abs(away[s.place] - 7000), s.place))
    return [far, other, near]


def give_faiths(dice: Dice, sites: list[Site]) -> None:
    """Church schools are Church of England but for a few; dioceses meet west of the middle."""
    for site in sites:
        if site.kind in (VC, VA) and site.faith == NONE:
            site.faith = CE
    controlled = dice.shuffled([s for s in sites if s.kind == VC and s.place != REMOTE[0][0]])
    for site, faith in zip(
        controlled, ["Methodist"] * 2 + ["Church of England/Methodist"] * 3, strict=False
    ):
        site.faith = faith
    villages = dice.shuffled(
        [s for s in in_group(sites, "small", "larger") if s.kind == FOUNDATION]
    )
    for site, faith in zip(villages, ("Christian", "Christian", ""), strict=False):
        site.faith = faith
    academies = dice.shuffled([s for s in sites if s.kind in (CONVERTER, SPONSORED, FREE)])
    trusts = ("Orlingham Academies Trust", "Ickover Learning Trust", "Mereminster Church Trust")
    for k, site in enumerate(academies):
        site.trust = trusts[k % 2]
        if k < 4:
            site.faith, site.trust = CE, trusts[2]
    for site in sites:
        if site.faith.startswith(CE):
            site.diocese = WEST if site.at[0] < 577000 else EAST
        elif site.faith == RC:
            site.diocese = CATHOLIC
    controlled[-1].diocese = ""


def give_names(dice: Dice, sites: list[Site]) -> None:
    """Name every school after its place, its quarter of a town, at times a saint."""
    stages = {"infant": "Infant School", "junior": "Junior School"}
    for site in sites:
        stage = stages.get(site.group, "Primary School")
        where = f"{site.place} {site.quarter}".strip()
        church = {RC: "Roman Catholic", CE: "CofE", "Methodist": "Methodist", "Christian": ""}
        short = " ".join([church.get(site.faith, "CofE Methodist"), {VC: "VC", VA: "VA"}[site.kind]]
                         ) if site.kind in (VC, VA) else ""  # fmt: skip
        if site.trust:
            stage = "CofE Primary Academy" if site.faith == CE else "Primary Academy"
        elif site.kind == COMMUNITY and site.group in ("larger", "town") and dice.whole(0, 2) == 0:
            stage = "Community Primary School"
        if site.faith in (CE, RC) and short and (site.faith == RC or dice.whole(0, 3) == 0):
            saint = SAINTS[dice.whole(0, len(SAINTS) - 1)]
            site.name = f"St {saint}'s {short} {stage}, {where}"
        else:
            site.name = " ".join(f"{where} {short} {stage}".split())


def give_groups(dice: Dice, sites: list[Site], lines: list[list[Point]]) -> None:
    """Federate and partner neighbours, mostly small ones of one faith, none across the river."""
    remote = {place for place, _, _ in REMOTE}
    free = [
        s
        for s in in_group(sites, "small", "larger")
        if s.maintained and s.faith in (CE, NONE) and s.place not in remote and s.diocese != ""
    ]
    for sizes, kind, most in ((FEDERATIONS, "F", 9000), (PARTNERSHIPS, "P", 8000)):
        for k, size in enumerate(sizes, start=1):
            members = neighbours(dice, free, lines, size, most, mixed=kind == "P" or k in (5, 11))
            for site in members:
                free.remove(site)
                if kind == "F":
                    site.federation = f"F{k:02}"
                else:
                    site.partnership = f"P{k:02}"
                if kind == "F" or k <= 14:
                    site.head = "shared"


def neighbours(
    dice: Dice, free: list[Site], lines: list[list[Point]], size: int, most: int, *, mixed: bool
) -> list[Site]:
    """Find a small school with near neighbours enough; the neighbours too are mostly small."""
    beside = "small" if size > 2 or dice.whole(0, 9) < 7 else "larger"
    for seed in dice.shuffled([s for s in free if s.group == "small"]):
        if size > 2 and not mixed and seed.faith != CE:
            continue
        near = [
            s
            for s in free
            if s is not seed
            and square(s.at, seed.at) < most**2
            and (mixed or (s.faith, s.diocese) == (seed.faith, seed.diocese))
            and s.group == beside
            and not crosses(s.at, seed.at, lines)
        ]
        if len(near) >= size - 1:
            near.sort(key=lambda s: (square(s.at, seed.at), s.at))
            return [seed, *near[: size - 1]]
    raise ValueError("no neighbours left: loosen the distances")


def give_heads(dice: Dice, sites: list[Site]) -> None:
    """Heads who leave, posts that stand empty: half of them in small schools."""
    others = [s for s in sites if s.head != "shared"]
    half = (LEAVING + VACANT + UNKNOWN) // 2
    small = dice.shuffled([s for s in others if s.group == "small"])[:half]
    rest = dice.shuffled([s for s in others if s.group != "small"])[:half]
    words = ["leaving"] * LEAVING + ["vacant"] * VACANT + ["unknown"] * UNKNOWN
    for site, word in zip(dice.shuffled([*small, *rest]), words, strict=True):
        site.head = word


def give_money(dice: Dice, sites: list[Site]) -> None:
    """Give returns to most maintained schools: the model's sums times noise."""
    filed = dice.shuffled([s for s in sites if s.maintained])
    filed = filed[len(filed) * WITHOUT_RETURN // 100 :]
    costs = {id(s): cost_alone(MONEY, s.roll, teaching_share(MONEY, s.roll)) for s in sites}
    for name in [f"F{k:02}" for k in range(1, len(FEDERATIONS) + 1)]:
        members = [s for s in sites if s.federation == name]
        rolls = [s.roll for s in members]
        whole = cost_federated(MONEY, rolls, tree_miles([s.at for s in members]))
        for site in members:
            costs[id(site)] = whole * site.roll / sum(rolls)
    for site in filed:
        low, high = site.ages
        near = [
            square(site.at, s.at)
            for s in sites
            if s is not site and max(low, s.ages[0]) < min(high, s.ages[1])
        ]
        miles = (isqrt(4 * min(near)) + 1) // 2 * DETOUR / METRES_A_MILE
        modelled = income(MONEY, site.roll, sparsity(MONEY, site.roll, high - low, miles))
        site.income = round(modelled * dice.triangle(*INCOME_NOISE[site.tier]) / 1000)
        site.expenditure = round(costs[id(site)] * dice.triangle(*SPENDING_NOISE[site.tier]) / 1000)


def tree_miles(points: list[Point]) -> Fraction:
    """Road miles of the shortest tree over some places."""
    joined, left, total = [points[0]], points[1:], 0
    while left:
        length, nearest = min((metres(a, b), b) for a in joined for b in left)
        total += length
        joined.append(nearest)
        left.remove(nearest)
    return total * DETOUR / METRES_A_MILE


def extras() -> list[Site]:
    """Five rows beyond the 364, for the list of schools left out."""
    closed = "Closed"
    return [
        Site("Quidford", (592400, 287300), "small", roll=12, kind=COMMUNITY, capacity=45,
             status="Open, but proposed to close", name="Quidford Primary School"),
        Site("Snetby Staithe", (571200, 316400), "small", roll=9, kind=VC, faith=CE, diocese=WEST,
             status=closed, name="Snetby Staithe CofE VC Primary School"),
        Site("Belingham", (621700, 283900), "small", roll=14, kind=COMMUNITY, status=closed,
             name="Belingham Primary School"),
        Site("Orlingham", (613900, 301300), "special", roll=118, kind="Community special school",
             phase="Not applicable", capacity=120, name="Orlingham Heron School"),
        Site("Thelthorpe", (587300, 279200), "secondary", roll=912, kind=COMMUNITY, capacity=1050,
             phase="Secondary", name="Thelthorpe High School"),
    ]  # fmt: skip


def make() -> dict[str, bytes]:
    """Make both files: their names and bytes."""
    dice = Dice(SEED)
    course = river_course(dice)
    lines = river_lines(course)
    sites = town_sites(dice, course) + village_sites(dice, course)
    give_rolls(dice, sites)
    give_kinds(dice, sites)
    give_names(dice, sites)
    filling = next(s for s in sites if s.group == "town" and s.kind == FOUNDATION)
    filling.roll, filling.capacity, filling.opened = 168, 420, "2021-09-01"
    give_groups(dice, sites, lines)
    give_heads(dice, sites)
    give_money(dice, sites)
    sites.sort(key=lambda s: s.name)
    sites += extras()
    features = []
    for urn, (site, point) in enumerate(
        zip(sites, degrees([s.at for s in sites]), strict=True), start=900001
    ):
        features.append(feature({"type": "Point", "coordinates": point}, properties(urn, site)))
    river = [
        feature({"type": "LineString", "coordinates": degrees(line)}, {"name": "River Yaxen"})
        for line in lines
    ]
    return {
        "schools.geojson": geojson_bytes(collection(features)),
        "river.geojson": geojson_bytes(collection(river)),
    }


def properties(urn: int, site: Site) -> dict[str, object]:
    """Columns of `schools.geojson`, an unknown null."""
    return {
        "urn": urn,
        "name": site.name,
        "place": site.place,
        "roll": site.roll,
        "type": site.kind,
        "status": site.status,
        "phase": site.phase,
        "religious_character": site.faith,
        "diocese": site.diocese,
        "local_authority": AUTHORITY,
        "age_low": site.ages[0],
        "age_high": site.ages[1],
        "capacity": site.capacity,
        "open_date": site.opened,
        "income": site.income,
        "expenditure": site.expenditure,
        "head": site.head if site.status != "Closed" else None,
        "federation": site.federation,
        "partnership": site.partnership,
        "trust": site.trust,
    }


def feature(geometry: dict[str, object], values: dict[str, object]) -> dict[str, object]:
    """Make a GeoJSON feature."""
    return {"type": "Feature", "geometry": geometry, "properties": values}


def collection(features: list[dict[str, object]]) -> dict[str, object]:
    """Make a collection that says it is a model, with its bounding box."""
    points: list[list[float]] = []
    for made in features:
        inner = made["geometry"]["coordinates"]
        points += inner if isinstance(inner[0], list) else [inner]
    (west, east), (south, north) = ((min(v), max(v)) for v in zip(*points, strict=True))
    made_by = "data/make_model_county.py"
    return {
        "type": "FeatureCollection",
        "grouping": {"model": True, "note": NOTE, "made_by": made_by, "seed": SEED},
        "bbox": [west, south, east, north],
        "features": features,
    }


def degrees(points: list[Point]) -> list[list[float]]:
    """Longitude and latitude of grid points to six decimals (a tenth of a metre)."""
    longitudes, latitudes = to_wgs84([p[0] for p in points], [p[1] for p in points])
    return [
        [round(float(x), 6), round(float(y), 6)] for x, y in zip(longitudes, latitudes, strict=True)
    ]


def main(words: Sequence[str]) -> int:
    """Write the files, or compare them; the exit code."""
    if words not in ([], ["--check"]):
        print("usage: python data/make_model_county.py [--check]", file=sys.stderr)
        return 2
    different = []
    for name, made in make().items():
        path = HERE / name
        if not words:
            path.write_bytes(made)
            print(f"{name}: {len(made):,} bytes")
        elif not path.exists() or path.read_bytes().replace(b"\r\n", b"\n") != made:
            different.append(name)
    for name in different:
        print(f"{name} is not what {Path(__file__).name} makes: run it again", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
