"""The report on paper: the same page, by its print style, as a tagged PDF.

WeasyPrint reads the page's own print style, so there is one layout to keep, and makes a PDF that
screen readers can follow. It is an extra: `pip install 'grouping[pdf]'`.
"""

from __future__ import annotations

from typing import Any, NoReturn

from grouping.errors import Fault, UsageRefused

TAGGED = "pdf/ua-1"  # the standard of accessible PDF


def report_pdf(page: bytes) -> bytes:
    """Print a page to PDF.

    Raises
    ------
    UsageRefused
        Where WeasyPrint, or the Pango library it stands on, is not installed.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:  # OSError: the package is there, Pango is not
        missing = "WeasyPrint" if isinstance(error, ImportError) else "the Pango library"
        what = f"report.pdf needs {missing}, which is not installed"
        do = "pip install 'grouping[pdf]'; or open report.html in a browser and print it"
        raise UsageRefused(Fault(what, do)) from error
    written: bytes = HTML(string=page.decode(), url_fetcher=_nothing).write_pdf(pdf_variant=TAGGED)
    return written


def _nothing(url: str, **_: Any) -> NoReturn:
    """Fetch nothing: the page is whole."""
    raise ValueError(f"the page asks for {url}")
