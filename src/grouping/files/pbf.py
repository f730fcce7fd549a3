"""The outside of an OpenStreetMap extract: is it a PBF file, is it whole, what is its hash.

A PBF file is a row of blocks, each a length of four bytes, a header that gives the size of the
body, and the body (OpenStreetMap wiki, "PBF Format"). Walking them tells a download cut short
before any reader, some of which pass over it in silence, has begun.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grouping.errors import CapReached, Fault
from grouping.files.text import BINARIES, NOT_A_FILE, readable, refuse

MOST_BYTES = 4_000_000_000
MOST_HEADER, MOST_BODY = 64 * 1024, 32 * 1024 * 1024  # of one block, by the format
AGAIN = "Download it again, as a county's .osm.pbf"
KINDS = (b"OSMHeader", b"OSMData")
CHUNK = 1 << 20


@dataclass(frozen=True)
class Whole:
    """A PBF file found whole: its name, SHA-256, size and time of change."""

    file: str
    sha256: str
    size: int
    changed: int


def whole(path: str | Path) -> Whole:
    """Walk the blocks of a PBF file and take its hash.

    Raises
    ------
    InputRefused
        Where there is no such local regular file, it is something else, or it is cut short.
    CapReached
        Above 4 GB.
    """
    given = str(path)
    if NOT_A_FILE.match(given) or "\0" in given:
        refuse("is not a local file", "Download it and give the file's path", given)
    with readable(given):
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            refuse("is a folder", "Give the path of a file", given)
        if not stat.S_ISREG(status.st_mode):
            refuse("is not a regular file", "Give the path of a file on disk", given)
        if status.st_size > MOST_BYTES:
            what = f"is larger than {MOST_BYTES // 10**9} GB"
            raise CapReached(Fault(what, "Give the extract of your county, not the country", given))
        with Path(path).open("rb") as handle:
            sha256 = _walk(handle, status.st_size, Path(path).name)
            after = os.fstat(handle.fileno())
    found = Whole(Path(path).name, sha256, status.st_size, status.st_mtime_ns)
    if (after.st_size, after.st_mtime_ns) != (found.size, found.changed):
        refuse("changed while it was read", "Wait until it is complete, then run again", given)
    return found


def still(path: str | Path, found: Whole) -> None:
    """Refuse a file that changed since it was found whole."""
    status = Path(path).stat()
    if (status.st_size, status.st_mtime_ns) != (found.size, found.changed):
        refuse("changed while it was read", "Wait until it is complete, then run again", found.file)


def _walk(handle: IO[bytes], size: int, file: str) -> str:
    digest = hashlib.sha256()
    at, blocks = 0, 0
    while at < size:
        start = handle.read(4)
        length = int.from_bytes(start, "big")
        header = handle.read(length) if 0 < length <= MOST_HEADER else b""
        kind, body = _block(header)
        if kind not in KINDS or body < 0 or (blocks == 0 and kind != KINDS[0]):
            if blocks and len(header) < length <= MOST_HEADER:
                _cut(file, at, size)
            _not_pbf(start + header + handle.read(2000), file, blocks)
        if body > MOST_BODY:
            refuse("has a block larger than the format allows", AGAIN, file, f"block {blocks}")
        digest.update(start + header)
        left = body
        while left:
            piece = handle.read(min(left, CHUNK))
            if not piece:
                _cut(file, at, size)
            digest.update(piece)
            left -= len(piece)
        at += 4 + length + body
        blocks += 1
    if not blocks:
        refuse("is empty", "Check that the download finished", file)
    if blocks == 1:
        refuse("has a header and no data", AGAIN, file)
    return digest.hexdigest()


def _cut(file: str, at: int, size: int) -> None:
    refuse(f"is cut short: the block at byte {at:,} goes on past byte {size:,}", AGAIN, file)


def _not_pbf(raw: bytes, file: str, blocks: int) -> None:
    """Say what a file is that is not a PBF."""
    if blocks:
        refuse("is damaged: a block does not start where it should", AGAIN, file, f"block {blocks}")
    for start, what, _ in BINARIES:
        if raw.startswith(start):
            refuse(what, AGAIN, file)
    text = raw.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not text:
        refuse("is empty", "Check that the download finished", file)
    if text.startswith((b"<!doctype html", b"<html")):
        refuse("is a web page: the download failed", "Download the file itself", file)
    if text.startswith(b"<"):
        refuse("is XML (.osm?), not PBF", "Give the .osm.pbf of the same extract", file)
    if raw.startswith(b"BZh"):
        refuse("is compressed (bzip2), not PBF", "Give the .osm.pbf of the same extract", file)
    refuse("is not an OpenStreetMap extract in PBF", AGAIN, file)


def _block(header: bytes) -> tuple[bytes, int]:
    """Read kind and body size of a block's header, a message of protocol buffers."""
    kind, body, at = b"", -1, 0
    while at < len(header):
        tag, at = _number(header, at)
        if tag & 7 == 0:
            value, at = _number(header, at)
            if tag >> 3 == 3:
                body = value
        elif tag & 7 == 2:
            length, at = _number(header, at)
            if tag >> 3 == 1:
                kind = header[at : at + length]
            at += length
        else:
            return b"", -1
    return kind, body


def _number(raw: bytes, at: int) -> tuple[int, int]:
    """Read a number of seven bits a byte, lowest first."""
    value, shift = 0, 0
    while at < len(raw) and shift < 64:
        value |= (raw[at] & 0x7F) << shift
        at += 1
        if raw[at - 1] < 0x80:
            break
        shift += 7
    return value, at
