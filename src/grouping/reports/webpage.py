"""Papers as web pages of one file: no request leaves them, no script runs, they print to A4."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import TYPE_CHECKING, Any

from grouping.files.office import fit
from grouping.reports.blocks import Paper

if TYPE_CHECKING:
    from jinja2 import Template


def html_bytes(paper: Paper) -> bytes:
    """Write a paper as a web page; names are text, whatever they hold."""
    page = _template().render(
        paper=paper,
        kind_of=lambda block: type(block).__name__,
        base64=lambda png: b64encode(png).decode(),
    )
    return page.encode()


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    room = Environment(
        loader=PackageLoader("grouping"), autoescape=True, undefined=StrictUndefined, finalize=_fit
    )
    return room.get_template("paper.html")


def _fit(value: Any) -> Any:
    """Take out of texts what no page can hold; text already escaped stays so."""
    return fit(value) if type(value) is str else value
