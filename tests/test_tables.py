"""Journeys, edges and barriers: the contract's rules, worked by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from grouping.files.barriers import read_barriers
from grouping.files.tables import read_edges, read_journeys
from grouping.world.places import to_grid

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = {120001, 120002, 120003}


def journeys(path: Path, *lines: str) -> Any:
    path = path / "journeys.csv"
    path.write_text("from_urn,to_urn,minutes\n" + "".join(f"{line}\n" for line in lines))
    return read_journeys(path, KNOWN)


def test_one_direction_stands_for_both(tmp_path: Path) -> None:
    table = journeys(tmp_path, "120002,120001,12.5")
    assert table.tenths == {(120001, 120002): 125}
    assert table.warnings == ()
    assert len(table.sha256) == 64


def test_of_two_directions_the_longer_counts(tmp_path: Path) -> None:
    table = journeys(tmp_path, "120001,120002,12.5", "120002,120001,13")
    assert table.tenths == {(120001, 120002): 130}


@pytest.mark.parametrize(
    ("minutes", "tenths"),
    [("0.05", 0), ("0.15", 2), ("0.25", 2), ("12.35", 124), ("12.45", 124), ("12.4500001", 125)],
)
def test_minutes_are_rounded_half_to_even_to_a_tenth(
    tmp_path: Path, minutes: str, tenths: int
) -> None:
    """As decimals, not as floats: 0.15 is a half, and goes to the even 0.2."""
    assert journeys(tmp_path, f"120001,120002,{minutes}").tenths[120001, 120002] == tenths


def test_the_same_direction_twice_with_equal_minutes_is_no_fault(tmp_path: Path) -> None:
    table = journeys(tmp_path, "120001,120002,12.5", "120001,120002,12.50")
    assert table.tenths == {(120001, 120002): 125}


def test_self_pairs_are_ignored_and_blank_lines_passed_over(tmp_path: Path) -> None:
    table = journeys(tmp_path, "120001,120001,5", "", "120001,120003,1e1")
    assert table.tenths == {(120001, 120003): 100}


def test_unknown_urns_are_a_warning_that_names_them(tmp_path: Path) -> None:
    table = journeys(tmp_path, "120001,130009,5", "120001,120003,5")
    assert table.tenths == {(120001, 120003): 50}
    assert table.warnings == ("journeys.csv: 1 URN is not in the schools file: 130009",)


def test_a_header_alone_is_warned(tmp_path: Path) -> None:
    table = journeys(tmp_path)
    assert table.tenths == {}
    assert "no school can be reached" in table.warnings[0]


def test_odd_journeys_are_warned(tmp_path: Path) -> None:
    table = journeys(tmp_path, "120001,120002,0", "120001,120003,1441")
    assert any("0 minutes: 120001-120002" in said for said in table.warnings)
    assert any("longer than a day" in said for said in table.warnings)


def test_a_table_with_a_byte_order_mark_and_crlf_is_read(tmp_path: Path) -> None:
    path = tmp_path / "journeys.csv"
    path.write_bytes(b"\xef\xbb\xbffrom_urn,to_urn,minutes\r\n120001,120002,3\r\n")
    assert read_journeys(path, KNOWN).tenths == {(120001, 120002): 30}


def test_edges_have_no_direction(tmp_path: Path) -> None:
    path = tmp_path / "edges.csv"
    path.write_text("from_urn,to_urn\n120002,120001\n120001,120002\n120003,120003\n120003,130009\n")
    table = read_edges(path, KNOWN)
    assert table.pairs == {(120001, 120002)}
    assert table.warnings == ("edges.csv: 1 URN is not in the schools file: 130009",)


def barriers(path: Path, *geometries: dict[str, Any]) -> Any:
    path = path / "rivers.geojson"
    features = [{"type": "Feature", "properties": {}, "geometry": g} for g in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return read_barriers(path)


def test_barriers_are_segments_in_whole_metres(tmp_path: Path) -> None:
    line = [[1.0, 52.6], [1.1, 52.6, 3.0], [1.2, 52.7]]
    found = barriers(
        tmp_path,
        {"type": "LineString", "coordinates": line},
        {"type": "MultiLineString", "coordinates": [line[:2], line[1:]]},
    )
    east, north = to_grid([1.0, 1.1, 1.2], [52.6, 52.6, 52.7])
    first = [east[0], north[0], east[1], north[1]]
    second = [east[1], north[1], east[2], north[2]]
    assert found.segments.dtype == np.int64
    assert found.segments.tolist() == [first, second, first, second]


def test_vertices_at_one_metre_make_no_segment_unless_the_line_is_but_a_point(
    tmp_path: Path,
) -> None:
    still = [[1.0, 52.6], [1.0, 52.6]]
    found = barriers(
        tmp_path,
        {"type": "LineString", "coordinates": [*still, [1.1, 52.6]]},
        {"type": "LineString", "coordinates": still},
    )
    assert len(found.segments) == 2
    assert found.segments[1, :2].tolist() == found.segments[1, 2:].tolist()


def test_no_lines_are_warned(tmp_path: Path) -> None:
    found = barriers(tmp_path)
    assert found.segments.shape == (0, 4)
    assert "nothing bars" in found.warnings[0]
