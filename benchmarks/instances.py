"""The counties the benchmarks ask about, and how our engine answers when asked in parts.

Sub-counties are the schools nearest to a school of the model county; real Norfolk is read where
the register lies beside this repository, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np

import grouping
from grouping.files.gias import schools_from_gias
from grouping.policy.survey import Survey, survey
from grouping.policy.words import Policy
from grouping.search.candidates import grow, price
from grouping.search.gathering import hash_of, problem_of
from grouping.search.packing import Problem, Solution
from grouping.search.stages import Ways, solve
from grouping.search.stopping import Stop
from grouping.world.county import SMALL, URGENT
from grouping.world.federations import Federations
from grouping.world.schools import Schools

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "data" / "schools.geojson"
SHARED = ROOT.parent / "shared" / "data"
REGISTER = SHARED / "norfolk_gias_layout_reconstructed_2022-07.csv"
CANDIDATES = 10_000_000


@dataclass(frozen=True, eq=False)
class Packed:
    """A county seen under a policy, its candidates with their costs, and the packing problem."""

    seen: Survey
    table: Federations
    problem: Problem

    def hash_of(self, row: int) -> int:
        """Canonical hash of a candidate."""
        return hash_of(self.table.urns(row))

    def alone(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """Turn what is covered into urgent and small schools alone, then the cost."""
        *covered, cost = values
        there = [int((self.seen.county.role == role).sum()) for role in (URGENT, SMALL)]
        left = (count - held for count, held in zip(there, covered, strict=True))
        return (*left, cost)


def model_county() -> Schools:
    """Read the model county."""
    return grouping.read_schools(MODEL)


def norfolk() -> Schools | None:
    """Read Norfolk as the register had it in July 2022; None where it is not at hand."""
    return schools_from_gias(REGISTER) if REGISTER.exists() else None


def pack(seen: Survey) -> Packed:
    """Grow and price every candidate of a county, and put them as a packing problem."""
    table = grow(seen.county, seen.policy, at_most=CANDIDATES)
    problem = problem_of(seen.county, seen.policy, table, price(table, seen.policy))
    return Packed(seen, table, problem)


def answer(packed: Packed, *, workers: int = 2, limit: float | None = None) -> Solution:
    """Solve a packing problem with our engine's own room."""
    return solve(packed.problem, packed.hash_of, Ways(Stop.after(limit), workers))


def sub_county(schools: Schools, policy: Policy, count: int, seed: int) -> Schools:
    """Return the schools that take part nearest to a small one, another one for every seed."""
    county = survey(schools, policy).county
    small = np.flatnonzero(np.isin(county.role, (URGENT, SMALL)))
    centre = Random(count).sample(small.tolist(), len(small))[seed]
    east, north = county.points
    square = (east - east[centre]) ** 2 + (north - north[centre]) ** 2
    nearest = np.lexsort((county.urns, square))[:count]
    return only(schools, set(county.urns[nearest].tolist()).__contains__)


def only(schools: Schools, keep: Callable[[int], bool]) -> Schools:
    """Return a file of some of the schools, by URN."""
    return replace(schools, rows=tuple(school for school in schools.rows if keep(school.urn)))
