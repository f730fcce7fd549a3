"""The plan: what is suggested, how far it is proved, and how to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grouping.answers import maps
from grouping.answers.alone import reasons
from grouping.answers.proposals import proposals
from grouping.answers.summary import summary, verdict
from grouping.answers.wording import STANDING
from grouping.policy.survey import Survey
from grouping.world.county import County
from grouping.world.federations import Federations
from grouping.world.journeys import ATTRIBUTION

if TYPE_CHECKING:
    import geopandas

SCHEMA = "grouping-plan/1"


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
    the candidates that hold it. Where no plan can exist, `conflicts` names asks that cannot all
    hold. `place` is above 1 for a plan that was asked for beside the best: one that truly differs.
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
    conflicts: tuple[str, ...] = ()
    place: int = 1

    @property
    def county(self) -> County:
        """The schools that take part."""
        return self.survey.county

    @property
    def attribution(self) -> str:
        """Whose map gives the minutes; empty where none does."""
        return ATTRIBUTION.get(self.county.journey_source, "")

    def __len__(self) -> int:
        return len(self.federations)

    @cached_property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """URNs of each federation, ascending, in order of first URN."""
        return tuple(self.federations.urns(row) for row in range(len(self)))

    @cached_property
    def proposals(self) -> list[dict[str, Any]]:
        """Facts of each federation, as `plan.json` has them."""
        return proposals(self.federations, self.survey.policy)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The plan in numbers and sentences, as `plan.json` has it."""
        return summary(self)

    @cached_property
    def alone(self) -> list[dict[str, Any]]:
        """Schools that take part in no federation: URN, role and reason."""
        return reasons(self)

    @property
    def left_out(self) -> dict[int, str]:
        """Schools that take no part, each with its reason."""
        return self.survey.taking_part.left_out

    def explain(self) -> str:
        """Say the plan in plain words."""
        return "\n".join([*self.summary["sentences"], verdict(self)])

    def document(self, run: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the whole plan as plain values: what `plan.json` holds.

        `run` adds what only the edge knows (input hashes, versions).
        """
        policy = self.survey.policy
        return {
            "schema": SCHEMA,
            "standing": STANDING,
            "policy": policy.name,
            "form": policy.form,
            "status": self.status,
            "summary": self.summary,
            "objective": [
                {"name": s.name, "value": s.value, "bound": s.bound, "unit": s.unit}
                for s in self.stages
            ],
            "federations": self.proposals,
            "alone": self.alone,
            "left_out": [{"urn": urn, "reason": why} for urn, why in self.left_out.items()],
            "run": {
                "seed": self.seed,
                "workers": self.workers,
                "stopped_by_user": self.stopped,
                "journey_source": self.county.journey_source,
                "candidates": self.candidates,
                "steps": [
                    {"step": s.name, "seconds": s.seconds, "count": s.count} for s in self.steps
                ],
                "warnings": list(self.survey.warnings),
                "unchecked": [*policy.unchecked, *(["graph"] if self.survey.graph_given else [])],
                **({"attribution": self.attribution} if self.attribution else {}),
                **({"place": self.place} if self.place > 1 else {}),
                **(run or {}),
            },
        }

    def to_gdf(self) -> geopandas.GeoDataFrame:
        """Return the federations as a GeoDataFrame (EPSG:27700): hulls for display, 500 m wide."""
        return maps.federations_frame(self)

    def plot(self, ax: Any = None) -> Any:
        """Draw the plan with matplotlib, on `ax` if given, and return the axes."""
        return maps.plot(self, ax)

    def _repr_html_(self) -> str:
        return maps.html(self)
