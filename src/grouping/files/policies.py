"""Policies from disk: a ready one by name, or a .toml file with its base and the files it names."""

from __future__ import annotations

import hashlib
import os.path
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grouping.errors import InputRefused, PolicyRefused
from grouping.files.shipped import money_of, not_found, policy_names, policy_text, the_pair_table
from grouping.files.text import Text, read_text
from grouping.policy.toml import document, merged, policy_of, with_settings
from grouping.world.cells import HIGHEST_URN, LOWEST_URN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from grouping.policy.words import Policy

EVERY_URN = range(LOWEST_URN, HIGHEST_URN + 1)
NAMED = ("edges", "barriers")  # keys of [neighbours] that name a file


@dataclass(frozen=True)
class PolicySource:
    """A policy with where it came from: `text` and `sha256` of its own file, before any setting.

    `bases` are the files it is based on, as (path, SHA-256); paths of files it does not name are
    None. `warnings` are those of the files it names.
    """

    policy: Policy
    name: str
    text: str
    sha256: str
    edges_path: Path | None = None
    barriers_path: Path | None = None
    edges_sha256: str = ""
    barriers_sha256: str = ""
    bases: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


def read_policy(name_or_path: str | Path, settings: Sequence[str] = ()) -> Policy:
    """Read a ready policy by name or a .toml file; `settings` such as "roles.small_below=90".

    Raises
    ------
    PolicyRefused
        Where it is not found or anything in it is wrong, every mistake at once.
    InputRefused
        Where a file it names (edges, barriers) is missing or bad inside.
    """
    return open_policy(name_or_path, settings).policy


def open_policy(
    name_or_path: str | Path,
    settings: Sequence[str] = (),
    known_urns: Collection[int] = EVERY_URN,
) -> PolicySource:
    """Read a policy, keeping where it came from; refuses as `read_policy` does.

    Edges between schools not among `known_urns` are left out with a warning. Paths in a policy
    file are relative to it, paths in a setting to the current folder.
    """
    given = str(name_or_path)
    own = _ready(given) if given in policy_names() else _read(given)
    folder = Path() if given in policy_names() else Path(given).parent
    bases: list[tuple[str, str]] = []
    base = _base_in(folder, bases)
    whole = with_settings(merged(document(own.text, own.file), base, own.file), settings, base)
    policy = policy_of(whole, money=money_of, pair_table=the_pair_table(), file=own.file)
    set_here = {setting.partition("=")[0].replace(" ", "") for setting in settings}
    paths: dict[str, Path] = {}
    for key in NAMED:
        if name := getattr(policy.neighbours, key):
            paths[key] = Path(name) if f"neighbours.{key}" in set_here else folder / name
    source = PolicySource(
        policy, own.file, own.text, own.sha256, paths.get("edges"), paths.get("barriers")
    )
    return replace(_with_files(source, known_urns), bases=tuple(bases))


def _with_files(source: PolicySource, known_urns: Collection[int]) -> PolicySource:
    """Read the files that a policy names into it."""
    from grouping.files.barriers import read_barriers
    from grouping.files.tables import read_edges

    if source.edges_path:
        edges = read_edges(source.edges_path, known_urns)
        source = replace(
            source,
            policy=replace(source.policy, edges=edges.pairs),
            edges_sha256=edges.sha256,
            warnings=(*source.warnings, *edges.warnings),
        )
    if source.barriers_path:
        barriers = read_barriers(source.barriers_path)
        source = replace(
            source,
            policy=replace(source.policy, barriers=barriers.segments),
            barriers_sha256=barriers.sha256,
            warnings=(*source.warnings, *barriers.warnings),
        )
    return source


def _base_in(folder: Path, bases: list[tuple[str, str]]) -> Callable[[str], dict[str, Any]]:
    """Make the reader of bases: ready policies, and files relative to a folder, noted down."""

    def base(name: str) -> dict[str, Any]:
        if name in policy_names():
            return document(policy_text(name), name)
        try:
            found = _read(name, folder)
        except PolicyRefused as refused:
            faults = [replace(fault, place=fault.place or "base") for fault in refused.faults]
            raise PolicyRefused(faults) from None
        bases.append((name, found.sha256))
        return _moved(document(found.text, found.file), name)

    return base


def _moved(found: dict[str, Any], name: str) -> dict[str, Any]:
    """Rewrite the paths of a base, relative to itself, so that they start where its name does."""
    moved = dict(found)
    if isinstance(found.get("base"), str) and found["base"] not in policy_names():
        moved["base"] = _beside(name, found["base"])
    neighbours = found.get("neighbours")
    if isinstance(neighbours, dict):
        files = {k: v for k, v in neighbours.items() if k in NAMED and isinstance(v, str) and v}
        moved["neighbours"] = neighbours | {k: _beside(name, v) for k, v in files.items()}
    return moved


def _beside(name: str, path: str) -> str:
    return Path(os.path.normpath(Path(name).parent / path)).as_posix()


def _ready(name: str) -> Text:
    text = policy_text(name)
    return Text(name, text, hashlib.sha256(text.encode()).hexdigest())


def _read(path: str, folder: Path | None = None) -> Text:
    """Read the text of a policy file; anything wrong with the file is a policy refused."""
    if not path.strip():
        raise PolicyRefused(not_found(path))
    try:
        return read_text(folder / path if folder else path)
    except InputRefused as refused:
        if isinstance(refused.__context__, FileNotFoundError):
            raise PolicyRefused(not_found(path)) from None
        raise PolicyRefused(refused.faults) from None
