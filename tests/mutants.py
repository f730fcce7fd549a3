"""Ways to spoil an answer: each changes one thing the checker must notice.

A mutant takes the folder and a source of chance, spoils the files in place and says whether it
could; `MUTANTS` holds them all by name.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Mutant = Callable[[Path, random.Random], bool]
    Change = Callable[[dict[str, Any], random.Random], bool]

MUTANTS: dict[str, Mutant] = {}


def plan_mutant(change: Change) -> Change:
    """Register a change of plan.json under its name."""
    return _json_mutant("plan.json")(change)


def _json_mutant(name: str) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        def mutant(folder: Path, rng: random.Random) -> bool:
            path = folder / name
            document = json.loads(path.read_text(encoding="utf-8"))
            before = json.dumps(document)
            done = change(document, rng)
            if not done or json.dumps(document) == before:
                return False
            path.write_text(json.dumps(document), encoding="utf-8")
            return True

        MUTANTS[change.__name__] = mutant
        return change

    return register


def file_mutant(mutant: Mutant) -> Mutant:
    """Register a change of the folder under its name."""
    MUTANTS[mutant.__name__] = mutant
    return mutant


def _some(document: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Choose a federation; an empty one where the plan has none (then nothing changes)."""
    return rng.choice(document["federations"]) if document["federations"] else {}


@plan_mutant
def cost_one_more(plan: dict[str, Any], rng: random.Random) -> bool:
    row = _some(plan, rng)
    row["cost"] = row.get("cost", 0) + 1
    return bool(plan["federations"])


@plan_mutant
def stage_value_one_less(plan: dict[str, Any], rng: random.Random) -> bool:
    row = rng.choice(plan["objective"])
    row["value"] -= 1
    return True


@plan_mutant
def total_cost_one_less_with_its_bound(plan: dict[str, Any], rng: random.Random) -> bool:
    row = plan["objective"][-1]
    row["value"] -= 1
    row["bound"] = row["value"]
    return True


@plan_mutant
def a_bound_above_its_value(plan: dict[str, Any], rng: random.Random) -> bool:
    row = rng.choice(plan["objective"])
    row["bound"] = row["value"] + 1
    return True


@plan_mutant
def optimal_with_a_gap(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["status"] = "optimal"
    plan["objective"][-1]["bound"] = plan["objective"][-1]["value"] - 1
    return True


@plan_mutant
def optimal_without_a_bound(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["status"] = "optimal"
    plan["objective"][-1]["bound"] = None
    return True


@plan_mutant
def a_later_bound_before_the_earlier(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["status"] = "feasible"
    plan["objective"][0]["bound"] = None
    plan["objective"][-1]["bound"] = 0
    return len(plan["objective"]) > 1


@plan_mutant
def stages_swapped(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["objective"].reverse()
    return len(plan["objective"]) > 1


@plan_mutant
def a_stage_dropped(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["objective"].pop(rng.randrange(len(plan["objective"])))
    return True


@plan_mutant
def a_school_dropped(plan: dict[str, Any], rng: random.Random) -> bool:
    members = _some(plan, rng).get("schools", [0])
    members.pop(rng.randrange(len(members)))
    return bool(plan["federations"])


@plan_mutant
def a_school_twice(plan: dict[str, Any], rng: random.Random) -> bool:
    row = _some(plan, rng)
    row["schools"] = sorted([*row.get("schools", []), *row.get("schools", [])[:1]])
    return bool(plan["federations"])


@plan_mutant
def a_school_in_two_federations(plan: dict[str, Any], rng: random.Random) -> bool:
    if len(plan["federations"]) < 2:
        return False
    one, other = rng.sample(plan["federations"], 2)
    one["schools"] = sorted({*one["schools"], other["schools"][0]})
    return True


@plan_mutant
def two_schools_swapped(plan: dict[str, Any], rng: random.Random) -> bool:
    if len(plan["federations"]) < 2:
        return False
    one, other = rng.sample(plan["federations"], 2)
    a, b = rng.choice(one["schools"]), rng.choice(other["schools"])
    one["schools"] = sorted({*one["schools"], b} - {a})
    other["schools"] = sorted({*other["schools"], a} - {b})
    return True


@plan_mutant
def a_school_alone_joins(plan: dict[str, Any], rng: random.Random) -> bool:
    if not plan["alone"] or not plan["federations"]:
        return False
    row = _some(plan, rng)
    row["schools"] = sorted([*row["schools"], rng.choice(plan["alone"])["urn"]])
    return True


@plan_mutant
def a_stranger_joins(plan: dict[str, Any], rng: random.Random) -> bool:
    row = _some(plan, rng)
    row["schools"] = [*row.get("schools", []), 999999]
    return bool(plan["federations"])


@plan_mutant
def members_out_of_order(plan: dict[str, Any], rng: random.Random) -> bool:
    _some(plan, rng).get("schools", []).reverse()
    return bool(plan["federations"])


@plan_mutant
def a_federation_dropped(plan: dict[str, Any], rng: random.Random) -> bool:
    if not plan["federations"]:
        return False
    plan["federations"].pop(rng.randrange(len(plan["federations"])))
    return True


@plan_mutant
def federations_out_of_order(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["federations"].reverse()
    return len(plan["federations"]) > 1


@plan_mutant
def a_wrong_key(plan: dict[str, Any], rng: random.Random) -> bool:
    row = _some(plan, rng)
    row["key"] = "-".join(reversed(row.get("key", "").split("-")))
    return bool(plan["federations"])


@plan_mutant
def a_wrong_id(plan: dict[str, Any], rng: random.Random) -> bool:
    row = _some(plan, rng)
    row["id"] = "F999"
    return bool(plan["federations"])


@plan_mutant
def a_federation_roll_one_more(plan: dict[str, Any], rng: random.Random) -> bool:
    row = _some(plan, rng)
    row["roll"] = row.get("roll", 0) + 1
    return bool(plan["federations"])


@plan_mutant
def a_journey_a_tenth_longer(plan: dict[str, Any], rng: random.Random) -> bool:
    row = _some(plan, rng)
    row["longest_journey"] = round((row.get("longest_journey") or 0.0) + 0.1, 1)
    return bool(plan["federations"])


@plan_mutant
def another_journey_source(plan: dict[str, Any], rng: random.Random) -> bool:
    row = _some(plan, rng)
    row["journey_source"] = "road" if row.get("journey_source") != "road" else "straight line"
    return bool(plan["federations"])


def _term(plan: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    terms = _some(plan, rng).get("terms") or {}
    known = [name for name in sorted(terms) if name not in plan["run"]["unchecked"]]
    return terms[rng.choice(known)] if known else {}


@plan_mutant
def points_one_more(plan: dict[str, Any], rng: random.Random) -> bool:
    term = _term(plan, rng)
    term["points"] = term.get("points", 0) + 1
    return len(term) > 1


@plan_mutant
def a_measure_a_millionth_more(plan: dict[str, Any], rng: random.Random) -> bool:
    term = _term(plan, rng)
    term["measure"] = round(term.get("measure", 0) + 0.000001, 6)
    return len(term) > 1


@plan_mutant
def a_term_dropped(plan: dict[str, Any], rng: random.Random) -> bool:
    terms = _some(plan, rng).get("terms") or {}
    known = [name for name in sorted(terms) if name not in plan["run"]["unchecked"]]
    return bool(known) and bool(terms.pop(rng.choice(known)))


@plan_mutant
def a_pound_more(plan: dict[str, Any], rng: random.Random) -> bool:
    money = _some(plan, rng).get("budget") or {}
    name = rng.choice(["income", "cost", "residual", "grant", "balance"])
    money[name] = money.get(name, 0) + 1
    return len(money) > 1


@plan_mutant
def a_better_grade(plan: dict[str, Any], rng: random.Random) -> bool:
    money = _some(plan, rng).get("budget") or {}
    money["grade"] = "actual" if money.get("grade") == "modelled" else "modelled"
    return len(money) > 1


@plan_mutant
def a_lighter_load(plan: dict[str, Any], rng: random.Random) -> bool:
    money = _some(plan, rng).get("budget") or {}
    money["t_star"] = round(money.get("t_star", 0) + 0.000001, 6)
    return len(money) > 1


def _rules(plan: dict[str, Any], rng: random.Random) -> list[dict[str, Any]]:
    rows = _some(plan, rng).get("rules", [])
    return [row for row in rows if row["name"] not in plan["run"]["unchecked"]]


@plan_mutant
def a_rule_holds_not(plan: dict[str, Any], rng: random.Random) -> bool:
    rows = [
        r for r in _some(plan, rng).get("rules", []) if r["name"] not in plan["run"]["unchecked"]
    ]
    if not rows:
        return False
    row = rng.choice(rows)
    row["holds"] = not row["holds"]
    return True


@plan_mutant
def a_rule_value_one_more(plan: dict[str, Any], rng: random.Random) -> bool:
    rows = [
        r for r in _some(plan, rng).get("rules", []) if r["name"] not in plan["run"]["unchecked"]
    ]
    if not rows:
        return False
    row = rng.choice(rows)
    row["value"] = (row["value"] or 0) + 1
    return True


@plan_mutant
def a_rule_left_unsaid(plan: dict[str, Any], rng: random.Random) -> bool:
    rows = _some(plan, rng).get("rules", [])
    known = [i for i, r in enumerate(rows) if r["name"] not in plan["run"]["unchecked"]]
    return bool(known) and bool(rows.pop(rng.choice(known)))


@plan_mutant
def a_head_displaced_unsaid(plan: dict[str, Any], rng: random.Random) -> bool:
    people = _some(plan, rng).get("people", {})
    people["heads_displaced"] = (people.get("heads_displaced") or 0) + 1
    return len(people) > 1


@plan_mutant
def a_lighter_workload(plan: dict[str, Any], rng: random.Random) -> bool:
    people = _some(plan, rng).get("people", {})
    people["workload"] = round((people.get("workload") or 0) + 0.01, 2)
    return len(people) > 1


@plan_mutant
def another_past(plan: dict[str, Any], rng: random.Random) -> bool:
    row = _some(plan, rng)
    words = ["unchanged", "grown", "re-formed", "new"]
    row["existing"] = rng.choice([word for word in words if word != row.get("existing")])
    return bool(plan["federations"])


@plan_mutant
def a_school_alone_unsaid(plan: dict[str, Any], rng: random.Random) -> bool:
    rows = plan["alone"]
    return bool(rows) and bool(rows.pop(rng.randrange(len(rows))))


@plan_mutant
def another_role(plan: dict[str, Any], rng: random.Random) -> bool:
    if not plan["alone"]:
        return False
    row = rng.choice(plan["alone"])
    row["role"] = "partner" if row["role"] != "partner" else "small"
    return True


@plan_mutant
def a_school_left_out_unsaid(plan: dict[str, Any], rng: random.Random) -> bool:
    rows = plan["left_out"]
    return bool(rows) and bool(rows.pop(rng.randrange(len(rows))))


@plan_mutant
def no_reason(plan: dict[str, Any], rng: random.Random) -> bool:
    rows = plan["alone"] + plan["left_out"]
    if not rows:
        return False
    rng.choice(rows)["reason"] = " "
    return True


@plan_mutant
def a_summary_figure_one_more(plan: dict[str, Any], rng: random.Random) -> bool:
    table = plan["summary"][rng.choice(["urgent", "small", "head_posts", "non_teaching_heads"])]
    table[rng.choice(sorted(table))] += 1
    return True


@plan_mutant
def a_pound_more_per_pupil(plan: dict[str, Any], rng: random.Random) -> bool:
    table = plan["summary"]["funding_per_pupil"]
    table["lowest"] = (table["lowest"] or 0) + 1
    return True


@plan_mutant
def a_closure(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["summary"]["closures"] = 1
    return True


@plan_mutant
def another_hash(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["run"]["inputs"]["schools"]["sha256"] = "0" * 64
    return True


@plan_mutant
def another_schema(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["schema"] = "grouping-plan/2"
    return True


@plan_mutant
def another_form(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["form"] = "soft federation" if plan["form"] != "soft federation" else "hard federation"
    return True


@plan_mutant
def more_than_a_candidate(plan: dict[str, Any], rng: random.Random) -> bool:
    plan["standing"] = "decision"
    return True


@plan_mutant
def a_text_for_a_number(plan: dict[str, Any], rng: random.Random) -> bool:
    row = rng.choice(plan["objective"])
    row["value"] = str(row["value"])
    return True


@plan_mutant
def a_key_missing(plan: dict[str, Any], rng: random.Random) -> bool:
    keys = ["schema", "status", "summary", "objective", "federations", "alone", "left_out", "run"]
    return bool(plan.pop(rng.choice(keys), True)) or True


@file_mutant
def not_json(folder: Path, rng: random.Random) -> bool:
    path = folder / "plan.json"
    path.write_text(path.read_text(encoding="utf-8")[:-2], encoding="utf-8")
    return True


@file_mutant
def nothing_but_a_list(folder: Path, rng: random.Random) -> bool:
    (folder / "plan.json").write_text("[]", encoding="utf-8")
    return True


@file_mutant
def a_file_missing(folder: Path, rng: random.Random) -> bool:
    names = ["plan.json", "policy.toml", "federations.geojson", "schools.geojson"]
    names += ["links.geojson", "federations.csv", "schools.csv", "fields.csv"]
    (folder / rng.choice(names)).unlink()
    return True


@file_mutant
def another_weight(folder: Path, rng: random.Random) -> bool:
    path = folder / "policy.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("urgent_below = 50", "urgent_below = 1"), encoding="utf-8")
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    return plan["summary"]["urgent"]["total"] > 0 and "urgent_below = 50" in text


def _a_feature(document: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    return rng.choice(document["features"]) if document["features"] else {}


@_json_mutant("schools.geojson")
def a_school_moved(document: dict[str, Any], rng: random.Random) -> bool:
    _a_feature(document, rng)["geometry"]["coordinates"][rng.randrange(2)] += 0.0001
    return True


@_json_mutant("schools.geojson")
def an_input_property_changed(document: dict[str, Any], rng: random.Random) -> bool:
    _a_feature(document, rng)["properties"]["roll"] += 1
    return True


@_json_mutant("schools.geojson")
def an_input_property_lost(document: dict[str, Any], rng: random.Random) -> bool:
    del _a_feature(document, rng)["properties"]["name"]
    return True


@_json_mutant("schools.geojson")
def another_plan_federation(document: dict[str, Any], rng: random.Random) -> bool:
    said = _a_feature(document, rng)["properties"]
    said["plan_federation"] = "F999"
    return True


@_json_mutant("schools.geojson")
def a_school_missing(document: dict[str, Any], rng: random.Random) -> bool:
    document["features"].pop(rng.randrange(len(document["features"])))
    return True


@_json_mutant("schools.geojson")
def a_crs_member(document: dict[str, Any], rng: random.Random) -> bool:
    document["crs"] = {"type": "name", "properties": {"name": "EPSG:27700"}}
    return True


@_json_mutant("schools.geojson")
def a_wrong_box(document: dict[str, Any], rng: random.Random) -> bool:
    document["bbox"] = [-1.0, 50.0, 1.0, 51.0]
    return True


@_json_mutant("federations.geojson")
def a_ring_the_wrong_way(document: dict[str, Any], rng: random.Random) -> bool:
    shape = _a_feature(document, rng)
    shape.get("geometry", {"coordinates": [[]]})["coordinates"][0].reverse()
    return bool(shape)


@_json_mutant("federations.geojson")
def an_open_ring(document: dict[str, Any], rng: random.Random) -> bool:
    shape = _a_feature(document, rng)
    return bool(shape) and bool(shape["geometry"]["coordinates"][0].pop())


@_json_mutant("federations.geojson")
def a_shape_elsewhere(document: dict[str, Any], rng: random.Random) -> bool:
    shape = _a_feature(document, rng)
    for place in shape["geometry"]["coordinates"][0] if shape else []:
        place[0] -= 0.05
    return bool(shape)


@_json_mutant("federations.geojson")
def another_cost_on_the_map(document: dict[str, Any], rng: random.Random) -> bool:
    shape = _a_feature(document, rng)
    if shape:
        shape["properties"]["cost"] += 1
    return bool(shape)


@_json_mutant("federations.geojson")
def not_for_display_only(document: dict[str, Any], rng: random.Random) -> bool:
    shape = _a_feature(document, rng)
    if shape:
        shape["properties"]["display_only"] = False
    return bool(shape)


@_json_mutant("links.geojson")
def a_link_lost(document: dict[str, Any], rng: random.Random) -> bool:
    rows = document["features"]
    return bool(rows) and bool(rows.pop(rng.randrange(len(rows))))


@_json_mutant("links.geojson")
def a_link_a_tenth_longer(document: dict[str, Any], rng: random.Random) -> bool:
    said = _a_feature(document, rng).get("properties", {})
    said["minutes"] = round((said.get("minutes") or 0) + 0.1, 1)
    return len(said) > 1


def _table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def _save(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def _one_more(folder: Path, rng: random.Random, name: str, column: str) -> bool:
    rows = _table(folder / name)
    if len(rows) < 2 or column not in rows[0]:
        return False
    row = rng.choice(rows[1:])
    at = rows[0].index(column)
    row[at] = str(float(row[at] or 0) + 1)
    _save(folder / name, rows)
    return True


@file_mutant
def another_cost_in_the_table(folder: Path, rng: random.Random) -> bool:
    return _one_more(folder, rng, "federations.csv", "cost")


@file_mutant
def another_easting(folder: Path, rng: random.Random) -> bool:
    return _one_more(folder, rng, "schools.csv", "easting")


@file_mutant
def another_roll_in_the_table(folder: Path, rng: random.Random) -> bool:
    return _one_more(folder, rng, "schools.csv", "roll")


@file_mutant
def a_row_lost(folder: Path, rng: random.Random) -> bool:
    rows = _table(folder / "schools.csv")
    rows.pop(rng.randrange(1, len(rows)))
    _save(folder / "schools.csv", rows)
    return True


@file_mutant
def a_field_unexplained(folder: Path, rng: random.Random) -> bool:
    rows = _table(folder / "fields.csv")
    told = [i for i, row in enumerate(rows) if row[0] == "schools.csv"]
    if not told:
        return False
    rows.pop(rng.choice(told))
    _save(folder / "fields.csv", rows)
    return True


@file_mutant
def no_byte_order_mark(folder: Path, rng: random.Random) -> bool:
    path = folder / rng.choice(["schools.csv", "federations.csv", "fields.csv"])
    path.write_bytes(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    return True


@file_mutant
def a_formula(folder: Path, rng: random.Random) -> bool:
    rows = _table(folder / "schools.csv")
    rng.choice(rows[1:])[rows[0].index("name")] = "=cmd()"
    _save(folder / "schools.csv", rows)
    return True


@file_mutant
def a_journey_in_the_record_changed(folder: Path, rng: random.Random) -> bool:
    path = folder / "journeys.csv"
    if not path.exists():
        return False
    rows = _table(path)
    rng.choice(rows[1:])[2] = "0.01"
    _save(path, rows)
    return len(rows) > 1
