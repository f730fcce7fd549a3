"""The report: one page from a plan's folder, its figures those of plan.json, names only data."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from command_line import save
from grouping import write_report
from grouping.files import reports
from grouping.files.dossiers import read_dossier
from grouping.files.shipped import policy_names, policy_text
from grouping.reports.html import report_html
from grouping.reports.rulebook import rulebook
from pages import HOSTILE, Element, Page
from villages import row

if TYPE_CHECKING:
    from command_line import Run

SECTIONS = (
    "summary",
    "map-and-table",
    "federations",
    "alone",
    "schools",
    "policy",
    "sure",
    "sources",
)


@pytest.fixture
def folder(run: Run, village_file: str, tmp_path: Path) -> Path:
    """A plan of the village, written by the command line."""
    assert run("propose", village_file, "-o", tmp_path / "out")[0] == 0
    return tmp_path / "out"


@pytest.fixture
def hostile(run: Run, tmp_path: Path) -> Path:
    """A plan of schools whose names, places and ids would do harm if they were not data."""
    rows = [
        row(
            120_001 + k, 40 + 15 * k, 4_000 * k, name=name, place=name, partnership=name,
            local_authority=HOSTILE[0], diocese=name,
        )
        for k, name in enumerate(HOSTILE)
    ]  # fmt: skip
    path = save(tmp_path / "schools.geojson", *rows)
    assert run("propose", path, "-o", tmp_path / "out")[0] == 0
    return tmp_path / "out"


def page_in(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def at(facts: Any, path: str) -> Any:
    """Follow a dotted path into plan.json; names of terms hold no dots."""
    for key in path.split("."):
        facts = facts[key]
    return facts


def read_back(element: Element) -> Any:
    """Read a figure as the page's markup has it."""
    try:
        return json.loads(element.given["value"])
    except ValueError:
        return element.given["value"]


def test_the_page_is_whole_and_asks_for_nothing(folder: Path) -> None:
    """Every element is closed as opened; no address but anchors; only its own scripts may run."""
    page = page_in(folder)
    assert page.broken == []
    assert page.all("html")[0].given["lang"] == "en-GB"
    links = [e.given["href"] for e in page.elements if "href" in e.given]
    ids = {e.given["id"] for e in page.elements if "id" in e.given}
    assert links
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    assert not [e for e in page.elements if {"src", "srcset", "action"} & set(e.given)]
    assert not page.all("link")
    policy = next(e.given["content"] for e in page.all("meta") if "http-equiv" in e.given)
    assert "default-src 'none'" in policy
    code = [e for e in page.all("script") if "type" not in e.given]
    assert len(code) == 2
    for one in code:
        digest = b64encode(sha256(one.text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert len(ids) == len([e for e in page.elements if "id" in e.given]), "every id once"


def test_every_section_is_a_candidate_for_discussion_and_none_is_called_optimal(
    folder: Path,
) -> None:
    page = page_in(folder)
    sections = {e.given["id"]: e for e in page.all("section") if "id" in e.given}
    assert tuple(sections) == SECTIONS
    for one in [*sections.values(), *page.all("article"), *page.all("header"), *page.all("footer")]:
        if not any(above.tag == "article" for above in one.above):
            assert "Candidate for discussion" in one.text
    assert "optimal" not in page.visible().lower()
    assert "governing bodies decide" in page.visible()


def test_the_figures_are_those_of_the_plan(folder: Path) -> None:
    """Every figure on the page is read back and is the one of plan.json, for every federation."""
    page = page_in(folder)
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert plan["federations"]
    for facts in plan["federations"]:
        card = page.all("article", data_federation=facts["id"])[0]
        assert card.given["data-key"] == facts["key"]
        told = {e.given["data-of"]: read_back(e) for e in page.inside(card, "data")}
        assert all(at(facts, path) == value for path, value in told.items())
        wanted = {"roll", "longest_journey", "cost"}
        wanted |= {f"budget.{key}" for key in facts["budget"]}
        wanted |= {f"people.{key}" for key in facts["people"]}
        wanted |= {f"terms.{n}.{key}" for n in facts["terms"] for key in ("measure", "points")}
        assert wanted == set(told)
        shown = {urn for urn in facts["schools"] if str(urn) in card.text}
        assert shown == set(facts["schools"])
        for rule in facts["rules"]:
            assert rule["sentence"] in card.text
        line = page.all("tr", data_row=facts["id"])[0]
        cells = [e.given["data-v"] for e in page.inside(line, "td") if "data-v" in e.given]
        wanted_cells = [facts["roll"], facts["longest_journey"], facts["budget"]["balance"]]
        assert cells == [str(value) for value in [*wanted_cells, len(facts["consents"])]]
    summary = {
        e.given["data-of"]: read_back(e)
        for e in page.inside(page.all("section", id="summary")[0], "data")
    }
    for path, value in summary.items():
        assert sum(at(plan, each) for each in path.split("+")) == value
    assert len(summary) == 5


def test_every_school_has_its_section_and_its_reason(folder: Path) -> None:
    page, dossier = page_in(folder), read_dossier(folder)
    for urn, feature in dossier.schools.items():
        section = page.all("article", data_urn=str(urn))[0]
        facts = feature["properties"]
        assert facts["name"] in section.text
        assert page.inside(section, "data")[0].given["value"] == str(facts["roll"])
        assert (facts["plan_reason"] or facts["plan_federation"]) in section.text
    alone = page.all("section", id="alone")[0].text
    for one in dossier.document["alone"]:
        assert one["reason"] in alone


def test_sentences_stages_and_sources_are_there(folder: Path) -> None:
    page, plan = page_in(folder), read_dossier(folder).document
    text = page.visible()
    for said in plan["summary"]["sentences"]:
        assert said in text
    stages = page.all("section", id="sure")[0]
    assert [e.given["data-stage"] for e in page.inside(stages, "tr") if e.given] == [
        stage["name"] for stage in plan["objective"]
    ]
    for one in plan["run"]["inputs"].values():
        assert one["sha256"] in text
    assert plan["run"]["made"] in text


def test_tables_and_headings_are_in_order(folder: Path) -> None:
    """Headings go down a step at a time; every table has a caption and headed columns."""
    page = page_in(folder)
    levels = [int(e.tag[1]) for e in page.elements if e.tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    for table in page.all("table"):
        assert page.inside(table, "caption")
        assert page.inside(table, "th")
        assert all("scope" in e.given for e in page.inside(table, "th"))
    for picture in page.all("svg"):
        assert picture.given.get("aria-label") or picture.given.get("aria-hidden") == "true"


def test_names_are_data(hostile: Path) -> None:
    """Hostile names are text: no script, image or handler of theirs, and all are read back."""
    page = page_in(hostile)
    assert page.broken == []
    assert len(page.all("script")) == 3
    assert not page.all("img")
    for element in page.elements:
        assert not [key for key in element.given if key.startswith("on")]
    island = json.loads(page.all("script", type="application/json")[0].text)
    told = {one[0]: one[1] for one in island["schools"]}
    for k, name in enumerate(HOSTILE):
        plain = "".join(c for c in name if c not in "\u202e\u202c\u2066")
        assert told[120_001 + k] == plain
        assert plain in page.all("article", data_urn=str(120_001 + k))[0].text
    html = (hostile / "report.html").read_text(encoding="utf-8")
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(html)
    assert "49 {%" not in html


def test_data_for_the_script_cannot_end_its_element(hostile: Path) -> None:
    page = page_in(hostile)
    raw = page.all("script", type="application/json")[0].text
    assert not set("<>&\u2028\u2029") & set(raw)


@pytest.mark.parametrize("name", policy_names())
def test_every_key_of_a_ready_policy_is_said_in_words(name: str) -> None:
    from grouping.files.policies import read_policy
    from grouping.policy.toml import document, written

    text = written(read_policy(name))
    chapters = rulebook(text)
    keys = [key for chapter in chapters for key in chapter.keys]
    wanted = {
        f"{room}.{key}" if isinstance(value, dict) else room
        for room, value in document(text, "").items()
        for key in (value if isinstance(value, dict) else [""])
    }
    assert {key.name for key in keys} == wanted
    assert all(key.means and key.means != "see the reference" for key in keys)
    assert "Other keys" not in [chapter.title for chapter in chapters]


def test_limits_weights_and_locks_are_said_with_their_figures() -> None:
    text = policy_text("norfolk-2012").replace(
        "combined_roll = false", "combined_roll = {at_most = 600}"
    )
    text = text.replace("federations = false", "federations = {at_least = 2, at_most = 60}")
    text = text.replace("apart = []", "apart = [[120001, 120002]]").replace(
        'urgent = "first"', "urgent = 30.5"
    )
    text = text.replace("combined_budget = false", "combined_budget = {at_least = -0.025}")
    said = {key.name: key for chapter in rulebook(text) for key in chapter.keys}
    assert said["rules.combined_roll"].means == "together at most 600 pupils"
    assert "-2.5 %" in said["rules.combined_budget"].means
    assert "at least 2 and at most 60" in said["limits.federations"].means
    assert "120001 and 120002" in said["locks.apart"].means
    assert "30.5 points" in said["alone.urgent"].means
    assert said["limits.changed_schools"].means == "no limit"


def test_a_key_that_is_not_known_is_shown_all_the_same() -> None:
    chapters = rulebook('name = "mine"\n[weather]\nrain = 3\n[rules]\nwind = {at_most = 4}\n')
    said = {key.name: key.value for chapter in chapters for key in chapter.keys}
    assert said == {"name": "mine", "weather.rain": "3", "rules.wind": "at most 4"}


@pytest.mark.parametrize("policy", policy_names())
@pytest.mark.parametrize("setting", ["roles.small_below=100", "rules.longest_journey.at_most=1"])
def test_every_form_has_its_page(
    run: Run, village_file: str, tmp_path: Path, policy: str, setting: str
) -> None:
    """Soft federations and pairs too, and a plan without federations."""
    arguments = ("propose", village_file, "-o", tmp_path / "out", "--policy", policy)
    assert run(*arguments, "--set", setting)[0] == 0
    page = page_in(tmp_path / "out")
    plan = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert page.broken == []
    assert len(page.all("article", **{"class": "card"})) == len(plan["federations"])


def test_a_plan_that_is_not_proved_says_so(folder: Path) -> None:
    path = folder / "plan.json"
    plan = json.loads(path.read_text(encoding="utf-8"))
    plan["status"] = "feasible"
    plan["objective"][-1]["bound"] = plan["objective"][-1]["value"] - 1_000
    path.write_text(json.dumps(plan), encoding="utf-8")
    write_report(folder)
    text = page_in(folder).visible()
    assert "a better one may exist" in text
    assert "not proved: no plan has less than the bound" in text
    assert "Proved" not in text


def test_answers_in_the_folder_are_taken_in(folder: Path) -> None:
    """Their sentences, what they say of a federation, and plans side by side."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    key = plan["federations"][0]["key"]
    answer = {
        "schema": "grouping-answer/1",
        "question": "alternatives",
        "without": [{"key": key, "sentence": "Without it: <b>2</b> points more."}],
        "sentences": ["Two plans differ."],
    }
    (folder / "alternatives.json").write_text(json.dumps(answer), encoding="utf-8")
    (folder / "plan-2").mkdir()
    (folder / "plan-2" / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    (folder / "plan-10").mkdir()
    (folder / "plan-10" / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    write_report(folder)
    page = page_in(folder)
    assert page.broken == []
    card = page.all("article", data_key=key)[0]
    assert "Without it: <b>2</b> points more." in card.text
    assert "Two plans differ." in page.all("section", id="sure")[0].text
    others = page.all("section", id="others")[0].text
    assert others.index("This plan") < others.index("Plan 2") < others.index("Plan 10")


def test_the_same_folder_gives_the_same_page(folder: Path) -> None:
    """The page that propose wrote is the one that report writes, byte for byte."""
    before = (folder / "report.html").read_bytes()
    assert write_report(folder) == folder / "report.html"
    assert (folder / "report.html").read_bytes() == before
    assert report_html(read_dossier(folder)) == before


def test_the_command_writes_it_and_says_what_is_missing(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    (folder / "report.html").unlink()
    code, said, _ = run("report", folder)
    assert code == 0
    assert "report.html" in said
    assert "candidate for discussion" in said
    code, _, error = run("report", tmp_path / "nothing")
    assert code == 3
    assert "Give the folder" in error


def test_a_page_of_an_earlier_plan_does_not_stay(
    run: Run, folder: Path, village_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the next plan has too many schools for a page, the old one goes, and its PDF."""
    (folder / "report.pdf").write_bytes(b"old")
    monkeypatch.setattr(reports, "MOST", 4)
    assert run("propose", village_file, "-o", folder)[0] == 0
    assert not (folder / "report.html").exists()
    assert not (folder / "report.pdf").exists()
    assert (folder / "plan.json").exists()
