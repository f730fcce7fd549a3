"""Draw docs/plan.png, a plan of the model county, and docs/river.png, what its river changes.

    python docs/make_pictures.py

Run it from anywhere, after `pip install -e '.[plot]'`.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from PIL import Image

import grouping
from grouping.answers.maps import tree_links
from grouping.files.barriers import read_barriers
from grouping.world.journeys import crossed
from grouping.world.places import to_grid

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data"
PICTURE = HERE / "plan.png"
RIVER = HERE / "river.png"
TIERS = {"urgent": "under 50 pupils", "small": "50 to 99 pupils", "partner": "100 to 420 pupils"}
APART = 1.5  # kilometres between two numbers on the map


def plan_of_the_model_county(*, river: bool = True) -> grouping.Plan:
    """Propose under norfolk-2012, with the river as a barrier or as if there were none."""
    path = (DATA / "river.geojson").as_posix()
    settings = [f"neighbours.barriers={path}"] if river else []
    policy = grouping.read_policy("norfolk-2012", settings)
    return grouping.propose(grouping.read_schools(DATA / "schools.geojson"), policy)


def draw_river(ax: Any) -> None:
    """Draw the lines of the barrier file in kilometres."""
    river = json.loads((DATA / "river.geojson").read_text(encoding="utf-8"))
    for k, feature in enumerate(river["features"]):
        points = feature["geometry"]["coordinates"]
        east, north = to_grid([p[0] for p in points], [p[1] for p in points])
        label = "river (gaps are bridges)" if k == 0 else None
        ax.plot(east / 1000, north / 1000, color="#7fb2d9", linewidth=3, zorder=0.5, label=label)


def number(ax: Any) -> None:
    """Put the numbers of the federations in front, none on another."""
    halo = [patheffects.withStroke(linewidth=2.2, foreground="white")]
    placed: list[tuple[float, float]] = []
    for text in ax.texts:
        x, y = text.xyann
        while any(abs(x - a) < APART and abs(y - b) < APART for a, b in placed):
            y -= APART / 5
        placed.append((x, y))
        text.xyann = (x, y)
        text.set(fontsize=8, zorder=4, path_effects=halo)


def legend(figure: Any, ax: Any) -> None:
    """Move the legend below the map and say what the tiers are."""
    handles, labels = ax.get_legend_handles_labels()
    said = []
    for label in labels:
        tier, _, where = label.partition(", ")
        said.append(f"{tier} ({TIERS[tier]}), {where}" if tier in TIERS else label)
    ax.get_legend().remove()
    figure.legend(handles, said, loc="outside lower center", ncols=3, fontsize=9, frameon=False)


def draw(plan: grouping.Plan) -> Any:
    """Draw a plan with its numbers in front and the legend below."""
    figure, ax = plt.subplots(figsize=(10, 8), layout="constrained")
    plan.plot(ax)
    draw_river(ax)
    number(ax)
    ax.set_title(
        f"Northmere, a model county: {len(plan)} candidate federations for discussion\n"
        f"policy {plan.survey.policy.name}, status {plan.status}; no school closes",
        fontsize=12,
    )
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    legend(figure, ax)
    return figure


def draw_river_and_links() -> Any:
    """Draw the links of two plans, blind to the river and not; those across it in red."""
    figure, axes = plt.subplots(2, 1, figsize=(10, 8), layout="constrained", sharex=True)
    for ax, river in zip(axes, (False, True), strict=True):
        plan = plan_of_the_model_county(river=river)
        draw_river(ax)
        county, crossing = plan.county, 0
        barred = crossed_by_the_river(plan)
        for link in tree_links(plan.federations):
            ends = [county.schools[link["one"]], county.schools[link["other"]]]
            over = barred[link["one"], link["other"]]
            crossing += int(over)
            east, north = [e.easting / 1000 for e in ends], [e.northing / 1000 for e in ends]
            colour = "#cc2222" if over else "#333333"
            ax.plot(east, north, color=colour, marker="o", markersize=3, linewidth=1.4)
        blind = "with the river as a barrier" if river else "straight lines, blind to the river"
        ax.set_title(f"{blind}: {crossing} links of the plan cross it", fontsize=11)
        ax.set_aspect("equal")
        ax.set_ylim(277, 313)
        ax.set_ylabel("northing, km")
    axes[-1].set_xlabel("easting, km")
    return figure


def crossed_by_the_river(plan: grouping.Plan) -> Any:
    """Mark the pairs of schools whose straight line meets the river."""
    segments = read_barriers(DATA / "river.geojson").segments
    east = np.asarray([s.easting for s in plan.county.schools])
    north = np.asarray([s.northing for s in plan.county.schools])
    return crossed(east, north, segments)


def save(figure: Any, path: Path) -> None:
    """Save with few colours, so that the file stays small."""
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=110)
    Image.open(drawn).convert("RGB").quantize(96).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")  # noqa: T201


def main() -> None:
    """Draw and save both."""
    save(draw(plan_of_the_model_county()), PICTURE)
    save(draw_river_and_links(), RIVER)


if __name__ == "__main__":
    main()
