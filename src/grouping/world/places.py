"""Between longitude and latitude (WGS84) and the National Grid (EPSG:27700).

The Ordnance Survey's own formulas, without grid files: Helmert transformation and transverse
Mercator series of "A guide to coordinate systems in Great Britain", annexes B and C. Good to
about 2 m against the survey's definitive transformation, which is plenty for a school.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

# Ellipsoids (semi-major, semi-minor, metres), guide annex A.
WGS84 = (6378137.000, 6356752.3141)
AIRY = (6377563.396, 6356256.909)
# WGS84 to OSGB36, guide section 6.6: metres, parts per million, seconds of arc.
SHIFT = (-446.448, 125.157, -542.060)
SCALE_PPM = 20.4894
TURN_SECONDS = (-0.1502, -0.2470, -0.8421)
# National Grid projection, guide annex A: scale, true origin (degrees), false origin (metres).
F0, LAT0, LON0, E0, N0 = 0.9996012717, 49.0, -2.0, 400_000.0, -100_000.0


def to_grid(longitude: ArrayLike, latitude: ArrayLike) -> tuple[Whole, Whole]:
    """Easting and northing in whole metres, rounded half to even, of points in degrees."""
    east, north = project(longitude, latitude)
    return np.rint(east).astype(np.int64), np.rint(north).astype(np.int64)


def project(longitude: ArrayLike, latitude: ArrayLike) -> tuple[Floats, Floats]:
    """Easting and northing in metres, not rounded, of points in degrees at height 0."""
    lon = np.radians(np.asarray(longitude, dtype=np.float64))
    lat = np.radians(np.asarray(latitude, dtype=np.float64))
    return _mercator(*_airy_angles(*_helmert(*_cartesian(lat, lon))))


def to_wgs84(easting: ArrayLike, northing: ArrayLike) -> tuple[Floats, Floats]:
    """Longitude and latitude in degrees of grid points: the inverse of `project`, to 0.1 mm.

    Raises
    ------
    ValueError
        Where a point is too far from Great Britain for the iteration to close.
    """
    east = np.asarray(easting, dtype=np.float64)
    north = np.asarray(northing, dtype=np.float64)
    lon, lat = _closed(east.reshape(-1), north.reshape(-1), np.zeros(east.size, dtype=np.int64))
    return lon.reshape(east.shape), lat.reshape(east.shape)


def lines_to_wgs84(lines: Sequence[Floats]) -> list[Floats]:
    """Longitudes and latitudes of lines of grid points, each as `to_wgs84` gives it by itself.

    A line is an array (points, 2) of eastings and northings, and so is what comes back. A
    thousand short lines together take little longer than one.
    """
    if not lines:
        return []
    lengths = [len(line) for line in lines]
    east, north = np.concatenate(lines).astype(np.float64).T
    lon, lat = _closed(east, north, np.repeat(np.arange(len(lines)), lengths))
    return np.split(np.stack([lon, lat], axis=1), np.cumsum(lengths)[:-1])


def _closed(east: Floats, north: Floats, line: Whole) -> tuple[Floats, Floats]:
    """Go back from the grid step by step, each line until all its points are met."""
    metres = np.pi / 180 * 6_370_000.0
    lat = LAT0 + (north - N0) / metres
    lon = LON0 + (east - E0) / (metres * np.cos(np.radians(lat)))
    open_ = np.arange(len(east))
    for _ in range(60):
        got_east, got_north = project(lon[open_], lat[open_])
        off_east, off_north = east[open_] - got_east, north[open_] - got_north
        off = ~(np.maximum(np.abs(off_east), np.abs(off_north)) < 1e-4)
        still = np.isin(line[open_], line[open_][off])
        open_, off_east, off_north = open_[still], off_east[still], off_north[still]
        if not len(open_):
            return lon, lat
        lat[open_] += off_north / metres
        lon[open_] += off_east / (metres * np.cos(np.radians(lat[open_])))
    raise ValueError("grid points too far from Great Britain")


def _cartesian(lat: Floats, lon: Floats) -> tuple[Floats, Floats, Floats]:
    a, b = WGS84
    e2 = 1 - (b * b) / (a * a)
    nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return (
        nu * np.cos(lat) * np.cos(lon),
        nu * np.cos(lat) * np.sin(lon),
        (1 - e2) * nu * np.sin(lat),
    )


def _helmert(x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    s = 1 + SCALE_PPM * 1e-6
    rx, ry, rz = (np.radians(seconds / 3600) for seconds in TURN_SECONDS)
    tx, ty, tz = SHIFT
    return (
        tx + s * x - rz * y + ry * z,
        ty + rz * x + s * y - rx * z,
        tz - ry * x + rx * y + s * z,
    )


def _airy_angles(x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
    a, b = AIRY
    e2 = 1 - (b * b) / (a * a)
    p = np.hypot(x, y)
    lat = np.arctan2(z, p * (1 - e2))
    for _ in range(10):
        nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
        lat = np.arctan2(z + e2 * nu * np.sin(lat), p)
    return lat, np.arctan2(y, x)


def _mercator(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    a, b = AIRY
    e2 = 1 - (b * b) / (a * a)
    n = (a - b) / (a + b)
    lat0, lon0 = np.radians(LAT0), np.radians(LON0)
    sin, cos, tan2 = np.sin(lat), np.cos(lat), np.tan(lat) ** 2
    nu = a * F0 / np.sqrt(1 - e2 * sin**2)
    rho = a * F0 * (1 - e2) / (1 - e2 * sin**2) ** 1.5
    eta2 = nu / rho - 1
    d, s = lat - lat0, lat + lat0
    arc = (
        (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * d
        - (3 * n + 3 * n**2 + 21 / 8 * n**3) * np.sin(d) * np.cos(s)
        + (15 / 8 * n**2 + 15 / 8 * n**3) * np.sin(2 * d) * np.cos(2 * s)
        - 35 / 24 * n**3 * np.sin(3 * d) * np.cos(3 * s)
    )
    w = lon - lon0
    north = (
        b * F0 * arc
        + N0
        + nu / 2 * sin * cos * w**2
        + nu / 24 * sin * cos**3 * (5 - tan2 + 9 * eta2) * w**4
        + nu / 720 * sin * cos**5 * (61 - 58 * tan2 + tan2**2) * w**6
    )
    east = (
        E0
        + nu * cos * w
        + nu / 6 * cos**3 * (nu / rho - tan2) * w**3
        + nu / 120 * cos**5 * (5 - 18 * tan2 + tan2**2 + 14 * eta2 - 58 * tan2 * eta2) * w**5
    )
    return east, north
