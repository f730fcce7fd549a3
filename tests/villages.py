"""Invented schools for tests: rows placed in whole metres, policies with settings, counties."""

from __future__ import annotations

import random
from itertools import combinations
from typing import TYPE_CHECKING, Any

from grouping.files.policies import read_policy
from grouping.policy.survey import survey
from grouping.world.federations import Federations, table
from grouping.world.places import to_wgs84
from grouping.world.schools import Row, Schools, check_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grouping.policy.words import Policy
    from grouping.world.county import County
    from grouping.world.journeys import Journeys

HOME = (570_000, 310_000)  # metres of the National Grid, in the west of Norfolk


def row(urn: int, roll: int, east: int, north: int = 0, **properties: Any) -> Row:
    """Make a row for the gate: a community school so many metres from HOME, unless said."""
    longitude, latitude = to_wgs84([HOME[0] + east], [HOME[1] + north])
    given = {
        "urn": urn,
        "name": f"School {urn}",
        "roll": roll,
        "type": "Community school",
        "phase": "Primary",
        "religious_character": "Does not apply",
        "local_authority": "Norfolk",
    }
    kept = {key: value for key, value in (given | properties).items() if value is not None}
    return Row(f"feature {urn}", kept, (float(longitude[0]), float(latitude[0])))


def schools_of(*rows: Row) -> Schools:
    """Take rows through the gate."""
    return check_rows(rows, "schools.geojson")


def policy_of(*settings: str, base: str = "norfolk-2012") -> Policy:
    """Read a ready policy with settings laid over it."""
    return read_policy(base, settings)


def county_of(
    schools: Schools, policy: Policy | None = None, journeys: Journeys | None = None
) -> County:
    """Survey the county as the policy sees it (norfolk-2012 where none is given)."""
    return survey(schools, policy or policy_of(), journeys).county


def every_set(county: County, least: int = 2, most: int | None = None) -> Federations:
    """Make the table of every set of schools of these sizes."""
    most = len(county) if most is None else min(most, len(county))
    sizes = range(least, most + 1)
    return table(county, [s for k in sizes for s in combinations(range(len(county)), k)])


KINDS: Sequence[tuple[str, str]] = (
    ("Community school", "Does not apply"),
    ("Community school", "None"),
    ("Foundation school", "Does not apply"),
    ("Voluntary controlled school", "Church of England"),
    ("Voluntary aided school", "Church of England"),
    ("Voluntary controlled school", "Methodist"),
    ("Voluntary controlled school", "Church of England/Methodist"),
    ("Voluntary aided school", "Roman Catholic"),
    ("Voluntary aided school", "Roman Catholic/Church of England"),
    ("Foundation school", "Christian"),
    ("Voluntary aided school", "Jewish"),
    ("Community school", ""),
)


def random_rows(rng: random.Random, count: int, **fixed: Any) -> list[Row]:
    """Make schools of every kind, within reach of each other or just not, some with accounts."""
    rows = []
    for urn in rng.sample(range(100_000, 100_000 + 9 * count), count):
        kind, character = rng.choice(KINDS[:5] if rng.random() < 0.8 else KINDS)
        properties: dict[str, Any] = {
            "type": kind,
            "religious_character": character,
            "diocese": rng.choice([None, "Diocese of Norwich", "Diocese of Ely"]),
            "local_authority": rng.choice(["Norfolk", "Norfolk", "Norfolk", "Suffolk", None]),
            "head": rng.choice(["in post", "leaving", "vacant", "shared", "unknown"]),
            "partnership": rng.choice([None, "north", "south"]),
            "sparsity_miles": rng.choice([None, 1, 3]),
        }
        if rng.random() < 0.5:
            properties["income"] = rng.randint(300_000, 700_000)
            properties["expenditure"] = rng.randint(300_000, 700_000)
        roll = rng.choice([0, 12, 33, 49, 50, 77, 99, 100, 180, 420])
        place = (rng.randrange(0, 20_000, 500), rng.randrange(0, 8_000, 500))
        rows.append(row(urn, roll, *place, **(properties | fixed)))
    return rows
