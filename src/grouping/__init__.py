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
    from grouping.answers.options import options
    from grouping.answers.plan import Plan
    from grouping.engine import propose
    from grouping.errors import GroupingError, InputRefused, PolicyRefused
    from grouping.files.exports import write_plan
    from grouping.files.geojson import read_schools
    from grouping.files.handouts import export
    from grouping.files.policies import read_policy
    from grouping.files.sayings import read_sayings
    from grouping.files.sweeps import sweep
    from grouping.policy.sayings import policy_with
    from grouping.policy.survey import survey
    from grouping.policy.words import Limit, Policy, Rule, Term
    from grouping.questions.case import Case
    from grouping.questions.conflicts import conflicts
    from grouping.questions.solved import Solved
    from grouping.questions.soundings import soundings
    from grouping.questions.sweep import Sweep
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
    "budgets": "answers.budgets",
    "conflicts": "questions.conflicts",
    "export": "files.handouts",
    "federation": "world.federations",
    "from_graph": "world.journeys",
    "from_matrix": "world.journeys",
    "from_pairs": "world.journeys",
    "options": "answers.options",
    "policy_with": "policy.sayings",
    "propose": "engine",
    "read_policy": "files.policies",
    "read_sayings": "files.sayings",
    "read_schools": "files.geojson",
    "soundings": "questions.soundings",
    "survey": "policy.survey",
    "sweep": "files.sweeps",
    "why": "questions.why",
    "write_plan": "files.exports",
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
    "budgets",
    "conflicts",
    "export",
    "federation",
    "from_graph",
    "from_matrix",
    "from_pairs",
    "options",
    "policy_with",
    "propose",
    "read_policy",
    "read_sayings",
    "read_schools",
    "soundings",
    "survey",
    "sweep",
    "why",
    "write_plan",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"grouping.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'grouping' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
