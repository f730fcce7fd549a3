"""Papers as Markdown: text that any editor opens, in which no name is a mark or a tag."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grouping.files.office import fit
from grouping.reports.blocks import Block, Heading, Listing, NewPage, Paper, Picture, Rows, Words

MARKS = re.compile(r"([\\`*_\[\]<>#|~&!$]|(?<=[a-zA-Z]):(?=//)|(?<=www)\.)")
START = re.compile(r"^(\d+)([.)])(?=\s|$)|^([-+=])(?=\s|$|[-+=])")


def markdown_text(paper: Paper) -> str:
    """Write a paper as Markdown; its pictures are files beside it."""
    parts = [_put(block) for block in paper.blocks]
    parts.append(f"*{plain(paper.footer)}.*")
    return "\n\n".join(part for part in parts if part) + "\n"


def plain(text: str) -> str:
    """Give a text so that nothing in it is Markdown or HTML."""
    flat = " ".join(fit(text).split())
    return START.sub(_escaped, MARKS.sub(r"\\\1", flat))


def _escaped(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}"


def _put(block: Block) -> str:
    match block:
        case Heading(words=words, level=level):
            return f"{'#' * (level + 1)} {plain(words)}"
        case Words(words=words, strong=strong):
            return f"**{plain(words)}**" if strong else plain(words)
        case Listing(points=points):
            return "\n".join(f"- {plain(point)}" for point in points)
        case Rows():
            return _table(block)
        case Picture(file=file, words=words):
            return f"![{plain(words)}]({file})"
        case NewPage():
            return ""


def _table(block: Rows) -> str:
    rule = ["---:" if k in block.figures else "---" for k in range(len(block.head))]
    lines: list[Sequence[str]] = [[plain(text) for text in block.head], rule]
    lines += [[plain(text) for text in row] for row in block.rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{plain(block.caption)}\n\n{table}" if block.caption else table
