"""The files of a plan: JSON, maps and tables, made whole in memory, checked, then written.

GeoJSON is RFC 7946: WGS84 without a `crs`, counter-clockwise rings, a bbox everywhere, flat typed
properties, and the plan's own figures and provenance inside each file.
"""

from __future__ import annotations

import platform
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from grouping import check
from grouping.answers.maps import hulls, names, tree_links
from grouping.answers.plan import SCHEMA, Plan
from grouping.answers.wording import STANDING
from grouping.files.earlier import of_earlier_runs, take_away
from grouping.files.fields import FIELDS
from grouping.files.geojson import geojson_bytes
from grouping.files.reports import with_report
from grouping.files.text import json_text
from grouping.files.trial import checked, hashed, read, with_schools
from grouping.files.writing import csv_bytes, write_whole
from grouping.policy.writing import written
from grouping.world.county import ROLE_WORDS
from grouping.world.journeys import LONGEST, STRAIGHT, near
from grouping.world.places import lines_to_wgs84, to_wgs84
from grouping.world.schools import School

if TYPE_CHECKING:
    from grouping.files.travel import Travel

PACKAGES = ("grouping", "ortools", "numpy", "networkx", "shapely", "pydantic", "scipy")
PLACES = 6  # decimals of a degree, about 0.1 m

Feature = dict[str, Any]


def write_plan(
    plan: Plan,
    folder: str | Path,
    *,
    schools_path: str | Path | None = None,
    sources: Mapping[str, Path] | None = None,
    hashes: Mapping[str, Mapping[str, str]] | None = None,
    others: Collection[str | Path] = (),
    travel: Travel | None = None,
) -> check.Verdict:
    """Write every file of a plan into a folder, whole or not at all, once the checker agrees.

    Parameters
    ----------
    plan
        A plan with something in hand.
    folder
        Where to; made if missing. Files of an earlier plan are replaced.
    schools_path
        The schools file, which the checker reads for itself; where None (schools given from
        Python) it reads the `schools.geojson` of the plan.
    sources
        Files the policy names, by the name they are copied under (edges.csv, barriers.geojson).
    hashes
        Name and SHA-256 of every input, for `run.inputs`; that of the schools the checker reads
        is added where it is not among them.
    others
        Further inputs, none of which may be overwritten.
    travel
        Where the journeys come from, for the record of the run.

    Returns
    -------
    Verdict
        What the independent checker found.

    Raises
    ------
    AnswerRefuted
        Where the checker refutes the plan; nothing is written.
    OutputRefused
        Where a file cannot be written; old files are whole.
    """
    made = plan_files(plan, sources or {}, with_schools(hashes, schools_path), travel)
    files = with_report(folder, made)
    verdict = checked(files, schools_path)
    stale = [name for name in of_earlier_runs(Path(folder)) if name not in files]
    write_whole(folder, files, read(schools_path, sources, others))
    take_away(Path(folder), stale)
    return verdict


def plan_files(
    plan: Plan,
    sources: Mapping[str, Path],
    hashes: Mapping[str, Mapping[str, str]],
    travel: Travel | None = None,
) -> dict[str, bytes]:
    """Make every file of a plan, by name."""
    schools = _schools(plan)
    own = {"schools": hashed("schools.geojson", schools)}
    run: dict[str, Any] = {
        "inputs": {name: dict(one) for name, one in (own | dict(hashes)).items()},
        "versions": versions(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if travel is not None:
        run["warnings"] = [*plan.survey.warnings, *travel.warnings]
        if travel.about:
            run["journeys"] = dict(travel.about)
    document = plan.document(run)
    named = {name: path.read_bytes() for name, path in sources.items()}
    named = _from_python(plan) | named
    files = {
        "policy.toml": _policy(plan, named).encode(),
        "federations.geojson": _federations(plan),
        "schools.geojson": schools,
        "links.geojson": _links(plan),
        "federations.csv": _federations_csv(plan),
        "schools.csv": _schools_csv(plan),
        "fields.csv": csv_bytes(
            ("file", "name", "type", "unit", "meaning"), [*FIELDS, *_term_fields(plan)]
        ),
        **named,
    }
    if plan.county.journey_source != STRAIGHT:
        files["journeys.csv"] = _journeys(plan)
    files["plan.json"] = _pretty(document)
    return files


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that matter."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _pretty(document: dict[str, Any]) -> bytes:
    """Write plan.json: one line a federation and a school, so that two plans can be compared."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            inner = ",\n".join("  " + json_text(one) for one in value)
            parts.append(f"{json_text(key)}: [\n{inner}\n]")
        else:
            parts.append(f"{json_text(key)}: {json_text(value)}")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _from_python(plan: Plan) -> dict[str, bytes]:
    """Write the files a policy would name for edges and barriers that came without one."""
    policy, files = plan.survey.asked, {}
    if policy.neighbours.kind == "edges":
        files["edges.csv"] = csv_bytes(("from_urn", "to_urn"), sorted(policy.edges))
    if policy.barriers is not None and len(policy.barriers):
        ends = np.asarray(policy.barriers, dtype=np.float64).reshape(-1, 2)
        lon, lat = to_wgs84(ends[:, 0], ends[:, 1])
        lines = np.stack([lon, lat], axis=1).reshape(-1, 2, 2).tolist()
        features = [_feature(k, "LineString", line, {}) for k, line in enumerate(lines)]
        files["barriers.geojson"] = geojson_bytes(
            {"type": "FeatureCollection", "features": features}
        )
    return files


def _policy(plan: Plan, sources: Collection[str]) -> str:
    policy = plan.survey.asked
    named = replace(
        policy.neighbours,
        edges="edges.csv" if "edges.csv" in sources else "",
        barriers="barriers.geojson" if "barriers.geojson" in sources else "",
    )
    return written(replace(policy, neighbours=named))


def _collection(plan: Plan, name: str, features: list[Feature]) -> bytes:
    boxes = [f["bbox"] for f in features]
    whole: dict[str, Any] = {"type": "FeatureCollection"}
    if boxes:
        whole["bbox"] = [
            min(b[0] for b in boxes), min(b[1] for b in boxes),
            max(b[2] for b in boxes), max(b[3] for b in boxes),
        ]  # fmt: skip
    whole["grouping"] = {
        "name": name,
        "schema": SCHEMA,
        "standing": STANDING,
        "policy": plan.survey.policy.name,
        "form": plan.survey.policy.form,
        "status": plan.status,
        "objective": [
            {"name": s.name, "value": s.value, "bound": s.bound, "unit": s.unit}
            for s in plan.stages
        ],
        "journey_source": plan.county.journey_source,
        "version": _version("grouping"),
    }
    if plan.attribution:
        whole["grouping"]["attribution"] = plan.attribution
    return geojson_bytes({**whole, "features": features})


def _feature(key: str | int, kind: str, points: Any, properties: Mapping[str, Any]) -> Feature:
    if kind == "Point":
        box = [*points, *points]
    else:
        flat = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        box = [*flat.min(axis=0).tolist(), *flat.max(axis=0).tolist()]
    return {
        "type": "Feature",
        "id": key,
        "bbox": box,
        "geometry": {"type": kind, "coordinates": points},
        "properties": dict(properties),
    }


def _federations(plan: Plan) -> bytes:
    features = []
    rings = [np.asarray(hull.exterior.coords) for hull in hulls(plan.federations)]
    for row, ring in enumerate(lines_to_wgs84(rings)):
        points = np.round(ring, PLACES).tolist()
        facts = plan.proposals[row]
        properties = {"plan_federation": facts["id"], **_facts(plan, row), "display_only": True}
        properties |= {"status": plan.status, "policy": plan.survey.policy.name}
        features.append(_feature(facts["key"], "Polygon", [points], properties))
    return _collection(plan, "federations", features)


def _facts(plan: Plan, row: int) -> dict[str, Any]:
    """Flat facts of a federation, the same in the map and in the table."""
    facts = plan.proposals[row]
    budget = facts["budget"] or {}
    return {
        "key": facts["key"],
        "name": names(plan.federations, row),
        "schools": ",".join(map(str, facts["schools"])),
        "school_count": len(facts["schools"]),
        "roll": facts["roll"],
        "longest_journey": facts["longest_journey"],
        "journey_source": facts["journey_source"],
        "cost": facts["cost"],
        "balance": budget.get("balance"),
        "t_star": budget.get("t_star"),
        "grade": budget.get("grade"),
        "consents": "; ".join(c["consent"] for c in facts["consents"]),
        "existing": facts["existing"],
        "standing": STANDING,
    }


def _standing_of(plan: Plan) -> dict[int, tuple[str | None, str, str | None]]:
    """For each URN of the file: federation, role and reason under the plan."""
    found: dict[int, tuple[str | None, str, str | None]] = {}
    for urn, why in plan.left_out.items():
        found[urn] = (None, "left out", why)
    for one in plan.alone:
        found[one["urn"]] = (None, one["role"], one["reason"])
    roles = {int(u): ROLE_WORDS[r] for u, r in zip(plan.county.urns, plan.county.role, strict=True)}
    for facts in plan.proposals:
        for urn in facts["schools"]:
            found[urn] = (facts["id"], roles[urn], None)
    return found


def _schools(plan: Plan) -> bytes:
    standing = _standing_of(plan)
    features = []
    for school in plan.survey.schools.rows:
        federation, role, why = standing[school.urn]
        properties = {
            **school.properties,
            "plan_federation": federation,
            "plan_role": role,
            "plan_reason": why,
            "standing": STANDING,
        }
        point = [school.longitude, school.latitude]
        features.append(_feature(school.urn, "Point", point, properties))
    return _collection(plan, "schools", features)


def _links(plan: Plan) -> bytes:
    county, features = plan.county, []
    for link in tree_links(plan.federations):
        ends = (link["one"], link["other"])
        properties = {
            "plan_federation": plan.proposals[link["row"]]["id"],
            "from_urn": ends[0].urn,
            "to_urn": ends[1].urn,
            "minutes": link["minutes"],
            "source": county.journey_source,
            "standing": STANDING,
        }
        points = [[s.longitude, s.latitude] for s in ends]
        features.append(_feature(f"{ends[0].urn}-{ends[1].urn}", "LineString", points, properties))
    return _collection(plan, "links", features)


def _federations_csv(plan: Plan) -> bytes:
    terms = [term.name for term in plan.survey.policy.terms]
    head = ["id", "key", "schools", "names", "roll", "longest_journey", "journey_source", "cost"]
    head += [*terms, "balance", "t_star", "grade", "consents", "existing", "standing"]
    rows = []
    for row, facts in enumerate(plan.proposals):
        flat = _facts(plan, row) | {"id": facts["id"], "names": names(plan.federations, row)}
        points = {name: facts["terms"][name]["points"] for name in terms}
        rows.append([points[key] if key in points else flat[key] for key in head])
    return csv_bytes(head, rows)


SCHOOL_COLUMNS = (
    "urn", "name", "roll", "type", "phase", "local_authority", "religious_character", "diocese",
    "head",
)  # fmt: skip
KNOWN_OF = attrgetter(*SCHOOL_COLUMNS)


def _schools_csv(plan: Plan) -> bytes:
    standing = _standing_of(plan)
    head = [*SCHOOL_COLUMNS, "plan_federation", "plan_role", "plan_reason"]
    head += ["easting", "northing", "longitude", "latitude", "standing"]
    return csv_bytes(head, [_school_row(s, standing[s.urn]) for s in plan.survey.schools.rows])


def _school_row(school: School, standing: Sequence[Any]) -> list[object]:
    places = (school.easting, school.northing, school.longitude, school.latitude)
    return [*KNOWN_OF(school), *standing, *places, STANDING]


def _journeys(plan: Plan) -> bytes:
    county = plan.county
    one, other, tenths = near(county.journeys, county.urns, *county.points, LONGEST)
    ends = (county.urns[one].tolist(), county.urns[other].tolist())
    rows: Iterable[tuple[int, int, str]] = (
        (a, b, f"{minutes / 10:.1f}") for a, b, minutes in zip(*ends, tenths.tolist(), strict=True)
    )
    return csv_bytes(("from_urn", "to_urn", "minutes"), rows)


def _term_fields(plan: Plan) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            "federations.csv",
            term.name,
            "integer",
            "thousandths of a point",
            f"points of the term {term.name}: weight {term.weight} x {term.unit}",
        )
        for term in plan.survey.policy.terms
    ]
