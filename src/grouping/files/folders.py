"""A plan's folder, opened again so that questions can be asked of it: the way back from disk.

The folder holds its own record of all that was asked: `schools.geojson`, `policy.toml` with the
files it names, and `journeys.csv` unless journeys were straight lines. The case is solved again
from that, in about a second for a county, and held against the `plan.json` beside it.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from grouping.answers.judged import Judged, judged
from grouping.answers.told import PYTHON, Settings, Told, settings_of, told
from grouping.errors import Fault, InputRefused
from grouping.files.geojson import read_schools
from grouping.files.policies import open_policy
from grouping.files.travel import by_table
from grouping.policy.survey import survey
from grouping.questions.case import Case
from grouping.questions.solved import Solved
from grouping.world.journeys import STRAIGHT


@dataclass(frozen=True, eq=False)
class Folder:
    """A plan's folder: `document` is its `plan.json`, `case` what was asked."""

    path: Path
    document: dict[str, Any]
    case: Case

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """URNs of each federation of the plan in the folder, in order of first URN."""
        return tuple(sorted(tuple(one["schools"]) for one in self.document["federations"]))

    def solve(self, *, workers: int = 1, seed: int = 0) -> Solved:
        """Solve what was asked again, to ask more."""
        return self.case.solve(workers=workers, seed=seed)

    def judged(self) -> Judged:
        """The plan in the folder, judged by its own policy: nothing is solved.

        Raises
        ------
        InputRefused
            Where it has a school that takes no part.
        """
        seen = survey(self.case.schools, self.case.policy, self.case.journeys)
        try:
            made = judged(seen, self.groups)
        except KeyError as error:
            what = f"a federation has school {error}, which takes no part under the policy beside"
            raise InputRefused(Fault(what, file=str(self.path / "plan.json"))) from error
        return replace(made, status=str(self.document["status"]))

    def warnings(self, solved: Solved) -> tuple[str, ...]:
        """Say where the plan in the folder is not the best that a question is asked of."""
        if solved.plan.groups == self.groups:
            return ()
        status = self.document["status"]
        what = f'the plan in {self.path} is not the best under its own policy (status "{status}")'
        return (f"{what}: the answer is about the best",)


def open_folder(folder: str | Path) -> Folder:
    """Open a plan's folder.

    Raises
    ------
    InputRefused
        Where it holds no plan that can be read, or one made with rules given as Python, which no
        file can hold.
    PolicyRefused
        Where its policy does not fit its schools.
    """
    path = Path(folder)
    document = _document(path / "plan.json")
    unchecked = document["run"].get("unchecked", [])
    if unchecked:
        what = f"the plan was made with what only Python knows: {', '.join(map(str, unchecked))}"
        raise InputRefused(Fault(what, "Ask from Python", file=str(path)))
    schools = read_schools(path / "schools.geojson")
    source = open_policy(path / "policy.toml", known_urns=set(schools.urns.tolist()))
    table = path / "journeys.csv"
    straight = document["run"].get("journey_source") == STRAIGHT
    journeys = None if straight else by_table(table, schools.rows).journeys
    return Folder(path, document, Case(schools, source.policy, journeys))


def told_in(folder: str | Path) -> Told:
    """Take a plan from its folder as it is told there, to be compared: nothing is solved.

    A plan made with what only Python knows is told as any; of terms given so the weight is not
    known.

    Raises
    ------
    InputRefused
        Where the folder holds no plan that can be read.
    """
    path = Path(folder)
    document = _document(path / "plan.json")
    try:
        used = {name for one in document["federations"] for name in one["terms"]}
        terms = _terms(path / "policy.toml", used)
        schools = path / "schools.geojson"
        rows = read_schools(schools).rows if schools.exists() else ()
        made = Told(document, {school.urn: school.name for school in rows}, terms)
        _ = (made.facts, made.home, made.left_out, made.stages, made.heads)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        do = "Make the plan again with grouping propose"
        raise InputRefused(Fault("cannot be read as a plan", do, file=str(path))) from error
    return told(made)


def _terms(path: Path, used: set[str]) -> dict[str, Settings] | None:
    """Settings of the terms of a policy file; None where there is no such file."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        written = tomllib.load(file, parse_float=Decimal).get("terms", {})
    known = {name: settings_of(one) for name, one in written.items() if isinstance(one, dict)}
    return known | {name: {PYTHON: "yes"} for name in used - set(known)}


def _document(path: Path) -> dict[str, Any]:
    """Read plan.json as far as questions need it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        groups = [tuple(map(int, one["schools"])) for one in found["federations"]]
        found["run"].get("unchecked", [])
    except OSError as error:
        what = "no plan is here" if path.parent.is_dir() else "no such folder"
        do = "Give the folder that grouping propose wrote"
        raise InputRefused(Fault(what, do, file=str(path))) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        do = "Make the plan again with grouping propose"
        raise InputRefused(Fault("cannot be read as a plan", do, file=str(path))) from error
    found.setdefault("status", "unknown")
    if sum(map(len, groups)) != len({urn for group in groups for urn in group}):
        raise InputRefused(Fault("a school is in two federations", file=str(path)))
    return dict(found)
