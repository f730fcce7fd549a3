"""What maps are drawn on: a boundary and main roads, kept beside a plan for the next report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grouping import write_report
from grouping.errors import InputRefused, UsageRefused
from grouping.files.dossiers import read_dossier
from grouping.files.ground import ground
from grouping.reports.scene import sketch_of
from pages import Page

if TYPE_CHECKING:
    from command_line import Run

ROADS = Path(__file__).parents[2] / "shared/data/rutland-latest.osm.pbf"
RING = [[0.2, 52.5], [1.9, 52.5], [1.9, 53.0], [0.2, 53.0], [0.2, 52.5]]


def boundary(path: Path, *shapes: dict[str, Any] | None) -> Path:
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@pytest.fixture
def folder(run: Run, village_file: str, tmp_path: Path) -> Path:
    """A plan of the village, written by the command line."""
    assert run("propose", village_file, "-o", tmp_path / "out")[0] == 0
    return tmp_path / "out"


def test_a_boundary_is_drawn_and_kept(run: Run, folder: Path, tmp_path: Path) -> None:
    """Every polygon of it; the next report draws it too, and so does the next plan's."""
    small = [[[0.3, 52.6], [0.4, 52.6], [0.4, 52.7], [0.3, 52.6]]]
    shapes = {"type": "MultiPolygon", "coordinates": [[RING], small]}
    given = boundary(tmp_path / "county.geojson", shapes)
    assert not sketch_of(read_dossier(folder)).ground.given
    assert run("report", folder, "--boundary", given)[0] == 0
    drawn = sketch_of(read_dossier(folder)).ground
    assert drawn.given
    assert len(drawn.land) == 2
    page = (folder / "report.html").read_bytes()
    assert b"boundary as given" in page
    write_report(folder)
    assert (folder / "report.html").read_bytes() == page
    assert run("propose", tmp_path / "in" / "schools.geojson", "-o", folder)[0] == 0
    assert b"boundary as given" in (folder / "report.html").read_bytes()


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (None, "is not a polygon"),
        ({"type": "Point", "coordinates": [1, 52]}, "is not a polygon"),
        ({"type": "Polygon", "coordinates": []}, "has a ring that is not points"),
        ({"type": "Polygon", "coordinates": [[[1, 52], ["x", 3], [2, 52], [1, 52]]]}, "not points"),
        ({"type": "Polygon", "coordinates": [[[5e5, 3e5]] * 4]}, "not points"),
    ],
)
def test_a_boundary_that_is_none_is_refused(
    folder: Path, tmp_path: Path, shape: dict[str, Any] | None, said: str
) -> None:
    before = (folder / "report.html").read_bytes()
    with pytest.raises(InputRefused, match=said):
        write_report(folder, boundary=boundary(tmp_path / "b.geojson", shape))
    assert (folder / "report.html").read_bytes() == before
    assert not (folder / "ground.geojson").exists()


@pytest.mark.skipif(not ROADS.exists(), reason="the roads of Rutland are not here")
def test_main_roads_and_places_of_an_extract(folder: Path) -> None:
    """With whose map it is; small beside the page."""
    content = ground(roads=ROADS)
    found = json.loads(content)
    kinds = {one["properties"]["kind"] for one in found["features"]}
    assert kinds == {"road", "place"}
    assert "Oakham" in {one["properties"].get("name") for one in found["features"]}
    assert len(content) < 300_000
    write_report(folder, roads=ROADS)
    text = Page((folder / "report.html").read_text(encoding="utf-8")).visible()
    assert "OpenStreetMap contributors, ODbL" in text


def test_a_folder_with_a_ground_that_is_no_json_still_gets_its_plan(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    (folder / "ground.geojson").write_text("{", encoding="utf-8")
    assert run("propose", tmp_path / "in" / "schools.geojson", "-o", folder)[0] == 0


def test_a_pdf_says_candidate_on_every_page_or_what_it_needs(run: Run, folder: Path) -> None:
    """It needs an extra: where that is missing the command says so, and writes nothing."""
    try:
        import weasyprint
    except (ImportError, OSError):
        before = (folder / "report.html").read_bytes()
        code, _, error = run("report", folder, "--pdf")
        assert code == 2
        assert "grouping[pdf]" in error
        assert (folder / "report.html").read_bytes() == before
        assert not (folder / "report.pdf").exists()
        return
    assert weasyprint.__version__
    assert run("report", folder, "--pdf")[0] == 0
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF-")
    write_report(folder)
    assert not (folder / "report.pdf").exists(), "an older page's PDF would say something else"


def test_what_a_page_asks_for_is_never_fetched() -> None:
    from grouping.reports.pdf import _nothing, report_pdf

    with pytest.raises(ValueError, match="asks for"):
        _nothing("file:///etc/passwd")
    try:
        import weasyprint
    except (ImportError, OSError):
        with pytest.raises(UsageRefused, match="print"):
            report_pdf(b"<p>Ash</p>")
        return
    assert weasyprint.__version__
    assert report_pdf(b"<title>Ash</title><p>Ash</p>").startswith(b"%PDF-")
