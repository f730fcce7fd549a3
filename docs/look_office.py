"""Print what is handed on as LibreOffice prints it, page by page, to look at it.

    python docs/look_office.py out pages

`out` is a plan's folder after `grouping export`; the pages are written into `pages` as PNG. Needs
LibreOffice and poppler, on Debian `apt install libreoffice-writer libreoffice-calc poppler-utils`.
Ends in 1 where a file does not open, or the committee paper is longer than two pages and an annex.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DOTS = 80  # an inch
PACKS = 2  # packs that are looked at: the first ones


def main(folder: Path, pages: Path) -> int:
    """Turn each file into PDF by LibreOffice, and each page into a picture."""
    office, poppler = shutil.which("soffice"), shutil.which("pdftoppm")
    if not office or not poppler:
        print("LibreOffice or poppler is not installed: nothing was looked at")  # noqa: T201
        return 1
    packs = sorted((folder / "packs").glob("F*.docx"))[:PACKS]
    wanted = [folder / "proposals.xlsx", folder / "committee-paper.docx", *packs]
    pages.mkdir(parents=True, exist_ok=True)
    faults = 0
    with tempfile.TemporaryDirectory() as room:
        home = f"-env:UserInstallation={Path(room).as_uri()}/home"
        order = [office, home, "--headless", "--convert-to", "pdf", "--outdir", room]
        subprocess.run([*order, *map(str, wanted)], check=True, capture_output=True, timeout=300)  # noqa: S603
        for path in wanted:
            made = Path(room) / f"{path.stem}.pdf"
            if not made.exists():
                print(f"{path.name}: DOES NOT OPEN")  # noqa: T201
                faults += 1
                continue
            before = [poppler, "-r", str(DOTS), "-png", str(made), str(pages / path.stem)]
            subprocess.run(before, check=True, timeout=300)  # noqa: S603
            said = _text(made)
            print(f"{path.name}: {len(said)} pages")  # noqa: T201
            missing = [k for k, page in enumerate(said, 1) if "andidate for discussion" not in page]
            if missing:
                print(f"{path.name}: the standing is not on pages {missing}")  # noqa: T201
                faults += 1
            if path.stem == "committee-paper" and "Annex" not in said[2]:
                print(f"{path.name}: is longer than two pages before its annex")  # noqa: T201
                faults += 1
    return int(faults > 0)


def _text(pdf: Path) -> list[str]:
    """Give the text of each page."""
    reader = shutil.which("pdftotext") or "pdftotext"
    found = subprocess.run([reader, str(pdf), "-"], check=True, capture_output=True, timeout=60)  # noqa: S603
    return found.stdout.decode().split("\f")[:-1]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
