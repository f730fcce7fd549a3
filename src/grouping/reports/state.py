"""The state of a schools file on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from grouping.reports.screen import plain, wide_console

if TYPE_CHECKING:
    from grouping.answers.state import State


def show_state(found: State) -> None:
    """Say how many schools there are, what is missing, who is near a threshold, what is odd."""
    console = wide_console()
    console.print(f"{found.schools} schools, {found.taking_part} take part under this policy.")
    table = Table(title="Missing cells", box=box.ASCII, title_justify="left")
    for name in ("column", "missing", "of", "blank", "what is off where it is missing"):
        table.add_column(name, justify="right" if name in ("missing", "of", "blank") else "left")
    for column in found.columns:
        off = column.switches_off if column.missing else ""
        table.add_row(column.name, str(column.missing), str(column.of), str(column.blank), off)
    console.print(table)
    console.print("missing: absent, null or blank; blank: an empty text, read as unknown.")
    for near in found.near:
        said = f"{len(near.schools)} within 5 pupils of {near.threshold} ({near.meaning})"
        console.print(said + (":" if near.schools else "."))
        for urn, name, roll in near.schools:
            console.print(f"  {urn} {plain(name, console)}, {roll} pupils")
    for warning in found.warnings:
        console.print(f"Note: {plain(warning, console)}")
    if not found.warnings:
        console.print("No warnings.")
