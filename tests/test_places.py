"""The National Grid: against PROJ's own Helmert and transverse Mercator, there and back."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from grouping.world.places import lines_to_wgs84, project, to_grid, to_wgs84

PIPELINE = """
+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad
+step +proj=cart +a=6378137.000 +b=6356752.3141
+step +proj=helmert +x=-446.448 +y=125.157 +z=-542.060 +s=20.4894 +rx=-0.1502 +ry=-0.2470
      +rz=-0.8421 +convention=position_vector
+step +inv +proj=cart +a=6377563.396 +b=6356256.909
+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000
      +a=6377563.396 +b=6356256.909
"""


def grid_of_points() -> tuple[np.ndarray, np.ndarray]:
    """Every half degree of Great Britain as the gate takes it."""
    lon, lat = np.meshgrid(np.arange(-8.7, 1.81, 0.5), np.arange(49.8, 60.91, 0.5))
    return lon.ravel(), lat.ravel()


def test_against_the_helmert_of_proj_to_a_centimetre() -> None:
    lon, lat = grid_of_points()
    there = pyproj.Transformer.from_pipeline(PIPELINE).transform(lon, lat, np.zeros_like(lon))
    east, north = project(lon, lat)
    assert np.abs(east - there[0]).max() < 0.01
    assert np.abs(north - there[1]).max() < 0.01


def test_against_the_definition_in_norfolk_within_five_metres() -> None:
    """EPSG:27700 with whatever grids PROJ has: the seven parameters are good to a few metres."""
    lon, lat = np.meshgrid(np.linspace(0.2, 1.75, 8), np.linspace(52.4, 53.0, 5))
    lon, lat = lon.ravel(), lat.ravel()
    there = pyproj.Transformer.from_crs(4326, 27700, always_xy=True).transform(lon, lat)
    east, north = project(lon, lat)
    assert np.hypot(east - there[0], north - there[1]).max() < 5


def test_there_and_back_loses_a_tenth_of_a_millimetre_at_most() -> None:
    lon, lat = grid_of_points()
    back = to_wgs84(*project(lon, lat))
    east, north = project(*back)
    assert np.abs(np.stack(project(lon, lat)) - [east, north]).max() < 2e-4
    assert np.abs(back[0] - lon).max() < 1e-8
    assert np.abs(back[1] - lat).max() < 1e-8


def test_whole_metres_come_back_whole() -> None:
    rng = np.random.default_rng(6)
    east, north = rng.integers(120_000, 655_000, 300), rng.integers(10_000, 1_200_000, 300)
    found = to_grid(*to_wgs84(east, north))
    assert (found[0] == east).all()
    assert (found[1] == north).all()
    assert found[0].dtype == np.int64


def test_no_point_gives_no_point() -> None:
    assert [len(x) for x in to_grid([], [])] == [0, 0]
    assert [len(x) for x in to_wgs84([], [])] == [0, 0]


def test_a_point_far_from_great_britain_is_refused_not_guessed() -> None:
    with (
        np.errstate(all="ignore"),
        pytest.raises(ValueError, match="too far"),
    ):
        to_wgs84([30_000_000.0], [0.0])


def test_lines_together_come_back_as_each_by_itself() -> None:
    """To the last digit: a line that takes more steps than another changes nothing of it."""
    rng = np.random.default_rng(8)
    starts = rng.integers((120_000, 10_000), (655_000, 1_200_000), (200, 2))
    lengths = rng.integers(1, 40, 200)
    lines = [
        start + rng.integers(-3_000, 3_000, (length, 2)).astype(np.float64)
        for start, length in zip(starts, lengths, strict=True)
    ]
    for line, found in zip(lines, lines_to_wgs84(lines), strict=True):
        alone = np.stack(to_wgs84(line[:, 0], line[:, 1]), axis=1)
        assert found.shape == line.shape
        assert (found == alone).all()
    assert lines_to_wgs84([]) == []


def test_points_come_back_in_the_shape_they_were_given() -> None:
    east = np.array([[530_000.0, 531_000.0], [532_000.0, 533_000.0]])
    lon, lat = to_wgs84(east, np.full((2, 2), 180_000.0))
    assert lon.shape == lat.shape == (2, 2)
    assert float(to_wgs84(530_000.0, 180_000.0)[0]) == pytest.approx(lon[0, 0], abs=1e-9)
