"""The files of a plan on trial: written aside and looked at by the independent checker."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path

from grouping import check
from grouping.errors import AnswerRefuted, Fault


def checked(files: Mapping[str, bytes], schools_path: str | Path | None) -> check.Verdict:
    """Let the independent checker look at the files of a plan, by name.

    Raises
    ------
    AnswerRefuted
        Where it refutes the plan.
    """
    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        trial = Path(room)
        for name, content in files.items():
            (trial / name).write_bytes(content)
        verdict = check.check(Path(schools_path or trial / "schools.geojson"), trial)
    if verdict.faults:
        raise AnswerRefuted(
            [
                Fault("our own checker refuted this answer, so nothing was written: please report"),
                *(Fault(f"{code} {where}: {said}") for code, where, said in verdict.faults),
            ]
        )
    return verdict


def with_schools(
    hashes: Mapping[str, Mapping[str, str]] | None, schools_path: str | Path | None
) -> dict[str, Mapping[str, str]]:
    """Add the schools file that the checker reads to the hashes of inputs, if it is not there."""
    known = dict(hashes or {})
    if schools_path is not None and "schools" not in known:
        known["schools"] = hashed(Path(schools_path).name, Path(schools_path).read_bytes())
    return known


def hashed(name: str, content: bytes) -> dict[str, str]:
    """Name and hash an input."""
    return {"file": name, "sha256": sha256(content).hexdigest()}


def read(
    schools_path: str | Path | None,
    sources: Mapping[str, Path] | None,
    others: Collection[str | Path],
) -> list[Path]:
    """List the files that were read, none of which may be overwritten."""
    given = (schools_path, *(sources or {}).values(), *others)
    return [Path(p) for p in given if p is not None]
