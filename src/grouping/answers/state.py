"""The state of a schools file: what is missing, what that switches off, and who is near a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grouping.policy.eligibility import take_part
from grouping.policy.words import Policy
from grouping.world import cells
from grouping.world.classes import YEARS, years_of
from grouping.world.register import KNOWN_HEADS, UNKNOWN_HEAD
from grouping.world.schools import School, Schools

NEAR = 5  # pupils from a threshold

# What is lost where a cell of this column is missing: of the school itself, unless said.
SWITCHES_OFF = {
    "status": "read as Open",
    "phase": "read as Primary",
    "religious_character": "its ethos is unknown: only schools of none, or unknown, may join it",
    "diocese": "whether two church schools share one cannot be told: to be confirmed",
    "local_authority": "it shares an authority with nobody; absent for all: one_authority is off",
    "age_low": "read as 4 to 11 in sparsity",
    "age_high": "read as 4 to 11 in sparsity",
    "capacity": "whether it is still filling cannot be told",
    "open_date": "whether it is still filling cannot be told (blank: an old school)",
    "sparsity_miles": "sparsity is estimated from the nearest other school",
    "fsm_percent": "nothing: carried only",
    "income": "its money is modelled, not actual",
    "expenditure": "its money is modelled, not actual",
    "reserve": "the lines of reserves and of years to deficit are unknown",
    "head": "the term vacancies counts nothing in any federation that holds it",
    "federation": "none: it is in no federation today",
    "partnership": "none: it is in no partnership today",
    "trust": "none: it is in no trust",
    "year groups": "classes are counted from the roll spread evenly",
}


@dataclass(frozen=True)
class Column:
    """How many of the schools that take part lack a value, and what that switches off.

    `blank` counts those whose cell is there but empty.
    """

    name: str
    missing: int
    blank: int
    of: int
    switches_off: str


@dataclass(frozen=True)
class Near:
    """Schools within a few pupils of a threshold: URN, name and roll."""

    threshold: int
    meaning: str
    schools: tuple[tuple[int, str, int], ...]


@dataclass(frozen=True)
class State:
    """The state of a schools file under a policy; see `state`."""

    schools: int
    taking_part: int
    columns: tuple[Column, ...]
    near: tuple[Near, ...]
    warnings: tuple[str, ...]


def state(schools: Schools, policy: Policy) -> State:
    """Look at the schools that take part under a policy, column by column.

    Near a threshold are open schools within 5 pupils of it, also those that a roll just above the
    largest partner keeps out.
    """
    taking = take_part(schools, policy)
    roles = policy.roles
    there = {school.urn for school in taking.schools}
    large = range(roles.partner_at_most + 1, roles.partner_at_most + NEAR + 1)
    close = [
        s
        for s in schools.rows
        if s.urn in there
        or (s.roll in large and s.urn in taking.tiers and s.urn not in taking.by_law)
    ]
    lines = (
        (roles.urgent_below, "below it a school is urgent"),
        (roles.small_below, "below it a school is small"),
        (roles.partner_at_most, "above it a school is no partner"),
    )
    return State(
        len(schools),
        len(taking.schools),
        tuple(_column(name, taking.schools) for name in SWITCHES_OFF),
        tuple(_near(threshold, meaning, close) for threshold, meaning in lines),
        schools.warnings,
    )


def _near(threshold: int, meaning: str, schools: Sequence[School]) -> Near:
    found = [(s.urn, s.name, s.roll) for s in schools if abs(s.roll - threshold) <= NEAR]
    return Near(threshold, meaning, tuple(sorted(found, key=lambda one: (one[2], one[0]))))


def _column(name: str, schools: Sequence[School]) -> Column:
    if name == "year groups":
        missing = sum(years_of(s.properties) is None for s in schools)
        blank = sum(any(s.properties.get(y) == "" for y in YEARS) for s in schools)
    else:
        missing = sum(_lacks(s, name) for s in schools)
        blank = sum(_blank(s, name) for s in schools)
    return Column(name, missing, blank, len(schools), SWITCHES_OFF[name])


def _lacks(school: School, name: str) -> bool:
    value = school.properties.get(name)
    if name == "head" and isinstance(value, str):
        return KNOWN_HEADS.get(value.strip().casefold(), UNKNOWN_HEAD) == UNKNOWN_HEAD
    return cells.is_blank(value)


def _blank(school: School, name: str) -> bool:
    value = school.properties.get(name)
    return isinstance(value, str) and cells.is_blank(value)
