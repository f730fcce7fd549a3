"""Draw docs/rutland-rivers.png: rivers of an extract as barriers, with little and much taken out.

python docs/make_rivers_picture.py rutland-latest.osm.pbf
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np

from grouping.files.osm import read_extract
from grouping.files.travel import road_speeds
from grouping.world.network import network
from grouping.world.places import to_grid
from grouping.world.rivers import waters

mpl.use("Agg")
import matplotlib.pyplot as plt

SHADES = {"river": "#2255aa", "canal": "#229999", "tidal": "#228833", "coastline": "#333333"}


def main(path: str) -> None:
    """Draw both side by side."""
    speeds = road_speeds()
    extract = read_extract(path)
    roads = network(extract, speeds)
    lines = (
        np.stack(
            [roads.east[roads.tail], roads.east[roads.head], np.full(len(roads.tail), np.nan)],
            axis=1,
        ),
        np.stack(
            [roads.north[roads.tail], roads.north[roads.head], np.full(len(roads.tail), np.nan)],
            axis=1,
        ),
    )
    lon = [p.longitude for p in extract.places]
    east, north = to_grid(lon, [p.latitude for p in extract.places])
    figure, axes = plt.subplots(1, 2, figsize=(12, 6.6), sharex=True, sharey=True)
    for ax, reach in zip(axes, (15, 2000), strict=True):
        found = waters(extract, speeds, reach)
        ax.plot(lines[0].ravel() / 1000, lines[1].ravel() / 1000, color="#cccccc", lw=0.5)
        for one in found.stretches:
            ax.plot(*(one.points.T / 1000), color=SHADES[one.kind], lw=1.8)
        ax.plot(*(found.crossings.T / 1000), "o", color="#cc3311", ms=3)
        ax.plot(east / 1000, north / 1000, "+", color="black", ms=5)
        ax.set_title(f"{reach:,} m taken out either side: {found.metres / 1000:.0f} km bar the way")
        ax.set_aspect("equal")
        ax.set_xlabel("easting, km")
    axes[0].set_ylabel("northing, km")
    figure.text(0.01, 0.01, f"Map data © OpenStreetMap contributors, {extract.dated}", fontsize=7)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_name("rutland-rivers.png"), dpi=75)


if __name__ == "__main__":
    main(sys.argv[1])
