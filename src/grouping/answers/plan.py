"""The plan: what is suggested, how far it is proved, and how to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grouping.policy.survey import Survey
from grouping.world.county import County
from grouping.world.federations import Federations

if TYPE_CHECKING:
    import geopandas

STANDING = "candidate for discussion"


@dataclass(frozen=True)
class Stage:
    """One stage of the objective: its value, the best value proved possible (or None), its unit."""

    name: str
    value: int
    bound: int | None
    unit: str


@dataclass(frozen=True)
class Step:
    """One step of a run: seconds, and how many things it handled."""

    name: str
    seconds: float
    count: int


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan of federations: candidates for discussion, never decisions.

    `federations` is a table in order of first URN; `held` counts, for each school that takes part,
    the candidates that hold it.
    """

    status: str
    stopped: bool
    survey: Survey
    federations: Federations
    stages: tuple[Stage, ...]
    candidates: int
    held: NDArray[np.int64]
    steps: tuple[Step, ...]
    workers: int
    seed: int

    @property
    def county(self) -> County:
        """The schools that take part."""
        return self.survey.county

    def __len__(self) -> int:
        return len(self.federations)

    @cached_property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """URNs of each federation, ascending, in order of first URN."""
        return tuple(self.federations.urns(row) for row in range(len(self)))
