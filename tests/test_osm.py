"""Extracts of the map: whole or refused; the same by both readers; the cache of times."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from a_map import MILE, Map, schools_geojson
from grouping.errors import CapReached, InputRefused
from grouping.files import cache, osm, pbf, travel
from grouping.files.geojson import read_schools
from grouping.world.network import main_part, network

pytest.importorskip("osmium")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def three_villages() -> Map:
    m = Map(a=(0, 0), b=(MILE, 0), c=(2 * MILE, 0), d=(2 * MILE, MILE))
    return m.way("a b c", name="High Street", maxspeed="30 mph").way("c d", oneway="yes").way(
        "d c", highway="track"
    ).way("d a", highway="primary", name='The "Old" Road \\ A1').place("b", "village")  # fmt: skip


def schools(path: Path, **points: Any) -> Any:
    given = points.get("points") or {
        100_001: (0, 10),
        100_002: (MILE, 10),
        100_003: (2 * MILE, 900),
    }
    path.write_text(json.dumps(schools_geojson(given)))
    return read_schools(path)


def test_both_readers_give_the_same_roads(tmp_path: Path) -> None:
    path = three_villages().write(tmp_path / "m.osm.pbf")
    read = [reader(path)[:2] for reader in (osm.by_osmium, osm.by_gdal)]
    made = [network(w.extract(p, "", "", ""), travel.road_speeds()) for w, p in read]
    assert sorted(made[0].micros) == sorted(made[1].micros)
    assert [p.name for _, places in read for p in places] == ["b", "b"]
    names = [{t.get("name") for t in ways.tags} for ways, _ in read]
    assert names[0] == names[1] == {"High Street", 'The "Old" Road \\ A1', None}


def test_without_osmium_gdal_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = three_villages().write(tmp_path / "m.osm.pbf")
    with_osmium = osm.read_extract(path)
    monkeypatch.setattr(osm, "find_spec", lambda name: None)
    without = osm.read_extract(path)
    assert with_osmium.sha256 == without.sha256
    assert [dict(t) for t in without.tags] == [dict(t) for t in with_osmium.tags]


def test_the_date_of_the_map_is_told(tmp_path: Path) -> None:
    stamp = {"osmosis_replication_timestamp": "2026-03-04T20:21:45Z"}
    assert osm.read_extract(three_villages().write(tmp_path / "m.osm.pbf", **stamp)).dated == (
        "2026-03-04"
    )
    assert osm.read_extract(three_villages().write(tmp_path / "n.osm.pbf")).dated == ""


def whole_bytes(tmp_path: Path) -> bytes:
    return three_villages().write(tmp_path / "whole.osm.pbf").read_bytes()


def flipped(raw: bytes) -> bytes:
    """Damage the last block inside, where its length still fits."""
    at = len(raw) - 40
    return raw[:at] + bytes(b ^ 0xFF for b in raw[at : at + 20]) + raw[at + 20 :]


BAD = {
    "empty": (lambda raw: b"", "is empty"),
    "cut short in a body": (lambda raw: raw[:-10], "is cut short"),
    "cut short in a header": (lambda raw: raw + raw[:9], "is cut short"),
    "header alone": (lambda raw: raw[: raw.index(b"OSMData") - 6], "has a header and no data"),
    "damaged between blocks": (lambda raw: raw + b"\0\0\0\x0cnot a header", "is damaged"),
    "damaged inside": (flipped, "is damaged inside"),
    "web page": (lambda raw: b"<!DOCTYPE html><p>404", "is a web page"),
    "xml": (lambda raw: b"<?xml version='1.0'?><osm/>", "is XML"),
    "bzip2": (lambda raw: b"BZh91AY&SY", "is compressed (bzip2)"),
    "gzip": (lambda raw: b"\x1f\x8b\x08\0\0\0\0", "is compressed (gzip)"),
    "zip": (lambda raw: b"PK\x03\x04....", "zip file"),
    "text": (lambda raw: b"from_urn,to_urn,minutes\n", "is not an OpenStreetMap extract"),
    "another pbf": (lambda raw: raw.replace(b"OSMHeader", b"XXXHeader"), "is not an OpenStreetMap"),
}


@pytest.mark.parametrize("reader", ["osmium", "gdal"])
@pytest.mark.parametrize("case", list(BAD))
def test_bad_extracts_are_refused(
    tmp_path: Path, case: str, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reader == "gdal":
        monkeypatch.setattr(osm, "find_spec", lambda name: None)
    change, said = BAD[case]
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(change(whole_bytes(tmp_path)))
    with pytest.raises(InputRefused) as refused:
        osm.read_extract(path)
    assert said in str(refused.value)
    assert "bad.osm.pbf" in str(refused.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("none.osm.pbf", "does not exist"), ("", "is a folder"),
        ("https://example.org/norfolk.osm.pbf", "is not a local file"),
        ("/vsicurl/http://x/norfolk.osm.pbf", "is not a local file"),
        ("pipe.osm.pbf", "is not a regular file"),
    ],
)  # fmt: skip
def test_what_is_no_local_file_is_refused(tmp_path: Path, given: str, said: str) -> None:
    if given == "pipe.osm.pbf":
        os.mkfifo(tmp_path / given)
    path = given if "/" in given else str(tmp_path / given)
    with pytest.raises(InputRefused, match=said):
        osm.read_extract(path)


def test_a_country_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = three_villages().write(tmp_path / "m.osm.pbf")
    monkeypatch.setattr(pbf, "MOST_BYTES", 100)
    with pytest.raises(CapReached, match="your county"):
        osm.read_extract(path)


def test_an_extract_without_roads_is_refused(tmp_path: Path) -> None:
    found = schools(tmp_path / "s.geojson")
    path = Map(a=(0, 0), b=(9, 9)).way("a b", highway="footway").write(tmp_path / "m.osm.pbf")
    with pytest.raises(InputRefused, match="no road a car may use"):
        travel.by_road(path, found.rows)
    path = Map(a=(0, 0), b=(9, 9)).way("a b", highway="", power="line").write(path)
    with pytest.raises(InputRefused, match="holds no roads"):
        travel.by_road(path, found.rows)


def test_the_map_of_another_county_is_refused(tmp_path: Path) -> None:
    found = schools(tmp_path / "s.geojson", points={100_001: (-90_000, 0), 100_002: (-91_000, 0)})
    with pytest.raises(InputRefused, match="no road within 2,000 m of any school"):
        travel.by_road(three_villages().write(tmp_path / "m.osm.pbf"), found.rows)


def test_a_school_far_from_its_road_is_named_and_one_without_any_too(tmp_path: Path) -> None:
    points = {100_001: (0, 0), 100_002: (MILE, -600), 100_003: (0, 9000)}
    found = schools(tmp_path / "s.geojson", points=points)
    made = travel.by_road(three_villages().write(tmp_path / "m.osm.pbf"), found.rows)
    assert any("School 100002 (100002) 600 m" in w for w in made.warnings)
    assert any("School 100003 (100003)" in w and "2 pairs" in w for w in made.warnings)
    assert made.about["schools_without_road"] == [100_003]
    assert made.about["attribution"] == "© OpenStreetMap contributors"


def matrix(made: travel.Travel, found: Any) -> Any:
    nothing = np.zeros(len(found), dtype=np.int64)
    return made.journeys.tenths(found.urns, nothing, nothing).tolist()


def test_times_are_kept_and_looked_up(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, found = three_villages().write(tmp_path / "m.osm.pbf"), schools(tmp_path / "s.geojson")
    first = travel.by_road(path, found.rows)
    assert len(list(own_cache.iterdir())) == 1
    monkeypatch.setattr(osm, "read_extract", None)  # may not be asked again
    again = travel.by_road(path, found.rows)
    assert matrix(again, found) == matrix(first, found)
    assert (again.about, again.warnings, again.sha256) == (
        first.about,
        first.warnings,
        first.sha256,
    )
    with pytest.raises(TypeError):
        travel.by_road(path, found.rows, cached=False)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[:-1], lambda raw: b"", lambda raw: raw + b"x", lambda raw: b"\n" + raw,
        lambda raw: raw.replace(b'"sha256": "', b'"sha256": "0'), lambda raw: b"[]\n" + raw,
        lambda raw: raw[:-60] + bytes(20) + raw[-40:], lambda raw: b"{}\n",
        lambda raw: raw.replace(b"grouping-roads/1", b"grouping-roads/0"),
    ],
)  # fmt: skip
def test_a_corrupt_entry_is_worked_out_again(tmp_path: Path, own_cache: Path, damage: Any) -> None:
    path, found = three_villages().write(tmp_path / "m.osm.pbf"), schools(tmp_path / "s.geojson")
    first = travel.by_road(path, found.rows)
    (entry,) = own_cache.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert matrix(travel.by_road(path, found.rows), found) == matrix(first, found)
    assert cache.kept(entry.stem) is not None


def test_an_entry_hangs_on_everything_it_stands_on(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, found = three_villages().write(tmp_path / "m.osm.pbf"), schools(tmp_path / "s.geojson")
    travel.by_road(path, found.rows)
    travel.by_road(path, found.rows, 30)
    travel.by_road(path, [replace(found.rows[0], easting=1 + found.rows[0].easting)])
    three_villages().way("a d").write(path)
    travel.by_road(path, found.rows)
    monkeypatch.setattr(cache, "FORMAT", "grouping-roads/2")
    travel.by_road(path, found.rows)
    assert len(list(own_cache.iterdir())) == 5


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path, own_cache: Path) -> None:
    own_cache.write_text("a file in the way")
    path, found = three_villages().write(tmp_path / "m.osm.pbf"), schools(tmp_path / "s.geojson")
    assert travel.by_road(path, found.rows).about["pairs"] == 3


def test_old_entries_are_taken_away(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_ENTRIES", 2)
    for k in range(4):
        assert cache.keep(cache.key_of({"k": k}), {"x": np.arange(k)})
    assert len(list(own_cache.iterdir())) == 2


def test_the_main_part_is_the_same_whatever_the_reader(tmp_path: Path) -> None:
    path = three_villages().write(tmp_path / "m.osm.pbf")
    sizes = set()
    for reader in (osm.by_osmium, osm.by_gdal):
        ways, places, _ = reader(path)
        roads = main_part(network(ways.extract(places, "", "", ""), travel.road_speeds()))
        sizes.add((len(roads), len(roads.tail), int(roads.micros.sum())))
    assert len(sizes) == 1
