"""Suggests how small rural primary schools could be grouped into federations, with proof.

>>> import grouping
>>> schools = grouping.read_schools("data/schools.geojson")       # doctest: +SKIP
>>> policy = grouping.read_policy("norfolk-2012")                 # doctest: +SKIP
>>> plan = grouping.propose(schools, policy)                      # doctest: +SKIP
>>> print(plan.explain())                                         # doctest: +SKIP

Every name is imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grouping.answers.budgets import budgets
    from grouping.answers.compare import compare
    from grouping.answers.options import options
    from grouping.answers.order import order
    from grouping.answers.plan import Plan
    from grouping.engine import propose
    from grouping.errors import GroupingError, InputRefused, PolicyRefused
    from grouping.files.exports import write_plan
    from grouping.files.geojson import read_schools
    from grouping.files.handouts import export
    from grouping.files.policies import read_policy
    from grouping.files.reports import write_report
    from grouping.files.sayings import read_sayings
    from grouping.files.sweeps import sweep
    from grouping.policy.sayings import policy_with
    from grouping.policy.survey import survey
    from grouping.policy.words import Limit, Policy, Rule, Term
    from grouping.questions.alternatives import alternatives
    from grouping.questions.case import Case
    from grouping.questions.certainty import certainty
    from grouping.questions.conflicts import conflicts
    from grouping.questions.front import front
    from grouping.questions.replan import replan
    from grouping.questions.robust import robust
    from grouping.questions.solved import Solved
    from grouping.questions.soundings import soundings
    from grouping.questions.stability import walking_away
    from grouping.questions.sweep import Sweep
    from grouping.questions.what_if import what_if
    from grouping.questions.why import why
    from grouping.world.federations import Federations, federation
    from grouping.world.journeys import Journeys, from_graph, from_matrix, from_pairs
    from grouping.world.schools import Schools

__version__ = "0.1.0"

_PLACES = {
    "Case": "questions.case",
    "Federations": "world.federations",
    "GroupingError": "errors",
    "InputRefused": "errors",
    "Journeys": "world.journeys",
    "Limit": "policy.words",
    "Plan": "answers.plan",
    "Policy": "policy.words",
    "PolicyRefused": "errors",
    "Rule": "policy.words",
    "Schools": "world.schools",
    "Solved": "questions.solved",
    "Sweep": "questions.sweep",
    "Term": "policy.words",
    "alternatives": "questions.alternatives",
    "budgets": "answers.budgets",
    "certainty": "questions.certainty",
    "compare": "answers.compare",
    "conflicts": "questions.conflicts",
    "export": "files.handouts",
    "federation": "world.federations",
    "from_graph": "world.journeys",
    "from_matrix": "world.journeys",
    "from_pairs": "world.journeys",
    "front": "questions.front",
    "options": "answers.options",
    "order": "answers.order",
    "policy_with": "policy.sayings",
    "propose": "engine",
    "read_policy": "files.policies",
    "read_sayings": "files.sayings",
    "read_schools": "files.geojson",
    "replan": "questions.replan",
    "robust": "questions.robust",
    "soundings": "questions.soundings",
    "survey": "policy.survey",
    "sweep": "files.sweeps",
    "walking_away": "questions.stability",
    "what_if": "questions.what_if",
    "why": "questions.why",
    "write_plan": "files.exports",
    "write_report": "files.reports",
}

__all__ = [
    "Case",
    "Federations",
    "GroupingError",
    "InputRefused",
    "Journeys",
    "Limit",
    "Plan",
    "Policy",
    "PolicyRefused",
    "Rule",
    "Schools",
    "Solved",
    "Sweep",
    "Term",
    "alternatives",
    "budgets",
    "certainty",
    "compare",
    "conflicts",
    "export",
    "federation",
    "from_graph",
    "from_matrix",
    "from_pairs",
    "front",
    "options",
    "order",
    "policy_with",
    "propose",
    "read_policy",
    "read_sayings",
    "read_schools",
    "replan",
    "robust",
    "soundings",
    "survey",
    "sweep",
    "walking_away",
    "what_if",
    "why",
    "write_plan",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"grouping.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'grouping' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
