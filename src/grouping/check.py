"""The independent checker: reads the input and the answer again and says VALID or REFUTED.

Written from the problem statement alone. It shares no code with the engine: one file, the standard
library only, whole numbers and fractions throughout (floats for the map projection only). Of the
package it reads one dated file of figures, as data. Run it as
``python -m grouping.check SCHOOLS DIR [--journeys FILE]``.

Codes: R01 inputs differ, R02 who takes part, R03 the plan's form, R04 rules, locks and limits,
R05 measures and values, R06 figures shown, R07 exports, R08 a status stronger than its evidence.
"""

from __future__ import annotations

import argparse
import bisect
import csv
import datetime
import hashlib
import io
import itertools
import json
import math
import sys
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Federation = tuple[int, ...]
Finding = tuple[str, str, str]

SCHEMA = "grouping-plan/1"
STANDING = "candidate for discussion"
MILE = Fraction(1609344, 1000)
STRAIGHT = "straight line"
MANAGER = "shared business manager"
SOFT = "soft federation"
MAINTAINED = {
    "community school",
    "foundation school",
    "voluntary aided school",
    "voluntary controlled school",
}
ACADEMIES = {"academy converter", "academy sponsor led", "free schools"}
RULES = (
    "schools",
    "for_the_small",
    "longest_journey",
    "connected",
    "ethos",
    "one_authority",
    "combined_roll",
    "combined_budget",
)
TERMS = ("journey", "ethos", "leadership", "size", "dominance", "vacancies", "partnerships")
NO_DIOCESE = {"", "not applicable", "does not apply", "none"}
CHURCH = {"CE", "CE/METH", "METH"}
CHRISTIAN_WORDS = ("church of england", "christian", "united reform", "free church", "quaker")
ETHOS_NAMES = {
    "": "unknown",
    "not reported": "unknown",
    "does not apply": "none",
    "none": "none",
    "church of england": "CE",
    "methodist": "METH",
    "roman catholic": "RC",
    "catholic": "RC",
}


class Unreadable(Exception):  # noqa: N818 (a word the reader knows, not "Error")
    """An input that cannot be read at all: exit 3."""


# ---------------------------------------------------------------- numbers and words


def number(value: Any) -> Fraction | None:
    """Give a number as the exact decimal written, None where there is none."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, Fraction):
        return value
    text = str(value).strip().replace(",", "") if isinstance(value, str) else str(value)
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return Fraction(found) if found.is_finite() else None


def exact(value: Any) -> Fraction:
    """Give a number that has to be there."""
    found = number(value)
    if found is None:
        raise Unreadable(f"{value!r} is not a number")
    return found


def words(value: Any) -> str:
    """Give a text trimmed and in lower case, for comparing; blank where absent."""
    return str(value).strip().casefold() if value is not None else ""


def label(value: Any) -> str | None:
    """Give an id as text: 1992, 1992.0 and "1992" are the same; None where absent."""
    if value is None or isinstance(value, bool):
        return None
    if not isinstance(value, str):
        found = number(value)
        value = found.numerator if found is not None and found.denominator == 1 else value
    return str(value).strip() or None


def to_places(value: Fraction, places: int) -> Fraction:
    """Round half to even to so many decimals, exactly."""
    return Fraction(round(value * 10**places), 10**places)


def rounded_root(square: int) -> int:
    """Give the square root of a whole number to the nearest whole number (never a tie)."""
    low = math.isqrt(square)
    return low + 1 if square > low * low + low else low


def scaled_root(square: int, scale: Fraction, plus: Fraction) -> int:
    """Round scale * sqrt(square) + plus half to even, exactly."""
    guess = float(scale) * math.sqrt(square) + float(plus)
    low = math.floor(guess)
    if abs(guess - low - 0.5) > 1e-6 and guess < 1e9:
        return round(guess)
    half = Fraction(2 * low + 1, 2) - plus
    left = scale * scale * square
    if half < 0 or left > half * half:
        return low + 1
    if left < half * half:
        return low
    return low if low % 2 == 0 else low + 1


def canonical_hash(federation: Sequence[int]) -> int:
    """Give SHA-256 of the ascending URNs joined by commas, as a whole number."""
    text = ",".join(str(urn) for urn in sorted(federation))
    return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest(), "big")


# ---------------------------------------------------------------- the National Grid


def to_grid(longitude: float, latitude: float) -> tuple[int, int]:
    """Project WGS84 to EPSG:27700 by Helmert and transverse Mercator, in whole metres."""
    lon, lat = _helmert(math.radians(longitude), math.radians(latitude))
    a, b, f0 = 6377563.396, 6356256.909, 0.9996012717
    lat0, lon0 = math.radians(49), math.radians(-2)
    e2 = 1 - (b * b) / (a * a)
    n = (a - b) / (a + b)
    sin, cos, tan2 = math.sin(lat), math.cos(lat), math.tan(lat) ** 2
    nu = a * f0 / math.sqrt(1 - e2 * sin * sin)
    rho = a * f0 * (1 - e2) / (1 - e2 * sin * sin) ** 1.5
    eta2 = nu / rho - 1
    less, more = lat - lat0, lat + lat0
    arc = (
        b
        * f0
        * (
            (1 + n + 1.25 * n**2 + 1.25 * n**3) * less
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * math.sin(less) * math.cos(more)
            + 15 / 8 * (n**2 + n**3) * math.sin(2 * less) * math.cos(2 * more)
            - 35 / 24 * n**3 * math.sin(3 * less) * math.cos(3 * more)
        )
    )
    d = lon - lon0
    north = arc - 100000.0
    north += d**2 * nu / 2 * sin * cos
    north += d**4 * nu / 24 * sin * cos**3 * (5 - tan2 + 9 * eta2)
    north += d**6 * nu / 720 * sin * cos**5 * (61 - 58 * tan2 + tan2 * tan2)
    east = 400000.0 + d * nu * cos
    east += d**3 * nu / 6 * cos**3 * (nu / rho - tan2)
    east += (
        d**5
        * nu
        / 120
        * cos**5
        * (5 - 18 * tan2 + tan2 * tan2 + 14 * eta2 - 58 * tan2 * eta2)
    )
    return round(east), round(north)


def _helmert(lon: float, lat: float) -> tuple[float, float]:
    """Move a WGS84 longitude and latitude (radians, height 0) to OSGB36."""
    a, b = 6378137.0, 6356752.3141
    e2 = 1 - (b * b) / (a * a)
    nu = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
    x = nu * math.cos(lat) * math.cos(lon)
    y = nu * math.cos(lat) * math.sin(lon)
    z = nu * (1 - e2) * math.sin(lat)
    s = 1 + 20.4894e-6
    rx, ry, rz = (math.radians(sec / 3600) for sec in (-0.1502, -0.2470, -0.8421))
    x, y, z = (
        -446.448 + s * x - rz * y + ry * z,
        125.157 + rz * x + s * y - rx * z,
        -542.060 - ry * x + rx * y + s * z,
    )
    a, b = 6377563.396, 6356256.909
    e2 = 1 - (b * b) / (a * a)
    p = math.hypot(x, y)
    lat = math.atan2(z, p * (1 - e2))
    for _ in range(10):
        nu = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
        lat = math.atan2(z + e2 * nu * math.sin(lat), p)
    return math.atan2(y, x), lat


# ---------------------------------------------------------------- schools


@dataclass
class School:
    """One school as the checker reads it."""

    urn: int
    name: str
    roll: int
    kind: str
    status: str
    phase: str
    character: str
    diocese: str
    authority: str | None
    low: Fraction
    high: Fraction
    capacity: Fraction | None
    opened: datetime.date | None
    sparsity_miles: Fraction | None
    income: Fraction | None
    expenditure: Fraction | None
    head: str
    federation: str | None
    partnership: str | None
    trust: str | None
    position: tuple[Any, Any]
    raw: dict[str, Any]
    place: tuple[int, int] = (0, 0)

    @property
    def known_money(self) -> bool:
        """Say whether both the income and the expenditure are known."""
        return self.income is not None and self.expenditure is not None


def _school(feature: Any) -> School:
    """Read one feature."""
    try:
        raw = dict(feature["properties"])
        longitude, latitude = feature["geometry"]["coordinates"][:2]
        place = to_grid(float(longitude), float(latitude))
    except (TypeError, KeyError, ValueError) as problem:
        raise Unreadable(f"a feature of the schools file is not a school: {problem}") from None
    urn, roll = number(raw.get("urn")), number(raw.get("roll"))
    if urn is None or roll is None or urn.denominator != 1 or roll.denominator != 1:
        raise Unreadable(f"a school has no whole urn and roll: {raw.get('urn')!r}")
    low, high = _ages(number(raw.get("age_low")), number(raw.get("age_high")))
    return School(
        urn=int(urn),
        name=str(raw.get("name", "")).strip(),
        roll=int(roll),
        kind=words(raw.get("type")),
        status=words(raw.get("status")) or "open",
        phase=words(raw.get("phase")) or "primary",
        character=words(raw.get("religious_character")),
        diocese=words(raw.get("diocese")),
        authority=str(raw.get("local_authority") or "").strip() or None,
        low=low,
        high=high,
        capacity=number(raw.get("capacity")),
        opened=_date(raw.get("open_date")),
        sparsity_miles=number(raw.get("sparsity_miles")),
        income=number(raw.get("income")),
        expenditure=number(raw.get("expenditure")),
        head=words(raw.get("head")) or "unknown",
        federation=label(raw.get("federation")),
        partnership=label(raw.get("partnership")),
        trust=label(raw.get("trust")),
        position=(longitude, latitude),
        raw=raw,
        place=place,
    )


def _ages(low: Fraction | None, high: Fraction | None) -> tuple[Fraction, Fraction]:
    """Give the ages a school teaches: 5 or under reads 4, and 4 to 11 where they make no sense."""
    usual = Fraction(4), Fraction(11)
    if low is None or high is None or low <= 0 or high <= 0:
        return usual
    low = Fraction(4) if low <= 5 else low
    return (low, high) if high > low else usual


def _date(value: Any) -> datetime.date | None:
    """Read YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def parse_json(text: str) -> Any:
    """Read JSON with decimals as written; a key twice in one object or a NaN is refused."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            raise ValueError("a key is there twice in one object")
        return found

    def constant(name: str) -> Any:
        raise ValueError(f"{name} is not a number of JSON")

    return json.loads(
        text, parse_float=Decimal, object_pairs_hook=pairs, parse_constant=constant
    )


# ---------------------------------------------------------------- ethos


def ethos_of(character: str) -> str:
    """Read a religious character (trimmed, lower case) as an ethos; `other: name` for the rest."""
    if character in ETHOS_NAMES:
        return ETHOS_NAMES[character]
    parts = {part.strip() for part in character.split("/")}
    parts = {"church of england" if part == "anglican" else part for part in parts}
    if parts == {"church of england", "methodist"}:
        return "CE/METH"
    if parts == {"church of england", "roman catholic"}:
        return "CE/RC"
    if len(parts) == 1:
        (character,) = parts
        if character in ETHOS_NAMES:
            return ETHOS_NAMES[character]
    if any(word in character for word in CHRISTIAN_WORDS):
        return "christian"
    return f"other: {character}"


def _standing_kind(school: School, ethos: str) -> str:
    """Give the kind that counts in the pair table; academies count as their nearest kind."""
    if school.kind in ACADEMIES:
        if ethos in ("none", "unknown"):
            return "community"
        return "VA" if ethos == "RC" else "VC"
    return {"community school": "community", "voluntary aided school": "VA"}.get(
        school.kind, "else"
    )


def _pair_line(a: tuple[str, str], b: tuple[str, str]) -> tuple[int, str]:
    """Give the penalty in hundredths and the standing of two (ethos, kind): the first that fits."""
    one, other = a[0], b[0]
    both = {one, other}
    aided = [a[1], b[1]].count("VA")
    if "unknown" in both and both <= {"unknown", "none"}:
        return 25, "allowed"
    if both == {"none"}:
        return (10 if [a[1], b[1]].count("community") == 1 else 0), "allowed"
    if "none" in both and both & (CHURCH | {"christian"}):
        return _none_and_church(b if one == "none" else a), "with consent"
    if both <= CHURCH and one != other:
        return 20, "with consent"
    if one == other and one in CHURCH | {"christian"}:
        return (0, 15, 5)[aided], "allowed"
    if "christian" in both and both & CHURCH:
        return 40, "with consent"
    if one == other and (one == "RC" or one.startswith("other: ")):
        return 5, "allowed"
    if "CE/RC" in both and both <= {"CE", "RC", "CE/RC"}:
        return 40, "with consent"
    return 90, "refused"


def _none_and_church(church: tuple[str, str]) -> int:
    """Give the penalty of a school of no ethos with this church school."""
    if church[1] == "VA":
        return 45
    return 30 if church[0] == "METH" else 25


