"""Every bad input of the corpus is refused in words that help, or accepted with a warning."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from grouping.errors import CapReached, InputRefused
from grouping.files.barriers import read_barriers
from grouping.files.geojson import read_schools
from grouping.files.gias import read_gias
from grouping.files.tables import read_edges, read_journeys
from grouping.world.schools import Schools

POINT = [1.0, 52.7]
MISSING = object()


def properties(**changes: Any) -> dict[str, Any]:
    given = {
        "urn": 120001,
        "name": "Elm Green",
        "roll": 61,
        "type": "Community school",
        "phase": "Primary",
        "religious_character": "Does not apply",
        "local_authority": "Norfolk",
    }
    return {k: v for k, v in (given | changes).items() if v is not MISSING}


def feature(geometry: Any = None, **changes: Any) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": POINT} if geometry is None else geometry
    return {"type": "Feature", "geometry": point, "properties": properties(**changes)}


def collection(*features: Any, **members: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members})


GOOD = collection(feature())


def at(longitude: Any, latitude: Any) -> str:
    return collection(feature({"type": "Point", "coordinates": [longitude, latitude]}))


def crs(name: Any, kind: str = "name") -> str:
    return collection(feature(), crs={"type": kind, "properties": {"name": name}})


def raw_point(text: str) -> str:
    return GOOD.replace("[1.0, 52.7]", text)


def raw_roll(text: str) -> str:
    return GOOD.replace('"roll": 61', f'"roll": {text}')


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(reader: Any, *given: Any) -> str:
    with pytest.raises(InputRefused) as caught:
        reader(*given)
    said = str(caught.value)
    assert caught.value.exit_code == 3
    assert "Traceback" not in said
    assert all(len(line) < 600 for line in said.splitlines())
    return said


REFUSED: list[tuple[str, str | bytes, list[str]]] = [
    ("1 empty file", b"", ["is empty"]),
    ("2 white space only", b" \n\t ", ["is empty"]),
    ("2 null", "null", ["not a FeatureCollection"]),
    ("4 web page", "<!DOCTYPE html><html>404</html>", ["web page", "download failed"]),
    ("5 zip", b"PK\x03\x04rest", ["Excel or zip"]),
    ("6 truncated", GOOD[:-40], ["line 1, column", "cut short", "feature 0"]),
    ("6 truncated in text", GOOD[: GOOD.index("Elm") + 2], ["cut short"]),
    ("7 trailing comma", GOOD.replace("61,", "61,,"), ["line 1, column"]),
    ("7 trailing comma in object", GOOD[:-1] + ",}", ["comma too many", "column"]),
    ("7 trailing comma in list", GOOD.replace("52.7]", "52.7,]"), ["comma too many"]),
    ("7 comment", "// schools\n" + GOOD, ["comment", "line 1"]),
    ("7 single quotes", GOOD.replace('"urn"', "'urn'"), ["single quotes", "double quotes"]),
    ("8 text after the end", GOOD + " thanks", ["more text after the end"]),
    ("8 two documents", GOOD + "\n" + GOOD, ["GeoJSON lines", "line 2, column 1"]),
    ("11 UTF-16", GOOD.encode("utf-16"), ["UTF-16"]),
    ("11 UTF-16 without a mark", GOOD.encode("utf-16-le"), ["UTF-16"]),
    (
        "12 cp1252",
        GOOD.replace("Elm", "Élm").replace("\\u00c9", "É").encode("cp1252"),
        ["not UTF-8", "byte 0xc9 at byte", "cp1252", "line 1", "feature 0"],
    ),
    ("15 swapped", at(52.7, 1.0), ["outside Great Britain; swapped it would be inside"]),
    ("16 metres", at(622330, 318997), ["EPSG:27700", "Save the file in WGS84"]),
    ("17 crs 27700", crs("urn:ogc:def:crs:EPSG::27700"), ["other than WGS84", "27700"]),
    ("18 unknown crs", crs("EPSG:999999"), ["other than WGS84"]),
    ("19 degrees labelled 3857", crs("EPSG:3857"), ["other than WGS84"]),
    ("20 crs by link", crs("http://127.0.0.1:9/crs", "link"), ["other than WGS84"]),
    ("20 crs null", collection(feature(), crs=None), ["other than WGS84"]),
    ("20 crs in a feature", collection({**feature(), "crs": "x"}), ["feature 0", "other than"]),
    ("22 null geometry", collection({**feature(), "geometry": None}), ["feature 0", "no geometry"]),
    (
        "22 no geometry key",
        collection({"type": "Feature", "properties": properties()}),
        ["URN 120001", "no geometry"],
    ),
    ("22 no coordinates", raw_point("[]"), ["no longitude and latitude"]),
    ("22 one coordinate", raw_point("[1]"), ["no longitude and latitude"]),
    ("23 coordinates as text", at("1.0", "52.7"), ["not numbers", "not in quotes"]),
    ("24 NaN coordinate", raw_point("[NaN, 52.7]"), ["NaN", "feature 0", "URN 120001"]),
    ("24 Infinity coordinate", raw_point("[1.0, Infinity]"), ["Infinity"]),
    ("25 1e999", raw_point("[1e999, 52.7]"), ["not a finite point"]),
    ("25 an endless exponent", raw_point("[1e99999999999999999999, 52.7]"), ["not a finite"]),
    ("26 latitude 91", at(1.0, 91), ["outside Great Britain"]),
    ("26 0, 0", at(0, 0), ["is 0, 0"]),
    ("26 abroad", at(8.5, 47.4), ["outside Great Britain", "-8.7 to 1.8"]),
    (
        "27 two points",
        collection(feature({"type": "MultiPoint", "coordinates": [POINT, POINT]})),
        ["is not a Point", "MultiPoint"],
    ),
    (
        "27 polygon",
        collection(feature({"type": "Polygon", "coordinates": [[POINT, POINT, POINT, POINT]]})),
        ["is not a Point", "Polygon"],
    ),
    (
        "27 geometry collection",
        collection(feature({"type": "GeometryCollection", "geometries": []})),
        ["is not a Point"],
    ),
    (
        "28 unclosed ring",
        collection(feature({"type": "Polygon", "coordinates": [[POINT, [1, 53]]]})),
        ["is not a Point"],
    ),
    (
        "29 misspelt type",
        collection(feature({"type": "Pont", "coordinates": POINT})),
        ["is not a Point", "Pont"],
    ),
    ("31 same row twice", collection(feature(), feature()), ["stands twice", "both say the same"]),
    (
        "32 one URN, two schools",
        collection(feature(), feature(name="Oak", roll=9)),
        ["feature 1", "stands twice, first in feature 0", "differ in name, roll"],
    ),
    ("33 URN missing", collection(feature(urn=MISSING)), ["feature 0", '"urn"', "is missing"]),
    ("33 URN blank", collection(feature(urn=" ")), ["is missing"]),
    ("34 URN shortened", GOOD.replace("120001", "1.23E+05"), ["shortened by a spreadsheet"]),
    ("34 URN shortened, text", collection(feature(urn="1.23E+05")), ["shortened by a spread"]),
    ("35 URN of five digits", collection(feature(urn=12001)), ["is not a URN", "six digits"]),
    ("35 LA and number", collection(feature(urn="926/2001")), ["is not a URN"]),
    ("37 key twice", raw_roll('61, "roll": 62'), ['key "roll" twice', "feature 0", "120001"]),
    ("38 Roll and roll", collection(feature(Roll=1)), ["stands twice", "Roll"]),
    ("38 Pupils and pupils", collection(feature(Pupils=1, pupils=2)), ["stands twice"]),
    *[
        (f"40 roll {word}", collection(feature(roll=word)), ["suppressed or unknown", word])
        for word in ("SUPP", "NA", "LOWCOV", "c", "x", "z", "-", "..")
    ],
    ("41 roll null", collection(feature(roll=None)), ['"roll"', "is missing"]),
    ("41 roll missing", collection(feature(roll=MISSING)), ['"roll"', "is missing"]),
    (
        "41 roll under another name",
        collection(feature(roll=MISSING, NumberOfPupils=61)),
        ['rename that to "roll"'],
    ),
    ("43 60%", collection(feature(roll="60%")), ["not a plain number"]),
    ("43 no-break space", collection(feature(roll="\u00a061")), ["not a plain number"]),
    ("43 Unicode minus", collection(feature(roll="\u221261")), ["not a plain number"]),
    ("43 digits of another script", collection(feature(roll="६१")), ["not a plain number"]),
    ("44 60.5", collection(feature(roll=60.5)), ["not a whole number", "60.5"]),
    ("44 true", collection(feature(roll=True)), ["true or false", "not a number"]),
    ("44 list", collection(feature(roll=[61])), ["a list"]),
    ("44 object", collection(feature(roll={"a": 1})), ["an object"]),
    ("45 negative", collection(feature(roll=-1)), ["out of range", "0 to 9,999"]),
    ("45 too large", collection(feature(roll=10_000)), ["out of range"]),
    ("46 2^63", collection(feature(roll=2**63)), ["out of range"]),
    ("46 10^40", collection(feature(roll=10**40)), ["out of range"]),
    ("46 1e400", raw_roll("1e400"), ["out of range"]),
    ("46 5,000 digits", raw_roll("9" * 5_000), ["out of range"]),
    ("47 NaN pupils", raw_roll("NaN"), ["NaN", 'field "roll"', "feature 0"]),
    ("47 inf pupils", raw_roll("-Infinity"), ["Infinity"]),
    ("51 NUL in name", collection(feature(name="St\0Mary")), ["NUL"]),
    ("61 no features", collection(), ["holds no schools"]),
    ("62 name missing", collection(feature(name=MISSING, SCHNAME="x")), ['rename that to "name"']),
    ("63 deep JSON", "[" * 100_000 + "]" * 100_000, ["nested too deeply"]),
    (
        "63 deep property",
        collection(feature(extra=json.loads("[" * 60 + "]" * 60))),
        ["nested too deeply"],
    ),
    ("66 gzip", b"\x1f\x8b\x08rest", ["gzip"]),
    ("67 KML", '<?xml version="1.0"?><kml></kml>', ["XML"]),
    ("68 VRT", "<OGRVRTDataSource></OGRVRTDataSource>", ["VRT"]),
    ("68 GeoPackage", b"SQLite format 3\0rest", ["GeoPackage"]),
    ("68 CSV", "urn,name,roll\n120001,Elm,61\n", ["not JSON"]),
    ("type unknown", collection(feature(type="Comunity school")), ['mean "Community school"']),
    ("status unknown", collection(feature(status="Opened")), ["not a known status"]),
    ("date wrong", collection(feature(open_date="01-09-2019")), ["YYYY-MM-DD"]),
    ("date impossible", collection(feature(open_date="2019-02-30")), ["not a date"]),
    ("money suppressed", collection(feature(income="SUPP")), ["leave it blank"]),
    ("a single feature", json.dumps(feature()), ["single Feature"]),
    ("TopoJSON", json.dumps({"type": "Topology"}), ["TopoJSON"]),
    ("features no list", json.dumps({"type": "FeatureCollection"}), ["no list of features"]),
    ("a feature that is none", collection(3), ["not a GeoJSON Feature"]),
    ("properties a list", collection({**feature(), "properties": [1]}), ["is not an object"]),
]


@pytest.mark.parametrize(
    ("content", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_bad_schools_file_is_refused_in_words_that_help(
    tmp_path: Path, content: str | bytes, words: list[str]
) -> None:
    said = refusal(read_schools, write(tmp_path / "schools.geojson", content))
    assert "schools.geojson" in said
    for word in words:
        assert word in said


ACCEPTED: list[tuple[str, str | bytes, str, Any]] = [
    ("9 byte-order mark", b"\xef\xbb\xbf" + GOOD.encode(), "", None),
    ("14 mojibake", collection(feature(name="CafÃ© school")), "wrongly decoded", None),
    ("14 C1 controls", collection(feature(name="A\x96B")), "wrongly decoded", None),
    ("21 height", raw_point("[1.0, 52.7, 12.5]"), "", ("latitude", 52.7)),
    (
        "27 one point",
        collection(feature({"type": "MultiPoint", "coordinates": [POINT]})),
        "",
        ("longitude", 1.0),
    ),
    ("30 one site", collection(feature(), feature(urn=120002)), "same point", None),
    ("34 URN with .0", GOOD.replace("120001", "120001.0"), "decimal point", ("urn", 120001)),
    ("34 URN as text", collection(feature(urn="120001")), "", ("urn", 120001)),
    (
        "36 one id twice",
        collection({**feature(), "id": 1}, {**feature(urn=120002), "id": 1}),
        "",
        None,
    ),
    ("42 text", collection(feature(roll="61")), "", ("roll", 61)),
    ("43 1,024", collection(feature(roll="1,024")), "", ("roll", 1024)),
    ("43 a space", collection(feature(roll=" 61")), "", ("roll", 61)),
    ("44 61.0", raw_roll("61.0"), "", ("roll", 61)),
    ("45 zero", collection(feature(roll=0)), "roll 0", ("roll", 0)),
    ("45 large", collection(feature(roll=5001)), "above 5,000", ("roll", 5001)),
    ("48 over capacity", collection(feature(capacity=60)), "above capacity", ("capacity", 60)),
    ("49 closed", collection(feature(status="closed")), "", ("status", "Closed")),
    ("49 secondary", collection(feature(phase="SECONDARY")), "", ("phase", "Secondary")),
    ("49 a new phase", collection(feature(phase="Upper")), "does not have", ("phase", "Upper")),
    *[
        (f"50 named {name}", collection(feature(name=name)), "", ("name", name))
        for name in ("NA", "None", "null", "True")
    ],
    (
        "52 lone surrogate",
        GOOD.replace("Elm", "\\ud800lm"),
        "wrongly decoded",
        ("name", "\ufffdlm Green"),
    ),
    (
        "53 markup",
        collection(feature(name="<script>]]>")),
        "",
        ("name", "<script>]]>"),
    ),
    ("54 formula", collection(feature(name="=1+1")), "", ("name", "=1+1")),
    ("55 direction", collection(feature(name="a\u202eb\u200bc")), "unseen", ("name", "abc")),
    ("55 long name", collection(feature(name="x" * 10_000)), "cut at 200", ("name", "x" * 200)),
    ("no phase", collection(feature(phase=None)), "no phase", ("phase", "Primary")),
    (
        "no religious character",
        collection(feature(religious_character="")),
        "unknown religious",
        ("religious_character", None),
    ),
    (
        "no authority",
        collection(feature(local_authority=None)),
        "rule of one authority",
        ("local_authority", None),
    ),
    ("federation 1992.0", collection(feature(federation=1992.0)), "", ("federation", "1992")),
    (
        "federation Not applicable",
        collection(feature(federation="Not applicable")),
        "leave it blank",
        ("federation", "Not applicable"),
    ),
    ("a near name", collection(feature(Head="vacant")), 'rename it to "head"', ("head", "unknown")),
    ("FSM suppressed", collection(feature(fsm_percent="SUPP")), "fsm_percent is not", None),
    ("crs CRS84", crs("urn:ogc:def:crs:OGC:1.3:CRS84"), "", None),
    ("crs 4326", crs("urn:ogc:def:crs:EPSG::4326"), "", None),
]


@pytest.mark.parametrize(
    ("content", "warning", "value"),
    [case[1:] for case in ACCEPTED],
    ids=[case[0] for case in ACCEPTED],
)
def test_an_odd_schools_file_is_accepted_with_a_warning(
    tmp_path: Path, content: str | bytes, warning: str, value: tuple[str, Any] | None
) -> None:
    schools = read_schools(write(tmp_path / "schools.geojson", content))
    if warning:
        assert any(warning in said for said in schools.warnings), schools.warnings
    else:
        assert not [w for w in schools.warnings if "school" not in w]
    if value is not None:
        assert getattr(schools.rows[0], value[0]) == value[1]


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    bad = [feature(urn=120001 + k, roll=-1) for k in range(25)]
    path = write(tmp_path / "schools.geojson", collection(*bad))
    with pytest.raises(InputRefused) as caught:
        read_schools(path)
    assert len(caught.value.faults) == 25
    assert str(caught.value).endswith("and 5 more.")
    assert "feature 3, URN 120004" in str(caught.value)


def test_a_head_that_is_no_known_word_is_never_shown(tmp_path: Path) -> None:
    """It may be a person's name."""
    path = write(tmp_path / "schools.geojson", collection(feature(head="Jane Doe")))
    with pytest.raises(InputRefused) as caught:
        read_schools(path)
    assert "Jane" not in str(caught.value)
    assert caught.value.faults[0].value is None
    assert "in post, leaving, vacant, shared, unknown" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("https://example.org/schools.geojson", "not a local file"),
        ("/vsicurl/http://x/y.geojson", "not a local file"),
        ('{"type": "FeatureCollection", "features": []}', "not a local file"),
        ("nowhere.geojson", "does not exist"),
        ("/dev/zero", "not a regular file"),
        ("a\0b", "not a local file"),
    ],
)
def test_only_local_regular_files_are_read(given: str, words: str) -> None:
    if given.startswith("/dev") and not Path(given).exists():
        pytest.skip("no such device here")
    assert words in refusal(read_schools, given)


def test_a_folder_and_a_fifo_are_refused(tmp_path: Path) -> None:
    assert "is a folder" in refusal(read_schools, tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "not a regular file" in refusal(read_schools, tmp_path / "pipe")


def test_a_file_above_300_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "schools.geojson"
    with path.open("wb") as handle:
        handle.truncate(300_000_001)
    with pytest.raises(CapReached, match="larger than 300 MB") as caught:
        read_schools(path)
    assert caught.value.exit_code == 8


def test_a_million_features_are_refused_before_they_are_parsed(tmp_path: Path) -> None:
    path = write(tmp_path / "schools.geojson", '{"type":"Feature"},' * 1_000_000)
    with pytest.raises(CapReached, match="1,000,000 features"):
        read_schools(path)


TABLE = "from_urn,to_urn,minutes\n120001,120002,12.5\n"
BAD_TABLES: list[tuple[str, str | bytes, list[str]]] = [
    ("1 empty", b"", ["is empty"]),
    ("4 web page", "<html></html>", ["web page"]),
    ("5 spreadsheet", b"PK\x03\x04", ["Excel or zip"]),
    ("11 UTF-16", TABLE.encode("utf-16"), ["UTF-16"]),
    ("39 column twice", "from_urn,from_urn,minutes\n", ["other columns", '"to_urn" is missing']),
    ("56 one cell too many", TABLE + "120001,120003,5,\n", ["row 3", "4 cells"]),
    ("57 short row", TABLE + "120001,120003\n", ["row 3", "2 cells where the header has 3"]),
    ("58 semicolons", TABLE.replace(",", ";"), ["not separated by commas"]),
    ("59 unclosed quote", TABLE + '120001,"120003,5\n1,2,3\n', ["row 3", "quotes"]),
    ("60 total row", TABLE + "Total,,12.5\n", ["row 3", "not a URN", "is blank"]),
    ("62 wrong column", TABLE.replace("minutes", "minute"), ['"minutes" is missing ("minute"?)']),
    ("71 square", ",120001,120002\n120001,0,5\n", ["other columns"]),
    ("71 blank", TABLE + "120001,120003, \n", ["row 3", "is blank"]),
    ("71 negative", TABLE + "120001,120003,-1\n", ["row 3", "is negative"]),
    ("71 NaN", TABLE + "120001,120003,NaN\n", ["row 3", "not a number", "NaN"]),
    ("71 inf", TABLE + "120001,120003,inf\n", ["not a number"]),
    ("71 underscore", TABLE + "120001,120003,1_0\n", ["not a number"]),
    ("71 1e9", TABLE + "120001,120003,1e9\n", ["100,000 minutes", "seconds or metres"]),
    ("71 1e9999", TABLE + "120001,120003,1e9999\n", ["100,000 minutes"]),
    ("71 other minutes", TABLE + "120001,120002,13\n", ["row 3", "again, with other minutes"]),
]


@pytest.mark.parametrize(
    ("content", "words"), [case[1:] for case in BAD_TABLES], ids=[case[0] for case in BAD_TABLES]
)
def test_a_bad_table_of_journeys_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, words: list[str]
) -> None:
    said = refusal(read_journeys, write(tmp_path / "journeys.csv", content), {120001, 120002})
    for word in words:
        assert word in said


def test_bad_edges_are_refused_with_their_line(tmp_path: Path) -> None:
    path = write(tmp_path / "edges.csv", "from_urn,to_urn\n120001,x\n120001\n")
    said = refusal(read_edges, path, {120001})
    assert "row 2" in said
    assert "row 3" in said


def line(kind: str, coordinates: Any) -> str:
    geometry = {"type": kind, "coordinates": coordinates}
    return collection({"type": "Feature", "properties": None, "geometry": geometry})


BAD_BARRIERS: list[tuple[str, str, list[str]]] = [
    ("22 no geometry", collection({"type": "Feature", "geometry": None}), ["no geometry"]),
    ("23 text", line("LineString", [["1", "52"], ["1", "53"]]), ["not two numbers"]),
    ("24 NaN", line("LineString", [[1, 52], [1, float("nan")]]), ["NaN"]),
    ("15 swapped", line("LineString", [[52, 1], [53, 1]]), ["swapped"]),
    ("16 metres", line("LineString", [[6e5, 3e5], [6e5, 4e5]]), ["far from Great Britain"]),
    ("27 polygon", line("Polygon", [[[1, 52], [1, 53], [2, 52], [1, 52]]]), ["not a line"]),
    ("one vertex", line("LineString", [[1, 52]]), ["fewer than two vertices"]),
    ("20 crs", collection(crs={"type": "link"}), ["other than WGS84"]),
]


@pytest.mark.parametrize(
    ("content", "words"),
    [case[1:] for case in BAD_BARRIERS],
    ids=[case[0] for case in BAD_BARRIERS],
)
def test_bad_barriers_are_refused(tmp_path: Path, content: str, words: list[str]) -> None:
    said = refusal(read_barriers, write(tmp_path / "rivers.geojson", content))
    for word in words:
        assert word in said


def test_a_register_with_other_columns_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path / "gias.csv", "URN,EstablishmentNam,NumberOfPupil\n1,a,2\n")
    said = refusal(read_gias, path)
    assert '"EstablishmentName" ("EstablishmentNam"?)' in said


def test_good_stays_good(tmp_path: Path) -> None:
    """The base of every case above is itself accepted without a warning."""
    schools = read_schools(write(tmp_path / "schools.geojson", GOOD))
    assert isinstance(schools, Schools)
    assert schools.warnings == ()
    assert re.fullmatch("[0-9a-f]{64}", schools.sha256)
