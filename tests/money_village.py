"""A village of schools a few miles apart, written as a file and read back, for tests of money."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import grouping
from grouping import Schools

ROLLS = (40, 60, 55, 90, 70, 80)
VILLAGE = [{"urn": 120001 + k, "roll": roll} for k, roll in enumerate(ROLLS)]


def feature(place: int, **given: Any) -> dict[str, Any]:
    """A community school; each further one lies about two and a half miles east."""
    urn = given["urn"]
    properties = {"name": f"School {urn}", "type": "Community school", "status": "Open"}
    properties |= {"phase": "Primary", "religious_character": "Does not apply"}
    properties |= {"local_authority": "Norfolk", "age_low": 4, "age_high": 11}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [1.0 + 0.06 * place, 52.6]},
        "properties": properties | given,
    }


def written(folder: Path, *given: dict[str, Any]) -> Path:
    """Write schools.geojson into a folder."""
    features = [feature(place, **one) for place, one in enumerate(given)]
    path = folder / "schools.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def village(folder: Path, *given: dict[str, Any]) -> Schools:
    """The schools of such a file, read as a user's is."""
    return grouping.read_schools(written(folder, *given))
