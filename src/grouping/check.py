"""The independent checker: reads the input and the answer again and says VALID or REFUTED.

Written from the problem statement alone. It shares no code with the engine: one file, the standard
library only, whole numbers and fractions throughout (floats for the map projection only). Of the
package it reads one dated file of figures, as data. Run it as
``python -m grouping.check SCHOOLS DIR [--journeys FILE]``.

Codes: R01 inputs differ, R02 who takes part, R03 the plan's form, R04 rules, locks and limits,
R05 measures and values, R06 figures shown, R07 exports, R08 a status stronger than its evidence.
"""

# fmt: off
from __future__ import annotations

import argparse
import csv
import functools
import gc
import hashlib
import io
import itertools
import json
import math
import statistics
import sys
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

P = ParamSpec("P")
R = TypeVar("R")
Federation = tuple[int, ...]
Point = tuple[int, int]
Finding = tuple[str, str, str]
Row = dict[str, Any]

SCHEMA, STANDING = "grouping-plan/1", "candidate for discussion"
STRAIGHT, MANAGER, SOFT = "straight line", "shared business manager", "soft federation"
ZERO, TINY, MILE = Fraction(0), Fraction(6, 10**8), Fraction(1609344, 1000)
UNSEEN = dict.fromkeys([0x61C, 0x2060, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
    *range(0x2066, 0x206A)])  # marks that a name is read without
ACADEMIES = {"academy converter", "academy sponsor led", "free schools"}
MAINSTREAM = ACADEMIES | {"community school", "foundation school", "voluntary aided school",
    "voluntary controlled school"}
RULES = ("schools", "for_the_small", "longest_journey", "connected", "ethos", "one_authority",
    "combined_roll", "combined_budget")
TERMS = ("journey", "ethos", "leadership", "size", "dominance", "vacancies", "partnerships")
REASONS = ("status", "type", "phase", "authority", "policy", "law", "filling", "large")
NO_DIOCESE = {"", "not applicable", "does not apply", "none"}
CHURCH = {"CE", "CE/METH", "METH"}
CHRISTIAN_WORDS = ("church of england", "christian", "united reform", "free church", "quaker")
ETHOS_NAMES = {"": "unknown", "not reported": "unknown", "does not apply": "none", "none": "none",
    "church of england": "CE", "methodist": "METH", "roman catholic": "RC", "catholic": "RC"}
SQUARE = 4_000  # metres; looking round a place, first so far, then farther, at last everywhere
REACHES = (4_000, 8_000, 16_000, 32_000, 128_000, 10**9)

class Unreadable(Exception):
    """An input that cannot be read at all: exit 3."""

def number(value: Any) -> Fraction | None:
    """Give a number as the exact decimal written, None where there is none."""
    if value is None or isinstance(value, Fraction):
        return value
    if type(value) is int:
        return Fraction(value)
    text = value.strip().replace(",", "") if isinstance(value, str) else str(value)
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return Fraction(*found.as_integer_ratio()) if found.is_finite() else None

def _exact(value: Any) -> Fraction:
    found = number(value)
    if found is None:
        raise Unreadable(f"{value!r} is not a number")
    return found

def _whole(value: Any) -> int:
    found = _exact(value)
    if found.denominator != 1:
        raise Unreadable(f"{value!r} is not a whole number")
    return found.numerator

def _words(value: Any) -> str:
    return str(value).strip().casefold() if value is not None else ""

def label(value: Any) -> str | None:
    """Give an id as text: 1992, 1992.0 and "1992" are the same; None where absent."""
    found = None if isinstance(value, str) else number(value)
    value = found.numerator if found is not None and found.denominator == 1 else value
    return None if value is None or isinstance(value, bool) else str(value).strip() or None

def to_places(value: Fraction, places: int) -> Fraction:
    """Round half to even to so many decimals, exactly."""
    return Fraction(round(value * 10**places), 10**places)

def rounded_root(square: int) -> int:
    """Give the square root of a whole number to the nearest whole number (never a tie)."""
    return (math.isqrt(4 * square) + 1) // 2

def scaled_root(square: int, scale: Fraction, plus: Fraction) -> int:
    """Round scale * sqrt(square) + plus half to even, exactly."""
    fours, parts = scale * scale * (4 * square), plus.denominator
    twice = (math.isqrt(math.floor(fours * parts * parts)) + 2 * plus.numerator) // parts
    tie = twice % 2 == 1 and twice >= 2 * plus and (twice - 2 * plus) ** 2 == fours
    return round(Fraction(twice, 2)) if tie else (twice + 1) // 2

def canonical_hash(federation: Sequence[int]) -> int:
    """Give SHA-256 of the ascending URNs joined by commas, as a whole number."""
    text = ",".join(str(urn) for urn in sorted(federation))
    return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest(), "big")

# The two ellipsoids (half axes, eccentricity squared) and what follows from them alone.
_A84, _B84, _A36, _B36 = 6378137.0, 6356752.3141, 6377563.396, 6356256.909
_E84, _E36 = 1 - (_B84 * _B84) / (_A84 * _A84), 1 - (_B36 * _B36) / (_A36 * _A36)
_F0, _N = 0.9996012717, (_A36 - _B36) / (_A36 + _B36)
_ARCS = (1 + _N + 1.25 * _N**2 + 1.25 * _N**3, 3 * _N + 3 * _N**2 + 21 / 8 * _N**3,
    15 / 8 * (_N**2 + _N**3), 35 / 24 * _N**3)
_LAT0, _LON0, _SCALE = math.radians(49), math.radians(2), 1 + 20.4894e-6
_RX, _RY, _RZ = (math.radians(sec / 3600) for sec in (-0.1502, -0.2470, -0.8421))

def to_grid(longitude: float, latitude: float) -> tuple[int, int]:
    """Project WGS84 to EPSG:27700 by Helmert and transverse Mercator, in whole metres."""
    lon, lat = _helmert(math.radians(longitude), math.radians(latitude))
    sin, cos, tan2 = math.sin(lat), math.cos(lat), math.tan(lat) ** 2
    bend = 1 - _E36 * sin * sin
    nu, rho = _A36 * _F0 / math.sqrt(bend), _A36 * _F0 * (1 - _E36) / bend**1.5
    eta2 = nu / rho - 1
    less, more, d = lat - _LAT0, lat + _LAT0, lon + _LON0
    arc = (_ARCS[0] * less - _ARCS[1] * math.sin(less) * math.cos(more)
        + _ARCS[2] * math.sin(2 * less) * math.cos(2 * more)
        - _ARCS[3] * math.sin(3 * less) * math.cos(3 * more))
    north = _B36 * _F0 * arc - 100000.0
    north += d**2 * nu / 2 * sin * cos
    north += d**4 * nu / 24 * sin * cos**3 * (5 - tan2 + 9 * eta2)
    north += d**6 * nu / 720 * sin * cos**5 * (61 - 58 * tan2 + tan2 * tan2)
    east = 400000.0 + d * nu * cos
    east += d**3 * nu / 6 * cos**3 * (nu / rho - tan2)
    east += d**5 * nu / 120 * cos**5 * (5 - 18 * tan2 + tan2 * tan2 + 14 * eta2 - 58 * tan2 * eta2)
    return round(east), round(north)

def _helmert(lon: float, lat: float) -> tuple[float, float]:
    sin, cos = math.sin(lat), math.cos(lat)
    nu = _A84 / math.sqrt(1 - _E84 * sin**2)
    x, y, z = nu * cos * math.cos(lon), nu * cos * math.sin(lon), nu * (1 - _E84) * sin
    x, y, z = (-446.448 + _SCALE * x - _RZ * y + _RY * z,
        125.157 + _RZ * x + _SCALE * y - _RX * z, -542.060 - _RY * x + _RX * y + _SCALE * z)
    p = math.hypot(x, y)
    lat = math.atan2(z, p * (1 - _E36))
    for _ in range(10):
        sin, before = math.sin(lat), lat
        nu = _A36 / math.sqrt(1 - _E36 * sin**2)
        lat = math.atan2(z + _E36 * nu * sin, p)
        if lat == before:
            break
    return math.atan2(y, x), lat

class School:
    """One school as the checker reads it: words trimmed and in lower case, numbers exact."""

    def __init__(self, raw: dict[str, Any], position: Sequence[Any]) -> None:
        if bool in map(type, position):
            raise TypeError("a coordinate is not a number")
        self.raw, self.position = raw, position
        self.place = to_grid(float(position[0]), float(position[1]))
        self.urn, self.roll = _whole(raw.get("urn")), _whole(raw.get("roll"))
        self.name = str(raw.get("name", "")).strip().translate(UNSEEN)[:200]
        self.kind, self.status = _words(raw.get("type")), _words(raw.get("status")) or "open"
        self.phase, self.diocese = _words(raw.get("phase")) or "primary", _words(raw.get("diocese"))
        self.ethos = ethos_of(raw.get("religious_character"))
        self.authority = str(raw.get("local_authority") or "").strip() or None
        self.low, self.high = _ages(number(raw.get("age_low")), number(raw.get("age_high")))
        self.capacity, self.opened = number(raw.get("capacity")), _words(raw.get("open_date"))
        self.sparsity_miles = number(raw.get("sparsity_miles"))
        self.income, self.expenditure = number(raw.get("income")), number(raw.get("expenditure"))
        self.head = _words(raw.get("head")) or "unknown"
        self.federation, self.partnership = (label(raw.get(n)) for n in ("federation",
            "partnership"))
        self.known_money = self.income is not None and self.expenditure is not None
        self.standing = _standing_kind(self.kind, self.ethos)

def _ages(low: Fraction | None, high: Fraction | None) -> tuple[Fraction, Fraction]:
    """Give the ages a school teaches: 5 or under reads 4, and 4 to 11 where they make no sense."""
    if low is not None and high is not None and low > 0 and high > (4 if low <= 5 else low):
        return (Fraction(4) if low <= 5 else low), high
    return Fraction(4), Fraction(11)

parse_json = functools.partial(json.loads, parse_float=Decimal, parse_constant=Decimal)

# ---- ethos
@functools.lru_cache(None, typed=True)
def ethos_of(name: Any) -> str:
    """Read a religious character as an ethos; `other: name` for the rest."""
    character = _words(name)
    parts = {part.strip() for part in character.split("/")}
    parts = {"church of england" if part == "anglican" else part for part in parts}
    if parts == {"church of england", "methodist"}:
        return "CE/METH"
    if parts == {"church of england", "roman catholic"}:
        return "CE/RC"
    character = min(parts) if len(parts) == 1 else character
    if character in ETHOS_NAMES:
        return ETHOS_NAMES[character]
    if any(word in part for word in CHRISTIAN_WORDS for part in parts):
        return "christian"
    return f"other: {character}"

def _standing_kind(kind: str, ethos: str) -> str:
    """Give the kind that counts in the pair table; academies count as their nearest kind."""
    if kind in ACADEMIES:
        return {"none": "community", "unknown": "community", "RC": "VA"}.get(ethos, "VC")
    return {"community school": "community", "voluntary aided school": "VA"}.get(kind, "else")

def _pair_line(a: tuple[str, str], b: tuple[str, str]) -> tuple[int, str]:
    """Give the penalty in hundredths and the standing of two (ethos, kind): the first that fits."""
    both, aided = {a[0], b[0]}, [a[1], b[1]].count("VA")
    same, secular = len(both) == 1, [a[1], b[1]].count("community") == 1
    church = b if a[0] == "none" else a
    beside = 45 if church[1] == "VA" else 30 if church[0] == "METH" else 25
    lines = [(25, "allowed", "unknown" in both and both <= {"unknown", "none"}),
        (10 if secular else 0, "allowed", both == {"none"}),
        (beside, "with consent", "none" in both and both & (CHURCH | {"christian"})),
        (20, "with consent", both <= CHURCH and not same),
        ((0, 15, 5)[aided], "allowed", same and both <= CHURCH | {"christian"}),
        (40, "with consent", "christian" in both and both & CHURCH),
        (5, "allowed", both == {"RC"} or (same and a[0].startswith("other: "))),
        (40, "with consent", "CE/RC" in both and both <= {"CE", "RC", "CE/RC"})]
    return next(((worth, standing) for worth, standing, fits in lines if fits), (90, "refused"))

# ---- the problem
@dataclass
class Case:
    """The problem as the checker reads it: schools, who takes part, today, journeys, policy."""

    policy: dict[str, Any]
    money: dict[str, Fraction]
    schools: dict[int, School] = field(default_factory=dict)
    journeys: dict[tuple[int, int], int] | None = None
    edges: set[tuple[int, int]] = field(default_factory=set)
    barriers: list[list[Point]] = field(default_factory=list)
    unchecked: set[str] = field(default_factory=set)
    taking: list[int] = field(default_factory=list)
    roles: dict[int, str] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)
    blocks: list[Federation] = field(default_factory=list)
    today: list[Federation] = field(default_factory=list)
    block_of: dict[int, Federation] = field(default_factory=dict)
    today_of: dict[int, Federation] = field(default_factory=dict)
    stated: dict[Federation, int] = field(default_factory=dict)
    cache: dict[Any, Any] = field(default_factory=dict)
    roll_change: Fraction = ZERO  # of the budgets shown: the leadership term's, 0 if it is off

def kept(work: Callable[Concatenate[Case, P], R]) -> Callable[Concatenate[Case, P], R]:
    """Make a function of a case work each thing out once."""
    def again(case: Case, /, *args: P.args, **named: P.kwargs) -> R:
        key = (work.__name__, *args, *named.values())
        if key not in case.cache:
            case.cache[key] = work(case, *args, **named)
        return cast("R", case.cache[key])
    return again

def _setting(policy: dict[str, Any], table: str, key: str) -> Any:
    found = policy.get(table, {}).get(key, False)
    return None if found is False else found

@kept
def _named(case: Case, table: str, key: str) -> dict[tuple[int, int], None]:
    """Give the pairs inside each group that a key of the policy names, in order."""
    groups = (sorted({int(u) for u in group}) for group in case.policy[table][key] or [])
    return dict.fromkeys(sorted(pair for g in groups for pair in itertools.combinations(g, 2)))

def read_case(schools: str | Path | list[Any], policy: dict[str, Any], base_dir: str | Path,
    journeys_path: str | Path | None = None) -> Case:
    """Read the problem from files or parsed features; edges and barriers lie in `base_dir`."""
    base, neighbours = Path(base_dir), policy["neighbours"]
    given = neighbours["kind"] == "edges" and neighbours["edges"]
    edges = _rows(base / "edges.csv", JOURNEYS[:2]) if given else []
    maps = [parse_json(_text(base / "barriers.geojson"))] if neighbours["barriers"] else []
    lines = [line for barriers in maps for line in _parts(barriers, 2)]
    rows = None if journeys_path is None else _rows(Path(journeys_path), JOURNEYS)
    features = schools if isinstance(schools, list) else _features(Path(schools))
    return case_of(features, policy, rows, edges, lines)

def case_of(features: Iterable[Any], policy: dict[str, Any],
    journeys: Iterable[Sequence[Any]] | None = None, edges: Iterable[Sequence[Any]] = (),
    barriers: Iterable[Sequence[Sequence[Any]]] = ()) -> Case:
    """Make the problem from parsed features, rows of journeys, links and barrier lines."""
    case = Case(policy, money_figures(str(policy["budget"]["year"])))
    leadership = _setting(policy, "terms", "leadership")
    case.roll_change = _exact(leadership["roll_change"]) if leadership else ZERO
    for feature in features:
        try:
            school = School(feature["properties"], feature["geometry"]["coordinates"])
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
            raise Unreadable(f"a feature is not a school: {problem}") from None
        if school.urn in case.schools:
            raise Unreadable(f"URN {school.urn} is there twice")
        case.schools[school.urn] = school
    if journeys is not None:
        case.journeys = {}
        for one, other, way in journeys:
            pair = min(int(one), int(other)), max(int(one), int(other))
            if pair[0] != pair[1]:
                case.journeys[pair] = max(case.journeys.get(pair, 0), round(_exact(way) * 10))
    case.edges = {(min(int(a), int(b)), max(int(a), int(b))) for a, b in edges}
    case.barriers = [[to_grid(float(p[0]), float(p[1])) for p in line] for line in barriers]
    _take_part(case)
    return case

def money_figures(year: str) -> dict[str, Fraction]:
    """Read the dated figures of the budget model that lie beside this file, by name."""
    if not all(c.isdigit() or c == "-" for c in year):
        raise Unreadable(f"{year!r} is not a financial year")
    path = Path(__file__).parent / "figures" / f"money-{year}.toml"
    tables = tomllib.loads(_text(path), parse_float=Decimal)
    told = {key: value for table in ("income", "staff", "running", "travel")
        for key, value in tables[table].items()}
    years, groups = told.pop("pe_years"), told.pop("pay_groups")
    found = {key: _exact(value) for key, value in told.items()}
    found |= {f"cap {_exact(row['units_to'])}": _exact(row["cap"]) for row in groups}
    found["pe_share"] = _exact(years[0]) / _exact(years[1])
    found["post"] = _whole_post(found, found["teacher_pay"])
    found["cover"] = found["post"] * (1 + found["supply"])
    return found

def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise Unreadable(f"{path}: {problem}") from None

def _features(path: Path) -> list[Any]:
    try:
        return list(parse_json(_text(path))["features"])
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise Unreadable(f"{path} is not a FeatureCollection: {problem}") from None

def _rows(path: Path, columns: tuple[str, ...]) -> list[list[Any]]:
    table = csv.DictReader(io.StringIO(_text(path)))
    if tuple(name.strip() for name in table.fieldnames or ()) != columns:
        raise Unreadable(f"{path} has not the columns {','.join(columns)}")
    try:
        return [[int(r["from_urn"]), int(r["to_urn"]), *map(_exact, [*r.values()][2:])]
            for r in table]
    except (TypeError, ValueError) as problem:
        raise Unreadable(f"{path}: {problem}") from None

def _parts(thing: Any, depth: int) -> Iterator[Any]:
    """Give every list of this depth of a GeoJSON object: 1 is a position, 2 a line."""
    if isinstance(thing, dict):
        for key in ("features", "geometry", "geometries", "coordinates"):
            yield from _parts(thing.get(key), depth)
    elif isinstance(thing, list) and thing:
        inner, deep = thing[0], 1
        while isinstance(inner, list) and inner:
            inner, deep = inner[0], deep + 1
        if deep == depth and not isinstance(inner, dict):
            yield thing
        elif isinstance(thing[0], list | dict):
            for part in thing:
                yield from _parts(part, depth)

def _take_part(case: Case) -> None:
    case.why = why = {urn: _why_not(case, school) for urn, school in case.schools.items()}
    if case.policy["take_part"]["existing"] == "keep":
        case.blocks = _federated(case, [u for u, reason in why.items() if reason in ("", "large")])
    case.block_of = {urn: block for block in case.blocks for urn in block}
    case.left_out = {u: why[u] for u in sorted(why) if why[u] and u not in case.block_of}
    case.taking = sorted(set(case.schools) - set(case.left_out))
    case.today = _federated(case, case.taking)
    case.today_of = {urn: group for group in case.today for urn in group}
    case.roles = {urn: _role(case, case.schools[urn].roll) for urn in case.taking}

@kept
def _meant(case: Case) -> tuple[set[str], set[str], set[int], str]:
    """Give the phases and authorities meant, the schools left out, the day that is still new."""
    take, year = case.policy["take_part"], int(str(case.policy["budget"]["year"])[:4])
    return ({_words(phase) for phase in take["phases"]}, {str(n).strip() for n in
        take["authorities"]}, {int(urn) for urn in take["leave_out"]}, f"{year - 7}-09-01")

def _why_not(case: Case, school: School) -> str:
    """Say why a school takes no part; blank where it does, `large` where only a block can help."""
    phases, authorities, left_out, since = _meant(case)
    reasons = {"status": school.status != "open", "type": school.kind not in MAINSTREAM,
        "phase": school.phase not in phases, "policy": school.urn in left_out,
        "authority": bool(authorities) and school.authority not in authorities,
        "law": case.policy["take_part"]["academies"] == "leave out" and school.kind in ACADEMIES,
        "filling": school.opened > since and 5 * school.roll < 3 * (school.capacity or 0),
        "large": school.roll > _exact(case.policy["roles"]["partner_at_most"])}
    return next((reason for reason in REASONS if reasons[reason]), "")

def _federated(case: Case, urns: Iterable[int]) -> list[Federation]:
    groups: dict[str | None, list[int]] = {}
    for urn in sorted(urns):
        groups.setdefault(case.schools[urn].federation, []).append(urn)
    return sorted(tuple(g) for name, g in groups.items() if name is not None and len(g) > 1)

def _role(case: Case, roll: int) -> str:
    ends = case.policy["roles"]
    if roll > _exact(ends["partner_at_most"]):
        return "none"
    names = (name for name in ("urgent", "small") if roll < _exact(ends[f"{name}_below"]))
    return next(names, "partner")

# ---- journeys and neighbours
@kept
def _squares(case: Case, taking: bool) -> dict[Point, list[School]]:
    """Give the schools that take part, or all that count in sparsity, by square of the map."""
    found: dict[Point, list[School]] = {}
    for urn, school in case.schools.items():
        if urn in case.roles if taking else case.why[urn] not in REASONS[:3]:
            square = school.place[0] // SQUARE, school.place[1] // SQUARE
            found.setdefault(square, []).append(school)
    return found

def near(case: Case, place: Point, reach: int, taking: bool = True) -> Iterator[School]:
    """Give every school within so many metres of a place, and some that are farther."""
    squares = _squares(case, taking)
    wide, high = (range((at - reach) // SQUARE, (at + reach) // SQUARE + 1) for at in place)
    around = itertools.product(wide, high) if len(wide) * len(high) < len(squares) else squares
    return itertools.chain.from_iterable(squares.get(square, ()) for square in around)

def _apart(one: School, other: School) -> int:
    """Give the square of the metres between two schools."""
    return (one.place[0] - other.place[0]) ** 2 + (one.place[1] - other.place[1]) ** 2

def metres(case: Case, a: int, b: int) -> int:
    """Give the straight metres between two schools, rounded to a metre."""
    return rounded_root(_apart(case.schools[a], case.schools[b]))

def minutes(case: Case, a: int, b: int) -> int | None:
    """Give the journey between two schools in tenths of a minute, None where there is none."""
    pair = (a, b) if a < b else (b, a)
    return _straight(case, *pair) if case.journeys is None else case.journeys.get(pair)

@kept
def _straight(case: Case, a: int, b: int) -> int | None:
    one, other, rule = case.schools[a], case.schools[b], case.policy["journeys"]
    ends = one.place, other.place
    close = (line for *box, line in _boxed_barriers(case) if _boxes_meet(*ends, *box))
    if any(_meet(*ends, *piece) for line in close for piece in itertools.pairwise(line)):
        return None
    scale = 600 * _exact(rule["detour"]) / (MILE * _exact(rule["mph"]))
    return scaled_root(_apart(one, other), scale, 10 * _exact(rule["parking_minutes"]))

def _side(p: Point, q: Point, r: Point) -> int:
    cross = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    return (cross > 0) - (cross < 0)

def _boxes_meet(p: Point, q: Point, r: Point, s: Point) -> bool:
    return (max(p[0], q[0]) >= min(r[0], s[0]) and max(r[0], s[0]) >= min(p[0], q[0])
        and max(p[1], q[1]) >= min(r[1], s[1]) and max(r[1], s[1]) >= min(p[1], q[1]))

def _meet(p: Point, q: Point, r: Point, s: Point) -> bool:
    return (_boxes_meet(p, q, r, s) and _side(p, q, r) * _side(p, q, s) <= 0
        and _side(r, s, p) * _side(r, s, q) <= 0)

@kept
def _boxed_barriers(case: Case) -> list[tuple[Point, Point, list[Point]]]:
    """Give every barrier with two corners of the box round it."""
    axes = ([[place[i] for place in line] for i in (0, 1)] for line in case.barriers)
    return [((min(x), min(y)), (max(x), max(y)), line)
        for (x, y), line in zip(axes, case.barriers, strict=True)]

@kept
def linked(case: Case, a: int, b: int) -> bool:
    """Say whether two schools that take part are neighbours, or in one block."""
    rules, pair, journey = case.policy["neighbours"], (min(a, b), max(a, b)), minutes(case, a, b)
    if _same_block(case, a, b) or pair in _named(case, "neighbours", "added"):
        return True
    if pair in _named(case, "neighbours", "barred") or journey is None:
        return False
    together = case.schools[a].place == case.schools[b].place
    close = journey <= 10 * _exact(rules["link_at_most"])
    kinds = {"minutes": lambda *_: True, "edges": lambda *_: pair in case.edges,
        "gabriel": _gabriel, "delaunay": _delaunay, "nearest": _nearest}
    return close and (together or kinds[rules["kind"]](case, *pair))

def _same_block(case: Case, a: int, b: int) -> bool:
    return a in case.block_of and case.block_of[a] == case.block_of.get(b)

def _seen_from(case: Case, a: int, b: int, reach: int) -> Iterator[Point]:
    """Give, for each third school c within reach of a, the dot and cross product of c-a and c-b."""
    (x, y), (u, v) = case.schools[a].place, case.schools[b].place
    for third in near(case, (x, y), reach):
        if third.urn not in (a, b):
            s, t = third.place
            yield (x - s) * (u - s) + (y - t) * (v - t), (x - s) * (v - t) - (y - t) * (u - s)

def _gabriel(case: Case, a: int, b: int) -> bool:
    return all(dot >= 0 for dot, _ in _seen_from(case, a, b, metres(case, a, b) + 1))

def _delaunay(case: Case, a: int, b: int) -> bool:
    """Say whether some circle through the pair has no third school strictly inside."""
    low = high = None
    for reach in REACHES:  # the circles are those of dot + t * cross < 0, |ab| sqrt(1 + t^2) wide
        for dot, cross in _seen_from(case, a, b, reach):
            t = Fraction(-dot, cross) if cross else ZERO
            if cross == 0 and dot < 0:
                return False
            if cross > 0:
                low = t if low is None else max(low, t)
            elif cross < 0:
                high = t if high is None else min(high, t)
        if low is not None and high is not None:
            wide = _apart(case.schools[a], case.schools[b]) * (1 + max(low * low, high * high))
            if low > high or wide <= reach * reach:
                break
    return low is None or high is None or low <= high

def _nearest(case: Case, a: int, b: int) -> bool:
    """Say whether, for one of the two, fewer than k others are strictly nearer by minutes."""
    journey, most = minutes(case, a, b), _exact(case.policy["neighbours"]["nearest"])
    for one in (a, b):
        close = near(case, case.schools[one].place, metres(case, a, b) + 1)
        others = [s.urn for s in close] if case.journeys is None else case.taking
        ways = [minutes(case, one, other) for other in others if other != one]
        nearer = sum(1 for way in ways if way is not None and journey is not None and way < journey)
        if nearer < most:
            return True
    return False

def pieces(case: Case, federation: Sequence[int]) -> int:
    """Count the connected pieces of a set of schools in the neighbour graph."""
    edges = [pair for pair in itertools.combinations(federation, 2) if linked(case, *pair)]
    return len(_joined(federation, edges))

def _joined(federation: Sequence[int], edges: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Give the parts into which edges join schools."""
    parts = [{urn} for urn in federation]
    for edge in edges:
        touched = [part for part in parts if not part.isdisjoint(edge)]
        parts = [part for part in parts if part not in touched] + [set().union(*touched)]
    return parts

def _weight(case: Case, a: int, b: int) -> tuple[bool, int, int]:
    journey = minutes(case, a, b)
    return journey is None, journey or 0, metres(case, a, b)

@kept
def tree(case: Case, federation: Sequence[int]) -> list[tuple[int, int]]:
    """Give the edges of a minimum spanning tree by (minutes, metres), Kruskal's way."""
    pairs = sorted(itertools.combinations(sorted(federation), 2),
        key=lambda p: (_weight(case, *p), p))
    edges: list[tuple[int, int]] = []
    for edge in pairs:
        if len(_joined(federation, [*edges, edge])) < len(federation) - len(edges):
            edges.append(edge)
    return edges

# ---- money
def _changed_roll(case: Case, urn: int, change: Fraction) -> int:
    roll = case.schools[urn].roll
    return round(roll * (1 + change)) if change else roll

def _whole_post(m: dict[str, Fraction], pay: Fraction) -> Fraction:
    above = max(ZERO, pay - m["national_insurance_above"])
    return pay * (1 + m["pension"]) + m["national_insurance"] * above

@kept
def classes(case: Case, roll: int) -> Fraction:
    """Give the classes a roll needs."""
    m, step = case.money, case.money["class_step"]
    return max(m["class_least"], math.ceil(roll / (step * m["class_target"])) * step)

@kept
def head_teaches(case: Case, roll: int) -> Fraction:
    """Give the share of the week the head of a school alone teaches today."""
    m, most = case.money, case.money["head_teaches_most"]
    return min(most, max(ZERO, most * (m["head_teaches_from"] - roll) / m["head_teaches_over"]))

@kept
def head_cost(case: Case, roll: int, count: int) -> Fraction:
    """Give the cost of the one head of so many schools with so many pupils."""
    m = case.money
    ends = sorted(Fraction(name[4:]) for name in m if name.startswith("cap "))
    caps = (m[f"cap {end}"] for end in ends if m["units_per_pupil"] * roll <= end)
    pay = min(next(caps, m["pay_cap_above"]), m["head_base"] + m["head_per_pupil"] * roll)
    return _whole_post(m, pay * (1 + min(m["head_premium"] * (count - 1), m["head_premium_most"])))

def _running(case: Case, roll: int, *lines: str) -> Fraction:
    m = case.money
    return sum((m[line] + m[f"{line}_per_pupil"] * roll for line in lines), ZERO)

def _site(case: Case, roll: int) -> Fraction:
    running = _running(case, roll, "admin", "premises", "learning")
    return classes(case, roll) * case.money["assistant"] + running

@kept
def cost_alone(case: Case, roll: int, teaches: Fraction) -> Fraction:
    """Give the modelled cost of a school alone whose head teaches that share of the week."""
    m = case.money
    senco = m["senco_base"] + m["senco_per_pupil"] * roll
    return ((classes(case, roll) * (1 + m["ppa"]) - teaches) * m["cover"] + _site(case, roll)
        + head_cost(case, roll, 1) + m["business_manager"] * m["business_manager_alone"]
        + senco * m["post"] + _running(case, roll, "services") + m["governors"])

@kept
def cost_federated(case: Case, federation: Sequence[int], change: Fraction) -> Fraction:
    """Give the modelled cost of a hard federation whose head does not teach."""
    miles = sum(metres(case, *edge) for edge in tree(case, federation)) / MILE
    rolls = [_changed_roll(case, urn, change) for urn in federation]
    return cost_of_rolls(case, rolls, miles * _exact(case.policy["journeys"]["detour"]))

def cost_of_rolls(case: Case, rolls: Sequence[int], miles: Fraction) -> Fraction:
    """Give the modelled cost of a hard federation with these rolls and miles of tree."""
    m, count, total, post = case.money, len(rolls), sum(rolls), case.money["post"]
    posts = sum((classes(case, roll) for roll in rolls), ZERO) * (1 + m["ppa"])
    lead = m["site_lead_allowance"] * (1 + m["pension"] + m["national_insurance"])
    manager = max(m["business_manager_least"], m["business_manager_each"] * count)
    senco = m["senco_base"] + m["senco_per_pupil"] * total + m["senco_per_school"] * (count - 1)
    services = sum((_running(case, roll, "services") for roll in rolls), ZERO)
    return (posts * m["cover"] + sum((_site(case, roll) for roll in rolls), ZERO)
        + head_cost(case, total, count) + count * (lead + m["site_lead_release"] * post)
        + manager * m["business_manager"] + senco * post
        + services * (1 - m["services_discount"]) + m["governors"] * m["governors_federated"]
        + 2 * miles * m["mileage"] * m["trips_a_week"] * m["weeks"])

def income(case: Case, urn: int, change: Fraction = ZERO) -> Fraction:
    """Give the modelled income of a school at its roll after a change."""
    roll = _changed_roll(case, urn, change)
    return income_of_roll(case, roll, sparsity(case, urn, roll))

@kept
def income_of_roll(case: Case, roll: int, sparse: Fraction) -> Fraction:
    """Give the modelled income of a school with this roll and this sparsity sum."""
    m = case.money
    formula = (m["awpu"] + m["needs"]) * roll + m["lump"] + sparse
    formula = max(formula, m["minimum_per_pupil"] * roll)
    premium = m["pupil_premium_rate"] * m["pupil_premium_share"] * roll
    sports = m["pe_fixed"] + m["pe_per_pupil"] * m["pe_share"] * roll
    return m["local_scale"] * formula + sports + premium

def sparsity(case: Case, urn: int, roll: int) -> Fraction:
    """Give the sparsity sum of a school with this roll."""
    m, school, most = case.money, case.schools[urn], Fraction(1)
    group, limit = roll / (school.high - school.low), m["sparsity_year_group"]
    if group >= limit:
        return ZERO
    miles, start = _miles_away(case, school), m["sparsity_from"] * m["sparsity_miles"]
    size = min(most, (limit - group) / (limit - m["sparsity_full_below"] * limit))
    away = most if miles is None else min(most, (miles - start) / (m["sparsity_miles"] - start))
    return m["sparsity_most"] * size * max(ZERO, away)

@kept
def _miles_away(case: Case, school: School) -> Fraction | None:
    """Give D: the official distance, or the miles to the nearest school of the same years."""
    if school.sparsity_miles is not None:
        return school.sparsity_miles
    for reach in REACHES:
        others = [s for s in near(case, school.place, reach, taking=False)
            if s.low < school.high and school.low < s.high and s.urn != school.urn]
        apart = min((_apart(school, s) for s in others), default=None)
        if apart is not None and apart <= reach * reach:
            break
    if apart is None:
        return None
    return rounded_root(apart) / MILE * _exact(case.policy["journeys"]["detour"])

@kept
def residual(case: Case, urn: int) -> Fraction:
    """Give the fixed sum between a school's real money and its modelled money."""
    school = case.schools[urn]
    if school.income is None or school.expenditure is None:
        return min(ZERO, _median_residual(case) * income(case, urn))
    return school.income - school.expenditure - (income(case, urn) - cost_today(case, urn))

@kept
def _median_residual(case: Case) -> Fraction:
    """Give the median of residual over modelled income; 0 where fewer than five are known."""
    known = [urn for urn in case.taking if case.schools[urn].known_money]
    ratios = [residual(case, u) / income(case, u) for u in known if income(case, u)]
    return statistics.median(ratios) if len(ratios) >= 5 else ZERO

def cost_today(case: Case, urn: int) -> Fraction:
    """Give the modelled cost of a school as it stands today."""
    roll, group = case.schools[urn].roll, case.today_of.get(urn)
    if group is None:
        return cost_alone(case, roll, head_teaches(case, roll))
    total = _roll_of(case, group)
    share = Fraction(roll, total) if total else Fraction(1, len(group))
    return cost_federated(case, group, ZERO) * share

@dataclass
class Books:
    """The budget of one federation at one change of rolls, exact but for the rounded balance."""

    income: Fraction
    cost: Fraction
    residual: Fraction
    grant: Fraction
    balance: int
    shares: list[Fraction]

@kept
def books(case: Case, federation: Federation, change: Fraction, granted: bool = True) -> Books:
    """Work out the budget of a federation: one budget, or the sum of the members' own books."""
    if case.policy["form"] == SOFT:
        return _soft_books(case, federation, change)
    money = sum((income(case, urn, change) for urn in federation), ZERO)
    spent = cost_federated(case, federation, change)
    fixed = sum((residual(case, urn) for urn in federation), ZERO)
    grant = _exact(case.policy["budget"]["federation_grant"]) if granted else ZERO
    balance = round(money - spent + fixed + grant)
    shares = [_teaching_share(case, balance)] * len(federation)
    return Books(money, spent, fixed, grant, balance, shares)

def _teaching_share(case: Case, balance: int) -> Fraction:
    return max(ZERO, -balance / case.money["cover"])

def _load(shares: Sequence[Fraction]) -> Fraction:
    return sum((min(Fraction(1), share) for share in shares), ZERO)

def _soft_books(case: Case, federation: Federation, change: Fraction) -> Books:
    rolls = {urn: _changed_roll(case, urn, change) for urn in federation}
    total, count = sum(rolls.values()), len(federation)
    head = head_cost(case, total, count)
    rows = []
    for urn, roll in rolls.items():
        part = head * (Fraction(roll, total) if total else Fraction(1, count))
        spent = cost_alone(case, roll, ZERO) - head_cost(case, roll, 1) + part
        rows.append((income(case, urn, change), spent, residual(case, urn)))
    balances = [round(money - spent + fixed) for money, spent, fixed in rows]
    sums = [sum(column, ZERO) for column in zip(*rows, strict=True)]
    shares = [_teaching_share(case, balance) for balance in balances]
    return Books(sums[0], sums[1], sums[2], ZERO, sum(balances), shares)

def budget(case: Case, federation: Federation) -> dict[str, Any] | None:
    """Give the budget as the plan shows it; None for a shared business manager."""
    if case.policy["form"] == MANAGER:
        return None
    sums = books(case, federation, case.roll_change)
    known = all(case.schools[urn].known_money for urn in federation)
    share = _load(sums.shares) / len(federation) if case.policy["form"] == SOFT else sums.shares[0]
    return {"income": round(sums.income), "cost": round(sums.cost), "grant": round(sums.grant),
        "residual": round(sums.residual), "balance": sums.balance, "roll_change": case.roll_change,
        "t_star": to_places(share, 6), "grade": "actual" if known else "modelled"}

# ---- rules, measures, values
def pair_penalty(case: Case, a: int, b: int) -> int:
    """Give the ethos penalty of a pair in hundredths, dioceses included."""
    return _pair_kind(case, a, b)[0] + (15 if _dioceses_differ(case, a, b) else 0)

def _pair_kind(case: Case, a: int, b: int) -> tuple[int, str]:
    one, other = case.schools[a], case.schools[b]
    return _pair_line((one.ethos, one.standing), (other.ethos, other.standing))

def _dioceses_differ(case: Case, a: int, b: int) -> bool:
    one, other = case.schools[a].diocese, case.schools[b].diocese
    return one not in NO_DIOCESE and other not in NO_DIOCESE and one != other

def pair_standing(case: Case, a: int, b: int) -> str:
    """Give the standing of a pair under the policy: allowed, with consent or refused."""
    rule = _setting(case.policy, "rules", "ethos")
    standing = _pair_kind(case, a, b)[1]
    if rule is None or rule["policy"] == "open":
        return "with consent" if standing == "with consent" else "allowed"
    if rule["policy"] == "strict":
        same = case.schools[a].ethos == case.schools[b].ethos != "unknown"
        fits = same and not _dioceses_differ(case, a, b) and pair_penalty(case, a, b) <= 15
        return standing if fits else "refused"
    return standing

def judged(case: Case, federation: Federation) -> list[tuple[int, int]]:
    """Give the pairs the pair rules judge: all but those inside one block."""
    return [p for p in itertools.combinations(federation, 2) if not _same_block(case, *p)]

def _roll_of(case: Case, federation: Federation) -> int:
    return sum(case.schools[urn].roll for urn in federation)

def _row(name: str, value: Any, limit: dict[str, Fraction | None]) -> Row:
    low, high = limit.get("at_least"), limit.get("at_most")
    holds = value is not None and (low is None or value >= low) and (high is None or value <= high)
    return {"name": name, "value": value, "limit": limit, "holds": holds}

def _judge(case: Case, federation: Federation, name: str) -> Row:
    rule = _setting(case.policy, "rules", name)
    if name == "schools":
        return _row(name, len(federation), {**_bounds(rule),
            "at_most": _most(case, federation, rule)})
    if name == "for_the_small":
        count = sum(1 for urn in federation if case.roles[urn] in ("urgent", "small"))
        return _row(name, count, {"at_least": Fraction(1)})
    if name == "longest_journey":
        return _judge_journeys(case, federation, rule)
    if name == "connected":
        return _row(name, pieces(case, federation), {"at_most": Fraction(1)})
    if name == "ethos":
        ways = [pair_standing(case, *pair) for pair in judged(case, federation)]
        return _row(name, ways.count("refused"), {"at_most": ZERO})
    if name == "one_authority":
        names = {urn: case.schools[urn].authority for urn in federation}
        apart = [1 for a, b in judged(case, federation) if not names[a] or names[a] != names[b]]
        return _row(name, len(apart), {"at_most": ZERO})
    if name == "combined_roll":
        return _row(name, _roll_of(case, federation), _bounds(rule))
    sums, least = books(case, federation, ZERO, False), _exact(rule["at_least"])
    share = to_places(sums.balance / sums.income, 6) if sums.income else None
    row = _row(name, share, {"at_least": least})
    return {**row, "holds": sums.balance >= least * sums.income}

def _most(case: Case, federation: Federation, rule: Any) -> Fraction | None:
    most = number(rule.get("at_most"))
    grow = _exact(case.policy["take_part"]["existing_may_grow_by"])
    held = {case.block_of[urn] for urn in federation if urn in case.block_of}
    sizes = [len(block) + grow for block in held if set(block) <= set(federation)]
    return None if most is None else max([most, *sizes])

def _judge_journeys(case: Case, federation: Federation, rule: Any) -> Row:
    ways = [minutes(case, *pair) for pair in judged(case, federation)]
    known = [way for way in ways if way is not None]
    longest = Fraction(max(known), 10) if known and len(known) == len(ways) else None
    row = _row("longest_journey", longest, {"at_most": number(rule["at_most"])})
    return row if ways else {**row, "holds": True}

@kept
def active_rules(case: Case) -> list[str]:
    """Name the rules that are on and can be checked, in the order of the policy."""
    on = [name for name in RULES if _setting(case.policy, "rules", name) is not None]
    if all(school.authority is None for school in case.schools.values()):
        on = [name for name in on if name != "one_authority"]
    graph_given = GRAPHS & case.unchecked
    return [name for name in on if name != "connected" or not graph_given]

def rule_rows(case: Case, federation: Federation) -> list[Row]:
    """Give the rows of `rules` for a federation: name, value, limit, holds."""
    rows = [_judge(case, federation, name) for name in active_rules(case)]
    locks, members = case.policy["locks"], set(federation)
    for name, wrong in (("apart", 2), ("together", 1)):
        held = [len(members & set(pair)) for pair in _named(case, "locks", name)]
        if locks[name]:
            rows.append(_row(name, held.count(wrong), {"at_most": ZERO}))
    return rows

@kept
def fixed_federations(case: Case) -> list[Federation]:
    """Give the federations the policy fixes."""
    return sorted({tuple(sorted({int(u) for u in g})) for g in case.policy["locks"]["federations"]})

def allowed(case: Case, federation: Federation) -> bool:
    """Say whether a set of schools is a candidate."""
    members = set(federation)
    whole = len(federation) > 1 and federation == tuple(sorted(members))
    if not whole or not members <= case.roles.keys():
        return False
    fixed = fixed_federations(case)
    if federation in case.blocks or federation in fixed:
        return True
    split = any(not members.issuperset(case.block_of.get(urn, ())) for urn in federation)
    if split or any(members & set(group) for group in fixed):
        return False
    return all(row["holds"] for row in rule_rows(case, federation))

@kept
def measures(case: Case, federation: Federation) -> dict[str, Fraction]:
    """Give the exact measure of every term that is on."""
    found = {name: _setting(case.policy, "terms", name) for name in TERMS}
    return {name: _measure(case, federation, name, term) for name, term in found.items() if term}

def _measure(case: Case, federation: Federation, name: str, term: Any) -> Fraction:
    count, total = len(federation), _roll_of(case, federation)
    members = [case.schools[urn] for urn in federation]
    pairs = list(itertools.combinations(members, 2))
    if name == "journey":
        ways = [minutes(case, *edge) for edge in tree(case, federation)]
        return sum((_way(way, _exact(term["free"]), _exact(term["full"])) for way in ways), ZERO)
    if name == "ethos":
        hundredths = sum(pair_penalty(case, a.urn, b.urn) for a, b in pairs)
        mean = Fraction(hundredths, 100 * len(pairs) * (2 if case.policy["form"] == SOFT else 1))
        return (count - 1) * mean + Fraction(int(_mixed(case, federation)), 10)
    if name == "leadership":
        return _load(books(case, federation, _exact(term["roll_change"])).shares)
    if name == "size":
        low, high = _exact(term["at_least"]), _exact(term["at_most"])
        under = max(ZERO, (low - total) / low) if low else ZERO
        return under + (max(ZERO, (total - high) / high) if high else 0)
    if name == "dominance":
        excess = Fraction(max(s.roll for s in members), total or 1) - Fraction(1, count)
        return min(Fraction(1), max(ZERO, excess - Fraction(1, 5)) / Fraction(3, 10))
    if name == "vacancies":
        heads = [school.head for school in members]
        going = min(heads.count("leaving") + heads.count("vacant"), count - 1)
        return Fraction(0 if "unknown" in heads else -going)
    ties = [1 for a, b in pairs if a.partnership is not None and a.partnership == b.partnership]
    return Fraction(-len(ties))

def _way(tenths: int | None, free: Fraction, full: Fraction) -> Fraction:
    if tenths is None:
        return Fraction(4)
    way = Fraction(tenths, 10)
    return (way / full) ** 2 if way > full else max(ZERO, (way - free) / (full - free))

def _mixed(case: Case, federation: Federation) -> bool:
    return len({case.schools[urn].ethos for urn in federation}) > 1

@kept
def points(case: Case, federation: Federation) -> dict[str, int]:
    """Give the thousandths of a point of every term, each rounded once, half to even."""
    terms, found = case.policy["terms"], measures(case, federation)
    return {name: round(1000 * _exact(terms[name]["weight"]) * m) for name, m in found.items()}

def cost(case: Case, federation: Federation) -> int:
    """Give the cost of a federation in thousandths of a point, stated terms included."""
    return sum(points(case, federation).values()) + case.stated.get(federation, 0)

def alone(case: Case, plan: Sequence[Federation]) -> list[int]:
    """Give the schools that take part and are in no federation of the plan."""
    covered = {urn for federation in plan for urn in federation}
    return [urn for urn in case.taking if urn not in covered]

def stage_values(case: Case, plan: Sequence[Federation]) -> list[tuple[str, int]]:
    """Give the stages in order with their values (the canonical choice is not one of them)."""
    left = [case.roles[urn] for urn in alone(case, plan)]
    total = sum(cost(case, federation) for federation in plan)
    stages = []
    for role in ("urgent", "small"):
        price = case.policy["alone"][role]
        if price == "first":
            stages.append((f"{role} alone", left.count(role)))
        else:
            total += round(1000 * _exact(price)) * left.count(role)
    return [*stages, ("cost", total)]

def limit_values(case: Case, plan: Sequence[Federation]) -> dict[str, int]:
    """Give the plan-wide figures the limits are about."""
    now = {urn: federation for federation in plan for urn in federation}
    moved = sum(1 for u in case.taking if now.get(u, (u,)) != case.today_of.get(u, (u,)))
    both = sum(1 for federation in plan if _mixed(case, federation))
    return {"federations": len(plan), "mixed_federations": both, "changed_schools": moved}

def plan_faults(case: Case, plan: Sequence[Federation]) -> list[str]:
    """Say what is wrong with a plan as a whole: overlaps, candidates, blocks, locks, limits."""
    homes: dict[int, list[Federation]] = {}
    for federation in plan:
        for urn in federation:
            homes.setdefault(urn, []).append(federation)
    found = [f"school {u} is in two federations" for u in sorted(homes) if len(homes[u]) > 1]
    found += [f"{_key_of(f)} is not a candidate" for f in plan if not allowed(case, f)]
    for block in case.blocks:
        if sum(1 for f in homes.get(block[0], ()) if set(block) <= set(f)) != 1:
            found.append(f"the existing federation {_key_of(block)} is not kept whole")
    for pair in _named(case, "locks", "together"):
        if not any(set(pair) <= set(f) for f in homes.get(pair[0], ())):
            found.append(f"{_key_of(pair)} are not together")
    found += [f"{_key_of(f)} is not as fixed" for f in fixed_federations(case) if f not in plan]
    for name, value in limit_values(case, plan).items():
        limit = _setting(case.policy, "limits", name)
        if limit is not None and not _row(name, value, _bounds(limit))["holds"]:
            found.append(f"{name} is {value}, outside its limit")
    return found

def _bounds(limit: Any) -> dict[str, Fraction | None]:
    return {key: number(limit.get(key)) for key in ("at_least", "at_most")}

def _key_of(federation: Sequence[int]) -> str:
    return "-".join(str(urn) for urn in sorted(federation))

def people(case: Case, federation: Federation) -> dict[str, Any]:
    """Give what the plan says of people: heads, governing bodies, days, workload, teachers."""
    count, manager = len(federation), case.policy["form"] == MANAGER
    heads = [case.schools[urn].head for urn in federation]
    leading = heads.count("in post") + ("shared" in heads)
    displaced = None if "unknown" in heads else max(0, leading - 1)
    before = len({case.today_of.get(urn, (urn,)) for urn in federation})
    needed = sum((classes(case, case.schools[urn].roll) for urn in federation), ZERO)
    posts = needed * (1 + case.money["ppa"])
    return {"heads_displaced": 0 if manager else displaced, "governing_bodies_before": before,
        "governing_bodies_after": 1 if case.policy["form"] == "hard federation" else before,
        "site_days_without_head": 0 if manager else 5 * (count - 1),
        "workload": workload(case, federation), "teachers_key_stage_1": to_places(posts * 3 / 7, 1),
        "teachers_key_stage_2": to_places(posts * 4 / 7, 1)}

def workload(case: Case, federation: Federation) -> Fraction | None:
    """Give the index of the shared head's workload; None where it cannot be said."""
    ways = [minutes(case, *edge) for edge in tree(case, federation)]
    if case.policy["form"] == MANAGER or None in ways:
        return None
    hours = 2 * Fraction(sum(way or 0 for way in ways), 10) * case.money["trips_a_week"] / 60
    teaches = _load(books(case, federation, case.roll_change).shares) / len(federation)
    size = Fraction(2, 5) * len(federation) + Fraction(_roll_of(case, federation), 150)
    return to_places(size + 2 * teaches + hours / 5, 2)

# ---- the answer
@dataclass
class Verdict:
    """What the checker found: faults as (code, where, sentence), and names it could not check."""

    faults: list[Finding] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Say it: VALID, VALID EXCEPT names, or one line for every fault."""
        wrong = [f"REFUTED {code} {where}: {text}" for code, where, text in self.faults]
        return wrong or [f"VALID EXCEPT {', '.join(self.unchecked)}" if self.unchecked else "VALID"]

def check(schools_path: str | Path, folder: str | Path,
    journeys_path: str | Path | None = None) -> Verdict:
    """Check the answer in a folder against the schools it is about."""
    if Path(schools_path).suffix.lower() == ".csv":
        raise Unreadable(f"{schools_path}: convert it first with `grouping import gias`")
    features = _features(Path(schools_path))
    if not Path(folder).is_dir():
        raise Unreadable(f"{folder}: there is no such folder")
    if journeys_path is not None:
        _rows(Path(journeys_path), JOURNEYS)
    answer = Answer(Path(schools_path), Path(folder), journeys_path)
    collecting = gc.isenabled()
    gc.disable()  # a million lasting objects are made and no cycle: looking for some takes long
    try:
        answer.check_all(features)
    except (Unreadable, ArithmeticError, AttributeError, LookupError, OSError, RecursionError,
        TypeError, ValueError, csv.Error) as problem:
        answer.say("R03", "answer", f"it cannot be read: {type(problem).__name__}: {problem}")
    finally:
        if collecting:
            gc.enable()
    return Verdict(answer.faults, answer.unchecked)

def differences(found: Any, want: Any, where: str) -> Iterator[tuple[str, str]]:
    """Compare what a file says with what it should say: (where, sentence) of each difference."""
    if isinstance(want, dict):
        for key, value in want.items():
            if not isinstance(found, dict) or key not in found:
                yield f"{where}.{key}", "it is missing"
            elif isinstance(value, (dict, list)) or not _equal(found[key], value):
                yield from differences(found[key], value, f"{where}.{key}")
    elif isinstance(want, list):
        if not isinstance(found, list) or len(found) != len(want):
            yield where, f"it should be a list of {len(want)}"
        else:
            for index, (one, other) in enumerate(zip(found, want, strict=True)):
                yield from differences(one, other, f"{where}[{index}]")
    elif not _equal(found, want):
        should = "" if callable(want) else f", and should be {_shown(want)}"
        yield where, f"it is {_shown(found)}{should}"

def _equal(found: Any, want: Any) -> bool:
    if callable(want):
        return bool(want(found))
    if isinstance(want, Fraction):
        return type(found) in (int, Decimal) and number(found) == want
    return type(found) is type(want) and bool(found == want)

def _shown(value: Any) -> str:
    text = str(float(value)) if isinstance(value, Fraction) else repr(value)
    return text if len(text) < 80 else text[:77] + "..."

def _said(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())

def _flat(text: str) -> str:
    return " ".join(text.split())

def cell(value: Any) -> str:
    """Give a text as a table holds it: no cell starts a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and number(text) is None else text

def cell_says(text: str, want: Any) -> bool:
    """Say whether a cell means a number, one of some words (a tuple) or a text."""
    if isinstance(want, int | Fraction):
        same = type(want) is int and text == str(want)
        return same or (number(text) == want and "," not in text)
    if isinstance(want, tuple):
        return _words(text) in want
    shown = cell(want)
    return text == shown or _flat(text) == _flat(shown)

class Answer:
    """An output folder under check, and the faults found in it."""

    def __init__(self, schools: Path, folder: Path, journeys: str | Path | None = None) -> None:
        self.files, self.folder = {"schools": schools}, folder
        self.given = None if journeys is None else Path(journeys)
        self.faults: list[Finding] = []
        self.unchecked: list[str] = []
        self.plan: list[Federation] = []
        self.document: dict[str, Any] = {}

    def say(self, code: str, where: str, sentence: str) -> None:
        """Note a fault."""
        self.faults.append((code, where, sentence))

    def _same(self, code: str, where: str, found: Any, want: Any) -> None:
        self.faults += [(code, *difference) for difference in differences(found, want, where)]

    def _same_flat(self, where: str, found: Row, want: Row, same: Callable[..., bool]) -> None:
        for name, value in want.items():
            held = found.get(name)
            right = (type(held) is str and held == value) or (name in found and same(held, value))
            if not right:
                self.say("R07", f"{where}.{name}", f"it is {_shown(held)}, not {_shown(value)}")

    def check_all(self, features: list[Any]) -> None:
        """Check everything, the plan first; what cannot be parsed ends it."""
        self.document = parse_json(_text(self.folder / "plan.json"))
        policy = tomllib.loads(_text(self.folder / "policy.toml"), parse_float=Decimal)
        run = self.document["run"]
        names = run["unchecked"]
        if not isinstance(names, list) or not all(map(_said, names)):
            self.say("R03", "run.unchecked", "it is not a list of names")
            return
        self.unchecked = sorted(set(names))
        record = self.folder / "journeys.csv"
        rows = record if record.exists() and self.given is None else self.given
        self.case = read_case(features, policy, self.folder, rows)
        self.schools = self.case.schools
        self.case.unchecked = set(names)
        self.source = STRAIGHT if rows is None else run["journey_source"]
        if rows is not None and self.source not in ("file", "road"):
            self.say("R01", "run.journey_source", f"it is {self.source!r}, with a file")
        self._check_inputs(run)
        if self._read_plan():
            self._check_plan()
            self._check_federations()
            self._check_objective()
            self._same("R06", "summary", self.document["summary"], self.wanted_summary())
            self._check_exports(record)

    def _check_inputs(self, run: dict[str, Any]) -> None:
        files = self.files | ({"journeys": self.given} if self.given else {})
        files |= {"edges": self.folder / "edges.csv", "barriers": self.folder / "barriers.geojson"}
        for name, path in files.items():
            said = run["inputs"].get(name)
            if said or name == "schools":
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                self._same("R01", f"run.inputs.{name}", said, {"sha256": digest})
        self._same("R01", "run.journey_source", run["journey_source"], self.source)

    def _read_plan(self) -> bool:
        before = len(self.faults)
        for index, row in enumerate(self.document["federations"]):
            members, where = row["schools"], f"federations[{index}].schools"
            known = all(type(urn) is int for urn in members)
            if not known or len(members) < 2 or members != sorted(set(members)):
                self.say("R03", where, "it is not two or more URNs, each once, ascending")
            elif not set(members) <= self.case.roles.keys():
                self.say("R02", where, "a school of it takes no part")
            self.plan.append(tuple(members))
        return len(self.faults) == before

    def _check_plan(self) -> None:
        if self.plan != sorted(self.plan):
            self.say("R03", "federations", "they are not in the order of their first URN")
        for fault in plan_faults(self.case, self.plan):
            self.say("R04", "federations", fault)
        policy, document, roles = self.case.policy, self.document, self.case.roles
        want = {"schema": SCHEMA, "standing": STANDING, "policy": policy["name"],
            "form": self.case.policy["form"]}
        self._same("R03", "plan", document, want)
        left = [{"urn": u, "role": roles[u], "reason": _said} for u in alone(self.case, self.plan)]
        self._same("R03", "alone", document["alone"], left)
        out = [{"urn": urn, "reason": _said} for urn in self.case.left_out]
        self._same("R02", "left_out", document["left_out"], out)

    def _check_federations(self) -> None:
        plan = zip(self.plan, self.document["federations"], strict=True)
        for index, (federation, row) in enumerate(plan):
            where = f"federations[{index}]"
            rows = [{**judged, "sentence": _said} for judged in rule_rows(self.case, federation)]
            skipped = set(self.unchecked) - set(active_rules(self.case))
            skipped |= {"connected"} if GRAPHS & skipped else set()
            found = [r for r in row["rules"] if r["name"] not in skipped]
            self._same("R04", f"{where}.rules", found, rows)
            counted = points(self.case, federation)
            stated = {n: term for n, term in row["terms"].items() if n in self.unchecked and
                n not in counted}
            self.case.stated[federation] = sum(int(t["points"]) for t in stated.values())
            if row["terms"].keys() - stated.keys() != counted.keys():
                self.say("R05", f"{where}.terms", f"they should be {', '.join(counted)}")
            self._same("R05", where, row, self.wanted(federation, index))

    def wanted(self, federation: Federation, index: int) -> dict[str, Any]:
        """Give what the plan should say of a federation, its rules apart."""
        case = self.case
        values, counted = measures(case, federation), points(case, federation)
        terms = {n: {"measure": to_places(v, 6), "points": counted[n]} for n, v in values.items()}
        return {"id": f"F{index + 1:03d}", "key": _key_of(federation), "terms": terms,
            "roll": _roll_of(case, federation), "cost": cost(case, federation),
            "longest_journey": _longest_journey(case, federation), "journey_source": self.source,
            "budget": budget(case, federation), "people": people(case, federation),
            "consents": functools.partial(_consents_hold, case, federation),
            "existing": existing(case, federation)}

    def _check_objective(self) -> None:
        want = [{"name": name, "value": value,
            "unit": "thousandths of a point" if name == "cost" else "schools",
            "bound": lambda n, most=value: n is None or (type(n) is int and n <= most)}
            for name, value in stage_values(self.case, self.plan)]
        rows, status = self.document["objective"], self.document["status"]
        self._same("R05", "objective", rows, want)
        closed = [row["bound"] == row["value"] for row in rows]
        for index, row in enumerate(rows):
            if row["bound"] is not None and not all(closed[:index]):
                self.say("R08", f"objective[{index}].bound", "an earlier stage is not closed")
        if status not in ("optimal", "feasible") or (status == "optimal" and not all(closed)):
            self.say("R08", "status", f"{status!r} is not what the bounds show")

    def wanted_summary(self) -> dict[str, Any]:
        """Give the figures the plan should show at the top."""
        case, plan = self.case, self.plan
        roles = [_exact(case.policy["roles"][f"{role}_below"]) for role in ("urgent", "small")]
        today, left = case.today, alone(case, plan)
        single = [urn for urn in case.taking if urn not in case.today_of]
        idle = [urn for urn in case.taking if head_teaches(case, case.schools[urn].roll) == 0]
        before = len(today) + len(single), len(today) + len(set(single) & set(idle))
        free = sum(1 for f in plan if not any(books(case, f, case.roll_change).shares))
        after = len(plan) + len(left), free + len(set(left) & set(idle))
        after = before if case.policy["form"] == MANAGER else after
        count = self.document["run"]["candidates"]
        return {"urgent": self.tier(Fraction(-1), roles[0]), "small": self.tier(*roles),
            "head_posts": {"before": before[0], "after": after[0]}, "closures": 0,
            "non_teaching_heads": {"before": before[1], "after": after[1]},
            "funding_per_pupil": funding(case), "schools_taking_part": len(case.taking),
            "federations": len(plan),
            "candidates": lambda n: type(n) is int and n == count and n >= len(plan),
            "sentences": lambda said: all(map(_said, said)) and "No school closes." in said}

    def tier(self, low: Fraction, high: Fraction) -> dict[str, int]:
        """Count the schools of a tier by what becomes of them."""
        case, left = self.case, set(alone(self.case, self.plan))
        tier = [u for u, s in case.schools.items() if low <= s.roll < high
            and case.why[u] not in REASONS[:4]]
        fates = ["left_out_by_law" if case.left_out.get(u) == "law" else "left_out_otherwise"
            if u in case.left_out else "alone" if u in left else "already_federated"
            if u in case.today_of else "newly_covered" for u in tier]
        return {"total": len(tier)} | {fate: fates.count(fate) for fate in FATES}

    def _check_exports(self, record: Path) -> None:
        for name in EXPORTS:
            if not (self.folder / name).is_file():
                self.say("R07", name, "the file is missing")
                return
        wholes = list(map(self.shown, self.plan, self.document["federations"]))
        self._check_federation_files(wholes)
        self._check_school_files()
        self._check_links()
        if self.given is not None or record.exists():
            self._check_journeys(record)

    def shown(self, federation: Federation, row: dict[str, Any]) -> dict[str, Any]:
        """Give what the exports should say of a federation."""
        names = [self.schools[urn].name for urn in federation]
        sums = budget(self.case, federation) or dict.fromkeys(("balance", "t_star", "grade"))
        same = ("key", "roll", "cost", "existing", "journey_source", "longest_journey")
        said = self.wanted(federation, 0)
        return {name: said[name] for name in same} | {"plan_federation": row["id"],
            "name": lambda text: _flat(text) == _flat("; ".join(names)), "names": "; ".join(names),
            "schools": ",".join(map(str, federation)), "school_count": len(federation),
            "consents": "; ".join(consent["consent"] for consent in row["consents"]),
            **{name: sums[name] for name in ("balance", "t_star", "grade")}, "standing": STANDING}

    def _check_federation_files(self, wholes: list[dict[str, Any]]) -> None:
        features, want = self.features("federations.geojson"), []
        more = {"display_only": True, "status": self.document["status"]}
        more["policy"] = self.case.policy["name"]
        for federation, whole in zip(self.plan, wholes, strict=True):
            shown = {key: value for key, value in whole.items() if key != "names"} | more
            around = functools.partial(_is_hull, self.case, federation)
            geometry = {"type": "Polygon", "coordinates": around}
            want.append({"id": whole["key"], "properties": shown, "geometry": geometry})
        self._same("R07", "federations.geojson", features, want)
        terms = [name for row in self.document["federations"][:1] for name in row["terms"]]
        parts = COLUMNS["federations"].split()
        columns = [c for part in parts for c in (terms if part == "{}" else [part])]
        header, rows = self.table("federations.csv")
        if len(rows) != len(wholes) or (rows and header != columns):
            self.say("R07", "federations.csv", "a row or a column is missing, or one too many")
        for said, whole, row in zip(rows, wholes, self.document["federations"], strict=False):
            numbers = {name: int(row["terms"][name]["points"]) for name in terms}
            one = {"id": whole["plan_federation"], **whole, **numbers}
            self._same_flat(f"federations.csv {one['id']}", said, {c: one[c] for c in columns},
                cell_says)

    def of_schools(self) -> dict[int, dict[str, Any]]:
        """Give what the exports add to every school."""
        rows = zip(self.plan, self.document["federations"], strict=True)
        mine = {urn: row["id"] for federation, row in rows for urn in federation}
        reasons = {r["urn"]: r["reason"] for k in ("alone", "left_out") for r in self.document[k]}
        return {urn: {"plan_federation": mine.get(urn), "plan_reason": reasons.get(urn),
            "plan_role": self.case.roles.get(urn, "left out"), "standing": STANDING}
            for urn in self.schools}

    def _check_school_files(self) -> None:
        by_urn = {s["properties"]["urn"]: s for s in self.features("schools.geojson")}
        header, rows = self.table("schools.csv")
        cells = {int(_exact(row["urn"])): row for row in rows}
        if len(rows) != len(cells) or header != COLUMNS["schools"].split():
            self.say("R07", "schools.csv", "a school is there twice or a column is wrong")
        if by_urn.keys() != self.schools.keys() or cells.keys() != self.schools.keys():
            self.say("R07", "schools", "the exports do not hold every school of the input once")
            return
        for urn, added in self.of_schools().items():
            school = self.schools[urn]
            point = {"type": "Point", "coordinates": lambda p, s=school: _near(p, s.position)}
            where, said = f"schools.geojson {urn}", by_urn[urn]
            self._same("R07", where, said, {"id": urn, "geometry": point})
            self._same_flat(where, said["properties"], school.raw | added, _unchanged)
            where, row = f"schools.csv {urn}", cells[urn]
            self._same_flat(where, row, _school_cells(school) | added, cell_says)
            if not _near((row["longitude"], row["latitude"]), school.position):
                self.say("R07", where, "it is not where the input has it")

    def _check_links(self) -> None:
        """Check that links.geojson holds a least tree of every federation."""
        trees: dict[str, list[tuple[int, int]]] = {}
        for index, link in enumerate(self.features("links.geojson")):
            said = link["properties"]
            pair = said["from_urn"], said["to_urn"]
            if not set(pair) <= self.case.roles.keys() or pair[0] >= pair[1]:
                self.say("R07", f"links.geojson[{index}]", "it is not between two members")
                return
            trees.setdefault(said["plan_federation"], []).append(pair)
            tenths = minutes(self.case, *pair)
            ends = [self.schools[urn].position for urn in pair]
            said = {"minutes": None if tenths is None else Fraction(tenths, 10),
                "standing": STANDING, "source": lambda t, w=tenths: w is None or t == self.source}
            line = {"type": "LineString",
                "coordinates": [lambda p, e=end: _near(p, e) for end in ends]}
            want = {"id": f"{pair[0]}-{pair[1]}", "properties": said, "geometry": line}
            self._same("R07", f"links.geojson[{index}]", link, want)
        names = [row["id"] for row in self.document["federations"]]
        if sorted(trees) != sorted(names):
            self.say("R07", "links.geojson", "its federations are not those of the plan")
            return
        for name, federation in zip(names, self.plan, strict=True):
            if not is_least_tree(self.case, federation, trees[name]):
                self.say("R07", f"links.geojson {name}", "its links are not a least tree")

    def _check_journeys(self, record: Path) -> None:
        if not record.is_file():
            self.say("R07", "journeys.csv", "the file is missing")
            return
        taking, known = self.case.roles.keys(), self.case.journeys or {}
        want = [[*p, Fraction(t, 10)] for p, t in sorted(known.items()) if taking >= set(p)]
        if sorted(_rows(record, JOURNEYS)) != want:
            self.say("R07", "journeys.csv", "it is not the pairs used, each once, in tenths")

    def features(self, name: str) -> list[Any]:
        """Read a FeatureCollection and check its form; give its features."""
        document = parse_json(_text(self.folder / name))
        places = [list(_parts(feature["geometry"], 1)) for feature in document["features"]]
        every = [place for group in places for place in group]
        if document.get("type") != "FeatureCollection" or "crs" in document:
            self.say("R07", name, "it is not a FeatureCollection of RFC 7946")
        if any(not (-180 <= p[0] <= 180 and -90 <= p[1] <= 90) for p in every):
            self.say("R07", name, "a coordinate is out of range")
        things = [(document, every), *zip(document["features"], places, strict=True)]
        for index, (thing, group) in enumerate(things):
            if thing.get("type") != ("Feature" if index else "FeatureCollection"):
                self.say("R07", f"{name}[{index - 1}]", "it is not a Feature")
            if "bbox" in thing and not _is_box(thing["bbox"], group):
                self.say("R07", f"{name} bbox", "it is not the box of the coordinates")
        top = {"schema": SCHEMA, "standing": STANDING, "policy": self.case.policy["name"]}
        top |= {"status": self.document["status"], "journey_source": self.source}
        self._same("R07", f"{name}.grouping", document.get("grouping"), top)
        return list(document["features"])

    def table(self, name: str) -> tuple[list[str], list[dict[str, str]]]:
        """Read a table of an export, check its form and that fields.csv explains its columns."""
        data = (self.folder / name).read_bytes()
        if data[:3] != b"\xef\xbb\xbf" or data[-2:] != b"\r\n":
            self.say("R07", name, "it has no byte order mark or its lines do not end in CRLF")
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        header, rows = lines[0], lines[1:]
        if any(len(row) != len(header) for row in rows) or len(set(header)) != len(header):
            self.say("R07", name, "a row is not as long as the header, or a column is there twice")
        if any(text.startswith(FORMULA) and text != cell(text) for row in rows for text in row):
            self.say("R07", name, "a cell could start a formula")
        if name != "fields.csv":
            told = self.table("fields.csv")[1]
            known = {r["name"] for r in told if name in r["file"] and r["type"] and r["meaning"]}
            if not known.issuperset(header):
                self.say("R07", "fields.csv", f"it does not explain {sorted(set(header) - known)}")
        return header, [dict(zip(header, row, strict=False)) for row in rows]

FATES = ("left_out_by_law", "left_out_otherwise", "already_federated", "newly_covered", "alone")
FORMULA = tuple("=+-@\t\r")
GRAPHS = {"graph", "neighbours", "connected"}
JOURNEYS = ("from_urn", "to_urn", "minutes")
EXPORTS = ("federations.geojson", "schools.geojson", "links.geojson", "federations.csv",
    "schools.csv", "fields.csv")
WORDS = {"type": "", "phase": "primary", "religious_character": "", "diocese": "",
    "head": "unknown", "local_authority": ""}
COLUMNS = {
    "federations": "id key schools names roll longest_journey journey_source cost {} balance "
    "t_star grade consents existing standing",
    "schools": "urn name roll type phase local_authority religious_character diocese head "
    "plan_federation plan_role plan_reason easting northing longitude latitude standing"}

def _unchanged(found: Any, want: Any) -> bool:
    return bool(found == want) and isinstance(found, bool) == isinstance(want, bool)

def _near(found: Any, place: Sequence[Any]) -> bool:
    return len(found) >= 2 and all(_close(found[i], place[i]) for i in (0, 1))

def _close(found: Any, want: Any) -> bool:
    """Say whether two coordinates are one, but for what writing them may round."""
    same = type(found) is type(want) is Decimal and found == want
    return same or found == str(want) or abs(_exact(found) - _exact(want)) <= TINY

def _is_box(box: Any, places: list[Any]) -> bool:
    axes = [[place[i] for place in places] for i in (0, 1)]
    ends = [end(axis) for end in (min, max) for axis in axes]
    return len(box) == 4 and all(map(_close, box, ends))

def _school_cells(school: School) -> dict[str, Any]:
    """Give what a row of schools.csv says of a school, its point and its part in the plan apart."""
    found = {"urn": school.urn, "name": school.name, "roll": school.roll,
        "easting": school.place[0], "northing": school.place[1]}
    for name, usual in WORDS.items():
        want = _words(school.raw.get(name))
        found[name] = (want, cell(want), want or usual)
    return found

def _is_hull(case: Case, federation: Federation, rings: Any) -> bool:
    """Say whether a polygon is a closed ring, counter-clockwise, 500 m round the schools."""
    ring = [to_grid(float(p[0]), float(p[1])) for p in rings[0]]
    closed = len(rings) == 1 and len(ring) > 3 and rings[0][0] == rings[0][-1]
    places = [case.schools[urn].place for urn in federation]
    far = [min(_distance(p, *line) for line in itertools.combinations(places, 2)) for p in ring]
    edges = [(a, b) for a, b in itertools.pairwise(ring) if math.dist(a, b) > 50]  # metres
    turns = [_side(a, b, place) for a, b in edges for place in places] or [-1]
    return closed and min(turns) >= 0 < max(turns) and min(far) >= 490 and max(far) <= 510

def _distance(p: Point, q: Point, r: Point) -> float:
    across, up = r[0] - q[0], r[1] - q[1]
    length = across * across + up * up
    along = ((p[0] - q[0]) * across + (p[1] - q[1]) * up) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(p[0] - q[0] - along * across, p[1] - q[1] - along * up)

def is_least_tree(case: Case, federation: Federation, edges: Sequence[tuple[int, int]]) -> bool:
    """Say whether these edges are a minimum spanning tree: they span, and weigh what one weighs."""
    if len(_joined(federation, edges)) != 1 or not set().union(*edges) <= set(federation):
        return False
    least = sorted(_weight(case, *edge) for edge in tree(case, federation))
    return sorted(_weight(case, *edge) for edge in edges) == least

def _longest_journey(case: Case, federation: Federation) -> Fraction | None:
    ways = [minutes(case, *pair) for pair in itertools.combinations(federation, 2)]
    return None if None in ways else Fraction(max(way or 0 for way in ways), 10)

def existing(case: Case, federation: Federation) -> str:
    """Say what a federation is beside those of today."""
    if federation in case.today:
        return "unchanged"
    touched = [set(case.today_of[urn]) for urn in federation if urn in case.today_of]
    grown = any(group <= set(federation) for group in touched)
    return "grown" if grown else "re-formed" if touched else "new"

def _consents_hold(case: Case, federation: Federation, found: Any) -> bool:
    """Say whether the consents are texts about members, with one where a pair needs one."""
    if not all(_said(row["consent"]) and row["schools"] and set(row["schools"]) <= set(federation)
        for row in found):
        return False
    pairs = itertools.combinations(federation, 2)
    needs = [pair for pair in pairs if _pair_kind(case, *pair)[1] == "with consent"]
    quiet = case.policy["form"] == MANAGER or _setting(case.policy, "rules", "ethos") is None
    if not needs or quiet:
        return True
    church = {u for pair in needs for u in pair if case.schools[u].ethos == "CE"}
    unknown = [u for u in church if case.schools[u].diocese in NO_DIOCESE]
    said = any("diocese to be confirmed" in row["consent"].lower() for row in found)
    return bool(found) and (said or not unknown)

def funding(case: Case) -> dict[str, Any]:
    """Give the lowest and highest funding per pupil and their ratio."""
    per = [(s.income if s.known_money and s.income is not None else income(case, s.urn)) / s.roll
        for s in map(case.schools.__getitem__, case.taking) if s.roll > 0]
    if not per:
        return dict.fromkeys(("lowest", "highest", "ratio"))
    ratio = to_places(max(per) / min(per), 2) if min(per) else None
    return {"lowest": round(min(per)), "highest": round(max(per)), "ratio": ratio}

def main(argv: Sequence[str] | None = None) -> int:
    """Check an answer from the command line: 0 valid, 9 refuted, 3 an input cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m grouping.check")
    parser.add_argument("schools", metavar="SCHOOLS")
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--journeys", metavar="FILE")
    chosen = parser.parse_args(argv)
    try:
        verdict = check(chosen.schools, chosen.folder, chosen.journeys)
    except (Unreadable, csv.Error) as problem:
        print(f"CANNOT READ {problem}", file=sys.stderr)
        return 3
    print("\n".join(verdict.lines()))
    return 9 if verdict.faults else 0

if __name__ == "__main__":
    sys.exit(main())
