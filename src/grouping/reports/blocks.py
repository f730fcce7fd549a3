"""What a paper is made of: headings, paragraphs, lists, tables, pictures; and nothing of its form.

One list of blocks is written as a web page, as a Word file and as Markdown, so that all three say
the same words and figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    """A heading; the paper's title has level 0, its sections 1."""

    words: str
    level: int = 1


@dataclass(frozen=True)
class Words:
    """A paragraph. `strong`: one that must not be missed."""

    words: str
    strong: bool = False


@dataclass(frozen=True)
class Listing:
    """A list of points."""

    points: Sequence[str]


@dataclass(frozen=True)
class Rows:
    """A table: column heads, rows of text, and the share of the width of each column.

    `figures` are the columns set to the right.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float] = ()
    figures: frozenset[int] = frozenset()
    caption: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture: PNG bytes, its file, what it shows in words, width in centimetres."""

    png: bytes = field(repr=False)
    file: str
    words: str
    centimetres: float


@dataclass(frozen=True)
class NewPage:
    """What follows starts on a page of its own."""


Block = Heading | Words | Listing | Rows | Picture | NewPage


@dataclass(frozen=True)
class Paper:
    """A paper: its title, the words on every page, its blocks, and the day the plan was made."""

    title: str
    footer: str
    blocks: Sequence[Block]
    made: str


def said(blocks: Iterable[Block]) -> Iterator[str]:
    """Give every text of some blocks, in the order they are read."""
    for one in blocks:
        match one:
            case Heading(words=words) | Words(words=words):
                yield words
            case Listing(points=points):
                yield from points
            case Rows():
                yield from (text for text in (one.caption,) if text)
                yield from one.head
                for row in one.rows:
                    yield from row
            case Picture(words=words):
                yield words
            case NewPage():
                pass
