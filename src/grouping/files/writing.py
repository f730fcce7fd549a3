"""Writing whole or not at all: temporaries in the same folder, fsync, then put in place.

A kill at any moment leaves every old file whole; a failure (a full disk, a file open elsewhere)
leaves the folder as it was. Temporaries of earlier kills are taken away at the next writing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from grouping.errors import Fault, OutputRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

NEW, OLD = ".grouping-new", ".grouping-old"
FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
CHUNK = 1 << 20
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
QUOTED = re.compile(r'[,"\r\n]')
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_whole(folder: str | Path, files: Mapping[str, bytes], inputs: Collection[Path]) -> None:
    """Write all files of a run into one folder, whole or not at all, in the order given.

    The folder is made where it is missing. Names are plain file names, or those of files in folders
    inside it, as "plan-2/plan.json".

    Raises
    ------
    OutputRefused
        Where something is in the way, an input would be overwritten, the disk is full or a file
        is open elsewhere; the folder is then as it was.
    """
    folder = Path(folder)
    made: list[Path] = []
    try:
        _check(folder, files, inputs)
        for place in (folder, *_inside(folder, files)):
            made += _make(place)
            _sweep(place)
        _write_all(folder, files)
    except BaseException as error:
        for place in reversed(made):
            with contextlib.suppress(OSError):
                place.rmdir()
        if isinstance(error, OSError):
            _refuse(error, folder)
        raise


def write_one(path: str | Path, content: bytes, inputs: Collection[Path] = ()) -> None:
    """Write one file, whole or not at all; as `write_whole`."""
    path = Path(path)
    write_whole(path.parent, {path.name: content}, inputs)


@contextlib.contextmanager
def in_words(folder: str | Path) -> Iterator[None]:
    """Say an error of the disk in the user's words, for what is not written by `write_whole`."""
    try:
        yield
    except OSError as error:
        _refuse(error, Path(folder))


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a CSV for spreadsheets: UTF-8 with a byte-order mark, CRLF, no live formulas.

    None is an empty cell; text that a spreadsheet would work out as a formula gets an apostrophe
    in front.
    """
    lines = [",".join([_cell(value) for value in row]) for row in (header, *rows)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def _cell(value: object) -> str:
    if type(value) is int:
        return str(value)
    text = "" if value is None else str(value)
    if text.startswith(FORMULA) and not NUMBER.fullmatch(text):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if QUOTED.search(text) else text


def _check(folder: Path, files: Mapping[str, bytes], inputs: Collection[Path]) -> None:
    """Refuse whatever stands in the way, before anything is touched."""
    if folder.exists() and not folder.is_dir():
        _fault("is a file where a folder is needed", "Give another folder", folder)
    for inner in _inside(folder, files):
        if inner.exists() and not inner.is_dir():
            _fault("is a file where a folder is needed", "Move it away", inner)
    for name in files:
        if not all(map(_is_plain, name.split("/", maxsplit=1))):
            _fault("is not a plain file name", "Give a file name", folder / name)
        target = folder / name
        if target.is_dir():
            _fault("is a folder where a file is to be written", "Move it away", target)
        for given in inputs:
            if target.exists() and Path(given).exists() and target.samefile(given):
                _fault("is an input and would be overwritten", "Write elsewhere", target)
        if target.exists() and not os.access(target, os.W_OK):
            _fault("may not be written", "Check who may write it, or write elsewhere", target)


def _is_plain(name: str) -> bool:
    return name not in ("", ".", "..") and Path(name).name == name and "\0" not in name


def _inside(folder: Path, files: Iterable[str]) -> list[Path]:
    """Folders inside the folder that files are written to, each once."""
    return list(dict.fromkeys((folder / name).parent for name in files if "/" in name))


def _make(folder: Path) -> list[Path]:
    """Make the folder and the folders above it that are missing; return those made, outer first."""
    missing = []
    place = folder
    while not place.exists():
        missing.append(place)
        place = place.parent
    made: list[Path] = []
    try:
        for each in reversed(missing):
            each.mkdir()
            made.append(each)
    except OSError:
        for each in reversed(made):
            each.rmdir()
        raise
    return made


def _sweep(folder: Path) -> None:
    """Take away what an earlier run, killed, left behind."""
    for stray in _strays(folder):
        stray.unlink(missing_ok=True)


def _strays(folder: Path) -> Iterator[Path]:
    yield from (p for p in folder.iterdir() if p.name.startswith(".") and p.suffix in (NEW, OLD))


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    mark = secrets.token_hex(4)
    aside = {name: (folder / name).parent / f".{Path(name).name}.{mark}" for name in files}
    temporary = {name: place.with_name(place.name + NEW) for name, place in aside.items()}
    backup = {name: place.with_name(place.name + OLD) for name, place in aside.items()}
    placed: list[str] = []
    try:
        for name, content in files.items():
            _write(temporary[name], content)
        for name in files:
            if (folder / name).exists():
                _keep(folder / name, backup[name])
        for name in files:
            placed.append(name)
            temporary[name].replace(folder / name)
        for place in (folder, *_inside(folder, files)):
            _settle(place)
    except BaseException:
        for name in placed:
            _put_back(folder / name, backup[name], new=not temporary[name].exists())
        raise
    finally:
        for place in (*temporary.values(), *backup.values()):
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest[:CHUNK]) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep(path: Path, backup: Path) -> None:
    """Keep the old file under a second name until all the new ones are in place."""
    try:
        backup.hardlink_to(path)
    except (OSError, NotImplementedError):  # a file system without hard links
        shutil.copy2(path, backup)


def _put_back(path: Path, backup: Path, *, new: bool) -> None:
    """Undo one placing: the old file back, or none where there was none."""
    with contextlib.suppress(OSError):
        if backup.exists():
            backup.replace(path)
        elif new:
            path.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Ask the disk to keep the folder's new names; not every system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refuse(error: OSError, folder: Path) -> NoReturn:
    """Say an error of the disk in the user's words."""
    last = error.filename2 or error.filename or folder
    path = Path(os.fsdecode(last) if isinstance(last, bytes) else str(last))
    if error.errno in FULL:
        _fault("the disk is full", "Free some space; the old files are whole", folder)
    if isinstance(error, PermissionError):
        do = "If it is open in another program, close it; else check who may write there"
        _fault("may not be written", do, path)
    if isinstance(error, FileNotFoundError):
        do = "Is another run writing to the same folder? Run again"
        _fault("went away while it was written", do, path)
    _fault(f"cannot be written ({error.strerror or error})", "Check the path and the disk", path)


def _fault(what: str, do: str, path: Path) -> NoReturn:
    raise OutputRefused(Fault(what, do, str(path)))
