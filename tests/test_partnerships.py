"""Partnerships from CSV or a workbook: heads by words only, names never repeated."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest

from grouping.errors import CapReached, InputRefused
from grouping.files import xlsx
from grouping.files.partnerships import read_partnerships
from grouping.files.xlsx import read_sheets
from workbooks import packed, parts, workbook

HEADER = ("urn", "partnership", "head")
SECRET = "Hildegard Secretname"


def write(path: Path, content: bytes | str, name: str = "soft.xlsx") -> Path:
    path = path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_csv_and_a_workbook_say_the_same(tmp_path: Path) -> None:
    text = "URN,Partnership,Head,Notes\n120001,North,Vacant,x\n120002,1992,,\n"
    rows = [("URN", "Partnership", "Head", "Notes"), (120001, "North", "Vacant", "x")]
    rows.append((120002, 1992, None, None))  # type: ignore[arg-type]
    one = read_partnerships(write(tmp_path, text, "soft.csv"))
    two = read_partnerships(write(tmp_path, workbook(rows)))
    assert dict(one.rows) == dict(two.rows)
    assert one.rows[120001] == {"partnership": "North", "head": "vacant"}
    assert one.rows[120002] == {"partnership": "1992", "head": None}
    assert one.warnings == ("soft.csv: columns not read: 1",)


def test_the_first_sheet_with_the_columns_is_read(tmp_path: Path) -> None:
    sheets = ([("Notes",), ("see next",)], [HEADER, (120001, "North", "shared")])
    found = read_partnerships(write(tmp_path, workbook(*sheets)))
    assert found.rows[120001]["head"] == "shared"
    assert "only sheet 2 of 2" in found.warnings[0]


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    made = parts([HEADER, (120001, "A", None)], [HEADER, (120002, "B", None)], states=["hidden"])
    found = read_partnerships(write(tmp_path, packed(made)))
    assert list(found.rows) == [120002]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"urn,partnership,head\n120001,North,{SECRET}\n", ['"head"', "not one of its words"]),
        (f"urn,partnership,head\n{SECRET},North,vacant\n", ['"urn"', "not a URN", "row 2"]),
        (f"urn,partnership,head\n120001,North,{SECRET},\n", ["4 cells", "row 2"]),
        (f"urn,partnership,head\n120001,{SECRET * 6},\n", ['"partnership"', "longer than 100"]),
        (f"urn,partnership,{SECRET}\n,North,x\n", ['"urn"', "blank", "row 2"]),
        (f"{SECRET}\n", ["other columns", "row 1"]),
        ("urn,partnership,urn\n120001,North,120001\n", ["columns twice: urn"]),
        ("urn,partnership\n120001,A\n120001,B\n", ["stands twice, first in row 2", "row 3"]),
        ("urn,partnership\n120001,#REF!\n", ["error of the spreadsheet"]),
        ('urn,partnership\n120001,"North\n', ["quotes that do not pair"]),
        ("", ["empty"]),
        ("<html><body>", ["web page"]),
    ],
)
def test_bad_tables_are_refused_and_no_cell_is_repeated(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(InputRefused) as caught:
        read_partnerships(write(tmp_path, text, "soft.csv"))
    for word in ["soft.csv", *words]:
        assert word in str(caught.value)
    for word in SECRET.split():
        assert word not in str(caught.value)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    rows = [HEADER, (12, "A", None), (120002, "B", SECRET), (120003, "C", "gone")]
    with pytest.raises(InputRefused) as caught:
        read_partnerships(write(tmp_path, workbook(rows)))
    assert [fault.place for fault in caught.value.faults] == ["row 2", "row 3", "row 4"]
    assert "Secretname" not in str(caught.value)


TABLE = parts([HEADER, (120001, "North", "vacant")])
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def spoilt(part: str, old: str, new: str) -> bytes:
    assert old in TABLE[part]
    return packed({**TABLE, part: TABLE[part].replace(old, new)})


BAD = [
    ("cut short", packed(TABLE)[:-40], "damaged"),
    ("a zip, no workbook", packed({"a.txt": "hello"}), "not an Excel workbook"),
    ("entities", spoilt(SHEET, "<worksheet", LAUGHS + "<worksheet"), "document type"),
    ("outside entities", spoilt(BOOK, "<workbook", OUTSIDE + "<workbook"), "document type"),
    (
        "UTF-16 entities",
        packed(
            {
                **TABLE,
                SHEET: TABLE[SHEET]
                .replace("<worksheet", LAUGHS + "<worksheet")
                .replace("UTF-8", "UTF-16")
                .encode("utf-16"),
            }
        ),
        "document type",
    ),
    ("broken XML", spoilt(SHEET, "</sheetData>", "<sheetData>"), "damaged XML"),
    ("an unknown encoding", spoilt(SHEET, "UTF-8", "UTF-x"), "damaged workbook"),
    ("no such text", spoilt(SHEET, "<v>0</v>", "<v>999</v>"), "lacks some of its text"),
    ("a number that is none", spoilt(SHEET, "<v>120001</v>", "<v>x</v>"), "number that is none"),
    ("a cell nowhere", spoilt(SHEET, 'r="A2"', 'r="2A"'), "has no place"),
    ("a sheet that is not there", packed({k: v for k, v in TABLE.items() if k != SHEET}), "lacks"),
    ("no columns", workbook([("a", "b")]), "no sheet with those columns"),
    ("no sheets", packed(parts()), "no visible sheet"),
    ("an error", workbook([HEADER, (120001, "#N/A", None)]), "error of the spreadsheet"),
    ("a URN shortened", workbook([HEADER, (120001.5, "A", None)]), "not a URN"),
]


@pytest.mark.parametrize(("_", "content", "words"), BAD, ids=[name for name, *_ in BAD])
def test_bad_workbooks_are_refused(tmp_path: Path, _: str, content: bytes, words: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_partnerships(write(tmp_path, content))
    assert words in str(caught.value)
    assert "soft.xlsx" in str(caught.value)


def test_a_workbook_that_unpacks_too_far_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand times its size is refused before it is held."""
    monkeypatch.setattr(xlsx, "MOST_PART", 1_000_000)
    bomb = spoilt(SHEET, "</sheetData>", " " * 3_000_000 + "</sheetData>")
    assert len(bomb) < 20_000
    with pytest.raises(CapReached, match="unpacks to more than"):
        read_sheets(bomb, "soft.xlsx")


def test_too_many_rows_columns_or_parts_are_stopped() -> None:
    with pytest.raises(CapReached, match="100,000 rows"):
        read_sheets(spoilt(SHEET, 'r="C2"', 'r="C900000"'), "soft.xlsx")
    with pytest.raises(CapReached, match="300 columns"):
        read_sheets(spoilt(SHEET, 'r="C2"', 'r="XFD2"'), "soft.xlsx")
    with pytest.raises(CapReached, match="2,000 parts"):
        read_sheets(packed({**TABLE, **{f"x{k}": "" for k in range(2_001)}}), "soft.xlsx")


def test_inline_text_flags_and_numbers_of_any_form_are_read() -> None:
    made = dict(TABLE)
    cells = (
        '<row><c t="inlineStr"><is><t>a</t><rPh><t>no</t></rPh></is></c>'
        '<c t="b"><v>1</v></c><c><v>1.20001E5</v></c><c t="str"><v>f</v></c><c/></row>'
    )
    made[SHEET] = made[SHEET].replace("</sheetData>", cells + "</sheetData>")
    (only,) = read_sheets(packed(made), "soft.xlsx")
    assert [(line.number, line.cells) for line in only.lines][-1] == (
        3,
        ("a", "TRUE", "120001", "f"),
    )


def test_a_workbook_of_another_program_is_read(tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    pandas = pytest.importorskip("pandas")
    if "w" not in str(pyogrio.list_drivers().get("XLSX")):
        pytest.skip("no writer of workbooks here")
    frame = pandas.DataFrame({"urn": [120001], "partnership": ["North"], "head": ["vacant"]})
    pyogrio.write_dataframe(frame, tmp_path / "soft.xlsx", driver="XLSX")
    assert read_partnerships(tmp_path / "soft.xlsx").rows[120001]["head"] == "vacant"


def test_spoilt_bytes_never_end_in_anything_but_a_refusal() -> None:
    chance, whole = random.Random(3), packed(TABLE)
    for _ in range(400):
        spoiled = bytearray(whole)
        for _ in range(chance.randrange(1, 8)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        with contextlib.suppress(InputRefused, CapReached):
            read_sheets(bytes(spoiled), "soft.xlsx")
