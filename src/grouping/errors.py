"""The family of errors: every one says what was found, where, and what to do.

    GroupingError            70  our fault, if nothing below fits
    ├── UsageRefused          2  the command line, or a feature that does not exist yet
    ├── InputRefused          3  a file of the user's is missing or bad inside
    ├── PolicyRefused         4  the policy is not found or wrong
    ├── NoPlanExists          5  rules in conflict (command line only; Python gets a status)
    ├── StoppedEmpty          6  stopped before any plan was in hand
    ├── OutputRefused         7  a file could not be written; old files are whole
    ├── CapReached            8  a cap on memory or candidates was reached
    └── AnswerRefuted         9  the independent checker refuted our own answer

The number is the exit code of the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN_FAULTS = 20
SHOWN_VALUE = 60


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, said so that a planner can mend it.

    `place` is a row, line, feature or key; `value` is shown cut, control characters escaped.
    """

    what: str
    do: str = ""
    file: str = ""
    place: str = ""
    urn: int | str | None = None
    field: str = ""
    value: object = None

    def __str__(self) -> str:
        where = [self.file, self.place] if self.place else [self.file]
        if self.urn is not None:
            where.append(f"URN {shown(self.urn)}")
        if self.field:
            where.append(f'field "{self.field}"')
        if self.value is not None:
            where.append(f"value {shown(self.value)}")
        place = ", ".join(part for part in where if part)
        said = f"{place}: {self.what}" if place else self.what
        return f"{said}. {self.do}" if self.do else f"{said}."


def shown(value: object) -> str:
    """Show a value of a user's file on one line: cut, control characters escaped."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[: SHOWN_VALUE + 1])
    text = text if len(text) <= SHOWN_VALUE else text[:SHOWN_VALUE] + "..."
    return f'"{text}"' if isinstance(value, str) else text


class GroupingError(Exception):
    """Base of the family; holds every fault found, not only the first."""

    exit_code = 70

    def __init__(self, faults: Sequence[Fault] | Fault | str) -> None:
        if isinstance(faults, str):
            faults = [Fault(faults)]
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(self.report())

    def report(self) -> str:
        """Say every fault, one line each, up to twenty, then how many more."""
        lines = [str(fault) for fault in self.faults[:SHOWN_FAULTS]]
        if len(self.faults) > SHOWN_FAULTS:
            lines.append(f"and {len(self.faults) - SHOWN_FAULTS} more.")
        return "\n".join(lines)


class UsageRefused(GroupingError):
    """The command line is wrong, or asks for a feature that does not exist yet."""

    exit_code = 2


class InputRefused(GroupingError):
    """A file of the user's is missing, unreadable or bad inside."""

    exit_code = 3


class PolicyRefused(GroupingError):
    """A policy is not found, or a key or value in it is wrong."""

    exit_code = 4


class NoPlanExists(GroupingError):
    """The rules, locks and limits leave no plan at all."""

    exit_code = 5


class StoppedEmpty(GroupingError):
    """Stopped before any plan was in hand."""

    exit_code = 6


class OutputRefused(GroupingError):
    """An output file could not be written; the old files are whole."""

    exit_code = 7


class CapReached(GroupingError):
    """A cap on candidates or memory was reached; says which rule would help."""

    exit_code = 8


class AnswerRefuted(GroupingError):
    """The independent checker refuted our own answer; nothing was written."""

    exit_code = 9
