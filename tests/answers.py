"""Answers of the engine in folders, from random questions, for the checker to judge."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import random_cases
from grouping import check
from grouping.engine import propose
from grouping.errors import PolicyRefused
from grouping.files.exports import write_plan
from grouping.files.geojson import read_schools
from grouping.files.text import json_text


def answer(seed: int, folder: Path) -> Path | None:
    """Write schools.geojson beside and the engine's answer into `folder`; None where none is."""
    asked = random_cases.asked(seed)
    folder.mkdir(parents=True)
    schools_path = folder / "in" / "schools.geojson"
    schools_path.parent.mkdir()
    collection = {"type": "FeatureCollection", "features": asked.features}
    schools_path.write_text(json_text(collection), encoding="utf-8")
    schools = read_schools(schools_path)
    try:
        plan = propose(schools, random_cases.policy_for(asked), random_cases.journeys_for(asked))
    except PolicyRefused:
        return None
    if plan.status != "optimal":
        return None
    sources = named_files(asked, folder / "in")
    hashes = {"schools": {"file": schools_path.name, "sha256": sha256(schools_path)}}
    out = folder / "out"
    verdict = write_plan(plan, out, schools_path=schools_path, sources=sources, hashes=hashes)
    assert not verdict.faults
    return schools_path


def named_files(asked: random_cases.Asked, folder: Path) -> dict[str, Path]:
    """Write the edges and barriers a question has, as a policy would name them."""
    found = {}
    neighbours = asked.document["neighbours"]
    if neighbours["kind"] == "edges":
        found["edges.csv"] = folder / "edges.csv"
        lines = ["from_urn,to_urn", *(f"{a},{b}" for a, b in asked.edges)]
        found["edges.csv"].write_text("\n".join(lines) + "\n", encoding="utf-8")
    if neighbours["barriers"]:
        found["barriers.geojson"] = folder / "barriers.geojson"
        features = [line_feature(line) for line in asked.barriers]
        collection = {"type": "FeatureCollection", "features": features}
        found["barriers.geojson"].write_text(json.dumps(collection), encoding="utf-8")
    return found


def line_feature(line: list[list[float]]) -> dict[str, Any]:
    geometry = {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "geometry": geometry, "properties": {}}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def verdict(schools_path: Path, out: Path) -> check.Verdict:
    """Judge a folder as `grouping check` would."""
    return check.check(schools_path, out)
