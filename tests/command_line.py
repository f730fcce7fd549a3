"""The command line as tests run it, and schools files for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from grouping.files.geojson import geojson_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from grouping.world.schools import Row

Run = Callable[..., tuple[int, str, str]]  # words in; exit code, output and errors out
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ("PYTHONUTF8", "PYTHONIOENCODING")}


def save(path: Path, *rows: Row) -> str:
    """Write rows as a schools file; its path."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": list(one.point or ())},
            "properties": dict(one.properties),
        }
        for one in rows
    ]
    path.write_bytes(geojson_bytes({"type": "FeatureCollection", "features": features}))
    return str(path)


def child(*args: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "grouping", *map(str, args)],
        capture_output=True,
        env=ENVIRONMENT | environment,
        timeout=120,
        check=False,
    )
