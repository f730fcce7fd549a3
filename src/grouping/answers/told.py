"""A plan as its document tells it: what two plans are compared by, whichever way they came.

A plan in hand and a `plan.json` on disk say the same things by the same names, so a plan that was
made with rules given as Python is compared without being solved again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from grouping.answers.judged import Judged
from grouping.answers.plan import Plan
from grouping.answers.summary import head_posts
from grouping.errors import Fault, InputRefused

Settings = Mapping[str, str]
NO_PLAN = ("infeasible", "unknown")  # statuses of what holds none, whatever else it holds
PYTHON = "given as Python"


@dataclass(frozen=True, eq=False)
class Told:
    """A plan as told.

    Parameters
    ----------
    document
        As `plan.json`: policy, form, status, objective, federations, alone, left_out, and
        `head_posts` of its summary.
    names
        Names of schools by URN, as far as known.
    terms
        Settings of each term of its policy as text, `PYTHON` among them where it is; None where the
        policy is not at hand.
    """

    document: Mapping[str, Any]
    names: Mapping[int, str]
    terms: Mapping[str, Settings] | None

    @cached_property
    def facts(self) -> dict[str, Mapping[str, Any]]:
        """Facts of each federation by its key, in order of first URN."""
        ordered = sorted(self.document["federations"], key=lambda one: tuple(one["schools"]))
        return {str(one["key"]): one for one in ordered}

    @cached_property
    def home(self) -> dict[int, tuple[int, ...]]:
        """Partners of every school that takes part, by URN: none where it is alone."""
        found: dict[int, tuple[int, ...]] = {int(one["urn"]): () for one in self.document["alone"]}
        for facts in self.facts.values():
            held = sorted(map(int, facts["schools"]))
            found |= {urn: tuple(other for other in held if other != urn) for urn in held}
        return found

    @cached_property
    def left_out(self) -> dict[int, str]:
        """Schools that take no part, each with its reason."""
        return {int(one["urn"]): str(one["reason"]) for one in self.document["left_out"]}

    @cached_property
    def stages(self) -> dict[str, int]:
        """Value of each stage by name."""
        return {str(one["name"]): int(one["value"]) for one in self.document["objective"]}

    @property
    def heads(self) -> int | None:
        """Head posts with the plan, over the schools that take part; None where not told."""
        posts = self.document.get("summary", {}).get("head_posts", {})
        return None if posts.get("after") is None else int(posts["after"])

    def name(self, urn: int) -> str:
        """Name a school as sentences do: by its URN alone where no name is at hand."""
        return f"{self.names[urn]} ({urn})" if urn in self.names else f"school {urn}"


def told(plan: Plan | Judged | Told) -> Told:
    """Tell a plan.

    Raises
    ------
    InputRefused
        Where there is no plan: none can exist, or the search stopped before one was in hand.
    """
    made = plan if isinstance(plan, Told) else Told(_document(plan), _names(plan), _terms(plan))
    status = made.document.get("status", "unknown")
    if "cost" not in made.stages or status in NO_PLAN:
        what = f'has no plan: its status is "{status}"'
        raise InputRefused(Fault(what, "Give one that holds a plan"))
    return made


def _document(plan: Plan | Judged) -> dict[str, Any]:
    inside = {urn for group in plan.groups for urn in group}
    policy, stages = plan.survey.policy, plan.stages
    before, after = head_posts(plan)
    return {
        "policy": policy.name,
        "form": policy.form,
        "status": plan.status,
        "summary": {"head_posts": {"before": before, "after": after}},
        "objective": [{"name": s.name, "value": s.value, "unit": s.unit} for s in stages],
        "federations": plan.proposals,
        "alone": [{"urn": s.urn} for s in plan.county.schools if s.urn not in inside],
        "left_out": [
            {"urn": urn, "reason": why} for urn, why in plan.survey.taking_part.left_out.items()
        ],
    }


def _names(plan: Plan | Judged) -> dict[int, str]:
    return {school.urn: school.name for school in plan.survey.schools.rows}


def _terms(plan: Plan | Judged) -> dict[str, Settings]:
    return {
        term.name: {PYTHON: "yes", "weight": text_of(term.exact_weight)}
        if term.settings is None
        else settings_of({**term.settings, "weight": term.exact_weight})
        for term in plan.survey.policy.terms
    }


def settings_of(values: Mapping[str, Any]) -> Settings:
    """Write the settings of a term as text, numbers exactly, those that are not set left out."""
    return {key: text_of(value) for key, value in sorted(values.items()) if value is not None}


def text_of(value: Any) -> str:
    """Write a setting so that equal ones read the same, whatever they came from."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        return str(value)
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    whole = exact.denominator == 1
    return str(exact.numerator if whole else float(exact))
