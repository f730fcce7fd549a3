"""A plan on the map: display hulls, links of the tree, a GeoDataFrame, a plot, a notebook table.

Hulls are for display only: they cover land and schools that are not of the federation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grouping.answers.sketch import OUT, Geography, Line, Link, Sketch, Spot, land_around, shades
from grouping.answers.svg import drawn
from grouping.world.county import ROLE_WORDS
from grouping.world.federations import Federations

if TYPE_CHECKING:
    import geopandas
    import shapely

    from grouping.answers.plan import Plan

AROUND = 500  # metres around the members' hull, for display
GREY = "#bbbbbb"


def hulls(f: Federations) -> list[shapely.Polygon]:
    """Return each federation's display hull in EPSG:27700, counter-clockwise."""
    import shapely

    made = []
    for row in range(len(f)):
        points = [(s.easting, s.northing) for s in f.schools(row)]
        hull = shapely.MultiPoint(points).convex_hull.buffer(AROUND, quad_segs=8)
        made.append(shapely.orient_polygons(hull))
    return made


def tree_links(f: Federations) -> list[dict[str, Any]]:
    """Return the tree's edges: row, two schools (lower URN first), minutes (None: no journey)."""
    found = []
    for row in range(len(f)):
        single = f.one(row)
        tree, schools = single.tree, single.county.schools
        ends = zip(tree.one[0], tree.other[0], tree.tenths[0], strict=True)
        for one, other, tenths in sorted((min(a, b), max(a, b), t) for a, b, t in ends if a >= 0):
            minutes = None if tenths < 0 else int(tenths) / 10
            link = {"row": row, "one": schools[one], "other": schools[other], "minutes": minutes}
            found.append(link)
    return found


def federations_frame(plan: Plan) -> geopandas.GeoDataFrame:
    """Return the federations as a GeoDataFrame in EPSG:27700, one row each."""
    import geopandas

    columns: dict[str, list[Any]] = {
        "plan_federation": [p["id"] for p in plan.proposals],
        "key": [p["key"] for p in plan.proposals],
        "name": [names(plan.federations, row) for row in range(len(plan))],
        "schools": [",".join(map(str, p["schools"])) for p in plan.proposals],
        "school_count": [len(p["schools"]) for p in plan.proposals],
        "roll": [p["roll"] for p in plan.proposals],
        "longest_journey": [p["longest_journey"] for p in plan.proposals],
        "cost": [p["cost"] for p in plan.proposals],
        "existing": [p["existing"] for p in plan.proposals],
        "display_only": [True] * len(plan),
        "standing": ["candidate for discussion"] * len(plan),
    }
    return geopandas.GeoDataFrame(columns, geometry=hulls(plan.federations), crs=27700)


def names(f: Federations, row: int) -> str:
    """Names of a federation's schools, joined."""
    return "; ".join(school.name for school in f.schools(row))


def colours(f: Federations) -> list[str]:
    """Give each federation a colour unlike its neighbours' (greedy, by nearness of hulls)."""
    return shades(hulls(f))


def plot(plan: Plan, ax: Any = None) -> Any:
    """Draw a plan: hulls, trees, schools by role; small schools left alone as open triangles."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Polygon

    if ax is None:
        _, ax = plt.subplots(figsize=(10, 8))
    county, f = plan.county, plan.federations
    east = np.asarray([s.easting for s in county.schools]) / 1000
    north = np.asarray([s.northing for s in county.schools]) / 1000
    shades = colours(f)
    for row, hull in enumerate(hulls(f)):
        ring = np.asarray(hull.exterior.coords) / 1000
        ax.add_patch(Polygon(ring, facecolor=shades[row], alpha=0.25, edgecolor=shades[row]))
        label = hull.centroid
        ax.annotate(
            plan.proposals[row]["id"].lstrip("F0"),
            (label.x / 1000, label.y / 1000),
            fontsize=6,
            ha="center",
            va="center",
        )
    for link in tree_links(f):
        ends = (link["one"], link["other"])
        xs, ys = [s.easting / 1000 for s in ends], [s.northing / 1000 for s in ends]
        ax.plot(xs, ys, color=shades[link["row"]], linewidth=1.2)
    inside = np.zeros(len(county), dtype=np.bool_)
    inside[f.members[f.there]] = True
    _points(ax, east, north, county.role, inside)
    ax.set_aspect("equal")
    ax.set_xlabel("easting, km")
    ax.set_ylabel("northing, km")
    ax.set_title(f"{plan.survey.policy.name}: candidate federations for discussion")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=3, fontsize=7)
    if plan.attribution:
        said = f"Journeys: {plan.attribution}"
        ax.text(0.01, 0.01, said, transform=ax.transAxes, fontsize=6)
    return ax


def _points(
    ax: Any,
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    role: NDArray[np.int8],
    inside: NDArray[np.bool_],
) -> None:
    styles = {"urgent": ("v", 26), "small": ("o", 18), "partner": ("s", 9), "none": ("s", 9)}
    for number, word in enumerate(ROLE_WORDS):
        marker, size = styles[word]
        for covered in (True, False):
            shown = (role == number) & (inside == covered)
            if not shown.any():
                continue
            small = word in ("urgent", "small")
            face = "#333333" if covered else ("white" if small else GREY)
            edge = "#333333" if covered or small else GREY
            label = f"{word}, {'in a federation' if covered else 'alone'}"
            ax.scatter(
                east[shown], north[shown], s=size, marker=marker, c=face, edgecolors=edge,
                linewidths=0.8, label=label, zorder=3,
            )  # fmt: skip


def sketch(plan: Plan) -> Sketch:
    """Sketch a plan for a picture: schools, hulls, trees, colours, barriers."""
    shapes, rows = hulls(plan.federations), range(len(plan))
    home = {urn: row for row in rows for urn in plan.groups[row]}
    county = plan.county
    role = {int(urn): ROLE_WORDS[r] for urn, r in zip(county.urns, county.role, strict=True)}
    spots = tuple(
        Spot(
            s.urn,
            s.name,
            (s.easting, s.northing),
            s.roll,
            role.get(s.urn, OUT),
            home.get(s.urn, -1),
        )
        for s in plan.survey.schools.rows
    )
    links = tuple(
        Link(one["row"], (_place(one["one"]), _place(one["other"])), one["minutes"])
        for one in tree_links(plan.federations)
    )
    given = plan.survey.asked.barriers
    pairs = [] if given is None else np.asarray(given).reshape(-1, 2, 2).tolist()
    return Sketch(
        spots,
        tuple(p["id"] for p in plan.proposals),
        _lines(np.asarray(hull.exterior.coords).tolist() for hull in shapes),
        tuple(shades(shapes)),
        links,
        Geography(land_around(spot.at for spot in spots), barriers=_lines(pairs)),
    )


def _lines(found: Iterable[Iterable[Sequence[float]]]) -> tuple[Line, ...]:
    return tuple(tuple((float(x), float(y)) for x, y in line) for line in found)


def _place(school: Any) -> tuple[float, float]:
    return school.easting, school.northing


def html(plan: Plan) -> str:
    """Show a plan in a notebook: sentences, a picture, a table; names are escaped."""
    rows = "".join(
        f"<tr><td>{p['id']}</td><td>{escape(names(plan.federations, k))}</td>"
        f"<td>{p['roll']}</td><td>{p['longest_journey']}</td><td>{p['cost'] / 1000:.3f}</td></tr>"
        for k, p in enumerate(plan.proposals)
    )
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in plan.explain().splitlines())
    head = (
        "<tr><th>id</th><th>schools</th><th>roll</th><th>longest, minutes</th><th>points</th></tr>"
    )
    credit = f"<p>Journeys: {escape(plan.attribution)}</p>" if plan.attribution else ""
    standing = "<p><strong>Candidates for discussion: governing bodies decide.</strong></p>"
    picture = drawn(sketch(plan), "Map of the candidate federations; the table has the same")
    return f"{standing}{said}{picture}<table>{head}{rows}</table>{credit}"
