"""One step from the register and all that lies beside it to one schools.geojson."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grouping.errors import InputRefused, UsageRefused
from grouping.files.arrangements import read_arrangements
from grouping.files.geojson import read_schools
from grouping.files.gias import read_gias
from test_gias import DAILY, write
from workbooks import workbook

SHARED = Path(__file__).parents[2] / "shared" / "data"
NORFOLK = SHARED / "norfolk_gias_layout_reconstructed_2022-07.csv"
HAMPSHIRE = SHARED / "raw_gias_export_hampshire_surrey_2022-04-20.csv"
real = pytest.mark.skipif(not NORFOLK.exists(), reason="the shared data is not here")

CENSUS = "urn,R,Y1,Y2,Y3,Y4,Y5,Y6\n"
NOBODY = {"FederationFlag (name)": "Not under a federation"}


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def everything(folder: Path) -> dict[str, Any]:
    """Files for two schools, 120001 and 120002, of every kind."""
    links = "URN,Group UID,Group Name,Group Type,Group Status,Joined date\n"
    links += "120001,78,Two,Federation,Open,01-09-2019\n120002,78,Two,Federation,Open,2020-01-06\n"
    totals = "URN,Income,Expenditure,Balance,Academic Year\n120001,500000,510000,-10000,2018\n"
    rows = [("urn", "partnership", "head"), (120001, "North", "vacant"), (120002, "North", None)]
    return {
        "links": put(folder, "links.csv", links),
        "cfr": put(folder, "cfr.csv", totals),
        "rolls": put(folder, "rolls.csv", CENSUS + "120001,9,9,9,9,9,9,9\n120002,8,8,8,8,8,8,8\n"),
        "partnerships": put(folder, "soft.xlsx", workbook(rows)),
        "forecast": put(folder, "forecast.csv", "urn,year,roll\n120002,2027,44\n"),
        "year": 2027,
    }


def test_every_column_says_where_it_came_from_and_of_which_date(tmp_path: Path) -> None:
    register = write(
        tmp_path, {}, {"URN": "120002", "NumberOfPupils": ""}, header=[*DAILY, "CensusDate"]
    )
    found, account = read_gias(register, **everything(tmp_path))
    one, two = (f["properties"] for f in found["features"])
    assert (one["roll"], one["roll_register"], one["year_6"]) == (63, 61, 9)
    assert (two["roll"], two["roll_register"], two["year_6"]) == (44, None, 8)
    assert (one["income"], one["expenditure"], two["income"]) == (500000, 510000, None)
    assert (one["partnership"], one["head"], two["head"]) == ("North", "vacant", None)
    assert (one["federation"], two["federation"]) == ("78", "78")
    about = found["grouping"]
    columns = about["columns"]
    assert about["what_if"] == "rolls of 2027"
    assert columns["income"] == {
        "from": "cfr.csv",
        "date": "the financial year that ended in March 2018",
        "known": 1,
    }
    assert columns["roll"]["from"] == "rolls.csv (1 schools), forecast.csv (1 schools)"
    assert "forecast.csv: forecast for 2027" in columns["roll"]["date"]
    assert columns["federation"]["date"] == "joined up to 2020-01-06"
    assert columns["partnership"] == {
        "from": "soft.xlsx",
        "date": "not said in the file",
        "known": 2,
    }
    written = {name for f in found["features"] for name in f["properties"]}
    assert written <= columns.keys(), "every column has its origin"
    assert [s["file"] for s in about["sources"]] == [
        "gias.csv",
        "links.csv",
        "rolls.csv",
        "forecast.csv",
        "cfr.csv",
        "soft.xlsx",
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", s["sha256"]) for s in about["sources"])
    assert any("what-if" in said for said in account.warnings)


def test_faults_of_all_the_files_are_told_together(tmp_path: Path) -> None:
    beside = everything(tmp_path)
    beside["cfr"].write_text("urn,income,expenditure\n120001,x1,5\n")
    beside["rolls"].write_text(CENSUS + "120001,9,9,9,9,9,9,-9\n")
    beside["forecast"].write_text("urn,year,roll\n120001,2027,\n")
    beside["partnerships"].write_bytes(workbook([("urn", "partnership"), ("Elm", "North")]))
    register = write(tmp_path, {"SchoolCapacity": "x"})
    with pytest.raises(InputRefused) as caught:
        read_gias(register, **beside)
    files = [fault.file for fault in caught.value.faults]
    assert files == ["cfr.csv", "rolls.csv", "forecast.csv", "soft.xlsx", "gias.csv"]


def test_a_census_speaks_for_primary_schools_only(tmp_path: Path) -> None:
    second = {"URN": "120002", "PhaseOfEducation (name)": "All-through"}
    census = put(tmp_path, "rolls.csv", CENSUS + "120001,9,9,9,9,9,9,9\n120002,8,8,8,8,8,8,8\n")
    found, account = read_gias(write(tmp_path, {}, second), rolls=census)
    assert [f["properties"]["roll"] for f in found["features"]] == [63, 61]
    assert "1 schools keep the register's roll: 120002" in account.warnings


@pytest.mark.parametrize("only", [{"year": 2027}, {"forecast": "x.csv"}, {"cfr_year": "2018"}])
def test_options_that_need_another_are_refused_without_it(
    tmp_path: Path, only: dict[str, Any]
) -> None:
    with pytest.raises(UsageRefused):
        read_gias(write(tmp_path, {}), **only)


def test_a_joint_return_that_totals_do_not_mark_is_no_figure_of_one_school(tmp_path: Path) -> None:
    """Two schools federated, one return of twice what schools of the size have: held unknown."""
    federated = {"Federations (code)": "7", "Federations (name)": "Two"}
    rows = [{**NOBODY, "URN": str(120010 + k), "NumberOfPupils": str(58 + k)} for k in range(6)]
    register = write(tmp_path, federated, {"URN": "120002", **federated}, *rows)
    sums = [f"{120010 + k},{400_000 + k},390000,1,2018" for k in range(6)]
    top = "URN,Income,Expenditure,Balance,Academic Year\n"
    path = put(tmp_path, "cfr.csv", "\n".join([top + "120001,800000,790000,10000,2018", *sums]))
    found, account = read_gias(register, cfr=path)
    lead = found["features"][0]["properties"]
    assert (lead["income"], lead["expenditure"]) == (None, None)
    assert "joint" in lead["return_note"]
    assert any("120001 (800,000 GBP)" in said for said in account.warnings)
    path.write_text("\n".join([top + "120001,500000,490000,10000,2018", *sums]))
    found, _ = read_gias(register, cfr=path)
    assert found["features"][0]["properties"]["income"] == 500_000
    path.write_text("\n".join([top + "120001,800000,7,1,2018\n120002,9,7,1,2018", *sums]))
    found, account = read_gias(register, cfr=path)
    assert found["features"][0]["properties"]["income"] == 800_000
    assert any("check whether it is a joint return: 120001" in said for said in account.warnings)


# ---- arrangements to confirm


def test_heads_of_one_name_suggest_and_their_names_stay_nowhere(tmp_path: Path) -> None:
    """Same name whatever the case and spaces; not where all are one federation already."""
    one = {**NOBODY, "HeadFirstName": " hildegard ", "HeadLastName": "SECRETNAME"}
    other = {"HeadFirstName": "Otto", "HeadLastName": "Hidden"}
    register = write(
        tmp_path,
        {**one, "URN": "120003"},
        {**one, "URN": "120002"},
        {**other, "URN": "120004"},
        {**other, "URN": "120005"},
        {**NOBODY, "URN": "120006", "HeadFirstName": "", "HeadLastName": ""},
        {**one, "URN": "120007", "EstablishmentStatus (name)": "Closed"},
    )
    found, account = read_gias(register)
    assert account.arrangements == b"\xef\xbb\xbfgroup,urns\r\n1,120002 120003\r\n"
    everything_said = json.dumps(found, default=str) + str(account) + account.to_csv().decode()
    for name in ("hildegard", "secretname", "otto", "hidden"):
        assert name not in everything_said.casefold()


def test_a_confirmed_partnership_needs_no_confirming(tmp_path: Path) -> None:
    soft = put(tmp_path, "soft.csv", "urn,partnership\n120001,N\n120002,N\n")
    register = write(tmp_path, NOBODY, {**NOBODY, "URN": "120002"})
    assert read_gias(register)[1].arrangements == b"\xef\xbb\xbfgroup,urns\r\n1,120001 120002\r\n"
    _, account = read_gias(register, partnerships=soft)
    assert account.arrangements == b"\xef\xbb\xbfgroup,urns\r\n"


def test_a_register_without_heads_asks_nothing(tmp_path: Path) -> None:
    header = [name for name in DAILY if not name.startswith("Head")]
    assert read_gias(write(tmp_path, {}, header=header))[1].arrangements is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("group,urn\n1,120001 120002\n", "other columns"),
        ("group,urns\n,120001 120002\n", "blank"),
        ("group,urns\none,120001 120002\n", "not a plain number"),
        ("group,urns\n0,120001 120002\n", "out of range"),
        ("group,urns\n1,120001\n", "is no group"),
        ("group,urns\n1,\n", "is no group"),
        ("group,urns\n1,120001 120001\n", "is no group"),
        ("group,urns\n1,120001;120002\n", "not a URN"),
        ("group,urns\n1,120001 Elm\n", "not a URN"),
        ("group,urns\n1,120001 120002\n1,120003 120004\n", "stands twice"),
        ("group,urns\n1,120001 120002,3\n", "3 cells"),
    ],
)
def test_bad_arrangements_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_arrangements(put(tmp_path, "arrangements.csv", text))
    assert words in str(caught.value)
    assert "arrangements.csv" in str(caught.value)
    assert "Elm" not in str(caught.value), "a name may have been written in"


# ---- the command


def run(*given: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grouping", *map(str, given)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_writes_all_or_nothing(tmp_path: Path) -> None:
    beside = everything(tmp_path)
    register = write(tmp_path, NOBODY, {**NOBODY, "URN": "120002"})
    options = [part for name, value in beside.items() for part in (f"--{name}", value)]
    out = tmp_path / "out"
    done = run("import", "gias", register, *options, "-o", out / "schools.geojson")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in out.iterdir()) == [
        "arrangements-to-confirm.csv",
        "schools-account.csv",
        "schools.geojson",
    ]
    assert len(read_schools(out / "schools.geojson")) == 2
    assert "Hildegard" not in done.stdout + done.stderr
    again = tmp_path / "again"
    beside["rolls"].write_text(CENSUS + "120001,9,9,9,9,9,9,x9\n")
    done = run("import", "gias", register, *options, "-o", again / "schools.geojson")
    assert done.returncode == 3
    assert 'rolls.csv, row 2, URN 120001, field "Y6", value "x9"' in done.stderr
    assert not again.exists()


@real
def test_real_norfolk_in_one_step() -> None:
    found, account = read_gias(
        NORFOLK,
        links=SHARED / "gias_group_links_2022-08.csv.gz",
        cfr=SHARED / "england_cfr_totals_2014_2018.csv.gz",
        rolls=SHARED / "norfolk_spc_year_groups_2022-23.csv",
    )
    given = [f["properties"] for f in found["features"]]
    assert account.imported == 400
    assert sum(p["year_r"] is not None for p in given) == 395
    assert sum(p["income"] is not None for p in given) == 140
    joint = sorted(p["urn"] for p in given if "joint" in (p["return_note"] or ""))
    assert joint == [120797, 120809, 120835, 120884, 121036, 121050, 121128, 121203, 138796]
    assert not any(p["income"] == 0 or p["expenditure"] == 0 for p in given)


@real
def test_real_heads_of_one_name_are_counted_and_not_named() -> None:
    _, account = read_gias(HAMPSHIRE)
    assert account.arrangements is not None
    lines = account.arrangements.decode("utf-8-sig").split()
    assert lines[0] == "group,urns"
    assert re.fullmatch(r"[0-9 ,\r\n]*", account.arrangements.decode("utf-8-sig")[12:])
    assert len(account.arrangements.splitlines()) > 10
