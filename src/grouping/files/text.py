"""Text and JSON of a user's file, read strictly: only local regular files, nothing guessed.

The first gate of every reader. It names what a file really is where it is not what it should be
(a web page, a spreadsheet, UTF-16), and says line and column where JSON breaks off.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import stat
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn

from grouping.errors import CapReached, Fault, InputRefused

PLAIN_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
MOST_BYTES = 300_000_000
MOST_WHOLE_DIGITS = 40  # longer whole numbers are kept as decimals: no count is so long
NOT_A_FILE = re.compile(r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]+:/|/vsi|[{\[])")

GZIP = b"\x1f\x8b"

# What a file really is, by its first bytes, where it is not text.
BINARIES = (
    (b"PK\x03\x04", "is an Excel or zip file", "Unzip it, or save the sheet as CSV UTF-8"),
    (b"PK\x05\x06", "is an empty zip file", "Unzip it"),
    (GZIP, "is compressed (gzip)", "Uncompress it"),
    (b"SQLite format 3", "is a GeoPackage or SQLite file", "Export it as GeoJSON in WGS84"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel file", "Save the sheet as CSV UTF-8"),
    (b"%PDF", "is a PDF", "Find the data itself"),
    (b"PAR1", "is a Parquet file", "Export it as GeoJSON or CSV"),
)
WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Text:
    """The text of a file, with its name, the SHA-256 of its bytes and the warnings so far."""

    file: str
    text: str
    sha256: str
    warnings: tuple[str, ...] = ()


def refuse(what: str, do: str, file: str, place: str = "", value: object = None) -> NoReturn:
    """Raise InputRefused with one fault."""
    raise InputRefused(Fault(what, do, file, place, value=value))


def read_text(path: str | Path, *, code_page: bool = False, packed: bool = False) -> Text:
    """Read a local regular file as UTF-8, with or without a byte-order mark.

    With `code_page` a file that is not UTF-8 is read as Windows-1252, the register's encoding,
    and a warning says so. With `packed` it may be compressed (gzip); the hash is of its own bytes.

    Raises
    ------
    InputRefused
        Where there is no such local regular file, or it holds no text.
    CapReached
        Above 300 MB, before anything is read.
    """
    raw = read_bytes(path)
    file = Path(path).name
    sha256 = hashlib.sha256(raw).hexdigest()
    if packed and raw.startswith(GZIP):
        raw = _unpacked(raw, file)
    _sniff(raw, file)
    try:
        return Text(file, raw.decode("utf-8-sig"), sha256)
    except UnicodeDecodeError as error:
        bad = error.start
    if code_page:
        try:
            said = (f"{file} is not UTF-8; read as Windows-1252",)
            return Text(file, raw.decode("cp1252"), sha256, said)
        except UnicodeDecodeError as error:
            bad = error.start
    line = raw.count(b"\n", 0, bad) + 1
    feature = raw.count(b'"Feature"', 0, bad) - 1
    near = f", in or after feature {feature}" if feature >= 0 else ""
    refuse(
        f"is not UTF-8: byte 0x{raw[bad]:02x} at byte {bad}; it may be Windows-1252 (cp1252)",
        "Save the file as UTF-8",
        file,
        f"line {line}{near}",
    )


@contextmanager
def readable(given: str) -> Iterator[None]:
    """Refuse a file that the system will not read, saying why and what to do."""
    try:
        yield
    except FileNotFoundError:
        refuse("does not exist", "Check the path and the spelling", given)
    except PermissionError:
        refuse("may not be read", "Check who may read it, or close it elsewhere", given)
    except OSError as error:
        refuse(f"cannot be read ({error.strerror or error})", "Check the path and the disk", given)


def read_bytes(path: str | Path) -> bytes:
    """Read the bytes of a local regular file, whole and unchanged while it is read."""
    given = str(path)
    if NOT_A_FILE.match(given) or "\0" in given:
        refuse("is not a local file", "Download it and give the file's path", given)
    place = Path(path)
    with readable(given):
        _regular(place.stat(), given)
        with place.open("rb") as handle:
            before = os.fstat(handle.fileno())
            _regular(before, given)
            raw = handle.read(MOST_BYTES + 1)
            after = os.fstat(handle.fileno())
    if len(raw) > MOST_BYTES:
        raise CapReached(_too_large(given))
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(
        raw
    ) != after.st_size:
        refuse("changed while it was read", "Wait until it is complete, then run again", given)
    return raw


def _unpacked(raw: bytes, file: str) -> bytes:
    """Unpack gzip, however many members it has, never beyond the most a file may hold."""
    whole, rest = b"", raw
    while rest:
        member = zlib.decompressobj(wbits=31)
        try:
            whole += member.decompress(rest, MOST_BYTES + 1 - len(whole))
        except zlib.error:
            refuse("is a damaged gzip file", "Download it again", file)
        if len(whole) > MOST_BYTES:
            raise CapReached(_too_large(file))
        if not member.eof:
            refuse("is a gzip file cut short", "Download it again", file)
        rest = member.unused_data.lstrip(b"\0")
    return whole


def _regular(status: os.stat_result, given: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        refuse("is a folder", "Give the path of a file", given)
    if not stat.S_ISREG(status.st_mode):
        refuse("is not a regular file", "Give the path of a file on disk", given)
    if status.st_size > MOST_BYTES:
        raise CapReached(_too_large(given))


def _too_large(given: str) -> Fault:
    return Fault(
        f"is larger than {MOST_BYTES // 10**6} MB",
        "Keep only the schools of the authorities you study and their neighbours",
        given,
    )


def _sniff(raw: bytes, file: str) -> None:
    """Name what is plainly not the text it should be."""
    for start, what, do in BINARIES:
        if raw.startswith(start):
            refuse(what, do, file)
    if raw.startswith(WIDE) or (len(raw) > 3 and 0 in raw[:4] and raw[:4].count(0) >= 2):
        refuse("is UTF-16 (or wider) text", "Save the file as UTF-8", file)
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:2000].lower()
    if not start:
        refuse("is empty", "Check that the download or the export finished", file)
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start[:500]:
        refuse("is a web page: the download failed", "Download the file itself", file)
    if start.startswith(b"<ogrvrt"):
        refuse("is a VRT, which points to other files", "Export it as GeoJSON in WGS84", file)
    if start.startswith(b"<"):
        refuse("is XML (KML, GML?)", "Export it as GeoJSON in WGS84, or as CSV", file)


def parse_json(text: str, file: str) -> object:
    """Parse strict JSON: numbers as decimals, no NaN, no key twice, nothing after the end.

    Raises
    ------
    InputRefused
        With line and column, or the feature and field concerned.
    """
    twice: dict[int, str] = {}
    kept: list[object] = []  # keeps the objects marked in `twice` alive, so that ids stay theirs
    constants: list[str] = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(items)
        if len(made) < len(items):
            keys = [key for key, _ in items]
            twice[id(made)] = next(key for key in keys if keys.count(key) > 1)
            kept.append(made)
        return made

    def constant(name: str) -> float:
        constants.append(name)
        return float(name)

    try:
        document: object = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_constant=constant,
            parse_float=_decimal,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        refuse(*_broken(error), file, f"line {error.lineno}, column {error.colno}")
    except RecursionError:
        refuse("is nested too deeply to be read", "Keep properties flat", file)
    if twice or constants:
        faults = _misfits(document, twice, file)
        raise InputRefused(faults or Fault("is not strict JSON", "Write it again", file))
    return document


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds
        return Decimal("1e999")


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= MOST_WHOLE_DIGITS else Decimal(text)


def _broken(error: json.JSONDecodeError) -> tuple[str, str]:
    """Say what is wrong with the JSON at the place where it breaks, and what to do."""
    text, at = error.doc, error.pos
    here, before = text[at : at + 2], text[:at].rstrip()
    feature = text.count('"Feature"', 0, at) - 1
    last = f"; the last feature begun is feature {feature}" if feature >= 0 else ""
    if error.msg == "Extra data":
        more = text[at:].lstrip().startswith("{")
        return "has more text after the end of the JSON" + (
            " (GeoJSON lines, one document a line?)" if more else ""
        ), "Keep one FeatureCollection in the file"
    cut = "Unterminated string" in error.msg and text.count('"', at + 1) == 0
    if not text[at:].strip() or cut:
        return f"is cut short{last}", "Download or export the file again"
    if here in ("//", "/*") or here.startswith("#"):
        return "has a comment, which JSON does not allow", "Take the comment out"
    if not before and here[:1] not in ("{", "["):
        return "is not JSON (is it a CSV?)", "Give a GeoJSON FeatureCollection"
    if here[:1] in ("}", "]") and before.endswith(","):
        return "has a comma too many", "Take out the comma before this place"
    if error.msg.startswith("Illegal trailing comma"):
        return "has a comma too many", "Take out the comma at this place"
    if here.startswith("'"):
        return "has text in single quotes", 'Put names and text in double quotes (")'
    return f"is not JSON here: {error.msg}{last}", "Mend the file, or export it again"


def _misfits(document: object, twice: Mapping[int, str], file: str) -> list[Fault]:
    """Find every key that stands twice and every NaN or Infinity, with its feature and URN."""
    faults: list[Fault] = []
    stack: list[tuple[object, tuple[str | int, ...]]] = [(document, ())]
    while stack:
        value, path = stack.pop()
        if isinstance(value, dict):
            if id(value) in twice:
                what = f'has the key "{twice[id(value)]}" twice in one object'
                faults.append(_at(path, document, what, "Keep one of the two", file))
            stack += [(each, (*path, key)) for key, each in reversed(value.items())]
        elif isinstance(value, list):
            stack += [(each, (*path, k)) for k, each in reversed(list(enumerate(value)))]
        elif isinstance(value, float):
            sign = "NaN" if math.isnan(value) else "Infinity"
            what = f"holds {sign}, which is no number and not JSON"
            faults.append(_at(path, document, what, "Write null where it is not known", file))
    return faults


def _at(path: tuple[str | int, ...], document: object, what: str, do: str, file: str) -> Fault:
    """Make a fault at a path such as features, 3, properties, roll."""
    place, rest, urn = "", path, None
    if len(path) > 1 and path[0] == "features" and isinstance(document, dict):
        place, rest = f"feature {path[1]}", path[2:]
        feature = document["features"][path[1]]
        properties = feature.get("properties") if isinstance(feature, dict) else None
        found = properties.get("urn") if isinstance(properties, dict) else None
        urn = found if isinstance(found, int | str) else None
    if len(rest) > 1 and rest[0] == "properties":
        rest = rest[1:]
    return Fault(what, do, file, place, urn, ".".join(str(part) for part in rest))


def json_text(value: object) -> str:
    """Write a value as JSON on one line; decimals as they were written, dates not at all.

    Raises
    ------
    ValueError
        For NaN and infinities, which JSON does not have.
    """
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("JSON has no NaN and no infinity")
        return str(value)
    with suppress(TypeError):  # all at once, where no decimal is inside
        return PLAIN_JSON.encode(value)
    if isinstance(value, Mapping):
        inner = (f"{PLAIN_JSON.encode(str(k))}: {json_text(v)}" for k, v in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(json_text(each) for each in value) + "]"
    return PLAIN_JSON.encode(value)
