"""Today and tomorrow from the command line: replan, compare, what-if, order."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import grouping
from grouping.errors import InputRefused
from grouping.files.exports import write_plan
from grouping.files.folders import open_folder, told_in
from traceable import untraceable

if TYPE_CHECKING:
    from command_line import Run
    from grouping.world.schools import Schools


@pytest.fixture
def folder(run: Run, village_file: str, tmp_path: Path) -> Path:
    """A plan of the village."""
    assert run("propose", village_file, "-o", tmp_path / "out")[0] == 0
    return tmp_path / "out"


def told(text: str) -> dict[str, Any]:
    """The JSON of an answer: it stands by itself, and every figure of its sentences is in it."""
    found: dict[str, Any] = json.loads(text)
    assert found["schema"] == "grouping-answer/1"
    assert found["standing"] == "candidate for discussion"
    assert untraceable(found) == []
    return found


def test_replan(run: Run, village_file: str, tmp_path: Path) -> None:
    code, said, _ = run("replan", village_file)
    assert code == 0
    assert "With no school changed: 2 urgent and 2 small schools alone" in said
    assert "Each step is proved" in said
    file = tmp_path / "answer.json"
    words = ("replan", village_file, "--at-most", 2, "--set", "rules.schools.at_most=2")
    code, said, _ = run(*words, "--json", "-o", file)
    assert code == 0
    assert told(said) == told(file.read_text(encoding="utf-8"))
    assert [point["changed"] for point in told(said)["points"]] == [0, 2]


def test_replan_by_a_table_of_journeys(run: Run, village_file: str, tmp_path: Path) -> None:
    table = tmp_path / "minutes.csv"
    table.write_text("from_urn,to_urn,minutes\n120001,120003,9\n")
    code, said, _ = run("replan", village_file, "--journeys", table, "--json")
    assert code == 0
    assert told(said)["points"][-1]["federations"] == ["120001-120003"]


def test_replan_where_no_plan_can_exist_or_no_time_is_given(run: Run, village_file: str) -> None:
    code, _, errors = run("replan", village_file, "--set", "limits.federations.at_least=9")
    assert code == 5
    assert "no plan can exist" in errors
    code, _, errors = run("replan", village_file, "--time-limit", 0)
    assert code == 6
    assert "give it more time" in errors


def test_compare(run: Run, folder: Path, village_file: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert run("propose", village_file, "-o", other, "--set", "terms.journey.weight=7")[0] == 0
    code, said, _ = run("compare", folder, other)
    assert code == 0
    assert "The term is set otherwise in B, so the points are not of one kind: journey." in said
    code, said, _ = run("compare", folder, folder, "--json")
    assert code == 0
    assert told(said)["schools"]["moved"] == []
    assert run("compare", folder, tmp_path / "nothing")[0] == 3
    assert run("compare", folder, other, "-o", folder / "plan.json")[0] == 7


def test_compare_says_of_folders_what_python_says_of_plans(
    folder: Path, village_file: str, tmp_path: Path
) -> None:
    """Plans told by their folders are told as those in hand, settings of terms and all."""
    schools = grouping.read_schools(village_file)
    plan = grouping.propose(schools, grouping.read_policy("norfolk-2012"))
    there, here = grouping.compare(told_in(folder), plan), grouping.compare(plan, plan)
    assert there.document() == here.document()


def test_a_plan_with_rules_of_python_is_compared_without_being_solved(
    folder: Path, village: Schools, village_file: str, tmp_path: Path
) -> None:
    ready = grouping.read_policy("norfolk-2012")
    mine = grouping.Term("mine", unit="schools", weight=1, measure=lambda f: f.size)
    plan = grouping.propose(village, ready.with_term(mine))
    write_plan(plan, tmp_path / "mine", schools_path=village_file)
    with pytest.raises(InputRefused, match="only Python knows"):
        open_folder(tmp_path / "mine")
    found = grouping.compare(told_in(folder), told_in(tmp_path / "mine"))
    term = next(pair for pair in found.terms if pair.name == "mine")
    assert term.a is None
    assert term.b == 1000 * sum(map(len, plan.groups))
    assert found.weights_unknown == ()
    both = grouping.compare(told_in(tmp_path / "mine"), plan)
    assert both.weights_unknown == ("mine",)


def test_a_plan_json_alone_is_told_by_urn(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    shutil.copy(folder / "plan.json", tmp_path / "bare" / "plan.json")
    found = grouping.compare(told_in(folder), told_in(tmp_path / "bare"))
    assert found.moved == []
    assert "Whether these weigh the same" in "\n".join(found.sentences)
    assert found.b.name(120001) == "school 120001"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("objective"),
        lambda d: d.update(alone=[{"urn": "x"}]),
        lambda d: d["federations"][0].pop("key"),
        lambda d: d.update(left_out=3),
    ],
)
def test_a_plan_json_that_lacks_something_is_refused(folder: Path, spoil: Any) -> None:
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    spoil(document)
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputRefused, match="cannot be read as a plan"):
        told_in(folder)


def test_what_if(run: Run, folder: Path) -> None:
    code, said, _ = run("what-if", folder, "--leaves", 120002)
    assert code == 0
    assert "What if Beech (120002) left" in said
    assert "suggests nothing" in said
    code, said, _ = run("what-if", folder, "--converts", 120002, "--json")
    assert code == 0
    assert told(said)["takes_part_then"] is False
    assert run("what-if", folder)[0] == 2
    assert run("what-if", folder, "--leaves", 120002, "--closes", 120001)[0] == 2
    assert run("what-if", folder, "--closes", 999999)[0] == 2


def test_order(run: Run, folder: Path) -> None:
    code, said, _ = run("order", folder, "--a-year", 1)
    assert code == 0
    assert "Year 1:" in said
    code, said, _ = run("order", folder, "--json")
    assert code == 0
    assert told(said)["a_year"] == 3
    assert told(said)["steps"][0]["year"] == 1


def test_order_of_a_plan_whose_school_takes_no_part(run: Run, folder: Path) -> None:
    """A folder somebody has edited: its plan names a school that its policy leaves out."""
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    document["federations"][0]["schools"] = [120001, 999999]
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    code, _, errors = run("order", folder)
    assert code == 3
    assert "school 999999, which takes no part" in errors
