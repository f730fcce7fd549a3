"""What people hand on: the same figures in every file, no live names, whole or not at all."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import grouping
from command_line import save
from grouping.errors import InputRefused, OutputRefused, UsageRefused
from grouping.files import handouts, office
from traceable import untraceable
from villages import row

if TYPE_CHECKING:
    from command_line import Run

openpyxl = pytest.importorskip("openpyxl", reason="needs the extra [office]")
docx = pytest.importorskip("docx", reason="needs the extra [office]")

ROOT = Path(__file__).resolve().parents[1]
CHURCH = {"religious_character": "Church of England", "diocese": "Diocese of Norwich"}
HOSTILE = (
    "<script>alert(1)</script>",
    "\"quotes\" & 'more' ]]> <!-- -->",
    '=HYPERLINK("http://x.example","click")',
    "\u202eright to left\u202c \u2067marks",
    "| pipe | *star* [link](http://x.example) `code` # head $x^2$ {{ 7 * 7 }}",
    "+1 @SUM(A1) \t-2",
)


def fields_of(path: Path, layer: str) -> list[dict[str, Any]]:
    """Read the rows of a layer with nothing but SQLite."""
    with closing(sqlite3.connect(path)) as base:
        base.row_factory = sqlite3.Row
        return [dict(one) for one in base.execute(f'SELECT * FROM "{layer}" ORDER BY fid')]


def rows_of(path: Path, sheet: str) -> list[dict[str, Any]]:
    """Read the rows of a sheet, by the names of its columns."""
    page = openpyxl.load_workbook(path)[sheet]
    head, *rest = page.iter_rows(min_row=2, values_only=True)
    return [dict(zip(head, one, strict=True)) for one in rest]


def text_of_word(path: Path) -> str:
    """Read all text of a Word file, tables and footer too."""
    found = docx.Document(path)
    cells = [c.text for t in found.tables for line in t.rows for c in line.cells]
    foot = [p.text for s in found.sections for p in s.footer.paragraphs]
    return "\n".join([*(p.text for p in found.paragraphs), *cells, *foot])


class Page(HTMLParser):
    """Text and tags of a web page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page_of(path: Path) -> Page:
    """Read a web page of ours."""
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model county's plan with everything that is handed on, and another plan beside it."""
    folder = tmp_path_factory.mktemp("county")
    schools = grouping.read_schools(ROOT / "data" / "schools.geojson")
    river = (ROOT / "data" / "river.geojson").as_posix()
    policy = grouping.read_policy("norfolk-2012", [f"neighbours.barriers={river}"])
    sources = {"barriers.geojson": ROOT / "data" / "river.geojson"}
    grouping.write_plan(grouping.propose(schools, policy), folder, sources=sources)
    smaller = grouping.read_policy("norfolk-2012", ["rules.ethos.policy=strict"])
    grouping.write_plan(grouping.propose(schools, smaller), folder / "plan-2")
    grouping.export(folder)
    return folder


@pytest.fixture(scope="session")
def plan(county: Path) -> dict[str, Any]:
    """The county's `plan.json`."""
    return dict(json.loads((county / "plan.json").read_text(encoding="utf-8")))


@pytest.fixture
def hostile(tmp_path: Path, run: Run) -> Path:
    """A plan of schools with names made to break things, and its files."""
    rows = [
        row(120001 + k, 45 + 9 * k, 4_000 * k, name=name, diocese=name, head="leaving",
            religious_character="Church of England", type="Voluntary controlled school",
            local_authority=HOSTILE[0], partnership=HOSTILE[2], fid=name, geom=HOSTILE[1])
        for k, name in enumerate(HOSTILE)
    ]  # fmt: skip
    (tmp_path / "in").mkdir()
    given = save(tmp_path / "in" / "schools.geojson", *rows)
    assert run("propose", given, "-o", tmp_path / "out")[0] == 0
    assert run("export", tmp_path / "out")[0] == 0
    return tmp_path / "out"


def test_the_geopackage_says_what_plan_json_says(county: Path, plan: dict[str, Any]) -> None:
    found = [f for f in fields_of(county / "proposals.gpkg", "federations") if f["plan"] == 1]
    assert len(found) == len(plan["federations"]) > 50
    for got, one in zip(found, plan["federations"], strict=True):
        assert got["plan_federation"] == one["id"]
        for name in ("key", "roll", "longest_journey", "cost", "existing", "journey_source"):
            assert got[name] == one[name], name
        for name in ("balance", "t_star", "grade"):
            assert got[name] == one["budget"][name], name
        assert got["schools"] == ",".join(map(str, one["schools"]))
    homes = {urn: one["id"] for one in plan["federations"] for urn in one["schools"]}
    schools = [s for s in fields_of(county / "proposals.gpkg", "schools") if s["plan"] == 1]
    assert {s["urn"]: s["plan_federation"] for s in schools if s["plan_federation"]} == homes
    assert len(schools) == len(plan["alone"]) + len(plan["left_out"]) + len(homes)


def test_the_workbook_says_what_plan_json_says(county: Path, plan: dict[str, Any]) -> None:
    book = county / "proposals.xlsx"
    for got, one in zip(rows_of(book, "federations"), plan["federations"], strict=True):
        for name in ("id", "key", "roll", "longest_journey", "existing"):
            assert got[name] == one[name], name
        assert round(got["points"] * 1000) == one["cost"]
        for name, term in one["terms"].items():
            assert round(got[name] * 1000) == term["points"]
        for name in ("income", "cost", "residual", "balance", "t_star", "roll_change", "grade"):
            assert got[name] == one["budget"][name], name
        for name in ("workload", "heads_displaced", "governing_bodies_before"):
            assert got[name] == one["people"][name], name
    alone = [{k: v for k, v in a.items() if k in ("urn", "role", "reason")} for a in
             rows_of(book, "alone")]  # fmt: skip
    assert alone == plan["alone"]
    asked = {(c["federation"], c["consent"], c["urn"]) for c in rows_of(book, "consents")}
    stated = {
        (one["id"], c["consent"], urn)
        for one in plan["federations"] for c in one["consents"] for urn in c["schools"]
    }  # fmt: skip
    assert asked == stated
    assert stated
    schools = grouping.read_schools(county / "schools.geojson")
    own = grouping.budgets(schools, grouping.read_policy(county / "policy.toml"))
    budgets = [(b["urn"], b["balance"], b["t_star"]) for b in rows_of(book, "budgets")]
    assert budgets == [(b.urn, b.balance, b.t_star) for b in own]


def test_pages_word_files_and_figures_say_the_same(county: Path, plan: dict[str, Any]) -> None:
    """Every sentence of a pack's figures is in its page and in its Word file, and no other."""
    for one in plan["federations"][::7]:
        place = county / "packs" / one["id"]
        figures = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
        assert figures["federation"] == one
        page, word = page_of(place.with_suffix(".html")), text_of_word(place.with_suffix(".docx"))
        for sentence in figures["sentences"]:
            for line in sentence.split("\n"):
                assert line in page.texts or not line, line
                assert line in word.split("\n"), line
        said = {line for s in figures["sentences"] for line in s.split("\n")}
        body = page.texts[page.texts.index(figures["sentences"][0]) :]
        assert {t.strip() for t in body} - said <= {
            "",
            "Candidate for discussion: governing bodies decide",
        }


def test_every_number_of_a_pack_is_in_its_figures(county: Path, plan: dict[str, Any]) -> None:
    for one in plan["federations"]:
        figures = json.loads((county / "packs" / f"{one['id']}.json").read_text(encoding="utf-8"))
        assert untraceable(figures) == []
        assert len(figures["sentences"]) > 100
        for name, sum_ in (figures["money"] or {}).items():
            assert sum_["pounds"] == one["budget"][name]
            assert abs(sum_["shown"] - sum_["pounds"]) <= 500
    figures["sentences"].append("It is about £123,456,789 short.")
    assert len(untraceable(figures)) == 1


def test_every_number_of_the_committee_paper_is_in_its_figures(
    county: Path, plan: dict[str, Any]
) -> None:
    figures = json.loads((county / "committee-paper.json").read_text(encoding="utf-8"))
    assert untraceable(figures) == []
    assert figures["federations"] == plan["federations"]
    assert figures["summary"] == plan["summary"]
    word = text_of_word(county / "committee-paper.docx")
    unmarked = re.sub(r"\\(.)", r"\1", (county / "committee-paper.md").read_text(encoding="utf-8"))
    for sentence in figures["sentences"]:
        assert sentence in unmarked, sentence
        assert sentence in word or sentence.startswith("Map of"), sentence
    assert sum(s["federations"] for s in figures["sizes"]) == len(plan["federations"])
    assert (county / "committee-map.png").read_bytes().startswith(b"\x89PNG")
    assert "committee-map.png" in unmarked
    assert f"Plan 2: {figures['plans']['2']['federations']} federations" in unmarked


def test_the_standing_is_on_every_page(county: Path, hostile: Path) -> None:
    for folder in (county, hostile):
        for path in sorted((folder / "packs").glob("*.docx"))[:3]:
            foot = docx.Document(path).sections[0].footer.paragraphs[0].text
            assert foot.startswith("Candidate for discussion: governing bodies decide")
        for path in sorted((folder / "packs").glob("*.html"))[:3]:
            assert "<footer><span>Candidate for discussion" in path.read_text(encoding="utf-8")
            assert "table-footer-group" in path.read_text(encoding="utf-8")


def test_no_name_becomes_a_tag_a_formula_or_a_template(hostile: Path) -> None:
    pages = sorted((hostile / "packs").glob("*.html"))
    assert pages
    for path in pages:
        page = page_of(path)
        allowed = {"html", "head", "meta", "title", "style", "body", "main", "footer", "h1", "h2",
                   "h3", "bdi", "p", "ul", "li", "div", "table", "caption", "colgroup", "col",
                   "span", "thead", "tbody", "tr", "th", "td", "br"}  # fmt: skip
        assert {tag for tag, _ in page.tags} <= allowed
        for _, attributes in page.tags:
            assert not [key for key in attributes if key.startswith("on") or key in ("src", "href")]
        assert "49" not in [t.strip() for t in page.texts]
    texts = "\n".join(t for path in pages for t in page_of(path).texts)
    assert HOSTILE[0] in texts
    assert HOSTILE[2] in texts
    book = openpyxl.load_workbook(hostile / "proposals.xlsx")
    cells = [c for page in book for line in page.iter_rows() for c in line if c.value is not None]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    starts = [c for c in cells if isinstance(c.value, str) and c.value[0] in "=+-@"]
    assert {c.value for c in starts} >= {HOSTILE[2], HOSTILE[5]}
    assert all(c.quotePrefix for c in starts)
    with zipfile.ZipFile(hostile / "proposals.xlsx") as zipped:
        assert not any(b"<f>" in zipped.read(name) for name in zipped.namelist())


def test_hostile_names_stand_whole_in_the_geopackage(hostile: Path) -> None:
    found = fields_of(hostile / "proposals.gpkg", "schools")
    unseen = dict.fromkeys(map(ord, "\u202e\u202c\u2067"))  # taken out of names at the gate
    assert [one["name"] for one in found] == [name.translate(unseen) for name in HOSTILE]
    assert [one["input_fid"] for one in found] == list(HOSTILE)
    assert {one["input_geom"] for one in found} == {HOSTILE[1]}
    assert all(isinstance(one["geom"], bytes) for one in found)


def test_hostile_names_are_plain_text_in_markdown_and_word(hostile: Path) -> None:
    text = (hostile / "committee-paper.md").read_text(encoding="utf-8")
    assert "<script" not in text.replace("\\<", "")
    assert not re.search(
        r"(?<!\\)\]\(|https?://|(?<!\\)[$`]", text.replace("](committee-map.png)", "", 1)
    )
    assert "\u202e" not in text
    tables = [line for line in text.splitlines() if line.startswith("| F0")]
    assert tables
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables} == {9}
    for path in [hostile / "committee-paper.docx", *(hostile / "packs").glob("*.docx")]:
        with zipfile.ZipFile(path) as zipped:
            inside = zipped.read("word/document.xml").decode()
            links = zipped.read("word/_rels/document.xml.rels").decode()
        assert "\u202e" not in inside
        assert "hyperlink" not in links
    assert HOSTILE[0] in text_of_word(hostile / "committee-paper.docx")


def test_characters_that_xml_cannot_hold_are_shown_as_lost() -> None:
    assert office.fit("a\x00b\x1fc\ud800d\ufffee") == "a\ufffdb\ufffdc\ufffdd\ufffde"
    assert office.fit("tab\tand\nline") == "tab\tand\nline"


def test_the_same_plan_gives_the_same_bytes(hostile: Path) -> None:
    names = ["proposals.gpkg", "proposals.xlsx", "committee-paper.docx", "committee-map.png"]
    names += [f"packs/{path.name}" for path in (hostile / "packs").iterdir()]
    before = {name: (hostile / name).read_bytes() for name in names}
    grouping.export(hostile)
    assert before == {name: (hostile / name).read_bytes() for name in names}


def test_only_what_is_asked_is_written(run: Run, village_file: str, tmp_path: Path) -> None:
    assert run("propose", village_file, "-o", tmp_path / "out")[0] == 0
    before = {path.name for path in (tmp_path / "out").iterdir()}
    code, said, _ = run("export", tmp_path / "out", "--xlsx")
    assert code == 0
    assert "governing bodies decide" in said
    assert {path.name for path in (tmp_path / "out").iterdir()} - before == {"proposals.xlsx"}
    with pytest.raises(UsageRefused, match="no such export: pdf"):
        grouping.export(tmp_path / "out", ["pdf"])
    with pytest.raises(InputRefused):
        grouping.export(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_packs_of_an_earlier_plan_go(run: Run, village_file: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("propose", village_file, "-o", out)[0] == 0
    (out / "packs").mkdir()
    for name in ("F077.html", "F077.docx", "notes.docx", "Fine.html"):
        (out / "packs" / name).write_text("old", encoding="utf-8")
    grouping.export(out, ["packs"])
    kept = {path.name for path in (out / "packs").iterdir()}
    assert "F077.html" not in kept
    assert kept >= {"notes.docx", "Fine.html", "F001.html", "F001.docx", "F001.json"}


def test_a_file_open_elsewhere_is_to_be_closed_and_stays_whole(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert run("propose", village_file, "-o", out)[0] == 0
    (out / "proposals.xlsx").write_bytes(b"the old one")
    whole = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if Path(target).name == "proposals.xlsx" and ".grouping-new" in self.name:
            raise PermissionError(13, "open elsewhere", str(target))
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(OutputRefused, match="close it"):
        grouping.export(out, ["xlsx", "gpkg"])
    assert (out / "proposals.xlsx").read_bytes() == b"the old one"
    assert not (out / "proposals.gpkg").exists()


def test_a_missing_library_is_said_before_anything_is_written(
    run: Run, village_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert run("propose", village_file, "-o", out)[0] == 0
    before = {path.name for path in out.iterdir()}
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(UsageRefused, match=r"grouping\[office\]") as refused:
        grouping.export(out)
    assert {"openpyxl", "docx"} <= set(re.findall(r"library (\w+)", str(refused.value)))
    assert {path.name for path in out.iterdir()} == before
    grouping.export(out, ["gpkg"])
    assert (out / "proposals.gpkg").exists()


def test_plans_beside_are_numbered_and_broken_ones_are_told(county: Path, tmp_path: Path) -> None:
    numbers = {one["plan"] for one in fields_of(county / "proposals.gpkg", "federations")}
    assert numbers == {1, 2}
    shutil.copytree(county, tmp_path / "copy")
    (tmp_path / "copy" / "plan-2" / "links.geojson").unlink()
    with pytest.raises(InputRefused, match="links"):
        grouping.export(tmp_path / "copy", ["gpkg"])


def test_the_account_of_items_sees_what_is_missing(
    run: Run, village_file: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert run("propose", village_file, "-o", out)[0] == 0
    code, said, _ = run("export", out, "--check")
    assert code == 0
    assert "F001: 10 items, 4 present, 6 to be decided" in said
    grouping.export(out, ["packs"])
    found = handouts.account(out)
    assert untraceable(found.document()) == []
    assert [one["faults"] for one in found.federations] == [[]] * len(found.federations)
    place = out / "packs" / "F001.json"
    pack = json.loads(place.read_text(encoding="utf-8"))
    without = {**pack, "items": [i for i in pack["items"] if i["key"] != "staffing"]}
    place.write_text(json.dumps(without), encoding="utf-8")
    assert "how the schools would be staffed" in handouts.account(out).federations[0]["faults"][0]
    stale = {**pack, "federation": {**pack["federation"], "key": "1-2"}}
    place.write_text(json.dumps(stale), encoding="utf-8")
    assert "earlier plan" in handouts.account(out).federations[0]["faults"][0]


def test_zips_say_no_moment_of_their_own(hostile: Path) -> None:
    for name in ("proposals.xlsx", "committee-paper.docx"):
        with zipfile.ZipFile(io.BytesIO((hostile / name).read_bytes())) as zipped:
            assert {one.date_time for one in zipped.infolist()} == {office.EPOCH}
            made = json.loads((hostile / "plan.json").read_text(encoding="utf-8"))["run"]["made"]
            assert made[:19] in zipped.read("docProps/core.xml").decode()
