"""The sheets of an Excel workbook (.xlsx) as rows of text, read with the standard library only.

A workbook is a zip of XML from a stranger: only the few parts that hold cells are read, each up to
a limit, with no document types, so no entities, and nothing outside the file is ever opened.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from xml.parsers import expat

from grouping.errors import CapReached, Fault
from grouping.files.tables import Line
from grouping.files.text import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ZIP = b"PK\x03\x04"
MOST_PACKED, MOST_PART = 30_000_000, 60_000_000  # bytes of the file, and of a part unpacked
MOST_ENTRIES, MOST_CELLS = 2_000, 2_000_000
MOST_COLUMNS, MOST_ROWS = 300, 100_000
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
BOOK, SHARED = "xl/workbook.xml", "xl/sharedStrings.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
# What the zip reader and the parser raise at bytes that have been spoilt, found by trying.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    RuntimeError,
)
AGAIN = "Save the sheet again as .xlsx, or as CSV UTF-8"


@dataclass(frozen=True)
class Sheet:
    """One visible sheet: its name, and its rows that hold anything, numbered as Excel does."""

    name: str
    lines: tuple[Line, ...]


class _Stop(Exception):
    """A part that is not what a workbook needs: what is wrong."""


def read_sheets(raw: bytes, file: str) -> list[Sheet]:
    """Read the visible sheets of a workbook, in its order; a blank cell is empty text.

    Raises
    ------
    InputRefused
        Where it is damaged, locked, or holds what no plain workbook does.
    CapReached
        Where it is larger than any table of schools could be.
    """
    if len(raw) > MOST_PACKED:
        raise CapReached(Fault("is larger than 30 MB", "Keep only the sheet of schools", file))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            return _sheets(book, file)
    except _Stop as stop:
        refuse(str(stop), AGAIN, file)
    except expat.ExpatError:
        refuse("is a workbook with damaged XML", AGAIN, file)
    except DAMAGE:
        refuse("is a damaged workbook", AGAIN, file)


def _sheets(book: zipfile.ZipFile, file: str) -> list[Sheet]:
    names = [entry.filename for entry in book.infolist()]
    if len(names) > MOST_ENTRIES:
        raise CapReached(Fault(f"holds more than {MOST_ENTRIES:,} parts", AGAIN, file))
    if BOOK not in names or RELATIONS not in names:
        raise _Stop("is a zip file, but not an Excel workbook (.xlsx)")
    targets: dict[str, str] = {}
    _walk(book, RELATIONS, file, lambda tag, has: _relation(tag, has, targets))
    listed: list[tuple[str, str]] = []
    _walk(book, BOOK, file, lambda tag, has: _named(tag, has, listed))
    shared = _strings(book, file) if SHARED in names else []
    sheets = []
    for name, key in listed:
        part = targets.get(key, "")
        if part not in names:
            raise _Stop("is a workbook that lacks one of its sheets")
        sheets.append(Sheet(name, _lines(book, part, shared, file)))
    return sheets


def _relation(tag: str, has: Mapping[str, str], targets: dict[str, str]) -> None:
    if tag != "Relationship" or has.get("TargetMode", "").casefold() == "external":
        return
    target = has.get("Target", "")
    targets[has.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"


def _named(tag: str, has: Mapping[str, str], listed: list[tuple[str, str]]) -> None:
    if tag == "sheet" and has.get("state", "visible") == "visible":
        listed.append((has.get("name", ""), has.get("id", "")))


def _walk(
    book: zipfile.ZipFile,
    part: str,
    file: str,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] = lambda tag: None,
    text: Callable[[str], None] = lambda text: None,
) -> None:
    """Parse a part; local names only. A document type, which could hold entities, is refused."""
    entry = book.getinfo(part)
    if entry.flag_bits & 1:
        raise _Stop("is locked with a password")
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refused(*_: object) -> None:
        raise _Stop("holds a document type, which no workbook needs")

    parser.StartDoctypeDeclHandler = refused
    parser.StartElementHandler = lambda tag, has: start(
        _local(tag), {_local(key): value for key, value in has.items()}
    )
    parser.EndElementHandler = lambda tag: end(_local(tag))
    parser.CharacterDataHandler = text
    with book.open(entry) as stream:
        unpacked = 0
        while block := stream.read(1 << 16):
            unpacked += len(block)
            if unpacked > MOST_PART:
                what = f"unpacks to more than {MOST_PART // 10**6} MB"
                raise CapReached(Fault(what, "Keep only the sheet of schools", file, part))
            parser.Parse(block)
        parser.Parse(b"", True)


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _strings(book: zipfile.ZipFile, file: str) -> list[str]:
    """Read the strings that cells share; phonetic hints are no part of them."""
    found: list[str] = []
    piece: list[str] = []
    inside: list[str] = []

    def start(tag: str, _: Mapping[str, str]) -> None:
        inside.append(tag)
        if tag == "si":
            piece.clear()

    def end(tag: str) -> None:
        inside.pop()
        if tag == "si":
            found.append("".join(piece))

    def text(part: str) -> None:
        if inside and inside[-1] == "t" and "rPh" not in inside:
            piece.append(part)

    _walk(book, SHARED, file, start, end, text)
    return found


def _lines(book: zipfile.ZipFile, part: str, shared: list[str], file: str) -> tuple[Line, ...]:
    """Read the rows of a sheet."""
    grid = _Grid(shared, file)
    _walk(book, part, file, grid.start, grid.end, grid.text)
    width = max((max(row) + 1 for row in grid.rows.values()), default=0)
    return tuple(
        Line(number, tuple(row.get(k, "") for k in range(width)))
        for number, row in sorted(grid.rows.items())
    )


class _Grid:
    """Collects the cells of one sheet as its XML goes by."""

    def __init__(self, shared: list[str], file: str) -> None:
        self.rows: dict[int, dict[int, str]] = {}
        self._shared, self._file = shared, file
        self._row, self._column, self._count = 0, -1, 0
        self._kind = ""
        self._inside: list[str] = []
        self._value: list[str] = []

    def start(self, tag: str, has: Mapping[str, str]) -> None:
        self._inside.append(tag)
        if tag == "row":
            self._row = _whole(has["r"]) if "r" in has else self._row + 1
            self._column = -1
        elif tag == "c":
            self._place(has.get("r"))
            self._kind = has.get("t", "n")
            self._value.clear()

    def text(self, part: str) -> None:
        if self._inside[-1] == "v" or (self._inside[-1] == "t" and "rPh" not in self._inside):
            self._value.append(part)

    def end(self, tag: str) -> None:
        self._inside.pop()
        if tag != "c" or not self._value:
            return
        self._count += 1
        wide = self._column >= MOST_COLUMNS or self._row > MOST_ROWS
        if self._count > MOST_CELLS or wide:
            what = f"has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns"
            raise CapReached(Fault(what, "Keep only the table of schools", self._file))
        found = self._shown("".join(self._value))
        if found.strip():
            self.rows.setdefault(self._row, {})[self._column] = found

    def _place(self, at: str | None) -> None:
        """Take the place of a cell from its name, or one further where it has none."""
        if at is None:
            self._column += 1
            return
        found = CELL.fullmatch(at)
        if not found:
            raise _Stop("is a workbook with a cell that has no place")
        self._column, self._row = _column(found[1]), int(found[2])

    def _shown(self, value: str) -> str:
        """Text of a cell as Excel holds it: numbers in full, flags as words."""
        if self._kind == "s":
            place = _whole(value)
            if place >= len(self._shared):
                raise _Stop("is a workbook that lacks some of its text")
            return self._shared[place]
        if self._kind == "b":
            return "TRUE" if value.strip() == "1" else "FALSE"
        if self._kind == "n":
            try:
                number = Decimal(value.strip())
                plain = abs(number) < 10**18 and number.adjusted() > -20
                return format(number, "f") if plain or not number else value
            except InvalidOperation:
                raise _Stop("is a workbook with a number that is none") from None
        return value


def _whole(value: str) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
        raise _Stop("is a workbook with a count that is none")
    return int(value)


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
