"""A plan's folder as reports read it: nothing but its files, and the same figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grouping.errors import InputRefused
from grouping.files.dossiers import read_dossier
from grouping.files.folders import open_folder
from grouping.reports import figures

if TYPE_CHECKING:
    from command_line import Run


@pytest.fixture
def folder(run: Run, village_file: str, tmp_path: Path) -> Path:
    """A plan of the village, written by the command line."""
    assert run("propose", village_file, "-o", tmp_path / "out")[0] == 0
    return tmp_path / "out"


def test_it_has_what_the_files_have(folder: Path) -> None:
    found, opened = read_dossier(folder), open_folder(folder)
    assert found.name == "out"
    assert found.document == opened.document
    assert sorted(found.schools) == [120001, 120002, 120003, 120004, 120005]
    assert [s.urn for s in found.register.rows] == [s.urn for s in opened.case.schools.rows]
    names = [term.name for term in opened.case.policy.terms]
    assert [term.name for term in found.policy.terms] == names
    assert len(found.hulls) == len(found.federations)
    assert len(found.links) == sum(len(one["schools"]) - 1 for one in found.federations)
    home = found.federations[0]
    assert found.federation_of(home["schools"][0]) is home
    assert found.federation_of(120005) is None
    assert found.barriers == []
    assert found.answers == {}


def test_answers_beside_the_plan_are_found(folder: Path) -> None:
    answer = {"schema": "grouping-answer/1", "question": "alternatives", "plans": []}
    (folder / "alternatives.json").write_text(json.dumps(answer), encoding="utf-8")
    assert read_dossier(folder).answers == {"alternatives": answer}


def test_what_is_missing_or_broken_is_named_all_at_once(folder: Path) -> None:
    (folder / "links.geojson").unlink()
    (folder / "plan.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        read_dossier(folder)
    assert len(refused.value.faults) == 2
    assert "links.geojson" in str(refused.value)
    with pytest.raises(InputRefused, match="Give the folder"):
        read_dossier(folder / "nothing")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (figures.pounds(85_019), "about £85,000"),
        (figures.pounds(-499), "about £0"),
        (figures.pounds(-12_600), "about -£13,000"),
        (figures.pounds(None), "not known"),
        (figures.minutes(9.1), "9.1 minutes"),
        (figures.minutes(None), "no journey"),
        (figures.points(-5_004), "-5.004"),
        (figures.points(4_696), "4.696"),
        (figures.week(0.0), "none"),
        (figures.week(0.3), "1.5 days a week"),
        (figures.week(None), "not known"),
        (figures.week(1.0), "5 days a week"),
        (figures.week(1.125), "all week, and the budget would still not balance"),
    ],
)
def test_figures_are_said_so(said: str, words: str) -> None:
    assert said == words


@pytest.mark.parametrize(
    ("name", "value", "limit", "words"),
    [
        ("schools", 3, {"at_least": 2, "at_most": 4}, "3 of at most 4"),
        ("for_the_small", 2, {"at_least": 1}, "2 of them"),
        ("longest_journey", 9.14, {"at_most": 30}, "9.1 of 30 minutes"),
        ("longest_journey", None, {"at_most": 30}, "holds"),
        ("combined_roll", 150, {"at_most": 600}, "150 pupils, at most 600"),
        ("combined_roll", 150, {"at_least": 90}, "150 pupils, at least 90"),
        ("combined_roll", 9, {"at_least": 1, "at_most": 99}, "9 pupils, at least 1 and at most 99"),
        ("schools", None, None, "holds"),
        ("schools", "two", {"at_most": "many"}, "holds"),
        ("of our own", 7, {"at_most": 9}, "holds"),
    ],
)
def test_how_far_inside_a_rule_is_said_so(
    name: str, value: object, limit: dict[str, object] | None, words: str
) -> None:
    """Whatever a rule given as Python calls itself and measures."""
    rule = {"name": name, "value": value, "limit": limit, "holds": True}
    assert figures.bound(rule) == words
    kept = figures.bound({"name": "ethos", "value": 1, "limit": {"at_most": 0}, "holds": False})
    assert kept == "does not hold: kept or fixed as it is"
