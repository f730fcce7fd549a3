"""`plan.json` against its shipped JSON Schema: real plans of a small invented county."""

from __future__ import annotations

import json
from copy import deepcopy
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import grouping
from grouping.files.exports import write_plan

FORMS = {
    "norfolk-2012": "hard federation",
    "soft-federation": "soft federation",
    "shared-business-manager": "shared business manager",
}
# urn, roll, type, religious character, degrees east and north of the first school, more
COUNTY: list[tuple[int, int, str, str, float, float, dict[str, object]]] = [
    (900001, 34, "Community school", "Does not apply", 0.00, 0.00, {"head": "vacant"}),
    (900002, 78, "Voluntary controlled school", "Church of England", 0.05, 0.01, {}),
    (900003, 130, "Community school", "Does not apply", 0.09, 0.00, {"head": "in post"}),
    (900004, 92, "Voluntary aided school", "Church of England", 0.14, 0.02, {"federation": "F1"}),
    (900005, 45, "Voluntary controlled school", "Church of England", 0.17, 0.03, {}),
    (900006, 61, "Voluntary aided school", "Church of England", 0.19, 0.01, {"federation": "F1"}),
    (900007, 88, "Academy converter", "Does not apply", 0.07, 0.04, {"trust": "T1"}),
    (900008, 41, "Voluntary aided school", "Roman Catholic", 0.60, 0.30, {}),
    (900009, 210, "Community special school", "Does not apply", 0.10, 0.05, {}),
]


def feature(row: tuple[int, int, str, str, float, float, dict[str, object]]) -> dict[str, Any]:
    urn, roll, kind, faith, east, north, more = row
    church = "Diocese of Fenholt" if faith == "Church of England" else "Not applicable"
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [0.9 + east, 52.6 + north]},
        "properties": {
            "urn": urn,
            "name": f"School {urn}",
            "roll": roll,
            "type": kind,
            "phase": "Primary",
            "religious_character": faith,
            "diocese": church,
            "local_authority": "Anyshire",
            "income": 5000 * roll + 200_000,
            "expenditure": 5000 * roll + 190_000,
            **more,
        },
    }


@pytest.fixture
def county(tmp_path: Path) -> Path:
    collection = {"type": "FeatureCollection", "features": [feature(row) for row in COUNTY]}
    path = tmp_path / "schools.geojson"
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    text = resources.files("grouping").joinpath("files", "plan.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def written(plan: grouping.Plan, county: Path) -> dict[str, Any]:
    folder = county.parent / "out"
    schools = plan.survey.schools
    hashes = {"schools": {"file": schools.source, "sha256": schools.sha256}}
    write_plan(plan, folder, schools_path=county, hashes=hashes)
    document: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return document


def faults(schema: dict[str, Any], document: object) -> list[str]:
    found = Draft202012Validator(schema).iter_errors(document)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


def holes(schema: dict[str, Any], value: Any, at: tuple[str, ...] = ()) -> list[str]:
    """List the parts of a schema that do not say what they are."""
    found = []
    for name, part in value.get("properties", {}).items():
        here = (*at, name)
        said = part if "$ref" not in part else {**schema["$defs"][part["$ref"][8:]], **part}
        if "description" not in said:
            found.append("/".join(here))
        found += holes(schema, part, here)
    return found


def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    """The schema is valid by the rules of its own draft."""
    Draft202012Validator.check_schema(schema)


def test_every_key_says_what_it_is(schema: dict[str, Any]) -> None:
    """Every key has a description, with its unit where it has one."""
    parts = {"plan": {**schema, "allOf": []}, **schema["$defs"]}
    assert [hole for name, part in parts.items() for hole in holes(schema, part, (name,))] == []


@pytest.mark.parametrize("policy", FORMS)
def test_plans_of_every_form_fit(schema: dict[str, Any], county: Path, policy: str) -> None:
    """A plan of each form, as written to disk, fits the schema and holds federations."""
    plan = grouping.propose(grouping.read_schools(county), grouping.read_policy(policy))
    document = written(plan, county)
    assert faults(schema, document) == []
    assert document["form"] == FORMS[policy]
    assert document["federations"]
    assert document["left_out"]


def test_a_plan_with_python_in_it_fits(schema: dict[str, Any], county: Path) -> None:
    """A rule and a term given as Python have no value or limit, and are named as unchecked."""
    rule = grouping.Rule(sentence="no giants", allows=lambda f: f.largest("roll") <= 100)
    term = grouping.Term("head's driving", "miles a week", 0.2, lambda f: f.tree_miles * 8)
    policy = grouping.read_policy("norfolk-2012").with_rule(rule).with_term(term)
    document = written(grouping.propose(grouping.read_schools(county), policy), county)
    assert faults(schema, document) == []
    assert document["run"]["unchecked"] == ["no giants", "head's driving"]


def test_a_plan_stopped_at_once_fits(schema: dict[str, Any], county: Path) -> None:
    """A plan with no time to prove anything fits too; its bounds may be null."""
    schools = grouping.read_schools(county)
    plan = grouping.propose(schools, grouping.read_policy("norfolk-2012"), time_limit=0)
    assert faults(schema, written(plan, county)) == []


def test_nobody_to_help_fits(schema: dict[str, Any], county: Path) -> None:
    """A plan without federations and without stages but the cost fits."""
    settings = ["roles.partner_at_most=100", "alone.urgent=3"]
    settings += ["alone.small=1", "rules.longest_journey.at_most=0", "take_part.existing=free"]
    policy = grouping.read_policy("norfolk-2012", settings)
    document = written(grouping.propose(grouping.read_schools(county), policy), county)
    assert faults(schema, document) == []
    assert document["federations"] == []
    assert [stage["name"] for stage in document["objective"]] == ["cost"]


def test_what_does_not_fit_is_refused(schema: dict[str, Any], county: Path) -> None:
    """A missing key, a wrong type, a word of no list and an open bound are refused."""
    plan = grouping.propose(grouping.read_schools(county), grouping.read_policy("norfolk-2012"))
    good = written(plan, county)

    def spoilt(change: str) -> dict[str, Any]:
        bad = deepcopy(good)
        exec(change, {"d": bad})
        return bad

    for change in (
        "del d['standing']",
        "d['standing'] = 'decided'",
        "d['status'] = 'infeasible'",
        "d['summary']['closures'] = 1",
        "del d['summary']['urgent']['alone']",
        "d['objective'][0]['bound'] = None",
        "d['objective'][-1]['unit'] = 'schools'",
        "d['federations'][0]['cost'] = 1.5",
        "d['federations'][0]['schools'] = d['federations'][0]['schools'][:1]",
        "d['federations'][0]['existing'] = 'merged'",
        "d['federations'][0]['budget'] = None",
        "d['federations'][0]['people'].pop('workload')",
        "d['federations'][0]['rules'][0]['holds'] = 'yes'",
        "d['federations'][0]['terms']['journey']['points'] = '5'",
        "d['alone'] = [{'urn': 900001, 'role': 'tiny', 'reason': 'x'}]",
        "d['left_out'][0]['reason'] = ''",
        "d['run']['inputs'] = {'schools': {'file': 'a', 'sha256': 'b'}}",
    ):
        assert faults(schema, spoilt(change)), change


def test_extra_keys_are_allowed(schema: dict[str, Any], county: Path) -> None:
    """A later version may say more, anywhere."""
    plan = grouping.propose(grouping.read_schools(county), grouping.read_policy("norfolk-2012"))
    document = written(plan, county)
    for place in (document, document["summary"], document["federations"][0], document["run"]):
        place["more"] = {"of": "this"}
    assert faults(schema, document) == []
