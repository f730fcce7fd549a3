"""The static map: every federation and every small school alone on it, names only data."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
import shapely

import grouping
from grouping.answers import maps
from grouping.answers.sketch import COLOURS, Geography, Settlement, Sketch, land_around, shades
from grouping.answers.svg import Labels, drawn
from pages import HOSTILE, Page
from villages import policy_of, row, schools_of

if TYPE_CHECKING:
    from grouping.world.schools import Schools


@pytest.fixture(scope="module")
def plan(village: Schools) -> grouping.Plan:
    """The plan of the village: Elm, far off, stays alone."""
    return grouping.propose(village, policy_of())


@pytest.fixture(scope="module")
def hostile() -> grouping.Plan:
    """A plan of schools whose names would do harm if they were not data."""
    rows = [row(120_001 + k, 45 + k, 4_000 * k, name=name) for k, name in enumerate(HOSTILE)]
    return grouping.propose(schools_of(*rows), policy_of())


def test_every_federation_and_school_alone_is_drawn(plan: grouping.Plan) -> None:
    page = Page(drawn(maps.sketch(plan), "the village"))
    assert page.broken == []
    groups = page.all("g", **{"class": "federation"})
    assert [g.given["data-federation"] for g in groups] == [p["id"] for p in plan.proposals]
    for group, facts in zip(groups, plan.proposals, strict=True):
        assert len(page.inside(group, "line")) == 2 * (len(facts["schools"]) - 1)
        names = [s.name for s in plan.county.schools if s.urn in facts["schools"]]
        assert page.inside(group, "title")[0].text == f"{facts['id']}: {'; '.join(names)}"
    alone = {g.given["data-urn"] for g in page.all("g", **{"class": "alone"})}
    assert alone == {str(one["urn"]) for one in plan.alone}
    assert {e.given.get("data-label") for e in page.all("text")} >= {
        p["id"] for p in plan.proposals
    }


def test_a_federation_near_by_names_its_schools_and_minutes(plan: grouping.Plan) -> None:
    sketch = maps.sketch(plan)
    for k, facts in enumerate(plan.proposals):
        page = Page(drawn(sketch, "near by", only=k))
        words = {e.text for e in page.all("text")}
        assert {s.name for s in plan.county.schools if s.urn in facts["schools"]} <= words
        minutes = [link.minutes for link in sketch.trees[k]]
        assert any(f"{m:.1f} min" in words for m in minutes if m is not None)


def test_names_are_data(hostile: grouping.Plan) -> None:
    sketch = maps.sketch(hostile)
    pictures = [
        drawn(sketch, HOSTILE[2]),
        *(drawn(sketch, "", only=k) for k in range(len(hostile))),
    ]
    for picture in pictures:
        page = Page(picture)
        assert page.broken == []
        assert not page.all("script")
        assert not page.all("img")
        assert "\u202e" not in picture
    assert not Page(hostile._repr_html_()).all("script")


def test_a_notebook_has_sentences_the_map_and_the_table(plan: grouping.Plan) -> None:
    """And says that all of it is for discussion; nothing of it touches the disk."""
    page = Page(plan._repr_html_())
    text = "".join(e.text for e in page.elements if not e.above)
    assert page.broken == []
    assert "Candidates for discussion" in text
    for sentence in plan.explain().splitlines():
        assert sentence in text
    assert len(page.all("svg")) == 1
    rows = page.all("tr")[1:]
    for cells, facts in zip(rows, plan.proposals, strict=True):
        held = [e.text for e in page.inside(cells, "td")]
        wanted = [facts["id"], str(facts["roll"]), str(facts["longest_journey"])]
        assert [held[0], held[2], held[3]] == wanted
        assert float(held[4]) * 1000 == pytest.approx(facts["cost"])


def test_federations_near_each_other_differ_in_colour() -> None:
    """On a field of hulls, any two that nearly touch have colours of their own."""
    shapes = [shapely.box(x * 4_000, y * 4_000, x * 4_000 + 2_500, y * 4_000 + 2_500)
              for x in range(6) for y in range(6)]  # fmt: skip
    found = shades(shapes)
    assert set(found) <= set(COLOURS)
    for (a, one), (b, other) in combinations(zip(found, shapes, strict=True), 2):
        if one.distance(other) < 3_000:
            assert a != b


def test_no_word_is_written_over_another() -> None:
    words = Labels(1_000)
    for k in range(300):
        words.place(17 * k % 1_000, 29 * k % 700, 60, 14, must=False)
    boxes = [shapely.box(*box) for box in words.boxes]
    assert len(boxes) > 50
    assert not any(a.intersection(b).area > 0 for a, b in combinations(boxes, 2))


def test_a_map_without_schools_is_a_map() -> None:
    empty = Sketch((), (), (), (), (), Geography())
    assert Page(drawn(empty, "nothing")).broken == []


def test_land_barriers_roads_and_places_are_drawn(plan: grouping.Plan) -> None:
    sketch = maps.sketch(plan)
    west, south, east, north = sketch.bounds
    across = ((west, south), (east, north))
    ground = Geography(
        land=land_around([(west, south), (east, north)]),
        given=True,
        barriers=(across,),
        roads=(across,),
        places=(Settlement("Thorpe <Market>", ((west + east) / 2, north), 3.0),),
    )
    other = Sketch(sketch.spots, sketch.labels, sketch.hulls, sketch.shades, sketch.links, ground)
    before, page = Page(drawn(sketch, "")), Page(drawn(other, ""))
    assert len(page.all("path")) > len(before.all("path"))
    assert "Thorpe <Market>" in [e.text for e in page.all("text")]
