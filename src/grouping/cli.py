"""The command line: its commands, and the exit code of every error. Heavy libraries wait."""

from __future__ import annotations

import sys

import typer

from grouping.commands import (
    fronts,
    handouts,
    plans,
    replan,
    report,
    robust,
    sources,
    standing,
    sweeps,
)
from grouping.commands.conflicts import conflicts
from grouping.commands.inputs import say
from grouping.commands.options import options
from grouping.commands.soundings import soundings
from grouping.commands.why import why
from grouping.errors import GroupingError, InputRefused

OUR_FAULT, INTERRUPTED = 70, 130

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Suggest how small rural primary schools could be grouped into federations, with proof.",
)
importing = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(importing, name="import", help="Make a schools.geojson from a register.")

for command in (
    plans.propose,
    plans.check,
    report.report,
    handouts.export,
    sweeps.sweep,
    why,
    soundings,
    standing.certainty,
    standing.stable,
    options,
    conflicts,
    sources.validate,
    sources.budgets,
    sources.journeys,
    sources.barriers,
    plans.policies,
    replan.replan,
    replan.compare,
    replan.what_if,
    replan.order,
    fronts.front,
    robust.robust,
):
    app.command()(command)
importing.command()(sources.gias)


def main() -> None:
    """Run the command line; every error of the family ends in its own exit code."""
    try:
        app(standalone_mode=True)
    except InputRefused as error:
        say(error.report())
        say("Nothing was written.")
        sys.exit(error.exit_code)
    except GroupingError as error:
        say(error.report())
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(INTERRUPTED)
    except MemoryError:
        say("out of memory: choose fewer authorities, or lower rules.schools.at_most")
        sys.exit(8)
    except Exception as error:  # noqa: BLE001  the last door: our fault, said so
        say(f"our fault: {type(error).__name__}: {error}. Please report it with your inputs.")
        sys.exit(OUR_FAULT)
