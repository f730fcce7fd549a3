"""Everything that reports need of a plan, from the files of its folder and nothing else.

A report made by `grouping report DIR` and one made while the plan is written read the same bytes,
so every output says the same figures: those of `plan.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grouping.answers.plan import SCHEMA as PLAN
from grouping.answers.wording import SCHEMA as ANSWER
from grouping.errors import Fault, InputRefused

if TYPE_CHECKING:
    from grouping.policy.words import Policy
    from grouping.world.schools import Schools

NEEDED = ("plan.json", "policy.toml", "schools.geojson", "federations.geojson", "links.geojson")
BESIDE = ("barriers.geojson", "edges.csv", "journeys.csv", "ground.geojson")
Feature = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Dossier:
    """A plan as its files have it: for reports, which ask nothing of the engine.

    Parameters
    ----------
    name
        Name of the folder, for headings.
    files
        The plan's files, by name.
    folder
        Where they are; None where they are not written yet.
    """

    name: str
    files: Mapping[str, bytes] = field(repr=False)
    folder: Path | None = None

    @cached_property
    def document(self) -> dict[str, Any]:
        """The whole of `plan.json`."""
        return dict(json.loads(self.files["plan.json"]))

    @cached_property
    def federations(self) -> list[dict[str, Any]]:
        """Facts of each federation, in order, as `plan.json` has them."""
        return list(self.document["federations"])

    @cached_property
    def schools(self) -> dict[int, Feature]:
        """The GeoJSON feature of every school of the file, taking part or not, by URN."""
        return {int(one["properties"]["urn"]): one for one in self._features("schools.geojson")}

    @cached_property
    def hulls(self) -> list[Feature]:
        """A polygon for display for each federation, in order."""
        return self._features("federations.geojson")

    @cached_property
    def links(self) -> list[Feature]:
        """Lines of each federation's tree."""
        return self._features("links.geojson")

    @cached_property
    def barriers(self) -> list[Feature]:
        """Lines that no straight journey crosses; none where the policy names none."""
        return self._features("barriers.geojson") if "barriers.geojson" in self.files else []

    @cached_property
    def ground(self) -> dict[str, Any]:
        """Boundary, main roads and places to draw maps on; empty where none were given."""
        return dict(json.loads(self.files.get("ground.geojson", b"{}")))

    @cached_property
    def register(self) -> Schools:
        """The schools, through the gate."""
        from grouping.world.schools import Row, check_rows

        rows = [
            Row(f"feature {k}", one["properties"], tuple(one["geometry"]["coordinates"]))
            for k, one in enumerate(self.schools.values())
        ]
        return check_rows(rows, "schools.geojson")

    @cached_property
    def policy(self) -> Policy:
        """The policy of `policy.toml`: without rules, terms or limits given as Python."""
        from grouping.files.shipped import money_of, the_pair_table
        from grouping.policy.toml import document, policy_of

        text = self.files["policy.toml"].decode("utf-8-sig")
        return policy_of(document(text, "policy.toml"), money=money_of, pair_table=the_pair_table())

    @cached_property
    def answers(self) -> dict[str, dict[str, Any]]:
        """Answers kept in the folder (alternatives, certainty), by the question they answer."""
        found = [json.loads(self.files[name]) for name in self.files if name.endswith(".json")]
        return {one["question"]: one for one in found if one.get("schema") == ANSWER}

    @cached_property
    def others(self) -> dict[str, dict[str, Any]]:
        """Other plans kept in the folder, by name: folders plan-2, plan-3... or such files."""
        named = sorted(name for name in self.files if name.endswith(".json"))
        found = {name: json.loads(self.files[name]) for name in named if name != "plan.json"}
        plans = {
            name.removesuffix("/plan.json").removesuffix(".json").replace("plan-", "Plan "): one
            for name, one in found.items()
            if one.get("schema") == PLAN
        }
        return dict(sorted(plans.items(), key=lambda one: (len(one[0]), one[0])))

    def federation_of(self, urn: int) -> dict[str, Any] | None:
        """Facts of the federation a school is in; None where it is in none."""
        return self._homes.get(urn)

    @cached_property
    def _homes(self) -> dict[int, dict[str, Any]]:
        return {int(urn): one for one in self.federations for urn in one["schools"]}

    def _features(self, name: str) -> list[Feature]:
        return list(json.loads(self.files[name])["features"])


def read_dossier(folder: str | Path) -> Dossier:
    """Read a plan's folder for reports.

    Raises
    ------
    InputRefused
        With every file that is missing or cannot be read.
    """
    path, files, faults = Path(folder), {}, []
    beside = sorted(one.name for one in path.glob("*.json")) if path.is_dir() else []
    others = sorted(path.glob("plan-*/plan.json")) if path.is_dir() else []
    beside += [f"{one.parent.name}/plan.json" for one in others]
    for name in dict.fromkeys((*NEEDED, *BESIDE, *beside)):
        try:
            files[name] = (path / name).read_bytes()
            if name.endswith("json"):
                json.loads(files[name])
        except OSError as error:
            if name in NEEDED or not isinstance(error, FileNotFoundError):
                do = "Give the folder that grouping propose wrote"
                faults.append(Fault("is missing, or cannot be read", do, str(path / name)))
        except ValueError:
            do = "Make the plan again with grouping propose"
            faults.append(Fault("is not JSON", do, str(path / name)))
    if faults:
        raise InputRefused(faults)
    return Dossier(path.resolve().name, files, path)
