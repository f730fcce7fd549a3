"""The register's CSV: both layouts, every row accounted for, nobody's name read."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from grouping.errors import InputRefused
from grouping.files.geojson import geojson_bytes, read_schools
from grouping.files.gias import read_gias, schools_from_gias
from grouping.world.places import to_grid

SHARED = Path(__file__).parents[2] / "shared" / "data"
HAMPSHIRE = SHARED / "raw_gias_export_hampshire_surrey_2022-04-20.csv"
NORFOLK = SHARED / "norfolk_gias_layout_reconstructed_2022-07.csv"
LINKS = SHARED / "gias_group_links_2022-08.csv.gz"
real = pytest.mark.skipif(not HAMPSHIRE.exists(), reason="the shared data is not here")

DAILY = [
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)",
    "EstablishmentStatus (code)",
    "EstablishmentStatus (name)",
    "OpenDate",
    "PhaseOfEducation (code)",
    "PhaseOfEducation (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "ReligiousCharacter (code)",
    "ReligiousCharacter (name)",
    "Diocese (code)",
    "Diocese (name)",
    "SchoolCapacity",
    "NumberOfPupils",
    "PercentageFSM",
    "TrustSchoolFlag (name)",
    "Trusts (code)",
    "Trusts (name)",
    "FederationFlag (name)",
    "Federations (code)",
    "Federations (name)",
    "Postcode",
    "TelephoneNum",
    "HeadFirstName",
    "HeadLastName",
    "DistrictAdministrative (name)",
    "UrbanRural (name)",
    "Easting",
    "Northing",
]
SEARCH = [name for name in DAILY if "(code)" not in name] + ["Linked establishments"]

ELM = {
    "URN": "120001",
    "LA (code)": "926",
    "LA (name)": "Norfolk",
    "EstablishmentName": "Elm Green Café School",
    "TypeOfEstablishment (name)": "Voluntary controlled school",
    "EstablishmentStatus (name)": "Open",
    "OpenDate": "01-09-1998",
    "PhaseOfEducation (name)": "Primary",
    "StatutoryLowAge": "4",
    "StatutoryHighAge": "11",
    "ReligiousCharacter (name)": "None",
    "Diocese (name)": "Not applicable",
    "SchoolCapacity": "84",
    "NumberOfPupils": "61",
    "PercentageFSM": "12.5",
    "FederationFlag (name)": "Supported by a federation",
    "Federations (code)": "1992",
    "Federations (name)": "The Green Federation",
    "TrustSchoolFlag (name)": "Not supported by a trust",
    "TelephoneNum": "01603000000",
    "HeadFirstName": "Hildegard",
    "HeadLastName": "Secretname",
    "Postcode": "NR21 0PL",
    "Easting": "597973",
    "Northing": "336002",
}


def write(
    path: Path,
    *rows: dict[str, str],
    header: list[str] = DAILY,
    extra: tuple[str, ...] = (),
    delimiter: str = ",",
    encoding: str = "cp1252",
) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", delimiter=delimiter)
    writer.writerow(header)
    for row in rows:
        writer.writerow([({**ELM, **row}).get(name, "") for name in header] + list(extra))
    path = path / "gias.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def first(path: Path, **beside: Any) -> dict[str, Any]:
    found, _ = read_gias(path, **beside)
    properties: dict[str, Any] = found["features"][0]["properties"]
    return properties


def test_the_daily_file_is_read_in_its_code_page(tmp_path: Path) -> None:
    found, account = read_gias(write(tmp_path, {}))
    assert account.warnings == ("gias.csv is not UTF-8; read as Windows-1252",)
    (only,) = found["features"]
    given = only["properties"]
    assert given["name"] == "Elm Green Café School"
    assert given["open_date"] == "1998-09-01"
    assert given["religious_character"] == "None", "None is a word of the register"
    assert given["diocese"] == "Not applicable"
    assert given["fsm_percent"] == Decimal("12.5")
    assert (given["federation"], given["federation_name"]) == ("1992", "The Green Federation")
    assert given["trust"] is None
    east, north = to_grid(*([c] for c in only["geometry"]["coordinates"]))
    assert (east[0], north[0]) == (597973, 336002)


def test_the_search_export_has_names_only_and_ragged_rows(tmp_path: Path) -> None:
    path = write(tmp_path, {}, header=SEARCH, extra=("125157 Successor", "9 x"[:0]))
    assert first(path)["federation"] == "The Green Federation"


def test_no_head_and_no_telephone_is_ever_read(tmp_path: Path) -> None:
    found, account = read_gias(write(tmp_path, {}))
    said = geojson_bytes(found).decode() + account.to_csv().decode() + str(account)
    for word in ("Hildegard", "Secretname", "01603"):
        assert word not in said


def test_a_federation_counts_only_where_the_flag_says_so(tmp_path: Path) -> None:
    row = {"FederationFlag (name)": "Not under a federation"}
    assert first(write(tmp_path, row))["federation"] is None


def test_a_foundation_trust_is_no_academy_trust(tmp_path: Path) -> None:
    trust = {"Trusts (code)": "2918", "Trusts (name)": "DNEAT"}
    flag = "TrustSchoolFlag (name)"
    assert first(write(tmp_path, {**trust, flag: "Supported by a trust"}))["trust"] is None
    multi = first(write(tmp_path, {**trust, flag: "Supported by a multi-academy trust"}))
    assert (multi["trust"], multi["trust_name"]) == ("2918", "DNEAT")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"NumberOfPupils": ""}, "no number of pupils"),
        ({"NumberOfPupils": "12345"}, "more than 9,999 pupils"),
        ({"Easting": ""}, "no easting and northing"),
        ({"Northing": "0"}, "no easting and northing"),
        ({"Easting": "690000", "Northing": "1"}, "outside Great Britain"),
        ({"TypeOfEstablishment (name)": "Academy of magic"}, "Academy of magic"),
        ({"EstablishmentStatus (name)": "Dreaming"}, "Dreaming"),
        ({"EstablishmentName": " "}, "no name"),
        ({"URN": "20003"}, "six digits"),
    ],
)
def test_a_row_that_cannot_be_a_school_is_left_out_with_the_reason(
    tmp_path: Path, row: dict[str, str], reason: str
) -> None:
    path = write(tmp_path, {"URN": "120002"}, row)
    found, account = read_gias(path)
    assert len(found["features"]) == 1
    assert [entry.outcome for entry in account.entries] == ["imported", "left out"]
    assert reason in account.entries[1].reason
    assert sum(account.reasons.values()) == 1
    openly = row.get("EstablishmentStatus (name)", "Open") == "Open"
    assert any("open schools" in said for said in account.warnings) == openly


def test_closed_and_secondary_schools_are_imported_too(tmp_path: Path) -> None:
    """Who takes part is decided later, with reasons."""
    closed = {"URN": "120002", "EstablishmentStatus (name)": "Closed"}
    second = {"URN": "120003", "PhaseOfEducation (name)": "Secondary"}
    _, account = read_gias(write(tmp_path, {}, closed, second))
    assert account.imported == 3


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"NumberOfPupils": "SUPP"}, ['"NumberOfPupils"', "SUPP", "row 2", "120001"]),
        ({"OpenDate": "1998-09-01"}, ['"OpenDate"', "dd-mm-yyyy"]),
        ({"OpenDate": "31-02-1998"}, ["not a date"]),
        ({"Easting": "x"}, ['"Easting"', "row 2"]),
        ({"URN": "Total"}, ["not a URN", "total or a footnote"]),
        ({"SchoolCapacity": "-3"}, ['"SchoolCapacity"', "out of range"]),
    ],
)
def test_a_bad_cell_is_refused_with_its_row_and_column(
    tmp_path: Path, row: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(InputRefused) as caught:
        read_gias(write(tmp_path, row))
    for word in words:
        assert word in str(caught.value)


def test_a_school_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="stands twice, first in row 2"):
        read_gias(write(tmp_path, {}, {}))


def test_a_shifted_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=f"has {len(DAILY) + 1} cells"):
        read_gias(write(tmp_path, {}, extra=("",)))
    with pytest.raises(InputRefused, match=f"has {len(SEARCH) + 1} cells"):
        read_gias(write(tmp_path, {}, header=SEARCH, extra=("Yes",)))


def test_a_header_alone_and_a_register_without_any_school_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="only the header"):
        read_gias(write(tmp_path))
    with pytest.raises(InputRefused, match="no number of pupils: 1"):
        read_gias(write(tmp_path, {"NumberOfPupils": ""}))


def test_columns_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="columns twice: URN"):
        read_gias(write(tmp_path, {}, header=[*DAILY, "URN"]))


def test_semicolons_are_read_with_a_warning(tmp_path: Path) -> None:
    _, account = read_gias(write(tmp_path, {}, delimiter=";", encoding="utf-8-sig"))
    assert "separated by ';'" in account.warnings[0]


def test_one_authority_may_be_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, {}, {"URN": "120002", "LA (name)": "Suffolk"})
    _, account = read_gias(path, la="norfolk ")
    assert account.reasons == {"of another local authority": 1}
    with pytest.raises(InputRefused, match='Did you mean "Norfolk"'):
        read_gias(path, la="Norfok")


def links(path: Path, *rows: str) -> Path:
    path = path / "links.csv"
    header = "URN,Group UID,Group Name,Group Type,Group Status"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_group_links_give_federation_and_trust(tmp_path: Path) -> None:
    beside = links(
        tmp_path,
        "120001,77,Old one,Federation,Closed",
        "120001,78,New one,Federation,Open",
        "120001,90,Big Trust,Multi-academy trust,Open",
        "20003,1,Centres,Children's Centres Group,Open",
    )
    given = first(write(tmp_path, {}), links=beside)
    assert (given["federation"], given["federation_name"]) == ("78", "New one")
    assert (given["trust"], given["trust_name"]) == ("90", "Big Trust")


def test_a_federation_known_by_name_only_gets_the_id_of_the_links(tmp_path: Path) -> None:
    beside = links(tmp_path, "120009,78,the green federation,Federation,Open")
    assert first(write(tmp_path, {}, header=SEARCH, extra=()), links=beside)["federation"] == "78"


def test_links_of_another_layout_are_refused(tmp_path: Path) -> None:
    beside = tmp_path / "links.csv"
    beside.write_text("URN,LinkURN,LinkType\n")
    with pytest.raises(InputRefused, match="lacks the columns Group UID"):
        read_gias(write(tmp_path, {}), links=beside)


def test_money_and_partnerships_come_from_files_beside_it(tmp_path: Path) -> None:
    money, soft = tmp_path / "cfr.csv", tmp_path / "soft.csv"
    money.write_text("urn,income,expenditure,reserve\n120001,512345.67,,-20\n120009,1,1,1\n")
    soft.write_text("urn,partnership,head\n120001,North,Vacant\n")
    path = write(tmp_path, {}, {"URN": "120002"})
    found, account = read_gias(path, cfr=money, partnerships=soft)
    one, two = (f["properties"] for f in found["features"])
    assert one["income"] == Decimal("512345.67")
    assert one["expenditure"] is None
    assert one["reserve"] == -20
    assert (one["partnership"], one["head"]) == ("North", "vacant")
    assert two["income"] is None
    assert "cfr.csv: not among the imported schools: 120009" in account.warnings


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("cfr", "LA,LA Name,URN\n", "other columns than a CFR return"),
        ("cfr", "urn,income,expenditure\n120001,-5,3\n", "out of range"),
        ("cfr", "urn,income,expenditure\n120001,5,SUPP\n", "suppressed"),
        ("cfr", "urn,income,expenditure\n120001,5\n", "2 cells where the header has 3"),
        ("cfr", "urn,income,expenditure\n,5,5\n", "is blank"),
        ("cfr", "urn,income,expenditure\n120001,5,5\n120001,5,5\n", "stands twice"),
        ("partnerships", "urn,partnership,head\n120001,North,Jane Doe\n", "not one of its words"),
        ("partnerships", "urn,partner\n120001,North\n", "other columns"),
    ],
)
def test_bad_files_beside_it_are_refused(
    tmp_path: Path, option: str, content: str, words: str
) -> None:
    beside = tmp_path / "beside.csv"
    beside.write_text(content)
    with pytest.raises(InputRefused) as caught:
        read_gias(write(tmp_path, {}), **{option: beside})
    assert words in str(caught.value)
    assert "beside.csv" in str(caught.value)
    assert "Jane" not in str(caught.value)


def test_what_is_imported_is_what_is_read_back(tmp_path: Path) -> None:
    path = write(tmp_path, {}, {"URN": "120002", "Easting": "622330", "Northing": "318997"})
    found, _ = read_gias(path)
    out = tmp_path / "schools.geojson"
    out.write_bytes(geojson_bytes(found))
    assert json.loads(out.read_bytes())["grouping"]["imported"] == 2
    assert read_schools(out).rows == schools_from_gias(path).rows


@real
def test_every_row_of_a_real_export_is_accounted_for() -> None:
    """Hampshire and Surrey, April 2022, untouched: 1,096 rows, 68 of them with further links."""
    found, account = read_gias(HAMPSHIRE)
    assert len(account.entries) == 1096
    assert account.imported == len(found["features"]) == 800
    assert account.reasons == {"no number of pupils": 296}
    given = [f["properties"] for f in found["features"]]
    assert sum(p["federation"] is not None for p in given) == 68
    assert Counter(p["local_authority"] for p in given).keys() == {"Hampshire", "Surrey"}
    assert len(list(csv.reader(io.StringIO(account.to_csv().decode("utf-8-sig"))))) == 1097


@real
def test_the_norfolk_register_is_read_to_the_metre(tmp_path: Path) -> None:
    schools = schools_from_gias(NORFOLK)
    assert len(schools) == 394
    lines = NORFOLK.read_text("cp1252").splitlines()
    by_urn = {int(row["URN"]): row for row in csv.DictReader(lines)}
    for school in schools.rows:
        row = by_urn[school.urn]
        assert (school.easting, school.northing) == (int(row["Easting"]), int(row["Northing"]))
        assert school.roll == int(row["NumberOfPupils"])
    maintained = {"Community school", "Foundation school", "Voluntary aided school"}
    maintained.add("Voluntary controlled school")
    small = [
        s
        for s in schools.rows
        if s.roll < 100 and s.phase == "Primary" and s.type in maintained and s.status == "Open"
    ]
    assert len(small) in (43, 44)
    federated = Counter(s.federation for s in schools.rows if s.federation)
    assert sum(federated.values()) == 47
    beside = tmp_path / "links.csv"
    beside.write_bytes(gzip.decompress(LINKS.read_bytes()))
    found, _ = read_gias(NORFOLK, links=beside)
    again = Counter(f["properties"]["federation"] for f in found["features"])
    del again[None]
    assert again == federated
