"""Things worked out once and kept on the user's own disk, by the content they stand on.

An entry is a line of JSON (format, key and the hash of what follows) and the arrays themselves.
One that does not match its own hash is worked out again, never trusted. Nothing here may stop a
run: a cache that cannot be read or written is passed over.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.errors import OutputRefused
from grouping.files.writing import write_one

FORMAT = "grouping-roads/1"  # to be raised whenever the way of working the times out changes
MOST_ENTRIES = 100
SUFFIX = ".times"

Arrays = Mapping[str, NDArray[Any]]


def key_of(parts: Mapping[str, object]) -> str:
    """Key of an entry: the hash of everything it stands on, and of the format."""
    whole = json.dumps({"format": FORMAT, **parts}, sort_keys=True, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()


def folder() -> Path:
    """Where entries are kept for this user."""
    from platformdirs import user_cache_path

    return user_cache_path("grouping", appauthor=False) / "journeys"


def kept(key: str) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of an entry; None where there is none that is whole."""
    try:
        head, _, body = (folder() / f"{key}{SUFFIX}").read_bytes().partition(b"\n")
        said = json.loads(head)
        wanted = {"format": FORMAT, "key": key, "sha256": hashlib.sha256(body).hexdigest()}
        if said != wanted:
            return None
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, KeyError, EOFError):
        return None


def keep(key: str, arrays: Arrays) -> bool:
    """Keep arrays under a key, whole or not at all; say whether that was possible."""
    inside = io.BytesIO()
    np.savez_compressed(inside, allow_pickle=False, **arrays)
    body = inside.getvalue()
    said = {"format": FORMAT, "key": key, "sha256": hashlib.sha256(body).hexdigest()}
    try:
        write_one(folder() / f"{key}{SUFFIX}", json.dumps(said).encode() + b"\n" + body)
        _tidy()
    except (OSError, OutputRefused):
        return False
    return True


def _tidy() -> None:
    """Take away the oldest entries beyond the most there may be."""
    entries = sorted(folder().glob(f"*{SUFFIX}"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in entries[MOST_ENTRIES:]:
        with contextlib.suppress(OSError):
            old.unlink()
