"""Writes an answer folder from the checker's own figures: the ground the mutants stand on."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grouping import check

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grouping.check import Case, Federation

REASON = "No partner within 30 minutes; the nearest is 31.0 minutes away."


def plain(value: Any) -> Any:
    """Turn fractions and decimals into numbers JSON knows."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Fraction | Decimal):
        exact = Fraction(value)
        return int(exact) if exact.denominator == 1 else float(exact)
    return value


def toml(policy: dict[str, Any]) -> str:
    """Write a policy as TOML, tables one level deep."""

    def text(value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key} = {text(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list | tuple):
            return "[" + ", ".join(text(item) for item in value) + "]"
        return json.dumps(value) if isinstance(value, str) else str(value)

    lines = [f"{k} = {text(v)}" for k, v in policy.items() if not isinstance(v, dict)]
    for name, table in policy.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *(f"{key} = {text(item)}" for key, item in table.items())]
    return "\n".join(lines) + "\n"


def ring_round(case: Case, federation: Federation) -> list[list[float]]:
    """Give a ring 500 m round schools that lie on one line west to east, in WGS84."""
    members = sorted((case.schools[urn] for urn in federation), key=lambda s: s.place)
    found = []
    for school, start in ((members[0], 90), (members[-1], 270)):
        lon, lat = float(school.position[0]), float(school.position[1])
        east, north = math.cos(math.radians(lat)) * 111320.0, 111270.0
        for step in range(0, 181, 30):
            angle = math.radians(start + step)
            found.append([lon + 500 * math.cos(angle) / east, lat + 500 * math.sin(angle) / north])
    return [*found, found[0]]


def wanted_plan(case: Case, plan: Sequence[Federation], schools_path: Path) -> dict[str, Any]:
    """Write plan.json as a dictionary."""
    source = check.STRAIGHT if case.journeys is None else "file"
    answer = check.Answer(schools_path, schools_path.parent)
    answer.case, answer.plan, answer.source = case, list(plan), source
    answer.schools = case.schools
    rows = []
    for index, federation in enumerate(plan):
        row = answer.wanted(federation, index)
        row["schools"] = list(federation)
        row["consents"] = [
            {"consent": "Diocesan board (diocese to be confirmed)", "schools": list(federation)}
        ]
        row["rules"] = [{**r, "sentence": "It holds."} for r in check.rule_rows(case, federation)]
        rows.append(row)
    sha = hashlib.sha256(schools_path.read_bytes()).hexdigest()
    document: dict[str, Any] = {
        "schema": check.SCHEMA,
        "standing": check.STANDING,
        "policy": case.policy["name"],
        "form": case.policy["form"],
        "status": "optimal",
        "federations": rows,
        "objective": [
            {
                "name": name,
                "value": value,
                "bound": value,
                "unit": "thousandths of a point" if name == "cost" else "schools",
            }
            for name, value in check.stage_values(case, plan)
        ],
        "alone": [
            {"urn": urn, "role": case.roles[urn], "reason": REASON}
            for urn in check.alone(case, plan)
        ],
        "left_out": [
            {"urn": urn, "reason": f"It is left out: {why}."} for urn, why in case.left_out.items()
        ],
        "run": {
            "inputs": {"schools": {"file": schools_path.name, "sha256": sha}},
            "journey_source": source,
            "candidates": 40,
            "unchecked": [],
        },
    }
    answer.document = document
    summary = answer.wanted_summary()
    summary |= {"candidates": 40, "sentences": ["One federation.", "No school closes."]}
    return plain(document | {"summary": summary})


def collection(document: dict[str, Any], features: list[dict[str, Any]]) -> dict[str, Any]:
    """Write a FeatureCollection with the provenance it carries."""
    top = {key: document[key] for key in ("schema", "standing", "policy", "status")}
    top["journey_source"] = document["run"]["journey_source"]
    return {"type": "FeatureCollection", "grouping": top, "features": features}


def feature(key: Any, kind: str, places: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """Write one feature."""
    geometry = {"type": kind, "coordinates": places}
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": properties}


def table(path: Path, header: list[str], rows: list[dict[str, Any]]) -> None:
    """Write a table as the exports do."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([[check.cell(row[name]) for name in header] for row in rows])


def write_answer(case: Case, plan: Sequence[Federation], folder: Path, schools_path: Path) -> None:
    """Write the whole answer folder for a plan."""
    folder.mkdir(exist_ok=True)
    document = wanted_plan(case, plan, schools_path)
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "policy.toml").write_text(toml(case.policy), encoding="utf-8")
    answer = check.Answer(schools_path, folder)
    answer.case, answer.plan, answer.document = case, list(plan), document
    answer.schools = case.schools
    answer.source = document["run"]["journey_source"]
    write_federations(answer, folder)
    write_schools(answer, folder)
    links = [
        link(answer, edge, row["id"])
        for federation, row in zip(plan, document["federations"], strict=True)
        for edge in check.tree(case, federation)
    ]
    save(folder / "links.geojson", collection(document, links))
    if case.journeys is not None:
        rows = [
            {"from_urn": a, "to_urn": b, "minutes": tenths / 10}
            for (a, b), tenths in sorted(case.journeys.items())
            if {a, b} <= set(case.taking)
        ]
        table(folder / "journeys.csv", list(check.JOURNEYS), rows)


def save(path: Path, document: Any) -> None:
    """Write a JSON file."""
    path.write_text(json.dumps(plain(document), default=str), encoding="utf-8")


def link(answer: check.Answer, edge: tuple[int, int], name: str) -> dict[str, Any]:
    """Write the feature of one edge of a tree."""
    places = [[float(x) for x in answer.schools[urn].position] for urn in edge]
    tenths = check.minutes(answer.case, *edge)
    properties = {
        "plan_federation": name,
        "from_urn": edge[0],
        "to_urn": edge[1],
        "minutes": None if tenths is None else tenths / 10,
        "source": answer.source,
        "standing": check.STANDING,
    }
    return feature(f"{edge[0]}-{edge[1]}", "LineString", places, properties)


def write_federations(answer: check.Answer, folder: Path) -> None:
    """Write federations.geojson, federations.csv and fields.csv."""
    rows, features = [], []
    terms = [name for row in answer.document["federations"][:1] for name in row["terms"]]
    for federation, row in zip(answer.plan, answer.document["federations"], strict=True):
        shown = plain({k: v for k, v in answer.shown(federation, row).items() if k != "name"})
        counted = {name: row["terms"][name]["points"] for name in terms}
        rows.append({"id": row["id"], **shown, **counted})
        more = {"name": shown["names"], "display_only": True, "status": answer.document["status"]}
        properties = shown | more | {"policy": answer.document["policy"]}
        ring = ring_round(answer.case, federation)
        features.append(feature(row["key"], "Polygon", [ring], properties))
    save(folder / "federations.geojson", collection(answer.document, features))
    columns = [
        c for p in check.COLUMNS["federations"].split() for c in (terms if p == "{}" else [p])
    ]
    table(folder / "federations.csv", columns, rows)
    names = [("federations.csv", name) for name in columns]
    names += [("schools.csv", name) for name in check.COLUMNS["schools"].split()]
    names += [("fields.csv", name) for name in ("file", "name", "type", "unit", "meaning")]
    fields = [
        {"file": file, "name": name, "type": "text", "unit": "", "meaning": f"The {name}."}
        for file, name in names
    ]
    table(folder / "fields.csv", ["file", "name", "type", "unit", "meaning"], fields)


def write_schools(answer: check.Answer, folder: Path) -> None:
    """Write schools.geojson and schools.csv."""
    features, rows = [], []
    for urn, school in answer.schools.items():
        added = answer.of_schools()[urn]
        lon, lat = (float(x) for x in school.position)
        features.append(feature(urn, "Point", [lon, lat], plain(school.raw | added)))
        easting, northing = school.place
        more = {"easting": easting, "northing": northing, "longitude": lon, "latitude": lat}
        header = check.COLUMNS["schools"].split()
        rows.append(dict.fromkeys(header) | school.raw | added | more)
    save(folder / "schools.geojson", collection(answer.document, features))
    table(folder / "schools.csv", header, rows)
