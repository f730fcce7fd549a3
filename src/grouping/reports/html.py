"""A plan as one page for everybody: `report.html`, self-contained, no request leaves it.

Everything in it is said from the files of the plan's folder. Names are data: the template escapes
them, marks that turn text around are taken out, and a content security policy lets no script run
but the page's own two.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any

from grouping.answers.sketch import OUT, PARTNER, SMALL, URGENT
from grouping.answers.svg import drawn, symbol
from grouping.reports import figures
from grouping.reports.certainty import how_sure
from grouping.reports.rulebook import rulebook
from grouping.reports.scene import on_screen, sketch_of
from grouping.world.remarks import clean_name, seen

if TYPE_CHECKING:
    from jinja2 import Environment

    from grouping.answers.sketch import Sketch
    from grouping.files.dossiers import Dossier

UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
UNSAFE |= {0x2028: "\\u2028", 0x2029: "\\u2029"}
TIER = {URGENT: "urgent", SMALL: "small", PARTNER: "larger", OUT: "takes no part"}
ORDER = {URGENT: 0, SMALL: 1, PARTNER: 2, OUT: 3}


@dataclass(frozen=True)
class Shown:
    """A school as the page shows it."""

    urn: int
    name: str
    roll: int
    role: str
    tier: str
    facts: list[tuple[str, str]]
    home: dict[str, Any] | None
    why: str


def report_html(dossier: Dossier) -> bytes:
    """Make the page of a plan, from the files of its folder alone."""
    sketch = sketch_of(dossier)
    schools = {urn: _school(dossier, one["properties"]) for urn, one in dossier.schools.items()}
    style, code, library = (_shipped(name) for name in ("report.css", "report.js", MAP))
    environment = _environment()
    page = environment.get_template("report.html.j2").render(
        dossier=dossier,
        plan=dossier.document,
        schools=schools,
        alone=[schools[one["urn"]] for one in dossier.document["alone"]],
        left_out=[schools[one["urn"]] for one in dossier.document["left_out"]],
        sketch=sketch,
        aspect=_aspect(sketch),
        maps=_maps(sketch),
        legend=_legend(),
        links=_links(dossier),
        chapters=rulebook(dossier.files["policy.toml"].decode("utf-8-sig")),
        sure=how_sure(dossier),
        figures=figures,
        TERMS=TERMS,
        style=style,
        code=code,
        library=library,
        island=_island(on_screen(dossier, sketch)),
        hashes=[_hash(code), _hash(library)],
    )
    return page.encode()


MAP = "map/grouping-map.js"
TERMS = {
    "journey": "journeys along the links",
    "ethos": "differences of ethos",
    "leadership": "teaching a shared head must do",
    "size": "combined roll too small or too large",
    "dominance": "one school outweighing the rest",
    "vacancies": "vacant headships made good",
    "partnerships": "partnerships of today kept together",
}


@cache
def _shipped(name: str) -> str:
    """Read a file of the page; what goes into a script element cannot close it."""
    place = resources.files("grouping.reports") / "page"
    text = place.joinpath(*name.split("/")).read_text(encoding="utf-8")
    return text.replace("</script", "<\\/script") if name.endswith(".js") else text


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("grouping.reports", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_tidy,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _tidy(value: Any) -> Any:
    """Take out of plain text what turns it around; markup of ours is left as it is."""
    if type(value) is str:
        return seen(value)
    return "" if value is None else value


def _island(data: dict[str, Any]) -> str:
    """Write data for the page's script so that no name can end the element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return seen(text).translate(UNSAFE)


def _hash(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def _aspect(sketch: Sketch) -> float:
    """How high the county is for its width."""
    west, south, east, north = sketch.bounds
    return (north - south) / max(east - west, 1.0)


def _maps(sketch: Sketch) -> dict[str, str]:
    """Draw the static map of the county, under "", and one of each federation, under its id."""
    whole = "Map of the candidate federations. The table beside it has the same federations."
    made = {"": drawn(sketch, whole)}
    for row, label in enumerate(sketch.labels):
        made[label] = drawn(sketch, f"Map of {label} and what is around it", only=row)
    return made


def _legend() -> list[tuple[str, str]]:
    """Give the symbols of the map with their meaning."""
    shown = [
        (URGENT, True, "in a federation, urgent tier"),
        (SMALL, True, "in a federation, small tier"),
        (PARTNER, True, "in a federation, larger school"),
        (URGENT, False, "urgent tier, left alone"),
        (SMALL, False, "small tier, left alone"),
        (PARTNER, False, "larger school, stays as it is"),
        (OUT, False, "takes no part"),
    ]
    box = '<svg viewBox="0 0 28 28" width="24" height="24" aria-hidden="true" focusable="false">'
    return [
        (f"{box}{symbol(14, 14, role, inside=inside)}</svg>", said) for role, inside, said in shown
    ]


def _links(dossier: Dossier) -> dict[str, list[dict[str, Any]]]:
    """Give the links of each federation's tree, by its id."""
    found: dict[str, list[dict[str, Any]]] = {one["id"]: [] for one in dossier.federations}
    for link in dossier.links:
        found[link["properties"]["plan_federation"]].append(link["properties"])
    return found


def _school(dossier: Dossier, facts: dict[str, Any]) -> Shown:
    shown = [(said, facts[key]) for key, said in FACTS.items() if _known(facts.get(key))]
    years = [facts.get("age_low"), facts.get("age_high")]
    if all(_known(year) for year in years):
        shown.append(("ages", f"{years[0]} to {years[1]}"))
    if _known(facts.get("income")) and _known(facts.get("expenditure")):
        money = f"income {figures.pounds(facts['income'])}"
        shown.append(("accounts", f"{money}, spending {figures.pounds(facts['expenditure'])}"))
    role = facts["plan_role"]
    return Shown(
        int(facts["urn"]), clean_name(facts["name"]), facts["roll"], role, TIER.get(role, role),
        [(said, str(value)) for said, value in shown],
        dossier.federation_of(int(facts["urn"])), facts.get("plan_reason") or "",
    )  # fmt: skip


FACTS = {
    "type": "type",
    "phase": "phase",
    "religious_character": "religious character",
    "diocese": "diocese",
    "local_authority": "local authority",
    "capacity": "places",
    "head": "head",
    "federation": "federation today",
    "partnership": "partnership today",
    "trust": "trust",
}


def _known(value: Any) -> bool:
    return value not in (None, "", "Not applicable")
