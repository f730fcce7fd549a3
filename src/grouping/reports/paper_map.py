"""A still map of a plan for papers: hulls, trees and schools, from the plan's own GeoJSON."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from grouping.answers.maps import GREY
from grouping.answers.sketch import shades
from grouping.files.office import library
from grouping.world.places import project

if TYPE_CHECKING:
    from grouping.files.dossiers import Dossier

WHAT = "a map in a paper"
INK = "#333333"
BIG = 40  # federations: beyond that their names are small
MARKS = {"urgent": ("^", 30), "small": ("o", 20), "partner": ("s", 9), "none": ("s", 6)}


def map_png(dossier: Dossier) -> bytes:
    """Draw a plan as PNG; the same plan gives the same bytes.

    Raises
    ------
    UsageRefused
        Where matplotlib is not installed.
    """
    library("matplotlib", WHAT)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 5.0), layout="constrained")
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    ax.set_aspect("equal")
    ax.set_axis_off()
    _barriers(ax, dossier)
    _federations(ax, dossier)
    _schools(ax, dossier)
    _scale(ax)
    if ax.get_legend_handles_labels()[1]:
        figure.legend(loc="outside lower center", ncols=4, fontsize=7, frameon=False)
    picture = io.BytesIO()
    figure.savefig(picture, dpi=160, format="png", metadata={"Software": None})
    return picture.getvalue()


def _kilometres(points: Any) -> Any:
    east, north = project([p[0] for p in points], [p[1] for p in points])
    return np.stack([east, north], axis=1) / 1000


def _barriers(ax: Any, dossier: Dossier) -> None:
    label: str | None = "barrier"
    for feature in dossier.barriers:
        lines = feature["geometry"]["coordinates"]
        for line in [lines] if feature["geometry"]["type"] == "LineString" else lines:
            at = _kilometres(line)
            ax.plot(at[:, 0], at[:, 1], color="#7fb2d9", linewidth=1.6, zorder=0.5, label=label)
            label = None


def _federations(ax: Any, dossier: Dossier) -> None:
    import shapely
    from matplotlib.patches import Polygon
    from matplotlib.patheffects import withStroke

    rings = [_kilometres(one["geometry"]["coordinates"][0]) for one in dossier.hulls]
    colours = shades([shapely.Polygon(ring * 1000) for ring in rings])
    of = {one["id"]: colour for one, colour in zip(dossier.federations, colours, strict=True)}
    size = 5 if len(rings) > BIG else 7
    halo = [withStroke(linewidth=1.8, foreground="white")]
    for one, ring, colour in zip(dossier.federations, rings, colours, strict=True):
        ax.add_patch(Polygon(ring, facecolor=colour, alpha=0.25, edgecolor=colour, linewidth=0.8))
        top = ring[ring[:, 1].argmax()]
        ax.annotate(
            one["id"], top, xytext=(0, 2), textcoords="offset points", fontsize=size, ha="center",
            va="bottom", zorder=5, path_effects=halo, fontweight="bold",
        )  # fmt: skip
    for link in dossier.links:
        at = _kilometres(link["geometry"]["coordinates"])
        colour = of[link["properties"]["plan_federation"]]
        ax.plot(at[:, 0], at[:, 1], color=colour, linewidth=1.1, zorder=2)


def _schools(ax: Any, dossier: Dossier) -> None:
    roles = dossier.policy.roles
    words = {
        "urgent": f"fewer than {roles.urgent_below} pupils",
        "small": f"fewer than {roles.small_below}",
        "partner": "larger",
        "none": "too large to be a partner",
    }
    for role, (mark, size) in MARKS.items():
        for inside in (True, False):
            at = [
                (row.easting / 1000, row.northing / 1000)
                for row in dossier.register.rows
                if dossier.schools[row.urn]["properties"].get("plan_role") == role
                and (dossier.federation_of(row.urn) is not None) == inside
            ]
            if not at:
                continue
            alone = role in ("urgent", "small") and not inside
            face = INK if inside else "white" if alone else GREY
            label = f"{words[role]}, {'in a federation' if inside else 'alone'}"
            ax.scatter(
                *np.asarray(at).T, s=size + 16 * alone, marker=mark, c=face, linewidths=0.8,
                edgecolors=INK if inside or alone else GREY, zorder=3 + alone, label=label,
            )  # fmt: skip


def _scale(ax: Any) -> None:
    """A bar of ten kilometres, or of one where the map is small."""
    (west, east), (south, _) = ax.get_xlim(), ax.get_ylim()
    length = 10 if east - west > 25 else 1
    ax.plot([west, west + length], [south, south], color=INK, linewidth=2)
    ax.annotate(f"{length} km", (west + length / 2, south), xytext=(0, 3), fontsize=7,
                textcoords="offset points", ha="center")  # fmt: skip
