"""Reports written beside a plan, from the files of its folder alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grouping.files.dossiers import Dossier, read_dossier
from grouping.files.ground import FILE, ground
from grouping.files.writing import write_whole

PAGE, PAPER = "report.html", "report.pdf"
MADE = (PAGE, PAPER)  # of one plan, and stale with the next
MOST = 3_000  # schools: a page of more is tens of megabytes, and is made only where asked for


def with_report(folder: str | Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add the page of a plan to its files, from these files and the ground kept in the folder.

    A page of a whole country is not made here: `write_report` makes it.
    """
    from grouping.reports.html import report_html

    kept = {FILE: content} if (content := _ground_in(Path(folder))) else {}
    dossier = Dossier(Path(folder).resolve().name, {**files, **kept})
    if len(dossier.schools) > MOST:
        return dict(files)
    last = "plan.json"  # put in place last: the plan is there when all of it is
    rest = {name: content for name, content in files.items() if name != last}
    return {**rest, PAGE: report_html(dossier), last: files[last]}


def _ground_in(folder: Path) -> bytes | None:
    """Read the ground kept in a folder, where there is one that can be read."""
    try:
        content = (folder / FILE).read_bytes()
        json.loads(content)
    except (OSError, ValueError):
        return None
    return content


def write_report(
    folder: str | Path,
    *,
    pdf: bool = False,
    boundary: str | Path | None = None,
    roads: str | Path | None = None,
) -> Path:
    """Write `report.html` beside a plan: one self-contained page, from the folder's files alone.

    Parameters
    ----------
    folder
        A folder that `propose` wrote; answers kept in it as JSON are taken in.
    pdf
        Whether `report.pdf` is written too; needs the extra `[pdf]`.
    boundary
        A GeoJSON of polygons to draw the map on.
    roads
        An OpenStreetMap extract (.osm.pbf) whose main roads and places are drawn. Boundary and
        roads are kept in the folder as `ground.geojson`, for the next report.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputRefused
        Where files of the plan, the boundary or the roads are missing or cannot be read.
    OutputRefused
        Where the page cannot be written; an old one is whole.
    UsageRefused
        Where a PDF is asked for and what it needs is not installed.
    """
    from grouping.reports.html import report_html

    dossier, files = read_dossier(folder), {}
    if boundary is not None or roads is not None:
        files[FILE] = ground(boundary, roads)
        dossier = replace(dossier, files={**dossier.files, **files})
    files[PAGE] = report_html(dossier)
    if pdf:
        from grouping.reports.pdf import report_pdf

        files[PAPER] = report_pdf(files[PAGE])
    given = [Path(one) for one in (boundary, roads) if one is not None]
    write_whole(folder, files, given)
    if not pdf:  # one of an earlier page would say something else
        (Path(folder) / PAPER).unlink(missing_ok=True)
    return Path(folder) / PAGE
