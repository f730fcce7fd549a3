"""Rows of a sweep on disk, one a line, each there to stay before the next is begun.

A line carries the hash of its own text. One that a kill cut short, or that a disk garbled, does
not match: it counts for nothing, and its scenario is solved again. A folder holds the rows of one
ground (schools, journeys, policy, time limit, version), told in `sweep.json`, and one sweep at a
time writes to it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Any

from grouping.errors import Fault, OutputRefused
from grouping.files.writing import in_words, write_whole
from grouping.questions.sweep import Row

SCHEMA = "grouping-sweep/1"
ABOUT, ROWS = "sweep.json", "rows.jsonl"
TABLES = ("scenarios.csv", "pairs.csv", "seconds.csv", "fields.csv")
PARTS = {
    "schools": "schools",
    "journeys": "journeys",
    "policy": "policy",
    "time_limit": "time limit",
    "version": "version of grouping",
}
CHECK = "check"
DIGITS = 16  # of the hash of a line
LOCKED = 1 << 30  # the byte that is locked, beyond any row


class RowLog:
    """The rows of a folder: those that are there, and those to come."""

    def __init__(
        self,
        folder: str | Path,
        parts: Mapping[str, Any],
        about: Mapping[str, Any],
        inputs: Collection[Path] = (),
    ) -> None:
        self.folder = Path(folder)
        self.parts = dict(parts)
        self.about = {"schema": SCHEMA, "parts": self.parts, **about}
        self.inputs = inputs
        self.rows: dict[str, Row] = {}

    def __enter__(self) -> RowLog:
        """Open the folder.

        Raises
        ------
        OutputRefused
            Where it holds another sweep, or another process writes to it.
        """
        self._settle()
        with in_words(self.folder):
            self.handle = FileIO(self.folder / ROWS, "a+")
        try:
            self._lock()
            with in_words(self.folder):
                self._read()
        except BaseException:
            self.handle.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.handle.close()

    def append(self, row: Row) -> None:
        """Keep a row: when this returns, no kill takes it away."""
        rest = memoryview(line_of(row))
        with in_words(self.folder):
            while rest:
                rest = rest[self.handle.write(rest) or 0 :]
            os.fsync(self.handle.fileno())
        self.rows[row.key] = row

    def look(self) -> None:
        """Read again what is there: an interrupt may have come between a row and its note."""
        with in_words(self.folder):
            self._read()

    def finish(self, tables: Mapping[str, bytes]) -> None:
        """Write the tables, whole or not at all."""
        write_whole(self.folder, tables, self.inputs)

    def _settle(self) -> None:
        """Say in the folder what its rows stand on, or see that it says the same."""
        about = self.folder / ABOUT
        if not about.exists():
            for name in (ROWS, *TABLES):
                if (self.folder / name).exists():
                    do = "Give another folder, or move it away"
                    what = f"is there, but no {ABOUT} that says what it stands on"
                    raise OutputRefused(Fault(what, do, str(self.folder / name)))
            text = json.dumps(self.about, indent=1, ensure_ascii=False, default=str)
            write_whole(self.folder, {ABOUT: f"{text}\n".encode(), ROWS: b""}, self.inputs)
            return
        try:
            found = json.loads(about.read_text(encoding="utf-8"))
            parts = dict(found["parts"]) if found["schema"] == SCHEMA else None
        except (OSError, ValueError, LookupError, TypeError):
            parts = None
        if parts is None:
            raise OutputRefused(Fault("is no record of a sweep", "Give another folder", str(about)))
        other = [word for key, word in PARTS.items() if parts.get(key) != self.parts[key]]
        if other:
            what = f"holds another sweep: not the same {' and '.join(other)}"
            raise OutputRefused(Fault(what, "Give another folder", str(self.folder)))

    def _lock(self) -> None:
        """Let nobody else write rows here; the lock goes with this process, however it ends."""
        try:
            if sys.platform == "win32":
                import msvcrt

                self.handle.seek(LOCKED)
                msvcrt.locking(self.handle.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                with contextlib.suppress(NotImplementedError):
                    fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            do = "Wait until it has ended, or give another folder"
            raise OutputRefused(
                Fault("is written by another sweep", do, str(self.folder))
            ) from None
        except OSError:
            return  # a file system without locks: two sweeps at once are the user's to avoid

    def _read(self) -> None:
        """Read the rows that are whole; a last line without its end is taken away."""
        self.handle.seek(0)
        text = self.handle.readall()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            self.handle.truncate(whole)
        for line in text[:whole].splitlines():
            row = row_of(line)
            if row is not None:
                self.rows[row.key] = row


def line_of(row: Row) -> bytes:
    """Write a row as one line with the hash of its text."""
    record = asdict(row)
    return (json.dumps({**record, CHECK: _check(record)}) + "\n").encode()


def row_of(line: bytes) -> Row | None:
    """Read a row back; None where the line is not whole."""
    try:
        record = json.loads(line)
        if record.pop(CHECK) != _check(record):
            return None
        record["settings"] = tuple((key, text) for key, text in record["settings"])
        record["stages"] = tuple((name, value, bound) for name, value, bound in record["stages"])
        record["federations"] = tuple(map(sys.intern, record["federations"]))
        return Row(**record)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _check(record: Mapping[str, Any]) -> str:
    return sha256(json.dumps(record).encode()).hexdigest()[:DIGITS]
