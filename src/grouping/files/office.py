"""What Word and Excel files share: text that XML can hold, and zips that say no time of their own.

Both formats are zips of XML. Python's libraries for them stamp the moment of writing; here that is
the moment the plan was made, so that the same plan gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from grouping.errors import Fault, UsageRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

EXTRA = "pip install 'grouping[office]'"
# Characters that XML 1.0 cannot hold: controls, halves of pairs, and two that are no characters.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Marks that turn the direction of what follows: closed again at the end of the text.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment a zip can tell


def fit(text: str) -> str:
    """Give a text as XML can hold it; marks that would turn its neighbours about are taken out."""
    return TURNS.sub("", UNFIT.sub("\ufffd", text))


def settled(content: bytes, made: str) -> bytes:
    """Write a zip again without the moment of writing; `made` is what its properties say."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            inside = old.read(name)
            if name == "docProps/core.xml":
                inside = STAMP.sub(rb"\g<1>" + _moment(made).encode() + rb"\g<3>", inside)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, inside)
    return written.getvalue()


def _moment(made: str) -> str:
    """Give a moment in the one form these files take; the zip's first where the plan has none."""
    found = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", made)
    return (found[0] if found else "1980-01-01T00:00:00") + "Z"


def library(name: str, what: str) -> Any:
    """Import a library of the extra [office].

    Raises
    ------
    UsageRefused
        Where it is not installed, with what to install.
    """
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        need = name.partition(".")[0]
        fault = Fault(f"{what} needs the library {need}, which is not installed", f"{EXTRA}")
        raise UsageRefused(fault) from error


def needed(names: Iterable[tuple[str, str]]) -> None:
    """Refuse before anything is made, every library that is not installed at once.

    Raises
    ------
    UsageRefused
        With each, and what to install.
    """
    faults: list[Fault] = []
    for name, what in names:
        try:
            library(name, what)
        except UsageRefused as refused:
            faults += refused.faults
    if faults:
        raise UsageRefused(faults)
