"""A policy in words: every key of its file, as set, and what it means, for people to argue with."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grouping.answers.wording import count, listed
from grouping.reports.figures import bounds

Say = Callable[[Any], str]
FIRST = "first"


@dataclass(frozen=True)
class Key:
    """One key of a policy: its dotted name, its value as text, and what that means."""

    name: str
    value: str
    means: str


@dataclass(frozen=True)
class Chapter:
    """Keys of a policy that belong together."""

    title: str
    keys: tuple[Key, ...]


def rulebook(text: str) -> list[Chapter]:
    """Say a policy file in words, key by key; a key that is not known here is shown as it is."""
    found = tomllib.loads(text)
    flat = dict(_flat(found))
    chapters = []
    for title, rooms in CHAPTERS.items():
        keys = tuple(
            Key(name, shown(value), _means(name, value))
            for name, value in flat.items()
            if name.partition(".")[0] in rooms
        )
        if keys:
            chapters.append(Chapter(title, keys))
    known = {room for rooms in CHAPTERS.values() for room in rooms}
    rest = [n for n in flat if n.partition(".")[0] not in known]
    if rest:
        keys = tuple(Key(name, shown(flat[name]), _means(name, flat[name])) for name in rest)
        chapters.append(Chapter("Other keys", keys))
    return chapters


def _flat(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    made: list[tuple[str, Any]] = []
    for name, value in found.items():
        if isinstance(value, dict):
            made += [(f"{name}.{key}", one) for key, one in value.items()]
        else:
            made.append((name, value))
    return made


def shown(value: Any) -> str:
    """Show a value: "on", "off", "at least 2, at most 4", "none", a list, a number."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {shown(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "; ".join(shown(one) for one in value) if value else "none"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if value != "" else "none"


def _means(name: str, value: Any) -> str:
    if name.startswith(("rules.", "limits.", "terms.")) and value is False:
        return OFF[name.partition(".")[0]]
    say = WORDS.get(name)
    return say(value) if say else "see the reference"


def _bounds(value: Mapping[str, Any], unit: str) -> str:
    said = bounds(value)
    return f"{said} {unit}" if said else f"any number of {unit}"


def _alone(tier: str) -> Say:
    def say(value: Any) -> str:
        if value == FIRST:
            return (
                f"fewest {tier} schools alone comes before everything after it, whatever it costs"
            )
        return f"each {tier} school left alone counts {value:g} points"

    return say


def _pairs(value: list[Any], what: str) -> str:
    if not value:
        return f"none {what}"
    return f"{what}: " + "; ".join(listed(map(str, one)) for one in value)


CHAPTERS = {
    "Name and form": ("name", "form"),
    "Who takes part": ("take_part", "roles"),
    "What every federation must be": ("rules",),
    "What people have fixed": ("locks",),
    "Journeys and neighbours": ("journeys", "neighbours"),
    "Which plan is better: schools alone first": ("alone",),
    "Which plan is better: points, fewer is better": ("terms",),
    "Limits over the whole plan": ("limits",),
    "Money": ("budget",),
}
OFF = {
    "rules": "not asked for",
    "limits": "no limit",
    "terms": "counts nothing",
}
WORDS: dict[str, Say] = {
    "name": lambda v: "the name of this policy",
    "form": lambda v: {
        "hard federation": "one governing body and one budget over all its schools",
        "soft federation": "each school keeps its governing body and its books; one head is shared",
        "shared business manager": "two schools share a business manager, and nothing else",
    }.get(v, ""),
    "take_part.phases": lambda v: f"schools of these phases take part: {listed(map(str, v))}",
    "take_part.academies": lambda v: {
        "leave out": "academies take no part: by law only maintained schools may federate",
        "as maintained": "academies are looked at as if they were maintained: a what-if only",
        "informal": "academies may work alongside informally; they cannot federate",
    }.get(v, ""),
    "take_part.authorities": lambda v: (
        f"only schools of {listed(map(str, v))}" if v else "every authority in the file"
    ),
    "take_part.leave_out": lambda v: (
        f"left out by hand: {listed(map(str, v))}" if v else "no school is left out by hand"
    ),
    "take_part.existing": lambda v: {
        "keep": "federations of today are kept whole",
        "free": "federations of today may be changed",
    }.get(v, ""),
    "take_part.existing_may_grow_by": lambda v: (
        f"a kept federation may take in {count(v, 'school')} beyond the most schools allowed"
    ),
    "roles.urgent_below": lambda v: f"a school with fewer than {v} pupils is urgent",
    "roles.small_below": lambda v: f"one with fewer than {v} pupils, and not urgent, is small",
    "roles.partner_at_most": lambda v: f"larger ones may be partners up to {v} pupils",
    "alone.urgent": _alone("urgent"),
    "alone.small": _alone("small"),
    "journeys.detour": lambda v: f"a road is taken as {v:g} times the straight line",
    "journeys.mph": lambda v: f"driven at {v:g} miles an hour",
    "journeys.parking_minutes": lambda v: f"and {v:g} minutes are added for parking",
    "neighbours.kind": lambda v: {
        "minutes": "two schools are neighbours if the journey is short enough",
        "gabriel": "neighbours if also no third school lies in the circle between them",
        "delaunay": "neighbours if also joined in the Delaunay triangulation",
        "nearest": "neighbours if also one is among the nearest few of the other",
        "edges": "neighbours are the pairs of a list that was given",
    }.get(v, ""),
    "neighbours.link_at_most": lambda v: f"a link between neighbours takes at most {v:g} minutes",
    "neighbours.nearest": lambda v: f"how many nearest, where the kind is nearest: {v}",
    "neighbours.edges": lambda v: f"the list of pairs: {v}" if v else "no list of pairs",
    "neighbours.barriers": lambda v: (
        f"no straight journey crosses the lines of {v}"
        if v
        else "no river or estuary is in the way"
    ),
    "neighbours.barred": lambda v: _pairs(v, "links taken away by hand"),
    "neighbours.added": lambda v: _pairs(v, "links added by hand"),
    "rules.schools": lambda v: f"{_bounds(v, 'schools')} in a federation",
    "rules.for_the_small": lambda v: "at least one urgent or small school in it",
    "rules.longest_journey": lambda v: (
        f"every journey between two of its schools {_bounds(v, 'minutes')}"
    ),
    "rules.connected": lambda v: "joined by links, no school reached only through an outsider",
    "rules.ethos": lambda v: {
        "default": "every two schools are of ethoses that may join, some with consent",
        "strict": "every two schools are of the same ethos",
        "open": "any ethos may join any other",
    }.get(v["policy"], ""),
    "rules.one_authority": lambda v: "all of one local authority",
    "rules.combined_roll": lambda v: f"together {_bounds(v, 'pupils')}",
    "rules.combined_budget": lambda v: (
        f"balance of the year at least {100 * v['at_least']:g} % of income, at today's rolls"
    ),
    "locks.together": lambda v: _pairs(v, "must be in one federation"),
    "locks.apart": lambda v: _pairs(v, "must not be in one federation"),
    "locks.federations": lambda v: _pairs(v, "federations fixed as given"),
    "terms.journey": lambda v: (
        f"{v['weight']:g} points for each {v['full']:g} minutes along the links that join "
        f"the schools; nothing up to {v['free']:g} minutes, "
        f"and more than in proportion above {v['full']:g}"
    ),
    "terms.ethos": lambda v: f"{v['weight']:g} points for each unit of the ethos table's penalties",
    "terms.leadership": lambda v: (
        f"{v['weight']:g} points for each school whose head would teach all week for the budget to "
        f"balance, in proportion; rolls changed by {100 * v['roll_change']:+g} %"
    ),
    "terms.size": lambda v: (
        f"{v['weight']:g} points in proportion to how far the combined roll is below "
        f"{v['at_least']:g} or above {v['at_most']:g} pupils"
    ),
    "terms.dominance": lambda v: (
        f"up to {v['weight']:g} points where one school has most of the pupils"
    ),
    "terms.vacancies": lambda v: (
        f"{v['weight']:g} points less for each head leaving or vacant that a shared head makes good"
    ),
    "terms.partnerships": lambda v: (
        f"{v['weight']:g} points less for each two schools that are in one partnership today"
    ),
    "limits.federations": lambda v: f"{_bounds(v, 'federations')} in the plan, kept ones too",
    "limits.mixed_federations": lambda v: f"{_bounds(v, 'federations')} with more than one ethos",
    "limits.changed_schools": lambda v: (
        f"{_bounds(v, 'schools')} whose partners differ from today's"
    ),
    "budget.year": lambda v: f"the budget model has the parameters of {v}",
    "budget.federation_grant": lambda v: f"a grant of £{v:,} a year to each federation",
}
