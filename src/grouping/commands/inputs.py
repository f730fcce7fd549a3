"""What every command shares: its inputs read and named, and words that any console can take."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grouping.errors import Fault, UsageRefused

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

    from grouping.files.policies import PolicySource
    from grouping.files.travel import Travel
    from grouping.policy.words import Policy
    from grouping.world.schools import School, Schools

Hashes = dict[str, dict[str, str]]

SchoolsFile = Annotated[
    str, typer.Argument(metavar="SCHOOLS", help="schools.geojson, or a GIAS register CSV")
]
PolicyName = Annotated[str, typer.Option(help="ready policy, or a .toml file")]
JourneysFrom = Annotated[
    str | None,
    typer.Option(help="CSV from_urn,to_urn,minutes; a county's .osm.pbf; or an OSRM URL"),
]
RollChange = Annotated[
    str | None, typer.Option("--roll-change", help="change of every roll, as -10%")
]
Within = Annotated[str, typer.Option(help="share of the best plan's cost, as 1%")]
Cache = Annotated[bool, typer.Option(help="keep and look up times by road")]


def schools_of(schools: str) -> Schools:
    """Read the schools of a file, by its kind."""
    if is_register(schools):
        from grouping.files.gias import schools_from_gias

        return schools_from_gias(Path(schools))
    from grouping.files.geojson import read_schools

    return read_schools(schools)


def inputs_of(
    schools: str, policy: str, settings: list[str]
) -> tuple[Schools, PolicySource, Hashes]:
    """Read schools and policy; name and hash of every input."""
    from grouping.files.policies import open_policy

    found = schools_of(schools)
    source = open_policy(policy, settings, known_urns=set(found.urns.tolist()))
    kind = "register" if is_register(schools) else "schools"
    hashes = {
        kind: {"file": Path(schools).name, "sha256": found.sha256},
        "policy": {"file": source.name, "sha256": source.sha256},
    }
    if source.edges_path:
        hashes["edges"] = {"file": source.edges_path.name, "sha256": source.edges_sha256}
    if source.barriers_path:
        hashes["barriers"] = {"file": source.barriers_path.name, "sha256": source.barriers_sha256}
    notes(source.warnings)
    return found, source, hashes


def travel_of(
    journeys: str, found: Schools, ends: Sequence[School], policies: Iterable[Policy], cache: bool
) -> Travel:
    """Take journeys from a table, a map or a server, by what is given.

    From a map or a server they are those between `ends`, as far as any of the policies may ask.
    """
    from grouping.files import travel

    if travel.is_server(journeys) or travel.is_map(journeys):
        with waiting("Working out journeys by road"):
            if travel.is_server(journeys):
                read = travel.by_server(journeys, ends)
            else:
                cap = max(map(travel.cap_for, policies))
                read = travel.by_road(journeys, ends, cap, cached=cache)
    else:
        read = travel.by_table(journeys, found.rows)
    notes(read.warnings)
    return read


def notes(warnings: Iterable[str]) -> None:
    """Say warnings beside the result, on standard error."""
    for warning in warnings:
        typer.echo(f"Note: {plain(warning)}", err=True)


@contextmanager
def as_geojson(schools: str) -> Iterator[str]:
    """Give the schools as a GeoJSON file: the file itself, or a register's, made for the while."""
    if not is_register(schools):
        yield schools
        return
    import tempfile

    from grouping.files.geojson import geojson_bytes
    from grouping.files.gias import read_gias

    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        converted = Path(room) / "schools.geojson"
        converted.write_bytes(geojson_bytes(read_gias(Path(schools))[0]))
        yield str(converted)


def read_besides(
    schools: str, policy: str, journeys: str | None, source: PolicySource
) -> list[Path]:
    """List the files that were read, none of which may be overwritten."""
    from grouping.files.shipped import policy_names

    read = [Path(schools), *([Path(journeys)] if journeys else [])]
    if policy not in policy_names():
        read += [Path(policy), *(Path(policy).parent / name for name, _ in source.bases)]
    return read


def arrangements_of(path: Path | None, hashes: Hashes) -> Mapping[int, tuple[int, ...]]:
    """Read arrangements to confirm, noting their file among the inputs."""
    if path is None:
        return {}
    from grouping.files.arrangements import read_arrangements

    read = read_arrangements(path)
    hashes["arrangements"] = {"file": path.name, "sha256": read.sha256}
    return read.groups


def share_of(written: str, option: str = "--roll-change") -> Decimal:
    """Read a change of rolls such as -10%, or refuse it."""
    from grouping.world.cells import UnfitError, change

    try:
        return change(written)
    except UnfitError as unfit:
        raise UsageRefused(Fault(unfit.what, unfit.do, option, value=written)) from None


def part_of(written: str, option: str, at_most: int | None = None) -> Fraction:
    """Read a share such as 25% or 0.25, exactly as written, or refuse it."""
    from fractions import Fraction

    from grouping.world.cells import UnfitError, number

    per_cent = written.strip().endswith("%")
    do = "Write a share such as 1% or 0.01"
    try:
        read = number(written.strip().removesuffix("%"))
    except UnfitError as unfit:
        raise UsageRefused(Fault(unfit.what, do, option, value=written)) from None
    share = None if read is None else Fraction(read) / (100 if per_cent else 1)
    if share is None or share < 0 or (at_most is not None and share > at_most):
        what = "is no share" + ("" if at_most is None else f" of 0 to {100 * at_most} %")
        raise UsageRefused(Fault(what, do, option, value=written))
    return share


def with_rolls(policy: str, settings: list[str], roll_change: str | None) -> list[str]:
    """Add the setting that --roll-change is short for, where the policy weighs leadership."""
    if roll_change is None:
        return settings
    from grouping.files.policies import read_policy

    share = share_of(roll_change)
    if not any(term.name == "leadership" for term in read_policy(policy, settings).terms):
        what = "changes the rolls of the term leadership, which is off in this policy"
        raise UsageRefused(Fault(what, "Leave it out", "--roll-change"))
    return [*settings, f"terms.leadership.roll_change={share:f}"]


def is_register(schools: str) -> bool:
    """Whether a file is a register, by its name."""
    return schools.lower().endswith(".csv")


def waiting(what: str = "Looking for the best plan") -> Any:
    """Show that work is going on, where somebody is looking."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(what, spinner="line")


def plain(text: str, err: bool = False) -> str:
    """Make text printable on whatever the output is."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "ascii"
    return text.encode(encoding, "replace").decode(encoding, "replace")


def say(text: str) -> None:
    """Say something on standard error."""
    typer.echo(plain(text, err=True), err=True)
