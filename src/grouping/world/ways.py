"""What OpenStreetMap's tags mean to a car: may it drive, which way, and how fast on average.

Speeds are averages by road class and place from a dated file of figures (domain notes, section 4);
a posted limit can only lower them. Tags as OpenStreetMap's wiki documents them for the United
Kingdom (Key:highway, Key:oneway, Key:access, Key:maxspeed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grouping.world.budgets import METRES_A_MILE

Tags = Mapping[str, str]

RURAL, VILLAGE, TOWN = 0, 1, 2
STREETS = ("residential", "living_street")
ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")  # the first that is there decides
CLOSED = frozenset((
    "no", "private", "permit", "agricultural", "forestry", "delivery", "emergency", "military",
    "bus", "psv",
))  # fmt: skip
FORWARD = frozenset(("yes", "true", "1"))
BACKWARD = frozenset(("-1", "reverse"))
ROUND = frozenset(("roundabout", "circular"))
LIMIT = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)\s*(mph|km/h|kmh|kph)?")
METRES_A_KM = 1000
FASTEST, SLOWEST = 100.0, 1.0  # mph; a limit beyond is a slip of the keyboard


@dataclass(frozen=True)
class Speeds:
    """Average speeds, mph, and the limits of the road journeys, as `figures/roads-*.toml` has them.

    `classes` are speeds on the open road, in a village and in a town, by OSM road class; `dual`
    those of a dual carriageway. Distances in metres.
    """

    year: str
    classes: Mapping[str, tuple[float, float, float]]
    dual: Mapping[str, float]
    dual_limit: float
    share: float
    street_limit: float
    words: Mapping[str, float]
    village_within: float
    town_within: float
    city_within: float
    warn_beyond: float
    none_beyond: float
    cap_minutes: float
    cap_factor: float
    bridge_reach: float


def speeds_of(figures: Mapping[str, Any]) -> Speeds:
    """Read the speeds from the document of their file."""
    dual = {name: float(mph) for name, mph in figures["dual"].items()}
    limits = figures["maxspeed"]
    return Speeds(
        year=str(figures["year"]),
        classes={name: (float(r), float(v), float(t)) for name, (r, v, t) in
                 figures["classes"].items()},
        dual_limit=dual.pop("limit_at_least"),
        dual=dual,
        share=float(limits["share"]),
        street_limit=float(limits["street_at_most"]),
        words={word: float(mph) for word, mph in limits["words"].items()},
        village_within=float(figures["places"]["village_within"]),
        town_within=float(figures["places"]["town_within"]),
        city_within=float(figures["places"]["city_within"]),
        warn_beyond=float(figures["snapping"]["warn_beyond"]),
        none_beyond=float(figures["snapping"]["none_beyond"]),
        cap_minutes=float(figures["cap"]["minutes"]),
        cap_factor=float(figures["cap"]["factor"]),
        bridge_reach=float(figures["barriers"]["reach"]),
    )  # fmt: skip


def drivable(tags: Tags, speeds: Speeds) -> bool:
    """Whether an ordinary car may drive along a way: no ferry, no square, no private road."""
    if tags.get("highway") not in speeds.classes:
        return False
    if tags.get("route") == "ferry" or tags.get("area") == "yes":
        return False
    if tags.get("oneway") == "reversible":
        return False
    said = next((tags[key] for key in ACCESS if key in tags), "yes")
    return any(word.strip() not in CLOSED for word in said.split(";"))


def directions(tags: Tags) -> tuple[bool, bool]:
    """Whether a drivable way may be driven along its points, and against them."""
    said = tags.get("oneway", "")
    if said in BACKWARD:
        return False, True
    if said in FORWARD:
        return True, False
    if said != "no" and (tags.get("junction") in ROUND or tags.get("highway") == "motorway"):
        return True, False
    return True, True


def limit_of(text: str | None, words: Mapping[str, float]) -> float | None:
    """Posted limit in mph; the lowest of several; None where there is none or it says nothing.

    Numbers without a unit are km/h, as OpenStreetMap has it.
    """
    if not text:
        return None
    found = []
    for part in re.split(r"[;,|]", text.casefold()):
        word = part.strip()
        match = LIMIT.fullmatch(word)
        if match:
            number, unit = float(match[1]), match[2]
            mph = number if unit == "mph" else number * METRES_A_KM / float(METRES_A_MILE)
            if SLOWEST <= mph <= FASTEST:
                found.append(mph)
        elif word in words:
            found.append(words[word])
    return min(found, default=None)


def limits(tags: Tags, speeds: Speeds) -> tuple[float | None, float | None]:
    """Posted limits along and against a way, mph."""
    said = tags.get("maxspeed") or tags.get("maxspeed:type") or tags.get("source:maxspeed")
    both = limit_of(said, speeds.words)
    along = limit_of(tags.get("maxspeed:forward"), speeds.words)
    against = limit_of(tags.get("maxspeed:backward"), speeds.words)
    return both if along is None else along, both if against is None else against


def speed(tags: Tags, limit: float | None, place: int, speeds: Speeds) -> float:
    """Average speed in mph on a way in a place (`RURAL`, `VILLAGE`, `TOWN`) under a limit."""
    name = tags["highway"]
    usual = speeds.classes[name][place]
    if name in speeds.dual and is_dual(tags, limit, speeds):
        usual = speeds.dual[name]
    return usual if limit is None else min(usual, speeds.share * limit)


def is_dual(tags: Tags, limit: float | None, speeds: Speeds) -> bool:
    """Whether a way is one side of a fast dual carriageway."""
    one_way = tags.get("oneway") in FORWARD | BACKWARD and tags.get("junction") not in ROUND
    return one_way and (limit is None or limit >= speeds.dual_limit)


def street(tags: Tags, limit: float | None, near: bool, speeds: Speeds) -> bool:
    """Whether a way is a street: by its limit, else by its class or by a village being `near`."""
    if limit is not None:
        return limit <= speeds.street_limit
    return near or tags["highway"] in STREETS
